//! The checker: a syntax tree in, a typed mapping or diagnostics out.

use crate::diagnostic::Diagnostic;
use crate::model::{Mapping, TestCase};
use crate::syntax::tree::SyntaxTree;
use crate::text::Sources;

/// A mapping that the checker accepted, and its tests. Only the checker makes one.
#[derive(Clone, Debug)]
pub struct Checked {
    mapping: Mapping,
    tests: Vec<TestCase>,
}

impl Checked {
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    pub fn tests(&self) -> &[TestCase] {
        &self.tests
    }

    pub fn into_mapping(self) -> Mapping {
        self.mapping
    }
}

/// Hands over the files that a mapping names (`from "clinics.csv"`, `file "expected.xml"`), by the path
/// as written there; the caller resolves it against the mapping's folder. The error is one plain sentence.
pub trait Files {
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// Checks one tree; `None` where there is an error.
pub fn check(_tree: &SyntaxTree, _sources: &Sources, _files: &dyn Files) -> (Option<Checked>, Vec<Diagnostic>) {
    (None, Vec::new())
}
