//! The store: what is received, what is still to be done, and what became of everything.
//!
//! [`Store`] is the seam. The embedded SQLite file ([`sqlite::Sqlite`]) is one implementation; a replicated
//! database is to be the other, so the trait keeps these rules, which SQLite keeps trivially:
//!
//! 1. [`Store::append`] is told the epoch and the position that the source expects, and answers stored,
//!    already stored or fenced; after an error the position is asked before anything is acknowledged.
//! 2. The source assigns positions; one appender a source.
//! 3. Nothing is read or written under an epoch but the newest; the embedded store raises it at each open.
//! 4. What is settled is atomic: audit row, version memory, crosswalks and removal from pending, each outcome done or fenced.
//! 5. A record's next turn is given only after the settlement of its previous one is committed.
//! 6. No notifications are needed, and no transaction stays open between two calls of the owner.
//!
//! A store has one owner: the [`desk`]'s thread, which groups what the tasks of a run ask into transactions.

pub mod desk;
mod error;
mod lock;
pub mod sqlite;
pub mod version;

pub use error::StoreError;

use super::audit::{AuditRow, Outcome};
use crate::plan::answer::Change;
use crate::plan::{Envelope, Request, Version};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// Numbers that the store gives to declared names.
macro_rules! store_id {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) i64);
    )*};
}
store_id!(
    /// A source: the name listened to.
    SourceId,
    /// One text of one mapping, by its hash.
    PlanId,
    /// A target by the declared names of its mapping and itself.
    TargetId,
    /// A record's name at an origin.
    RecordId
);

/// A source as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceState {
    pub id: SourceId,
    /// How many events were taken from it.
    pub position: u64,
    /// `meta.id` of the last event stored that the hub gave an id.
    pub cursor: Option<String>,
}

/// A target as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetState {
    pub id: TargetId,
    /// Its lanes are this record's. Where the mapping's record or origin changed while the old one has pending
    /// events, still the old one.
    pub record: RecordId,
    /// Requests of it that are pending.
    pub pending: u64,
    /// For how long nothing may begin yet (`Retry-After`).
    pub hold: Duration,
}

/// One event as intake hands it over.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub envelope: Envelope,
    /// Whether the id is the hub's: then it is a cursor, and what comes again under it is recognised.
    pub id_is_cursor: bool,
    /// SHA-256 of the data.
    pub digest: [u8; 32],
    pub data: Vec<u8>,
    /// Requests to be made.
    pub works: Vec<NewWork>,
    /// What is settled already.
    pub settled: Vec<SettledAtIntake>,
}

/// A request to be made, in its lane.
#[derive(Clone, Debug)]
pub struct NewWork {
    pub plan: PlanId,
    pub target: TargetId,
    pub record: RecordId,
    pub item: Option<u32>,
    /// The `order by` value.
    pub order: String,
    pub version: Option<Version>,
}

/// A final row that is known at intake: the door's refusal, a skip, or that nobody wants the event.
#[derive(Clone, Debug)]
pub struct SettledAtIntake {
    pub plan: Option<PlanId>,
    pub target: Option<TargetId>,
    pub item: Option<u32>,
    pub outcome: Outcome,
    pub reason: Option<String>,
}

/// What became of a batch.
#[derive(Debug)]
pub enum Appended {
    /// One answer an event, in order; the rows settled at intake; the targets whose lanes got a new head.
    Stored { arrivals: Vec<Arrival>, rows: Vec<AuditRow>, woken: Vec<TargetId> },
    /// The source is past this batch: it is stored already.
    AlreadyStored,
    /// Another appender or another epoch owns the source.
    Fenced,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// By the event's number.
    Stored(u64),
    /// Stored, though its id was known with other data.
    StoredUnderKnownId(u64),
    /// Known with the same data; not stored again.
    Known,
}

/// What is known of the effect of a work's tries at the target, from the best to the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// No try had one, but for one that was answered as delivered.
    #[default]
    Known,
    /// A try was answered, but the answer does not say (HTTP 500).
    Unclear,
    /// A try got no answer: the request may still be under way.
    Abandoned,
}

impl Effect {
    pub fn is_unknown(self) -> bool {
        self != Effect::Known
    }

    pub(crate) fn code(self) -> i64 {
        match self {
            Effect::Known => 0,
            Effect::Unclear => 1,
            Effect::Abandoned => 2,
        }
    }

    /// The worst is taken of what nobody wrote.
    pub(crate) fn from_code(code: i64) -> Effect {
        match code {
            0 => Effect::Known,
            1 => Effect::Unclear,
            _ => Effect::Abandoned,
        }
    }
}

/// One request's place: event, target and item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkId {
    pub event: u64,
    pub target: TargetId,
    pub item: Option<u32>,
}

/// What events wait in, one behind the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lane {
    pub record: RecordId,
    pub order: String,
}

/// How much a target may be given at once.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    pub turns: usize,
    /// Of the events' data; one event is given even where it is longer.
    pub bytes: usize,
}

/// The heads of lanes that are due.
#[derive(Debug, Default)]
pub struct Turns {
    pub turns: Vec<Turn>,
    /// Whether more are due than were given.
    pub more: bool,
    /// When the next head is due, where fewer were.
    pub next_in: Option<Duration>,
}

