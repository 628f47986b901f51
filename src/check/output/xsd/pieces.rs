//! Where a text comes from: the constants, fields and computations that one value may be.

use super::Conformer;
use super::logic::{Fact, NEVER};
use crate::check::table::TableInfo;
use crate::library::{self, Returns};
use crate::model::{Base, Constant, Expr, Form, Type, record};
use std::rc::Rc;

/// The most branches, names and rows of one value that are looked at.
const MAX_STEPS: usize = 400_000;

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Whole,
    Decimal,
    Text,
    Date,
    Time,
    DateTime,
    Duration,
    Hex,
    Base64,
    /// A date or time by a pattern of the author's.
    Pattern(&'static str),
    Boolean,
}

#[derive(Clone, Debug)]
pub(super) enum Source {
    Constant(String),
    /// A field of the event or the envelope as it came.
    Moved(Expr, Look),
    /// What functions and operators made; known under these names.
    Computed(Vec<Expr>, Look),
}

/// One thing that a value may be, and when.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub source: Source,
    pub under: Fact,
}

impl Conformer<'_> {
    /// All that a value may be; `ty` is its type.
    pub(super) fn pieces(&mut self, value: &Expr, ty: &Type, under: Fact) -> Vec<Piece> {
        let mut found = Gathered { pieces: Vec::new(), names: Vec::new(), steps: 0 };
        self.gather(value, ty, under, &mut found);
        found.pieces
    }

    fn gather(&mut self, value: &Expr, ty: &Type, under: Fact, found: &mut Gathered) {
        if under == NEVER {
            return;
        }
        found.steps += 1;
        if found.steps > MAX_STEPS {
            self.facts.logic.too_large = true;
            return;
        }
        match value {
            Expr::Constant(Constant::Null) | Expr::Missing | Expr::Skip | Expr::Reject(_) => {}
            Expr::Constant(constant) => found.constant(constant, under),
            Expr::If { condition, then, otherwise } => {
                let test = self.facts.holds(condition);
                let (yes, no) = (self.facts.logic.and(under, test), self.facts.logic.without(under, test));
                self.gather(then, ty, yes, found);
                self.gather(otherwise, ty, no, found);
            }
            Expr::Match { subject, arms, default } => {
                let mut rest = under;
                for (constants, value) in arms {
                    let mut any = NEVER;
                    for constant in constants {
                        let one = self.facts.equals(subject, constant);
                        any = self.facts.logic.or(any, one);
                    }
                    let here = self.facts.logic.and(rest, any);
                    self.gather(value, ty, here, found);
                    rest = self.facts.logic.without(rest, any);
                }
                if let Some(value) = default {
                    self.gather(value, ty, rest, found);
                }
            }
            Expr::Coalesce { value, fallback } => {
                let there = self.facts.present(value);
                let (yes, no) = (self.facts.logic.and(under, there), self.facts.logic.without(under, there));
                self.gather(value, ty, yes, found);
                // Null on purpose takes the fallback, too.
                let no = if ty.null { under } else { no };
                self.gather(fallback, ty, no, found);
            }
            Expr::Rescue { value, fallback } => {
                self.gather(value, ty, under, found);
                self.gather(fallback, ty, under, found);
            }
            Expr::Let { variable, value, body } => {
                self.facts.lets.insert(*variable, (**value).clone());
                self.gather(body, ty, under, found);
            }
            Expr::Write { form: Form::Pair { yes, no }, .. } => {
                found.text(yes, under);
                found.text(no, under);
            }
            Expr::Lookup { table, column, .. } => self.looked_up(table, *column, ty, under, found),
            Expr::Inverse { table, .. } => {
                let Some(info) = self.table(table) else { return };
                info.model.rows.iter().flat_map(|row| row.keys.first()).for_each(|key| found.constant(key, under));
                let keys = info.model.keys.first().zip(info.model.file.as_ref());
                for (key, line) in keys.iter().flat_map(|(key, file)| file.records.iter().map(move |line| (key, line)))
                {
                    let value = record::read(line).and_then(|cells| record::constant(cells.first()?, &key.ty.base));
                    if let Some(value) = value {
                        found.constant(&value, under);
                    }
                }
            }
            Expr::Path { .. } => self.gather_path(value, ty, under, found),
            moved if self.facts.moves(moved) => self.moved(moved, ty, under, found),
            other => self.computed(other, ty, under, found),
        }
    }

    fn table(&self, name: &str) -> Option<Rc<TableInfo>> {
        self.checker.tables.values().flatten().find(|table| table.model.name == name).cloned()
    }

    fn looked_up(&mut self, table: &str, column: usize, ty: &Type, under: Fact, found: &mut Gathered) {
        let Some(info) = self.table(table) else { return };
        let rows = info.model.rows.iter().filter_map(|row| row.values.get(column));
        let default = info.model.default.iter().filter_map(|default| default.values.get(column));
        for value in rows.chain(default) {
            self.gather(value, ty, under, found);
        }
        let Some(file) = &info.model.file else { return };
        let (Some(base), cell) = (file.types.get(column).map(|ty| &ty.base), info.model.keys.len() + column) else {
            return;
        };
        for line in &file.records {
            let value = record::read(line).and_then(|cells| {
                let text = cells.get(cell).filter(|text| !text.is_empty())?;
                record::constant(text, base)
            });
            if let Some(value) = value {
                found.constant(&value, under);
            }
        }
    }

    fn gather_path(&mut self, path: &Expr, ty: &Type, under: Fact, found: &mut Gathered) {
        let plain = self.facts.plain(path);
        if let Expr::Path { root: crate::model::Root::Local(variable), steps } = &plain
            && steps.is_empty()
            && let Some(value) = self.facts.lets.get(variable).cloned()
        {
            found.names.push(plain.clone());
            self.gather(&value, ty, under, found);
            found.names.pop();
            return;
        }
        match self.facts.moves(&plain) {
            true => self.moved(&plain, ty, under, found),
            false => self.computed(&plain, ty, under, found),
        }
    }

    /// A part of the event as it came.
    fn moved(&mut self, value: &Expr, ty: &Type, under: Fact, found: &mut Gathered) {
        let ty = self.facts.type_of(value).unwrap_or_else(|| ty.clone());
        let bases = match &ty.base {
            Base::Either(bases) => bases.clone(),
            base => vec![base.clone()],
        };
        for base in bases {
            match base {
                Base::Code { values, open: false } => {
                    for code in values {
                        let equal = self.facts.equals(value, &Constant::Text(code.clone()));
                        let under = self.facts.logic.and(under, equal);
                        if under != NEVER {
                            found.text(&code, under);
                        }
                    }
                }
                Base::Boolean => {
                    let holds = self.facts.holds(value);
                    let (yes, no) = (self.facts.logic.and(under, holds), self.facts.logic.without(under, holds));
                    found.text("true", yes);
                    found.text("false", no);
                }
                Base::Null | Base::Never => {}
                base => {
                    found.pieces.push(Piece { source: Source::Moved(self.facts.plain(value), look_of(&base)), under })
                }
            }
        }
    }

    fn computed(&mut self, value: &Expr, ty: &Type, under: Fact, found: &mut Gathered) {
        let look = self.look(value, ty);
        if look == Look::Boolean {
            found.text("true", under);
            found.text("false", under);
            return;
        }
        let mut names = found.names.clone();
        names.push(value.clone());
        found.pieces.push(Piece { source: Source::Computed(names, look), under });
    }

    /// How a computed value looks as text.
    fn look(&self, value: &Expr, ty: &Type) -> Look {
        match value {
            Expr::Text(_) => Look::Text,
            Expr::Compare { .. }
            | Expr::OneOf { .. }
            | Expr::Not(_)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::Present(_) => Look::Boolean,
            Expr::Round { places: 0, .. } => Look::Whole,
            Expr::Round { .. } => Look::Decimal,
            Expr::Write { value, form } => match form {
                Form::Text => self.look(value, ty),
                Form::Unix | Form::UnixMs => Look::Whole,
                Form::Pattern { pattern, .. } => written_by(pattern),
                _ => Look::Text,
            },
            Expr::Call { function, arguments } => self.look_of_call(function, arguments, ty),
            Expr::Path { .. } => look_of(&self.facts.type_of(value).map_or_else(|| ty.base.clone(), |ty| ty.base)),
            _ => look_of(&ty.base),
        }
    }

    fn look_of_call(&self, function: &str, arguments: &[Expr], ty: &Type) -> Look {
        match (function, arguments) {
            ("fixed", _) => return Look::Decimal,
            ("sha256" | "hex", _) => return Look::Hex,
            ("base64", _) => return Look::Base64,
            ("text", [value]) => return self.look(value, ty),
            ("format", [_, Expr::Constant(Constant::Text(pattern)), ..]) => return written_by(pattern),
            _ => {}
        }
        match library::find(function).map(|found| found.signature.returns) {
            Some(Returns::Integer) => Look::Whole,
            Some(Returns::Decimal) => Look::Decimal,
            Some(Returns::Boolean) => Look::Boolean,
            Some(Returns::Date) => Look::Date,
            Some(Returns::Time) => Look::Time,
            Some(Returns::DateTime) => Look::DateTime,
            Some(Returns::Duration) => Look::Duration,
            Some(Returns::Text) => Look::Text,
            Some(Returns::Argument(index)) => arguments.get(index).map_or(Look::Text, |value| self.look(value, ty)),
            _ => look_of(&ty.base),
        }
    }
}

