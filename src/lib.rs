//! The doors of `hms-sync`.
//!
//! ```text
//! text → SyntaxTree → (Checked mapping, diagnostics) → Plan → Request → outcome
//!        syntax        check                          plan   runtime
//! ```

pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
pub mod library;
pub mod model;
pub mod plan;
#[cfg(feature = "runtime")]
pub mod runtime;
pub mod schema;
pub mod syntax;
pub mod text;
#[cfg(feature = "tools")]
pub mod tools;

use check::{Checked, Files};
use diagnostic::Diagnostic;
use text::{Sources, TextError};

/// What compiling one `.map` gave: its texts, every finding in the order of the text, and the checked
/// mapping if no finding is an error.
#[derive(Clone, Debug)]
pub struct Compilation {
    pub sources: Sources,
    pub checked: Option<Checked>,
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the file only declares what others `use`: checked as such, but no mapping.
    pub library: bool,
}

/// Compiles one `.map`. `name` is what messages call it (the path as the user wrote it).
///
/// # Errors
/// Bytes that are no text (not UTF-8, too long). Every mistake in the text is a diagnostic.
pub fn compile(name: &str, bytes: &[u8], files: &dyn Files) -> Result<Compilation, TextError> {
    let mut sources = Sources::new();
    let main = sources.add(name, bytes)?;
    let (tree, mut diagnostics) = syntax::parse(sources.file(main), main);
    let (checked, found) = check::check(&tree, &mut sources, files);
    diagnostics.extend(found);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.code));
    let checked = checked.filter(|_| !diagnostic::has_errors(&diagnostics));
    Ok(Compilation { sources, checked, diagnostics, library: check::is_library(&tree) })
}
