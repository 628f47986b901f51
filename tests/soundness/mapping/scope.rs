//! What names mean where an expression is written, and what tests around it have proved.

use super::piece::{Pending, Piece, name};
use hms_sync::model::{Base, Field, RecordType, Type};

#[derive(Clone, Debug, Default)]
pub struct Scope {
    named: Vec<Piece>,
    /// Paths that a test has proved present, or not null, or not zero.
    pub present: Vec<String>,
    pub not_null: Vec<String>,
    pub not_zero: Vec<String>,
}

impl Scope {
    pub fn of_event(event: &RecordType) -> Scope {
        let mut scope = Scope::default();
        scope.fields(event);
        if event.field("meta").is_none() {
            for (field, base, missing) in [
                ("meta.id", Base::Text, false),
                ("meta.type", Base::Text, false),
                ("meta.received", Base::DateTime, false),
                ("meta.time", Base::DateTime, true),
                ("meta.source", Base::Text, true),
            ] {
                scope.named.push(Piece::atom(field, Type { missing, ..Type::new(base) }));
            }
        }
        scope
    }

    /// The fields of a record by their bare names.
    pub fn fields(&mut self, record: &RecordType) {
        for Field { name: field, ty, .. } in &record.fields {
            self.name(Piece::atom(name(field), Type { form: None, ..ty.clone() }));
        }
    }

    /// One more name; it hides an older one that is written alike.
    pub fn name(&mut self, piece: Piece) {
        let hidden = |text: &String| *text == piece.text || text.starts_with(&format!("{}.", piece.text));
        self.named.retain(|known| !hidden(&known.text));
        for facts in [&mut self.present, &mut self.not_null, &mut self.not_zero] {
            facts.retain(|fact| !hidden(fact));
        }
        self.named.push(piece);
    }

    /// Every path that can be written here.
    pub fn paths(&self) -> Vec<Piece> {
        let mut all = Vec::new();
        for piece in &self.named {
            self.descend(piece.clone(), 3, &mut all);
        }
        all
    }

    fn descend(&self, mut piece: Piece, depth: usize, all: &mut Vec<Piece>) {
        let inside = |fact: &String| *fact == piece.text || fact.starts_with(&format!("{}.", piece.text));
        let proved = self.present.iter().any(inside);
        piece.ty.missing &= !proved;
        piece.ty.null &= !self.not_null.contains(&piece.text);
        if let Base::Record(record) = &piece.ty.base
            && depth > 0
            && !piece.ty.null
        {
            for field in &record.fields {
                let sensitive = field.ty.sensitive || piece.ty.sensitive;
                let ty = Type { form: None, sensitive, ..field.ty.clone() };
                let step = Piece {
                    pending: Pending::Nothing,
                    ..Piece::atom(format!("{}.{}", piece.text, name(&field.name)), ty)
                };
                self.descend(step.inherit(&piece), depth - 1, all);
            }
        }
        all.push(piece);
    }
}
