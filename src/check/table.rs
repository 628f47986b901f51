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
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
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
    /// The keys of all rows, by [`key_text`].
    pub known: HashSet<String>,
}

/// The name of the only column where the table names none.
const ONLY_COLUMN: &str = "value";

impl<'a> Checker<'a> {
    /// The table that look-ups of the model name so, of those checked so far.
    pub(super) fn table_of_model(&self, name: &str) -> Option<&TableInfo> {
        self.tables.values().flatten().map(Rc::as_ref).find(|table| table.model.name == name)
    }

    /// The table, checked once; `None` where its mistakes are reported.
    pub(super) fn table(&mut self, declaration: &'a tree::Table) -> Option<Rc<TableInfo>> {
        let id = (declaration.name.span.file, declaration.name.text.as_str());
        if let Some(known) = self.tables.get(&id) {
            return known.clone();
        }
        // A table whose rows look themselves up finds nothing.
        self.tables.insert(id, None);
        let table = self.check_table(declaration).map(Rc::new);
        self.tables.insert(id, table.clone());
        table
    }

    fn check_table(&mut self, node: &'a tree::Table) -> Option<TableInfo> {
        if let Some(from) = &node.from {
            return self.table_from_file(node, from);
        }
        let width = node.rows.iter().find_map(|row| key_count(&row.pattern)).unwrap_or(node.keys.len().max(1));
        let columns = node.rows.iter().map(|row| row.values.len()).max().unwrap_or(1).max(node.columns.len()).max(1);
        let mut table = Table {
            name: self.unique_name(&node.name),
            keys: (0..width)
                .map(|at| KeyColumn { name: named(&node.keys, at, "key"), ty: Type::new(Base::Never) })
                .collect(),
            columns: (0..columns).map(|at| named(&node.columns, at, ONLY_COLUMN)).collect(),
            rows: Vec::with_capacity(node.rows.len()),
            file: None,
            default: None,
        };
        let mut types: Vec<Type> = vec![Type::new(Base::Never); columns];
        let mut seen: HashMap<String, Span> = HashMap::new();
        let mut values: HashMap<String, Span> = HashMap::new();
        let mut repeated_value = None;
        let mut sound = true;
        for row in &node.rows {
            if let Pattern::Any(_) = &row.pattern {
                match self.default_row(node, row, &mut types, table.default.is_some()) {
                    Some(default) => table.default = Some(default),
                    None => sound = false,
                }
                continue;
            }
            let given = self.row_values(node, row, &mut types, false);
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
                let shown = key_text(&constants);
                if let Some(first) = seen.insert(shown, span) {
                    self.report(
                        Diagnostic::new(Code::E0404, "this key has a row already", span, "never reached")
                            .also(first, "the row that is found")
                            .help("remove one of the two rows"),
                    );
                    sound = false;
                    continue;
                }
                // What a table of another file is asked for there, nobody here knows.
                if span.file == 0 {
                    self.row_spans.push((table.name.clone(), constants.clone(), span));
                }
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
        sound &= self.as_declared(node, &mut table, &mut types).is_some();
        let columns = table.columns.iter().cloned().zip(types).collect();
        let known = seen.into_keys().collect();
        sound.then_some(TableInfo { model: table, columns, repeated_value, span: node.name.span, known })
    }

    /// The types that the columns declare, held against their cells.
    fn as_declared(&mut self, node: &'a tree::Table, table: &mut Table, types: &mut [Type]) -> Option<()> {
        let keys = node.keys.iter().zip(table.keys.iter_mut().map(|key| &mut key.ty));
        for (column, found) in keys.chain(node.columns.iter().zip(types)) {
            let Some(at) = column.ty.as_ref().map(|ty| ty.span) else { continue };
            let declared = self.column_type(column)?;
            let fits = wider(&declared.base, &found.base).as_ref() == Some(&declared.base);
            // A plain number in a row counts what its column declares.
            if !fits || (found.unit().is_some() && found.unit() != declared.unit()) {
                self.report(
                    Diagnostic::new(
                        Code::E0211,
                        format!(
                            "`{}` is declared {}, its rows have {}",
                            column.name.text,
                            show(&declared),
                            show(found)
                        ),
                        at,
                        "of another type than its rows",
                    )
                    .help(format!(
                        "declare it `{}: {}`, or leave the type out",
                        column.name.text,
                        show(found)
                    )),
                );
                return None;
            }
            *found = Type { null: found.null, ..declared };
        }
        Some(())
    }

    /// The `_` row; `again`: the table has one.
    pub(super) fn default_row(
        &mut self,
        node: &tree::Table,
        row: &tree::Row,
        types: &mut [Type],
        again: bool,
    ) -> Option<Fallback> {
        if again {
            let first = node.rows.iter().find(|row| matches!(row.pattern, Pattern::Any(_)));
            self.report(
                Diagnostic::new(Code::E0404, "a table has one `_` row", row.pattern.span(), "again here")
                    .also(first.map_or(node.name.span, |first| first.pattern.span()), "the first")
                    .help("remove one"),
            );
            return None;
        }
        let values = self.row_values(node, row, types, true)?;
        for value in &values {
            self.no_look_up(&value.expr, "a table's default row", value.span)?;
        }
        Some(Fallback { values: values.into_iter().map(|value| value.expr).collect() })
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

    /// A value a column; one `reject` or `skip` stands for all.
    fn row_values(
        &mut self,
        node: &tree::Table,
        row: &tree::Row,
        types: &mut [Type],
        default: bool,
    ) -> Option<Vec<Typed>> {
        let ends = |value: &tree::Expr| matches!(value.kind, tree::ExprKind::Reject(_) | tree::ExprKind::Skip);
        let one_for_all = matches!(row.values.as_slice(), [value] if ends(value));
        if row.values.len() != types.len() && !one_for_all {
            self.row_shape(
                row.span,
                node,
                format!("this row gives {} values, the table has {} columns", row.values.len(), types.len()),
            );
            return None;
        }
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
        for (node, column) in row.values.iter().cycle().zip(types) {
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

fn named(columns: &[tree::Column], at: usize, otherwise: &str) -> String {
    match columns.get(at) {
        Some(column) => column.name.text.clone(),
        None if at == 0 => otherwise.to_string(),
        None => format!("{otherwise}{}", at + 1),
    }
}

/// The keys of a row as one text, different for different keys.
pub(super) fn key_text(constants: &[Constant]) -> String {
    let mut text = String::new();
    for constant in constants {
        let (tag, part) = match constant {
            Constant::Text(part) => ('t', Cow::Borrowed(part.as_str())),
            Constant::Number(number) => ('n', Cow::Owned(number.to_string())),
            Constant::Boolean(value) => ('b', Cow::Borrowed(if *value { "true" } else { "false" })),
            Constant::Null => ('0', Cow::Borrowed("")),
        };
        // The length keeps the parts apart.
        text.push_str(&format!("{tag}{}:{part}", part.len()));
    }
    text
}

fn constant_text(constant: &Constant) -> String {
    match constant {
        Constant::Text(text) => format!("{text:?}"),
        Constant::Number(number) => number.to_string(),
        Constant::Boolean(value) => value.to_string(),
        Constant::Null => "null".into(),
    }
}
