//! What only an SQLite file does: whose it is, its version, its chain as a reader sees it, its slices of ids.

use super::super::{Appended, Arrival, SettledAtIntake};
use super::schema::{APPLICATION_ID, VERSION};
use super::*;
use crate::plan::Envelope;
use crate::runtime::audit::{AuditFilter, AuditLog, Outcome};
use std::ops::ControlFlow;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn unrouted(id: &str) -> NewEvent {
    NewEvent {
        envelope: Envelope {
            id: id.to_owned(),
            event_type: "rule".to_owned(),
            received: "2024-05-01T10:00:00.000Z".to_owned(),
            time: None,
            source: None,
        },
        id_is_cursor: true,
        digest: [1; 32],
        data: Vec::new(),
        works: Vec::new(),
        settled: vec![SettledAtIntake {
            plan: None,
            target: None,
            item: None,
            outcome: Outcome::Unrouted,
            reason: None,
        }],
    }
}

fn append(store: &mut Sqlite, events: &[NewEvent]) -> Vec<Arrival> {
    let state = store.source("rule").expect("a source");
    store.begin().expect("it begins");
    let appended = store.append(state.id, store.epoch, state.position, events, None).expect("it appends");
    store.commit().expect("it commits");
    match appended {
        Appended::Stored { arrivals, .. } => arrivals,
        other => panic!("{other:?}"),
    }
}

fn sentence(path: &Path) -> String {
    Sqlite::open(path).expect_err("it cannot be opened").to_string()
}

#[test]
fn what_is_not_a_store_is_left_as_it_is() {
    let folder = folder();
    let text = folder.path().join("rules.map");
    std::fs::write(&text, "listen \"rule\"\n".repeat(200)).expect("written");
    assert!(sentence(&text).contains("rules.map is not a store of hms-sync; give --store another file name"));
    assert_eq!(std::fs::read_to_string(&text).expect("read"), "listen \"rule\"\n".repeat(200));
    assert!(!folder.path().join("rules.map.lock").exists());

    let other = folder.path().join("other.db");
    Connection::open(&other).and_then(|db| db.execute_batch("CREATE TABLE t (x)")).expect("a database");
    assert!(sentence(&other).contains("is not a store of hms-sync"));
    assert!(AuditLog::open(&other).expect_err("not ours").to_string().contains("is not a store of hms-sync"));
}

#[test]
fn a_store_of_a_newer_version_says_what_to_run() {
    let folder = folder();
    let path = folder.path().join("s.db");
    drop(Sqlite::open(&path).expect("a store"));
    let db = Connection::open(&path).expect("a database");
    db.pragma_update(None, "user_version", VERSION + 1).expect("set");
    drop(db);
    let expected =
        format!("was written by a newer hms-sync (store version {}, this one knows up to {VERSION})", VERSION + 1);
    assert!(sentence(&path).contains(&expected), "{}", sentence(&path));
    assert!(AuditLog::open(&path).expect_err("newer").to_string().contains(&expected));
}

#[test]
fn places_where_no_store_can_be_are_said() {
    let folder = folder();
    assert!(sentence(folder.path()).contains("it is a folder; name a file"));
    let nowhere = folder.path().join("no/such/s.db");
    assert!(sentence(&nowhere).contains("does not exist; make it first"), "{}", sentence(&nowhere));
    let missing = AuditLog::open(&folder.path().join("none.db")).expect_err("none");
    assert!(missing.to_string().contains("there is no store"), "{missing}");
}

#[test]
fn one_store_has_one_owner_by_whatever_name() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let store = Sqlite::open(&path).expect("a store");
    assert!(sentence(&path).contains("in use by another `hms-sync run` (process "), "{}", sentence(&path));
    #[cfg(unix)]
    {
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        assert!(sentence(&link).contains("in use by another"));
    }
    assert!(AuditLog::open(&path).is_ok(), "reading is for everyone");
    Box::new(store).close().expect("it closes");
    Sqlite::open(&path).expect("now it can");
}

