//! A CSV file by RFC 4180: a header, records as long as it, quotes only around whole cells. The `csv` crate reads;
//! where it is forgiving, this is not.

use crate::text::Span;

/// The most records of one file.
pub const MAX_RECORDS: usize = 1_000_000;

/// One record: its cells, and where it stands.
pub struct Record {
    pub cells: csv::StringRecord,
    pub span: Span,
}

/// What is wrong with the text, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    pub span: Span,
    pub what: String,
    pub help: &'static str,
}

/// A pass over a text, record by record, the header first.
pub struct Records<'t> {
    reader: csv::Reader<&'t [u8]>,
    text: &'t str,
    file: u32,
    /// Behind a byte order mark.
    start: usize,
    /// Whether there is a quote in the text at all.
    quoted: bool,
    count: usize,
    most: usize,
}

impl<'t> Records<'t> {
    pub fn new(text: &'t str, file: u32, most: usize) -> Records<'t> {
        let content = text.strip_prefix('\u{feff}').unwrap_or(text);
        Records {
            reader: csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(content.as_bytes()),
            text,
            file,
            start: text.len() - content.len(),
            quoted: memchr::memchr(b'"', content.as_bytes()).is_some(),
            count: 0,
            most,
        }
    }

    /// The next record; `None` at the end. Behind a mistake of the quotes nothing more is read.
    pub fn next(&mut self) -> Option<Result<Record, Wrong>> {
        let mut cells = csv::StringRecord::new();
        let from = self.start + byte(self.reader.position());
        match self.reader.read_record(&mut cells) {
            Ok(true) => {}
            Ok(false) => return None,
            // The text is UTF-8 and at hand, and records may be of any length: nothing else can go wrong.
            Err(error) => {
                let span = Span::new(self.file, from, from);
                return Some(Err(Wrong { span, what: error.to_string(), help: "save the file anew as CSV" }));
            }
        }
        let end = self.start + byte(self.reader.position());
        let span = trimmed(self.text, self.file, from, end);
        if self.quoted
            && let Err((at, what)) = quotes(&self.text[span.range()])
        {
            let at = span.start as usize + at;
            self.reader = csv::Reader::from_reader(&[]);
            return Some(Err(Wrong {
                span: Span::new(self.file, at, at + 1),
                what: what.to_owned(),
                help: "a quote stands around a whole cell, and is doubled inside of one: `\"5\"\" wide\"`",
            }));
        }
        self.count += 1;
        // The header is no record.
        if self.count > self.most + 1 {
            self.reader = csv::Reader::from_reader(&[]);
            return Some(Err(Wrong {
                span,
                what: format!("a table has at most {} rows", self.most),
                help: "keep so many rows where the other system looks them up itself",
            }));
        }
        Some(Ok(Record { cells, span }))
    }

    /// Where a cell of a record stands, its quotes included; the record itself where the cell is empty.
    pub fn cell(&self, record: &Record, cell: usize) -> Span {
        let text = &self.text[record.span.range()];
        let (mut start, mut number, mut inside) = (0, 0, false);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'"' => inside = !inside,
                b',' if !inside && number == cell => return self.part(record, start, at),
                b',' if !inside => {
                    number += 1;
                    start = at + 1;
                }
                _ => {}
            }
        }
        self.part(record, start, text.len())
    }

    fn part(&self, record: &Record, start: usize, end: usize) -> Span {
        let from = record.span.start as usize;
        if start == end { record.span } else { Span::new(self.file, from + start, from + end) }
    }
}

fn byte(position: &csv::Position) -> usize {
    // a text is no longer than `MAX_SOURCE_BYTES`
    position.byte() as usize
}

/// Without the line ends around it.
fn trimmed(text: &str, file: u32, from: usize, end: usize) -> Span {
    let end = end.min(text.len());
    let raw = &text[from.min(end)..end];
    let start = end - raw.trim_start_matches(['\r', '\n']).len();
    Span::new(file, start, start + text[start..end].trim_end_matches(['\r', '\n']).len())
}

