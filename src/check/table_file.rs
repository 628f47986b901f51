//! `table Clinic from "clinics.csv" (hmsId, site -> ien, label) { _ -> reject "no clinic {it}" }`: rows from a file.
//!
//! All is text unless the column says its type: `(ruleId: integer -> ien)`. An empty cell of a value column is missing.

use super::Checker;
use super::csv_text::{MAX_RECORDS, Record, Records, Wrong};
use super::nearest::nearest;
use super::show::{and_list, show};
use super::table::{TableInfo, key_text};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::record::{self as cells, constant};
use crate::model::{Base, FileRows, KeyColumn, Table, Type};
use crate::syntax::tree::{self, Pattern};
use crate::text::Span;
use std::collections::HashMap;

/// How many findings of one file are told one by one.
const MOST_FINDINGS: usize = 10;

/// A column of the table in the file.
struct Column {
    name: String,
    /// Its place in each record.
    at: usize,
    ty: Type,
    /// Whether the author says the type, so that an empty cell needs a `?` in it.
    declared: Option<Span>,
}

/// What is found wrong in a file, told in part where it is much.
#[derive(Default)]
struct Findings {
    told: Vec<Diagnostic>,
    more: usize,
}

impl Findings {
    fn add(&mut self, diagnostic: Diagnostic) {
        if self.told.len() < MOST_FINDINGS { self.told.push(diagnostic) } else { self.more += 1 }
    }
}

impl<'a> Checker<'a> {
    pub(super) fn table_from_file(&mut self, node: &'a tree::Table, from: &tree::Text) -> Option<TableInfo> {
        let file = *self.found.get(&from.span)?;
        let text = self.sources.file(file).text.clone();
        let mut records = Records::new(&text, file, MAX_RECORDS);
        let header = match records.next() {
            Some(Ok(header)) => header,
            Some(Err(wrong)) => {
                self.report(told(wrong, from.span));
                return None;
            }
            None => {
                self.report(
                    Diagnostic::new(Code::E0620, format!("{} is empty", from.value), from.span, "without a header")
                        .help("its first line names the columns: `hmsId,site,ien`"),
                );
                return None;
            }
        };
        if node.columns.is_empty() {
            self.no_columns(node, from, &header);
            return None;
        }
        let keys = self.columns_in(&node.keys, &header, from);
        let values = self.columns_in(&node.columns, &header, from);
        let (keys, mut values) = (keys?, values?);
        let mut rows = Rows::new(node.name.span);
        let mut findings = Findings::default();
        while let Some(next) = records.next() {
            match next {
                Ok(record) if record.cells.len() != header.cells.len() => {
                    findings.add(ragged(&record, &header, from.span));
                }
                Ok(record) => rows.take(&record, &keys, &mut values, &records, &mut findings),
                Err(wrong) => findings.add(told(wrong, from.span)),
            }
        }
        let sound = findings.told.is_empty();
        self.findings(findings, &from.value);
        if sound && rows.records.is_empty() {
            self.report(
                Diagnostic::new(Code::E0405, format!("{} has no rows", from.value), from.span, "only a header")
                    .help("give it a line for each key"),
            );
            return None;
        }
        let mut types: Vec<Type> = values.iter().map(|column| column.ty.clone()).collect();
        let default = self.only_default(node, &mut types)?;
        if !sound {
            return None;
        }
        let columns: Vec<String> = values.iter().map(|column| column.name.clone()).collect();
        let model = Table {
            name: self.unique_name(&node.name),
            keys: keys.into_iter().map(|column| KeyColumn { name: column.name, ty: column.ty }).collect(),
            columns: columns.clone(),
            rows: Vec::new(),
            file: Some(FileRows { types: values.into_iter().map(|column| column.ty).collect(), records: rows.records }),
            default,
        };
        Some(TableInfo {
            model,
            columns: columns.into_iter().zip(types).collect(),
            repeated_value: rows.repeated_value,
            span: node.name.span,
            known: rows.known.into_keys().collect(),
        })
    }

