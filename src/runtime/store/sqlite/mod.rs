//! The embedded store: one SQLite file in WAL mode, which an operator can look into with `sqlite3`.
//!
//! A commit writes to the WAL without waiting for the disk: it survives a kill. [`Syncer`] calls `fdatasync`
//! on the WAL from another thread: what was committed then survives a power cut. Only this value writes
//! and checkpoints; others read.

mod append;
mod audit;
mod crosswalk;
mod names;
mod open;
mod schema;
mod seen;
mod settle;
mod status;
mod turns;

pub(in crate::runtime) use audit::{AUDIT_ROWS, read_audit_row};
pub(in crate::runtime) use open::{open_for_reading, reading_failed};
pub(in crate::runtime) use status::read_status;

use super::lock::StoreLock;
use super::{
    Allowance, Appended, Asked, NewEvent, PlanId, Settled, Settlement, SourceId, SourceState, Store, StoreError,
    Syncer, TargetId, TargetState, Turns, WorkId,
};
use names::Names;
use rusqlite::{Connection, params};
use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Pages of 4 KiB in the WAL from which on they are moved into the file: 16 MiB.
const CHECKPOINT_PAGES: i64 = 4096;

/// A WAL over this many pages (256 MiB) means that someone's open read keeps it from being reused.
const ALARM_PAGES: i64 = 65_536;

/// Commits between two looks at the WAL's length.
const COMMITS_A_LOOK: u32 = 32;

/// See the module.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
    /// Held until the store is dropped.
    _lock: StoreLock,
    epoch: u64,
    clock: RunningClock,
    next_event: u64,
    chain: Chain,
    names: Names,
    seen: seen::Seen,
    /// Whether some event may have look-ups.
    looked: bool,
    /// Of the event whose items were given out last.
    last_data: Option<(u64, Arc<[u8]>)>,
    retention: Duration,
    commits: u32,
    wal_alarmed: bool,
}

/// The end of the audit log's chain.
#[derive(Clone, Copy, Debug)]
struct Chain {
    number: u64,
    hash: [u8; 32],
}

/// Milliseconds for which the store was open, over all its openings. No wall clock moves it.
#[derive(Debug)]
struct RunningClock {
    at_open: i64,
    opened: Instant,
}

impl RunningClock {
    fn now(&self) -> i64 {
        self.at_open.saturating_add(i64::try_from(self.opened.elapsed().as_millis()).unwrap_or(i64::MAX))
    }

    /// The time in so long, for a due time: at most a year off, so that nothing overflows.
    fn after(&self, delay: Duration) -> i64 {
        const YEAR: Duration = Duration::from_secs(366 * 86_400);
        let delay = delay.min(YEAR);
        // rounded up, so that nothing is due before its time
        self.now().saturating_add(delay.as_micros().div_ceil(1000) as i64)
    }
}

impl Sqlite {
    /// Opens the store, or makes it.
    ///
    /// # Errors
    /// One sentence that says what to do: not a store, from a newer version, in use, no folder …
    pub fn open(path: &Path) -> Result<Sqlite, StoreError> {
        open::open(path)
    }

    /// How long ids are kept to recognise what comes again; 30 days unless set.
    #[must_use]
    pub fn keep_ids_for(mut self, retention: Duration) -> Sqlite {
        self.retention = retention;
        self
    }

    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    /// What memory knows of the tables that a rollback may have changed.
    fn reload(&mut self) -> Result<(), StoreError> {
        let what = failing("read its own state");
        self.next_event = self
            .connection
            .query_row("SELECT next_event FROM instance", [], |row| row.get::<_, i64>(0))
            .map_err(&what)? as u64;
        self.chain = Chain::read(&self.connection).map_err(&what)?;
        self.seen = seen::Seen::read(&self.connection).map_err(&what)?;
        // its number may be given again
        self.last_data = None;
        Ok(())
    }

    fn execute(&self, what: &'static str, sql: &str, values: impl rusqlite::Params) -> Result<usize, StoreError> {
        self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(values)).map_err(failing(what))
    }
}

impl Chain {
    fn read(connection: &Connection) -> Result<Chain, rusqlite::Error> {
        use rusqlite::OptionalExtension;
        let last = connection
            .query_row("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1", [], |row| {
                Ok((row.get::<_, i64>(0)? as u64, row.get::<_, [u8; 32]>(1)?))
            })
            .optional()?;
        let (number, hash) = last.unwrap_or((0, [0; 32]));
        Ok(Chain { number, hash })
    }
}

/// For `map_err`.
fn failing(what: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| StoreError::of_sqlite(what, &error)
}

