//! From a source text to its syntax tree: what the file says, before anything is known of what it means.
//!
//! `grammar/mapping.pest` writes the look of the language down; [`build`] walks pest's pairs into
//! [`tree::SyntaxTree`] and words every mistake. A parse never fails as a whole: the tree holds all that
//! could be read, and each mistake is one diagnostic (codes E0001 to E0016). It takes time linear in the
//! text, and no text overflows the stack: brackets nest up to 100 deep (E0007), and up to 1,000 operators
//! may lie around one place (E0008).

mod build;
pub mod tree;
pub mod words;

#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostic;
use crate::text::SourceFile;
use tree::SyntaxTree;

/// The pest parser of `grammar/mapping.pest`.
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/mapping.pest"]
    pub struct MappingParser;
}

/// Reads one text. `file_id` is its index in [`crate::text::Sources`], for the spans.
///
/// Diagnostics come in the order of their places.
pub fn parse(file: &SourceFile, file_id: u32) -> (SyntaxTree, Vec<Diagnostic>) {
    build::file(file, file_id)
}
