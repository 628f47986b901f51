//! Tests, and what they prove.

use super::piece::{Piece, quoted};
use super::scope::Scope;
use super::writer::{Want, Writer};
use hms_sync::model::{Base, Type};

impl Writer<'_> {
    /// A boolean of any kind; may be missing where an operand is.
    pub(super) fn test(&mut self, depth: usize) -> Piece {
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
}
