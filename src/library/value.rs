//! The run-time value: what built-in functions take and give, and what the plan computes with.
//!
//! A value borrows from the event (`'e`) where it can. What was only *received* keeps its look: a
//! [`Numeral`] is the number's own text until somebody computes with it, a date-time remembers the
//! text it came as.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use super::iso;
use crate::model::number::{Number, is_integral_lexeme, plain_decimal, plain_integer};

/// A value of the language at run time.
#[derive(Clone, Debug)]
pub enum Value<'e> {
    /// Absent; the result of every operator and function (but a few) on a missing operand.
    Missing,
    /// Null on purpose.
    Null,
    /// What could not be computed, and why, in a plain sentence such as `not a date`. The reason
    /// never quotes a value: values may be sensitive.
    Failed(Cow<'static, str>),
    Boolean(bool),
    /// A computed number; leaves as plain digits without needless zeros.
    Number(Number),
    /// A received number, never computed with; leaves as it came.
    Numeral(Numeral<'e>),
    Text(Cow<'e, str>),
    Date(jiff::civil::Date),
    Time(Time<'e>),
    DateTime(DateTime<'e>),
    Duration(Box<Duration<'e>>),
    List(Rc<[Value<'e>]>),
    Record(Record<'e>),
    /// A `{ string: T }` of the event; only the plan looks into it.
    Dictionary(Received),
    /// Raw JSON, passed through only.
    Any(&'e str),
}

/// A number as the event wrote it, a valid JSON number (RFC 8259 §6).
#[derive(Clone, Copy, Debug)]
pub struct Numeral<'e> {
    pub text: &'e str,
    /// Declared `integer`: of integral value and leaves as plain digits (`2e1` as `20`).
    pub integer: bool,
}

impl<'e> Numeral<'e> {
    /// The exact value, `None` where it would need over 1,000 digits. The plan refuses such numbers
    /// before a function sees them.
    pub fn number(&self) -> Option<Number> {
        // nearly all are short whole numbers; 18 digits fit
        if self.text.len() <= 18
            && let Ok(whole) = self.text.parse::<i64>()
        {
            return Some(Number::from(whole));
        }
        Number::parse(self.text).ok()
    }

    /// Plain digits, zeros as received; `None` where that takes over 1,000 digits.
    pub fn plain(&self) -> Option<Cow<'e, str>> {
        if self.integer { plain_integer(self.text).ok() } else { plain_decimal(self.text).ok() }
    }
}

/// A record: received ones are looked into by the plan alone.
#[derive(Clone, Debug)]
pub enum Record<'e> {
    Received(Received),
    /// Fields in the order written.
    Made(Rc<[(&'e str, Value<'e>)]>),
}

/// A place in the plan's own memory of the event; opaque to functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub(crate) shape: u32,
    pub(crate) at: u32,
}

/// A time of day without zone.
#[derive(Clone, Copy, Debug)]
pub struct Time<'e> {
    pub value: jiff::civil::Time,
    /// The text it came as, where it came as RFC 3339 text and was not computed.
    pub received: Option<&'e str>,
}

/// A point in time together with the offset it is told in. Reaches a little further than
/// [`jiff::Timestamp`], so that `9999-12-31T23:59:59Z` ("for ever") is one.
#[derive(Clone, Copy, Debug)]
pub struct DateTime<'e> {
    pub local: jiff::civil::DateTime,
    /// Seconds east of UTC, under a day either way.
    pub offset: i32,
    /// The text it came as, where it came as RFC 3339 text and was not computed.
    pub received: Option<&'e str>,
}

const NANOS: i128 = 1_000_000_000;

impl<'e> DateTime<'e> {
    pub fn new(local: jiff::civil::DateTime, offset: jiff::tz::Offset) -> DateTime<'e> {
        DateTime { local, offset: offset.seconds(), received: None }
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub fn nanoseconds(&self) -> i128 {
        let date = self.local.date();
        let time = self.local.time();
        let seconds = iso::days_since_epoch(date) * 86_400
            + i64::from(time.hour()) * 3600
            + i64::from(time.minute()) * 60
            + i64::from(time.second())
            - i64::from(self.offset);
        i128::from(seconds) * NANOS + i128::from(time.subsec_nanosecond())
    }

    /// The same as jiff's instant; `None` in the last day of the year 9999 and beyond.
    pub fn timestamp(&self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_nanosecond(self.nanoseconds()).ok()
    }

    /// That instant told in the offset of `self`; `None` outside of the years -9999 to 9999.
    pub fn at(&self, nanoseconds: i128) -> Option<DateTime<'static>> {
        let local = nanoseconds + i128::from(self.offset) * NANOS;
        Some(DateTime { local: iso::civil_from_nanoseconds(local)?, offset: self.offset, received: None })
    }
}

/// A length of time: exact seconds, a day being 24 hours.
#[derive(Clone, Debug)]
pub struct Duration<'e> {
    pub seconds: Number,
    /// The text it came as, where it came as ISO 8601 text and was not computed.
    pub received: Option<&'e str>,
}

impl<'e> Value<'e> {
    /// A failure; see [`Value::Failed`] for what a reason may say.
    pub fn failed(reason: impl Into<Cow<'static, str>>) -> Value<'e> {
        Value::Failed(reason.into())
    }

    pub fn duration(seconds: Number) -> Value<'e> {
        Value::Duration(Box::new(Duration { seconds, received: None }))
    }

    /// A list of the values.
    pub fn list(values: impl IntoIterator<Item = Value<'e>>) -> Value<'e> {
        Value::List(values.into_iter().collect())
    }

    /// What a function answers to an argument of a kind that its signature excludes; the checker
    /// lets none through, a mapping written by hand may.
    pub fn wrong_kind(function: &str, wanted: &str, got: &Value<'_>) -> Value<'static> {
        Value::Failed(format!("{function} takes {wanted}, not {}", got.kind()).into())
    }

    /// The kind of the value in the language's words, for reasons.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Missing => "nothing",
            Value::Null => "null",
            Value::Failed(_) => "a failure",
            Value::Boolean(_) => "a boolean",
            Value::Number(_) | Value::Numeral(_) => "a number",
            Value::Text(_) => "text",
            Value::Date(_) => "a date",
            Value::Time(_) => "a time",
            Value::DateTime(_) => "a date-time",
            Value::Duration(_) => "a duration",
            Value::List(_) => "a list",
            Value::Record(_) => "a record",
            Value::Dictionary(_) => "a map",
            Value::Any(_) => "raw JSON",
        }
    }

    pub fn is_missing(&self) -> bool {
        matches!(self, Value::Missing)
    }

    /// The text of a [`Value::Text`], nothing else.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a number, computed or received.
    pub fn as_number(&self) -> Option<Cow<'_, Number>> {
        match self {
            Value::Number(number) => Some(Cow::Borrowed(number)),
            Value::Numeral(numeral) => numeral.number().map(Cow::Owned),
            _ => None,
        }
    }

    /// A whole number that fits; functions take widths and positions so.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.to_i64()
    }

    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Value::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Value<'e>]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// Whether the number is known to be integral without computing anything big.
    pub fn is_integral(&self) -> bool {
        match self {
            Value::Number(number) => number.is_integer(),
            Value::Numeral(numeral) => numeral.integer || is_integral_lexeme(numeral.text),
            _ => false,
        }
    }

    /// A scalar as text, the way interpolation and URLs write it: numbers in plain digits (zeros as
    /// received), booleans `true` and `false`, dates and times as ISO 8601 (as received, where they
    /// were). `None` of what is no present scalar, and of a number without end or over 1,000 digits.
    pub fn to_text(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Value::Text(text) => Cow::Borrowed(text.as_ref()),
            Value::Boolean(true) => Cow::Borrowed("true"),
            Value::Boolean(false) => Cow::Borrowed("false"),
            Value::Numeral(numeral) => return numeral.plain(),
            Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::DateTime(_) | Value::Duration(_) => {
                let mut out = String::new();
                if !self.push_text(&mut out) {
                    return None;
                }
                Cow::Owned(out)
            }
            _ => return None,
        })
    }

    /// As [`Value::to_text`], appended; false (and nothing appended) where that gives `None`.
    pub fn push_text(&self, out: &mut String) -> bool {
        match self {
            Value::Number(number) => {
                let mut digits = Vec::with_capacity(24);
                if !number.within_limit() || number.write_plain(&mut digits).is_err() {
                    return false;
                }
                out.push_str(&String::from_utf8_lossy(&digits));
            }
            Value::Date(date) => iso::write_date(*date, out),
            Value::Time(time) => match time.received {
                Some(text) => out.push_str(text),
                None => iso::write_time(time.value, out),
            },
            Value::DateTime(at) => match at.received {
                Some(text) => out.push_str(text),
                None => iso::write_date_time(at, out),
            },
            Value::Duration(duration) => match duration.received {
                Some(text) => out.push_str(text),
                None => return iso::write_duration(&duration.seconds, out),
            },
            other => match other.to_text() {
                Some(text) => out.push_str(&text),
                None => return false,
            },
        }
        true
    }

    /// Equality of the language: numbers by value, text by its characters, date-times as instants,
    /// durations by length; null equals null alone; values of different kinds differ. `None` of missing,
    /// failed, and of what cannot be compared (records, maps, raw JSON).
    pub fn equals(&self, other: &Value<'_>) -> Option<bool> {
        Some(match (self, other) {
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Boolean(a), Value::Boolean(b)) => a == b,
            (Value::Null, Value::Null) => true,
            // What is there is not null, also where it has no equality of its own.
            (Value::Null, other) | (other, Value::Null) if !matches!(other, Value::Missing | Value::Failed(_)) => false,
            (Value::List(a), Value::List(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equals(b) == Some(true))
            }
            (Value::Missing | Value::Failed(_) | Value::Record(_) | Value::Dictionary(_) | Value::Any(_), _)
            | (_, Value::Missing | Value::Failed(_) | Value::Record(_) | Value::Dictionary(_) | Value::Any(_)) => {
                return None;
            }
            _ => match self.compare(other) {
                Some(order) => order.is_eq(),
                None if self.is_number() && other.is_number() => return None,
                None => false,
            },
        })
    }

    fn is_number(&self) -> bool {
        matches!(self, Value::Number(_) | Value::Numeral(_))
    }

    /// Order within one kind: numbers exactly, text by Unicode scalar values, dates, times and
    /// date-times as instants, durations by length, false before true. `None` across kinds and of
    /// what has no order.
    pub fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        Some(match (self, other) {
            // UTF-8 keeps the order of scalar values
            (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
            (Value::Number(_) | Value::Numeral(_), Value::Number(_) | Value::Numeral(_)) => {
                self.as_number()?.cmp(&other.as_number()?)
            }
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::Time(a), Value::Time(b)) => a.value.cmp(&b.value),
            (Value::DateTime(a), Value::DateTime(b)) => a.nanoseconds().cmp(&b.nanoseconds()),
            (Value::Duration(a), Value::Duration(b)) => a.seconds.cmp(&b.seconds),
            _ => return None,
        })
    }
}

impl<'e> From<&'e str> for Value<'e> {
    fn from(text: &'e str) -> Value<'e> {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl<'e> From<Cow<'e, str>> for Value<'e> {
    fn from(text: Cow<'e, str>) -> Value<'e> {
        Value::Text(text)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Boolean(value)
    }
}

impl From<Number> for Value<'_> {
    fn from(number: Number) -> Self {
        Value::Number(number)
    }
}

impl From<usize> for Value<'_> {
    fn from(count: usize) -> Self {
        Value::Number(Number::from(count))
    }
}

impl From<jiff::civil::Date> for Value<'_> {
    fn from(date: jiff::civil::Date) -> Self {
        Value::Date(date)
    }
}
