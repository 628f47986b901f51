//! How the door remembers that something is not as declared. The one scan runs in two ways: quietly,
//! knowing only *whether* something is wrong, and, where it is, once more to say what and where.

use std::collections::HashMap;

/// What is wrong with a value.
pub trait Fault: Sized {
    /// The faults of one record's fields: of a field that comes twice only the last counts.
    type Fields: Default + FieldFaults<Self>;

    /// Something unexpected at this byte.
    fn wrong(at: usize, reason: impl FnOnce() -> String) -> Self;
    /// Something missing from the record that ends at this byte. What is unexpected comes first.
    fn missing(at: usize) -> Self;
    fn in_field(self, name: &str) -> Self;
    fn in_item(self, index: usize) -> Self;
    /// Whichever is to be told of the two.
    fn first(self, other: Self) -> Self;

    fn first_of(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(one.first(other)),
            (one, other) => one.or(other),
        }
    }
}

pub trait FieldFaults<F> {
    /// The field was read anew: what was wrong with it before no longer counts.
    fn set(&mut self, field: usize, fault: Option<F>);
    /// The one to be told.
    fn told(self) -> Option<F>;
}

/// A set of field indexes; of up to 64 without allocating.
#[derive(Default)]
pub struct FieldSet {
    low: u64,
    high: Vec<u64>,
}

impl FieldSet {
    #[inline]
    pub fn contains(&self, field: usize) -> bool {
        match field.checked_sub(64) {
            None => self.low >> field & 1 == 1,
            Some(rest) => self.high.get(rest / 64).is_some_and(|word| word >> (rest % 64) & 1 == 1),
        }
    }

    #[inline]
    pub fn insert(&mut self, field: usize) {
        match field.checked_sub(64) {
            None => self.low |= 1 << field,
            Some(rest) => {
                if self.high.len() <= rest / 64 {
                    self.high.resize(rest / 64 + 1, 0);
                }
                self.high[rest / 64] |= 1 << (rest % 64);
            }
        }
    }

    /// Whether none of these, a bit each, is lacking.
    #[inline]
    pub fn has_all(&self, low: u64) -> bool {
        self.low & low == low
    }

    #[inline]
    fn remove(&mut self, field: usize) {
        match field.checked_sub(64) {
            None => self.low &= !(1 << field),
            Some(rest) => {
                if let Some(word) = self.high.get_mut(rest / 64) {
                    *word &= !(1 << (rest % 64));
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.low == 0 && self.high.iter().all(|word| *word == 0)
    }
}

/// That something is wrong, no more.
pub struct Quiet;

impl Fault for Quiet {
    type Fields = FieldSet;

    #[inline]
    fn wrong(_: usize, _: impl FnOnce() -> String) -> Quiet {
        Quiet
    }

    #[inline]
    fn missing(_: usize) -> Quiet {
        Quiet
    }

    #[inline]
    fn in_field(self, _: &str) -> Quiet {
        Quiet
    }

    #[inline]
    fn in_item(self, _: usize) -> Quiet {
        Quiet
    }

    #[inline]
    fn first(self, _: Quiet) -> Quiet {
        Quiet
    }
}

impl FieldFaults<Quiet> for FieldSet {
    #[inline]
    fn set(&mut self, field: usize, fault: Option<Quiet>) {
        match fault {
            Some(Quiet) => self.insert(field),
            None => self.remove(field),
        }
    }

    #[inline]
    fn told(self) -> Option<Quiet> {
        if self.is_empty() { None } else { Some(Quiet) }
    }
}

/// What is wrong and where.
pub struct Told {
    /// Missing things sort behind unexpected ones, then by their place in the text.
    rank: (bool, usize),
    pub reason: String,
    /// The steps of the path, the last one first.
    steps: Vec<Step>,
}

/// A step into the event.
#[derive(Clone, Debug)]
pub enum Step {
    Field(String),
    Item(usize),
}

impl Told {
    /// The path as messages write it; `event` for the event itself.
    pub fn path(&self) -> String {
        path(self.steps.iter().rev())
    }
}

/// `a[1].b`; a name that is no plain name stands in brackets and quotes.
pub fn path<'s>(steps: impl Iterator<Item = &'s Step>) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    for step in steps {
        // writing into a `String` cannot fail
        let _ = match step {
            Step::Item(index) => write!(out, "[{index}]"),
            Step::Field(name) if is_plain(name) && out.is_empty() => write!(out, "{name}"),
            Step::Field(name) if is_plain(name) => write!(out, ".{name}"),
            Step::Field(name) => write!(out, "[{:?}]", super::shorten(name)),
        };
    }
    if out.is_empty() { "event".to_owned() } else { out }
}

fn is_plain(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|c| c.is_alphanumeric() || c == '_' || c == '-' || c == '$')
}

impl Fault for Told {
    type Fields = HashMap<usize, Told>;

    fn wrong(at: usize, reason: impl FnOnce() -> String) -> Told {
        Told { rank: (false, at), reason: reason(), steps: Vec::new() }
    }

    fn missing(at: usize) -> Told {
        Told { rank: (true, at), reason: "missing".to_owned(), steps: Vec::new() }
    }

    fn in_field(mut self, name: &str) -> Told {
        self.steps.push(Step::Field(name.to_owned()));
        self
    }

    fn in_item(mut self, index: usize) -> Told {
        self.steps.push(Step::Item(index));
        self
    }

    fn first(self, other: Told) -> Told {
        if other.rank < self.rank { other } else { self }
    }
}

impl FieldFaults<Told> for HashMap<usize, Told> {
    fn set(&mut self, field: usize, fault: Option<Told>) {
        match fault {
            Some(fault) => self.insert(field, fault),
            None => self.remove(&field),
        };
    }

    fn told(self) -> Option<Told> {
        self.into_values().min_by_key(|fault| fault.rank)
    }
}