#[test]
fn a_file_that_was_made_but_not_filled_becomes_a_store() {
    let folder = folder();
    let path = folder.path().join("s.db");
    std::fs::write(&path, "").expect("written");
    drop(Sqlite::open(&path).expect("a store"));
    let db = Connection::open(&path).expect("a database");
    let id: i64 = db.pragma_query_value(None, "application_id", |row| row.get(0)).expect("read");
    assert_eq!(id, APPLICATION_ID);
}

#[cfg(unix)]
#[test]
fn a_store_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("s.db");
    let _store = Sqlite::open(&path).expect("a store");
    for name in ["s.db", "s.db-wal", "s.db-shm"] {
        let mode = std::fs::metadata(folder.path().join(name)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} has {mode:o}");
    }
}

#[test]
fn a_commit_is_there_for_a_reader_before_it_is_synced_and_after_a_kill() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut store = Sqlite::open(&path).expect("a store");
    let log = AuditLog::open(&path).expect("a log");
    append(&mut store, &[unrouted("e1")]);
    assert_eq!(log.rows(&AuditFilter::default()).expect("rows").len(), 1);
    store.syncer().expect("a syncer").sync().expect("it syncs");
    drop(log);
    // what a kill leaves: file and WAL, without a last checkpoint
    let copy = folder.path().join("copy.db");
    for suffix in ["", "-wal"] {
        let name = |base: &Path| PathBuf::from(format!("{}{suffix}", base.display()));
        std::fs::copy(name(&path), name(&copy)).expect("copied");
    }
    let log = AuditLog::open(&copy).expect("a log");
    assert_eq!(log.rows(&AuditFilter::default()).expect("rows").len(), 1);
    drop(log);
    assert_eq!(append(&mut Sqlite::open(&copy).expect("a store"), &[unrouted("e1")]), [Arrival::Known]);
}

#[test]
fn the_chain_shows_a_changed_a_missing_and_a_moved_row() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut store = Sqlite::open(&path).expect("a store");
    let events: Vec<_> = (0..10).map(|n| unrouted(&format!("e{n}"))).collect();
    append(&mut store, &events);
    drop(store);
    let verified = || AuditLog::open(&path).expect("a log").verify().expect("it can be read");
    let whole = verified();
    assert_eq!((whole.rows, whole.broken_at), (10, None));
    let tamper = |sql: &str| Connection::open(&path).and_then(|db| db.execute_batch(sql)).expect("done");
    tamper("UPDATE audit SET reason = 'x' WHERE number = 4");
    assert_eq!(verified().broken_at, Some(4));
    assert!(sentence(&path).contains("is damaged: row 4 of the audit log does not follow"), "{}", sentence(&path));
    tamper("UPDATE audit SET reason = NULL WHERE number = 4");
    assert_eq!(verified(), whole);
    tamper("DELETE FROM audit WHERE number = 7");
    assert_eq!(verified().broken_at, Some(7));
    tamper("UPDATE audit SET number = number - 1 WHERE number > 7");
    assert_eq!(verified().broken_at, Some(7));
}

#[test]
fn rows_are_found_by_what_they_say() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut store = Sqlite::open(&path).expect("a store");
    let events: Vec<_> = (0..10).map(|n| unrouted(&format!("e{n}"))).collect();
    append(&mut store, &events);
    let log = AuditLog::open(&path).expect("a log");
    let numbers = |filter: AuditFilter| -> Vec<u64> {
        log.rows(&filter).expect("rows").into_iter().map(|row| row.number).collect()
    };
    assert_eq!(numbers(AuditFilter { event_id: Some("e3".to_owned()), ..AuditFilter::default() }), [4]);
    assert_eq!(numbers(AuditFilter { after: Some(8), ..AuditFilter::default() }), [9, 10]);
    assert_eq!(numbers(AuditFilter { last: Some(3), ..AuditFilter::default() }), [8, 9, 10]);
    assert_eq!(numbers(AuditFilter { mapping: Some("m".to_owned()), ..AuditFilter::default() }), [0; 0]);
    let delivered = AuditFilter { outcome: Some(Outcome::Delivered), ..AuditFilter::default() };
    assert_eq!(numbers(delivered), [0; 0]);
    assert_eq!(log.counts(&AuditFilter::default()).expect("counts").unrouted, 10);
    let mut first = None;
    log.for_each(&AuditFilter::default(), &mut |row| {
        first = Some(row.number);
        ControlFlow::Break(())
    })
    .expect("rows");
    assert_eq!(first, Some(1));
}

