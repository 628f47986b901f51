//! `if … then … else`, `match { … }`, and the one type of several branches.

use super::convert::scaled;
use super::facts::in_arm;
use crate::check::Checker;
use crate::check::scope::Scope;
use crate::check::show::{and_list, show};
use crate::check::typed::{Pending, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Constant, Expr, Type};
use crate::syntax::tree::{self, Pattern};
use crate::text::Span;

/// The arms of a match.
pub(in crate::check) struct Cases {
    /// The constants of each arm in their order: `None` for `_`, none where the arm's mistake is reported.
    pub arms: Vec<Option<Vec<Constant>>>,
    /// Whether every case of the subject is covered and every arm sound.
    pub complete: bool,
}

impl Checker<'_> {
    pub(super) fn if_else(
        &mut self,
        condition: &tree::Expr,
        then: &tree::Expr,
        otherwise: &tree::Expr,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let condition = self.condition(condition, "`if`", scope);
        let mark = scope.mark();
        if let Some((_, yes, _)) = &condition {
            scope.learn(yes.clone());
        }
        let then = self.value_or_exit(then, scope);
        scope.back_to(mark);
        if let Some((_, _, no)) = &condition {
            scope.learn(no.clone());
        }
        let otherwise = self.value_or_exit(otherwise, scope);
        scope.back_to(mark);
        let ((condition, _, _), then, otherwise) = (condition?, then?, otherwise?);
        let (then, otherwise, ty) = unify(self, then, otherwise, span, "the branches")?;
        let expr = Expr::If {
            condition: Box::new(condition),
            then: Box::new(then.expr.clone()),
            otherwise: Box::new(otherwise.expr.clone()),
        };
        Some(branches(Typed::new(expr, ty, span), &[&then, &otherwise]))
    }

    pub(super) fn match_value(
        &mut self,
        subject: &tree::Expr,
        arms: &[tree::Arm],
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let subject = self.expr(subject, scope);
        let patterns: Vec<&Pattern> = arms.iter().map(|arm| &arm.pattern).collect();
        let cases = match &subject {
            Some(subject) => self.cases(subject, &patterns, span, scope),
            None => None,
        };
        let mut before: Vec<Constant> = Vec::new();
        let mut values: Vec<Option<Typed>> = Vec::with_capacity(arms.len());
        for (number, arm) in arms.iter().enumerate() {
            let mark = scope.mark();
            if let (Some(subject), Some(case)) = (&subject, cases.as_ref().and_then(|cases| cases.arms.get(number))) {
                scope.learn(in_arm(&subject.expr, case.as_deref(), &before));
                before.extend(case.iter().flatten().cloned());
            }
            values.push(self.value_or_exit(&arm.value, scope));
            scope.back_to(mark);
        }
        let (subject, cases) = (subject?, cases.filter(|cases| cases.complete)?.arms);
        let mut values: Vec<Typed> = values.into_iter().collect::<Option<_>>()?;
        // Twice, so that a unit or type found late reaches the arms before it.
        let mut joined = values.first()?.clone();
        for at in (1..values.len()).chain(0..values.len()) {
            let place = values[at].span;
            let (so_far, this, ty) = unify(self, joined, values[at].clone(), place, "the arms")?;
            values[at] = this;
            joined = so_far.stand_for(&values[at], ty);
        }
        let mut ty = joined.ty;
        for value in &values[1..] {
            ty.null |= value.ty.null;
            if let (Base::Code { values: all, open }, Base::Code { values: more, open: more_open }) =
                (&mut ty.base, &value.ty.base)
            {
                all.extend(more.iter().filter(|code| !all.contains(code)).cloned().collect::<Vec<_>>());
                *open |= more_open;
            }
        }
        let mut lowered = Vec::new();
        let mut default = None;
        for (case, value) in cases.into_iter().zip(&values) {
            match case {
                Some(constants) => lowered.push((constants, value.expr.clone())),
                // Only the first `_` counts.
                None => {
                    default.get_or_insert_with(|| Box::new(value.expr.clone()));
                }
            }
        }
        let expr = Expr::Match { subject: Box::new(subject.expr.clone()), arms: lowered, default };
        let typed = branches(Typed::new(expr, ty, span), &values.iter().collect::<Vec<_>>());
        Some(typed.inherit(&subject))
    }

    /// What each arm is for; `None` where the subject cannot be matched.
    pub(in crate::check) fn cases(
        &mut self,
        subject: &Typed,
        patterns: &[&Pattern],
        span: Span,
        scope: &mut Scope,
    ) -> Option<Cases> {
        if !matches!(
            subject.ty.base,
            Base::Text
                | Base::Code { .. }
                | Base::Boolean
                | Base::Integer(None)
                | Base::Decimal(None)
                | Base::Either(_)
        ) {
            self.report(
                Diagnostic::new(
                    Code::E0207,
                    format!("`match` tells no values of {} apart", show(&subject.ty)),
                    subject.span,
                    show(&subject.ty),
                )
                .help("match a code, a string, a boolean or a plain number; compare others with `if`"),
            );
            return None;
        }
        let mut seen: Vec<(Constant, Span)> = Vec::new();
        let mut any: Option<Span> = None;
        let mut arms = Vec::with_capacity(patterns.len());
        let mut sound = true;
        for pattern in patterns {
            if let Some(any) = any {
                self.report(
                    Diagnostic::new(
                        Code::W0107,
                        "this arm is never reached",
                        pattern.span(),
                        "after `_`, which takes everything",
                    )
                    .also(any, "takes everything that comes to it")
                    .help("move the `_` arm to the end"),
                );
            }
            match pattern {
                Pattern::Any(span) => {
                    any.get_or_insert(*span);
                    arms.push(None);
                }
                other => {
                    let constants = self.case(subject, other, &mut seen, scope);
                    sound &= constants.is_some();
                    arms.push(Some(constants.unwrap_or_default()));
                }
            }
        }
        let complete = sound && (any.is_some() || self.exhaustive(subject, &seen, span, scope).is_some());
        Some(Cases { arms, complete })
    }

    fn case(
        &mut self,
        subject: &Typed,
        pattern: &Pattern,
        seen: &mut Vec<(Constant, Span)>,
        scope: &mut Scope,
    ) -> Option<Vec<Constant>> {
        match pattern {
            Pattern::Several(patterns, _) => {
                let mut all = Vec::new();
                for pattern in patterns {
                    all.extend(self.case(subject, pattern, seen, scope)?);
                }
                Some(all)
            }
            Pattern::Value(node) => {
                let value = self.expr(node, scope)?;
                let Some(constant) = value.as_constant().cloned() else {
                    self.report(
                        Diagnostic::new(Code::E0220, "an arm begins with a constant", value.span, "not a constant")
                            .help("compare with computed values by `if`"),
                    );
                    return None;
                };
                let one = Typed { ty: Type { null: subject.ty.null, ..subject.ty.clone() }, ..subject.clone() };
                let span = value.span;
                self.equal_types(one, value)?;
                if let Some((_, first)) = seen.iter().find(|(known, _)| *known == constant) {
                    self.report(
                        Diagnostic::new(Code::E0408, "this case stands twice", span, "never reached")
                            .also(*first, "the case is taken here")
                            .help("remove one of the two"),
                    );
                    return None;
                }
                seen.push((constant.clone(), span));
                Some(vec![constant])
            }
            Pattern::Tuple(_, span) => {
                self.report(
                    Diagnostic::new(
                        Code::E0222,
                        "a match has one subject, so an arm has one value",
                        *span,
                        "several values",
                    )
                    .help("look several keys up in a table: `(a, b) | Table`"),
                );
                None
            }
            Pattern::Any(_) | Pattern::Missing(_) => None,
        }
    }

    fn equal_types(&mut self, subject: Typed, value: Typed) -> Option<()> {
        let at = value.span;
        self.compare(crate::model::Comparison::Equal, subject, value, at, at).map(|_| ())
    }

    /// Every case that the tests around have left is taken by an arm.
    fn exhaustive(&mut self, subject: &Typed, seen: &[(Constant, Span)], span: Span, scope: &Scope) -> Option<()> {
        let place = subject.place();
        let excluded = |constant: &Constant| match (&place, constant) {
            (Some((root, steps)), Constant::Text(code)) => !scope.may_be(*root, steps, code),
            _ => false,
        };
        let taken = |constant: &Constant| seen.iter().any(|(known, _)| known == constant) || excluded(constant);
        let mut lacking: Vec<String> = match &subject.ty.base {
            Base::Code { values, open: false } => values
                .iter()
                .filter(|value| !taken(&Constant::Text((*value).clone())))
                .map(|value| format!("{value:?}"))
                .collect(),
            Base::Boolean => [true, false]
                .iter()
                .filter(|value| !taken(&Constant::Boolean(**value)))
                .map(|value| value.to_string())
                .collect(),
            other => vec![format!("every other {}", crate::check::show::show_base(other))],
        };
        if subject.ty.null && !taken(&Constant::Null) {
            lacking.push("null".into());
        }
        if lacking.is_empty() {
            return Some(());
        }
        let mut diagnostic = Diagnostic::new(
            Code::E0402,
            format!("this `match` has no arm for {}", and_list(&lacking, 6)),
            span,
            format!("{} not covered", if lacking.len() == 1 { "one case is" } else { "cases are" }),
        );
        if let Some(declared) = subject.origin.as_ref().and_then(|origin| self.declaration(origin)) {
            diagnostic = diagnostic.also(declared, "declared here");
        }
        let first = if lacking[0].starts_with("every") { "_" } else { &lacking[0] };
        self.report(diagnostic.help(format!("add `{first} -> …`, or `_ -> …` for all that is left")));
        None
    }
}

