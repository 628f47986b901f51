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
        if let (Some(schema), true) = (&map.conforming, self.errors() == errors) {
            self.conforms(schema, map, &format, &mut element, scope);
        }
        if let (Format::Soap(soap), Some(header)) = (&mut format, lines.header) {
            self.null_alone(&header);
            soap.header = header.into_nodes();
        }
        (self.errors() == errors).then(|| Body { format, nodes: element.into_nodes() })
    }

    /// The body against the schema that its map names.
    fn conforms(
        &mut self,
        schema: &tree::Text,
        map: &tree::Map,
        format: &Format,
        element: &mut Element,
        scope: &Scope,
    ) {
        let is_xsd = schema.value.to_ascii_lowercase().ends_with(".xsd");
        let root = map.format.as_ref().and_then(|format| format.root.as_ref()).map_or(map.keyword, |root| root.span);
        match format {
            Format::Xml { root: name, document } if is_xsd => {
                self.conforms_to_xsd(schema, (name, root), &document.namespaces, element, scope);
            }
            Format::Soap(soap) if is_xsd => {
                self.conforms_to_xsd(schema, (&soap.operation, root), &soap.document.namespaces, element, scope);
            }
            Format::Json if !is_xsd => {
                self.not_yet::<()>(schema.span, "`conforming` a JSON Schema");
            }
            Format::Xml { .. } | Format::Soap(_) => {
                self.other_schema(schema, "an XML body", "an XML Schema, an `.xsd` file")
            }
            Format::Json => self.other_schema(schema, "a JSON body", "a JSON Schema"),
            Format::Form => self.other_schema(schema, "a form", "no schema"),
            Format::Text(_) => self.other_schema(schema, "a text", "no schema"),
        }
    }

    fn other_schema(&mut self, schema: &tree::Text, body: &str, takes: &str) {
        let help = match takes {
            "no schema" => "leave `conforming` out",
            _ => {
                "name a schema of that kind, or write the format that this one is of, `map as xml Root` or `map as json`"
            }
        };
        self.report(
            Diagnostic::new(Code::E1070, format!("{body} is held against {takes}"), schema.span, "another kind")
                .help(help),
        );
    }
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
