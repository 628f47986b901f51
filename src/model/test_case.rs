//! A `test` block, resolved. Not part of the stored mapping: tests run from the source.

/// One test of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct TestCase {
    pub name: String,
    /// Line of the `test` word, from 1.
    pub line: usize,
    /// The event's JSON text.
    pub given: String,
    /// The envelope as a JSON object, if the test gives one.
    pub meta: Option<String>,
    /// What the crosswalks hold.
    pub crosswalks: Vec<KnownEntry>,
    pub expectations: Vec<Expectation>,
}

/// `crosswalk VistaSlot { 42: "77" }`: one entry, as text.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownEntry {
    pub crosswalk: String,
    pub key: String,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// Index of the target in the mapping; `None` where the test names none.
    pub target: Option<usize>,
    pub line: usize,
    pub expected: Expected,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A JSON body (or, for a target with `each`, a list of them), as JSON text.
    Json(String),
    /// A text or XML body.
    Text(String),
    /// Set aside, by the door or the author, the reason holding this text.
    Reject(Option<String>),
    Skip,
    /// A JSON object with some of `method`, `url`, `headers`, `body`.
    Request(String),
}
