//! Items of lists, entries of maps, rows of tables.

use super::piece::Piece;
use super::writer::{TableDraft, Want, Writer};
use hms_sync::model::{Base, Type};

impl Writer<'_> {
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
    fn inverse(&mut self, table: &TableDraft, depth: usize) -> Option<Piece> {
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
