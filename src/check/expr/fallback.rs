//! `a ?? b` where `a` is missing, `a !! b` where it failed.

use super::choice::unify;
use crate::check::Checker;
use crate::check::scope::Scope;
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Constant, Expr, Type};
use crate::syntax::tree::{self, ExprKind};
use crate::text::Span;

impl Checker<'_> {
    pub(super) fn coalesce(
        &mut self,
        value: &tree::Expr,
        fallback: &tree::Expr,
        at: Span,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let value = self.expr(value, scope);
        if matches!(fallback.kind, ExprKind::Missing) {
            self.report(
                Diagnostic::new(
                    Code::E0215,
                    "what is missing is missing already",
                    fallback.span,
                    "`missing` answers a failure",
                )
                .help("remove `?? missing`, and write `?` after the target"),
            );
            return None;
        }
        let fallback = self.value_or_exit(fallback, scope);
        let (value, fallback) = (value?, fallback?);
        if !value.ty.missing && !value.ty.null {
            self.report(
                Diagnostic::new(
                    Code::W0105,
                    format!("`{}` is never missing, so `??` never takes effect", self.source(value.span)),
                    at,
                    "never used",
                )
                .help(match value.ty.fails {
                    true => "what may fail is answered by `!!`".to_string(),
                    false => format!("write `{}` alone", self.source(value.span)),
                }),
            );
        }
        let present = Typed {
            ty: Type { missing: false, null: false, ..value.ty.clone() },
            missing_because: None,
            ..value.clone()
        };
        let null = fallback.ty.base == Base::Null;
        let (left, right, ty) = unify(self, present, fallback, at, "the value and what stands for it")?;
        let expr = Expr::Coalesce { value: Box::new(left.expr.clone()), fallback: Box::new(right.expr.clone()) };
        let mut typed = Typed::new(expr, ty, span);
        typed.ty.null |= null;
        typed.ty.missing = right.ty.missing;
        typed.missing_because = right.missing_because.clone();
        Some(joined(typed, &left, &right))
    }

    pub(super) fn rescue(
        &mut self,
        value: &tree::Expr,
        fallback: &tree::Expr,
        at: Span,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let value = self.expr(value, scope);
        let fallback = match fallback.kind {
            ExprKind::Missing => {
                let ty = Type::new(Base::Never).optional();
                Some(
                    Typed::new(Expr::Missing, ty, fallback.span)
                        .missing(fallback.span, "left out on purpose where it failed"),
                )
            }
            _ => self.value_or_exit(fallback, scope),
        };
        let (value, fallback) = (value?, fallback?);
        if !value.ty.fails && !self.may_break_rule(&value) {
            self.report(
                Diagnostic::new(
                    Code::W0106,
                    format!("`{}` cannot fail, so `!!` never takes effect", self.source(value.span)),
                    at,
                    "never used",
                )
                .help(match value.ty.missing {
                    true => "what may be missing is answered by `??`".to_string(),
                    false => format!("write `{}` alone", self.source(value.span)),
                }),
            );
        }
        let sound = Typed { ty: Type { fails: false, ..value.ty.clone() }, fails_because: None, ..value.clone() };
        let (left, right, ty) = unify(self, sound, fallback, at, "the value and what stands for it")?;
        let expr = Expr::Rescue { value: Box::new(left.expr.clone()), fallback: Box::new(right.expr.clone()) };
        let mut typed = Typed::new(expr, ty, span);
        typed.ty.missing = left.ty.missing || right.ty.missing;
        typed.missing_because = left.missing_because.clone().or_else(|| right.missing_because.clone());
        Some(joined(typed, &left, &right))
    }
}

/// What two alternatives have in common.
fn joined(mut typed: Typed, left: &Typed, right: &Typed) -> Typed {
    let matters = |side: &Typed| side.ty.unit().is_some();
    typed.ty.fails = left.ty.fails || right.ty.fails;
    typed.fails_because = left.fails_because.clone().or_else(|| right.fails_because.clone());
    typed.ty.sensitive = left.ty.sensitive || right.ty.sensitive;
    typed.pending = left.pending.max(right.pending);
    typed.named = (left.named || !matters(left)) && (right.named || !matters(right)) && (left.named || right.named);
    typed.origin = left.origin.clone();
    typed
}

impl Typed {
    /// Text that is surely not empty, `.` or `..`: what a segment of a URL needs.
    pub(in crate::check) fn is_safe_segment(&self) -> bool {
        fn safe(expr: &Expr) -> bool {
            use crate::model::TextPart;
            match expr {
                Expr::Constant(Constant::Text(text)) => !matches!(text.as_str(), "" | "." | ".."),
                Expr::Constant(_) => true,
                // A whole value of the event or the envelope: the door's rule holds it.
                Expr::Path { .. } => true,
                // A crosswalk holds what a target answered; the segment is held against it where it is written.
                Expr::Find { .. } => true,
                Expr::Text(parts) => parts.iter().any(|part| match part {
                    TextPart::Literal(text) => text.chars().any(|c| c != '.') || text.len() > 2,
                    TextPart::Hole(_) => false,
                }),
                Expr::Coalesce { value, fallback } | Expr::Rescue { value, fallback } => safe(value) && safe(fallback),
                Expr::If { then, otherwise, .. } => safe(then) && safe(otherwise),
                Expr::Match { arms, default, .. } => {
                    arms.iter().all(|(_, value)| safe(value)) && default.as_deref().is_none_or(safe)
                }
                Expr::Let { body, .. } => safe(body),
                Expr::Demand(_) | Expr::Reject(_) | Expr::Skip | Expr::Missing => true,
                _ => false,
            }
        }
        match &self.ty.base {
            Base::Text | Base::Either(_) | Base::Code { open: true, .. } => safe(&self.expr),
            Base::Code { values, .. } => {
                !values.iter().any(|value| matches!(value.as_str(), "" | "." | "..")) || safe(&self.expr)
            }
            _ => true,
        }
    }
}

impl Checker<'_> {
    /// Whether `!!` may answer for a rule of the place where the value is written (a computed segment of
    /// a URL that may be empty), though the value itself cannot fail.
    pub(in crate::check) fn may_break_rule(&self, value: &Typed) -> bool {
        self.in_url && !value.is_safe_segment()
    }
}
