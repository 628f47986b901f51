//! What is said of a value that does not fit its simple type, and the way out.

use super::Conformer;
use super::pieces::Look;
use super::proof::guard_pattern;
use super::value::Held;
use super::wanted::{Want, Way};
use crate::check::show::and_list;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Constraint;
use crate::schema::xsd::builtin::Primitive;
use crate::schema::xsd::model::{FacetKind, SimpleId, TypeId};
use crate::text::Span;

/// The most constants or demands that one message names.
pub(super) const NAMED: usize = 6;

impl Conformer<'_> {
    pub(super) fn wrong_constants(&mut self, held: Held, ty: SimpleId, span: Span) {
        let name = self.schema.type_name(TypeId::Simple(ty));
        let shown: Vec<String> = held.wrong.iter().map(|text| format!("{text:?}")).collect();
        let shown = and_list(&shown, NAMED);
        let (why, place) = held.why.unwrap_or_default();
        let values = self.schema.simple[ty].facets.iter().find_map(|facet| match &facet.kind {
            FacetKind::Enumeration(values) => Some(values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>()),
            _ => None,
        });
        let message = match &values {
            Some(_) => format!("{name} has no {}", shown.replace(" and ", " or ")),
            None => format!("{name} has no {}: {why}", shown.replace(" and ", " or ")),
        };
        let mut diagnostic = Diagnostic::new(Code::E1064, message, span, "may be written here");
        if let Some(place) = place.or_else(|| self.schema.type_span(TypeId::Simple(ty))) {
            diagnostic = diagnostic.also(place, "in the schema");
        }
        self.report(diagnostic.help(match values {
            Some(values) => format!("it has {}: write one of them, in a table's rows, too", and_list(&values, 10)),
            None => format!("write a value that {name} has"),
        }));
    }

    pub(super) fn other_kind(&mut self, look: Look, ways: &[Way], ty: SimpleId, span: Span) {
        let name = self.schema.type_name(TypeId::Simple(ty));
        let path = self.source(span);
        let source = self.before_arrow(span);
        let primitive = ways.first().map(|way| (way.builtin.primitive, way.builtin.whole, way.is_list));
        let help = match (primitive, look) {
            (Some((.., true)), _) => "a list is written from constants or from values without spaces".to_owned(),
            (Some((Primitive::Decimal, true, _)), Look::Decimal) => format!("round it: `round({source}) -> {path}`"),
            (Some((Primitive::Decimal | Primitive::Float, ..)), Look::Text) => {
                "declare the event's field as a number (`integer`, or `integer as text` where the wire has a string), or parse it: \
                 `integer(x) !! reject \"no number\"`"
                    .to_owned()
            }
            (Some((Primitive::Date, ..)), Look::DateTime) => format!("write its day: `format({source}, \"yyyy-MM-dd\") -> {path}`"),
            (Some((Primitive::Date, ..)), Look::Text) => {
                "declare the event's field as `date`, or as `date as \"MM/dd/yyyy\"` where the wire has another form".to_owned()
            }
            (Some((Primitive::DateTime, ..)), Look::Text) => {
                "declare the event's field as `datetime`, or as `datetime as \"…\"` where the wire has another form".to_owned()
            }
            (Some((Primitive::DateTime, ..)), Look::Date) => {
                "a day has no time: declare the event's field as `datetime`".to_owned()
            }
            (Some((Primitive::Time, ..)), Look::Text) => "declare the event's field as `time`".to_owned(),
            (Some((Primitive::Time, ..)), Look::DateTime) => format!("write its time: `format({source}, \"HH:mm:ss\") -> {path}`"),
            (Some((Primitive::Boolean, ..)), _) => format!("write a boolean: `{source} == … -> {path}`"),
            (Some((Primitive::Duration, ..)), _) => "write a `duration`".to_owned(),
            (Some((Primitive::PartOfDate, ..)), _) => {
                format!("write the part of the date: `format({source}, \"yyyy\") -> {path}`, with the pattern that the type has")
            }
            (Some((Primitive::Hex, ..)), _) => format!("write it in hexadecimal: `hex({source}) -> {path}`"),
            (Some((Primitive::Base64, ..)), _) => format!("write it in base64: `base64({source}) -> {path}`"),
            (Some((Primitive::QName, ..)), _) => "write a constant whose prefix the map declares".to_owned(),
            _ => format!("write a value that {name} has"),
        };
        let mut diagnostic = Diagnostic::new(
            Code::E1063,
            format!("{} goes where the schema has {name}", described(look)),
            span,
            described(look),
        );
        if let Some(place) = self.schema.type_span(TypeId::Simple(ty)) {
            diagnostic = diagnostic.also(place, "declared here");
        }
        self.report(diagnostic.help(help));
    }

    /// A computed value that may break facets.
    pub(super) fn may_break(&mut self, wants: &[Want], ty: SimpleId, look: Look, span: Span, unit: Option<&str>) {
        let name = self.schema.type_name(TypeId::Simple(ty));
        let (source, path) = (self.before_arrow(span), self.source(span));
        let unit = unit.map_or(String::new(), |unit| format!(" {unit}"));
        let what: Vec<String> = wants.iter().map(|want| may(want, look)).collect();
        let is_name = source.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        let checked = if is_name { source.as_str() } else { "checked" };
        let tests: Vec<String> = wants.iter().filter_map(|want| breaking(want, checked, &unit)).collect();
        let reject = format!("`reject \"why\" when {}`", tests.join(" or "));
        let guard = match is_name {
            true => format!("set aside what breaks this: {reject}"),
            false => format!(
                "name it and set aside what breaks this: `let checked = {source}`, then {reject}, and `checked -> {path}`"
            ),
        };
        let help = match wants {
            [Want { constraint: Constraint::MaxLength(most), .. }] => {
                format!("cut it: `truncate({source}, {most}) -> {path}`; or {guard}")
            }
            [Want { constraint: Constraint::FractionDigits(most), .. }] => {
                format!("round it: `round({source}, {most}) -> {path}`")
            }
            [Want { constraint: Constraint::OneOf(_), .. }] => {
                format!("look it up in a table whose values are the schema's: `{source} | Codes -> {path}`")
            }
            wants if tests.len() == wants.len() => guard,
            _ => format!("move a field of the event there, or write a constant: `… -> {path}`"),
        };
        let mut diagnostic = Diagnostic::new(
            Code::E1065,
            format!("`{source}` {}, which {name} does not allow", and_list(&what, NAMED).replace(" and ", " or ")),
            span,
            "computed",
        );
        let places: Vec<Span> = wants.iter().filter_map(|want| want.span).collect();
        for place in &places {
            diagnostic = diagnostic.also(*place, "asked for here");
        }
        if let (true, Some(place)) = (places.is_empty(), self.schema.type_span(TypeId::Simple(ty))) {
            diagnostic = diagnostic.also(place, "asked for here");
        }
        self.report(diagnostic.help(help));
    }
}

