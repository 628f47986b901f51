//! One case a file: what the compiler says of a mapping, what the program makes of events.
//!
//! `UPDATE_GOLDEN=1 cargo test --test golden` writes what came; the difference is then read before it is committed.

use hms_sync::check::Files;
use hms_sync::diagnostic::Code;
use hms_sync::diagnostic::render::human::{self, Style};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn cases(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} has no cases", folder.display());
    paths
}

/// Holds what came against the file, or renews it; what differs is collected so that one run shows all.
struct Golden {
    renew: bool,
    different: String,
}

impl Golden {
    fn new() -> Golden {
        Golden { renew: std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1"), different: String::new() }
    }

    fn hold(&mut self, path: &Path, got: &str) {
        let expected = std::fs::read_to_string(path).unwrap_or_default();
        if expected == got {
            return;
        }
        if self.renew {
            std::fs::write(path, got).unwrap();
            return;
        }
        let _ = writeln!(self.different, "── {}", path.display());
        for change in similar::TextDiff::from_lines(expected.as_str(), got).iter_all_changes() {
            if change.tag() != similar::ChangeTag::Equal {
                let _ = write!(self.different, "{}{change}", change.tag());
            }
        }
    }

    fn end(self) {
        assert!(self.different.is_empty(), "not as the goldens say (- expected, + got):\n{}", self.different);
    }
}

/// Files that a mapping names lie beside it.
struct Beside(PathBuf);

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|_| format!("{path} does not exist; check the path"))
    }
}

/// `E0101_name.map` beside `E0101_name.txt`, the drawing; the code in the name is among the findings.
#[test]
fn diagnostics() {
    let style = Style { width: 100, colour: false, unicode: true };
    let mut golden = Golden::new();
    for path in cases("diagnostics", "map") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let files = Beside(path.parent().unwrap().to_owned());
        let compilation = hms_sync::compile(&name, &std::fs::read(&path).unwrap(), &files).unwrap();
        let mut drawn = Vec::new();
        human::write(&mut drawn, &compilation.sources, &compilation.diagnostics, style).unwrap();
        golden.hold(&path.with_extension("txt"), &String::from_utf8(drawn).unwrap());
        let code = name.split('_').next().unwrap();
        let codes: Vec<&str> = compilation.diagnostics.iter().map(|found| found.code.as_str()).collect();
        if !codes.contains(&code) {
            let _ = writeln!(golden.different, "── {name} is to show {code}, but has {codes:?}");
        }
    }
    golden.end();
}

/// A diagnostic that nobody has read in its drawing is not done.
#[test]
fn every_code_has_a_case() {
    let shown: BTreeSet<String> = cases("diagnostics", "map")
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().split('_').next().unwrap().to_owned())
        .collect();
    let missing: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).filter(|code| !shown.contains(*code)).collect();
    assert!(missing.is_empty(), "no case in tests/golden/diagnostics for {missing:?}");
}

/// A case of `hms-sync transform`: parts under headings of the form `--- name`.
///
/// `map` is the mapping, `events` the input; `arguments` (further arguments) and `file NAME` (what lies beside it) may
/// be left out; `out`, `err` and `status` are what came.
#[test]
fn transform() {
    let mut golden = Golden::new();
    for path in cases("transform", "case") {
        let text = std::fs::read_to_string(&path).unwrap();
        let part = |name: &str| part(&text, name);
        let map = part("map").unwrap_or_else(|| panic!("{} has no `--- map`", path.display()));
        let events = part("events").unwrap_or_else(|| panic!("{} has no `--- events`", path.display()));
        let arguments = part("arguments").unwrap_or_default();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("m.map"), map).unwrap();
        let mut files = String::new();
        for name in text.lines().filter_map(|line| line.strip_prefix("--- file ")) {
            let content = part(&format!("file {name}")).unwrap();
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
            let _ = write!(files, "--- file {name}\n{content}");
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_hms-sync"))
            .args(["transform", "--mapping", "m.map"])
            .args(arguments.split_whitespace())
            .current_dir(folder.path())
            .env_clear()
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A broken mapping ends it before it reads.
        let _ = child.stdin.take().unwrap().write_all(events.as_bytes());
        let ended = child.wait_with_output().unwrap();
        let mut got = format!("--- map\n{map}{files}--- events\n{events}");
        if !arguments.is_empty() {
            got.push_str(&format!("--- arguments\n{arguments}"));
        }
        for (name, bytes) in [("out", ended.stdout), ("err", ended.stderr)] {
            got.push_str(&format!("--- {name}\n{}", String::from_utf8(bytes).unwrap()));
        }
        got.push_str(&format!("--- status\n{}\n", ended.status.code().unwrap_or(-1)));
        golden.hold(&path, &got);
    }
    golden.end();
}

/// The lines between `--- name` and the next heading.
fn part<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let heading = format!("--- {name}\n");
    let start = if text.starts_with(&heading) {
        heading.len()
    } else {
        text.find(&format!("\n{heading}"))? + 1 + heading.len()
    };
    let rest = &text[start..];
    let end = if rest.starts_with("--- ") { 0 } else { rest.find("\n--- ").map_or(rest.len(), |end| end + 1) };
    Some(&rest[..end])
}
