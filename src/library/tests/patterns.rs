//! Date patterns: what is well-formed, what is read, and that what is written reads back.

use proptest::prelude::*;

use crate::library::iso;
use crate::library::pattern::{Pattern, check, check_format};
use crate::library::value::DateTime;
use crate::library::zone::Zone;
use crate::model::Base;

#[test]
fn well_formed_patterns_are_accepted() {
    for (pattern, base, zone) in [
        ("MM/dd/yyyy", Base::Date, false),
        ("yyyyMMdd", Base::Date, false),
        ("d.M.y", Base::Date, false),
        ("yyyyDDD", Base::Date, false),
        ("dd-MMM-yyyy", Base::Date, false),
        ("EEEE, MMMM d, yyyy", Base::Date, false),
        ("uuuu年MM月dd日", Base::Date, false),
        ("HH:mm", Base::Time, false),
        ("HHmmssSSS", Base::Time, false),
        ("h 'o''clock' a", Base::Time, false),
        ("yyyy-MM-dd'T'HH:mm:ssXXX", Base::DateTime, false),
        ("yyyyMMddHHmmss", Base::DateTime, true),
        ("yyyyMMddHHmmssZ", Base::DateTime, true),
    ] {
        assert_eq!(check(pattern, &base, zone), Ok(()), "{pattern}");
        assert_eq!(check_format(pattern, &base), Ok(()), "{pattern}");
    }
    for (pattern, base) in
        [("yyyy", Base::Date), ("MM/dd/yy", Base::Date), ("EEE HH", Base::DateTime), ("mm", Base::Time)]
    {
        assert_eq!(check_format(pattern, &base), Ok(()), "{pattern}");
    }
}

#[test]
fn the_slips_are_told() {
    for (pattern, base, zone, part) in [
        ("YYYY-MM-dd", Base::Date, false, "write `yyyy`"),
        ("yyyy-MM-DD", Base::Date, false, "write `dd`"),
        ("yyyy-mm-dd", Base::Date, false, "a date has no minute"),
        ("yyyy-MM", Base::Date, false, "no day"),
        ("dd.MM.", Base::Date, false, "no year"),
        ("yyyy dd", Base::Date, false, "no month"),
        ("yyyy-MM-dd DDD", Base::Date, false, "both a day of the year"),
        ("yyyy-MM-dd dd", Base::Date, false, "twice"),
        ("MM/dd/yy", Base::Date, false, "century"),
        ("Mdyyyy", Base::Date, false, "digits follow the month"),
        ("yyyy-M1-dd", Base::Date, false, "digits follow the month"),
        ("yyyy-MM-ddTHH:mm", Base::DateTime, true, "single quotes"),
        ("yyyy-MM-dd'T", Base::Date, false, "not closed"),
        ("hh:mm", Base::Time, false, "AM or PM"),
        ("HH:mm a", Base::Time, false, "remove `h` and `a`"),
        ("HH:ss", Base::Time, false, "no minute"),
        ("HH:mm.SSS", Base::Time, false, "no second"),
        ("mm:ss", Base::Time, false, "no hour"),
        ("HH:mmXXX", Base::Time, false, "a time has no offset"),
        ("yyyyMMddHHmm", Base::DateTime, false, "name its zone"),
        ("yyyyMMdd", Base::DateTime, true, "no hour"),
        ("yyyyMMddHHmmss zzz", Base::DateTime, true, "name the zone"),
        ("-", Base::Date, false, "has letters"),
        ("", Base::Date, false, "has letters"),
        ("yyyyy", Base::Date, false, "means nothing"),
        ("MM/dd/yyyy", Base::Text, false, "is for a date"),
        ("SSSSSSSSSS", Base::Time, false, "nine digits"),
    ] {
        let why = check(pattern, &base, zone).unwrap_err();
        assert!(why.contains(part), "{pattern}: {why}");
    }
    assert!(check(&"-".repeat(201), &Base::Date, false).unwrap_err().contains("200 bytes"));
}

