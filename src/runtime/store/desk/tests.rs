//! Grouping, a full disk and failures, over a store that fails on request.

use super::*;
use crate::plan::Envelope;
use crate::runtime::audit::Outcome;
use crate::runtime::store::sqlite::Sqlite;
use crate::runtime::store::{SettledAtIntake, SourceState, Syncer, TargetState};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tempfile::TempDir;

/// What the test makes the store do.
#[derive(Default)]
struct Faults {
    /// Appends find no room.
    full: AtomicBool,
    /// Appends that found none.
    refused: AtomicU32,
    commit_fails: AtomicBool,
    sync_fails: AtomicBool,
    syncs: AtomicU32,
}

struct Faulty {
    store: Sqlite,
    faults: Arc<Faults>,
}

struct FaultySyncer {
    syncer: Box<dyn Syncer>,
    faults: Arc<Faults>,
}

impl Syncer for FaultySyncer {
    fn sync(&mut self) -> Result<(), StoreError> {
        self.faults.syncs.fetch_add(1, Ordering::SeqCst);
        if self.faults.sync_fails.load(Ordering::SeqCst) {
            return Err(StoreError::Failed { what: "bring its WAL to the disk", reason: "EIO".to_owned() });
        }
        self.syncer.sync()
    }
}

impl Store for Faulty {
    fn epoch(&self) -> u64 {
        self.store.epoch()
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.store.begin()
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        if self.faults.commit_fails.load(Ordering::SeqCst) {
            return Err(StoreError::Failed { what: "commit", reason: "EIO".to_owned() });
        }
        self.store.commit()
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        self.store.rollback()
    }

    fn source(&mut self, name: &str) -> Result<SourceState, StoreError> {
        self.store.source(name)
    }

    fn plan(&mut self, mapping: &str, hash: &str, ir: &str) -> Result<PlanId, StoreError> {
        self.store.plan(mapping, hash, ir)
    }

    fn plan_text(&mut self, plan: PlanId) -> Result<Option<String>, StoreError> {
        self.store.plan_text(plan)
    }

    fn target(
        &mut self,
        mapping: &str,
        name: Option<&str>,
        record: &str,
        origin: &str,
    ) -> Result<TargetState, StoreError> {
        self.store.target(mapping, name, record, origin)
    }

    fn append(
        &mut self,
        source: SourceId,
        epoch: u64,
        expected: u64,
        batch: &[NewEvent],
        cursor: Option<&str>,
    ) -> Result<Appended, StoreError> {
        let appended = self.store.append(source, epoch, expected, batch, cursor)?;
        if self.faults.full.load(Ordering::SeqCst) {
            self.faults.refused.fetch_add(1, Ordering::SeqCst);
            return Err(StoreError::Full);
        }
        Ok(appended)
    }

    fn look_up(&mut self, epoch: u64, event: u64, asked: &[Asked]) -> Result<Vec<Option<String>>, StoreError> {
        self.store.look_up(epoch, event, asked)
    }

    fn turns(
        &mut self,
        epoch: u64,
        target: TargetId,
        held: &HashSet<WorkId>,
        allowance: Allowance,
    ) -> Result<Turns, StoreError> {
        self.store.turns(epoch, target, held, allowance)
    }

    fn settle(&mut self, epoch: u64, settlement: &Settlement) -> Result<Settled, StoreError> {
        self.store.settle(epoch, settlement)
    }

    fn pending(&mut self) -> Result<u64, StoreError> {
        self.store.pending()
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        self.store.tidy()
    }

    fn syncer(&self) -> Result<Box<dyn Syncer>, StoreError> {
        let syncer = self.store.syncer()?;
        Ok(Box::new(FaultySyncer { syncer, faults: Arc::clone(&self.faults) }))
    }

    fn close(self: Box<Self>) -> Result<(), StoreError> {
        Box::new(self.store).close()
    }
}

struct Scene {
    _folder: TempDir,
    faults: Arc<Faults>,
    desk: Desk,
    handle: StoreHandle,
    source: SourceId,
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Sqlite::open(&folder.path().join("s.db")).expect("a store");
    let source = store.source("rule").expect("a source").id;
    let faults = Arc::new(Faults::default());
    let store = Box::new(Faulty { store, faults: Arc::clone(&faults) });
    let (desk, handle) = Desk::start(store).expect("it starts");
    Scene { _folder: folder, faults, desk, handle, source }
}

