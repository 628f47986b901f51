//! Tables made ready.

use std::collections::HashMap;

use super::{Binding, Compiled, Compiler};
use crate::library::Value;
use crate::model::{Constant, Expr, FileRows, Table, record};
use crate::plan::code::{Code, TableCode};

impl<'m> Compiler<'m> {
    /// An expression here asks the table: it is compiled first, and its nesting adds to that of the
    /// expression.
    pub(super) fn ask(&mut self, index: usize, table: &'m Table) -> Compiled<()> {
        self.table(index, table)?;
        let below = self.compiled[index].as_ref().map_or(0, |compiled| compiled.nesting);
        self.reach(self.scope.depth + below)
    }

    pub(super) fn table(&mut self, index: usize, table: &'m Table) -> Compiled<()> {
        if self.compiled[index].is_some() {
            return Ok(());
        }
        if self.open.contains(&index) {
            return self.error(format!("the table {} asks itself", table.name));
        }
        // each table on the way nests in the compiler, too
        self.reach(self.open.len() * 4)?;
        self.open.push(index);
        let outer = std::mem::take(&mut self.scope);
        let place = std::mem::replace(&mut self.place, format!("table {}", table.name));
        let compiled = self.compile_table(table)?;
        self.place = place;
        self.scope = outer;
        self.open.pop();
        self.compiled[index] = Some(compiled);
        Ok(())
    }

    fn compile_table(&mut self, table: &'m Table) -> Compiled<TableCode> {
        let columns = table.columns.len();
        let mut rows = Rows::with_capacity(table.rows.len(), columns);
        for (index, row) in table.rows.iter().enumerate() {
            if row.keys.len() != table.keys.len() || row.values.len() != columns {
                return self.error(format!("the row {} has other keys or columns than declared", index + 1));
            }
            let mut values = Vec::with_capacity(columns);
            for value in &row.values {
                self.without_look_up(value)?;
                values.push(self.expression(value)?);
            }
            let inverse = match (&row.keys[..], &row.values[..]) {
                ([key], [Expr::Constant(value)]) => Some((key, value)),
                _ => None,
            };
            if !rows.add(&row.keys, values, inverse) {
                return self.error("too many rows");
            }
        }
        if let Some(file) = &table.file {
            self.rows_of_file(table, file, &mut rows)?;
        }
        rows.ambiguous.iter().for_each(|value| drop(rows.inverse.remove(value)));
        let default = match &table.default {
            None => None,
            Some(default) if default.values.len() != columns => {
                return self.error("the default row has other columns than declared");
            }
            Some(default) => {
                Some([self.default_row(&default.values, false)?, self.default_row(&default.values, true)?])
            }
        };
        Ok(TableCode {
            name: table.name.clone(),
            rows: rows.by_key,
            values: rows.values,
            columns,
            inverse: rows.inverse,
            default,
            locals: self.scope.locals,
            nesting: self.scope.deepest + 1,
        })
    }

    fn rows_of_file(&mut self, table: &Table, file: &FileRows, rows: &mut Rows) -> Compiled<()> {
        let (keys, columns) = (table.keys.len(), table.columns.len());
        if file.types.len() != columns || !table.rows.is_empty() {
            return self.error("its file has other columns than declared, or there are other rows");
        }
        for (index, text) in file.records.iter().enumerate() {
            let wrong = || format!("the record {} is not as declared", index + 1);
            let Some(cells) = record::read(text).filter(|cells| cells.len() == keys + columns) else {
                return self.error(wrong());
            };
            let types = table.keys.iter().map(|key| &key.ty).chain(&file.types);
            let mut constants = Vec::with_capacity(cells.len());
            for (at, (cell, ty)) in cells.iter().zip(types).enumerate() {
                constants.push(match record::constant(cell, &ty.base) {
                    _ if at >= keys && cell.is_empty() => None,
                    Some(constant) => Some(constant),
                    None => return self.error(wrong()),
                });
            }
            let given = constants.split_off(keys);
            let keys: Vec<Constant> = constants.into_iter().flatten().collect();
            let values = given.iter().map(|value| value.as_ref().map_or(Code::Missing, Self::constant)).collect();
            let inverse = match (&keys[..], &given[..]) {
                ([key], [Some(value)]) => Some((key, value)),
                _ => None,
            };
            if !rows.add(&keys, values, inverse) {
                return self.error("too many rows");
            }
        }
        Ok(())
    }

