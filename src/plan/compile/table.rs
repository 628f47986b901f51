//! Tables made ready.

use std::collections::HashMap;

use super::{Binding, Compiled, Compiler};
use crate::library::Value;
use crate::model::{Constant, Expr, Table};
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
        let mut rows = HashMap::with_capacity(table.rows.len());
        let mut values = Vec::with_capacity(table.rows.len() * columns);
        let mut inverse = HashMap::new();
        let mut ambiguous = Vec::new();
        for (index, row) in table.rows.iter().enumerate() {
            if row.keys.len() != table.keys.len() || row.values.len() != columns {
                return self.error(format!("the row {} has other keys or columns than declared", index + 1));
            }
            let Ok(place) = u32::try_from(index) else { return self.error("too many rows") };
            let mut key = Vec::new();
            row.keys.iter().for_each(|part| encode_constant(part, &mut key));
            rows.entry(key.into_boxed_slice()).or_insert(place);
            for value in &row.values {
                self.without_look_up(value)?;
                values.push(self.expression(value)?);
            }
            if let ([key], [Expr::Constant(value)]) = (&row.keys[..], &row.values[..]) {
                let mut encoded = Vec::new();
                encode_constant(value, &mut encoded);
                let encoded = encoded.into_boxed_slice();
                if inverse.insert(encoded.clone(), Self::constant(key)).is_some() {
                    ambiguous.push(encoded);
                }
            }
        }
        ambiguous.iter().for_each(|value| drop(inverse.remove(value)));
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
            rows,
            values,
            columns,
            inverse,
            default,
            locals: self.scope.locals,
            nesting: self.scope.deepest + 1,
        })
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
