//! Settling what was pushed: the final row, the version memory and the removal from pending in one transaction.

use super::audit::{NewRow, item_number, millis};
use super::{Sqlite, failing};
use crate::plan::{Request, Version};
use crate::runtime::audit::{AuditRow, Outcome};
use crate::runtime::store::{
    Deferred, Finished, KeptRequest, Lane, Settled, Settlement, StoreError, TargetId, WorkId, version,
};
use rusqlite::{OptionalExtension, params};
use std::time::Duration;

impl Sqlite {
    pub(super) fn settle_all(&mut self, settlement: &Settlement) -> Result<Settled, StoreError> {
        let mut settled = Settled::default();
        for finished in &settlement.finished {
            let row = self.finish(finished, &mut settled.woken)?;
            settled.rows.push(row);
        }
        for deferred in &settlement.deferred {
            self.defer(deferred)?;
        }
        for (work, lane) in &settlement.released {
            self.execute(
                "give back what was not begun",
                "UPDATE work SET begun = 0 WHERE record = ?1 AND ord = ?2 AND event = ?3 AND target = ?4 AND item = ?5",
                place(lane, *work),
            )?;
        }
        for (target, hold) in &settlement.held {
            self.execute(
                "hold a target",
                "UPDATE target SET hold_until = ?2 WHERE id = ?1",
                params![target.0, self.clock.after(*hold)],
            )?;
        }
        Ok(settled)
    }

    /// `None` where the work is not pending any more: it has its row.
    fn finish(&mut self, finished: &Finished, woken: &mut Vec<TargetId>) -> Result<Option<AuditRow>, StoreError> {
        let (work, lane) = (finished.work, &finished.lane);
        let removed = self.execute(
            "remove what is done from pending",
            "DELETE FROM work WHERE record = ?1 AND ord = ?2 AND event = ?3 AND target = ?4 AND item = ?5",
            place(lane, work),
        )?;
        if removed == 0 {
            return Ok(None);
        }
        let row = self.write_row(&NewRow {
            outcome: finished.outcome,
            event: work.event,
            source: finished.source,
            event_id: &finished.event_id,
            id_is_cursor: finished.id_is_cursor,
            plan: Some(finished.plan),
            target: Some(work.target),
            item: work.item,
            lane: Some((lane.record, &lane.order)),
            key: finished.key.as_deref(),
            tries: finished.tries,
            status: finished.status,
            latency: finished.latency,
            body: finished.body_digest.as_ref(),
            reason: finished.reason.as_deref(),
            effect_unknown: finished.effect.is_unknown(),
        })?;
        if let Some(version) = &finished.advance {
            self.advance(lane, version)?;
        }
        self.change(&finished.learned)?;
        if finished.outcome == Outcome::SetAside {
            let item = item_number(work.item);
            self.keep_failed(
                work.event,
                finished.plan.0,
                work.target.0,
                item,
                row.number,
                finished.effect.is_unknown(),
            )?;
        } else {
            self.let_go(work)?;
        }
        self.settle_request(work, &finished.request)?;
        self.wake_next(lane, finished.rest, woken)?;
        Ok(Some(row))
    }

    /// The newest version only grows; one of another kind (the mapping changed) takes its place.
    fn advance(&self, lane: &Lane, new: &Version) -> Result<(), StoreError> {
        let what = "remember a record's version";
        let known: Option<String> = self
            .connection
            .prepare_cached("SELECT version FROM version WHERE record = ?1 AND ord = ?2")
            .and_then(|mut statement| {
                statement.query_row(params![lane.record.0, lane.order], |row| row.get(0)).optional()
            })
            .map_err(failing(what))?;
        if known.as_deref().and_then(version::read).is_some_and(|known| version::is_older(new, &known)) {
            return Ok(());
        }
        self.execute(
            what,
            "INSERT OR REPLACE INTO version VALUES (?1, ?2, ?3)",
            params![lane.record.0, lane.order, version::write(new)],
        )
        .map(drop)
    }

    /// The event goes with the last row that needs it.
    fn let_go(&self, work: WorkId) -> Result<(), StoreError> {
        let what = "remove an event that is done";
        let event = [work.event as i64];
        if self.execute(what, "DELETE FROM event WHERE number = ?1 AND held = 1", event)? == 0 {
            return self.execute(what, "UPDATE event SET held = held - 1 WHERE number = ?1", event).map(drop);
        }
        self.forget_look_ups(work.event)
    }

    fn settle_request(&self, work: WorkId, request: &KeptRequest) -> Result<(), StoreError> {
        match request {
            KeptRequest::None | KeptRequest::Stay => Ok(()),
            KeptRequest::Keep(request) => self.keep_request(work, request),
            KeptRequest::Remove => self
                .execute(
                    "remove a request that is done",
                    "DELETE FROM request WHERE event = ?1 AND target = ?2 AND item = ?3",
                    params![work.event as i64, work.target.0, item_number(work.item)],
                )
                .map(drop),
        }
    }

    fn wake_next(&self, lane: &Lane, rest: Duration, woken: &mut Vec<TargetId>) -> Result<(), StoreError> {
        let what = "give the next event its turn";
        let next: Option<(i64, i64, i64)> = self
            .connection
            .prepare_cached(
                "SELECT event, target, item FROM work WHERE record = ?1 AND ord = ?2
                 ORDER BY event, target, item LIMIT 1",
            )
            .and_then(|mut statement| {
                statement
                    .query_row(params![lane.record.0, lane.order], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()
            })
            .map_err(failing(what))?;
        let Some((event, target, item)) = next else { return Ok(()) };
        self.execute(
            what,
            "UPDATE work SET due = ?6 WHERE record = ?1 AND ord = ?2 AND event = ?3 AND target = ?4 AND item = ?5",
            params![lane.record.0, lane.order, event, target, item, self.clock.after(rest)],
        )?;
        let target = TargetId(target);
        if !woken.contains(&target) {
            woken.push(target);
        }
        Ok(())
    }

    fn defer(&self, deferred: &Deferred) -> Result<(), StoreError> {
        let (work, lane) = (deferred.work, &deferred.lane);
        let changed = self.execute(
            "put off what is to be tried again",
            "UPDATE work SET due = ?6, begun = 0, tries = ?7, blamed = ?8, effect = ?9, tried_ms = ?10, last_try = ?11
             WHERE record = ?1 AND ord = ?2 AND event = ?3 AND target = ?4 AND item = ?5",
            params![
                lane.record.0,
                lane.order,
                work.event as i64,
                work.target.0,
                item_number(work.item),
                self.clock.after(deferred.delay),
                deferred.tries,
                deferred.blamed,
                deferred.effect.code(),
                i64::try_from(millis(deferred.tried_for)).unwrap_or(i64::MAX),
                self.clock.now(),
            ],
        )?;
        match &deferred.request {
            Some(request) if changed == 1 => self.keep_request(work, request),
            _ => Ok(()),
        }
    }

    fn keep_request(&self, work: WorkId, request: &Request) -> Result<(), StoreError> {
        // pairs of strings always serialize
        let headers = serde_json::to_string(&request.headers).unwrap_or_default();
        self.execute(
            "keep a request",
            "INSERT OR IGNORE INTO request VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                work.event as i64,
                work.target.0,
                item_number(work.item),
                request.method,
                request.url,
                headers,
                request.key,
                request.json,
                request.body,
            ],
        )
        .map(drop)
    }
}

/// The primary key of a work.
fn place(lane: &Lane, work: WorkId) -> impl rusqlite::Params + use<'_> {
    (lane.record.0, &lane.order, work.event as i64, work.target.0, item_number(work.item))
}
