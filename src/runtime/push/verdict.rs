//! What a try's end means for the event: delivered, refused for good, or to be tried again.

use super::TryEnd;
use crate::plan::answer::Judged;
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
    /// The target does not take our credential (401), or there is none to be had.
    Unauthorized {
        reason: String,
    },
    /// 403: the target forbids this record, or all.
    Forbidden,
}

/// Judges a try and says what is known of its effect. `judged` is what its answer says, if there was one; `before` the
/// effect of earlier tries.
pub(crate) fn judge(end: &TryEnd, method: &str, judged: &Judged, before: Effect) -> (Verdict, Effect) {
    match end {
        TryEnd::Unsendable { reason } => (Verdict::Refused { reason: reason.clone() }, Effect::Known),
        TryEnd::NoCredential { reason } => (Verdict::Unauthorized { reason: reason.clone() }, Effect::Known),
        TryEnd::NotSent { reason } => {
            (Verdict::Again { reason: reason.clone(), blame: false, hold: None }, Effect::Known)
        }
        TryEnd::NoAnswer { reason, in_time } => {
            (Verdict::Again { reason: reason.clone(), blame: !in_time, hold: None }, Effect::Abandoned)
        }
        // what is still to be read may be the answer's word
        TryEnd::Answered { status: 200..=299, whole: false, .. } if !judged.accepted => {
            let reason = "the answer broke off".to_owned();
            (Verdict::Again { reason, blame: false, hold: None }, Effect::Abandoned)
        }
        TryEnd::Answered { status, retry_after, .. } => answered(*status, *retry_after, method, judged, before),
    }
}

fn answered(
    status: u16,
    retry_after: Option<Duration>,
    method: &str,
    judged: &Judged,
    before: Effect,
) -> (Verdict, Effect) {
    let reason = status_text(status);
    let again = |blame| Verdict::Again { reason: reason.clone(), blame, hold: retry_after };
    if judged.accepted {
        return (Verdict::Delivered, Effect::Known);
    }
    if let Some(fault) = &judged.fault
        // a receiver that is at fault itself with a 500 may take the same message later
        && (matches!(status, 200..=299) || status == 500 && !fault.of_receiver)
    {
        let code = if fault.code.is_empty() { String::new() } else { format!(" ({})", fault.code) };
        return (Verdict::Refused { reason: format!("{reason}, with a SOAP fault{code}") }, Effect::Known);
    }
    match status {
        200..=299 => {
            let reason = format!("{reason}, but not what `accept` asks for");
            (Verdict::Refused { reason }, Effect::Known)
        }
        // an earlier try did it, as far as anyone can know
        404 | 410 if method == "DELETE" && before.is_unknown() => (Verdict::Delivered, Effect::Known),
        409 if before.is_unknown() => (again(false), Effect::Known),
        401 => {
            let reason = "it does not take our credential (HTTP 401)".to_owned();
            (Verdict::Unauthorized { reason }, Effect::Known)
        }
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
    use crate::plan::answer::Fault;

    /// As without `accept`, and without a fault.
    fn by_status(status: u16) -> Judged {
        Judged { accepted: (200..=299).contains(&status), fault: None }
    }

    fn answer(status: u16, method: &str, before: Effect) -> (Verdict, Effect) {
        judged(status, method, &by_status(status), before)
    }

    fn judged(status: u16, method: &str, judged: &Judged, before: Effect) -> (Verdict, Effect) {
        judge(&TryEnd::Answered { status, retry_after: None, whole: true }, method, judged, before)
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
        assert!(matches!(answer(401, "PUT", Effect::Known).0, Verdict::Unauthorized { .. }));
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
        let (verdict, effect) = judge(&late, "PUT", &by_status(0), Effect::Known);
        assert!(is_again(&verdict, true));
        assert_eq!(effect, Effect::Abandoned);
        let broken = TryEnd::NoAnswer { reason: "the connection broke".to_owned(), in_time: true };
        assert!(is_again(&judge(&broken, "PUT", &by_status(0), Effect::Known).0, false));
        let refused = TryEnd::NotSent { reason: "no connection".to_owned() };
        let (verdict, effect) = judge(&refused, "PUT", &by_status(0), Effect::Known);
        assert!(is_again(&verdict, false));
        assert_eq!(effect, Effect::Known);
    }

    #[test]
    fn what_accept_says_counts() {
        let no = Judged { accepted: false, fault: None };
        let (verdict, effect) = judged(200, "POST", &no, Effect::Known);
        assert_eq!(verdict, Verdict::Refused { reason: "HTTP 200 OK, but not what `accept` asks for".to_owned() });
        assert_eq!(effect, Effect::Known);
        let yes = Judged { accepted: true, fault: None };
        assert_eq!(judged(404, "PUT", &yes, Effect::Known).0, Verdict::Delivered);
    }

    #[test]
    fn a_fault_is_a_refusal_but_for_a_receiver_that_fails() {
        let fault =
            |of_receiver| Judged { accepted: false, fault: Some(Fault { code: "s:Code".to_owned(), of_receiver }) };
        for of_receiver in [false, true] {
            let (verdict, _) = judged(200, "POST", &fault(of_receiver), Effect::Known);
            assert_eq!(verdict, Verdict::Refused { reason: "HTTP 200 OK, with a SOAP fault (s:Code)".to_owned() });
            assert!(is_again(&judged(503, "POST", &fault(of_receiver), Effect::Known).0, false));
        }
        assert!(matches!(judged(500, "POST", &fault(false), Effect::Known).0, Verdict::Refused { .. }));
        assert!(is_again(&judged(500, "POST", &fault(true), Effect::Known).0, true));
    }

    #[test]
    fn an_answer_that_broke_off_is_none_where_its_body_counts() {
        let end = TryEnd::Answered { status: 200, retry_after: None, whole: false };
        let no = Judged { accepted: false, fault: None };
        let (verdict, effect) = judge(&end, "POST", &no, Effect::Known);
        assert!(is_again(&verdict, false));
        assert_eq!(effect, Effect::Abandoned);
        assert_eq!(judge(&end, "POST", &by_status(200), Effect::Known).0, Verdict::Delivered);
    }
}
