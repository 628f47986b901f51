//! The built-in functions: one table of signature, description, example and implementation.
//!
//! # How a function is called
//!
//! The plan evaluates the arguments first. A failed argument makes the call failed (the first one
//! tells why), else a missing one makes it missing, before the function is called; one with
//! [`Function::takes_missing`] sees missing arguments itself. Numbers among the arguments, and in
//! lists among them, need at most 1,000 digits. A function may take values out of its arguments
//! ([`std::mem::replace`]) instead of cloning them. It never panics: an argument of a kind that its
//! signature excludes is answered by [`Value::wrong_kind`].

pub mod iso;
pub mod pattern;
pub mod value;
pub mod zone;

#[cfg(test)]
mod tests;

pub use value::Value;

use crate::model::Constant;

/// A built-in function, as far as the plan must know it.
pub struct Function {
    pub name: &'static str,
    /// The fewest arguments.
    pub least: usize,
    /// The most arguments; `None` for as many as there are.
    pub most: Option<usize>,
    /// Whether it is called with missing arguments, too.
    pub takes_missing: bool,
    pub implementation: Implementation,
}

/// What a function does.
pub enum Implementation {
    /// A function of its arguments alone.
    Plain(for<'e> fn(&mut [Value<'e>]) -> Value<'e>),
    /// One that compiles its constant arguments (a pattern, a zone) once, when the plan is built:
    /// given the constants among the arguments, it gives what is called then with all of them. An
    /// `Err` is a reason why the mapping cannot be run.
    Prepared(fn(&[Option<&Constant>]) -> Result<Box<dyn Prepared>, String>),
}

/// A function with its constant arguments compiled.
pub trait Prepared: Send + Sync {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e>;
}

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

static FUNCTIONS: &[Function] = &[
    Function {
        name: "count",
        least: 1,
        most: Some(1),
        takes_missing: false,
        implementation: Implementation::Plain(count),
    },
    Function {
        name: "upper",
        least: 1,
        most: Some(1),
        takes_missing: false,
        implementation: Implementation::Plain(upper),
    },
];

fn count<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    match arguments {
        [Value::List(items)] => Value::from(items.len()),
        [other, ..] => Value::wrong_kind("count", "a list", other),
        [] => Value::Missing,
    }
}

fn upper<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    match arguments {
        [Value::Text(text)] => Value::from(text.to_uppercase()),
        [other, ..] => Value::wrong_kind("upper", "text", other),
        [] => Value::Missing,
    }
}
