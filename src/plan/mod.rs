//! The compiled mapping: bytes of an event in, requests out.
//!
//! [`Plan::new`] lowers a [`Mapping`] once; [`Plan::route`] says which targets want an event and in which
//! lanes, [`Plan::prepare`] makes one request. Both are pure functions of the stored event: every call
//! gives the same answer. No I/O, no clock, no panic on any bytes.
//!
//! ```text
//! Mapping → compile/ → Code, shapes, writers
//! bytes   → door/ → arena (slots of used values) → evaluate/ → write/ → bytes
//! ```
//!
//! The door reads the event once, whole, and keeps what the mapping uses as spans of its text; what is
//! only moved is copied from there into the body.

mod address;
pub mod answer;
mod arena;
mod code;
mod compile;
pub mod crosswalk;
mod door;
pub mod envelope;
mod error;
mod evaluate;
pub mod limits;
mod opened;
mod request;
mod shape;
mod target;
mod write;

#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};

use crate::model::{FORMAT, Mapping};
pub use address::Environment;
use answer::{Judged, Learned};
use arena::Arena;
use code::TableCode;
use compile::Compiler;
use crosswalk::CrosswalkCode;
use crosswalk::NoCrosswalks;
pub use crosswalk::{Crosswalks, LookUp};
pub use error::PlanError;
use evaluate::Machine;
pub use opened::Opened;
pub use request::{Envelope, Given, Made, Prepared, Refusal, Request, Route, Routed, Version};
use shape::Shapes;
use target::{Asked, TargetCode};

/// A mapping made ready. Shared between threads; its buffers go from event to event.
pub struct Plan {
    mapping: Mapping,
    shapes: Shapes,
    /// Slots of the event's own frame.
    width: u32,
    tables: Vec<TableCode>,
    crosswalks: Vec<CrosswalkCode>,
    targets: Vec<TargetCode>,
    environment: Vec<String>,
    scratch: Mutex<Vec<Scratch>>,
}

/// Buffers of one event at a time.
#[derive(Default)]
struct Scratch {
    arena: Arena,
    orders: door::Orders,
}

const NO_TARGET: &str = "the mapping has no such target";

/// Sets of buffers that are kept for later events.
const MAX_KEPT_SCRATCH: usize = 64;

impl Plan {
    /// Makes a mapping ready. One that the checker made always can be; one that came from a file may
    /// have been written by anyone.
    ///
    /// # Errors
    ///
    /// It is of another format, names a function, table, field or variable that is not there, gives a
    /// function or table the wrong number of arguments, is nested deeper than [`limits::MAX_NESTING`],
    /// or names what XML or HTTP have no such name for.
    pub fn new(mapping: &Mapping) -> Result<Plan, PlanError> {
        if mapping.format != FORMAT {
            return Err(PlanError::new(
                "format",
                format!("{} is not {FORMAT}, which is the one known", mapping.format),
            ));
        }
        let mut compiler = Compiler::new(mapping)?;
        let mut environment = Vec::new();
        let mut targets = Vec::with_capacity(mapping.targets.len());
        for target in &mapping.targets {
            targets.push(TargetCode::new(target, &mut compiler, &mut environment)?);
        }
        let (mut shapes, tables) = compiler.finish();
        let width = shapes.assign_slots();
        let crosswalks = mapping.crosswalks.iter().map(CrosswalkCode::new).collect();
        Ok(Plan {
            mapping: mapping.clone(),
            shapes,
            width,
            tables,
            crosswalks,
            targets,
            environment,
            scratch: Mutex::default(),
        })
    }

    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// The names that an [`Environment`] must have for [`Plan::prepare`].
    pub fn environment_names(&self) -> &[String] {
        &self.environment
    }

    /// Which targets want the event, and in which lanes. A target whose `when` is false gives no answer; one whose
    /// `when` asks a crosswalk is taken to want it, until [`Plan::prepare`] knows.
    ///
    /// # Errors
    ///
    /// The event does not pass the door: it is no JSON, over a limit or not of the declared shape, and set
    /// aside for all targets.
    pub fn route(&self, event: &[u8], envelope: &Envelope) -> Result<Vec<Routed>, Refusal> {
        self.with(event, envelope, &NoCrosswalks, |plan, machine| {
            let mut routed = Vec::new();
            for (index, target) in plan.targets.iter().enumerate() {
                let answers = target.route(index, Asked::AtIntake, machine);
                routed.extend(answers.into_iter().map(|(answer, _)| answer));
            }
            routed
        })
    }

