//! One `expect` held against what became of the event.

use super::{Answers, Difference, Failure, json, xml};
use crate::model::{Expectation, Expected, Format, Mapping};
use crate::plan::{Made, Refusal, Request, Routed};
use serde_json::Value;

/// `None` where it holds.
pub fn judge(mapping: &Mapping, answers: &Answers, expectation: &Expectation) -> Option<Failure> {
    let fail = |(message, difference)| Failure { line: expectation.line, message, difference };
    let seen = Seen::new(mapping, answers, expectation.target);
    let held = match &expectation.expected {
        Expected::Json(text) => seen.bodies(text),
        Expected::Text(text) => seen.text(text),
        Expected::Reject(part) => seen.rejected(part.as_deref()),
        Expected::Skip => seen.nothing_sent(),
        Expected::Request(text) => seen.requests(text),
    };
    held.err().map(fail)
}

/// A sentence, and two texts where there is something to compare.
type Wrong = (String, Option<Difference>);

fn wrong<T>(message: impl Into<String>) -> Result<T, Wrong> {
    Err((message.into(), None))
}

/// What became of the event at the target that an `expect` names, or at all of them.
struct Seen<'a> {
    /// Whether the target makes one request an item.
    items: bool,
    /// How the body is written, if all named targets write it alike.
    format: Option<&'a Format>,
    requests: Vec<&'a Request>,
    refusals: Vec<&'a Refusal>,
    skipped: usize,
}

impl<'a> Seen<'a> {
    fn new(mapping: &'a Mapping, answers: &'a Answers, target: Option<usize>) -> Seen<'a> {
        let named = |index: usize| target.is_none_or(|target| target == index);
        let mut targets =
            mapping.targets.iter().enumerate().filter(|(index, _)| named(*index)).map(|(_, target)| target);
        let first = targets.next();
        let mut seen = Seen {
            items: first.is_some_and(|target| target.each.is_some()),
            format: first.and_then(|target| target.body.as_ref()).map(|body| &body.format),
            requests: Vec::new(),
            refusals: Vec::new(),
            skipped: 0,
        };
        match answers {
            Err(refusal) => seen.refusals.push(refusal),
            Ok(answers) => {
                for (routed, made) in answers {
                    match (routed, made) {
                        (Routed::To(route), Some(made)) if named(route.target) => match made {
                            Made::Request(request) => seen.requests.push(request),
                            Made::Refused(refusal) => seen.refusals.push(refusal),
                            Made::Skipped => seen.skipped += 1,
                            Made::Unwanted => {}
                        },
                        (Routed::Refused { target, refusal, .. }, _) if named(*target) => seen.refusals.push(refusal),
                        (Routed::Skipped { target, .. }, _) if named(*target) => seen.skipped += 1,
                        _ => {}
                    }
                }
            }
        }
        seen
    }

    /// The requests, where an `expect` speaks of requests; a refusal is a failure even beside them.
    fn all(&self) -> Result<&[&'a Request], Wrong> {
        match self.refusals.first() {
            Some(refusal) => wrong(format!("the event is set aside: {refusal}")),
            None => Ok(&self.requests),
        }
    }

    fn one(&self) -> Result<&'a Request, Wrong> {
        match self.all()? {
            [request] => Ok(request),
            [] if self.skipped > 0 => wrong("a request is expected, but the event is left out (skip)"),
            [] => wrong("a request is expected, but no target wants the event"),
            many => wrong(format!(
                "one request is expected, but there are {}; name the target, or list them in `[ … ]`",
                many.len()
            )),
        }
    }

    fn bodies(&self, expected: &str) -> Result<(), Wrong> {
        let expected = parsed(expected)?;
        match &expected {
            Value::Array(list) if self.items => {
                let got = self.all()?.iter().map(|request| json_body(request)).collect::<Result<Vec<_>, _>>()?;
                same_json("the bodies are", &Value::Array(list.clone()), &Value::Array(got))
            }
            expected => same_json("the body is", expected, &json_body(self.one()?)?),
        }
    }

    fn text(&self, expected: &str) -> Result<(), Wrong> {
        let request = self.one()?;
        if request.body.is_none() {
            return wrong("a body is expected, but the request has none");
        }
        let got = request.body_text();
        match self.format {
            Some(Format::Xml { .. } | Format::Soap(_)) => same_xml(expected, &got),
            Some(Format::Form) => same_form(expected, &got),
            // of a file; JSON is compared as JSON
            Some(Format::Json) => same_json("the body is", &parsed(expected)?, &json_body(request)?),
            _ => same_text("the body is", expected, &got),
        }
    }

    fn rejected(&self, part: Option<&str>) -> Result<(), Wrong> {
        let told: Vec<String> = self.refusals.iter().map(ToString::to_string).collect();
        match part {
            _ if told.is_empty() && self.requests.is_empty() => {
                wrong("the event is expected to be set aside, but it is left out")
            }
            _ if told.is_empty() => wrong("the event is expected to be set aside, but a request is made of it"),
            Some(part) if !told.iter().any(|reason| reason.contains(part)) => {
                wrong(format!("the event is set aside, but not for \"{part}\": {}", told.join("; ")))
            }
            _ => Ok(()),
        }
    }

    fn nothing_sent(&self) -> Result<(), Wrong> {
        match self.all()? {
            [] => Ok(()),
            [request, ..] => {
                wrong(format!("nothing is expected to be sent, but there is {} {}", request.method, request.url))
            }
        }
    }

    fn requests(&self, expected: &str) -> Result<(), Wrong> {
        let expected = parsed(expected)?;
        match &expected {
            Value::Array(list) if self.items => {
                let got = self.all()?;
                if got.len() != list.len() {
                    return wrong(format!("{} requests are expected, but there are {}", list.len(), got.len()));
                }
                got.iter().zip(list).try_for_each(|(request, expected)| same_request(expected, request))
            }
            expected => same_request(expected, self.one()?),
        }
    }
}