/// A head of a lane whose turn has come.
#[derive(Clone, Debug)]
pub struct Turn {
    pub work: WorkId,
    pub lane: Lane,
    pub plan: PlanId,
    pub source: SourceId,
    pub envelope: Envelope,
    pub id_is_cursor: bool,
    /// Shared by the turns of one event's items.
    pub data: Arc<[u8]>,
    pub version: Option<Version>,
    /// The newest version of the record that reached the target.
    pub newest: Option<Version>,
    pub tries: u32,
    /// Tries for which the event may be to blame.
    pub blamed: u32,
    /// Of the tries so far.
    pub effect: Effect,
    /// How long it has been tried, while the connector ran.
    pub tried_for: Duration,
    /// How long ago the last try ended.
    pub idle_for: Duration,
    /// Whether an earlier process may have begun it.
    pub begun_before: bool,
    /// The request of the first try, from the second on.
    pub request: Option<Request>,
}

/// The end of a work: its final row, and what goes with it.
#[derive(Clone, Debug)]
pub struct Finished {
    pub work: WorkId,
    pub lane: Lane,
    pub plan: PlanId,
    pub source: SourceId,
    pub event_id: String,
    pub id_is_cursor: bool,
    pub outcome: Outcome,
    pub reason: Option<String>,
    pub key: Option<String>,
    pub tries: u32,
    pub status: Option<u16>,
    pub latency: Option<Duration>,
    pub body_digest: Option<[u8; 32]>,
    pub effect: Effect,
    /// The version that the target has, or may have, now.
    pub advance: Option<Version>,
    /// How long the lane's next event waits, where an abandoned request could land on top of it.
    pub rest: Duration,
    /// What changes in crosswalks.
    pub learned: Vec<Change>,
    /// What becomes of the request of the first try.
    pub request: KeptRequest,
}

/// The request of a work that has its final row.
#[derive(Clone, Debug, Default)]
pub enum KeptRequest {
    /// It was never kept.
    #[default]
    None,
    /// It is kept and goes.
    Remove,
    /// It is kept and stays: the work is set aside with its last end unknown, so that a retry sends the same bytes.
    Stay,
    /// As `Stay`, where it is not kept yet.
    Keep(Request),
}

/// A work that is to be tried again.
#[derive(Clone, Debug)]
pub struct Deferred {
    pub work: WorkId,
    pub lane: Lane,
    pub tries: u32,
    pub blamed: u32,
    pub effect: Effect,
    pub tried_for: Duration,
    /// Until the next try.
    pub delay: Duration,
    /// The request of the first try, to be kept; `None` where it is kept already, or where none was made.
    pub request: Option<Request>,
}

/// A look-up: a crosswalk's name and a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub crosswalk: String,
    pub key: String,
}

/// What a run settles in one transaction.
#[derive(Clone, Debug, Default)]
pub struct Settlement {
    pub finished: Vec<Finished>,
    pub deferred: Vec<Deferred>,
    /// Given, but not begun.
    pub released: Vec<(WorkId, Lane)>,
    /// Targets at which nothing may begin for so long.
    pub held: Vec<(TargetId, Duration)>,
}

/// What a settlement led to.
#[derive(Debug, Default)]
pub struct Settled {
    /// The final rows, one for each of `finished`, in order; `None` where the work was settled before.
    pub rows: Vec<Option<AuditRow>>,
    /// The targets whose lanes got a new head.
    pub woken: Vec<TargetId>,
}

/// See the module. Calls come from one thread, inside `begin` … `commit` but for the registers.
pub trait Store: Send {
    /// Raised at each open.
    fn epoch(&self) -> u64;

    fn begin(&mut self) -> Result<(), StoreError>;

    /// After it what was done since `begin` survives a kill (not yet a power cut, see [`Sync`]).
    fn commit(&mut self) -> Result<(), StoreError>;

    /// Forgets what was done since `begin`.
    fn rollback(&mut self) -> Result<(), StoreError>;

    fn source(&mut self, name: &str) -> Result<SourceState, StoreError>;

    /// Keeps a mapping's text by its hash.
    fn plan(&mut self, mapping: &str, hash: &str, ir: &str) -> Result<PlanId, StoreError>;

    /// The text of a mapping that was in force.
    fn plan_text(&mut self, plan: PlanId) -> Result<Option<String>, StoreError>;

    fn target(
        &mut self,
        mapping: &str,
        name: Option<&str>,
        record: &str,
        origin: &str,
    ) -> Result<TargetState, StoreError>;

    /// Takes a batch in. `expected` is the source's position before it; `cursor` the one after it.
    fn append(
        &mut self,
        source: SourceId,
        epoch: u64,
        expected: u64,
        batch: &[NewEvent],
        cursor: Option<&str>,
    ) -> Result<Appended, StoreError>;

    /// The heads of the target's lanes that are due, but for those in `held`, the longest due first.
    fn turns(
        &mut self,
        epoch: u64,
        target: TargetId,
        held: &HashSet<WorkId>,
        allowance: Allowance,
    ) -> Result<Turns, StoreError>;

    /// What the event's look-ups find, in the order asked: what they found before, else what the crosswalks hold now,
    /// which is kept with the event.
    fn look_up(&mut self, epoch: u64, event: u64, asked: &[Asked]) -> Result<Vec<Option<String>>, StoreError>;

    fn settle(&mut self, epoch: u64, settlement: &Settlement) -> Result<Settled, StoreError>;

    /// Requests still to be made, of all targets.
    fn pending(&mut self) -> Result<u64, StoreError>;

    /// Between two transactions: what keeps the store's files small.
    fn tidy(&mut self) -> Result<(), StoreError>;

    /// A handle that makes what is committed survive a power cut; used from another thread.
    fn syncer(&self) -> Result<Box<dyn Syncer>, StoreError>;

    /// Ends the store in an orderly way.
    fn close(self: Box<Self>) -> Result<(), StoreError>;
}

/// Makes commits durable.
pub trait Syncer: Send {
    /// Everything that was committed before the call survives a power cut after it. A failure is final: it is
    /// never tried again.
    fn sync(&mut self) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests;
