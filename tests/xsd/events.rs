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

fn base(base: &Base, random: &mut Random) -> Value {
    const NUMBERS: &[&str] =
        &["0", "1", "2", "7", "20", "45", "60", "300", "1440", "86400", "2147483647", "-1", "99999999999"];
    const DECIMALS: &[&str] = &["0", "1", "1.5", "2.25", "0.10", "12.345", "-3", "70", "999.999", "1e2", "1000000"];
    const TEXTS: &[&str] = &[
        "A",
        "AB",
        "Ann",
        "Bo Lee",
        "x",
        "7",
        "12",
        "555-1234",
        "a-b",
        "",
        " ",
        "  two  spaces ",
        "Zoë",
        "<&>\"'",
        "tab\there",
        "line\nend",
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
        "x y",
    ];
    match base {
        Base::Boolean => json!(random.one_in(2)),
        Base::Integer(_) => number(random.of(NUMBERS)),
        Base::Decimal(_) => number(random.of(DECIMALS)),
        Base::Text => json!(random.of(TEXTS)),
        Base::Date => json!(random.of(&["2024-02-29", "1999-12-31", "1899-12-31", "0000-01-01", "0001-01-01"])),
        Base::Time => json!(random.of(&["00:00:00", "23:59:59.999999999", "08:30:00"])),
        Base::DateTime => json!(random.of(&[
            "2024-02-29T08:00:00Z",
            "2024-05-01T10:00:00.5+02:00",
            "2016-12-31T23:59:60Z",
            "2024-05-01t10:00:00z",
            "2024-05-01T10:00:00+14:30",
            "0000-05-01T10:00:00Z",
        ])),
        Base::Duration => json!(random.of(&["PT20M", "P1DT2H", "P2W", "-PT0.5S", "PT1,5S", "PT0.5H", "+PT1S"])),
        Base::Code { values, open } => match *open && random.one_in(3) {
            true => json!(random.of(TEXTS)),
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
