//! Calls of the library. Its functions know scalars and lists of them; what else a list holds goes through them
//! as a token.

use super::value::V;
use hms_sync::library::value::Record;
use hms_sync::library::{self, Implementation, Value};
use hms_sync::model::{Constant, Expr};

/// Begins a token; no text of an event or a mapping does.
const TOKEN: &str = "\u{10fffe}#";

pub fn call<'e>(name: &str, expressions: &[Expr], arguments: Vec<V<'e>>) -> V<'e> {
    if let Some(failed) = arguments.iter().find(|argument| argument.is_failed()) {
        return failed.clone();
    }
    let function = library::find(name).unwrap_or_else(|| panic!("no function is called {name}"));
    if !function.takes_missing && arguments.iter().any(V::is_missing) {
        return V::MISSING;
    }
    let mut tokens = Vec::new();
    let mut values: Vec<Value<'e>> = arguments.into_iter().map(|argument| lower(argument, &mut tokens)).collect();
    let result = match function.implementation {
        Implementation::Plain(implementation) => implementation(&mut values),
        Implementation::Prepared(prepare) => {
            let constants: Vec<Option<&Constant>> = expressions
                .iter()
                .map(|expression| match expression {
                    Expr::Constant(constant) => Some(constant),
                    _ => None,
                })
                .collect();
            let prepared = prepare(&constants).unwrap_or_else(|why| panic!("{name}: {why}"));
            prepared.call(&mut values)
        }
    };
    raise(result, &tokens)
}

fn lower<'e>(value: V<'e>, tokens: &mut Vec<V<'e>>) -> Value<'e> {
    match value {
        V::Scalar(value) => value,
        V::List(items) => Value::list(items.into_iter().map(|item| lower(item, tokens)).collect::<Vec<_>>()),
        other => {
            tokens.push(other);
            Value::from(format!("{TOKEN}{}", tokens.len() - 1))
        }
    }
}

fn raise<'e>(value: Value<'e>, tokens: &[V<'e>]) -> V<'e> {
    match value {
        Value::List(items) => V::List(items.iter().map(|item| raise(item.clone(), tokens)).collect()),
        Value::Text(text) => match text.strip_prefix(TOKEN).and_then(|number| number.parse::<usize>().ok()) {
            Some(number) => tokens[number].clone(),
            None => V::Scalar(Value::Text(text)),
        },
        Value::Record(Record::Made(_) | Record::Received(_)) | Value::Dictionary(_) | Value::Any(_) => V::MISSING,
        scalar => V::Scalar(scalar),
    }
}
