//! Forms of the wire: how text or a JSON number stands for a value (`date as "MM/dd/yyyy"`,
//! `datetime as unix`, `boolean as "Y" / "N"`), compiled once.

mod compact;
mod pattern;

#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;

use super::value::{DateTime, Value};
use crate::model::number::Number;
use crate::model::{Base, Form};
use pattern::Pattern;

/// A compiled form.
pub struct FormCode {
    kind: Kind,
    /// What it stands for.
    stands_for: StandsFor,
    /// The zone of texts that tell no offset.
    zone: Option<TimeZone>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StandsFor {
    Boolean,
    Date,
    Time,
    DateTime,
    /// Whatever is written with it.
    Any,
}

enum Kind {
    Text,
    Pair {
        yes: String,
        no: String,
    },
    /// Units of a second: 1 or 1,000.
    Unix(i64),
    Hl7,
    Fileman,
    Pattern(Pattern),
}

impl FormCode {
    /// The form of a field of the event with that base.
    ///
    /// # Errors
    ///
    /// The base has no such form, the zone is unknown, the pattern is none or does not tell enough to
    /// make a value: a sentence.
    pub fn reading(form: &Form, base: &Base) -> Result<FormCode, String> {
        let stands_for = match base {
            Base::Boolean => StandsFor::Boolean,
            Base::Date => StandsFor::Date,
            Base::Time => StandsFor::Time,
            Base::DateTime => StandsFor::DateTime,
            _ => return Err("only booleans, dates, times and date-times have such a form".to_owned()),
        };
        let mut code = FormCode::writing(form)?;
        code.stands_for = stands_for;
        let fits = match (&code.kind, stands_for) {
            (Kind::Pair { yes, no }, StandsFor::Boolean) => yes != no,
            (Kind::Unix(_), StandsFor::DateTime) => true,
            (Kind::Hl7, StandsFor::Date | StandsFor::Time | StandsFor::DateTime) => true,
            (Kind::Fileman, StandsFor::Date) => true,
            (Kind::Fileman, StandsFor::DateTime) => code.zone.is_some(),
            (Kind::Pattern(pattern), StandsFor::Date) => pattern.tells_date(),
            (Kind::Pattern(pattern), StandsFor::Time) => pattern.tells_time(),
            (Kind::Pattern(pattern), StandsFor::DateTime) => {
                pattern.tells_date() && pattern.tells_time() && (pattern.tells_offset() || code.zone.is_some())
            }
            _ => false,
        };
        if fits { Ok(code) } else { Err("a form does not tell all of the value that it stands for".to_owned()) }
    }

    /// The form for writing alone, of whatever value.
    ///
    /// # Errors
    ///
    /// An unknown zone, or a pattern that is none: a sentence.
    pub fn writing(form: &Form) -> Result<FormCode, String> {
        let (kind, zone) = match form {
            Form::Text => (Kind::Text, None),
            Form::Pair { yes, no } => (Kind::Pair { yes: yes.clone(), no: no.clone() }, None),
            Form::Unix => (Kind::Unix(1), None),
            Form::UnixMs => (Kind::Unix(1000), None),
            Form::Hl7 { zone } => (Kind::Hl7, zone.as_ref()),
            Form::Fileman { zone } => (Kind::Fileman, zone.as_ref()),
            Form::Pattern { pattern, zone } => (Kind::Pattern(Pattern::new(pattern)?), zone.as_ref()),
        };
        let zone = match zone {
            Some(name) => Some(TimeZone::get(name).map_err(|_| format!("no time zone is called {name:?}"))?),
            None => None,
        };
        Ok(FormCode { kind, stands_for: StandsFor::Any, zone })
    }

