//! `x in UNIT`: conversions, with their exact factors.

use crate::check::Checker;
use crate::check::scope::Scope;
use crate::check::show::show;
use crate::check::typed::{Pending, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::number::Number;
use crate::model::unit::{Conversion, Unit};
use crate::model::{Base, Constant, Expr, Type};
use crate::syntax::tree;
use crate::text::Span;

impl Checker<'_> {
    pub(super) fn convert(
        &mut self,
        value: &tree::Expr,
        unit: &tree::UnitText,
        by: Option<&tree::Expr>,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let value = self.expr(value, scope);
        let to = self.unit(unit);
        let by = match by {
            Some(by) => Some(self.expr(by, scope)?),
            None => None,
        };
        let mut typed = self.convert_to(value?, to?, unit.span, by.as_ref())?;
        typed.span = span;
        Some(typed)
    }

    /// Converts a typed number (or a list of them) to a unit that the author names at `unit_span`.
    pub(in crate::check) fn convert_to(
        &mut self,
        value: Typed,
        to: Unit,
        unit_span: Span,
        by: Option<&Typed>,
    ) -> Option<Typed> {
        let value = self.as_number_of_time(value);
        if let Base::List(item) = &value.ty.base {
            return self.convert_items(&value, item, to, unit_span, by);
        }
        let from = match &value.ty.base {
            Base::Integer(Some(unit)) | Base::Decimal(Some(unit)) => unit.clone(),
            Base::Integer(None) | Base::Decimal(None) if value.ratio && Unit::one().comparable(&to) => Unit::one(),
            Base::Integer(None) | Base::Decimal(None) => {
                self.no_unit(&value, &to, unit_span);
                return None;
            }
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::E0307,
                        format!("only a number has a unit, not {}", show(&value.ty)),
                        value.span,
                        show(&value.ty),
                    )
                    .help(format!("remove `in {to}`")),
                );
                return None;
            }
        };
        let conversion = match by {
            Some(by) => self.conversion_by(&from, &to, by, unit_span)?,
            None => self.conversion(&from, &to, &value, unit_span)?,
        };
        let target = if from.is_difference() { to.difference() } else { to };
        let mut typed = scaled(value, &conversion, target);
        typed.named = true;
        Some(typed)
    }

    fn convert_items(
        &mut self,
        list: &Typed,
        item: &Type,
        to: Unit,
        unit_span: Span,
        by: Option<&Typed>,
    ) -> Option<Typed> {
        let variable = self.variable();
        let mut one = Typed::new(Typed::local(variable), item.clone(), list.span);
        one.origin = list.origin.as_ref().map(|origin| origin.iter().cloned().chain(["[]".to_string()]).collect());
        let one = self.convert_to(one, to, unit_span, by)?;
        let one = self.finished(one)?;
        let expr = Expr::Each {
            variable,
            list: Box::new(list.expr.clone()),
            filter: None,
            sort: None,
            yields: Box::new(one.expr),
        };
        let mut typed = Typed::new(expr, Type::new(Base::List(Box::new(one.ty))), list.span).inherit(list);
        typed.named = true;
        Some(typed)
    }

    /// A `duration` is a quantity of time: as a number, its seconds.
    pub(in crate::check) fn as_number_of_time(&mut self, value: Typed) -> Typed {
        if value.ty.base != Base::Duration {
            return value;
        }
        let expr = Expr::Call { function: "total_seconds".into(), arguments: vec![value.expr.clone()] };
        let mut typed = Typed::new(expr, Type::new(Base::Decimal(Some(Unit::second()))), value.span).inherit(&value);
        typed.origin = value.origin.clone();
        typed
    }

    fn no_unit(&mut self, value: &Typed, to: &Unit, unit_span: Span) {
        let source = self.source(value.span);
        let mut diagnostic = Diagnostic::new(
            Code::E0304,
            format!("`{source}` is a plain number, so there is nothing to convert to {to}"),
            unit_span,
            format!("converts to {to}"),
        );
        diagnostic = match value.origin.as_ref().and_then(|origin| self.declaration(origin)) {
            Some(declared) => diagnostic.also(declared, "declared without a unit").help(format!(
                "say what it counts where it is declared: `{}: {} in {to}`",
                source,
                show(&Type { missing: false, ..value.ty.clone() })
            )),
            None => match value.as_constant() {
                Some(_) => diagnostic.help(format!("give the number its unit: `{source} {to}`")),
                None => diagnostic.help(
                    "a number gets a unit where it is declared, or by multiplying with a quantity such as `1 minute`",
                ),
            },
        };
        self.report(diagnostic);
    }

    /// The exact conversion, or the report of why there is none.
    pub(in crate::check) fn conversion(
        &mut self,
        from: &Unit,
        to: &Unit,
        value: &Typed,
        unit_span: Span,
    ) -> Option<Conversion> {
        let error = match from.conversion(to) {
            Ok(conversion) => return Some(conversion),
            Err(error) => error,
        };
        let other_kind = !from.comparable(to);
        let code = if other_kind { Code::E0302 } else { Code::E0310 };
        let mut diagnostic =
            Diagnostic::new(code, error.to_string(), unit_span, format!("measures {}", to.dimension_name()));
        let declared = value.origin.as_ref().and_then(|origin| self.declaration(origin));
        diagnostic = diagnostic
            .also(declared.unwrap_or(value.span), format!("in {from}, which measures {}", from.dimension_name()));
        let source = self.source(value.span);
        diagnostic = match error.hint() {
            Some(hint) => diagnostic.help(hint.to_string()),
            None if from.needs_molar_mass(to) => {
                diagnostic.help(format!("name the substance by its molar mass: `{source} in {to} by 180.156 'g/mol'`"))
            }
            None if other_kind => diagnostic
                .help(format!("convert to a unit of {}, for example `{source} in {from}`", from.dimension_name())),
            None => diagnostic.help("send the number in the unit it has"),
        };
        self.report(diagnostic);
        None
    }

    fn conversion_by(&mut self, from: &Unit, to: &Unit, by: &Typed, unit_span: Span) -> Option<Conversion> {
        let (Some(Constant::Number(mass)), Some(unit)) = (by.as_constant(), by.ty.unit()) else {
            self.report(
                Diagnostic::new(Code::E0310, "after `by` stands a molar mass", by.span, "not a quantity literal")
                    .help("write it as a number with its unit: `by 180.156 'g/mol'`"),
            );
            return None;
        };
        match from.conversion_by(to, (mass, unit)) {
            Ok(conversion) => Some(conversion),
            Err(error) => {
                self.report(
                    Diagnostic::new(Code::E0310, error.to_string(), by.span, "this molar mass")
                        .also(unit_span, format!("from {from} to {to}"))
                        .help("`by` stands between mass and amount of one substance, as in `glucose in 'mmol/L' by 180.156 'g/mol'`"),
                );
                None
            }
        }
    }
}

