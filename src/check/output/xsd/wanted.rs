//! What a simple type asks of a text, as constraints.

use super::Conformer;
use crate::diagnostic::{Code, Diagnostic};
use crate::library::constraint::number;
use crate::library::iso;
use crate::model::number::Number;
use crate::model::{Alternative, Constraint, Space};
use crate::schema::xsd::builtin::{self, Builtin, Primitive};
use crate::schema::xsd::model::{Facet, FacetKind, SimpleId, Variety};
use crate::schema::xsd::regex::Translated;
use crate::text::Span;

/// The most alternatives of a union, unions in it included.
const MAX_MEMBERS: usize = 100;

/// One way to be of a type: a union has several.
#[derive(Clone)]
pub(super) struct Way {
    pub space: Space,
    /// What an item is, of a list.
    pub builtin: &'static Builtin,
    pub is_list: bool,
    pub wants: Vec<Want>,
}

/// One demand of a way.
#[derive(Clone)]
pub(super) struct Want {
    pub constraint: Constraint,
    /// The patterns that it stands for, one of which matches.
    pub patterns: Vec<Translated>,
    /// Of the primitive type itself, not of a facet.
    pub is_form: bool,
    pub span: Option<Span>,
}

impl Way {
    pub fn alternative(&self) -> Alternative {
        Alternative { space: self.space, all: self.wants.iter().map(|want| want.constraint.clone()).collect() }
    }
}

impl Want {
    fn new(constraint: Constraint, span: Option<Span>) -> Want {
        Want { constraint, patterns: Vec::new(), is_form: false, span }
    }

    fn form(constraint: Constraint) -> Want {
        Want { is_form: true, ..Want::new(constraint, None) }
    }
}

impl Conformer<'_> {
    /// All ways to be of a type; `None` where it says what cannot be held, which is told.
    pub(super) fn ways(&mut self, id: SimpleId, at: Span) -> Option<Vec<Way>> {
        let mut ways = Vec::new();
        self.add_ways(id, at, &mut ways, 0)?;
        Some(ways)
    }

    fn add_ways(&mut self, id: SimpleId, at: Span, ways: &mut Vec<Way>, depth: usize) -> Option<()> {
        let schema = self.schema;
        let simple = &schema.simple[id];
        let start = ways.len();
        match &simple.variety {
            Variety::Atomic(builtin) => {
                ways.push(Way { space: simple.space(), builtin, is_list: false, wants: forms(builtin) });
            }
            Variety::List(item) => {
                self.add_ways(*item, at, ways, depth + 1)?;
                for way in &mut ways[start..] {
                    way.is_list = true;
                    way.space = Space::Collapse;
                }
                // Its own facets count items, which only constants can be asked for.
                return Some(());
            }
            Variety::Union(members) => {
                for member in members {
                    if depth > MAX_MEMBERS || ways.len() > MAX_MEMBERS {
                        return None;
                    }
                    self.add_ways(*member, at, ways, depth + 1)?;
                }
            }
        }
        for facet in &simple.facets {
            for way in &mut ways[start..] {
                match want(facet, way) {
                    Ok(Some(want)) => way.wants.push(want),
                    Ok(None) => {}
                    Err(why) => {
                        self.report(
                            Diagnostic::new(Code::E1067, why, facet.span, "in the schema")
                                .also(at, "a value is held against it here")
                                .help("give this element's type another facet, or take the line out of the map"),
                        );
                        return None;
                    }
                }
            }
        }
        Some(())
    }

    /// The facets of a list itself.
    pub(super) fn list_facets(&self, id: SimpleId) -> &[Facet] {
        match self.schema.simple[id].variety {
            Variety::List(_) => &self.schema.simple[id].facets,
            _ => &[],
        }
    }
}

