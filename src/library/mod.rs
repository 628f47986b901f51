//! The built-in functions: one table of signature, description, example and implementation.
//!
//! # How a function is called
//!
//! The plan evaluates the arguments first. A failed argument makes the call failed (the first one
//! tells why), else a missing one makes it missing, before the function is called; one with
//! [`Function::takes_missing`] sees missing arguments itself. Numbers among the arguments, and in
//! lists among them, need at most 1,000 digits. A function may take values out of its arguments
//! ([`std::mem::replace`]) instead of cloning them. It never panics: an argument of a kind that its
//! signature excludes is answered by a failure that says so.
//!
//! # Limits
//!
//! No function makes text over [`MAX_TEXT`] bytes or a list over [`MAX_ITEMS`] items. Functions that
//! could grow beyond, or that write a form with an end (VistA's years), fail there; see
//! [`Signature::limit`].

mod arguments;
pub mod constraint;
mod encoding;
pub mod fileman;
pub mod form;
pub mod hl7;
pub mod iso;
mod lists;
mod numbers;
pub mod pattern;
mod presence;
mod reading;
mod regex;
pub mod scalar;
mod shown;
pub mod signature;
mod text;
mod times;
pub mod unix;
pub mod value;
mod writing;
pub mod xml;
pub mod zone;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::LazyLock;

#[cfg(feature = "runtime")]
pub(crate) use encoding::base64;
pub(crate) use encoding::hexadecimal;
pub use signature::{ConstantCheck, Parameter, Returns, Signature, Takes};
pub use value::Value;

use crate::model::{Base, Constant};

/// The longest text that a function makes, in bytes (16 MiB).
pub const MAX_TEXT: usize = 16 << 20;

/// The most items in a list that a function makes out of several.
pub const MAX_ITEMS: usize = 1_000_000;

/// The widest padding and the longest cut, in characters.
pub const MAX_WIDTH: i64 = 10_000;

/// The most places that a number is rounded to or written with.
pub const MAX_PLACES: i64 = 1000;

/// A built-in function.
#[derive(Debug)]
pub struct Function {
    pub name: &'static str,
    /// The heading that documentation lists it under.
    pub group: Group,
    /// One line: what it gives.
    pub summary: &'static str,
    pub examples: &'static [Example],
    pub signature: Signature,
    /// Whether it is called with missing arguments, too.
    pub takes_missing: bool,
    /// Made by the checker for an operator (`at + 30 minutes`), unknown to authors and documentation.
    pub internal: bool,
    pub implementation: Implementation,
}

/// Headings of the documentation, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    Text,
    Patterns,
    Numbers,
    Lists,
    Reading,
    Dates,
    Writing,
    Encoding,
    Presence,
}

impl Group {
    pub fn title(self) -> &'static str {
        match self {
            Group::Text => "Text",
            Group::Patterns => "Patterns",
            Group::Numbers => "Numbers",
            Group::Lists => "Lists",
            Group::Reading => "Text to values",
            Group::Dates => "Dates and times",
            Group::Writing => "Values to text",
            Group::Encoding => "Encoding and hashing",
            Group::Presence => "Presence",
        }
    }
}

/// A call in the mapping language and what it gives, written as a literal of the language; what has no
/// literal (a date, a time) as the text it leaves as. `missing` and `failed` are the two other outcomes.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    pub source: &'static str,
    pub gives: &'static str,
}

/// What a function does.
#[derive(Clone, Copy, Debug)]
pub enum Implementation {
    /// A function of its arguments alone.
    Plain(Plain),
    /// One that compiles its constant arguments (a pattern, a zone) once, when the plan is built.
    Prepared(Prepare),
}

pub type Plain = for<'e> fn(&mut [Value<'e>]) -> Value<'e>;

/// Given the constants among the arguments, gives what is called then with all of them. An `Err` is a
/// reason why the mapping cannot be run.
pub type Prepare = fn(&[Option<&Constant>]) -> Result<Box<dyn Prepared>, String>;

/// A function with its constant arguments compiled.
pub trait Prepared: Send + Sync {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e>;
}

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Function> {
    static BY_NAME: LazyLock<HashMap<&str, &Function>> =
        LazyLock::new(|| all().map(|function| (function.name, function)).collect());
    BY_NAME.get(name).copied()
}

/// Every function, group by group; the internal ones, too.
pub fn all() -> impl Iterator<Item = &'static Function> {
    const TABLE: &[&[Function]] = &[
        text::FUNCTIONS,
        regex::FUNCTIONS,
        numbers::FUNCTIONS,
        lists::FUNCTIONS,
        reading::FUNCTIONS,
        times::FUNCTIONS,
        writing::FUNCTIONS,
        encoding::FUNCTIONS,
        presence::FUNCTIONS,
    ];
    TABLE.iter().copied().flatten()
}

impl Function {
    const fn new(
        name: &'static str,
        group: Group,
        summary: &'static str,
        signature: Signature,
        does: Plain,
    ) -> Function {
        Function {
            name,
            group,
            summary,
            examples: &[],
            signature,
            takes_missing: false,
            internal: false,
            implementation: Implementation::Plain(does),
        }
    }

    const fn prepared(
        name: &'static str,
        group: Group,
        summary: &'static str,
        signature: Signature,
        prepare: Prepare,
    ) -> Function {
        Function {
            name,
            group,
            summary,
            examples: &[],
            signature,
            takes_missing: false,
            internal: false,
            implementation: Implementation::Prepared(prepare),
        }
    }

    const fn examples(self, examples: &'static [Example]) -> Function {
        Function { examples, ..self }
    }

    const fn internal(self) -> Function {
        Function { internal: true, ..self }
    }

    /// Holds the constant arguments of a call (`None` for each other argument) against what the function
    /// asks of them, when `first` is the base type of the first argument.
    ///
    /// # Errors
    /// The index of the argument, and one sentence for the author.
    pub fn check_constants(&self, constants: &[Option<&Constant>], first: &Base) -> Result<(), (usize, String)> {
        for (index, constant) in constants.iter().enumerate() {
            let parameter = self.signature.parameter(index);
            if let (Some(constant), Some(check)) = (constant, parameter.and_then(|parameter| parameter.check)) {
                check(constant, first).map_err(|why| (index, why))?;
            }
        }
        match self.implementation {
            Implementation::Plain(_) => Ok(()),
            Implementation::Prepared(prepare) => {
                let last = constants.iter().rposition(Option::is_some).unwrap_or(0);
                prepare(constants).map(drop).map_err(|why| (last, why))
            }
        }
    }
}

const fn example(source: &'static str, gives: &'static str) -> Example {
    Example { source, gives }
}
