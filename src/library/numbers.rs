//! Functions of numbers. Exact throughout; what has no end is finished here.

use super::arguments::{check_places, misfit};
use super::{Function, Group, MAX_PLACES, Parameter, Returns, Signature, Takes, Value, example};
use crate::model::number::Number;

const NUMBER: Parameter = Parameter::new("number", Takes::Number);
const PLACES: Parameter = Parameter::new("places", Takes::Integer).constant(check_places);
const ROUNDED: Signature = Signature::new(&[NUMBER, PLACES.optional()], Returns::Rounded);
const WHOLE: Signature = Signature::new(&[NUMBER], Returns::Rounded);

const fn function(
    name: &'static str,
    summary: &'static str,
    signature: Signature,
    does: for<'e> fn(&mut [Value<'e>]) -> Value<'e>,
) -> Function {
    Function::new(name, Group::Numbers, summary, signature, does)
}

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "round",
        "The nearest number with so many places (none, if left out); a tie goes away from zero.",
        ROUNDED,
        round,
    )
    .examples(&[
        example("round(2.5)", "3"),
        example("round(-2.5)", "-3"),
        example("round(69.85322498, 1)", "69.9"),
    ]),
    function(
        "round_even",
        "The nearest number with so many places (none, if left out); a tie goes to the even neighbour.",
        ROUNDED,
        round_even,
    )
    .examples(&[example("round_even(2.5)", "2"), example("round_even(0.375, 2)", "0.38")]),
    function("floor", "The greatest whole number that is not above it.", WHOLE, floor)
        .examples(&[example("floor(2.9)", "2"), example("floor(-2.1)", "-3")]),
    function("ceil", "The least whole number that is not below it.", WHOLE, ceil)
        .examples(&[example("ceil(2.1)", "3"), example("ceil(-2.9)", "-2")]),
    function("trunc", "The whole part: what follows the point is cut off.", WHOLE, trunc)
        .examples(&[example("trunc(2.9)", "2"), example("trunc(-2.9)", "-2")]),
    function("abs", "The number without its sign.", Signature::new(&[NUMBER], Returns::Argument(0)), abs)
        .examples(&[example("abs(-4)", "4"), example("abs(1.5)", "1.5")]),
    function(
        "fixed",
        "Text with exactly so many places, rounded; a tie goes away from zero.",
        Signature::new(&[NUMBER, PLACES], Returns::Text),
        fixed,
    )
    .examples(&[
        example("fixed(12.5, 2)", r#""12.50""#),
        example("fixed(0.005, 2)", r#""0.01""#),
        example("fixed(7, 0)", r#""7""#),
    ]),
];

/// How many places the second argument asks for; none, if it is left out.
fn places(argument: Option<&Value<'_>>) -> Option<u32> {
    let places = argument.map_or(Some(0), Value::as_i64)?;
    (0..=MAX_PLACES).contains(&places).then_some(places as u32)
}

fn rounded<'e>(name: &str, arguments: &[Value<'e>], how: fn(&Number, u32) -> Number) -> Value<'e> {
    let number = arguments.first().and_then(Value::as_number);
    match (number, places(arguments.get(1))) {
        (Some(number), Some(places)) => Value::from(how(&number, places)),
        _ => misfit(name, arguments),
    }
}

fn round<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    rounded("round", arguments, Number::round)
}

fn round_even<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    rounded("round_even", arguments, Number::round_even)
}

fn floor<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    rounded("floor", arguments, |number, _| number.floor())
}

fn ceil<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    rounded("ceil", arguments, |number, _| number.ceil())
}

fn trunc<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    rounded("trunc", arguments, |number, _| number.trunc())
}

fn abs<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    match arguments.first().and_then(Value::as_number) {
        Some(number) => Value::from(number.abs()),
        None => misfit("abs", arguments),
    }
}

fn fixed<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let number = arguments.first().and_then(Value::as_number);
    let (Some(number), Some(places)) = (number, places(arguments.get(1))) else { return misfit("fixed", arguments) };
    let mut out = Vec::new();
    number.write_fixed(places, &mut out);
    // digits, a sign and a point
    Value::from(String::from_utf8_lossy(&out).into_owned())
}
