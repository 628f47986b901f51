//! Brings commits to the disk, in groups: while one `fdatasync` runs, the next group gathers.

use crate::runtime::store::{StoreError, Syncer};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Between the beginnings of two syncs, so that a quick disk is not kept busy with little.
const GAP: Duration = Duration::from_millis(10);

/// Commits that may be ahead of the disk; more make the store wait.
const AHEAD: usize = 1024;

/// The thread that syncs.
pub(super) struct Syncing {
    commits: mpsc::SyncSender<u64>,
    thread: JoinHandle<Result<(), StoreError>>,
}

impl Syncing {
    /// The receiver tells the last commit that is synced.
    pub(super) fn start(mut syncer: Box<dyn Syncer>) -> Result<(Syncing, watch::Receiver<u64>), StoreError> {
        let (commits, committed) = mpsc::sync_channel::<u64>(AHEAD);
        let (synced, answer) = watch::channel(0);
        let thread = std::thread::Builder::new()
            .name("store-sync".to_owned())
            .spawn(move || {
                // what an earlier process left in the WAL is acknowledged from now on
                syncer.sync()?;
                let mut begun: Option<Instant> = None;
                while let Ok(first) = committed.recv() {
                    if let Some(rest) = begun.and_then(|begun| GAP.checked_sub(begun.elapsed())) {
                        std::thread::sleep(rest);
                    }
                    let commit = committed.try_iter().last().unwrap_or(first);
                    begun = Some(Instant::now());
                    syncer.sync()?;
                    synced.send_replace(commit);
                }
                Ok(())
            })
            .map_err(|error| StoreError::Failed { what: "start its syncing", reason: error.to_string() })?;
        Ok((Syncing { commits, thread }, answer))
    }

    /// Asks for a sync; `false` where an earlier one failed ([`Syncing::end`] tells how).
    pub(super) fn committed(&self, commit: u64) -> bool {
        self.commits.send(commit).is_ok()
    }

    /// Syncs what is left.
    ///
    /// # Errors
    /// A sync failed; it is never tried again.
    pub(super) fn end(self) -> Result<(), StoreError> {
        drop(self.commits);
        self.thread.join().unwrap_or_else(|_| {
            Err(StoreError::Failed { what: "bring its WAL to the disk", reason: "its thread ended".to_owned() })
        })
    }
}
