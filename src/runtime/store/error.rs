//! What can go wrong with a store, each as one plain sentence.

use std::path::PathBuf;

#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{} is not a store of hms-sync; give --store another file name, or remove the file if nothing needs it", path.display())]
    NotAStore { path: PathBuf },
    #[error(
        "the store {} was written by a newer hms-sync (store version {found}, this one knows up to {known}); run that version of hms-sync or a later one",
        path.display()
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error(
        "the store {} is in use by another `hms-sync run`{holder}; stop that one or give this one its own file with --store",
        path.display()
    )]
    InUse { path: PathBuf, holder: String },
    #[error("there is no store {}; name the file that `hms-sync run` was given as --store", path.display())]
    Missing { path: PathBuf },
    #[error("the store {} cannot be made: the folder {} does not exist; make it first", path.display(), folder.display())]
    NoFolder { path: PathBuf, folder: PathBuf },
    #[error("the store {} cannot be opened: {reason}", path.display())]
    Open { path: PathBuf, reason: String },
    #[error("the store {} is damaged: {reason}; keep a copy of the file and restore a backup", path.display())]
    Damaged { path: PathBuf, reason: String },
    /// The only failure after which the same transaction is tried again.
    #[error("there is no room left for the store")]
    Full,
    #[error(
        "the store could not {what}: {reason}; the connector stops here, since what is on disk is now unsure until a new start"
    )]
    Failed { what: &'static str, reason: String },
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Of an error inside a transaction.
    pub(super) fn of_sqlite(what: &'static str, error: &rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full,
            _ => StoreError::Failed { what, reason: error.to_string() },
        }
    }
}
