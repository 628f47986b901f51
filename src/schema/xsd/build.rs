//! From documents to a [`Schema`]: every reference is resolved, every derivation worked out.

use super::builtin;
use super::classes::Classes;
use super::load::{Document, Documents, Kind};
use super::model::{
    Complex, Content, ElementDeclaration, ElementId, Namespaces, Process, Schema, SimpleId, TypeId, Wildcard,
};
use super::xml::{Attribute, BLANKS, Element, Name, SCHEMA, XML};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::words::distance;
use std::collections::{BTreeMap, HashMap};

/// The most parts of content models, groups written out where they are used.
pub const MAX_PARTICLES: usize = 200_000;
/// The longest chain of types derived from one another, and of groups in groups.
pub const MAX_CHAIN: usize = 100;
/// The most mistakes of a schema that are told.
const MAX_TOLD: usize = 20;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Waiting,
    UnderWay,
    Done,
}

/// An element of a document, with the document that it stands in.
#[derive(Clone, Copy)]
pub(super) struct At<'d> {
    pub document: &'d Document,
    pub element: &'d Element,
}

impl<'d> At<'d> {
    pub fn with(self, element: &'d Element) -> At<'d> {
        At { element, ..self }
    }

    pub fn child(self, kind: &str) -> Option<At<'d>> {
        self.element.child(kind).map(|element| self.with(element))
    }
}

pub(super) struct Builder<'d, 'o> {
    pub documents: &'d Documents,
    pub schema: Schema,
    pub classes: Classes,
    pub out: &'o mut Vec<Diagnostic>,
    elements: HashMap<Name, ElementId>,
    heads: Vec<(ElementId, ElementId)>,
    pub types: HashMap<Name, TypeId>,
    pub simple_under_way: Vec<Name>,
    pub groups_under_way: Vec<(Kind, Name)>,
    pub builtins: HashMap<&'static str, SimpleId>,
    /// Complex types by their id: where they stand, and how far they are.
    pub complex: Vec<(At<'d>, Progress)>,
    pub chain: usize,
    pub particles: usize,
    pub told_large: bool,
}

pub fn build(documents: &Documents, out: &mut Vec<Diagnostic>) -> Schema {
    let mut builder = Builder {
        documents,
        schema: Schema::default(),
        classes: Classes::default(),
        out,
        elements: HashMap::new(),
        heads: Vec::new(),
        types: HashMap::new(),
        simple_under_way: Vec::new(),
        groups_under_way: Vec::new(),
        builtins: HashMap::new(),
        complex: Vec::new(),
        chain: 0,
        particles: 0,
        told_large: false,
    };
    builder.globals();
    // Types lead to elements, whose types wait in turn.
    let mut next = 0;
    while next < builder.complex.len() {
        builder.fill(next);
        next += 1;
    }
    builder.substitutes();
    builder.schema
}

impl<'d> Builder<'d, '_> {
    pub fn report(&mut self, diagnostic: Diagnostic) {
        let known = |other: &Diagnostic| other.primary.span == diagnostic.primary.span && other.code == diagnostic.code;
        if self.out.len() < MAX_TOLD && !self.out.iter().any(known) {
            self.out.push(diagnostic);
        }
    }

    pub fn unfit(&mut self, at: At<'_>, message: impl Into<String>, help: &str) {
        self.report(Diagnostic::new(Code::E1051, message, at.element.place(), "in the schema").help(help));
    }

    fn globals(&mut self) {
        let mut all: Vec<(Kind, Name)> = self.documents.declared.keys().cloned().collect();
        all.sort();
        for (kind, name) in all {
            match kind {
                Kind::Element => {
                    if let Some(id) = self.global_element(&name) {
                        self.schema.global_elements.insert(name, id);
                    }
                }
                Kind::Type => {
                    if let Some(ty) = self.named_type(&name) {
                        self.schema.global_types.insert(name, ty);
                    }
                }
                Kind::Attribute => {
                    let Some(at) = self.declared(Kind::Attribute, &name) else { continue };
                    if let Some(declaration) = self.attribute_declaration(at, name.clone()) {
                        self.schema.global_attributes.insert(name, declaration);
                    }
                }
                Kind::Group | Kind::AttributeGroup => {}
            }
        }
    }

