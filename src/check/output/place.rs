//! Where a value goes: target paths, and the rule that a place is written once.

use super::{Branch, Element, Entry, Shape, exclusive};
use crate::check::Checker;
use crate::check::nearest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Leaf, OutName, QName, Repeat};
use crate::syntax::tree::{self, Step};
use crate::text::Span;

/// What is put at a path.
pub(super) enum Put {
    Leaf(Leaf),
    Repeat(Repeat, Element),
}

impl Checker<'_> {
    /// The steps of a target path, held against the format.
    pub(super) fn steps(&mut self, target: &tree::TargetPath, shape: &Shape) -> Option<Vec<OutName>> {
        let mut steps = Vec::with_capacity(target.steps.len());
        for (at, step) in target.steps.iter().enumerate() {
            let last = at + 1 == target.steps.len();
            steps.push(match step {
                Step::Name(name) => OutName::Name(self.out_name(name, shape)?),
                Step::Attribute(name) if !shape.is_xml() => {
                    self.report(
                        Diagnostic::new(Code::E0503, "a JSON body has no attributes", name.span, "an attribute")
                            .help(format!("write `{}`, or `map as xml Root`", name.local.text)),
                    );
                    return None;
                }
                Step::Attribute(name) if !last => {
                    self.report(
                        Diagnostic::new(Code::E0502, "an attribute holds nothing inside", name.span, "an attribute")
                            .help("end the path with it"),
                    );
                    return None;
                }
                Step::Attribute(name) => OutName::Attribute(self.attribute_name(name, shape)?),
                Step::Here(span) if !shape.is_xml() => {
                    self.report(
                        Diagnostic::new(
                            Code::E0503,
                            "`.` is the text of an XML element; a JSON body has none",
                            *span,
                            "not in JSON",
                        )
                        .help("name a field; a list of scalars is written as `[p.id each p in people] -> ids`"),
                    );
                    return None;
                }
                Step::Here(_) => OutName::Here,
            });
        }
        (!steps.is_empty()).then_some(steps)
    }

    fn out_name(&mut self, name: &tree::QName, shape: &Shape) -> Option<QName> {
        match shape {
            Shape::Json => {
                if let Some(prefix) = &name.prefix {
                    self.report(
                        Diagnostic::new(Code::E0504, "a JSON body has no namespaces", prefix.span, "a prefix").help(
                            format!("write `{}`, or in backticks if the colon is part of the name", name.local.text),
                        ),
                    );
                    return None;
                }
                Some(QName { prefix: None, local: name.local.text.clone() })
            }
            Shape::Xml { namespaces } => self.qname(name, namespaces),
        }
    }

    fn attribute_name(&mut self, name: &tree::QName, shape: &Shape) -> Option<QName> {
        if name.prefix.is_none() && name.local.text == "xmlns" {
            self.report(
                Diagnostic::new(Code::E0510, "`xmlns` declares a namespace", name.span, "not an attribute of its own")
                    .help("write `namespace \"urn:…\"` at the top of the map"),
            );
            return None;
        }
        self.out_name(name, shape)
    }

    pub(super) fn qname(&mut self, name: &tree::QName, namespaces: &[(Option<String>, String, Span)]) -> Option<QName> {
        if !is_xml_name(&name.local.text) {
            self.report(
                Diagnostic::new(
                    Code::E0507,
                    format!("`{}` is no name that XML allows", name.local.text),
                    name.local.span,
                    "not an XML name",
                )
                .help("begin with a letter or `_`; letters, digits, `-`, `_` and `.` may follow"),
            );
            return None;
        }
        if let Some(prefix) = &name.prefix
            && !namespaces.iter().any(|(known, _, _)| known.as_deref() == Some(prefix.text.as_str()))
        {
            let near = nearest(&prefix.text, namespaces.iter().filter_map(|(known, _, _)| known.as_deref()))
                .map(str::to_string);
            self.report(
                Diagnostic::new(
                    Code::E0504,
                    format!("the prefix `{}` is not declared", prefix.text),
                    prefix.span,
                    "no such prefix",
                )
                .help(match near {
                    Some(near) => format!("write `{near}:{}`", name.local.text),
                    None => format!("declare it at the top of the map: `namespace {} \"urn:…\"`", prefix.text),
                }),
            );
            return None;
        }
        Some(QName { prefix: name.prefix.as_ref().map(|prefix| prefix.text.clone()), local: name.local.text.clone() })
    }

    /// Puts a value or a repetition at a path below `element`. Paths share their parents; a place is written
    /// once a branch.
    pub(super) fn put(
        &mut self,
        element: &mut Element,
        steps: &[OutName],
        put: Put,
        branch: &Branch,
        span: Span,
        shape: &Shape,
    ) -> Option<()> {
        match steps {
            [] => None,
            [last] => self.put_here(element, last, put, branch, span, shape),
            [OutName::Name(name), rest @ ..] => {
                let group = self.group(
                    element,
                    name,
                    branch,
                    span,
                    shape,
                    matches!(rest, [OutName::Attribute(_) | OutName::Here]),
                )?;
                self.put(group, rest, put, branch, span, shape)
            }
            _ => None,
        }
    }

    fn group<'e>(
        &mut self,
        element: &'e mut Element,
        name: &QName,
        branch: &Branch,
        span: Span,
        shape: &Shape,
        beside_text: bool,
    ) -> Option<&'e mut Element> {
        let mut at = None;
        for (index, entry) in element.entries.iter().enumerate() {
            match entry {
                Entry::Group { name: known, .. } if known == name => at = Some(index),
                Entry::Leaf { leaf, branch: other, span: first }
                    if leaf.name == OutName::Name(name.clone()) && !exclusive(branch, other) =>
                {
                    if shape.is_xml() && beside_text {
                        at = Some(index);
                        break;
                    }
                    self.value_and_element(name, span, *first);
                    return None;
                }
                Entry::Repeat { repeat, span: first, branch: other, .. }
                    if repeat.name == *name && !exclusive(branch, other) =>
                {
                    self.value_and_element(name, span, *first);
                    return None;
                }
                _ => {}
            }
        }
        let at = at.unwrap_or_else(|| {
            element.entries.push(Entry::Group { name: name.clone(), element: Element::default(), span });
            element.entries.len() - 1
        });
        if let Entry::Leaf { leaf, branch, span } = &element.entries[at] {
            // `duration -> Length` and then `"s" -> Length.@unit`: the value is the element's text.
            let text = Leaf { name: OutName::Here, ..leaf.clone() };
            let inner = Element { entries: vec![Entry::Leaf { leaf: text, branch: branch.clone(), span: *span }] };
            element.entries[at] = Entry::Group { name: name.clone(), element: inner, span: *span };
        }
        match &mut element.entries[at] {
            Entry::Group { element, .. } => Some(element),
            _ => None,
        }
    }

    fn put_here(
        &mut self,
        element: &mut Element,
        last: &OutName,
        put: Put,
        branch: &Branch,
        span: Span,
        shape: &Shape,
    ) -> Option<()> {
        let repeats = matches!(put, Put::Repeat(..));
        let mut text_of = None;
        for (index, entry) in element.entries.iter().enumerate() {
            match entry {
                Entry::Leaf { leaf, branch: other, span: first } if leaf.name == *last && !exclusive(branch, other) => {
                    self.written_twice(span, *first);
                    return None;
                }
                Entry::Repeat { repeat, branch: other, span: first, .. }
                    if OutName::Name(repeat.name.clone()) == *last
                        && !exclusive(branch, other)
                        && !(repeats && shape.is_xml()) =>
                {
                    self.written_twice(span, *first);
                    return None;
                }
                Entry::Group { name, element, span: first } if OutName::Name(name.clone()) == *last => {
                    let only_attributes = element.entries.iter().all(
                        |entry| matches!(entry, Entry::Leaf { leaf, .. } if matches!(leaf.name, OutName::Attribute(_))),
                    );
                    if shape.is_xml() && only_attributes && !repeats {
                        text_of = Some(index);
                    } else {
                        self.value_and_element(name, span, *first);
                        return None;
                    }
                }
                _ => {}
            }
        }
        if let (Some(index), Put::Leaf(leaf)) = (text_of, &put) {
            if let Entry::Group { element, .. } = &mut element.entries[index] {
                let leaf = Leaf { name: OutName::Here, ..leaf.clone() };
                element.entries.push(Entry::Leaf { leaf, branch: branch.clone(), span });
            }
            return Some(());
        }
        element.entries.push(match put {
            Put::Leaf(leaf) => Entry::Leaf { leaf, branch: branch.clone(), span },
            Put::Repeat(repeat, element) => Entry::Repeat { repeat, element, branch: branch.clone(), span },
        });
        Some(())
    }

    fn written_twice(&mut self, span: Span, first: Span) {
        self.report(
            Diagnostic::new(
                Code::E0501,
                format!("`{}` is written twice", self.source(span)),
                span,
                "written again here",
            )
            .also(first, "first written here")
            .help("remove one of the two, or write each in a branch of one `when … else`"),
        );
    }

    fn value_and_element(&mut self, name: &QName, span: Span, first: Span) {
        self.report(
            Diagnostic::new(Code::E0502, format!("`{name}` is a value here and holds others there"), span, "here")
                .also(first, "and here")
                .help("write the value under a name of its own"),
        );
    }
}

/// An NCName (Namespaces in XML 1.0 §4): an XML name without a colon.
pub(super) fn is_xml_name(name: &str) -> bool {
    let start = |c: char| {
        matches!(c, 'A'..='Z' | 'a'..='z' | '_' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
            | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
            | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
            | '\u{10000}'..='\u{EFFFF}')
    };
    let more = |c: char| {
        start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
    };
    let mut letters = name.chars();
    letters.next().is_some_and(start) && letters.all(more)
}
