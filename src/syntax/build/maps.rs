//! Maps: their heads, what stands right of an arrow, and their blocks.

use super::braces::{Commas, Kind};
use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::*;
use crate::syntax::words;
use crate::text::Span;

const MAP: Kind =
    Kind { what: "map", item: "a rule, `source -> target`,", words: words::LINES, commas: Commas::Separate };
const BLOCK: Kind =
    Kind { what: "block", item: "a rule, `source -> target`,", words: words::LINES, commas: Commas::Separate };

impl Builder<'_> {
    pub(super) fn map(&mut self, node: Node, doc: Doc) -> Map {
        let span = self.trimmed(&node);
        let keyword = self.head(&node, 3);
        let empty = Block { lines: Vec::new(), open: keyword.after(), span: keyword.after() };
        let mut map =
            Map { doc, name: None, parameters: None, format: None, conforming: None, body: empty, span, keyword };
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::name => map.name = Some(self.name(&part)),
                Rule::parameters => map.parameters = Some(self.parameters(part)),
                Rule::map_format => {
                    let format = self.map_format(part);
                    if let Some(before) = &map.format {
                        let (before, at) = (before.span, format.as_ref().map_or(span, |format| format.span));
                        self.twice("as", at, before);
                    } else {
                        map.format = format;
                    }
                }
                Rule::conforming => {
                    let at = self.trimmed(&part);
                    let text = part.into_inner().next().map(|text| {
                        self.text_or_missing(
                            text,
                            "the schema's file is missing behind `conforming`",
                            "conforming \"slots.xsd\"",
                        )
                    });
                    match &map.conforming {
                        Some(before) => self.twice("conforming", at, before.span),
                        None => map.conforming = text,
                    }
                }
                Rule::block => map.body = self.block_of(part, keyword, &MAP),
                Rule::junk => self.junk(&part),
                _ => {}
            }
        }
        map
    }

    pub(super) fn twice(&mut self, word: &str, at: Span, before: Span) {
        self.report(
            Diagnostic::new(Code::E0001, format!("`{word}` stands here twice"), at, "the second time")
                .also(before, "the first time"),
        );
    }

    fn map_format(&mut self, node: Node) -> Option<MapFormat> {
        let span = self.trimmed(&node);
        let mut parts = Parts::of(node);
        let first = parts.next()?;
        if first.as_rule() == Rule::missing_form {
            self.missing(
                &first,
                "a format is due behind `as`",
                Some("as json, as xml Root, as soap 1.1 p:Operation, as form or as text".into()),
            );
            return None;
        }
        let name = self.name(&first);
        let mut format =
            MapFormat { name, version: None, root: None, ends: None, encoding: None, forbidden: None, span };
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::version => format.version = Some((part.as_str().to_owned(), self.span(&part))),
                Rule::root => format.root = part.into_inner().next().map(|name| self.qname(name)),
                Rule::ends => self.map_option(part, "ends", &mut format.ends),
                Rule::encoding => self.map_option(part, "encoding", &mut format.encoding),
                Rule::forbidden => self.map_option(part, "forbidden as", &mut format.forbidden),
                _ => {}
            }
        }
        Some(format)
    }

    fn map_option(&mut self, node: Node, word: &str, option: &mut Option<Text>) {
        let at = self.trimmed(&node);
        let Some(text) = node.into_inner().next() else { return };
        let text = self.text_or_missing(text, "what stands for a forbidden character is missing", "forbidden as \"?\"");
        match option {
            Some(before) => self.twice(word, at, before.span),
            None => *option = Some(text),
        }
    }

    /// `qname`, or the `step` of a target path behind its `@`.
    fn qname(&mut self, node: Node) -> QName {
        let span = self.trimmed(&node);
        let mut names = Vec::new();
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            if part.as_rule() != Rule::attribute {
                names.push(self.field_name(part));
            }
        }
        let last = names.pop().unwrap_or(Name { text: String::new(), span });
        QName { prefix: names.pop(), local: last, span }
    }

    pub(super) fn parameters(&mut self, node: Node) -> Vec<Parameter> {
        let opener = self.head(&node, 1);
        let mut parameters = Vec::new();
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::parameter => {
                    let owner = self.trimmed(&part);
                    let mut inner = Parts::of(part);
                    let Some(name) = inner.next() else { continue };
                    let name = self.name(&name);
                    self.colon(&mut inner, name.span);
                    parameters.push(Parameter { name, ty: self.type_of(inner.next(), owner) });
                }
                Rule::missing_close => self.missing_bracket(&part, opener, ")"),
                Rule::bracket_junk => self.bracket_junk(&part, ")"),
                _ => {}
            }
        }
        parameters
    }

    /// `{ … }` of a line.
    pub(super) fn block(&mut self, node: Node, head: Span) -> Block {
        self.block_of(node, head, &BLOCK)
    }

    fn block_of(&mut self, node: Node, head: Span, kind: &Kind) -> Block {
        let mut lines = Vec::new();
        let mut parts = Parts::of(node);
        let body = self.body(&mut parts, head, kind, |builder, node, doc| lines.extend(builder.line(node, doc)));
        Block { lines, open: body.open, span: body.span }
    }

    /// What stands right of an arrow.
    pub(super) fn target_path(&mut self, node: Node) -> TargetPath {
        if node.as_rule() == Rule::missing_target {
            let due = self.due(&node);
            if let Some(word) = self.operator_word_at(self.span(&node).start as usize) {
                let slip = self.operator_word(word);
                self.report(slip);
            }
            let help = self.corrected(due, " name");
            self.missing(&node, "the target is missing behind the arrow", Some(help));
            return empty_target(due);
        }
        let mut target = empty_target(self.trimmed(&node));
        let mut suffixes = Vec::new();
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            let span = self.trimmed(&part);
            if part.as_rule() != Rule::target_path {
                suffixes.push((part.as_rule(), span));
            }
            match part.as_rule() {
                Rule::target_path => {
                    target.span = span;
                    target.steps = self.steps(part);
                }
                Rule::list_mark => target.list = Some(span),
                Rule::optional => target.optional = Some(span),
                Rule::in_unit => target.unit = self.suffix_unit(part),
                Rule::as_form => target.form = self.suffix_form(part),
                _ => target.zone = self.suffix_zone(part),
            }
        }
        self.suffix_order(
            target.span,
            &suffixes,
            &[Rule::list_mark, Rule::optional, Rule::in_unit, Rule::as_form, Rule::in_zone],
        );
        target
    }

    fn steps(&mut self, node: Node) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::here => steps.push(Step::Here(self.span(&part))),
                Rule::missing_name => drop(self.missing_name(&part, "a name is due behind the dot", "-> patient.name")),
                _ => {
                    let is_attribute = part.as_str().starts_with('@');
                    let name = self.qname(part);
                    steps.push(if is_attribute { Step::Attribute(name) } else { Step::Name(name) });
                }
            }
        }
        steps
    }
}

pub(super) fn empty_target(span: Span) -> TargetPath {
    TargetPath { steps: Vec::new(), list: None, optional: None, unit: None, form: None, zone: None, span }
}