fn date(pattern: &str, text: &str) -> Option<String> {
    Pattern::new(pattern).unwrap().read_date(text).map(|date| date.to_string())
}

#[test]
fn reading_is_strict() {
    assert_eq!(date("MM/dd/yyyy", "02/29/2024").as_deref(), Some("2024-02-29"));
    for bad in [
        "2/29/2024",
        "02/29/2023",
        "02/30/2024",
        "00/10/2024",
        "02/29/24",
        "02/29/2024 ",
        " 02/29/2024",
        "02-29-2024",
        "02/29/20245",
        "+2/29/2024",
        "０2/29/2024",
        "",
    ] {
        assert_eq!(date("MM/dd/yyyy", bad), None, "{bad}");
    }
    assert_eq!(date("M/d/y", "2/9/2024").as_deref(), Some("2024-02-09"));
    assert_eq!(date("M/d/y", "12/31/987").as_deref(), Some("0987-12-31"));
    assert_eq!(date("dd-MMM-yyyy", "05-MAY-2024").as_deref(), Some("2024-05-05"));
    assert_eq!(date("MMMM d, yyyy", "september 1, 2024").as_deref(), Some("2024-09-01"));
    assert_eq!(date("MMMM d, yyyy", "Sep 1, 2024"), None);
    assert_eq!(date("yyyyDDD", "2024366").as_deref(), Some("2024-12-31"));
    assert_eq!(date("yyyyDDD", "2023366"), None);
    assert_eq!(date("yyyyDDD", "2023000"), None);
    assert_eq!(date("EEE, d MMM yyyy", "Thu, 29 Feb 2024").as_deref(), Some("2024-02-29"));
    assert_eq!(date("EEE, d MMM yyyy", "Fri, 29 Feb 2024"), None, "it was a Thursday");
    assert_eq!(date("dd MMM yyyy", "01 é24 2024"), None);
}

#[test]
fn clocks_of_half_a_day() {
    let pattern = Pattern::new("hh:mm:ss.SS a").unwrap();
    for (text, hour) in [("12:00:00.25 AM", 0), ("01:00:00.25 am", 1), ("12:00:00.25 PM", 12), ("11:00:00.25 pm", 23)] {
        let time = pattern.read_time(text).unwrap();
        assert_eq!((time.hour(), time.subsec_nanosecond()), (hour, 250_000_000), "{text}");
        let mut written = String::new();
        assert!(pattern.write_time(time, &mut written));
        assert_eq!(written, text.to_uppercase());
    }
    for bad in ["00:00:00.25 AM", "13:00:00.25 PM", "01:00:60.00 AM", "01:60:00.00 AM", "01:00:00.2 AM", "01:00:00.25"]
    {
        assert!(pattern.read_time(bad).is_none(), "{bad}");
    }
}

#[test]
fn offsets_in_each_form() {
    let read = |letters: &str, offset: &str| {
        let pattern = Pattern::new(&format!("yyyyMMddHHmm{letters}")).unwrap();
        let at = pattern.read_date_time(&format!("202405011000{offset}"), None)?;
        let mut written = String::new();
        pattern.write_date_time(&at, &mut written);
        assert_eq!(written, format!("202405011000{offset}"));
        Some(at.offset / 60)
    };
    assert_eq!(read("XXX", "+02:00"), Some(120));
    assert_eq!(read("XXX", "Z"), Some(0));
    assert_eq!(read("XX", "-0330"), Some(-210));
    assert_eq!(read("X", "+02"), Some(120));
    assert_eq!(read("X", "+0530"), Some(330));
    assert_eq!(read("xxx", "+00:00"), Some(0));
    assert_eq!(read("Z", "+0000"), Some(0));
    assert_eq!(read("ZZZZZ", "Z"), Some(0));
    for (letters, bad) in
        [("XXX", "+0200"), ("xxx", "Z"), ("XX", "+02"), ("XX", "+2400"), ("XX", "+0260"), ("XX", ""), ("X", "é")]
    {
        assert_eq!(read(letters, bad), None, "{letters} {bad}");
    }
}

