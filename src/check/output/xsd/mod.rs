//! A body held against an XML Schema before any event comes: every body that the lines can make is one that the schema
//! admits.
//!
//! The lines of an element are a small program: each writes its children under a condition ([`facts`], [`logic`]). All
//! conditions are followed at once through the content model's automaton ([`sequence`]); texts are followed to the
//! constants, fields and functions that they come from and held against the simple type ([`value`], [`proof`]). What
//! moves straight from the event and may still break a facet is handed down as a rule of use.

mod attributes;
mod facts;
mod instance;
mod logic;
mod names;
mod pieces;
mod proof;
mod sequence;
mod told;
mod types;
mod value;
mod walk;
mod wanted;

use super::{Checker, Element};
use crate::check::scope::{Frame, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Namespace, QName};
use crate::schema::xsd::classes::Classes;
use crate::schema::xsd::model::ElementId;
use crate::schema::xsd::{Name, Schema};
use crate::syntax::tree;
use crate::text::Span;
use facts::Facts;
use logic::ALWAYS;
use std::collections::HashSet;

/// The namespace of `xsi:nil` and `xsi:type` (XML Schema part 1, §2.6).
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The most facets that the note on handed down rules points at.
const POINTED_AT: usize = 6;

/// One body against one schema.
pub(super) struct Conformer<'c> {
    checker: &'c Checker<'c>,
    schema: &'c Schema,
    namespaces: &'c [Namespace],
    /// Where the schema is asked for, and its file's name.
    asked: Span,
    file: String,
    facts: Facts<'c>,
    classes: Classes,
    /// Parts of expressions that the proof at hand has looked into.
    steps: usize,
    out: Vec<Diagnostic>,
    told: HashSet<(Code, Span, String)>,
    /// Rules that values of the event are held to, with the facets' places.
    handed: Vec<(String, Option<Span>)>,
    /// The root's local name.
    root: String,
}

impl Checker<'_> {
    /// Holds the lines below the root against the schema at `asked`, brings them into its order, and hands down what
    /// only an event can tell.
    pub(super) fn conforms_to_xsd(
        &mut self,
        asked: &tree::Text,
        root: (&QName, Span),
        namespaces: &[Namespace],
        element: &mut Element,
        scope: &Scope,
    ) {
        let files = self.files;
        let read = |path: &str| files.read(path);
        let schema = match crate::schema::xsd::read(&asked.value, asked.span, &read, &mut self.sources) {
            Ok(schema) => schema,
            Err(found) => return found.into_iter().for_each(|found| self.report(found)),
        };
        let mut conformer = Conformer::new(self, &schema, namespaces, asked);
        conformer.root(root, element, scope);
        for found in conformer.findings() {
            self.report(found);
        }
    }
}

