use proptest::prelude::*;

use super::*;

fn suggestions(text: &str, quoted: bool) -> Vec<String> {
    match Unit::parse(text, quoted) {
        Ok(unit) => panic!("{text} is {unit}"),
        Err(why) => why.suggestions,
    }
}

#[test]
fn words_and_codes_are_read_as_written() {
    for (text, code) in [
        ("minutes", "min"),
        ("minute", "min"),
        ("milliseconds", "ms"),
        ("second", "s"),
        ("hours", "h"),
        ("days", "d"),
        ("weeks", "wk"),
        ("months", "months"),
        ("kg", "kg"),
        ("Cel", "Cel"),
        ("m2", "m2"),
        ("cal_th", "cal_th"),
        ("'mg/dL'", "mg/dL"),
        ("'[degF]'", "[degF]"),
        ("'/min'", "/min"),
        ("'10*9/L'", "10*9/L"),
        ("'kg'", "kg"),
        ("'mg{total}/dL'", "mg{total}/dL"),
        ("'{beats}/min'", "{beats}/min"),
        ("'[arb'U]/mL'", "[arb'U]/mL"),
        ("'''", "'"),
    ] {
        let unit = unit(text);
        assert_eq!(unit.to_string(), text);
        assert_eq!(unit.code(), code);
        let json = serde_json::to_string(&unit).unwrap();
        assert_eq!(serde_json::from_str::<Unit>(&json).unwrap(), unit);
    }
    assert!(unit("minutes").same_as(&unit("'min'")) && unit("minutes") != unit("min"));
    assert!(unit("mL").same_as(&unit("cm3")) && unit("L").same_as(&unit("l")));
    assert!(!unit("a").comparable(&unit("years")));
    let rise = unit("'[degF]'").difference();
    let json = serde_json::to_string(&rise).unwrap();
    assert_eq!(json, "\"'[degF]' difference\"");
    assert_eq!(serde_json::from_str::<Unit>(&json).unwrap(), rise);
    let hostile = format!("Cel{}", " difference".repeat(100_000));
    for text in ["kg difference", "Cel difference difference", "'", "", "mg/dL", &hostile] {
        assert!(text.parse::<Unit>().is_err());
    }
}

#[test]
fn a_wrong_unit_is_answered_with_the_nearest() {
    for (text, best) in [
        ("KG", "kg"),
        ("Kg", "kg"),
        ("CEL", "Cel"),
        ("mins", "minutes"),
        ("Minutes", "minutes"),
        ("minuts", "minutes"),
        ("mintues", "minutes"),
        ("sec", "seconds"),
        ("secs", "seconds"),
        ("hrs", "hours"),
        ("hr", "hours"),
        ("Days", "days"),
        ("mnths", "months"),
        ("celsius", "Cel"),
        ("Celsius", "Cel"),
        ("fahrenheit", "'[degF]'"),
        ("farenheit", "'[degF]'"),
        ("lbs", "'[lb_av]'"),
        ("pounds", "'[lb_av]'"),
        ("metre", "m"),
        ("meters", "m"),
        ("kilograms", "kg"),
        ("milligram", "mg"),
        ("kilopascal", "kPa"),
        ("joules", "J"),
        ("mmHg", "'mm[Hg]'"),
        ("bpm", "'/min'"),
        ("percent", "'%'"),
        ("mcg", "ug"),
        ("mmoll", "mmol"),
        ("inches", "'[in_i]'"),
        ("kgs", "kg"),
        ("mg/dL", "'mg/dL'"),
        ("%", "'%'"),
        ("µg", "ug"),
        ("°C", "Cel"),
    ] {
        let found = suggestions(text, false);
        assert_eq!(found.first().map(String::as_str), Some(best), "{text}: {found:?}");
    }
    for (text, best) in [
        ("minutes", "minutes"),
        ("KG", "kg"),
        ("mg/dl/Minutes", "'mg/dl/min'"),
        ("lbs/sec", "'[lb_av]/s'"),
        ("mg per dL", "'mg/dL'"),
        ("kg*m^2", "'kg.m2'"),
        ("kg m", "'kg.m'"),
        (" kg ", "kg"),
        ("µg/L", "'ug/L'"),
        ("mmHg", "'mm[Hg]'"),
        ("10^9/litre", "'10^9/L'"),
        ("kg/m²", "'kg/m2'"),
        ("Cel/min", "'K/min'"),
        ("[degf]", "'[degF]'"),
    ] {
        let found = suggestions(text, true);
        assert_eq!(found.first().map(String::as_str), Some(best), "{text}: {found:?}");
    }
    assert!(suggestions("zzzzzzzz", false).is_empty());
    let why = Unit::parse("KG", false).unwrap_err();
    assert_eq!(why.to_string(), "`KG` is not a unit that UCUM knows");
    let why = Unit::parse("mg//dL", true).unwrap_err();
    assert_eq!(why.to_string(), "`mg//dL` is not a UCUM code: unexpected character '/'");
    let why = Unit::parse("mg/foo", true).unwrap_err();
    assert_eq!(why.to_string(), "`foo` in `mg/foo` is not a unit that UCUM knows");
}

