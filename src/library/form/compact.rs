//! HL7 v2 TS/DTM and VistA FileMan's internal form: digits without separators.

use jiff::civil::{Date, DateTime as Civil, Time};

use crate::library::value::DateTime;

/// The value of ASCII digits; `None` of anything else, and of none at all.
pub(super) fn number(text: &str) -> Option<i32> {
    if text.is_empty() || text.len() > 9 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn date_of(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn time_of(hour: i32, minute: i32, second: i32, nanosecond: i32) -> Option<Time> {
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, nanosecond).ok()
}

/// Nanoseconds of a fraction's digits; what is beyond is cut.
pub(super) fn nanoseconds(digits: &str) -> Option<i32> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let kept = &digits[..digits.len().min(9)];
    Some(number(kept)? * 10_i32.pow(9 - kept.len() as u32))
}

/// `yyyyMMdd`
pub(super) fn read_hl7_date(text: &str) -> Option<Date> {
    if text.len() != 8 {
        return None;
    }
    date_of(number(text.get(..4)?)?, number(text.get(4..6)?)?, number(text.get(6..)?)?)
}

/// `HHmm`, `HHmmss`, `HHmmss.ffff`
pub(super) fn read_hl7_time(text: &str) -> Option<Time> {
    let (whole, nanosecond) = match text.split_once('.') {
        Some((whole, fraction)) if whole.len() == 6 => (whole, nanoseconds(fraction)?),
        Some(_) => return None,
        None => (text, 0),
    };
    let second = match whole.len() {
        4 => 0,
        6 => number(whole.get(4..)?)?,
        _ => return None,
    };
    time_of(number(whole.get(..2)?)?, number(whole.get(2..4)?)?, second, nanosecond)
}

/// `yyyyMMddHHmm[ss[.ffff]][+ZZZZ]` (HL7 v2 §2.A.22), to the minute at least.
pub(super) fn read_hl7(text: &str) -> Option<(Civil, Option<i32>)> {
    let (local, offset) = match text.find(['+', '-']) {
        None => (text, None),
        Some(at) => {
            let (local, zone) = text.split_at(at);
            if zone.len() != 5 {
                return None;
            }
            let (hours, minutes) = (number(zone.get(1..3)?)?, number(zone.get(3..)?)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            (local, Some(if zone.starts_with('-') { -seconds } else { seconds }))
        }
    };
    let date = read_hl7_date(local.get(..8)?)?;
    Some((date.to_datetime(read_hl7_time(local.get(8..)?)?), offset))
}

pub(super) fn hl7_date(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// Fractions of a second are dropped.
pub(super) fn hl7_time(time: Time) -> String {
    format!("{:02}{:02}{:02}", time.hour(), time.minute(), time.second())
}

/// With its offset: `20240501100000+0200`.
pub fn hl7(at: &DateTime<'_>) -> String {
    let sign = if at.offset < 0 { '-' } else { '+' };
    let offset = at.offset.abs();
    format!(
        "{}{}{sign}{:02}{:02}",
        hl7_date(at.local.date()),
        hl7_time(at.local.time()),
        offset / 3600,
        offset / 60 % 60
    )
}

/// FileMan counts years from 1700 in three digits.
const FILEMAN_EPOCH: i32 = 1700;

/// `yyyMMdd`: 3240229 is 2024-02-29. Imprecise dates (a day or month of 00) are no dates.
pub(super) fn read_fileman_date(text: &str) -> Option<Date> {
    if text.len() != 7 {
        return None;
    }
    date_of(number(text.get(..3)?)? + FILEMAN_EPOCH, number(text.get(3..5)?)?, number(text.get(5..)?)?)
}

/// `yyyMMdd.HHmmss` with trailing zeros dropped; `.24` is the midnight that ends the day.
pub(super) fn read_fileman(text: &str) -> Option<Civil> {
    let (day, clock) = text.split_once('.')?;
    let date = read_fileman_date(day)?;
    if clock.is_empty() || clock.len() > 6 || !clock.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let clock = format!("{clock:0<6}");
    if clock == "240000" {
        return Some(date.tomorrow().ok()?.to_datetime(Time::midnight()));
    }
    read_hl7_time(&clock).map(|time| date.to_datetime(time))
}

pub(super) fn fileman_date(date: Date) -> String {
    format!("{:03}{:02}{:02}", i32::from(date.year()) - FILEMAN_EPOCH, date.month(), date.day())
}

/// Trailing zeros are dropped, midnight is `.24` of the day before, fractions of a second are dropped.
pub fn fileman(local: Civil) -> String {
    let clock = hl7_time(local.time());
    match (clock.as_str(), local.date().yesterday()) {
        ("000000", Ok(before)) => format!("{}.24", fileman_date(before)),
        _ => format!("{}.{}", fileman_date(local.date()), clock.trim_end_matches('0')),
    }
}
