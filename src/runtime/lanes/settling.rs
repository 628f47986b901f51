//! What ended and is on its way into the store.

use super::decide::{Decision, Settle, decide};
use super::target::weight;
use super::{Attended, CREDENTIAL_LOOK, Dispatcher, Instant, TargetCondition, TargetId};
use crate::runtime::audit::{AuditRow, Outcome};
use crate::runtime::lanes::attend::AttendedEnd;
use crate::runtime::observe::RunEvent;
use crate::runtime::push::Credential;
use crate::runtime::store::{Deferred, Settled, Settlement, Turn, WorkId};

/// Gathers a settlement while another one is on its way.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    settlement: Settlement,
    held: Vec<(WorkId, usize)>,
    on_its_way: bool,
}

/// A settlement that arrived.
#[derive(Debug)]
pub(super) struct SettledBox {
    /// The works in it, and what they weighed.
    pub held: Vec<(WorkId, usize)>,
    pub answer: Settled,
}

impl Outbox {
    pub(super) fn is_empty(&self) -> bool {
        !self.on_its_way && self.is_gathering_nothing()
    }

    fn is_gathering_nothing(&self) -> bool {
        let Settlement { finished, deferred, released, held } = &self.settlement;
        finished.is_empty() && deferred.is_empty() && released.is_empty() && held.is_empty()
    }

    /// The next settlement to be sent, if none is on its way.
    pub(super) fn next(&mut self) -> Option<(Settlement, SettledBox)> {
        if self.on_its_way || self.is_gathering_nothing() {
            return None;
        }
        self.on_its_way = true;
        let held = std::mem::take(&mut self.held);
        Some((std::mem::take(&mut self.settlement), SettledBox { held, answer: Settled::default() }))
    }

    pub(super) fn arrived(&mut self) {
        self.on_its_way = false;
    }

    pub(super) fn release(&mut self, turn: Turn) {
        self.held.push((turn.work, weight(&turn)));
        self.settlement.released.push((turn.work, turn.lane));
    }
}

impl Dispatcher {
    pub(super) fn take_attended(&mut self, attended: Attended) {
        let now = Instant::now();
        let (work, bytes, begun) = (attended.turn.work, weight(&attended.turn), attended.begun);
        let id = attended.turn.envelope.id.clone();
        let tools = self.tools.clone();
        let (Some(place), Some(desk)) = (tools.program.place(work.target), self.targets.get_mut(&work.target)) else {
            return;
        };
        if let AttendedEnd::Tried { tried, .. } = &attended.end {
            self.dispatched.tries += u64::from(tried.requests);
        }
        desk.ended();
        let before = desk.health.condition();
        // requests of an earlier process were abandoned when this one began at the latest
        let restarted_for = begun.saturating_duration_since(self.started);
        let decision = decide(attended, place.spec(), &mut desk.health, now, restarted_for);
        self.outbox.held.push((work, bytes));
        let reason = self.settle(work.target, &id, decision, now);
        self.tell_condition(work.target, before, reason.as_deref());
    }

    /// Puts a decision into the outbox; the reason why it is to be tried again, if it is.
    fn settle(&mut self, target: TargetId, id: &str, decision: Decision, now: Instant) -> Option<String> {
        let Decision { settle, hold, pause } = decision;
        let desk = self.targets.get_mut(&target)?;
        if let Some(hold) = hold {
            desk.hold(now, hold);
            self.outbox.settlement.held.push((target, hold));
        }
        if pause.is_some() {
            desk.health.pause();
            for turn in desk.release() {
                self.outbox.release(turn);
            }
        }
        match settle {
            Settle::Finish(finished) => {
                let reason = finished.reason.clone();
                self.outbox.settlement.finished.push(*finished);
                pause.or(reason)
            }
            Settle::Defer { deferred, reason, status } => {
                self.tell_tried(id, &deferred, &reason, status);
                self.outbox.settlement.deferred.push(*deferred);
                Some(pause.unwrap_or(reason))
            }
        }
    }

    fn tell_tried(&self, id: &str, deferred: &Deferred, reason: &str, status: Option<u16>) {
        let Some(place) = self.tools.program.place(deferred.work.target) else { return };
        let (mapping, target) = (place.mapped.name.as_str(), place.spec().name.as_deref());
        tracing::debug!(
            event = deferred.work.event,
            id,
            mapping,
            target,
            number = deferred.tries,
            retry_in_ms = deferred.delay.as_millis() as u64,
            "to be tried again: {reason}"
        );
        self.tools.observer.observe(RunEvent::Tried {
            event: deferred.work.event,
            id,
            mapping,
            target,
            item: deferred.work.item,
            number: deferred.tries,
            status,
            reason,
            retry_in: deferred.delay,
        });
    }

    fn tell_condition(&self, target: TargetId, before: TargetCondition, reason: Option<&str>) {
        let (Some(place), Some(desk)) = (self.tools.program.place(target), self.targets.get(&target)) else { return };
        let condition = desk.health.condition();
        if condition == before {
            return;
        }
        let (mapping, target) = (place.mapped.name.as_str(), place.spec().name.as_deref());
        let reason = reason.unwrap_or_default();
        match condition {
            TargetCondition::Open => tracing::info!(mapping, target, "the target works again"),
            TargetCondition::Waiting => {
                tracing::warn!(
                    mapping,
                    target,
                    "five records in a row failed at the target, now one is tried at a time: {reason}"
                );
            }
            TargetCondition::Paused => {
                tracing::error!(
                    mapping,
                    target,
                    "the target is paused, nothing is sent to it: {reason}; mend it and start again"
                );
            }
        }
        self.tools.observer.observe(RunEvent::Target { mapping, target, condition, reason });
    }

    /// A paused target goes on when its credential, read again, is another one.
    pub(super) fn look_for_credentials(&mut self) {
        if self.credentials_looked_at.elapsed() < CREDENTIAL_LOOK {
            return;
        }
        self.credentials_looked_at = Instant::now();
        let mut resumed = Vec::new();
        for (&target, desk) in &mut self.targets {
            let credential = self.tools.program.place(target).and_then(|place| place.bound.credential.as_ref());
            if desk.health.condition() == TargetCondition::Paused && credential.is_some_and(Credential::is_renewed) {
                desk.health.resume();
                resumed.push(target);
            }
        }
        for target in resumed {
            self.tell_condition(target, TargetCondition::Paused, None);
        }
    }
}

/// A line of the log for what an operator looks for.
pub(super) fn log(row: &AuditRow) {
    let (mapping, target) = (row.mapping.as_deref(), row.target.as_deref());
    let reason = row.reason.as_deref().unwrap_or_default();
    match row.outcome {
        Outcome::SetAside => {
            tracing::warn!(event = row.event, id = row.event_id, mapping, target, "set aside: {reason}");
        }
        outcome => tracing::debug!(event = row.event, id = row.event_id, mapping, target, "{outcome}"),
    }
}
