//! Writes expressions of a wanted type. One function a construct; what it gives is a [`Piece`].

use super::piece::{Pending, Piece, quoted, unit_text};
use super::scope::Scope;
use super::types::{self, relative};
use crate::random::Random;
use hms_sync::model::unit::Unit;
use hms_sync::model::{Base, RecordType, Type};

/// A type to write an expression of.
#[derive(Clone, Debug, PartialEq)]
pub enum Want {
    Boolean,
    /// Without a unit.
    Integer,
    Decimal,
    /// A number in some unit of that kind.
    Quantity(Unit),
    /// Text or a code.
    Text,
    Date,
    Time,
    DateTime,
    Duration,
}

/// A table that was declared.
#[derive(Clone, Debug)]
pub struct TableDraft {
    pub name: String,
    pub keys: Vec<Base>,
    /// Texts of the keys of each row, for codes that all have one.
    pub covers: Vec<String>,
    /// Name (empty for the only one), type.
    pub columns: Vec<(String, Type)>,
    /// Every key has a row, or there is a default.
    pub total: bool,
    /// Texts to texts, each once.
    pub inverse: bool,
}

/// A function that was declared.
#[derive(Clone, Debug)]
pub struct FunctionDraft {
    pub name: String,
    pub parameters: Vec<Type>,
    pub result: Piece,
}

pub struct Writer<'r> {
    pub random: &'r mut Random,
    pub event: RecordType,
    pub scope: Scope,
    pub tables: Vec<TableDraft>,
    pub functions: Vec<FunctionDraft>,
    pub counter: usize,
    /// In the hole of a text: nothing that needs a line of its own.
    pub in_hole: bool,
    /// Forgets now and then what an expression needs; the checker must notice, or it must do no harm.
    pub careless: bool,
}

