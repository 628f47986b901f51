//! One of several values: `if`, `match`, `??`, `!!`.

use super::arithmetic::calm;
use super::piece::{Pending, Piece, quoted};
use super::writer::{Want, Writer};
use hms_sync::model::{Base, Type};

impl Writer<'_> {
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
}
