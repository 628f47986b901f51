//! What a simple type asks of a text, as constraints.

use super::Conformer;
use crate::diagnostic::{Code, Diagnostic};
use crate::library::constraint::{Rule, number};
use crate::library::iso;
use crate::model::number::Number;
use crate::model::{Alternative, Constraint, Space, TextRule};
use crate::schema::xsd::builtin::{self, Builtin, Primitive};
use crate::schema::xsd::model::{Facet, FacetKind, SimpleId, Variety};
use crate::schema::xsd::regex::Translated;
use crate::text::Span;
use std::rc::Rc;

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
    /// Asks constants.
    check: Rc<Rule>,
}

impl Way {
    /// Leaves out the bounds that a narrower one says, too.
    fn prune(&mut self) {
        let all = self.wants.clone();
        let mut at = 0;
        self.wants.retain(|want| {
            at += 1;
            let others = all.iter().enumerate().filter(|(other, _)| *other != at - 1);
            !others.into_iter().any(|(other, one)| {
                let same = one.constraint == want.constraint;
                narrower(&one.constraint, &want.constraint) && (!same || other < at - 1)
            })
        });
    }

    pub fn alternative(&self) -> Alternative {
        Alternative { space: self.space, all: self.wants.iter().map(|want| want.constraint.clone()).collect() }
    }
}

impl Want {
    /// # Errors
    /// A pattern that cannot be compiled.
    fn new(constraint: Constraint, space: Space, span: Option<Span>) -> Result<Want, String> {
        let alternative = Alternative { space, all: vec![constraint.clone()] };
        let check = Rule::new(&TextRule { any_of: vec![alternative], because: String::new() })?;
        Ok(Want { constraint, patterns: Vec::new(), is_form: false, span, check: Rc::new(check) })
    }

    pub fn holds(&self, text: &str) -> bool {
        self.check.holds(text)
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
                ways.push(Way {
                    space: simple.space(),
                    builtin,
                    is_list: false,
                    wants: forms(builtin, simple.space()),
                });
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
        for way in &mut ways[start..] {
            way.prune();
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

/// Whether what meets `a` meets `b`, of bounds.
fn narrower(a: &Constraint, b: &Constraint) -> bool {
    match (a, b) {
        (Constraint::Minimum { than: a, exclusive }, Constraint::Minimum { than: b, exclusive: other }) => {
            a > b || a == b && (*exclusive || !other)
        }
        (Constraint::Maximum { than: a, exclusive }, Constraint::Maximum { than: b, exclusive: other }) => {
            a < b || a == b && (*exclusive || !other)
        }
        (Constraint::MinLength(a) | Constraint::Length(a), Constraint::MinLength(b)) => a >= b,
        (Constraint::MaxLength(a) | Constraint::Length(a), Constraint::MaxLength(b)) => a <= b,
        (Constraint::TotalDigits(a), Constraint::TotalDigits(b)) => a <= b,
        (Constraint::FractionDigits(a), Constraint::FractionDigits(b)) => a <= b,
        _ => false,
    }
}

/// What a built-in type asks.
fn forms(builtin: &Builtin, space: Space) -> Vec<Want> {
    let whole = builtin.whole.then_some(builtin::WHOLE);
    let patterns = builtin.patterns.iter().copied().chain(whole);
    let mut wants: Vec<Want> = patterns
        .filter_map(|pattern| Want::new(Constraint::Pattern(pattern.to_owned()), space, None).ok())
        .map(|want| Want { is_form: true, ..want })
        .collect();
    let bound = |text: Option<&str>| text.and_then(number);
    let least = bound(builtin.least).map(|than| Constraint::Minimum { than, exclusive: false });
    let most = bound(builtin.most).map(|than| Constraint::Maximum { than, exclusive: false });
    wants.extend(least.into_iter().chain(most).filter_map(|bound| Want::new(bound, space, None).ok()));
    wants
}

fn want(facet: &Facet, way: &Way) -> Result<Option<Want>, String> {
    let plain = |constraint| Want::new(constraint, way.space, Some(facet.span)).map(Some);
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
            let want = Want::new(constraint, way.space, Some(facet.span));
            let want = want.map_err(|why| format!("this pattern cannot be held: {why}"))?;
            Ok(Some(Want { patterns: patterns.clone(), ..want }))
        }
        FacetKind::MinLength(0) => Ok(None),
        FacetKind::MinLength(least) => length(*least, Constraint::MinLength),
        FacetKind::MaxLength(most) => length(*most, Constraint::MaxLength),
        FacetKind::Length(exact) => length(*exact, Constraint::Length),
        FacetKind::TotalDigits(most) => plain(Constraint::TotalDigits(*most)),
        FacetKind::FractionDigits(most) => plain(Constraint::FractionDigits(*most)),
        FacetKind::MinInclusive(text) => bound(text, primitive, false, true).and_then(plain),
        FacetKind::MinExclusive(text) => bound(text, primitive, true, true).and_then(plain),
        FacetKind::MaxInclusive(text) => bound(text, primitive, false, false).and_then(plain),
        FacetKind::MaxExclusive(text) => bound(text, primitive, true, false).and_then(plain),
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
