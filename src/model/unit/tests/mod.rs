mod algebra;
mod conversion;
mod definitions;
mod reading;

use crate::model::number::Number;

use super::*;

/// The unit as a mapping has it, with its quotes.
fn unit(text: &str) -> Unit {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why} {why:?}"))
}

fn number(text: &str) -> Number {
    Number::parse_exact(text).unwrap_or_else(|why| panic!("{text}: {why}"))
}
