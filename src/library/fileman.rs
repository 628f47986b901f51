//! Dates as VistA's FileMan stores them: `YYYMMDD`, years counted from 1700, and `YYYMMDD.HHMMSS` with
//! the trailing zeros of the time dropped, so that it is a number. Midnight is `.24` of the day before.
//! FileMan keeps a local clock without an offset; the zone comes from the mapping.

use std::fmt::Write;

use jiff::civil;

use super::iso;
use super::value::DateTime;
use super::zone::Zone;

/// The year of `000`.
const FIRST_YEAR: i16 = 1700;

/// The year of `999`.
const LAST_YEAR: i16 = 2699;

/// Why a date has no such form.
pub const OUT_OF_RANGE: &str = "VistA counts the years from 1700 to 2699 only";

/// `3240501`. `None` of anything else: of a time, too, and of an imprecise date such as `3240000`.
pub fn read_date(text: &str) -> Option<civil::Date> {
    if text.len() != 7 {
        return None;
    }
    let number = digits(text)?;
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    civil::Date::new(FIRST_YEAR + year as i16, month as i8, day as i8).ok()
}

/// `3240501.1` is ten o'clock. `None` of anything else; a date without a time tells no point in time.
/// The clock is the zone's, RFC 5545 settles its gaps and folds.
pub fn read_date_time(text: &str, zone: &Zone) -> Option<DateTime<'static>> {
    let (day, time) = text.split_once('.')?;
    let date = read_date(day)?;
    if time.is_empty() || time.len() > 6 {
        return None;
    }
    let number = digits(time)? * 10_u32.pow(6 - time.len() as u32);
    if number == 240_000 {
        return zone.read(iso::add_days(date, 1)?.to_datetime(civil::Time::midnight()));
    }
    if number == 0 {
        return None;
    }
    let time = civil::Time::new((number / 10_000) as i8, (number / 100 % 100) as i8, (number % 100) as i8, 0).ok()?;
    zone.read(date.to_datetime(time))
}

/// Appends the date; false, and nothing appended, outside of the years 1700 to 2699.
#[must_use]
pub fn write_date(date: civil::Date, out: &mut String) -> bool {
    if !(FIRST_YEAR..=LAST_YEAR).contains(&date.year()) {
        return false;
    }
    // writing into a `String` cannot fail
    let _ = write!(out, "{:03}{:02}{:02}", date.year() - FIRST_YEAR, date.month(), date.day());
    true
}

/// Appends what the clock at its offset shows, fractions of a second dropped; see [`write_date`]. For
/// the clock of a zone, see [`Zone::clock`].
#[must_use]
pub fn write_date_time(at: &DateTime<'_>, out: &mut String) -> bool {
    let (date, time) = (at.local.date(), at.local.time());
    if (time.hour(), time.minute(), time.second()) == (0, 0, 0) {
        let written = iso::add_days(date, -1).is_some_and(|before| write_date(before, out));
        if written {
            out.push_str(".24");
        }
        return written;
    }
    if !write_date(date, out) {
        return false;
    }
    let clock = format!("{:02}{:02}{:02}", time.hour(), time.minute(), time.second());
    out.push('.');
    out.push_str(clock.trim_end_matches('0'));
    true
}

/// At most nine ASCII digits.
fn digits(text: &str) -> Option<u32> {
    text.bytes().try_fold(0, |value, b| b.is_ascii_digit().then(|| value * 10 + u32::from(b - b'0')))
}
