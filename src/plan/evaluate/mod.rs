//! Evaluation: what [`Code`] gives for one event.

mod find;
mod items;
mod operator;
mod read;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::arena::Arena;
use super::code::{Code, Piece, TableCode};
use super::compile::encode_key;
use super::crosswalk::{CrosswalkCode, Crosswalks, LookUp, NoCrosswalks};
use super::limits::{MAX_STEPS, MAX_TEXT_BYTES};
use super::request::{Envelope, Refusal};
use super::shape::Shapes;
use crate::library::value::Record;
use crate::library::{Implementation, Value};
pub use items::{Entry, Walked};
pub use read::scalar_of;

/// What ends the transformation for a target (or item).
#[derive(Debug)]
pub enum Stop {
    /// The author's `reject`, or what comes to the same; it is told under the rule's path.
    Reject(String),
    Skip,
    /// Refused with a path of its own.
    Refused(Refusal),
}

impl Stop {
    #[cold]
    pub fn reject<T>(reason: impl Into<String>) -> Outcome<T> {
        Err(Box::new(Stop::Reject(reason.into())))
    }

    /// Told under this path, if it has none of its own.
    #[cold]
    pub fn under(self: Box<Stop>, path: &str) -> Box<Stop> {
        match *self {
            Stop::Reject(reason) => Box::new(Stop::Refused(Refusal { path: path.to_owned(), reason })),
            _ => self,
        }
    }
}

pub type Outcome<T> = Result<T, Box<Stop>>;

/// A local name's value.
#[derive(Clone)]
pub enum Local<'e> {
    /// An item of the event's list: its frame.
    Frame(u32),
    Value(Value<'e>),
}

/// What an evaluation is given and has at hand.
pub struct Machine<'e> {
    pub shapes: &'e Shapes,
    pub tables: &'e [TableCode],
    pub crosswalks: &'e [CrosswalkCode],
    pub text: &'e str,
    pub arena: &'e Arena,
    pub envelope: &'e Envelope,
    /// What the crosswalks hold.
    held: &'e dyn Crosswalks,
    /// What was asked of them, and what they held.
    found: BTreeMap<(usize, String), Option<String>>,
    locals: Vec<Local<'e>>,
    /// Where the locals of the expression at hand begin.
    frame: usize,
    steps: u64,
    key: Vec<u8>,
    /// Where the texts that were read begin in the event; only filled to find what is at fault.
    trace: Option<Vec<(usize, usize)>>,
}

