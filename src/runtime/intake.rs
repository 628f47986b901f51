//! From frames to written events: opens each frame, asks the mappings who wants the event, and hands batches to
//! the store.
//!
//! A few batches are on their way at once, in order; the cursor follows what is synced.

use super::audit::{Outcome, OutcomeCounts};
use super::observe::{Observer, RunEvent};
use super::program::{Mapped, Program};
use super::source::{Frame, Taken};
use super::store::desk::{StoreHandle, Written};
use super::store::{Appended, Arrival, NewEvent, NewWork, SettledAtIntake, SourceState, StoreError};
use crate::model::Listen;
use crate::plan::envelope::open_frame;
use crate::plan::{Envelope, Refusal, Routed};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

/// Events in one batch.
const BATCH: usize = 256;

/// Batches on their way to the store at once.
const BATCHES: usize = 4;

/// One subscription's intake.
pub(crate) struct Intake {
    /// The event's name.
    pub subscription: Arc<str>,
    pub listen: Listen,
    /// Indexes of the mappings that listen to it.
    pub listeners: Vec<usize>,
    pub program: Arc<Program>,
    pub source: SourceState,
    /// Whether an event's id is where the source can go on after a break.
    pub cursors: bool,
    pub store: StoreHandle,
    pub frames: mpsc::Receiver<Taken>,
    /// Told the cursor of the last event that is synced.
    pub synced_cursor: watch::Sender<Option<String>>,
    pub observer: Arc<dyn Observer>,
}

/// What an intake took in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TakenIn {
    pub received: u64,
    pub known: u64,
    pub outcomes: OutcomeCounts,
}

