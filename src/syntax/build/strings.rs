//! Texts with holes: `"{family}, {given}"`.

use super::text::TextReader;
use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::*;
use crate::text::Span;

impl Builder<'_> {
    /// A `string` as an expression.
    pub(super) fn text_expr(&mut self, node: Node) -> Expr {
        let span = self.trimmed(&node);
        let kind = match node.as_rule() {
            Rule::bad_quote => {
                let text = self.bad_quote(&node);
                ExprKind::Text(vec![Part::Literal { value: text.value, span }])
            }
            _ => ExprKind::Text(self.string(node)),
        };
        Expr { kind, span }
    }

    /// The parts of a text, neighbouring literals joined.
    pub(super) fn string(&mut self, node: Node) -> Vec<Part> {
        let whole = self.trimmed(&node);
        let mut parts = Vec::new();
        let mut reader = TextReader::new(node.as_str().starts_with("\"\"\""));
        let mut literal: Option<Span> = None;
        for piece in node.clone().into_inner() {
            let span = self.span(&piece);
            match piece.as_rule() {
                Rule::hole => {
                    self.lone_surrogate(&mut reader, whole);
                    push_literal(&mut parts, &mut reader, literal.take());
                    parts.push(self.hole(piece));
                }
                Rule::unclosed => self.unclosed_text(&node),
                Rule::escape => {
                    literal = Some(literal.map_or(span, |before| before.to(span)));
                    self.escape(&piece, &mut reader);
                }
                _ => {
                    literal = Some(literal.map_or(span, |before| before.to(span)));
                    reader.push(piece.as_str());
                }
            }
        }
        self.lone_surrogate(&mut reader, whole);
        push_literal(&mut parts, &mut reader, literal);
        parts
    }

    fn hole(&mut self, node: Node) -> Part {
        let span = self.trimmed(&node);
        let opener = self.head(&node, 1);
        let mut value = None;
        let mut width = None;
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::too_deep => self.too_deep(opener),
                Rule::missing_operand => {
                    let due = self.due(&part);
                    self.report(
                        Diagnostic::new(
                            Code::E0006,
                            "a value is missing in the braces of this text",
                            span,
                            "a `{` in a text begins a value",
                        )
                        .help("\"{name}\", or \"\\{\" where the brace itself is meant"),
                    );
                    value = Some(self.error_at(due));
                }
                Rule::width => width = Some(self.width(&part)),
                Rule::hole_junk => self.bracket_junk(&part, "}"),
                Rule::missing_close => self.missing_hole_close(&part, opener),
                _ => value = Some(self.expr(part)),
            }
        }
        Part::Hole { value: value.unwrap_or_else(|| self.error_at(opener.after())), width, span }
    }

    fn missing_hole_close(&mut self, node: &Node, opener: Span) {
        let due = self.due(node);
        let help = self.corrected(due, "}");
        self.report(
            Diagnostic::new(Code::E0002, "this `{` in a text is never closed", opener, "its `}` is missing")
                .also(due, "a `}` is due here; a brace that is meant as such is written `\\{`")
                .help(help),
        );
    }

    fn width(&mut self, node: &Node) -> Width {
        let written = node.as_str().trim_start_matches(':').trim();
        let digits = written.trim_start_matches(['>', '<']).trim();
        Width { columns: digits.to_owned(), right_aligned: written.starts_with('>'), span: self.trimmed(node) }
    }
}

fn push_literal(parts: &mut Vec<Part>, reader: &mut TextReader, span: Option<Span>) {
    let Some(span) = span else { return };
    if !reader.is_empty() {
        parts.push(Part::Literal { value: reader.finish(), span });
    } else {
        reader.finish();
    }
}
