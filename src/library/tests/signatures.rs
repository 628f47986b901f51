//! Every signature held against its implementation: random arguments of the declared types give the
//! declared type, missing and failed only where the signature says so.

use super::calling::{Argument, call};
use crate::library::value::{DateTime, Duration, Numeral, Time};
use crate::library::{Function, MAX_TEXT, Parameter, Returns, Takes, Value, all, iso};
use crate::model::number::Number;
use crate::model::{Base, Constant};

const ROUNDS: u32 = 2000;

/// Numbers from a seed (SplitMix64).
pub(super) struct Random(u64);

impl Random {
    /// Another seed each run, or the one in `SEED`; printed, so that a failure can be run again.
    pub fn new() -> Random {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
        let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(now);
        println!("SEED={seed}");
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn of<'t, T: ?Sized>(&mut self, choices: &[&'t T]) -> &'t T {
        choices[self.below(choices.len())]
    }
}

/// Texts near to what functions read, so that they succeed and fail.
const TEXTS: &[&str] = &[
    "",
    " ",
    "Ann",
    " Zoë Lee\u{a0}",
    "42",
    "-0042",
    "3.50",
    "1e400",
    "1E9999",
    "true",
    "false",
    "Y",
    "N",
    "02/29/2024",
    "02/30/2024",
    "2024-02-29",
    "2024-02-29T10:00:00Z",
    "2024-02-29T10:00:00+05:30",
    "20240310023000",
    "10:00:00",
    "2:30 PM",
    "QW5u",
    "QW5",
    "/w==",
    "a,b,,c",
    "a|b^c&d~e\\f\r\n",
    "\"quoted\"",
    "𝄞 clef",
    "e\u{301}",
    "ß",
    "\u{0}",
    "Patient/42",
    "0000-01-01T00:00:00-23:59",
    "9999-12-31T23:59:59Z",
];

fn text(random: &mut Random) -> String {
    match random.below(3) {
        0 => (0..random.below(20)).map(|_| char::from_u32(random.below(0x3000) as u32).unwrap_or('x')).collect(),
        1 => format!("{}{}", random.of(TEXTS), random.of(TEXTS)),
        _ => random.of(TEXTS).to_owned(),
    }
}

fn integer(random: &mut Random) -> Value<'static> {
    match random.below(5) {
        0 => Value::Number(Number::from(random.next() as i64)),
        1 => Value::Number(Number::parse(&format!("-1{}", "0".repeat(random.below(900)))).unwrap()),
        2 => Value::Numeral(Numeral { text: random.of(&["2e1", "-0", "7.0", "9007199254740993"]), integer: true }),
        _ => Value::Number(Number::from(random.below(200) as i64 - 100)),
    }
}

fn decimal(random: &mut Random) -> Value<'static> {
    match random.below(4) {
        0 => integer(random),
        1 => Value::Numeral(Numeral { text: random.of(&["1.10", "-0.005", "1E400", "0E-9", "2.5"]), integer: false }),
        _ => {
            let number = Number::from(random.next() as i64).shift10(-(random.below(25) as i32)).unwrap();
            Value::Number(number)
        }
    }
}

fn date_time(random: &mut Random) -> DateTime<'static> {
    // one end of the years 0000 to 9999 or the other, or these days
    let (start, length) = match random.below(4) {
        0 => (-62_167_132_800_i64, 10_000_000_u64),
        1 => (253_402_200_000, 14_400),
        2 => (-62_167_132_800, 315_569_000_000),
        _ => (1_600_000_000, 100_000_000),
    };
    let seconds = start + (random.next() % length) as i64;
    let nanoseconds = i128::from(seconds) * 1_000_000_000 + [0, 250_000_000, 999_999_999][random.below(3)];
    let local = iso::civil_from_nanoseconds(nanoseconds).unwrap();
    DateTime { local, offset: (random.below(2878) as i32 - 1439) * 60, received: None }
}

