//! A SARIF 2.1.0 log (OASIS, 2020) with one run, as code-scanning services read it.

use super::{Places, Region};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Sources;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// What a path may hold unescaped in a URI reference (RFC 3986, 3.3); `:` is escaped because the first segment of a
/// relative reference must not look like a scheme.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Collects the findings of many mappings into one log.
#[derive(Default)]
pub struct Log {
    codes: BTreeSet<Code>,
    results: Vec<Value>,
}

impl Log {
    pub fn new() -> Log {
        Log::default()
    }

    pub fn add(&mut self, sources: &Sources, diagnostics: &[Diagnostic]) {
        let mut places = Places::new(sources);
        for diagnostic in diagnostics {
            self.codes.insert(diagnostic.code);
            let mut text = diagnostic.message.clone();
            if let Some(help) = &diagnostic.help {
                text.push_str("\n\nhelp: ");
                text.push_str(help);
            }
            let mut result = json!({
                "ruleId": diagnostic.code.as_str(),
                "level": diagnostic.severity().as_str(),
                "message": { "text": text },
                "locations": [location(places.region(diagnostic.primary.span), &diagnostic.primary.text)],
            });
            if !diagnostic.secondary.is_empty() {
                let mut elsewhere = Places::new(sources);
                let related =
                    diagnostic.secondary.iter().map(|label| location(elsewhere.region(label.span), &label.text));
                result["relatedLocations"] = related.collect();
            }
            self.results.push(result);
        }
    }

    /// Writes the log, pretty, with a line end.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let rules: Vec<Value> = self
            .codes
            .iter()
            .map(|code| {
                json!({
                    "id": code.as_str(),
                    "shortDescription": { "text": code.title() },
                    "defaultConfiguration": { "level": code.severity().as_str() },
                })
            })
            .collect();
        let log = json!({
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "hms-sync", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
                "columnKind": "unicodeCodePoints",
                "results": self.results,
            }],
        });
        serde_json::to_writer_pretty(&mut *out, &log)?;
        out.write_all(b"\n")
    }
}

fn location(at: Region<'_>, label: &str) -> Value {
    let path = if cfg!(windows) { at.file.replace('\\', "/") } else { at.file.to_owned() };
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": utf8_percent_encode(&path, PATH).to_string() },
            "region": {
                "startLine": at.start.line,
                "startColumn": at.start.column,
                "endLine": at.end.line,
                "endColumn": at.end.column,
                "byteOffset": at.span.start,
                "byteLength": at.span.end.saturating_sub(at.span.start),
            },
        },
    });
    if !label.is_empty() {
        location["message"] = json!({ "text": label });
    }
    location
}
