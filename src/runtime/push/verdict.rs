//! What a try's end means for the event: delivered, refused for good, or to be tried again.

use super::TryEnd;
use crate::model::Accept;
use crate::runtime::store::Effect;
use std::time::Duration;

/// What a try says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Delivered,
    /// Refused for good.
    Refused {
        reason: String,
    },
    /// To be tried again. `blame`: the event may be to blame, if other records succeed meanwhile. `hold`: the
    /// whole target asks for a pause.
    Again {
        reason: String,
        blame: bool,
        hold: Option<Duration>,
    },
    /// 401: the target does not take our credential.
    Unauthorized,
    /// 403: the target forbids this record, or all.
    Forbidden,
}

/// Judges a try and says what is known of its effect. `before` is the effect of earlier tries.
pub(crate) fn judge(end: &TryEnd, method: &str, accept: Accept, before: Effect) -> (Verdict, Effect) {
    match end {
        TryEnd::Unsendable { reason } => (Verdict::Refused { reason: reason.clone() }, Effect::Known),
        TryEnd::NotSent { reason } => {
            (Verdict::Again { reason: reason.clone(), blame: false, hold: None }, Effect::Known)
        }
        TryEnd::NoAnswer { reason, in_time } => {
            (Verdict::Again { reason: reason.clone(), blame: !in_time, hold: None }, Effect::Abandoned)
        }
        TryEnd::Answered { status, retry_after } => answered(*status, *retry_after, method, accept, before),
    }
}

fn answered(
    status: u16,
    retry_after: Option<Duration>,
    method: &str,
    accept: Accept,
    before: Effect,
) -> (Verdict, Effect) {
    let reason = status_text(status);
    let again = |blame| Verdict::Again { reason: reason.clone(), blame, hold: retry_after };
    if (accept.from..=accept.to).contains(&status) {
        return (Verdict::Delivered, Effect::Known);
    }
    match status {
        // an earlier try did it, as far as anyone can know
        404 | 410 if method == "DELETE" && before.is_unknown() => (Verdict::Delivered, Effect::Known),
        409 if before.is_unknown() => (again(false), Effect::Known),
        401 => (Verdict::Unauthorized, Effect::Known),
        403 => (Verdict::Forbidden, Effect::Known),
        408 | 425 | 429 | 503 => (again(false), Effect::Known),
        // a gateway gave up waiting: the target may be at it still
        502 | 504 => (again(false), Effect::Abandoned),
        500..=599 => (again(true), Effect::Unclear),
        300..=399 => (Verdict::Refused { reason: format!("{reason}: a redirect that is not followed") }, Effect::Known),
        _ => (Verdict::Refused { reason }, Effect::Known),
    }
}

fn status_text(status: u16) -> String {
    let name = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    match name {
        Some(name) => format!("HTTP {status} {name}"),
        None => format!("HTTP {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, method: &str, before: Effect) -> (Verdict, Effect) {
        judge(&TryEnd::Answered { status, retry_after: None }, method, Accept::default(), before)
    }

    fn is_again(verdict: &Verdict, blamed: bool) -> bool {
        matches!(verdict, Verdict::Again { blame, .. } if *blame == blamed)
    }

    #[test]
    fn each_status_has_its_meaning() {
        for status in [200, 201, 204, 299] {
            assert_eq!(answer(status, "PUT", Effect::Known).0, Verdict::Delivered, "{status}");
        }
        for status in [101, 301, 304, 307, 400, 404, 405, 409, 410, 411, 413, 415, 422, 451, 600, 999] {
            assert!(matches!(answer(status, "PUT", Effect::Known).0, Verdict::Refused { .. }), "{status}");
        }
        for status in [408, 425, 429, 502, 503, 504] {
            assert!(is_again(&answer(status, "PUT", Effect::Known).0, false), "{status}");
        }
        for status in [500, 501, 505, 507] {
            assert!(is_again(&answer(status, "PUT", Effect::Known).0, true), "{status}");
        }
        assert_eq!(answer(401, "PUT", Effect::Known).0, Verdict::Unauthorized);
        assert_eq!(answer(403, "PUT", Effect::Known).0, Verdict::Forbidden);
    }

    #[test]
    fn after_an_unknown_effect_gone_is_done_and_conflict_is_tried_again() {
        for before in [Effect::Unclear, Effect::Abandoned] {
            assert_eq!(answer(404, "DELETE", before).0, Verdict::Delivered);
            assert_eq!(answer(410, "DELETE", before).0, Verdict::Delivered);
            assert!(matches!(answer(404, "PUT", before).0, Verdict::Refused { .. }));
            assert!(is_again(&answer(409, "POST", before).0, false));
        }
        assert!(matches!(answer(404, "DELETE", Effect::Known).0, Verdict::Refused { .. }));
        assert!(matches!(answer(409, "POST", Effect::Known).0, Verdict::Refused { .. }));
    }

    #[test]
    fn only_what_was_not_answered_may_be_under_way() {
        assert_eq!(answer(503, "PUT", Effect::Known).1, Effect::Known);
        assert_eq!(answer(500, "PUT", Effect::Known).1, Effect::Unclear);
        assert_eq!(answer(504, "PUT", Effect::Known).1, Effect::Abandoned);
        let late = TryEnd::NoAnswer { reason: "no answer in time".to_owned(), in_time: false };
        let (verdict, effect) = judge(&late, "PUT", Accept::default(), Effect::Known);
        assert!(is_again(&verdict, true));
        assert_eq!(effect, Effect::Abandoned);
        let broken = TryEnd::NoAnswer { reason: "the connection broke".to_owned(), in_time: true };
        assert!(is_again(&judge(&broken, "PUT", Accept::default(), Effect::Known).0, false));
        let refused = TryEnd::NotSent { reason: "no connection".to_owned() };
        let (verdict, effect) = judge(&refused, "PUT", Accept::default(), Effect::Known);
        assert!(is_again(&verdict, false));
        assert_eq!(effect, Effect::Known);
    }

    #[test]
    fn a_narrower_accept_is_held_to() {
        let accept = Accept { from: 201, to: 201 };
        let (verdict, _) = judge(&TryEnd::Answered { status: 200, retry_after: None }, "POST", accept, Effect::Known);
        assert!(matches!(verdict, Verdict::Refused { .. }));
    }
}
