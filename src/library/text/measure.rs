//! Functions that count characters: lengths, slices, padding.

use crate::library::arguments::{constant_count, constant_text, fill, misfit, part};
use crate::library::{MAX_WIDTH, Prepared, Value};
use crate::model::Constant;

pub(super) fn length<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("length", arguments) };
    Value::from(text.chars().count())
}

/// A position in a text, a huge number counting as one far outside.
fn position(value: &Value<'_>) -> Option<i64> {
    let number = value.as_number()?;
    Some(number.to_i64().unwrap_or(if number.is_negative() { i64::MIN } else { i64::MAX }))
}

/// The byte at which the character with that position starts; the ends for positions outside.
fn byte_of(text: &str, position: i64) -> usize {
    let distance = usize::try_from(position.unsigned_abs()).unwrap_or(usize::MAX);
    if position >= 0 {
        text.char_indices().nth(distance).map_or(text.len(), |(at, _)| at)
    } else {
        text.char_indices().nth_back(distance - 1).map_or(0, |(at, _)| at)
    }
}

pub(super) fn slice<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let (text, from, to) = match arguments {
        [Value::Text(text), from] => (text, position(from), Some(i64::MAX)),
        [Value::Text(text), from, to] => (text, position(from), position(to)),
        _ => return misfit("slice", arguments),
    };
    let (Some(from), Some(to)) = (from, to) else { return misfit("slice", arguments) };
    let (from, to) = (byte_of(text, from), byte_of(text, to));
    part(text, from.min(to)..to)
}

pub(super) fn truncate<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text), count] = arguments else { return misfit("truncate", arguments) };
    let Some(count) = position(count) else { return misfit("truncate", arguments) };
    part(text, 0..byte_of(text, count.max(0)))
}

struct Pad {
    width: usize,
    fill: char,
    left: bool,
}

pub(super) fn pad_left(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    pad(constants, true)
}

pub(super) fn pad_right(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    pad(constants, false)
}

fn pad(constants: &[Option<&Constant>], left: bool) -> Result<Box<dyn Prepared>, String> {
    let fill = constant_text(constants, 2)?.map_or(Ok(' '), fill)?;
    Ok(Box::new(Pad { width: width(constants)?, fill, left }))
}

/// The second argument.
fn width(constants: &[Option<&Constant>]) -> Result<usize, String> {
    let width = constant_count(constants, 1)?.filter(|width| (0..=MAX_WIDTH).contains(width));
    let width = width.ok_or_else(|| format!("the width must be a whole number from 0 to {MAX_WIDTH}"))?;
    Ok(width as usize)
}

/// A field of a fixed width.
struct Fit {
    width: usize,
    right: bool,
}

pub(super) fn fit_left(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    fit(constants, false)
}

pub(super) fn fit_right(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    fit(constants, true)
}

fn fit(constants: &[Option<&Constant>], right: bool) -> Result<Box<dyn Prepared>, String> {
    Ok(Box::new(Fit { width: width(constants)?, right }))
}

impl Prepared for Fit {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let Some(text) = arguments.first().and_then(Value::to_text) else {
            return Value::failed("this cannot be written as text");
        };
        let width = self.width;
        match text.chars().count() {
            length if length > width => {
                Value::failed(format!("the text is longer than its field of {width} characters"))
            }
            _ if self.right => Value::from(format!("{text:>width$}")),
            _ => Value::from(format!("{text:<width$}")),
        }
    }
}

impl Prepared for Pad {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let name = if self.left { "pad_left" } else { "pad_right" };
        let Some(Value::Text(text)) = arguments.first() else { return misfit(name, arguments) };
        let missing = self.width.saturating_sub(text.chars().count());
        if missing == 0 {
            return part(text, 0..text.len());
        }
        let filling = std::iter::repeat_n(self.fill, missing);
        Value::from(if self.left {
            filling.chain(text.chars()).collect::<String>()
        } else {
            text.chars().chain(filling).collect::<String>()
        })
    }
}