/// What the branches of a choice have in common.
fn branches(mut typed: Typed, all: &[&Typed]) -> Typed {
    let valued = || all.iter().filter(|branch| !branch.is_never());
    for branch in all {
        typed = typed.inherit(branch);
        typed.pending = typed.pending.max(branch.pending);
    }
    typed.named = typed.ty.unit().is_some() && valued().all(|branch| branch.named);
    if !matches!(typed.ty.base, Base::Integer(_)) && typed.pending == Pending::Fraction {
        typed.pending = Pending::Nothing;
    }
    typed
}

/// The one type of two alternatives; numbers are brought to the finer of their units.
pub(in crate::check) fn unify(
    checker: &mut Checker<'_>,
    left: Typed,
    right: Typed,
    at: Span,
    what: &str,
) -> Option<(Typed, Typed, Type)> {
    let mut ty = left.ty.clone();
    ty.kind = checker.one_kind(&left, &right, at)?;
    ty.null |= right.ty.null;
    ty.form = None;
    if right.is_never() || right.ty.base == Base::Null {
        return Some((left, right, ty));
    }
    if left.is_never() || left.ty.base == Base::Null {
        ty.base = right.ty.base.clone();
        return Some((left, right, ty));
    }
    if left.is_number() && right.is_number() {
        match (left.ty.unit().cloned(), right.ty.unit().cloned()) {
            (None, None) => {}
            (Some(a), Some(b)) if a == b => {}
            // Nought is nought in every unit with a true zero.
            (Some(unit), None) if is_zero(&right) && !unit.is_offset_scale() => {}
            (None, Some(unit)) if is_zero(&left) && !unit.is_offset_scale() => {}
            _ => {
                checker.same_kind(&left, &right, at, "choose between")?;
                let (a, b) = (left.ty.unit().cloned()?, right.ty.unit().cloned()?);
                let unit = a.finer(&b).clone();
                let to_left = checker.conversion(&a, &unit, &left, left.span)?;
                let to_right = checker.conversion(&b, &unit, &right, right.span)?;
                let left = scaled(left, &to_left, unit.clone());
                let right = scaled(right, &to_right, unit);
                let base = wider(&left.ty.base, &right.ty.base)?;
                return Some((left, right, Type { base, ..ty }));
            }
        }
    }
    match wider(&left.ty.base, &right.ty.base) {
        Some(base) => Some((left, right, Type { base, ..ty })),
        None => {
            checker.report(
                Diagnostic::new(Code::E0211, format!("{what} have different types"), at, "of no one type")
                    .also(left.span, show(&left.ty))
                    .also(right.span, show(&right.ty))
                    .help("make both the same, for example by writing both as text"),
            );
            None
        }
    }
}

