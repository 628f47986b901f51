//! The plan's answers beside those of the reference.

use crate::body;
use crate::event::Event;
use crate::reference::{self, Answer, Made as Expected, Stop};
use crate::verdict::{Answers, is_size_limit};
use hms_sync::model::Mapping;
use hms_sync::plan::{Environment, Made, Refusal, Request, Route, Routed};

/// `Err` says where the two differ.
pub fn agree(mapping: &Mapping, event: &Event, environment: &Environment, answers: &Answers) -> Result<(), String> {
    let environment = |name: &str| environment.get(name).unwrap_or_default().to_owned();
    let expected = reference::answers(mapping, event, &environment);
    if expected.len() != answers.len() {
        return Err(format!("{} answers, the reference gives {}: {expected:?}", answers.len(), expected.len()));
    }
    for ((routed, made), (target, expected)) in answers.iter().zip(&expected) {
        one(*target, routed, made.as_ref(), expected)?;
    }
    Ok(())
}

fn one(index: usize, routed: &Routed, made: Option<&Made>, expected: &Answer) -> Result<(), String> {
    let differs = |what: String| Err(format!("the reference differs: {what}\nreference {expected:?}"));
    let target = match routed {
        Routed::To(route) => route.target,
        Routed::Refused { target, .. } | Routed::Skipped { target, .. } => *target,
    };
    if target != index {
        return differs(format!("target {target}"));
    }
    if let Answer::Refused(Stop::Unknown) = expected {
        return Ok(());
    }
    match (routed, made, expected) {
        (Routed::To(route), Some(Made::Request(request)), Answer::Made(expected)) => {
            request_of(route, request, expected)
        }
        (Routed::To(_), Some(Made::Refused(refusal)), _) | (Routed::Refused { refusal, .. }, ..) => {
            refused(refusal, expected).or_else(differs)
        }
        (Routed::To(_), Some(Made::Skipped), Answer::Refused(Stop::Skip))
        | (Routed::Skipped { .. }, _, Answer::Refused(Stop::Skip)) => Ok(()),
        _ => differs(format!("{routed:?} with {made:?}")),
    }
}

fn refused(refusal: &Refusal, expected: &Answer) -> Result<(), String> {
    // The reference knows but some limits of size.
    if is_size_limit(&refusal.reason) {
        return Ok(());
    }
    match expected {
        Answer::Refused(Stop::Rule) => Ok(()),
        Answer::Refused(Stop::Reject(path, reason)) => {
            let hidden = refusal.reason.contains("(sensitive)");
            let same = path.as_deref() == Some(&refusal.path) && (hidden || *reason == refusal.reason);
            if same { Ok(()) } else { Err(format!("refused under {}: {}", refusal.path, refusal.reason)) }
        }
        _ => Err(format!("refused under {}: {}", refusal.path, refusal.reason)),
    }
}

fn request_of(route: &Route, request: &Request, expected: &Expected) -> Result<(), String> {
    let hold = |what: &str, same: bool, found: String, wanted: String| {
        if same {
            Ok(())
        } else {
            Err(format!("the reference differs in the {what}\nfound     {found}\nreference {wanted}"))
        }
    };
    hold("URL", request.url == expected.url, request.url.clone(), expected.url.clone())?;
    hold("key", request.key == expected.key, request.key.clone(), expected.key.clone())?;
    hold("order", route.order == expected.order, route.order.clone(), expected.order.clone())?;
    let versions = (format!("{:?}", route.version), format!("{:?}", expected.version));
    hold("version", route.version == expected.version, versions.0, versions.1)?;
    let headers = (format!("{:?}", request.headers), format!("{:?}", expected.headers));
    hold("headers", request.headers == expected.headers, headers.0, headers.1)?;
    let text = request.body_text().into_owned();
    let bytes = request.body.as_ref().map(|_| text.as_bytes());
    match (bytes, &expected.json, &expected.xml) {
        (Some(bytes), Some(wanted), None) => hold("body", body::json(bytes)? == *wanted, text, wanted.plain()),
        (Some(bytes), None, Some(wanted)) => hold("body", body::xml(bytes)? == *wanted, text, format!("{wanted:?}")),
        (None, None, None) => Ok(()),
        _ => hold("body's kind", false, text, format!("{:?} {:?}", expected.json, expected.xml)),
    }
}
