//! A target's answer: whether it accepts the request, and what it says that is to be remembered.
//!
//! An answer is foreign: it may be anything. What of it cannot be read is missing, and no answer makes an error.
//! JSON is read by its names from the top. Of XML only local names count: a first name is looked for in the whole
//! document, the root included, in document order; each further name among the children of the one before; where no
//! element has the name, an attribute may. Scalars are read from their text, so a JSON number may answer where a
//! string is declared, and the other way round.

mod json;
mod xml;

use super::address::plain;
use super::code::Code;
use super::compile::Compiler;
use super::crosswalk::too_long;
use super::error::PlanError;
use super::evaluate::{Local, Machine, Outcome, Stop};
use super::limits::MAX_ANSWER_BYTES;
use crate::library::Value;
use crate::library::scalar::kept_text;
use crate::library::value::Record;
use crate::model::number::Number;
use crate::model::{Base, Target, Type};
pub use xml::Fault;

/// What an answer says of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub accepted: bool,
    /// The answer is a SOAP fault.
    pub fault: Option<Fault>,
}

/// A change of a crosswalk; keys and values as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Remember { crosswalk: String, key: String, value: String },
    Forget { crosswalk: String, key: String },
}

/// What an accepted request changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    pub changes: Vec<Change>,
    /// What could not be remembered, and why: a sentence each, with nothing of the answer in it.
    pub lacking: Vec<String>,
}

/// How a target's answers are judged and what is kept of them, made ready.
pub struct AnswerCode {
    accept: AcceptCode,
    shape: Option<Type>,
    remember: Vec<RememberCode>,
    forget: Vec<(String, Code)>,
    locals: u32,
}

enum AcceptCode {
    Range { from: u16, to: u16 },
    Condition { status: u32, fault: u32, answer: u32, holds: Code },
}

struct RememberCode {
    crosswalk: String,
    /// Of the crosswalk's values.
    ty: Type,
    key: Code,
    value: Vec<String>,
}

impl AnswerCode {
    pub fn new<'m>(target: &'m Target, name: &str, compiler: &mut Compiler<'m>) -> Result<AnswerCode, PlanError> {
        compiler.at(format!("{name}, answer"));
        if let Some(shape) = &target.answer {
            check_shape(shape, 0).or_else(|why| compiler.error(why))?;
        }
        compiler.at(format!("{name}, accept"));
        let accept = match &target.accept.condition {
            None => AcceptCode::Range { from: target.accept.from, to: target.accept.to },
            Some(condition) => {
                if condition.holds.needs_event() {
                    return compiler.error("it asks for more than the answer");
                }
                let mark = compiler.enter()?;
                let status = compiler.bind_given(condition.status)?;
                let fault = compiler.bind_given(condition.fault)?;
                let answer = compiler.bind_given(condition.answer)?;
                let holds = compiler.expression(&condition.holds)?;
                compiler.leave(mark);
                AcceptCode::Condition { status, fault, answer, holds }
            }
        };
        compiler.at(format!("{name}, remember"));
        let mut remember = Vec::with_capacity(target.remember.len());
        for rule in &target.remember {
            compiler.without_look_up(&rule.key)?;
            let crosswalk = compiler.declared_crosswalk(&rule.crosswalk)?;
            if !target.answer.as_ref().is_some_and(|shape| is_scalar_at(shape, &rule.value)) {
                return compiler.error(format!("the answer declares no scalar {}", rule.value.join(".")));
            }
            remember.push(RememberCode {
                crosswalk: rule.crosswalk.clone(),
                ty: crosswalk.value.clone(),
                key: compiler.expression(&rule.key)?,
                value: rule.value.clone(),
            });
        }
        compiler.at(format!("{name}, forget"));
        let mut forget = Vec::with_capacity(target.forget.len());
        for rule in &target.forget {
            compiler.without_look_up(&rule.key)?;
            compiler.declared_crosswalk(&rule.crosswalk)?;
            forget.push((rule.crosswalk.clone(), compiler.expression(&rule.key)?));
        }
        Ok(AnswerCode { accept, shape: target.answer.clone(), remember, forget, locals: compiler.locals() })
    }

    /// Whether an accepted answer changes crosswalks.
    pub fn teaches(&self) -> bool {
        !self.remember.is_empty() || !self.forget.is_empty()
    }

    /// Whether something of it is to be remembered.
    pub fn remembers(&self) -> bool {
        !self.remember.is_empty()
    }

    pub fn judge<'e>(&'e self, status: u16, body: &[u8], machine: &mut Machine<'e>) -> Judged {
        let read = Read::of(body);
        let fault = read.fault();
        let accepted = match &self.accept {
            AcceptCode::Range { from, to } => (from..=to).contains(&&status) && fault.is_none(),
            AcceptCode::Condition { status: status_at, fault: fault_at, answer, holds } => {
                machine.begin(self.locals);
                machine.set(*status_at, Local::Value(Value::Number(Number::from(i64::from(status)))));
                machine.set(*fault_at, Local::Value(Value::Boolean(fault.is_some())));
                machine.set(*answer, Local::Value(self.value(&read)));
                machine.decide(holds).unwrap_or(false)
            }
        };
        Judged { accepted, fault }
    }

    /// Keys are of the event, which the machine has; values of the answer.
    pub fn learn<'e>(&'e self, body: &[u8], machine: &mut Machine<'e>) -> Outcome<Learned> {
        let mut learned = Learned::default();
        for (crosswalk, key) in &self.forget {
            let key = key_of(key, machine).map_err(|stop| stop.under("forget"))?;
            learned.changes.push(Change::Forget { crosswalk: crosswalk.clone(), key });
        }
        if self.remember.is_empty() {
            return Ok(learned);
        }
        let answer = self.value(&Read::of(body));
        for rule in &self.remember {
            let key = key_of(&rule.key, machine).map_err(|stop| stop.under("remember"))?;
            let told = |why: &str| format!("nothing to remember in {}: {why}", rule.crosswalk);
            let name = rule.value.join(".");
            let text = match at(&answer, &rule.value).and_then(Value::to_text) {
                None => Err(told(&format!("the answer has no {name}"))),
                Some(text) if text.is_empty() => Err(told(&format!("{name} is empty in the answer"))),
                Some(text) => kept_text(&rule.ty, &text).map_err(|why| told(&format!("{name} {why}"))),
            };
            match text {
                Ok(value) => {
                    learned.changes.push(Change::Remember { crosswalk: rule.crosswalk.clone(), key, value });
                }
                Err(lacking) => learned.lacking.push(lacking),
            }
        }
        Ok(learned)
    }

    /// The answer as its shape has it.
    fn value<'e>(&'e self, read: &Read) -> Value<'e> {
        match (&self.shape, read) {
            (None, _) | (_, Read::Nothing) => Value::Missing,
            (Some(shape), Read::Json(json)) => json::value(shape, json),
            (Some(shape), Read::Xml(document)) => document.value(shape),
        }
    }
}