fn parsed(text: &str) -> Result<Value, Wrong> {
    serde_json::from_str(text).or_else(|error| wrong(format!("what is expected is no JSON: {error}")))
}

fn json_body(request: &Request) -> Result<Value, Wrong> {
    match &request.body {
        None => wrong("a body is expected, but the request has none"),
        Some(_) if !request.json => wrong("a JSON body is expected, but it is text; expect it as \"\"\"…\"\"\""),
        Some(body) => {
            serde_json::from_slice(body).or_else(|error| wrong(format!("the body cannot be read as JSON: {error}")))
        }
    }
}

fn same_json(what: &str, expected: &Value, got: &Value) -> Result<(), Wrong> {
    if json::equal(expected, got) {
        return Ok(());
    }
    let difference = Difference { expected: json::pretty(expected), got: json::pretty(&json::aligned(got, expected)) };
    Err((format!("{what} not what is expected"), Some(difference)))
}

fn same_text(what: &str, expected: &str, got: &str) -> Result<(), Wrong> {
    if expected == got {
        return Ok(());
    }
    Err((
        format!("{what} not what is expected"),
        Some(Difference { expected: expected.to_owned(), got: got.to_owned() }),
    ))
}

/// A form's fields one a line, so that a difference shows the field.
fn same_form(expected: &str, got: &str) -> Result<(), Wrong> {
    let lines = |form: &str| form.trim_end_matches(['\r', '\n']).replace('&', "\n&");
    same_text("the body is", &lines(expected), &lines(got))
}

fn same_xml(expected: &str, got: &str) -> Result<(), Wrong> {
    let parse =
        |what: &str, text: &str| xml::parse(text).or_else(|reason| wrong(format!("{what} is no XML: {reason}")));
    let (expected, got) = (parse("what is expected", expected)?, parse("the body", got)?);
    if expected == got {
        return Ok(());
    }
    let difference = Difference { expected: xml::pretty(&expected), got: xml::pretty(&got) };
    Err(("the body is not what is expected".to_owned(), Some(difference)))
}

/// Compares only the members that are given.
fn same_request(expected: &Value, request: &Request) -> Result<(), Wrong> {
    let Value::Object(members) = expected else { return wrong("`expect request` takes an object") };
    for (name, expected) in members {
        match name.as_str() {
            "method" | "url" => {
                let got = if name == "method" { &request.method } else { &request.url };
                let Some(expected) = expected.as_str() else {
                    return wrong(format!("the {name} that is expected is no string"));
                };
                same_text(&format!("the {name} is"), expected, got)?;
            }
            "headers" => same_headers(expected, request)?,
            "body" => same_body(expected, request)?,
            other => return wrong(format!("a request has `method`, `url`, `headers` and `body`, but no `{other}`")),
        }
    }
    Ok(())
}

/// Names are compared without case (RFC 9110, 5.1); null says that a header is not there.
fn same_headers(expected: &Value, request: &Request) -> Result<(), Wrong> {
    let Value::Object(expected) = expected else { return wrong("`headers` takes an object") };
    for (name, expected) in expected {
        let got =
            request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
        match (expected, got) {
            (Value::Null, None) => {}
            (Value::Null, Some(got)) => return wrong(format!("no header {name} is expected, but it is \"{got}\"")),
            (Value::String(_), None) => return wrong(format!("the request has no header {name}")),
            (Value::String(expected), Some(got)) => same_text(&format!("the header {name} is"), expected, got)?,
            _ => return wrong(format!("the header {name} that is expected is no string")),
        }
    }
    Ok(())
}

fn same_body(expected: &Value, request: &Request) -> Result<(), Wrong> {
    match (expected, &request.body) {
        (Value::Null, None) => Ok(()),
        (Value::Null, Some(body)) if !(request.json && body == b"null") => {
            wrong("no body is expected, but the request has one")
        }
        (Value::String(expected), Some(_)) if !request.json => {
            let got = request.body_text();
            let content_type = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            match content_type.map_or("", |(_, value)| value) {
                kind if kind.contains("xml") => same_xml(expected, &got),
                "application/x-www-form-urlencoded" => same_form(expected, &got),
                _ => same_text("the body is", expected, &got),
            }
        }
        _ => same_json("the body is", expected, &json_body(request)?),
    }
}
