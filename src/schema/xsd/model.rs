//! What a schema says, with every reference resolved: XML Schema 1.0, parts 1 and 2.

use super::builtin::Builtin;
use super::regex::Translated;
use super::xml::{Name, SCHEMA, XML};
use crate::model::Space;
use crate::text::Span;
use std::collections::{BTreeMap, HashMap};

pub type ElementId = usize;
pub type ComplexId = usize;
pub type SimpleId = usize;

/// All that was read of one schema and what it includes and imports.
#[derive(Debug, Default)]
pub struct Schema {
    pub elements: Vec<ElementDeclaration>,
    pub complex: Vec<Complex>,
    pub simple: Vec<Simple>,
    /// The elements that a document may begin with.
    pub global_elements: BTreeMap<Name, ElementId>,
    pub global_types: BTreeMap<Name, TypeId>,
    pub global_attributes: BTreeMap<Name, AttributeDeclaration>,
    /// Head element to those that may stand in its place, transitively.
    pub substitutes: HashMap<ElementId, Vec<ElementId>>,
    /// `key`, `keyref` and `unique`, which no look at a mapping can check.
    pub identity: Vec<(String, Span)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeId {
    Simple(SimpleId),
    Complex(ComplexId),
    /// `xs:anyType`
    Any,
}

#[derive(Clone, Debug)]
pub struct ElementDeclaration {
    pub name: Name,
    pub span: Span,
    pub ty: TypeId,
    pub nillable: bool,
    /// Only its substitutes may be written.
    pub is_abstract: bool,
    pub fixed: Option<String>,
    pub default: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Complex {
    pub name: Option<Name>,
    pub span: Span,
    pub is_abstract: bool,
    pub content: Content,
    pub attributes: Vec<AttributeUse>,
    pub wildcard: Option<Wildcard>,
    /// What it extends or restricts.
    pub base: Option<TypeId>,
}

#[derive(Clone, Debug)]
pub enum Content {
    /// Text alone.
    Simple(SimpleId),
    /// Elements; with `mixed`, text between them.
    Elements { particle: Option<Particle>, mixed: bool },
}

#[derive(Clone, Debug)]
pub struct AttributeDeclaration {
    pub name: Name,
    pub span: Span,
    pub ty: SimpleId,
    pub fixed: Option<String>,
}

#[derive(Clone, Debug)]
pub struct AttributeUse {
    pub declaration: AttributeDeclaration,
    pub required: bool,
}

/// A term and how often it comes; `max` of `None` is unbounded.
#[derive(Clone, Debug)]
pub struct Particle {
    pub min: u64,
    pub max: Option<u64>,
    pub term: Term,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Term {
    Element(ElementId),
    Any(Wildcard),
    Sequence(Vec<Particle>),
    Choice(Vec<Particle>),
    All(Vec<Particle>),
}

/// `any` or `anyAttribute`.
#[derive(Clone, Debug)]
pub struct Wildcard {
    pub namespaces: Namespaces,
    pub process: Process,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Namespaces {
    Any,
    /// Neither this one nor none.
    Other(String),
    Listed(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    Strict,
    Lax,
    Skip,
}

impl Wildcard {
    pub fn admits(&self, name: &Name) -> bool {
        match &self.namespaces {
            Namespaces::Any => true,
            Namespaces::Other(target) => !name.namespace.is_empty() && *name.namespace != **target,
            Namespaces::Listed(listed) => listed.iter().any(|listed| **listed == *name.namespace),
        }
    }
}

/// The type of a text.
#[derive(Clone, Debug)]
pub struct Simple {
    pub name: Option<Name>,
    /// Where it is declared; `None`: in XML Schema itself.
    pub span: Option<Span>,
    pub variety: Variety,
    /// Those of its bases first; all of them hold.
    pub facets: Vec<Facet>,
}

#[derive(Clone, Debug)]
pub enum Variety {
    Atomic(&'static Builtin),
    List(SimpleId),
    Union(Vec<SimpleId>),
}

#[derive(Clone, Debug)]
pub struct Facet {
    pub kind: FacetKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FacetKind {
    Enumeration(Vec<String>),
    /// The patterns of one step, one of which matches; or what is wrong with one.
    Pattern(Result<Vec<Translated>, String>),
    Length(u64),
    MinLength(u64),
    MaxLength(u64),
    MinInclusive(String),
    MinExclusive(String),
    MaxInclusive(String),
    MaxExclusive(String),
    TotalDigits(u32),
    FractionDigits(u32),
    Space(Space),
}

impl Simple {
    /// What becomes of white space before the facets are asked.
    pub fn space(&self) -> Space {
        let own = self.facets.iter().filter_map(|facet| match facet.kind {
            FacetKind::Space(space) => Some(space),
            _ => None,
        });
        let base = match &self.variety {
            Variety::Atomic(builtin) => builtin.space,
            Variety::List(_) | Variety::Union(_) => Space::Collapse,
        };
        own.fold(base, Space::max)
    }
}

impl Schema {
    /// The name of a type, as a schema's author would write it.
    pub fn type_name(&self, ty: TypeId) -> String {
        let name = match ty {
            TypeId::Any => return "xs:anyType".into(),
            TypeId::Complex(id) => &self.complex[id].name,
            TypeId::Simple(id) => &self.simple[id].name,
        };
        match (name, ty) {
            (Some(name), _) if &*name.namespace == SCHEMA => format!("xs:{}", name.local),
            (Some(name), _) if &*name.namespace == XML => format!("xml:{}", name.local),
            (Some(name), _) => name.local.to_string(),
            (None, TypeId::Simple(id)) => match &self.simple[id].variety {
                Variety::Atomic(builtin) => format!("xs:{}", builtin.name),
                Variety::List(_) => "a list".into(),
                Variety::Union(_) => "a union".into(),
            },
            (None, _) => "its type".into(),
        }
    }

    pub fn type_span(&self, ty: TypeId) -> Option<Span> {
        match ty {
            TypeId::Any => None,
            TypeId::Complex(id) => Some(self.complex[id].span),
            TypeId::Simple(id) => self.simple[id].span,
        }
    }

    /// The elements that may stand where this one is asked for, itself first; none that is abstract.
    pub fn stand_ins(&self, id: ElementId) -> impl Iterator<Item = ElementId> + '_ {
        let others = self.substitutes.get(&id).into_iter().flatten().copied();
        std::iter::once(id).chain(others).filter(|id| !self.elements[*id].is_abstract)
    }

    /// Whether a type is another or derived from it.
    pub fn derives(&self, ty: TypeId, from: TypeId) -> bool {
        let mut at = ty;
        for _ in 0..=self.complex.len() {
            if at == from || from == TypeId::Any {
                return true;
            }
            let TypeId::Complex(id) = at else { return false };
            let Some(base) = self.complex[id].base else { return false };
            at = base;
        }
        false
    }
}
