//! Dates and times as HL7 v2 writes them: `DT` is `YYYYMMDD`, `TM` is `HHMM[SS[.S[S[S[S]]]]]`, `TS` and
//! `DTM` are the two together with an offset, `[+/-ZZZZ]` (HL7 v2.5.1, 2.A.21, 2.A.22 and 2.A.75).
//!
//! Written are seconds and as many places (at most four, beyond they are cut) as needed. Read are more
//! than four, too, as some senders write them. What is coarser than the type (a `DTM` without hour and
//! minute) is refused: it does not tell what the type says.

use std::fmt::Write;

use jiff::civil;

use super::value::DateTime;
use super::zone::Zone;

/// `20240501`.
pub fn read_date(text: &str) -> Option<civil::Date> {
    let (date, rest) = take_date(text)?;
    rest.is_empty().then_some(date)
}

/// `1000`, `100000` or `100000.25`, without an offset.
pub fn read_time(text: &str) -> Option<civil::Time> {
    let (time, rest) = take_time(text)?;
    rest.is_empty().then_some(time)
}

/// `202405011000` and finer. An offset in the text counts, whatever the zone; without, the clock is the
/// zone's, and RFC 5545 settles its gaps and folds.
pub fn read_date_time(text: &str, zone: Option<&Zone>) -> Option<DateTime<'static>> {
    let (date, rest) = take_date(text)?;
    let (time, rest) = take_time(rest)?;
    let local = date.to_datetime(time);
    let sign = match rest.bytes().next() {
        None => return zone?.read(local),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let (hours, rest) = take(&rest[1..], 2)?;
    let (minutes, rest) = take(rest, 2)?;
    let sound = rest.is_empty() && hours < 24 && minutes < 60;
    sound.then_some(DateTime { local, offset: sign * (hours * 3600 + minutes * 60), received: None })
}

/// Appends `20240501`.
pub fn write_date(date: civil::Date, out: &mut String) {
    // writing into a `String` cannot fail
    let _ = write!(out, "{:04}{:02}{:02}", date.year(), date.month(), date.day());
}

/// Appends `100000`, `100000.25`.
pub fn write_time(time: civil::Time, out: &mut String) {
    let _ = write!(out, "{:02}{:02}{:02}", time.hour(), time.minute(), time.second());
    let ten_thousandths = time.subsec_nanosecond() / 100_000;
    if ten_thousandths != 0 {
        let places = format!("{ten_thousandths:04}");
        out.push('.');
        out.push_str(places.trim_end_matches('0'));
    }
}

/// Appends `20240501100000+0200`: what the clock at its offset shows, and the offset. For the clock of a
/// zone, see [`Zone::tell`].
pub fn write_date_time(at: &DateTime<'_>, out: &mut String) {
    write_date(at.local.date(), out);
    write_time(at.local.time(), out);
    let sign = if at.offset < 0 { '-' } else { '+' };
    let _ = write!(out, "{sign}{:02}{:02}", at.offset.abs() / 3600, at.offset.abs() / 60 % 60);
}

fn take_date(text: &str) -> Option<(civil::Date, &str)> {
    let (year, rest) = take(text, 4)?;
    let (month, rest) = take(rest, 2)?;
    let (day, rest) = take(rest, 2)?;
    Some((civil::Date::new(year as i16, month as i8, day as i8).ok()?, rest))
}

fn take_time(text: &str) -> Option<(civil::Time, &str)> {
    let (hour, rest) = take(text, 2)?;
    let (minute, rest) = take(rest, 2)?;
    let (mut second, mut nanosecond) = (0, 0);
    let mut after = rest;
    if let Some((value, rest)) = take(rest, 2) {
        (second, after) = (value, rest);
        if let Some(fraction) = rest.strip_prefix('.') {
            let places = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let kept = places.min(9);
            let (value, _) = take(fraction, kept).filter(|_| kept > 0)?;
            nanosecond = value * 10_i32.pow(9 - kept as u32);
            after = &fraction[places..];
        }
    }
    Some((civil::Time::new(hour as i8, minute as i8, second as i8, nanosecond).ok()?, after))
}

/// A number of exactly so many (at most nine) digits in front, and the rest.
fn take(text: &str, count: usize) -> Option<(i32, &str)> {
    let head = text.as_bytes().get(..count)?;
    let value = head.iter().try_fold(0, |value, b| b.is_ascii_digit().then(|| value * 10 + i32::from(b - b'0')))?;
    Some((value, &text[count..]))
}
