//! Whether the disk has room for outcomes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Between two tries of a transaction that found no room.
const PAUSE: Duration = Duration::from_millis(250);

/// Lost by a full disk, regained by the next commit.
#[derive(Debug, Default)]
pub(super) struct Room {
    lost: AtomicBool,
}

impl Room {
    pub(super) fn is_there(&self) -> bool {
        !self.lost.load(Ordering::Acquire)
    }

    pub(super) fn lost(&self) {
        if !self.lost.swap(true, Ordering::AcqRel) {
            tracing::error!(
                "there is no room left for the store: nothing is received and no request begins until there is"
            );
        }
    }

    pub(super) fn regained(&self) {
        if self.lost.swap(false, Ordering::AcqRel) {
            tracing::info!("there is room for the store again");
        }
    }

    /// Called by the store's own thread, which has nothing else to do meanwhile.
    pub(super) fn wait(&self) {
        std::thread::sleep(PAUSE);
    }
}