    /// The request that a target makes of the event or, with `each`, of one item of it, and what was looked up
    /// for it in crosswalks.
    pub fn prepare<'g>(
        &self,
        event: &[u8],
        envelope: &Envelope,
        target: usize,
        item: Option<u32>,
        given: impl Into<Given<'g>>,
    ) -> Prepared {
        let given = given.into();
        let prepared = self.with(event, envelope, given.crosswalks, |plan, machine| {
            let Some(target) = plan.targets.get(target) else { return Prepared::refused(NO_TARGET) };
            let made = target.prepare(item, None, machine, given.environment);
            Prepared { made, look_ups: machine.look_ups() }
        });
        prepared.unwrap_or_else(|refusal| Prepared { made: Made::Refused(refusal), look_ups: Vec::new() })
    }

    /// What an answer of the target says of the request: whether it is accepted, whether it is a SOAP fault.
    pub fn judge(&self, target: usize, status: u16, body: &[u8]) -> Judged {
        let Some(target) = self.targets.get(target) else { return Judged { accepted: false, fault: None } };
        let (arena, envelope) = (Arena::default(), Envelope::default());
        let mut machine = Machine::new(&self.shapes, &self.tables, &self.crosswalks, "", &arena, &envelope);
        target.answer().judge(status, body, &mut machine)
    }

    /// Whether something of the target's answers is to be remembered.
    pub fn remembers(&self, target: usize) -> bool {
        self.targets.get(target).is_some_and(|target| target.answer().remembers())
    }

    /// What changes in the crosswalks because the target accepted what it was sent of the event, or of one item of
    /// it, with this answer.
    ///
    /// # Errors
    ///
    /// As [`Plan::route`], or there is no such target or item.
    pub fn learn(
        &self,
        event: &[u8],
        envelope: &Envelope,
        target: usize,
        item: Option<u32>,
        body: &[u8],
    ) -> Result<Learned, Refusal> {
        if self.targets.get(target).is_some_and(|target| !target.answer().teaches()) {
            return Ok(Learned::default());
        }
        self.with(event, envelope, &NoCrosswalks, |plan, machine| match plan.targets.get(target) {
            Some(target) => target.learn(item, None, body, machine).map_err(|stop| target::refusal(*stop)),
            None => Err(Refusal::of_event(NO_TARGET)),
        })?
    }

    /// [`Plan::route`], and [`Plan::prepare`] for each target or item that wants the event, in one pass
    /// over its bytes; crosswalks are asked at once.
    ///
    /// # Errors
    ///
    /// As [`Plan::route`].
    pub fn transform<'g>(
        &self,
        event: &[u8],
        envelope: &Envelope,
        given: impl Into<Given<'g>>,
    ) -> Result<Vec<(Routed, Option<Made>)>, Refusal> {
        let Given { environment, crosswalks } = given.into();
        self.with(event, envelope, crosswalks, |plan, machine| {
            let mut all = Vec::with_capacity(plan.targets.len());
            for (index, target) in plan.targets.iter().enumerate() {
                for (routed, entry) in target.route(index, Asked::InTurn, machine) {
                    let made = matches!(routed, Routed::To(_)).then(|| target.make(entry, machine, environment));
                    all.push((routed, made));
                }
            }
            all
        })
    }

    /// Lets the event in and hands on what evaluates it.
    fn with<T>(
        &self,
        event: &[u8],
        envelope: &Envelope,
        crosswalks: &dyn Crosswalks,
        run: impl for<'e> FnOnce(&'e Plan, &mut Machine<'e>) -> T,
    ) -> Result<T, Refusal> {
        let pool = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = pool().pop().unwrap_or_default();
        let Scratch { arena, orders } = &mut scratch;
        let admitted = door::admit(&self.shapes, self.width, event, arena, orders);
        let result = admitted.map(|text| {
            let machine = Machine::new(&self.shapes, &self.tables, &self.crosswalks, text, arena, envelope);
            run(self, &mut machine.holding(crosswalks))
        });
        let mut kept = pool();
        if kept.len() < MAX_KEPT_SCRATCH {
            kept.push(scratch);
        }
        drop(kept);
        result
    }
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan").field("mapping", &self.mapping.name).finish_non_exhaustive()
    }
}
