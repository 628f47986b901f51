//! XML 1.0 bodies in UTF-8.

mod lines;
mod text;

use std::collections::HashMap;

use super::rules::{Quiet, holds, optional};
use super::{BodyWriter, within_limit};
use crate::library::Value;
use crate::model::{Base, Leaf, Namespace, Node, OutName, QName, Repeat, Type};
use crate::plan::code::{Code, Items};
use crate::plan::compile::Compiler;
use crate::plan::error::PlanError;
use crate::plan::evaluate::{Machine, Outcome};
use lines::Element;

const DECLARATION: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// The namespace of `xsi:nil` (XML Schema part 1, §2.6).
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

pub struct XmlBody {
    root: Box<[u8]>,
    /// ` xmlns="…" xmlns:v="…"`, ready.
    namespaces: Box<[u8]>,
    element: Element,
    /// ` xsi:nil="true"` with the prefix that is in force.
    nil: Box<[u8]>,
}

/// Compiles one body.
struct Builder<'c, 'm> {
    compiler: &'c mut Compiler<'m>,
    /// Declared prefixes with their namespaces; `""` for the default one.
    prefixes: HashMap<&'m str, &'m str>,
    /// Whether some value may be null.
    null: bool,
}

impl XmlBody {
    pub fn new<'m>(
        root: &'m QName,
        namespaces: &'m [Namespace],
        nodes: &'m [Node],
        compiler: &mut Compiler<'m>,
    ) -> Result<XmlBody, PlanError> {
        compiler.at("xml");
        let mut prefixes = HashMap::new();
        let mut declared = Vec::new();
        for namespace in namespaces {
            let prefix = namespace.prefix.as_deref().unwrap_or("");
            if namespace.prefix.is_some() && !text::is_name(prefix) || prefix == "xmlns" || prefix == "xml" {
                return compiler.error(format!("{prefix:?} is no prefix for a namespace"));
            }
            if namespace.uri.chars().any(|c| !text::is_allowed(c)) || !prefix.is_empty() && namespace.uri.is_empty() {
                return compiler.error("a namespace has a name that XML does not allow");
            }
            if prefixes.insert(prefix, namespace.uri.as_str()).is_some() {
                return compiler.error(format!("the prefix {prefix:?} is declared twice"));
            }
            declare(prefix, &namespace.uri, &mut declared);
        }
        let mut builder = Builder { compiler, prefixes, null: false };
        let root = builder.name(root, false)?;
        let element = builder.element(nodes)?;
        let prefix = builder.instance_prefix();
        if builder.null && !builder.prefixes.contains_key(prefix.as_str()) {
            declare(&prefix, INSTANCE, &mut declared);
        }
        let nil = format!(" {prefix}:nil=\"true\"").into_bytes().into_boxed_slice();
        Ok(XmlBody { root, namespaces: declared.into(), element, nil })
    }
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

impl<'m> Builder<'_, 'm> {
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
        if !text::is_name(&name.local) {
            return self.compiler.error(format!("{:?} is no XML name", name.local));
        }
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

impl BodyWriter for XmlBody {
    fn content_type(&self) -> &'static str {
        "application/xml; charset=utf-8"
    }

    fn is_json(&self) -> bool {
        false
    }

    fn write<'e>(&'e self, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()> {
        out.extend_from_slice(DECLARATION);
        self.element.write(&self.root, &self.namespaces, true, &self.nil, machine, out)?;
        within_limit(out)
    }
}
