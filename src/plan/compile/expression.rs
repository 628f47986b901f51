//! One expression.

use super::{Binding, Compiled, Compiler};
use crate::library::form::FormCode;
use crate::library::{self, Implementation};
use crate::model::number::MAX_DIGITS;
use crate::model::{Constant, Expr, Operator, Root, TextPart};
use crate::plan::code::{Code, Lookup, Meta, Piece};
use crate::plan::limits::MAX_CHAIN;
use crate::plan::shape::Kind;

/// What a reason says instead of a sensitive value.
const HIDDEN: &str = "(sensitive)";

/// Of a kind that another function compiles; never told.
const ELSEWHERE: &str = "an expression is out of place";

impl<'m> Compiler<'m> {
    /// Compiles an expression whose value is needed whole: all that is declared inside of it is kept.
    pub fn expression(&mut self, value: &'m Expr) -> Compiled<Code> {
        let code = self.expression_in_part(value)?;
        if let Some(shape) = self.item_shape(&code) {
            self.shapes.keep_whole(shape);
        }
        Ok(code)
    }

    /// As [`Compiler::expression`], but of an item of the event's lists only what is asked for later.
    pub(super) fn expression_in_part(&mut self, value: &'m Expr) -> Compiled<Code> {
        self.deeper()?;
        let code = self.kind(value)?;
        self.scope.depth -= 1;
        Ok(code)
    }

    fn boxed(&mut self, value: &'m Expr) -> Compiled<Box<Code>> {
        self.expression(value).map(Box::new)
    }

    fn each_of(&mut self, values: &'m [Expr]) -> Compiled<Vec<Code>> {
        // no iterator adapters: their frames would deepen the recursion
        let mut codes = Vec::with_capacity(values.len());
        for value in values {
            codes.push(self.expression(value)?);
        }
        Ok(codes)
    }

    /// By groups of kinds, so that the frames of the recursion stay small.
    fn kind(&mut self, value: &'m Expr) -> Compiled<Code> {
        match value {
            Expr::Constant(constant) => Ok(Self::constant(constant)),
            Expr::Path { root, steps } => self.path(*root, steps, value),
            Expr::Skip => Ok(Code::Skip),
            Expr::Missing => Ok(Code::Missing),
            Expr::Call { function, arguments } => self.call(function, arguments),
            Expr::Index { list, index } => self.index(list, index),
            Expr::Lookup { table, keys, column } => self.lookup(table, keys, *column),
            Expr::Inverse { table, value } => self.inverse(table, value),
            Expr::Find { crosswalk, key } => self.find(crosswalk, key),
            Expr::Let { variable, value, body } => self.binding_expression(*variable, value, body),
            Expr::Match { subject, arms, default } => self.matching(subject, arms, default.as_deref()),
            Expr::Present(value) => self.present(value),
            Expr::Text(_) | Expr::Key { .. } | Expr::List(_) | Expr::Record(_) | Expr::Each { .. } => {
                self.composite(value)
            }
            Expr::Coalesce { .. } | Expr::Rescue { .. } | Expr::If { .. } | Expr::Reject(_) => self.choice(value),
            Expr::Not(_) | Expr::And(..) | Expr::Or(..) | Expr::Compare { .. } | Expr::OneOf { .. } => {
                self.truth(value)
            }
            Expr::Arithmetic { .. }
            | Expr::Negate(_)
            | Expr::Demand(_)
            | Expr::Scale { .. }
            | Expr::Round { .. }
            | Expr::Write { .. } => self.number(value),
        }
    }

    fn composite(&mut self, value: &'m Expr) -> Compiled<Code> {
        match value {
            Expr::Text(parts) => Ok(Code::Template(self.pieces(parts, false)?)),
            Expr::Key { of, key } => Ok(Code::Key { of: self.boxed(of)?, key: self.boxed(key)? }),
            Expr::List(values) => Ok(Code::List(self.each_of(values)?)),
            Expr::Record(fields) => {
                let mut made = Vec::with_capacity(fields.len());
                for (name, value) in fields {
                    made.push((name.as_str().into(), self.expression(value)?));
                }
                Ok(Code::Record(made))
            }
            Expr::Each { variable, list, filter, sort, yields } => {
                let mark = self.scope.bindings.len();
                let items = Box::new(self.items(*variable, list, filter.as_deref(), sort.as_deref())?);
                let yields = self.boxed(yields)?;
                self.scope.bindings.truncate(mark);
                Ok(Code::Each { items, yields })
            }
            _ => self.error(ELSEWHERE),
        }
    }

