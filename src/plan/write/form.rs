//! Forms: `application/x-www-form-urlencoded` (WHATWG URL standard, §5.2), in UTF-8. A list repeats its key.

use super::rules::{Quiet, holds, optional};
use super::{BodyWriter, within_limit};
use crate::library::Value;
use crate::model::{Base, Leaf, Node, OutName};
use crate::plan::code::Code;
use crate::plan::compile::Compiler;
use crate::plan::error::PlanError;
use crate::plan::evaluate::{Machine, Outcome, Stop};

pub struct FormBody {
    lines: Vec<Line>,
}

enum Line {
    /// `name=value`, ready.
    Constant(Box<[u8]>),
    Leaf(LeafLine),
    Quiet(Quiet),
}

struct LeafLine {
    /// `name=`
    name: Box<[u8]>,
    when: Option<Code>,
    value: Code,
    path: Box<str>,
}

impl FormBody {
    pub fn new<'m>(nodes: &'m [Node], compiler: &mut Compiler<'m>) -> Result<FormBody, PlanError> {
        compiler.at("form");
        let mark = compiler.enter()?;
        let mut lines = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                Node::Leaf(leaf) => lines.push(line(leaf, compiler)?),
                Node::Let { .. } | Node::Reject { .. } => lines.extend(Quiet::new(node, compiler)?.map(Line::Quiet)),
                Node::Group { .. } | Node::Repeat(_) => return compiler.error("a form has no records"),
                Node::Line(_) | Node::Each(_) => return compiler.error("a form has no lines of text"),
            }
        }
        compiler.leave(mark);
        Ok(FormBody { lines })
    }
}

fn line<'m>(leaf: &'m Leaf, compiler: &mut Compiler<'m>) -> Result<Line, PlanError> {
    compiler.at(&leaf.path);
    let OutName::Name(name) = &leaf.name else {
        return compiler.error("a form has no attributes and no text of an element");
    };
    if let Base::Record(_) | Base::Dictionary(_) | Base::Any = leaf.ty.base {
        return compiler.error("a form is written from scalars and lists of them");
    }
    let mut ready = Vec::new();
    push_encoded(&name.to_string(), &mut ready);
    ready.push(b'=');
    let when = optional(leaf.when.as_ref(), compiler)?;
    let value = compiler.expression(&leaf.value)?;
    if let (None, Code::Text(text)) = (&when, &value) {
        push_encoded(text, &mut ready);
        return Ok(Line::Constant(ready.into()));
    }
    Ok(Line::Leaf(LeafLine { name: ready.into(), when, value, path: leaf.path.as_str().into() }))
}

impl BodyWriter for FormBody {
    fn content_type(&self) -> &str {
        "application/x-www-form-urlencoded"
    }

    fn write<'e>(&'e self, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()> {
        let start = out.len();
        let mut scratch = String::new();
        for line in &self.lines {
            match line {
                Line::Constant(ready) => {
                    separate(start, out);
                    out.extend_from_slice(ready);
                }
                Line::Leaf(leaf) => {
                    leaf.write(start, &mut scratch, machine, out).map_err(|stop| stop.under(&leaf.path))?;
                }
                Line::Quiet(quiet) => quiet.run(machine)?,
            }
            within_limit(out)?;
        }
        Ok(())
    }
}

fn separate(start: usize, out: &mut Vec<u8>) {
    if out.len() > start {
        out.push(b'&');
    }
}

impl LeafLine {
    fn write<'e>(
        &'e self,
        start: usize,
        scratch: &mut String,
        machine: &mut Machine<'e>,
        out: &mut Vec<u8>,
    ) -> Outcome<()> {
        if !holds(self.when.as_ref(), machine)? {
            return Ok(());
        }
        match machine.evaluate(&self.value)? {
            Value::List(items) => {
                machine.charge(items.len())?;
                for item in items.iter() {
                    self.pair(item, start, scratch, machine, out)?;
                    within_limit(out)?;
                }
                Ok(())
            }
            value => self.pair(&value, start, scratch, machine, out),
        }
    }

    fn pair<'e>(
        &'e self,
        value: &Value<'e>,
        start: usize,
        scratch: &mut String,
        machine: &mut Machine<'e>,
        out: &mut Vec<u8>,
    ) -> Outcome<()> {
        let text = match value {
            Value::Missing => return Ok(()),
            Value::Failed(reason) => return Stop::reject(reason.clone()),
            Value::Null => return Stop::reject("null has no text"),
            Value::Text(text) => text.as_ref(),
            value => {
                scratch.clear();
                machine.push_plain(value, scratch)?;
                scratch.as_str()
            }
        };
        separate(start, out);
        out.extend_from_slice(&self.name);
        push_encoded(text, out);
        Ok(())
    }
}

/// The `application/x-www-form-urlencoded` serializer of the URL standard: a space is `+`, and all but ASCII letters,
/// digits and `*-._` is percent-encoded.
fn push_encoded(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text.as_bytes() {
        match byte {
            b' ' => out.push(b'+'),
            b'*' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => out.push(byte),
            _ => out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
        }
    }
}
