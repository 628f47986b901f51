//! The small parts: names, numbers, units, paths, and texts with their escapes.

use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::*;
use crate::text::Span;

impl Builder<'_> {
    pub(super) fn name(&mut self, node: &Node) -> Name {
        let span = self.span(node);
        let written = node.as_str();
        let Some(inner) = written.strip_prefix('`') else { return Name { text: written.to_owned(), span } };
        let text = match inner.strip_suffix('`') {
            Some(text) => text.trim_end_matches('\r'),
            None => {
                self.report(
                    Diagnostic::new(
                        Code::E0004,
                        "this name in backticks does not end",
                        self.trimmed(node),
                        "a ` is due on this line",
                    )
                    .help("`first-name`: a backtick before and one behind the name"),
                );
                inner.trim_end()
            }
        };
        if text.is_empty() {
            self.report(Diagnostic::new(Code::E0006, "a name stands between backticks", span, "nothing is named here"));
        }
        Name { text: text.to_owned(), span }
    }

    /// The name that is due where a `missing_name` stands; reported.
    pub(super) fn missing_name(&mut self, node: &Node, message: &str, help: &str) -> Name {
        let help = self.reserved_help(node).unwrap_or_else(|| help.to_owned());
        self.missing(node, message, Some(help));
        Name { text: String::new(), span: self.due(node) }
    }

    pub(super) fn path(&mut self, node: Node) -> Path {
        let span = self.trimmed(&node);
        let mut names = Vec::new();
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::missing_name => drop(self.missing_name(&part, "a name is due behind the dot", "draft.by")),
                _ => names.push(self.name(&part)),
            }
        }
        Path { names, span }
    }

    /// A number as written; wrong ones are reported and give `0`.
    pub(super) fn number(&mut self, node: &Node) -> String {
        let written = node.as_str();
        if is_number(written) {
            return written.to_owned();
        }
        let span = self.span(node);
        let fixed = mended_number(written);
        let mut diagnostic = Diagnostic::new(
            Code::E0012,
            format!("`{}` is not written as numbers are", shortened(written)),
            span,
            "digits, and a `.` between digits",
        );
        if let Some(fixed) = fixed {
            diagnostic = diagnostic.help(self.corrected(span, &fixed));
        }
        self.report(diagnostic);
        "0".to_owned()
    }

    /// `quoted_unit`, `bare_unit`, `word_unit`, `bad_unit` or `double_unit`.
    pub(super) fn unit(&mut self, node: &Node) -> UnitText {
        let span = self.span(node);
        let written = node.as_str();
        match node.as_rule() {
            Rule::quoted_unit => {
                let inner = written.trim_start_matches('\'');
                let text = match inner.strip_suffix('\'') {
                    Some(text) if written.len() > 1 => text,
                    _ if written == "''" => "",
                    _ => {
                        self.report(
                            Diagnostic::new(
                                Code::E0004,
                                "this unit in single quotes does not end",
                                self.trimmed(node),
                                "a `'` is due on this line",
                            )
                            .help("'mg/dL'"),
                        );
                        inner.trim_end()
                    }
                };
                if text.is_empty() {
                    self.report(
                        Diagnostic::new(Code::E0006, "a unit stands between the quotes", span, "no unit is named here")
                            .help("'mg/dL'"),
                    );
                }
                UnitText { text: text.to_owned(), quoted: true, span }
            }
            Rule::bad_unit | Rule::double_unit => {
                let text = written.trim_matches('"').trim();
                let bare = is_plain_name(text);
                let message = if bare {
                    "a unit that is a word stands without quotes"
                } else {
                    "a unit with punctuation or a leading digit stands in single quotes"
                };
                let fixed = if bare { text.to_owned() } else { format!("'{text}'") };
                self.report(
                    Diagnostic::new(Code::E0005, message, span, format!("`{}` is meant", shortened(&fixed)))
                        .help(self.corrected(span, &fixed)),
                );
                UnitText { text: text.to_owned(), quoted: !bare, span }
            }
            _ => UnitText { text: written.to_owned(), quoted: false, span },
        }
    }

    pub(super) fn missing_unit(&mut self, node: &Node) -> UnitText {
        self.missing(
            node,
            "a unit is due behind `in`",
            Some("in minutes, in kg, or with punctuation in single quotes: in 'mg/dL'".into()),
        );
        UnitText { text: String::new(), quoted: false, span: self.due(node) }
    }

    /// A plain text: `text`, or `text_name` and `header_text` around one.
    pub(super) fn plain_text(&mut self, node: Node) -> Text {
        let span = self.trimmed(&node);
        if matches!(node.as_rule(), Rule::bad_quote) {
            return self.bad_quote(&node);
        }
        if matches!(node.as_rule(), Rule::text_name | Rule::header_text) {
            return match node.into_inner().next() {
                Some(inner) => self.plain_text(inner),
                None => Text { value: String::new(), span },
            };
        }
        let mut reader = TextReader::new(node.as_str().starts_with("\"\"\""));
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::bad_quote => return self.bad_quote(&part),
                Rule::escape => self.escape(&part, &mut reader),
                Rule::unclosed => self.unclosed_text(&node),
                _ => reader.push(part.as_str()),
            }
        }
        self.lone_surrogate(&mut reader, span);
        Text { value: reader.finish(), span }
    }

    pub(super) fn missing_text(&mut self, node: &Node, message: &str, help: &str) -> Text {
        self.missing(node, message, Some(help.to_owned()));
        Text { value: String::new(), span: self.due(node) }
    }

    /// Text in single or typographic quotes where `"…"` is meant; reported.
    pub(super) fn bad_quote(&mut self, node: &Node) -> Text {
        let span = self.trimmed(node);
        let written = node.as_str().trim_end();
        let mut inner = written.chars();
        let open = inner.next();
        let closed = written.chars().count() > 1 && written.ends_with(['\'', '”', '“', '’']);
        if closed {
            inner.next_back();
        }
        let value = inner.as_str().to_owned();
        let quoted = format!("\"{}\"", value.replace('"', "\\\""));
        let message = match open {
            Some('\'') => "text stands in double quotes; single quotes are for units",
            _ => "text stands in straight double quotes",
        };
        let code = if closed { Code::E0005 } else { Code::E0004 };
        let message = if closed { message } else { "this text does not end on its line" };
        let help = if closed { self.corrected(span, &quoted) } else { "\"text\"".to_owned() };
        self.report(Diagnostic::new(code, message, span, "write it as \"…\"").help(help));
        Text { value, span }
    }

    /// A text that runs into its line's end (or, of `"""`, into the file's).
    pub(super) fn unclosed_text(&mut self, node: &Node) {
        let span = self.trimmed(node);
        let written = node.as_str().trim_end();
        if written.starts_with("\"\"\"") {
            let open = self.head(node, 3);
            self.report(
                Diagnostic::new(Code::E0004, "this text over lines never ends", open, "it runs to the end of the file")
                    .help("put `\"\"\"` where it ends"),
            );
            return;
        }
        let fixed = match written.find(" ->") {
            Some(at) => format!("{}\"{}", &written[..at], &written[at..]),
            None => format!("{written}\""),
        };
        let help = self.corrected(span, &fixed);
        self.report(
            Diagnostic::new(Code::E0004, "this text does not end on its line", span, "a closing `\"` is due")
                .help(help),
        );
    }

    pub(super) fn escape(&mut self, node: &Node, reader: &mut TextReader) {
        let written = node.as_str();
        let plain = match written.as_bytes().get(1) {
            Some(b'n') => "\n",
            Some(b't') => "\t",
            Some(b'r') => "\r",
            Some(b'b') => "\u{8}",
            Some(b'f') => "\u{C}",
            Some(b'"' | b'\\' | b'/' | b'{' | b'}') => &written[1..],
            Some(b'u') if written.len() == 6 => {
                if let Ok(unit) = u16::from_str_radix(&written[2..], 16) {
                    reader.push_unit(unit, self.span(node));
                }
                return;
            }
            _ => {
                let message = match written.as_bytes().get(1) {
                    None => "a backslash at the end of a line escapes nothing".to_owned(),
                    Some(b'u') => "`\\u` is followed by four hexadecimal digits".to_owned(),
                    Some(_) => format!("`{written}` is no escape"),
                };
                self.report(Diagnostic::new(Code::E0009, message, self.span(node), "not an escape").help(
                    "the escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0041 and \\{; a backslash itself is \\\\",
                ));
                &written[written.len().min(1)..]
            }
        };
        reader.push(plain);
    }

    pub(super) fn lone_surrogate(&mut self, reader: &mut TextReader, text: Span) {
        reader.settle();
        if let Some(at) = reader.lone.take() {
            self.report(
                Diagnostic::new(Code::E0009, "half of a surrogate pair stands alone", at, "no character by itself")
                    .also(text, "in this text")
                    .help("characters beyond U+FFFF are two escapes, \\ud83d\\ude00, or stand as themselves"),
            );
        }
    }
}

