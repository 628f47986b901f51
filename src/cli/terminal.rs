//! What the terminal at hand can show.

use crate::diagnostic::render::human::Style;
use std::env;
use std::io::IsTerminal;

/// One of the two streams that people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Out,
    Err,
}

impl Stream {
    pub fn is_terminal(self) -> bool {
        match self {
            Stream::Out => std::io::stdout().is_terminal(),
            Stream::Err => std::io::stderr().is_terminal(),
        }
    }

    /// Colours on a terminal that knows them, unless `NO_COLOR` is set (no-color.org); `CLICOLOR_FORCE` asks for them
    /// everywhere.
    pub fn has_colour(self) -> bool {
        let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        if set("NO_COLOR") {
            return false;
        }
        if set("CLICOLOR_FORCE") && env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
            return true;
        }
        self.is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb")
    }

    pub fn style(self) -> Style {
        Style { width: self.width(), colour: self.has_colour(), unicode: has_unicode() }
    }

    fn width(self) -> usize {
        /// Of what is no terminal: a log, a file.
        const ELSEWHERE: usize = 100;
        if !self.is_terminal() {
            return ELSEWHERE;
        }
        terminal_size::terminal_size().map_or(ELSEWHERE, |(width, _)| usize::from(width.0))
    }
}

/// Whether the locale writes UTF-8, by the order that POSIX gives its variables.
pub fn has_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(env::var_os).find(|value| !value.is_empty());
    let locale = locale.unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}

/// The few colours of our own output; plain where there are none.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    colour: bool,
}

impl Paint {
    pub fn on(stream: Stream) -> Paint {
        Paint { colour: stream.has_colour() }
    }

    pub fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    pub fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    pub fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }

    pub fn cyan(self, text: &str) -> String {
        self.with("36", text)
    }

    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
