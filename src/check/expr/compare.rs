//! Comparisons, `in [..]`, `in a..b`, `not`, `and`, `or`, and conditions.

use super::convert::scaled;
use super::facts::{Facts, facts};
use crate::check::Checker;
use crate::check::nearest::nearest;
use crate::check::scope::Scope;
use crate::check::show::{list_codes, show};
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Comparison, Constant, Expr, Type};
use crate::syntax::tree::{self, Binary, ExprKind};
use crate::text::Span;

pub(super) fn comparison(operator: Binary) -> Option<Comparison> {
    Some(match operator {
        Binary::Equal => Comparison::Equal,
        Binary::NotEqual => Comparison::NotEqual,
        Binary::Less => Comparison::Less,
        Binary::LessEqual => Comparison::LessEqual,
        Binary::Greater => Comparison::Greater,
        Binary::GreaterEqual => Comparison::GreaterEqual,
        _ => return None,
    })
}

impl Checker<'_> {
    pub(super) fn compare(
        &mut self,
        comparison: Comparison,
        left: Typed,
        right: Typed,
        at: Span,
        span: Span,
    ) -> Option<Typed> {
        let (left, right) =
            self.comparable(left, right, at, matches!(comparison, Comparison::Equal | Comparison::NotEqual))?;
        let expr = Expr::Compare { comparison, left: Box::new(left.expr.clone()), right: Box::new(right.expr.clone()) };
        Some(Typed::new(expr, Type::new(Base::Boolean), span).inherit(&left).inherit(&right))
    }

    /// Both sides in one unit, if they may be compared at all.
    fn comparable(&mut self, left: Typed, right: Typed, at: Span, equality: bool) -> Option<(Typed, Typed)> {
        if equality && (left.ty.base == Base::Null || right.ty.base == Base::Null) {
            return self.compared_with_null(left, right);
        }
        self.one_kind(&left, &right, at)?;
        let quantity = |value: &Typed| value.is_number();
        let (left, right) = match (left.ty.base == Base::Duration, right.ty.base == Base::Duration) {
            (true, false) if quantity(&right) => (self.as_number_of_time(left), right),
            (false, true) if quantity(&left) => (left, self.as_number_of_time(right)),
            _ => (left, right),
        };
        if left.is_number() && right.is_number() {
            self.same_kind(&left, &right, at, "compare")?;
            return match (left.ty.unit().cloned(), right.ty.unit().cloned()) {
                (Some(a), Some(b)) if a != b => {
                    let unit = a.finer(&b).clone();
                    let to_left = self.conversion(&a, &unit, &left, left.span)?;
                    let to_right = self.conversion(&b, &unit, &right, right.span)?;
                    Some((scaled(left, &to_left, unit.clone()), scaled(right, &to_right, unit)))
                }
                _ => Some((left, right)),
            };
        }
        if !fit(&left.ty.base, &right.ty.base, equality) {
            self.report(
                Diagnostic::new(
                    Code::E0207,
                    format!("{} and {} cannot be compared", show(&left.ty), show(&right.ty)),
                    at,
                    if equality { "never equal" } else { "no order between these" },
                )
                .also(left.span, show(&left.ty))
                .also(right.span, show(&right.ty))
                .help(compare_help(&left, &right)),
            );
            return None;
        }
        if equality {
            self.in_code(&left, &right)?;
            self.in_code(&right, &left)?;
        }
        Some((left, right))
    }

    fn compared_with_null(&mut self, left: Typed, right: Typed) -> Option<(Typed, Typed)> {
        let other = if left.ty.base == Base::Null { &right } else { &left };
        if !other.ty.null {
            let source = self.source(other.span);
            let help = match other.ty.missing {
                true => format!("`present({source})` tests whether it is there"),
                false => "remove the test, or declare the field as `T | null`".to_string(),
            };
            self.report(
                Diagnostic::new(
                    Code::E0207,
                    format!("`{source}` is never null on purpose"),
                    other.span,
                    show(&other.ty),
                )
                .help(help),
            );
            return None;
        }
        Some((left, right))
    }

    /// A constant compared with a closed code must be one of its values.
    fn in_code(&mut self, code: &Typed, constant: &Typed) -> Option<()> {
        let Base::Code { values, open: false } = &code.ty.base else { return Some(()) };
        let Some(text) = constant.as_text().filter(|_| code.as_constant().is_none()) else { return Some(()) };
        if values.iter().any(|value| value == text) {
            return Some(());
        }
        let mut diagnostic = Diagnostic::new(
            Code::E0401,
            format!("{text:?} is none of the codes of `{}`", self.source(code.span)),
            constant.span,
            "never equal",
        );
        if let Some(span) = code.origin.as_ref().and_then(|origin| self.declaration(origin)) {
            diagnostic = diagnostic.also(span, "its codes are declared here");
        }
        let near = nearest(text, values.iter().map(String::as_str));
        self.report(diagnostic.help(match near {
            Some(near) => format!("write {near:?}"),
            None => format!("the codes are {}", list_codes(values.iter().map(String::as_str), 8)),
        }));
        None
    }

    pub(super) fn one_of(
        &mut self,
        value: &tree::Expr,
        list: &tree::Expr,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let value = self.expr(value, scope);
        let ExprKind::List(items) = &list.kind else {
            let list = self.expr(list, scope)?;
            return self.contained(value?, list, span);
        };
        let items: Vec<Option<Typed>> = items.iter().map(|item| self.expr(item, scope)).collect();
        let value = value?;
        let mut options = Vec::with_capacity(items.len());
        let mut typed = Typed::new(Expr::Missing, Type::new(Base::Boolean), span).inherit(&value);
        for item in items {
            let item = item?;
            let item_span = item.span;
            let (_, item) = self.comparable(value.clone(), item, item_span, true)?;
            typed = typed.inherit(&item);
            options.push(item.expr);
        }
        typed.expr = Expr::OneOf { value: Box::new(value.expr), options };
        Some(typed)
    }

    fn contained(&mut self, value: Typed, list: Typed, span: Span) -> Option<Typed> {
        let Base::List(item) = &list.ty.base else {
            self.report(
                Diagnostic::new(
                    Code::E0210,
                    format!("after `in` stands a list, not {}", show(&list.ty)),
                    list.span,
                    show(&list.ty),
                )
                .help("write the values: `x in [\"a\", \"b\"]`"),
            );
            return None;
        };
        let one = Typed::new(Expr::Missing, (**item).clone(), list.span);
        self.comparable(value.clone(), one, span, true)?;
        let expr = Expr::Call { function: "contains".into(), arguments: vec![list.expr.clone(), value.expr.clone()] };
        Some(Typed::new(expr, Type::new(Base::Boolean), span).inherit(&value).inherit(&list))
    }

    pub(super) fn between(
        &mut self,
        value: &tree::Expr,
        low: &tree::Expr,
        high: &tree::Expr,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let value = self.expr(value, scope);
        let low = self.expr(low, scope);
        let high = self.expr(high, scope);
        let (value, low, high) = (value?, low?, high?);
        let (low_span, high_span) = (low.span, high.span);
        let from = self.compare(Comparison::GreaterEqual, value.clone(), low, low_span, span);
        let to = self.compare(Comparison::LessEqual, value, high, high_span, span);
        let (from, to) = (from?, to?);
        // Strict in the value, as every comparison is: where it is missing so is the first half.
        let expr = Expr::If {
            condition: Box::new(Expr::Coalesce {
                value: Box::new(from.expr.clone()),
                fallback: Box::new(Expr::Constant(Constant::Boolean(true))),
            }),
            then: Box::new(to.expr.clone()),
            otherwise: Box::new(Expr::Constant(Constant::Boolean(false))),
        };
        let expr =
            if from.ty.missing { expr } else { Expr::And(Box::new(from.expr.clone()), Box::new(to.expr.clone())) };
        Some(Typed::new(expr, Type::new(Base::Boolean), span).inherit(&from).inherit(&to))
    }

    pub(super) fn not(&mut self, inner: &tree::Expr, span: Span, scope: &mut Scope) -> Option<Typed> {
        // what is not known does not hold, not even turned round
        self.answer_missing = self.answer_missing.map(|holds| !holds);
        let value = self.expr(inner, scope);
        self.answer_missing = self.answer_missing.map(|holds| !holds);
        let value = self.boolean(value?, "`not`")?;
        Some(Typed::new(Expr::Not(Box::new(value.expr.clone())), Type::new(Base::Boolean), span).inherit(&value))
    }

    pub(super) fn logic(
        &mut self,
        operator: Binary,
        left: &tree::Expr,
        right: &tree::Expr,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let word = if operator == Binary::And { "and" } else { "or" };
        let left = self.operand_of_logic(left, word, scope);
        let mark = scope.mark();
        if let Some(left) = &left {
            let (yes, no) = facts(&left.expr);
            scope.learn(if operator == Binary::And { yes } else { no });
        }
        let right = self.operand_of_logic(right, word, scope);
        scope.back_to(mark);
        let (left, right) = (left?, right?);
        let (a, b) = (Box::new(left.expr.clone()), Box::new(right.expr.clone()));
        let expr = if operator == Binary::And { Expr::And(a, b) } else { Expr::Or(a, b) };
        Some(Typed::new(expr, Type::new(Base::Boolean), span).inherit(&left).inherit(&right))
    }

    fn operand_of_logic(&mut self, node: &tree::Expr, word: &str, scope: &mut Scope) -> Option<Typed> {
        let value = self.expr(node, scope)?;
        let value = self.boolean(value, &format!("`{word}`"))?;
        self.condition_present(value)
    }

    fn boolean(&mut self, value: Typed, place: &str) -> Option<Typed> {
        if value.ty.base == Base::Boolean && !value.ty.null {
            return Some(value);
        }
        let source = self.source(value.span);
        let help = match &value.ty.base {
            _ if value.ty.null => format!("say what null means: `{source} ?? false`"),
            Base::Text | Base::Code { .. } => format!("compare it: `{source} == \"…\"`"),
            Base::Integer(_) | Base::Decimal(_) => format!("compare it: `{source} != 0`"),
            _ => format!("test whether it is there: `present({source})`"),
        };
        self.report(
            Diagnostic::new(
                Code::E0205,
                format!("{place} takes a boolean, not {}", show(&value.ty)),
                value.span,
                show(&value.ty),
            )
            .help(help),
        );
        None
    }

    fn condition_present(&mut self, value: Typed) -> Option<Typed> {
        if !value.ty.missing {
            return Some(value);
        }
        if let Some(holds) = self.answer_missing {
            let fallback = Box::new(Expr::Constant(Constant::Boolean(holds)));
            let expr = Expr::Coalesce { value: Box::new(value.expr), fallback };
            return Some(Typed { expr, ty: Type { missing: false, ..value.ty }, missing_because: None, ..value });
        }
        let source = self.source(value.span);
        let mut diagnostic = Diagnostic::new(
            Code::E0206,
            "a condition is true or false, but this may be missing",
            value.span,
            "neither true nor false where a value in it is missing",
        );
        if let Some(cause) = value.missing_because.as_ref().filter(|cause| cause.span != value.span) {
            diagnostic = diagnostic.also(cause.span, cause.text.clone());
        }
        self.report(
            diagnostic.help(format!("say what holds then: `({source}) ?? false`; or test first: `present(x) and …`")),
        );
        None
    }

    /// A condition: a boolean, proved present, that does not fail; and what it proves.
    pub(in crate::check) fn condition(
        &mut self,
        node: &tree::Expr,
        place: &str,
        scope: &mut Scope,
    ) -> Option<(Expr, Facts, Facts)> {
        let value = self.expr(node, scope)?;
        let value = self.boolean(value, place)?;
        let value = self.condition_present(value)?;
        let value = self.never_fails(value, place)?;
        let (yes, no) = facts(&value.expr);
        Some((value.expr, yes, no))
    }
}

/// Whether values of the two bases can be compared.
fn fit(left: &Base, right: &Base, equality: bool) -> bool {
    use Base::*;
    match (left, right) {
        (Text | Code { .. }, Text | Code { .. }) => true,
        (Boolean, Boolean) => equality,
        (Date, Date) | (Time, Time) | (DateTime, DateTime) | (Duration, Duration) => true,
        (Integer(None) | Decimal(None), Integer(None) | Decimal(None)) => true,
        (Either(bases), other) | (other, Either(bases)) => equality && bases.iter().any(|base| fit(base, other, true)),
        _ => false,
    }
}

fn compare_help(left: &Typed, right: &Typed) -> String {
    let text = |value: &Typed| matches!(value.ty.base, Base::Text | Base::Code { .. });
    match (left.is_number(), right.is_number()) {
        (true, false) if right.as_text().is_some() => {
            format!("write the number without quotes: {}", right.as_text().unwrap_or_default())
        }
        (true, false) if text(right) => "compare texts: write the number as `\"{n}\"`".into(),
        (false, true) if text(left) => "compare with a text in quotes, or declare the field `integer as text`".into(),
        _ => "compare values of one type".into(),
    }
}
