//! The attributes of an element.

use super::logic::{Fact, NEVER};
use super::walk::Declared;
use super::{Conformer, INSTANCE};
use crate::check::nearest;
use crate::check::output::Entry;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::OutName;
use crate::schema::xsd::model::{AttributeUse, Process, TypeId, Wildcard};
use crate::schema::xsd::xml::Name;
use crate::text::Span;

impl Conformer<'_> {
    pub(super) fn attributes(&mut self, entries: &mut [Entry], declared: Declared, span: Span, under: Fact) {
        let (uses, wildcard): (&[AttributeUse], Option<&Wildcard>) = match declared.ty {
            TypeId::Any => return,
            TypeId::Simple(_) => (&[], None),
            TypeId::Complex(id) => (&self.schema.complex[id].attributes, self.schema.complex[id].wildcard.as_ref()),
        };
        let mut written: Vec<(Name, Fact, Span)> = Vec::new();
        for entry in entries {
            let writes = self.writes(entry);
            let Entry::Leaf { leaf, span, .. } = entry else { continue };
            let OutName::Attribute(name) = &leaf.name else { continue };
            let name = self.attribute_name(name);
            let used = uses.iter().find(|used| used.declaration.name == name);
            let declaration = match used {
                Some(used) => &used.declaration,
                None if &*name.namespace == INSTANCE => {
                    self.instance_attribute(&name, *span);
                    continue;
                }
                None => match wildcard.filter(|wildcard| wildcard.admits(&name)) {
                    Some(wildcard) if wildcard.process != Process::Skip => {
                        match (self.schema.global_attributes.get(&name), wildcard.process) {
                            (Some(declaration), _) => declaration,
                            (None, Process::Strict) => {
                                let meant = self.unknown_attribute(&name, *span, uses, declared);
                                written.extend(meant.map(|name| (name, writes, *span)));
                                continue;
                            }
                            (None, _) => continue,
                        }
                    }
                    Some(_) => continue,
                    None => {
                        let meant = self.unknown_attribute(&name, *span, uses, declared);
                        written.extend(meant.map(|name| (name, writes, *span)));
                        continue;
                    }
                },
            };
            written.push((name, writes, *span));
            let under = self.facts.logic.and(under, writes);
            match &declaration.fixed {
                Some(fixed) => self.fixed(leaf, fixed, declaration.span, *span, under),
                None => self.text(leaf, declaration.ty, None, *span, under),
            }
        }
        for used in uses.iter().filter(|used| used.required) {
            self.required(used, &written, declared, span, under);
        }
    }

    fn required(
        &mut self,
        used: &AttributeUse,
        written: &[(Name, Fact, Span)],
        declared: Declared,
        span: Span,
        under: Fact,
    ) {
        let name = &used.declaration.name;
        let lines = written.iter().filter(|(other, ..)| other == name);
        let some = lines.clone().fold(NEVER, |some, (_, writes, _)| self.facts.logic.or(some, *writes));
        if self.facts.logic.implies(under, some) {
            return;
        }
        let (path, element) = (self.written(name, true), self.name_of(declared));
        let place = used.declaration.span;
        let diagnostic = match lines.map(|(.., span)| *span).next() {
            Some(line) => {
                let source = self.before_arrow(line);
                let written = self.source(line);
                Diagnostic::new(
                    Code::E1058,
                    format!("`{element}` must have `{path}`, which may be left out here"),
                    line,
                    "may be left out",
                )
                .help(format!(
                    "give a value for then, or set the event aside: `{source} ?? reject \"no {path}\" -> {written}`"
                ))
            }
            None => Diagnostic::new(
                Code::E1058,
                format!("`{element}` must have `{path}`, which no line writes"),
                span,
                "without it",
            )
            .help(format!("write it: `… -> {path}`{}", self.asks(used.declaration.ty))),
        };
        self.report(diagnostic.also(place, "required here"));
    }

    /// What a type is, for help.
    pub(super) fn asks(&self, simple: usize) -> String {
        format!(" ({})", self.schema.type_name(TypeId::Simple(simple)))
    }

    fn instance_attribute(&mut self, name: &Name, span: Span) {
        match &*name.local {
            "type" | "schemaLocation" | "noNamespaceSchemaLocation" => {}
            "nil" => self.report(
                Diagnostic::new(Code::E1066, "`xsi:nil` is written by itself where a value is null", span, "by hand")
                    .help("write null on purpose as the element's value, and remove this line"),
            ),
            _ => self.report(
                Diagnostic::new(
                    Code::E1055,
                    format!("there is no `{}`", self.written(name, true)),
                    span,
                    "not one of the four",
                )
                .help("XML Schema has `xsi:type`, `xsi:nil`, `xsi:schemaLocation` and `xsi:noNamespaceSchemaLocation`"),
            ),
        }
    }

    /// Reports it, and gives the one that was meant.
    fn unknown_attribute(
        &mut self,
        name: &Name,
        span: Span,
        uses: &[AttributeUse],
        declared: Declared,
    ) -> Option<Name> {
        let shown = self.written(name, true);
        let names: Vec<String> = uses.iter().map(|used| self.written(&used.declaration.name, true)).collect();
        let other = uses.iter().find(|used| used.declaration.name.local == name.local);
        let element = self.name_of(declared);
        let mut diagnostic = Diagnostic::new(
            if other.is_some() { Code::E1056 } else { Code::E1055 },
            format!("the schema has no attribute `{shown}` of `{element}`"),
            span,
            "not in the schema",
        );
        diagnostic = match other {
            Some(used) => diagnostic.also(used.declaration.span, "this one is in another namespace"),
            None => self.pointing(diagnostic, declared),
        };
        let near = nearest(&shown, names.iter().map(String::as_str));
        let help = match (other, near) {
            (Some(used), _) if used.declaration.name.namespace.is_empty() => {
                format!("write `@{}`, without a prefix", name.local)
            }
            (Some(used), _) => match self.written(&used.declaration.name, true) {
                prefixed if prefixed.contains(':') => format!("write `{prefixed}`"),
                _ => format!(
                    "declare its prefix: `namespace s \"{}\"`, and write `@s:{}`",
                    used.declaration.name.namespace, name.local
                ),
            },
            (None, Some(near)) => format!("write `{near}`"),
            (None, None) if names.is_empty() => "it has no attributes: remove the line".to_owned(),
            (None, None) => format!("it has {}", crate::check::show::and_list(&names, 10)),
        };
        let near = near.and_then(|near| names.iter().position(|name| name == near)).and_then(|at| uses.get(at));
        let meant = other.or(near).map(|used| used.declaration.name.clone());
        self.report(diagnostic.help(help));
        meant
    }
}
