//! The generated parts of `docs/reference/`: what is written from the tables of the program itself.

use crate::diagnostic::catalogue::Code;
use crate::library::{self, Function};
use serde_json::{Value, json};
use std::fmt::Write;

/// Stands first in every generated page.
const GENERATED: &str =
    "<!-- Generated from the program; `UPDATE_GOLDEN=1 cargo test --test cli generated` writes it anew. -->\n\n";

/// The functions that authors call, group by group.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    library::all().filter(|function| !function.internal)
}

/// `docs/reference/functions.md`.
pub fn functions_as_markdown() -> String {
    let mut page = format!(
        "{GENERATED}# Functions\n\n\
         Called `upper(name)`, or as a pipe `name | upper`: the piped value is the first argument. A missing argument makes\n\
         the result missing, a failed one makes it failed. Behind a result `?` says that it may be missing and `!` that it may\n\
         fail; a parameter with `?` may be left out; `T` is one type in all its places; `number` is an integer or a decimal,\n\
         and `scalar` what can be written as text. `hms-sync functions NAME` shows one.\n"
    );
    let mut group = None;
    for function in functions() {
        if group != Some(function.group) {
            page.push_str(&format!("\n## {}\n", function.group.title()));
            group = Some(function.group);
        }
        page.push('\n');
        page.push_str(&function_as_markdown(function));
    }
    page
}

/// One function's part of the page.
pub fn function_as_markdown(function: &Function) -> String {
    let mut text = format!("### {}\n\n```text\n{}\n```\n\n{}\n", function.name, function.shown(), function.summary);
    for note in function.notes() {
        let _ = writeln!(text, "{note}");
    }
    text.push_str("\n| example | gives |\n|---|---|\n");
    for example in function.examples {
        let _ = writeln!(text, "| {} | {} |", cell(example.source), cell(example.gives));
    }
    text
}

/// Code in a table: a bar would end the cell, and a backtick the code.
fn cell(code: &str) -> String {
    let fence = if code.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", code.replace('|', "\\|"))
}

/// `{"name","group","signature","summary","notes","examples"}`, for editors and other programs.
pub fn function_as_json(function: &Function) -> Value {
    let examples = function.examples.iter().map(|example| json!({ "source": example.source, "gives": example.gives }));
    json!({
        "name": function.name,
        "group": function.group.title(),
        "signature": function.shown(),
        "summary": function.summary,
        "notes": function.notes(),
        "examples": examples.collect::<Vec<_>>(),
    })
}

/// `docs/reference/diagnostics.md`. `example` links to a case that is drawn.
pub fn diagnostics_as_markdown(example: impl Fn(Code) -> Option<String>) -> String {
    let mut page = format!(
        "{GENERATED}# What the compiler says\n\n\
         A code keeps its meaning for ever. Errors (E) stop a mapping, warnings (W) do not, unless `check --deny warnings` says\n\
         so. Each example is a mapping's finding as `hms-sync check` draws it; the mapping lies beside it.\n"
    );
    let mut family = "";
    for code in Code::ALL {
        let here = family_of(*code);
        if here != family {
            let _ = write!(page, "\n## {here}\n\n| code | what | example |\n|---|---|---|\n");
            family = here;
        }
        let link = example(*code).map_or_else(String::new, |link| format!("[drawn]({link})"));
        let _ = writeln!(page, "| {} | {} | {link} |", code.as_str(), code.title().replace('|', "\\|"));
    }
    page
}

fn family_of(code: Code) -> &'static str {
    let text = code.as_str();
    match text.get(..3) {
        Some("E00") => "Syntax",
        Some("E01") => "Names",
        Some("E02") => "Types, missing and failed",
        Some("E03") => "Units and numbers",
        Some("E04") => "Codes, tables, exhaustiveness",
        Some("E05") => "The shape of the output",
        Some("E06") => "Targets",
        Some("E07") => "Tests",
        Some("E08") => "Files, schemas and crosswalks",
        Some("E09") => "Further parts of the language",
        Some("E10" | "N10") => "Bodies and their schemas",
        _ if text.starts_with('W') => "Warnings",
        _ => "Others",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_written_as_authors_read_them() {
        for (name, shown) in [
            ("upper", "upper(text: string): string"),
            ("pad_left", "pad_left(text: string, width: integer, fill?: string): string"),
            ("first", "first(list: [T]): T?"),
            ("round", "round(number: number, places?: integer): number"),
            ("abs", "abs(number: number): number"),
            ("matches", "matches(text: string, pattern: /pattern/): boolean"),
        ] {
            assert_eq!(library::find(name).map(Function::shown).as_deref(), Some(shown));
        }
        for function in functions() {
            assert!(!function.shown().contains(": ,") && !function.shown().contains("()"), "{}", function.shown());
        }
    }

    #[test]
    fn cells_hold_what_code_holds() {
        assert_eq!(cell("a | b"), "`a \\| b`");
        assert_eq!(cell("`a`"), "```a```");
    }
}
