//! The status of a store, in one read of it.

use crate::runtime::status::{SourceStatus, Status, TargetStatus};
use rusqlite::Connection;

pub(in crate::runtime) fn read_status(connection: &Connection) -> Result<Status, rusqlite::Error> {
    // one transaction, so that the numbers belong together
    let transaction = connection.unchecked_transaction()?;
    let mut sources = transaction.prepare("SELECT name, position, cursor FROM source ORDER BY name")?;
    let sources = sources.query_map([], |row| {
        Ok(SourceStatus { subscription: row.get(0)?, taken: row.get::<_, i64>(1)? as u64, cursor: row.get(2)? })
    })?;
    let mut targets = transaction.prepare(
        "SELECT t.mapping, t.name, r.name, r.origin, count(w.event), count(nullif(w.tries, 0)), min(e.received)
         FROM target t JOIN record r ON r.id = t.record
         LEFT JOIN work w ON w.target = t.id LEFT JOIN event e ON e.number = w.event
         GROUP BY t.id ORDER BY t.mapping, t.id",
    )?;
    let targets = targets.query_map([], |row| {
        Ok(TargetStatus {
            mapping: row.get(0)?,
            target: row.get::<_, Option<String>>(1)?.filter(|name| !name.is_empty()),
            record: row.get(2)?,
            origin: row.get(3)?,
            pending: row.get::<_, i64>(4)? as u64,
            tried: row.get::<_, i64>(5)? as u64,
            oldest: row.get(6)?,
        })
    })?;
    let set_aside: i64 = transaction.query_row("SELECT count(*) FROM failed", [], |row| row.get(0))?;
    Ok(Status {
        sources: sources.collect::<Result<_, _>>()?,
        targets: targets.collect::<Result<_, _>>()?,
        set_aside: set_aside as u64,
    })
}
