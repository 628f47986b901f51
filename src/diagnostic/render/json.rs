//! One JSON object a diagnostic, one diagnostic a line.

use super::{Place, Places, Region};
use crate::diagnostic::{Diagnostic, Label};
use crate::text::Sources;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    severity: &'a str,
    title: &'a str,
    message: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    labels: Vec<Marked<'a>>,
    help: Option<&'a str>,
}

/// `span` in bytes, half open; `start` and `end` as line and column from 1, `end` being the place after the span.
#[derive(Serialize)]
struct At<'a> {
    file: &'a str,
    span: Bytes,
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Bytes {
    start: u32,
    end: u32,
}

#[derive(Serialize)]
struct Marked<'a> {
    primary: bool,
    #[serde(flatten)]
    at: At<'a>,
    text: &'a str,
}

impl<'a> From<Region<'a>> for At<'a> {
    fn from(region: Region<'a>) -> At<'a> {
        let span = Bytes { start: region.span.start, end: region.span.end };
        At { file: region.file, span, start: region.start, end: region.end }
    }
}

/// Writes every diagnostic as a line of JSON.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, sources: &Sources, diagnostics: &[Diagnostic]) -> io::Result<()> {
    let mut places = Places::new(sources);
    for diagnostic in diagnostics {
        let primary = places.region(diagnostic.primary.span);
        let mut labels = vec![Marked { primary: true, at: primary.into(), text: &diagnostic.primary.text }];
        // Labels lie anywhere; they have a memory of their own so that the primaries' stays in order.
        let mut elsewhere = Places::new(sources);
        labels.extend(diagnostic.secondary.iter().map(|label: &Label| Marked {
            primary: false,
            at: elsewhere.region(label.span).into(),
            text: &label.text,
        }));
        let finding = Finding {
            code: diagnostic.code.as_str(),
            severity: diagnostic.severity().as_str(),
            title: diagnostic.code.title(),
            message: &diagnostic.message,
            at: primary.into(),
            labels,
            help: diagnostic.help.as_deref(),
        };
        serde_json::to_writer(&mut *out, &finding)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
