//! NDJSON: one event a line, from a file, standard input or anything else that can be read. It ends when the
//! lines end.

use super::{Frame, IntakeGone, Outlet};
use crate::runtime::options::Lines;
use crate::runtime::shutdown::Shutdown;
use tokio::io::{AsyncRead, AsyncReadExt};

const BUFFER: usize = 64 << 10;

/// A line as it is gathered; one over the limit is counted, not held.
struct Gathering {
    line: Vec<u8>,
    /// Bytes of the line so far, held or not.
    bytes: u64,
    limit: usize,
    first: bool,
}

/// Reads until the end, or until the shutdown.
///
/// # Errors
/// The reader failed.
pub(crate) async fn read(
    mut lines: Lines,
    limit: usize,
    outlet: Outlet,
    shutdown: Shutdown,
) -> Result<(), std::io::Error> {
    tokio::select! {
        () = shutdown.triggered() => Ok(()),
        result = pass_on(&mut *lines.reader, limit, &outlet) => result,
    }
}

async fn pass_on(
    reader: &mut (dyn AsyncRead + Send + Unpin),
    limit: usize,
    outlet: &Outlet,
) -> Result<(), std::io::Error> {
    let mut buffer = vec![0; BUFFER];
    let mut gathering = Gathering { line: Vec::new(), bytes: 0, limit, first: true };
    loop {
        let read = reader.read(&mut buffer).await?;
        let mut rest = &buffer[..read];
        while let Some(end) = memchr::memchr(b'\n', rest) {
            gathering.push(&rest[..end]);
            rest = &rest[end + 1..];
            if let Some(frame) = gathering.end()
                && let Err(IntakeGone) = outlet.put(frame).await
            {
                return Ok(());
            }
        }
        gathering.push(rest);
        if read == 0 {
            if let Some(frame) = gathering.end() {
                // without an intake the run ends anyway
                let _ = outlet.put(frame).await;
            }
            return Ok(());
        }
    }
}

impl Gathering {
    fn push(&mut self, part: &[u8]) {
        self.bytes += part.len() as u64;
        if self.bytes <= self.limit as u64 {
            self.line.extend_from_slice(part);
        } else {
            self.line = Vec::new();
        }
    }

    /// The line's frame; none of an empty line.
    fn end(&mut self) -> Option<Frame> {
        let bytes = std::mem::take(&mut self.bytes);
        let mut line = std::mem::take(&mut self.line);
        if bytes > self.limit as u64 {
            self.first = false;
            return Some(Frame::oversize(bytes, self.limit));
        }
        // RFC 8259 §8.1 lets a reader pass over a byte order mark
        if std::mem::take(&mut self.first) && line.starts_with(b"\xEF\xBB\xBF") {
            line.drain(..3);
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        Some(Frame::of_text(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::sync::{Semaphore, mpsc};

    async fn frames_of(text: &[u8], limit: usize) -> Vec<Frame> {
        let (sender, mut frames) = mpsc::channel(16);
        let outlet = Outlet::new(sender, Arc::new(Semaphore::new(1 << 20)));
        let lines = Lines {
            name: "test".to_owned(),
            event: "e".to_owned(),
            reader: Box::new(std::io::Cursor::new(text.to_vec())),
        };
        read(lines, limit, outlet, Shutdown::new()).await.expect("memory can be read");
        let mut all = Vec::new();
        while let Some(taken) = frames.recv().await {
            all.push(taken.frame);
        }
        all
    }

    fn texts(frames: &[Frame]) -> Vec<String> {
        frames
            .iter()
            .map(|frame| match frame {
                Frame::Text(data) => String::from_utf8_lossy(data).into_owned(),
                Frame::Refused { reason, .. } => format!("refused: {reason}"),
                Frame::Gap { cursor, .. } => format!("gap after {cursor}"),
            })
            .collect()
    }

    #[tokio::test]
    async fn lines_become_frames_and_the_last_one_needs_no_line_feed() {
        let frames = frames_of(b"\xEF\xBB\xBF{\"a\":1}\r\n\n  \n{\"a\":2}\n{\"a\":3}", 100).await;
        assert_eq!(texts(&frames), ["{\"a\":1}\r", "{\"a\":2}", "{\"a\":3}"]);
    }

    #[tokio::test]
    async fn what_is_too_long_or_no_utf8_is_refused_and_the_reading_goes_on() {
        let mut text = vec![b'x'; 200_000];
        text.extend_from_slice(b"\n{}\n\xff\xfe\n0123456789\n01234567890\n");
        let frames = frames_of(&text, 10).await;
        assert_eq!(
            texts(&frames),
            [
                "refused: it has 200000 bytes; the limit is 10",
                "{}",
                "refused: it is not UTF-8",
                "0123456789",
                "refused: it has 11 bytes; the limit is 10",
            ]
        );
    }
}
