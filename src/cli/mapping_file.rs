//! Mappings from files: `.map` compiled, `.mapc` read, the first generation's `.yaml` imported.

use super::config::{self, Config};
use super::stop::{Status, Stop, unreadable};
use super::terminal::Stream;
use crate::check::{Checked, Files};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::human;
use crate::model::{Mapping, mapc};
use crate::plan::Plan;
use crate::text::{MAX_SOURCE_BYTES, Sources};
use crate::tools::import_yaml;
use clap::Args;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What a file holds.
pub enum Loaded {
    /// A `.map`, or a `.yaml` as imported, with everything that the compiler found.
    /// `library`: it only declares what others use, and is no mapping by itself.
    Source { sources: Sources, diagnostics: Vec<Diagnostic>, checked: Option<Box<Checked>>, library: bool },
    /// A `.mapc`.
    Compiled(Box<Mapping>),
}

/// Where files of `use`, and those of tables, are looked for.
#[derive(Debug, Args)]
pub struct Include {
    /// A folder in which files of `use` are looked for that do not lie beside the mapping; may be given several times
    #[arg(long = "include", value_name = "DIR")]
    folders: Vec<PathBuf>,
}

impl Include {
    /// The folders of the flags, then those of the configuration.
    pub fn with(&self, config: &Config) -> Vec<PathBuf> {
        self.folders.iter().chain(&config.check.include).cloned().collect()
    }

    /// As [`Include::with`], with the configuration of the working directory.
    ///
    /// # Errors
    /// `hms-sync.toml` is there and cannot be read.
    pub fn folders(&self) -> Result<Vec<PathBuf>, Stop> {
        config::load(None).map(|config| self.with(&config))
    }
}

/// Reads and compiles one file, by its extension.
///
/// # Errors
/// The file cannot be read, or is none of the three forms.
pub fn load(path: &Path, include: &[PathBuf]) -> Result<Loaded, Stop> {
    let name = path.display().to_string();
    match extension(path) {
        Extension::Mapc => {
            let bytes = read(path, mapc::MAX_MAPC_BYTES)?;
            let mapping = mapc::read(&bytes).map_err(|error| Stop::say(format!("{name} cannot be used: {error}")))?;
            // A file may have been written by anyone, so what it says is held against itself.
            Plan::new(&mapping).map_err(|error| {
                Stop::say(format!("{name} cannot be used: {error}; compile it again from its .map"))
            })?;
            Ok(Loaded::Compiled(Box::new(mapping)))
        }
        Extension::Yaml => {
            let map = import_yaml::import(&name, &read(path, import_yaml::MAX_RULE_BYTES)?).map_err(Stop::say)?;
            // Places are those of the imported text, which `hms-sync import` shows.
            compile(&format!("{name} (as imported)"), map.as_bytes(), path, include)
        }
        Extension::Map => compile(&name, &read(path, MAX_SOURCE_BYTES)?, path, include),
    }
}

fn compile(name: &str, bytes: &[u8], path: &Path, include: &[PathBuf]) -> Result<Loaded, Stop> {
    let files = Beside { folder: path.parent().unwrap_or(Path::new("")).to_owned(), include };
    let compilation = crate::compile(name, bytes, &files).map_err(Stop::say)?;
    Ok(Loaded::Source {
        sources: compilation.sources,
        diagnostics: compilation.diagnostics,
        checked: compilation.checked.map(Box::new),
        library: compilation.library,
    })
}

/// A mapping that is ready to run, for the commands that take one.
pub enum Ready {
    Mapping(Box<Mapping>),
    /// What is wrong with it has been shown.
    Broken,
    /// It only declares what others use; that has been said.
    Library,
}

/// Loads a mapping; its errors are shown on standard error.
///
/// # Errors
/// As [`load`].
pub fn ready(path: &Path, include: &[PathBuf]) -> Result<Ready, Stop> {
    match load(path, include)? {
        Loaded::Compiled(mapping) => Ok(Ready::Mapping(mapping)),
        Loaded::Source { checked: Some(checked), .. } => Ok(Ready::Mapping(Box::new(checked.into_mapping()))),
        Loaded::Source { diagnostics, library: true, .. } if !crate::diagnostic::has_errors(&diagnostics) => {
            writeln!(
                io::stderr(),
                "{} only declares what other files `use`; it has no `listen`, `event` and `target` of its own, so it is passed over",
                path.display()
            )?;
            Ok(Ready::Library)
        }
        Loaded::Source { sources, diagnostics, checked: None, .. } => {
            show_errors(path, &sources, &diagnostics)?;
            Ok(Ready::Broken)
        }
    }
}

/// Shows the errors of a mapping that cannot be used, and says so.
pub fn show_errors(path: &Path, sources: &Sources, diagnostics: &[Diagnostic]) -> Result<Status, Stop> {
    let errors: Vec<Diagnostic> = diagnostics
        .iter()
        .filter(|found| crate::diagnostic::has_errors(std::slice::from_ref(found)))
        .cloned()
        .collect();
    let mut out = io::stderr().lock();
    human::write(&mut out, sources, &errors, Stream::Err.style())?;
    let count = if errors.len() == 1 { "an error".to_owned() } else { format!("{} errors", errors.len()) };
    writeln!(out, "{} has {count}", path.display())?;
    Ok(Status::Failed)
}

/// The form that a file's extension stands for; what has no known one is taken for a `.map`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    Map,
    Mapc,
    Yaml,
}

pub fn extension(path: &Path) -> Extension {
    match path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).as_deref() {
        Some("mapc") => Extension::Mapc,
        Some("yaml" | "yml") => Extension::Yaml,
        _ => Extension::Map,
    }
}

/// A file's bytes, at most one more than `limit`: what reads them says that they are too many.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Stop> {
    read_up_to(path, limit).map_err(|error| Stop::read(path, &error))
}

fn read_up_to(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Files that a mapping names, from the folder in which it lies.
struct Beside<'i> {
    folder: PathBuf,
    include: &'i [PathBuf],
}

impl Files for Beside<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let path = self.folder.join(path);
        read_up_to(&path, MAX_SOURCE_BYTES).map_err(|error| unreadable(&path, &error))
    }

    fn search_path(&self) -> Vec<String> {
        self.include.iter().map(|folder| folder.display().to_string()).collect()
    }

    fn read_below(&self, folder: usize, path: &str) -> Result<Vec<u8>, String> {
        let Some(folder) = self.include.get(folder) else { return Err(format!("there is no folder for {path}")) };
        let path = folder.join(path);
        read_up_to(&path, MAX_SOURCE_BYTES).map_err(|error| unreadable(&path, &error))
    }
}
