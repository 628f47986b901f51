//! What becomes of a turn that was taken: its final row, or another try later.

use super::attend::{Attended, AttendedEnd, effect_before};
use super::health::{Forbidden, Health, jitter};
use crate::model::Target;
use crate::plan::Request;
use crate::runtime::audit::Outcome;
use crate::runtime::program::path_at;
use crate::runtime::push::{Tried, TryEnd, Verdict};
use crate::runtime::store::{Deferred, Effect, Finished, KeptRequest, Turn};
use std::time::{Duration, Instant};

/// The decision, with what it says of the target.
#[derive(Debug)]
pub(super) struct Decision {
    pub settle: Settle,
    /// Nothing may begin at the target for so long.
    pub hold: Option<Duration>,
    /// The target is to be paused, and why.
    pub pause: Option<String>,
}

#[derive(Debug)]
pub(super) enum Settle {
    Finish(Box<Finished>),
    Defer { deferred: Box<Deferred>, reason: String, status: Option<u16> },
}

/// Decides, and takes what happened into the target's health. `restarted_for`: how long this process runs; an
/// earlier one's requests were abandoned before.
pub(super) fn decide(
    attended: Attended,
    spec: &Target,
    health: &mut Health,
    now: Instant,
    restarted_for: Duration,
) -> Decision {
    let Attended { turn, begun, end } = attended;
    let (request, body_digest, tried, verdict, effect, learned) = match end {
        AttendedEnd::Superseded => return finish(untried(&turn, Outcome::Superseded, None)),
        AttendedEnd::Skipped => return finish(untried(&turn, Outcome::Skipped, None)),
        AttendedEnd::Unwanted => {
            let reason = "its `when` did not hold when its turn came";
            return finish(untried(&turn, Outcome::Skipped, Some(reason.to_owned())));
        }
        AttendedEnd::Refused(refusal) => {
            return finish(untried(&turn, Outcome::SetAside, Some(refusal.to_string())));
        }
        AttendedEnd::Tried { request, body_digest, tried, verdict, effect, learned } => {
            (request, body_digest, tried, verdict, effect, learned)
        }
    };
    let before = effect_before(&turn);
    let case = Case { turn, request: *request, body_digest, tried, effect, before, restarted_for };
    match verdict {
        Verdict::Delivered => {
            health.delivered(&case.turn.lane, now);
            let reason = (!learned.lacking.is_empty()).then(|| learned.lacking.join("; "));
            finish(Finished { learned: learned.changes, ..case.finished(Outcome::Delivered, reason, spec) })
        }
        Verdict::Refused { reason } => {
            health.works();
            finish(case.finished(Outcome::SetAside, Some(reason), spec))
        }
        Verdict::Unauthorized { reason } => {
            Decision { pause: Some(reason.clone()), ..case.again(reason, Duration::ZERO) }
        }
        Verdict::Forbidden => match health.forbidden(&case.turn.lane) {
            Forbidden::Record => finish(case.finished(Outcome::SetAside, Some("HTTP 403 Forbidden".to_owned()), spec)),
            Forbidden::Unsure => {
                let delay = jitter(spec.retry, case.tries());
                case.again("HTTP 403 Forbidden".to_owned(), delay)
            }
            Forbidden::All => {
                let reason = "it forbids all that we send (HTTP 403)";
                Decision { pause: Some(reason.to_owned()), ..case.again(reason.to_owned(), Duration::ZERO) }
            }
        },
        Verdict::Again { reason, blame, hold } => {
            health.failed(&case.turn.lane, begun, now);
            let since = (case.turn.tries > 0).then(|| case.turn.idle_for + now.saturating_duration_since(begun));
            let blamed = blame && health.others_succeed(&case.turn.lane, since, now);
            case.failed(reason, blamed, hold, spec)
        }
    }
}

fn finish(finished: Finished) -> Decision {
    Decision { settle: Settle::Finish(Box::new(finished)), hold: None, pause: None }
}

/// A final row without a try in this turn.
fn untried(turn: &Turn, outcome: Outcome, reason: Option<String>) -> Finished {
    Finished {
        work: turn.work,
        lane: turn.lane.clone(),
        plan: turn.plan,
        source: turn.source,
        event_id: turn.envelope.id.clone(),
        id_is_cursor: turn.id_is_cursor,
        outcome,
        reason,
        key: turn.request.as_ref().map(|request| request.key.clone()),
        tries: turn.tries,
        status: None,
        latency: None,
        body_digest: None,
        effect: effect_before(turn),
        advance: None,
        rest: Duration::ZERO,
        learned: Vec::new(),
        request: if turn.request.is_some() { KeptRequest::Remove } else { KeptRequest::None },
    }
}

