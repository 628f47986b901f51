//! Dates, times and durations as RFC 3339 and ISO 8601 write them: the readers that the door and the
//! functions share, and the writers.

use std::fmt::Write;

use jiff::civil;

use super::value::{DateTime, Duration, Time};
use crate::model::number::Number;

/// `2024-02-29`: RFC 3339 `full-date`, years 0000 to 9999 of the Gregorian calendar.
pub fn parse_date(text: &str) -> Option<civil::Date> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text.as_bytes() else { return None };
    let year = digits(&[a, b, c, d])? as i16;
    civil::Date::new(year, digits(&[e, f])? as i8, digits(&[g, h])? as i8).ok()
}

/// `08:30:00` or `08:30:00.250`: RFC 3339 `partial-time`. Digits beyond nanoseconds are cut. A leap
/// second is none without a date and a zone, so it is no time.
pub fn parse_time(text: &str) -> Option<Time<'_>> {
    let (value, leap, rest) = split_time(text)?;
    (rest.is_empty() && !leap).then_some(Time { value, received: Some(text) })
}

/// `2024-05-01T10:00:00+02:00`: RFC 3339 `date-time`, whose offset is never left out. A leap second
/// (`:60` at the end of a UTC day) counts as the second before it.
pub fn parse_date_time(text: &str) -> Option<DateTime<'_>> {
    let date = parse_date(text.get(..10)?)?;
    let rest = text[10..].strip_prefix(['T', 't'])?;
    let (time, leap, rest) = split_time(rest)?;
    let offset = match rest.as_bytes() {
        [b'Z' | b'z'] => 0,
        &[sign @ (b'+' | b'-'), a, b, b':', c, d] => {
            let (hours, minutes) = (digits(&[a, b])?, digits(&[c, d])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = hours as i32 * 3600 + minutes as i32 * 60;
            if sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let at = DateTime { local: date.to_datetime(time), offset, received: Some(text) };
    if leap && at.nanoseconds().div_euclid(1_000_000_000).rem_euclid(86_400) != 86_399 {
        return None;
    }
    Some(at)
}

/// `PT20M`, `P1DT2H`, `P2W`, `-PT0.5S`: an ISO 8601 duration in units of fixed length (a day being 24
/// hours). Years and months have none, so they are no `duration`. Only the last part has a fraction.
pub fn parse_duration(text: &str) -> Option<Duration<'_>> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let rest = rest.strip_prefix('P')?;
    let (day_part, time_part) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((day_part, time_part)) => (day_part, time_part),
        None => (rest, ""),
    };
    let mut parts = Parts { total: Number::ZERO, any: false, fraction: false };
    if let Some(weeks) = day_part.strip_suffix('W') {
        // ISO 8601 lets weeks stand alone only
        parts.add(weeks, 604_800).filter(|()| time_part.is_empty())?;
    } else {
        parts.section(day_part, &[('D', 86_400)])?;
        parts.section(time_part, &[('H', 3600), ('M', 60), ('S', 1)])?;
    }
    let seconds = if negative { -parts.total } else { parts.total };
    (parts.any && seconds.within_limit()).then_some(Duration { seconds, received: Some(text) })
}

/// The sum of a duration's parts so far.
struct Parts {
    total: Number,
    any: bool,
    fraction: bool,
}

impl Parts {
    /// Designators in their order, each at most once.
    fn section(&mut self, mut text: &str, designators: &[(char, i64)]) -> Option<()> {
        for &(designator, seconds) in designators {
            if let Some((number, rest)) = text.split_once(designator) {
                self.add(number, seconds)?;
                text = rest;
            }
        }
        text.is_empty().then_some(())
    }

    fn add(&mut self, number: &str, seconds: i64) -> Option<()> {
        let well_formed = number.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
        if self.fraction || !well_formed || number.is_empty() {
            return None;
        }
        self.fraction = number.contains(['.', ',']);
        // ISO 8601 allows leading zeros and the comma, JSON's number neither
        let trimmed = number.trim_start_matches('0').replace(',', ".");
        let count = match trimmed.as_bytes().first() {
            None | Some(b'.') => Number::parse(&format!("0{trimmed}")),
            Some(_) => Number::parse(&trimmed),
        };
        self.total = &self.total + &(&count.ok()? * &Number::from(seconds));
        self.any = true;
        Some(())
    }
}

