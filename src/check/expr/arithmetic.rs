//! `+ - * /`, unary minus: exact, aware of units.

use super::compare;
use super::convert::scaled;
use crate::check::Checker;
use crate::check::scope::{Proof, Scope};
use crate::check::show::show;
use crate::check::typed::{Pending, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::number::Number;
use crate::model::unit::Unit;
use crate::model::{Base, Constant, Expr, Operator, Type};
use crate::syntax::tree::{self, Binary};
use crate::text::Span;

impl Checker<'_> {
    pub(super) fn binary(
        &mut self,
        operator: Binary,
        left: &tree::Expr,
        right: &tree::Expr,
        at: Span,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let arithmetic = match operator {
            Binary::And | Binary::Or => return self.logic(operator, left, right, span, scope),
            Binary::Add => Operator::Add,
            Binary::Subtract => Operator::Subtract,
            Binary::Multiply => Operator::Multiply,
            Binary::Divide => Operator::Divide,
            _ => {
                let left = self.expr(left, scope);
                let right = self.expr(right, scope);
                return self.compare(compare::comparison(operator)?, left?, right?, at, span);
            }
        };
        let left_tree = left;
        let left = self.expr(left, scope);
        let before = self.out.len();
        let converted = right;
        let right = self.expr(right, scope);
        if right.is_none()
            && let tree::ExprKind::Convert { value, unit, by: None } = &converted.kind
        {
            self.conversion_of_the_last_operand(before, left_tree, value, unit, at);
        }
        self.arithmetic(arithmetic, left?, right?, at, span, scope)
    }

    /// `dose / weight in 'mg/kg'` converts `weight` alone; where that cannot be, the whole may be meant.
    fn conversion_of_the_last_operand(
        &mut self,
        before: usize,
        left: &tree::Expr,
        right: &tree::Expr,
        unit: &tree::UnitText,
        at: Span,
    ) {
        let whole = format!("{} {} {}", self.source(left.span), self.source(at), self.source(right.span));
        let (operand, unit_text) = (self.source(right.span), self.source(unit.span));
        let refused = |found: &&mut Diagnostic| found.code == Code::E0302 && found.primary.span == unit.span;
        if let Some(found) = self.out[before..].iter_mut().find(refused) {
            let help = format!("`in` takes `{operand}` alone; to convert the whole write `({whole}) in {unit_text}`");
            found.help = Some(help);
        }
    }

    fn arithmetic(
        &mut self,
        operator: Operator,
        left: Typed,
        right: Typed,
        at: Span,
        span: Span,
        scope: &Scope,
    ) -> Option<Typed> {
        if let Some(found) = self.calendar(operator, &left, &right, at, span) {
            return found;
        }
        let left = self.as_number_of_time(left);
        let right = self.as_number_of_time(right);
        let left = self.numeric(left, at, operator);
        let right = self.numeric(right, at, operator);
        let (left, right) = (left?, right?);
        match operator {
            Operator::Add | Operator::Subtract => self.sum(operator, left, right, at, span),
            Operator::Multiply => self.product(left, right, at, span),
            Operator::Divide => self.quotient(left, right, at, span, scope),
        }
    }

    fn numeric(&mut self, value: Typed, at: Span, operator: Operator) -> Option<Typed> {
        if value.ty.null {
            self.report(
                Diagnostic::new(
                    Code::E0212,
                    "this may be null on purpose, and nothing is computed with null",
                    value.span,
                    show(&value.ty),
                )
                .help(format!("give a number for null: `{} ?? 0`", self.source(value.span))),
            );
            return None;
        }
        if value.is_number() {
            return Some(value);
        }
        let source = self.source(value.span);
        let help = match (&value.ty.base, operator) {
            (Base::Text | Base::Code { .. }, Operator::Add) => {
                "join texts by holes: `\"{a}{b}\"`, or lists of them by `join`".to_string()
            }
            (Base::Text | Base::Code { .. }, _) => {
                format!(
                    "read the number first: `integer({source}) !! reject \"not a number\"`, or declare the field `integer as text`"
                )
            }
            _ => "compute with numbers only".to_string(),
        };
        self.report(
            Diagnostic::new(
                Code::E0208,
                format!("{} is no number to compute with", show(&value.ty)),
                value.span,
                show(&value.ty),
            )
            .also(at, "computed with here")
            .help(help),
        );
        None
    }

    fn sum(&mut self, operator: Operator, left: Typed, right: Typed, at: Span, span: Span) -> Option<Typed> {
        self.no_two_kinds(&left, &right, at)?;
        self.same_kind(&left, &right, at, if operator == Operator::Add { "add" } else { "subtract" })?;
        let named = left.named && right.named && left.ty.unit() == right.ty.unit();
        let scales = |value: &Typed| value.ty.unit().is_some_and(Unit::is_offset_scale);
        let unit = match (left.ty.unit(), right.ty.unit()) {
            (Some(a), Some(b)) if scales(&left) || scales(&right) => self.temperature(operator, a, b, at, span)?,
            (Some(a), Some(b)) => {
                if a.is_function_scale() || b.is_function_scale() {
                    self.report(
                        Diagnostic::new(
                            Code::E0310,
                            format!("sums in {a} mean nothing: it is no linear scale"),
                            at,
                            "cannot be added",
                        )
                        .help("convert both to a linear unit before they come to the hub"),
                    );
                    return None;
                }
                Some((a.finer(b).clone(), a.finer(b).clone(), a.finer(b).clone()))
            }
            _ => None,
        };
        let (left, right, result) = match unit {
            Some((for_left, for_right, result)) => {
                let left = self.brought_to(left, for_left)?;
                let right = self.brought_to(right, for_right)?;
                (left, right, Some(result))
            }
            None => (left, right, None),
        };
        let mut typed = combined(operator, &left, &right, result, span);
        typed.named = named;
        Some(typed)
    }

    /// The units that both sides of a sum of temperatures are brought to, and the unit of the result.
    #[allow(clippy::type_complexity)]
    fn temperature(
        &mut self,
        operator: Operator,
        a: &Unit,
        b: &Unit,
        at: Span,
        span: Span,
    ) -> Option<Option<(Unit, Unit, Unit)>> {
        let scale = |unit: &Unit| unit.is_offset_scale();
        match operator {
            // A temperature and a difference of temperatures, in the temperature's own scale.
            _ if scale(a) && !scale(b) => Some(Some((a.clone(), a.difference(), a.clone()))),
            Operator::Add if scale(b) && !scale(a) => Some(Some((b.difference(), b.clone(), b.clone()))),
            Operator::Subtract if scale(a) && scale(b) => Some(Some((a.clone(), a.clone(), a.difference()))),
            _ => {
                let what = if operator == Operator::Add {
                    "two temperatures have no sum"
                } else {
                    "a temperature cannot be taken from a difference"
                };
                self.report(
                    Diagnostic::new(Code::E0309, what, span, format!("{a} and {b} are temperatures"))
                        .also(at, "here")
                        .help("add a difference, written in K: `temperature + 1.5 K`"),
                );
                None
            }
        }
    }

    fn brought_to(&mut self, value: Typed, unit: Unit) -> Option<Typed> {
        let Some(from) = value.ty.unit().cloned() else { return Some(value) };
        let span = value.span;
        let conversion = self.conversion(&from, &unit, &value, span)?;
        Some(scaled(value, &conversion, unit))
    }

    /// Both plain, or both quantities of one dimension.
    pub(in crate::check) fn same_kind(&mut self, left: &Typed, right: &Typed, at: Span, verb: &str) -> Option<()> {
        match (left.ty.unit(), right.ty.unit()) {
            (None, None) => Some(()),
            (Some(a), Some(b)) if a.comparable(b) => Some(()),
            (Some(a), Some(b)) => {
                self.report(
                    Diagnostic::new(
                        Code::E0302,
                        format!(
                            "{} and {} are not of one kind: one cannot {verb} them",
                            a.dimension_name(),
                            b.dimension_name()
                        ),
                        at,
                        "different kinds",
                    )
                    .also(left.span, format!("in {a}"))
                    .also(right.span, format!("in {b}"))
                    .help("compute with quantities of one kind; `*` and `/` build new ones"),
                );
                None
            }
            (quantity, _) => {
                let (counted, plain) = if quantity.is_some() { (left, right) } else { (right, left) };
                let unit = counted.ty.unit().map(ToString::to_string).unwrap_or_default();
                self.report(
                    Diagnostic::new(
                        Code::E0308,
                        format!("one side counts {unit}, the other is a plain number"),
                        at,
                        format!("cannot {verb} these"),
                    )
                    .also(counted.span, format!("in {unit}"))
                    .also(plain.span, "no unit")
                    .help(match plain.as_constant() {
                        Some(_) => format!("give the number its unit: `{} {unit}`", self.source(plain.span)),
                        None => format!("declare what the plain number counts: `… in {unit}`"),
                    }),
                );
                None
            }
        }
    }

    fn product(&mut self, left: Typed, right: Typed, at: Span, span: Span) -> Option<Typed> {
        let unit = match (left.ty.unit(), right.ty.unit()) {
            (None, None) => None,
            (Some(unit), None) | (None, Some(unit)) if !unit.is_offset_scale() => Some(unit.clone()),
            (Some(a), Some(b)) => Some(self.built(a.multiply(b), at)?),
            (Some(unit), None) | (None, Some(unit)) => {
                self.no_multiple(unit, at);
                return None;
            }
        };
        let named = (left.named || left.ty.unit().is_none()) && (right.named || right.ty.unit().is_none());
        let mut typed = combined(Operator::Multiply, &left, &right, unit.clone(), span);
        typed.named = named && !(left.ty.unit().is_some() && right.ty.unit().is_some());
        Some(self.without_empty_unit(typed))
    }

    fn quotient(&mut self, left: Typed, right: Typed, at: Span, span: Span, scope: &Scope) -> Option<Typed> {
        let unit = match (left.ty.unit(), right.ty.unit()) {
            (None, None) => None,
            (Some(unit), None) if !unit.is_offset_scale() => Some(unit.clone()),
            (Some(unit), None) => {
                self.no_multiple(unit, at);
                return None;
            }
            (Some(a), Some(b)) => Some(self.built(a.divide(b), at)?),
            (None, Some(b)) => Some(self.built(b.reciprocal(), at)?),
        };
        let constant = match right.as_constant() {
            Some(Constant::Number(number)) => Some(number.clone()),
            _ => None,
        };
        if constant.as_ref().is_some_and(Number::is_zero) {
            self.report(
                Diagnostic::new(Code::E0312, "a division by zero", right.span, "is always zero")
                    .help("divide by something else"),
            );
            return None;
        }
        let named = (left.named || left.ty.unit().is_none()) && right.ty.unit().is_none();
        let mut typed = combined(Operator::Divide, &left, &right, unit, span);
        typed.named = named;
        let pending = match &constant {
            Some(divisor) => match divisor.reciprocal().filter(Number::terminates) {
                None => Pending::Endless,
                Some(factor) if matches!(typed.ty.base, Base::Integer(_)) && !factor.is_integer() => Pending::Fraction,
                Some(_) => Pending::Nothing,
            },
            None => Pending::Endless,
        };
        typed.pending = typed.pending.max(pending);
        let proved = right.place().is_some_and(|(root, steps)| scope.is_proved(root, &steps, Proof::NotZero));
        if constant.is_none() && !proved {
            typed = typed.fails(right.span, format!("`{}` may be zero", self.source(right.span)));
        }
        Some(self.without_empty_unit(typed))
    }

    fn built(&mut self, unit: Result<Unit, crate::model::unit::UnitError>, at: Span) -> Option<Unit> {
        match unit {
            Ok(unit) => Some(unit),
            Err(error) => {
                self.report(
                    Diagnostic::new(Code::E0310, error.to_string(), at, "no unit comes of this")
                        .help("convert one side first"),
                );
                None
            }
        }
    }

    fn no_multiple(&mut self, unit: &Unit, at: Span) {
        self.report(
            Diagnostic::new(
                Code::E0309,
                format!("a temperature in {unit} has no multiples: its zero is a convention"),
                at,
                "multiplied here",
            )
            .help("convert it to K first"),
        );
    }

    /// A quotient of like units is a plain number: the factor of what remains is applied.
    fn without_empty_unit(&mut self, value: Typed) -> Typed {
        let Some(unit) = value.ty.unit().filter(|unit| unit.is_number()).cloned() else { return value };
        let Ok(conversion) = unit.conversion(&Unit::one()) else { return value };
        let mut plain = scaled(value, &conversion, unit);
        plain.ty.base = match plain.ty.base {
            Base::Integer(_) => Base::Integer(None),
            _ => Base::Decimal(None),
        };
        plain.ratio = true;
        plain
    }

    pub(super) fn negate(&mut self, inner: &tree::Expr, span: Span, scope: &mut Scope) -> Option<Typed> {
        let value = self.expr(inner, scope)?;
        let value = self.as_number_of_time(value);
        let value = self.numeric(value, span, Operator::Subtract)?;
        if let Some(unit) = value.ty.unit().filter(|unit| unit.is_offset_scale() && value.as_constant().is_none()) {
            let unit = unit.clone();
            self.no_multiple(&unit, span);
            return None;
        }
        let expr = match &value.expr {
            Expr::Constant(Constant::Number(number)) => Expr::Constant(Constant::Number(-number.clone())),
            other => Expr::Negate(Box::new(other.clone())),
        };
        Some(Typed { expr, span, origin: None, ty: Type { kind: None, ..value.ty }, ..value })
    }

    /// Dates: `at + 30 minutes`, `day + 1 month`, `end - start`. `None`: no date is in it.
    fn calendar(
        &mut self,
        operator: Operator,
        left: &Typed,
        right: &Typed,
        at: Span,
        span: Span,
    ) -> Option<Option<Typed>> {
        let dated = |value: &Typed| matches!(value.ty.base, Base::Date | Base::DateTime | Base::Time);
        if !dated(left) && !dated(right) {
            return None;
        }
        let call = |function: &str, right: Expr, base: Base| {
            let expr = Expr::Call { function: function.into(), arguments: vec![left.expr.clone(), right] };
            Typed::new(expr, Type::new(base), span).inherit(left)
        };
        let signed = |value: &Typed| match operator {
            Operator::Subtract => match &value.expr {
                Expr::Constant(Constant::Number(number)) => Expr::Constant(Constant::Number(-number.clone())),
                other => Expr::Negate(Box::new(other.clone())),
            },
            _ => value.expr.clone(),
        };
        let nullable = left.ty.null || right.ty.null;
        if !nullable && dated(left) && matches!(operator, Operator::Add | Operator::Subtract) {
            let amount = self.as_number_of_time(right.clone());
            match (&left.ty.base, amount.ty.unit().cloned()) {
                (Base::DateTime, Some(unit)) if unit.is_time() => {
                    let amount = self.brought_to(amount, Unit::second())?;
                    return Some(Some(call("add_seconds", signed(&amount), Base::DateTime).inherit(&amount)));
                }
                (Base::Date, Some(unit)) if unit.is_calendar() || (unit.is_time() && is_whole_days(&unit)) => {
                    let (function, each) = match unit.calendar_months() {
                        Some(months) => ("add_months", months),
                        None => ("add_days", days_in(&unit)),
                    };
                    let whole = Expr::Arithmetic {
                        operator: Operator::Multiply,
                        left: Box::new(signed(&amount)),
                        right: Box::new(Expr::Constant(Constant::Number(Number::from(each)))),
                    };
                    if matches!(amount.ty.base, Base::Integer(_)) {
                        return Some(Some(call(function, whole, Base::Date).inherit(&amount)));
                    }
                }
                _ => {}
            }
            if operator == Operator::Subtract && left.ty.base == right.ty.base {
                match left.ty.base {
                    Base::DateTime => {
                        return Some(Some(call("seconds_between", right.expr.clone(), Base::Duration).inherit(right)));
                    }
                    Base::Date => {
                        let days = Unit::parse("days", false).ok();
                        return Some(Some(
                            call("days_between", right.expr.clone(), Base::Integer(days)).inherit(right),
                        ));
                    }
                    _ => {}
                }
            }
        }
        self.report(
            Diagnostic::new(
                Code::E0208,
                format!("{} and {} do not combine so", show(&left.ty), show(&right.ty)),
                at,
                "no such sum or difference",
            )
            .also(left.span, show(&left.ty))
            .also(right.span, show(&right.ty))
            .help("a datetime takes a quantity of time (`at + 30 minutes`), a date whole days, months or years (`day + 1 month`); `end - start` is a duration"),
        );
        Some(None)
    }
}

