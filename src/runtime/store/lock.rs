//! One `run` a store: an exclusive lock of the operating system on a file beside it, gone with the process
//! however that ends. SQLite's own locks stay free, since other commands read while `run` writes.

use super::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Held as long as the value lives.
#[derive(Debug)]
pub(super) struct StoreLock {
    file: File,
    path: PathBuf,
}

impl StoreLock {
    /// `store` is the store's canonical path.
    pub(super) fn take(store: &Path) -> Result<StoreLock, StoreError> {
        let mut path = store.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let failed = |reason: std::io::Error| StoreError::Open {
            path: store.to_owned(),
            reason: format!("its lock file {} cannot be used: {reason}", path.display()),
        };
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // only for the message: a holder that has not written its number yet is still the holder
                let _ = file.take(20).read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => String::new(),
                    process => format!(" (process {process})"),
                };
                return Err(StoreError::InUse { path: store.to_owned(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(std::process::id().to_string().as_bytes())
        };
        write(&mut file).map_err(failed)?;
        Ok(StoreLock { file, path })
    }

    /// Gives it up and leaves nothing behind: for a file that turned out not to be a store.
    pub(super) fn discard(self) {
        let _ = std::fs::remove_file(&self.path);
        drop(self.file);
    }
}
