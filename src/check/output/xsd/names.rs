//! Elements that the schema does not have: misspelled, in another namespace, or not at all.

use super::Conformer;
use super::walk::Declared;
use crate::check::nearest;
use crate::check::show::and_list;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Namespace;
use crate::schema::xsd::model::ElementId;
use crate::schema::xsd::xml::Name;
use crate::text::Span;

impl Conformer<'_> {
    pub(super) fn name_of(&self, declared: Declared) -> String {
        match declared.id {
            Some(id) => self.written(&self.schema.elements[id].name, false),
            None => "it".to_owned(),
        }
    }

    /// With the declaration in the schema.
    pub(super) fn pointing(&self, diagnostic: Diagnostic, declared: Declared) -> Diagnostic {
        match declared.id {
            Some(id) => diagnostic.also(self.schema.elements[id].span, "declared here"),
            None => diagnostic,
        }
    }

    /// Reports an element that the schema does not have there: in another namespace, misspelled, or not at all. Gives
    /// the one that was meant.
    pub(super) fn unknown_element(
        &mut self,
        code: Code,
        name: &Name,
        span: Span,
        known: &[ElementId],
        parent: Option<Declared>,
    ) -> Option<ElementId> {
        let shown = self.written(name, false);
        let elsewhere = known.iter().find(|id| self.schema.elements[**id].name.local == name.local);
        if let Some(&id) = elsewhere {
            self.other_namespace(name, span, id, parent.is_none());
            return Some(id);
        }
        let place = match parent {
            Some(parent) => format!("the schema has no `{shown}` in `{}`", self.name_of(parent)),
            None => format!("the schema has no element `{shown}` that a document begins with"),
        };
        let mut diagnostic = Diagnostic::new(code, place, span, "not in the schema");
        if let Some(parent) = parent {
            diagnostic = self.pointing(diagnostic, parent);
        }
        let names: Vec<String> = known.iter().map(|id| self.written(&self.schema.elements[*id].name, false)).collect();
        let near = nearest(&shown, names.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("write `{near}`"),
            None if names.is_empty() => "it holds no elements: remove the line".to_owned(),
            None => format!("it has {}", and_list(&names, 10)),
        };
        let meant = near.and_then(|near| names.iter().position(|name| name == near));
        let meant = meant.map(|at| known[at]);
        self.report(diagnostic.help(help));
        meant
    }

    fn other_namespace(&mut self, name: &Name, span: Span, id: ElementId, root: bool) {
        let declaration = &self.schema.elements[id];
        let wanted = &declaration.name;
        let show = |namespace: &str| match namespace {
            "" => "no namespace".to_owned(),
            uri => format!("`{uri}`"),
        };
        let declared = self.namespaces.iter().find(|known| *known.uri == *wanted.namespace);
        let default = self.namespaces.iter().any(|known| known.prefix.is_none());
        let help = match (&*wanted.namespace, declared) {
            ("", _) if default => format!(
                "in the schema only some names have a namespace: write `namespace s \"{}\"` instead of the default one, and \
                 `s:` before those, as in `map as xml s:{}`",
                name.namespace, self.root
            ),
            ("", _) => format!("write `{}`", wanted.local),
            (_, Some(Namespace { prefix: Some(prefix), .. })) => format!("write `{prefix}:{}`", wanted.local),
            (uri, _) if root || !default && name.namespace.is_empty() => {
                format!("declare it at the top of the map: `namespace \"{uri}\"`")
            }
            (uri, _) => format!(
                "declare a prefix at the top of the map, `namespace s \"{uri}\"`, and write `s:{}`",
                wanted.local
            ),
        };
        self.report(
            Diagnostic::new(
                Code::E1056,
                format!(
                    "`{}` is in {}, but the schema's is in {}",
                    name.local,
                    show(&name.namespace),
                    show(&wanted.namespace)
                ),
                span,
                format!("in {}", show(&name.namespace)),
            )
            .also(declaration.span, format!("in {}", show(&wanted.namespace)))
            .help(help),
        );
    }
}