fn key_of<'e>(code: &'e Code, machine: &mut Machine<'e>) -> Outcome<String> {
    let mut key = String::new();
    plain(code, "the key", machine, &mut key)?;
    match too_long(&key) {
        Some(why) => Stop::reject(why),
        None => Ok(key),
    }
}

/// An answer's bytes, taken apart as far as they can be.
enum Read {
    Json(serde_json::Value),
    Xml(xml::Document),
    /// Empty, or neither.
    Nothing,
}

impl Read {
    fn of(body: &[u8]) -> Read {
        let body = &body[..body.len().min(MAX_ANSWER_BYTES)];
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii();
        match body.first() {
            None => Read::Nothing,
            Some(b'<') => xml::Document::read(body).map_or(Read::Nothing, Read::Xml),
            // one that is cut off is none
            Some(_) => serde_json::from_slice(body).map_or(Read::Nothing, Read::Json),
        }
    }

    fn fault(&self) -> Option<Fault> {
        match self {
            Read::Xml(document) => document.fault(),
            Read::Json(_) | Read::Nothing => None,
        }
    }
}

/// The value at these names.
fn at<'v, 'e>(value: &'v Value<'e>, names: &[String]) -> Option<&'v Value<'e>> {
    names.iter().try_fold(value, |value, name| match value {
        Value::Record(Record::Made(fields)) => fields.iter().find(|(field, _)| field == name).map(|(_, value)| value),
        _ => None,
    })
}

fn is_scalar_at(shape: &Type, names: &[String]) -> bool {
    let found = names.iter().try_fold(shape, |ty, name| match &ty.base {
        Base::Record(record) => record.field(name).map(|field| &field.ty),
        _ => None,
    });
    !names.is_empty() && found.is_some_and(|ty| !matches!(ty.base, Base::Record(_) | Base::List(_)))
}

/// Records, lists and scalars, as deep as may be.
fn check_shape(ty: &Type, depth: u32) -> Result<(), &'static str> {
    if depth > super::limits::MAX_EVENT_DEPTH {
        return Err("its types are nested too deeply");
    }
    match &ty.base {
        Base::Record(record) => record.fields.iter().try_for_each(|field| check_shape(&field.ty, depth + 1)),
        Base::List(item) => check_shape(item, depth + 1),
        Base::Variants(_) | Base::Dictionary(_) | Base::Any | Base::Null | Base::Never => {
            Err("an answer's shape has no such type")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
