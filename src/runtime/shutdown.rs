//! Shutdown as a value that is passed.

use std::sync::Arc;
use tokio::sync::watch;

/// Ends a run; every clone is the same one. Once triggered it stays so.
#[derive(Clone, Debug)]
pub struct Shutdown {
    state: Arc<watch::Sender<bool>>,
}

impl Shutdown {
    pub fn new() -> Shutdown {
        Shutdown { state: Arc::new(watch::Sender::new(false)) }
    }

    pub fn trigger(&self) {
        self.state.send_replace(true);
    }

    pub fn is_triggered(&self) -> bool {
        *self.state.borrow()
    }

    /// Returns when it is triggered, at once where it was before.
    pub async fn triggered(&self) {
        // the sender lives in `self`, so the wait cannot end otherwise
        let _ = self.state.subscribe().wait_for(|triggered| *triggered).await;
    }
}

impl Default for Shutdown {
    fn default() -> Shutdown {
        Shutdown::new()
    }
}