    pub fn declared(&self, kind: Kind, name: &Name) -> Option<At<'d>> {
        let &(document, child) = self.documents.declared.get(&(kind, name.clone()))?;
        let document = self.documents.all.get(document)?;
        Some(At { document, element: document.root.children.get(child)? })
    }

    /// The name that an attribute of a schema refers to.
    pub fn qname(&mut self, at: At<'d>, attribute: &Attribute, value: &str) -> Option<Name> {
        let (prefix, local) = value.split_once(':').unwrap_or(("", value));
        match at.element.namespace(prefix) {
            Some("") if at.document.chameleon => Some(Name::new(&at.document.target, local)),
            Some(namespace) => Some(Name::new(namespace, local)),
            None => {
                self.report(
                    Diagnostic::new(
                        Code::E1052,
                        format!("the prefix `{prefix}` is declared nowhere in this schema"),
                        attribute.span,
                        "no such prefix",
                    )
                    .help(format!("declare it: `xmlns:{prefix}=\"…\"`")),
                );
                None
            }
        }
    }

    /// The name that `at`'s attribute of that name refers to.
    pub fn reference(&mut self, at: At<'d>, attribute: &str) -> Option<(&'d Attribute, Name)> {
        let attribute = at.element.attribute(attribute)?;
        let name = self.qname(at, attribute, attribute.value.trim_matches(BLANKS))?;
        Some((attribute, name))
    }

    /// Reports a name that nothing declares.
    pub fn unknown(&mut self, kind: Kind, name: &Name, attribute: &Attribute) {
        let near = self.near(kind, name);
        let mut diagnostic = Diagnostic::new(
            Code::E1052,
            format!("the schema declares no {} `{}`", kind.word(), name.local),
            attribute.span,
            "declared nowhere",
        );
        let prefix = attribute.value.split_once(':').map_or(String::new(), |(prefix, _)| format!("{prefix}:"));
        let help = match (near, self.documents.elsewhere.get(&*name.namespace)) {
            (Some(near), _) => format!("write `{prefix}{near}`"),
            (None, Some(address)) => {
                diagnostic = diagnostic.also(*address, "an address that is not fetched");
                "save that file beside this one, and name it in `schemaLocation`".to_owned()
            }
            (None, None) => match &*name.namespace {
                "" => "declare it, or `include` the file that does".to_owned(),
                namespace => format!(
                    "import the file that declares it: `<xs:import namespace=\"{namespace}\" schemaLocation=\"…\"/>`"
                ),
            },
        };
        self.report(diagnostic.help(help));
    }

    /// The declared name that was most likely meant.
    fn near(&self, kind: Kind, name: &Name) -> Option<String> {
        let letters = |text: &str| text.chars().take(64).collect::<Vec<char>>();
        let wanted = letters(&name.local);
        let of_kind = |(other, found): &&(Kind, Name)| *other == kind && found.namespace == name.namespace;
        let own = self.documents.declared.keys().filter(of_kind).map(|(_, found)| found.local.to_string());
        let is_builtin = kind == Kind::Type && &*name.namespace == SCHEMA;
        let all = own.chain(builtin::names().filter(|_| is_builtin).map(str::to_owned));
        all.map(|known| (distance(&wanted, &letters(&known)), known))
            .filter(|(edits, _)| *edits <= (wanted.len() / 3).clamp(1, 3))
            .min()
            .map(|(_, known)| known)
    }

    pub fn global_element(&mut self, name: &Name) -> Option<ElementId> {
        if let Some(&known) = self.elements.get(name) {
            return Some(known);
        }
        let at = self.declared(Kind::Element, name)?;
        let id = self.push_element(at, name.clone());
        self.elements.insert(name.clone(), id);
        // Its own name first, so that a circle of heads ends.
        let head = match self.reference(at, "substitutionGroup") {
            Some((attribute, head)) => match self.global_element(&head) {
                Some(head) => Some(head),
                None => {
                    self.unknown(Kind::Element, &head, attribute);
                    None
                }
            },
            None => None,
        };
        let own = self.element_type(at);
        let ty = match (own, head) {
            (None, Some(head)) => self.schema.elements[head].ty,
            (own, _) => own.unwrap_or(TypeId::Any),
        };
        self.schema.elements[id].ty = ty;
        self.heads.extend(head.map(|head| (id, head)));
        Some(id)
    }

    pub fn push_element(&mut self, at: At<'d>, name: Name) -> ElementId {
        let flag = |name| matches!(at.element.value(name), Some("true" | "1"));
        let text = |name| at.element.attribute(name).map(|attribute| attribute.value.clone());
        self.schema.elements.push(ElementDeclaration {
            name,
            span: at.element.place(),
            ty: TypeId::Any,
            nillable: flag("nillable"),
            is_abstract: flag("abstract"),
            fixed: text("fixed"),
            default: text("default"),
        });
        for part in at.element.parts().filter(|part| matches!(part.kind.as_str(), "key" | "keyref" | "unique")) {
            let name = part.value("name").unwrap_or("").to_owned();
            self.schema.identity.push((format!("{} `{name}`", part.kind), part.place()));
        }
        self.schema.elements.len() - 1
    }

    /// The type that an element declares for itself.
    pub fn element_type(&mut self, at: At<'d>) -> Option<TypeId> {
        if let Some((attribute, name)) = self.reference(at, "type") {
            let ty = self.named_type(&name);
            if ty.is_none() {
                self.unknown(Kind::Type, &name, attribute);
            }
            return ty;
        }
        if let Some(inner) = at.child("complexType") {
            return Some(self.push_complex(inner, None));
        }
        at.child("simpleType").and_then(|inner| self.simple_type(inner, None)).map(TypeId::Simple)
    }

    /// A type by its name; `None`: there is none.
    pub fn named_type(&mut self, name: &Name) -> Option<TypeId> {
        if &*name.namespace == SCHEMA {
            if &*name.local == "anyType" {
                return Some(TypeId::Any);
            }
            return self.builtin(&name.local).map(TypeId::Simple);
        }
        if let Some(&known) = self.types.get(name) {
            return Some(known);
        }
        let at = self.declared(Kind::Type, name)?;
        if at.element.kind == "complexType" {
            return Some(self.push_complex(at, Some(name.clone())));
        }
        if self.simple_under_way.contains(name) || self.simple_under_way.len() > MAX_CHAIN {
            self.unfit(at, format!("the type `{}` is made of itself", name.local), "give it another base");
            return self.builtin("anySimpleType").map(TypeId::Simple);
        }
        self.simple_under_way.push(name.clone());
        let id = self.simple_type(at, Some(name.clone()));
        self.simple_under_way.pop();
        let ty = TypeId::Simple(id.or_else(|| self.builtin("anySimpleType"))?);
        self.types.insert(name.clone(), ty);
        Some(ty)
    }

    fn push_complex(&mut self, at: At<'d>, name: Option<Name>) -> TypeId {
        let id = self.schema.complex.len();
        self.schema.complex.push(Complex {
            name: name.clone(),
            span: at.element.place(),
            is_abstract: matches!(at.element.value("abstract"), Some("true" | "1")),
            content: Content::Elements { particle: None, mixed: false },
            attributes: Vec::new(),
            wildcard: None,
            base: None,
        });
        self.complex.push((at, Progress::Waiting));
        if let Some(name) = name {
            self.types.insert(name, TypeId::Complex(id));
        }
        TypeId::Complex(id)
    }

    pub fn wildcard(&mut self, at: At<'d>) -> Wildcard {
        let target = at.document.target.to_string();
        let namespaces = match at.element.value("namespace").unwrap_or("##any") {
            "##any" => Namespaces::Any,
            "##other" => Namespaces::Other(target),
            listed => Namespaces::Listed(
                listed
                    .split(BLANKS)
                    .filter(|part| !part.is_empty())
                    .map(|part| match part {
                        "##targetNamespace" => target.clone(),
                        "##local" => String::new(),
                        uri => uri.to_owned(),
                    })
                    .collect(),
            ),
        };
        let process = match at.element.value("processContents") {
            Some("lax") => Process::Lax,
            Some("skip") => Process::Skip,
            _ => Process::Strict,
        };
        Wildcard { namespaces, process, span: at.element.span }
    }

    /// Who may stand for whom, over several steps.
    fn substitutes(&mut self) {
        let mut direct: BTreeMap<ElementId, Vec<ElementId>> = BTreeMap::new();
        for (member, head) in &self.heads {
            direct.entry(*head).or_default().push(*member);
        }
        for head in direct.keys() {
            let mut all = direct[head].clone();
            let mut next = 0;
            while next < all.len() {
                let further = direct.get(&all[next]).into_iter().flatten().copied();
                let new: Vec<ElementId> = further.filter(|id| !all.contains(id) && id != head).collect();
                all.extend(new);
                next += 1;
            }
            self.schema.substitutes.insert(*head, all);
        }
    }

    /// What `xml:lang` and its kin are, which no schema need declare.
    pub fn xml_attribute(&mut self, name: &Name) -> Option<SimpleId> {
        if &*name.namespace != XML {
            return None;
        }
        self.builtin(match &*name.local {
            "lang" => "language",
            "space" => "NCName",
            "base" => "anyURI",
            "id" => "ID",
            _ => return None,
        })
    }
}
