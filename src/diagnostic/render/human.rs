//! Diagnostics for people, drawn by miette: the line, the labels, the help.
//!
//! Whatever the text holds, the drawing stays small and harmless: long lines are shown in part, a label over many lines
//! is cut to its first, and characters that would steer a terminal are replaced.

use crate::diagnostic::{self, Label};
use crate::text::{SourceFile, Sources, Span};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

/// How many findings of one mapping are drawn; the rest is counted.
pub const SHOWN: usize = 100;

/// How many bytes of one line are shown beside a label, and how many a label may cover.
const LINE_BYTES: usize = 200;
/// A label over more lines than this is cut to its first line.
const LABEL_LINES: usize = 8;

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// In columns; texts are wrapped to it.
    pub width: usize,
    pub colour: bool,
    /// Box-drawing characters; ASCII otherwise.
    pub unicode: bool,
}

/// Draws the first [`SHOWN`] diagnostics and says how many more there are.
///
/// # Errors
/// What `out` says.
pub fn write(
    out: &mut dyn Write,
    sources: &Sources,
    diagnostics: &[diagnostic::Diagnostic],
    style: Style,
) -> io::Result<()> {
    let handler = handler(style);
    let texts: Vec<Text<'_>> = sources.files().iter().map(Text::new).collect();
    for diagnostic in diagnostics.iter().take(SHOWN) {
        let mut drawn = String::new();
        // Formatting into a string fails only where a place lies outside its text; the words are still worth having.
        if handler.render_report(&mut drawn, &Finding::new(&texts, diagnostic)).is_err() {
            drawn = format!("{}\n\n  {}\n", diagnostic.code, harmless(&diagnostic.message));
        }
        // miette pads lines that end in an empty label.
        for line in drawn.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    if let Some(more) = diagnostics.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let name = sources.files().first().map_or("", |file| file.name.as_str());
        writeln!(out, "and {more} more in {name}; `--format json` lists them all\n")?;
    }
    Ok(())
}

fn handler(style: Style) -> GraphicalReportHandler {
    let characters = if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let styles = if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_width(style.width.clamp(40, 200))
        .with_links(false)
        .with_show_related_as_nested(true)
        .without_syntax_highlighting()
}

/// Control characters and the invisible marks that turn the direction of writing, each replaced by visible ones of as
/// many bytes, so that spans stay right. Line ends and tabs stay.
fn harmless(text: &str) -> Cow<'_, str> {
    let steers = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let replace = |c: char| match c.len_utf8() {
        _ if !steers(c) => c,
        1 => '?',
        2 => '·',
        _ => '\u{fffd}',
    };
    Cow::Owned(text.chars().map(replace).collect())
}

/// A text as miette reads it: by its line index, never from the start.
struct Text<'a> {
    file: &'a SourceFile,
    shown: Cow<'a, str>,
    name: Cow<'a, str>,
}

