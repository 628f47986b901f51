//! XML Schema 1.0: what a document may hold, read from `.xsd` files with every include and import.
//!
//! ```text
//! file → documents (load) → schema with references resolved (build) → content models (content), text types (simple)
//! ```
//!
//! Nothing is fetched over a network, and no DTD or entity is read. `redefine` and notations are refused, identity
//! constraints are kept by name only.

mod build;
pub mod builtin;
pub mod classes;
pub mod content;
mod load;
pub mod model;
mod parts;
pub mod regex;
mod simple;
pub mod xml;

#[cfg(test)]
mod tests;

pub use load::Read;
pub use model::Schema;
pub use xml::Name;

use crate::diagnostic::{Diagnostic, has_errors};
use crate::text::{Sources, Span};

/// Reads the schema at `path`, which stands at `asked` in a mapping; its files join the sources.
///
/// # Errors
/// What is wrong with it, each once.
pub fn read(path: &str, asked: Span, read: Read<'_>, sources: &mut Sources) -> Result<Schema, Vec<Diagnostic>> {
    let (documents, mut out) = load::load(path, asked, read, sources);
    if has_errors(&out) {
        return Err(out);
    }
    let schema = build::build(&documents, &mut out);
    if has_errors(&out) { Err(out) } else { Ok(schema) }
}
