//! Rows of the audit log in SQLite: their link of the chain is made where they are written.

use super::{Sqlite, failing};
use crate::library::hexadecimal;
use crate::runtime::audit::{AuditRow, Outcome};
use crate::runtime::store::{PlanId, RecordId, SourceId, StoreError, TargetId};
use rusqlite::{Row, params};
use std::time::Duration;

/// Every column that [`read_audit_row`] reads; conditions may follow.
pub(in crate::runtime) const AUDIT_ROWS: &str = "
SELECT a.number, a.at_ms, a.outcome, a.event, s.name AS subscription, a.event_id, a.id_is_cursor, p.mapping, p.hash AS plan_hash,
       t.name AS target, a.item, a.round, r.name AS record, a.ord, a.key, a.tries, a.status, a.latency_ms, a.body,
       a.reason, a.unknown, a.epoch, a.hash
FROM audit a
JOIN source s ON s.id = a.source
LEFT JOIN plan p ON p.id = a.plan
LEFT JOIN target t ON t.id = a.target
LEFT JOIN record r ON r.id = a.record";

/// A row to be written; what is not in it, the store knows.
pub(super) struct NewRow<'a> {
    pub outcome: Outcome,
    pub event: u64,
    pub source: SourceId,
    pub event_id: &'a str,
    pub id_is_cursor: bool,
    pub plan: Option<PlanId>,
    pub target: Option<TargetId>,
    pub item: Option<u32>,
    pub lane: Option<(RecordId, &'a str)>,
    pub key: Option<&'a str>,
    pub tries: u32,
    pub status: Option<u16>,
    pub latency: Option<Duration>,
    pub body: Option<&'a [u8; 32]>,
    pub reason: Option<&'a str>,
    pub effect_unknown: bool,
}

/// Rounds come with `failed retry`; until a set-aside event is retried there is the first.
const FIRST_ROUND: u32 = 1;

impl Sqlite {
    pub(super) fn write_row(&mut self, new: &NewRow<'_>) -> Result<AuditRow, StoreError> {
        let at_ms = self.now_ms();
        let plan = new.plan.map(|plan| self.names.plan(&self.connection, plan)).transpose()?;
        let target = new.target.map(|target| self.names.target(&self.connection, target)).transpose()?;
        let record = new.lane.map(|(record, _)| self.names.record(&self.connection, record)).transpose()?;
        let mut row = AuditRow {
            number: self.chain.number + 1,
            at: rfc3339(at_ms),
            outcome: new.outcome,
            event: new.event,
            subscription: self.names.source(&self.connection, new.source)?,
            event_id: new.event_id.to_owned(),
            cursor: new.id_is_cursor.then(|| new.event_id.to_owned()),
            mapping: plan.as_ref().map(|plan| plan.0.clone()),
            mapping_hash: plan.map(|plan| plan.1),
            target: target.filter(|name| !name.is_empty()),
            item: new.item,
            round: FIRST_ROUND,
            record,
            order: new.lane.map(|(_, order)| order.to_owned()),
            key: new.key.map(str::to_owned),
            tries: new.tries,
            status: new.status,
            latency_ms: new.latency.map(millis),
            body_sha256: new.body.map(|digest| hexadecimal(digest)),
            reason: new.reason.map(str::to_owned),
            effect_unknown: new.effect_unknown,
            epoch: self.epoch,
            hash: String::new(),
        };
        let link = row.link(&self.chain.hash);
        row.hash = hexadecimal(&link);
        self.connection
            .prepare_cached(
                "INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18, ?19, ?20, ?21, ?22)",
            )
            .and_then(|mut statement| {
                statement.execute(params![
                    row.number as i64,
                    at_ms,
                    row.outcome.code(),
                    row.event as i64,
                    new.source.0,
                    row.event_id,
                    new.id_is_cursor,
                    new.plan.map(|plan| plan.0),
                    new.target.map(|target| target.0),
                    item_number(row.item),
                    row.round,
                    new.lane.map(|(record, _)| record.0),
                    row.order,
                    row.key,
                    row.tries,
                    row.status,
                    row.latency_ms.map(|ms| ms as i64),
                    new.body.map(|digest| digest.as_slice()),
                    row.reason,
                    row.effect_unknown,
                    row.epoch as i64,
                    link.as_slice(),
                ])
            })
            .map_err(failing("write the audit log"))?;
        self.chain.number = row.number;
        self.chain.hash = link;
        Ok(row)
    }
}

/// Reads a row of [`AUDIT_ROWS`].
pub(in crate::runtime) fn read_audit_row(row: &Row<'_>) -> Result<AuditRow, rusqlite::Error> {
    let outcome: i64 = row.get(2)?;
    let event_id: String = row.get(5)?;
    let body: Option<Vec<u8>> = row.get(18)?;
    Ok(AuditRow {
        number: row.get::<_, i64>(0)? as u64,
        at: rfc3339(row.get(1)?),
        outcome: Outcome::from_code(outcome).ok_or(rusqlite::Error::IntegralValueOutOfRange(2, outcome))?,
        event: row.get::<_, i64>(3)? as u64,
        subscription: row.get(4)?,
        cursor: row.get::<_, bool>(6)?.then(|| event_id.clone()),
        event_id,
        mapping: row.get(7)?,
        mapping_hash: row.get(8)?,
        target: row.get::<_, Option<String>>(9)?.filter(|name| !name.is_empty()),
        item: read_item(row.get(10)?),
        round: row.get(11)?,
        record: row.get(12)?,
        order: row.get(13)?,
        key: row.get(14)?,
        tries: row.get(15)?,
        status: row.get(16)?,
        latency_ms: row.get::<_, Option<i64>>(17)?.map(|ms| ms as u64),
        body_sha256: body.map(|digest| hexadecimal(&digest)),
        reason: row.get(19)?,
        effect_unknown: row.get(20)?,
        epoch: row.get::<_, i64>(21)? as u64,
        hash: hexadecimal(&row.get::<_, Vec<u8>>(22)?),
    })
}

/// `None` is -1 in the store, since it is part of keys.
pub(super) fn item_number(item: Option<u32>) -> i64 {
    item.map_or(-1, i64::from)
}

pub(super) fn read_item(number: i64) -> Option<u32> {
    u32::try_from(number).ok()
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// RFC 3339 in UTC, with milliseconds.
fn rfc3339(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    format!("{time:.3}")
}
