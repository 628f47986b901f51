//! Pipes and tables: `x | trim`, `status | Status`, `(clinic, site) | Clinic.ien`, `x | inverse(Role)`.

use crate::check::Checker;
use crate::check::nearest::nearest;
use crate::check::scope::Scope;
use crate::check::show::{list_codes, show};
use crate::check::table::{TableInfo, key_text};
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Constant, Expr, Type};
use crate::syntax::tree::{self, ExprKind};
use crate::text::Span;
use std::rc::Rc;

impl Checker<'_> {
    pub(super) fn pipe(
        &mut self,
        value: &tree::Expr,
        stage: &tree::Stage,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let operands: Vec<&tree::Expr> = match &value.kind {
            ExprKind::Tuple(items) => items.iter().collect(),
            _ => vec![value],
        };
        if stage.arguments.is_none()
            && let Some(declaration) = self.table_named(&stage.name)
        {
            let keys: Vec<Option<Typed>> = operands.iter().map(|operand| self.expr(operand, scope)).collect();
            let keys: Option<Vec<Typed>> = keys.into_iter().collect();
            let table = self.table(declaration)?;
            return self.look_up(&table, keys?, stage.column.as_ref(), stage.span, span);
        }
        if stage.arguments.is_none()
            && let Some(declaration) = self.crosswalk_named(&stage.name)
        {
            return self.find(value, stage, declaration, span, scope);
        }
        if let Some(column) = &stage.column {
            self.no_table(&stage.name, Some(column));
            return None;
        }
        if operands.len() > 1 {
            self.report(
                Diagnostic::new(
                    Code::E0222,
                    "several values in parentheses go only into a table",
                    value.span,
                    "a tuple here",
                )
                .help(format!("call the function with all of them: `{}(a, b)`", stage.name.text)),
            );
            return None;
        }
        if stage.name.text == "inverse" && self.function_named(&stage.name).is_none() {
            return self.inverse(value, stage, span, scope);
        }
        let arguments = stage.arguments.as_deref().unwrap_or_default();
        self.apply(&stage.name, Some(value), arguments, span, scope)
    }

    fn inverse(&mut self, value: &tree::Expr, stage: &tree::Stage, span: Span, scope: &mut Scope) -> Option<Typed> {
        let value = self.expr(value, scope);
        let name = match stage.arguments.as_deref() {
            Some([tree::Expr { kind: ExprKind::Name(name), .. }]) => name,
            _ => {
                self.report(
                    Diagnostic::new(Code::E0202, "`inverse` takes the name of a table", stage.span, "not one table")
                        .help("write it as in `code | inverse(Role)`"),
                );
                return None;
            }
        };
        let Some(declaration) = self.table_named(name) else {
            self.no_table(name, None);
            return None;
        };
        let table = self.table(declaration)?;
        let value = self.present_key(value?)?;
        if table.model.keys.len() != 1 || table.columns.len() != 1 {
            self.report(
                Diagnostic::new(
                    Code::E0407,
                    format!("`{}` has several columns, so it has no inverse", name.text),
                    name.span,
                    "no inverse",
                )
                .also(table.span, "declared here")
                .help("write the inverse as a table of its own"),
            );
            return None;
        }
        if let Some((value, first, second)) = &table.repeated_value {
            self.report(
                Diagnostic::new(
                    Code::E0407,
                    format!("`{}` has no inverse: two rows give {value}", name.text),
                    name.span,
                    "not one-to-one",
                )
                .also(*first, "this row")
                .also(*second, "and this one")
                .help("write the inverse as a table of its own"),
            );
            return None;
        }
        self.key_fits(&value, &table.columns[0].1, &table)?;
        let expr = Expr::Inverse { table: table.model.name.clone(), value: Box::new(value.expr.clone()) };
        let base = Base::Code { values: Vec::new(), open: true };
        let key = table.model.keys[0].ty.base.clone();
        // Of a file there are too many to be cases.
        let keys: Option<Vec<String>> = table.model.rows.iter().map(|row| text_of(&row.keys[0])).collect();
        let base = match (key, keys) {
            (other, _) if table.model.file.is_some() => other,
            (Base::Text, Some(values)) => Base::Code { values, open: false },
            (Base::Text, None) => base,
            (other, _) => other,
        };
        self.table_uses.push((table.model.name.clone(), vec![None]));
        let kind = table.model.keys[0].ty.kind.clone();
        let typed = Typed::new(expr, Type { kind, ..Type::new(base) }, span).inherit(&value);
        let covered = match (&value.ty.base, &table.columns[0].1.base) {
            (Base::Code { values, open: false }, Base::Code { values: all, .. }) => {
                values.iter().all(|value| all.contains(value))
            }
            _ => false,
        };
        Some(if covered { typed } else { typed.fails(span, format!("`{}` may have no row that gives it", name.text)) })
    }

    pub(super) fn no_table(&mut self, name: &tree::Name, column: Option<&tree::Name>) {
        if self.is_poisoned(name) {
            return;
        }
        let mut diagnostic =
            Diagnostic::new(Code::E0105, format!("there is no table `{}`", name.text), name.span, "no such table");
        let near = nearest(&name.text, self.names_at(name.span).tables.keys().copied()).map(str::to_string);
        diagnostic = match (near, column) {
            (Some(near), Some(column)) => diagnostic.help(format!("write `{near}.{}`", column.text)),
            (Some(near), None) => diagnostic.help(format!("write `{near}`")),
            (None, _) => diagnostic.help(format!("declare it: `table {} {{ \"from\" -> \"to\" }}`", name.text)),
        };
        self.report(diagnostic);
    }

    fn present_key(&mut self, key: Typed) -> Option<Typed> {
        let key = self.finished(key)?;
        if key.ty.null {
            self.report(
                Diagnostic::new(
                    Code::E0212,
                    "this may be null on purpose, and no row is for null",
                    key.span,
                    show(&key.ty),
                )
                .help(format!("give a key for null: `{} ?? \"\"`", self.source(key.span))),
            );
            return None;
        }
        Some(key)
    }

    fn key_fits(&mut self, key: &Typed, column: &Type, table: &TableInfo) -> Option<()> {
        let text = |base: &Base| matches!(base, Base::Text | Base::Code { .. });
        let number = |base: &Base| matches!(base, Base::Integer(None) | Base::Decimal(None));
        let fits = (text(&key.ty.base) && text(&column.base))
            || (number(&key.ty.base) && number(&column.base))
            || (key.ty.base == Base::Boolean && column.base == Base::Boolean)
            || column.base == Base::Never;
        if fits {
            return Some(());
        }
        let help = match (&key.ty.base, &column.base) {
            (Base::Integer(None), column) if text(column) && table.model.file.is_none() => {
                format!("write it as text first: `text({})`", self.source(key.span))
            }
            (Base::Integer(Some(_)) | Base::Decimal(Some(_)), _) => {
                "a key has no unit; compare quantities with `if`".into()
            }
            _ if table.model.file.is_some() => "say what the column holds: `(ruleId: integer -> …)`".to_string(),
            _ => "give the table rows of this type".to_string(),
        };
        self.report(
            Diagnostic::new(
                Code::E0406,
                format!("the table `{}` is keyed by {}, not by {}", table.model.name, show_key(column), show(&key.ty)),
                key.span,
                show(&key.ty),
            )
            .also(table.span, "declared here")
            .help(help),
        );
        None
    }

    pub(super) fn look_up(
        &mut self,
        table: &Rc<TableInfo>,
        keys: Vec<Typed>,
        column: Option<&tree::Name>,
        at: Span,
        span: Span,
    ) -> Option<Typed> {
        let name = table.model.name.clone();
        if keys.len() != table.model.keys.len() {
            let names: Vec<_> = table.model.keys.iter().map(|key| key.name.as_str()).collect();
            self.report(
                Diagnostic::new(
                    Code::E0405,
                    format!(
                        "`{name}` is keyed by {}, here {} given",
                        count_of(table.model.keys.len(), "value"),
                        is_are(keys.len())
                    ),
                    at,
                    "looked up here",
                )
                .also(table.span, "declared here")
                .help(format!("write `({}) | {name}`", names.join(", "))),
            );
            return None;
        }
        let index = self.column(table, column, at)?;
        let mut lowered = Vec::with_capacity(keys.len());
        let ty = Type { fails: false, ..table.columns[index].1.clone() };
        let mut typed = Typed::new(Expr::Missing, ty, span);
        if typed.ty.missing {
            typed = typed.missing(table.span, format!("`{}` has empty cells", table.columns[index].0));
        }
        for (at, (key, column)) in keys.into_iter().zip(&table.model.keys).enumerate() {
            let key = self.present_key(key)?;
            self.key_fits(&key, &column.ty, table)?;
            match &column.ty.kind {
                Some(_) => {
                    drop(self.one_kind(&Typed::new(Expr::Missing, column.ty.clone(), table.span), &key, key.span)?)
                }
                None => self.key_kind(&key, &name, at)?,
            }
            typed = typed.inherit(&key);
            lowered.push(key);
        }
        self.note_use(&name, &lowered);
        if table.model.default.is_none()
            && let Some(why) = uncovered(table, &lowered)
        {
            typed = typed.fails(span, why);
        }
        typed.expr =
            Expr::Lookup { table: name, keys: lowered.into_iter().map(|key| key.expr).collect(), column: index };
        Some(typed)
    }

    fn column(&mut self, table: &TableInfo, column: Option<&tree::Name>, at: Span) -> Option<usize> {
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        match column {
            None if names.len() == 1 => Some(0),
            None => {
                self.report(
                    Diagnostic::new(
                        Code::E0112,
                        format!("`{}` has several columns; say which", table.model.name),
                        at,
                        "which column?",
                    )
                    .also(table.span, "declared here")
                    .help(format!(
                        "write `{}.{}`",
                        table.model.name,
                        names.first().unwrap_or(&"column")
                    )),
                );
                None
            }
            Some(wanted) => names.iter().position(|name| *name == wanted.text).or_else(|| {
                let mut diagnostic = Diagnostic::new(
                    Code::E0112,
                    format!("`{}` has no column `{}`", table.model.name, wanted.text),
                    wanted.span,
                    "no such column",
                )
                .also(table.span, "declared here");
                diagnostic = match nearest(&wanted.text, names.iter().copied()) {
                    Some(near) => diagnostic.help(format!("write `{}.{near}`", table.model.name)),
                    None => diagnostic.help(format!("its columns are {}", names.join(", "))),
                };
                self.report(diagnostic);
                None
            }),
        }
    }
}

