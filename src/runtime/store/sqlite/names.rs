//! Declared names and the numbers that stand for them in the rows.

use super::failing;
use crate::runtime::store::{PlanId, RecordId, SourceId, SourceState, StoreError, TargetId, TargetState};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use std::time::Duration;

/// Names by number, read once.
#[derive(Debug, Default)]
pub(super) struct Names {
    sources: HashMap<SourceId, String>,
    /// The mapping's name and its hash.
    plans: HashMap<PlanId, (String, String)>,
    targets: HashMap<TargetId, String>,
    records: HashMap<RecordId, String>,
}

impl Names {
    pub(super) fn source(&mut self, connection: &Connection, id: SourceId) -> Result<String, StoreError> {
        looked_up(&mut self.sources, id, || {
            connection.query_row("SELECT name FROM source WHERE id = ?1", [id.0], |row| row.get(0))
        })
    }

    pub(super) fn plan(&mut self, connection: &Connection, id: PlanId) -> Result<(String, String), StoreError> {
        looked_up(&mut self.plans, id, || {
            connection
                .query_row("SELECT mapping, hash FROM plan WHERE id = ?1", [id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        })
    }

    /// Empty for the nameless target of a mapping.
    pub(super) fn target(&mut self, connection: &Connection, id: TargetId) -> Result<String, StoreError> {
        looked_up(&mut self.targets, id, || {
            connection.query_row("SELECT name FROM target WHERE id = ?1", [id.0], |row| row.get(0))
        })
    }

    pub(super) fn record(&mut self, connection: &Connection, id: RecordId) -> Result<String, StoreError> {
        looked_up(&mut self.records, id, || {
            connection.query_row("SELECT name FROM record WHERE id = ?1", [id.0], |row| row.get(0))
        })
    }
}

fn looked_up<K: std::hash::Hash + Eq, V: Clone>(
    known: &mut HashMap<K, V>,
    id: K,
    read: impl FnOnce() -> Result<V, rusqlite::Error>,
) -> Result<V, StoreError> {
    if let Some(value) = known.get(&id) {
        return Ok(value.clone());
    }
    let value = read().map_err(failing("look up a name"))?;
    known.insert(id, value.clone());
    Ok(value)
}

pub(super) fn source(connection: &Connection, name: &str) -> Result<SourceState, StoreError> {
    let what = failing("register a source");
    connection
        .execute("INSERT INTO source (name, position) VALUES (?1, 0) ON CONFLICT DO NOTHING", [name])
        .map_err(&what)?;
    connection
        .query_row("SELECT id, position, cursor FROM source WHERE name = ?1", [name], |row| {
            Ok(SourceState { id: SourceId(row.get(0)?), position: row.get::<_, i64>(1)? as u64, cursor: row.get(2)? })
        })
        .map_err(&what)
}

pub(super) fn plan(connection: &Connection, mapping: &str, hash: &str, ir: &str) -> Result<PlanId, StoreError> {
    let what = failing("register a mapping");
    connection
        .execute(
            "INSERT INTO plan (mapping, hash, ir) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![mapping, hash, ir],
        )
        .map_err(&what)?;
    connection
        .query_row("SELECT id FROM plan WHERE mapping = ?1 AND hash = ?2", [mapping, hash], |row| row.get(0))
        .map(PlanId)
        .map_err(&what)
}

pub(super) fn plan_text(connection: &Connection, plan: PlanId) -> Result<Option<String>, StoreError> {
    connection
        .query_row("SELECT ir FROM plan WHERE id = ?1", [plan.0], |row| row.get(0))
        .optional()
        .map_err(failing("read a mapping that was in force"))
}

pub(super) fn target(
    connection: &Connection,
    now: i64,
    mapping: &str,
    name: &str,
    record: &str,
    origin: &str,
) -> Result<TargetState, StoreError> {
    let what = failing("register a target");
    connection
        .execute("INSERT INTO record (name, origin) VALUES (?1, ?2) ON CONFLICT DO NOTHING", [record, origin])
        .map_err(&what)?;
    let record: i64 = connection
        .query_row("SELECT id FROM record WHERE name = ?1 AND origin = ?2", [record, origin], |row| row.get(0))
        .map_err(&what)?;
    connection
        .execute(
            "INSERT INTO target (mapping, name, record) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![mapping, name, record],
        )
        .map_err(&what)?;
    // a changed record starts when the old lanes are empty, else new events would overtake the old ones there
    connection
        .execute(
            "UPDATE target SET record = ?3 WHERE mapping = ?1 AND name = ?2 AND record <> ?3
             AND NOT EXISTS (SELECT 1 FROM work WHERE work.target = target.id)",
            params![mapping, name, record],
        )
        .map_err(&what)?;
    connection
        .query_row(
            "SELECT id, record, hold_until, (SELECT count(*) FROM work WHERE work.target = target.id)
             FROM target WHERE mapping = ?1 AND name = ?2",
            [mapping, name],
            |row| {
                let hold_until: i64 = row.get(2)?;
                Ok(TargetState {
                    id: TargetId(row.get(0)?),
                    record: RecordId(row.get(1)?),
                    hold: Duration::from_millis(u64::try_from(hold_until - now).unwrap_or(0)),
                    pending: row.get::<_, i64>(3)? as u64,
                })
            },
        )
        .map_err(&what)
}
