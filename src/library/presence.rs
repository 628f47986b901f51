//! Functions that ask whether there is something.

use super::arguments::{misfit, part};
use super::{Function, Group, Parameter, Returns, Signature, Takes, Value, example};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes_missing: true,
        ..Function::new(
            "present",
            Group::Presence,
            "Whether there is a value; null on purpose is one.",
            Signature::new(&[Parameter::new("value", Takes::Any)], Returns::Boolean),
            present,
        )
    }
    .examples(&[example(r#"present("")"#, "true"), example(r#"present(non_blank(" "))"#, "false")]),
    Function::new(
        "non_blank",
        Group::Presence,
        "The text as it is. Missing if it is empty or only white space.",
        Signature::new(&[Parameter::new("text", Takes::Text)], Returns::Text).maybe_missing(),
        non_blank,
    )
    .examples(&[example(r#"non_blank("Ann")"#, r#""Ann""#), example(r#"non_blank(" ")"#, "missing")]),
];

fn present<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    match arguments {
        [Value::Failed(why)] => Value::Failed(why.clone()),
        [value] => Value::from(!value.is_missing()),
        _ => misfit("present", arguments),
    }
}

fn non_blank<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("non_blank", arguments) };
    if text.trim().is_empty() { Value::Missing } else { part(text, 0..text.len()) }
}
