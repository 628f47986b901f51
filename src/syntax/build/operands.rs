//! Operands: literals, names, calls, brackets, texts with holes; and what is attached to them.

use super::braces::{Commas, Kind};
use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::*;
use crate::text::Span;

const RECORD: Kind = Kind { what: "record", item: "a field, `name: value`,", words: &[], commas: Commas::Separate };

impl Builder<'_> {
    pub(super) fn operand(&mut self, node: Node) -> Expr {
        let span = self.trimmed(&node);
        let kind = match node.as_rule() {
            Rule::quantity => return self.quantity(node),
            Rule::call => return self.call(node),
            Rule::string => ExprKind::Text(self.string(node)),
            Rule::group => return self.group(node),
            Rule::list => self.list(node),
            Rule::record_literal => self.record_literal(node),
            Rule::literal => match node.as_str() {
                "null" => ExprKind::Null,
                word => ExprKind::Boolean(word == "true"),
            },
            Rule::hole_mark => ExprKind::Hole,
            Rule::regex => return self.regex(node),
            Rule::reject => self.reject_kind(node),
            Rule::r#match => self.match_value(node),
            Rule::bad_quote => {
                let text = self.bad_quote(&node);
                ExprKind::Text(vec![Part::Literal { value: text.value, span }])
            }
            Rule::missing_operand => return self.expr(node),
            _ => ExprKind::Error,
        };
        Expr { kind, span }
    }

    pub(super) fn quantity(&mut self, node: Node) -> Expr {
        let span = self.trimmed(&node);
        let mut parts = Parts::of(node);
        let Some(number) = parts.next() else { return self.error_at(span) };
        let number = self.number(&number);
        let kind = match parts.next() {
            Some(unit) => ExprKind::Quantity { number, unit: self.unit(&unit) },
            None => ExprKind::Number(number),
        };
        Expr { kind, span }
    }

    pub(super) fn call(&mut self, node: Node) -> Expr {
        let mut parts = Parts::of(node.clone());
        let Some(name) = parts.next() else { return self.error_at(self.trimmed(&node)) };
        let function = self.name(&name);
        match parts.next() {
            None => Expr { span: function.span, kind: ExprKind::Name(function) },
            Some(arguments) => {
                let (arguments, end) = self.arguments(arguments);
                Expr { span: function.span.to(end), kind: ExprKind::Call { function, arguments } }
            }
        }
    }

    /// `(a, b)` behind a name, and the span of the parentheses.
    pub(super) fn arguments(&mut self, node: Node) -> (Vec<Expr>, Span) {
        let span = self.trimmed(&node);
        (self.elements(node, ")"), span)
    }

    /// What stands between brackets, `each …` folded into a comprehension.
    fn elements(&mut self, node: Node, close: &str) -> Vec<Expr> {
        let opener = self.head(&node, 1);
        let mut elements: Vec<Expr> = Vec::new();
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::too_deep => self.too_deep(opener),
                Rule::comma => {}
                Rule::missing_close => self.missing_bracket(&part, opener, close),
                Rule::bracket_junk => self.bracket_junk(&part, close),
                Rule::missing_comma => {
                    let due = self.due(&part);
                    let help = self.corrected(due, ",");
                    self.missing(&part, "a comma is missing between the two values", Some(help));
                }
                Rule::comprehension => {
                    let each = Box::new(self.each(part));
                    if let Some(yields) = elements.pop() {
                        let span = yields.span.to(each.span);
                        elements.push(Expr { kind: ExprKind::Comprehension { yields: Box::new(yields), each }, span });
                    }
                }
                _ => elements.push(self.expr(part)),
            }
        }
        elements
    }

    fn group(&mut self, node: Node) -> Expr {
        let span = self.trimmed(&node);
        let was_whole = !self.spoiled;
        let mut elements = self.elements(node, ")");
        let kind = match elements.len() {
            0 => {
                if was_whole && !self.spoiled {
                    self.report(Diagnostic::new(
                        Code::E0006,
                        "a value is missing between the parentheses",
                        span,
                        "nothing stands here",
                    ));
                }
                ExprKind::Error
            }
            1 => {
                let inner = elements.remove(0);
                if let ExprKind::Comprehension { .. } = inner.kind {
                    let text = self.slice(inner.span).trim();
                    self.report(
                        Diagnostic::new(
                            Code::E0001,
                            "a list made by `each` stands in square brackets",
                            span,
                            "`[…]` is meant",
                        )
                        .help(self.corrected(span, &format!("[{text}]"))),
                    );
                }
                ExprKind::Group(Box::new(inner))
            }
            _ => ExprKind::Tuple(elements),
        };
        Expr { kind, span }
    }

    fn list(&mut self, node: Node) -> ExprKind {
        let mut elements = self.elements(node, "]");
        match elements.pop() {
            Some(Expr { kind: comprehension @ ExprKind::Comprehension { .. }, .. }) if elements.is_empty() => {
                comprehension
            }
            Some(last) => {
                elements.push(last);
                ExprKind::List(elements)
            }
            None => ExprKind::List(elements),
        }
    }

    fn record_literal(&mut self, node: Node) -> ExprKind {
        let head = self.head(&node, 0);
        let mut fields = Vec::new();
        let mut parts = Parts::of(node);
        self.body(&mut parts, head, &RECORD, |builder, node, _| {
            let owner = builder.trimmed(&node);
            let mut parts = Parts::of(node);
            let Some(name) = parts.next() else { return };
            let name = builder.field_name(name);
            builder.colon(&mut parts, name.span);
            let value = builder.expr_or_missing(parts.next(), owner);
            builder.rest(&mut parts);
            fields.push((name, value));
        });
        ExprKind::Record(fields)
    }

    fn regex(&mut self, node: Node) -> Expr {
        let span = self.trimmed(&node);
        let mut pattern = String::new();
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::unclosed => {
                    // Most patterns stand in a call: it ends before a comma or the parenthesis.
                    let length = self.slice(span).find([',', ')']).unwrap_or(self.slice(span).len());
                    let end = Span { start: span.start + length as u32, end: span.start + length as u32, ..span };
                    self.report(
                        Diagnostic::new(
                            Code::E0004,
                            "this pattern does not end on its line",
                            span,
                            "a closing `/` is due",
                        )
                        .help(self.corrected(end, "/")),
                    );
                    return self.error_at(span);
                }
                _ => pattern = part.as_str().replace("\\/", "/"),
            }
        }
        if let Err(error) = regex_lite::Regex::new(&pattern) {
            self.report(
                Diagnostic::new(
                    Code::E0013,
                    format!("this pattern does not compile: {error}"),
                    span,
                    "in this pattern",
                )
                .help("a sign that stands for itself is escaped: /\\./ is a dot, /\\(/ a parenthesis"),
            );
            return self.error_at(span);
        }
        Expr { kind: ExprKind::Regex(pattern), span }
    }

    fn reject_kind(&mut self, node: Node) -> ExprKind {
        match node.into_inner().next() {
            Some(reason) => ExprKind::Reject(Box::new(self.text_expr(reason))),
            None => ExprKind::Error,
        }
    }

    /// `.name`, `[index]`, or parentheses behind a path.
    pub(super) fn postfix(&mut self, node: Node, base: Expr) -> Expr {
        let span = base.span.to(self.trimmed(&node));
        let at = self.trimmed(&node);
        let opener = self.head(&node, 1);
        let rule = node.as_rule();
        let mut parts = Parts::of(node);
        match rule {
            Rule::dot_name => match parts.next() {
                Some(name) if name.as_rule() == Rule::name => {
                    Expr { span, kind: ExprKind::Field { base: Box::new(base), name: self.name(&name) } }
                }
                Some(missing) => {
                    self.missing_name(&missing, "a name is due behind the dot", "patient.name");
                    self.error_at(span)
                }
                None => self.error_at(span),
            },
            Rule::index => {
                let mut index = None;
                while let Some(part) = parts.next() {
                    match part.as_rule() {
                        Rule::too_deep => self.too_deep(opener),
                        Rule::missing_close => self.missing_bracket(&part, opener, "]"),
                        Rule::bracket_junk => self.bracket_junk(&part, "]"),
                        _ => index = Some(self.expr(part)),
                    }
                }
                let index = index.unwrap_or_else(|| self.error_at(opener.after()));
                Expr { span, kind: ExprKind::Index { base: Box::new(base), index: Box::new(index) } }
            }
            _ => {
                let arguments = parts.next();
                let help = match &base.kind {
                    ExprKind::Field { base: inner, name } => Some(self.corrected(
                        span,
                        &format!("{} | {}{}", self.slice(inner.span), self.slice(name.span), self.slice(at)),
                    )),
                    _ => None,
                };
                let mut diagnostic = Diagnostic::new(
                    Code::E0001,
                    "a function is called by its name, `upper(name)`, or behind a pipe, `name | upper`",
                    at,
                    "these belong to no function's name",
                );
                diagnostic.help = help;
                self.report(diagnostic);
                if let Some(arguments) = arguments {
                    self.arguments(arguments);
                }
                self.error_at(span)
            }
        }
    }

    pub(super) fn stage(&mut self, node: Node, value: Expr) -> Expr {
        let at = self.trimmed(&node);
        let span = value.span.to(at);
        let mut names = Vec::new();
        let mut arguments = None;
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::name => names.push(self.name(&part)),
                Rule::arguments => arguments = Some(self.arguments(part).0),
                _ => {
                    self.report(
                        Diagnostic::new(Code::E0001, "a function or a table stands behind `|`", at, "this is a value")
                            .help("name | trim, or x in [\"a\", \"b\"] to test for one of several values"),
                    );
                    return self.error_at(span);
                }
            }
        }
        let mut names = names.into_iter();
        let Some(name) = names.next() else { return self.error_at(span) };
        let stage = Stage { name, column: names.next(), arguments, span: at };
        Expr { span, kind: ExprKind::Pipe { value: Box::new(value), stage } }
    }

    /// `in UNIT`, `in [a, b]`, `in 1..5`.
    pub(super) fn in_tail(&mut self, node: Node, value: Expr) -> Expr {
        let span = value.span.to(self.trimmed(&node));
        let Some(part) = node.into_inner().next() else { return self.error_at(span) };
        let value = Box::new(value);
        let kind = match part.as_rule() {
            Rule::list => ExprKind::OneOf { value, list: Box::new(self.operand(part)) },
            Rule::range => self.range(part, value),
            Rule::conversion => {
                let mut parts = Parts::of(part);
                let Some(unit) = parts.next() else { return self.error_at(span) };
                let unit = self.unit(&unit);
                let by = parts.next().map(|by| Box::new(self.quantity(by)));
                ExprKind::Convert { value, unit, by }
            }
            _ => {
                self.missing_unit(&part);
                ExprKind::Error
            }
        };
        Expr { kind, span }
    }

    fn range(&mut self, node: Node, value: Box<Expr>) -> ExprKind {
        let mut ends = Vec::new();
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::missing_bound => {
                    self.missing(&part, "a range has two ends", Some("n in 1..5, and n == 1 for one value".into()))
                }
                _ => ends.push(self.bound(part)),
            }
        }
        let mut ends = ends.into_iter();
        match (ends.next(), ends.next()) {
            (Some(low), Some(high)) => ExprKind::Between { value, low: Box::new(low), high: Box::new(high) },
            _ => ExprKind::Error,
        }
    }

    /// One end of a range, or a literal of a pattern: perhaps with a minus.
    pub(super) fn bound(&mut self, node: Node) -> Expr {
        let mut minus = None;
        let mut bound = self.error_at(self.trimmed(&node));
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::minus => minus = Some(self.span(&part)),
                Rule::quantity | Rule::string => bound = self.operand(part),
                _ => bound = self.operand_path(part),
            }
        }
        match minus {
            Some(at) => Expr { span: at.to(bound.span), kind: ExprKind::Negate(Box::new(bound)) },
            None => bound,
        }
    }

    /// A name with what is attached to it.
    pub(super) fn operand_path(&mut self, node: Node) -> Expr {
        if node.as_rule() == Rule::missing_operand {
            return self.expr(node);
        }
        self.chain(node)
    }

    /// `each x in list where … by …`, on a line or in brackets.
    pub(super) fn each(&mut self, node: Node) -> Each {
        let span = self.trimmed(&node);
        let mut parts = Parts::of(node);
        let binder = match parts.next() {
            Some(name) if name.as_rule() == Rule::name => self.name(&name),
            Some(missing) => self.missing_name(
                &missing,
                "the name of the item at hand is missing behind `each`",
                "each p in participants",
            ),
            None => Name { text: String::new(), span },
        };
        if let Some(missing) = parts.take(Rule::missing_in) {
            let help = self.corrected(self.due(&missing), " in");
            self.missing(&missing, "`in` is missing behind the name", Some(help));
        }
        let list = self.expr_or_missing(parts.next(), span);
        let mut each = Each { binder, list, filter: None, sort: None, span };
        while let Some(part) = parts.next() {
            let is_filter = matches!(part.as_rule(), Rule::where_part | Rule::bracket_where);
            let at = self.trimmed(&part);
            let value =
                self.expr_or_missing(part.into_inner().find(|inner| !super::parts::is_comment(inner.as_rule())), at);
            let place = if is_filter { &mut each.filter } else { &mut each.sort };
            if let Some(before) = place {
                let before = before.span;
                let word = if is_filter { "where" } else { "by" };
                self.report(
                    Diagnostic::new(Code::E0001, format!("`{word}` stands here twice"), at, "the second time")
                        .also(before, "the first time")
                        .help(if is_filter { "join the two conditions with `and`" } else { "sort by one value" }),
                );
            } else {
                *place = Some(value);
            }
        }
        each
    }
}
