//! What a store holds at the moment, for an operator; read while a `run` writes or while none does.

use super::store::{StoreError, sqlite};
use std::path::Path;

/// What is still to be done, and where the sources are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    pub sources: Vec<SourceStatus>,
    pub targets: Vec<TargetStatus>,
    /// Events, or parts of them, that are set aside and neither retried nor dropped.
    pub set_aside: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStatus {
    /// The name listened to.
    pub subscription: String,
    /// Events taken from it.
    pub taken: u64,
    /// Where a hub is asked to go on.
    pub cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetStatus {
    pub mapping: String,
    /// `None` for the nameless target of its mapping.
    pub target: Option<String>,
    pub record: String,
    pub origin: String,
    /// Requests still to be made.
    pub pending: u64,
    /// Of those, how many were tried already.
    pub tried: u64,
    /// When the longest waiting one was received, RFC 3339.
    pub oldest: Option<String>,
}

/// Reads the status of a store.
///
/// # Errors
/// There is no such store, it is not one that this program reads, or the reading failed.
pub fn status(path: &Path) -> Result<Status, StoreError> {
    let connection = sqlite::open_for_reading(path)?;
    sqlite::read_status(&connection).map_err(|error| sqlite::reading_failed(path, &error))
}
