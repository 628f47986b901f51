//! Every example of the table gives what it says. Reads as much of the language as examples use: calls,
//! literals and lists.

use super::calling::{Argument, call};
use crate::library::{Value, all, find};
use crate::model::Constant;
use crate::model::number::Number;

#[test]
fn every_example_gives_what_it_says() {
    let mut count = 0;
    for example in all().flat_map(|function| function.examples) {
        let found = read(example.source).value;
        let sound = match (&found, example.gives) {
            (Value::Missing, gives) => gives == "missing",
            (Value::Failed(_), gives) => gives == "failed",
            (Value::Date(_) | Value::Time(_) | Value::DateTime(_) | Value::Duration(_), gives) => {
                found.to_text().as_deref() == Some(gives)
            }
            (found, gives) => same(found, &read(gives).value),
        };
        assert!(sound, "{} gives {found:?}, not {}", example.source, example.gives);
        count += 1;
    }
    assert!(count > 100, "{count} examples");
}

/// Of one kind and equal.
fn same(found: &Value<'_>, wanted: &Value<'_>) -> bool {
    found.kind() == wanted.kind() && found.equals(wanted) == Some(true)
}

fn read(source: &str) -> Argument {
    let mut rest = source;
    let argument = expression(&mut rest);
    assert!(rest.trim().is_empty(), "{source}: what follows {rest:?}?");
    argument
}

fn expression(rest: &mut &str) -> Argument {
    *rest = rest.trim_start();
    let first = rest.chars().next().unwrap();
    match first {
        '"' => {
            let token = take_until_unescaped(rest, '"');
            Argument::constant(Constant::Text(serde_json::from_str(token).unwrap()))
        }
        '/' => {
            let token = take_until_unescaped(rest, '/');
            Argument::constant(Constant::Text(token[1..token.len() - 1].into()))
        }
        '[' => {
            *rest = &rest[1..];
            let items = arguments(rest, ']');
            Argument::computed(Value::list(items.into_iter().map(|item| item.value)))
        }
        '-' | '0'..='9' => {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-')).unwrap_or(rest.len());
            let (token, after) = rest.split_at(end);
            *rest = after;
            Argument::constant(Constant::Number(Number::parse(token).unwrap()))
        }
        _ => {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            *rest = after;
            match name {
                "true" => Argument::constant(Constant::Boolean(true)),
                "false" => Argument::constant(Constant::Boolean(false)),
                _ => {
                    *rest = rest.strip_prefix('(').unwrap();
                    let arguments = arguments(rest, ')');
                    Argument::computed(call(find(name).unwrap(), &arguments).unwrap())
                }
            }
        }
    }
}

/// Up to the closing bracket.
fn arguments(rest: &mut &str, close: char) -> Vec<Argument> {
    let mut found = Vec::new();
    loop {
        *rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(close) {
            *rest = after;
            return found;
        }
        if !found.is_empty() {
            *rest = rest.strip_prefix(',').unwrap();
        }
        found.push(expression(rest));
    }
}

/// The token that starts and ends with the mark.
fn take_until_unescaped<'t>(rest: &mut &'t str, mark: char) -> &'t str {
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, c)| {
        let closes = *c == mark && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    let (token, after) = rest.split_at(end.unwrap().0 + 1);
    *rest = after;
    token
}
