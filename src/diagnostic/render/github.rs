//! Workflow commands of GitHub Actions, which show a finding beside its line in a pull request:
//! `::error file=a.map,line=3,endLine=3,col=5,endColumn=9,title=E0101 an unknown name::message`.

use super::Places;
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::Sources;
use std::io::{self, Write};

/// Writes one command a diagnostic; the help follows the message on a line of its own.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, sources: &Sources, diagnostics: &[Diagnostic]) -> io::Result<()> {
    let mut places = Places::new(sources);
    for diagnostic in diagnostics {
        let at = places.region(diagnostic.primary.span);
        let command = match diagnostic.severity() {
            Severity::Note => "notice",
            severity => severity.as_str(),
        };
        write!(
            out,
            "::{command} file={},line={},endLine={},col={}",
            property(at.file),
            at.start.line,
            at.end.line,
            at.start.column
        )?;
        // GitHub drops columns of an annotation over several lines.
        if at.start.line == at.end.line {
            write!(out, ",endColumn={}", at.end.column)?;
        }
        let title = format!("{} {}", diagnostic.code, diagnostic.code.title());
        write!(out, ",title={}::{}", property(&title), data(&diagnostic.message))?;
        if let Some(help) = &diagnostic.help {
            write!(out, "%0Ahelp: {}", data(help))?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The escapes of `@actions/core`: a line break would end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
