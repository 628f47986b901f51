//! Expressions: the flat list of operands and operators becomes a tree by the language's precedence.
//!
//! Two explicit stacks (Dijkstra's shunting yard) instead of recursion, so that the longest chain takes no
//! stack; only brackets recurse, and they are capped by the grammar.

use super::{Builder, MAX_OPERATORS, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::*;
use crate::text::Span;

// From loose to tight; the path, the index and the call are tighter still and applied at once.
const CHOICE: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const NOT: u8 = 4;
const COMPARISON: u8 = 5;
const FALLBACK: u8 = 6;
const PIPE: u8 = 7;
const SUM: u8 = 8;
const PRODUCT: u8 = 9;
const MINUS: u8 = 10;

enum Waiting {
    Minus(Span),
    Not(Span),
    If(Box<Choice>),
    Binary(Binary, Span),
    Coalesce(Span),
    Rescue(Span),
}

/// `if condition then …`, its `else` still to come.
struct Choice {
    condition: Expr,
    then: Expr,
    start: Span,
}

impl Waiting {
    fn precedence(&self) -> u8 {
        match self {
            Waiting::If(_) => CHOICE,
            Waiting::Not(_) => NOT,
            Waiting::Coalesce(_) | Waiting::Rescue(_) => FALLBACK,
            Waiting::Minus(_) => MINUS,
            Waiting::Binary(operator, _) => match operator {
                Binary::Or => OR,
                Binary::And => AND,
                Binary::Add | Binary::Subtract => SUM,
                Binary::Multiply | Binary::Divide => PRODUCT,
                _ => COMPARISON,
            },
        }
    }
}

#[derive(Default)]
struct Yard {
    operands: Vec<Expr>,
    waiting: Vec<Waiting>,
}

impl Builder<'_> {
    /// An expression, a condition, or what is missing in its place.
    pub(super) fn expr(&mut self, node: Node) -> Expr {
        match node.as_rule() {
            Rule::condition => self.condition(node),
            Rule::missing_operand => self.missing_operand(&node),
            _ => self.chain(node),
        }
    }

    pub(super) fn expr_or_missing(&mut self, node: Option<Node>, owner: Span) -> Expr {
        match node {
            Some(node) => self.expr(node),
            None => self.error_at(owner.after()),
        }
    }

    /// Where `skip` and `missing` are no names: behind `??`, `!!` and in branches.
    pub(super) fn branch(&mut self, node: Node) -> Expr {
        let expr = self.expr(node);
        self.word_of_branch(expr)
    }

    fn condition(&mut self, node: Node) -> Expr {
        let span = self.trimmed(&node);
        let mut parts = Parts::of(node);
        let first = self.expr_or_missing(parts.next(), span);
        let Some(sign) = parts.take(Rule::single_equals) else { return first };
        self.other_sign(&sign, "==");
        while let Some(part) = parts.next() {
            if part.as_rule() != Rule::single_equals {
                self.expr(part);
            }
        }
        self.error_at(span)
    }

    pub(super) fn chain(&mut self, node: Node) -> Expr {
        let span = self.trimmed(&node);
        let parts: Vec<Node> = node.into_inner().filter(|part| !super::parts::is_comment(part.as_rule())).collect();
        let operators = parts.iter().filter(|part| is_operator(part.as_rule())).count();
        if self.operators + operators > MAX_OPERATORS {
            self.too_many_operators(&parts, operators);
            return self.error_at(span);
        }
        self.operators += operators;
        let mut yard = Yard::default();
        let mut pipe = span;
        for part in parts {
            match part.as_rule() {
                Rule::prefix => yard.waiting.push(self.prefix(&part)),
                Rule::line_if | Rule::bracket_if | Rule::hole_if => {
                    let choice = self.choice(part);
                    yard.waiting.push(choice);
                }
                Rule::infix | Rule::single_equals => {
                    let waiting = self.infix(&part);
                    self.settle(&mut yard, waiting.precedence());
                    yard.waiting.push(waiting);
                }
                Rule::pipe_sign => {
                    self.settle(&mut yard, PIPE);
                    pipe = self.trimmed(&part);
                }
                Rule::stage => self.wrap(&mut yard, |builder, value| builder.stage(part, value)),
                Rule::missing_stage => {
                    self.missing(&part, "a function or a table is due behind `|`", Some("name | trim".into()));
                    self.wrap(&mut yard, |_, value| Expr { span: value.span.to(pipe), kind: ExprKind::Error });
                }
                Rule::in_tail => {
                    if !is_conversion(&part) {
                        self.settle(&mut yard, COMPARISON);
                    }
                    self.wrap(&mut yard, |builder, value| builder.in_tail(part, value));
                }
                Rule::dot_name | Rule::index | Rule::late_arguments => {
                    self.wrap(&mut yard, |builder, value| builder.postfix(part, value));
                }
                _ => {
                    let operand = self.operand(part);
                    yard.operands.push(operand);
                }
            }
        }
        self.settle(&mut yard, 0);
        self.operators -= operators;
        yard.operands.pop().unwrap_or_else(|| self.error_at(span))
    }

    fn too_many_operators(&mut self, parts: &[Node], here: usize) {
        let first = parts.iter().find(|part| is_operator(part.as_rule())).map(|part| self.trimmed(part));
        let Some(first) = first else { return };
        let at = Span { end: first.end.min(first.start + 16), ..first };
        let at = if self.text.is_char_boundary(at.end as usize) { at } else { Span { end: at.start, ..at } };
        self.report(
            Diagnostic::new(
                Code::E0008,
                format!("this expression has {} operators, and {MAX_OPERATORS} are the most", self.operators + here),
                at,
                "the first of them",
            )
            .help("give parts of it names with `let`, or make it a table"),
        );
    }

    /// Applies what waits and binds at least as tightly as `precedence`.
    fn settle(&mut self, yard: &mut Yard, precedence: u8) {
        while let Some(waiting) = yard.waiting.pop_if(|waiting| waiting.precedence() >= precedence) {
            let Some(right) = yard.operands.pop() else { return };
            let made = match waiting {
                Waiting::Minus(at) => Expr { span: at.to(right.span), kind: ExprKind::Negate(Box::new(right)) },
                Waiting::Not(at) => Expr { span: at.to(right.span), kind: ExprKind::Not(Box::new(right)) },
                Waiting::If(choice) => {
                    let otherwise = self.word_of_branch(right);
                    let span = choice.start.to(otherwise.span);
                    let (condition, then) = (Box::new(choice.condition), Box::new(choice.then));
                    Expr { span, kind: ExprKind::If { condition, then, otherwise: Box::new(otherwise) } }
                }
                Waiting::Binary(operator, operator_span) => {
                    let Some(left) = yard.operands.pop() else { return };
                    let span = left.span.to(right.span);
                    let (left, right) = (Box::new(left), Box::new(right));
                    Expr { span, kind: ExprKind::Binary { operator, left, right, operator_span } }
                }
                Waiting::Coalesce(operator_span) => {
                    let Some(value) = yard.operands.pop() else { return };
                    let fallback = Box::new(self.word_of_branch(right));
                    let span = value.span.to(fallback.span);
                    Expr { span, kind: ExprKind::Coalesce { value: Box::new(value), fallback, operator_span } }
                }
                Waiting::Rescue(operator_span) => {
                    let Some(value) = yard.operands.pop() else { return };
                    let fallback = Box::new(self.word_of_branch(right));
                    let span = value.span.to(fallback.span);
                    Expr { span, kind: ExprKind::Rescue { value: Box::new(value), fallback, operator_span } }
                }
            };
            yard.operands.push(made);
        }
    }

    /// Makes something of the last operand.
    fn wrap(&mut self, yard: &mut Yard, make: impl FnOnce(&mut Self, Expr) -> Expr) {
        if let Some(value) = yard.operands.pop() {
            let made = make(self, value);
            yard.operands.push(made);
        }
    }

    pub(super) fn word_of_branch(&self, expr: Expr) -> Expr {
        let kind = match &expr.kind {
            // As written: in backticks they are names.
            ExprKind::Name(_) => match self.slice(expr.span) {
                "skip" => ExprKind::Skip,
                "missing" => ExprKind::Missing,
                _ => return expr,
            },
            _ => return expr,
        };
        Expr { kind, span: expr.span }
    }

    fn prefix(&mut self, node: &Node) -> Waiting {
        let at = self.span(node);
        match node.as_str() {
            "-" => Waiting::Minus(at),
            "!" => {
                self.other_sign(node, "not ");
                Waiting::Not(at)
            }
            _ => Waiting::Not(at),
        }
    }

    fn infix(&mut self, node: &Node) -> Waiting {
        let at = self.span(node);
        let operator = match node.as_str() {
            "??" => return Waiting::Coalesce(at),
            "!!" => return Waiting::Rescue(at),
            "+" => Binary::Add,
            "-" => Binary::Subtract,
            "*" => Binary::Multiply,
            "/" => Binary::Divide,
            "==" => Binary::Equal,
            "!=" => Binary::NotEqual,
            "<" => Binary::Less,
            "<=" => Binary::LessEqual,
            ">" => Binary::Greater,
            ">=" => Binary::GreaterEqual,
            "and" => Binary::And,
            "or" => Binary::Or,
            other => {
                let (meant, operator) = match other {
                    "!==" => ("!=", Binary::NotEqual),
                    "<>" => ("!=", Binary::NotEqual),
                    "&&" => ("and", Binary::And),
                    "||" => ("or", Binary::Or),
                    _ => ("==", Binary::Equal),
                };
                self.other_sign(node, meant);
                operator
            }
        };
        Waiting::Binary(operator, at)
    }

    /// `&&`, `=`, `!` …: another language's sign.
    fn other_sign(&mut self, node: &Node, meant: &str) {
        let at = self.trimmed(node);
        let sign = self.slice(at);
        self.report(
            Diagnostic::new(
                Code::E0016,
                format!("`{sign}` is written `{}` here", meant.trim()),
                at,
                format!("`{}` is meant", meant.trim()),
            )
            .help(self.corrected(at, meant)),
        );
    }

    fn choice(&mut self, node: Node) -> Waiting {
        let start = self.head(&node, 2);
        let mut condition = None;
        let mut then = None;
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::too_deep => self.too_deep(start),
                Rule::missing_then => self.missing_then(&part, start),
                Rule::missing_else => self.missing(
                    &part,
                    "`else` and a value are missing",
                    Some("if present(note) then note else \"none\"".into()),
                ),
                _ if condition.is_none() => condition = Some(self.expr(part)),
                _ => then = Some(self.branch(part)),
            }
        }
        let error = self.error_at(start);
        Waiting::If(Box::new(Choice {
            condition: condition.unwrap_or_else(|| error.clone()),
            then: then.unwrap_or(error),
            start,
        }))
    }

    fn missing_then(&mut self, node: &Node, start: Span) {
        let at = self.span(node).start as usize;
        if self.text.get(at..).is_some_and(|rest| rest.starts_with('{')) {
            return self.report(
                Diagnostic::new(Code::E0001, "`if` chooses a value; `when` chooses lines", start, "`when` is meant")
                    .help(self.corrected(start, "when")),
            );
        }
        self.missing(node, "`then` and a value are missing", Some("if present(note) then note else \"none\"".into()));
    }

    fn missing_operand(&mut self, node: &Node) -> Expr {
        let due = self.due(node);
        let at = self.span(node).start as usize;
        if let Some(word) = self.operator_word_at(at) {
            let slip = self.operator_word(word);
            self.report(slip);
            return self.error_at(due);
        }
        // Only the last few bytes are looked at: a line may be a megabyte long, and full of mistakes.
        let end = due.start as usize;
        let before = self.text.as_bytes().get(end.saturating_sub(12)..end).unwrap_or_default();
        let last = before.rsplit(u8::is_ascii_whitespace).next().and_then(|last| std::str::from_utf8(last).ok());
        let message = match last {
            Some(last) if !last.is_empty() && last.len() < 12 => format!("a value is missing behind `{last}`"),
            _ => "a value is missing here".to_owned(),
        };
        self.report(
            Diagnostic::new(Code::E0006, message, due, "a value is due here").help(self.corrected(due, " value")),
        );
        self.error_at(due)
    }
}

fn is_operator(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::prefix
            | Rule::line_if
            | Rule::bracket_if
            | Rule::hole_if
            | Rule::infix
            | Rule::single_equals
            | Rule::pipe_sign
            | Rule::in_tail
            | Rule::dot_name
            | Rule::index
            | Rule::late_arguments
    )
}

/// `in UNIT`, which binds tighter than `in [` and `in 1..5`.
fn is_conversion(node: &Node) -> bool {
    node.clone().into_inner().next().is_some_and(|part| matches!(part.as_rule(), Rule::conversion | Rule::missing_unit))
}
