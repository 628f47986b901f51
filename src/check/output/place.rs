//! Where a value goes: target paths, and the rule that a place is written once.

use super::{Branch, Element, Entry, Shape, XmlShape, exclusive};
use crate::check::Checker;
use crate::check::nearest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::library::xml;
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
                        Diagnostic::new(
                            Code::E0503,
                            format!("{} has no attributes", shape.what()),
                            name.span,
                            "an attribute",
                        )
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
                            format!("`.` is the text of an XML element; {} has none", shape.what()),
                            *span,
                            "only in XML",
                        )
                        .help("name a field; a list of scalars is written as `[p.id each p in people] -> ids`"),
                    );
                    return None;
                }
                Step::Here(_) => OutName::Here,
            });
        }
        if let (Shape::Form, [_, _, ..]) = (shape, steps.as_slice()) {
            let flat: Vec<&str> = target
                .steps
                .iter()
                .map(|step| match step {
                    Step::Name(name) => name.local.text.as_str(),
                    _ => "",
                })
                .collect();
            self.report(
                Diagnostic::new(Code::E0652, "a form has no records: its fields are flat", target.span, "a path").help(
                    format!("if the dot is part of the field's name, put it in backticks: -> `{}`", flat.join(".")),
                ),
            );
            return None;
        }
        (!steps.is_empty()).then_some(steps)
    }

    fn out_name(&mut self, name: &tree::QName, shape: &Shape) -> Option<QName> {
        match shape {
            Shape::Xml(xml) => self.qname(name, xml),
            _ => {
                if let Some(prefix) = &name.prefix {
                    self.report(
                        Diagnostic::new(
                            Code::E0504,
                            format!("{} has no namespaces", shape.what()),
                            prefix.span,
                            "a prefix",
                        )
                        .help(format!("write `{}`, or in backticks if the colon is part of the name", name.local.text)),
                    );
                    return None;
                }
                Some(QName { prefix: None, local: name.local.text.clone() })
            }
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
        // `xml:lang` and its kin need no declaration (Namespaces in XML 1.0 §3).
        if let Some(prefix) = name.prefix.as_ref().filter(|prefix| shape.is_xml() && prefix.text == "xml") {
            let local = self.out_name(&tree::QName { prefix: None, ..name.clone() }, shape)?;
            return Some(QName { prefix: Some(prefix.text.clone()), ..local });
        }
        self.out_name(name, shape)
    }

    pub(super) fn qname(&mut self, name: &tree::QName, xml: &XmlShape) -> Option<QName> {
        if !xml::is_name(&name.local.text) {
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
        self.in_encoding(&name.local.text, xml.latin_1, name.local.span);
        if let Some(prefix) = &name.prefix
            && !xml.namespaces.iter().any(|known| known.prefix.as_deref() == Some(prefix.text.as_str()))
        {
            if self.poisoned_prefixes.contains(&prefix.text) {
                return None;
            }
            let near = nearest(&prefix.text, xml.namespaces.iter().filter_map(|known| known.prefix.as_deref()))
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
                // Mixed text: another piece behind an element.
                Entry::Leaf { leaf, .. }
                    if leaf.name == OutName::Here && element.entries[index + 1..].iter().any(Entry::is_element) => {}
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

    /// An element that is `xsi:nil` has no content (XML Schema part 1, §2.6.2), so a text that may be null stands alone.
    pub(super) fn null_alone(&mut self, element: &Element) {
        for (index, entry) in element.entries.iter().enumerate() {
            match entry {
                Entry::Group { element, .. } => self.null_alone(element),
                Entry::Leaf { leaf, branch, span } if leaf.name == OutName::Here && leaf.ty.null => {
                    let beside =
                        element.entries.iter().enumerate().find_map(|(other, entry)| {
                            (other != index).then(|| entry.content_beside(branch)).flatten()
                        });
                    if let Some(beside) = beside {
                        self.report(
                            Diagnostic::new(
                                Code::E0212,
                                "this text may be null on purpose, and an element that is null has nothing inside",
                                *span,
                                "may be null",
                            )
                            .also(beside, "written inside, too")
                            .help("give text for null: `… ?? \"\" -> .`"),
                        );
                    }
                }
                _ => {}
            }
        }
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

impl Entry {
    /// Whether it writes elements.
    fn is_element(&self) -> bool {
        match self {
            Entry::Leaf { leaf, .. } => matches!(leaf.name, OutName::Name(_)),
            Entry::Group { .. } | Entry::Repeat { .. } => true,
            Entry::Line(_) => false,
        }
    }

    /// Where it writes content into the element, for an event for which that branch is written, too.
    fn content_beside(&self, branch: &Branch) -> Option<Span> {
        match self {
            Entry::Leaf { leaf, branch: other, span } => {
                let content = !matches!(leaf.name, OutName::Attribute(_));
                (content && !exclusive(branch, other)).then_some(*span)
            }
            Entry::Repeat { branch: other, span, .. } => (!exclusive(branch, other)).then_some(*span),
            Entry::Group { element, span, .. } => {
                element.entries.iter().any(|entry| entry.written_beside(branch)).then_some(*span)
            }
            Entry::Line(_) => None,
        }
    }

    fn written_beside(&self, branch: &Branch) -> bool {
        match self {
            Entry::Leaf { branch: other, .. } | Entry::Repeat { branch: other, .. } => !exclusive(branch, other),
            Entry::Group { element, .. } => element.entries.iter().any(|entry| entry.written_beside(branch)),
            Entry::Line(_) => false,
        }
    }
}
