//! Functions that look for parts, take apart and put together.

use std::borrow::Cow;

use super::too_long;
use crate::library::arguments::misfit;
use crate::library::{MAX_TEXT, Value};

pub(super) fn starts_with<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text), Value::Text(part)] = arguments else { return misfit("starts_with", arguments) };
    Value::from(text.starts_with(part.as_ref()))
}

pub(super) fn ends_with<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text), Value::Text(part)] = arguments else { return misfit("ends_with", arguments) };
    Value::from(text.ends_with(part.as_ref()))
}

pub(super) fn contains<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    match arguments {
        [Value::Text(text), Value::Text(part)] => Value::from(text.contains(part.as_ref())),
        [Value::List(items), wanted] => Value::from(items.iter().any(|item| item.equals(wanted) == Some(true))),
        _ => misfit("contains", arguments),
    }
}

pub(super) fn index_of<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let found = match arguments {
        [Value::Text(text), Value::Text(part)] => text.find(part.as_ref()).map(|at| text[..at].chars().count()),
        [Value::List(items), wanted] => items.iter().position(|item| item.equals(wanted) == Some(true)),
        _ => return misfit("index_of", arguments),
    };
    found.map_or(Value::Missing, Value::from)
}

pub(super) fn split<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    match arguments {
        [Value::Text(_), Value::Text(separator)] if separator.is_empty() => {
            Value::failed("split takes a separator that is not empty")
        }
        [Value::Text(Cow::Borrowed(text)), Value::Text(separator)] => {
            Value::list(text.split(separator.as_ref()).map(Value::from))
        }
        [Value::Text(Cow::Owned(text)), Value::Text(separator)] => {
            Value::list(text.split(separator.as_ref()).map(|part| Value::from(part.to_owned())))
        }
        _ => misfit("split", arguments),
    }
}

pub(super) fn join<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let (items, separator) = match arguments {
        [Value::List(items)] => (items, ""),
        [Value::List(items), Value::Text(separator)] => (items, &**separator),
        _ => return misfit("join", arguments),
    };
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        if !item.push_text(&mut out) {
            return Value::failed("an item of the list cannot be written as text");
        }
        if out.len() > MAX_TEXT {
            return too_long();
        }
    }
    Value::from(out)
}