impl Intake {
    /// Runs until the source has ended and everything of it is synced.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn run(mut self) -> Result<TakenIn, StoreError> {
        let mut synced = self.store.synced();
        let mut ids = GivenIds::new();
        let mut on_their_way: VecDeque<oneshot::Receiver<Written>> = VecDeque::new();
        let mut unsynced: VecDeque<(u64, Option<String>)> = VecDeque::new();
        let mut taken_in = TakenIn::default();
        let mut warned = !self.cursors;
        let mut frames = Vec::with_capacity(BATCH);
        let mut open = true;
        while open || !on_their_way.is_empty() || !unsynced.is_empty() {
            tokio::select! {
                biased;
                written = next_written(&mut on_their_way), if !on_their_way.is_empty() => {
                    let written = written.ok_or_else(|| self.store.failure())?;
                    warned = warned || self.warn_of_nameless(&written.batch);
                    let cursor = self.cursor_of(&written.batch);
                    unsynced.push_back((written.commit, cursor));
                    self.account(written, &mut taken_in)?;
                }
                changed = synced.changed(), if !unsynced.is_empty() => {
                    changed.map_err(|_| self.store.failure())?;
                    self.follow(*synced.borrow_and_update(), &mut unsynced);
                }
                count = self.frames.recv_many(&mut frames, BATCH), if open && on_their_way.len() < BATCHES => {
                    open = count > 0;
                    if open {
                        on_their_way.push_back(self.hand_over(&mut frames, &mut ids).await?);
                    }
                }
            }
            // what was synced before we looked makes no change
            self.follow(*synced.borrow(), &mut unsynced);
        }
        Ok(taken_in)
    }

    fn follow(&self, synced: u64, unsynced: &mut VecDeque<(u64, Option<String>)>) {
        let mut reached = None;
        while unsynced.front().is_some_and(|(commit, _)| *commit <= synced) {
            reached = unsynced.pop_front().and_then(|(_, cursor)| cursor).or(reached);
        }
        if reached.is_some() {
            self.synced_cursor.send_replace(reached);
        }
    }

    async fn hand_over(
        &mut self,
        frames: &mut Vec<Taken>,
        ids: &mut GivenIds,
    ) -> Result<oneshot::Receiver<Written>, StoreError> {
        let received = format!("{:.3}", Timestamp::now());
        let mut budget: Option<OwnedSemaphorePermit> = None;
        let mut batch = Vec::with_capacity(frames.len());
        for taken in frames.drain(..) {
            match &mut budget {
                Some(budget) => budget.merge(taken.budget),
                None => budget = Some(taken.budget),
            }
            batch.push(self.event(taken.frame, &received, ids));
        }
        let expected = self.source.position;
        self.source.position += batch.len() as u64;
        let cursor = self.cursor_of(&batch);
        self.store.append(self.source.id, expected, batch, cursor, budget).await
    }

    /// Said once: such events cannot be asked for again.
    fn warn_of_nameless(&self, batch: &[NewEvent]) -> bool {
        let nameless = batch.iter().any(|event| !event.id_is_cursor && event.settled.is_empty());
        if nameless {
            let name = &*self.subscription;
            tracing::warn!(
                "the hub sends \"{name}\" without ids: after a break it cannot be told where to go on, and what comes again is not recognised"
            );
        }
        nameless
    }

    fn cursor_of(&self, batch: &[NewEvent]) -> Option<String> {
        let last = batch.iter().rev().find(|event| event.id_is_cursor && self.cursors)?;
        Some(last.envelope.id.clone())
    }

    fn event(&self, frame: Frame, received: &str, ids: &mut GivenIds) -> NewEvent {
        let envelope = |id, event_type: Option<String>| Envelope {
            id,
            event_type: event_type.unwrap_or_else(|| self.subscription.to_string()),
            received: received.to_owned(),
            time: None,
            source: None,
        };
        let refused = |data: Vec<u8>, reason: String, ids: &mut GivenIds| NewEvent {
            envelope: envelope(ids.next(), None),
            id_is_cursor: false,
            digest: [0; 32],
            data,
            works: Vec::new(),
            settled: vec![set_aside(None, reason)],
        };
        let bytes = match frame {
            Frame::Text(bytes) => bytes,
            Frame::Refused { data, reason } => return refused(data, reason, ids),
            Frame::Gap { cursor, reason } => return gap(envelope(cursor, None), reason),
        };
        let opened = match open_frame(&bytes, &self.listen) {
            Ok(opened) => opened,
            Err(refusal) => {
                let reason = refusal.to_string();
                return refused(bytes, reason, ids);
            }
        };
        let id_is_cursor = opened.id.is_some();
        let id = opened.id.unwrap_or_else(|| ids.next());
        let envelope = Envelope { time: opened.time, source: opened.source, ..envelope(id, opened.event_type) };
        let mut event = NewEvent {
            envelope,
            id_is_cursor,
            digest: if id_is_cursor { Sha256::digest(opened.data).into() } else { [0; 32] },
            data: Vec::new(),
            works: Vec::new(),
            settled: Vec::new(),
        };
        for &listener in &self.listeners {
            route(&self.program.mappings[listener], opened.data, &mut event);
        }
        if event.works.is_empty() && event.settled.is_empty() {
            event.settled.push(SettledAtIntake {
                plan: None,
                target: None,
                item: None,
                outcome: Outcome::Unrouted,
                reason: None,
            });
        }
        // a bare event is the whole frame and need not be copied
        event.data = if opened.data.len() == bytes.len() { bytes } else { opened.data.to_vec() };
        event
    }

    fn account(&self, written: Written, taken_in: &mut TakenIn) -> Result<(), StoreError> {
        let name = &*self.subscription;
        let (arrivals, rows) = match written.appended {
            Appended::Stored { arrivals, rows, .. } => (arrivals, rows),
            // one appender a source, and positions that only it moves
            Appended::AlreadyStored => return Ok(()),
            Appended::Fenced => {
                return Err(StoreError::Failed {
                    what: "take events in",
                    reason: format!("another program takes in \"{name}\", too"),
                });
            }
        };
        for (event, arrival) in written.batch.iter().zip(arrivals) {
            let (id, data) = (event.envelope.id.as_str(), event.data.as_slice());
            match arrival {
                Arrival::Known => {
                    taken_in.known += 1;
                    self.observer.observe(RunEvent::Known { subscription: name, id, data });
                }
                // a gap has its row, but nothing came
                Arrival::Stored(_) if is_gap(event) => {}
                Arrival::Stored(number) | Arrival::StoredUnderKnownId(number) => {
                    taken_in.received += 1;
                    self.observer.observe(RunEvent::Received { event: number, subscription: name, id, data });
                }
            }
            if let Arrival::StoredUnderKnownId(number) = arrival {
                let message = format!(
                    "the hub sends the id \"{id}\" of \"{name}\" again with other data; it is taken as a new event, number {number}"
                );
                tracing::error!("{message}");
                self.observer.observe(RunEvent::Alarm { message: &message });
            }
        }
        for row in &rows {
            taken_in.outcomes.add(row.outcome, 1);
            if row.outcome == Outcome::SetAside {
                let reason = row.reason.as_deref().unwrap_or_default();
                tracing::warn!(event = row.event, id = row.event_id, subscription = name, "set aside: {reason}");
            }
            self.observer.observe(RunEvent::Finished { row });
        }
        Ok(())
    }
}

