//! What a name means at a place, and what the tests around that place have proved.

use super::typed::{Pending, Typed};
use crate::model::{Expr, Root, Type};
use crate::text::Span;
use std::rc::Rc;

/// A path as the IR names it; what facts are about.
pub type Place = (Root, Vec<String>);

/// Where a value comes from in the event: field names, `[]` for the items of a list.
pub type Origin = Vec<String>;

#[derive(Clone, Debug)]
pub struct Binding {
    pub name: String,
    pub variable: u32,
    pub ty: Type,
    pub origin: Option<Origin>,
    pub named: bool,
    pub pending: Pending,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Frame {
    Value(Binding),
    /// A parameter of a reusable map: stands for its argument.
    Alias(String, Box<Typed>),
    /// `source -> path { … }`: the source's fields are in scope by their bare names.
    Fields(Box<Typed>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    Present,
    NotNull,
    NotZero,
    /// It is one of these codes.
    OneOf(Rc<[String]>),
    /// It is there, and none of these codes.
    NoneOf(Rc<[String]>),
}

/// The names and facts that hold at a place. Cheap to mark and to fall back from.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub frames: Vec<Frame>,
    pub facts: Vec<(Place, Proof)>,
    /// Whether the event's fields are visible (not in a `fn` or a reusable map).
    pub event: bool,
    /// Conditions that hold wherever the scope is: a target's `when` and the `where` of its `each`.
    pub given: Vec<Expr>,
}

#[derive(Clone, Copy, Debug)]
pub struct Mark {
    frames: usize,
    facts: usize,
}

impl Scope {
    pub fn of_event() -> Scope {
        Scope { event: true, ..Scope::default() }
    }

    pub fn mark(&self) -> Mark {
        Mark { frames: self.frames.len(), facts: self.facts.len() }
    }

    pub fn back_to(&mut self, mark: Mark) {
        self.frames.truncate(mark.frames);
        self.facts.truncate(mark.facts);
    }

    pub fn learn(&mut self, facts: impl IntoIterator<Item = (Place, Proof)>) {
        self.facts.extend(facts);
    }

    /// Whether the value at `root` then `steps` is known to be there: itself or something inside it was
    /// proved present.
    pub fn is_present(&self, root: Root, steps: &[String]) -> bool {
        self.facts.iter().any(|((fact_root, fact_steps), proof)| {
            *fact_root == root
                && match proof {
                    Proof::Present => fact_steps.starts_with(steps),
                    _ => fact_steps.len() > steps.len() && fact_steps.starts_with(steps),
                }
        })
    }

    pub fn is_proved(&self, root: Root, steps: &[String], proof: Proof) -> bool {
        self.facts
            .iter()
            .any(|((fact_root, fact_steps), found)| *fact_root == root && fact_steps == steps && *found == proof)
    }

    /// Whether the tests around leave it open that the value at the place is this code.
    pub fn may_be(&self, root: Root, steps: &[String], code: &str) -> bool {
        let here = |place: &Place| place.0 == root && place.1 == steps;
        self.facts.iter().filter(|(place, _)| here(place)).all(|(_, proof)| match proof {
            Proof::OneOf(codes) => codes.iter().any(|known| known == code),
            Proof::NoneOf(codes) => codes.iter().all(|known| known != code),
            _ => true,
        })
    }
}
