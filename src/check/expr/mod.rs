//! Expressions: each gets its type, its unit, and whether and why it may be missing or failed.

mod arithmetic;
mod builtin;
mod call;
mod choice;
mod compare;
mod convert;
mod facts;
mod fallback;
mod kinds;
mod list;
mod lookup;
mod path;
mod text;
mod variants;

pub(super) use choice::wider;
pub(super) use facts::in_arm;
pub(super) use path::quoted;
pub(super) use text::TextUse;
pub(super) use text::literal;

use super::Checker;
use super::scope::Scope;
use super::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::number::{Number, NumberError};
use crate::model::{Base, Constant, Expr, Type};
use crate::syntax::tree::{self, ExprKind};
use crate::text::Span;

impl Checker<'_> {
    /// Types one expression; `None` where its mistake is reported.
    pub(super) fn expr(&mut self, node: &tree::Expr, scope: &mut Scope) -> Option<Typed> {
        let span = node.span;
        match &node.kind {
            ExprKind::Name(name) => self.name(name, scope),
            ExprKind::Field { base, name } => self.field(base, name, span, scope),
            ExprKind::Index { base, index } => self.index(base, index, span, scope),
            ExprKind::Call { function, arguments } => self.call(function, arguments, span, scope),
            ExprKind::Number(text) => self.number(text, span),
            ExprKind::Quantity { number, unit } => self.quantity(number, unit, span),
            ExprKind::Text(parts) => self.text(parts, span, scope, TextUse::Value),
            ExprKind::Regex(_) => {
                self.report(
                    Diagnostic::new(
                        Code::E0201,
                        "a pattern stands only as an argument of a function",
                        span,
                        "a pattern here",
                    )
                    .help("use it as in `replace(x, /[^0-9]/, \"\")` or `matches(x, /^[0-9]+$/)`"),
                );
                None
            }
            ExprKind::Boolean(value) => Some(Typed::constant(Constant::Boolean(*value), Base::Boolean, span)),
            ExprKind::Null => {
                let mut typed = Typed::constant(Constant::Null, Base::Null, span);
                typed.ty.null = true;
                Some(typed)
            }
            ExprKind::List(items) => self.list_literal(items, span, scope),
            ExprKind::Record(fields) => self.record_literal(fields, span, scope),
            ExprKind::Tuple(_) => {
                self.report(
                    Diagnostic::new(
                        Code::E0222,
                        "several values in parentheses stand only before a pipe",
                        span,
                        "no `| Table` follows",
                    )
                    .help(format!("look them up in a table: `{} | Table`", self.source(span))),
                );
                None
            }
            ExprKind::Comprehension { yields, each } => self.comprehension(yields, each, span, scope),
            ExprKind::Convert { value, unit, by } => self.convert(value, unit, by.as_deref(), span, scope),
            ExprKind::Negate(inner) => self.negate(inner, span, scope),
            ExprKind::Not(inner) => self.not(inner, span, scope),
            ExprKind::Binary { operator, left, right, operator_span } => {
                self.binary(*operator, left, right, *operator_span, span, scope)
            }
            ExprKind::OneOf { value, list } => self.one_of(value, list, span, scope),
            ExprKind::Between { value, low, high } => self.between(value, low, high, span, scope),
            ExprKind::Pipe { value, stage } => self.pipe(value, stage, span, scope),
            ExprKind::Coalesce { value, fallback, operator_span } => {
                self.coalesce(value, fallback, *operator_span, span, scope)
            }
            ExprKind::Rescue { value, fallback, operator_span } => {
                self.rescue(value, fallback, *operator_span, span, scope)
            }
            ExprKind::If { condition, then, otherwise } => self.if_else(condition, then, otherwise, span, scope),
            ExprKind::Match { subject, arms } => self.match_value(subject, arms, span, scope),
            ExprKind::Group(inner) => self.expr(inner, scope),
            ExprKind::Reject(_) | ExprKind::Skip | ExprKind::Missing => self.misplaced_exit(node),
            ExprKind::Hole => {
                self.report(
                    Diagnostic::new(Code::E0219, "`?` asks what fits here", span, "a value is still to be written")
                        .help(format!("in scope are {}", self.names_in_scope(scope, 12, span))),
                );
                None
            }
            ExprKind::Error => None,
        }
    }

    fn misplaced_exit(&mut self, node: &tree::Expr) -> Option<Typed> {
        let word = match node.kind {
            ExprKind::Skip => "skip",
            ExprKind::Missing => "missing",
            _ => "reject",
        };
        self.report(
            Diagnostic::new(
                Code::E0215,
                format!("`{word}` gives no value, so nothing can be made of it here"),
                node.span,
                "not a value",
            )
            .help(match word {
                "missing" => "it stands after `!!`: `date(x, \"MM/dd/yyyy\") !! missing -> day?`",
                "skip" => "it stands after `??` or `!!`, or as a branch: `x ?? skip`",
                _ => "it stands after `??` or `!!`, as a branch, or as a table's value: `x ?? reject \"why\"`",
            }),
        );
        None
    }

    /// A value, or `reject` / `skip` where a branch or a row may end instead.
    pub(super) fn value_or_exit(&mut self, node: &tree::Expr, scope: &mut Scope) -> Option<Typed> {
        match &node.kind {
            ExprKind::Reject(reason) => {
                let reason = self.reason(reason, scope)?;
                Some(Typed::new(Expr::Reject(Box::new(reason)), Type::new(Base::Never), node.span))
            }
            ExprKind::Skip => Some(Typed::new(Expr::Skip, Type::new(Base::Never), node.span)),
            ExprKind::Group(inner) => self.value_or_exit(inner, scope),
            _ => self.expr(node, scope),
        }
    }

    /// The text of a `reject`: never missing, never sensitive.
    pub(super) fn reason(&mut self, node: &tree::Expr, scope: &mut Scope) -> Option<Expr> {
        let typed = match &node.kind {
            ExprKind::Text(parts) => self.text(parts, node.span, scope, TextUse::Reason)?,
            _ => self.expr(node, scope)?,
        };
        if !matches!(typed.ty.base, Base::Text | Base::Code { .. }) {
            self.report(
                Diagnostic::new(Code::E0201, "the reason of a `reject` is text", node.span, "not text")
                    .help("write it in quotes, with holes where values belong: `reject \"no clinic {site}\"`"),
            );
            return None;
        }
        Some(typed.expr)
    }

    pub(super) fn number(&mut self, text: &str, span: Span) -> Option<Typed> {
        match Number::parse(text) {
            Ok(number) => {
                let integer = !text.contains(['.', 'e', 'E']);
                let base = if integer { Base::Integer(None) } else { Base::Decimal(None) };
                Some(Typed::constant(Constant::Number(number), base, span))
            }
            Err(error) => {
                let help = match error {
                    NumberError::TooManyDigits => "write a number of at most 1,000 digits",
                    _ => "write it as JSON does: `12`, `1.5`, `-3e2`",
                };
                self.report(
                    Diagnostic::new(Code::E0313, format!("`{}` is no usable number", cut(text)), span, "this number")
                        .help(help),
                );
                None
            }
        }
    }

    fn quantity(&mut self, number: &str, unit: &tree::UnitText, span: Span) -> Option<Typed> {
        let mut typed = self.number(number, span)?;
        let unit = self.unit(unit)?;
        typed.ty.base = match typed.ty.base {
            Base::Integer(_) => Base::Integer(Some(unit)),
            _ => Base::Decimal(Some(unit)),
        };
        // A literal says its unit in so many words.
        typed.named = true;
        Some(typed)
    }
}

/// The head of a long text, for messages.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}
