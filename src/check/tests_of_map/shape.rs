//! A value of test data held against a type.

use crate::check::nearest::nearest;
use crate::check::show::{and_list, list_codes, show};
use crate::library::form::FormCode;
use crate::library::iso;
use crate::model::number::{is_integral_lexeme, is_number_lexeme};
use crate::model::{Base, Field, RecordType, Type, VariantsType};
use crate::text::json::{Json, Value};
use std::ops::Range;

/// Where the value stands on the way of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// As the hub sends it: in its forms of the wire, all that the door looks at.
    Event,
    /// As a body has it: forms are those of the rules, so of dates only that they are strings.
    Body,
}

/// One value that does not fit, by its place in the data and in the type.
pub struct Misfit {
    pub at: Range<usize>,
    pub path: Vec<String>,
    pub message: String,
    pub label: String,
    pub help: Option<String>,
    pub kind: MisfitKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MisfitKind {
    /// It cannot be so.
    Wrong,
    /// It can, but looks like a slip: a field that is near to a declared one that is left out.
    Doubtful,
}

/// A walk over test data that collects what does not fit.
pub struct Walk {
    side: Side,
    strict: bool,
    path: Vec<String>,
    pub found: Vec<Misfit>,
}

impl Walk {
    pub fn new(side: Side, strict: bool) -> Walk {
        Walk { side, strict, path: Vec::new(), found: Vec::new() }
    }

    /// Walks `inside` under one more name of the path.
    pub fn under(&mut self, name: impl Into<String>, inside: impl FnOnce(&mut Walk)) {
        self.path.push(name.into());
        inside(self);
        self.path.pop();
    }

    pub fn wrong(&mut self, at: Range<usize>, message: String, label: impl Into<String>, help: Option<String>) {
        self.tell(MisfitKind::Wrong, at, message, label.into(), help);
    }

    fn tell(&mut self, kind: MisfitKind, at: Range<usize>, message: String, label: String, help: Option<String>) {
        self.found.push(Misfit { at, path: self.path.clone(), message, label, help, kind });
    }

    /// `the event`, `` `slots[0].start` ``
    pub fn whole(&self) -> String {
        let whole = match self.side {
            Side::Event => "the event",
            Side::Body => "the body",
        };
        match self.path.is_empty() {
            true => whole.to_owned(),
            false => format!("`{}`", dotted(&self.path)),
        }
    }

    pub fn value(&mut self, json: &Json, ty: &Type) {
        if json.value == Value::Null {
            if !ty.missing && !ty.null && !matches!(ty.base, Base::Any | Base::Null) {
                self.misfit(json, ty);
            }
            return;
        }
        match (&ty.base, &json.value) {
            (Base::Any, _) => {}
            (Base::Record(record), Value::Object(_)) => self.record(json, record),
            (Base::Variants(variants), Value::Object(_)) => self.variants(json, variants),
            (Base::List(item), Value::List(items)) => {
                for (at, json) in items.iter().enumerate() {
                    self.under(format!("[{at}]"), |walk| walk.value(json, item));
                }
            }
            (Base::Dictionary(item), Value::Object(members)) => {
                for member in members {
                    self.under(&member.name, |walk| walk.value(&member.value, item));
                }
            }
            (Base::Either(bases), _) => {
                if !bases.iter().any(|base| self.scalar(json, &Type::new(base.clone()))) {
                    self.misfit(json, ty);
                }
            }
            _ if self.scalar(json, ty) => {}
            _ => self.misfit(json, ty),
        }
    }