pub(super) fn value(takes: Takes, random: &mut Random, before: &[Argument]) -> Value<'static> {
    match takes {
        Takes::Text | Takes::Pattern => Value::from(text(random)),
        Takes::Integer => integer(random),
        Takes::Number => decimal(random),
        Takes::Boolean => Value::from(random.below(2) == 0),
        Takes::Date => Value::Date(date_time(random).local.date()),
        Takes::Time => Value::Time(Time { value: date_time(random).local.time(), received: None }),
        Takes::DateTime => Value::DateTime(date_time(random)),
        Takes::Duration => {
            let seconds = decimal(random).as_number().unwrap().into_owned();
            Value::Duration(Box::new(Duration { seconds, received: None }))
        }
        Takes::Scalar | Takes::Any => {
            let one = *random.of(&[
                &Takes::Text,
                &Takes::Number,
                &Takes::Boolean,
                &Takes::Date,
                &Takes::Time,
                &Takes::DateTime,
                &Takes::Duration,
            ]);
            value(one, random, before)
        }
        Takes::Either(several) => value(several[random.below(several.len())], random, before),
        Takes::AnyList => list(Takes::Scalar, random),
        Takes::List(item) => list(*item, random),
        Takes::SameAs(at) => match &before[at].value {
            Value::List(items) if !items.is_empty() => {
                Value::list((0..random.below(4)).map(|index| items[index % items.len()].clone()))
            }
            other => other.clone(),
        },
        Takes::ItemOf(at) => match &before[at].value {
            Value::List(items) if !items.is_empty() && random.below(2) == 0 => items[random.below(items.len())].clone(),
            Value::List(_) => Value::from(text(random)),
            Value::Text(text) if random.below(2) == 0 => {
                Value::from(text.chars().skip(random.below(3)).take(2).collect::<String>())
            }
            _ => Value::from(self::text(random)),
        },
    }
}

/// Items of one type.
fn list(item: Takes, random: &mut Random) -> Value<'static> {
    let one = match item {
        Takes::Scalar => *random.of(&[&Takes::Text, &Takes::Number, &Takes::Integer, &Takes::DateTime]),
        Takes::Either(several) => several[random.below(several.len())],
        other => other,
    };
    let count = random.below(6);
    Value::list((0..count).map(|_| value(one, random, &[])))
}

/// A constant, right or not.
fn constant(parameter: &Parameter, random: &mut Random) -> Constant {
    const REGEXES: &[&str] = &["[^0-9]", "^(\\w+) (\\w+)$", "", "a|b", "(\\d+)?", "x*"];
    const BY: &[&str] = &["", "$0$0", "$1", "-", "$$"];
    const DATES: &[&str] = &[
        "yyyy-MM-dd",
        "MM/dd/yyyy",
        "d MMM yyyy",
        "yyyyDDD",
        "HH:mm:ss",
        "h:mm a",
        "yyyyMMddHHmmss",
        "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "EEEE, MMMM d, yyyy",
        "yy",
        "QQ",
        "MM/yyyy",
    ];
    const ZONES: &[&str] = &["America/New_York", "UTC", "Asia/Kolkata", "Pacific/Kiritimati", "No/Where"];
    let text: &[&str] = match (parameter.name, parameter.takes) {
        (_, Takes::Integer) => return Constant::Number(Number::from(random.below(40) as i64 - 2)),
        ("pattern", Takes::Pattern) => REGEXES,
        ("pattern", _) => DATES,
        ("zone", _) => ZONES,
        ("by", _) => BY,
        ("yes" | "no", _) => &["Y", "N", "true"],
        ("namespace", _) => &["dns", "oid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "none"],
        _ => &[",", ".", "0", "", "ab", "é"],
    };
    Constant::Text((*random.of(text)).to_owned())
}

fn arguments(function: &Function, random: &mut Random) -> Vec<Argument> {
    let signature = &function.signature;
    let most = signature.most().unwrap_or(signature.parameters.len() + 3);
    let count = signature.least() + random.below(most - signature.least() + 1);
    let mut arguments: Vec<Argument> = Vec::with_capacity(count);
    for index in 0..count {
        let parameter = signature.parameter(index).unwrap();
        let argument = if parameter.constant {
            Argument::constant(constant(parameter, random))
        } else {
            Argument::computed(value(parameter.takes, random, &arguments))
        };
        arguments.push(argument);
    }
    arguments
}

fn is_of(returns: Returns, value: &Value<'_>, arguments: &[Argument]) -> bool {
    match returns {
        Returns::Text => matches!(value, Value::Text(_)),
        Returns::Integer => value.is_integral(),
        Returns::Decimal => value.as_number().is_some(),
        Returns::Boolean => matches!(value, Value::Boolean(_)),
        Returns::Date => matches!(value, Value::Date(date) if (0..=9999).contains(&date.year())),
        Returns::Time => matches!(value, Value::Time(_)),
        Returns::DateTime => matches!(value, Value::DateTime(at) if (0..=9999).contains(&at.local.year())),
        Returns::Duration => matches!(value, Value::Duration(_)),
        Returns::ListOfText => {
            value.as_list().is_some_and(|items| items.iter().all(|item| matches!(item, Value::Text(_))))
        }
        Returns::Argument(at) => match (value, &arguments[at].value) {
            (Value::List(items), Value::List(given)) => items.iter().all(|item| is_one_of(item, given)),
            (value, given) => value.kind() == given.kind() && (value.is_integral() || !given.is_integral()),
        },
        Returns::Item(at) => match &arguments[at].value {
            Value::List(given) => is_one_of(value, given) || (given.is_empty() && value.is_integral()),
            _ => false,
        },
        Returns::Rounded => {
            let places = arguments.get(1).and_then(|places| places.value.as_i64()).unwrap_or(0);
            value.as_number().is_some_and(|number| number.terminates() && (places > 0 || number.is_integer()))
        }
    }
}

/// Of the kind of the items, whole where all are.
fn is_one_of(value: &Value<'_>, items: &[Value<'_>]) -> bool {
    let all_whole = !items.is_empty() && items.iter().all(Value::is_integral);
    items.first().is_some_and(|item| item.kind() == value.kind()) && (!all_whole || value.is_integral())
}