impl<'a> Text<'a> {
    fn new(file: &'a SourceFile) -> Text<'a> {
        Text { file, shown: harmless(&file.text), name: harmless(&file.name) }
    }

    /// Where a label is drawn: in the text, on few lines, and an empty one where there is a line to point at.
    fn drawable(&self, span: Span) -> SourceSpan {
        let text = &self.shown;
        let mut start = boundary(text, (span.start as usize).min(text.len()));
        let mut end = boundary(text, (span.end as usize).clamp(start, text.len()));
        if start == end && start == text.len() {
            start = text.trim_end().len();
            end = start;
        }
        let (first, _) = self.file.line_column(start);
        let (last, _) = self.file.line_column(end);
        if last - first >= LABEL_LINES {
            end = start.max(self.file.line_start(first) + self.file.line(first).len());
        }
        if end - start > LINE_BYTES && first == last {
            end = boundary(text, start + LINE_BYTES);
        }
        SourceSpan::from((start, end - start))
    }
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl SourceCode for Text<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let (from, to) = (span.offset(), span.offset() + span.len());
        let (line, column) = self.file.line_column(from);
        let (last, _) = self.file.line_column(to);
        // Two labels far apart are drawn apart: miette asks for both at once only to see whether that can be.
        if to > self.shown.len() || to - from > LINE_BYTES * LABEL_LINES || last - line > 2 * LABEL_LINES {
            return Err(MietteError::OutOfBounds);
        }
        let (first, start, first_column) = if before == 0 {
            (line, from, column)
        } else {
            let first = line.saturating_sub(before).max(1);
            let start = self.file.line_start(first);
            if from - start > LINE_BYTES {
                // The lines before would be longer than what they explain.
                let start = boundary(&self.shown, self.file.line_start(line).max(from.saturating_sub(LINE_BYTES / 2)));
                (line, start, self.file.line_column(start).1)
            } else {
                (first, start, 1)
            }
        };
        let mut end = to.max(self.file.line_start(last) + self.file.line(last).len());
        for next in last + 1..=last + after {
            let next_end = self.file.line_start(next) + self.file.line(next).len();
            if next_end > end && next_end - end <= LINE_BYTES {
                end = next_end;
            } else {
                break;
            }
        }
        let end = boundary(&self.shown, end.min(to + LINE_BYTES).min(self.shown.len()));
        let contents = MietteSpanContents::new_named(
            self.name.clone().into_owned(),
            &self.shown.as_bytes()[start..end],
            SourceSpan::from((start, end - start)),
            first - 1,
            first_column - 1,
            last - first + 1,
        );
        Ok(Box::new(contents))
    }
}

/// One diagnostic as miette takes it. miette draws the labels of one text only, so those in other texts follow as
/// findings of their own below it.
struct Finding<'a> {
    code: Option<&'static str>,
    severity: Severity,
    message: Cow<'a, str>,
    help: Option<Cow<'a, str>>,
    text: Option<&'a Text<'a>>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Finding<'a>>,
}

impl<'a> Finding<'a> {
    fn new(texts: &'a [Text<'a>], diagnostic: &'a diagnostic::Diagnostic) -> Finding<'a> {
        let home = diagnostic.primary.span.file;
        let text = texts.get(home as usize);
        let mut labels = Vec::new();
        if let Some(text) = text {
            labels.push(LabeledSpan::new_primary_with_span(
                label_text(&diagnostic.primary),
                text.drawable(diagnostic.primary.span),
            ));
        }
        let mut elsewhere = Vec::new();
        for label in &diagnostic.secondary {
            let Some(text) = texts.get(label.span.file as usize) else { continue };
            let drawn = LabeledSpan::new_with_span(label_text(label), text.drawable(label.span));
            if label.span.file == home {
                labels.push(drawn);
            } else {
                elsewhere.push(Finding {
                    code: None,
                    severity: Severity::Advice,
                    message: Cow::Owned(format!("see {}", text.name)),
                    help: None,
                    text: Some(text),
                    labels: vec![drawn],
                    elsewhere: Vec::new(),
                });
            }
        }
        Finding {
            code: Some(diagnostic.code.as_str()),
            severity: match diagnostic.severity() {
                diagnostic::Severity::Error => Severity::Error,
                diagnostic::Severity::Warning => Severity::Warning,
                diagnostic::Severity::Note => Severity::Advice,
            },
            message: harmless(&diagnostic.message),
            help: diagnostic.help.as_deref().map(harmless),
            text,
            labels,
            elsewhere,
        }
    }
}

fn label_text(label: &Label) -> Option<String> {
    (!label.text.is_empty()).then(|| harmless(&label.text).into_owned())
}

impl fmt::Display for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Finding<'_> {}

impl miette::Diagnostic for Finding<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.code.map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.map(|text| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'b>(&'b self) -> Option<Box<dyn Iterator<Item = &'b dyn miette::Diagnostic> + 'b>> {
        let findings = self.elsewhere.iter().map(|finding| finding as &dyn miette::Diagnostic);
        (!self.elsewhere.is_empty()).then(|| Box::new(findings) as Box<dyn Iterator<Item = _>>)
    }
}