impl<'c> Conformer<'c> {
    fn new(
        checker: &'c Checker<'c>,
        schema: &'c Schema,
        namespaces: &'c [Namespace],
        asked: &tree::Text,
    ) -> Conformer<'c> {
        let mut facts = Facts::new(&checker.event);
        facts.lets.extend(checker.known_lets());
        Conformer {
            checker,
            schema,
            namespaces,
            asked: asked.span,
            file: asked.value.rsplit(['/', '\\']).next().unwrap_or(&asked.value).to_owned(),
            facts,
            classes: Classes::default(),
            steps: 0,
            out: Vec::new(),
            told: HashSet::new(),
            handed: Vec::new(),
            root: String::new(),
        }
    }

    fn root(&mut self, (name, span): (&QName, Span), element: &mut Element, scope: &Scope) {
        self.root = name.local.clone();
        let name = self.element_name(name);
        let Some(&id) = self.schema.global_elements.get(&name) else {
            let known: Vec<ElementId> = self.schema.global_elements.values().copied().collect();
            self.unknown_element(Code::E1053, &name, span, &known, None);
            return;
        };
        let mut under = ALWAYS;
        for frame in &scope.frames {
            if let Frame::Value(bound) = frame {
                self.facts.items.insert(bound.variable, bound.ty.clone());
            }
        }
        for condition in &scope.given {
            let one = self.facts.holds(condition);
            under = self.facts.logic.and(under, one);
        }
        self.element(&mut element.entries, self.declared(id), span, under);
    }

    /// Reports a mistake, once for each place and subject.
    fn report(&mut self, diagnostic: Diagnostic) {
        let key = (diagnostic.code, diagnostic.primary.span, diagnostic.message.clone());
        if self.told.insert(key) {
            self.out.push(diagnostic);
        }
    }

    fn findings(mut self) -> Vec<Diagnostic> {
        if self.facts.logic.too_large {
            return vec![
                Diagnostic::new(
                    Code::E1068,
                    "the conditions of this body are too many to be followed",
                    self.asked,
                    "asked for here",
                )
                .help("divide the body among several targets, or take the conditions out of the largest element"),
            ];
        }
        if self.out.is_empty() {
            self.note_rules();
        }
        self.note_identity();
        self.out
    }

    /// Names the rules that are held when an event comes.
    fn note_rules(&mut self) {
        let mut rules: Vec<(String, Option<Span>)> = Vec::new();
        for rule in std::mem::take(&mut self.handed) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        if rules.is_empty() {
            return;
        }
        let texts: Vec<String> = rules.iter().map(|(text, _)| text.clone()).collect();
        let message = format!(
            "what {} asks of values that only an event can tell: {}",
            self.file,
            crate::check::show::and_list(&texts, POINTED_AT)
        );
        let mut note = Diagnostic::new(Code::N1050, message, self.asked, "held when an event comes");
        let mut pointed: Vec<Span> = Vec::new();
        for span in rules.iter().filter_map(|(_, span)| *span) {
            if !pointed.contains(&span) && pointed.len() < POINTED_AT {
                pointed.push(span);
                note = note.also(span, "");
            }
        }
        self.out.push(note.help("an event that breaks one is set aside, with the path of its field"));
    }

    fn note_identity(&mut self) {
        let Some((first, span)) = self.schema.identity.first() else { return };
        let more = self.schema.identity.len() - 1;
        let others = if more == 0 { String::new() } else { format!(" and {more} more") };
        self.out.push(
            Diagnostic::new(
                Code::N1051,
                format!("{first}{others} of {} compares values of one body, which is not checked", self.file),
                self.asked,
                "asked for here",
            )
            .also(*span, "not checked")
            .help("the target may refuse a body in which such values do not agree"),
        );
    }

    /// The namespace and local name of an element.
    fn element_name(&self, name: &QName) -> Name {
        let found = self.namespaces.iter().find(|known| known.prefix == name.prefix);
        Name::new(found.map_or("", |known| &known.uri), &name.local)
    }

    /// Of an attribute: without a prefix it is in no namespace.
    fn attribute_name(&self, name: &QName) -> Name {
        match &name.prefix {
            None => Name::new("", &name.local),
            Some(_) => self.element_name(name),
        }
    }

    /// A name as the map's author would write it.
    fn written(&self, name: &Name, attribute: bool) -> String {
        let declared = self.namespaces.iter().filter(|known| *known.uri == *name.namespace);
        let prefixes: Vec<Option<&str>> = declared.map(|known| known.prefix.as_deref()).collect();
        let prefix = match &*name.namespace {
            "" => None,
            _ if !attribute && prefixes.contains(&None) => None,
            _ => prefixes.into_iter().flatten().next(),
        };
        let at = if attribute { "@" } else { "" };
        match prefix {
            Some(prefix) => format!("{at}{prefix}:{}", name.local),
            None => format!("{at}{}", name.local),
        }
    }

    fn source(&self, span: Span) -> String {
        self.checker.source(span)
    }

    /// What stands before the arrow of the line whose target this is, with the unit behind it, for help that can be
    /// pasted.
    fn before_arrow(&self, target: Span) -> String {
        let text = &self.checker.sources.file(target.file).text;
        let before = text.get(..target.start as usize).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("").trim();
        let source = line.strip_suffix("->").map(str::trim_end).unwrap_or("");
        let source = source[beginning(source)..].trim();
        if source.is_empty() {
            return "value".to_owned();
        }
        let behind = text.get(target.end as usize..).unwrap_or("").lines().next().unwrap_or("").trim_start();
        let unit = behind.strip_prefix("in ").and_then(|rest| rest.split([' ', ',', '}']).next());
        match unit {
            Some(unit) => format!("{source} in {unit}"),
            None => source.to_owned(),
        }
    }
}

/// Where the last rule of a line begins: behind a brace or comma that is in no string and no bracket.
fn beginning(line: &str) -> usize {
    let (mut start, mut depth, mut quoted, mut escaped) = (0, 0usize, false, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '{' | '}' | ',' if depth == 0 => start = at + 1,
            _ => {}
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn a_rule_begins_behind_what_is_before_it_in_its_line() {
        for (line, rule) in [
            ("duration", "duration"),
            ("when x { a -> A, b", "b"),
            ("\"{last}, {first}\"", "\"{last}, {first}\""),
            ("} replace(x, \"\\\"{\", \"\")", "replace(x, \"\\\"{\", \"\")"),
        ] {
            assert_eq!(line[beginning(line)..].trim(), rule);
        }
    }
}
