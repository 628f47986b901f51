//! Forms read what they write, and refuse what they do not tell.

use proptest::prelude::*;

use super::*;
use crate::library::iso;

fn pattern(text: &str, zone: Option<&str>) -> Form {
    Form::Pattern { pattern: text.to_owned(), zone: zone.map(str::to_owned) }
}

fn read(form: &Form, base: &Base, text: &str) -> Option<String> {
    let value = FormCode::reading(form, base).unwrap().read_text(text)?;
    value.to_text().map(|text| text.into_owned())
}

#[test]
fn dates_in_patterns() {
    let us = pattern("MM/dd/yyyy", None);
    assert_eq!(read(&us, &Base::Date, "02/29/2024").as_deref(), Some("2024-02-29"));
    for bad in ["2/29/2024", "02/30/2024", "02/29/24", "02/29/2024 ", "02-29-2024", ""] {
        assert_eq!(read(&us, &Base::Date, bad), None, "{bad}");
    }
    assert_eq!(read(&pattern("d MMM yyyy", None), &Base::Date, "1 FEB 2024").as_deref(), Some("2024-02-01"));
    assert_eq!(read(&pattern("yyyyMMdd", None), &Base::Date, "20240201").as_deref(), Some("2024-02-01"));
    assert_eq!(read(&pattern("EEE d.M.yyyy", None), &Base::Date, "Fri 1.2.2024"), None, "it was a Thursday");
    assert_eq!(read(&pattern("h:mm a", None), &Base::Time, "12:05 am").as_deref(), Some("00:05:00"));
}

#[test]
fn a_local_time_takes_the_zones_offset() {
    let form = pattern("yyyy-MM-dd HH:mm", Some("America/New_York"));
    let read = |text| read(&form, &Base::DateTime, text);
    assert_eq!(read("2024-07-01 10:00").as_deref(), Some("2024-07-01T10:00:00-04:00"));
    // RFC 5545, 3.3.5: a time that comes twice is its first; one that is skipped is read with the
    // offset before the gap, so 2:30 is half past three of summer time
    assert_eq!(read("2024-11-03 01:30").as_deref(), Some("2024-11-03T01:30:00-04:00"));
    assert_eq!(read("2024-03-10 02:30").as_deref(), Some("2024-03-10T03:30:00-04:00"));
}

#[test]
fn forms_that_do_not_tell_all_are_refused() {
    let wrong = |form: &Form, base: &Base| FormCode::reading(form, base).is_err();
    assert!(wrong(&pattern("MM/yyyy", None), &Base::Date));
    assert!(wrong(&pattern("MM/dd/yy", None), &Base::Date), "the century");
    assert!(wrong(&pattern("yyyy-MM-dd HH:mm", None), &Base::DateTime), "the zone");
    assert!(wrong(&pattern("yyyy-MM-dd HH:mm", Some("Mars/Base")), &Base::DateTime));
    assert!(wrong(&pattern("QQQ", None), &Base::Date));
    assert!(wrong(&pattern("yyyy'T", None), &Base::Date));
    assert!(wrong(&Form::Unix, &Base::Text));
}

#[test]
fn fileman_counts_from_1700_and_ends_its_days() {
    let form = Form::Fileman { zone: Some("America/New_York".to_owned()) };
    assert_eq!(read(&form, &Base::DateTime, "3240229.0830").as_deref(), Some("2024-02-29T08:30:00-05:00"));
    assert_eq!(read(&form, &Base::DateTime, "3240228.24").as_deref(), Some("2024-02-29T00:00:00-05:00"));
    assert_eq!(read(&form, &Base::DateTime, "3240228"), None);
    let write = |text| {
        let at = Value::DateTime(iso::parse_date_time(text).unwrap());
        FormCode::writing(&form).unwrap().write(&at).unwrap().to_text().map(|text| text.into_owned())
    };
    assert_eq!(write("2024-02-29T13:30:00Z").as_deref(), Some("3240229.083"));
    assert_eq!(write("2024-02-29T05:00:00Z").as_deref(), Some("3240228.24"));
    let at = Value::DateTime(iso::parse_date_time("9999-12-31T23:59:59Z").unwrap());
    assert!(FormCode::writing(&form).unwrap().write(&at).unwrap_err().contains("1700 to 2699"));
}

#[test]
fn hl7_and_unix() {
    let hl7 = Form::Hl7 { zone: None };
    assert_eq!(read(&hl7, &Base::DateTime, "20240229083000.25+0100").as_deref(), Some("2024-02-29T08:30:00.25+01:00"));
    assert_eq!(read(&hl7, &Base::DateTime, "20240229083000"), None, "no zone is named");
    let unix = FormCode::reading(&Form::UnixMs, &Base::DateTime).unwrap();
    let at = unix.read_number("1709195400500").unwrap();
    assert_eq!(at.to_text().as_deref(), Some("2024-02-29T08:30:00.5Z"));
    assert_eq!(unix.write(&at).unwrap().to_text().as_deref(), Some("1709195400500"));
    assert!(unix.read_number("1E900").is_none());
    assert!(unix.read_number("1E9999999").is_none());
}

proptest! {
    #[test]
    fn what_is_written_reads_back(nanos in -62_000_000_000_000_000_000_i128..253_000_000_000_000_000_000, offset in -1400_i32..1400) {
        let local = iso::civil_from_nanoseconds(nanos).unwrap();
        let at = Value::DateTime(DateTime { local, offset: offset * 60, received: None });
        for form in [pattern("EEEE, MMMM d, yyyy 'at' hh:mm:ss.SSSSSSSSS a xxx", None), pattern("yyyyMMddHHmmssSSSSSSSSSXX", None)] {
            let text = FormCode::writing(&form).unwrap().write(&at).unwrap();
            let back = FormCode::reading(&form, &Base::DateTime).unwrap().read_text(text.as_text().unwrap());
            prop_assert_eq!(back.and_then(|back| back.equals(&at)), Some(true), "{:?}", text);
        }
    }
}