/// `HH:MM:SS[.f…]` in front of a text: the time (59 for a leap second), whether it is a leap second,
/// and the rest.
fn split_time(text: &str) -> Option<(civil::Time, bool, &str)> {
    let &[a, b, b':', c, d, b':', e, f] = text.as_bytes().get(..8)? else { return None };
    let mut rest = &text[8..];
    let mut nanosecond = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(fraction.len());
        if end == 0 {
            return None;
        }
        let mut scale = 100_000_000;
        for digit in fraction.bytes().take(end.min(9)) {
            nanosecond += i32::from(digit - b'0') * scale;
            scale /= 10;
        }
        rest = &fraction[end..];
    }
    let second = digits(&[e, f])?;
    let leap = second == 60;
    let second = if leap { 59 } else { second };
    let time = civil::Time::new(digits(&[a, b])? as i8, digits(&[c, d])? as i8, second as i8, nanosecond).ok()?;
    Some((time, leap, rest))
}

/// At most four ASCII digits.
fn digits(bytes: &[u8]) -> Option<u16> {
    bytes.iter().try_fold(0, |value, b| b.is_ascii_digit().then(|| value * 10 + u16::from(b - b'0')))
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
pub fn days_since_epoch(date: civil::Date) -> i64 {
    // counts years from March, so that the leap day is the last of its year
    let (month, day) = (i64::from(date.month()), i64::from(date.day()));
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The civil time that is so many nanoseconds from 1970-01-01T00:00:00 on the same clock.
pub fn civil_from_nanoseconds(nanoseconds: i128) -> Option<civil::DateTime> {
    const DAY: i128 = 86_400_000_000_000;
    let days = i64::try_from(nanoseconds.div_euclid(DAY)).ok()?;
    let within = nanoseconds.rem_euclid(DAY) as i64;
    let shifted = days.checked_add(719_468)?;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = i16::try_from(era.checked_mul(400)? + year_of_era + i64::from(month <= 2)).ok()?;
    let date = civil::Date::new(year, month as i8, day as i8).ok()?;
    let (seconds, nanosecond) = (within / 1_000_000_000, (within % 1_000_000_000) as i32);
    let time =
        civil::Time::new((seconds / 3600) as i8, (seconds / 60 % 60) as i8, (seconds % 60) as i8, nanosecond).ok()?;
    Some(date.to_datetime(time))
}

/// So many days later (earlier, if negative); `None` outside of the years 0000 to 9999.
pub fn add_days(date: civil::Date, days: i64) -> Option<civil::Date> {
    let day = days_since_epoch(date).checked_add(days)?;
    let moved = civil_from_nanoseconds(i128::from(day) * 86_400_000_000_000)?.date();
    (0..=9999).contains(&moved.year()).then_some(moved)
}

/// `2024-02-29`
pub fn write_date(date: civil::Date, out: &mut String) {
    // writing into a `String` cannot fail
    let _ = write!(out, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
}

/// `08:30:00`, with as many digits of a fraction as it needs.
pub fn write_time(time: civil::Time, out: &mut String) {
    let _ = write!(out, "{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    let nanosecond = time.subsec_nanosecond();
    if nanosecond != 0 {
        let fraction = format!("{nanosecond:09}");
        out.push('.');
        out.push_str(fraction.trim_end_matches('0'));
    }
}

/// `2024-05-01T10:00:00+02:00`, `Z` for UTC.
pub fn write_date_time(at: &DateTime<'_>, out: &mut String) {
    write_date(at.local.date(), out);
    out.push('T');
    write_time(at.local.time(), out);
    if at.offset == 0 {
        out.push('Z');
        return;
    }
    let (sign, offset) = if at.offset < 0 { ('-', -at.offset) } else { ('+', at.offset) };
    let _ = write!(out, "{sign}{:02}:{:02}", offset / 3600, offset / 60 % 60);
}

/// `P1DT2H3M4.5S`, zero as `PT0S`. False, and nothing written, where the seconds have no end or over
/// 1,000 digits.
pub fn write_duration(seconds: &Number, out: &mut String) -> bool {
    if !seconds.terminates() || !seconds.within_limit() {
        return false;
    }
    let (minute, hour, day) = (Number::from(60_i64), Number::from(3600_i64), Number::from(86_400_i64));
    let length = seconds.abs();
    let split = |value: &Number, unit: &Number| {
        let count = value.div_floor(unit).unwrap_or_default();
        let rest = value - &(&count * unit);
        (count, rest)
    };
    let (days, rest) = split(&length, &day);
    let (hours, rest) = split(&rest, &hour);
    let (minutes, rest) = split(&rest, &minute);
    if seconds.is_negative() {
        out.push('-');
    }
    out.push('P');
    if !days.is_zero() {
        let _ = write!(out, "{days}D");
    }
    if rest.is_zero() && hours.is_zero() && minutes.is_zero() {
        if days.is_zero() {
            out.push_str("T0S");
        }
        return true;
    }
    out.push('T');
    for (count, designator) in [(hours, 'H'), (minutes, 'M'), (rest, 'S')] {
        if !count.is_zero() {
            let _ = write!(out, "{count}{designator}");
        }
    }
    true
}
