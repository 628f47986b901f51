//! A whole mapping: what it listens to, the event's shape, its tables and its targets.

use super::expression::{Constant, Expr};
use super::target::Target;
use super::types::{RecordType, Type};
use serde::{Deserialize, Serialize};

/// The version of the `.mapc` format; a file of another version is refused.
pub const FORMAT: u32 = 1;

/// The IANA zone data that the checker and the plan were built with.
pub const ZONE_DATA: &str = "bundled";

/// The typed IR of one `.map` file, all that the runtime is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// [`FORMAT`].
    pub format: u32,
    pub zone_data: String,
    /// The file's name without folder and extension.
    pub name: String,
    /// The mapping's own text first, then what it uses, in order of use.
    pub sources: Vec<SourceDigest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    pub listen: Listen,
    pub event: EventShape,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crosswalks: Vec<Crosswalk>,
    pub targets: Vec<Target>,
}

/// The file name (no folder) and the lower-case hex SHA-256 of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceDigest {
    pub name: String,
    pub sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listen {
    /// The event's name at the hub.
    pub event: String,
    /// The field of a bare JSON event that is its id; by default the top-level `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventShape {
    /// Unknown fields are refused, in the records inside, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    #[serde(flatten)]
    pub record: RecordType,
}

/// What another system calls our records, kept in the connector's store under its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crosswalk {
    pub name: String,
    /// Scalars without unit, form, null or what may be missing.
    pub key: Type,
    pub value: Type,
}

/// A function from codes to codes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    pub keys: Vec<KeyColumn>,
    /// The names of the value columns; one nameless column is called `value`.
    pub columns: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
    /// Rows from a CSV file; then there are no others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileRows>,
    /// The `_` row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Fallback>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: Type,
}

/// Keys of one row are distinct from those of every other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub keys: Vec<Constant>,
    /// One expression a column; constants, or a `Reject`.
    pub values: Vec<Expr>,
}

/// The rows of a CSV file, as short as they are there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRows {
    /// Of the value columns: text, codes, numbers or booleans. The keys' are in [`Table::keys`].
    pub types: Vec<Type>,
    /// One text a row, its cells as [`record`](super::record) writes them, the keys' first. The keys of one row are
    /// distinct from those of every other; an empty value is missing.
    pub records: Vec<String>,
}

/// One expression a column; `Root::Local(0)` is `it`, the key's text (several parts joined by `, `).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fallback {
    pub values: Vec<Expr>,
}
