//! Tables: rows of constants, distinct keys, one type a column.

use super::Checker;
use super::expr::wider;
use super::scope::{Binding, Frame, Scope};
use super::show::{show, show_base};
use super::typed::{Pending, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Constant, Fallback, KeyColumn, Row, Table, Type};
use crate::syntax::tree::{self, Pattern};
use crate::text::Span;
use std::collections::HashMap;
use std::rc::Rc;

/// A checked table and what its uses need to know.
#[derive(Debug)]
pub struct TableInfo {
    pub model: Table,
    /// Names and types of the value columns.
    pub columns: Vec<(String, Type)>,
    /// A value that two rows give, for `inverse`.
    pub repeated_value: Option<(String, Span, Span)>,
    pub span: Span,
}

/// The name of the only column where the table names none.
const ONLY_COLUMN: &str = "value";

impl Checker<'_> {
    /// The table of that name, checked once; `None` where its mistakes are reported.
    pub(super) fn table(&mut self, name: &str) -> Option<Rc<TableInfo>> {
        if let Some(known) = self.tables.get(name) {
            return known.clone();
        }
        let declaration = *self.table_trees.get(name)?;
        // A table whose rows look themselves up finds nothing.
        self.tables.insert(name.to_string(), None);
        let table = self.check_table(declaration).map(Rc::new);
        self.tables.insert(name.to_string(), table.clone());
        table
    }

    fn check_table(&mut self, node: &tree::Table) -> Option<TableInfo> {
        if let Some(from) = &node.from {
            return self.not_yet(from.span, "tables from a CSV file");
        }
        let width = node.rows.iter().find_map(|row| key_count(&row.pattern)).unwrap_or(node.keys.len().max(1));
        let columns = node.rows.iter().map(|row| row.values.len()).max().unwrap_or(1).max(node.columns.len()).max(1);
        let mut table = Table {
            name: node.name.text.clone(),
            keys: (0..width)
                .map(|at| KeyColumn { name: named(&node.keys, at, "key"), ty: Type::new(Base::Never) })
                .collect(),
            columns: (0..columns).map(|at| named(&node.columns, at, ONLY_COLUMN)).collect(),
            rows: Vec::with_capacity(node.rows.len()),
            default: None,
        };
        let mut types: Vec<Type> = vec![Type::new(Base::Never); columns];
        let mut seen: HashMap<String, Span> = HashMap::new();
        let mut values: HashMap<String, Span> = HashMap::new();
        let mut repeated_value = None;
        let mut sound = true;
        let mut default: Option<Span> = None;
        for row in &node.rows {
            if row.values.len() != columns {
                self.row_shape(
                    row.span,
                    node,
                    format!("this row gives {} values, the table has {columns} columns", row.values.len()),
                );
                sound = false;
                continue;
            }
            if let Pattern::Any(span) = &row.pattern {
                if let Some(first) = default.replace(*span) {
                    self.report(
                        Diagnostic::new(Code::E0404, "a table has one `_` row", *span, "again here")
                            .also(first, "the first")
                            .help("remove one"),
                    );
                    sound = false;
                    continue;
                }
                let values = self.row_values(row, &mut types, true).filter(|values| {
                    values
                        .iter()
                        .all(|value| self.no_look_up(&value.expr, "a table's default row", value.span).is_some())
                });
                match values {
                    Some(values) => {
                        table.default = Some(Fallback { values: values.into_iter().map(|value| value.expr).collect() })
                    }
                    None => sound = false,
                }
                continue;
            }
            let given = self.row_values(row, &mut types, false);
            let Some(keys) = self.row_keys(&row.pattern, &mut table, node) else {
                sound = false;
                continue;
            };
            let Some(given) = given else {
                sound = false;
                continue;
            };
            if let Some(value) = given.first().and_then(|value| value.as_constant()) {
                let shown = constant_text(value);
                if let Some(first) = values.insert(shown.clone(), row.span) {
                    repeated_value.get_or_insert((shown, first, row.span));
                } else if keys.len() > 1 {
                    repeated_value.get_or_insert((shown, row.span, row.span));
                }
            }
            for (constants, span) in keys {
                let shown = format!("{constants:?}");
                if let Some(first) = seen.insert(shown, span) {
                    self.report(
                        Diagnostic::new(Code::E0404, "this key has a row already", span, "never reached")
                            .also(first, "the row that is found")
                            .help("remove one of the two rows"),
                    );
                    sound = false;
                    continue;
                }
                self.row_spans.push((table.name.clone(), constants.clone(), span));
                table
                    .rows
                    .push(Row { keys: constants, values: given.iter().map(|value| value.expr.clone()).collect() });
            }
        }
        if node.rows.is_empty() {
            self.report(
                Diagnostic::new(Code::E0405, format!("the table `{}` has no rows", table.name), node.span, "empty")
                    .help("give it rows such as `\"active\" -> \"A\"`"),
            );
            return None;
        }
        let columns = table.columns.iter().cloned().zip(types).collect();
        sound.then_some(TableInfo { model: table, columns, repeated_value, span: node.name.span })
    }

    fn row_shape(&mut self, span: Span, node: &tree::Table, what: String) {
        self.report(
            Diagnostic::new(Code::E0405, what, span, "does not fit the table")
                .also(node.name.span, "the table")
                .help("give every row the same number of keys and of values"),
        );
    }

    fn row_keys(
        &mut self,
        pattern: &Pattern,
        table: &mut Table,
        node: &tree::Table,
    ) -> Option<Vec<(Vec<Constant>, Span)>> {
        match pattern {
            Pattern::Missing(_) | Pattern::Any(_) => None,
            Pattern::Several(patterns, _) => {
                let mut all = Vec::new();
                for pattern in patterns {
                    all.extend(self.row_keys(pattern, table, node)?);
                }
                Some(all)
            }
            Pattern::Tuple(patterns, span) => {
                if patterns.len() != table.keys.len() {
                    self.row_shape(
                        *span,
                        node,
                        format!("this row has {} keys, the table {}", patterns.len(), table.keys.len()),
                    );
                    return None;
                }
                let mut constants = Vec::with_capacity(patterns.len());
                for (at, pattern) in patterns.iter().enumerate() {
                    let Pattern::Value(value) = pattern else {
                        self.row_shape(pattern.span(), node, "each key of a row is one constant".into());
                        return None;
                    };
                    constants.push(self.row_key(value, &mut table.keys[at])?);
                }
                Some(vec![(constants, *span)])
            }
            Pattern::Value(value) => {
                if table.keys.len() != 1 {
                    self.row_shape(value.span, node, format!("this row has one key, the table {}", table.keys.len()));
                    return None;
                }
                Some(vec![(vec![self.row_key(value, &mut table.keys[0])?], value.span)])
            }
        }
    }

    fn row_key(&mut self, node: &tree::Expr, column: &mut KeyColumn) -> Option<Constant> {
        let value = self.expr(node, &mut Scope::default())?;
        let Some(constant) = value.as_constant().filter(|constant| **constant != Constant::Null) else {
            self.report(
                Diagnostic::new(Code::E0409, "a row's key is a constant", value.span, "not known beforehand")
                    .help("write a text, a number or a boolean"),
            );
            return None;
        };
        let constant = constant.clone();
        let base = match &value.ty.base {
            Base::Code { .. } => Base::Text,
            Base::Integer(None) => Base::Integer(None),
            other => other.clone(),
        };
        match wider(&column.ty.base, &base).filter(|base| !matches!(base, Base::Either(_))) {
            Some(base) if value.ty.unit().is_none() => {
                column.ty.base = base;
                Some(constant)
            }
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::E0406,
                        format!("this key is {}, those before are {}", show_base(&base), show_base(&column.ty.base)),
                        value.span,
                        show_base(&base),
                    )
                    .help("write all keys of a column alike, and without a unit"),
                );
                None
            }
        }
    }

    fn row_values(&mut self, row: &tree::Row, types: &mut [Type], default: bool) -> Option<Vec<Typed>> {
        let mut scope = Scope::default();
        if default {
            scope.frames.push(Frame::Value(Binding {
                name: "it".into(),
                variable: 0,
                ty: Type::new(Base::Text),
                origin: None,
                named: false,
                pending: Pending::Nothing,
                span: row.span,
            }));
        }
        let mut values = Vec::with_capacity(row.values.len());
        let mut sound = true;
        for (node, column) in row.values.iter().zip(types) {
            let Some(value) = self.value_or_exit(node, &mut scope).and_then(|value| self.finished(value)) else {
                sound = false;
                continue;
            };
            if !default && !value.is_never() && value.as_constant().is_none() {
                self.report(
                    Diagnostic::new(
                        Code::E0409,
                        "a row's value is a constant, or a `reject`",
                        value.span,
                        "not known beforehand",
                    )
                    .help("compute outside of the table: `(x | Table) …`"),
                );
                sound = false;
                continue;
            }
            let Some(base) = wider(&column.base, &value.ty.base)
                .filter(|_| column.base == Base::Never || value.is_never() || column.unit() == value.ty.unit())
            else {
                self.report(
                    Diagnostic::new(
                        Code::E0211,
                        format!("this value is {}, those before are {}", show(&value.ty), show(column)),
                        value.span,
                        show(&value.ty),
                    )
                    .help("give one column values of one type and unit"),
                );
                sound = false;
                continue;
            };
            column.base = base;
            column.null |= value.ty.null;
            values.push(value);
        }
        sound.then_some(values)
    }
}

fn key_count(pattern: &Pattern) -> Option<usize> {
    match pattern {
        Pattern::Tuple(patterns, _) => Some(patterns.len()),
        Pattern::Several(patterns, _) => patterns.iter().find_map(key_count),
        Pattern::Value(_) => Some(1),
        Pattern::Any(_) | Pattern::Missing(_) => None,
    }
}

fn named(names: &[tree::Name], at: usize, otherwise: &str) -> String {
    match names.get(at) {
        Some(name) => name.text.clone(),
        None if at == 0 => otherwise.to_string(),
        None => format!("{otherwise}{}", at + 1),
    }
}

fn constant_text(constant: &Constant) -> String {
    match constant {
        Constant::Text(text) => format!("{text:?}"),
        Constant::Number(number) => number.to_string(),
        Constant::Boolean(value) => value.to_string(),
        Constant::Null => "null".into(),
    }
}
