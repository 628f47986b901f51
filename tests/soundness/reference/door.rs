//! From the event's JSON to values of the declared types. Events of the declared shape only.

use super::value::V;
use crate::json::Json;
use hms_sync::library::form::FormCode;
use hms_sync::library::value::Numeral;
use hms_sync::library::{Value, iso};
use hms_sync::model::{Base, Form, RecordType, Type, VariantsType};

pub fn record<'e>(record: &'e RecordType, json: &'e Json) -> V<'e> {
    V::Record(
        record.fields.iter().map(|field| (field.name.as_str(), value(&field.ty, json.member(&field.name)))).collect(),
    )
}

fn value<'e>(ty: &'e Type, json: Option<&'e Json>) -> V<'e> {
    let Some(json) = json else { return V::MISSING };
    if *json == Json::Null && ty.null {
        return V::Scalar(Value::Null);
    }
    if *json == Json::Null && ty.missing {
        return V::MISSING;
    }
    match (&ty.base, json) {
        (Base::Any, _) => V::Raw(json),
        (Base::Record(shape), _) => record(shape, json),
        (Base::Variants(shape), _) => variants(shape, json),
        (Base::List(item), Json::List(items)) => V::List(items.iter().map(|json| value(item, Some(json))).collect()),
        (Base::Dictionary(item), Json::Object(members)) => V::Map(
            members
                .iter()
                .enumerate()
                // of a key that comes twice the last one
                .filter(|(at, (name, _))| !members[at + 1..].iter().any(|(later, _)| later == name))
                .map(|(_, (name, json))| (name.as_str(), value(item, Some(json))))
                .collect(),
        ),
        (Base::Either(bases), _) => {
            let found = bases.iter().find_map(|base| scalar(base, None, json));
            V::Scalar(found.unwrap_or(Value::Missing))
        }
        (base, _) => V::Scalar(scalar(base, ty.form.as_ref(), json).unwrap_or(Value::Missing)),
    }
}

/// The field that tells which variant, then that one's.
fn variants<'e>(shape: &'e VariantsType, json: &'e Json) -> V<'e> {
    let told = json.member(&shape.by);
    let variant = shape.variants.iter().find(|variant| told == Some(&Json::Text(variant.code.clone())));
    let Some(variant) = variant else { return V::MISSING };
    let mut fields = vec![(shape.by.as_str(), V::Scalar(Value::from(variant.code.as_str())))];
    fields.extend(variant.fields.iter().map(|field| (field.name.as_str(), value(&field.ty, json.member(&field.name)))));
    V::Record(fields)
}

fn scalar<'e>(base: &Base, form: Option<&Form>, json: &'e Json) -> Option<Value<'e>> {
    match (form, json) {
        (Some(Form::Text), Json::Text(text)) => Some(number(text, base)),
        (Some(form), Json::Text(text)) => FormCode::reading(form, base).ok()?.read_text(text),
        (Some(form), Json::Number(text)) => FormCode::reading(form, base).ok()?.read_number(text),
        (Some(_), _) => None,
        (None, Json::Bool(truth)) => (*base == Base::Boolean).then_some(Value::Boolean(*truth)),
        (None, Json::Number(text)) => matches!(base, Base::Integer(_) | Base::Decimal(_)).then(|| number(text, base)),
        (None, Json::Text(text)) => match base {
            Base::Text => Some(Value::from(text.as_str())),
            Base::Code { values, open } => (*open || values.contains(text)).then(|| Value::from(text.as_str())),
            Base::Date => iso::parse_date(text).map(Value::Date),
            Base::Time => iso::parse_time(text).map(Value::Time),
            Base::DateTime => iso::parse_date_time(text).map(Value::DateTime),
            Base::Duration => iso::parse_duration(text).map(|duration| Value::Duration(Box::new(duration))),
            _ => None,
        },
        (None, _) => None,
    }
}

fn number<'e>(text: &'e str, base: &Base) -> Value<'e> {
    Value::Numeral(Numeral { text, integer: matches!(base, Base::Integer(_)) })
}
