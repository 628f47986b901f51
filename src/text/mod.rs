//! Source texts, spans into them, and the way from a byte to a line and column.
//!
//! Knows nothing of the language: every other layer points into texts through [`Span`].

pub mod json;

use std::sync::Arc;

/// A half-open range of bytes `start..end` in one [`SourceFile`].
///
/// `file` is the index the file was given in its [`Sources`]; a mapping that uses no other file has
/// only file 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub file: u32,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: u32, start: usize, end: usize) -> Span {
        // Sources refuses texts over `MAX_SOURCE_BYTES`, so a byte offset always fits.
        Span { file, start: start as u32, end: end as u32 }
    }

    /// The smallest span that covers both. Both must be of one file.
    pub fn to(self, other: Span) -> Span {
        debug_assert_eq!(self.file, other.file);
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span at this span's end: where something is missing.
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }

    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// The largest source text that is read, in bytes.
pub const MAX_SOURCE_BYTES: usize = 64 << 20;

/// One source text under the name that messages give it (the path as the user wrote it).
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub name: String,
    /// The name that a compiled mapping gives it, the same on every machine: its path from the mapping's folder
    /// or from a folder of the search path.
    pub stable: String,
    pub text: Arc<str>,
    line_starts: Arc<[u32]>,
}

impl SourceFile {
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceFile {
        let (name, text): (String, Arc<str>) = (name.into(), text.into());
        let mut line_starts = vec![0u32];
        line_starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        let stable = name.rsplit(['/', '\\']).next().unwrap_or(&name).to_owned();
        SourceFile { name, stable, text, line_starts: line_starts.into() }
    }

    /// Line and column of a byte offset, both from 1; the column counts Unicode scalar values.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.line_starts.partition_point(|&start| start as usize <= offset).max(1);
        let start = self.line_starts[line - 1] as usize;
        let column = self.text.get(start..offset).map_or(offset - start, |head| head.chars().count());
        (line, column + 1)
    }

    /// The byte at which line `line` (from 1) begins; the text's length when there is no such line.
    pub fn line_start(&self, line: usize) -> usize {
        line.checked_sub(1)
            .and_then(|index| self.line_starts.get(index))
            .map_or(self.text.len(), |&start| start as usize)
    }

    /// The text of line `line` (from 1) without its line end, empty when there is none.
    pub fn line(&self, line: usize) -> &str {
        let Some(&start) = line.checked_sub(1).and_then(|index| self.line_starts.get(index)) else { return "" };
        let end = self.line_starts.get(line).map_or(self.text.len(), |&next| next as usize);
        self.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }

    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }
}

/// Why bytes are no source text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("{name} is not UTF-8 (the byte at offset {offset} starts no character); save it as UTF-8")]
    NotUtf8 { name: String, offset: usize },
    #[error("{name} is {} MiB long; a source text may have up to {} MiB", size >> 20, MAX_SOURCE_BYTES >> 20)]
    TooLong { name: String, size: usize },
}

/// The texts of one compilation: the mapping and whatever it uses.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Takes bytes in as a text; a byte order mark is kept in the text and passed over by the grammar.
    pub fn add(&mut self, name: impl Into<String>, bytes: &[u8]) -> Result<u32, TextError> {
        let name = name.into();
        if bytes.len() > MAX_SOURCE_BYTES {
            return Err(TextError::TooLong { name, size: bytes.len() });
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                self.files.push(SourceFile::new(name, text));
                Ok(self.files.len() as u32 - 1)
            }
            Err(error) => Err(TextError::NotUtf8 { name, offset: error.valid_up_to() }),
        }
    }

    /// As [`Sources::add`], with the name that is the same on every machine.
    ///
    /// # Errors
    /// As [`Sources::add`].
    pub fn add_as(&mut self, name: String, stable: String, bytes: &[u8]) -> Result<u32, TextError> {
        let file = self.add(name, bytes)?;
        self.files[file as usize].stable = stable;
        Ok(file)
    }

    pub fn file(&self, file: u32) -> &SourceFile {
        &self.files[file as usize]
    }

    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    pub fn slice(&self, span: Span) -> &str {
        self.file(span.file).slice(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let file = SourceFile::new("a.map", "één\r\n\ttwo\n");
        assert_eq!(file.line_column(0), (1, 1));
        assert_eq!(file.line_column("éé".len()), (1, 3));
        assert_eq!(file.line_column(file.text.find("two").unwrap()), (2, 2));
        assert_eq!(file.line_column(usize::MAX), (3, 1));
        assert_eq!((file.line(1), file.line(2), file.line(3), file.line(9)), ("één", "\ttwo", "", ""));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_the_place() {
        let error = Sources::new().add("x.map", b"ab\xff").unwrap_err();
        assert_eq!(error, TextError::NotUtf8 { name: "x.map".into(), offset: 2 });
    }
}