/// How a computed value may break a demand, in words.
fn may(want: &Want, look: Look) -> String {
    match &want.constraint {
        Constraint::MaxLength(most) => format!("may be longer than {most} characters"),
        Constraint::MinLength(1) => "may be empty".to_owned(),
        Constraint::MinLength(least) => format!("may be shorter than {least} characters"),
        Constraint::Length(exact) => format!("may have another length than {exact}"),
        Constraint::Minimum { than, exclusive: false } => format!("may be less than {than}"),
        Constraint::Minimum { than, exclusive: true } => format!("may be {than} or less"),
        Constraint::Maximum { than, exclusive: false } => format!("may be more than {than}"),
        Constraint::Maximum { than, exclusive: true } => format!("may be {than} or more"),
        Constraint::FractionDigits(most) => format!("may have more than {most} digits behind the point"),
        Constraint::TotalDigits(most) => format!("may have more than {most} digits"),
        Constraint::Pattern(_) if !want.patterns.is_empty() => format!("may not match `{}`", sources(want)),
        Constraint::OneOf(_) => "may be none of its values".to_owned(),
        _ => format!("may be no such value, being {}", described(look)),
    }
}

/// The test that `checked` breaks a demand, as an author writes it.
fn breaking(want: &Want, checked: &str, unit: &str) -> Option<String> {
    Some(match &want.constraint {
        Constraint::MaxLength(most) => format!("length({checked}) > {most}"),
        Constraint::MinLength(least) => format!("length({checked}) < {least}"),
        Constraint::Length(exact) => format!("length({checked}) != {exact}"),
        Constraint::Minimum { than, exclusive: false } => format!("{checked} < {than}{unit}"),
        Constraint::Minimum { than, exclusive: true } => format!("{checked} <= {than}{unit}"),
        Constraint::Maximum { than, exclusive: false } => format!("{checked} > {than}{unit}"),
        Constraint::Maximum { than, exclusive: true } => format!("{checked} >= {than}{unit}"),
        Constraint::TotalDigits(most) if *most <= 30 => {
            let limit = format!("1{}", "0".repeat(*most as usize));
            format!("{checked} >= {limit}{unit} or {checked} <= -{limit}{unit}")
        }
        Constraint::Pattern(_) if !want.patterns.is_empty() => {
            // A pattern literal ends at a bare slash; the translation has none.
            format!("not matches({checked}, /{}/)", guard_pattern(&want.patterns))
        }
        _ => return None,
    })
}

fn described(look: Look) -> &'static str {
    match look {
        Look::Whole => "a whole number",
        Look::Decimal => "a decimal number",
        Look::Text => "a string",
        Look::Date => "a date",
        Look::Time => "a time",
        Look::DateTime => "a date-time",
        Look::Duration => "a duration",
        Look::Hex => "hexadecimal data",
        Look::Base64 => "base64 data",
        Look::Pattern(_) => "a part of a date",
        Look::Boolean => "a boolean",
    }
}

pub(super) fn sources(want: &Want) -> String {
    want.patterns.iter().map(|pattern| pattern.source.as_str()).collect::<Vec<_>>().join("` or `")
}
