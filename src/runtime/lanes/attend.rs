//! One turn of one lane: the request is made, or taken as it was first made, and tried once.

use crate::model::Target;
use crate::plan::answer::{Judged, Learned};
use crate::plan::crosswalk::KnownCrosswalks;
use crate::plan::{Given, Made, Opened, Plan, Prepared, Refusal, Request};
use crate::runtime::observe::{Observer, RunEvent};
use crate::runtime::program::{Place, Program, path_at};
use crate::runtime::push::{Clients, Tried, TryEnd, Verdict, judge, send};
use crate::runtime::store::desk::StoreHandle;
use crate::runtime::store::{Asked, Effect, PlanId, StoreError, Turn, version};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So often what was found may lead to something else that is looked up.
const ROUNDS: usize = 64;

/// What every turn needs.
pub(super) struct Tools {
    pub program: Arc<Program>,
    pub clients: Clients,
    pub store: StoreHandle,
    pub observer: Arc<dyn Observer>,
    pub opened: OpenedEvents,
}

/// The last events of which items are sent, read once for all of them.
#[derive(Debug, Default)]
pub(super) struct OpenedEvents {
    kept: Mutex<VecDeque<(u64, PlanId, Arc<Opened>)>>,
}

/// Events that are kept read.
const OPENED: usize = 2;

impl OpenedEvents {
    /// `None` where the turn is of a whole event, or the event does not pass the door.
    fn of(&self, turn: &Turn, place: Place<'_>) -> Option<Arc<Opened>> {
        turn.work.item?;
        let plan_id = place.mapped.plan_id;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(event, plan, _): &&(u64, PlanId, Arc<Opened>)| *event == turn.work.event && *plan == plan_id;
        if let Some((_, _, opened)) = kept.iter().find(is_it) {
            return Some(Arc::clone(opened));
        }
        let opened = Arc::new(Opened::new(Arc::clone(&place.mapped.plan), &turn.data, &turn.envelope).ok()?);
        if kept.len() == OPENED {
            kept.pop_front();
        }
        kept.push_back((turn.work.event, plan_id, Arc::clone(&opened)));
        Some(opened)
    }
}

/// A turn that has been taken.
#[derive(Debug)]
pub(super) struct Attended {
    pub turn: Turn,
    pub begun: Instant,
    pub end: AttendedEnd,
}

/// How it ended.
#[derive(Debug)]
pub(super) enum AttendedEnd {
    /// A newer version is at the target already.
    Superseded,
    /// The door or the author set it aside.
    Refused(Refusal),
    Skipped,
    /// Its `when`, which asks a crosswalk, does not hold.
    Unwanted,
    Tried {
        request: Box<Request>,
        body_digest: Option<[u8; 32]>,
        tried: Tried,
        verdict: Verdict,
        /// What is known of the effect of this try.
        effect: Effect,
        /// What is to be remembered of a delivery.
        learned: Learned,
    },
}

/// Takes a turn.
///
/// # Errors
/// The store failed.
pub(super) async fn attend(tools: &Tools, turn: Turn) -> Result<Attended, StoreError> {
    let begun = Instant::now();
    let end = match (&turn.version, &turn.newest) {
        (Some(version), Some(newest)) if version::is_older(version, newest) => AttendedEnd::Superseded,
        _ => push(tools, &turn).await?,
    };
    Ok(Attended { turn, begun, end })
}

async fn push(tools: &Tools, turn: &Turn) -> Result<AttendedEnd, StoreError> {
    let Some(place) = tools.program.place(turn.work.target) else {
        // turns are asked for the program's own targets only
        let refusal = Refusal { path: "target".to_owned(), reason: "no mapping has it any more".to_owned() };
        return Ok(AttendedEnd::Refused(refusal));
    };
    let mut request = match made(tools, turn, place).await? {
        Made::Request(request) => request,
        Made::Refused(refusal) => return Ok(AttendedEnd::Refused(refusal)),
        Made::Skipped => return Ok(AttendedEnd::Skipped),
        Made::Unwanted => return Ok(AttendedEnd::Unwanted),
    };
    // the path stays that of the first try, the host follows the mapping
    request.url = match &tools.program.target_url {
        Some(url) => url.clone(),
        None => format!("{}{}", place.bound.base, &request.url[path_at(&request.url)..]),
    };
    let spec = place.spec();
    tools.observer.observe(RunEvent::Prepared {
        event: turn.work.event,
        id: &turn.envelope.id,
        mapping: &place.mapped.name,
        target: spec.name.as_deref(),
        item: turn.work.item,
        request: &request,
    });
    let timeout = Duration::from_millis(spec.timeout_ms);
    let tried = send(&tools.clients, &request, &request.url, place.bound.credential.as_ref(), timeout).await;
    let body_digest = request.body.as_deref().map(|body| Sha256::digest(body).into());
    let (verdict, effect) = judge(&tried.end, &request.method, &judged(place, &tried), effect_before(turn));
    let learned = match verdict {
        Verdict::Delivered => learn(tools, turn, place, &tried.body),
        _ => Learned::default(),
    };
    Ok(AttendedEnd::Tried { request: Box::new(request), body_digest, tried, verdict, effect, learned })
}