/// What a built-in type asks.
fn forms(builtin: &Builtin) -> Vec<Want> {
    let mut wants: Vec<Want> =
        builtin.patterns.iter().map(|pattern| Want::form(Constraint::Pattern((*pattern).to_owned()))).collect();
    if builtin.whole {
        wants.push(Want::form(Constraint::Pattern(builtin::WHOLE.to_owned())));
    }
    let bound = |text: Option<&str>| text.and_then(number);
    if let Some(than) = bound(builtin.least) {
        wants.push(Want::new(Constraint::Minimum { than, exclusive: false }, None));
    }
    if let Some(than) = bound(builtin.most) {
        wants.push(Want::new(Constraint::Maximum { than, exclusive: false }, None));
    }
    wants
}

fn want(facet: &Facet, way: &Way) -> Result<Option<Want>, String> {
    let plain = |constraint| Ok(Some(Want::new(constraint, Some(facet.span))));
    let primitive = way.builtin.primitive;
    let length = |count: u64, make: fn(u64) -> Constraint| match primitive {
        Primitive::Hex => plain(make(count.saturating_mul(2))),
        Primitive::Base64 => Err("the length of base64 data cannot be held".to_owned()),
        // XML Schema part 2, §4.3.1: of qualified names any length holds.
        Primitive::QName => Ok(None),
        _ => plain(make(count)),
    };
    match &facet.kind {
        FacetKind::Space(_) => Ok(None),
        FacetKind::Enumeration(values) => {
            let spaced = |value: &String| crate::library::constraint::spaced(way.space, value).into_owned();
            plain(Constraint::OneOf(values.iter().map(spaced).collect()))
        }
        FacetKind::Pattern(Err(why)) => Err(format!("this pattern cannot be held: {why}")),
        FacetKind::Pattern(Ok(patterns)) => {
            let exact: Vec<&str> = patterns.iter().map(|pattern| pattern.exact.as_str()).collect();
            let constraint = Constraint::Pattern(exact.join("|"));
            Ok(Some(Want { patterns: patterns.clone(), ..Want::new(constraint, Some(facet.span)) }))
        }
        FacetKind::MinLength(0) => Ok(None),
        FacetKind::MinLength(least) => length(*least, Constraint::MinLength),
        FacetKind::MaxLength(most) => length(*most, Constraint::MaxLength),
        // Two facets at once are held as one pattern would: by both of its bounds.
        FacetKind::Length(exact) => match length(*exact, Constraint::MaxLength)? {
            Some(most) => Ok(Some(Want { constraint: exactly(&most.constraint), ..most })),
            None => Ok(None),
        },
        FacetKind::TotalDigits(most) => plain(Constraint::TotalDigits(*most)),
        FacetKind::FractionDigits(most) => plain(Constraint::FractionDigits(*most)),
        FacetKind::MinInclusive(text) => bound(text, primitive, false, true).and_then(plain),
        FacetKind::MinExclusive(text) => bound(text, primitive, true, true).and_then(plain),
        FacetKind::MaxInclusive(text) => bound(text, primitive, false, false).and_then(plain),
        FacetKind::MaxExclusive(text) => bound(text, primitive, true, false).and_then(plain),
    }
}

fn exactly(most: &Constraint) -> Constraint {
    match most {
        Constraint::MaxLength(length) => Constraint::Length(*length),
        other => other.clone(),
    }
}

fn bound(text: &str, primitive: Primitive, exclusive: bool, least: bool) -> Result<Constraint, String> {
    match primitive {
        Primitive::Decimal | Primitive::Float => {
            let than: Number = number(text).ok_or_else(|| format!("`{text}` is no number"))?;
            Ok(if least { Constraint::Minimum { than, exclusive } } else { Constraint::Maximum { than, exclusive } })
        }
        Primitive::Date | Primitive::DateTime | Primitive::Time => {
            let fits = match primitive {
                Primitive::Date => iso::parse_date(text).is_some(),
                Primitive::DateTime => iso::parse_date_time(text).is_some(),
                _ => iso::parse_time(text).is_some(),
            };
            if !fits {
                return Err(format!("the bound `{text}` cannot be compared with every value"));
            }
            let than = text.to_owned();
            Ok(if least { Constraint::Earliest { than, exclusive } } else { Constraint::Latest { than, exclusive } })
        }
        _ => Err(format!("the bound `{text}` cannot be held")),
    }
}
