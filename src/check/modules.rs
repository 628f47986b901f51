//! `use "common/va.map" { Role }`: the files that a mapping is made of, read once each, in the order of use.
//!
//! A file lies beside the one that names it, or else in a folder of the search path. The files of tables are read
//! here, too, so that all texts are at hand before anything is checked.

use super::Files;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax;
use crate::syntax::tree::{Item, SyntaxTree, Text};
use crate::text::{Sources, Span};
use std::collections::HashMap;

/// The most files that one mapping is made of, tables' files included.
pub const MAX_FILES: usize = 200;

/// Every file of a mapping but its own.
#[derive(Default)]
pub(super) struct Modules {
    pub imported: Vec<Module>,
    /// The file that a path in a `use` or behind a table's `from` led to, by the place of the path.
    pub found: HashMap<Span, u32>,
}

/// A file of `use`.
pub(super) struct Module {
    pub file: u32,
    pub tree: SyntaxTree,
}

/// Whether a file only declares what others use: it has nothing that makes a mapping of it.
pub fn is_library(tree: &SyntaxTree) -> bool {
    let mut shares = false;
    for item in &tree.items {
        match item {
            Item::Listen(_) | Item::Event(_) | Item::Target(_) | Item::Test(_) | Item::Ignore(_) => return false,
            Item::Map(map) if map.parameters.is_none() => return false,
            Item::Zone(..) => {}
            _ => shares = true,
        }
    }
    shares
}

/// Where a file lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    /// `None`: in or below the mapping's folder (or above it, by `..`); else the folder of the search path.
    folder: Option<usize>,
    /// From that folder, with `/`, without needless `.` and `..`.
    path: String,
}

impl Place {
    /// What lies at `path` beside this file.
    fn beside(&self, path: &str) -> Place {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        Place { folder: self.folder, path: plain(folder, path) }
    }
}

struct Loader<'l> {
    sources: &'l mut Sources,
    files: &'l dyn Files,
    out: Vec<Diagnostic>,
    /// The folder in which messages find the mapping's own file, with its `/`.
    home: String,
    search: Vec<String>,
    known: HashMap<Place, u32>,
    /// The files that lead to the one at hand, and where each names the next.
    under_way: Vec<(u32, Span)>,
    modules: Modules,
}

/// Reads every file that the mapping uses, directly or through another, and its tables' files.
pub(super) fn load(tree: &SyntaxTree, sources: &mut Sources, files: &dyn Files) -> (Modules, Vec<Diagnostic>) {
    let name = sources.file(0).name.clone();
    let split = name.rfind(['/', '\\']).map_or(0, |at| at + 1);
    let place = Place { folder: None, path: name[split..].to_owned() };
    let mut loader = Loader {
        sources,
        files,
        out: Vec::new(),
        home: name[..split].to_owned(),
        search: files.search_path(),
        known: HashMap::from([(place.clone(), 0)]),
        under_way: Vec::new(),
        modules: Modules::default(),
    };
    loader.follow(tree, 0, &place);
    (loader.modules, loader.out)
}