/// Puts a text together: escapes by UTF-16 units, line ends as `\n`.
pub(super) struct TextReader {
    value: String,
    /// `"""`: a line end directly behind it is no part of the text.
    at_opening_line: bool,
    high: Option<(u16, Span)>,
    /// The first `\u` that makes no character.
    pub(super) lone: Option<Span>,
}

impl TextReader {
    pub(super) fn new(over_lines: bool) -> TextReader {
        TextReader { value: String::new(), at_opening_line: over_lines, high: None, lone: None }
    }

    /// A text means the same however its file ends lines: CR LF counts as LF.
    pub(super) fn push(&mut self, piece: &str) {
        self.settle();
        let mut piece = piece;
        if std::mem::take(&mut self.at_opening_line) {
            piece = piece.strip_prefix("\r\n").or_else(|| piece.strip_prefix('\n')).unwrap_or(piece);
        }
        if piece.contains("\r\n") {
            self.value.push_str(&piece.replace("\r\n", "\n"))
        } else {
            self.value.push_str(piece)
        }
    }

    fn push_unit(&mut self, unit: u16, span: Span) {
        self.at_opening_line = false;
        if let (Some((high, _)), 0xDC00..0xE000) = (self.high, unit) {
            self.high = None;
            self.value.extend(char::decode_utf16([high, unit]).flatten());
            return;
        }
        self.settle();
        match unit {
            0xD800..0xDC00 => self.high = Some((unit, span)),
            0xDC00..0xE000 => self.lone = self.lone.or(Some(span)),
            _ => self.value.extend(char::from_u32(unit.into())),
        }
    }

