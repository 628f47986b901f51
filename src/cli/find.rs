//! From the paths on the command line to the mappings behind them.

use super::stop::{Stop, unreadable};
use ignore::WalkBuilder;
use std::path::{Path, PathBuf};

/// Every file as named, and every `.map` below each folder, sorted, what `.gitignore` names left out; no file twice.
///
/// # Errors
/// A path is not there, or nothing is found below a folder.
pub fn mappings(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Stop> {
    let mut found: Vec<PathBuf> = Vec::new();
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|error| Stop::read(path, &error))?;
        let here = if metadata.is_dir() { below(path)? } else { vec![path.clone()] };
        for file in here {
            if !found.contains(&file) {
                found.push(file);
            }
        }
    }
    Ok(found)
}

fn below(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let mut files = Vec::new();
    for entry in WalkBuilder::new(folder).require_git(false).sort_by_file_path(Path::cmp).build() {
        let entry = entry.map_err(|error| match error.io_error() {
            Some(reason) => Stop::say(unreadable(folder, reason)),
            None => Stop::say(format!("{} cannot be searched: {error}", folder.display())),
        })?;
        let is_map = entry.path().extension().is_some_and(|extension| extension == "map");
        if is_map && entry.file_type().is_some_and(|kind| !kind.is_dir()) {
            // `check .` names files as `git` does.
            files.push(entry.path().strip_prefix(".").unwrap_or(entry.path()).to_owned());
        }
    }
    if files.is_empty() {
        return Err(Stop::say(format!(
            "there is no .map file below {}; name a file, or another folder",
            folder.display()
        )));
    }
    Ok(files)
}