#[test]
fn hostile_units_are_refused() {
    let deep = format!("{}m{}", "(".repeat(99), ")".repeat(99));
    assert!(Unit::parse(&deep, true).is_ok());
    let powers = vec!["10*999"; 20].join(".");
    for text in [
        "(".repeat(200),
        format!("{}m{}", "(".repeat(140), ")".repeat(60)),
        "m/".repeat(99) + "m/m",
        "m".repeat(201),
        "m2147483647".to_owned(),
        "m999999999999999999999999".to_owned(),
        "10*2147483647".to_owned(),
        "10*-2147483648".to_owned(),
        "[pi]2147483647.[pi]2147483647".to_owned(),
        "1000000000000000000000000000000".to_owned(),
        powers,
        "kg.10*-9999".to_owned(),
        "Cel2".to_owned(),
        "0".to_owned(),
        "".to_owned(),
        "\0".to_owned(),
        "{".to_owned(),
    ] {
        let found = Unit::parse(&text, true);
        let refused = found.is_err() || text.starts_with("m/");
        assert!(refused, "{text:?} is {found:?}");
        let _ = Unit::parse(&text, false);
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "m",
        "k",
        "kg",
        "Cel",
        "[degF]",
        "[pH]",
        "dB",
        "10*",
        "2",
        "99999",
        "-",
        "+",
        ".",
        "/",
        "(",
        ")",
        "{x}",
        "[",
        "]",
        "{",
        "'",
        "mol",
        "[pi]",
        "deg",
        "minutes",
        "[iU]",
        " ",
        "µ",
        "°",
        "[lb_av]",
        "127",
        "difference",
        "\u{301}",
    ]);
    prop_oneof![prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat()), "\\PC{0,30}", any::<String>(),]
}

fn any_unit() -> impl Strategy<Value = Unit> {
    let codes: Vec<&str> = octofhir_ucum::get_all_units().iter().map(|record| record.code).collect();
    let part = (prop::sample::select(codes), -2_i32..3, any::<bool>()).prop_map(|(code, power, divided)| {
        let power = if power == 1 || power == 0 { String::new() } else { power.to_string() };
        format!("{}{code}{power}", if divided { "/" } else { "." })
    });
    prop::collection::vec(part, 1..5).prop_filter_map("a unit", |parts| {
        let code = parts.concat();
        Unit::parse(code.strip_prefix('.').unwrap_or(&code), true).ok()
    })
}

proptest! {
    #[test]
    fn any_text_is_answered(text in any_text(), quoted in any::<bool>()) {
        match Unit::parse(&text, quoted) {
            Ok(unit) => {
                let again: Unit = unit.to_string().parse().unwrap();
                prop_assert_eq!(&again, &unit);
                prop_assert!(!unit.dimension_name().is_empty());
                let own = unit.conversion(&unit).unwrap();
                prop_assert!(own.is_identity());
            }
            Err(why) => {
                prop_assert!(!why.message.is_empty());
                for suggestion in why.suggestions {
                    prop_assert!(suggestion.parse::<Unit>().is_ok(), "{} for {}", suggestion, text);
                }
            }
        }
    }

    #[test]
    fn units_agree_with_each_other(a in any_unit(), b in any_unit()) {
        if let (Ok(product), Ok(quotient)) = (a.multiply(&b), a.divide(&b)) {
            prop_assert!(product.divide(&b).unwrap().same_as(&a));
            prop_assert!(quotient.multiply(&b).unwrap().same_as(&a));
            prop_assert!(product.same_as(&b.multiply(&a).unwrap()));
        }
    }
}
