//! The dispatcher: gives each lane its turn. One task owns the state of all targets; each turn that is taken
//! runs as a task of its own, and what became of it goes to the store in one transaction with what others
//! finished meanwhile.
//!
//! A lane is a named record at an origin and its `order by` value. The store gives out heads of lanes only,
//! so one event at a time is on its way in each; the next one becomes the head when the outcome is written.

mod attend;
mod decide;
mod health;
mod limit;
mod settling;
mod target;

use super::audit::OutcomeCounts;
use super::observe::{Observer, RunEvent, TargetCondition};
use super::options::Limits;
use super::program::Program;
use super::push::Clients;
use super::store::desk::StoreHandle;
use super::store::{StoreError, TargetId, Turns};
use super::{End, RunError};
use attend::{Attended, OpenedEvents, Tools, attend};
use settling::{Outbox, SettledBox};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use target::TargetDesk;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

/// Between two looks for a new credential of a paused target.
const CREDENTIAL_LOOK: Duration = Duration::from_secs(30);

/// Between two looks whether outcomes can be written again.
const ROOM_LOOK: Duration = Duration::from_millis(250);

/// How far the run has come, told to the dispatcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Running,
    /// The sources have ended, and what they brought is written.
    NothingMoreComes,
    /// Nothing begins any more.
    Stopping,
}

/// What the dispatcher did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dispatched {
    pub outcomes: OutcomeCounts,
    pub tries: u64,
}

/// What a task of the dispatcher brings.
enum Happened {
    Attended(Box<Attended>),
    Given(TargetId, Turns),
    Settled(SettledBox),
}

/// See the module.
pub(super) struct Dispatcher {
    tools: Arc<Tools>,
    targets: HashMap<TargetId, TargetDesk>,
    tasks: JoinSet<Result<Happened, StoreError>>,
    outbox: Outbox,
    phase: watch::Receiver<Phase>,
    end: End,
    drain: Duration,
    started: Instant,
    credentials_looked_at: Instant,
    dispatched: Dispatched,
}

impl Dispatcher {
    pub(super) fn new(
        program: Arc<Program>,
        clients: Clients,
        store: StoreHandle,
        observer: Arc<dyn Observer>,
        limits: &Limits,
        end: End,
        phase: watch::Receiver<Phase>,
    ) -> Dispatcher {
        let count = program.target_ids().count().max(1);
        // half of what may be held is the intake's
        let share = limits.held_bytes / 2 / count;
        let desk = |id| {
            let place = program.place(id)?;
            Some((id, TargetDesk::new(place.spec(), limits.at_once, share, place.bound.hold)))
        };
        let now = Instant::now();
        Dispatcher {
            targets: program.target_ids().filter_map(desk).collect(),
            tools: Arc::new(Tools { program, clients, store, observer, opened: OpenedEvents::default() }),
            tasks: JoinSet::new(),
            outbox: Outbox::default(),
            phase,
            end,
            drain: limits.drain,
            started: now,
            credentials_looked_at: now,
            dispatched: Dispatched::default(),
        }
    }

    /// Runs until it is told to stop or, where the run ends by itself, until there is nothing left to do.
    ///
    /// # Errors
    /// The store failed.
    pub(super) async fn run(mut self) -> Result<Dispatched, RunError> {
        let mut phase = *self.phase.borrow_and_update();
        loop {
            if phase == Phase::Stopping || (phase == Phase::NothingMoreComes && self.is_done()) {
                return self.wind_up().await;
            }
            let now = Instant::now();
            self.begin_what_may(now);
            self.settle_what_ended();
            let look = self.next_look(now);
            tokio::select! {
                Some(happened) = self.tasks.join_next() => self.take_all(happened)?,
                woken = self.tools.store.woken() => self.wake(woken?),
                () = tokio::time::sleep_until(look.into()) => self.look_for_credentials(),
                changed = self.phase.changed() => {
                    if changed.is_err() {
                        return self.wind_up().await;
                    }
                    phase = *self.phase.borrow_and_update();
                    // what was written before the sources ended may not have been told yet
                    self.targets.values_mut().for_each(TargetDesk::wake);
                }
            }
        }
    }

