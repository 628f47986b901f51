//! What a run does, told as it happens: for the demo's display and for logs.

use super::audit::AuditRow;
use crate::plan::Request;
use std::time::Duration;

/// Is told what happens, in the order in which it happens to one event. Called from the run's own tasks, so
/// it must be quick and must not block. Events hold what a mapping may call sensitive (data, bodies): an
/// observer that writes logs leaves those out.
pub trait Observer: Send + Sync {
    fn observe(&self, event: RunEvent<'_>);
}

/// Observes nothing.
pub struct Silent;

impl Observer for Silent {
    fn observe(&self, _event: RunEvent<'_>) {}
}

/// One thing that happened. `event` is the event's number in the store, by arrival.
#[derive(Debug)]
pub enum RunEvent<'a> {
    /// The source is there: a hub answered and was told what is listened to.
    Listening { subscription: &'a str, after: Option<&'a str> },
    /// The connection to the hub ended.
    HubLost { subscription: &'a str, reason: &'a str, retry_in: Duration },
    /// An event is written to the store.
    Received { event: u64, subscription: &'a str, id: &'a str, data: &'a [u8] },
    /// An event came again (same subscription, id and data) and is not stored again.
    Known { subscription: &'a str, id: &'a str, data: &'a [u8] },
    /// The request that an event makes, before each try.
    Prepared {
        event: u64,
        id: &'a str,
        mapping: &'a str,
        target: Option<&'a str>,
        item: Option<u32>,
        request: &'a Request,
    },
    /// A try that did not settle the matter; the next one comes after `retry_in` at the earliest. `status` is the
    /// HTTP status where there was an answer; `number` counts from 1.
    Tried {
        event: u64,
        id: &'a str,
        mapping: &'a str,
        target: Option<&'a str>,
        item: Option<u32>,
        number: u32,
        status: Option<u16>,
        reason: &'a str,
        retry_in: Duration,
    },
    /// The final row is in the audit log.
    Finished { row: &'a AuditRow },
    /// A target's condition changed.
    Target { mapping: &'a str, target: Option<&'a str>, condition: TargetCondition, reason: &'a str },
    /// Something that an operator should look at.
    Alarm { message: &'a str },
}

/// Whether requests go to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetCondition {
    Open,
    /// Five records in a row failed: one probe at a time, going round the lanes.
    Waiting,
    /// It refuses us (401, 403): nothing begins until a new start or a new secret.
    Paused,
}
