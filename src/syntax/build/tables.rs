//! Tables and matches: rows and arms, and the patterns they begin with.

use super::braces::{Commas, Kind};
use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::*;
use crate::text::Span;

const TABLE: Kind = Kind { what: "table", item: "a row, `\"from\" -> \"to\"`,", words: &[], commas: Commas::Separate };
const MATCH: Kind = Kind {
    what: "match",
    item: "an arm, `\"value\" -> …` or `\"value\" { … }`,",
    words: &[],
    commas: Commas::Separate,
};

/// An arm before it is known whether it chooses a value or lines.
enum Chosen<'i> {
    Value(Node<'i>),
    Block(Node<'i>),
    Missing,
}

struct RawArm<'i> {
    patterns: Vec<Node<'i>>,
    chosen: Chosen<'i>,
    arrow: Option<Node<'i>>,
    missing_arrow: Option<Node<'i>>,
    junk: Option<Node<'i>>,
    span: Span,
}

impl Builder<'_> {
    pub(super) fn table(&mut self, node: Node, doc: Doc) -> Table {
        let span = self.trimmed(&node);
        let keyword = self.head(&node, 5);
        let mut parts = Parts::of(node);
        let name = match parts.next() {
            Some(name) if name.as_rule() == Rule::name => self.name(&name),
            Some(missing) => {
                self.missing_name(&missing, "the table's name is missing", "table Role { \"primary\" -> \"P\" }")
            }
            None => Name { text: String::new(), span: keyword },
        };
        let mut table = Table { doc, name, from: None, keys: Vec::new(), columns: Vec::new(), rows: Vec::new(), span };
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::from_schema => {
                    table.from = part.into_inner().next().map(|text| {
                        self.text_or_missing(text, "the file's name is missing behind `from`", "from \"clinics.csv\"")
                    })
                }
                Rule::columns => self.columns(part, &mut table),
                Rule::rows => self.rows(part, &mut table, keyword),
                Rule::junk => self.junk(&part),
                _ => {}
            }
        }
        table
    }

    fn columns(&mut self, node: Node, table: &mut Table) {
        let opener = self.head(&node, 1);
        let mut keys_done = false;
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::arrow => keys_done = true,
                Rule::bad_arrow => {
                    keys_done = true;
                    self.bad_arrow(&part);
                }
                Rule::missing_arrow => {
                    keys_done = true;
                    self.missing(
                        &part,
                        "the key columns and the value columns have `->` between them",
                        Some("(hmsId, site -> ien, label)".into()),
                    );
                }
                Rule::missing_close => self.missing_bracket(&part, opener, ")"),
                Rule::bracket_junk => self.bracket_junk(&part, ")"),
                _ => {
                    let mut names = Parts::of(part);
                    while let Some(name) = names.next() {
                        match name.as_rule() {
                            Rule::name => {
                                let column = Column { name: self.name(&name), ty: None };
                                if keys_done { table.columns.push(column) } else { table.keys.push(column) }
                            }
                            Rule::type_in_brackets => {
                                let columns = if keys_done { &mut table.columns } else { &mut table.keys };
                                if let Some(column) = columns.last_mut() {
                                    column.ty = Some(self.type_of(Some(name), column.name.span));
                                }
                            }
                            _ => drop(self.missing_name(
                                &name,
                                "a column's name is missing",
                                "(hmsId, site -> ien, label)",
                            )),
                        }
                    }
                }
            }
        }
    }

    fn rows(&mut self, node: Node, table: &mut Table, head: Span) {
        let values = table.columns.len().max(1);
        let mut rows = Vec::new();
        let mut parts = Parts::of(node);
        self.body(&mut parts, head, &TABLE, |builder, node, doc| builder.row_line(node, doc, values, &mut rows));
        self.rest(&mut parts);
        table.rows = rows;
    }

    /// The rows of one line: `"a" -> "x", "b" -> "y"`. Behind an arrow stand as many values as the table has
    /// value columns; what follows up to the next arrow are the patterns of the next row.
    fn row_line(&mut self, node: Node, doc: Doc, values: usize, rows: &mut Vec<Row>) {
        let span = self.trimmed(&node);
        let mut doc = doc;
        let mut patterns: Vec<Node> = Vec::new();
        let mut row: Option<Row> = None;
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::row_comma => {}
                Rule::arrow | Rule::bad_arrow => {
                    if part.as_rule() == Rule::bad_arrow {
                        self.bad_arrow(&part);
                    }
                    rows.extend(row.take());
                    let pattern = self.patterns(std::mem::take(&mut patterns), span);
                    let span = pattern.span().to(self.trimmed(&part));
                    row = Some(Row { doc: doc.take(), pattern, values: Vec::new(), span });
                }
                Rule::junk if row.is_none() && !patterns.is_empty() => {
                    let place = self.due(&part);
                    let help = self.corrected(place, " ->");
                    self.report(
                        Diagnostic::new(Code::E0006, "`->` is missing in this row", place, "missing here").help(help),
                    );
                }
                Rule::junk => self.junk(&part),
                _ => match &mut row {
                    Some(row) if row.values.len() < values => {
                        let value = self.branch(part);
                        row.span = row.span.to(value.span);
                        row.values.push(value);
                    }
                    _ => patterns.push(part),
                },
            }
        }
        rows.extend(row);
        let left_over = patterns.first().map(|first| self.trimmed(first));
        if let Some(first) = left_over {
            let pattern = self.patterns(patterns, span);
            let place = pattern.span().after();
            self.report(
                Diagnostic::new(Code::E0006, "`->` and a value are missing in this row", place, "missing here")
                    .also(first, "the row begins here")
                    .help(self.corrected(place, " -> \"value\"")),
            );
            rows.push(Row { doc: doc.take(), span: pattern.span(), pattern, values: vec![self.error_at(place)] });
        }
    }

    fn patterns(&mut self, nodes: Vec<Node>, owner: Span) -> Pattern {
        let mut patterns: Vec<Pattern> = nodes.into_iter().map(|node| self.pattern(node)).collect();
        match patterns.len() {
            0 => {
                self.report(Diagnostic::new(
                    Code::E0006,
                    "a value to match is missing before the arrow",
                    owner,
                    "in this line",
                ));
                Pattern::Missing(owner)
            }
            1 => patterns.remove(0),
            _ => several(patterns),
        }
    }

    fn pattern(&mut self, node: Node) -> Pattern {
        let is_alternatives =
            node.clone().into_inner().any(|part| part.as_rule() == Rule::stage && is_literal_stage(&part));
        if is_alternatives {
            return self.alternatives(node);
        }
        let expr = self.chain(node);
        self.pattern_of(expr)
    }

    /// `"a" | "b"` before an arrow.
    fn alternatives(&mut self, node: Node) -> Pattern {
        let mut patterns = Vec::new();
        let mut minus: Option<Span> = None;
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            let expr = match part.as_rule() {
                Rule::pipe_sign => continue,
                Rule::prefix if part.as_str() == "-" => {
                    minus = Some(self.span(&part));
                    continue;
                }
                Rule::stage if is_literal_stage(&part) => match part.into_inner().next() {
                    Some(literal) => self.bound(literal),
                    None => continue,
                },
                Rule::stage | Rule::infix | Rule::prefix | Rule::in_tail | Rule::missing_stage => {
                    let span = self.trimmed(&part);
                    self.report(
                        Diagnostic::new(
                            Code::E0001,
                            "only values stand between the `|` of a pattern",
                            span,
                            "this is no value",
                        )
                        .help("\"a\" | \"b\" -> \"x\""),
                    );
                    continue;
                }
                _ => self.operand(part),
            };
            let expr = match minus.take() {
                Some(at) => Expr { span: at.to(expr.span), kind: ExprKind::Negate(Box::new(expr)) },
                None => expr,
            };
            patterns.push(self.pattern_of(expr));
        }
        several(patterns)
    }

    fn pattern_of(&mut self, expr: Expr) -> Pattern {
        match expr.kind {
            ExprKind::Name(_) if self.slice(expr.span) == "_" => Pattern::Any(expr.span),
            ExprKind::Error => Pattern::Missing(expr.span),
            ExprKind::Tuple(items) => {
                let items = items.into_iter().map(|item| self.pattern_of(item)).collect();
                Pattern::Tuple(items, expr.span)
            }
            _ => Pattern::Value(expr),
        }
    }

    pub(super) fn match_value(&mut self, node: Node) -> ExprKind {
        let mut arms = Vec::new();
        let subject = self.match_arms(node, |builder, arm| {
            let pattern = builder.patterns(arm.patterns, arm.span);
            builder.arm_arrow(&arm.arrow, &arm.missing_arrow);
            let value = match arm.chosen {
                Chosen::Value(value) => builder.branch(value),
                Chosen::Block(block) => builder.block_for_value(&block),
                Chosen::Missing => builder.error_at(arm.span.after()),
            };
            if let Some(junk) = &arm.junk {
                builder.junk(junk);
            }
            arms.push(Arm { pattern, value });
        });
        ExprKind::Match { subject: Box::new(subject), arms }
    }

    fn block_for_value(&mut self, block: &Node) -> Expr {
        let at = self.head(block, 1);
        self.report(
            Diagnostic::new(
                Code::E0001,
                "this match makes a value, so each arm has `->` and a value",
                at,
                "a value is due here",
            )
            .help("match status { \"active\" -> \"A\", \"retired\" -> \"I\" }"),
        );
        self.error_at(at)
    }

    /// `match x { "a" { … } }` as a line.
    pub(super) fn match_lines(&mut self, node: Node) -> LineKind {
        let span = self.trimmed(&node);
        let keyword = self.head(&node, 5);
        let mut arms = Vec::new();
        let subject = self.match_arms(node, |builder, arm| {
            let pattern = builder.patterns(arm.patterns, arm.span);
            let block = match arm.chosen {
                Chosen::Block(block) => builder.block(block, arm.span),
                _ => builder.value_for_block(pattern.span().after(), keyword),
            };
            arms.push(BlockArm { pattern, block });
        });
        LineKind::Match { subject, arms, span }
    }

    fn value_for_block(&mut self, place: Span, keyword: Span) -> Block {
        self.report(
            Diagnostic::new(
                Code::E0001,
                "this match chooses lines, so each arm has a block",
                place,
                "a `{ … }` is due here",
            )
            .also(keyword, "other arms of this match have blocks")
            .help("\"phone\" { c.number -> Phone }"),
        );
        Block { lines: Vec::new(), open: place, span: place }
    }

    /// Whether a `match` chooses lines: its first arm tells.
    pub(super) fn chooses_lines(node: &Node) -> bool {
        let first = node.clone().into_inner().find(|part| part.as_rule() == Rule::arm);
        first.is_some_and(|arm| arm.into_inner().any(|part| part.as_rule() == Rule::block))
    }

    /// The subject of a match; each arm is handed to `build`.
    fn match_arms<'i>(&mut self, node: Node<'i>, mut build: impl FnMut(&mut Self, RawArm<'i>)) -> Expr {
        let keyword = self.head(&node, 5);
        let mut parts = Parts::of(node);
        if parts.peek() == Some(Rule::too_deep) {
            self.too_deep(keyword);
            return self.error_at(keyword);
        }
        let subject = self.expr_or_missing(parts.next(), keyword);
        self.body(&mut parts, keyword, &MATCH, |builder, node, _| {
            let span = builder.trimmed(&node);
            build(builder, raw_arm(node, span));
        });
        subject
    }

    fn arm_arrow(&mut self, arrow: &Option<Node>, missing: &Option<Node>) {
        match (arrow, missing) {
            (Some(arrow), _) if arrow.as_rule() == Rule::bad_arrow => drop(self.bad_arrow(arrow)),
            (None, Some(missing)) => {
                let help = self.corrected(self.due(missing), " -> \"value\"");
                self.missing(missing, "`->` and a value are missing in this arm", Some(help));
            }
            _ => {}
        }
    }

    /// Another arrow where `->` is meant; gives its span.
    pub(super) fn bad_arrow(&mut self, node: &Node) -> Span {
        let span = self.trimmed(node);
        let sign = self.slice(span);
        self.report(
            Diagnostic::new(
                Code::E0003,
                format!("the arrow is written `->`, not `{sign}`"),
                span,
                "`->` is meant; what is read stands left of it, the target right",
            )
            .help(self.corrected(span, &spaced_arrow(self.text, span))),
        );
        span
    }
}

