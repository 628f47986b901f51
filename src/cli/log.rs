//! What the connector says while it runs: lines for people on a terminal, JSON elsewhere, on standard error.

use super::terminal::Stream;
use indicatif::ProgressBar;
use std::io::{self, Write};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Sets the process's log up; lines go around `bar`. `HMS_LOG` sets what is said (`hms_sync=debug` says each
/// delivery; the default is `hms_sync=info`).
pub fn start(bar: Option<ProgressBar>) {
    let filter = std::env::var("HMS_LOG").ok().filter(|filter| !filter.is_empty());
    let filter = EnvFilter::new(filter.unwrap_or_else(|| "hms_sync=info".to_owned()));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_writer(Lines { bar });
    // A log that is there already stays.
    let _ = if Stream::Err.is_terminal() {
        subscriber.with_ansi(Stream::Err.has_colour()).try_init()
    } else {
        subscriber.json().flatten_event(true).try_init()
    };
}

/// Standard error, with the bar taken away while a line is written.
#[derive(Clone)]
struct Lines {
    bar: Option<ProgressBar>,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        self.clone()
    }
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let write = || io::stderr().write_all(line).map(|()| line.len());
        self.bar.as_ref().map_or_else(write, |bar| bar.suspend(write))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