    fn settle(&mut self) {
        if let Some((_, span)) = self.high.take() {
            self.lone = self.lone.or(Some(span));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// What has been read since the last call.
    pub(super) fn finish(&mut self) -> String {
        self.at_opening_line = false;
        std::mem::take(&mut self.value)
    }
}

/// RFC 8259's number without its sign.
fn is_number(written: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match written.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (written, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

/// What was probably meant: `.5`, `5.`, `007`, `1_000`, `20min`.
fn mended_number(written: &str) -> Option<String> {
    let mut fixed = written.replace('_', "");
    if fixed.starts_with('.') {
        fixed.insert(0, '0');
    }
    let digits = fixed.len() - fixed.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (number, word) = fixed.split_at(digits);
    let mut number = number.trim_end_matches('.').trim_start_matches('0').to_owned();
    if number.is_empty() || number.starts_with('.') {
        number.insert(0, '0');
    }
    if !is_number(&number) {
        return None;
    }
    Some(if word.is_empty() { number } else { format!("{number} {word}") })
}

/// Whether a name stands without backticks (UAX 31, as `grammar/mapping.pest` has it for ASCII names).
pub(super) fn is_plain_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A token for a message, cut when long.
pub(super) fn shortened(text: &str) -> String {
    if text.chars().nth(40).is_none() { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_json() {
        for good in ["0", "12", "1.50", "1e5", "1.5E-3", "0.5"] {
            assert!(is_number(good), "{good}");
        }
        for (bad, fixed) in [
            ("007", Some("7")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("1_000", Some("1000")),
            ("20min", Some("20 min")),
            ("1.2.3", None),
        ] {
            assert!(!is_number(bad), "{bad}");
            assert_eq!(mended_number(bad).as_deref(), fixed, "{bad}");
        }
    }
}
