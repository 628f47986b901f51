//! XML 1.0 bodies.

mod lines;
pub mod soap;
mod text;

use std::collections::HashMap;

use super::rules::{Quiet, holds, optional};
use super::{BodyWriter, encoding, within_limit};
use crate::library::Value;
use crate::library::xml::{is_allowed, is_name};
use crate::model::{Base, Document, Encoding, Leaf, Namespace, Node, OutName, QName, Repeat, Type};
use crate::plan::code::{Code, Items};
use crate::plan::compile::Compiler;
use crate::plan::error::PlanError;
use crate::plan::evaluate::{Machine, Outcome};
use lines::Element;
use text::Style;

/// The namespace of `xsi:nil` (XML Schema part 1, §2.6).
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

pub struct XmlBody {
    content_type: String,
    declaration: Box<[u8]>,
    root: Box<[u8]>,
    /// ` xmlns="…" xmlns:v="…"`, ready.
    namespaces: Box<[u8]>,
    element: Element,
    style: Style,
}

/// Compiles one body.
struct Builder<'c, 'm> {
    compiler: &'c mut Compiler<'m>,
    /// Declared prefixes with their namespaces; `""` for the default one.
    prefixes: HashMap<&'m str, &'m str>,
    /// ` xmlns="…" xmlns:v="…"`
    declared: Vec<u8>,
    document: &'m Document,
    /// Whether some value may be null.
    null: bool,
}

impl XmlBody {
    pub fn new<'m>(
        root: &'m QName,
        document: &'m Document,
        nodes: &'m [Node],
        compiler: &mut Compiler<'m>,
    ) -> Result<XmlBody, PlanError> {
        compiler.at("xml");
        let mut builder = Builder::new(document, compiler)?;
        let root = builder.name(root, false)?;
        let element = builder.element(nodes)?;
        let style = builder.style();
        Ok(XmlBody {
            content_type: format!("application/xml; charset={}", charset(document.encoding)),
            declaration: declaration(document.encoding),
            root,
            namespaces: builder.declared.into(),
            element,
            style,
        })
    }
}

/// The encoding as content types name it.
fn charset(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "utf-8",
        Encoding::Latin1 => "ISO-8859-1",
    }
}

fn declaration(encoding: Encoding) -> Box<[u8]> {
    format!("<?xml version=\"1.0\" encoding=\"{}\"?>", encoding.name()).into_bytes().into()
}

fn declare(prefix: &str, uri: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b" xmlns");
    if !prefix.is_empty() {
        out.push(b':');
        out.extend_from_slice(prefix.as_bytes());
    }
    out.extend_from_slice(b"=\"");
    text::push_attribute(uri, out);
    out.push(b'"');
}

impl<'c, 'm> Builder<'c, 'm> {
    /// Declares the document's namespaces.
    fn new(document: &'m Document, compiler: &'c mut Compiler<'m>) -> Result<Builder<'c, 'm>, PlanError> {
        if let Some(instead) = &document.forbidden
            && (instead.chars().count() > 1 || !instead.chars().all(|c| text::is_plain(c, document.encoding)))
        {
            return compiler.error("what stands for a forbidden character is one plain character, or none");
        }
        let mut builder = Builder { compiler, prefixes: HashMap::new(), declared: Vec::new(), document, null: false };
        for namespace in &document.namespaces {
            builder.namespace(namespace)?;
        }
        Ok(builder)
    }

    fn namespace(&mut self, namespace: &'m Namespace) -> Result<(), PlanError> {
        let prefix = namespace.prefix.as_deref().unwrap_or("");
        if namespace.prefix.is_some() && !is_name(prefix) || prefix == "xmlns" || prefix == "xml" {
            return self.compiler.error(format!("{prefix:?} is no prefix for a namespace"));
        }
        self.in_encoding(prefix)?;
        if namespace.uri.chars().any(|c| !is_allowed(c)) || !prefix.is_empty() && namespace.uri.is_empty() {
            return self.compiler.error("a namespace has a name that XML does not allow");
        }
        if self.prefixes.insert(prefix, namespace.uri.as_str()).is_some() {
            return self.compiler.error(format!("the prefix {prefix:?} is declared twice"));
        }
        declare(prefix, &namespace.uri, &mut self.declared);
        Ok(())
    }

    /// Names have no character references.
    fn in_encoding(&self, name: &str) -> Result<(), PlanError> {
        if self.document.encoding == Encoding::Latin1 && !name.chars().all(encoding::is_latin_1) {
            return self.compiler.error(format!("{name:?} cannot be written in ISO-8859-1"));
        }
        Ok(())
    }

    /// How texts are written; declares the namespace of `xsi:nil`, where it is needed.
    fn style(&mut self) -> Style {
        let prefix = self.instance_prefix();
        if self.null && !self.prefixes.contains_key(prefix.as_str()) {
            declare(&prefix, INSTANCE, &mut self.declared);
        }
        Style {
            nil: format!(" {prefix}:nil=\"true\"").into_bytes().into_boxed_slice(),
            forbidden: self.document.forbidden.as_deref().map(Into::into),
            latin_1: self.document.encoding == Encoding::Latin1,
        }
    }

    /// The prefix that stands for [`INSTANCE`]: a declared one, else the first that is free.
    fn instance_prefix(&self) -> String {
        let declared = self.prefixes.iter().filter(|(prefix, uri)| !prefix.is_empty() && **uri == INSTANCE);
        if let Some(prefix) = declared.map(|(prefix, _)| *prefix).min() {
            return prefix.to_owned();
        }
        let mut prefix = "xsi".to_owned();
        while self.prefixes.contains_key(prefix.as_str()) {
            prefix.push('i');
        }
        prefix
    }

    fn name(&self, name: &QName, attribute: bool) -> Result<Box<[u8]>, PlanError> {
        if !is_name(&name.local) {
            return self.compiler.error(format!("{:?} is no XML name", name.local));
        }
        self.in_encoding(&name.local)?;
        match &name.prefix {
            None if attribute && name.local == "xmlns" => self.compiler.error("`xmlns` is no attribute"),
            None => Ok(name.local.as_bytes().into()),
            Some(prefix) if prefix == "xml" && attribute || self.prefixes.contains_key(prefix.as_str()) => {
                Ok(format!("{prefix}:{}", name.local).into_bytes().into())
            }
            Some(prefix) => self.compiler.error(format!("the prefix {prefix:?} is not declared")),
        }
    }

    fn may_be_null(&mut self, ty: &Type) -> bool {
        let null = ty.null
            || match &ty.base {
                Base::Null => true,
                Base::List(item) => self.may_be_null(item),
                _ => false,
            };
        self.null |= null;
        null
    }
}

/// Ends the body that begins at `start`.
fn finish(style: &Style, start: usize, out: &mut Vec<u8>) -> Outcome<()> {
    within_limit(out)?;
    if style.latin_1 {
        let mut body = out.split_off(start);
        encoding::to_latin_1(&mut body);
        out.append(&mut body);
    }
    within_limit(out)
}

impl BodyWriter for XmlBody {
    fn content_type(&self) -> &str {
        &self.content_type
    }

    fn write<'e>(&'e self, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()> {
        let start = out.len();
        out.extend_from_slice(&self.declaration);
        self.element.write(&self.root, &self.namespaces, true, &self.style, machine, out)?;
        finish(&self.style, start, out)
    }
}
