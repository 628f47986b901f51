//! Lines of any length from a stream, none longer than a limit held in memory.

use std::io::{self, BufRead, BufReader, Read};

/// One line without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line<'a> {
    Text(&'a [u8]),
    /// Longer than the limit, and passed over.
    TooLong,
}

pub struct Lines<R> {
    reader: BufReader<R>,
    limit: usize,
    line: Vec<u8>,
}

impl<R: Read> Lines<R> {
    pub fn new(reader: BufReader<R>, limit: usize) -> Lines<R> {
        Lines { reader, limit, line: Vec::new() }
    }

    /// The next line. `idle` is called before a wait for more of the stream.
    ///
    /// # Errors
    /// What the stream or `idle` says.
    pub fn next(&mut self, mut idle: impl FnMut() -> io::Result<()>) -> io::Result<Option<Line<'_>>> {
        /// What a long line may leave allocated for the ones after it.
        const KEPT: usize = 1 << 20;
        self.line.clear();
        self.line.shrink_to(KEPT);
        let mut too_long = false;
        let mut any = false;
        loop {
            if self.reader.buffer().is_empty() {
                idle()?;
            }
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', chunk);
            let part = &chunk[..end.unwrap_or(chunk.len())];
            // One more for the CR of a CRLF, which is no part of the line.
            if self.line.len() + part.len() > self.limit + 1 {
                too_long = true;
            } else {
                self.line.extend_from_slice(part);
            }
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        Ok(Some(if too_long || line.len() > self.limit { Line::TooLong } else { Line::Text(line) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn all(text: &str, capacity: usize, limit: usize) -> Vec<Option<String>> {
        let mut lines = Lines::new(BufReader::with_capacity(capacity, text.as_bytes()), limit);
        let mut found = Vec::new();
        while let Some(line) = lines.next(|| Ok(())).unwrap() {
            found.push(match line {
                Line::Text(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
                Line::TooLong => None,
            });
        }
        found
    }

    #[test]
    fn lines_are_the_same_however_they_arrive() {
        let some = |text: &str| Some(text.to_owned());
        for capacity in 1..12 {
            assert_eq!(
                all("abcd\r\n\nabcde\nab", capacity, 4),
                [some("abcd"), some(""), None, some("ab")],
                "{capacity}"
            );
            assert_eq!(all("abcdef", capacity, 4), [None]);
            assert_eq!(all("", capacity, 4), []);
            assert_eq!(all("\r\n", capacity, 0), [some("")]);
        }
    }
}
