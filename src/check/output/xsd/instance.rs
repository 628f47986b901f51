//! Types that stand for others: `xsi:type`, and the abstract ones that need it.

use super::walk::Declared;
use super::{Conformer, INSTANCE};
use crate::check::output::Entry;
use crate::check::show::and_list;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Constant, Expr, OutName};
use crate::schema::xsd::model::TypeId;
use crate::schema::xsd::xml::Name;
use crate::text::Span;

impl Conformer<'_> {
    /// The type that `@xsi:type` names instead of the declared one.
    pub(super) fn instance_type(&mut self, entries: &[Entry], declared: Declared) -> Declared {
        for entry in entries {
            let Entry::Leaf { leaf, span: at, .. } = entry else { continue };
            let OutName::Attribute(name) = &leaf.name else { continue };
            let name = self.attribute_name(name);
            if &*name.namespace != INSTANCE || &*name.local != "type" {
                continue;
            }
            let Expr::Constant(Constant::Text(text)) = &leaf.value else {
                self.report(
                    Diagnostic::new(Code::E1069, "which type this is must be known beforehand", *at, "not constant")
                        .help("write the type as a constant, each in a branch of one `match`"),
                );
                return Declared { ty: TypeId::Any, ..declared };
            };
            let (prefix, local) = text.split_once(':').map_or((None, text.as_str()), |(p, l)| (Some(p.to_owned()), l));
            let known = self.namespaces.iter().find(|known| known.prefix == prefix).map(|known| known.uri.as_str());
            let ty = self.schema.global_types.get(&Name::new(known.unwrap_or(""), local)).copied();
            if let Some(ty) = ty.filter(|ty| self.schema.derives(*ty, declared.ty)) {
                return Declared { ty, ..declared };
            }
            let wanted = self.schema.type_name(declared.ty);
            let names: Vec<String> = self
                .schema
                .global_types
                .iter()
                .filter(|(_, ty)| self.schema.derives(**ty, declared.ty) && !self.is_abstract(**ty))
                .map(|(name, _)| self.written(name, false))
                .collect();
            let diagnostic = Diagnostic::new(
                Code::E1069,
                format!("`{text}` is no type that stands for `{wanted}` here"),
                *at,
                "not derived from it",
            );
            let diagnostic = self.pointing(diagnostic, declared);
            self.report(diagnostic.help(match names.as_slice() {
                [] => "remove the attribute".to_owned(),
                names => format!("these do: {}", and_list(names, 8)),
            }));
            return Declared { ty: TypeId::Any, ..declared };
        }
        declared
    }

    pub(super) fn abstract_type(&mut self, declared: Declared, span: Span) {
        let ty = self.schema.type_name(declared.ty);
        let others: Vec<String> = self
            .schema
            .global_types
            .iter()
            .filter(|(_, other)| self.schema.derives(**other, declared.ty) && !self.is_abstract(**other))
            .map(|(name, _)| format!("`\"{}\" -> @xsi:type`", self.written(name, false)))
            .collect();
        let diagnostic = Diagnostic::new(
            Code::E1069,
            format!("`{ty}` is abstract: which of its types this is must be said"),
            span,
            "no type is named",
        );
        let diagnostic = self.pointing(diagnostic, declared);
        self.report(diagnostic.help(format!(
            "declare `namespace xsi \"{INSTANCE}\"` and write {}",
            and_list(&others, 4).replace(" and ", " or ")
        )));
    }

    fn is_abstract(&self, ty: TypeId) -> bool {
        matches!(ty, TypeId::Complex(id) if self.schema.complex[id].is_abstract)
    }
}