    /// The default's columns, in which variable 0, the local 0, is `it`.
    fn default_row(&mut self, values: &'m [Expr], sensitive: bool) -> Compiled<Vec<Code>> {
        let before = std::mem::take(&mut self.scope.locals);
        let local = self.fresh()?;
        self.scope.bindings.push((0, Binding::Value { local, sensitive }));
        values.iter().try_for_each(|value| self.without_look_up(value))?;
        let compiled = values.iter().map(|value| self.expression(value)).collect();
        self.scope.bindings.pop();
        self.scope.locals = self.scope.locals.max(before);
        compiled
    }
}

/// The rows of a table while they are made ready.
struct Rows {
    by_key: HashMap<Box<[u8]>, u32>,
    values: Vec<Code>,
    inverse: HashMap<Box<[u8]>, Code>,
    /// Values that several rows give.
    ambiguous: Vec<Box<[u8]>>,
    count: u32,
}

impl Rows {
    fn with_capacity(rows: usize, columns: usize) -> Rows {
        Rows {
            by_key: HashMap::with_capacity(rows),
            values: Vec::with_capacity(rows * columns),
            inverse: HashMap::new(),
            ambiguous: Vec::new(),
            count: 0,
        }
    }

    /// False of one too many.
    fn add(&mut self, keys: &[Constant], values: Vec<Code>, inverse: Option<(&Constant, &Constant)>) -> bool {
        let mut key = Vec::new();
        keys.iter().for_each(|part| encode_constant(part, &mut key));
        self.by_key.entry(key.into_boxed_slice()).or_insert(self.count);
        self.values.extend(values);
        if let Some((key, value)) = inverse {
            let mut encoded = Vec::new();
            encode_constant(value, &mut encoded);
            let encoded = encoded.into_boxed_slice();
            if self.inverse.insert(encoded.clone(), Compiler::constant(key)).is_some() {
                self.ambiguous.push(encoded);
            }
        }
        match self.count.checked_add(1) {
            Some(count) => self.count = count,
            None => return false,
        }
        true
    }
}

fn encode_constant(constant: &Constant, out: &mut Vec<u8>) {
    let value = match constant {
        Constant::Text(text) => Value::from(text.as_str()),
        Constant::Number(number) => Value::Number(number.clone()),
        Constant::Boolean(value) => Value::Boolean(*value),
        Constant::Null => Value::Null,
    };
    encode_key(&value, out);
}

/// Appends a key so that equal values, and only those, have equal bytes: numbers by value, dates and
/// times by their text. Gives false of what is no key.
pub fn encode_key(value: &Value<'_>, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    // the length in front keeps several parts apart
    out.extend_from_slice(&[0; 5]);
    match value {
        Value::Text(text) => {
            out[start] = b't';
            out.extend_from_slice(text.as_bytes());
        }
        Value::Number(_) | Value::Numeral(_) => {
            out[start] = b'n';
            match value.as_number() {
                Some(number) => out.extend_from_slice(number.to_string().as_bytes()),
                None => return false,
            }
        }
        Value::Boolean(value) => out[start] = if *value { b'y' } else { b'f' },
        Value::Null => out[start] = b'0',
        Value::Date(_) | Value::Time(_) | Value::DateTime(_) | Value::Duration(_) => {
            out[start] = b't';
            match value.to_text() {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None => return false,
            }
        }
        _ => return false,
    }
    // texts are no longer than `MAX_TEXT_BYTES`
    let length = (out.len() - start - 5) as u32;
    out[start + 1..start + 5].copy_from_slice(&length.to_le_bytes());
    true
}