    fn no_columns(&mut self, node: &tree::Table, from: &tree::Text, header: &Record) {
        let names: Vec<&str> = header.cells.iter().take(6).collect();
        let (key, values) = names.split_first().map_or(("key", "value".to_string()), |(key, values)| {
            (*key, if values.is_empty() { "value".to_string() } else { values.join(", ") })
        });
        self.report(
            Diagnostic::new(
                Code::E0621,
                format!("`{}` does not say which columns of {} it takes", node.name.text, from.value),
                from.span,
                "which columns?",
            )
            .help(format!("name those to look up by, and those to give: `({key} -> {values})`")),
        );
    }

    /// The named columns in the header; what is not there is reported.
    fn columns_in(&mut self, wanted: &[tree::Column], header: &Record, from: &tree::Text) -> Option<Vec<Column>> {
        let mut columns = Vec::with_capacity(wanted.len());
        let mut sound = true;
        for column in wanted {
            let ty = self.column_type(column);
            let at = self.column_in(column, header, from);
            match (ty, at) {
                (Some(ty), Some(at)) => columns.push(Column {
                    name: column.name.text.clone(),
                    at,
                    ty,
                    declared: column.ty.as_ref().map(|ty| ty.span),
                }),
                _ => sound = false,
            }
        }
        sound.then_some(columns)
    }

    fn column_in(&mut self, column: &tree::Column, header: &Record, from: &tree::Text) -> Option<usize> {
        let name = column.name.text.as_str();
        let mut found = header.cells.iter().enumerate().filter(|(_, cell)| *cell == name).map(|(at, _)| at);
        match (found.next(), found.next()) {
            (Some(at), None) => return Some(at),
            (Some(_), Some(_)) => {
                self.report(
                    Diagnostic::new(
                        Code::E0621,
                        format!("{} has two columns `{name}`", from.value),
                        column.name.span,
                        "which of the two?",
                    )
                    .also(header.span, "its header")
                    .help("give the columns of the file names of their own"),
                );
                return None;
            }
            (None, _) => {}
        }
        let names: Vec<String> = header.cells.iter().map(|cell| format!("`{cell}`")).collect();
        let mut diagnostic = Diagnostic::new(
            Code::E0621,
            format!("{} has no column `{name}`", from.value),
            column.name.span,
            "not in the header",
        )
        .also(header.span, "its header");
        diagnostic = match nearest(name, header.cells.iter()) {
            _ if header.cells.len() == 1 && header.cells[0].contains([';', '\t']) => {
                diagnostic.help("its cells are not separated by commas; save it as comma-separated")
            }
            Some(near) => diagnostic.help(format!("write `{}`", super::expr::quoted(near))),
            None => diagnostic.help(format!("its columns are {}", and_list(&names, 8))),
        };
        self.report(diagnostic);
        None
    }

    /// What a column holds: text, unless it says so.
    pub(super) fn column_type(&mut self, column: &tree::Column) -> Option<Type> {
        let Some(node) = &column.ty else { return Some(Type::new(Base::Text)) };
        let ty = self.ty(node)?;
        let fits =
            matches!(ty.base, Base::Text | Base::Code { .. } | Base::Integer(_) | Base::Decimal(_) | Base::Boolean);
        if fits && !ty.null && ty.form.is_none() {
            return Some(ty);
        }
        self.report(
            Diagnostic::new(
                Code::E0622,
                format!("the cells of a table are text, codes, numbers or booleans, not {}", show(&ty)),
                node.span,
                show(&ty),
            )
            .help("leave the type out, and read the text where it is used: `date(x | Table, \"MM/dd/yyyy\") !! …`"),
        );
        None
    }

    /// Beside the file's rows stands only `_`.
    #[allow(clippy::option_option)]
    fn only_default(&mut self, node: &tree::Table, types: &mut [Type]) -> Option<Option<crate::model::Fallback>> {
        let mut default = None;
        let mut sound = true;
        for row in &node.rows {
            if !matches!(row.pattern, Pattern::Any(_)) {
                self.report(
                    Diagnostic::new(
                        Code::E0623,
                        format!("the rows of `{}` come from its file", node.name.text),
                        row.span,
                        "not in the file",
                    )
                    .help("add the row to the file; only `_ -> …` stands here"),
                );
                sound = false;
                continue;
            }
            match self.default_row(node, row, types, default.is_some()) {
                Some(found) => default = Some(found),
                None => sound = false,
            }
        }
        sound.then_some(default)
    }