#[test]
fn ids_are_kept_for_the_retention_and_dropped_in_slices() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let day = 86_400_000;
    let mut store = Sqlite::open(&path).expect("a store");
    append(&mut store, &[unrouted("old")]);
    let age = |store: &Sqlite, days: i64| {
        let sql = format!("UPDATE seen_slice SET begun_ms = begun_ms - {0}, newest_ms = newest_ms - {0}", days * day);
        store.connection.execute_batch(&sql).expect("aged");
    };
    // each opening reads the slices again
    for (days, expected) in [(12, Arrival::Known), (12, Arrival::Known), (8, Arrival::Stored(0))] {
        age(&store, days);
        drop(store);
        store = Sqlite::open(&path).expect("a store");
        let fresh = unrouted(&format!("new in epoch {}", store.epoch));
        append(&mut store, &[fresh]);
        let seen = append(&mut store, &[unrouted("old")])[0];
        match expected {
            Arrival::Known => assert_eq!(seen, Arrival::Known, "after {days} more days"),
            _ => assert!(matches!(seen, Arrival::Stored(_)), "after 32 days it is forgotten"),
        }
    }
    let tables: i64 = store
        .connection
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'seen\\_%' ESCAPE '\\' AND type = 'table'",
            [],
            |row| row.get(0),
        )
        .expect("counted");
    let slices: i64 =
        store.connection.query_row("SELECT count(*) FROM seen_slice", [], |row| row.get(0)).expect("counted");
    assert_eq!(tables, slices + 1);
    assert!(slices <= 4, "{slices}");
}

#[test]
fn the_wal_is_moved_into_the_file_before_it_grows() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut store = Sqlite::open(&path).expect("a store");
    let wal = folder.path().join("s.db-wal");
    let mut longest = 0;
    for round in 0..400 {
        let events: Vec<_> = (0..50).map(|n| unrouted(&format!("{round}-{n}-{}", "x".repeat(2000)))).collect();
        append(&mut store, &events);
        store.tidy().expect("it tidies");
        longest = longest.max(std::fs::metadata(&wal).expect("the WAL").len());
    }
    assert!(std::fs::metadata(&path).expect("the file").len() > 20 << 20);
    assert!(longest < 48 << 20, "{longest}");
}

#[test]
fn a_full_disk_is_told_apart_and_goes_by() {
    let folder = folder();
    let mut store = Sqlite::open(&folder.path().join("s.db")).expect("a store");
    append(&mut store, &[unrouted("e1")]);
    let pages: i64 = store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).expect("read");
    store.connection.pragma_update(None, "max_page_count", pages + 2).expect("set");
    let events: Vec<_> = (0..100).map(|n| unrouted(&format!("{n}{}", "x".repeat(2000)))).collect();
    let state = store.source("rule").expect("a source");
    store.begin().expect("it begins");
    let error = store.append(state.id, store.epoch, state.position, &events, None).expect_err("full");
    assert!(matches!(error, StoreError::Full), "{error}");
    store.rollback().expect("it rolls back");
    store.connection.pragma_update(None, "max_page_count", 1 << 20).expect("set");
    assert_eq!(append(&mut store, &events).len(), 100);
    assert_eq!(append(&mut store, &[unrouted("e1")]), [Arrival::Known]);
}

#[test]
fn a_store_of_the_first_version_is_brought_to_this_one() {
    let folder = folder();
    let path = folder.path().join("s.db");
    drop(Sqlite::open(&path).expect("a store"));
    let db = Connection::open(&path).expect("a database");
    db.execute_batch("DROP TABLE crosswalk; DROP TABLE looked; PRAGMA user_version = 1").expect("as it was");
    drop(db);
    let mut store = Sqlite::open(&path).expect("it is renewed");
    store.begin().expect("it begins");
    let asked = [Asked { crosswalk: "Slot".to_owned(), key: "1".to_owned() }];
    assert_eq!(store.look_up(store.epoch, 1, &asked).expect("it looks"), [None]);
    store.commit().expect("it commits");
    let version: i64 = store.connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a version");
    assert_eq!(version, VERSION);
}
