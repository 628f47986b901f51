//! Fields of a fixed width, and what is known of how long a text can get.

use crate::check::Checker;
use crate::check::scope::{Frame, Scope};
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::library::MAX_WIDTH;
use crate::library::pattern::Pattern;
use crate::model::number::Number;
use crate::model::{Base, Constant, Expr, Form, Root, TextPart, Type, record};
use crate::syntax::tree;

impl Checker<'_> {
    /// `{x:20}`, `{x:>8}`: fails where the text may be longer.
    pub(super) fn fitted(&mut self, hole: Typed, width: &tree::Width, scope: &Scope) -> Option<Typed> {
        let columns = width.columns.parse::<i64>().ok().filter(|columns| (1..=MAX_WIDTH).contains(columns));
        let Some(columns) = columns else {
            self.report(
                Diagnostic::new(
                    Code::E0650,
                    format!("a field is 1 to {MAX_WIDTH} characters wide"),
                    width.span,
                    "not so wide",
                )
                .help("write the width of the record's layout: `{x:20}`"),
            );
            return None;
        };
        let longest = self.longest(&hole.expr, Some(&hole.ty), scope);
        let source = self.source(hole.span);
        let function = if width.right_aligned { "fit_right" } else { "fit_left" };
        let arguments = vec![hole.expr.clone(), Expr::Constant(Constant::Number(Number::from(columns)))];
        let expr = Expr::Call { function: function.into(), arguments };
        let typed = Typed { expr, ty: Type { base: Base::Text, ..hole.ty.clone() }, ..hole };
        if longest.is_some_and(|longest| longest <= columns as u64) {
            return Some(typed);
        }
        let span = typed.span;
        let characters = if columns == 1 { "1 character".into() } else { format!("{columns} characters") };
        Some(
            typed.fails(
                span,
                format!("may be longer than {characters}, unless it is cut: `truncate({source}, {columns})`"),
            ),
        )
    }

    /// The most characters that a value has as text; `None` where that is not known.
    fn longest(&self, expr: &Expr, ty: Option<&Type>, scope: &Scope) -> Option<u64> {
        let same = |expr: &Expr| self.longest(expr, None, scope);
        let known = match expr {
            Expr::Constant(constant) => longest_constant(constant),
            Expr::Text(parts) => parts.iter().try_fold(0u64, |sum, part| {
                let part = match part {
                    TextPart::Literal(text) => text.chars().count() as u64,
                    TextPart::Hole(hole) => same(hole)?,
                };
                sum.checked_add(part)
            }),
            Expr::Path { root, steps } => self.path_type(*root, steps, scope).and_then(longest_of_type),
            Expr::Call { function, arguments } => self.longest_call(function, arguments, scope),
            Expr::Coalesce { value, fallback } | Expr::Rescue { value, fallback } => {
                Some(same(value)?.max(same(fallback)?))
            }
            Expr::If { then, otherwise, .. } => Some(same(then)?.max(same(otherwise)?)),
            Expr::Match { arms, default, .. } => {
                let default = default.iter().map(|default| &**default);
                most(arms.iter().map(|(_, value)| value).chain(default).map(same))
            }
            Expr::Lookup { table, column, .. } => self.longest_in_table(table, *column),
            Expr::Let { body, .. } => same(body),
            Expr::Write { form, .. } => longest_form(form),
            Expr::Reject(_) | Expr::Skip | Expr::Missing => Some(0),
            _ => None,
        };
        known.or_else(|| ty.and_then(longest_of_type))
    }

    fn longest_call(&self, function: &str, arguments: &[Expr], scope: &Scope) -> Option<u64> {
        let first = || self.longest(arguments.first()?, None, scope);
        let number = |at: usize| match arguments.get(at) {
            Some(Expr::Constant(Constant::Number(number))) => number.to_i64(),
            _ => None,
        };
        let length = |at: usize| number(at).and_then(|number| u64::try_from(number).ok());
        match function {
            "truncate" => Some(first().map_or(length(1)?, |first| first.min(length(1).unwrap_or(first)))),
            "slice" => {
                let cut = match (number(1)?, arguments.get(2).map(|_| number(2))) {
                    (from, Some(Some(to))) if from >= 0 && to >= 0 => Some((to - from).max(0) as u64),
                    (from, None) if from < 0 => Some(from.unsigned_abs()),
                    _ => None,
                };
                cut.or_else(first)
            }
            "pad_left" | "pad_right" => Some(first()?.max(length(1)?)),
            "trim" | "trim_start" | "trim_end" | "normalize_space" | "strip_non_digits" | "text" => first(),
            // a letter may become up to three
            "upper" | "lower" => first()?.checked_mul(3),
            "format" => match arguments.get(1) {
                Some(Expr::Constant(Constant::Text(pattern))) => {
                    Pattern::new(pattern).ok().map(|known| known.longest())
                }
                _ => None,
            },
            // `yyyMMdd`, the point and six digits
            "fileman" => Some(14),
            "sha256" => Some(64),
            "uuid5" => Some(36),
            _ => None,
        }
    }

    fn longest_in_table(&self, table: &str, column: usize) -> Option<u64> {
        let table = &self.table_of_model(table)?.model;
        let rows = table.rows.iter().map(|row| row.values.get(column));
        let default = table.default.iter().map(|default| default.values.get(column));
        let written = most(rows.chain(default).map(|value| match value? {
            Expr::Constant(constant) => longest_constant(constant),
            Expr::Reject(_) | Expr::Skip | Expr::Missing => Some(0),
            _ => None,
        }))?;
        let Some(file) = &table.file else { return Some(written) };
        if !matches!(file.types.get(column)?.base, Base::Text | Base::Code { .. }) {
            return None;
        }
        let of_file = most(file.records.iter().map(|line| {
            let cells = record::read(line)?;
            Some(cells.get(table.keys.len() + column)?.chars().count() as u64)
        }))?;
        Some(written.max(of_file))
    }

    fn path_type<'t>(&'t self, root: Root, steps: &[String], scope: &'t Scope) -> Option<&'t Type> {
        let (mut ty, steps) = match root {
            Root::Event => {
                let (first, rest) = steps.split_first()?;
                (&self.event.field(first)?.ty, rest)
            }
            Root::Local(variable) => {
                let binding = scope.frames.iter().rev().find_map(|frame| match frame {
                    Frame::Value(binding) if binding.variable == variable => Some(binding),
                    _ => None,
                })?;
                (&binding.ty, steps)
            }
            Root::Meta => return None,
        };
        let mut steps = steps.iter();
        while let Some(step) = steps.next() {
            ty = match &ty.base {
                Base::Record(record) => &record.field(step)?.ty,
                Base::Variants(variants) => &variants.stepped_into(step)?.field(steps.next()?)?.ty,
                _ => return None,
            };
        }
        Some(ty)
    }
}

