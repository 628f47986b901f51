//! What a file declares beside its event and its targets.

use super::item::Item;
use super::lines::{MapDraft, Place, parameters};
use super::piece::{Piece, quoted};
use super::scope::Scope;
use super::types;
use super::writer::{FunctionDraft, TableDraft, Want, Writer};
use hms_sync::model::{Base, Type};

impl Writer<'_> {
    pub(super) fn table(&mut self) -> Item {
        let name = self.fresh("T");
        let kind = TableKind {
            pairs: self.random.one_in(4),
            integers: self.random.one_in(4),
            columns: if self.random.one_in(4) { 2 } else { 1 },
            numbers: self.random.one_in(4),
        };
        let codes = *self.random.pick(types::CODES);
        let whole = self.random.one_in(2);
        let mut types = kind.types();
        let (mut lines, mut covers) = (Vec::new(), Vec::new());
        for (number, code) in codes.iter().enumerate() {
            if whole || number == 0 || self.random.one_in(2) {
                let values = self.cells(&kind, number, &mut types);
                lines.push(Item::line(format!("{} -> {values}", kind.key(number, code))));
                covers.push((*code).to_owned());
            }
        }
        let default = self.random.one_in(3);
        if default {
            let values = self.default_cells(&kind, &mut types);
            lines.push(Item::line(format!("_ -> {values}")));
        }
        let head = kind.head(&name);
        self.tables.push(TableDraft {
            name,
            inverse: kind.columns == 1 && !kind.pairs && !kind.integers && !kind.numbers,
            keys: kind.keys(),
            covers: if kind.pairs || kind.integers { Vec::new() } else { covers },
            columns: kind.column_names().into_iter().zip(types).collect(),
            total: default,
        });
        // a row less is another table
        Item::block(head, lines.into_iter().map(Item::fixed).collect())
    }

    /// The values of one row, in text; their codes are added to the columns' types.
    fn cells(&mut self, kind: &TableKind, number: usize, types: &mut [Type]) -> String {
        let mut cells = Vec::new();
        for (column, ty) in types.iter_mut().enumerate() {
            cells.push(match (&mut ty.base, self.random.one_in(8)) {
                // the first row tells the column's type
                (_, true) if number > 0 => "reject \"author: this row\"".to_owned(),
                (Base::Code { values, .. }, _) => given(values, format!("v{number}{column}")),
                _ => number.to_string(),
            });
        }
        debug_assert_eq!(cells.len(), kind.columns);
        cells.join(", ")
    }

    fn default_cells(&mut self, kind: &TableKind, types: &mut [Type]) -> String {
        let mut cells = Vec::new();
        for ty in types {
            cells.push(match (self.random.below(3), &mut ty.base) {
                (0, _) => "reject \"author: no {it}\"".to_owned(),
                (1, _) => "skip".to_owned(),
                (_, Base::Code { values, .. }) => given(values, "other".to_owned()),
                _ => "99".to_owned(),
            });
        }
        debug_assert_eq!(cells.len(), kind.columns);
        cells.join(", ")
    }

    fn parameter_types(&mut self, records: bool) -> Vec<Type> {
        let count = 1 + self.random.below(2);
        let mut types = Vec::new();
        for _ in 0..count {
            let records: Vec<Type> = self
                .event
                .fields
                .iter()
                .filter(|field| records && matches!(field.ty.base, Base::Record(_)))
                .map(|field| Type { sensitive: false, ..field.ty.clone() })
                .collect();
            let mut ty = match records.is_empty() || self.random.one_in(2) {
                true => types::scalar(self.random),
                false => self.random.pick(&records).clone(),
            };
            ty.missing = self.random.one_in(3);
            types.push(ty);
        }
        types
    }

    pub(super) fn function(&mut self) -> Option<Item> {
        let function = self.fresh("fn_");
        let types = self.parameter_types(false);
        let (text, pieces) = parameters(&types);
        self.scope = Scope::default();
        pieces.into_iter().for_each(|piece| self.scope.name(piece));
        let want = self.any_want();
        // the envelope is not in scope here, which the literal of a duration needs
        let want = if want == Want::Duration { Want::Text } else { want };
        let body = self.scalar(&want, 2);
        if body.text.contains("meta.") {
            return None;
        }
        let item = Item::line(format!("fn {function}{text} = {}", body.text));
        self.functions.push(FunctionDraft { name: function, parameters: types, result: Piece { atom: true, ..body } });
        Some(item)
    }

    pub(super) fn top_let(&mut self) -> Item {
        let want = self.any_want();
        let value = self.scalar(&want, 3);
        let variable = self.fresh("top");
        let item = Item::line(format!("let {variable} = {}", value.text));
        self.scope.name(Piece { text: variable, atom: true, ..value });
        item
    }

    pub(super) fn map_with_parameters(&mut self, xml: bool) -> (Item, MapDraft) {
        let map = self.fresh("M");
        let types = self.parameter_types(true);
        let (text, pieces) = parameters(&types);
        let outer = std::mem::take(&mut self.scope);
        pieces.into_iter().for_each(|piece| self.scope.name(piece));
        let lines = self.lines(2, &mut Place::new(xml), &mut Vec::new(), 1);
        self.scope = outer;
        (Item::block(format!("map {map}{text}"), lines), MapDraft { name: map, parameters: types, xml })
    }
}

/// How a table is laid out.
struct TableKind {
    /// Two key columns: a code and an integer.
    pairs: bool,
    /// Its one key is an integer.
    integers: bool,
    columns: usize,
    /// The first value column holds numbers.
    numbers: bool,
}

impl TableKind {
    fn head(&self, name: &str) -> String {
        match self.columns {
            1 => format!("table {name}"),
            _ => format!("table {name} ({} -> first, second)", if self.pairs { "k, n" } else { "k" }),
        }
    }

    fn key(&self, number: usize, code: &str) -> String {
        match (self.pairs, self.integers) {
            (true, _) => format!("({}, {number})", quoted(code)),
            (false, true) => (number * 30).to_string(),
            (false, false) => quoted(code),
        }
    }

    fn keys(&self) -> Vec<Base> {
        match (self.pairs, self.integers) {
            (true, _) => vec![Base::Text, Base::Integer(None)],
            (false, true) => vec![Base::Integer(None)],
            (false, false) => vec![Base::Text],
        }
    }

    fn column_names(&self) -> Vec<String> {
        let names: &[&str] = if self.columns == 1 { &[""] } else { &["first", "second"] };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// The types of the columns; texts are to be filled in.
    fn types(&self) -> Vec<Type> {
        let texts = || Type::new(Base::Code { values: Vec::new(), open: false });
        let first = if self.numbers { Type::new(Base::Integer(None)) } else { texts() };
        std::iter::once(first).chain((1..self.columns).map(|_| texts())).collect()
    }
}

/// A text that a column gives.
fn given(values: &mut Vec<String>, text: String) -> String {
    let written = quoted(&text);
    if !values.contains(&text) {
        values.push(text);
    }
    written
}
