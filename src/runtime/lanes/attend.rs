//! One turn of one lane: the request is made, or taken as it was first made, and tried once.

use crate::model::Target;
use crate::plan::{Made, Plan, Refusal, Request};
use crate::runtime::observe::{Observer, RunEvent};
use crate::runtime::program::{Place, Program, path_at};
use crate::runtime::push::{Clients, Tried, send};
use crate::runtime::store::desk::StoreHandle;
use crate::runtime::store::{StoreError, Turn, version};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What every turn needs.
pub(super) struct Tools {
    pub program: Arc<Program>,
    pub clients: Clients,
    pub store: StoreHandle,
    pub observer: Arc<dyn Observer>,
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
    Tried {
        request: Box<Request>,
        body_digest: Option<[u8; 32]>,
        tried: Tried,
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
    Ok(AttendedEnd::Tried { request: Box::new(request), body_digest, tried })
}

/// The request as it was at the first try; else by the plan that the first try had; else by the newest.
async fn made(tools: &Tools, turn: &Turn, place: Place<'_>) -> Result<Made, StoreError> {
    if let Some(request) = &turn.request {
        return Ok(Made::Request(request.clone()));
    }
    let environment = &tools.program.environment;
    let prepare = |plan: &Plan, target| plan.prepare(&turn.data, &turn.envelope, target, turn.work.item, environment);
    let may_be_begun = turn.begun_before || turn.effect.is_unknown() || turn.tries > 0;
    let bound_to_old = may_be_begun || turn.work.item.is_some();
    if turn.plan == place.mapped.plan_id || !bound_to_old {
        return Ok(prepare(&place.mapped.plan, place.index));
    }
    let old = tools.store.plan_text(turn.plan).await?;
    let name = place.spec().name.as_deref();
    Ok(match old.as_deref().and_then(|text| old_plan(text, name)) {
        Some((plan, target)) => prepare(&plan, target),
        None => {
            tracing::warn!(
                event = turn.work.event,
                "the mapping that this event began with cannot be read any more; the newest is taken"
            );
            prepare(&place.mapped.plan, place.index)
        }
    })
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
