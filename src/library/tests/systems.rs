//! What other systems write: FileMan, HL7 and Unix time; and time zones.

use proptest::prelude::*;

use super::calling::{Argument, call};
use crate::library::value::{DateTime, Value};
use crate::library::zone::Zone;
use crate::library::{fileman, find, hl7, iso, unix};
use crate::model::number::Number;

fn at(text: &str) -> DateTime<'_> {
    iso::parse_date_time(text).unwrap()
}

fn shown(at: Option<DateTime<'_>>) -> Option<String> {
    at.map(|at| {
        let mut out = String::new();
        iso::write_date_time(&DateTime { received: None, ..at }, &mut out);
        out
    })
}

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

#[test]
fn fileman_counts_from_1700_and_ends_its_days() {
    let new_york = zone("America/New_York");
    let read = |text| shown(fileman::read_date_time(text, &new_york));
    assert_eq!(read("3240229.0830").as_deref(), Some("2024-02-29T08:30:00-05:00"));
    assert_eq!(read("3240229.1").as_deref(), Some("2024-02-29T10:00:00-05:00"));
    assert_eq!(read("3240228.24").as_deref(), Some("2024-02-29T00:00:00-05:00"));
    assert_eq!(read("3240701.000001").as_deref(), Some("2024-07-01T00:00:01-04:00"));
    for bad in [
        "3240229",
        "3240229.",
        "3240229.0",
        "3240229.25",
        "3240229.2401",
        "3240229.1060",
        "3240229.1000000",
        "3240200.1",
        "3230229.1",
        "3240229.-1",
        "３240229.1",
        "",
    ] {
        assert_eq!(read(bad), None, "{bad}");
    }
    assert_eq!(fileman::read_date("3240229"), jiff::civil::Date::new(2024, 2, 29).ok());
    for bad in ["324022", "03240229", "3240200", "3240000", "3230229", "324022a"] {
        assert_eq!(fileman::read_date(bad), None, "{bad}");
    }
    let write = |text: &'static str| {
        let mut out = String::new();
        fileman::write_date_time(&at(text), &mut out).then_some(out)
    };
    assert_eq!(write("2024-02-29T08:30:00-05:00").as_deref(), Some("3240229.083"));
    assert_eq!(write("2024-02-29T10:00:00.9-05:00").as_deref(), Some("3240229.1"));
    assert_eq!(write("2024-03-01T00:00:00.9Z").as_deref(), Some("3240229.24"));
    assert_eq!(write("1700-01-01T00:00:01Z").as_deref(), Some("0000101.000001"));
    assert_eq!(write("2699-12-31T23:59:59Z").as_deref(), Some("9991231.235959"));
    assert_eq!(write("2700-01-01T00:00:00Z").as_deref(), Some("9991231.24"));
    for bad in [
        "1699-12-31T23:59:59Z",
        "1700-01-01T00:00:00Z",
        "2700-01-01T00:00:01Z",
        "9999-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z",
    ] {
        assert_eq!(write(bad), None, "{bad}");
    }
}

#[test]
fn hl7_has_an_offset() {
    let new_york = zone("America/New_York");
    let read = |text, zone| shown(hl7::read_date_time(text, zone));
    assert_eq!(read("20240229083000.25+0100", None).as_deref(), Some("2024-02-29T08:30:00.25+01:00"));
    assert_eq!(read("202402290830-0500", None).as_deref(), Some("2024-02-29T08:30:00-05:00"));
    assert_eq!(read("20240229083000", Some(&new_york)).as_deref(), Some("2024-02-29T08:30:00-05:00"));
    assert_eq!(read("20240229083000+0100", Some(&new_york)).as_deref(), Some("2024-02-29T08:30:00+01:00"));
    assert_eq!(read("20240229083000.123456-0500", None).as_deref(), Some("2024-02-29T08:30:00.123456-05:00"));
    for bad in [
        "20240229083000",
        "20240229+0100",
        "2024022908+0100",
        "202402290830.5+0100",
        "20240229083000.+0100",
        "20240229083060+0100",
        "20240230083000+0100",
        "20240229083000+01",
        "20240229083000+2400",
        "20240229083000Z",
        "20240229083000+0100 ",
        "",
    ] {
        assert_eq!(read(bad, None), None, "{bad}");
    }
    let mut out = String::new();
    hl7::write_date_time(&at("2024-05-01T10:00:00.12345-03:30"), &mut out);
    assert_eq!(out, "20240501100000.1234-0330");
    assert_eq!(hl7::read_date("20240229"), jiff::civil::Date::new(2024, 2, 29).ok());
    assert_eq!(hl7::read_date("202402"), None);
    assert_eq!(hl7::read_time("0830"), jiff::civil::Time::new(8, 30, 0, 0).ok());
    assert_eq!(hl7::read_time("08"), None);
}

#[test]
fn unix_time_is_exact() {
    let read = |text: &str| shown(unix::read_seconds(&Number::parse(text).unwrap()));
    assert_eq!(read("0").as_deref(), Some("1970-01-01T00:00:00Z"));
    assert_eq!(read("-0.5").as_deref(), Some("1969-12-31T23:59:59.5Z"));
    assert_eq!(read("253402300799.999999999").as_deref(), Some("9999-12-31T23:59:59.999999999Z"));
    assert_eq!(read("253402300800"), None);
    assert_eq!(read("-62167219201"), None);
    assert_eq!(read("1e300"), None);
    assert_eq!(unix::seconds(&at("1969-12-31T23:59:59.5Z")), Number::from(-1_i64));
    assert_eq!(unix::milliseconds(&at("1969-12-31T23:59:59.5004Z")), Number::from(-500_i64));
}

