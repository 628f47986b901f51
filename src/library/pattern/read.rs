//! Text to dates and times by a pattern.

use jiff::civil;

use super::{Field, Kind, MONTHS, Minutes, OffsetForm, Part, Pattern, WEEKDAYS, Width};
use crate::library::value::DateTime;
use crate::library::zone::Zone;

/// What the fields of a text say, so far.
#[derive(Default)]
struct Found {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    day_of_year: Option<i16>,
    /// From 0, Monday.
    weekday: Option<usize>,
    hour: Option<i8>,
    hour_of_half: Option<i8>,
    afternoon: Option<bool>,
    minute: i8,
    second: i8,
    nanosecond: i32,
    offset: Option<i32>,
}

impl Pattern {
    /// `None` where the text is no date in this pattern.
    pub fn read_date(&self, text: &str) -> Option<civil::Date> {
        self.read(text)?.date()
    }

    /// `None` where the text is no time of day in this pattern. What the pattern leaves out is zero.
    pub fn read_time(&self, text: &str) -> Option<civil::Time> {
        self.read(text)?.time()
    }

    /// `None` where the text is no point in time in this pattern. Without an offset in the text, the
    /// clock is that of the zone, and RFC 5545 (3.3.5) settles its gaps and folds.
    pub fn read_date_time(&self, text: &str, zone: Option<&Zone>) -> Option<DateTime<'static>> {
        let found = self.read(text)?;
        let local = found.date()?.to_datetime(found.time()?);
        match found.offset {
            Some(offset) => Some(DateTime { local, offset, received: None }),
            None => zone?.read(local),
        }
    }

    fn read(&self, text: &str) -> Option<Found> {
        let mut found = Found::default();
        let mut rest = text;
        for part in &self.parts {
            rest = match part {
                Part::Literal(literal) => rest.strip_prefix(literal.as_str())?,
                Part::Field(field) => found.take(*field, rest)?,
            };
        }
        rest.is_empty().then_some(found)
    }
}

impl Found {
    /// Takes one field off the front of the text; gives the rest.
    fn take<'t>(&mut self, field: Field, text: &'t str) -> Option<&'t str> {
        match field.kind {
            Kind::MonthName { short } => {
                let (index, rest) = name(&MONTHS, short, text)?;
                self.month = Some(index as i8 + 1);
                return Some(rest);
            }
            Kind::Weekday { short } => {
                let (index, rest) = name(&WEEKDAYS, short, text)?;
                self.weekday = Some(index);
                return Some(rest);
            }
            Kind::Half => {
                let (index, rest) = name(&["AM", "PM"], false, text)?;
                self.afternoon = Some(index == 1);
                return Some(rest);
            }
            Kind::Offset(form) => {
                let (offset, rest) = offset(form, text)?;
                self.offset = Some(offset);
                return Some(rest);
            }
            _ => {}
        }
        let (value, rest) = digits(field.width, text)?;
        match field.kind {
            Kind::Year => self.year = Some(value as i16),
            // leaves the century open
            Kind::YearOfCentury => {}
            Kind::Month => self.month = Some(value as i8),
            Kind::Day => self.day = Some(value as i8),
            Kind::DayOfYear => self.day_of_year = Some(value as i16),
            Kind::Hour => self.hour = Some(value as i8),
            Kind::HourOfHalf => self.hour_of_half = Some(value as i8),
            Kind::Minute => self.minute = value as i8,
            Kind::Second => self.second = value as i8,
            Kind::Fraction => {
                // the text has exactly as many digits as the field
                let places = (text.len() - rest.len()) as u32;
                self.nanosecond = value * 10_i32.pow(9_u32.saturating_sub(places));
            }
            Kind::MonthName { .. } | Kind::Weekday { .. } | Kind::Half | Kind::Offset(_) => {}
        }
        Some(rest)
    }

    fn date(&self) -> Option<civil::Date> {
        let year = self.year?;
        let date = match self.day_of_year {
            Some(day) => civil::Date::new(year, 1, 1).ok()?.with().day_of_year(day).build().ok()?,
            None => civil::Date::new(year, self.month?, self.day?).ok()?,
        };
        match self.weekday {
            Some(weekday) if weekday as i8 != date.weekday().to_monday_zero_offset() => None,
            _ => Some(date),
        }
    }

    fn time(&self) -> Option<civil::Time> {
        let hour = match (self.hour, self.hour_of_half) {
            (Some(hour), _) => hour,
            (None, Some(hour @ 1..=12)) => hour % 12 + if self.afternoon? { 12 } else { 0 },
            _ => return None,
        };
        civil::Time::new(hour, self.minute, self.second, self.nanosecond).ok()
    }
}

/// The number in front; at most nine digits, so it fits.
fn digits(width: Width, text: &str) -> Option<(i32, &str)> {
    let (least, most) = match width {
        Width::Exactly(count) => (count, count),
        Width::UpTo(most) => (1, most),
    };
    let count = text.bytes().take(usize::from(most)).take_while(u8::is_ascii_digit).count();
    if count < usize::from(least) {
        return None;
    }
    let (head, rest) = text.split_at(count);
    Some((head.bytes().fold(0, |value, digit| value * 10 + i32::from(digit - b'0')), rest))
}

/// Which of the names stands in front, in any case, whole or by its first three letters.
fn name<'t>(names: &[&str], short: bool, text: &'t str) -> Option<(usize, &'t str)> {
    names.iter().enumerate().find_map(|(index, name)| {
        let name = if short { &name[..3] } else { name };
        let head = text.get(..name.len())?;
        head.eq_ignore_ascii_case(name).then(|| (index, &text[name.len()..]))
    })
}

/// Seconds east of UTC; hours to 23 and minutes to 59 as RFC 3339 has them.
fn offset(form: OffsetForm, text: &str) -> Option<(i32, &str)> {
    if form.zulu
        && let Some(rest) = text.strip_prefix('Z')
    {
        return Some((0, rest));
    }
    let sign = match text.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let two = |text| digits(Width::Exactly(2), text);
    let (hours, rest) = two(&text[1..])?;
    let (minutes, rest) = match form.minutes {
        Minutes::Plain => two(rest)?,
        Minutes::Colon => two(rest.strip_prefix(':')?)?,
        Minutes::WhereNeeded => two(rest).unwrap_or((0, rest)),
    };
    (hours < 24 && minutes < 60).then_some((sign * (hours * 3600 + minutes * 60), rest))
}
