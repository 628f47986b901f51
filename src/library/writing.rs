//! Functions that write values as text or as the numbers of another system.

use super::arguments::{check_format_pattern, constant_text, misfit, part};
use super::pattern::Pattern;
use super::{
    Function, Group, Parameter, Prepared, Returns, Signature, Takes, Value, example, fileman as fileman_form,
    hl7 as hl7_form, unix as unix_form,
};
use crate::model::Constant;

const AT: Parameter = Parameter::new("at", Takes::DateTime);
const DATED: Parameter = Parameter::new("at", Takes::Either(&[Takes::Date, Takes::DateTime]));
const TIMED: Parameter = Parameter::new("at", Takes::Either(&[Takes::Date, Takes::Time, Takes::DateTime]));

const fn function(
    name: &'static str,
    summary: &'static str,
    signature: Signature,
    does: for<'e> fn(&mut [Value<'e>]) -> Value<'e>,
) -> Function {
    Function::new(name, Group::Writing, summary, signature, does)
}

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "text",
        "The value as text: numbers in plain digits, dates and times as ISO 8601 writes them.",
        Signature::new(&[Parameter::new("value", Takes::Scalar)], Returns::Text).limit("numbers of at most 1,000 digits"),
        text,
    )
    .examples(&[
        example("text(42)", r#""42""#),
        example("text(true)", r#""true""#),
        example(r#"text(date("2024-02-29"))"#, r#""2024-02-29""#),
    ]),
    Function::prepared(
        "format",
        Group::Writing,
        "The date or time in the pattern of Unicode's date letters, on the clock at its own offset.",
        Signature::new(
            &[TIMED, Parameter::new("pattern", Takes::Text).constant(check_format_pattern)],
            Returns::Text,
        ),
        format,
    )
    .examples(&[
        example(r#"format(date("2024-02-29"), "MM/dd/yyyy")"#, r#""02/29/2024""#),
        example(r#"format(datetime("2024-05-01T10:00:00Z"), "yyyyMMddHHmmss")"#, r#""20240501100000""#),
        example(r#"format(time("14:30:00"), "h:mm a")"#, r#""2:30 PM""#),
    ]),
    function(
        "fileman",
        "VistA's internal form: years from 1700, trailing zeros of the time dropped, midnight as `.24` of the day before.",
        Signature::new(&[DATED], Returns::Text).limit("the years 1700 to 2699"),
        fileman,
    )
    .examples(&[
        example(r#"fileman(date("2024-05-01"))"#, r#""3240501""#),
        example(r#"fileman(datetime("2024-05-01T10:00:00Z"))"#, r#""3240501.1""#),
        example(r#"fileman(datetime("2024-05-01T00:00:00Z"))"#, r#""3240430.24""#),
    ]),
    function("hl7", "HL7's form of a date, a time, or a date and time with its offset.", Signature::new(&[TIMED], Returns::Text), hl7)
        .examples(&[
            example(r#"hl7(date("2024-05-01"))"#, r#""20240501""#),
            example(r#"hl7(datetime("2024-05-01T10:00:00+02:00"))"#, r#""20240501100000+0200""#),
        ]),
    function("unix", "Whole seconds since 1970 began in UTC.", Signature::new(&[AT], Returns::Integer), unix)
        .examples(&[example(r#"unix(datetime("2024-05-01T10:00:00Z"))"#, "1714557600")]),
    function("unix_ms", "Whole milliseconds since 1970 began in UTC.", Signature::new(&[AT], Returns::Integer), unix_ms)
        .examples(&[example(r#"unix_ms(datetime("2024-05-01T10:00:00.25Z"))"#, "1714557600250")]),
];

fn text<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    match arguments {
        [Value::Text(text)] => part(text, 0..text.len()),
        [value] => match value.to_text() {
            Some(text) => Value::from(text.into_owned()),
            None => Value::failed("this cannot be written as text"),
        },
        _ => misfit("text", arguments),
    }
}

struct Format(Pattern);

fn format(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    Ok(Box::new(Format(Pattern::new(constant_text(constants, 1)?.ok_or("the pattern is left out")?)?)))
}

impl Prepared for Format {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let mut out = String::new();
        let written = match arguments.first() {
            Some(Value::Date(date)) => self.0.write_date(*date, &mut out),
            Some(Value::Time(time)) => self.0.write_time(time.value, &mut out),
            Some(Value::DateTime(at)) => {
                self.0.write_date_time(at, &mut out);
                true
            }
            _ => false,
        };
        if written { Value::from(out) } else { misfit("format", arguments) }
    }
}

fn fileman<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let mut out = String::new();
    let written = match arguments {
        [Value::Date(date)] => fileman_form::write_date(*date, &mut out),
        [Value::DateTime(at)] => fileman_form::write_date_time(at, &mut out),
        _ => return misfit("fileman", arguments),
    };
    if written { Value::from(out) } else { Value::failed(fileman_form::OUT_OF_RANGE) }
}

fn hl7<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let mut out = String::new();
    match arguments {
        [Value::Date(date)] => hl7_form::write_date(*date, &mut out),
        [Value::Time(time)] => hl7_form::write_time(time.value, &mut out),
        [Value::DateTime(at)] => hl7_form::write_date_time(at, &mut out),
        _ => return misfit("hl7", arguments),
    }
    Value::from(out)
}

fn unix<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::DateTime(at)] = arguments else { return misfit("unix", arguments) };
    Value::from(unix_form::seconds(at))
}

fn unix_ms<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::DateTime(at)] = arguments else { return misfit("unix_ms", arguments) };
    Value::from(unix_form::milliseconds(at))
}
