//! From spans to lines and columns, for many spans of one text in linear time.

use crate::text::{Sources, Span};
use serde::Serialize;

/// Line and column, both from 1; the column counts Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// A span with its places; the end is where the first character after the span stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region<'a> {
    pub file: &'a str,
    pub span: Span,
    pub start: Place,
    pub end: Place,
}

/// Finds places; remembers the last one, so that spans in the order of the text cost what lies between them and not
/// what lies before them on their line (a text may be one line of megabytes).
pub struct Places<'a> {
    sources: &'a Sources,
    last: Option<(u32, usize, Place)>,
}

impl<'a> Places<'a> {
    pub fn new(sources: &'a Sources) -> Places<'a> {
        Places { sources, last: None }
    }

    /// A span of no known file is the start of the first text.
    pub fn region(&mut self, span: Span) -> Region<'a> {
        let start = self.place(span.file, span.start as usize);
        let remembered = self.last;
        let end = self.place(span.file, span.end as usize);
        // The next span may begin inside this one.
        self.last = remembered;
        let file = self.sources.files().get(span.file as usize).map_or("", |file| file.name.as_str());
        Region { file, span, start, end }
    }

    fn place(&mut self, file: u32, offset: usize) -> Place {
        let Some(source) = self.sources.files().get(file as usize) else { return Place { line: 1, column: 1 } };
        let offset = offset.min(source.text.len());
        let place = match self.last {
            Some((last_file, last_offset, last))
                if last_file == file
                    && last_offset <= offset
                    && offset < source.line_start(last.line + 1)
                    && source.text.is_char_boundary(offset) =>
            {
                let between = source.text[last_offset..offset].chars().count();
                Place { line: last.line, column: last.column + between }
            }
            _ => {
                let (line, column) = source.line_column(offset);
                Place { line, column }
            }
        };
        if source.text.is_char_boundary(offset) {
            self.last = Some((file, offset, place));
        }
        place
    }
}