#[test]
fn zones_follow_rfc_5545_and_never_leave_the_years() {
    let new_york = zone("america/new_york");
    let read = |text: &str| shown(new_york.read(text.parse().unwrap()));
    assert_eq!(read("2024-03-10T01:59:59").as_deref(), Some("2024-03-10T01:59:59-05:00"));
    assert_eq!(read("2024-03-10T02:30:00").as_deref(), Some("2024-03-10T03:30:00-04:00"), "the gap");
    assert_eq!(read("2024-11-03T01:30:00").as_deref(), Some("2024-11-03T01:30:00-04:00"), "the fold");
    assert_eq!(read("9999-12-31T23:59:59").as_deref(), Some("9999-12-31T23:59:59-05:00"));
    let tell = |name: &str, text: &'static str| shown(Some(zone(name).tell(&at(text)))).unwrap();
    assert_eq!(tell("Asia/Tokyo", "9999-12-31T23:59:59Z"), "9999-12-31T23:59:59Z", "there is no year 10000");
    assert_eq!(tell("Asia/Tokyo", "9999-12-31T10:00:00Z"), "9999-12-31T19:00:00+09:00");
    assert_eq!(tell("America/New_York", "0000-01-01T00:00:00Z"), "0000-01-01T00:00:00Z");
    assert_eq!(tell("Asia/Kolkata", "2024-05-01T00:00:00Z"), "2024-05-01T05:30:00+05:30");
    // local mean time was 4 h 56 min 2 s behind: the offset is told to the minute, the instant stays
    assert_eq!(tell("America/New_York", "1850-01-01T12:00:00Z"), "1850-01-01T07:04:00-04:56");
    assert_eq!(read("1850-01-01T07:03:58").as_deref(), Some("1850-01-01T07:04:00-04:56"));
    for bad in ["", "Mars/Base", "EST5EDT4", "Etc/Unknown", "../etc/localtime", &"x".repeat(10_000)] {
        assert!(Zone::named(bad).unwrap_err().len() < 200, "{bad}");
    }
}

fn calendar(name: &str, date: (i16, i8, i8), amount: i64) -> Option<String> {
    let date = Value::Date(jiff::civil::Date::new(date.0, date.1, date.2).unwrap());
    let arguments = [Argument::computed(date), Argument::computed(Value::from(Number::from(amount)))];
    match call(find(name).unwrap(), &arguments).unwrap() {
        Value::Failed(_) => None,
        value => value.to_text().map(|text| text.into_owned()),
    }
}

#[test]
fn months_end_on_their_last_day() {
    assert_eq!(calendar("add_months", (2024, 1, 31), 1).as_deref(), Some("2024-02-29"));
    assert_eq!(calendar("add_months", (2023, 1, 31), 1).as_deref(), Some("2023-02-28"));
    assert_eq!(calendar("add_months", (2024, 2, 29), 12).as_deref(), Some("2025-02-28"));
    assert_eq!(calendar("add_months", (2024, 3, 31), -13).as_deref(), Some("2023-02-28"));
    assert_eq!(calendar("add_months", (9999, 12, 1), 1), None);
    assert_eq!(calendar("add_months", (0, 1, 1), -1), None);
    assert_eq!(calendar("add_months", (2024, 1, 1), i64::MAX), None);
    assert_eq!(calendar("add_days", (2024, 2, 28), 2).as_deref(), Some("2024-03-01"));
    assert_eq!(calendar("add_days", (9999, 12, 31), 1), None);
    assert_eq!(calendar("add_days", (2024, 1, 1), i64::MIN), None);
}

proptest! {
    #[test]
    fn what_fileman_writes_reads_back(seconds in -8_520_336_000_i64..23_036_486_400) {
        let utc = zone("UTC");
        let at = unix::read_seconds(&Number::from(seconds)).unwrap();
        let mut text = String::new();
        if fileman::write_date_time(&at, &mut text) {
            prop_assert_eq!(fileman::read_date_time(&text, &utc).map(|at| at.local), Some(at.local), "{}", text);
            let (_, time) = text.split_once('.').unwrap();
            prop_assert!(!time.ends_with('0') && !time.is_empty(), "{}", text);
        }
    }

    #[test]
    fn what_hl7_writes_reads_back(seconds in -62_167_219_200_i64..253_402_300_800, places in 0..10_000_i128, minutes in -1439..1440_i32) {
        let local = iso::civil_from_nanoseconds(i128::from(seconds) * 1_000_000_000 + places * 100_000).unwrap();
        let at = DateTime { local, offset: minutes * 60, received: None };
        let mut text = String::new();
        hl7::write_date_time(&at, &mut text);
        let back = hl7::read_date_time(&text, None).map(|at| (at.local, at.offset));
        prop_assert_eq!(back, Some((at.local, at.offset)), "{}", text);
    }

    #[test]
    fn telling_in_a_zone_keeps_the_instant(seconds in -62_167_219_200_i64..253_402_300_800) {
        let at = unix::read_seconds(&Number::from(seconds)).unwrap();
        for name in ["America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Monrovia"] {
            let told = zone(name).tell(&at);
            prop_assert_eq!(told.nanoseconds(), at.nanoseconds());
            prop_assert_eq!(told.offset % 60, 0);
            if let Some(clock) = zone(name).clock(&at) {
                prop_assert_eq!(clock.nanoseconds(), at.nanoseconds());
            }
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,24}|[0-9.+-]{0,24}") {
        let utc = zone("UTC");
        let _ = (fileman::read_date(&text), fileman::read_date_time(&text, &utc));
        let _ = (hl7::read_date(&text), hl7::read_time(&text), hl7::read_date_time(&text, Some(&utc)));
    }
}