fn batch(id: &str) -> Vec<NewEvent> {
    vec![NewEvent {
        envelope: Envelope {
            id: id.to_owned(),
            event_type: "rule".to_owned(),
            received: "2024-05-01T10:00:00.000Z".to_owned(),
            time: None,
            source: None,
        },
        id_is_cursor: true,
        digest: [0; 32],
        data: Vec::new(),
        works: Vec::new(),
        settled: vec![SettledAtIntake {
            plan: None,
            target: None,
            item: None,
            outcome: Outcome::Unrouted,
            reason: None,
        }],
    }]
}

#[tokio::test]
async fn what_is_written_is_synced_soon_after() {
    let Scene { _folder, faults, desk, handle, source } = scene();
    let mut synced = handle.synced();
    let mut last = 0;
    for n in 0..50 {
        let answer = handle.append(source, n, batch(&n.to_string()), None, None).await.expect("asked");
        let written = answer.await.expect("answered");
        assert!(written.commit > last);
        last = written.commit;
    }
    synced.wait_for(|synced| *synced >= last).await.expect("it is synced");
    // in groups, not one by one
    assert!(faults.syncs.load(Ordering::SeqCst) <= 51);
    drop((handle, synced));
    tokio::task::spawn_blocking(|| desk.join()).await.expect("no panic").expect("it closes");
}

#[tokio::test]
async fn on_a_full_disk_outcomes_go_first_and_the_rest_waits_for_room() {
    let Scene { _folder, faults, desk, handle, source } = scene();
    faults.full.store(true, Ordering::SeqCst);
    let answer = handle.append(source, 0, batch("e1"), Some("e1".to_owned()), None).await.expect("asked");
    let settled = handle.settle(Settlement::default()).await.expect("outcomes are written");
    assert!(settled.rows.is_empty());
    while faults.refused.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    assert!(!handle.has_room());
    faults.full.store(false, Ordering::SeqCst);
    let written = answer.await.expect("answered");
    let Appended::Stored { rows, .. } = written.appended else { panic!("it is stored") };
    assert_eq!((rows.len(), rows[0].number), (1, 1), "it was written once");
    assert!(handle.has_room());
    drop(handle);
    tokio::task::spawn_blocking(|| desk.join()).await.expect("no panic").expect("it closes");
}

#[tokio::test]
async fn a_failed_commit_ends_the_store() {
    let Scene { _folder, faults, desk, handle, source } = scene();
    faults.commit_fails.store(true, Ordering::SeqCst);
    let answer = handle.append(source, 0, batch("e1"), None, None).await.expect("asked");
    answer.await.expect_err("no answer");
    let error = tokio::task::spawn_blocking(|| desk.join()).await.expect("no panic").expect_err("it failed");
    assert!(error.to_string().starts_with("the store could not commit: EIO"), "{error}");
    let error = handle.pending().await.expect_err("it is over");
    assert!(error.to_string().starts_with("the store could not commit: EIO"), "{error}");
    handle.woken().await.expect_err("it is over");
}

#[tokio::test]
async fn a_failed_sync_ends_the_store_and_is_not_tried_again() {
    let Scene { _folder, faults, desk, handle, source } = scene();
    let mut synced = handle.synced();
    let written = handle.append(source, 0, batch("0"), None, None).await.expect("asked").await.expect("answered");
    synced.wait_for(|synced| *synced >= written.commit).await.expect("it is synced");
    let syncs = faults.syncs.load(Ordering::SeqCst);
    faults.sync_fails.store(true, Ordering::SeqCst);
    let mut n = 1;
    let error = loop {
        match handle.append(source, n, batch(&n.to_string()), None, None).await {
            Ok(answer) => drop(answer.await),
            Err(error) => break error,
        }
        n += 1;
    };
    assert!(error.to_string().contains("bring its WAL to the disk: EIO"), "{error}");
    assert_eq!(faults.syncs.load(Ordering::SeqCst), syncs + 1);
    assert_eq!(*synced.borrow(), written.commit, "nothing more is said to be synced");
    tokio::task::spawn_blocking(|| desk.join()).await.expect("no panic").expect_err("it failed");
}