    pub fn record(&mut self, json: &Json, record: &RecordType) {
        let mut needed = Vec::new();
        for field in &record.fields {
            match json.get(&field.name) {
                Some(value) => self.under(&field.name, |walk| walk.value(value, &field.ty)),
                None if field.ty.missing || misspelt(json, &field.name, |name| record.field(name).is_some()) => {}
                None => needed.push(field),
            }
        }
        self.needed(json, &needed);
        let Value::Object(members) = &json.value else { return };
        let left_out: Vec<&str> =
            record.fields.iter().map(|field| field.name.as_str()).filter(|name| json.get(name).is_none()).collect();
        for member in members.iter().filter(|member| record.field(&member.name).is_none()) {
            let near = nearest(&member.name, left_out.iter().copied());
            let help = near.map(|near| format!("write `\"{near}\"`"));
            let whole = self.whole();
            if self.strict {
                let message = format!("{whole} is strict and has no field `{}`", member.name);
                self.wrong(member.name_at.clone(), message, "not declared", help);
            } else if near.and_then(|near| record.field(near)).is_some_and(|field| !field.ty.missing) {
                let declared = near.unwrap_or_default().to_owned();
                let message = format!("{whole} has no `{declared}`, but a `{}` that nothing declares", member.name);
                self.under(declared, |walk| walk.wrong(member.name_at.clone(), message, "a slip?", help));
            } else if help.is_some() {
                let message = format!("{whole} declares no field `{}`, so it is ignored", member.name);
                self.tell(MisfitKind::Doubtful, member.name_at.clone(), message, "not declared".into(), help);
            }
        }
    }

    /// Fields that are left out and must not be: one finding, since they have one place.
    fn needed(&mut self, json: &Json, needed: &[&Field]) {
        let Some(first) = needed.first() else { return };
        let whole = self.whole();
        let names: Vec<&str> = needed.iter().map(|field| field.name.as_str()).collect();
        let message = match needed {
            [field] => format!("{whole} has no `{}`, which is declared `{}`", field.name, show(&field.ty)),
            _ => format!("{whole} has no {}, which are declared without `?`", quoted(names.iter().copied())),
        };
        let members = names.iter().map(|name| format!("\"{name}\": …")).collect::<Vec<_>>().join(", ");
        let help = format!("add `{members}`, or declare {} `?` if {} may be left out", them(&names), they(&names));
        let at = first_byte(json);
        self.under(&first.name, |walk| walk.wrong(at, message, "left out", Some(help)));
    }

    /// The fields of the variant that the discriminator names; without one of the names, that alone is told.
    fn variants(&mut self, json: &Json, variants: &VariantsType) {
        let discriminator = Field { name: variants.by.clone(), ty: variants.discriminator(), doc: None };
        let found = json.get(&variants.by).and_then(|found| match &found.value {
            Value::Text(code) => variants.variants.iter().find(|variant| variant.code == *code),
            _ => None,
        });
        match (found, json.get(&variants.by)) {
            (Some(variant), _) => {
                let fields = [discriminator].into_iter().chain(variant.fields.iter().cloned()).collect();
                self.record(json, &RecordType { name: None, fields });
            }
            (None, Some(wrong)) => self.under(&variants.by, |walk| walk.value(wrong, &discriminator.ty)),
            (None, None) => {
                let message = format!("{} has no `{}`, which tells what it is", self.whole(), variants.by);
                let codes = list_codes(variants.variants.iter().map(|variant| variant.code.as_str()), 8);
                let help = format!("add `\"{}\": …` with one of {codes}", variants.by);
                self.wrong(first_byte(json), message, "the field is left out", Some(help));
            }
        }
    }

    fn misfit(&mut self, json: &Json, ty: &Type) {
        let whole = self.whole();
        let given = match &json.value {
            Value::Text(text) if text.chars().count() <= 40 => format!("{text:?}"),
            Value::Number(text) if text.len() <= 40 => text.clone(),
            Value::Boolean(held) => held.to_string(),
            _ => json.kind().to_owned(),
        };
        let help = match (&ty.base, &json.value) {
            (Base::Code { values, .. }, Value::Text(text)) => {
                Some(match nearest(text, values.iter().map(String::as_str)) {
                    Some(near) => format!("write {near:?}"),
                    None => format!("the codes are {}", list_codes(values.iter().map(String::as_str), 8)),
                })
            }
            (Base::Integer(_) | Base::Decimal(_), Value::Text(text)) if is_number_lexeme(text) => {
                Some(format!("write the number without quotes: {text}"))
            }
            (Base::Date, _) => Some("write a date such as \"2024-02-29\"".to_owned()),
            (Base::Time, _) => Some("write a time such as \"08:30:00\"".to_owned()),
            (Base::DateTime, _) if ty.form.is_none() => {
                Some("write a date-time such as \"2024-02-29T08:30:00+01:00\"".to_owned())
            }
            (Base::Duration, _) => Some("write a duration such as \"PT20M\"".to_owned()),
            _ => None,
        };
        let (declared, label) = match self.side {
            Side::Event => ("is declared", format!("no {}", show(&Type { missing: false, ..ty.clone() }))),
            Side::Body => ("is", "can never come out so".to_owned()),
        };
        let message = format!("{whole} {declared} `{}`, but the test has {given}", show(ty));
        self.wrong(first_byte_of_long(json), message, label, help);
    }

