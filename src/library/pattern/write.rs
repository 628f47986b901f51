//! Dates and times to text by a pattern.

use std::fmt::Write;

use jiff::civil;

use super::{Field, Kind, MONTHS, Minutes, OffsetForm, Part, Pattern, WEEKDAYS, Width};
use crate::library::value::DateTime;

/// What there is to write from.
#[derive(Clone, Copy, Default)]
struct Source {
    date: Option<civil::Date>,
    time: Option<civil::Time>,
    offset: Option<i32>,
}

impl Pattern {
    /// Appends the date; false, and nothing appended, where the pattern asks for what a date has not, which
    /// [`super::check_format`] excludes.
    #[must_use]
    pub fn write_date(&self, date: civil::Date, out: &mut String) -> bool {
        self.write(Source { date: Some(date), ..Source::default() }, out)
    }

    /// Appends the time; see [`Pattern::write_date`].
    #[must_use]
    pub fn write_time(&self, time: civil::Time, out: &mut String) -> bool {
        self.write(Source { time: Some(time), ..Source::default() }, out)
    }

    /// Appends the point in time as the clock at its own offset shows it. For the clock of a zone, see
    /// [`crate::library::zone::Zone::clock`].
    pub fn write_date_time(&self, at: &DateTime<'_>, out: &mut String) {
        let source = Source { date: Some(at.local.date()), time: Some(at.local.time()), offset: Some(at.offset) };
        // a point in time has all that a pattern can ask for
        self.write(source, out);
    }

    fn write(&self, source: Source, out: &mut String) -> bool {
        let start = out.len();
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Field(field) if source.field(*field, out).is_some() => {}
                Part::Field(_) => {
                    out.truncate(start);
                    return false;
                }
            }
        }
        true
    }
}

impl Source {
    /// `None` where the field is not there to be written.
    fn field(&self, field: Field, out: &mut String) -> Option<()> {
        let number = match field.kind {
            Kind::Year => i32::from(self.date?.year()),
            Kind::YearOfCentury => i32::from(self.date?.year().rem_euclid(100)),
            Kind::Month => i32::from(self.date?.month()),
            Kind::Day => i32::from(self.date?.day()),
            Kind::DayOfYear => i32::from(self.date?.day_of_year()),
            Kind::Hour => i32::from(self.time?.hour()),
            Kind::HourOfHalf => i32::from((self.time?.hour() + 11) % 12 + 1),
            Kind::Minute => i32::from(self.time?.minute()),
            Kind::Second => i32::from(self.time?.second()),
            Kind::Fraction => {
                let Width::Exactly(places) = field.width else { return None };
                self.time?.subsec_nanosecond() / 10_i32.pow(9_u32.saturating_sub(u32::from(places)))
            }
            Kind::MonthName { short } => {
                let name = MONTHS.get(usize::try_from(self.date?.month() - 1).ok()?)?;
                out.push_str(if short { &name[..3] } else { name });
                return Some(());
            }
            Kind::Weekday { short } => {
                let name = WEEKDAYS.get(usize::try_from(self.date?.weekday().to_monday_zero_offset()).ok()?)?;
                out.push_str(if short { &name[..3] } else { name });
                return Some(());
            }
            Kind::Half => {
                out.push_str(if self.time?.hour() < 12 { "AM" } else { "PM" });
                return Some(());
            }
            Kind::Offset(form) => {
                offset(form, self.offset?, out);
                return Some(());
            }
        };
        let width = match field.width {
            Width::Exactly(width) => usize::from(width),
            Width::UpTo(_) => 1,
        };
        // writing into a `String` cannot fail
        let _ = write!(out, "{number:0width$}");
        Some(())
    }
}

fn offset(form: OffsetForm, seconds: i32, out: &mut String) {
    if seconds == 0 && form.zulu {
        out.push('Z');
        return;
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    let _ = match form.minutes {
        Minutes::WhereNeeded if minutes == 0 => write!(out, "{sign}{hours:02}"),
        Minutes::WhereNeeded | Minutes::Plain => write!(out, "{sign}{hours:02}{minutes:02}"),
        Minutes::Colon => write!(out, "{sign}{hours:02}:{minutes:02}"),
    };
}
