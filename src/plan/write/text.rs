//! Lines of text: fixed-width records, CSV, HL7 v2. Holes are written straight into the body; a field that has a
//! width is filled up in place.

mod rule;

use super::rules::{Quiet, forbidden, holds, optional};
use super::{BodyWriter, encoding, within_limit};
use crate::library::Value;
use crate::model::{Encoding, Expr, Node, TextFormat, TextPart};
use crate::plan::code::{Code, Items};
use crate::plan::compile::Compiler;
use crate::plan::error::PlanError;
use crate::plan::evaluate::{Machine, Outcome, Stop, Walked};
use rule::{CharacterRule, Width, escapes, width_of};

pub struct TextBody {
    content_type: &'static str,
    ends: Box<str>,
    rule: CharacterRule,
    lines: Vec<Line>,
}

enum Line {
    Text(Box<TextLine>),
    Each(Box<EachLine>),
    Quiet(Quiet),
}

struct TextLine {
    when: Option<Code>,
    value: Written,
}

struct EachLine {
    when: Option<Code>,
    items: Items,
    lines: Vec<Line>,
}

/// A text as it is written.
enum Written {
    Pieces(Vec<Piece>),
    /// `a !! b`
    Rescue(Box<Written>, Box<Written>),
    /// `a ?? b`
    Coalesce(Box<Written>, Box<Written>),
}

enum Piece {
    Literal(Box<str>),
    Field {
        value: Code,
        /// Through an escaping function: it may hold line breaks.
        escaped: bool,
        width: Option<Width>,
    },
}

/// What came of writing a text.
enum End<'e> {
    Done,
    Missing,
    Failed(Value<'e>),
}

impl TextBody {
    pub fn new<'m>(
        format: &'m TextFormat,
        nodes: &'m [Node],
        compiler: &mut Compiler<'m>,
    ) -> Result<TextBody, PlanError> {
        compiler.at("text");
        let rule = CharacterRule::new(format.encoding, format.forbidden.as_deref());
        if rule.instead.as_deref().is_some_and(|instead| !rule.is_plain_filler(instead)) {
            return compiler.error("what stands for a forbidden character is one plain character, or none");
        }
        let lines = Builder { rule: &rule, compiler }.lines(nodes)?;
        let content_type = match format.encoding {
            Encoding::Utf8 => "text/plain; charset=utf-8",
            Encoding::Latin1 => "text/plain; charset=ISO-8859-1",
        };
        if !rule.has(&format.ends) {
            return compiler.error("what lines end in cannot be written in ISO-8859-1");
        }
        Ok(TextBody { content_type, ends: format.ends.as_str().into(), rule, lines })
    }
}

struct Builder<'c, 'm> {
    rule: &'c CharacterRule,
    compiler: &'c mut Compiler<'m>,
}

impl<'m> Builder<'_, 'm> {
    fn lines(&mut self, nodes: &'m [Node]) -> Result<Vec<Line>, PlanError> {
        let mark = self.compiler.enter()?;
        let mut lines = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                Node::Line(line) => {
                    self.compiler.at("line");
                    let when = optional(line.when.as_ref(), self.compiler)?;
                    let value = self.written(&line.value)?;
                    lines.push(Line::Text(Box::new(TextLine { when, value })));
                }
                Node::Each(each) => {
                    self.compiler.at("each");
                    let when = optional(each.when.as_ref(), self.compiler)?;
                    let mark = self.compiler.enter()?;
                    let items =
                        self.compiler.items(each.variable, &each.list, each.filter.as_ref(), each.sort.as_ref())?;
                    let inside = self.lines(&each.nodes)?;
                    self.compiler.leave(mark);
                    lines.push(Line::Each(Box::new(EachLine { when, items, lines: inside })));
                }
                Node::Let { .. } | Node::Reject { .. } => {
                    lines.extend(Quiet::new(node, self.compiler)?.map(Line::Quiet));
                }
                Node::Leaf(_) | Node::Group { .. } | Node::Repeat(_) => {
                    return self.compiler.error("a text is made of lines alone");
                }
            }
        }
        self.compiler.leave(mark);
        Ok(lines)
    }

    fn written(&mut self, value: &'m Expr) -> Result<Written, PlanError> {
        let mark = self.compiler.enter()?;
        let written = match value {
            Expr::Rescue { value, fallback } => {
                Written::Rescue(Box::new(self.written(value)?), Box::new(self.written(fallback)?))
            }
            Expr::Coalesce { value, fallback } => {
                Written::Coalesce(Box::new(self.written(value)?), Box::new(self.written(fallback)?))
            }
            Expr::Text(parts) => {
                let pieces = parts.iter().map(|part| match part {
                    TextPart::Literal(text) => self.literal(text),
                    TextPart::Hole(value) => self.field(value),
                });
                Written::Pieces(pieces.collect::<Result<_, _>>()?)
            }
            other => Written::Pieces(vec![self.field(other)?]),
        };
        self.compiler.leave(mark);
        Ok(written)
    }

    fn literal(&self, text: &str) -> Result<Piece, PlanError> {
        if !self.rule.has(text) {
            return self.compiler.error("a line holds what ISO-8859-1 does not have");
        }
        Ok(Piece::Literal(text.into()))
    }

    fn field(&mut self, value: &'m Expr) -> Result<Piece, PlanError> {
        let (value, width) = match width_of(value) {
            Some((value, width)) => (value, Some(width)),
            None => (value, None),
        };
        let escaped = escapes(value);
        match (self.compiler.expression(value)?, width) {
            // the author's own text may hold what it will
            (Code::Text(text), None) => self.literal(&text),
            (value, width) => Ok(Piece::Field { value, escaped, width }),
        }
    }
}

