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
mod arena;
mod code;
mod compile;
mod door;
pub mod envelope;
mod error;
mod evaluate;
pub mod limits;
mod request;
mod shape;
mod target;
mod write;

#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};

use crate::model::{FORMAT, Mapping};
pub use address::Environment;
use arena::Arena;
use code::TableCode;
use compile::Compiler;
pub use error::PlanError;
use evaluate::Machine;
pub use request::{Envelope, Made, Refusal, Request, Route, Routed, Version};
use shape::Shapes;
use target::TargetCode;

/// A mapping made ready. Shared between threads; its buffers go from event to event.
pub struct Plan {
    mapping: Mapping,
    shapes: Shapes,
    /// Slots of the event's own frame.
    width: u32,
    tables: Vec<TableCode>,
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
        Ok(Plan { mapping: mapping.clone(), shapes, width, tables, targets, environment, scratch: Mutex::default() })
    }

    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// The names that an [`Environment`] must have for [`Plan::prepare`].
    pub fn environment_names(&self) -> &[String] {
        &self.environment
    }

    /// Which targets want the event, and in which lanes. A target whose `when` is false gives no answer.
    ///
    /// # Errors
    ///
    /// The event does not pass the door: it is no JSON, over a limit or not of the declared shape, and set
    /// aside for all targets.
    pub fn route(&self, event: &[u8], envelope: &Envelope) -> Result<Vec<Routed>, Refusal> {
        self.with(event, envelope, |plan, machine| {
            let mut routed = Vec::new();
            for (index, target) in plan.targets.iter().enumerate() {
                routed.extend(target.route(index, machine).into_iter().map(|(answer, _)| answer));
            }
            routed
        })
    }

    /// The request that a target makes of the event or, with `each`, of one item of it.
    pub fn prepare(
        &self,
        event: &[u8],
        envelope: &Envelope,
        target: usize,
        item: Option<u32>,
        environment: &Environment,
    ) -> Made {
        let made = self.with(event, envelope, |plan, machine| {
            let Some(target) = plan.targets.get(target) else {
                return Made::Refused(Refusal::of_event("the mapping has no such target"));
            };
            match target.entry(item, machine) {
                Ok(entry) => target.make(entry, machine, environment),
                Err(stop) => target::ended(*stop),
            }
        });
        made.unwrap_or_else(Made::Refused)
    }

    /// [`Plan::route`], and [`Plan::prepare`] for each target or item that wants the event, in one pass
    /// over its bytes.
    ///
    /// # Errors
    ///
    /// As [`Plan::route`].
    pub fn transform(
        &self,
        event: &[u8],
        envelope: &Envelope,
        environment: &Environment,
    ) -> Result<Vec<(Routed, Option<Made>)>, Refusal> {
        self.with(event, envelope, |plan, machine| {
            let mut all = Vec::with_capacity(plan.targets.len());
            for (index, target) in plan.targets.iter().enumerate() {
                for (routed, entry) in target.route(index, machine) {
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
        run: impl for<'e> FnOnce(&'e Plan, &mut Machine<'e>) -> T,
    ) -> Result<T, Refusal> {
        let pool = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = pool().pop().unwrap_or_default();
        let Scratch { arena, orders } = &mut scratch;
        let admitted = door::admit(&self.shapes, self.width, event, arena, orders);
        let result =
            admitted.map(|text| run(self, &mut Machine::new(&self.shapes, &self.tables, text, arena, envelope)));
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
