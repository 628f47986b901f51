//! Scalars that come as text from outside of the event: out of crosswalks and out of a target's answers.

use super::form::FormCode;
use super::value::{DateTime, Time};
use super::{Value, iso};
use crate::model::number::Number;
use crate::model::{Base, Type};

/// The value of that type which the text writes: numbers as JSON has them (RFC 8259 §6), booleans `true` and `false`,
/// dates and times as ISO 8601, or in the type's form. `None` where it is none.
pub fn scalar<'e>(ty: &Type, text: &str) -> Option<Value<'e>> {
    match &ty.form {
        Some(crate::model::Form::Text) | None => of_base(&ty.base, text),
        Some(form) => {
            let form = FormCode::reading(form, &ty.base).ok()?;
            form.read_text(text).or_else(|| form.read_number(text))
        }
    }
}

fn of_base<'e>(base: &Base, text: &str) -> Option<Value<'e>> {
    Some(match base {
        Base::Text => Value::from(text.to_owned()),
        Base::Code { values, open } => {
            if !open && !values.iter().any(|value| value == text) {
                return None;
            }
            Value::from(text.to_owned())
        }
        Base::Integer(_) => Value::Number(Number::parse(text).ok().filter(Number::is_integer)?),
        Base::Decimal(_) => Value::Number(Number::parse(text).ok()?),
        Base::Boolean => match text {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            _ => return None,
        },
        Base::Date => Value::Date(iso::parse_date(text)?),
        Base::Time => Value::Time(Time { value: iso::parse_time(text)?.value, received: None }),
        Base::DateTime => {
            let at = iso::parse_date_time(text)?;
            Value::DateTime(DateTime { local: at.local, offset: at.offset, received: None })
        }
        Base::Duration => Value::duration(iso::parse_duration(text)?.seconds.clone()),
        // text last: it takes everything
        Base::Either(bases) => {
            let (texts, others): (Vec<&Base>, Vec<&Base>) =
                bases.iter().partition(|base| matches!(base, Base::Text | Base::Code { .. }));
            return others.into_iter().chain(texts).find_map(|base| of_base(base, text));
        }
        _ => return None,
    })
}

/// A key or value of a crosswalk as it is kept; `text` is a scalar's text.
///
/// # Errors
/// The text is no value of the type: a sentence's end, such as `is no integer`.
pub fn kept_text(ty: &Type, text: &str) -> Result<String, String> {
    let value = scalar(ty, text).ok_or_else(|| format!("is no {}", noun(ty)))?;
    value.to_text().map(|text| text.into_owned()).ok_or_else(|| "is over 1,000 digits long".to_owned())
}

/// As [`kept_text`], of a scalar of JSON: numbers and booleans bare, everything else as a string. Nothing empty is
/// kept.
///
/// # Errors
/// As [`kept_text`].
pub fn kept_json(ty: &Type, json: &serde_json::Value) -> Result<String, String> {
    let bare = matches!(ty.base, Base::Integer(_) | Base::Decimal(_) | Base::Boolean);
    match json {
        serde_json::Value::String(text) if text.is_empty() => Err("is empty".to_owned()),
        serde_json::Value::String(text) if !bare => kept_text(ty, text),
        serde_json::Value::Number(number) if bare => kept_text(ty, number.as_str()),
        serde_json::Value::Bool(truth) if bare => kept_text(ty, if *truth { "true" } else { "false" }),
        _ => Err(format!("is no {}", noun(ty))),
    }
}

/// What a value of the type is called.
pub fn noun(ty: &Type) -> String {
    match &ty.base {
        Base::Boolean => "boolean".to_owned(),
        Base::Integer(_) => "integer".to_owned(),
        Base::Decimal(_) => "decimal".to_owned(),
        Base::Date => "date".to_owned(),
        Base::Time => "time".to_owned(),
        Base::DateTime => "datetime".to_owned(),
        Base::Duration => "duration".to_owned(),
        Base::Code { .. } => "code that it declares".to_owned(),
        _ => "string".to_owned(),
    }
}
