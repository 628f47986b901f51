//! Maps: the lines of a body become one tree of what is written.

mod alone;
mod leaf;
mod lines;
mod place;
mod xsd;

pub(super) use alone::lines_alone;

use super::Checker;
use super::scope::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Body, Format, Namespace, Node, OutName, QName, Repeat};
use crate::syntax::tree;
use crate::text::Span;

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
    Xml { namespaces: Vec<(Option<String>, String, Span)> },
}

impl Shape {
    pub fn is_xml(&self) -> bool {
        matches!(self, Shape::Xml { .. })
    }
}

impl Element {
    fn into_nodes(self) -> Vec<Node> {
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
        let mut root = None;
        let shape = match &map.format {
            None => Shape::Json,
            Some(format) => match format.name.text.as_str() {
                "json" => {
                    if let Some(root) = &format.root {
                        self.report(
                            Diagnostic::new(Code::E0509, "a JSON body has no root name", root.span, "not in JSON")
                                .help("remove the name, or write `map as xml` for an element"),
                        );
                    }
                    Shape::Json
                }
                "xml" => {
                    let Some(name) = &format.root else {
                        self.report(
                            Diagnostic::new(
                                Code::E0509,
                                "an XML body needs the name of its root element",
                                format.span,
                                "no root",
                            )
                            .help("write it: `map as xml SlotRule { … }`"),
                        );
                        return None;
                    };
                    root = Some(name.clone());
                    Shape::Xml { namespaces: self.namespaces(&map.body) }
                }
                "soap" | "form" | "text" => {
                    return self.not_yet(format.span, &format!("`map as {}`", format.name.text));
                }
                other => {
                    let near = super::nearest::nearest(other, ["json", "xml", "soap", "form", "text"]);
                    self.report(
                        Diagnostic::new(
                            Code::E0509,
                            format!("there is no format `{other}`"),
                            format.name.span,
                            "not a format",
                        )
                        .help(format!("write `as {}`", near.unwrap_or("json"))),
                    );
                    return None;
                }
            },
        };
        let mut lines = lines::Lines::new(shape.clone());
        let mut element = Element::default();
        let errors = self.errors();
        let mark = scope.mark();
        self.lines(&map.body, &mut lines, &mut element, scope);
        scope.back_to(mark);
        let format = match (shape, root) {
            (Shape::Xml { namespaces }, Some(name)) => {
                let root = self.qname(&name, &namespaces)?;
                if let (Some(conforming), true) = (&map.conforming, self.errors() == errors) {
                    self.conforms(conforming, (&root, name.span), &namespaces, &mut element);
                }
                let namespaces = namespaces.into_iter().map(|(prefix, uri, _)| Namespace { prefix, uri }).collect();
                Format::Xml { root, namespaces }
            }
            _ => {
                if let Some(conforming) = &map.conforming {
                    self.json_conforms(conforming);
                }
                Format::Json
            }
        };
        (self.errors() == errors).then(|| Body { format, nodes: element.into_nodes() })
    }

    /// An XML body against the schema that it names.
    fn conforms(
        &mut self,
        schema: &tree::Text,
        root: (&QName, Span),
        namespaces: &[(Option<String>, String, Span)],
        element: &mut Element,
    ) {
        if !is_xsd(schema) {
            self.report(
                Diagnostic::new(
                    Code::E1070,
                    "an XML body is held against an XML Schema, an `.xsd` file",
                    schema.span,
                    "another kind of schema",
                )
                .help("name the XSD: `conforming \"slots.xsd\"`"),
            );
            return;
        }
        self.conforms_to_xsd(schema, root, namespaces, element);
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

    fn namespaces(&mut self, block: &tree::Block) -> Vec<(Option<String>, String, Span)> {
        let mut found: Vec<(Option<String>, String, Span)> = Vec::new();
        for line in &block.lines {
            let tree::LineKind::Namespace { prefix, uri } = &line.kind else { continue };
            let name = prefix.as_ref().map(|prefix| prefix.text.clone());
            if let Some((_, _, first)) = found.iter().find(|(known, _, _)| *known == name) {
                self.report(
                    Diagnostic::new(Code::E0510, "this namespace is declared twice", line.span, "again here")
                        .also(*first, "first here")
                        .help("remove one of the two"),
                );
                continue;
            }
            let wrong = match (&name, uri.value.as_str()) {
                (_, "") => Some("a namespace needs a name"),
                (Some(prefix), _) if prefix.to_ascii_lowercase().starts_with("xml") => {
                    Some("prefixes that begin with `xml` are XML's own")
                }
                (_, "http://www.w3.org/2000/xmlns/" | "http://www.w3.org/XML/1998/namespace") => {
                    Some("this namespace is XML's own")
                }
                (Some(prefix), _) if !place::is_xml_name(prefix) => Some("a prefix is an XML name"),
                _ => None,
            };
            if let Some(wrong) = wrong {
                self.report(
                    Diagnostic::new(Code::E0510, wrong, line.span, "this namespace")
                        .help("write it as `namespace v \"urn:vista:common\"`"),
                );
                continue;
            }
            found.push((name, uri.value.clone(), line.span));
        }
        found
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
