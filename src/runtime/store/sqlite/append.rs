//! Taking a batch of events in.

use super::audit::{NewRow, item_number};
use super::seen::Sighting;
use super::{Sqlite, failing};
use crate::runtime::audit::{AuditRow, Outcome};
use crate::runtime::store::{Appended, Arrival, NewEvent, NewWork, SourceId, StoreError, TargetId, version};
use rusqlite::params;

impl Sqlite {
    pub(super) fn append_batch(
        &mut self,
        source: SourceId,
        expected: u64,
        batch: &[NewEvent],
        cursor: Option<&str>,
    ) -> Result<Appended, StoreError> {
        let position = self
            .connection
            .prepare_cached("SELECT position FROM source WHERE id = ?1")
            .and_then(|mut statement| statement.query_row([source.0], |row| row.get::<_, i64>(0)))
            .map_err(failing("read a source's position"))? as u64;
        let after = expected + batch.len() as u64;
        if position != expected {
            return Ok(if position == after { Appended::AlreadyStored } else { Appended::Fenced });
        }
        self.turn_slices()?;
        let mut arrivals = Vec::with_capacity(batch.len());
        let mut rows = Vec::new();
        let mut woken = Vec::new();
        for event in batch {
            arrivals.push(self.append_event(source, event, &mut rows, &mut woken)?);
        }
        self.execute(
            "move a source's cursor",
            "UPDATE source SET position = ?2, cursor = coalesce(?3, cursor) WHERE id = ?1",
            params![source.0, after as i64, cursor],
        )?;
        Ok(Appended::Stored { arrivals, rows, woken })
    }

    fn append_event(
        &mut self,
        source: SourceId,
        event: &NewEvent,
        rows: &mut Vec<AuditRow>,
        woken: &mut Vec<TargetId>,
    ) -> Result<Arrival, StoreError> {
        let sighting = if event.id_is_cursor {
            self.seen.sight(&self.connection, source, &event.envelope.id, &event.digest)?
        } else {
            Sighting::New
        };
        if sighting == Sighting::Known {
            return Ok(Arrival::Known);
        }
        let number = self.next_event;
        self.next_event += 1;
        let failed = event.settled.iter().filter(|settled| settled.outcome == Outcome::SetAside).count();
        let held = event.works.len() + failed;
        if held > 0 {
            self.insert_event(source, number, held, event)?;
        }
        for settled in &event.settled {
            let row = self.write_row(&NewRow {
                outcome: settled.outcome,
                event: number,
                source,
                event_id: &event.envelope.id,
                id_is_cursor: event.id_is_cursor,
                plan: settled.plan,
                target: settled.target,
                item: settled.item,
                lane: None,
                key: None,
                tries: 0,
                status: None,
                latency: None,
                body: None,
                reason: settled.reason.as_deref(),
                effect_unknown: false,
            })?;
            if settled.outcome == Outcome::SetAside {
                let plan = settled.plan.map_or(0, |plan| plan.0);
                let target = settled.target.map_or(0, |target| target.0);
                self.keep_failed(number, plan, target, item_number(settled.item), row.number, false)?;
            }
            rows.push(row);
        }
        for work in &event.works {
            self.insert_work(number, work, woken)?;
        }
        Ok(match sighting {
            Sighting::OtherData => Arrival::StoredUnderKnownId(number),
            Sighting::New | Sighting::Known => Arrival::Stored(number),
        })
    }

    fn insert_event(&self, source: SourceId, number: u64, held: usize, event: &NewEvent) -> Result<(), StoreError> {
        let envelope = &event.envelope;
        self.execute(
            "write an event",
            "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                number as i64,
                held as i64,
                source.0,
                envelope.id,
                event.id_is_cursor,
                envelope.event_type,
                envelope.received,
                envelope.time,
                envelope.source,
                event.data,
            ],
        )
        .map(drop)
    }

    fn insert_work(&self, event: u64, work: &NewWork, woken: &mut Vec<TargetId>) -> Result<(), StoreError> {
        let what = "write a request to be made";
        let behind = self
            .connection
            .prepare_cached("SELECT 1 FROM work WHERE record = ?1 AND ord = ?2 LIMIT 1")
            .and_then(|mut statement| statement.exists(params![work.record.0, work.order]))
            .map_err(failing(what))?;
        self.execute(
            what,
            "INSERT INTO work (record, ord, event, target, item, plan, version, due)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                work.record.0,
                work.order,
                event as i64,
                work.target.0,
                item_number(work.item),
                work.plan.0,
                work.version.as_ref().map(version::write),
                (!behind).then(|| self.clock.now()),
            ],
        )?;
        if !behind && !woken.contains(&work.target) {
            woken.push(work.target);
        }
        Ok(())
    }

    /// Keeps what is set aside for the operator; `plan` and `target` are 0 for none.
    pub(super) fn keep_failed(
        &self,
        event: u64,
        plan: i64,
        target: i64,
        item: i64,
        audit: u64,
        effect_unknown: bool,
    ) -> Result<(), StoreError> {
        self.execute(
            "keep what is set aside",
            "INSERT INTO failed VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![event as i64, plan, target, item, audit as i64, effect_unknown],
        )
        .map(drop)
    }
}
