//! Brackets and blocks: their items, and what is wrong with their ends.

use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::Doc;
use crate::text::Span;

/// What a block holds: how it is called, what an item of it looks like, and the words items begin with.
pub(super) struct Kind {
    pub what: &'static str,
    pub item: &'static str,
    pub words: &'static [&'static str],
    /// Whether items may stand on one line, with commas between them.
    pub commas: Commas,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Commas {
    /// A comma or a line's end stands between two items.
    Separate,
    /// Items follow one another freely.
    Free,
}

/// A closing brace, first on its line, that does not stand where the line of its opening brace begins.
pub(super) struct Misfit {
    pub open: Span,
    pub close: Span,
    /// It stands deeper than its opener's line, else less deep.
    pub deeper: bool,
}

/// Where a block opens and what it covers.
pub(super) struct Body {
    pub open: Span,
    pub span: Span,
}

impl Builder<'_> {
    /// The block that comes next in `parts`, up to its `}`; `head` is what it belongs to.
    pub(super) fn body<'i>(
        &mut self,
        parts: &mut Parts<'i>,
        head: Span,
        kind: &Kind,
        mut item: impl FnMut(&mut Self, Node<'i>, Doc),
    ) -> Body {
        let mut body = Body { open: head.after(), span: head.after() };
        let mut last: Option<Last> = None;
        while let Some(at_hand) = parts.peek() {
            let doc = parts.doc();
            let Some(node) = parts.next() else { break };
            match at_hand {
                Rule::open => {
                    body.open = self.span(&node);
                    body.span = body.open;
                }
                Rule::missing_open => {
                    body.open = self.due(&node);
                    body.span = body.open;
                    self.missing_open(&node, kind);
                }
                Rule::close => {
                    let close = self.span(&node);
                    body.span = body.span.to(close);
                    self.note_misfit(body.open, close);
                    break;
                }
                Rule::missing_close => {
                    body.span = body.span.to(self.due(&node));
                    self.missing_brace(&node, body.open, kind);
                    break;
                }
                Rule::too_deep => self.too_deep(body.open),
                Rule::junk => self.junk(&node),
                Rule::comma => last = last.map(|last| Last { comma: true, ..last }),
                Rule::stray_comma => {
                    let (_, spoiled) = self.judged(|builder| builder.stray_comma(&node));
                    last = Some(Last { end: self.trimmed(&node), comma: true, spoiled, free: false });
                }
                Rule::junk_line => {
                    let end = self.trimmed(&node);
                    self.judged(|builder| builder.junk_line(node, kind));
                    last = Some(Last { end, comma: false, spoiled: true, free: false });
                }
                _ => {
                    let span = self.trimmed(&node);
                    // `action "urn:x" header { … }`: their text is their end.
                    let free = matches!(at_hand, Rule::text_line | Rule::action | Rule::namespace);
                    let (_, spoiled) = self.judged(|builder| {
                        if kind.commas == Commas::Separate {
                            builder.separated(&last, span);
                        }
                        item(builder, node, doc);
                    });
                    body.span = body.span.to(span);
                    last = Some(Last { end: span, comma: false, spoiled, free });
                }
            }
        }
        body
    }

    /// Two items need a comma or a line's end between them, but behind a block's `}`.
    fn separated(&mut self, last: &Option<Last>, item: Span) {
        let Some(last) = last else { return };
        let between = self.text.get(last.end.end as usize..item.start as usize).unwrap_or("\n");
        if last.comma || last.spoiled || last.free || between.contains('\n') || self.slice(last.end).ends_with('}') {
            return;
        }
        let place = last.end.after();
        let help = self.corrected(place, ",");
        self.report(
            Diagnostic::new(
                Code::E0006,
                "a comma or a line's end is missing between the two",
                place,
                "the first ends here",
            )
            .also(item, "the next begins here")
            .help(help),
        );
        self.spoiled = false;
    }

    fn stray_comma(&mut self, node: &Node) {
        let span = self.trimmed(node);
        self.report(
            Diagnostic::new(
                Code::E0001,
                "a comma stands between two things, and one of them is missing",
                span,
                "nothing is between this comma and the one before",
            )
            .help(self.without(span)),
        );
    }

    fn missing_open(&mut self, node: &Node, kind: &Kind) {
        let due = self.due(node);
        let help = self.corrected(due, " {");
        self.report(
            Diagnostic::new(Code::E0002, format!("the `{{` of the {} is missing", kind.what), due, "a `{` is due here")
                .help(help),
        );
        self.headless += 1;
    }

    fn missing_brace(&mut self, node: &Node, open: Span, kind: &Kind) {
        if self.headless > 0 {
            self.headless -= 1;
            self.spoiled = true;
            return;
        }
        let due = self.due(node);
        let inside =
            |misfit: &&Misfit| !misfit.deeper && misfit.open.start > open.start && misfit.open.start < due.start;
        let culprit = self.misfits.iter().find(inside).map(|misfit| (misfit.open, misfit.close));
        self.silence_misplaced(culprit.map_or(open, |(open, _)| open), due);
        let diagnostic = match culprit {
            Some((open, close)) => Diagnostic::new(Code::E0002, "this `{` is never closed", open, "its `}` is missing")
                .also(close, "this `}` closes it, though it stands further left, as the end of an outer block does"),
            None => Diagnostic::new(
                Code::E0002,
                format!("the `{{` of the {} is never closed", kind.what),
                open,
                "its `}` is missing",
            )
            .also(due, "a `}` is due behind this"),
        };
        self.report(diagnostic.help("}"));
    }

    /// `(` or `[` without its other half.
    pub(super) fn missing_bracket(&mut self, node: &Node, opener: Span, close: &str) {
        let due = self.due(node);
        let same_line = self
            .text
            .get(opener.end as usize..due.start as usize)
            .is_some_and(|between| between.len() < 400 && !between.contains('\n'));
        let help = if same_line { self.corrected(due, close) } else { close.to_owned() };
        self.report(
            Diagnostic::new(
                Code::E0002,
                format!("this `{}` is never closed", self.slice(opener)),
                opener,
                format!("its `{close}` is missing"),
            )
            .also(due, format!("a `{close}` is due here"))
            .help(help),
        );
    }

    /// What fits nothing between brackets.
    pub(super) fn bracket_junk(&mut self, node: &Node, close: &str) {
        let span = self.trimmed(node);
        if let Some(slip) = self.known_slip(span) {
            return self.report(slip);
        }
        let (message, due) = match close {
            "}" => ("this fits nothing between the braces", "`}` is due here".to_owned()),
            _ => ("this fits nothing between the brackets", format!("`,` or `{close}` is due here")),
        };
        self.report(Diagnostic::new(Code::E0001, message, span, due).help(self.without(span)));
    }

    /// Drops what was said of items that a lost `}` put into a block: they stand no deeper than its opener's line.
    fn silence_misplaced(&mut self, open: Span, end: Span) {
        let Some(opened) = self.indentation(open.start) else { return };
        let said = self.diagnostics.split_off(self.item_begin);
        for diagnostic in said {
            let at = diagnostic.primary.span.start;
            // A quote or an arrow is wrong wherever it stands.
            let of_its_block = matches!(diagnostic.code, Code::E0001 | Code::E0002 | Code::E0006 | Code::E0014);
            let misplaced = of_its_block
                && (open.end..=end.end).contains(&at)
                && self.indentation(at).is_some_and(|here| here.line != opened.line && here.width <= opened.width);
            if !misplaced {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    fn note_misfit(&mut self, open: Span, close: Span) {
        let (Some(opened), Some(closed)) = (self.indentation(open.start), self.indentation(close.start)) else {
            return;
        };
        if closed.first && opened.line != closed.line && opened.width != closed.width {
            self.misfits.push(Misfit { open, close, deeper: closed.width > opened.width });
        }
    }

    /// Where the line of a place begins and how deep; none for very long lines.
    fn indentation(&self, at: u32) -> Option<Indentation> {
        let at = at as usize;
        let from = at.saturating_sub(400);
        let before = self.text.as_bytes().get(from..at)?;
        let line = match memchr::memrchr(b'\n', before) {
            Some(newline) => from + newline + 1,
            None if from == 0 => 0,
            None => return None,
        };
        let head = self.text.get(line..at)?.trim_start_matches('\u{FEFF}');
        let width = head.len() - head.trim_start().len();
        Some(Indentation { line, width, first: width == head.len() })
    }
}

struct Last {
    end: Span,
    comma: bool,
    spoiled: bool,
    /// No separator is due behind it.
    free: bool,
}

struct Indentation {
    line: usize,
    width: usize,
    first: bool,
}
