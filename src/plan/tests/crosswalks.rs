//! Look-ups: what is asked, what is written down, and mappings that ask where nobody can answer.

use super::*;
use crate::plan::crosswalk::KnownCrosswalks;
use crate::plan::{Given, LookUp};

fn crosswalk(name: &str) -> Value {
    json!({ "name": name, "key": { "base": { "integer": null } }, "value": { "base": "text" } })
}

fn find(crosswalk: &str, key: Value) -> Value {
    json!({ "find": { "crosswalk": crosswalk, "key": key } })
}

fn fields() -> Vec<Value> {
    vec![field("id", json!({ "integer": null })), optional("other", json!({ "integer": null }))]
}

fn mapping(change: impl FnOnce(&mut Value)) -> Value {
    let mut target = target(json!("json"), &[leaf("ien", find("Slot", path(&["id"])))]);
    change(&mut target);
    let mut mapping = mapping_of(&fields(), &[target]);
    mapping["crosswalks"] = json!([crosswalk("Slot")]);
    mapping
}

fn known(entries: &[(&str, Option<&str>)]) -> KnownCrosswalks {
    let mut known = KnownCrosswalks::default();
    for (key, found) in entries {
        known.insert("Slot", (*key).to_owned(), found.map(str::to_owned));
    }
    known
}

fn looked(key: &str, found: Option<&str>) -> LookUp {
    LookUp { crosswalk: "Slot".to_owned(), key: key.to_owned(), found: found.map(str::to_owned) }
}

#[test]
fn what_is_looked_up_is_written_down_and_makes_the_same_again() {
    let plan = plan_of(mapping(|target| {
        target["when"] = json!({ "present": find("Slot", path(&["id"])) });
        target["body"]["nodes"] =
            json!([leaf("ien", find("Slot", path(&["id"]))), leaf("other", find("Slot", path(&["other"])))]);
    }));
    let environment = Environment::default();
    let prepare = |event: &str, crosswalks: &KnownCrosswalks| {
        let given = Given { environment: &environment, crosswalks };
        plan.prepare(event.as_bytes(), &envelope(), 0, None, given)
    };
    let full = known(&[("42", Some("77")), ("7", Some("x"))]);
    let prepared = prepare(r#"{"id":4.2e1,"other":7}"#, &full);
    let Made::Request(request) = &prepared.made else { panic!("{prepared:?}") };
    assert_eq!(request.body.as_deref(), Some(&br#"{"ien":"77","other":"x"}"#[..]));
    assert_eq!(prepared.look_ups, [looked("42", Some("77")), looked("7", Some("x"))]);
    let replay = known(&[("42", Some("77")), ("7", Some("x")), ("8", None)]);
    assert_eq!(prepare(r#"{"id":4.2e1,"other":7}"#, &replay), prepared);
    // what does not hold at its turn, and a key that is missing
    let unwanted = prepare(r#"{"id":43}"#, &full);
    assert_eq!((unwanted.made, unwanted.look_ups), (Made::Unwanted, vec![looked("43", None)]));
    assert_eq!(prepare(r#"{"id":42}"#, &full).look_ups, [looked("42", Some("77"))]);
    // at intake nobody knows yet; all at once says it at once
    assert_eq!(plan.route(br#"{"id":43}"#, &envelope()).unwrap().len(), 1);
    assert_eq!(plan.transform(br#"{"id":43}"#, &envelope(), &environment).unwrap(), []);
}

#[test]
fn what_was_kept_under_another_type_is_refused_with_the_reason() {
    let mut mapping = mapping(|_| {});
    mapping["crosswalks"][0]["value"] = json!({ "base": { "integer": null } });
    let plan = plan_of(mapping);
    let environment = Environment::default();
    let held = known(&[("42", Some("A-77"))]);
    let given = Given { environment: &environment, crosswalks: &held };
    let Made::Refused(refusal) = plan.prepare(br#"{"id":42}"#, &envelope(), 0, None, given).made else { panic!() };
    assert_eq!(refusal.to_string(), "ien: the crosswalk Slot holds what is no integer for it");
}

#[test]
fn nobody_is_asked_before_the_turn() {
    let wrong = |change: fn(&mut Value)| try_plan(mapping(change)).map(|_| ()).unwrap_err().to_string();
    let slot = || find("Slot", path(&["id"]));
    assert_eq!(
        wrong(|target| target["order_by"] = json!([find("Slot", path(&["id"]))])),
        "target, order by: the crosswalk Slot cannot be asked here"
    );
    assert!(wrong(|target| target["newest_by"] = find("Slot", path(&["id"]))).contains("cannot be asked here"));
    assert!(
        wrong(|target| {
            let list = json!({ "list": [find("Slot", path(&["id"]))] });
            target["each"] = json!({ "variable": 4, "list": list });
        })
        .contains("cannot be asked here")
    );
    assert!(
        wrong(|target| target["body"]["nodes"] = json!([leaf("x", find("Other", path(&["id"])))]))
            .contains("no crosswalk is called \"Other\"")
    );
    let mut twice = mapping(|_| {});
    twice["crosswalks"] = json!([crosswalk("Slot"), crosswalk("Slot")]);
    assert!(try_plan(twice).is_err());
    let mut table = mapping(|_| {});
    table["tables"] = json!([{
        "name": "T", "keys": [{ "name": "key", "type": { "base": "text" } }], "columns": ["value"], "rows": [],
        "default": { "values": [slot()] }
    }]);
    assert!(try_plan(table).is_err());
}

#[test]
fn answers_are_held_against_themselves() {
    let wrong = |change: fn(&mut Value)| try_plan(mapping(change)).map(|_| ()).unwrap_err().to_string();
    let shape =
        r#"{ "base": { "record": { "fields": [{ "name": "ien", "type": { "base": "text", "missing": true } }] } } }"#;
    let shape: Value = serde_json::from_str(shape).unwrap();
    assert!(
        wrong(|target| target["remember"] = json!([{ "crosswalk": "Slot", "key": path(&["id"]), "value": ["ien"] }]))
            .contains("the answer declares no scalar ien")
    );
    assert!(
        wrong(|target| target["forget"] = json!([{ "crosswalk": "None", "key": path(&["id"]) }]))
            .contains("no crosswalk is called \"None\"")
    );
    assert!(
        wrong(|target| {
            let holds = json!({ "present": path(&["id"]) });
            target["accept"]["condition"] = json!({ "status": 9, "fault": 10, "answer": 11, "holds": holds });
        })
        .contains("it asks for more than the answer")
    );
    assert!(wrong(|target| target["answer"] = json!({ "base": "any" })).contains("no such type"));
    // all well, and judged
    let plan = plan_of(mapping(|target| {
        target["answer"] = shape;
        let holds = json!({ "present": local(11, &["ien"]) });
        target["accept"]["condition"] = json!({ "status": 9, "fault": 10, "answer": 11, "holds": holds });
    }));
    assert!(plan.judge(0, 500, br#"{"ien":"1"}"#).accepted);
    assert!(!plan.judge(0, 200, b"{}").accepted);
    assert!(!plan.judge(1, 200, b"").accepted);
}
