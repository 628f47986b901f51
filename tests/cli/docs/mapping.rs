//! ```` ```hms-sync ````: a whole mapping; `fragment`: some of its declarations; `wrong CODE`: what the compiler refuses.

use super::page::Block;
use hms_sync::check::Files;
use hms_sync::diagnostic::render::human::{self, Style};
use hms_sync::diagnostic::{Diagnostic, Severity};
use hms_sync::text::Sources;
use hms_sync::tools::test_run;
use std::path::PathBuf;

/// Checks the block, and runs the tests in it. Files that it names are taken from the page's folder.
pub fn hold(block: &Block, text: &str, folder: PathBuf) -> Result<(), String> {
    let words: Vec<&str> = block.words.iter().map(String::as_str).collect();
    let (text, strict, wrong) = match words.as_slice() {
        [] => (text.to_owned(), true, None),
        ["fragment"] => (completed(text), false, None),
        ["wrong", code] => (completed(text), false, Some(*code)),
        _ => return Err("after `hms-sync` stands nothing, `fragment` or `wrong CODE`".to_owned()),
    };
    let compilation =
        hms_sync::compile("the block", text.as_bytes(), &Folder(folder)).map_err(|error| error.to_string())?;
    let found = &compilation.diagnostics;
    if let Some(code) = wrong {
        let errors: Vec<&str> = found.iter().filter(|found| is_error(found)).map(|found| found.code.as_str()).collect();
        return match errors.as_slice() {
            [only] if *only == code => Ok(()),
            _ => Err(format!("the block is to have one error, {code}:\n\n{}", drawn(&compilation.sources, found))),
        };
    }
    let counted: Vec<Diagnostic> = found.iter().filter(|found| strict || is_error(found)).cloned().collect();
    if !counted.is_empty() {
        return Err(format!("the block does not check:\n\n{}", drawn(&compilation.sources, &counted)));
    }
    // A file that only declares what others use is no mapping by itself.
    if compilation.library {
        return Ok(());
    }
    let Some(checked) = compilation.checked else { return Err("the block has errors that are not told".to_owned()) };
    let failed: Vec<String> = test_run::run(&checked)
        .map_err(|error| error.to_string())?
        .iter()
        .filter(|result| !result.passed())
        .map(|result| format!("the test \"{}\" fails: {:#?}", result.name, result.failures))
        .collect();
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

fn is_error(found: &Diagnostic) -> bool {
    found.code.severity() == Severity::Error
}

fn drawn(sources: &Sources, found: &[Diagnostic]) -> String {
    let mut out = Vec::new();
    let style = Style { width: 100, colour: false, unicode: true };
    human::write(&mut out, sources, found, style).expect("a vector takes everything");
    String::from_utf8_lossy(&out).into_owned()
}

/// A fragment with the declarations that every mapping has and it has not.
fn completed(fragment: &str) -> String {
    let begins = |words: &[&str]| {
        fragment.lines().any(|line| words.iter().any(|word| line == *word || line.starts_with(&format!("{word} "))))
    };
    let mut text = fragment.to_owned();
    for (there, otherwise) in [
        (begins(&["listen"]), "listen \"x\"\n"),
        (begins(&["event"]), "event { }\n"),
        (begins(&["target"]), "target PUT \"https://legacy.example/{meta.id}\" { key meta.id }\n"),
        (fragment.lines().any(is_body), "map { }\n"),
    ] {
        if !there {
            text.push_str(otherwise);
        }
    }
    text
}

/// The map of a target, not one with parameters that others reuse.
fn is_body(line: &str) -> bool {
    line.strip_prefix("map ").is_some_and(|after| !after.split('{').next().unwrap_or(after).contains('('))
}

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| format!("{path} cannot be read: {error}"))
    }
}
