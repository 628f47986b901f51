//! Down the tree of what is written, each element beside its declaration.

use super::Conformer;
use super::facts::Bound;
use super::logic::{ALWAYS, Fact, NEVER};
use super::sequence::Child;
use crate::check::output::Entry;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::number::Number;
use crate::model::{Base, Constant, Expr, Leaf, Node, OutName};
use crate::schema::xsd::content::{self, Behind, Found};
use crate::schema::xsd::model::{Content, ElementId, Particle, TypeId};
use crate::schema::xsd::xml::Name;
use crate::text::Span;

/// The deepest nesting of elements that is followed.
const MAX_DEPTH: usize = 200;

/// What the schema says of an element that is written.
#[derive(Clone, Copy)]
pub(super) struct Declared {
    /// `None`: a wildcard admits it, and nothing declares it.
    pub id: Option<ElementId>,
    pub ty: TypeId,
    pub depth: usize,
}

impl Conformer<'_> {
    pub(super) fn declared(&self, id: ElementId) -> Declared {
        Declared { id: Some(id), ty: self.schema.elements[id].ty, depth: 0 }
    }

    /// An element with lines below it, which is written under the condition `under`.
    pub(super) fn element(&mut self, entries: &mut Vec<Entry>, declared: Declared, span: Span, under: Fact) {
        if under == NEVER || declared.depth > MAX_DEPTH || self.facts.logic.too_large {
            return;
        }
        let under = self.lines(entries, under);
        let declared = self.instance_type(entries, declared);
        let Declared { ty, .. } = declared;
        if let TypeId::Complex(id) = ty
            && self.schema.complex[id].is_abstract
        {
            self.abstract_type(declared, span);
        }
        self.attributes(entries, declared, span, under);
        match ty {
            TypeId::Any => self.children(entries, None, true, declared, span, under),
            TypeId::Simple(simple) => self.text_alone(entries, simple, declared, span, under),
            TypeId::Complex(id) => match &self.schema.complex[id].content {
                Content::Simple(simple) => self.text_alone(entries, *simple, declared, span, under),
                Content::Elements { particle, mixed } => {
                    self.children(entries, particle.as_ref(), *mixed, declared, span, under)
                }
            },
        }
    }

    /// Takes in the names and rejects of a block; what comes is written only where none of them rejected.
    fn lines(&mut self, entries: &[Entry], under: Fact) -> Fact {
        let mut under = under;
        for entry in entries {
            match entry {
                Entry::Line(Node::Let { variable, value, .. }) => {
                    self.facts.lets.insert(*variable, value.clone());
                }
                Entry::Line(Node::Reject { when, .. }) => {
                    let rejected = self.when(when.as_ref());
                    under = self.facts.logic.without(under, rejected);
                }
                _ => {}
            }
        }
        under
    }

    pub(super) fn when(&mut self, when: Option<&Expr>) -> Fact {
        when.map_or(ALWAYS, |when| self.facts.holds(when))
    }

    /// When a line writes something.
    pub(super) fn writes(&mut self, entry: &Entry) -> Fact {
        match entry {
            Entry::Leaf { leaf, .. } => {
                let when = self.when(leaf.when.as_ref());
                let there = if leaf.ty.missing { self.facts.present(&leaf.value) } else { ALWAYS };
                let some = match &leaf.ty.base {
                    Base::List(item) => self.not_empty(&leaf.value, item.missing),
                    _ => ALWAYS,
                };
                let there = self.facts.logic.and(there, some);
                self.facts.logic.and(when, there)
            }
            Entry::Group { element, .. } => self.any_written(&element.entries),
            Entry::Repeat { repeat, element, .. } => {
                let when = self.when(repeat.when.as_ref());
                self.facts.bind(repeat.variable, &repeat.list);
                let each = self.any_written(&element.entries);
                let whole = repeat.filter.is_none() && self.facts.logic.implies(when, each);
                let some = self.not_empty(&repeat.list, !whole);
                self.facts.logic.and(when, some)
            }
            Entry::Line(_) => NEVER,
        }
    }

    fn any_written(&mut self, entries: &[Entry]) -> Fact {
        for entry in entries {
            if let Entry::Line(Node::Let { variable, value, .. }) = entry {
                self.facts.lets.insert(*variable, value.clone());
            }
        }
        entries.iter().fold(NEVER, |any, entry| {
            let one = self.writes(entry);
            self.facts.logic.or(any, one)
        })
    }

    /// When a list has an item that is written; `some` of its items may not be.
    fn not_empty(&mut self, list: &Expr, some: bool) -> Fact {
        let list = self.facts.plain(list);
        if let (Expr::List(items), false) = (&list, some) {
            return if items.is_empty() { NEVER } else { ALWAYS };
        }
        let count = Expr::Call { function: "count".into(), arguments: vec![list] };
        let counted = self.facts.from(&count, &Number::ONE, true);
        if !some {
            return counted;
        }
        let written = self.facts.question(format!("written {count:?}"));
        self.facts.logic.and(counted, written)
    }

    /// How many children a line writes where it writes any.
    fn count(&mut self, entry: &Entry, writes: Fact, under: Fact) -> (u64, Option<u64>) {
        let list = match entry {
            Entry::Leaf { leaf, .. } if matches!(leaf.ty.base, Base::List(_)) => &leaf.value,
            Entry::Repeat { repeat, .. } => &repeat.list,
            _ => return (1, Some(1)),
        };
        let list = self.facts.plain(list);
        if let Expr::List(items) = &list {
            return (1, Some(items.len() as u64));
        }
        let count = Expr::Call { function: "count".into(), arguments: vec![list] };
        let under = self.facts.logic.and(under, writes);
        let (least, most) = self.facts.bounds(under, &count);
        let whole = match entry {
            Entry::Leaf { leaf, .. } => !matches!(&leaf.ty.base, Base::List(item) if item.missing),
            Entry::Repeat { repeat, element, .. } => {
                let each = self.any_written(&element.entries);
                repeat.filter.is_none() && self.facts.logic.implies(under, each)
            }
            _ => true,
        };
        let bound = |bound: Bound, other: bool| {
            let (number, inclusive) = bound?;
            let number = u64::try_from(number.to_i64()?).ok()?;
            if inclusive {
                Some(number)
            } else if other {
                number.checked_sub(1)
            } else {
                Some(number + 1)
            }
        };
        let least = if whole { bound(least, false).unwrap_or(0).max(1) } else { 1 };
        let most = bound(most, true).filter(|most| *most <= super::sequence::MAX_COUNTED);
        (least.min(super::sequence::MAX_COUNTED), most)
    }

    fn children(
        &mut self,
        entries: &mut Vec<Entry>,
        particle: Option<&Particle>,
        mixed: bool,
        declared: Declared,
        span: Span,
        under: Fact,
    ) {
        self.own_text(entries, particle, mixed, declared, under);
        let mut found: Vec<Child> = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let (name, at) = match entry {
                Entry::Leaf { leaf, span, .. } => match &leaf.name {
                    OutName::Name(name) => (name, *span),
                    _ => continue,
                },
                Entry::Group { name, span, .. } => (name, *span),
                Entry::Repeat { repeat, span, .. } => (&repeat.name, *span),
                Entry::Line(_) => continue,
            };
            let name = self.element_name(name);
            let Some(child) = self.child_declaration(particle, declared, &name, at) else { continue };
            // Of a misspelled name the element that was meant.
            let name = child.id.map_or(name, |id| self.schema.elements[id].name.clone());
            let writes = self.writes(entry);
            let (least, most) = self.count(entry, writes, under);
            found.push(Child { index, name, span: at, writes, least, most, declared: child });
        }
        for child in &found {
            self.below(&mut entries[child.index], child.declared, under);
        }
        if declared.ty != TypeId::Any {
            self.in_order(entries, found, particle, declared, span, under);
        }
    }

    /// What the schema says of a child; where nothing admits it, which is told, of the one that was meant, if any.
    fn child_declaration(
        &mut self,
        particle: Option<&Particle>,
        parent: Declared,
        name: &Name,
        at: Span,
    ) -> Option<Declared> {
        let depth = parent.depth + 1;
        let open = Declared { id: None, ty: TypeId::Any, depth };
        let of = |id: ElementId| Declared { id: Some(id), ty: self.schema.elements[id].ty, depth };
        if parent.ty == TypeId::Any {
            return Some(self.schema.global_elements.get(name).map_or(open, |id| of(*id)));
        }
        let wildcard = match particle.and_then(|particle| content::find(self.schema, particle, name)) {
            Some(Found::Element(id)) => return Some(of(id)),
            Some(Found::Wildcard(wildcard)) => wildcard,
            None => {
                let known = particle.map_or_else(Vec::new, |particle| content::elements(self.schema, particle));
                return self.unknown_element(Code::E1054, name, at, &known, Some(parent)).map(of);
            }
        };
        match content::behind(self.schema, wildcard, name) {
            Behind::Declared(id) => Some(of(id)),
            Behind::Open => Some(open),
            Behind::Missing => {
                let known: Vec<ElementId> = self.schema.global_elements.values().copied().collect();
                self.unknown_element(Code::E1054, name, at, &known, Some(parent)).map(of)
            }
        }
    }

    /// Goes on with what is written below one line.
    fn below(&mut self, entry: &mut Entry, declared: Declared, under: Fact) {
        let writes = self.writes(entry);
        let under = self.facts.logic.and(under, writes);
        match entry {
            Entry::Leaf { leaf, span, .. } => self.leaf(leaf, declared, *span, under),
            Entry::Group { element, span, .. } => self.element(&mut element.entries, declared, *span, under),
            Entry::Repeat { repeat, element, span, .. } => {
                self.facts.bind(repeat.variable, &repeat.list);
                let chosen = self.when(repeat.filter.as_ref());
                let each = self.any_written(&element.entries);
                let under = self.facts.logic.and(under, chosen);
                let under = self.facts.logic.and(under, each);
                self.element(&mut element.entries, declared, *span, under);
            }
            Entry::Line(_) => {}
        }
    }

    /// An element of one value.
    fn leaf(&mut self, leaf: &mut Leaf, declared: Declared, span: Span, under: Fact) {
        self.null(leaf, declared, span);
        let complex = match declared.ty {
            TypeId::Any => return,
            TypeId::Simple(simple) => return self.text(leaf, simple, Some(declared), span, under),
            TypeId::Complex(id) => &self.schema.complex[id],
        };
        if complex.is_abstract {
            self.abstract_type(declared, span);
        }
        self.attributes(&mut [], declared, span, under);
        match &complex.content {
            Content::Simple(simple) => self.text(leaf, *simple, Some(declared), span, under),
            Content::Elements { particle, mixed } => {
                let empty = matches!(&leaf.value, Expr::Constant(Constant::Text(text)) if text.is_empty());
                if *mixed || empty {
                    return self.in_order(&mut Vec::new(), Vec::new(), particle.as_ref(), declared, span, under);
                }
                let known =
                    particle.as_ref().map_or_else(Vec::new, |particle| content::elements(self.schema, particle));
                let first = known.first().map(|id| self.written(&self.schema.elements[*id].name, false));
                let path = self.source(span);
                let what = match &first {
                    Some(_) => "holds elements, not text",
                    None => "holds nothing, so no text",
                };
                let diagnostic = Diagnostic::new(Code::E1061, format!("`{path}` {what}"), span, "a text goes here");
                let diagnostic = self.pointing(diagnostic, declared);
                self.report(diagnostic.help(match first {
                    Some(first) => format!("write what is in it: `{} -> {path}.{first}`", self.before_arrow(span)),
                    None => format!("write it empty: `\"\" -> {path}`"),
                }));
            }
        }
    }

    /// Text of the element beside its children.
    fn own_text(
        &mut self,
        entries: &[Entry],
        particle: Option<&Particle>,
        mixed: bool,
        declared: Declared,
        under: Fact,
    ) {
        for entry in entries {
            let Entry::Leaf { leaf, span, .. } = entry else { continue };
            if leaf.name != OutName::Here {
                continue;
            }
            self.null(leaf, declared, *span);
            let writes = self.writes(entry);
            let empty = matches!(&leaf.value, Expr::Constant(Constant::Text(text)) if text.is_empty());
            if mixed || empty || self.facts.logic.and(under, writes) == NEVER {
                continue;
            }
            let what = if particle.is_some() { "holds elements, not text" } else { "holds nothing, so no text" };
            let name = self.name_of(declared);
            let diagnostic = Diagnostic::new(Code::E1061, format!("`{name}` {what}"), *span, "a text goes here");
            let diagnostic = self.pointing(diagnostic, declared);
            self.report(diagnostic.help("write the value into one of its elements, or remove the line"));
        }
    }

    /// An element that has text and, at most, attributes.
    fn text_alone(&mut self, entries: &mut [Entry], simple: usize, declared: Declared, span: Span, under: Fact) {
        let mut text = NEVER;
        let mut sound = true;
        for entry in entries.iter_mut() {
            let writes = self.writes(entry);
            match entry {
                Entry::Leaf { leaf, span, .. } if leaf.name == OutName::Here => {
                    let under = self.facts.logic.and(under, writes);
                    self.null(leaf, declared, *span);
                    self.text(leaf, simple, Some(declared), *span, under);
                    text = self.facts.logic.or(text, writes);
                }
                Entry::Leaf { leaf, .. } if matches!(leaf.name, OutName::Attribute(_)) => {}
                Entry::Line(_) => {}
                Entry::Leaf { span, .. } | Entry::Group { span, .. } | Entry::Repeat { span, .. } => {
                    sound = false;
                    let (span, name) = (*span, self.name_of(declared));
                    let ty = self.schema.type_name(declared.ty);
                    let diagnostic = Diagnostic::new(
                        Code::E1062,
                        format!("`{name}` holds text ({ty}), no elements"),
                        span,
                        "an element goes in here",
                    );
                    let diagnostic = self.pointing(diagnostic, declared);
                    self.report(diagnostic.help(format!("write its text: `… -> {name}`")));
                }
            }
        }
        if sound && !self.facts.logic.implies(under, text) {
            self.empty_text(simple, declared, span);
        }
    }

    fn null(&mut self, leaf: &Leaf, declared: Declared, span: Span) {
        let item = match &leaf.ty.base {
            Base::List(item) => item.null || item.base == Base::Null,
            _ => false,
        };
        let null = leaf.ty.null || leaf.ty.base == Base::Null || item;
        let declaration = declared.id.map(|id| &self.schema.elements[id]);
        if !null || declaration.is_none_or(|declaration| declaration.nillable && declaration.fixed.is_none()) {
            return;
        }
        let path = self.source(span);
        let diagnostic = Diagnostic::new(
            Code::E1066,
            format!("`{path}` may be null, but the schema has no `nillable` there"),
            span,
            "written as `xsi:nil` where it is null",
        );
        let diagnostic = self.pointing(diagnostic, declared);
        let source = self.before_arrow(span);
        self.report(diagnostic.help(format!(
            "give a value for then, or set the event aside: `{source} ?? reject \"no {path}\" -> {path}`"
        )));
    }
}
