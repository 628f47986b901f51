//! Heads of lanes that are due.

use super::audit::{item_number, read_item};
use super::{Sqlite, failing};
use crate::plan::{Envelope, Request};
use crate::runtime::store::{
    Allowance, Effect, Lane, PlanId, RecordId, SourceId, StoreError, TargetId, Turn, Turns, WorkId, version,
};
use rusqlite::{OptionalExtension, Row, params};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

impl Sqlite {
    pub(super) fn due_turns(
        &mut self,
        target: TargetId,
        held: &HashSet<WorkId>,
        allowance: Allowance,
    ) -> Result<Turns, StoreError> {
        let now = self.clock.now();
        let mut turns = Turns::default();
        let mut bytes = 0;
        // one more than may be given tells whether there are more
        for (lane, work) in self.due_heads(target, now, held, allowance.turns + 1)? {
            if turns.turns.len() == allowance.turns {
                turns.more = true;
                break;
            }
            let turn = self.turn(work, lane, now)?;
            if bytes > 0 && bytes + turn.data.len() > allowance.bytes {
                turns.more = true;
                break;
            }
            bytes += turn.data.len().max(1);
            self.mark_begun(&turn)?;
            turns.turns.push(turn);
        }
        if !turns.more {
            turns.next_in = self
                .connection
                .prepare_cached("SELECT due FROM work WHERE target = ?1 AND due > ?2 ORDER BY due LIMIT 1")
                .and_then(|mut statement| statement.query_row([target.0, now], |row| row.get::<_, i64>(0)).optional())
                .map_err(failing("look for what is due next"))?
                .map(|due| milliseconds(due - now));
        }
        Ok(turns)
    }

    /// The keys alone, from the index of what is due.
    fn due_heads(
        &self,
        target: TargetId,
        now: i64,
        held: &HashSet<WorkId>,
        wanted: usize,
    ) -> Result<Vec<(Lane, WorkId)>, StoreError> {
        let what = failing("look for what is due");
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT event, item, record, ord FROM work WHERE target = ?1 AND due <= ?2
                 ORDER BY due, record, ord, event, item",
            )
            .map_err(&what)?;
        let mut rows = statement.query([target.0, now]).map_err(&what)?;
        let mut heads = Vec::new();
        while let Some(row) = rows.next().map_err(&what)? {
            let read = |row: &Row<'_>| {
                let work = WorkId { event: row.get::<_, i64>(0)? as u64, target, item: read_item(row.get(1)?) };
                Ok((Lane { record: RecordId(row.get(2)?), order: row.get(3)? }, work))
            };
            let (lane, work) = read(row).map_err(&what)?;
            if held.contains(&work) {
                continue;
            }
            heads.push((lane, work));
            if heads.len() == wanted {
                break;
            }
        }
        Ok(heads)
    }

    fn turn(&mut self, work: WorkId, lane: Lane, now: i64) -> Result<Turn, StoreError> {
        // the items of an event follow one another, and it is read once for them
        let known = self.last_data.take().filter(|(event, _)| *event == work.event).map(|(_, data)| data);
        let is_known = known.is_some();
        let mut turn = self
            .connection
            .prepare_cached(
                "SELECT e.id, e.type, e.received, e.time, e.origin, e.id_is_cursor, e.source,
                        CASE WHEN ?6 THEN NULL ELSE e.data END,
                        w.plan, w.version, w.begun, w.tries, w.blamed, w.effect, w.tried_ms, w.last_try, v.version
                 FROM work w JOIN event e ON e.number = w.event
                 LEFT JOIN version v ON v.record = w.record AND v.ord = w.ord
                 WHERE w.record = ?1 AND w.ord = ?2 AND w.event = ?3 AND w.target = ?4 AND w.item = ?5",
            )
            .and_then(|mut statement| {
                statement.query_row(
                    params![
                        lane.record.0,
                        lane.order,
                        work.event as i64,
                        work.target.0,
                        item_number(work.item),
                        is_known
                    ],
                    |row| self.read_turn(row, work, lane.clone(), now),
                )
            })
            .map_err(failing("read an event"))?;
        if let Some(known) = known {
            turn.data = known;
        }
        if work.item.is_some() {
            self.last_data = Some((work.event, Arc::clone(&turn.data)));
        }
        if turn.tries > 0 {
            turn.request = self.request(work).map_err(failing("read a request"))?;
        }
        Ok(turn)
    }

    fn read_turn(&self, row: &Row<'_>, work: WorkId, lane: Lane, now: i64) -> Result<Turn, rusqlite::Error> {
        let read_version =
            |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(column)?.as_deref().and_then(version::read));
        let begun: i64 = row.get(10)?;
        Ok(Turn {
            work,
            lane,
            plan: PlanId(row.get(8)?),
            source: SourceId(row.get(6)?),
            envelope: Envelope {
                id: row.get(0)?,
                event_type: row.get(1)?,
                received: row.get(2)?,
                time: row.get(3)?,
                source: row.get(4)?,
            },
            id_is_cursor: row.get(5)?,
            data: row.get::<_, Option<Vec<u8>>>(7)?.unwrap_or_default().into(),
            version: read_version(9)?,
            newest: read_version(16)?,
            tries: row.get(11)?,
            blamed: row.get(12)?,
            effect: Effect::from_code(row.get(13)?),
            tried_for: milliseconds(row.get(14)?),
            idle_for: milliseconds(now - row.get::<_, i64>(15)?),
            begun_before: begun != 0 && begun != self.epoch as i64,
            request: None,
        })
    }

    fn request(&self, work: WorkId) -> Result<Option<Request>, rusqlite::Error> {
        self.connection
            .prepare_cached(
                "SELECT method, url, headers, key, json, body FROM request
                 WHERE event = ?1 AND target = ?2 AND item = ?3",
            )?
            .query_row(params![work.event as i64, work.target.0, item_number(work.item)], |row| {
                let headers: String = row.get(2)?;
                Ok(Request {
                    method: row.get(0)?,
                    url: row.get(1)?,
                    headers: serde_json::from_str(&headers).map_err(|error| {
                        rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, Box::new(error))
                    })?,
                    key: row.get(3)?,
                    json: row.get(4)?,
                    body: row.get(5)?,
                })
            })
            .optional()
    }

    /// That it was given out is committed before the request leaves, so that after a kill its effect counts as
    /// unknown and its bytes as settled.
    fn mark_begun(&self, turn: &Turn) -> Result<(), StoreError> {
        let effect = if turn.begun_before { Effect::Abandoned } else { turn.effect };
        self.execute(
            "mark what is begun",
            "UPDATE work SET begun = ?6, effect = ?7, last_try = CASE WHEN ?8 THEN ?9 ELSE last_try END
             WHERE record = ?1 AND ord = ?2 AND event = ?3 AND target = ?4 AND item = ?5",
            params![
                turn.lane.record.0,
                turn.lane.order,
                turn.work.event as i64,
                turn.work.target.0,
                item_number(turn.work.item),
                self.epoch as i64,
                effect.code(),
                turn.begun_before,
                self.clock.now(),
            ],
        )
        .map(drop)
    }
}

/// Of a difference of clocks, never below zero.
fn milliseconds(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