/// What the answer says. One that broke off is no good answer where something of it is to be remembered: the next try
/// has the same key.
fn judged(place: Place<'_>, tried: &Tried) -> Judged {
    let plan = &place.mapped.plan;
    match tried.end {
        TryEnd::Answered { whole: false, .. } if plan.remembers(place.index) => Judged { accepted: false, fault: None },
        TryEnd::Answered { status, .. } => plan.judge(place.index, status, &tried.body),
        TryEnd::NoCredential { .. } | TryEnd::NotSent { .. } | TryEnd::NoAnswer { .. } | TryEnd::Unsendable { .. } => {
            Judged { accepted: false, fault: None }
        }
    }
}

fn learn(tools: &Tools, turn: &Turn, place: Place<'_>, body: &[u8]) -> Learned {
    let learned = match tools.opened.of(turn, place) {
        Some(opened) => opened.learn(place.index, turn.work.item, body),
        None => place.mapped.plan.learn(&turn.data, &turn.envelope, place.index, turn.work.item, body),
    };
    // the mapping may have changed since the request was made
    let nothing =
        |refusal: Refusal| Learned { changes: Vec::new(), lacking: vec![format!("nothing remembered: {refusal}")] };
    learned.unwrap_or_else(nothing)
}

/// Of what an earlier process may have begun nobody knows.
pub(super) fn effect_before(turn: &Turn) -> Effect {
    if turn.begun_before { Effect::Abandoned } else { turn.effect }
}

/// The request as it was at the first try; else by the plan that the first try had; else by the newest.
async fn made(tools: &Tools, turn: &Turn, place: Place<'_>) -> Result<Made, StoreError> {
    if let Some(request) = &turn.request {
        return Ok(Made::Request(request.clone()));
    }
    let may_be_begun = turn.begun_before || turn.effect.is_unknown() || turn.tries > 0;
    let bound_to_old = may_be_begun || turn.work.item.is_some();
    if turn.plan == place.mapped.plan_id || !bound_to_old {
        return newest(tools, turn, place).await;
    }
    let old = tools.store.plan_text(turn.plan).await?;
    let name = place.spec().name.as_deref();
    match old.as_deref().and_then(|text| old_plan(text, name)) {
        Some((plan, target)) => {
            let make = |given: Given<'_>| plan.prepare(&turn.data, &turn.envelope, target, turn.work.item, given);
            prepare(tools, turn, make).await
        }
        None => {
            tracing::warn!(
                event = turn.work.event,
                "the mapping that this event began with cannot be read any more; the newest is taken"
            );
            newest(tools, turn, place).await
        }
    }
}

/// By the newest mapping.
async fn newest(tools: &Tools, turn: &Turn, place: Place<'_>) -> Result<Made, StoreError> {
    let (target, item) = (place.index, turn.work.item);
    match tools.opened.of(turn, place) {
        Some(opened) => prepare(tools, turn, |given: Given<'_>| opened.prepare(target, item, given)).await,
        None => {
            let make = |given: Given<'_>| place.mapped.plan.prepare(&turn.data, &turn.envelope, target, item, given);
            prepare(tools, turn, make).await
        }
    }
}

/// Makes the request. What it looks up in crosswalks is asked of the store, which keeps it with the event, until nothing
/// new is asked.
async fn prepare(tools: &Tools, turn: &Turn, make: impl Fn(Given<'_>) -> Prepared) -> Result<Made, StoreError> {
    let mut known = KnownCrosswalks::default();
    for _ in 0..ROUNDS {
        let given = Given { environment: &tools.program.environment, crosswalks: &known };
        let prepared = make(given);
        let asked: Vec<Asked> = prepared
            .look_ups
            .into_iter()
            .filter(|look_up| !known.knows(&look_up.crosswalk, &look_up.key))
            .map(|look_up| Asked { crosswalk: look_up.crosswalk, key: look_up.key })
            .collect();
        if asked.is_empty() {
            return Ok(prepared.made);
        }
        let found = tools.store.look_up(turn.work.event, asked.clone()).await?;
        for (Asked { crosswalk, key }, found) in asked.into_iter().zip(found) {
            known.insert(&crosswalk, key, found);
        }
    }
    let reason = format!("its look-ups lead from one to the next over {ROUNDS} times");
    Ok(Made::Refused(Refusal { path: "event".to_owned(), reason }))
}

/// A mapping that was in force, and where the target is in it. Rare: only what was begun before a restart with
/// another mapping.
fn old_plan(text: &str, target: Option<&str>) -> Option<(Plan, usize)> {
    let mapping = serde_json::from_str(text).ok()?;
    let plan = Plan::new(&mapping).ok()?;
    let has_name = |spec: &Target| spec.name.as_deref() == target;
    let index = plan.mapping().targets.iter().position(has_name)?;
    Some((plan, index))
}
