//! What a schema asks of a value beyond its type. It is held where the value is read (the door, for an event's
//! schema) or where it is written (a rule of use on a [`Leaf`](super::Leaf), for a body's).

use super::number::Number;
use serde::{Deserialize, Serialize};

/// One demand on a value. Those on numbers are exact; those on texts are on the text as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// Exactly so many Unicode scalar values.
    Length(u64),
    /// In Unicode scalar values.
    MinLength(u64),
    /// In Unicode scalar values.
    MaxLength(u64),
    /// A regular expression in the syntax of the language's pattern literals, unanchored.
    Pattern(String),
    /// Not below.
    Minimum {
        than: Number,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        exclusive: bool,
    },
    /// Not above.
    Maximum {
        than: Number,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        exclusive: bool,
    },
    MultipleOf(Number),
    /// Digits before and after the point together, needless zeros not counted (XML Schema part 2, §4.3.11).
    TotalDigits(u32),
    /// Digits after the point, needless zeros not counted (XML Schema part 2, §4.3.12).
    FractionDigits(u32),
    /// A date, time or date-time (ISO 8601) not before this one.
    Earliest {
        than: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        exclusive: bool,
    },
    /// A date, time or date-time (ISO 8601) not after this one.
    Latest {
        than: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        exclusive: bool,
    },
    /// One of these texts.
    OneOf(Vec<String>),
}

/// A demand on the text of a leaf: one of the alternatives holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextRule {
    pub any_of: Vec<Alternative>,
    /// What asks for it, for reasons: `ShortName of slots.xsd`.
    pub because: String,
}

/// All of its constraints hold, once white space is dealt with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    #[serde(default, skip_serializing_if = "Space::is_kept")]
    pub space: Space,
    pub all: Vec<Constraint>,
}

/// What becomes of white space before a text is held against a rule (XML Schema part 2, §4.3.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    #[default]
    Preserve,
    /// Tabs and line ends are spaces.
    Replace,
    /// And runs of spaces are one, none at the ends.
    Collapse,
}

impl Space {
    fn is_kept(&self) -> bool {
        *self == Space::Preserve
    }
}
