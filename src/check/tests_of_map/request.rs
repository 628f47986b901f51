//! `expect request { … }`: some members of a request, held against what the target can send.

use super::body;
use super::shape::Walk;
use crate::check::nearest::nearest;
use crate::model::{Format, Target};
use crate::text::json::{Json, Value};

const MEMBERS: &[&str] = &["method", "url", "headers", "body"];

pub fn expected_request(walk: &mut Walk, json: &Json, target: &Target) {
    match &json.value {
        Value::List(items) if target.each.is_some() => {
            for (at, item) in items.iter().enumerate() {
                walk.under(format!("[{at}]"), |walk| one(walk, item, target));
            }
        }
        _ => one(walk, json, target),
    }
}

fn one(walk: &mut Walk, json: &Json, target: &Target) {
    let Value::Object(members) = &json.value else {
        let message = format!("a request is an object, but the test has {}", json.kind());
        return walk.wrong(json.at.clone(), message, "no object", None);
    };
    for member in members {
        let value = &member.value;
        match (member.name.as_str(), &value.value) {
            ("method", Value::Text(method)) if *method == target.method => {}
            ("method", _) => {
                let message = format!("the method of this target is {}", target.method);
                walk.wrong(value.at.clone(), message, "another", Some(format!("write \"{}\"", target.method)));
            }
            ("url", Value::Text(_)) => {}
            ("url", _) => walk.wrong(value.at.clone(), "a URL is a string".to_owned(), value.kind(), None),
            ("headers", Value::Object(headers)) => {
                for header in
                    headers.iter().filter(|header| !matches!(header.value.value, Value::Text(_) | Value::Null))
                {
                    let message = format!("the header {} is a string, or null where it is not sent", header.name);
                    walk.wrong(header.value.at.clone(), message, header.value.kind(), None);
                }
            }
            ("headers", _) => walk.wrong(value.at.clone(), "headers are an object".to_owned(), value.kind(), None),
            ("body", _) => request_body(walk, value, target),
            (other, _) => {
                let near = nearest(other, MEMBERS.iter().copied());
                let message = format!("a request has `method`, `url`, `headers` and `body`, but no `{other}`");
                walk.wrong(
                    member.name_at.clone(),
                    message,
                    "not of a request",
                    near.map(|near| format!("write \"{near}\"")),
                );
            }
        }
    }
}

fn request_body(walk: &mut Walk, json: &Json, target: &Target) {
    match (&target.body, &json.value) {
        (None, Value::Null) => {}
        (None, _) => {
            walk.wrong(json.at.clone(), format!("the {} of this target has no body", target.method), "a body", None);
        }
        (Some(body), _) if body.format == Format::Json => body::object(walk, json, &body.nodes),
        (Some(_), Value::Text(_)) => {}
        (Some(_), _) => {
            walk.wrong(json.at.clone(), "the body of this target is text".to_owned(), json.kind(), None);
        }
    }
}
