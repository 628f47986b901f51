//! What the names in conditions and values are.

use super::facts::Facts;
use crate::model::{Base, Expr, RecordType, Root, Type};

impl Facts<'_> {
    /// The type of a path, where it is known here.
    pub fn type_of(&self, expr: &Expr) -> Option<Type> {
        match expr {
            Expr::Path { root, steps } => {
                let (mut ty, steps): (Type, &[String]) = match root {
                    Root::Event => {
                        let (first, rest) = steps.split_first()?;
                        (self.event.field(first)?.ty.clone(), rest)
                    }
                    Root::Local(variable) => match self.items.get(variable) {
                        Some(ty) => (ty.clone(), steps),
                        None => (self.type_of(self.lets.get(variable)?)?, steps),
                    },
                    Root::Meta => return None,
                };
                for step in steps {
                    let missing = ty.missing;
                    ty = stepped(&ty, step)?;
                    ty.missing |= missing;
                }
                Some(ty)
            }
            Expr::Call { function, .. } if matches!(function.as_str(), "count" | "length") => {
                Some(Type::new(Base::Integer(None)))
            }
            Expr::Call { function, arguments } if matches!(function.as_str(), "first" | "last") => {
                self.item_type(arguments.first()?).map(Type::optional)
            }
            Expr::Call { function, arguments } if matches!(function.as_str(), "distinct" | "reverse") => {
                self.type_of(arguments.first()?)
            }
            Expr::Index { list, .. } => self.item_type(list).map(Type::optional),
            Expr::Key { of, .. } => match self.type_of(of)?.base {
                Base::Dictionary(item) => Some(item.optional()),
                _ => None,
            },
            Expr::Each { variable, list, yields, .. } => {
                let Expr::Path { root: Root::Local(yielded), steps } = &**yields else { return None };
                let item = self.item_type(list).filter(|_| yielded == variable)?;
                let item = steps.iter().try_fold(item, |ty, step| {
                    let missing = ty.missing;
                    stepped(&ty, step).map(|ty| Type { missing: ty.missing || missing, ..ty })
                })?;
                Some(Type::new(Base::List(Box::new(item))))
            }
            _ => None,
        }
    }

    /// Takes in what goes over a list.
    pub fn bind(&mut self, variable: u32, list: &Expr) {
        if let Some(item) = self.item_type(list) {
            self.items.insert(variable, item);
        }
    }

    /// The type of a list's items.
    pub fn item_type(&self, list: &Expr) -> Option<Type> {
        match self.type_of(list)?.base {
            Base::List(item) => Some(*item),
            _ => None,
        }
    }

    /// Whether a value is a part of the event or the envelope as it came.
    pub fn moves(&self, value: &Expr) -> bool {
        match value {
            Expr::Path { root: Root::Event | Root::Meta, .. } => true,
            Expr::Path { root: Root::Local(_), .. } => self.type_of(value).is_some(),
            Expr::Index { list: inner, .. } | Expr::Key { of: inner, .. } => self.moves(inner),
            Expr::Call { function, arguments } if matches!(function.as_str(), "first" | "last") => {
                arguments.first().is_some_and(|list| self.moves(list))
            }
            Expr::Each { yields, list, .. } => matches!(**yields, Expr::Path { .. }) && self.moves(list),
            _ => false,
        }
    }
}

/// The type one step into a value.
pub(super) fn stepped(ty: &Type, step: &str) -> Option<Type> {
    match &ty.base {
        Base::Record(record) => Some(record.field(step)?.ty.clone()),
        Base::Variants(variants) if variants.by == step => Some(variants.discriminator()),
        Base::Variants(variants) => {
            let fields = variants.stepped_into(step)?.fields.clone();
            Some(Type::new(Base::Record(RecordType { name: None, fields })))
        }
        _ => None,
    }
}