/// The greatest, where all are known.
fn most(mut lengths: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    lengths.try_fold(0, |most: u64, length| Some(most.max(length?)))
}

fn longest_constant(constant: &Constant) -> Option<u64> {
    match constant {
        Constant::Text(text) => Some(text.chars().count() as u64),
        Constant::Number(number) => {
            let mut digits = Vec::new();
            number.write_plain(&mut digits).ok().map(|()| digits.len() as u64)
        }
        Constant::Boolean(truth) => Some(if *truth { 4 } else { 5 }),
        Constant::Null => Some(0),
    }
}

fn longest_of_type(ty: &Type) -> Option<u64> {
    longest_base(&ty.base)
}

fn longest_base(base: &Base) -> Option<u64> {
    match base {
        Base::Code { values, open: false } => values.iter().map(|value| value.chars().count() as u64).max(),
        Base::Boolean => Some(5),
        // years have four digits
        Base::Date => Some(10),
        Base::Either(bases) => most(bases.iter().map(longest_base)),
        Base::Never => Some(0),
        _ => None,
    }
}

fn longest_form(form: &Form) -> Option<u64> {
    match form {
        Form::Pair { yes, no } => Some(yes.chars().count().max(no.chars().count()) as u64),
        Form::Pattern { pattern, .. } => Pattern::new(pattern).ok().map(|known| known.longest()),
        Form::Fileman { .. } => Some(14),
        _ => None,
    }
}