    fn choice(&mut self, value: &'m Expr) -> Compiled<Code> {
        match value {
            Expr::Reject(reason) => Ok(Code::Reject(Box::new(self.reason(reason)?))),
            _ => Ok(*self.tail(value)?),
        }
    }

    fn truth(&mut self, value: &'m Expr) -> Compiled<Code> {
        match value {
            Expr::Not(value) => Ok(Code::Not(self.boxed(value)?)),
            Expr::And(..) => Ok(Code::And(self.operands(value, |expr| match expr {
                Expr::And(left, right) => Some((left, right)),
                _ => None,
            })?)),
            Expr::Or(..) => Ok(Code::Or(self.operands(value, |expr| match expr {
                Expr::Or(left, right) => Some((left, right)),
                _ => None,
            })?)),
            Expr::Compare { comparison, left, right } => {
                let (left, right) = (self.boxed(left)?, self.boxed(right)?);
                Ok(Code::Compare { comparison: *comparison, left, right })
            }
            Expr::OneOf { value, options } => {
                Ok(Code::OneOf { value: self.boxed(value)?, options: self.each_of(options)? })
            }
            _ => self.error(ELSEWHERE),
        }
    }

    fn number(&mut self, value: &'m Expr) -> Compiled<Code> {
        match value {
            Expr::Arithmetic { .. } => self.chain(value),
            Expr::Negate(value) => Ok(Code::Negate(self.boxed(value)?)),
            Expr::Demand(value) => Ok(Code::Demand(self.boxed(value)?)),
            Expr::Scale { value, factor, offset } => {
                Ok(Code::Scale { value: self.boxed(value)?, factor: factor.clone(), offset: offset.clone() })
            }
            Expr::Round { places, .. } if *places as usize > MAX_DIGITS => {
                self.error(format!("rounds to over {MAX_DIGITS} places"))
            }
            Expr::Round { value, rounding, places } => {
                Ok(Code::Round { value: self.boxed(value)?, rounding: *rounding, places: *places })
            }
            Expr::Write { value, form } => {
                let value = self.boxed(value)?;
                match FormCode::writing(form) {
                    Ok(form) => Ok(Code::Write { value, form: Box::new(form) }),
                    Err(why) => self.error(why),
                }
            }
            _ => self.error(ELSEWHERE),
        }
    }

    pub(super) fn constant(constant: &Constant) -> Code {
        match constant {
            Constant::Text(text) => Code::Text(text.as_str().into()),
            Constant::Number(number) => Code::Number(number.clone()),
            Constant::Boolean(value) => Code::Boolean(*value),
            Constant::Null => Code::Null,
        }
    }

    fn path(&mut self, root: Root, steps: &'m [String], value: &Expr) -> Compiled<Code> {
        if let Some(access) = self.place_of(value)? {
            self.shapes.keep_whole(access.shape);
            self.scope.sensitive |= self.shapes.get(access.shape).holds_sensitive;
            return Ok(Code::Slot(access));
        }
        let mut code = match root {
            Root::Local(variable) => match self.binding(variable)? {
                Binding::Value { local, sensitive } => {
                    self.scope.sensitive |= sensitive;
                    Code::Local(local)
                }
                Binding::Alias(_) | Binding::Item { .. } => return self.error("a path leads nowhere"),
            },
            Root::Meta => return self.meta(steps),
            Root::Event => return self.error("a path leads nowhere"),
        };
        for (depth, name) in steps.iter().enumerate() {
            self.reach(self.scope.depth + depth)?;
            code = Code::Field { of: Box::new(code), name: name.as_str().into() };
        }
        Ok(code)
    }

    fn meta(&self, steps: &[String]) -> Compiled<Code> {
        let [name] = steps else { return self.error("`meta` is no value of its own") };
        Ok(Code::Meta(match name.as_str() {
            "id" => Meta::Id,
            "type" => Meta::Type,
            "received" => Meta::Received,
            "time" => Meta::Time,
            "source" => Meta::Source,
            _ => return self.error(format!("the envelope has no {name:?}")),
        }))
    }

