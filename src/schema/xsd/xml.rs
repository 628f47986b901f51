//! A schema document as a tree of elements, each attribute with its place. Only what schemas need: no DTD, no entities
//! but XML's five, text and comments passed over.

use crate::text::Span;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::rc::Rc;

/// The largest schema document, in bytes.
pub const MAX_DOCUMENT: usize = 16 << 20;
/// The deepest nesting of elements in one.
pub const MAX_DEPTH: usize = 200;

/// XML Schema's own namespace.
pub const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";
/// Of `xml:lang` and its kin.
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// A namespace, empty for none, and a local name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    pub namespace: Rc<str>,
    pub local: Rc<str>,
}

impl Name {
    pub fn new(namespace: &str, local: &str) -> Name {
        Name { namespace: namespace.into(), local: local.into() }
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.local)
    }
}

#[derive(Clone, Debug)]
pub struct Element {
    /// The local name of an element of [`SCHEMA`]; empty of any other, which says nothing to us.
    pub kind: String,
    pub attributes: Vec<Attribute>,
    pub children: Vec<Element>,
    /// The start tag.
    pub span: Span,
    /// The namespaces in scope, the innermost last; `""` is the default one.
    scope: Rc<Vec<(String, String)>>,
}

#[derive(Clone, Debug)]
pub struct Attribute {
    /// Without a prefix: those of schemas are in no namespace.
    pub name: String,
    pub value: String,
    /// The value, between the quotes.
    pub span: Span,
}

/// What keeps a document from being read.
#[derive(Clone, Debug)]
pub struct Fault {
    pub span: Span,
    pub message: String,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.attribute(name).map(|attribute| attribute.value.trim_matches(BLANKS))
    }

    /// The first child of that kind.
    pub fn child(&self, kind: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.kind == kind)
    }

    /// The children that say something: no annotations, no foreign elements.
    pub fn parts(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter(|child| !child.kind.is_empty() && child.kind != "annotation")
    }

    /// The namespace that a prefix stands for here; `None`: it is not declared.
    pub fn namespace(&self, prefix: &str) -> Option<&str> {
        if prefix == "xml" {
            return Some(XML);
        }
        let found = self.scope.iter().rev().find(|(known, _)| known == prefix).map(|(_, uri)| uri.as_str());
        if prefix.is_empty() { Some(found.unwrap_or("")) } else { found }
    }

    /// Where its name stands: the value of `name` or `ref`, else the tag.
    pub fn place(&self) -> Span {
        self.attribute("name").or_else(|| self.attribute("ref")).map_or(self.span, |attribute| attribute.span)
    }
}

/// XML's white space.
pub const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// Reads one document.
///
/// # Errors
/// It is not well-formed, has a DTD, or is over a limit.
pub fn parse(text: &str, file: u32) -> Result<Element, Fault> {
    let start = text.len() - text.trim_start_matches('\u{FEFF}').len();
    let mut reader = Reader::from_str(&text[start..]);
    reader.config_mut().expand_empty_elements = true;
    let mut document = Document { text, file, open: Vec::new(), root: None };
    loop {
        let before = start + reader.buffer_position() as usize;
        let event = reader.read_event().map_err(|error| {
            let at = (start + reader.error_position() as usize).max(before);
            document.fault(at, at, format!("it is no well-formed XML: {error}"))
        })?;
        let after = start + reader.buffer_position() as usize;
        match event {
            Event::Start(tag) => document.open(&tag, before, after)?,
            Event::End(_) => document.close(),
            Event::DocType(_) => {
                return Err(document.fault(before, after, "a schema with a document type (DTD) is not read"));
            }
            Event::GeneralRef(reference) => {
                let known =
                    reference.is_char_ref() || quick_xml::escape::resolve_predefined_entity(&reference).is_some();
                if !known {
                    return Err(document.fault(before, after, "entities of its own are not read in a schema"));
                }
            }
            Event::Eof => return document.end(),
            Event::Text(_) | Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Empty(_) => {}
        }
    }
}

struct Document<'t> {
    text: &'t str,
    file: u32,
    open: Vec<Element>,
    root: Option<Element>,
}

impl Document<'_> {
    fn fault(&self, start: usize, end: usize, message: impl Into<String>) -> Fault {
        let limit = |at: usize| {
            let mut at = at.min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        Fault { span: Span::new(self.file, limit(start), limit(end)), message: message.into() }
    }

    fn open(&mut self, tag: &BytesStart<'_>, before: usize, after: usize) -> Result<(), Fault> {
        if self.open.len() == MAX_DEPTH {
            return Err(self.fault(before, after, format!("it nests more than {MAX_DEPTH} deep")));
        }
        if self.root.is_some() && self.open.is_empty() {
            return Err(self.fault(before, after, "it is no well-formed XML: it has two roots"));
        }
        let scope = self.open.last().map_or_else(Rc::default, |parent| parent.scope.clone());
        let mut element = Element {
            kind: String::new(),
            attributes: Vec::new(),
            children: Vec::new(),
            span: self.fault(before, after, "").span,
            scope,
        };
        for attribute in tag.attributes() {
            let attribute =
                attribute.map_err(|error| self.fault(before, after, format!("it is no well-formed XML: {error}")))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.fault(before, after, format!("it is no well-formed XML: {error}")))?
                .into_owned();
            let key: &str = attribute.key.as_ref();
            let declared = if key == "xmlns" { Some("") } else { key.strip_prefix("xmlns:") };
            if let Some(prefix) = declared {
                Rc::make_mut(&mut element.scope).push((prefix.to_owned(), value));
                continue;
            }
            let span = self.place(&attribute.value).unwrap_or(element.span);
            element.attributes.push(Attribute { name: key.to_owned(), value, span });
        }
        let name = tag.name();
        let name: &str = name.as_ref();
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        match element.namespace(prefix) {
            None => return Err(self.fault(before, after, format!("the prefix `{prefix}` is declared nowhere"))),
            Some(SCHEMA) => element.kind = local.to_owned(),
            Some(_) => {}
        }
        self.open.push(element);
        Ok(())
    }

    /// Where a text lies that was not copied out of the document.
    fn place(&self, value: &str) -> Option<Span> {
        let start = (value.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (start + value.len() <= self.text.len()).then(|| Span::new(self.file, start, start + value.len()))
    }

    fn close(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
    }

    fn end(mut self) -> Result<Element, Fault> {
        let end = self.text.len();
        if !self.open.is_empty() {
            return Err(self.fault(end, end, "it is no well-formed XML: an element is not closed"));
        }
        let root = self.root.take();
        root.ok_or_else(|| self.fault(0, 0, "it is no well-formed XML: there is no element"))
    }
}
