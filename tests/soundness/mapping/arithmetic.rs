//! Arithmetic on numbers, quantities, dates and times; interpolation.

use super::piece::{Pending, Piece};
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
    pub(super) fn operand(&mut self, want: &Want, depth: usize) -> Piece {
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
}

/// A decimal may have a fraction.
pub fn calm(mut piece: Piece) -> Piece {
    if matches!(piece.ty.base, Base::Decimal(_)) && piece.pending == Pending::Fraction {
        piece.pending = Pending::Nothing;
    }
    piece
}