/// `->` with a blank on each side that has none.
fn spaced_arrow(text: &str, span: Span) -> String {
    let blank_before = text[..span.start as usize].ends_with(char::is_whitespace);
    let blank_after = text[span.end as usize..].starts_with(char::is_whitespace);
    format!("{}->{}", if blank_before { "" } else { " " }, if blank_after { "" } else { " " })
}

fn raw_arm(node: Node, span: Span) -> RawArm {
    let mut arm =
        RawArm { patterns: Vec::new(), chosen: Chosen::Missing, arrow: None, missing_arrow: None, junk: None, span };
    let mut parts = Parts::of(node);
    while let Some(part) = parts.next() {
        match part.as_rule() {
            Rule::row_comma => {}
            Rule::arrow | Rule::bad_arrow => arm.arrow = Some(part),
            Rule::missing_arrow => arm.missing_arrow = Some(part),
            Rule::junk => arm.junk = Some(part),
            Rule::block => arm.chosen = Chosen::Block(part),
            _ if arm.arrow.is_some() => arm.chosen = Chosen::Value(part),
            _ => arm.patterns.push(part),
        }
    }
    arm
}

fn is_literal_stage(stage: &Node) -> bool {
    stage.clone().into_inner().next().is_some_and(|part| part.as_rule() == Rule::stage_literal)
}

/// One arm or row for several values.
fn several(mut patterns: Vec<Pattern>) -> Pattern {
    let Some(first) = patterns.first() else { return Pattern::Missing(Span::default()) };
    let span = patterns.iter().fold(first.span(), |whole, pattern| whole.to(pattern.span()));
    let mut flat = Vec::with_capacity(patterns.len());
    for pattern in patterns.drain(..) {
        match pattern {
            Pattern::Several(inner, _) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    Pattern::Several(flat, span)
}
