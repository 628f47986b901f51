//! Arguments that no checked mapping passes, and limits.

use super::calling::{Argument, call};
use super::signatures::{Random, value};
use crate::library::{Implementation, MAX_ITEMS, MAX_TEXT, Takes, Value, all, find};
use crate::model::Constant;
use crate::model::number::Number;

#[test]
fn arguments_of_any_kind_and_count_are_answered() {
    let mut random = Random::new();
    for function in all() {
        for _ in 0..300 {
            let mut values: Vec<Value<'static>> = (0..random.below(5))
                .map(|_| match random.below(6) {
                    0 => Value::Null,
                    1 => Value::Missing,
                    2 => value(Takes::AnyList, &mut random, &[]),
                    3 => Value::list([Value::Null, Value::Missing, Value::from(true), Value::from("x")]),
                    _ => value(Takes::Scalar, &mut random, &[]),
                })
                .collect();
            match function.implementation {
                Implementation::Plain(does) => drop(does(&mut values)),
                Implementation::Prepared(prepare) => {
                    let constants: Vec<Option<Constant>> = values
                        .iter()
                        .map(|value| match value {
                            Value::Text(text) => Some(Constant::Text(text.to_string())),
                            Value::Number(number) => Some(Constant::Number(number.clone())),
                            _ => None,
                        })
                        .collect();
                    let constants: Vec<Option<&Constant>> = constants.iter().map(Option::as_ref).collect();
                    if let Ok(prepared) = prepare(&constants) {
                        drop(prepared.call(&mut values));
                    }
                }
            }
        }
    }
}

#[test]
fn a_wrong_kind_is_told_by_the_parameters_name() {
    let told = call(find("upper").unwrap(), &[Argument::computed(Value::from(true))]).unwrap();
    assert!(matches!(told, Value::Failed(why) if why == "upper takes text, not a boolean"));
}

fn fails(name: &str, arguments: &[Argument], part: &str) {
    match call(find(name).unwrap(), arguments).unwrap() {
        Value::Failed(why) => assert!(why.contains(part), "{name}: {why}"),
        other => panic!("{name} gave {}", other.kind()),
    }
}

#[test]
fn nothing_grows_beyond_its_limit() {
    let text = |text: String| Argument::computed(Value::from(text));
    let constant = |text: String| Argument::constant(Constant::Text(text));
    let many = "a".repeat(1 << 20);
    fails("replace", &[text(many.clone()), constant("".into()), constant("x".repeat(1000))], "16 MiB");
    fails("replace_text", &[text(many.clone()), constant("a".into()), text("x".repeat(1000))], "16 MiB");
    let list = Argument::computed(Value::list(std::iter::repeat_n(Value::from("x"), 1000)));
    fails("join", &[list, text("y".repeat(20_000))], "16 MiB");
    fails("percent_encode", &[text("%".repeat(MAX_TEXT / 2))], "16 MiB");
    fails("csv", &[text("\"".repeat(MAX_TEXT / 2))], "16 MiB");
    let half = Argument::computed(Value::list(std::iter::repeat_n(Value::from(true), MAX_ITEMS / 2 + 1)));
    fails("concat", &[half.clone(), half], "1,000,000");
    let wide = |text: &str| Value::from(Number::parse(text).unwrap());
    fails("sum", &[Argument::computed(Value::list([wide("1e999"), wide("1e-999")]))], "1,000 digits");
}

/// Each takes a moment: what is quadratic would not end.
#[test]
fn long_texts_and_lists_take_linear_time() {
    let long = || Argument::computed(Value::from("ab ".repeat(300_000)));
    let constant = |text: &str| Argument::constant(Constant::Text(text.into()));
    for (name, more) in [
        ("matches", vec![constant("(a*)*(a|b|ab)*c$")]),
        ("replace", vec![constant("b ?"), constant("")]),
        ("split", vec![constant(" ")]),
        ("normalize_space", vec![]),
        ("strip_non_digits", vec![]),
        ("hl7_escape", vec![]),
    ] {
        let arguments: Vec<Argument> = std::iter::once(long()).chain(more).collect();
        assert!(!matches!(call(find(name).unwrap(), &arguments).unwrap(), Value::Failed(_)), "{name}");
    }
    let numbers = Value::list((0..300_000_i64).map(|n| Value::from(Number::from(n * 7919 % 300_007))));
    for name in ["distinct", "sort_by", "sum", "max", "reverse"] {
        let found = call(find(name).unwrap(), &[Argument::computed(numbers.clone())]).unwrap();
        assert!(!matches!(found, Value::Failed(_) | Value::Missing), "{name}");
    }
}
