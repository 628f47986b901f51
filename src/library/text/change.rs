//! Functions that change characters.

use std::borrow::Cow;

use super::too_long;
use crate::library::arguments::{misfit, part};
use crate::library::{MAX_TEXT, Value};

pub(super) fn trim<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("trim", arguments) };
    let end = text.trim_end().len();
    let start = end - text[..end].trim_start().len();
    part(text, start..end)
}

pub(super) fn trim_start<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("trim_start", arguments) };
    part(text, text.len() - text.trim_start().len()..text.len())
}

pub(super) fn trim_end<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("trim_end", arguments) };
    part(text, 0..text.trim_end().len())
}

pub(super) fn normalize_space<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("normalize_space", arguments) };
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Value::from(out)
}

pub(super) fn upper<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("upper", arguments) };
    // one character makes at most three, and text is far from a third of memory
    Value::from(text.to_uppercase())
}

pub(super) fn lower<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("lower", arguments) };
    Value::from(text.to_lowercase())
}

pub(super) fn strip_non_digits<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("strip_non_digits", arguments) };
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return part(text, 0..text.len());
    }
    Value::from(text.chars().filter(char::is_ascii_digit).collect::<String>())
}

pub(super) fn replace_text<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text), Value::Text(from), Value::Text(to)] = arguments else {
        return misfit("replace_text", arguments);
    };
    if from.is_empty() || !text.contains(from.as_ref()) {
        return Value::Text(std::mem::replace(text, Cow::Borrowed("")));
    }
    let mut out = String::with_capacity(text.len());
    let mut pieces = text.split(from.as_ref());
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        if out.len() + to.len() + piece.len() > MAX_TEXT {
            return too_long();
        }
        out.push_str(to);
        out.push_str(piece);
    }
    Value::from(out)
}
