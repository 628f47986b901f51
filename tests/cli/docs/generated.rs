//! The pages that are written from the program's own tables are as the program is now.

use super::root;
use hms_sync::diagnostic::Code;
use hms_sync::tools::reference;

/// The first of the code's cases by name, from the page's folder.
fn drawn(code: Code) -> Option<String> {
    let folder = root().join("tests/golden/diagnostics");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let first = names.filter(|name| name.starts_with(code.as_str()) && name.ends_with(".txt")).min()?;
    Some(format!("../../tests/golden/diagnostics/{first}"))
}

#[test]
fn generated_pages_are_fresh() {
    let renew = std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1");
    let mut stale = Vec::new();
    for (name, text) in [
        ("functions.md", reference::functions_as_markdown()),
        ("diagnostics.md", reference::diagnostics_as_markdown(drawn)),
        ("cli.md", hms_sync::cli::reference()),
    ] {
        let path = root().join("docs/reference").join(name);
        if std::fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        if renew {
            std::fs::write(&path, text).unwrap();
        } else {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "{stale:?} in docs/reference/: UPDATE_GOLDEN=1 cargo test --test cli generated");
}
