//! Crosswalks: the other system's own ids. The evaluator is handed what they hold and writes down what it asked.

use std::collections::BTreeMap;

use super::limits::MAX_ADDRESS_BYTES;
use crate::library::Value;
use crate::library::scalar::{noun, scalar};
use crate::model::{Crosswalk, Mapping, Type};

/// What crosswalks hold, as text: keys and values as interpolation writes them.
pub trait Crosswalks {
    /// `None` where nothing is known for this key. The same question gets the same answer while one event is
    /// looked at.
    fn get(&self, crosswalk: &str, key: &str) -> Option<String>;
}

/// Crosswalks that hold nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCrosswalks;

impl Crosswalks for NoCrosswalks {
    fn get(&self, _crosswalk: &str, _key: &str) -> Option<String> {
        None
    }
}

/// One look-up and what it found; an event's look-ups, handed in again, make the same request again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LookUp {
    pub crosswalk: String,
    pub key: String,
    pub found: Option<String>,
}

/// Crosswalks in memory: of a test, of a file, or the look-ups that are stored with an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownCrosswalks {
    entries: BTreeMap<String, BTreeMap<String, Option<String>>>,
}

impl KnownCrosswalks {
    /// What is known for a key, in the place of what was; the former, if there was something.
    pub fn insert(&mut self, crosswalk: &str, key: String, found: Option<String>) -> Option<Option<String>> {
        self.entries.entry(crosswalk.to_owned()).or_default().insert(key, found)
    }

    /// Whether it is known what the crosswalk holds for the key, if only that it holds nothing.
    pub fn knows(&self, crosswalk: &str, key: &str) -> bool {
        self.entries.get(crosswalk).is_some_and(|entries| entries.contains_key(key))
    }
}

impl Crosswalks for KnownCrosswalks {
    fn get(&self, crosswalk: &str, key: &str) -> Option<String> {
        self.entries.get(crosswalk)?.get(key)?.clone()
    }
}

/// The crosswalk that a mapping declares under this name.
pub fn declared<'m>(mapping: &'m Mapping, name: &str) -> Option<&'m Crosswalk> {
    mapping.crosswalks.iter().find(|crosswalk| crosswalk.name == name)
}

/// Why a key or a value cannot be kept.
pub fn too_long(text: &str) -> Option<String> {
    (text.len() > MAX_ADDRESS_BYTES).then(|| format!("over {} KiB", MAX_ADDRESS_BYTES >> 10))
}

/// A crosswalk made ready.
pub struct CrosswalkCode {
    pub name: String,
    value: Type,
}

impl CrosswalkCode {
    pub fn new(crosswalk: &Crosswalk) -> CrosswalkCode {
        CrosswalkCode { name: crosswalk.name.clone(), value: crosswalk.value.clone() }
    }

    /// What was found, as a value.
    pub fn value<'e>(&self, found: &str) -> Option<Value<'e>> {
        scalar(&self.value, found)
    }

    pub fn noun(&self) -> String {
        noun(&self.value)
    }
}