impl Loader<'_> {
    fn follow(&mut self, tree: &SyntaxTree, file: u32, place: &Place) {
        for item in &tree.items {
            match item {
                Item::Use(node) => self.used(&node.path, file, place),
                Item::Table(node) => {
                    if let Some(from) = &node.from {
                        self.table_file(from, place);
                    }
                }
                _ => {}
            }
        }
    }

    fn used(&mut self, path: &Text, file: u32, place: &Place) {
        self.under_way.push((file, path.span));
        if let Some((found, at, new)) = self.find(path, place) {
            if new {
                let (tree, mistakes) = syntax::parse(self.sources.file(found), found);
                self.out.extend(mistakes);
                self.follow(&tree, found, &at);
                self.modules.imported.push(Module { file: found, tree });
            }
            match self.under_way.iter().position(|(other, _)| *other == found) {
                Some(first) => self.circle(first, path),
                None => drop(self.modules.found.insert(path.span, found)),
            }
        }
        self.under_way.pop();
    }

    fn table_file(&mut self, path: &Text, place: &Place) {
        if let Some((found, _, _)) = self.find(path, place) {
            self.modules.found.insert(path.span, found);
        }
    }

    /// The file at a path; whether it was read for the first time.
    fn find(&mut self, path: &Text, from: &Place) -> Option<(u32, Place, bool)> {
        if is_absolute(&path.value) {
            self.out.push(
                Diagnostic::new(
                    Code::E0753,
                    "this path holds on one machine only",
                    path.span,
                    "not from the file's own folder",
                )
                .help("write the path from the folder that this file is in, or from a folder of the search path (`--include`)"),
            );
            return None;
        }
        let beside = from.beside(&path.value);
        let below = (0..self.search.len()).map(|folder| Place { folder: Some(folder), path: plain("", &path.value) });
        let places: Vec<Place> = [beside].into_iter().chain(below).collect();
        if let Some((place, file)) = places.iter().find_map(|place| Some((place, *self.known.get(place)?))) {
            return Some((file, place.clone(), false));
        }
        if self.sources.files().len() > MAX_FILES {
            self.out.push(
                Diagnostic::new(
                    Code::E0705,
                    format!("a mapping is made of at most {MAX_FILES} files"),
                    path.span,
                    "one too many",
                )
                .help("put what belongs together into one file; a folder that links to itself leads round for ever"),
            );
            return None;
        }
        let mut problem = None;
        for place in places {
            match self.read(&place) {
                Ok(bytes) => return self.take(path, place, &bytes),
                Err(error) => drop(problem.get_or_insert(error)),
            }
        }
        let searched = match self.search.len() {
            0 => String::new(),
            _ => format!(", nor is it in {}", self.search.join(", ")),
        };
        self.out.push(
            Diagnostic::new(
                Code::E0705,
                format!("{}{searched}", problem.unwrap_or_default()),
                path.span,
                "this file",
            )
            .help("the path counts from the folder that this file is in, then from each folder of the search path (`--include`)"),
        );
        None
    }

    fn read(&self, place: &Place) -> Result<Vec<u8>, String> {
        match place.folder {
            None => self.files.read(&place.path),
            Some(folder) => self.files.read_below(folder, &place.path),
        }
    }

    fn take(&mut self, path: &Text, place: Place, bytes: &[u8]) -> Option<(u32, Place, bool)> {
        let folder = place.folder.and_then(|folder| self.search.get(folder));
        let shown = match folder {
            None => format!("{}{}", self.home, place.path),
            Some(folder) => format!("{}/{}", folder.trim_end_matches('/'), place.path),
        };
        match self.sources.add_as(shown, place.path.clone(), bytes) {
            Ok(file) => {
                self.known.insert(place.clone(), file);
                Some((file, place, true))
            }
            Err(error) => {
                self.out.push(
                    Diagnostic::new(Code::E0705, error.to_string(), path.span, "this file")
                        .help("save the file anew, as UTF-8 text"),
                );
                None
            }
        }
    }

    fn circle(&mut self, first: usize, path: &Text) {
        let names = |file: u32| self.sources.file(file).stable.clone();
        let mut way: Vec<String> = self.under_way[first..].iter().map(|(file, _)| names(*file)).collect();
        way.push(way[0].clone());
        let message = match way.len() {
            2 => format!("{} uses itself", way[0]),
            _ => format!("these files use each other in a circle: {}", way.join(" uses ")),
        };
        let mut diagnostic = Diagnostic::new(Code::E0751, message, path.span, format!("leads back to {}", way[0]));
        for (at, (_, span)) in self.under_way[first..self.under_way.len() - 1].iter().enumerate() {
            diagnostic = diagnostic.also(*span, format!("{} uses {}", way[at], way[at + 1]));
        }
        self.out.push(diagnostic.help("move what both need into a file of its own, which both use"));
    }
}

/// `folder` and `path` as one path, each `.` left out and each `..` taken back where something is before it.
fn plain(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    path.starts_with(['/', '\\']) || drive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_plain_and_stay_relative() {
        assert_eq!(plain("", "va.map"), "va.map");
        assert_eq!(plain("common", "./roles.map"), "common/roles.map");
        assert_eq!(plain("common/x", "../roles.map"), "common/roles.map");
        assert_eq!(plain("common", "../../va.map"), "../va.map");
        assert_eq!(plain("..", "../va.map"), "../../va.map");
        assert!(is_absolute("/etc/va.map") && is_absolute("C:/va.map") && is_absolute("\\\\host\\va.map"));
        assert!(!is_absolute("c/va.map"));
    }
}
