//! Ids seen, to recognise what comes again: slices of time, each in a table of its own, dropped whole.
//!
//! Ids are kept at least for the retention, and at most a third of it longer. Retention counts from the
//! newest row, so that a connector that stood still forgets nothing meanwhile.

use super::{Sqlite, failing};
use crate::runtime::store::{SourceId, StoreError};
use rusqlite::{Connection, params};
use std::time::Duration;

/// Slices in one time of retention.
const SLICES: u32 = 3;

/// The slices, oldest first; the last one takes new rows.
#[derive(Debug, Default)]
pub(super) struct Seen {
    slices: Vec<Slice>,
}

#[derive(Debug)]
struct Slice {
    number: i64,
    begun_ms: i64,
    newest_ms: i64,
    find: String,
    insert: String,
}

/// What the ids say of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sighting {
    New,
    Known,
    /// The id is known, with other data only.
    OtherData,
}

impl Slice {
    fn new(number: i64, begun_ms: i64, newest_ms: i64) -> Slice {
        Slice {
            number,
            begun_ms,
            newest_ms,
            find: format!(
                "SELECT digest = ?3 FROM seen_{number} WHERE source = ?1 AND id = ?2 ORDER BY 1 DESC LIMIT 1"
            ),
            insert: format!("INSERT INTO seen_{number} VALUES (?1, ?2, ?3)"),
        }
    }
}

impl Seen {
    pub(super) fn read(connection: &Connection) -> Result<Seen, rusqlite::Error> {
        let mut statement =
            connection.prepare_cached("SELECT number, begun_ms, newest_ms FROM seen_slice ORDER BY number")?;
        let slices = statement.query_map([], |row| Ok(Slice::new(row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Seen { slices: slices.collect::<Result<_, _>>()? })
    }

    /// Looks an event up and, unless it is known, remembers it.
    pub(super) fn sight(
        &self,
        connection: &Connection,
        source: SourceId,
        id: &str,
        digest: &[u8; 32],
    ) -> Result<Sighting, StoreError> {
        let what = failing("look up an id");
        let mut sighting = Sighting::New;
        for slice in self.slices.iter().rev() {
            let mut statement = connection.prepare_cached(&slice.find).map_err(&what)?;
            let mut rows = statement.query(params![source.0, id, digest.as_slice()]).map_err(&what)?;
            match rows.next().and_then(|row| row.map(|row| row.get::<_, bool>(0)).transpose()).map_err(&what)? {
                Some(true) => return Ok(Sighting::Known),
                Some(false) => sighting = Sighting::OtherData,
                None => {}
            }
        }
        if let Some(slice) = self.slices.last() {
            connection
                .prepare_cached(&slice.insert)
                .and_then(|mut statement| statement.execute(params![source.0, id, digest.as_slice()]))
                .map_err(failing("remember an id"))?;
        }
        Ok(sighting)
    }
}

impl Sqlite {
    /// Makes sure that there is a slice for new rows, and drops those that are too old. In the transaction of
    /// the rows.
    pub(super) fn turn_slices(&mut self) -> Result<(), StoreError> {
        let what = failing("keep the slices of ids");
        let now = self.now_ms();
        let retention = duration_ms(self.retention);
        let span = duration_ms(self.retention / SLICES);
        let current = self.seen.slices.last();
        // a wall clock that was set back starts no slice; one that was set forward starts one too early
        if current.is_none_or(|slice| now.saturating_sub(slice.begun_ms) >= span) {
            let number = current.map_or(1, |slice| slice.number + 1);
            self.connection
                .execute_batch(&format!(
                    "CREATE TABLE seen_{number} (source INTEGER NOT NULL, id TEXT NOT NULL, digest BLOB NOT NULL,
                     PRIMARY KEY (source, id, digest)) STRICT, WITHOUT ROWID;
                     INSERT INTO seen_slice VALUES ({number}, {now}, {now});"
                ))
                .map_err(&what)?;
            self.seen.slices.push(Slice::new(number, now, now));
        }
        let Some(current) = self.seen.slices.last_mut() else { return Ok(()) };
        // once a minute is exact enough for what counts in days
        if now.saturating_sub(current.newest_ms) >= 60_000 {
            current.newest_ms = now;
            self.connection
                .prepare_cached("UPDATE seen_slice SET newest_ms = ?2 WHERE number = ?1")
                .and_then(|mut statement| statement.execute([current.number, now]))
                .map_err(&what)?;
        }
        let newest = current.newest_ms;
        while self.seen.slices.len() > 1 && newest.saturating_sub(self.seen.slices[0].newest_ms) > retention {
            let old = self.seen.slices.remove(0);
            self.connection
                .execute_batch(&format!("DROP TABLE seen_{0}; DELETE FROM seen_slice WHERE number = {0};", old.number))
                .map_err(&what)?;
        }
        Ok(())
    }
}

fn duration_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
