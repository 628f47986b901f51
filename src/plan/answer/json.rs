//! A JSON answer.

use crate::library::Value;
use crate::library::scalar::scalar;
use crate::library::value::Record;
use crate::model::{Base, Type};
use serde_json::Value as Json;

/// What the shape has of the answer; the rest of it is passed over.
pub fn value<'e>(ty: &'e Type, json: &Json) -> Value<'e> {
    match (&ty.base, json) {
        (_, Json::Null) if ty.null => Value::Null,
        (Base::Record(record), Json::Object(members)) => {
            let fields = record.fields.iter().filter_map(|field| {
                let value = value(&field.ty, members.get(&field.name)?);
                (!value.is_missing()).then_some((field.name.as_str(), value))
            });
            Value::Record(Record::Made(fields.collect()))
        }
        (Base::List(item), Json::Array(items)) => {
            Value::list(items.iter().map(|json| value(item, json)).filter(|value| !value.is_missing()))
        }
        (Base::Record(_) | Base::List(_), _) => Value::Missing,
        (_, Json::String(text)) => scalar(ty, text).unwrap_or(Value::Missing),
        (_, Json::Number(number)) => scalar(ty, number.as_str()).unwrap_or(Value::Missing),
        (_, Json::Bool(truth)) => scalar(ty, if *truth { "true" } else { "false" }).unwrap_or(Value::Missing),
        (_, Json::Null | Json::Array(_) | Json::Object(_)) => Value::Missing,
    }
}
