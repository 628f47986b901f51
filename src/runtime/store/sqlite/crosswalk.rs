//! Crosswalks: what they hold, and what an event's look-ups found in them.

use super::{Sqlite, failing};
use crate::plan::answer::Change;
use crate::runtime::store::{Asked, StoreError};
use rusqlite::params;

impl Sqlite {
    pub(super) fn look_up_all(&mut self, event: u64, asked: &[Asked]) -> Result<Vec<Option<String>>, StoreError> {
        let what = "look into a crosswalk";
        let mut found = Vec::with_capacity(asked.len());
        for Asked { crosswalk, key } in asked {
            self.execute(
                what,
                "INSERT OR IGNORE INTO looked VALUES (?1, ?2, ?3,
                     (SELECT value FROM crosswalk WHERE name = ?2 AND key = ?3))",
                params![event as i64, crosswalk, key],
            )?;
            let value = self
                .connection
                .prepare_cached("SELECT value FROM looked WHERE event = ?1 AND crosswalk = ?2 AND key = ?3")
                .and_then(|mut statement| statement.query_row(params![event as i64, crosswalk, key], |row| row.get(0)))
                .map_err(failing(what))?;
            found.push(value);
        }
        self.looked |= !asked.is_empty();
        Ok(found)
    }

    pub(super) fn change(&self, changes: &[Change]) -> Result<(), StoreError> {
        for change in changes {
            match change {
                Change::Remember { crosswalk, key, value } => self.execute(
                    "remember in a crosswalk",
                    "INSERT OR REPLACE INTO crosswalk VALUES (?1, ?2, ?3)",
                    params![crosswalk, key, value],
                )?,
                Change::Forget { crosswalk, key } => self.execute(
                    "forget in a crosswalk",
                    "DELETE FROM crosswalk WHERE name = ?1 AND key = ?2",
                    params![crosswalk, key],
                )?,
            };
        }
        Ok(())
    }

    /// The look-ups go with their event.
    pub(super) fn forget_look_ups(&self, event: u64) -> Result<(), StoreError> {
        if !self.looked {
            return Ok(());
        }
        self.execute("forget what was looked up", "DELETE FROM looked WHERE event = ?1", [event as i64]).map(drop)
    }
}
