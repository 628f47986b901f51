//! Going over lists, looking up rows.

use super::evaluate::{Outcome, Stop, World, constant, number};
use super::value::V;
use hms_sync::library::Value;
use hms_sync::model::{Constant, Expr, Table};

impl<'e> World<'e> {
    /// The items that pass the filter, in order. `Err` of the inner: what stands for the list.
    pub fn items(
        &mut self,
        variable: u32,
        list: &'e Expr,
        filter: Option<&'e Expr>,
        sort: Option<&'e Expr>,
    ) -> Outcome<Result<Vec<V<'e>>, V<'e>>> {
        let items = match self.evaluate(list)? {
            V::List(items) => items,
            V::Scalar(Value::Null) => return Ok(Err(V::MISSING)),
            other => return Ok(Err(other)),
        };
        let mut kept = Vec::new();
        for item in items {
            self.variables.insert(variable, item.clone());
            if self.holds(filter)? {
                let key = match sort {
                    Some(sort) => self.answered(sort)?,
                    None => V::MISSING,
                };
                kept.push((key, item));
            }
        }
        if sort.is_some() {
            let last = |key: &V<'e>| key.is_missing() || key.is_null();
            kept.sort_by(|(a, _), (b, _)| match (last(a), last(b)) {
                (false, false) => a.order(b).expect("the keys have an order"),
                (a, b) => a.cmp(&b),
            });
        }
        Ok(Ok(kept.into_iter().map(|(_, item)| item).collect()))
    }

    /// A value that orders: only a limit can make it fail.
    pub fn answered(&mut self, expr: &'e Expr) -> Outcome<V<'e>> {
        let value = self.evaluate(expr)?;
        number(&value)?;
        match value {
            V::Scalar(Value::Failed(reason)) => Err(Stop::Reject(None, reason.into_owned())),
            value => Ok(value),
        }
    }

    pub(super) fn comprehension(
        &mut self,
        variable: u32,
        list: &'e Expr,
        filter: Option<&'e Expr>,
        sort: Option<&'e Expr>,
        yields: &'e Expr,
    ) -> Outcome<V<'e>> {
        // Item by item, as they are written; only an order needs all of them first.
        let items = match sort {
            Some(_) => match self.items(variable, list, filter, sort)? {
                Ok(items) => items,
                Err(other) => return Ok(other),
            },
            None => match self.evaluate(list)? {
                V::List(items) => items,
                V::Scalar(Value::Null) => return Ok(V::MISSING),
                other => return Ok(other),
            },
        };
        let mut made = Vec::new();
        let mut failed = None;
        for item in items {
            self.variables.insert(variable, item);
            if sort.is_none() && !self.holds(filter)? {
                continue;
            }
            let value = self.evaluate(yields)?;
            if value.is_failed() {
                failed.get_or_insert(value);
            } else if !value.is_missing() {
                made.push(value);
            }
        }
        Ok(failed.unwrap_or(V::List(made)))
    }

    fn table(&self, name: &str) -> &'e Table {
        let found = self.mapping.tables.iter().find(|table| table.name == name);
        found.unwrap_or_else(|| panic!("no table is called {name}"))
    }

    pub(super) fn look_up(&mut self, table: &str, keys: &'e [Expr], column: usize) -> Outcome<V<'e>> {
        let table = self.table(table);
        let values = match self.all(keys)? {
            Ok(values) => values,
            Err(failed) => return Ok(failed),
        };
        for value in &values {
            number(value)?;
        }
        if values.iter().any(V::is_missing) {
            return Ok(V::MISSING);
        }
        let fits = |keys: &[Constant]| keys.iter().zip(&values).all(|(key, value)| constant(key).equals(value));
        if let Some(row) = table.rows.iter().find(|row| fits(&row.keys)) {
            return self.evaluate(&row.values[column]);
        }
        let Some(default) = &table.default else { return Ok(V::failed("no row")) };
        let it: Vec<String> = values.iter().filter_map(V::plain).collect();
        let outer = self.variables.insert(0, V::Scalar(Value::from(it.join(", "))));
        let value = self.evaluate(&default.values[column]);
        match outer {
            Some(outer) => self.variables.insert(0, outer),
            None => self.variables.remove(&0),
        };
        value
    }

    pub(super) fn inverse(&mut self, table: &str, value: &'e Expr) -> Outcome<V<'e>> {
        let table = self.table(table);
        let value = self.evaluate(value)?;
        if value.is_failed() || value.is_missing() {
            return Ok(value);
        }
        let gives = |value_of: &Expr| matches!(value_of, Expr::Constant(found) if constant(found).equals(&value));
        let rows: Vec<_> = table.rows.iter().filter(|row| gives(&row.values[0])).collect();
        Ok(match rows.as_slice() {
            [row] => constant(&row.keys[0]),
            _ => V::failed("not one row gives it"),
        })
    }
}
