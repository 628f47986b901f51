//! Dates as HL7 v2 writes them: `DT` is `YYYYMMDD`, `TS` and `DTM` are
//! `YYYYMMDDHHMM[SS[.S[S[S[S]]]]][+/-ZZZZ]` (HL7 v2.5.1, 2.A.21 and 2.A.22).

use std::fmt::Write;

use jiff::civil;

use super::value::DateTime;
use super::zone::Zone;

/// `20240501`. `None` of anything else: of a coarser date (`202405`) and of a time, too.
pub fn read_date(text: &str) -> Option<civil::Date> {
    let (date, rest) = take_date(text)?;
    rest.is_empty().then_some(date)
}

/// `202405011000`, with seconds, up to four places and an offset where they are given. `None` of
/// anything else: of what has no hour and minute, too, and of a text without offset when there is no
/// zone. An offset in the text counts, whatever the zone; without, the clock is the zone's, and RFC 5545
/// settles its gaps and folds.
pub fn read_date_time(text: &str, zone: Option<&Zone>) -> Option<DateTime<'static>> {
    let (date, rest) = take_date(text)?;
    let (hour, rest) = take(rest, 2)?;
    let (minute, rest) = take(rest, 2)?;
    let (second, rest) = match take(rest, 2) {
        Some(found) => found,
        None => (0, rest),
    };
    let with_seconds = text.len() - rest.len() == 14;
    let (nanosecond, rest) = match rest.strip_prefix('.') {
        Some(fraction) => {
            let places = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if !with_seconds || !(1..=4).contains(&places) {
                return None;
            }
            let (value, rest) = take(fraction, places)?;
            (value * 10_i32.pow(9 - places as u32), rest)
        }
        None => (0, rest),
    };
    let local = date.to_datetime(civil::Time::new(hour as i8, minute as i8, second as i8, nanosecond).ok()?);
    if rest.is_empty() {
        return zone?.read(local);
    }
    let sign = match rest.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return None,
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

/// Appends `20240501100000+0200`: what the clock at its offset shows, to the second and with as many
/// places (at most four, beyond they are cut) as it needs, then the offset. For a zone's clock, see
/// [`Zone::tell`].
pub fn write_date_time(at: &DateTime<'_>, out: &mut String) {
    write_date(at.local.date(), out);
    let time = at.local.time();
    let _ = write!(out, "{:02}{:02}{:02}", time.hour(), time.minute(), time.second());
    let ten_thousandths = time.subsec_nanosecond() / 100_000;
    if ten_thousandths != 0 {
        let places = format!("{ten_thousandths:04}");
        out.push('.');
        out.push_str(places.trim_end_matches('0'));
    }
    let sign = if at.offset < 0 { '-' } else { '+' };
    let _ = write!(out, "{sign}{:02}{:02}", at.offset.abs() / 3600, at.offset.abs() / 60 % 60);
}

fn take_date(text: &str) -> Option<(civil::Date, &str)> {
    let (year, rest) = take(text, 4)?;
    let (month, rest) = take(rest, 2)?;
    let (day, rest) = take(rest, 2)?;
    Some((civil::Date::new(year as i16, month as i8, day as i8).ok()?, rest))
}

/// A number of exactly so many (at most four) digits in front, and the rest.
fn take(text: &str, count: usize) -> Option<(i32, &str)> {
    let head = text.as_bytes().get(..count)?;
    let value = head.iter().try_fold(0, |value, b| b.is_ascii_digit().then(|| value * 10 + i32::from(b - b'0')))?;
    Some((value, &text[count..]))
}
