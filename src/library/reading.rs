//! Functions that read values from text. All may fail. They take what the door takes from a field that
//! is declared so, and of numbers leading zeros and a plus sign, too.

use super::arguments::{
    check_any_text, check_date_pattern, check_date_time_pattern, check_time_pattern, check_zone, constant_text, misfit,
};
use super::pattern::Pattern;
use super::value::{DateTime, Time};
use super::zone::Zone;
use super::{Function, Group, Parameter, Prepared, Returns, Signature, Takes, Value, example, iso};
use crate::model::Constant;
use crate::model::number::Number;

const TEXT: Parameter = Parameter::new("text", Takes::Text);
const PATTERN: Parameter = Parameter::new("pattern", Takes::Text).optional();
const ZONE: Parameter = Parameter::new("zone", Takes::Text).constant(check_zone).optional();
const WORD: Parameter = Parameter::new("yes", Takes::Text).constant(check_any_text).optional();

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "integer",
        Group::Reading,
        "The whole number that the text writes; leading zeros and a sign are allowed.",
        Signature::new(&[TEXT], Returns::Integer).may_fail("the text may not be a whole number"),
        integer,
    )
    .examples(&[
        example(r#"integer("0042")"#, "42"),
        example(r#"integer("-7")"#, "-7"),
        example(r#"integer("4.5")"#, "failed"),
    ]),
    Function::new(
        "decimal",
        Group::Reading,
        "The number that the text writes; a number itself as a decimal, with its unit, which cannot fail.",
        Signature::new(&[Parameter::new("text", Takes::Either(&[Takes::Text, Takes::Number]))], Returns::Decimal)
            .may_fail("the text may not be a number")
            .fails_only_of_text(),
        decimal,
    )
    .examples(&[
        example(r#"decimal("036.60")"#, "36.6"),
        example(r#"decimal("36,6")"#, "failed"),
        example("decimal(3)", "3"),
    ]),
    Function::prepared(
        "boolean",
        Group::Reading,
        "True or false, by the two texts that stand for them (`true` and `false`, if left out).",
        Signature::new(&[TEXT, WORD, Parameter { name: "no", ..WORD }], Returns::Boolean)
            .may_fail("the text may be neither of the two"),
        boolean,
    )
    .examples(&[
        example(r#"boolean("Y", "Y", "N")"#, "true"),
        example(r#"boolean("false")"#, "false"),
        example(r#"boolean("yes")"#, "failed"),
    ]),
    Function::prepared(
        "date",
        Group::Reading,
        "The date that the text writes in the pattern (ISO 8601, if left out).",
        Signature::new(&[TEXT, PATTERN.constant(check_date_pattern)], Returns::Date)
            .may_fail("the text may not be a date in this form"),
        date,
    )
    .examples(&[
        example(r#"date("02/29/2024", "MM/dd/yyyy")"#, "2024-02-29"),
        example(r#"date("2024-02-29")"#, "2024-02-29"),
        example(r#"date("02/29/2023", "MM/dd/yyyy")"#, "failed"),
    ]),
    Function::prepared(
        "time",
        Group::Reading,
        "The time of day that the text writes in the pattern (ISO 8601, if left out).",
        Signature::new(&[TEXT, PATTERN.constant(check_time_pattern)], Returns::Time)
            .may_fail("the text may not be a time in this form"),
        time,
    )
    .examples(&[
        example(r#"time("2:30 PM", "h:mm a")"#, "14:30:00"),
        example(r#"time("08:30:00")"#, "08:30:00"),
        example(r#"time("24:00", "HH:mm")"#, "failed"),
    ]),
    Function::prepared(
        "datetime",
        Group::Reading,
        "The point in time that the text writes in the pattern (RFC 3339, if left out); of a pattern without an offset, on the clock of the zone.",
        Signature::new(&[TEXT, PATTERN.constant(check_date_time_pattern), ZONE], Returns::DateTime)
            .may_fail("the text may not be a point in time in this form"),
        datetime,
    )
    .examples(&[
        example(r#"datetime("2024-05-01T10:00:00Z")"#, "2024-05-01T10:00:00Z"),
        example(
            r#"datetime("202405011000", "yyyyMMddHHmm", "America/New_York")"#,
            "2024-05-01T10:00:00-04:00",
        ),
        example(r#"datetime("2024-05-01T10:00:00")"#, "failed"),
    ]),
];

/// A whole number in text, as [`read_decimal`] reads it: `0042`, `-7`, `2e1`, `4.0`.
fn read_integer(text: &str) -> Option<Number> {
    read_decimal(text).filter(Number::is_integer)
}

/// A number in text: a sign where there is one, digits (leading zeros allowed), and what a JSON number
/// has after them. `None` of anything else and of over 1,000 digits.
fn read_decimal(text: &str) -> Option<Number> {
    let (negative, digits) = unsigned(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let trimmed = digits.trim_start_matches('0');
    // JSON allows no leading zero, but the one before a point or an exponent
    let number = match trimmed.bytes().next() {
        Some(b'1'..=b'9') => Number::parse(trimmed),
        _ => Number::parse(&digits[digits.len() - trimmed.len() - 1..]),
    }
    .ok()?;
    Some(if negative { -number } else { number })
}

fn unsigned(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn integer<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("integer", arguments) };
    read_integer(text).map_or_else(|| Value::failed("not a whole number"), Value::from)
}

fn decimal<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    match arguments {
        [Value::Text(text)] => read_decimal(text).map_or_else(|| Value::failed("not a number"), Value::from),
        [number @ (Value::Number(_) | Value::Numeral(_))] => match number.as_number() {
            Some(number) => Value::from(number.into_owned()),
            None => misfit("decimal", arguments),
        },
        _ => misfit("decimal", arguments),
    }
}

struct Boolean {
    yes: String,
    no: String,
    reason: String,
}

fn boolean(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    let yes = constant_text(constants, 1)?;
    let no = constant_text(constants, 2)?;
    let (yes, no) = match (yes, no) {
        (Some(yes), Some(no)) => (yes, no),
        (None, _) => ("true", "false"),
        (Some(_), None) => return Err("name both texts, for true and for false: `boolean(x, \"Y\", \"N\")`".into()),
    };
    if yes == no {
        return Err("both texts are the same, so nothing tells them apart".into());
    }
    Ok(Box::new(Boolean { yes: yes.into(), no: no.into(), reason: format!("neither {yes:?} nor {no:?}") }))
}

impl Prepared for Boolean {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let Some(Value::Text(text)) = arguments.first() else { return misfit("boolean", arguments) };
        match text.as_ref() {
            text if text == self.yes => Value::from(true),
            text if text == self.no => Value::from(false),
            _ => Value::failed(self.reason.clone()),
        }
    }
}

/// What reads dates: a pattern, or none for ISO 8601.
struct Form {
    pattern: Option<Pattern>,
    zone: Option<Zone>,
    /// The failure's reason.
    reason: String,
}

impl Form {
    fn new(constants: &[Option<&Constant>], what: &str) -> Result<Form, String> {
        let pattern = constant_text(constants, 1)?;
        let zone = constant_text(constants, 2)?.map(Zone::named).transpose()?;
        let reason = match pattern {
            Some(pattern) => format!("not {what} in the form {pattern}"),
            None => format!("not {what}"),
        };
        Ok(Form { pattern: pattern.map(Pattern::new).transpose()?, zone, reason })
    }

    fn or_failed<'e>(&self, value: Option<Value<'e>>) -> Value<'e> {
        value.unwrap_or_else(|| Value::failed(self.reason.clone()))
    }
}

struct ReadDate(Form);

fn date(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    Ok(Box::new(ReadDate(Form::new(constants, "a date")?)))
}

impl Prepared for ReadDate {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let Some(Value::Text(text)) = arguments.first() else { return misfit("date", arguments) };
        let read = match &self.0.pattern {
            Some(pattern) => pattern.read_date(text),
            None => iso::parse_date(text),
        };
        self.0.or_failed(read.map(Value::Date))
    }
}

struct ReadTime(Form);

fn time(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    Ok(Box::new(ReadTime(Form::new(constants, "a time of day")?)))
}

impl Prepared for ReadTime {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let Some(Value::Text(text)) = arguments.first() else { return misfit("time", arguments) };
        let read = match &self.0.pattern {
            Some(pattern) => pattern.read_time(text),
            None => iso::parse_time(text).map(|time| time.value),
        };
        self.0.or_failed(read.map(|value| Value::Time(Time { value, received: None })))
    }
}

struct ReadDateTime(Form);

fn datetime(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    let form = Form::new(constants, "a point in time")?;
    if form.pattern.as_ref().is_some_and(|pattern| !pattern.has_offset()) && form.zone.is_none() {
        return Err(
            "this pattern has no offset, so name its zone after it: `datetime(x, \"…\", \"America/New_York\")`".into(),
        );
    }
    Ok(Box::new(ReadDateTime(form)))
}

impl Prepared for ReadDateTime {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let Some(Value::Text(text)) = arguments.first() else { return misfit("datetime", arguments) };
        let read = match &self.0.pattern {
            Some(pattern) => pattern.read_date_time(text, self.0.zone.as_ref()),
            None => iso::parse_date_time(text).map(|at| DateTime { received: None, ..at }),
        };
        self.0.or_failed(read.map(Value::DateTime))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_text() {
        let long = format!("{}{}", "0".repeat(5000), "9".repeat(1000));
        for (text, value) in [
            ("42", "42"),
            ("0042", "42"),
            ("-007", "-7"),
            ("+5", "5"),
            ("0", "0"),
            ("000", "0"),
            ("-0", "0"),
            ("2e1", "20"),
            ("004.0", "4"),
            ("00e7", "0"),
            (&long, &"9".repeat(1000)),
        ] {
            assert_eq!(read_integer(text), Number::parse(value).ok(), "{text}");
        }
        for (text, value) in [("036.60", "36.6"), ("00.5", "0.5"), ("-1.5E-2", "-0.015"), ("1e400", "1e400")] {
            assert_eq!(read_decimal(text), Number::parse(value).ok(), "{text}");
            assert!(text == "1e400" || read_integer(text).is_none(), "{text}");
        }
        let over = "9".repeat(1001);
        for bad in [
            "", "-", "+", "+-1", "--1", " 1", "1 ", "1,5", ".5", "1.", "0.", "1e", "0x1", "1_000", "１", "1e1001",
            "NaN", &over,
        ] {
            assert_eq!(read_decimal(bad), None, "{bad}");
        }
    }
}