    /// Whether it is a JSON number, not a string.
    pub fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Unix(_))
    }

    /// Reads a text of the wire.
    pub fn read_text(&self, text: &str) -> Option<Value<'static>> {
        match (&self.kind, self.stands_for) {
            (Kind::Pair { yes, .. }, _) if yes == text => Some(Value::Boolean(true)),
            (Kind::Pair { no, .. }, _) if no == text => Some(Value::Boolean(false)),
            (Kind::Hl7, StandsFor::Date) => compact::read_hl7_date(text).map(Value::Date),
            (Kind::Hl7, StandsFor::Time) => compact::read_hl7_time(text).map(time),
            (Kind::Hl7, _) => {
                let (local, offset) = compact::read_hl7(text)?;
                self.date_time(local, offset)
            }
            (Kind::Fileman, StandsFor::Date) => compact::read_fileman_date(text).map(Value::Date),
            (Kind::Fileman, _) => self.date_time(compact::read_fileman(text)?, None),
            (Kind::Pattern(pattern), stands_for) => {
                let parts = pattern.read(text)?;
                match stands_for {
                    StandsFor::Date => parts.date().map(Value::Date),
                    StandsFor::Time => parts.time().map(time),
                    _ => self.date_time(parts.date()?.to_datetime(parts.time()?), parts.offset),
                }
            }
            _ => None,
        }
    }

    /// Whether [`FormCode::read_number`] would give a value.
    pub fn fits_number(&self, text: &str) -> bool {
        self.read_number(text).is_some()
    }

    /// Reads a number of the wire (RFC 8259 §6).
    pub fn read_number(&self, text: &str) -> Option<Value<'static>> {
        let Kind::Unix(per_second) = self.kind else { return None };
        let seconds = Number::parse(text).ok()?.checked_div(&Number::from(per_second))?;
        let whole = seconds.floor();
        let fraction = (&(&seconds - &whole) * &Number::from(1_000_000_000_i64)).floor();
        let nanoseconds = i128::from(whole.to_i64()?) * 1_000_000_000 + i128::from(fraction.to_i64()?);
        let utc = DateTime { local: jiff::civil::DateTime::default(), offset: 0, received: None };
        utc.at(nanoseconds).map(Value::DateTime)
    }

    /// That local time with its offset, or in the form's zone; RFC 5545 §3.3.5 tells what holds in a gap
    /// or fold of daylight saving.
    fn date_time(&self, local: jiff::civil::DateTime, offset: Option<i32>) -> Option<Value<'static>> {
        let offset = match (offset, &self.zone) {
            (Some(offset), _) => offset,
            (None, None) => return None,
            (None, Some(zone)) => {
                let stamp = zone.to_timestamp(local).ok()?;
                // in a gap the local time does not exist; it is then told in the offset before the gap
                let seconds = DateTime { local, offset: 0, received: None }.nanoseconds() - stamp.as_nanosecond();
                i32::try_from(seconds / 1_000_000_000).ok()?
            }
        };
        Some(Value::DateTime(DateTime { local, offset, received: None }))
    }

    /// What a value of that form looks like, for messages.
    pub fn expected(&self) -> String {
        let what = match self.stands_for {
            StandsFor::Boolean => "a boolean",
            StandsFor::Date => "a date",
            StandsFor::Time => "a time",
            StandsFor::DateTime => "a date-time",
            StandsFor::Any => "a value",
        };
        match &self.kind {
            Kind::Text => "a number in a string".to_owned(),
            Kind::Pair { yes, no } => format!("{yes:?} or {no:?}"),
            Kind::Unix(1) => "seconds since 1970, a number".to_owned(),
            Kind::Unix(_) => "milliseconds since 1970, a number".to_owned(),
            Kind::Hl7 => format!("{what} as HL7 writes it"),
            Kind::Fileman => format!("{what} as FileMan writes it"),
            Kind::Pattern(pattern) => format!("{what} as {:?}", pattern.source()),
        }
    }

    /// Writes a value: text, or a number for [`FormCode::is_number`].
    ///
    /// # Errors
    ///
    /// The value has no such form; the checker lets none through.
    pub fn write(&self, value: &Value<'_>) -> Result<Value<'static>, String> {
        let none = || format!("{} has no such form", value.kind());
        match (&self.kind, value) {
            (Kind::Text, _) => value.to_text().map(|text| Value::from(text.into_owned())).ok_or_else(none),
            (Kind::Pair { yes, no }, Value::Boolean(truth)) => {
                Ok(Value::from(if *truth { yes.clone() } else { no.clone() }))
            }
            (Kind::Unix(per_second), Value::DateTime(at)) => {
                let units = at.nanoseconds().div_euclid(i128::from(1_000_000_000 / per_second));
                Ok(Value::Number(Number::from(units)))
            }
            (Kind::Hl7, Value::Date(date)) => Ok(Value::from(compact::hl7_date(*date))),
            (Kind::Hl7, Value::Time(time)) => Ok(Value::from(compact::hl7_time(time.value))),
            (Kind::Hl7, Value::DateTime(at)) => Ok(Value::from(compact::hl7(&self.told(at)))),
            (Kind::Fileman, Value::Date(date)) => Ok(Value::from(compact::fileman_date(*date))),
            (Kind::Fileman, Value::DateTime(at)) => Ok(Value::from(compact::fileman(self.told(at).local))),
            (Kind::Pattern(pattern), _) => {
                let (date, time, offset) = match value {
                    Value::Date(date) => (Some(*date), None, None),
                    Value::Time(time) => (None, Some(time.value), None),
                    Value::DateTime(at) => {
                        let at = self.told(at);
                        (Some(at.local.date()), Some(at.local.time()), Some(at.offset))
                    }
                    _ => return Err(none()),
                };
                pattern.write(date, time, offset).map(Value::from).ok_or_else(none)
            }
            _ => Err(none()),
        }
    }

    /// The same instant told in the form's zone, if it has one.
    fn told(&self, at: &DateTime<'_>) -> DateTime<'static> {
        let own = DateTime { received: None, ..*at };
        match &self.zone {
            Some(zone) => in_zone(at, zone).unwrap_or(own),
            None => own,
        }
    }
}

/// The same instant told in a zone; `None` where the local year would be beyond 9999.
pub fn in_zone(at: &DateTime<'_>, zone: &TimeZone) -> Option<DateTime<'static>> {
    // jiff's instants end a day before the year does; the zone's last rule holds on
    let stamp = at.timestamp().unwrap_or(jiff::Timestamp::MAX);
    DateTime { offset: zone.to_offset(stamp).seconds(), received: None, ..*at }.at(at.nanoseconds())
}

fn time(value: jiff::civil::Time) -> Value<'static> {
    Value::Time(super::value::Time { value, received: None })
}
