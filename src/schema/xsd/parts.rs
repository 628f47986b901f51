//! Complex types: content, derivation, groups, attributes.

use super::build::{At, Builder, MAX_CHAIN, MAX_PARTICLES, Progress};
use super::load::Kind;
use super::model::{
    AttributeDeclaration, AttributeUse, ComplexId, Content, ElementId, Particle, SimpleId, Term, TypeId, Wildcard,
};
use super::xml::Name;

/// Attributes while they are gathered.
#[derive(Default)]
struct Attributes {
    uses: Vec<AttributeUse>,
    prohibited: Vec<Name>,
    wildcard: Option<Wildcard>,
}

impl<'d> Builder<'d, '_> {
    /// Works a complex type out, with those that it is derived from.
    pub fn fill(&mut self, id: ComplexId) {
        let (at, progress) = self.complex[id];
        if progress != Progress::Waiting {
            return;
        }
        self.complex[id].1 = Progress::UnderWay;
        self.chain += 1;
        let mixed = matches!(at.element.value("mixed"), Some("true" | "1"));
        if let Some(inner) = at.child("simpleContent") {
            self.simple_content(id, inner);
        } else if let Some(inner) = at.child("complexContent") {
            let mixed = inner.element.value("mixed").map_or(mixed, |value| matches!(value, "true" | "1"));
            self.complex_content(id, inner, mixed);
        } else {
            let particle = self.content(at);
            let attributes = self.attributes(at);
            let complex = &mut self.schema.complex[id];
            complex.content = Content::Elements { particle, mixed };
            complex.attributes = attributes.uses;
            complex.wildcard = attributes.wildcard;
        }
        self.chain -= 1;
        self.complex[id].1 = Progress::Done;
    }

    /// The base of a derivation, worked out; `None` where it is wrong, which is told.
    fn base(&mut self, at: At<'d>) -> Option<TypeId> {
        let Some((attribute, name)) = self.reference(at, "base") else {
            if at.child("simpleType").is_none() {
                self.unfit(at, "a derivation has no `base`", "name the type that it extends or restricts");
            }
            return None;
        };
        let Some(ty) = self.named_type(&name) else {
            self.unknown(Kind::Type, &name, attribute);
            return None;
        };
        if let TypeId::Complex(base) = ty {
            if self.complex[base].1 == Progress::UnderWay || self.chain > MAX_CHAIN {
                self.unfit(at, format!("the type `{}` is derived from itself", name.local), "give it another base");
                return None;
            }
            self.fill(base);
        }
        Some(ty)
    }

    fn simple_content(&mut self, id: ComplexId, at: At<'d>) {
        let Some(derivation) = at.child("extension").or_else(|| at.child("restriction")) else {
            return self.unfit(at, "`simpleContent` says nothing", "write an `extension` in it");
        };
        let Some(base) = self.base(derivation) else { return };
        let (simple, inherited, wildcard) = match base {
            TypeId::Simple(simple) => (Some(simple), Vec::new(), None),
            TypeId::Any => (None, Vec::new(), None),
            TypeId::Complex(base) => {
                let base = &self.schema.complex[base];
                let simple = match base.content {
                    Content::Simple(simple) => Some(simple),
                    Content::Elements { .. } => None,
                };
                (simple, base.attributes.clone(), base.wildcard.clone())
            }
        };
        let inner = derivation.child("simpleType").and_then(|inner| self.simple_type(inner, None));
        let Some(simple) = inner.or(simple) else {
            return self.unfit(derivation, "the base of `simpleContent` has no text", "name a simple type");
        };
        let simple = match derivation.element.kind.as_str() {
            "restriction" => self.restricted(derivation, simple, None),
            _ => simple,
        };
        let own = self.attributes(derivation);
        let complex = &mut self.schema.complex[id];
        complex.content = Content::Simple(simple);
        complex.base = Some(base);
        complex.wildcard = own.wildcard.clone().or(wildcard);
        complex.attributes = merged(inherited, own);
    }

    fn complex_content(&mut self, id: ComplexId, at: At<'d>, mixed: bool) {
        let Some(derivation) = at.child("extension").or_else(|| at.child("restriction")) else {
            return self.unfit(at, "`complexContent` says nothing", "write an `extension` in it");
        };
        let Some(base) = self.base(derivation).filter(|_| !self.is_too_large(derivation)) else { return };
        let extends = derivation.element.kind == "extension";
        let (inherited, base_attributes, base_wildcard, base_mixed) = match base {
            TypeId::Complex(base) => {
                let complex = &self.schema.complex[base];
                // What is inherited is written out, and counts again.
                self.particles += particles_of(&complex.content) + complex.attributes.len();
                let (particle, mixed) = match &complex.content {
                    Content::Elements { particle, mixed } => (particle.clone(), *mixed),
                    Content::Simple(_) => (None, false),
                };
                (particle, complex.attributes.clone(), complex.wildcard.clone(), mixed)
            }
            _ => (None, Vec::new(), None, false),
        };
        let own = self.content(derivation);
        let span = derivation.element.span;
        let particle = match (extends, inherited, own) {
            (false, _, own) | (true, None, own) => own,
            (true, inherited, None) => inherited,
            (true, Some(inherited), Some(own)) => {
                Some(Particle { min: 1, max: Some(1), term: Term::Sequence(vec![inherited, own]), span })
            }
        };
        let attributes = self.attributes(derivation);
        let wildcard =
            if extends { attributes.wildcard.clone().or(base_wildcard) } else { attributes.wildcard.clone() };
        let complex = &mut self.schema.complex[id];
        complex.content = Content::Elements { particle, mixed: mixed || extends && base_mixed };
        complex.base = Some(base);
        complex.wildcard = wildcard;
        complex.attributes = merged(base_attributes, attributes);
    }

    /// The content model that stands in a type or derivation.
    fn content(&mut self, at: At<'d>) -> Option<Particle> {
        let model =
            at.element.parts().find(|part| matches!(part.kind.as_str(), "sequence" | "choice" | "all" | "group"));
        model.and_then(|model| self.particle(at.with(model)))
    }

    fn particle(&mut self, at: At<'d>) -> Option<Particle> {
        self.particles += 1;
        if self.is_too_large(at) {
            return None;
        }
        let (min, max) = self.occurs(at)?;
        let term = match at.element.kind.as_str() {
            "element" => Term::Element(self.local_element(at)?),
            "any" => Term::Any(self.wildcard(at)),
            "group" => return self.group(at, min, max),
            kind => {
                let parts: Vec<Particle> = at
                    .element
                    .parts()
                    .filter(|part| matches!(part.kind.as_str(), "element" | "any" | "group" | "sequence" | "choice"))
                    .filter_map(|part| self.particle(at.with(part)))
                    .collect();
                match kind {
                    "choice" => Term::Choice(parts),
                    "all" => Term::All(parts),
                    _ => Term::Sequence(parts),
                }
            }
        };
        (max != Some(0)).then_some(Particle { min, max, term, span: at.element.place() })
    }

    /// Whether there are too many parts, which is told once.
    fn is_too_large(&mut self, at: At<'d>) -> bool {
        if self.particles <= MAX_PARTICLES {
            return false;
        }
        if !std::mem::replace(&mut self.told_large, true) {
            self.unfit(at, format!("the schema has over {MAX_PARTICLES} parts"), "check against a part of it");
        }
        true
    }

    fn occurs(&mut self, at: At<'d>) -> Option<(u64, Option<u64>)> {
        let read = |name: &str| match at.element.value(name) {
            None => Some(Some(1)),
            Some("unbounded") if name == "maxOccurs" => Some(None),
            Some(text) => text.parse::<u64>().ok().map(Some),
        };
        let (min, max) = match (read("minOccurs"), read("maxOccurs")) {
            (Some(Some(min)), Some(max)) => (min, max),
            _ => {
                self.unfit(at, "how often this comes is no number", "write digits, or `unbounded` in `maxOccurs`");
                return None;
            }
        };
        if max.is_some_and(|max| max < min) {
            self.unfit(
                at,
                format!("this comes at least {min} times and at most {}", max.unwrap_or(0)),
                "raise `maxOccurs`",
            );
            return None;
        }
        Some((min, max))
    }

    fn group(&mut self, at: At<'d>, min: u64, max: Option<u64>) -> Option<Particle> {
        let (attribute, name) = self.reference(at, "ref")?;
        let Some(group) = self.declared(Kind::Group, &name) else {
            self.unknown(Kind::Group, &name, attribute);
            return None;
        };
        if !self.enter(at, Kind::Group, &name) {
            return None;
        }
        let content = self.content(group);
        self.groups_under_way.pop();
        let content = content.filter(|_| max != Some(0))?;
        if (min, max) == (1, Some(1)) {
            return Some(content);
        }
        let span = at.element.place();
        Some(match content.term {
            Term::All(parts) => {
                Particle { min: min.saturating_mul(content.min), max: content.max, term: Term::All(parts), span }
            }
            _ => Particle { min, max, term: Term::Sequence(vec![content]), span },
        })
    }

    fn enter(&mut self, at: At<'d>, kind: Kind, name: &Name) -> bool {
        let entry = (kind, name.clone());
        if self.groups_under_way.contains(&entry) || self.groups_under_way.len() > MAX_CHAIN {
            self.unfit(at, format!("the {} `{}` holds itself", kind.word(), name.local), "take the reference out");
            return false;
        }
        self.groups_under_way.push(entry);
        true
    }

    fn local_element(&mut self, at: At<'d>) -> Option<ElementId> {
        if let Some((attribute, name)) = self.reference(at, "ref") {
            let found = self.global_element(&name);
            if found.is_none() {
                self.unknown(Kind::Element, &name, attribute);
            }
            return found;
        }
        let Some(name) = at.element.value("name") else {
            self.unfit(at, "an element has neither `name` nor `ref`", "give it a name");
            return None;
        };
        let qualified = at.element.value("form").map_or(at.document.elements_qualified, |form| form == "qualified");
        let name = Name::new(if qualified { &at.document.target } else { "" }, name);
        let id = self.push_element(at, name);
        self.schema.elements[id].ty = self.element_type(at).unwrap_or(TypeId::Any);
        Some(id)
    }

    fn attributes(&mut self, at: At<'d>) -> Attributes {
        let mut found = Attributes::default();
        self.add_attributes(at, &mut found);
        found
    }

    fn add_attributes(&mut self, at: At<'d>, found: &mut Attributes) {
        for part in at.element.parts() {
            let part = at.with(part);
            match part.element.kind.as_str() {
                "attribute" => self.attribute_use(part, found),
                "anyAttribute" => found.wildcard = Some(self.wildcard(part)),
                "attributeGroup" => {
                    let Some((attribute, name)) = self.reference(part, "ref") else { continue };
                    let Some(group) = self.declared(Kind::AttributeGroup, &name) else {
                        self.unknown(Kind::AttributeGroup, &name, attribute);
                        continue;
                    };
                    if self.enter(part, Kind::AttributeGroup, &name) {
                        self.add_attributes(group, found);
                        self.groups_under_way.pop();
                    }
                }
                _ => {}
            }
        }
    }

    fn attribute_use(&mut self, at: At<'d>, found: &mut Attributes) {
        let (name, declared) = match self.reference(at, "ref") {
            Some((attribute, name)) => {
                let builtin = self.xml_attribute(&name);
                let declared = self.declared(Kind::Attribute, &name);
                if builtin.is_none() && declared.is_none() {
                    return self.unknown(Kind::Attribute, &name, attribute);
                }
                (name, declared)
            }
            None => {
                let Some(name) = at.element.value("name") else {
                    return self.unfit(at, "an attribute has neither `name` nor `ref`", "give it a name");
                };
                let form = at.element.value("form");
                let qualified = form.map_or(at.document.attributes_qualified, |form| form == "qualified");
                (Name::new(if qualified { &at.document.target } else { "" }, name), Some(at))
            }
        };
        let required = match at.element.value("use") {
            Some("prohibited") => return found.prohibited.push(name),
            used => used == Some("required"),
        };
        let declaration = match declared {
            Some(declared) => self.attribute_declaration(declared, name),
            None => self.xml_attribute(&name).map(|ty| AttributeDeclaration {
                name,
                span: at.element.place(),
                ty,
                fixed: None,
            }),
        };
        let Some(mut declaration) = declaration else { return };
        if let Some(fixed) = at.element.attribute("fixed") {
            declaration.fixed = Some(fixed.value.clone());
        }
        found.uses.push(AttributeUse { declaration, required });
    }

    pub fn attribute_declaration(&mut self, at: At<'d>, name: Name) -> Option<AttributeDeclaration> {
        let ty = self.attribute_type(at)?;
        let fixed = at.element.attribute("fixed").map(|fixed| fixed.value.clone());
        Some(AttributeDeclaration { name, span: at.element.place(), ty, fixed })
    }

    fn attribute_type(&mut self, at: At<'d>) -> Option<SimpleId> {
        if let Some((attribute, name)) = self.reference(at, "type") {
            return match self.named_type(&name) {
                Some(TypeId::Simple(id)) => Some(id),
                Some(_) => {
                    self.unfit(at, "the type of an attribute holds elements", "name a simple type");
                    None
                }
                None => {
                    self.unknown(Kind::Type, &name, attribute);
                    None
                }
            };
        }
        match at.child("simpleType") {
            Some(inner) => self.simple_type(inner, None),
            None => self.builtin("anySimpleType"),
        }
    }
}

fn particles_of(content: &Content) -> usize {
    let mut open: Vec<&Particle> = match content {
        Content::Elements { particle, .. } => particle.iter().collect(),
        Content::Simple(_) => Vec::new(),
    };
    let mut count = 0;
    while let Some(particle) = open.pop() {
        count += 1;
        if let Term::Sequence(parts) | Term::Choice(parts) | Term::All(parts) = &particle.term {
            open.extend(parts);
        }
    }
    count
}

/// What a derived type has: its base's attributes, those that it declares anew instead.
fn merged(mut inherited: Vec<AttributeUse>, own: Attributes) -> Vec<AttributeUse> {
    let Attributes { uses, prohibited, .. } = own;
    inherited.retain(|known| {
        let name = &known.declaration.name;
        !prohibited.contains(name) && !uses.iter().any(|own| own.declaration.name == *name)
    });
    inherited.extend(uses);
    inherited
}
