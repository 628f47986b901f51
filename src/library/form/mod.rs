//! Forms of the wire: how text or a JSON number stands for a value (`date as "MM/dd/yyyy"`,
//! `datetime as unix`, `boolean as "Y" / "N"`), compiled once.

#[cfg(test)]
mod tests;

use super::pattern::Pattern;
use super::value::{DateTime, Value};
use super::zone::Zone;
use super::{fileman, hl7, pattern, unix};
use crate::model::number::Number;
use crate::model::{Base, Form};

/// A compiled form.
pub struct FormCode {
    kind: Kind,
    /// What it stands for.
    stands_for: StandsFor,
    /// The zone of texts that tell no offset.
    zone: Option<Zone>,
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
    Pair { yes: String, no: String },
    Unix,
    UnixMs,
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
        if let Form::Pattern { pattern, zone } = form {
            pattern::check(pattern, base, zone.is_some())?;
        }
        let fits = match (&code.kind, stands_for) {
            (Kind::Pair { yes, no }, StandsFor::Boolean) => yes != no,
            (Kind::Unix | Kind::UnixMs, StandsFor::DateTime) => true,
            (Kind::Hl7, StandsFor::Date | StandsFor::Time | StandsFor::DateTime) => true,
            (Kind::Fileman, StandsFor::Date) => true,
            (Kind::Fileman, StandsFor::DateTime) => code.zone.is_some(),
            (Kind::Pattern(_), StandsFor::Date | StandsFor::Time | StandsFor::DateTime) => true,
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
            Form::Unix => (Kind::Unix, None),
            Form::UnixMs => (Kind::UnixMs, None),
            Form::Hl7 { zone } => (Kind::Hl7, zone.as_ref()),
            Form::Fileman { zone } => (Kind::Fileman, zone.as_ref()),
            Form::Pattern { pattern, zone } => (Kind::Pattern(Pattern::new(pattern)?), zone.as_ref()),
        };
        let zone = zone.map(|name| Zone::named(name)).transpose()?;
        Ok(FormCode { kind, stands_for: StandsFor::Any, zone })
    }

    /// Whether it is a JSON number, not a string.
    pub fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Unix | Kind::UnixMs)
    }

    /// Reads a text of the wire.
    pub fn read_text(&self, text: &str) -> Option<Value<'static>> {
        match (&self.kind, self.stands_for) {
            (Kind::Pair { yes, .. }, _) if yes == text => Some(Value::Boolean(true)),
            (Kind::Pair { no, .. }, _) if no == text => Some(Value::Boolean(false)),
            (Kind::Hl7, StandsFor::Date) => hl7::read_date(text).map(Value::Date),
            (Kind::Hl7, StandsFor::Time) => hl7::read_time(text).map(time),
            (Kind::Hl7, _) => hl7::read_date_time(text, self.zone.as_ref()).map(Value::DateTime),
            (Kind::Fileman, StandsFor::Date) => fileman::read_date(text).map(Value::Date),
            (Kind::Fileman, _) => fileman::read_date_time(text, self.zone.as_ref()?).map(Value::DateTime),
            (Kind::Pattern(pattern), StandsFor::Date) => pattern.read_date(text).map(Value::Date),
            (Kind::Pattern(pattern), StandsFor::Time) => pattern.read_time(text).map(time),
            (Kind::Pattern(pattern), _) => pattern.read_date_time(text, self.zone.as_ref()).map(Value::DateTime),
            _ => None,
        }
    }

    /// Whether [`FormCode::read_number`] would give a value.
    pub fn fits_number(&self, text: &str) -> bool {
        self.read_number(text).is_some()
    }

    /// Reads a number of the wire (RFC 8259 §6).
    pub fn read_number(&self, text: &str) -> Option<Value<'static>> {
        let number = Number::parse(text).ok()?;
        match self.kind {
            Kind::Unix => unix::read_seconds(&number).map(Value::DateTime),
            Kind::UnixMs => unix::read_milliseconds(&number).map(Value::DateTime),
            _ => None,
        }
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
            Kind::Unix => "seconds since 1970, a number".to_owned(),
            Kind::UnixMs => "milliseconds since 1970, a number".to_owned(),
            Kind::Hl7 => format!("{what} as HL7 writes it"),
            Kind::Fileman => format!("{what} as FileMan writes it"),
            Kind::Pattern(pattern) => format!("{what} as {:?}", pattern.source()),
        }
    }

    /// Writes a value: text, or a number for [`FormCode::is_number`].
    ///
    /// # Errors
    ///
    /// The value has no such form; the checker lets none through but a year that FileMan does not count.
    pub fn write(&self, value: &Value<'_>) -> Result<Value<'static>, String> {
        let none = || format!("{} has no such form", value.kind());
        match (&self.kind, value) {
            (Kind::Text, _) => value.to_text().map(|text| Value::from(text.into_owned())).ok_or_else(none),
            (Kind::Pair { yes, no }, Value::Boolean(truth)) => {
                Ok(Value::from(if *truth { yes.clone() } else { no.clone() }))
            }
            (Kind::Unix, Value::DateTime(at)) => Ok(Value::Number(unix::seconds(at))),
            (Kind::UnixMs, Value::DateTime(at)) => Ok(Value::Number(unix::milliseconds(at))),
            (Kind::Hl7 | Kind::Fileman | Kind::Pattern(_), _) => {
                let mut out = String::new();
                self.write_text(value, &mut out).unwrap_or_else(|| Err(none()))?;
                Ok(Value::from(out))
            }
            _ => Err(none()),
        }
    }

    /// Appends a date or time; `None` where the form is not for values of that kind.
    fn write_text(&self, value: &Value<'_>, out: &mut String) -> Option<Result<(), String>> {
        let fileman = |written: bool| if written { Ok(()) } else { Err(fileman::OUT_OF_RANGE.to_owned()) };
        match (&self.kind, value) {
            (Kind::Hl7, Value::Date(date)) => hl7::write_date(*date, out),
            (Kind::Hl7, Value::Time(time)) => hl7::write_time(time.value, out),
            (Kind::Hl7, Value::DateTime(at)) => hl7::write_date_time(&self.told(at), out),
            (Kind::Fileman, Value::Date(date)) => return Some(fileman(fileman::write_date(*date, out))),
            (Kind::Fileman, Value::DateTime(at)) => {
                return Some(fileman(fileman::write_date_time(&self.clock(at), out)));
            }
            (Kind::Pattern(pattern), Value::Date(date)) => return pattern.write_date(*date, out).then_some(Ok(())),
            (Kind::Pattern(pattern), Value::Time(time)) => {
                return pattern.write_time(time.value, out).then_some(Ok(()));
            }
            (Kind::Pattern(pattern), Value::DateTime(at)) if pattern.has_offset() => {
                pattern.write_date_time(&self.told(at), out);
            }
            (Kind::Pattern(pattern), Value::DateTime(at)) => pattern.write_date_time(&self.clock(at), out),
            _ => return None,
        }
        Some(Ok(()))
    }

    /// The same instant told with its offset in the form's zone, if it has one.
    fn told(&self, at: &DateTime<'_>) -> DateTime<'static> {
        match &self.zone {
            Some(zone) => zone.tell(at),
            None => DateTime { received: None, ..*at },
        }
    }

    /// What the clock of the form's zone shows; of none, the clock at its own offset.
    fn clock(&self, at: &DateTime<'_>) -> DateTime<'static> {
        let own = DateTime { received: None, ..*at };
        self.zone.as_ref().and_then(|zone| zone.clock(at)).unwrap_or(own)
    }
}

fn time(value: jiff::civil::Time) -> Value<'static> {
    Value::Time(super::value::Time { value, received: None })
}
