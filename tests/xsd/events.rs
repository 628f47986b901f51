//! Random events of a declared shape: what is ordinary, so that most are taken, and what stands at an edge.

use hms_sync::model::{Base, Field, Form, RecordType, Type};
use serde_json::{Map, Number, Value, json};

/// Marsaglia's xorshift64*, which is good enough to choose with.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end.max(1)
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.below(values.len())]
    }
}

pub fn event(record: &RecordType, random: &mut Random) -> String {
    fields(&record.fields, random).to_string()
}

fn fields(fields: &[Field], random: &mut Random) -> Value {
    let mut object = Map::new();
    for field in fields {
        if field.ty.missing && random.one_in(3) {
            continue;
        }
        object.insert(field.name.clone(), value(&field.ty, random));
    }
    Value::Object(object)
}

fn value(ty: &Type, random: &mut Random) -> Value {
    if (ty.null || ty.missing) && random.one_in(5) {
        return Value::Null;
    }
    if ty.form.is_some() {
        return formed(ty, random);
    }
    base(&ty.base, random)
}

fn formed(ty: &Type, random: &mut Random) -> Value {
    match (&ty.form, base(&ty.base, random)) {
        (Some(Form::Pair { yes, no }), Value::Bool(value)) => json!(if value { yes } else { no }),
        (Some(Form::Text), value) => json!(value.to_string()),
        (form, _) => panic!("no events of the form {form:?} are made here"),
    }
}

/// Ordinary values, and those at an edge.
type Pool = (&'static [&'static str], &'static [&'static str]);

const NUMBERS: Pool =
    (&["1", "2", "3", "7", "20", "45", "60"], &["0", "-1", "1440", "86400", "2147483647", "99999999999", "2e1"]);
const DECIMALS: Pool =
    (&["1", "1.5", "2.25", "0.10", "70"], &["0", "12.345", "-3", "999.999", "1e2", "1000000", "-0.0"]);
const TEXTS: Pool = (
    &["A", "AB", "Ann", "Lee", "x", "ok", "s", "m"],
    &[
        "",
        " ",
        "  two  spaces ",
        "Zoë",
        "<&>\"'",
        "tab\there",
        "line\nend",
        "7",
        "12",
        "555-1234",
        "a-b",
        "Bo Lee",
        "https://va.gov/a?b=c",
        "longer than ten characters",
        "ABCDEFGHIJ",
        "ABCDEFGHIJK",
        "_id",
        "Q1",
        "\u{1F600}",
        "::",
        "%zz",
        "http://[",
        "//a:b@c:80/d",
        "a:b",
        "1a",
        "٣",
        "ſ",
        "ǅ",
    ],
);
const DATES: Pool = (&["2024-02-29", "1999-12-31", "2000-01-01"], &["1899-12-31", "0000-01-01", "0001-01-01"]);
const TIMES: Pool = (&["00:00:00", "08:30:00"], &["23:59:59.999999999"]);
const DATE_TIMES: Pool = (
    &["2024-02-29T08:00:00Z", "2024-05-01T10:00:00.5+02:00"],
    &[
        "2016-12-31T23:59:60Z",
        "2024-05-01t10:00:00z",
        "2024-05-01T10:00:00+14:30",
        "0000-05-01T10:00:00Z",
        "2024-05-01T10:00:00+14:00",
    ],
);
const DURATIONS: Pool = (&["PT20M", "P1DT2H"], &["P2W", "-PT0.5S", "PT1,5S", "PT0.5H", "+PT1S"]);

fn pick(pool: Pool, random: &mut Random) -> &'static str {
    let values = if random.one_in(12) { pool.1 } else { pool.0 };
    values[random.below(values.len())]
}

fn base(base: &Base, random: &mut Random) -> Value {
    match base {
        Base::Boolean => json!(random.one_in(2)),
        Base::Integer(_) => number(pick(NUMBERS, random)),
        Base::Decimal(_) => number(pick(DECIMALS, random)),
        Base::Text => json!(pick(TEXTS, random)),
        Base::Date => json!(pick(DATES, random)),
        Base::Time => json!(pick(TIMES, random)),
        Base::DateTime => json!(pick(DATE_TIMES, random)),
        Base::Duration => json!(pick(DURATIONS, random)),
        Base::Code { values, open } => match *open && random.one_in(3) {
            true => json!(pick(TEXTS, random)),
            false => json!(random.of(values)),
        },
        Base::Either(bases) => {
            let chosen = random.of(bases).clone();
            self::base(&chosen, random)
        }
        Base::Record(record) => fields(&record.fields, random),
        Base::Variants(variants) => {
            let variant = random.of(&variants.variants).clone();
            let mut object = fields(&variant.fields, random);
            object[variants.by.as_str()] = json!(variant.code);
            object
        }
        Base::List(item) => {
            let count = *random.of(&[0, 1, 1, 2, 3, 5]);
            (0..count).map(|_| value(item, random)).collect()
        }
        Base::Dictionary(item) => json!({ "a": value(item, random) }),
        Base::Any => json!({ "any": [1] }),
        Base::Null => Value::Null,
        Base::Never => panic!("no event has such a type"),
    }
}

/// With its digits as they stand.
fn number(text: &str) -> Value {
    Value::Number(text.parse::<Number>().expect("each is a JSON number"))
}
