//! Operators, tests, choices and look-ups.

use super::piece::{Pending, Piece, quoted};
use super::scope::Scope;
use super::types::relative;
use super::writer::{Want, Writer};
use hms_sync::model::unit::Unit;
use hms_sync::model::{Base, Type};

impl Writer<'_> {
    /// Arithmetic, comparison, interpolation: whatever operator gives that type.
    pub(super) fn operation(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        Some(match want {
            Want::Boolean => self.test(depth),
            Want::Integer | Want::Decimal => self.arithmetic(want, depth),
            Want::Quantity(unit) => return self.of_quantities(unit, depth),
            Want::Text => self.interpolated(depth),
            Want::Date => self.moved_day(depth),
            Want::Time => return None,
            Want::DateTime => self.moved(depth),
            Want::Duration => {
                let (start, end) = (self.operand(&Want::DateTime, depth), self.operand(&Want::DateTime, depth));
                Piece::loose(format!("{} - {}", end.closed(), start.closed()), Type::new(Base::Duration))
                    .inherit(&end)
                    .inherit(&start)
            }
        })
    }

    /// An operand of a strict operator: never null.
    fn operand(&mut self, want: &Want, depth: usize) -> Piece {
        let piece = self.scalar(want, depth - 1);
        self.not_null(piece)
    }

    fn arithmetic(&mut self, want: &Want, depth: usize) -> Piece {
        let left = self.operand(want, depth);
        match self.random.below(7) {
            0 => self.round(left),
            1 => Piece { text: format!("-{}", left.closed()), atom: false, ..left },
            2 => self.divided(left, depth),
            3 => self.ratio(depth).unwrap_or(left),
            _ => {
                let operator = self.random.text(&["+", "-", "*"]);
                let right = self.operand(want, depth);
                let integer = [&left, &right].iter().all(|side| matches!(side.ty.base, Base::Integer(_)));
                let base = if integer { Base::Integer(None) } else { Base::Decimal(None) };
                let mut piece =
                    Piece::loose(format!("{} {operator} {}", left.closed(), right.closed()), Type::new(base));
                piece.pending = left.pending.max(right.pending);
                calm(piece.inherit(&left).inherit(&right))
            }
        }
    }

    /// By a constant, or by a value that may be zero.
    fn divided(&mut self, left: Piece, depth: usize) -> Piece {
        let constant = self.random.one_in(2);
        let (text, ends, right) = if constant {
            let (text, ends) = *self.random.pick(&[("2", true), ("0.5", true), ("3", false), ("40", true)]);
            (text.to_owned(), ends, None)
        } else {
            let right = self.operand(&Want::Integer, depth);
            (right.closed(), false, Some(right))
        };
        let integer = matches!(left.ty.base, Base::Integer(_)) && text != "0.5";
        let base = if integer { Base::Integer(left.unit().cloned()) } else { Base::Decimal(left.unit().cloned()) };
        let mut piece = Piece::loose(format!("{} / {text}", left.closed()), Type::new(base));
        piece.named = left.named;
        piece.pending = match (ends, integer) {
            (false, _) => Pending::Endless,
            (true, true) => Pending::Fraction.max(left.pending),
            (true, false) => left.pending,
        };
        piece = piece.inherit(&left);
        if let Some(right) = right {
            let zero = self.scope.not_zero.contains(&right.text);
            let constant = right.text.chars().all(|c| c.is_ascii_digit());
            if constant && right.text.chars().all(|c| c == '0') {
                return left;
            }
            if constant {
                // what its digits do is the checker's to know
                piece.pending = Pending::Endless;
            }
            piece.ty.fails |= !zero && !constant;
            piece = piece.inherit(&right);
        }
        calm(piece)
    }

    /// A quotient of like quantities: a plain number.
    fn ratio(&mut self, depth: usize) -> Option<Piece> {
        let unit = self.any_unit();
        if unit.is_temperature() {
            return None;
        }
        let (left, right) =
            (self.operand(&Want::Quantity(unit.clone()), depth), self.operand(&Want::Quantity(unit), depth));
        let integer = [&left, &right].iter().all(|side| matches!(side.ty.base, Base::Integer(_)));
        let base = if integer { Base::Integer(None) } else { Base::Decimal(None) };
        let mut piece = Piece::loose(format!("{} / {}", left.closed(), right.closed()), Type::new(base));
        piece.pending = Pending::Endless;
        let literal = right.text.starts_with(|c: char| c.is_ascii_digit()) && !right.atom;
        piece.ty.fails = !literal && !self.scope.not_zero.contains(&right.text);
        Some(piece.inherit(&left).inherit(&right))
    }

    fn of_quantities(&mut self, unit: &Unit, depth: usize) -> Option<Piece> {
        let left = self.operand(&Want::Quantity(unit.clone()), depth);
        let from = left.unit()?.clone();
        match self.random.below(5) {
            0 => Some({
                let to = relative(unit, self.random);
                self.converted(left, &to)
            }),
            1 => Some(self.round(left)),
            2 if !from.is_offset_scale() => Some(self.divided(left, depth)),
            3 if !from.is_offset_scale() => {
                let factor = self.random.text(&["2", "0.5", "10"]);
                let base = match &left.ty.base {
                    Base::Integer(_) if factor != "0.5" => Base::Integer(Some(from)),
                    _ => Base::Decimal(Some(from)),
                };
                let ty = Type { base, ..left.ty.clone() };
                Some(calm(Piece { text: format!("{} * {factor}", left.closed()), ty, atom: false, ..left }))
            }
            _ => self.sum_of_quantities(left, from, unit, depth),
        }
    }

    /// In the finer of the two units.
    fn sum_of_quantities(&mut self, left: Piece, from: Unit, unit: &Unit, depth: usize) -> Option<Piece> {
        if from.is_temperature() {
            return None;
        }
        let right = self.operand(&Want::Quantity(unit.clone()), depth);
        let with = right.unit()?.clone();
        let finer = from.finer(&with).clone();
        let operator = self.random.text(&["+", "-"]);
        let named = left.named && right.named && from == with;
        let text = format!("{} {operator} {}", left.closed(), right.closed());
        let (left, right) = (self.converted(left, &finer), self.converted(right, &finer));
        let integer = [&left, &right].iter().all(|side| matches!(side.ty.base, Base::Integer(_)));
        let base = if integer { Base::Integer(Some(finer)) } else { Base::Decimal(Some(finer)) };
        let mut piece = Piece { named, ..Piece::loose(text, Type::new(base)) };
        piece.pending = left.pending.max(right.pending);
        Some(calm(piece.inherit(&left).inherit(&right)))
    }

    fn interpolated(&mut self, depth: usize) -> Piece {
        let mut text = String::from("\"");
        let mut piece = Piece::atom("", Type::new(Base::Text));
        let outer = std::mem::replace(&mut self.in_hole, true);
        let holes = 1 + self.random.below(3);
        for _ in 0..holes {
            text.push_str(&self.random.text(&["", " ", ", ", "a-", "<", ":", "\\\"", "\\{", "/"]));
            let want = self.any_want();
            let hole = self.scalar(&want, depth.saturating_sub(2));
            let hole = self.as_text(hole);
            text.push_str(&format!("{{{}}}", hole.text));
            piece = piece.inherit(&hole);
        }
        self.in_hole = outer;
        text.push_str(&self.random.text(&["", ".", "!"]));
        text.push('"');
        Piece { text, ..piece }
    }

    fn moved_day(&mut self, depth: usize) -> Piece {
        let day = self.operand(&Want::Date, depth);
        let amount = if self.random.one_in(3) {
            let count = self.operand(&Want::Integer, depth);
            let count = if count.pending == Pending::Nothing { count } else { self.round(count) };
            let whole = matches!(count.ty.base, Base::Integer(_));
            if whole {
                Piece::loose(format!("{} * 1 days", count.closed()), count.ty)
            } else {
                Piece::loose("1 days", Type::new(Base::Boolean))
            }
        } else {
            let amount = self.random.text(&["1 day", "30 days", "1 month", "2 years", "1 week"]);
            Piece::loose(amount, Type::new(Base::Boolean))
        };
        let operator = self.random.text(&["+", "-"]);
        let mut piece = Piece::loose(format!("{} {operator} ({})", day.closed(), amount.text), Type::new(Base::Date));
        piece = piece.inherit(&day).inherit(&amount);
        piece.ty.fails = true;
        piece
    }

    fn moved(&mut self, depth: usize) -> Piece {
        let at = self.operand(&Want::DateTime, depth);
        let amount = if self.random.one_in(3) {
            self.operand(&Want::Duration, depth)
        } else {
            let time = super::types::unit("minutes");
            self.operand(&Want::Quantity(time), depth)
        };
        let operator = self.random.text(&["+", "-"]);
        let mut piece =
            Piece::loose(format!("{} {operator} {}", at.closed(), amount.closed()), Type::new(Base::DateTime));
        piece = piece.inherit(&at).inherit(&amount);
        piece.ty.fails = true;
        piece
    }

    // ── tests ───────────────────────────────────────────────────────────────────────────────────────────

    /// A boolean of any kind; may be missing where an operand is.
    fn test(&mut self, depth: usize) -> Piece {
        match self.random.below(8) {
            0 => {
                let paths = self.scope.paths();
                let Some(path) = (!paths.is_empty()).then(|| self.random.pick(&paths).clone()) else {
                    return self.literal(&Want::Boolean);
                };
                let ty = Type { fails: path.ty.fails, ..Type::new(Base::Boolean) };
                Piece::atom(format!("present({})", path.text), ty)
            }
            1 => {
                let inner = self.operand(&Want::Boolean, depth);
                Piece { text: format!("not {}", inner.closed()), atom: false, ..inner }
            }
            2 => {
                let (left, right) = (self.condition(depth - 1), self.condition(depth - 1));
                let operator = self.random.text(&["and", "or"]);
                Piece::loose(format!("({}) {operator} ({})", left.text, right.text), Type::new(Base::Boolean))
            }
            3 => self.one_of(depth),
            4 => {
                let value = self.operand(&Want::Integer, depth);
                let (low, high) = (self.random.between(-5, 5), self.random.between(5, 100));
                Piece::loose(format!("{} in {low}..{high}", value.closed()), Type::new(Base::Boolean)).inherit(&value)
            }
            _ => self.comparison(depth),
        }
    }

    fn one_of(&mut self, depth: usize) -> Piece {
        let want = if self.random.one_in(3) { Want::Integer } else { Want::Text };
        let value = self.operand(&want, depth);
        let options: Vec<String> = match &value.ty.base {
            Base::Code { values, open: false } => (0..2).map(|_| quoted(self.random.pick::<String>(values))).collect(),
            _ => (0..2).map(|_| self.literal(&want).text).collect(),
        };
        let constant = value.atom && value.text.starts_with('"');
        if constant {
            return self.literal(&Want::Boolean);
        }
        Piece::loose(format!("{} in [{}]", value.closed(), options.join(", ")), Type::new(Base::Boolean))
            .inherit(&value)
    }

    fn comparison(&mut self, depth: usize) -> Piece {
        let want = self.any_want();
        // Null compares, too: it equals nothing else.
        let left = self.scalar(&want, depth - 1);
        let right = match &left.ty.base {
            Base::Code { values, open: false } => {
                let value = quoted(self.random.pick::<String>(values));
                Piece::atom(value, Type::new(Base::Text))
            }
            _ => self.scalar(&want, depth - 1),
        };
        let right = match &right.ty.base {
            Base::Code { .. } if left.is_text() => match self.text_or_open(right) {
                Some(right) => right,
                None => return self.literal(&Want::Boolean),
            },
            _ => right,
        };
        let equality = want == Want::Boolean || self.random.one_in(2);
        let operator = self.random.text(if equality { &["==", "!="] } else { &["<", "<=", ">", ">="] });
        let (left, right) = if equality { (left, right) } else { (self.not_null(left), self.not_null(right)) };
        Piece::loose(format!("{} {operator} {}", left.closed(), right.closed()), Type::new(Base::Boolean))
            .inherit(&left)
            .inherit(&right)
    }

    /// A code compares with a constant of its own only; a path of codes does with any text.
    fn text_or_open(&mut self, piece: Piece) -> Option<Piece> {
        let literal = piece.atom && piece.text.starts_with('"');
        (!literal).then_some(piece)
    }

    /// A condition: a boolean that is there and has not failed.
    pub fn condition(&mut self, depth: usize) -> Piece {
        let test = if depth == 0 { self.leaf(&Want::Boolean) } else { self.test(depth) };
        let mut text = test.text.clone();
        let mut atom = test.atom;
        if test.ty.missing || test.ty.null {
            let fallback = self.random.text(&["true", "false"]);
            text = format!("{} ?? {fallback}", if atom { text } else { format!("({text})") });
            atom = false;
        }
        if test.ty.fails {
            text = format!("{} !! false", if atom { text } else { format!("({text})") });
            atom = false;
        }
        Piece { atom, ..Piece::atom(text, Type::new(Base::Boolean)) }
    }

    /// A condition, and what scope holds where it is true and where it is false.
    pub fn proving(&mut self, depth: usize) -> (Piece, Scope, Scope) {
        let (mut yes, mut no) = (self.scope.clone(), self.scope.clone());
        let mut paths = self.scope.paths();
        paths.retain(|path| !path.ty.fails);
        let maybe: Vec<Piece> = paths.iter().filter(|path| path.ty.missing).cloned().collect();
        let nullable: Vec<Piece> = paths.iter().filter(|path| path.ty.null && !path.ty.missing).cloned().collect();
        let plain: Vec<Piece> = paths
            .into_iter()
            .filter(|path| path.is_number() && path.unit().is_none() && !path.ty.missing && !path.ty.null)
            .collect();
        let truth = |text: String| Piece::loose(text, Type::new(Base::Boolean));
        match self.random.below(6) {
            0 | 1 if !maybe.is_empty() => {
                let path = self.random.pick(&maybe).text.clone();
                yes.present.push(path.clone());
                if self.random.one_in(3) {
                    no.present.push(path.clone());
                    return (truth(format!("not present({path})")), self.scope.clone(), yes);
                }
                let outer = std::mem::replace(&mut self.scope, yes.clone());
                let more = self.condition(depth.saturating_sub(1));
                self.scope = outer;
                if self.random.one_in(3) {
                    return (truth(format!("present({path}) and ({})", more.text)), yes, self.scope.clone());
                }
                (truth(format!("present({path})")), yes, self.scope.clone())
            }
            2 if !nullable.is_empty() => {
                let path = self.random.pick(&nullable).text.clone();
                if self.random.one_in(2) {
                    yes.not_null.push(path.clone());
                    (truth(format!("{path} != null")), yes, no)
                } else {
                    no.not_null.push(path.clone());
                    (truth(format!("{path} == null")), yes, no)
                }
            }
            3 if !plain.is_empty() => {
                let path = self.random.pick(&plain).text.clone();
                let (operator, here) =
                    *self.random.pick(&[("!= 0", true), ("== 0", false), ("> 0", true), ("<= 0", false)]);
                if here {
                    yes.not_zero.push(path.clone())
                } else {
                    no.not_zero.push(path.clone())
                }
                (truth(format!("{path} {operator}")), yes, no)
            }
            _ => (self.condition(depth), yes, no),
        }
    }

    // ── choices ─────────────────────────────────────────────────────────────────────────────────────────

    pub(super) fn choice(&mut self, want: &Want, depth: usize) -> Piece {
        let (condition, yes, no) = self.proving(depth - 1);
        let outer = std::mem::replace(&mut self.scope, yes);
        let then = self.scalar(want, depth - 1);
        self.scope = no;
        let otherwise = if self.random.one_in(6) { None } else { Some(self.scalar(want, depth - 1)) };
        self.scope = outer;
        let Some(otherwise) = otherwise else {
            let exit = self.exit();
            let text = format!("if {} then {} else {exit}", condition.text, then.closed());
            return Piece { text, atom: false, named: then.named && then.unit().is_some(), ..then };
        };
        let mut piece = match self.joined(&then, &otherwise) {
            Some(base) => {
                let text = format!("if {} then {} else {}", condition.text, then.closed(), otherwise.closed());
                Piece::loose(text, Type { base, null: then.ty.null || otherwise.ty.null, ..Type::new(Base::Never) })
            }
            None if self.careless => {
                let text = format!("if {} then {} else {}", condition.text, then.closed(), otherwise.closed());
                Piece { text, atom: false, ..then.clone() }
            }
            None => return then,
        };
        piece.pending = self.brought(&then, &piece).max(self.brought(&otherwise, &piece));
        piece.named = piece.unit().is_some() && then.named && otherwise.named;
        calm(piece.inherit(&then).inherit(&otherwise))
    }

    /// What is pending of a branch once it is in the unit of the whole.
    pub(super) fn brought(&mut self, branch: &Piece, whole: &Piece) -> Pending {
        match whole.unit().cloned() {
            Some(unit) if branch.unit() != Some(&unit) => self.converted(branch.clone(), &unit).pending,
            _ => branch.pending,
        }
    }

    pub(super) fn matched(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        if self.in_hole {
            return None;
        }
        let paths = self.scope.paths();
        let subjects: Vec<&Piece> = paths
            .iter()
            .filter(|path| {
                matches!(
                    path.ty.base,
                    Base::Text | Base::Code { .. } | Base::Boolean | Base::Integer(None) | Base::Either(_)
                )
            })
            .collect();
        if subjects.is_empty() {
            return None;
        }
        let subject = (*self.random.pick(&subjects)).clone();
        let mut patterns: Vec<String> = match &subject.ty.base {
            Base::Code { values, open } => {
                let mut all: Vec<String> = values.iter().map(|value| quoted(value)).collect();
                all.extend(open.then(|| "_".to_owned()));
                all
            }
            Base::Boolean => vec!["true".to_owned(), "false".to_owned()],
            Base::Integer(_) => vec!["1".to_owned(), "-0".to_owned(), "60".to_owned(), "_".to_owned()],
            Base::Either(bases) if bases.contains(&Base::Boolean) => vec!["true".to_owned(), "_".to_owned()],
            _ => vec![quoted("x"), quoted("active"), "_".to_owned()],
        };
        if subject.ty.null {
            patterns.insert(0, "null".to_owned());
        }
        let mut arms: Vec<Piece> = Vec::new();
        for _ in &patterns {
            let arm = self.scalar(want, depth - 1);
            if self.careless {
                arms.push(arm);
                continue;
            }
            // One type and one unit for all: how the checker joins many has tests of its own.
            arms.push(match arms.first() {
                Some(first) if self.joined(first, &arm).is_none() || first.unit() != arm.unit() => first.clone(),
                _ => arm,
            });
        }
        let mut piece = Piece::atom("", Type::new(Base::Never)).inherit(&subject);
        piece.ty.base = arms[0].ty.base.clone();
        for arm in &arms {
            match self.joined(&piece, arm) {
                Some(base) => piece.ty.base = base,
                None if self.careless => {}
                None => return None,
            }
            piece.ty.null |= arm.ty.null;
            piece.pending = piece.pending.max(arm.pending);
            piece = piece.inherit(arm);
        }
        piece.named = piece.unit().is_some() && arms.iter().all(|arm| arm.named);
        let arms: Vec<String> =
            patterns.iter().zip(&arms).map(|(pattern, arm)| format!("{pattern} -> {}", arm.closed())).collect();
        piece.text = format!("match {} {{ {} }}", subject.text, arms.join(", "));
        piece.atom = false;
        Some(calm(piece))
    }

    pub(super) fn coalesced(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        let paths: Vec<Piece> = self.scope.paths();
        let maybe: Vec<&Piece> =
            paths.iter().filter(|path| (path.ty.missing || path.ty.null) && Writer::fits(want, &path.ty)).collect();
        if maybe.is_empty() {
            return None;
        }
        let value = (*self.random.pick(&maybe)).clone();
        if self.random.one_in(8) {
            let text = format!("{} ?? null", value.closed());
            return Some(Piece {
                text,
                ty: Type { missing: false, null: true, ..value.ty.clone() },
                atom: false,
                ..value
            });
        }
        let fallback = self.scalar(want, depth - 1);
        self.joined(&value, &fallback)?;
        let ty = Type {
            missing: fallback.ty.missing,
            null: fallback.ty.null,
            fails: value.ty.fails || fallback.ty.fails,
            ..value.ty.clone()
        };
        Some(self.either(&value, "??", fallback, ty))
    }

    pub(super) fn rescued(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        let value = self.library(want, depth).filter(|value| value.ty.fails)?;
        let fallback = self.scalar(want, depth - 1);
        self.joined(&value, &fallback)?;
        let ty = Type {
            missing: value.ty.missing || fallback.ty.missing,
            null: value.ty.null || fallback.ty.null,
            fails: fallback.ty.fails,
            ..value.ty.clone()
        };
        Some(self.either(&value, "!!", fallback, ty))
    }

    // ── look-ups ────────────────────────────────────────────────────────────────────────────────────────

    /// An item of a list or an entry of a map.
    pub(super) fn indexed(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        let paths = self.scope.paths();
        let holders: Vec<&Piece> = paths
            .iter()
            .filter(|path| match &path.ty.base {
                Base::List(item) | Base::Dictionary(item) => Writer::fits(want, item),
                _ => false,
            })
            .collect();
        if holders.is_empty() {
            return None;
        }
        let holder = (*self.random.pick(&holders)).clone();
        let (item, index) = match &holder.ty.base {
            Base::List(item) => {
                let index = if self.random.one_in(2) {
                    self.leaf(&Want::Integer)
                } else {
                    Piece::atom("0", Type::new(Base::Integer(None)))
                };
                ((**item).clone(), self.not_null(index))
            }
            Base::Dictionary(item) => {
                let key = self.scalar(&Want::Text, depth - 1);
                ((**item).clone(), self.not_null(key))
            }
            _ => return None,
        };
        if !matches!(index.ty.base, Base::Integer(None) | Base::Text | Base::Code { .. }) {
            return None;
        }
        let ty = Type { missing: true, form: None, sensitive: false, ..item };
        Some(Piece::atom(format!("{}[{}]", holder.text, index.text), ty).inherit(&holder).inherit(&index))
    }

    pub(super) fn looked_up(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        let fitting: Vec<_> = self
            .tables
            .iter()
            .filter(|table| table.columns.iter().any(|(_, ty)| Writer::fits(want, ty)))
            .cloned()
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let table = self.random.pick(&fitting).clone();
        if table.inverse && self.random.one_in(4) {
            return self.inverse(&table, depth);
        }
        let (column, ty) = table.columns.iter().find(|(_, ty)| Writer::fits(want, ty))?;
        let mut piece = Piece::loose("", Type { missing: false, ..ty.clone() });
        let mut keys = Vec::new();
        let mut total = table.total;
        for key in &table.keys {
            let want = Writer::want_of(&Type::new(key.clone()))?;
            let value = self.scalar(&want, depth - 1);
            let value = self.not_null(value);
            let value = self.finished(value);
            if !Writer::fits(&want, &value.ty) {
                return None;
            }
            if let Base::Code { values, open: false } = &value.ty.base {
                let covered = values.iter().all(|value| table.covers.contains(value));
                if !covered && value.text.starts_with('"') {
                    return None;
                }
                total |= covered && table.keys.len() == 1;
            }
            keys.push(value.closed());
            piece = piece.inherit(&value);
        }
        let subject = if keys.len() == 1 { keys.remove(0) } else { format!("({})", keys.join(", ")) };
        let column = if column.is_empty() { String::new() } else { format!(".{column}") };
        piece.text = format!("{subject} | {}{column}", table.name);
        piece.ty.fails |= !total;
        Some(piece)
    }

    /// The key of the row that gives a text; of one of the table's own texts nothing is failed.
    fn inverse(&mut self, table: &super::writer::TableDraft, depth: usize) -> Option<Piece> {
        let value = if self.random.one_in(2) {
            // what the table itself gives, its default too
            let key = self.scalar(&Want::Text, depth - 1);
            let key = self.not_null(key);
            let failing = format!("({} | {}) !! reject \"author: none\"", key.closed(), table.name);
            Piece::loose(failing, Type::new(Base::Text))
                .inherit(&Piece { ty: Type { fails: false, ..key.ty.clone() }, ..key })
        } else {
            let value = self.scalar(&Want::Text, depth - 1);
            self.not_null(value)
        };
        let mut piece = Piece::loose(format!("{} | inverse({})", value.closed(), table.name), Type::new(Base::Text));
        piece.ty.fails = true;
        Some(piece.inherit(&value))
    }
}

/// A decimal may have a fraction.
pub fn calm(mut piece: Piece) -> Piece {
    if matches!(piece.ty.base, Base::Decimal(_)) && piece.pending == Pending::Fraction {
        piece.pending = Pending::Nothing;
    }
    piece
}
