//! What bodies of all formats share: names bound in a block, and the author's `reject` lines.

use crate::library::Value;
use crate::model::{Expr, Node};
use crate::plan::code::Code;
use crate::plan::compile::Compiler;
use crate::plan::door::locate;
use crate::plan::error::PlanError;
use crate::plan::evaluate::{Machine, Outcome, Stop};
use crate::plan::request::Refusal;

/// A line that writes nothing.
pub enum Quiet {
    Let { local: u32, value: Code, name: Box<str> },
    Reject { when: Option<Code>, reason: Code, path: Box<str> },
}

impl Quiet {
    /// Compiles a `let` or `reject`; `Ok(None)` of a `let` that only renames, and of other nodes.
    pub fn new<'m>(node: &'m Node, compiler: &mut Compiler<'m>) -> Result<Option<Quiet>, PlanError> {
        match node {
            Node::Let { variable, name, value } => {
                compiler.at(format!("let {name}"));
                let bound = compiler.bind(*variable, value)?;
                Ok(bound.map(|(local, value)| Quiet::Let { local, value, name: name.as_str().into() }))
            }
            Node::Reject { when, reason, path } => {
                let path: &str = if path.is_empty() { "reject" } else { path };
                compiler.at(path);
                let when = optional(when.as_ref(), compiler)?;
                Ok(Some(Quiet::Reject { when, reason: compiler.reason(reason)?, path: path.into() }))
            }
            _ => Ok(None),
        }
    }

    pub fn run<'e>(&'e self, machine: &mut Machine<'e>) -> Outcome<()> {
        match self {
            Quiet::Let { local, value, name } => {
                let value = machine.bound(value).map_err(|stop| stop.under(name))?;
                machine.set(*local, value);
                Ok(())
            }
            Quiet::Reject { when, reason, path } => {
                if !holds(when.as_ref(), machine).map_err(|stop| stop.under(path))? {
                    return Ok(());
                }
                let reason = match machine.evaluate(reason) {
                    Ok(value) => value.to_text().map_or_else(|| "rejected".to_owned(), |text| text.into_owned()),
                    Err(stop) => return Err(stop.under(path)),
                };
                Err(Box::new(Stop::Reject(reason)).under(path))
            }
        }
    }
}

pub fn optional<'m>(value: Option<&'m Expr>, compiler: &mut Compiler<'m>) -> Result<Option<Code>, PlanError> {
    value.map(|value| compiler.expression(value)).transpose()
}

/// Whether a line's condition holds; without one it does.
#[inline]
pub fn holds<'e>(when: Option<&'e Code>, machine: &mut Machine<'e>) -> Outcome<bool> {
    match when {
        None => Ok(true),
        Some(when) => machine.decide(when),
    }
}

/// Why a text cannot be written: under the path of the event's field that it is made of, where there is one.
/// `reason` does not tell what is wrong, since the value may be sensitive.
#[cold]
pub fn forbidden<'e>(
    value: &Value<'e>,
    code: &'e Code,
    machine: &mut Machine<'e>,
    reason: &str,
    wrong: impl Fn(char) -> bool,
) -> Box<Stop> {
    refused(value, code, machine, reason, |text| text.chars().any(&wrong))
}

/// Why a text cannot be written for which `wrong` holds: as [`forbidden`].
#[cold]
pub fn refused<'e>(
    value: &Value<'e>,
    code: &'e Code,
    machine: &mut Machine<'e>,
    reason: &str,
    wrong: impl Fn(&str) -> bool,
) -> Box<Stop> {
    let received = match value {
        Value::Numeral(numeral) => Some(numeral.text),
        Value::Time(time) => time.received,
        Value::DateTime(at) => at.received,
        Value::Duration(duration) => duration.received,
        value => value.as_text(),
    };
    let own = received.and_then(|text| machine.place_in_event(text)).map(|byte| locate(machine.text, byte));
    match own.or_else(|| machine.culprit(code, wrong)) {
        Some(path) => Box::new(Stop::Refused(Refusal { path, reason: reason.to_owned() })),
        None => Box::new(Stop::Reject(reason.to_owned())),
    }
}