fn is_whole_days(unit: &Unit) -> bool {
    days_in(unit) > 0
}

/// How many days one of this unit is, 0 where that is no whole number.
fn days_in(unit: &Unit) -> i64 {
    let day = Unit::parse("d", false).ok().and_then(|day| unit.conversion(&day).ok());
    day.filter(|conversion| conversion.factor.is_integer())
        .and_then(|conversion| conversion.factor.to_i64())
        .unwrap_or(0)
}

/// The result of an operator on two numbers that are already in fitting units.
fn combined(operator: Operator, left: &Typed, right: &Typed, unit: Option<Unit>, span: Span) -> Typed {
    let integers = matches!((&left.ty.base, &right.ty.base), (Base::Integer(_), Base::Integer(_)));
    let base = if integers { Base::Integer(unit) } else { Base::Decimal(unit) };
    let mut pending = left.pending.max(right.pending);
    if !integers && pending == Pending::Fraction {
        // One side is a decimal, so a fraction is meant.
        pending = Pending::Nothing;
    }
    let expr = folded(operator, &left.expr, &right.expr).unwrap_or_else(|| Expr::Arithmetic {
        operator,
        left: Box::new(left.expr.clone()),
        right: Box::new(right.expr.clone()),
    });
    let mut typed = Typed::new(expr, Type::new(base), span).inherit(left).inherit(right);
    typed.pending = pending;
    typed
}

/// Arithmetic on two constants, where the result is a finite number within the limit.
fn folded(operator: Operator, left: &Expr, right: &Expr) -> Option<Expr> {
    let (Expr::Constant(Constant::Number(left)), Expr::Constant(Constant::Number(right))) = (left, right) else {
        return None;
    };
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left.checked_div(right)?,
    };
    (result.terminates() && result.within_limit()).then_some(Expr::Constant(Constant::Number(result)))
}
