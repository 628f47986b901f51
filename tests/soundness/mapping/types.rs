//! Random declarations of types, and how they are written.

use super::piece::{name, quoted, unit_text};
use crate::random::Random;
use hms_sync::model::unit::Unit;
use hms_sync::model::{Base, Field, Form, RecordType, Type};

/// Units that convert into one another, by kind.
pub const KINDS: &[&[&str]] = &[
    &["seconds", "minutes", "hours", "ms", "days"],
    &["kg", "g", "mg", "[lb_av]"],
    &["cm", "m", "[in_i]"],
    &["Cel", "[degF]", "K"],
    &["mg/dL", "g/L"],
    &["/min", "/h"],
];

pub fn unit(text: &str) -> Unit {
    let quoted = !text.chars().all(|c| c.is_ascii_alphanumeric());
    Unit::parse(text, quoted).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// One of the units that `unit` converts to.
pub fn relative(unit_of: &Unit, random: &mut Random) -> Unit {
    let kind = KINDS.iter().find(|kind| unit(kind[0]).comparable(unit_of));
    let Some(kind) = kind else { return unit_of.clone() };
    // a difference of temperatures is told in kelvins
    if unit_of.is_difference() { unit_of.clone() } else { unit(&random.text(kind)) }
}

pub const CODES: &[&[&str]] = &[
    &["active", "retired"],
    &["primary", "resident", "nurse"],
    &["A", "B", "C", "D"],
    &["it's", "x y", "é😀"],
    &["single"],
];

pub const ZONES: &[&str] = &["America/New_York", "Europe/Berlin", "UTC", "Australia/Lord_Howe", "Asia/Kathmandu"];

/// Names of fields; some are words of the language elsewhere, some no plain words.
const NAMES: &[&str] = &[
    "ruleId",
    "status",
    "note",
    "patient",
    "start",
    "weight",
    "key",
    "map",
    "when",
    "first-name",
    "größe",
    "type",
    "event",
    "x1",
    "slots",
    "line",
    "body",
    "2nd line",
    "target",
    "a",
    "b",
    "sum",
    "first",
    "day",
    "上",
    "Ω_2",
    "order",
    "in",
];

/// A record of distinct fields.
pub fn record(random: &mut Random, fields: usize, depth: usize) -> RecordType {
    let mut record = RecordType { name: None, fields: Vec::new() };
    for number in 0..fields {
        let taken = |name: &str| record.fields.iter().any(|field| field.name == name);
        let name = random.text(NAMES);
        let name = if taken(&name) { format!("{name}{number}") } else { name };
        record.fields.push(Field { name, ty: field_type(random, depth), doc: None });
    }
    record
}

fn field_type(random: &mut Random, depth: usize) -> Type {
    let mut ty = value_type(random, depth);
    ty.missing = random.one_in(3);
    ty.null = random.one_in(8);
    ty.sensitive = random.one_in(20);
    ty
}

fn value_type(random: &mut Random, depth: usize) -> Type {
    let inner = |random: &mut Random| {
        let mut ty = value_type(random, depth - 1);
        ty.missing = random.one_in(6);
        ty.null = random.one_in(12);
        Box::new(ty)
    };
    match random.below(if depth == 0 { 7 } else { 12 }) {
        0..=4 => scalar(random),
        5 => formed(random),
        6 => match random.below(4) {
            0 => Type::new(Base::Any),
            1 => Type::new(Base::Either(vec![Base::Text, Base::Integer(None)])),
            2 => Type::new(Base::Either(vec![Base::Boolean, Base::Date])),
            _ => code(random),
        },
        7 | 8 => {
            let fields = 1 + random.below(3);
            Type::new(Base::Record(record(random, fields, depth - 1)))
        }
        9 | 10 => Type::new(Base::List(inner(random))),
        _ => Type::new(Base::Dictionary(inner(random))),
    }
}

fn code(random: &mut Random) -> Type {
    let values = random.pick(CODES).iter().map(|value| (*value).to_owned()).collect();
    Type::new(Base::Code { values, open: random.one_in(4) })
}

pub fn any_unit(random: &mut Random) -> Unit {
    let kind = *random.pick::<&[&str]>(KINDS);
    unit(&random.text(kind))
}

pub fn scalar(random: &mut Random) -> Type {
    let quantity = |random: &mut Random| random.one_in(2).then(|| any_unit(random));
    Type::new(match random.below(11) {
        0 => Base::Boolean,
        1 | 2 => Base::Integer(quantity(random)),
        3 | 4 => Base::Decimal(quantity(random)),
        5 => Base::Date,
        6 => Base::Time,
        7 => Base::DateTime,
        8 => Base::Duration,
        9 => return code(random),
        _ => Base::Text,
    })
}

/// A scalar in a form of the wire.
fn formed(random: &mut Random) -> Type {
    let zone = random.text(ZONES);
    let pattern =
        |pattern: &str, zone: Option<&String>| Form::Pattern { pattern: pattern.to_owned(), zone: zone.cloned() };
    let (base, form) = match random.below(12) {
        0 => (Base::Integer(random.one_in(2).then(|| unit("minutes"))), Form::Text),
        1 => (Base::Decimal(random.one_in(2).then(|| unit("kg"))), Form::Text),
        2 => (Base::Boolean, Form::Pair { yes: "Y".to_owned(), no: "N".to_owned() }),
        3 => (Base::Date, pattern("MM/dd/yyyy", None)),
        4 => (Base::Date, Form::Hl7 { zone: None }),
        5 => (Base::Date, Form::Fileman { zone: None }),
        6 => (Base::DateTime, Form::Unix),
        7 => (Base::DateTime, Form::UnixMs),
        8 => (Base::DateTime, Form::Hl7 { zone: random.one_in(2).then_some(zone) }),
        9 => (Base::DateTime, Form::Fileman { zone: Some(zone) }),
        10 => (Base::DateTime, pattern("yyyyMMddHHmmss", Some(&zone))),
        _ => (Base::Time, pattern("h:mm a", None)),
    };
    Type { form: Some(form), ..Type::new(base) }
}

/// `a: T` of each field.
pub fn fields(record: &RecordType) -> Vec<String> {
    record.fields.iter().map(|field| format!("{}: {}", name(&field.name), written(&field.ty))).collect()
}

/// The type as an author writes it.
pub fn written(ty: &Type) -> String {
    let mut text = base(&ty.base);
    let unit = ty.unit().map(|unit| format!(" in {}", unit_text(unit))).unwrap_or_default();
    text.push_str(&unit);
    if let Some(form) = &ty.form {
        text.push_str(&form_text(form));
    }
    let mut union = matches!(&ty.base, Base::Code { values, open } if values.len() > 1 || *open)
        || matches!(ty.base, Base::Either(_));
    if ty.null {
        let grouped = !unit.is_empty() || ty.form.is_some();
        text = if grouped { format!("({text}) | null") } else { format!("{text} | null") };
        union = true;
    }
    if union && (ty.missing || ty.sensitive) {
        text = format!("({text})");
    }
    format!("{text}{}{}", if ty.missing { "?" } else { "" }, if ty.sensitive { " sensitive" } else { "" })
}

fn base(base: &Base) -> String {
    match base {
        Base::Boolean => "boolean".to_owned(),
        Base::Integer(_) => "integer".to_owned(),
        Base::Decimal(_) => "decimal".to_owned(),
        Base::Text => "string".to_owned(),
        Base::Date => "date".to_owned(),
        Base::Time => "time".to_owned(),
        Base::DateTime => "datetime".to_owned(),
        Base::Duration => "duration".to_owned(),
        Base::Any => "any".to_owned(),
        Base::Null | Base::Never => "null".to_owned(),
        Base::Code { values, open } => {
            let all: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            format!("{}{}", all.join(" | "), if *open { " | string" } else { "" })
        }
        Base::Either(bases) => bases.iter().map(self::base).collect::<Vec<_>>().join(" | "),
        Base::Variants(variants) => {
            let all: Vec<String> = variants
                .variants
                .iter()
                .map(|variant| {
                    let record = RecordType { name: None, fields: variant.fields.clone() };
                    format!("{}: {{ {} }}", quoted(&variant.code), fields(&record).join(", "))
                })
                .collect();
            format!("by {} {{ {} }}", name(&variants.by), all.join(", "))
        }
        Base::Record(record) => format!("{{ {} }}", fields(record).join(", ")),
        Base::List(item) => format!("[{}]", written(item)),
        Base::Dictionary(item) => format!("{{ string: {} }}", written(item)),
    }
}

/// ` as FORM in zone "…"`
pub fn form_text(form: &Form) -> String {
    let zoned = |zone: &Option<String>| zone.as_ref().map(|zone| format!(" in zone {zone:?}")).unwrap_or_default();
    match form {
        Form::Text => " as text".to_owned(),
        Form::Pair { yes, no } => format!(" as {yes:?} / {no:?}"),
        Form::Unix => " as unix".to_owned(),
        Form::UnixMs => " as unix_ms".to_owned(),
        Form::Hl7 { zone } => format!(" as hl7{}", zoned(zone)),
        Form::Fileman { zone } => format!(" as fileman{}", zoned(zone)),
        Form::Pattern { pattern, zone } => format!(" as {}{}", quoted(pattern), zoned(zone)),
    }
}
