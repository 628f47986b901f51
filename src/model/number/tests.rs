use num_bigint::BigInt;
use num_traits::Signed;
use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    Number::parse_exact(text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

fn plain(number: &Number) -> String {
    let mut out = Vec::new();
    number.write_plain(&mut out).expect("finite");
    String::from_utf8(out).expect("ASCII")
}

fn fixed(text: &str, places: u32) -> String {
    let mut out = Vec::new();
    number(text).write_fixed(places, &mut out);
    String::from_utf8(out).expect("ASCII")
}

#[test]
fn reads_what_json_writes_and_nothing_else() {
    for (text, value) in [
        ("0", "0"),
        ("-0", "0"),
        ("-0.0e-7", "0"),
        ("1.10", "1.1"),
        ("1.10E1", "11"),
        ("100e-2", "1"),
        ("-2.5E+1", "-25"),
        ("0.001e3", "1"),
        ("9007199254740993", "9007199254740993"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551616", "18446744073709551616"),
        ("0.00000000000000000000000000000000000000000000001e47", "1"),
        ("0E99999999999999999999999", "0"),
    ] {
        assert_eq!(plain(&number(text)), value, "{text}");
    }
    for text in [
        "", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1.5.2", " 1", "1 ", "0x1", "NaN", "Infinity", "1e5.0",
        "١", "1/0", "1/", "/1", "1/2/3", "--1",
    ] {
        assert_eq!(Number::parse_exact(text), Err(NumberError::NotANumber), "{text:?}");
    }
}

#[test]
fn refuses_over_a_thousand_digits_without_building_them() {
    assert_eq!(number("1E400").digits(), 401);
    assert_eq!(number("1E999").digits(), 1000);
    assert_eq!(number("1E-999").digits(), 1000);
    for text in ["1E1000", "1E1001", "1E-1000", "1E999999999999", "-1E-999999999999999999999999999999", "0.001E1003"] {
        assert_eq!(Number::parse(text), Err(NumberError::TooManyDigits), "{text}");
        assert_eq!(plain_decimal(text), Err(NumberError::TooManyDigits), "{text}");
    }
    let ones = "1".repeat(1000);
    assert_eq!(plain(&number(&ones)), ones);
    assert_eq!(plain_integer(&ones).as_deref(), Ok(&*ones));
    assert_eq!(Number::parse(&format!("{ones}1")), Err(NumberError::TooManyDigits));
    // zeros that add nothing do not count in a value, but do in its written form
    let zeros = format!("1.{}", "0".repeat(5000));
    assert_eq!(number(&zeros), Number::ONE);
    assert_eq!(plain_integer(&zeros).as_deref(), Ok("1"));
    assert_eq!(plain_decimal(&zeros), Err(NumberError::TooManyDigits));
}

#[test]
fn results_over_the_limit_are_seen() {
    let large = number("1E999");
    assert!(large.within_limit());
    assert!(!(&large * &number("10")).within_limit());
    assert!(!(&large + &number("0.1")).within_limit());
    let third = large.checked_div(&number("3")).unwrap();
    assert!(third.within_limit(), "to be finished by a rounding");
    assert_eq!(third.floor().digits(), 999);
    assert_eq!(number("7").checked_pow(i32::MAX), None);
    assert_eq!(number("10").checked_pow(i32::MIN), None);
    assert_eq!(number("10").checked_pow(-3), Some(number("0.001")));
    assert_eq!(Number::ZERO.checked_pow(-1), None);
    assert_eq!(Number::ZERO.checked_pow(0), Some(Number::ONE));
    assert_eq!(number("-1").checked_pow(i32::MAX), Some(number("-1")));
    assert_eq!(number("1.5").shift10(3), Some(number("1500")));
    assert_eq!(number("1.5").shift10(-999), None);
    assert_eq!(number("1.5").shift10(i32::MIN), None);
    assert_eq!(Number::ZERO.shift10(i32::MAX), Some(Number::ZERO));
}

#[test]
fn knows_which_numbers_end() {
    for text in ["0", "-12", "0.45359237", "1/1024", "3/625", "1E-300", "7/8"] {
        assert!(number(text).terminates(), "{text}");
    }
    for text in ["5/9", "1/3", "-22/7", "1/180156", "1/30000000000000000000000"] {
        assert!(!number(text).terminates(), "{text}");
    }
    assert_eq!(plain(&number("1/1024")), "0.0009765625");
    assert_eq!(plain(&number("-7/2")), "-3.5");
    // 2^-70 has 70 places
    assert_eq!(number("1/1180591620717411303424").digits(), 71);
    assert_eq!(number("5/9").to_string(), "5/9");
    assert_eq!(number("5/9").write_plain(&mut Vec::new()), Err(NotFinite));
}

#[test]
fn rounds_as_its_name_says() {
    for (text, places, away, even) in [
        ("2.5", 0, "3", "2"),
        ("-2.5", 0, "-3", "-2"),
        ("3.5", 0, "4", "4"),
        ("-0.5", 0, "-1", "0"),
        ("1.005", 2, "1.01", "1"),
        ("1.0049", 2, "1", "1"),
        ("5/9", 3, "0.556", "0.556"),
        ("-5/9", 0, "-1", "-1"),
        ("1/3", 25, "0.3333333333333333333333333", "0.3333333333333333333333333"),
        ("9.99", 1, "10", "10"),
        ("12345678901234567890.5", 0, "12345678901234567891", "12345678901234567890"),
        ("-9223372036854775807.5", 0, "-9223372036854775808", "-9223372036854775808"),
        ("7", 4_000_000_000, "7", "7"),
    ] {
        assert_eq!(plain(&number(text).round(places)), away, "{text} to {places}");
        assert_eq!(plain(&number(text).round_even(places)), even, "{text} to {places}, even");
    }
    for (text, floor, ceil, trunc) in [
        ("2.5", "2", "3", "2"),
        ("-2.5", "-3", "-2", "-2"),
        ("-5/9", "-1", "0", "0"),
        ("4", "4", "4", "4"),
        (
            "1E30",
            "1000000000000000000000000000000",
            "1000000000000000000000000000000",
            "1000000000000000000000000000000",
        ),
    ] {
        let value = number(text);
        assert_eq!(plain(&value.floor()), floor, "floor {text}");
        assert_eq!(plain(&value.ceil()), ceil, "ceil {text}");
        assert_eq!(plain(&value.trunc()), trunc, "trunc {text}");
    }
    assert!(!number("1/3").round(u32::MAX).within_limit());
}

#[test]
fn writes_exactly_that_many_places() {
    for (text, places, written) in [
        ("1.5", 2, "1.50"),
        ("1.005", 2, "1.01"),
        ("-1.005", 2, "-1.01"),
        ("7", 0, "7"),
        ("7", 3, "7.000"),
        ("-0.001", 2, "0.00"),
        ("2/3", 4, "0.6667"),
        ("0.05", 1, "0.1"),
    ] {
        assert_eq!(fixed(text, places), written, "{text}");
    }
    assert_eq!(fixed("1/3", u32::MAX).len(), 2 + MAX_DIGITS);
}

#[test]
fn a_decimal_lexeme_keeps_its_zeros() {
    for (text, written) in [
        ("1.10", "1.10"),
        ("-1.10", "-1.10"),
        ("1E3", "1000"),
        ("1.10E1", "11.0"),
        ("1.10e-1", "0.110"),
        ("0.012E2", "1.2"),
        ("-0.012E2", "-1.2"),
        ("0.012E1", "0.12"),
        ("100e-5", "0.00100"),
        ("1e0", "1"),
        ("12.34e+2", "1234"),
        ("12.34e5", "1234000"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("0.00E7", "0.00"),
        ("0E99999999999", "0"),
        ("-0e-99999999999", "0"),
        ("9007199254740993", "9007199254740993"),
    ] {
        assert_eq!(plain_decimal(text).as_deref(), Ok(written), "{text}");
    }
    assert!(matches!(plain_decimal("1.10"), Ok(std::borrow::Cow::Borrowed(_))));
    assert_eq!(plain_decimal("1.").as_deref(), Err(&NumberError::NotANumber));
}

#[test]
fn an_integer_lexeme_is_any_number_of_integral_value() {
    for (text, written) in [
        ("2e1", "20"),
        ("1.0", "1"),
        ("-1.50e1", "-15"),
        ("0.001e3", "1"),
        ("-0", "0"),
        ("-0.0E-9", "0"),
        ("100e-2", "1"),
        ("9007199254740993", "9007199254740993"),
    ] {
        assert_eq!(plain_integer(text).as_deref(), Ok(written), "{text}");
        assert!(is_integral_lexeme(text), "{text}");
    }
    for text in ["1.5", "1e-1", "0.1", "1E-999999999999"] {
        assert_eq!(plain_integer(text), Err(NumberError::NotIntegral), "{text}");
        assert!(!is_integral_lexeme(text), "{text}");
    }
    assert_eq!(plain_integer("1E1001"), Err(NumberError::TooManyDigits));
    assert!(is_integral_lexeme("1E999999999999"));
    assert!(!is_integral_lexeme("one"));
}

#[test]
fn serde_reads_well() {
    for text in ["1200", "0.45359237", "5/9", "-100000000000000000000"] {
        let json = serde_json::to_string(&number(text)).unwrap();
        assert_eq!(json, format!("{text:?}"));
        assert_eq!(serde_json::from_str::<Number>(&json).unwrap(), number(text));
    }
    for json in ["\"1/0\"", "\"\"", "\"1E9999\"", "{}", "null", "\"five\""] {
        assert!(serde_json::from_str::<Number>(json).is_err(), "{json}");
    }
}

/// A reference: the fraction itself, never reduced.
type Fraction = (BigInt, BigInt);

fn fraction(number: &Number) -> Fraction {
    let text = number.to_string();
    if let Some((numerator, denominator)) = text.split_once('/') {
        return (numerator.parse().unwrap(), denominator.parse().unwrap());
    }
    let places = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let digits: BigInt = text.replace('.', "").parse().unwrap();
    (digits, BigInt::from(10).pow(places as u32))
}

fn same((a, b): &Fraction, (c, d): &Fraction) -> bool {
    a * d == c * b
}

/// Numbers of every representation, and those at the borders between them.
fn any_number() -> impl Strategy<Value = Number> {
    let edge = prop::sample::select(vec![
        i64::MIN,
        i64::MIN + 1,
        i64::MAX,
        i64::MAX - 1,
        0,
        1,
        -1,
        1 << 40,
        1_000_000_000_000_000_000,
    ]);
    let integer = prop_oneof![any::<i64>(), edge, -1000_i64..1000];
    prop_oneof![
        (integer.clone(), -40_i32..40).prop_map(|(m, e)| number(&format!("{m}e{e}"))),
        (integer.clone(), integer.clone()).prop_filter_map("a denominator", |(n, d)| Number::ratio(n, d)),
        (integer.clone(), integer).prop_map(|(a, b)| {
            let a = BigInt::from(a) * BigInt::from(b) * BigInt::from(a);
            number(&a.to_string())
        }),
    ]
}

proptest! {
    #[test]
    fn arithmetic_agrees_with_fractions(a in any_number(), b in any_number()) {
        let ((an, ad), (bn, bd)) = (fraction(&a), fraction(&b));
        prop_assert!(same(&fraction(&(&a + &b)), &(&an * &bd + &bn * &ad, &ad * &bd)));
        prop_assert!(same(&fraction(&(&a - &b)), &(&an * &bd - &bn * &ad, &ad * &bd)));
        prop_assert!(same(&fraction(&(&a * &b)), &(&an * &bn, &ad * &bd)));
        prop_assert!(same(&fraction(&-&a), &(-&an, ad.clone())));
        prop_assert_eq!(a.cmp(&b), (&an * &bd).cmp(&(&bn * &ad)));
        match a.checked_div(&b) {
            None => prop_assert!(b.is_zero()),
            Some(quotient) => {
                prop_assert_eq!(&quotient * &b, a.clone());
                let floor = a.div_floor(&b).unwrap();
                let rest = a.rem_floor(&b).unwrap();
                prop_assert!(floor.is_integer());
                prop_assert_eq!(&(&floor * &b) + &rest, a.clone());
                prop_assert!(rest.is_zero() || rest.signum() == b.signum());
                prop_assert!(rest.abs() < b.abs());
            }
        }
    }

    #[test]
    fn one_value_has_one_representation(a in any_number(), b in any_number()) {
        prop_assert_eq!(&(&a + &b) - &b, a.clone());
        prop_assert_eq!(number(&a.to_string()), a.clone());
        if !b.is_zero() {
            prop_assert_eq!((&a * &b).checked_div(&b), Some(a.clone()));
        }
        prop_assert_eq!(a.to_i64().is_some(), a.is_integer() && i64::try_from(fraction(&a).0).is_ok());
    }

    #[test]
    fn rounding_is_the_nearest(a in any_number(), places in 0_u32..30) {
        let rounded = a.round(places);
        let step = Number::ONE.shift10(-(places as i32)).unwrap();
        let twice = &(&rounded - &a).abs() * &Number::from(2);
        prop_assert!(twice <= step);
        prop_assert!(twice < step || rounded.abs() > a.abs(), "a tie goes away from zero");
        prop_assert!(rounded.terminates());
        let even = a.round_even(places);
        prop_assert!(&(&even - &a).abs() * &Number::from(2) <= step);
        if twice == step {
            prop_assert!((&even.checked_div(&step).unwrap() * &number("0.5")).is_integer());
        } else {
            prop_assert_eq!(even, rounded);
        }
        prop_assert!(a.floor() <= a && a <= a.ceil());
        prop_assert!(a.ceil() <= &a.floor() + &Number::ONE);
        prop_assert!(a.trunc().abs() <= a.abs());
        let mut out = Vec::new();
        a.write_fixed(places, &mut out);
        let text = String::from_utf8(out).unwrap();
        prop_assert_eq!(number(&text), a.round(places));
        let written = text.split_once('.').map_or(0, |(_, f)| f.len());
        prop_assert_eq!(written, places as usize);
    }

    #[test]
    fn a_lexeme_and_its_value_agree(text in "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?") {
        let value = Number::parse(&text);
        match plain_decimal(&text) {
            Ok(written) => {
                let value = value.clone().unwrap();
                prop_assert_eq!(Number::parse(&written).unwrap(), value);
                prop_assert!(!written.contains(['e', 'E']));
                prop_assert!(written.len() <= MAX_DIGITS + 2);
            }
            Err(why) => prop_assert_eq!(why, NumberError::TooManyDigits),
        }
        if let Ok(value) = &value {
            prop_assert_eq!(is_integral_lexeme(&text), value.is_integer());
            prop_assert!(value.within_limit());
            match plain_integer(&text) {
                Ok(written) => prop_assert_eq!(written.into_owned(), plain(value)),
                Err(why) => prop_assert!(why == NumberError::NotIntegral && !value.is_integer()),
            }
            let digits = plain(value).bytes().filter(u8::is_ascii_digit).count();
            prop_assert_eq!(value.digits(), digits);
        }
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }

    #[test]
    fn any_text_is_answered(text in "[-+0-9.eE/ ]{0,12}|\\PC{0,20}") {
        let _ = Number::parse_exact(&text);
        let is_json = serde_json::from_str::<Box<serde_json::value::Value>>(&text)
            .is_ok_and(|value| value.is_number());
        prop_assert_eq!(is_number_lexeme(&text), is_json && text.trim() == text);
        prop_assert_eq!(plain_decimal(&text).is_ok(), Number::parse(&text).is_ok());
        let _ = plain_integer(&text);
    }
}

#[test]
fn the_absolute_value_of_the_least_integer_is_exact() {
    let least = Number::from(i64::MIN);
    assert_eq!(plain(&least.abs()), "9223372036854775808");
    assert_eq!(-&least.abs(), least);
    assert!(fraction(&least).0.is_negative());
}
