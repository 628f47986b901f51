//! Where events come from. Every source hands frames to the intake through a bounded channel and shares one
//! budget of bytes with the others, so that a source that is quicker than the store waits for it.

pub(crate) mod lines;
pub(crate) mod websocket;

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Frames that wait for the intake of one subscription.
pub(crate) const QUEUE: usize = 1024;

/// What a frame weighs beside its bytes.
const FRAME_BYTES: usize = 512;

/// One message of a hub, or one line.
#[derive(Debug)]
pub(crate) enum Frame {
    /// Text that may be an event.
    Text(Vec<u8>),
    /// What cannot be one; kept as far as it was held.
    Refused { data: Vec<u8>, reason: String },
    /// The hub cannot go on after this cursor: what it sent behind it may never come.
    Gap { cursor: String, reason: String },
}

impl Frame {
    fn len(&self) -> usize {
        match self {
            Frame::Text(data) | Frame::Refused { data, .. } => data.len(),
            Frame::Gap { cursor, .. } => cursor.len(),
        }
    }

    /// Text as it came: one that is no UTF-8 is refused.
    pub(crate) fn of_text(data: Vec<u8>) -> Frame {
        match std::str::from_utf8(&data) {
            Ok(_) => Frame::Text(data),
            Err(_) => Frame::Refused { data, reason: "it is not UTF-8".to_owned() },
        }
    }

    pub(crate) fn oversize(bytes: u64, limit: usize) -> Frame {
        let reason = format!("it has {bytes} bytes; the limit is {limit}");
        Frame::Refused { data: Vec::new(), reason }
    }
}

/// A frame with its share of the budget.
#[derive(Debug)]
pub(crate) struct Taken {
    pub frame: Frame,
    pub budget: OwnedSemaphorePermit,
}

/// The intake's side of a source.
#[derive(Clone, Debug)]
pub(crate) struct Outlet {
    frames: mpsc::Sender<Taken>,
    budget: Arc<Semaphore>,
    /// All of the budget; one frame never asks for more.
    budget_bytes: usize,
}

/// The intake is gone: the run ends.
#[derive(Debug)]
pub(crate) struct IntakeGone;

impl Outlet {
    pub(crate) fn new(frames: mpsc::Sender<Taken>, budget: Arc<Semaphore>) -> Outlet {
        let budget_bytes = budget.available_permits();
        Outlet { frames, budget, budget_bytes }
    }

    /// Waits until there is room for the frame.
    pub(crate) async fn put(&self, frame: Frame) -> Result<(), IntakeGone> {
        let weight = u32::try_from((frame.len() + FRAME_BYTES).min(self.budget_bytes)).unwrap_or(u32::MAX);
        let budget = Arc::clone(&self.budget).acquire_many_owned(weight).await.map_err(|_| IntakeGone)?;
        self.frames.send(Taken { frame, budget }).await.map_err(|_| IntakeGone)
    }
}