fn is_zero(value: &Typed) -> bool {
    matches!(value.as_constant(), Some(Constant::Number(number)) if number.is_zero())
}

/// The smallest base that holds both.
pub(in crate::check) fn wider(left: &Base, right: &Base) -> Option<Base> {
    use Base::*;
    Some(match (left, right) {
        (a, b) if a == b => a.clone(),
        (Never | Null, other) | (other, Never | Null) => other.clone(),
        (Code { values: a, open: x }, Code { values: b, open: y }) => {
            let mut values = a.clone();
            values.extend(b.iter().filter(|value| !a.contains(value)).cloned());
            Code { values, open: *x || *y }
        }
        (Text, Code { .. }) | (Code { .. }, Text) => Text,
        (Integer(a), Integer(b)) => Integer(a.clone().or_else(|| b.clone())),
        (Integer(a) | Decimal(a), Integer(b) | Decimal(b)) => Decimal(a.clone().or_else(|| b.clone())),
        (List(a), List(b)) => {
            let base = wider(&a.base, &b.base)?;
            let mut item = Type::new(base);
            item.kind = match (a.base == Never, b.base == Never) {
                (true, _) => b.kind.clone(),
                (_, true) => a.kind.clone(),
                _ if a.kind == b.kind => a.kind.clone(),
                _ => return None,
            };
            item.missing = a.missing || b.missing;
            item.null = a.null || b.null;
            item.sensitive = a.sensitive || b.sensitive;
            List(Box::new(item))
        }
        (Either(all), Either(more)) => {
            Either(all.iter().chain(more.iter().filter(|base| !all.contains(base))).cloned().collect())
        }
        (Either(all), one) | (one, Either(all)) if one.is_plain_scalar() => {
            let mut all = all.clone();
            if !all.contains(one) {
                all.push(one.clone());
            }
            Either(all)
        }
        (a, b) if a.is_plain_scalar() && b.is_plain_scalar() => Either(vec![a.clone(), b.clone()]),
        _ => return None,
    })
}