/// Quotes as RFC 4180 §2 has them: around a whole cell, doubled inside of one.
fn quotes(record: &str) -> Result<(), (usize, &'static str)> {
    let bytes = record.as_bytes();
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&b'"') {
            let open = at;
            at += 1;
            loop {
                match memchr::memchr(b'"', &bytes[at..]) {
                    None => return Err((open, "this quote is never closed")),
                    Some(next) if bytes.get(at + next + 1) == Some(&b'"') => at += next + 2,
                    Some(next) => {
                        at += next + 1;
                        break;
                    }
                }
            }
            match bytes.get(at) {
                None => return Ok(()),
                Some(b',') => at += 1,
                Some(_) => return Err((open, "behind the closing quote of this cell stands more")),
            }
            continue;
        }
        let end = memchr::memchr(b',', &bytes[at..]).map_or(bytes.len(), |next| at + next);
        if let Some(quote) = memchr::memchr(b'"', &bytes[at..end]) {
            return Err((at + quote, "a quote stands inside of a cell that is not in quotes"));
        }
        if end == bytes.len() {
            return Ok(());
        }
        at = end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Result<(Vec<String>, &str), String>> {
        let mut records = Records::new(text, 0, 3);
        let mut found = Vec::new();
        while let Some(next) = records.next() {
            found.push(match next {
                Ok(record) => Ok((record.cells.iter().map(str::to_owned).collect(), &text[record.span.range()])),
                Err(wrong) => Err(format!("{}: {}", wrong.span.start, wrong.what)),
            });
        }
        found
    }

    #[test]
    fn records_have_their_cells_and_their_place() {
        let text = "\u{feff}a,b\r\n\r\n\"x, \"\"y\"\"\",é\r\n\"over\nlines\",\n";
        let found: Vec<_> = all(text).into_iter().map(Result::unwrap).collect();
        let cells: Vec<_> = found.iter().map(|(cells, _)| cells.join("|")).collect();
        assert_eq!(cells, ["a|b", "x, \"y\"|é", "over\nlines|"]);
        let places: Vec<_> = found.iter().map(|(_, place)| *place).collect();
        assert_eq!(places, ["a,b", "\"x, \"\"y\"\"\",é", "\"over\nlines\","]);
    }

    #[test]
    fn cells_have_their_place() {
        let text = "a,b,c\n1,\"2,\"\"\",3\n,,\n";
        let mut records = Records::new(text, 0, 3);
        let header = records.next().unwrap().unwrap();
        assert_eq!(&text[records.cell(&header, 1).range()], "b");
        let row = records.next().unwrap().unwrap();
        let cells: Vec<_> = (0..3).map(|at| &text[records.cell(&row, at).range()]).collect();
        assert_eq!(cells, ["1", "\"2,\"\"\"", "3"]);
        let empty = records.next().unwrap().unwrap();
        assert_eq!(&text[records.cell(&empty, 1).range()], ",,");
    }

    #[test]
    fn quotes_that_rfc_4180_does_not_know_are_told() {
        let last = |text: &str| all(text).pop().unwrap().unwrap_err();
        assert_eq!(last("a\n\"b\nc"), "2: this quote is never closed");
        assert_eq!(last("a\n5\" wide\nc\n"), "3: a quote stands inside of a cell that is not in quotes");
        assert_eq!(last("a,b\n\"x\"y,z\nc\n"), "4: behind the closing quote of this cell stands more");
    }

    #[test]
    fn the_number_of_records_is_limited() {
        assert!(all("h\n1\n2\n3\n").iter().all(Result::is_ok));
        assert_eq!(all("h\n1\n2\n3\n4\n5\n").pop().unwrap().unwrap_err(), "8: a table has at most 3 rows");
    }
}
