//! JSON compared by value: numbers exactly (`1.10` is `1.1`), the order of an object's members ignored.

use serde_json::{Map, Number, Value};

/// Whether both say the same.
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => equal_numbers(left, right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| equal(left, right)))
        }
        _ => left == right,
    }
}

fn equal_numbers(left: &Number, right: &Number) -> bool {
    let (left, right) = (left.as_str(), right.as_str());
    left == right || digits(left).is_some_and(|left| digits(right) == Some(left))
}

/// A JSON number's sign, digits without zeros at either end, and the power of ten of the last of them, so that
/// `1e999999999` costs nothing; `None` where the power is over 64 bits.
fn digits(text: &str) -> Option<(bool, String, i64)> {
    let unsigned = text.strip_prefix('-');
    let (mantissa, exponent) =
        unsigned.unwrap_or(text).split_once(['e', 'E']).unwrap_or((unsigned.unwrap_or(text), "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_end_matches('0');
    let zeros = all.len() - digits.len();
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some((false, String::new(), 0));
    }
    let exponent: i64 = exponent.parse().ok()?;
    let power = exponent.checked_sub(fraction.len() as i64)?.checked_add(zeros as i64)?;
    Some((unsigned.is_some(), digits.to_owned(), power))
}

/// `got` in the order and the look of `expected` where both say the same, so that a line-by-line difference shows only
/// what differs.
pub fn aligned(got: &Value, expected: &Value) -> Value {
    match (got, expected) {
        _ if equal(got, expected) => expected.clone(),
        (Value::Array(got), Value::Array(expected)) => {
            let mut expected = expected.iter();
            Value::Array(
                got.iter()
                    .map(|got| expected.next().map_or_else(|| got.clone(), |expected| aligned(got, expected)))
                    .collect(),
            )
        }
        (Value::Object(got), Value::Object(expected)) => {
            let mut members = Map::new();
            for (name, expected) in expected {
                if let Some(got) = got.get(name) {
                    members.insert(name.clone(), aligned(got, expected));
                }
            }
            for (name, got) in got.iter().filter(|(name, _)| !expected.contains_key(*name)) {
                members.insert(name.clone(), got.clone());
            }
            Value::Object(members)
        }
        _ => got.clone(),
    }
}

/// Over lines, for a difference.
pub fn pretty(value: &Value) -> String {
    // Numbers keep their text and keys are strings, so writing cannot fail.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn numbers_are_compared_exactly_and_by_value() {
        for (left, right) in [
            ("1.10", "1.1"),
            ("2e1", "20"),
            ("-0", "0.0"),
            ("100", "1E2"),
            ("0.001", "1e-3"),
            ("1e99999999999999999999", "1e99999999999999999999"),
        ] {
            assert!(equal(&value(left), &value(right)), "{left} {right}");
        }
        for (left, right) in [
            ("9007199254740993", "9007199254740992"),
            ("1", "-1"),
            ("1", "\"1\""),
            ("0.1", "0.10000000000000000001"),
            ("1e99999999999999999999", "1e99999999999999999998"),
            ("10", "1"),
        ] {
            assert!(!equal(&value(left), &value(right)), "{left} {right}");
        }
    }

    #[test]
    fn the_order_of_members_is_ignored_and_that_of_items_is_not() {
        assert!(equal(&value(r#"{"a":1,"b":[1,{"c":null}]}"#), &value(r#"{"b":[1.0,{"c":null}],"a":1}"#)));
        assert!(!equal(&value("[1,2]"), &value("[2,1]")));
        assert!(!equal(&value(r#"{"a":null}"#), &value("{}")));
        assert!(!equal(&value(r#"{"a":null}"#), &value(r#"{"b":null}"#)));
    }

    #[test]
    fn what_is_the_same_looks_the_same() {
        let got = aligned(&value(r#"{"c":3,"b":[1.0,3],"a":1.50}"#), &value(r#"{"a":1.5,"b":[1,2],"d":4}"#));
        assert_eq!(got.to_string(), r#"{"a":1.5,"b":[1,3],"c":3}"#);
    }
}
