//! Types as the author would write them, for messages.

use crate::model::{Base, Form, Type};

/// The type with its unit, form and `?`, e.g. `integer in minutes?`.
pub fn show(ty: &Type) -> String {
    let mut text = match &ty.kind {
        Some(kind) => kind.clone(),
        None => show_base(&ty.base),
    };
    if let Some(form) = ty.form.as_ref().filter(|_| ty.kind.is_none()) {
        text.push_str(&show_form(form));
    }
    if ty.null {
        text.push_str(" | null");
    }
    if ty.missing {
        if text.contains(" | ") {
            text = format!("({text})");
        }
        text.push('?');
    }
    text
}

/// The type without what may be missing or null.
pub fn show_base(base: &Base) -> String {
    match base {
        Base::Boolean => "boolean".into(),
        Base::Integer(None) => "integer".into(),
        Base::Integer(Some(unit)) => format!("integer in {unit}"),
        Base::Decimal(None) => "decimal".into(),
        Base::Decimal(Some(unit)) => format!("decimal in {unit}"),
        Base::Text => "string".into(),
        Base::Date => "date".into(),
        Base::Time => "time".into(),
        Base::DateTime => "datetime".into(),
        Base::Duration => "duration".into(),
        Base::Code { values, open } => show_code(values, *open),
        Base::Either(bases) => bases.iter().map(show_base).collect::<Vec<_>>().join(" | "),
        Base::Record(record) => match &record.name {
            Some(name) => name.clone(),
            None => {
                let mut names: Vec<_> = record.fields.iter().take(4).map(|field| field.name.as_str()).collect();
                if record.fields.len() > 4 {
                    names.push("…");
                }
                format!("{{ {} }}", names.join(", "))
            }
        },
        Base::Variants(variants) => match &variants.name {
            Some(name) => name.clone(),
            None => {
                let codes: Vec<_> = variants.variants.iter().take(4).map(|one| format!("{:?}", one.code)).collect();
                let more = if variants.variants.len() > 4 { ", …" } else { "" };
                format!("by {} {{ {}{more} }}", variants.by, codes.join(", "))
            }
        },
        Base::List(item) => format!("[{}]", show(item)),
        Base::Dictionary(item) => format!("{{ string: {} }}", show(item)),
        Base::Any => "any".into(),
        Base::Null => "null".into(),
        Base::Never => "nothing".into(),
    }
}

fn show_code(values: &[String], open: bool) -> String {
    let mut parts: Vec<String> = values.iter().take(6).map(|value| format!("{value:?}")).collect();
    if values.len() > 6 {
        parts.push(format!("… {} more", values.len() - 6));
    }
    if open {
        parts.push("string".into());
    }
    parts.join(" | ")
}

fn show_form(form: &Form) -> String {
    let zone = |zone: &Option<String>| zone.as_ref().map_or(String::new(), |zone| format!(" in zone \"{zone}\""));
    match form {
        Form::Text => " as text".into(),
        Form::Pair { yes, no } => format!(" as {yes:?} / {no:?}"),
        Form::Unix => " as unix".into(),
        Form::UnixMs => " as unix_ms".into(),
        Form::Hl7 { zone: z } => format!(" as hl7{}", zone(z)),
        Form::Fileman { zone: z } => format!(" as fileman{}", zone(z)),
        Form::Pattern { pattern, zone: z } => format!(" as {pattern:?}{}", zone(z)),
    }
}

/// `"a"`, `"b"` and `"c"`, at most `limit` of them, for sentences.
pub fn list_codes<'v>(values: impl IntoIterator<Item = &'v str>, limit: usize) -> String {
    and_list(&values.into_iter().map(|value| format!("{value:?}")).collect::<Vec<_>>(), limit)
}

/// `a, b and c`, at most `limit` of them, for sentences.
pub fn and_list(items: &[String], limit: usize) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] if items.len() <= limit => format!("{} and {last}", before.join(", ")),
        _ => format!("{} and {} more", items[..limit].join(", "), items.len() - limit),
    }
}
