//! Lists and records made in the mapping, and comprehensions.

use super::choice::wider;
use crate::check::Checker;
use crate::check::scope::{Binding, Frame, Scope};
use crate::check::show::show;
use crate::check::typed::{Pending, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Expr, Field, RecordType, Type};
use crate::syntax::tree;
use crate::text::Span;

/// An `each` that is in force: its variable is in scope until the mark is fallen back to.
pub(in crate::check) struct Bound {
    pub variable: u32,
    pub list: Typed,
    pub filter: Option<Expr>,
    pub sort: Option<Expr>,
}

impl Checker<'_> {
    /// Binds an `each`: its list, its variable (in scope from here on), its filter (and what that proves)
    /// and its order.
    pub(in crate::check) fn bind_each(&mut self, each: &tree::Each, scope: &mut Scope) -> Option<Bound> {
        let list = self.expr(&each.list, scope)?;
        if list.ty.null {
            self.report(
                Diagnostic::new(Code::E0212, "this list may be null on purpose", list.span, show(&list.ty))
                    .help(format!("take an empty list for null: `{} ?? []`", self.source(list.span))),
            );
            return None;
        }
        let Base::List(item) = &list.ty.base else {
            let help = match &list.ty.base {
                Base::Dictionary(_) => {
                    "a map's keys have no order; look them up one by one, or ask the hub for a list".to_string()
                }
                _ => "declare the field as a list: `[ … ]`".to_string(),
            };
            self.report(
                Diagnostic::new(
                    Code::E0210,
                    format!("`each` goes over a list, not over {}", show(&list.ty)),
                    list.span,
                    show(&list.ty),
                )
                .help(help),
            );
            return None;
        };
        let list = self.never_fails(list.clone(), "`each`").map(|_| (list.clone(), (**item).clone()));
        let (list, item) = list?;
        let variable = self.variable();
        let origin = list.origin.as_ref().map(|origin| origin.iter().cloned().chain(["[]".to_string()]).collect());
        scope.frames.push(Frame::Value(Binding {
            name: each.binder.text.clone(),
            variable,
            ty: item,
            origin,
            named: list.named,
            pending: Pending::Nothing,
            span: each.binder.span,
        }));
        let filter = match &each.filter {
            Some(filter) => {
                let (filter, yes, _) = self.condition(filter, "`where`", scope)?;
                scope.learn(yes);
                Some(filter)
            }
            None => None,
        };
        let sort = match &each.sort {
            Some(sort) => Some(self.sort_key(sort, scope)?),
            None => None,
        };
        Some(Bound { variable, list, filter, sort })
    }

    fn sort_key(&mut self, node: &tree::Expr, scope: &mut Scope) -> Option<Expr> {
        let key = self.expr(node, scope)?;
        let key = self.never_fails(key, "an order")?;
        if key.ty.null
            || !matches!(
                key.ty.base,
                Base::Text
                    | Base::Code { .. }
                    | Base::Integer(_)
                    | Base::Decimal(_)
                    | Base::Date
                    | Base::Time
                    | Base::DateTime
                    | Base::Duration
            )
        {
            self.report(
                Diagnostic::new(Code::E0207, format!("{} has no order", show(&key.ty)), key.span, show(&key.ty))
                    .help("order by a number, a text, a date or a time"),
            );
            return None;
        }
        Some(key.expr)
    }

    pub(super) fn comprehension(
        &mut self,
        yields: &tree::Expr,
        each: &tree::Each,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let mark = scope.mark();
        let bound = self.bind_each(each, scope);
        let value = match &bound {
            Some(_) => self.expr(yields, scope),
            None => None,
        };
        scope.back_to(mark);
        let (bound, value) = (bound?, value?);
        let value = self.finished(value)?;
        let expr = Expr::Each {
            variable: bound.variable,
            list: Box::new(bound.list.expr.clone()),
            filter: bound.filter.map(Box::new),
            sort: bound.sort.map(Box::new),
            yields: Box::new(value.expr.clone()),
        };
        let mut item = value.ty.clone();
        item.fails = false;
        // An item that is missing is left out of the list.
        item.missing = false;
        let mut typed = Typed::new(expr, Type::new(Base::List(Box::new(item))), span).inherit(&bound.list);
        typed.ty.fails |= value.ty.fails;
        typed.fails_because = typed.fails_because.or(value.fails_because);
        typed.ty.sensitive |= value.ty.sensitive;
        typed.named = value.named;
        Some(typed)
    }

    pub(super) fn list_literal(&mut self, items: &[tree::Expr], span: Span, scope: &mut Scope) -> Option<Typed> {
        let items: Vec<Option<Typed>> = items.iter().map(|item| self.expr(item, scope)).collect();
        let mut lowered = Vec::with_capacity(items.len());
        let mut typed = Typed::new(Expr::Missing, Type::new(Base::Never), span);
        let mut item_type = Type::new(Base::Never);
        let mut first: Option<Typed> = None;
        let mut named = true;
        for item in items {
            let item = item?;
            let item = self.finished(item)?;
            let item = self.never_missing(item, "an item of a list")?;
            let Some(base) = wider(&item_type.base, &item.ty.base).filter(|_| same_unit(&item_type, &item.ty)) else {
                self.report(
                    Diagnostic::new(
                        Code::E0217,
                        format!(
                            "the items of a list are of one type; this is {}, those before are {}",
                            show(&item.ty),
                            show(&item_type)
                        ),
                        item.span,
                        show(&item.ty),
                    )
                    .help("make all items the same type, and numbers of one unit"),
                );
                return None;
            };
            item_type.kind = match &first {
                Some(first) => self.one_kind(first, &item, item.span)?,
                None => item.ty.kind.clone(),
            };
            let ty = Type { kind: item_type.kind.clone(), ..item.ty.clone() };
            first = Some(first.unwrap_or_else(|| item.clone()).stand_for(&item, ty));
            item_type.base = base;
            item_type.null |= item.ty.null;
            named &= item.named || item.ty.unit().is_none();
            typed = typed.inherit(&item);
            lowered.push(item.expr);
        }
        typed.expr = Expr::List(lowered);
        typed.ty.base = Base::List(Box::new(item_type));
        typed.named = named;
        Some(typed)
    }

    pub(super) fn record_literal(
        &mut self,
        fields: &[(tree::Name, tree::Expr)],
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let mut record = RecordType { name: None, fields: Vec::new() };
        let mut lowered = Vec::new();
        let mut typed = Typed::new(Expr::Missing, Type::new(Base::Never), span);
        let mut sound = true;
        for (name, node) in fields {
            if record.fields.iter().any(|field| field.name == name.text) {
                self.report(
                    Diagnostic::new(
                        Code::E0106,
                        format!("the field `{}` stands twice", name.text),
                        name.span,
                        "again here",
                    )
                    .help("remove one of the two"),
                );
                sound = false;
                continue;
            }
            let Some(value) = self.expr(node, scope) else {
                sound = false;
                continue;
            };
            let Some(value) = self.finished(value).and_then(|value| self.unit_named(value)) else {
                sound = false;
                continue;
            };
            typed.ty.fails |= value.ty.fails;
            typed.fails_because = typed.fails_because.or_else(|| value.fails_because.clone());
            typed.ty.sensitive |= value.ty.sensitive;
            let mut ty = value.ty.clone();
            ty.fails = false;
            record.fields.push(Field { name: name.text.clone(), ty, doc: None });
            lowered.push((name.text.clone(), value.expr));
        }
        typed.expr = Expr::Record(lowered);
        typed.ty.base = Base::Record(record);
        // Every unit in it is named field by field.
        typed.named = true;
        sound.then_some(typed)
    }
}

fn same_unit(list: &Type, item: &Type) -> bool {
    list.base == Base::Never || list.unit() == item.unit()
}