/// Why a look-up without default may find no row; `None` where every case has one.
fn uncovered(table: &TableInfo, keys: &[Typed]) -> Option<String> {
    let name = &table.model.name;
    let mut combinations: usize = 1;
    let mut codes: Vec<Vec<Constant>> = Vec::new();
    for key in keys {
        let values: Vec<Constant> = match &key.ty.base {
            Base::Code { values, open: false } => values.iter().cloned().map(Constant::Text).collect(),
            Base::Boolean => vec![Constant::Boolean(true), Constant::Boolean(false)],
            _ => return Some(format!("`{name}` may have no row for it")),
        };
        combinations = combinations.saturating_mul(values.len());
        codes.push(values);
    }
    if combinations > 100_000 {
        return Some(format!("`{name}` may have no row for it"));
    }
    let mut lacking = Vec::new();
    for number in 0..combinations {
        let mut rest = number;
        let combination: Vec<Constant> = codes
            .iter()
            .map(|values| {
                let value = &values[rest % values.len()];
                rest /= values.len();
                value.clone()
            })
            .collect();
        if !table.known.contains(&key_text(&combination)) {
            lacking.push(combination.iter().map(|key| text_of(key).unwrap_or_default()).collect::<Vec<_>>().join(", "));
        }
    }
    (!lacking.is_empty())
        .then(|| format!("`{name}` has no row for {}", list_codes(lacking.iter().map(String::as_str), 6)))
}

pub(in crate::check) fn text_of(constant: &Constant) -> Option<String> {
    match constant {
        Constant::Text(text) => Some(text.clone()),
        Constant::Boolean(value) => Some(value.to_string()),
        Constant::Number(number) => Some(number.to_string()),
        Constant::Null => None,
    }
}

fn show_key(column: &Type) -> String {
    match &column.base {
        Base::Code { .. } => "text".into(),
        other => crate::check::show::show_base(other),
    }
}

fn count_of(count: usize, noun: &str) -> String {
    if count == 1 { format!("one {noun}") } else { format!("{count} {noun}s") }
}

fn is_are(count: usize) -> String {
    if count == 1 { "one is".into() } else { format!("{count} are") }
}
