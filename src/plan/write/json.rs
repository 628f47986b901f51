//! JSON bodies (RFC 8259), fields in the order written.

mod value;

use super::rules::{Quiet, holds, optional};
use super::{BodyWriter, within_limit};
use crate::library::Value;
use crate::model::{Leaf, Node, OutName, QName, Repeat};
use crate::plan::code::{Code, Items};
use crate::plan::compile::Compiler;
use crate::plan::error::PlanError;
use crate::plan::evaluate::{Machine, Outcome, Stop, Walked};
pub use value::push_string;

pub struct JsonBody {
    lines: Vec<Line>,
}

enum Line {
    /// `"name":value`, and more of them, ready.
    Constant(Vec<u8>),
    Leaf(LeafLine),
    Group {
        name: Box<[u8]>,
        lines: Vec<Line>,
    },
    Repeat(Box<RepeatLine>),
    Quiet(Quiet),
}

struct LeafLine {
    /// `"name":`
    name: Box<[u8]>,
    when: Option<Code>,
    value: Code,
    path: Box<str>,
}

struct RepeatLine {
    name: Box<[u8]>,
    when: Option<Code>,
    items: Items,
    omit_empty: bool,
    lines: Vec<Line>,
    path: Box<str>,
}

impl JsonBody {
    pub fn new<'m>(nodes: &'m [Node], compiler: &mut Compiler<'m>) -> Result<JsonBody, PlanError> {
        Ok(JsonBody { lines: lines(nodes, compiler)? })
    }
}

fn lines<'m>(nodes: &'m [Node], compiler: &mut Compiler<'m>) -> Result<Vec<Line>, PlanError> {
    let mark = compiler.enter()?;
    let mut lines = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::Leaf(leaf) => push_leaf(leaf, compiler, &mut lines)?,
            Node::Group { name, nodes } => {
                lines.push(Line::Group { name: field_name(name), lines: self::lines(nodes, compiler)? });
            }
            Node::Repeat(repeat) => lines.push(Line::Repeat(Box::new(repeated(repeat, compiler)?))),
            Node::Let { .. } | Node::Reject { .. } => {
                lines.extend(Quiet::new(node, compiler)?.map(Line::Quiet));
            }
            Node::Line(_) | Node::Each(_) => return compiler.error("JSON has no lines of text"),
        }
    }
    compiler.leave(mark);
    Ok(lines)
}

fn push_leaf<'m>(leaf: &'m Leaf, compiler: &mut Compiler<'m>, lines: &mut Vec<Line>) -> Result<(), PlanError> {
    compiler.at(&leaf.path);
    let OutName::Name(name) = &leaf.name else {
        return compiler.error("JSON has no attributes and no text of an object");
    };
    let name = field_name(name);
    let when = optional(leaf.when.as_ref(), compiler)?;
    let value = compiler.expression(&leaf.value)?;
    let mut ready = name.to_vec();
    if when.is_none() && value::push_constant(&value, &mut ready) {
        match lines.last_mut() {
            Some(Line::Constant(before)) => {
                before.push(b',');
                before.extend_from_slice(&ready);
            }
            _ => lines.push(Line::Constant(ready)),
        }
        return Ok(());
    }
    lines.push(Line::Leaf(LeafLine { name, when, value, path: leaf.path.as_str().into() }));
    Ok(())
}

fn repeated<'m>(repeat: &'m Repeat, compiler: &mut Compiler<'m>) -> Result<RepeatLine, PlanError> {
    compiler.at(&repeat.path);
    let when = optional(repeat.when.as_ref(), compiler)?;
    let mark = compiler.enter()?;
    let items = compiler.items(repeat.variable, &repeat.list, repeat.filter.as_ref(), repeat.sort.as_ref())?;
    let lines = lines(&repeat.nodes, compiler)?;
    compiler.leave(mark);
    Ok(RepeatLine {
        name: field_name(&repeat.name),
        when,
        items,
        omit_empty: repeat.omit_empty,
        lines,
        path: repeat.path.as_str().into(),
    })
}

/// `"name":`
fn field_name(name: &QName) -> Box<[u8]> {
    let mut out = Vec::new();
    match &name.prefix {
        Some(prefix) => push_string(&format!("{prefix}:{}", name.local), &mut out),
        None => push_string(&name.local, &mut out),
    }
    out.push(b':');
    out.into_boxed_slice()
}

impl BodyWriter for JsonBody {
    fn content_type(&self) -> &str {
        "application/json"
    }

    fn is_json(&self) -> bool {
        true
    }

    fn write<'e>(&'e self, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()> {
        out.push(b'{');
        write_lines(&self.lines, machine, out)?;
        out.push(b'}');
        within_limit(out)
    }
}

fn write_lines<'e>(lines: &'e [Line], machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()> {
    for line in lines {
        match line {
            Line::Constant(ready) => {
                comma(out);
                out.extend_from_slice(ready);
            }
            Line::Leaf(leaf) => leaf.write(machine, out).map_err(|stop| stop.under(&leaf.path))?,
            Line::Group { name, lines } => {
                let mark = out.len();
                comma(out);
                out.extend_from_slice(name);
                out.push(b'{');
                let inside = out.len();
                write_lines(lines, machine, out)?;
                if out.len() == inside {
                    out.truncate(mark);
                } else {
                    out.push(b'}');
                }
            }
            Line::Repeat(repeat) => repeat.write(machine, out).map_err(|stop| stop.under(&repeat.path))?,
            Line::Quiet(quiet) => quiet.run(machine)?,
        }
        within_limit(out)?;
    }
    Ok(())
}

/// Before each but the first field of an object; no field ends in an opening brace.
#[inline]
fn comma(out: &mut Vec<u8>) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
}

impl LeafLine {
    #[inline]
    fn write<'e>(&'e self, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()> {
        if !holds(self.when.as_ref(), machine)? {
            return Ok(());
        }
        machine.charge(1)?;
        let mark = out.len();
        comma(out);
        out.extend_from_slice(&self.name);
        let written = match &self.value {
            Code::Slot(access) => match machine.slot(*access) {
                Ok((slot, base)) => value::write_slot(machine, access.shape, slot, base, out)?,
                Err(Value::Failed(reason)) => return Stop::reject(reason),
                Err(_) => false,
            },
            code => match machine.evaluate(code)? {
                Value::Failed(reason) => return Stop::reject(reason),
                value => value::write_value(machine, &value, out)?,
            },
        };
        if !written {
            out.truncate(mark);
        }
        Ok(())
    }
}

impl RepeatLine {
    fn write<'e>(&'e self, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()> {
        if !holds(self.when.as_ref(), machine)? {
            return Ok(());
        }
        let mark = out.len();
        comma(out);
        out.extend_from_slice(&self.name);
        out.push(b'[');
        let inside = out.len();
        let walked = machine.walk(&self.items, |machine| {
            if out.len() > inside {
                out.push(b',');
            }
            out.push(b'{');
            write_lines(&self.lines, machine, out)?;
            out.push(b'}');
            within_limit(out)
        })?;
        if let Walked::Failed(Value::Failed(reason)) = walked {
            return Stop::reject(reason);
        }
        if self.omit_empty && out.len() == inside {
            out.truncate(mark);
        } else {
            out.push(b']');
        }
        Ok(())
    }
}
