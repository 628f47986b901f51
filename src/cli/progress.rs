//! How far a long file is, on a terminal only.

use super::terminal::Stream;
use indicatif::{ProgressBar, ProgressStyle};

/// Below this a file is over before a bar could be read.
const WORTH_IT: u64 = 8 << 20;

/// A bar on standard error for a file whose results go to standard output: none where those are on the same terminal.
pub fn of_output(bytes: u64) -> Option<ProgressBar> {
    if Stream::Out.is_terminal() { None } else { of_file(bytes) }
}

/// A bar on standard error for a file of so many bytes.
pub fn of_file(bytes: u64) -> Option<ProgressBar> {
    if bytes < WORTH_IT || !Stream::Err.is_terminal() {
        return None;
    }
    let bar = ProgressBar::new(bytes);
    // The template is a constant, so the fallback is never taken.
    let style = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    Some(bar)
}