    /// Parts of a text; for a reason, what is sensitive is left out of it.
    fn pieces(&mut self, parts: &'m [TextPart], reason: bool) -> Compiled<Vec<Piece>> {
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            pieces.push(match part {
                TextPart::Literal(text) => Piece::Literal(text.as_str().into()),
                TextPart::Hole(value) => {
                    let before = std::mem::take(&mut self.scope.sensitive);
                    let code = self.expression(value)?;
                    let hidden = reason && self.scope.sensitive;
                    self.scope.sensitive |= before;
                    if hidden { Piece::Literal(HIDDEN.into()) } else { Piece::Hole(code) }
                }
            });
        }
        Ok(pieces)
    }

    /// A reason: the author's text, without what is sensitive in it.
    pub fn reason(&mut self, reason: &'m Expr) -> Compiled<Code> {
        if let Expr::Text(parts) = reason {
            return self.pieces(parts, true).map(Code::Template);
        }
        let before = std::mem::take(&mut self.scope.sensitive);
        let code = self.expression(reason)?;
        let hidden = std::mem::replace(&mut self.scope.sensitive, before);
        Ok(if hidden { Code::Text(HIDDEN.into()) } else { code })
    }

    fn index(&mut self, list: &'m Expr, index: &'m Expr) -> Compiled<Code> {
        if let Some(access) = self.place_of(list)?
            && matches!(self.shapes.get(access.shape).kind, Kind::List(_))
        {
            self.shapes.keep(access.shape);
            self.scope.sensitive |= self.shapes.get(access.shape).holds_sensitive;
            return Ok(Code::Item { list: access, index: self.boxed(index)? });
        }
        Ok(Code::Index { list: self.boxed(list)?, index: self.boxed(index)? })
    }

    fn present(&mut self, value: &'m Expr) -> Compiled<Code> {
        // whether a record is there needs nothing of what is in it
        if let Some(access) = self.place_of(value)? {
            self.shapes.keep(access.shape);
            return Ok(Code::Present(Box::new(Code::Slot(access))));
        }
        Ok(Code::Present(self.boxed(value)?))
    }

    fn call(&mut self, name: &str, arguments: &'m [Expr]) -> Compiled<Code> {
        let Some(function) = library::find(name) else {
            return self.error(format!("no function is called {name:?}"));
        };
        let signature = &function.signature;
        if arguments.len() < signature.least() || signature.most().is_some_and(|most| arguments.len() > most) {
            return self.error(format!("{name} does not take {} arguments", arguments.len()));
        }
        let prepared = match function.implementation {
            Implementation::Plain(_) => None,
            Implementation::Prepared(prepare) => {
                let constants: Vec<Option<&Constant>> = arguments
                    .iter()
                    .map(|argument| match argument {
                        Expr::Constant(constant) => Some(constant),
                        _ => None,
                    })
                    .collect();
                match prepare(&constants) {
                    Ok(prepared) => Some(prepared),
                    Err(why) => return self.error(format!("{name}: {why}")),
                }
            }
        };
        Ok(Code::Call { function, prepared, arguments: self.each_of(arguments)? })
    }

    /// A chain has that many links.
    fn link(&self, count: usize) -> Compiled<()> {
        if count > MAX_CHAIN { self.error(format!("a chain of over {MAX_CHAIN} operators")) } else { Ok(()) }
    }

    /// A chain of arithmetic to the left is flat, however long.
    fn chain(&mut self, value: &'m Expr) -> Compiled<Code> {
        let mut pending: Vec<(Operator, &'m Expr)> = Vec::new();
        let mut first = value;
        while let Expr::Arithmetic { operator, left, right } = first {
            pending.push((*operator, right));
            self.link(pending.len())?;
            first = left;
        }
        let first = self.boxed(first)?;
        let mut rest = Vec::with_capacity(pending.len());
        for (operator, operand) in pending.into_iter().rev() {
            rest.push((operator, self.expression(operand)?));
        }
        Ok(Code::Chain { first, rest })
    }

    /// The operands of nested `and`s (or `or`s) in their order.
    fn operands(
        &mut self,
        value: &'m Expr,
        split: fn(&'m Expr) -> Option<(&'m Expr, &'m Expr)>,
    ) -> Compiled<Vec<Code>> {
        let mut operands = Vec::new();
        let mut pending = vec![value];
        while let Some(next) = pending.pop() {
            self.link(operands.len() + pending.len())?;
            match split(next) {
                Some((left, right)) => {
                    pending.push(right);
                    pending.push(left);
                }
                None => operands.push(self.expression(next)?),
            }
        }
        Ok(operands)
    }

    /// The last part of an expression, which evaluation goes on with in place: it does not nest.
    /// Compiling it does, so the tail's own chain is built from its end.
    fn tail(&mut self, value: &'m Expr) -> Compiled<Box<Code>> {
        let mut links: Vec<Link> = Vec::new();
        let mut rest = value;
        loop {
            self.link(links.len())?;
            rest = match rest {
                Expr::Coalesce { value, fallback } => {
                    links.push(Link::Coalesce(self.boxed(value)?));
                    fallback
                }
                Expr::Rescue { value, fallback } => {
                    links.push(Link::Rescue(self.boxed(value)?));
                    fallback
                }
                Expr::If { condition, then, otherwise } => {
                    links.push(Link::If(self.boxed(condition)?, self.boxed(then)?));
                    otherwise
                }
                _ => break,
            };
        }
        let mut code = self.boxed(rest)?;
        for link in links.into_iter().rev() {
            code = Box::new(match link {
                Link::Coalesce(value) => Code::Coalesce { value, fallback: code },
                Link::Rescue(value) => Code::Rescue { value, fallback: code },
                Link::If(condition, then) => Code::If { condition, then, otherwise: code },
            });
        }
        Ok(code)
    }

    fn matching(
        &mut self,
        subject: &'m Expr,
        arms: &'m [(Vec<Constant>, Expr)],
        default: Option<&'m Expr>,
    ) -> Compiled<Code> {
        let subject = self.boxed(subject)?;
        let mut compiled = Vec::with_capacity(arms.len());
        for (constants, value) in arms {
            compiled.push((constants.iter().map(Self::constant).collect(), self.expression(value)?));
        }
        let default = default.map(|default| self.boxed(default)).transpose()?;
        Ok(Code::Match { subject, arms: compiled, default })
    }

    fn lookup(&mut self, name: &str, keys: &'m [Expr], column: usize) -> Compiled<Code> {
        let Some(&(table, declared)) = self.tables.get(name) else {
            return self.error(format!("no table is called {name:?}"));
        };
        if keys.len() != declared.keys.len() || column >= declared.columns.len() {
            return self.error(format!("the table {name} has other keys or columns"));
        }
        let before = std::mem::take(&mut self.scope.sensitive);
        let keys = self.each_of(keys)?;
        let sensitive = self.scope.sensitive;
        self.scope.sensitive |= before;
        self.ask(table, declared)?;
        Ok(Code::Lookup(Box::new(Lookup { table, keys, column, sensitive })))
    }

    fn find(&mut self, name: &str, key: &'m Expr) -> Compiled<Code> {
        let crosswalk = self.crosswalk(name)?;
        Ok(Code::Find { crosswalk, key: self.boxed(key)? })
    }

    fn inverse(&mut self, name: &str, value: &'m Expr) -> Compiled<Code> {
        let Some(&(table, declared)) = self.tables.get(name) else {
            return self.error(format!("no table is called {name:?}"));
        };
        if declared.keys.len() != 1 || declared.columns.len() != 1 {
            return self.error(format!("the table {name} has no inverse"));
        }
        self.ask(table, declared)?;
        Ok(Code::Inverse { table, value: self.boxed(value)? })
    }

    fn binding_expression(&mut self, variable: u32, value: &'m Expr, body: &'m Expr) -> Compiled<Code> {
        let mark = self.scope.bindings.len();
        let bound = self.bind(variable, value)?;
        let body = self.boxed(body)?;
        self.scope.bindings.truncate(mark);
        Ok(match bound {
            Some((local, value)) => Code::Let { local, value: Box::new(value), body },
            None => *body,
        })
    }
}

/// A link of a chain that goes on at its end.
enum Link {
    Coalesce(Box<Code>),
    Rescue(Box<Code>),
    If(Box<Code>, Box<Code>),
}