impl BodyWriter for TextBody {
    fn content_type(&self) -> &str {
        self.content_type
    }

    fn write<'e>(&'e self, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()> {
        let start = out.len();
        let mut writing = Writing { body: self, scratch: String::new() };
        writing.lines(&self.lines, machine, out)?;
        if self.rule.latin_1 {
            let mut body = out.split_off(start);
            encoding::to_latin_1(&mut body);
            out.append(&mut body);
        }
        Ok(())
    }
}

struct Writing<'e> {
    body: &'e TextBody,
    /// The text of the field at hand, where it is none by itself.
    scratch: String,
}

impl<'e> Writing<'e> {
    fn lines(&mut self, lines: &'e [Line], machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()> {
        for line in lines {
            match line {
                Line::Text(line) => {
                    if !holds(line.when.as_ref(), machine).map_err(|stop| stop.under("line"))? {
                        continue;
                    }
                    self.line(&line.value, machine, out).map_err(|stop| stop.under("line"))?;
                }
                Line::Each(each) => {
                    if !holds(each.when.as_ref(), machine).map_err(|stop| stop.under("each"))? {
                        continue;
                    }
                    let walked = machine.walk(&each.items, |machine| self.lines(&each.lines, machine, out));
                    if let Walked::Failed(Value::Failed(reason)) = walked.map_err(|stop| stop.under("each"))? {
                        return Err(Box::new(Stop::Reject(reason.into_owned())).under("each"));
                    }
                }
                Line::Quiet(quiet) => quiet.run(machine)?,
            }
            within_limit(out)?;
        }
        Ok(())
    }

    fn line(&mut self, written: &'e Written, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()> {
        match self.written(written, machine, out)? {
            End::Done => out.extend_from_slice(self.body.ends.as_bytes()),
            End::Failed(Value::Failed(reason)) => return Stop::reject(reason),
            End::Failed(_) | End::Missing => return Stop::reject("the line is missing"),
        }
        Ok(())
    }

    fn written(&mut self, written: &'e Written, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<End<'e>> {
        match written {
            Written::Pieces(pieces) => {
                let start = out.len();
                for piece in pieces {
                    match piece {
                        Piece::Literal(text) => out.extend_from_slice(text.as_bytes()),
                        Piece::Field { value, escaped, width } => {
                            match self.field(value, *escaped, *width, machine, out)? {
                                End::Done => {}
                                end => {
                                    out.truncate(start);
                                    return Ok(end);
                                }
                            }
                        }
                    }
                    within_limit(out)?;
                }
                Ok(End::Done)
            }
            Written::Rescue(value, fallback) => match self.written(value, machine, out)? {
                End::Failed(_) => self.written(fallback, machine, out),
                end => Ok(end),
            },
            Written::Coalesce(value, fallback) => match self.written(value, machine, out)? {
                End::Missing => self.written(fallback, machine, out),
                end => Ok(end),
            },
        }
    }

    fn field(
        &mut self,
        code: &'e Code,
        escaped: bool,
        width: Option<Width>,
        machine: &mut Machine<'e>,
        out: &mut Vec<u8>,
    ) -> Outcome<End<'e>> {
        let value = machine.evaluate(code)?;
        let text = match &value {
            Value::Missing => return Ok(End::Missing),
            Value::Failed(_) => return Ok(End::Failed(value)),
            Value::Null => return Ok(End::Failed(Value::failed("null is no text"))),
            Value::Text(text) => text.as_ref(),
            other => {
                self.scratch.clear();
                machine.push_plain(other, &mut self.scratch)?;
                &self.scratch
            }
        };
        let rule = &self.body.rule;
        let start = out.len();
        let Some(length) = rule.push(text, escaped, out) else {
            let wrong = |c| !rule.allows(c, escaped);
            return Err(forbidden(&value, code, machine, rule.reason(), wrong));
        };
        match width {
            None => {}
            Some(width) if length > width.columns => {
                out.truncate(start);
                return Ok(End::Failed(Value::failed(width.overflow())));
            }
            Some(width) => {
                let fill = width.columns - length;
                out.resize(out.len() + fill, b' ');
                if width.right {
                    out[start..].rotate_right(fill);
                }
            }
        }
        Ok(End::Done)
    }
}
