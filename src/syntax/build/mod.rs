//! Walks pest's pairs into the syntax tree and words what is wrong.
//!
//! One error an item (a declaration, a field, a line, a row, a clause): the first; what else is wrong with
//! the item mostly follows from it. Items inside an item are judged by themselves.

mod braces;
mod expressions;
mod file;
mod lines;
mod maps;
mod operands;
mod parts;
mod slips;
mod strings;
mod tables;
mod targets;
mod tests;
mod text;
mod types;

use super::grammar::Rule;
use super::tree::*;
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{SourceFile, Span};
use parts::Parts;
use std::cell::Cell;

pub(super) use file::file;

type Node<'i> = pest::iterators::Pair<'i, Rule>;

/// Operators that may lie around one place of an expression, its own chain included.
const MAX_OPERATORS: usize = 1_000;

struct Builder<'s> {
    text: &'s str,
    file: u32,
    /// What is added to a position in the text that was parsed to get one in `text`. Not 0 only while an item
    /// with a misspelled first word is read again with the right one.
    shift: isize,
    diagnostics: Vec<Diagnostic>,
    /// Where a text's end was last trimmed, and to where; of the text that is parsed.
    last_trim: Cell<(usize, usize)>,
    /// The last place where something was due, and the end of what is written before it.
    last_due: Cell<(usize, usize)>,
    /// How many diagnostics there were when the declaration at hand began.
    item_begin: usize,
    /// The item at hand has its error.
    spoiled: bool,
    /// The rest of the declaration was too deep to be read: all that it lacks follows from that.
    swallowed: bool,
    /// Blocks whose `{` is lost: each took a `}` that an outer block will lack.
    headless: usize,
    /// Operators around the place at hand.
    operators: usize,
    /// Closing braces that do not fit the indentation of their opening line.
    misfits: Vec<braces::Misfit>,
}

impl<'s> Builder<'s> {
    fn new(file: &'s SourceFile, id: u32) -> Builder<'s> {
        Builder {
            text: &file.text,
            file: id,
            shift: 0,
            item_begin: 0,
            last_trim: Cell::new((0, 0)),
            last_due: Cell::new((0, 0)),
            diagnostics: Vec::new(),
            spoiled: false,
            swallowed: false,
            headless: 0,
            operators: 0,
            misfits: Vec::new(),
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.spoiled && !self.swallowed {
            self.diagnostics.push(diagnostic);
        }
        self.spoiled = true;
    }

    /// Builds an item that is judged by itself; says beside it whether it has an error.
    fn judged<T>(&mut self, build: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let outer = std::mem::replace(&mut self.spoiled, false);
        let built = build(self);
        let spoiled = std::mem::replace(&mut self.spoiled, outer);
        (built, spoiled)
    }

    fn place(&self, start: usize, end: usize) -> Span {
        let moved = |at: usize| at.saturating_add_signed(self.shift).min(self.text.len());
        Span::new(self.file, moved(start), moved(end))
    }

    fn span(&self, node: &Node) -> Span {
        let span = node.as_span();
        self.place(span.start(), span.end())
    }

    /// The span of what is written, without the blanks behind it.
    fn trimmed(&self, node: &Node) -> Span {
        let span = node.as_span();
        let (end, trimmed) = self.last_trim.get();
        // Nodes inside each other end with the same blanks; a hundred levels need not look at them again.
        if end == span.end() && trimmed >= span.start() {
            return self.place(span.start(), trimmed);
        }
        let trimmed = span.start() + node.as_str().trim_end().len();
        if trimmed > span.start() {
            self.last_trim.set((span.end(), trimmed));
        }
        self.place(span.start(), trimmed)
    }

    /// The first `length` bytes of a node: its keyword or its opening bracket.
    fn head(&self, node: &Node, length: usize) -> Span {
        let start = node.as_span().start();
        self.place(start, start + length)
    }

    fn slice(&self, span: Span) -> &'s str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// The empty place behind what is written before `node`: where something is due.
    fn due(&self, node: &Node) -> Span {
        let at = self.span(node).start as usize;
        let (known, mut before) = self.last_due.get();
        if known != at {
            before = self.text.get(..at).unwrap_or("").trim_end().len();
            self.last_due.set((at, before));
        }
        Span::new(self.file, before, before)
    }

    /// Reports that something is missing where the marker `node` stands.
    fn missing(&mut self, node: &Node, message: &str, help: Option<String>) {
        let mut diagnostic = Diagnostic::new(Code::E0006, message, self.due(node), "missing here");
        diagnostic.help = help;
        self.report(diagnostic);
    }

    fn too_deep(&mut self, opener: Span) {
        self.report(
            Diagnostic::new(
                Code::E0007,
                "this is nested more than 100 levels deep",
                opener,
                "the level that is one too many begins here; the declaration is not read further",
            )
            .help("give an inner part a name of its own with `let`, `fn`, `type` or a map with parameters"),
        );
        self.swallowed = true;
    }

    fn error_at(&self, span: Span) -> Expr {
        Expr { kind: ExprKind::Error, span }
    }
}
