//! The readers and writers of dates, times and durations.

use proptest::prelude::*;

use crate::library::iso::{self, parse_date, parse_date_time, parse_duration, parse_time};
use crate::library::value::{DateTime, Value};
use crate::model::number::Number;

#[test]
fn dates_follow_the_gregorian_calendar() {
    for good in ["2024-02-29", "2000-02-29", "0000-01-01", "9999-12-31"] {
        assert!(parse_date(good).is_some(), "{good}");
    }
    for bad in [
        "2023-02-29",
        "1900-02-29",
        "2024-13-01",
        "2024-00-10",
        "2024-04-31",
        "24-01-01",
        "2024-1-01",
        "2024-01-01 ",
        "",
        "２024-01-1",
    ] {
        assert!(parse_date(bad).is_none(), "{bad}");
    }
}

#[test]
fn times_have_seconds_and_no_zone() {
    for good in ["00:00:00", "23:59:59", "08:30:00.1", "08:30:00.1234567891234"] {
        assert!(parse_time(good).is_some(), "{good}");
    }
    for bad in ["08:30", "24:00:00", "08:60:00", "23:59:60", "08:30:00.", "08:30:00Z", "8:30:00"] {
        assert!(parse_time(bad).is_none(), "{bad}");
    }
}

#[test]
fn date_times_need_an_offset() {
    for good in [
        "2024-05-01T10:00:00Z",
        "2024-05-01t10:00:00z",
        "2024-05-01T10:00:00.5-23:59",
        "9999-12-31T23:59:59Z",
        "2016-12-31T23:59:60Z",
        "2017-01-01T00:59:60+01:00",
    ] {
        assert!(parse_date_time(good).is_some(), "{good}");
    }
    for bad in [
        "2024-05-01T10:00:00",
        "2024-05-01 10:00:00Z",
        "2024-05-01T10:00Z",
        "2024-05-01T10:00:00+24:00",
        "2024-05-01T10:00:60Z",
        "2024-05-01T10:00:00+0200",
        "2024-05-01",
        "2024-05-0€T10:00:00Z",
    ] {
        assert!(parse_date_time(bad).is_none(), "{bad}");
    }
}

#[test]
fn durations_have_a_fixed_length() {
    let seconds = |text| parse_duration(text).map(|d| d.seconds.to_string());
    assert_eq!(seconds("PT20M").as_deref(), Some("1200"));
    assert_eq!(seconds("P1DT2H3M4.5S").as_deref(), Some("93784.5"));
    assert_eq!(seconds("P2W").as_deref(), Some("1209600"));
    assert_eq!(seconds("-PT0,50S").as_deref(), Some("-0.5"));
    assert_eq!(seconds("PT007M").as_deref(), Some("420"));
    for bad in
        ["P", "PT", "P1M", "P1Y", "20M", "PT1.5H2M", "PT2M1H", "P1W2D", "PT1H1H", "P-1D", "PT.S", "P1DT", "PT1..2S"]
    {
        assert!(parse_duration(bad).is_none(), "{bad}");
    }
}

#[test]
fn the_same_instant_in_two_offsets_is_equal() {
    let at = |text| Value::DateTime(parse_date_time(text).unwrap());
    assert_eq!(at("2024-05-01T10:00:00+02:00").equals(&at("2024-05-01T08:00:00Z")), Some(true));
    assert_eq!(at("2024-05-01T10:00:00+02:00").equals(&Value::from("x")), Some(false));
    assert_eq!(at("2024-05-01T10:00:00Z").equals(&Value::Missing), None);
}

proptest! {
    #[test]
    fn instants_agree_with_jiff(nanos in -377_705_000_000_000_000_000_i128..253_402_000_000_000_000_000, offset in -86_399..86_400_i32) {
        let offset = jiff::tz::Offset::from_seconds(offset).unwrap();
        let stamp = jiff::Timestamp::from_nanosecond(nanos).unwrap();
        let local = offset.to_datetime(stamp);
        let at = DateTime::new(local, offset);
        prop_assert_eq!(at.nanoseconds(), nanos);
        prop_assert_eq!(at.at(nanos).unwrap().local, local);
    }

    #[test]
    fn computed_durations_read_back(milliseconds in any::<i64>()) {
        let seconds = Number::from(milliseconds).checked_div(&Number::from(1000_i64)).unwrap();
        let mut text = String::new();
        prop_assert!(iso::write_duration(&seconds, &mut text));
        prop_assert_eq!(parse_duration(&text).unwrap().seconds, seconds);
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,30}|[-0-9TZ:.+PDHMS]{0,30}") {
        let _ = (parse_date(&text), parse_time(&text), parse_date_time(&text), parse_duration(&text));
    }
}
