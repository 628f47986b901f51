//! The mappings that are there: every example under `mappings/`, every case of `tests/golden/transform/`.

use hms_sync::check::Files;
use hms_sync::diagnostic;
use hms_sync::model::Mapping;
use std::path::{Path, PathBuf};

/// Files that a mapping names lie beside it.
pub struct Beside(pub PathBuf);

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|_| format!("{path} does not exist"))
    }
}

/// No files at all.
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        Err(format!("{path} does not exist"))
    }
}

/// Without `listen`, `event` and `target` a file is there for others to use.
const ONLY_SHARES: &str = "it only shares what it declares";

/// The mapping, or its first error.
pub fn compile(text: &str, files: &dyn Files) -> Result<Mapping, String> {
    let compilation = hms_sync::compile("m.map", text.as_bytes(), files).map_err(|error| error.to_string())?;
    match compilation.checked {
        Some(checked) => Ok(checked.into_mapping()),
        None => {
            let error = compilation.diagnostics.iter().find(|found| found.severity() == diagnostic::Severity::Error);
            let error = error.ok_or(ONLY_SHARES)?;
            let at = error.primary.span.range();
            let quoted = text.get(at).unwrap_or_default();
            Err(format!("{} {} at `{quoted}`", error.code.as_str(), error.message))
        }
    }
}

/// Every mapping that compiles, by its path.
pub fn mappings() -> Vec<(String, Mapping)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for path in below(&root.join("mappings"), "map") {
        let text = read(&path);
        let folder = path.parent().unwrap_or(root).to_owned();
        match compile(&text, &Beside(folder)) {
            Ok(mapping) => found.push((path.display().to_string(), mapping)),
            Err(why) if why == ONLY_SHARES => {}
            Err(why) => panic!("{}: {why}", path.display()),
        }
    }
    for path in below(&root.join("tests/golden/transform"), "case") {
        let text = read(&path);
        let Some(map) = part(&text, "map") else { panic!("{} has no `--- map`", path.display()) };
        // A case may show that nothing compiles.
        if let Ok(mapping) = compile(map, &Beside(path.parent().unwrap_or(root).to_owned())) {
            found.push((path.display().to_string(), mapping));
        }
    }
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path();
        if path.is_dir() {
            paths.extend(below(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
    paths.sort();
    paths
}

/// The lines between `--- name` and the next heading.
fn part<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let heading = format!("--- {name}\n");
    let start = text.find(&heading)? + heading.len();
    let rest = &text[start..];
    Some(rest.find("\n--- ").map_or(rest, |end| &rest[..=end]))
}
