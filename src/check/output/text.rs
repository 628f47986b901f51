//! The lines of a text map.

use super::lines::Lines;
use super::{Element, Entry, Shape};
use crate::check::Checker;
use crate::check::scope::Scope;
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{EachLines, Node, TextLine};
use crate::syntax::tree::{self, ExprKind, Part};
use crate::text::Span;

/// The line that is being checked.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) struct InLine {
    /// Of its text, to its end.
    pub span: Span,
    /// Something stands for what is forbidden.
    pub replaces: bool,
}

impl Checker<'_> {
    /// A hole of a `line`: its width, and what of the author's may not stand in it. `None`, reported, where something
    /// is wrong.
    pub(in crate::check) fn hole_of_line(
        &mut self,
        hole: Typed,
        width: Option<&tree::Width>,
        scope: &Scope,
    ) -> Option<Typed> {
        let Some(line) = self.in_line else { return Some(hole) };
        self.hole_text(&hole, line.replaces)?;
        match width {
            Some(width) => self.fitted(hole, width, scope),
            None => Some(hole),
        }
    }

    /// `line "…{x:20}" !! reject "…"`
    pub(super) fn text_line(
        &mut self,
        text: &tree::Expr,
        span: Span,
        at: &Lines,
        element: &mut Element,
        scope: &mut Scope,
    ) -> Option<()> {
        let Shape::Text { latin_1, replaces } = at.shape else {
            self.report(
                Diagnostic::new(
                    Code::E0651,
                    format!("{} is made of rules, not of lines", at.shape.what()),
                    span,
                    "only in a text map",
                )
                .help(format!("write `{} -> name`, or `map as text {{ … }}`", self.source(text.span))),
            );
            return None;
        };
        let outer = self.in_line.replace(InLine { span: text.span, replaces });
        let value = self.expr(text, scope);
        self.in_line = outer;
        self.literals_in_encoding(text, latin_1);
        let value = self.leaves_as_text(value?, "a line")?;
        let value = self.never_missing(value, "a line")?;
        let value = self.line_never_fails(value)?;
        self.author_text(&value, &at.shape)?;
        element.entries.push(Entry::Line(Node::Line(TextLine { when: at.when(None), value: value.expr })));
        Some(())
    }

    /// As for any value that may fail, but the place in the line is what is shown.
    fn line_never_fails(&mut self, value: Typed) -> Option<Typed> {
        let Some(cause) = value.fails_because.as_ref().filter(|_| value.ty.fails) else {
            return self.never_fails(value, "the line");
        };
        let source = self.source(value.span);
        self.report(
            Diagnostic::new(
                Code::E0204,
                "this line may fail, and it says nothing of what then",
                cause.span,
                cause.text.clone(),
            )
            .help(format!("answer for it: `line {source} !! reject \"why\"`, or another text behind `!!`")),
        );
        None
    }

    /// `each r in rows { line … }`
    pub(super) fn each_lines(
        &mut self,
        each: &tree::Each,
        block: &tree::Block,
        span: Span,
        at: &mut Lines,
        element: &mut Element,
        scope: &mut Scope,
    ) -> Option<()> {
        if !at.shape.is_text() {
            let list = if matches!(at.shape, Shape::Json) { "[]" } else { "" };
            let (binder, source) = (&each.binder.text, self.source(each.list.span));
            self.report(
                Diagnostic::new(
                    Code::E0651,
                    "this `each` says nothing of where its items go",
                    each.span,
                    "no target behind it",
                )
                .help(match at.shape {
                    Shape::Form => format!("a list repeats a field: `[{binder}.… each {binder} in {source}] -> name`"),
                    _ => format!("write `each {binder} in {source} -> name{list} {{ … }}`"),
                }),
            );
            return None;
        }
        let mark = scope.mark();
        let bound = self.bind_each(each, scope);
        let mut inner = Lines::new(at.shape.clone());
        let mut lines = Element::default();
        if bound.is_some() {
            self.lines(block, &mut inner, &mut lines, scope);
        }
        scope.back_to(mark);
        let bound = bound?;
        let list = self.never_missing_list(bound.list, span)?;
        element.entries.push(Entry::Line(Node::Each(EachLines {
            when: at.when(None),
            variable: bound.variable,
            list: list.expr,
            filter: bound.filter,
            sort: bound.sort,
            nodes: lines.into_nodes(),
        })));
        Some(())
    }

    fn never_missing_list(&mut self, list: Typed, span: Span) -> Option<Typed> {
        if !list.ty.missing {
            return Some(list);
        }
        let source = self.source(list.span);
        self.report(
            Diagnostic::new(Code::E0203, format!("the list `{source}` may be missing"), list.span, "may be missing")
                .also(span, "these lines are written for its items")
                .help(format!("take an empty list: `{source} ?? []`")),
        );
        None
    }

    /// The author's own text is in the encoding.
    fn literals_in_encoding(&mut self, text: &tree::Expr, latin_1: bool) {
        match &text.kind {
            ExprKind::Text(parts) => {
                for part in parts {
                    if let Part::Literal { value, span } = part {
                        self.in_encoding(value, latin_1, *span);
                    }
                }
            }
            ExprKind::Rescue { value, fallback, .. } | ExprKind::Coalesce { value, fallback, .. } => {
                self.literals_in_encoding(value, latin_1);
                self.literals_in_encoding(fallback, latin_1);
            }
            ExprKind::Group(inner) => self.literals_in_encoding(inner, latin_1),
            _ => {}
        }
    }
}