impl<'e> Machine<'e> {
    pub fn new(
        shapes: &'e Shapes,
        tables: &'e [TableCode],
        crosswalks: &'e [CrosswalkCode],
        text: &'e str,
        arena: &'e Arena,
        envelope: &'e Envelope,
    ) -> Machine<'e> {
        Machine {
            shapes,
            tables,
            crosswalks,
            text,
            arena,
            envelope,
            held: &NoCrosswalks,
            found: BTreeMap::new(),
            locals: Vec::new(),
            frame: 0,
            steps: 0,
            key: Vec::new(),
            trace: None,
        }
    }

    /// Asks these crosswalks from here on.
    pub fn holding(mut self, held: &'e dyn Crosswalks) -> Machine<'e> {
        self.held = held;
        self
    }

    /// All look-ups so far.
    pub fn look_ups(&self) -> Vec<LookUp> {
        let look_up = |((crosswalk, key), found): (&(usize, String), &Option<String>)| LookUp {
            crosswalk: self.crosswalks[*crosswalk].name.clone(),
            key: key.clone(),
            found: found.clone(),
        };
        self.found.iter().map(look_up).collect()
    }

    /// Begins with a target (or item) that has so many locals.
    pub fn begin(&mut self, locals: u32) {
        self.locals.clear();
        self.locals.resize(locals as usize, Local::Value(Value::Missing));
        self.frame = 0;
        self.steps = 0;
    }

    pub fn set(&mut self, local: u32, value: Local<'e>) {
        if let Some(place) = self.locals.get_mut(self.frame + local as usize) {
            *place = value;
        }
    }

    pub fn local(&self, local: u32) -> &Local<'e> {
        const NONE: &Local<'static> = &Local::Value(Value::Missing);
        self.locals.get(self.frame + local as usize).unwrap_or(NONE)
    }

    #[inline]
    pub fn charge(&mut self, steps: usize) -> Outcome<()> {
        self.steps += steps as u64;
        if self.steps > MAX_STEPS {
            return Stop::reject(format!("takes over {MAX_STEPS} steps"));
        }
        Ok(())
    }

    /// Accounts for a text that was made.
    fn made(&mut self, length: usize) -> Outcome<()> {
        if length > MAX_TEXT_BYTES {
            return Stop::reject(format!("a text of over {} MiB", MAX_TEXT_BYTES >> 20));
        }
        self.charge(length / 64)
    }

    /// The value of an expression. The last parts of choices and fallbacks are gone on with in place.
    pub fn evaluate(&mut self, code: &'e Code) -> Outcome<Value<'e>> {
        let mut code = code;
        loop {
            self.charge(1)?;
            match code {
                Code::If { condition, then, otherwise } => match self.condition(condition)? {
                    Ok(true) => code = then,
                    Ok(false) => code = otherwise,
                    Err(value) => return Ok(value),
                },
                Code::Coalesce { value, fallback } => match self.evaluate(value)? {
                    Value::Missing | Value::Null => code = fallback,
                    value => return Ok(value),
                },
                Code::Rescue { value, fallback } => match self.evaluate(value)? {
                    Value::Failed(_) => code = fallback,
                    value => return Ok(value),
                },
                Code::Let { local, value, body } => {
                    let value = self.bound(value)?;
                    self.set(*local, value);
                    code = body;
                }
                Code::Match { subject, arms, default } => {
                    let subject = self.evaluate(subject)?;
                    if let Value::Failed(_) | Value::Missing = subject {
                        return Ok(subject);
                    }
                    match self.arm(&subject, arms)?.or(default.as_deref()) {
                        Some(arm) => code = arm,
                        None => return Ok(Value::failed("no arm of the match fits")),
                    }
                }
                _ => return self.simple(code),
            }
        }
    }

    #[inline(never)]
    fn simple(&mut self, code: &'e Code) -> Outcome<Value<'e>> {
        Ok(match code {
            Code::Text(text) => Value::Text(Cow::Borrowed(text)),
            Code::Number(number) => Value::Number(number.clone()),
            Code::Boolean(value) => Value::Boolean(*value),
            Code::Null => Value::Null,
            Code::Missing => Value::Missing,
            Code::Slot(access) => return self.read(*access),
            Code::Meta(meta) => return self.meta(*meta),
            Code::Local(local) => self.local_value(*local),
            Code::Field { of, name } => return self.field(of, name),
            Code::Template(pieces) => return self.template(pieces),
            Code::Item { list, index } => {
                return Ok(match self.item(*list, index)? {
                    Ok(frame) => self.item_value(*list, frame)?,
                    Err(value) => value,
                });
            }
            Code::Index { list, index } => return self.index(list, index),
            Code::Key { of, key } => return self.key(of, key),
            Code::Call { .. } => return self.call(code),
            Code::Lookup(lookup) => return self.lookup(lookup),
            Code::Inverse { table, value } => return self.inverse(*table, value),
            Code::Find { crosswalk, key } => return self.find(*crosswalk, key),
            Code::List(values) => return self.list(values),
            Code::Record(fields) => return self.record(fields),
            Code::Each { items, yields } => return self.each_expression(items, yields),
            Code::Reject(reason) => return self.reject(reason),
            Code::Skip => return Err(Box::new(Stop::Skip)),
            _ => return self.operator(code),
        })
    }

    /// A truth, or the value that stands for the whole expression: a failure, or missing.
    pub fn condition(&mut self, code: &'e Code) -> Outcome<Result<bool, Value<'e>>> {
        Ok(match self.evaluate(code)? {
            Value::Boolean(truth) => Ok(truth),
            value @ (Value::Failed(_) | Value::Missing) => Err(value),
            _ => Err(Value::failed("a condition is neither true nor false")),
        })
    }

    /// A condition that decides whether something is done; what is neither is refused.
    pub fn decide(&mut self, code: &'e Code) -> Outcome<bool> {
        match self.condition(code)? {
            Ok(truth) => Ok(truth),
            Err(Value::Failed(reason)) => Stop::reject(reason),
            Err(_) => Stop::reject("the condition is missing"),
        }
    }

    /// The value for a local name; an item of the event's lists stays where it is.
    pub fn bound(&mut self, code: &'e Code) -> Outcome<Local<'e>> {
        if let Code::Item { list, index } = code {
            self.charge(1)?;
            return Ok(match self.item(*list, index)? {
                Ok(frame) => Local::Frame(frame),
                Err(value) => Local::Value(value),
            });
        }
        self.evaluate(code).map(Local::Value)
    }

    fn arm(&mut self, subject: &Value<'e>, arms: &'e [(Vec<Code>, Code)]) -> Outcome<Option<&'e Code>> {
        for (constants, arm) in arms {
            self.charge(constants.len())?;
            for constant in constants {
                let equal = match (constant, subject) {
                    (Code::Text(constant), Value::Text(text)) => **constant == **text,
                    (Code::Number(constant), Value::Number(number)) => constant == number,
                    (Code::Number(constant), Value::Numeral(_)) => *constant == self.number(subject)?,
                    (Code::Boolean(constant), Value::Boolean(truth)) => constant == truth,
                    (Code::Null, Value::Null) => true,
                    _ => false,
                };
                if equal {
                    return Ok(Some(arm));
                }
            }
        }
        Ok(None)
    }

    fn template(&mut self, pieces: &'e [Piece]) -> Outcome<Value<'e>> {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Hole(code) => {
                    let value = self.evaluate(code)?;
                    match value {
                        Value::Failed(_) | Value::Missing => return Ok(value),
                        Value::Null => return Ok(Value::failed("null is no text")),
                        value => self.push_plain(&value, &mut out)?,
                    }
                }
            }
            if out.len() > MAX_TEXT_BYTES {
                break;
            }
        }
        self.made(out.len())?;
        Ok(Value::from(out))
    }

    fn call(&mut self, code: &'e Code) -> Outcome<Value<'e>> {
        let Code::Call { function, prepared, arguments } = code else { return Ok(Value::Missing) };
        // most functions take few arguments
        let mut few: [Value<'e>; 3] = [Value::Missing, Value::Missing, Value::Missing];
        let mut many = Vec::new();
        let values: &mut [Value<'e>] = match few.get_mut(..arguments.len()) {
            Some(few) => few,
            None => {
                many.resize(arguments.len(), Value::Missing);
                &mut many
            }
        };
        let mut missing = false;
        let mut failed = None;
        for (value, argument) in values.iter_mut().zip(arguments) {
            *value = self.evaluate(argument)?;
            match value {
                Value::Failed(reason) if failed.is_none() => failed = Some(reason.clone()),
                Value::Missing => missing = true,
                Value::List(items) => {
                    for item in items.iter() {
                        self.within_limit(item)?;
                    }
                }
                other => self.within_limit(other)?,
            }
        }
        if let Some(reason) = failed {
            return Ok(Value::Failed(reason));
        }
        if missing && !function.takes_missing {
            return Ok(Value::Missing);
        }
        let value = match (prepared, &function.implementation) {
            (Some(prepared), _) => prepared.call(values),
            (None, Implementation::Plain(implementation)) => implementation(values),
            (None, Implementation::Prepared(_)) => Value::failed("the function was not prepared"),
        };
        self.result(value)
    }

    /// Holds a computed value to the limits.
    fn result(&mut self, value: Value<'e>) -> Outcome<Value<'e>> {
        match &value {
            Value::Text(text) => self.made(text.len())?,
            Value::Number(number) if !number.within_limit() => {
                return Stop::reject("the number would need over 1,000 digits");
            }
            Value::List(items) => self.charge(items.len())?,
            _ => {}
        }
        Ok(value)
    }

    fn lookup(&mut self, lookup: &'e super::code::Lookup) -> Outcome<Value<'e>> {
        let Some(table) = self.tables.get(lookup.table) else { return Ok(Value::Missing) };
        let mut encoded = std::mem::take(&mut self.key);
        encoded.clear();
        let mut first = Value::Missing;
        let mut several = String::new();
        for (index, code) in lookup.keys.iter().enumerate() {
            let value = self.evaluate(code)?;
            if let Value::Failed(_) | Value::Missing = value {
                return Ok(value);
            }
            self.within_limit(&value)?;
            if !encode_key(&value, &mut encoded) {
                return Ok(Value::failed(format!("the table {} has no such keys", table.name)));
            }
            if index == 0 {
                first = value;
            } else if table.default.is_some() {
                if index == 1 {
                    first.push_text(&mut several);
                }
                several.push_str(", ");
                value.push_text(&mut several);
            }
        }
        let row = table.rows.get(encoded.as_slice()).copied();
        self.key = encoded;
        if let Some(row) = row {
            return match table.values.get(row as usize * table.columns + lookup.column) {
                Some(value) => self.evaluate(value),
                None => Ok(Value::Missing),
            };
        }
        let Some(default) = &table.default else {
            return Ok(Value::failed(format!("no row of the table {} matches", table.name)));
        };
        let Some(code) = default[usize::from(lookup.sensitive)].get(lookup.column) else {
            return Ok(Value::Missing);
        };
        let it = match first {
            _ if lookup.keys.len() > 1 => Value::from(several),
            Value::Text(text) => Value::Text(text),
            other => Value::from(other.to_text().map(Cow::into_owned).unwrap_or_default()),
        };
        self.with_it(it, table.locals, code)
    }

    /// Evaluates a table's default, which sees `it` and nothing else.
    fn with_it(&mut self, it: Value<'e>, locals: u32, code: &'e Code) -> Outcome<Value<'e>> {
        let outer = std::mem::replace(&mut self.frame, self.locals.len());
        let end = self.frame + locals as usize;
        self.locals.resize(end, Local::Value(Value::Missing));
        self.set(0, Local::Value(it));
        let value = self.evaluate(code);
        self.locals.truncate(self.frame);
        self.frame = outer;
        value
    }

    fn inverse(&mut self, table: usize, value: &'e Code) -> Outcome<Value<'e>> {
        let value = self.evaluate(value)?;
        if let Value::Failed(_) | Value::Missing = value {
            return Ok(value);
        }
        self.within_limit(&value)?;
        let mut encoded = std::mem::take(&mut self.key);
        encoded.clear();
        let known = encode_key(&value, &mut encoded);
        let found = self.tables.get(table).filter(|_| known).and_then(|table| table.inverse.get(encoded.as_slice()));
        self.key = encoded;
        match found {
            Some(code) => self.evaluate(code),
            None => {
                let name = self.tables.get(table).map_or("", |table| table.name.as_str());
                Ok(Value::failed(format!("no single row of the table {name} has that value")))
            }
        }
    }

    fn list(&mut self, values: &'e [Code]) -> Outcome<Value<'e>> {
        let mut items = Vec::with_capacity(values.len());
        for code in values {
            match self.evaluate(code)? {
                failed @ Value::Failed(_) => return Ok(failed),
                value => items.push(value),
            }
        }
        Ok(Value::list(items))
    }

    fn record(&mut self, fields: &'e [(Box<str>, Code)]) -> Outcome<Value<'e>> {
        let mut made = Vec::with_capacity(fields.len());
        for (name, code) in fields {
            match self.evaluate(code)? {
                failed @ Value::Failed(_) => return Ok(failed),
                Value::Missing => {}
                value => made.push((name.as_ref(), value)),
            }
        }
        Ok(Value::Record(Record::Made(made.into())))
    }

    fn reject(&mut self, reason: &'e Code) -> Outcome<Value<'e>> {
        Stop::reject(match self.evaluate(reason)? {
            Value::Failed(reason) => reason.into_owned(),
            value => value.to_text().map(Cow::into_owned).unwrap_or_else(|| "rejected".to_owned()),
        })
    }
}
