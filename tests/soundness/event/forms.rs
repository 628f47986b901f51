//! Values in the forms of the wire.

use super::Maker;
use crate::json::Json;
use hms_sync::library::Value;
use hms_sync::library::form::FormCode;
use hms_sync::library::iso;
use hms_sync::model::{Base, Form};

impl Maker<'_, '_> {
    pub(super) fn formed(&mut self, base: &Base, form: &Form) -> Json {
        match form {
            Form::Text if matches!(base, Base::Integer(_)) => Json::Text(self.integer()),
            Form::Text => Json::Text(self.decimal()),
            Form::Pair { yes, no } => Json::Text(if self.random.one_in(2) { yes.clone() } else { no.clone() }),
            Form::Unix => Json::Number(self.unix(1)),
            Form::UnixMs => Json::Number(self.unix(1000)),
            Form::Hl7 { zone } => Json::Text(self.hl7(base, zone.is_some())),
            Form::Fileman { .. } => Json::Text(self.fileman(base)),
            Form::Pattern { .. } => Json::Text(self.patterned(base, form)),
        }
    }

    /// Seconds of the years 0000 to 9999, times `scale`.
    fn unix(&mut self, scale: i64) -> String {
        match self.random.below(5) {
            0 if !self.calm => {
                let edges = [-62_167_219_200, 253_402_300_799, -1, 0, 1, 1_710_054_000, 1_730_615_400];
                (*self.random.pick(&edges) * scale).to_string()
            }
            1 => format!("{}.{}", self.random.between(0, 2_000_000_000) * scale, self.random.between(1, 999)),
            2 if !self.calm => self.random.text(&["1e9", "1.7E9", "-0", "0.0000000000001"]),
            _ => (self.random.between(0, 2_000_000_000) * scale).to_string(),
        }
    }

    fn hl7(&mut self, base: &Base, zoned: bool) -> String {
        let date = self.date().replace('-', "");
        let clock = self.clock().replace(':', "");
        let clock = match self.random.below(4) {
            0 => clock[..4].to_owned(),
            1 => format!("{clock}.{}", self.random.text(&["2", "25", "0000", "123456789"])),
            _ => clock,
        };
        match base {
            Base::Date => date,
            Base::Time => clock,
            _ if zoned && self.random.one_in(2) => format!("{date}{clock}"),
            _ => format!("{date}{clock}{}", self.random.text(&["+0000", "-0500", "+0545", "-2359"])),
        }
    }

    /// FileMan's years: 1700 to 2699.
    fn fileman(&mut self, base: &Base) -> String {
        let year = match self.random.below(4) {
            0 if !self.calm => *self.random.pick(&[0, 999]),
            _ => self.random.between(200, 399),
        };
        let day = format!("{year:03}{:02}{:02}", self.random.between(1, 12), self.random.between(1, 28));
        if *base == Base::Date {
            return day;
        }
        let clock = format!("{:02}{:02}{:02}", self.random.below(24), self.random.below(60), self.random.below(60));
        match clock.trim_end_matches('0') {
            "" => format!("{day}.24"),
            trimmed if self.random.one_in(2) => format!("{day}.{trimmed}"),
            _ => format!("{day}.{clock}"),
        }
    }

    /// As the library writes it: what it reads is held against it in its own tests.
    fn patterned(&mut self, base: &Base, form: &Form) -> String {
        let text = match base {
            Base::Date => self.date(),
            Base::Time => self.time(),
            _ => self.date_time(),
        };
        let value = match base {
            Base::Date => iso::parse_date(&text).map(Value::Date),
            Base::Time => iso::parse_time(&text).map(Value::Time),
            _ => iso::parse_date_time(&text).map(Value::DateTime),
        };
        let value = value.unwrap_or_else(|| panic!("{text} was to be a value"));
        let code = FormCode::writing(form).unwrap_or_else(|why| panic!("{form:?}: {why}"));
        let written = code.write(&value).unwrap_or_else(|why| panic!("{form:?} of {text}: {why}"));
        written.as_text().unwrap_or_default().to_owned()
    }
}