/// Applies an exact conversion; whether the digits still end is noted.
pub(in crate::check) fn scaled(value: Typed, conversion: &Conversion, to: Unit) -> Typed {
    let (base, pending) = after(&value, conversion, to);
    let expr = match (&value.expr, conversion.is_identity()) {
        (_, true) => value.expr.clone(),
        (Expr::Constant(Constant::Number(number)), false) if conversion.terminates() => {
            let result = conversion.apply(number);
            if result.within_limit() {
                Expr::Constant(Constant::Number(result))
            } else {
                scale(&value.expr, conversion)
            }
        }
        _ => scale(&value.expr, conversion),
    };
    let pending = match &expr {
        // A constant shows by itself whether it is whole.
        Expr::Constant(Constant::Number(number)) if number.is_integer() && pending == Pending::Fraction => {
            Pending::Nothing
        }
        _ => pending,
    };
    Typed { expr, ty: Type { base, ..value.ty }, pending, ..value }
}

fn after(value: &Typed, conversion: &Conversion, to: Unit) -> (Base, Pending) {
    let integer = matches!(value.ty.base, Base::Integer(_));
    let whole = |number: &Number| number.is_integer();
    let pending = if !conversion.terminates() {
        Pending::Endless
    } else if integer && !(whole(&conversion.factor) && whole(&conversion.offset)) {
        Pending::Fraction
    } else {
        Pending::Nothing
    };
    let base = if integer { Base::Integer(Some(to)) } else { Base::Decimal(Some(to)) };
    (base, pending.max(value.pending))
}

fn scale(value: &Expr, conversion: &Conversion) -> Expr {
    Expr::Scale { value: Box::new(value.clone()), factor: conversion.factor.clone(), offset: conversion.offset.clone() }
}
