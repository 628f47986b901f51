//! Simple types: restriction by facets, lists, unions.

use super::build::{At, Builder};
use super::builtin;
use super::load::Kind;
use super::model::{Facet, FacetKind, Simple, SimpleId, TypeId, Variety};
use super::regex;
use super::xml::{BLANKS, Name, SCHEMA};
use crate::model::Space;

impl<'d> Builder<'d, '_> {
    /// A type of XML Schema itself.
    pub fn builtin(&mut self, name: &str) -> Option<SimpleId> {
        if let Some(&known) = self.builtins.get(name) {
            return Some(known);
        }
        if let Some(builtin) = builtin::find(name) {
            let variety = Variety::Atomic(builtin);
            let id = self.push_simple(Simple {
                name: Some(Name::new(SCHEMA, name)),
                span: None,
                variety,
                facets: Vec::new(),
            });
            self.builtins.insert(builtin.name, id);
            return Some(id);
        }
        let item = self.builtin(builtin::list_item(name)?)?;
        let least = Facet { kind: FacetKind::MinLength(1), span: Default::default() };
        Some(self.push_simple(Simple {
            name: Some(Name::new(SCHEMA, name)),
            span: None,
            variety: Variety::List(item),
            facets: vec![least],
        }))
    }

    fn push_simple(&mut self, simple: Simple) -> SimpleId {
        self.schema.simple.push(simple);
        self.schema.simple.len() - 1
    }

    /// A `simpleType` element.
    pub fn simple_type(&mut self, at: At<'d>, name: Option<Name>) -> Option<SimpleId> {
        let span = Some(at.element.place());
        if let Some(restriction) = at.child("restriction") {
            let base = self.simple_reference(restriction, "base", at)?;
            let id = self.restricted(restriction, base, name);
            self.schema.simple[id].span = span;
            return Some(id);
        }
        if let Some(list) = at.child("list") {
            let item = self.simple_reference(list, "itemType", at)?;
            return Some(self.push_simple(Simple { name, span, variety: Variety::List(item), facets: Vec::new() }));
        }
        let Some(union) = at.child("union") else {
            self.unfit(at, "a `simpleType` says nothing", "write a `restriction` in it");
            return None;
        };
        let members = self.members(union);
        Some(self.push_simple(Simple { name, span, variety: Variety::Union(members), facets: Vec::new() }))
    }

    /// The simple type that an attribute names, or that stands inside.
    fn simple_reference(&mut self, at: At<'d>, attribute: &str, outer: At<'d>) -> Option<SimpleId> {
        if let Some((attribute, name)) = self.reference(at, attribute) {
            return match self.named_type(&name) {
                Some(TypeId::Simple(id)) => Some(id),
                Some(_) => {
                    self.unfit(
                        outer,
                        format!("`{}` holds elements, so no text can be made of it", name.local),
                        "name a simple type",
                    );
                    None
                }
                None => {
                    self.unknown(Kind::Type, &name, attribute);
                    None
                }
            };
        }
        let inner = at.child("simpleType");
        if inner.is_none() && at.element.attribute(attribute).is_none() {
            self.unfit(outer, format!("a `{}` names no type", at.element.kind), "name a simple type");
        }
        inner.and_then(|inner| self.simple_type(inner, None))
    }

    fn members(&mut self, at: At<'d>) -> Vec<SimpleId> {
        let mut members = Vec::new();
        if let Some(attribute) = at.element.attribute("memberTypes") {
            for part in attribute.value.split(BLANKS).filter(|part| !part.is_empty()) {
                let Some(name) = self.qname(at, attribute, part) else { continue };
                match self.named_type(&name) {
                    Some(TypeId::Simple(id)) => members.push(id),
                    _ => self.unknown(Kind::Type, &name, attribute),
                }
            }
        }
        for inner in at.element.parts().filter(|part| part.kind == "simpleType") {
            members.extend(self.simple_type(at.with(inner), None));
        }
        members
    }

    /// `base` with the facets that stand in a restriction.
    pub fn restricted(&mut self, at: At<'d>, base: SimpleId, name: Option<Name>) -> SimpleId {
        let Simple { variety, mut facets, .. } = self.schema.simple[base].clone();
        let mut patterns: Option<(Result<Vec<_>, String>, _)> = None;
        let mut values: Option<(Vec<String>, _)> = None;
        for part in at.element.parts() {
            let Some(attribute) = part.attribute("value") else { continue };
            let (text, span) = (attribute.value.as_str(), attribute.span);
            match part.kind.as_str() {
                "enumeration" => values.get_or_insert((Vec::new(), span)).0.push(text.to_owned()),
                "pattern" => {
                    let (known, _) = patterns.get_or_insert((Ok(Vec::new()), span));
                    match (regex::translate(text, &mut self.classes), &mut *known) {
                        (Ok(one), Ok(all)) => all.push(one),
                        (Err(why), Ok(_)) => *known = Err(format!("`{text}`: {why}")),
                        (_, Err(_)) => {}
                    }
                }
                kind => match facet(kind, text.trim_matches(BLANKS)) {
                    Some(Ok(kind)) => facets.push(Facet { kind, span }),
                    Some(Err(())) => {
                        self.unfit(at.with(part), format!("`{text}` is no value for `{kind}`"), "write a number")
                    }
                    None => {}
                },
            }
        }
        facets.extend(patterns.map(|(all, span)| Facet { kind: FacetKind::Pattern(all), span }));
        facets.extend(values.map(|(all, span)| Facet { kind: FacetKind::Enumeration(all), span }));
        let span = Some(at.element.span);
        self.push_simple(Simple { name, span, variety, facets })
    }
}

/// `None`: no facet.
fn facet(kind: &str, text: &str) -> Option<Result<FacetKind, ()>> {
    let count = |make: fn(u64) -> FacetKind| text.parse().map(make).map_err(drop);
    let digits = |make: fn(u32) -> FacetKind| text.parse().map(make).map_err(drop);
    Some(match kind {
        "length" => count(FacetKind::Length),
        "minLength" => count(FacetKind::MinLength),
        "maxLength" => count(FacetKind::MaxLength),
        "totalDigits" => digits(FacetKind::TotalDigits),
        "fractionDigits" => digits(FacetKind::FractionDigits),
        "minInclusive" => Ok(FacetKind::MinInclusive(text.to_owned())),
        "minExclusive" => Ok(FacetKind::MinExclusive(text.to_owned())),
        "maxInclusive" => Ok(FacetKind::MaxInclusive(text.to_owned())),
        "maxExclusive" => Ok(FacetKind::MaxExclusive(text.to_owned())),
        "whiteSpace" => match text {
            "preserve" => Ok(FacetKind::Space(Space::Preserve)),
            "replace" => Ok(FacetKind::Space(Space::Replace)),
            "collapse" => Ok(FacetKind::Space(Space::Collapse)),
            _ => Err(()),
        },
        _ => return None,
    })
}
