//! How a command ends.

use std::fmt::Display;
use std::io;
use std::path::Path;

/// What a command that ran to its end found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Exit status 0.
    Clean,
    /// Exit status 1: the mapping, an event or a test is at fault.
    Failed,
}

impl Status {
    pub fn failed_if(failed: bool) -> Status {
        if failed { Status::Failed } else { Status::Clean }
    }
}

/// Why a command did not run to its end.
#[derive(Debug)]
pub enum Stop {
    /// Exit status 2: one sentence that says what to do.
    Say(String),
    /// Whoever read our output has enough.
    BrokenPipe,
}

impl Stop {
    pub fn say(sentence: impl Display) -> Stop {
        Stop::Say(sentence.to_string())
    }

    /// `a.map cannot be read: no such file`
    pub fn read(path: &Path, error: &io::Error) -> Stop {
        Stop::Say(unreadable(path, error))
    }

    pub fn write(path: &Path, error: &io::Error) -> Stop {
        let reason = match path.parent() {
            Some(folder) if error.kind() == io::ErrorKind::NotFound && !folder.as_os_str().is_empty() => {
                format!("the folder {} does not exist; make it first", folder.display())
            }
            _ => reason(error),
        };
        Stop::Say(format!("{} cannot be written: {reason}", path.display()))
    }
}

/// Of standard output and standard error only; files name themselves by [`Stop::read`] and [`Stop::write`].
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Stop::BrokenPipe,
            _ => Stop::Say(format!("the output cannot be written: {}", reason(&error))),
        }
    }
}

pub fn unreadable(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("{} does not exist; check the path", path.display()),
        io::ErrorKind::IsADirectory => format!("{} is a folder; name a file", path.display()),
        io::ErrorKind::InvalidData => format!("{} is not UTF-8; save it as UTF-8", path.display()),
        _ => format!("{} cannot be read: {}", path.display(), reason(error)),
    }
}

/// The system's words without the number that Rust adds.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