#[derive(Default)]
struct Seen {
    present: u32,
    missing: u32,
    failed: u32,
}

#[test]
fn results_are_as_the_signature_says() {
    let mut random = Random::new();
    for function in all() {
        let mut seen = Seen::default();
        for _ in 0..ROUNDS {
            let arguments = arguments(function, &mut random);
            if let Ok(found) = call(function, &arguments) {
                hold(function, &arguments, &found, &mut seen);
            }
        }
        let name = function.name;
        assert!(seen.present > 0, "{name} never gave a value");
        assert_eq!(seen.missing > 0, function.signature.may_be_missing, "{name} was missing {} times", seen.missing);
        if function.signature.limit.is_none() {
            assert_eq!(seen.failed > 0, function.signature.may_fail.is_some(), "{name} failed {} times", seen.failed);
        }
    }
}

fn hold(function: &Function, arguments: &[Argument], found: &Value<'_>, seen: &mut Seen) {
    let (name, signature) = (function.name, &function.signature);
    match found {
        Value::Missing => {
            seen.missing += 1;
            assert!(signature.may_be_missing, "{name} of {arguments:?} is missing");
        }
        Value::Failed(reason) => {
            seen.failed += 1;
            let first = if matches!(arguments[0].value, Value::Text(_)) { Base::Text } else { Base::Decimal(None) };
            let allowed = signature.failure(&first).is_some() || signature.limit.is_some();
            assert!(allowed, "{name} of {arguments:?} failed: {reason}");
            assert!(!reason.contains(" takes "), "{name} of {arguments:?}: {reason}");
            for argument in arguments.iter().filter(|argument| argument.constant.is_none()) {
                let told = argument.value.as_text().is_some_and(|text| text.len() > 5 && reason.contains(text));
                assert!(!told, "{name} tells a value that may be sensitive: {reason}");
            }
        }
        present => {
            seen.present += 1;
            assert!(is_of(signature.returns, present, arguments), "{name} of {arguments:?} is {present:?}");
            assert!(present.as_text().is_none_or(|text| text.len() <= MAX_TEXT), "{name}");
            assert!(present.as_number().is_none_or(|number| number.within_limit()), "{name} of {arguments:?}");
        }
    }
}