    fn wake(&mut self, woken: impl IntoIterator<Item = TargetId>) {
        for target in woken {
            if let Some(desk) = self.targets.get_mut(&target) {
                desk.wake();
            }
        }
    }

    fn is_done(&self) -> bool {
        self.end == End::WhenIdle
            && self.outbox.is_empty()
            && self.tasks.is_empty()
            && self.targets.values().all(|desk| desk.is_idle() || desk.health.condition() == TargetCondition::Paused)
    }

    fn begin_what_may(&mut self, now: Instant) {
        if !self.tools.store.has_room() {
            return;
        }
        for (&target, desk) in &mut self.targets {
            while let Some(turn) = desk.begin(now) {
                let tools = Arc::clone(&self.tools);
                self.tasks.spawn(async move {
                    attend(&tools, turn).await.map(|attended| Happened::Attended(Box::new(attended)))
                });
            }
            if let Some(allowance) = desk.wants(now) {
                let store = self.tools.store.clone();
                let held = desk.held();
                self.tasks.spawn(async move {
                    store.turns(target, held, allowance).await.map(|turns| Happened::Given(target, turns))
                });
            }
        }
    }

    /// One settlement at a time; what ends meanwhile goes with the next.
    fn settle_what_ended(&mut self) {
        if let Some((settlement, mut settled)) = self.outbox.next() {
            let store = self.tools.store.clone();
            self.tasks.spawn(async move {
                settled.answer = store.settle(settlement).await?;
                Ok(Happened::Settled(settled))
            });
        }
    }

    fn next_look(&self, now: Instant) -> Instant {
        let mut look = self.credentials_looked_at + CREDENTIAL_LOOK;
        if !self.tools.store.has_room() {
            look = now + ROOM_LOOK;
        }
        let next = self.targets.values().filter_map(|desk| desk.next_look(now)).min();
        next.map_or(look, |next| next.min(look))
    }

    fn take_all(&mut self, first: Result<Result<Happened, StoreError>, JoinError>) -> Result<(), RunError> {
        self.take(first)?;
        while let Some(next) = self.tasks.try_join_next() {
            self.take(next)?;
        }
        Ok(())
    }

    fn take(&mut self, happened: Result<Result<Happened, StoreError>, JoinError>) -> Result<(), RunError> {
        match happened.map_err(|error| RunError::Broken(error.to_string()))?? {
            Happened::Attended(attended) => self.take_attended(*attended),
            Happened::Given(target, turns) => {
                if let Some(desk) = self.targets.get_mut(&target) {
                    desk.given(turns, Instant::now());
                }
            }
            Happened::Settled(settled) => self.take_settled(settled),
        }
        Ok(())
    }

    fn take_settled(&mut self, settled: SettledBox) {
        for (work, bytes) in settled.held {
            if let Some(desk) = self.targets.get_mut(&work.target) {
                desk.settled(work, bytes);
                // a try put off is due again some time
                desk.wake();
            }
        }
        self.wake(settled.answer.woken.iter().copied());
        for row in settled.answer.rows.iter().flatten() {
            self.dispatched.outcomes.add(row.outcome, 1);
            settling::log(row);
            self.tools.observer.observe(RunEvent::Finished { row });
        }
        self.outbox.arrived();
    }

    /// Nothing begins any more; what is in flight is waited for within the bound, and the rest stays for the
    /// next run.
    async fn wind_up(mut self) -> Result<Dispatched, RunError> {
        let until = tokio::time::Instant::now() + self.drain;
        self.release_ready();
        loop {
            self.settle_what_ended();
            let in_flight: usize = self.targets.values().map(TargetDesk::in_flight).sum();
            if in_flight == 0 && self.tasks.is_empty() && self.outbox.is_empty() {
                break;
            }
            tokio::select! {
                Some(happened) = self.tasks.join_next() => {
                    self.take_all(happened)?;
                    self.release_ready();
                }
                () = tokio::time::sleep_until(until) => {
                    tracing::warn!(in_flight, "requests in flight did not end in time; they are tried again at the next start");
                    break;
                }
            }
        }
        Ok(self.dispatched)
    }

    fn release_ready(&mut self) {
        for desk in self.targets.values_mut() {
            for turn in desk.release() {
                self.outbox.release(turn);
            }
        }
    }
}