async fn next_written(on_their_way: &mut VecDeque<oneshot::Receiver<Written>>) -> Option<Written> {
    let written = on_their_way.front_mut()?.await.ok();
    on_their_way.pop_front();
    written
}

/// Asks one mapping who wants the event.
fn route(mapped: &Mapped, data: &[u8], event: &mut NewEvent) {
    let plan = Some(mapped.plan_id);
    let routed = match mapped.plan.route(data, &event.envelope) {
        Ok(routed) => routed,
        Err(refusal) => {
            event.settled.push(set_aside(plan, refusal.to_string()));
            return;
        }
    };
    for answer in routed {
        let settled = |target: usize, item, outcome, refusal: Option<Refusal>| SettledAtIntake {
            plan,
            target: Some(mapped.targets[target].id),
            item,
            outcome,
            reason: refusal.map(|refusal| refusal.to_string()),
        };
        match answer {
            Routed::To(route) => event.works.push(NewWork {
                plan: mapped.plan_id,
                target: mapped.targets[route.target].id,
                record: mapped.targets[route.target].record,
                item: route.item,
                order: route.order,
                version: route.version,
            }),
            Routed::Refused { target, item, refusal } => {
                event.settled.push(settled(target, item, Outcome::SetAside, Some(refusal)));
            }
            Routed::Skipped { target, item } => event.settled.push(settled(target, item, Outcome::Skipped, None)),
        }
    }
}

/// What marks the place behind which events may be missing.
fn gap(envelope: Envelope, reason: String) -> NewEvent {
    let settled = SettledAtIntake { plan: None, target: None, item: None, outcome: Outcome::Gap, reason: Some(reason) };
    NewEvent {
        envelope,
        id_is_cursor: false,
        digest: [0; 32],
        data: Vec::new(),
        works: Vec::new(),
        settled: vec![settled],
    }
}

fn is_gap(event: &NewEvent) -> bool {
    event.settled.iter().any(|settled| settled.outcome == Outcome::Gap)
}

fn set_aside(plan: Option<super::store::PlanId>, reason: String) -> SettledAtIntake {
    SettledAtIntake { plan, target: None, item: None, outcome: Outcome::SetAside, reason: Some(reason) }
}

/// Ids for events that come without one. They go into keys that targets remember, so they are unique over all
/// stores and runs: 96 random bits, then a number.
struct GivenIds {
    run: String,
    next: u64,
}

impl GivenIds {
    fn new() -> GivenIds {
        let mut digest = Sha256::new();
        for _ in 0..4 {
            // each is keyed from the system's randomness
            digest.update(RandomState::new().build_hasher().finish().to_be_bytes());
        }
        digest.update(Timestamp::now().as_nanosecond().to_be_bytes());
        digest.update(std::process::id().to_be_bytes());
        GivenIds { run: crate::library::hexadecimal(&digest.finalize()[..12]), next: 0 }
    }

    fn next(&mut self) -> String {
        self.next += 1;
        format!("{}-{}", self.run, self.next)
    }
}