    fn findings(&mut self, findings: Findings, file: &str) {
        let Findings { mut told, more } = findings;
        if let (Some(last), true) = (told.last_mut(), more > 0) {
            let help = last.help.take().unwrap_or_default();
            last.help = Some(format!("{help}; {more} more findings of {file} are not shown"));
        }
        self.out.extend(told);
    }
}

/// The rows that are read so far.
struct Rows {
    table: Span,
    /// Keys first, then values; by [`cells::write`].
    records: Vec<String>,
    known: HashMap<String, Span>,
    values: HashMap<String, Span>,
    repeated_value: Option<(String, Span, Span)>,
}

impl Rows {
    fn new(table: Span) -> Rows {
        Rows { table, records: Vec::new(), known: HashMap::new(), values: HashMap::new(), repeated_value: None }
    }

    fn take(
        &mut self,
        record: &Record,
        keys: &[Column],
        values: &mut [Column],
        records: &Records<'_>,
        findings: &mut Findings,
    ) {
        let mut constants = Vec::with_capacity(keys.len());
        for column in keys {
            let cell = &record.cells[column.at];
            if cell.is_empty() {
                return findings.add(self.empty(column, record, records, "fill the cell, or remove the line"));
            }
            match constant(cell, &column.ty.base) {
                Some(constant) => constants.push(constant),
                None => return findings.add(self.misfit(column, record, records)),
            }
        }
        for column in values.iter_mut() {
            let cell = &record.cells[column.at];
            if cell.is_empty() {
                if column.declared.is_some() && !column.ty.missing {
                    let help = format!("fill the cell, or declare the column `{}: {}?`", column.name, show(&column.ty));
                    return findings.add(self.empty(column, record, records, help));
                }
                column.ty.missing = true;
            } else if constant(cell, &column.ty.base).is_none() {
                return findings.add(self.misfit(column, record, records));
            }
        }
        if let Some(first) = self.known.insert(key_text(&constants), record.span) {
            findings.add(
                Diagnostic::new(Code::E0404, "this key has a row already", record.span, "never reached")
                    .also(first, "the row that is found")
                    .also(self.table, "the table")
                    .help("remove one of the two rows"),
            );
        }
        if let ([_], [value]) = (keys, &*values) {
            let cell = &record.cells[value.at];
            if let Some(first) = self.values.insert(cell.to_string(), record.span) {
                self.repeated_value.get_or_insert((format!("{cell:?}"), first, record.span));
            }
        }
        let row = keys.iter().chain(values.iter()).map(|column| &record.cells[column.at]);
        self.records.push(cells::write(row));
    }

    fn misfit(&self, column: &Column, record: &Record, records: &Records<'_>) -> Diagnostic {
        let cell = &record.cells[column.at];
        let plain = Type { missing: false, ..column.ty.clone() };
        let declared = column.declared.unwrap_or(self.table);
        let near = match &column.ty.base {
            Base::Code { values, .. } => {
                nearest(cell, values.iter().map(String::as_str)).map(|near| format!("write {near:?}"))
            }
            Base::Boolean => Some("write `true` or `false`".to_string()),
            _ => None,
        };
        Diagnostic::new(
            Code::E0622,
            format!("`{}` is {}, but this cell is not", column.name, show(&plain)),
            records.cell(record, column.at),
            format!("not {}", show(&plain)),
        )
        .also(declared, "declared here")
        .help(near.unwrap_or_else(|| format!("correct the cell, or declare the column `{}: string`", column.name)))
    }

    fn empty(&self, column: &Column, record: &Record, records: &Records<'_>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::new(
            Code::E0622,
            format!("this record has nothing for `{}`", column.name),
            records.cell(record, column.at),
            "an empty cell",
        )
        .also(column.declared.unwrap_or(self.table), "declared here")
        .help(help)
    }
}

fn told(wrong: Wrong, from: Span) -> Diagnostic {
    Diagnostic::new(Code::E0620, wrong.what, wrong.span, "not as RFC 4180 has it")
        .also(from, "read here")
        .help(wrong.help)
}

fn ragged(record: &Record, header: &Record, from: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0620,
        format!("this record has {} cells, the header has {}", record.cells.len(), header.cells.len()),
        record.span,
        "of another length",
    )
    .also(header.span, "the header")
    .also(from, "read here")
    .help("a cell with a comma in it stands in quotes; one that is empty keeps its comma")
}