impl Writer<'_> {
    /// Whether something is forgotten here.
    pub fn forgets(&mut self) -> bool {
        self.careless && self.random.one_in(4)
    }

    pub fn fresh(&mut self, letter: &str) -> String {
        self.counter += 1;
        format!("{letter}{}", self.counter)
    }

    /// Any scalar's type.
    pub fn any_want(&mut self) -> Want {
        match self.random.below(12) {
            0 => Want::Boolean,
            1 | 2 => Want::Integer,
            3 => Want::Decimal,
            4 | 5 => Want::Quantity(self.any_unit()),
            6 => Want::Date,
            7 => Want::Time,
            8 => Want::DateTime,
            9 => Want::Duration,
            _ => Want::Text,
        }
    }

    pub fn any_unit(&mut self) -> Unit {
        types::any_unit(self.random)
    }

    /// What an expression of that type would be, if it can be wanted.
    pub fn want_of(ty: &Type) -> Option<Want> {
        Some(match &ty.base {
            Base::Boolean => Want::Boolean,
            Base::Integer(Some(unit)) | Base::Decimal(Some(unit)) => Want::Quantity(unit.clone()),
            Base::Integer(None) => Want::Integer,
            Base::Decimal(None) => Want::Decimal,
            Base::Text | Base::Code { .. } => Want::Text,
            Base::Date => Want::Date,
            Base::Time => Want::Time,
            Base::DateTime => Want::DateTime,
            Base::Duration => Want::Duration,
            _ => return None,
        })
    }

    pub fn fits(want: &Want, ty: &Type) -> bool {
        match (want, &ty.base) {
            (Want::Quantity(unit), Base::Integer(Some(found)) | Base::Decimal(Some(found))) => {
                found.comparable(unit) && found.is_difference() == unit.is_difference()
            }
            (Want::Decimal, Base::Integer(None)) => true,
            _ => Writer::want_of(ty).as_ref() == Some(want),
        }
    }

    /// An expression of that type.
    pub fn scalar(&mut self, want: &Want, depth: usize) -> Piece {
        if self.careless && self.random.one_in(12) {
            // of whatever type
            let paths = self.scope.paths();
            if !paths.is_empty() {
                return self.random.pick(&paths).clone();
            }
        }
        if depth == 0 || self.random.one_in(4) {
            return self.leaf(want);
        }
        for _ in 0..6 {
            let made = match self.random.below(12) {
                0 => Some(self.choice(want, depth)),
                1 => self.matched(want, depth),
                2 => self.coalesced(want, depth),
                3 => self.rescued(want, depth),
                4 => self.indexed(want, depth),
                5 => self.looked_up(want, depth),
                6 => self.declared(want, depth),
                7 | 8 => self.library(want, depth),
                _ => self.operation(want, depth),
            };
            if let Some(made) = made.filter(|made| Writer::fits(want, &made.ty)) {
                return made;
            }
        }
        self.leaf(want)
    }

    /// A path or a literal.
    pub fn leaf(&mut self, want: &Want) -> Piece {
        let fitting: Vec<Piece> = self.scope.paths().into_iter().filter(|path| Writer::fits(want, &path.ty)).collect();
        if fitting.is_empty() || self.random.one_in(6) {
            self.literal(want)
        } else {
            self.random.pick(&fitting).clone()
        }
    }

    pub fn literal(&mut self, want: &Want) -> Piece {
        let read =
            |text: &str, base: Base| Piece::atom(format!("({text} !! reject \"author: {text:.4}\")"), Type::new(base));
        match want {
            Want::Boolean => Piece::atom(self.random.text(&["true", "false"]), Type::new(Base::Boolean)),
            Want::Integer => {
                Piece::atom(self.random.text(&["0", "1", "2", "7", "60", "1000"]), Type::new(Base::Integer(None)))
            }
            Want::Decimal => {
                Piece::atom(self.random.text(&["0.5", "1.25", "36.6", "100.0"]), Type::new(Base::Decimal(None)))
            }
            Want::Quantity(unit) => {
                let whole = self.random.one_in(2);
                let number = self.random.text(if whole { &["1", "5", "30"] } else { &["0.5", "36.6"] });
                let unit = relative(unit, self.random);
                let base = if whole { Base::Integer(Some(unit.clone())) } else { Base::Decimal(Some(unit.clone())) };
                if unit.is_difference() {
                    // No literal is a difference.
                    let text = format!("({number} {0} - 1 {0})", unit_text(&unit.without_difference()));
                    return Piece { named: true, ..Piece::atom(text, Type::new(base)) };
                }
                let mut piece = Piece::loose(format!("{number} {}", unit_text(&unit)), Type::new(base));
                piece.named = true;
                piece
            }
            Want::Text => self.text_literal(),
            Want::Date => read("date(\"2024-03-10\")", Base::Date),
            Want::Time => read("time(\"02:30:00\")", Base::Time),
            Want::DateTime => read("datetime(\"2024-03-10T07:00:00Z\")", Base::DateTime),
            Want::Duration => Piece::atom("(meta.received - meta.received)", Type::new(Base::Duration)),
        }
    }

    pub fn text_literal(&mut self) -> Piece {
        let text = if self.random.one_in(2) {
            let codes = *self.random.pick(types::CODES);
            self.random.text(codes)
        } else {
            let hostile = ["\u{1}", "a\nb", ".", "..", "\u{fffe}"];
            if self.forgets() {
                let text = self.random.text(&hostile);
                return Piece::atom(quoted(&text), Type::new(Base::Code { values: vec![text], open: false }));
            }
            self.random.text(&["", " ", "x", "a, b", "<&>", "{}", "say \"hi\"", "ü😀", "12", "2024-02-29", "\\"])
        };
        Piece::atom(quoted(&text), Type::new(Base::Code { values: vec![text], open: false }))
    }

    // ── making a piece fit ──────────────────────────────────────────────────────────────────────────────

    /// Neither missing nor null.
    pub fn present(&mut self, piece: Piece) -> Piece {
        if !piece.ty.missing && !piece.ty.null || self.forgets() {
            return piece;
        }
        let Some(want) = Writer::want_of(&piece.ty) else {
            let text = format!("{} ?? reject \"author: missing\"", piece.closed());
            let ty = Type { missing: false, null: false, ..piece.ty.clone() };
            return Piece { text, ty, atom: false, ..piece };
        };
        let ty = Type { missing: false, null: false, ..piece.ty.clone() };
        match self.random.below(4) {
            0 => {
                let exit = self.exit();
                Piece { text: format!("{} ?? {exit}", piece.closed()), ty, atom: false, ..piece }
            }
            _ => {
                let fallback = self.literal(&want);
                self.either(&piece, "??", fallback, ty)
            }
        }
    }

    /// Not null, though maybe missing, which most operators pass on.
    pub fn not_null(&mut self, piece: Piece) -> Piece {
        if piece.ty.null && !self.forgets() { self.present(piece) } else { piece }
    }

    /// Answers a failure.
    pub fn unfailing(&mut self, piece: Piece) -> Piece {
        if !piece.ty.fails || self.forgets() {
            return piece;
        }
        let ty = Type { fails: false, ..piece.ty.clone() };
        match self.random.below(5) {
            0 => Piece {
                text: format!("{} !! missing", piece.closed()),
                ty: Type { missing: true, ..ty },
                atom: false,
                ..piece
            },
            1 | 2 => {
                let exit = self.exit();
                Piece { text: format!("{} !! {exit}", piece.closed()), ty, atom: false, ..piece }
            }
            _ => match Writer::want_of(&piece.ty) {
                Some(want) => {
                    let fallback = self.literal(&want);
                    self.either(&piece, "!!", fallback, ty)
                }
                None => Piece { text: format!("{} !! skip", piece.closed()), ty, atom: false, ..piece },
            },
        }
    }

    pub fn exit(&mut self) -> String {
        if self.random.one_in(4) { "skip".to_owned() } else { format!("reject {}", self.reason()) }
    }

    /// `left OP right` where either may stand for the whole.
    pub fn either(&mut self, left: &Piece, operator: &str, right: Piece, ty: Type) -> Piece {
        let (right, base) = match self.joined(left, &right) {
            Some(base) => (right, base),
            None if self.careless => (right, left.ty.base.clone()),
            // of no one type: the same again
            None => (left.clone(), left.ty.base.clone()),
        };
        let whole = Piece { ty: Type::new(base.clone()), ..left.clone() };
        let pending = self.brought(left, &whole).max(self.brought(&right, &whole));
        let matters = |side: &Piece| side.unit().is_some();
        let named = (left.named || !matters(left)) && (right.named || !matters(&right)) && (left.named || right.named);
        Piece {
            text: format!("{} {operator} {}", left.closed(), right.closed()),
            ty: Type { base, ..ty },
            named,
            pending,
            atom: false,
        }
    }

    /// The base of two alternatives, as the checker joins them; in the finer of two units.
    pub fn joined(&self, left: &Piece, right: &Piece) -> Option<Base> {
        let unit = match (left.unit(), right.unit()) {
            (None, None) => None,
            (Some(a), Some(b)) if a == b => Some(a.clone()),
            (Some(a), Some(b)) if a.comparable(b) && a.is_difference() == b.is_difference() => Some(a.finer(b).clone()),
            _ => return None,
        };
        Some(match (&left.ty.base, &right.ty.base) {
            (Base::Integer(_), Base::Integer(_)) => Base::Integer(unit),
            (Base::Integer(_) | Base::Decimal(_), Base::Integer(_) | Base::Decimal(_)) => Base::Decimal(unit),
            (Base::Code { values: a, open: x }, Base::Code { values: b, open: y }) => {
                let more = b.iter().filter(|value| !a.contains(value));
                Base::Code { values: a.iter().chain(more).cloned().collect(), open: *x || *y }
            }
            (Base::Text, Base::Code { .. }) | (Base::Code { .. }, Base::Text) => Base::Text,
            (a, b) if a == b => a.clone(),
            _ => return None,
        })
    }

    /// A number whose digits end, and an integer that is whole.
    pub fn finished(&mut self, piece: Piece) -> Piece {
        if piece.pending == Pending::Nothing || self.forgets() {
            return piece;
        }
        let unit = piece.unit().cloned();
        if piece.pending == Pending::Fraction && self.random.one_in(3) {
            let ty = Type { base: Base::Decimal(unit), ..piece.ty.clone() };
            return Piece {
                text: format!("decimal({})", piece.text),
                ty,
                pending: Pending::Nothing,
                atom: true,
                ..piece
            };
        }
        self.round(piece)
    }

    pub fn round(&mut self, piece: Piece) -> Piece {
        let unit = piece.unit().cloned();
        let function = self.random.text(&["round", "round_even", "floor", "ceil", "trunc"]);
        let places = if function.starts_with("round") { self.random.below(4) } else { 0 };
        let whole = places == 0 || matches!(piece.ty.base, Base::Integer(_)) && piece.pending == Pending::Nothing;
        let text = match places {
            0 => format!("{function}({})", piece.text),
            places => format!("{function}({}, {places})", piece.text),
        };
        let base = if whole { Base::Integer(unit) } else { Base::Decimal(unit) };
        let ty = Type { base, ..piece.ty.clone() };
        Piece { text, ty, pending: Pending::Nothing, atom: true, ..piece }
    }

    /// A number whose unit the author has named, for what leaves.
    pub fn named(&mut self, piece: Piece) -> Piece {
        match piece.unit().cloned() {
            Some(unit) if !piece.named && !self.forgets() => {
                self.converted(piece, &relative(&unit, &mut self.random.clone()))
            }
            _ => piece,
        }
    }

    pub fn converted(&mut self, piece: Piece, to: &Unit) -> Piece {
        let Some(from) = piece.unit() else { return piece };
        let conversion = match from.conversion(to) {
            Ok(conversion) => conversion,
            Err(_) if self.careless => {
                return Piece { text: format!("{} in {}", piece.closed(), unit_text(to)), ..piece };
            }
            Err(error) => panic!("{from} in {to}: {error:?}"),
        };
        let whole = conversion.factor.is_integer() && conversion.offset.is_integer();
        let integer = matches!(piece.ty.base, Base::Integer(_));
        let pending = match (conversion.terminates(), integer && !whole) {
            (false, _) => Pending::Endless,
            (true, true) => Pending::Fraction,
            (true, false) => Pending::Nothing,
        };
        let target = if from.is_difference() { to.difference() } else { to.clone() };
        let base = if integer { Base::Integer(Some(target)) } else { Base::Decimal(Some(target)) };
        Piece {
            text: format!("{} in {}", piece.closed(), unit_text(to)),
            ty: Type { base, ..piece.ty.clone() },
            named: true,
            pending: pending.max(piece.pending),
            atom: false,
        }
    }

    /// Text, a key, a header: finished and with its unit named, never null.
    pub fn as_text(&mut self, piece: Piece) -> Piece {
        let piece = self.not_null(piece);
        let piece = self.named(piece);
        self.finished(piece)
    }

    /// As [`Writer::as_text`], and there without fail.
    pub fn for_request(&mut self, piece: Piece) -> Piece {
        let piece = self.as_text(piece);
        let piece = self.unfailing(piece);
        self.present(piece)
    }
}
