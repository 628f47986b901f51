//! Maps: the lines of a body become one tree of what is written.

mod alone;
mod characters;
mod head;
mod leaf;
mod lines;
mod place;
mod rule;
mod text;
mod width;
mod xsd;

pub(super) use text::InLine;

pub(super) use alone::lines_alone;

use super::Checker;
use super::scope::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Body, Format, Namespace, Node, OutName, QName, Repeat};
use crate::syntax::tree;
use crate::text::Span;
use std::rc::Rc;

/// The arm that a line stands in, of every `when` and `match` around it; two lines with different arms
/// of one choice are never both written.
pub(super) type Branch = Vec<(u32, usize)>;

/// What is written into one record or element, while it grows.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub entries: Vec<Entry>,
}

#[derive(Debug)]
pub(super) enum Entry {
    Leaf {
        leaf: crate::model::Leaf,
        branch: Branch,
        span: Span,
    },
    Group {
        name: QName,
        element: Element,
        span: Span,
    },
    /// The lines of an item are in `element`, not yet in `repeat`.
    Repeat {
        repeat: Repeat,
        element: Element,
        branch: Branch,
        span: Span,
    },
    /// A `let` or `reject` line.
    Line(Node),
}

/// The format of a body, as far as its lines must know it.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Json,
    Xml(Rc<XmlShape>),
    Form,
    Text {
        latin_1: bool,
        /// Something stands for what is forbidden.
        replaces: bool,
    },
}

#[derive(Debug)]
pub(super) struct XmlShape {
    /// The author's, and the envelope's.
    pub namespaces: Vec<Namespace>,
    pub latin_1: bool,
    /// Something stands for what is forbidden.
    pub replaces: bool,
    pub soap: bool,
}

impl Shape {
    pub fn is_xml(&self) -> bool {
        matches!(self, Shape::Xml(_))
    }

    pub fn is_text(&self) -> bool {
        matches!(self, Shape::Text { .. })
    }

    pub fn is_soap(&self) -> bool {
        matches!(self, Shape::Xml(xml) if xml.soap)
    }

    /// For messages.
    pub fn what(&self) -> &'static str {
        match self {
            Shape::Json => "a JSON body",
            Shape::Xml(xml) if xml.soap => "a SOAP body",
            Shape::Xml(_) => "an XML body",
            Shape::Form => "a form",
            Shape::Text { .. } => "a text",
        }
    }
}

impl Element {
    /// Names and rejects first, in their order: a group that an earlier line began may hold lines that rest on them.
    fn into_nodes(mut self) -> Vec<Node> {
        self.entries.sort_by_key(|entry| !matches!(entry, Entry::Line(_)));
        self.entries
            .into_iter()
            .map(|entry| match entry {
                Entry::Leaf { leaf, .. } => Node::Leaf(leaf),
                Entry::Group { name, element, .. } => Node::Group { name, nodes: element.into_nodes() },
                Entry::Repeat { repeat, element, .. } => Node::Repeat(Repeat { nodes: element.into_nodes(), ..repeat }),
                Entry::Line(node) => node,
            })
            .collect()
    }
}

/// Whether two lines can both be written for one event.
pub(super) fn exclusive(a: &Branch, b: &Branch) -> bool {
    a.iter().any(|(choice, arm)| b.iter().any(|(other, other_arm)| choice == other && arm != other_arm))
}

impl Checker<'_> {
    /// The body of a target; `scope` holds what the target's `when` proved.
    pub(super) fn body(&mut self, map: &tree::Map, scope: &mut Scope) -> Option<Body> {
        let errors = self.errors();
        let head = self.head(map)?;
        let mut lines = lines::Lines::new(head.shape);
        lines.head = head.lines;
        lines.header = lines.shape.is_soap().then(Element::default);
        let mut element = Element::default();
        let mark = scope.mark();
        self.lines(&map.body, &mut lines, &mut element, scope);
        scope.back_to(mark);
        self.null_alone(&element);
        let mut format = head.format;
        if let (Some(conforming), true) = (&map.conforming, self.errors() == errors) {
            self.conforms(conforming, map, &format, &mut element);
        }
        if let (Format::Soap(soap), Some(header)) = (&mut format, lines.header) {
            self.null_alone(&header);
            soap.header = header.into_nodes();
        }
        (self.errors() == errors).then(|| Body { format, nodes: element.into_nodes() })
    }

    /// A body against the schema that it names.
    fn conforms(&mut self, schema: &tree::Text, map: &tree::Map, format: &Format, element: &mut Element) {
        let name = map
            .format
            .as_ref()
            .map_or(map.keyword, |format| format.root.as_ref().map_or(format.span, |root| root.span));
        let (root, document) = match format {
            Format::Xml { root, document } => (root, document),
            Format::Soap(soap) => (&soap.operation, &soap.document),
            _ => return self.json_conforms(schema),
        };
        if is_xsd(schema) {
            return self.conforms_to_xsd(schema, (root, name), &document.namespaces, element);
        }
        self.report(
            Diagnostic::new(
                Code::E1070,
                "an XML body is held against an XML Schema, an `.xsd` file",
                schema.span,
                "another kind of schema",
            )
            .help("name the XSD: `conforming \"slots.xsd\"`"),
        );
    }

    fn json_conforms(&mut self, schema: &tree::Text) {
        if is_xsd(schema) {
            self.report(
                Diagnostic::new(
                    Code::E1070,
                    "an XML Schema is of XML bodies, and this one is JSON",
                    schema.span,
                    "of XML",
                )
                .help("write `map as xml Root conforming \"…\"`, or name a JSON Schema"),
            );
            return;
        }
        self.not_yet::<()>(schema.span, "`conforming` a JSON Schema");
    }
}

fn is_xsd(schema: &tree::Text) -> bool {
    schema.value.to_ascii_lowercase().ends_with(".xsd")
}

/// The words of a target path, for messages and reasons.
pub(super) fn path_text(steps: &[OutName]) -> String {
    steps
        .iter()
        .map(|step| match step {
            OutName::Name(name) => name.to_string(),
            OutName::Attribute(name) => format!("@{name}"),
            OutName::Here => ".".to_string(),
        })
        .collect::<Vec<_>>()
        .join(".")
}
