//! What functions ask of their arguments: the constants of a mapping, and the answer to a value of a
//! kind that the signature excludes.

use std::borrow::Cow;

use super::regex::Regex;
use super::value::Value;
use super::zone::Zone;
use super::{MAX_PLACES, MAX_WIDTH, Takes, find, pattern};
use crate::model::{Base, Constant};

/// The answer to arguments that are not of the kinds in the signature. The checker lets none through; a
/// mapping written by hand may.
pub(super) fn misfit(name: &str, arguments: &[Value<'_>]) -> Value<'static> {
    let Some(function) = find(name) else { return Value::failed("there is no such function") };
    let signature = &function.signature;
    let unfit = arguments.iter().enumerate().find_map(|(index, argument)| {
        let parameter = signature.parameter(index)?;
        (!fits(parameter.takes, argument)).then(|| Value::wrong_kind(name, parameter.name, argument))
    });
    unfit.unwrap_or_else(|| Value::Failed(format!("{name} does not take such arguments").into()))
}

fn fits(takes: Takes, value: &Value<'_>) -> bool {
    match takes {
        Takes::Text | Takes::Pattern => matches!(value, Value::Text(_)),
        Takes::Integer | Takes::Number => matches!(value, Value::Number(_) | Value::Numeral(_)),
        Takes::Boolean => matches!(value, Value::Boolean(_)),
        Takes::Date => matches!(value, Value::Date(_)),
        Takes::Time => matches!(value, Value::Time(_)),
        Takes::DateTime => matches!(value, Value::DateTime(_)),
        Takes::Duration => matches!(value, Value::Duration(_)),
        Takes::Scalar => value.to_text().is_some(),
        Takes::List(item) => value.as_list().is_some_and(|items| items.iter().all(|value| fits(*item, value))),
        Takes::AnyList => matches!(value, Value::List(_)),
        Takes::Any | Takes::SameAs(_) | Takes::ItemOf(_) => true,
        Takes::Either(several) => several.iter().any(|takes| fits(*takes, value)),
    }
}

/// A part of a text, borrowed where the text is.
pub(super) fn part<'e>(text: &Cow<'e, str>, range: std::ops::Range<usize>) -> Value<'e> {
    match text {
        Cow::Borrowed(text) => Value::from(text.get(range).unwrap_or_default()),
        Cow::Owned(text) => Value::from(text.get(range).unwrap_or_default().to_owned()),
    }
}

/// The constant text with that index; `Ok(None)` where the argument is left out.
pub(super) fn constant_text<'c>(constants: &[Option<&'c Constant>], index: usize) -> Result<Option<&'c str>, String> {
    match constants.get(index) {
        None => Ok(None),
        Some(Some(Constant::Text(text))) => Ok(Some(text)),
        Some(_) => Err(format!("argument {} must be a constant text", index + 1)),
    }
}

/// The constant whole number with that index; `Ok(None)` where the argument is left out.
pub(super) fn constant_count(constants: &[Option<&Constant>], index: usize) -> Result<Option<i64>, String> {
    match constants.get(index) {
        None => Ok(None),
        Some(Some(Constant::Number(number))) => match number.to_i64() {
            Some(number) => Ok(Some(number)),
            None => Err("this must be a whole number".into()),
        },
        Some(_) => Err(format!("argument {} must be a constant whole number", index + 1)),
    }
}

fn text(constant: &Constant) -> Result<&str, String> {
    match constant {
        Constant::Text(text) => Ok(text),
        _ => Err("this must be text".into()),
    }
}

fn count(constant: &Constant, most: i64, what: &str) -> Result<(), String> {
    match constant {
        Constant::Number(number) if number.to_i64().is_some_and(|number| (0..=most).contains(&number)) => Ok(()),
        _ => Err(format!("{what} must be a whole number from 0 to {most}")),
    }
}

pub(super) fn check_width(constant: &Constant, _: &Base) -> Result<(), String> {
    count(constant, MAX_WIDTH, "the width")
}

pub(super) fn check_places(constant: &Constant, _: &Base) -> Result<(), String> {
    count(constant, MAX_PLACES, "the number of places")
}

pub(super) fn check_fill(constant: &Constant, _: &Base) -> Result<(), String> {
    fill(text(constant)?).map(drop)
}

/// The one character that padding is made of.
pub(super) fn fill(text: &str) -> Result<char, String> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) => Ok(one),
        _ => Err("padding is made of one character, such as \"0\"".into()),
    }
}

pub(super) fn check_separator(constant: &Constant, _: &Base) -> Result<(), String> {
    match text(constant)? {
        "" => Err("the separator must not be empty".into()),
        _ => Ok(()),
    }
}

pub(super) fn check_any_text(constant: &Constant, _: &Base) -> Result<(), String> {
    text(constant).map(drop)
}

pub(super) fn check_regex(constant: &Constant, _: &Base) -> Result<(), String> {
    Regex::new(text(constant)?).map(drop)
}

pub(super) fn check_zone(constant: &Constant, _: &Base) -> Result<(), String> {
    Zone::named(text(constant)?).map(drop)
}

/// A pattern that dates are read with.
pub(super) fn check_date_pattern(constant: &Constant, _: &Base) -> Result<(), String> {
    pattern::check(text(constant)?, &Base::Date, false)
}

pub(super) fn check_time_pattern(constant: &Constant, _: &Base) -> Result<(), String> {
    pattern::check(text(constant)?, &Base::Time, false)
}

/// Whether the pattern needs a zone is seen when all constants are there.
pub(super) fn check_date_time_pattern(constant: &Constant, _: &Base) -> Result<(), String> {
    pattern::check(text(constant)?, &Base::DateTime, true)
}

/// A pattern that the first argument is written with.
pub(super) fn check_format_pattern(constant: &Constant, first: &Base) -> Result<(), String> {
    match first {
        Base::Either(bases) => bases.iter().try_for_each(|base| pattern::check_format(text(constant)?, base)),
        base => pattern::check_format(text(constant)?, base),
    }
}
