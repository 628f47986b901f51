//! Opening the embedded store: whose file it is, of which version, and that no other `run` has it.

use super::names::Names;
use super::schema::{APPLICATION_ID, CREATE, CROSSWALKS, VERSION};
use super::{AUDIT_ROWS, Chain, RunningClock, Sqlite, read_audit_row, seen};
use crate::runtime::audit::AuditRow;
use crate::runtime::store::StoreError;
use crate::runtime::store::lock::StoreLock;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// 30 days.
const RETENTION: Duration = Duration::from_secs(30 * 86_400);

/// Of SQLite's page cache: 16 MiB.
const CACHE_KIB: i64 = 16 * 1024;

/// Rows of the audit log whose links are checked at each start.
const LINKS: u32 = 1000;

/// Prepared statements kept; more than there are.
const STATEMENTS: usize = 64;

pub(super) fn open(path: &Path) -> Result<Sqlite, StoreError> {
    let path = canonical(path)?;
    let lock = StoreLock::take(&path)?;
    match prepare(&path) {
        Ok(connection) => finish(connection, path, lock),
        Err(error) => {
            if matches!(error, StoreError::NotAStore { .. }) {
                lock.discard();
            }
            Err(error)
        }
    }
}

/// One path for one file, so that its lock is one, too.
fn canonical(path: &Path) -> Result<PathBuf, StoreError> {
    let failed = |reason: String| StoreError::Open { path: path.to_owned(), reason };
    if path.is_dir() {
        return Err(failed("it is a folder; name a file".to_owned()));
    }
    if path.exists() {
        return path.canonicalize().map_err(|error| failed(error.to_string()));
    }
    let name = path.file_name().ok_or_else(|| failed("this names no file".to_owned()))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(StoreError::NoFolder { path: path.to_owned(), folder: folder.to_owned() });
    }
    folder.canonicalize().map(|folder| folder.join(name)).map_err(|error| failed(error.to_string()))
}

/// A connection to a file that is ours and of our version.
fn prepare(path: &Path) -> Result<Connection, StoreError> {
    let failed = opening(path);
    create_private(path).map_err(|error| StoreError::Open { path: path.to_owned(), reason: error.to_string() })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(&failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(Duration::from_secs(10)).map_err(&failed)?;
    if is_empty(&connection).map_err(&failed)? {
        let mode = make(&mut connection).map_err(&failed)?;
        if mode != "wal" {
            let reason = format!("its file system does not allow WAL mode (it stays in {mode} mode); use a local disk");
            return Err(StoreError::Open { path: path.to_owned(), reason });
        }
        sync_folder(path)?;
    } else {
        let found = check_ours(&connection, path)?;
        if found < VERSION {
            renew(&mut connection).map_err(&failed)?;
        }
    }
    // in WAL mode a commit does not wait for the disk then, a checkpoint does
    connection.pragma_update(None, "synchronous", "NORMAL").map_err(&failed)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(&failed)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB).map_err(&failed)?;
    connection.pragma_update(None, "temp_store", "MEMORY").map_err(&failed)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20).map_err(&failed)?;
    Ok(connection)
}

/// The store holds what patients' events say: only its owner may read it.
fn create_private(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}

fn is_empty(connection: &Connection) -> Result<bool, rusqlite::Error> {
    let ours: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(ours == 0 && tables == 0)
}

/// Makes the tables and answers with the journal mode that SQLite chose.
fn make(connection: &mut Connection) -> Result<String, rusqlite::Error> {
    connection.pragma_update(None, "page_size", 4096)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(CREATE)?;
    transaction.execute_batch(CROSSWALKS)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(mode)
}

/// The new file's entry survives a power cut only when its folder is synced.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| StoreError::Open { path: path.to_owned(), reason: error.to_string() })?;
    }
    Ok(())
}

/// Brings a store of version 1 to this one.
fn renew(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(CROSSWALKS)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// The version of a store of ours.
fn check_ours(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let failed = opening(path);
    let ours: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(&failed)?;
    if ours != APPLICATION_ID {
        return Err(StoreError::NotAStore { path: path.to_owned() });
    }
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(&failed)?;
    if found > VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION });
    }
    Ok(found)
}

fn finish(connection: Connection, path: PathBuf, lock: StoreLock) -> Result<Sqlite, StoreError> {
    let failed = opening(&path);
    let (epoch, at_open, next_event) = connection
        .query_row("UPDATE instance SET epoch = epoch + 1 RETURNING epoch, clock_ms, next_event", [], |row| {
            Ok((row.get::<_, i64>(0)? as u64, row.get(1)?, row.get::<_, i64>(2)? as u64))
        })
        .map_err(&failed)?;
    let chain = Chain::read(&connection).map_err(&failed)?;
    check_last_links(&connection, &path)?;
    let seen = seen::Seen::read(&connection).map_err(&failed)?;
    let looked = connection.query_row("SELECT EXISTS (SELECT 1 FROM looked)", [], |row| row.get(0)).map_err(&failed)?;
    Ok(Sqlite {
        connection,
        path,
        _lock: lock,
        epoch,
        clock: RunningClock { at_open, opened: Instant::now() },
        next_event,
        chain,
        names: Names::default(),
        seen,
        looked,
        last_data: None,
        retention: RETENTION,
        commits: 0,
        wal_alarmed: false,
    })
}

/// The end of the chain, so that the start is quick and what broke last is seen.
fn check_last_links(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let failed = opening(path);
    let sql = format!("SELECT * FROM ({AUDIT_ROWS} ORDER BY a.number DESC LIMIT {LINKS}) ORDER BY number");
    let mut statement = connection.prepare(&sql).map_err(&failed)?;
    let mut rows = statement.query([]).map_err(&failed)?;
    let mut previous: Option<AuditRow> = None;
    while let Some(row) = rows.next().map_err(&failed)? {
        let row = read_audit_row(row).map_err(&failed)?;
        if let Some(previous) = previous
            && (row.number != previous.number + 1 || !row.follows(&previous.hash))
        {
            let reason = format!("row {} of the audit log does not follow from the one before it", row.number);
            return Err(StoreError::Damaged { path: path.to_owned(), reason });
        }
        previous = Some(row);
    }
    Ok(())
}

/// A connection that only reads, whether a `run` writes or not.
pub(in crate::runtime) fn open_for_reading(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing { path: path.to_owned() });
    }
    if path.is_dir() {
        return Err(StoreError::Open { path: path.to_owned(), reason: "it is a folder; name a file".to_owned() });
    }
    let failed = opening(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(&failed)?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(&failed)?;
    check_ours(&connection, path)?;
    Ok(connection)
}

/// For `map_err` while reading.
pub(in crate::runtime) fn reading_failed(path: &Path, error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { path: path.to_owned(), reason: error.to_string() },
        _ => StoreError::Failed { what: "be read", reason: error.to_string() },
    }
}

/// For `map_err` while opening.
fn opening(path: &Path) -> impl Fn(rusqlite::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotAStore { path: path.clone() },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { path: path.clone(), reason: error.to_string() },
        _ => StoreError::Open { path: path.clone(), reason: error.to_string() },
    }
}