impl Store for Sqlite {
    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.execute("begin a transaction", "BEGIN IMMEDIATE", []).map(drop)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.execute(
            "write its clock",
            "UPDATE instance SET clock_ms = ?1, next_event = ?2",
            params![self.clock.now(), self.next_event as i64],
        )?;
        self.execute("commit", "COMMIT", [])?;
        self.commits += 1;
        Ok(())
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        // a full disk may have ended the transaction already
        if !self.connection.is_autocommit() {
            self.execute("roll back", "ROLLBACK", [])?;
        }
        self.reload()
    }

    fn source(&mut self, name: &str) -> Result<SourceState, StoreError> {
        names::source(&self.connection, name)
    }

    fn plan(&mut self, mapping: &str, hash: &str, ir: &str) -> Result<PlanId, StoreError> {
        names::plan(&self.connection, mapping, hash, ir)
    }

    fn plan_text(&mut self, plan: PlanId) -> Result<Option<String>, StoreError> {
        names::plan_text(&self.connection, plan)
    }

    fn target(
        &mut self,
        mapping: &str,
        name: Option<&str>,
        record: &str,
        origin: &str,
    ) -> Result<TargetState, StoreError> {
        names::target(&self.connection, self.clock.now(), mapping, name.unwrap_or_default(), record, origin)
    }

    fn append(
        &mut self,
        source: SourceId,
        epoch: u64,
        expected: u64,
        batch: &[NewEvent],
        cursor: Option<&str>,
    ) -> Result<Appended, StoreError> {
        if epoch != self.epoch {
            return Ok(Appended::Fenced);
        }
        self.append_batch(source, expected, batch, cursor)
    }

    fn turns(
        &mut self,
        epoch: u64,
        target: TargetId,
        held: &HashSet<WorkId>,
        allowance: Allowance,
    ) -> Result<Turns, StoreError> {
        if epoch != self.epoch {
            return Ok(Turns::default());
        }
        self.due_turns(target, held, allowance)
    }

    fn look_up(&mut self, epoch: u64, event: u64, asked: &[Asked]) -> Result<Vec<Option<String>>, StoreError> {
        if epoch != self.epoch {
            return Ok(vec![None; asked.len()]);
        }
        self.look_up_all(event, asked)
    }

    fn settle(&mut self, epoch: u64, settlement: &Settlement) -> Result<Settled, StoreError> {
        if epoch != self.epoch {
            return Ok(Settled { rows: vec![None; settlement.finished.len()], woken: Vec::new() });
        }
        self.settle_all(settlement)
    }

    fn pending(&mut self) -> Result<u64, StoreError> {
        self.connection
            .query_row("SELECT count(*) FROM work", [], |row| row.get::<_, i64>(0))
            .map(|count| count as u64)
            .map_err(failing("count what is pending"))
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        if self.commits < COMMITS_A_LOOK {
            return Ok(());
        }
        self.commits = 0;
        let (pages, moved) = self.checkpoint("PRAGMA wal_checkpoint(NOOP)")?;
        if pages < CHECKPOINT_PAGES {
            self.wal_alarmed = false;
            return Ok(());
        }
        if pages >= ALARM_PAGES && !self.wal_alarmed {
            self.wal_alarmed = true;
            tracing::error!(
                mib = pages / 256,
                moved_mib = moved / 256,
                "the store's WAL grows: another program keeps a read of the store open; end it"
            );
        }
        self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)").map(drop)
    }

    fn syncer(&self) -> Result<Box<dyn Syncer>, StoreError> {
        let mut wal = self.path.as_os_str().to_owned();
        wal.push("-wal");
        let file = File::open(PathBuf::from(wal))
            .map_err(|error| StoreError::Failed { what: "open its WAL for syncing", reason: error.to_string() })?;
        Ok(Box::new(WalSyncer { file }))
    }

    fn close(self: Box<Self>) -> Result<(), StoreError> {
        self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)")?;
        let Sqlite { connection, _lock, .. } = *self;
        // the lock goes after the connection
        connection.close().map_err(|(_, error)| StoreError::of_sqlite("close", &error))
    }
}

impl Sqlite {
    /// Pages in the WAL, and how many of them are in the file already.
    fn checkpoint(&self, pragma: &str) -> Result<(i64, i64), StoreError> {
        self.connection
            .prepare_cached(pragma)
            .and_then(|mut statement| statement.query_row([], |row| Ok((row.get(1)?, row.get(2)?))))
            .map_err(failing("move its WAL into its file"))
    }
}

/// A handle on the WAL of its own. SQLite takes no locks on that file, so that closing it loses none.
struct WalSyncer {
    file: File,
}

impl Syncer for WalSyncer {
    fn sync(&mut self) -> Result<(), StoreError> {
        self.file
            .sync_data()
            .map_err(|error| StoreError::Failed { what: "bring its WAL to the disk", reason: error.to_string() })
    }
}

#[cfg(test)]
mod tests;
