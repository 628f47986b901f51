//! An event that is read once for many requests: those of its items.

use std::sync::{Arc, OnceLock};

use super::answer::Learned;
use super::arena::Arena;
use super::crosswalk::NoCrosswalks;
use super::door;
use super::evaluate::Machine;
use super::request::{Envelope, Given, Prepared, Refusal};
use super::target::{Picks, TargetCode, refusal};
use super::{Crosswalks, NO_TARGET, Plan};

/// An event that has passed the door. [`Opened::prepare`] makes the same as [`Plan::prepare`], without reading the event
/// again; the items of each target are picked once.
pub struct Opened {
    plan: Arc<Plan>,
    envelope: Envelope,
    text: String,
    arena: Arena,
    /// One a target.
    picks: Box<[OnceLock<Picks>]>,
}

impl Opened {
    /// # Errors
    ///
    /// As [`Plan::route`].
    pub fn new(plan: Arc<Plan>, event: &[u8], envelope: &Envelope) -> Result<Opened, Refusal> {
        let mut arena = Arena::default();
        let mut orders = door::Orders::new();
        let text = door::admit(&plan.shapes, plan.width, event, &mut arena, &mut orders)?.to_owned();
        let picks = plan.targets.iter().map(|_| OnceLock::new()).collect();
        Ok(Opened { plan, envelope: envelope.clone(), text, arena, picks })
    }

    /// As [`Plan::prepare`].
    pub fn prepare<'g>(&self, target: usize, item: Option<u32>, given: impl Into<Given<'g>>) -> Prepared {
        let given = given.into();
        let Some((code, picks)) = self.target(target) else { return Prepared::refused(NO_TARGET) };
        let mut machine = self.machine(given.crosswalks);
        let made = code.prepare(item, Some(picks), &mut machine, given.environment);
        Prepared { made, look_ups: machine.look_ups() }
    }

    /// As [`Plan::learn`].
    ///
    /// # Errors
    ///
    /// There is no such target or item.
    pub fn learn(&self, target: usize, item: Option<u32>, body: &[u8]) -> Result<Learned, Refusal> {
        let Some((code, picks)) = self.target(target) else { return Err(Refusal::of_event(NO_TARGET)) };
        let mut machine = self.machine(&NoCrosswalks);
        code.learn(item, Some(picks), body, &mut machine).map_err(|stop| refusal(*stop))
    }

    fn target(&self, target: usize) -> Option<(&TargetCode, &OnceLock<Picks>)> {
        Some((self.plan.targets.get(target)?, self.picks.get(target)?))
    }

    fn machine<'e>(&'e self, crosswalks: &'e dyn Crosswalks) -> Machine<'e> {
        let Plan { shapes, tables, crosswalks: declared, .. } = &*self.plan;
        Machine::new(shapes, tables, declared, &self.text, &self.arena, &self.envelope).holding(crosswalks)
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("plan", &self.plan).field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}