#[test]
fn an_offset_in_the_text_counts_before_the_zone() {
    let pattern = Pattern::new("yyyyMMddHHmmXX").unwrap();
    let zone = Zone::named("America/New_York").unwrap();
    assert_eq!(pattern.read_date_time("202405011000+0200", Some(&zone)).unwrap().offset, 7200);
    assert!(Pattern::new("yyyyMMddHHmm").unwrap().read_date_time("202405011000", None).is_none());
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        seconds in -62_167_219_200_i64..253_402_300_800,
        nanosecond in 0..1_000_000_000_i128,
        minutes in -1439..1440_i32,
    ) {
        let local = iso::civil_from_nanoseconds(i128::from(seconds) * 1_000_000_000 + nanosecond).unwrap();
        let at = DateTime { local, offset: minutes * 60, received: None };
        for pattern in [
            "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX", "EEEE, d MMMM y h:m:s.SSSSSSSSS a x", "EyyyyDDDHHmmssSSSSSSSSSZ",
            "X'|'M/d/y'|'H'h 'm'm 's.SSSSSSSSS",
        ] {
            let parsed = Pattern::new(pattern).unwrap();
            prop_assert_eq!(check(pattern, &Base::DateTime, false), Ok(()), "{}", pattern);
            let mut text = String::new();
            parsed.write_date_time(&at, &mut text);
            let back = parsed.read_date_time(&text, None);
            prop_assert_eq!(back.map(|back| (back.local, back.offset)), Some((at.local, at.offset)), "{}", text);
        }
    }

    /// Of any pattern that `check` accepts: what it writes, it reads.
    #[test]
    fn checked_patterns_read_what_they_write(
        letters in proptest::collection::vec(
            prop_oneof!["yyyy|y|MM|M|MMM|MMMM|dd|d|DDD|D|EEE|EEEE", "HH|H|hh|h|a|mm|m|ss|s|SSS", "[-/ .:]|'T'|'1'|XXX|x"], 1..9),
        seconds in -62_167_219_200_i64..253_402_300_800,
    ) {
        let letters = letters.concat();
        let local = iso::civil_from_nanoseconds(i128::from(seconds) * 1_000_000_000).unwrap();
        let Ok(pattern) = Pattern::new(&letters) else { return Ok(()) };
        let mut text = String::new();
        if check(&letters, &Base::Date, false).is_ok() {
            prop_assert!(pattern.write_date(local.date(), &mut text));
            prop_assert_eq!(pattern.read_date(&text), Some(local.date()), "{} {}", letters, text);
        }
        if check(&letters, &Base::Time, false).is_ok() {
            text.clear();
            prop_assert!(pattern.write_time(local.time(), &mut text));
            let mut again = String::new();
            let back = pattern.read_time(&text);
            prop_assert!(back.is_some_and(|back| pattern.write_time(back, &mut again)), "{} {}", letters, text);
            prop_assert_eq!(again, text);
        }
    }

    #[test]
    fn no_pattern_or_text_panics(letters in "[yMdDEHhamsSXxZ' /:.é0-]{0,20}", text in "\\PC{0,20}|[0-9/:. +Z-]{0,20}") {
        let utc = Zone::named("UTC").unwrap();
        for base in [Base::Date, Base::Time, Base::DateTime] {
            let _ = (check(&letters, &base, true), check_format(&letters, &base));
        }
        if let Ok(pattern) = Pattern::new(&letters) {
            let _ = (pattern.read_date(&text), pattern.read_time(&text), pattern.read_date_time(&text, Some(&utc)));
        }
    }
}