    /// Whether a scalar is what the type says, as the door reads it.
    fn scalar(&self, json: &Json, ty: &Type) -> bool {
        if let (Some(form), Side::Event) = (&ty.form, self.side) {
            return in_form(json, ty, form);
        }
        match (&ty.base, &json.value) {
            (Base::Boolean, Value::Boolean(_))
            | (Base::Decimal(_), Value::Number(_))
            | (Base::Text, Value::Text(_)) => true,
            (Base::Integer(_), Value::Number(text)) => is_integral_lexeme(text),
            (Base::Code { values, open }, Value::Text(text)) => *open || values.contains(text),
            (Base::Date | Base::Time | Base::DateTime | Base::Duration, Value::Text(_)) if self.side == Side::Body => {
                true
            }
            (Base::Date, Value::Text(text)) => iso::parse_date(text).is_some(),
            (Base::Time, Value::Text(text)) => iso::parse_time(text).is_some(),
            (Base::DateTime, Value::Text(text)) => iso::parse_date_time(text).is_some(),
            (Base::Duration, Value::Text(text)) => iso::parse_duration(text).is_some(),
            _ => false,
        }
    }
}

/// Whether a name that the shape does not know is near to one that is left out: that is said of the name then.
pub fn misspelt(json: &Json, left_out: &str, known: impl Fn(&str) -> bool) -> bool {
    let Value::Object(members) = &json.value else { return false };
    let strangers = members.iter().map(|member| member.name.as_str()).filter(|name| !known(name));
    strangers.into_iter().any(|name| nearest(name, [left_out]).is_some())
}

fn in_form(json: &Json, ty: &Type, form: &crate::model::Form) -> bool {
    match (form, &ty.base, &json.value) {
        (crate::model::Form::Text, Base::Integer(_), Value::Text(text)) => is_integral_lexeme(text),
        (crate::model::Form::Text, _, Value::Text(text)) => is_number_lexeme(text),
        (_, base, value) => match (FormCode::reading(form, base), value) {
            (Ok(code), Value::Text(text)) if !code.is_number() => code.read_text(text).is_some(),
            (Ok(code), Value::Number(text)) if code.is_number() => code.fits_number(text),
            _ => false,
        },
    }
}

/// `a.b[0].c`
pub fn dotted(path: &[String]) -> String {
    let mut text = String::new();
    for step in path {
        if !text.is_empty() && !step.starts_with('[') {
            text.push('.');
        }
        text.push_str(step);
    }
    text
}

/// `` `a`, `b` and `c` ``, for sentences.
pub fn quoted<'n>(names: impl Iterator<Item = &'n str>) -> String {
    and_list(&names.map(|name| format!("`{name}`")).collect::<Vec<_>>(), 8)
}

pub fn them(names: &[&str]) -> &'static str {
    if names.len() == 1 { "it" } else { "them" }
}

fn they(names: &[&str]) -> &'static str {
    if names.len() == 1 { "it" } else { "they" }
}

/// The opening bracket: a label under lines of data tells nothing.
pub fn first_byte(json: &Json) -> Range<usize> {
    json.at.start..json.at.start + 1
}

fn first_byte_of_long(json: &Json) -> Range<usize> {
    match &json.value {
        Value::List(_) | Value::Object(_) => first_byte(json),
        _ => json.at.clone(),
    }
}