struct Gathered {
    pieces: Vec<Piece>,
    /// The names that lead to the value at hand.
    names: Vec<Expr>,
    /// Branches, names and rows that were looked at.
    steps: usize,
}

impl Gathered {
    fn text(&mut self, text: &str, under: Fact) {
        if under == NEVER {
            return;
        }
        self.pieces.push(Piece { source: Source::Constant(text.to_owned()), under });
    }

    fn constant(&mut self, constant: &Constant, under: Fact) {
        match constant {
            Constant::Text(text) => self.text(text, under),
            Constant::Number(number) => self.text(&number.to_string(), under),
            Constant::Boolean(value) => self.text(if *value { "true" } else { "false" }, under),
            Constant::Null => {}
        }
    }
}

fn look_of(base: &Base) -> Look {
    match base {
        Base::Integer(_) => Look::Whole,
        Base::Decimal(_) => Look::Decimal,
        Base::Date => Look::Date,
        Base::Time => Look::Time,
        Base::DateTime => Look::DateTime,
        Base::Duration => Look::Duration,
        Base::Boolean => Look::Boolean,
        _ => Look::Text,
    }
}

/// What texts a pattern of date letters writes, of the forms that XML Schema knows.
fn written_by(pattern: &str) -> Look {
    match pattern {
        "yyyy-MM-dd" | "yyyy-MM-ddXXX" => Look::Date,
        "HH:mm:ss" | "HH:mm:ssXXX" | "HH:mm:ss.SSS" | "HH:mm:ss.SSSXXX" => Look::Time,
        "yyyy-MM-dd'T'HH:mm:ss"
        | "yyyy-MM-dd'T'HH:mm:ssXXX"
        | "yyyy-MM-dd'T'HH:mm:ss.SSS"
        | "yyyy-MM-dd'T'HH:mm:ss.SSSXXX" => Look::DateTime,
        "yyyy" => Look::Pattern("gYear"),
        "yyyy-MM" => Look::Pattern("gYearMonth"),
        "--MM" => Look::Pattern("gMonth"),
        "--MM-dd" => Look::Pattern("gMonthDay"),
        "---dd" => Look::Pattern("gDay"),
        _ => Look::Text,
    }
}
