//! Tests of the plan on mappings written by hand.

mod bodies;
mod crosswalks;
mod door;
mod formats;
mod frames;
mod hostile;
mod opened;
mod properties;
mod requests;

use super::{Envelope, Environment, Made, Plan, Refusal, Request, Routed};
use crate::model::Mapping;
use serde_json::{Value, json};

pub fn envelope() -> Envelope {
    Envelope {
        id: "e17".to_owned(),
        event_type: "slot".to_owned(),
        received: "2024-05-01T10:00:00Z".to_owned(),
        time: None,
        source: None,
    }
}

/// A field of the event.
pub fn field(name: &str, base: Value) -> Value {
    json!({ "name": name, "type": { "base": base } })
}

pub fn optional(name: &str, base: Value) -> Value {
    json!({ "name": name, "type": { "base": base, "missing": true } })
}

pub fn path(steps: &[&str]) -> Value {
    json!({ "path": { "root": "event", "steps": steps } })
}

pub fn local(variable: u32, steps: &[&str]) -> Value {
    json!({ "path": { "root": { "local": variable }, "steps": steps } })
}

pub fn text(text: &str) -> Value {
    json!({ "constant": { "text": text } })
}

pub fn number(number: &str) -> Value {
    json!({ "constant": { "number": number } })
}

/// A leaf of a name.
pub fn leaf(name: &str, value: Value) -> Value {
    json!({ "leaf": {
        "name": { "name": { "local": name } }, "value": value, "type": { "base": "text" }, "path": name
    } })
}

pub fn group(name: &str, nodes: &[Value]) -> Value {
    json!({ "group": { "name": { "local": name }, "nodes": nodes } })
}

pub fn target(format: Value, nodes: &[Value]) -> Value {
    json!({
        "name": null,
        "method": "POST",
        "url": [{ "literal": "https://vista.example/slots" }],
        "record": "slot",
        "key": [{ "path": { "root": "meta", "steps": ["id"] } }],
        "key_header": "Idem-Key",
        "order_by": [],
        "timeout_ms": 1000,
        "retry": { "from_ms": 1000, "to_ms": 60000, "within_ms": 86400000 },
        "accept": { "from": 200, "to": 299 },
        "body": { "format": format, "nodes": nodes }
    })
}

/// The whole mapping as JSON, so that a test can change any of it.
pub fn mapping_of(fields: &[Value], targets: &[Value]) -> Value {
    json!({
        "format": crate::model::FORMAT,
        "zone_data": crate::model::ZONE_DATA,
        "name": "test",
        "sources": [],
        "listen": { "event": "slot" },
        "event": { "fields": fields },
        "targets": targets
    })
}

pub fn plan_of(mapping: Value) -> Plan {
    try_plan(mapping).unwrap_or_else(|error| panic!("{error}"))
}

pub fn try_plan(mapping: Value) -> Result<Plan, super::PlanError> {
    let mapping: Mapping = serde_json::from_value(mapping).unwrap_or_else(|error| panic!("no mapping: {error}"));
    Plan::new(&mapping)
}

pub fn json_plan(fields: &[Value], nodes: &[Value]) -> Plan {
    plan_of(mapping_of(fields, &[target(json!("json"), nodes)]))
}

pub fn xml_plan(fields: &[Value], nodes: &[Value]) -> Plan {
    plan_of(mapping_of(fields, &[target(json!({ "xml": { "root": { "local": "R" } } }), nodes)]))
}

/// What the only target makes of an event.
pub fn make(plan: &Plan, event: &str) -> Result<Request, Refusal> {
    let prepared = plan.prepare(event.as_bytes(), &envelope(), 0, None, &Environment::default()).made;
    let together = plan.transform(event.as_bytes(), &envelope(), &Environment::default());
    if let Ok(all) = &together
        && let [(Routed::To(_), Some(made))] = all.as_slice()
    {
        assert_eq!(made, &prepared, "transform and prepare differ");
    }
    match prepared {
        Made::Request(request) => Ok(request),
        Made::Refused(refusal) => Err(refusal),
        Made::Skipped | Made::Unwanted => Err(Refusal { path: "skip".to_owned(), reason: String::new() }),
    }
}

pub fn body(plan: &Plan, event: &str) -> String {
    let request = make(plan, event).unwrap_or_else(|refusal| panic!("{refusal}"));
    String::from_utf8(request.body.unwrap()).unwrap()
}

pub fn refused(plan: &Plan, event: &str) -> String {
    match make(plan, event) {
        Err(refusal) => refusal.to_string(),
        Ok(request) => panic!("made {request:?}"),
    }
}
