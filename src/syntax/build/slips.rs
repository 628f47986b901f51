//! What people write when they mean something else, and how the corrected line looks.

use super::braces::Kind;
use super::text::shortened;
use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::words;
use crate::text::Span;

/// How far around a place a line is looked at for a `help`.
const LINE_REACH: usize = 160;

impl Builder<'_> {
    /// The line of `span` with `replacement` in its place; of a long line only the replacement.
    pub(super) fn corrected(&self, span: Span, replacement: &str) -> String {
        let (start, end) = (span.start as usize, span.end as usize);
        let bytes = self.text.as_bytes();
        let from = start.saturating_sub(LINE_REACH);
        let to = bytes.len().min(end + LINE_REACH);
        let line_start =
            memchr::memrchr(b'\n', &bytes[from..start]).map(|at| from + at + 1).or((from == 0).then_some(0));
        let line_end = memchr::memchr(b'\n', &bytes[end..to]).map(|at| end + at).or((to == bytes.len()).then_some(to));
        match (line_start, line_end) {
            (Some(line_start), Some(line_end)) if end - start <= 2 * LINE_REACH => {
                let before = self.text.get(line_start..start).unwrap_or("").trim_start_matches('\u{FEFF}');
                let after = self.text.get(end..line_end).unwrap_or("");
                format!("{before}{replacement}{after}").trim().to_owned()
            }
            _ => replacement.trim().to_owned(),
        }
    }

    /// The line of `span` without it.
    pub(super) fn without(&self, span: Span) -> String {
        let start = span.start as usize;
        let before = self.text.as_bytes().get(start.saturating_sub(LINE_REACH)..start).unwrap_or_default();
        let blanks = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let line = self.corrected(Span { start: (start - blanks) as u32, ..span }, "");
        if line.is_empty() { "remove this line".to_owned() } else { line }
    }

    /// Reports what is left of an item behind its end.
    pub(super) fn rest(&mut self, parts: &mut Parts) {
        while let Some(part) = parts.next() {
            if part.as_rule() == Rule::junk {
                self.junk(&part);
            }
        }
    }

    /// What stands behind a complete item and fits nothing.
    pub(super) fn junk(&mut self, node: &Node) {
        let span = self.trimmed(node);
        let diagnostic = self.known_slip(span).unwrap_or_else(|| {
            Diagnostic::new(Code::E0001, "this fits nothing behind what stands before it", span, "not understood")
                .help(self.without(span))
        });
        self.report(diagnostic);
    }

    /// A slip that text at `span` is known by.
    pub(super) fn known_slip(&self, span: Span) -> Option<Diagnostic> {
        let text = self.slice(span);
        let first = text.chars().next()?;
        if matches!(first, ')' | ']' | '}') {
            let at = Span { end: span.start + 1, ..span };
            return Some(
                Diagnostic::new(Code::E0014, format!("nothing opened this `{first}`"), at, "it closes nothing")
                    .help(self.without(at)),
            );
        }
        if first == '-' && text[1..].starts_with(|next: char| next.is_alphanumeric()) {
            return self.dashed_slip(span);
        }
        if let Some(word) = self.operator_word_at(span.start as usize) {
            return Some(self.operator_word(word));
        }
        if first == '?' && text.contains(':') {
            return Some(
                Diagnostic::new(Code::E0016, "a choice is written `if … then … else …`", span, "not `… ? … : …`")
                    .help("if present(note) then note else \"none\""),
            );
        }
        None
    }

    /// `first-name` where a dash cannot stand.
    fn dashed_slip(&self, span: Span) -> Option<Diagnostic> {
        let name = |c: char| c.is_alphanumeric() || c == '_';
        let before = self.text.get((span.start as usize).saturating_sub(LINE_REACH)..span.start as usize)?;
        let head = before.len() - before.trim_end_matches(name).len();
        let text = self.slice(span);
        let tail = text.len() - text.trim_start_matches(|c: char| name(c) || c == '-').len();
        if head == 0 {
            return None;
        }
        let whole = Span { start: span.start - head as u32, end: span.start + tail as u32, ..span };
        let fixed = format!("`{}`", self.slice(whole));
        Some(
            Diagnostic::new(
                Code::E0001,
                "a name with a dash stands in backticks",
                whole,
                "without them, the name ends at the dash",
            )
            .help(self.corrected(whole, &fixed)),
        )
    }

    /// The operator's word that stands at a place.
    pub(super) fn operator_word_at(&self, at: usize) -> Option<Span> {
        let rest = self.text.get(at..)?;
        let word = words::OPERATORS.iter().find(|word| {
            rest.strip_prefix(**word)
                .is_some_and(|behind| !behind.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })?;
        Some(Span::new(self.file, at, at + word.len()))
    }

    pub(super) fn operator_word(&self, at: Span) -> Diagnostic {
        let word = self.slice(at);
        Diagnostic::new(
            Code::E0001,
            format!("`{word}` is an operator's word; as a name it stands in backticks"),
            at,
            "not a name here",
        )
        .help(self.corrected(at, &format!("`{word}`")))
    }

    /// Where a name is missing and an operator's word stands: that it needs backticks.
    pub(super) fn reserved_help(&self, node: &Node) -> Option<String> {
        let word = self.operator_word_at(self.span(node).start as usize)?;
        Some(self.corrected(word, &format!("`{}`", self.slice(word))))
    }

    /// A line, and perhaps a block behind it, that fits nothing.
    pub(super) fn junk_line(&mut self, node: Node, kind: &Kind) {
        let whole = self.trimmed(&node);
        let line = node
            .into_inner()
            .find(|part| part.as_rule() == Rule::junk)
            .map_or(Span { end: whole.start + 1, ..whole }, |junk| self.trimmed(&junk));
        let text = self.slice(line);
        let word = leading_word(text);
        let diagnostic = if let Some(known) = self.known_slip(line) {
            known
        } else if let Some(meant) = words::nearest(word, kind.words).filter(|_| !word.is_empty()) {
            let at = Span { end: line.start + word.len() as u32, ..line };
            Diagnostic::new(
                Code::E0001,
                format!("`{}` begins no line of a {}", shortened(word), kind.what),
                at,
                format!("did you mean `{meant}`?"),
            )
            .help(self.corrected(at, meant))
        } else {
            Diagnostic::new(
                Code::E0001,
                format!("this fits nothing in a {}", kind.what),
                line,
                format!("{} is due here", kind.item),
            )
        };
        self.report(diagnostic);
    }
}

/// The name that a text begins with, or nothing.
pub(super) fn leading_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    &text[..end]
}
