//! The connector: receives change events, makes requests of them by compiled mappings, pushes them and
//! keeps on record what became of each.
//!
//! ```text
//! source ──► intake ──► store ──► lane of its record ──► transform ──► push ──► outcome ──► store (audit)
//! ```
//!
//! One direction, one owner a stage, bounded channels between them. An event that is written leaves
//! memory; lanes are refilled from the store, so memory is flat however long a target is away.
//!
//! [`run`] is the door. It is handed everything: the mappings (the typed IR, never a syntax tree), where
//! the events come from, the store's file, the environment, and the [`Shutdown`] that ends it.

pub mod audit;
mod error;
mod intake;
mod lanes;
mod life;
mod observe;
mod options;
mod program;
mod push;
mod shutdown;
mod source;
pub mod status;
pub mod store;

pub use error::RunError;
pub use life::run;
pub use observe::{Observer, RunEvent, Silent, TargetCondition};
pub use options::{End, EnvironmentLookup, Hub, Limits, Lines, RunMapping, RunOptions, Source, Token};
pub use shutdown::Shutdown;

use audit::OutcomeCounts;

/// What a run did, from its start to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Events stored by this run.
    pub received: u64,
    /// Events that came again and were not stored again.
    pub known: u64,
    /// Final audit rows that this run wrote.
    pub outcomes: OutcomeCounts,
    /// Requests that left, repeated ones counted each time.
    pub tries: u64,
    /// Requests still to be made; they wait in the store for the next run.
    pub pending: u64,
}

#[cfg(test)]
mod tests;
