//! Reading the audit log, also while a `run` writes it.

use super::{AuditRow, Outcome, OutcomeCounts};
use crate::runtime::store::{StoreError, sqlite};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Which rows; all conditions that are given must hold. The default is every row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub outcome: Option<Outcome>,
    /// `meta.id` of the event.
    pub event_id: Option<String>,
    /// The event's number in the store.
    pub event: Option<u64>,
    pub mapping: Option<String>,
    pub target: Option<String>,
    /// The `order by` value.
    pub order: Option<String>,
    /// Rows with a greater number.
    pub after: Option<u64>,
    /// Not before this time, in milliseconds since 1970-01-01T00:00:00Z.
    pub since_ms: Option<i64>,
    /// At most so many rows, the last ones, still in the order of their numbers.
    pub last: Option<u64>,
}

/// The audit log of one store, opened for reading.
#[derive(Debug)]
pub struct AuditLog {
    connection: Connection,
    path: PathBuf,
}

/// What a walk along the whole chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub rows: u64,
    /// The hash of the last row, lower-case hex; zeros of an empty log.
    pub head: String,
    /// The first row whose link does not hold, or the number that is missing.
    pub broken_at: Option<u64>,
}

impl AuditLog {
    /// # Errors
    /// There is no such store, or it is not one that this program reads.
    pub fn open(path: &Path) -> Result<AuditLog, StoreError> {
        Ok(AuditLog { connection: sqlite::open_for_reading(path)?, path: path.to_owned() })
    }

    /// Hands over the rows in the order of their numbers, until `each` breaks.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn for_each(
        &self,
        filter: &AuditFilter,
        each: &mut dyn FnMut(AuditRow) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.walk(filter, each).map_err(|error| self.failed(&error))
    }

    /// All the rows at once; for few.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn rows(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
        let mut rows = Vec::new();
        self.for_each(filter, &mut |row| {
            rows.push(row);
            ControlFlow::Continue(())
        })?;
        Ok(rows)
    }

    /// Counts the rows by outcome.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn counts(&self, filter: &AuditFilter) -> Result<OutcomeCounts, StoreError> {
        let mut counts = OutcomeCounts::default();
        self.for_each(filter, &mut |row| {
            counts.add(row.outcome, 1);
            ControlFlow::Continue(())
        })?;
        Ok(counts)
    }

    /// Walks the chain from its first row.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn verify(&self) -> Result<Verified, StoreError> {
        let mut verified = Verified { rows: 0, head: "0".repeat(64), broken_at: None };
        self.for_each(&AuditFilter::default(), &mut |row| {
            let expected = verified.rows + 1;
            if row.number != expected || !row.follows(&verified.head) {
                verified.broken_at = Some(expected);
                return ControlFlow::Break(());
            }
            verified.rows = row.number;
            verified.head = row.hash;
            ControlFlow::Continue(())
        })?;
        Ok(verified)
    }

    fn walk(
        &self,
        filter: &AuditFilter,
        each: &mut dyn FnMut(AuditRow) -> ControlFlow<()>,
    ) -> Result<(), rusqlite::Error> {
        let (conditions, values) = filter.conditions();
        let mut sql = format!("{} WHERE {conditions}", sqlite::AUDIT_ROWS);
        match filter.last {
            Some(last) => {
                sql = format!("SELECT * FROM ({sql} ORDER BY a.number DESC LIMIT {last}) ORDER BY number");
            }
            None => sql.push_str(" ORDER BY a.number"),
        }
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            if each(sqlite::read_audit_row(row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn failed(&self, error: &rusqlite::Error) -> StoreError {
        sqlite::reading_failed(&self.path, error)
    }
}

impl AuditFilter {
    fn conditions(&self) -> (String, Vec<Value>) {
        let text = |text: &Option<String>| text.clone().map(Value::Text);
        let number = |number: Option<u64>| number.map(|number| Value::Integer(number as i64));
        let given = [
            ("a.outcome =", self.outcome.map(|outcome| Value::Integer(outcome.code()))),
            ("a.event_id =", text(&self.event_id)),
            ("a.event =", number(self.event)),
            ("p.mapping =", text(&self.mapping)),
            ("t.name =", text(&self.target)),
            ("a.ord =", text(&self.order)),
            ("a.number >", number(self.after)),
            ("a.at_ms >=", self.since_ms.map(Value::Integer)),
        ];
        let mut sql = "1".to_owned();
        let mut values = Vec::new();
        for (condition, value) in given {
            if let Some(value) = value {
                values.push(value);
                sql.push_str(&format!(" AND {condition} ?{}", values.len()));
            }
        }
        (sql, values)
    }
}
