//! One target as the dispatcher sees it: what it may begin, and what it holds.

use super::health::Health;
use super::limit::Pace;
use crate::model::Target;
use crate::runtime::store::{Allowance, Turn, Turns, WorkId};
use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

/// Turns held, ready or in flight or not yet settled, for each that may be in flight.
const HELD_A_SLOT: usize = 4;

/// What a turn weighs beside its event.
const TURN_BYTES: usize = 4096;

/// See the module.
#[derive(Debug)]
pub(super) struct TargetDesk {
    pub health: Health,
    pace: Pace,
    at_once: usize,
    /// Bytes that its turns may hold.
    share: usize,
    ready: VecDeque<Turn>,
    in_flight: usize,
    /// Given by the store and not yet settled there.
    held: HashSet<WorkId>,
    held_bytes: usize,
    /// The store is being asked.
    asking: bool,
    /// There may be heads that are due.
    due: bool,
    next_due: Option<Instant>,
    hold_until: Option<Instant>,
}

impl TargetDesk {
    pub(super) fn new(spec: &Target, default_at_once: u32, share: usize, hold: Duration) -> TargetDesk {
        let at_once = spec.limit.at_once.unwrap_or(default_at_once).max(1) as usize;
        TargetDesk {
            health: Health::new(spec.retry),
            pace: Pace::new(spec.limit.rate),
            at_once,
            share,
            ready: VecDeque::new(),
            in_flight: 0,
            held: HashSet::new(),
            held_bytes: 0,
            asking: false,
            due: true,
            next_due: None,
            hold_until: (!hold.is_zero()).then(|| Instant::now() + hold),
        }
    }

    /// How much to ask the store for; `None` for nothing now.
    pub(super) fn wants(&mut self, now: Instant) -> Option<Allowance> {
        if self.next_due.is_some_and(|due| due <= now) {
            self.next_due = None;
            self.due = true;
        }
        let most = self.at_once * HELD_A_SLOT;
        let (may_begin, _) = self.may_begin(now);
        // half empty, so that one question brings many
        if !self.due || self.asking || self.held.len() > most / 2 || may_begin == 0 {
            return None;
        }
        let bytes = self.share.saturating_sub(self.held_bytes) / 2;
        if bytes == 0 && !self.held.is_empty() {
            return None;
        }
        // a probe needs one
        let turns = if may_begin < self.at_once && self.in_flight == 0 { may_begin } else { most - self.held.len() };
        self.asking = true;
        self.due = false;
        Some(Allowance { turns, bytes })
    }

    pub(super) fn held(&self) -> HashSet<WorkId> {
        self.held.clone()
    }

    pub(super) fn given(&mut self, turns: Turns, now: Instant) {
        self.asking = false;
        self.due |= turns.more;
        if let Some(next) = turns.next_in {
            let next = now + next;
            self.next_due = Some(self.next_due.map_or(next, |known| known.min(next)));
        }
        for turn in turns.turns {
            self.held.insert(turn.work);
            self.held_bytes += weight(&turn);
            self.ready.push_back(turn);
        }
    }

    /// Lanes got new heads.
    pub(super) fn wake(&mut self) {
        self.due = true;
    }

    /// The next turn to be taken now.
    pub(super) fn begin(&mut self, now: Instant) -> Option<Turn> {
        if self.ready.is_empty() || self.may_begin(now).0 == 0 {
            return None;
        }
        let turn = self.ready.pop_front()?;
        self.pace.begin(now);
        self.in_flight += 1;
        Some(turn)
    }

    /// Its task is over; it stays held until it is settled.
    pub(super) fn ended(&mut self) {
        self.in_flight -= 1;
    }

    /// The store has what became of it.
    pub(super) fn settled(&mut self, work: WorkId, bytes: usize) {
        self.held.remove(&work);
        self.held_bytes = self.held_bytes.saturating_sub(bytes);
    }

    pub(super) fn hold(&mut self, now: Instant, pause: Duration) {
        let until = now + pause;
        self.hold_until = Some(self.hold_until.map_or(until, |known| known.max(until)));
    }

    /// Turns that were given and not begun.
    pub(super) fn release(&mut self) -> Vec<Turn> {
        self.due = true;
        self.ready.drain(..).collect()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Whether it has nothing to do and nothing comes by itself.
    pub(super) fn is_idle(&self) -> bool {
        self.held.is_empty() && !self.asking && !self.due && self.next_due.is_none()
    }

    /// When to look again, if nothing happens before.
    pub(super) fn next_look(&self, now: Instant) -> Option<Instant> {
        let waits_to_begin = !self.ready.is_empty() || self.due;
        let begin = waits_to_begin.then(|| self.may_begin(now).1).flatten();
        [self.next_due, begin].into_iter().flatten().min()
    }

    /// How many may begin now, and when else to look.
    fn may_begin(&self, now: Instant) -> (usize, Option<Instant>) {
        if let Some(until) = self.hold_until.filter(|until| *until > now) {
            return (0, Some(until));
        }
        let (free, at) = self.health.allows(self.in_flight, self.at_once, now);
        match self.pace.wait(now) {
            Some(free_at) if free > 0 => (0, Some(free_at)),
            _ => (free, at),
        }
    }
}

/// What a turn holds: its event, and a body that is taken to be as long.
pub(super) fn weight(turn: &Turn) -> usize {
    2 * turn.data.len() + TURN_BYTES
}