/// A turn in which a request was tried.
struct Case {
    turn: Turn,
    request: Request,
    body_digest: Option<[u8; 32]>,
    tried: Tried,
    /// Of this try.
    effect: Effect,
    /// Of those before.
    before: Effect,
    restarted_for: Duration,
}

impl Case {
    fn tries(&self) -> u32 {
        self.turn.tries.saturating_add(self.tried.requests)
    }

    fn status(&self) -> Option<u16> {
        match self.tried.end {
            TryEnd::Answered { status, .. } => Some(status),
            TryEnd::NoCredential { .. }
            | TryEnd::NotSent { .. }
            | TryEnd::NoAnswer { .. }
            | TryEnd::Unsendable { .. } => None,
        }
    }

    fn tried_for(&self) -> Duration {
        let between = if self.turn.tries > 0 { self.turn.idle_for } else { Duration::ZERO };
        self.turn.tried_for + between + self.tried.latency
    }

    /// How long the record's next event waits, so that an abandoned request cannot land on top of it.
    fn rest(&self, spec: &Target) -> Duration {
        let timeout = Duration::from_millis(spec.timeout_ms);
        if self.effect == Effect::Abandoned {
            return timeout;
        }
        if self.before != Effect::Abandoned {
            return Duration::ZERO;
        }
        let since = if self.turn.begun_before { self.restarted_for } else { self.turn.idle_for + self.tried.latency };
        timeout.saturating_sub(since)
    }

    fn finished(self, outcome: Outcome, reason: Option<String>, spec: &Target) -> Finished {
        let effect = self.before.max(self.effect);
        let rest = self.rest(spec);
        let (tries, status) = (self.tries(), self.status());
        let kept = self.turn.request.is_some();
        let advances = outcome == Outcome::Delivered || effect.is_unknown();
        let request = match outcome {
            Outcome::SetAside if effect.is_unknown() && kept => KeptRequest::Stay,
            Outcome::SetAside if effect.is_unknown() => KeptRequest::Keep(without_host(self.request.clone())),
            _ if kept => KeptRequest::Remove,
            _ => KeptRequest::None,
        };
        Finished {
            key: Some(self.request.key),
            tries,
            status,
            latency: Some(self.tried.latency),
            body_digest: self.body_digest,
            effect,
            advance: self.turn.version.clone().filter(|_| advances),
            rest,
            request,
            ..untried(&self.turn, outcome, reason)
        }
    }

    /// To be tried again, whatever it costs: the target is to blame, or nobody yet.
    fn again(self, reason: String, delay: Duration) -> Decision {
        self.deferred(reason, false, delay, None)
    }

    fn failed(self, reason: String, blamed: bool, hold: Option<Duration>, spec: &Target) -> Decision {
        let tried_for = self.tried_for();
        if tried_for.as_millis() >= u128::from(spec.retry.within_ms) {
            let reason = format!("given up after {}: {reason}", in_words(tried_for));
            return Decision { hold, ..finish(self.finished(Outcome::SetAside, Some(reason), spec)) };
        }
        let counted = self.turn.blamed + u32::from(blamed);
        if spec.retry.times.is_some_and(|times| counted > times) {
            let reason = format!("given up after {} tries: {reason}", self.tries());
            return Decision { hold, ..finish(self.finished(Outcome::SetAside, Some(reason), spec)) };
        }
        let delay = jitter(spec.retry, self.tries()).max(hold.unwrap_or_default());
        self.deferred(reason, blamed, delay, hold)
    }

    fn deferred(self, reason: String, blamed: bool, delay: Duration, hold: Option<Duration>) -> Decision {
        let status = self.status();
        let deferred = Deferred {
            work: self.turn.work,
            lane: self.turn.lane.clone(),
            tries: self.tries(),
            blamed: self.turn.blamed + u32::from(blamed),
            effect: self.before.max(self.effect),
            tried_for: self.tried_for(),
            delay,
            request: if self.turn.request.is_none() { Some(without_host(self.request)) } else { None },
        };
        Decision { settle: Settle::Defer { deferred: Box::new(deferred), reason, status }, hold, pause: None }
    }
}

/// What is kept of a request: the host follows the mapping.
fn without_host(mut request: Request) -> Request {
    request.url.drain(..path_at(&request.url));
    request
}

/// `90 s`, `24 h`.
fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds @ 1..=7199 => format!("{seconds} s"),
        seconds => format!("{} h", seconds / 3600),
    }
}
