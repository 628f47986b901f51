//! What the door lets in, and what it says of what it does not.

use super::*;

fn integer() -> Value {
    json!({ "integer": null })
}

fn rule() -> Plan {
    let status = json!({ "code": { "values": ["active", "retired"] } });
    let people = json!({ "list": { "base": { "record": { "fields": [
        field("id", integer()),
        optional("nick", json!("text")),
    ] } } } });
    let fields = [
        field("ruleId", integer()),
        field("duration", integer()),
        optional("status", status),
        optional("day", json!("date")),
        optional("people", people),
        optional("2nd line", json!("text")),
        json!({ "name": "ssn", "type": { "base": { "code": { "values": ["a"] } }, "missing": true, "sensitive": true } }),
    ];
    json_plan(
        &fields,
        &[leaf("id", path(&["ruleId"])), leaf("people", path(&["people"])), leaf("s", path(&["2nd line"]))],
    )
}

#[test]
fn tells_what_is_wrong_in_plain_sentences() {
    let plan = rule();
    let told = [
        (r#"{"ruleId":1,"duration":"20"}"#, r#"duration: expected an integer, got "20" (a string)"#),
        (r#"{"ruleId":1,"duration":2.5}"#, "duration: expected an integer, got 2.5"),
        (r#"{"ruleId":1,"duration":null}"#, "duration: expected an integer, got null"),
        (r#"{"duration":1}"#, "ruleId: missing"),
        (r#"{"ruleId":1,"duration":1,"status":"open"}"#, r#"status: "open" is none of "active", "retired""#),
        (r#"{"ruleId":1,"duration":1,"status":7}"#, r#"status: expected one of "active", "retired", got 7"#),
        (
            r#"{"ruleId":1,"duration":1,"day":"2023-02-29"}"#,
            r#"day: expected a date such as 2024-02-29, got "2023-02-29" (a string)"#,
        ),
        (r#"{"ruleId":1,"duration":1,"people":[{"id":1},{"id":[]}]}"#, "people[1].id: expected an integer, got a list"),
        (r#"{"ruleId":1,"duration":1,"people":[{"id":1},{}]}"#, "people[1].id: missing"),
        (r#"{"ruleId":1,"duration":1,"2nd line":7}"#, r#"["2nd line"]: expected a string, got 7"#),
        (r#"{"ruleId":1,"duration":1,"ssn":"123-45-6789"}"#, r#"ssn: none of "a""#),
        (r#"{"ruleId":1,"duration":1,"ssn":123456789}"#, r#"ssn: expected one of "a", got a number"#),
        ("[]", "event: expected an object, got a list"),
        ("null", "event: expected an object, got null"),
        ("", "event: not JSON: expected a value at byte 0"),
        (r#"{"ruleId":01,"duration":1}"#, "event: not JSON: expected a comma or } at byte 11"),
        (r#"{"ruleId":1,"duration":1} x"#, "event: not JSON: expected the end of the text at byte 26"),
    ];
    for (event, expected) in told {
        assert_eq!(refused(&plan, event), expected, "{event}");
    }
}

#[test]
fn the_first_unexpected_thing_is_told_before_what_is_missing() {
    let plan = rule();
    assert_eq!(refused(&plan, r#"{"people":[{}],"day":"x","duration":{}}"#).split(':').next(), Some("day"));
    assert_eq!(refused(&plan, r#"{"people":[{}],"duration":1}"#), "people[0].id: missing");
}

#[test]
fn of_a_field_that_comes_twice_only_the_last_is_looked_at() {
    let plan = rule();
    assert_eq!(body(&plan, r#"{"ruleId":"x","duration":1,"ruleId":2}"#), r#"{"id":2}"#);
    assert_eq!(
        body(&plan, r#"{"ruleId":1,"people":[{"id":"x"}],"duration":1,"people":[]}"#),
        r#"{"id":1,"people":[]}"#
    );
    assert_eq!(body(&plan, r#"{"ruleId":1,"people":[{"id":5}],"duration":1,"people":null}"#), r#"{"id":1}"#);
    assert_eq!(refused(&plan, r#"{"ruleId":1,"ruleId":"x","duration":1}"#).split(':').next(), Some("ruleId"));
    let nested = r#"{"ruleId":1,"duration":1,"people":[{"id":1,"nick":"a","nick":null,"id":2}]}"#;
    assert_eq!(body(&plan, nested), r#"{"id":1,"people":[{"id":2}]}"#);
}

#[test]
fn names_may_be_escaped_and_fields_come_in_any_order() {
    let plan = rule();
    let event = r#" { "x" : [ 1 , { "y" : null } ] , "duration" : 1 , "\u0072uleId" : 3 } "#;
    for _ in 0..3 {
        assert_eq!(body(&plan, event), r#"{"id":3}"#);
        assert_eq!(body(&plan, r#"{"ruleId":4,"duration":1}"#), r#"{"id":4}"#);
    }
}

#[test]
fn values_in_reasons_are_cut() {
    let reason = refused(&rule(), &format!(r#"{{"ruleId":"{}","duration":1}}"#, "é".repeat(500)));
    assert!(reason.chars().count() < 120, "{reason}");
}

#[test]
fn a_lone_surrogate_is_refused_where_it_is_used() {
    let fields = [optional("used", json!("text")), optional("unused", json!("text")), optional("raw", json!("any"))];
    let plan = json_plan(&fields, &[leaf("a", path(&["used"])), leaf("b", path(&["raw"]))]);
    assert_eq!(body(&plan, r#"{"unused":"\ud83d","used":"\ud83d\ude00"}"#), r#"{"a":"\ud83d\ude00"}"#);
    for lone in [r#"{"used":"a\ud83d"}"#, r#"{"used":"\ude00\ud83d"}"#] {
        assert!(refused(&plan, lone).starts_with("used: holds half of a surrogate pair"), "{lone}");
    }
    assert!(refused(&plan, r#"{"raw":[{"k\udc00":1}]}"#).starts_with("raw: "));
}

#[test]
fn three_states_of_an_optional_that_may_be_null() {
    let three = json!({ "name": "note", "type": { "base": "text", "missing": true, "null": true } });
    let plan = json_plan(
        &[three, optional("plain", json!("text"))],
        &[
            leaf("note", path(&["note"])),
            leaf("plain", path(&["plain"])),
            leaf("there", json!({ "present": path(&["note"]) })),
        ],
    );
    assert_eq!(body(&plan, r#"{"note":null,"plain":null}"#), r#"{"note":null,"there":true}"#);
    assert_eq!(body(&plan, r#"{"note":"x"}"#), r#"{"note":"x","there":true}"#);
    assert_eq!(body(&plan, "{}"), r#"{"there":false}"#);
}

#[test]
fn strict_events_have_no_other_fields_at_any_depth() {
    let inner = json!({ "record": { "fields": [field("b", integer())] } });
    let map = json!({ "dictionary": { "base": "text" } });
    let mut mapping = mapping_of(&[field("a", inner), optional("m", map)], &[target(json!("json"), &[])]);
    mapping["event"]["strict"] = json!(true);
    let plan = plan_of(mapping);
    assert_eq!(body(&plan, r#"{"a":{"b":1},"m":{"any":"key"}}"#), "{}");
    let reason = "not a declared field, and the event is strict";
    assert_eq!(refused(&plan, r#"{"a":{"b":1,"c":2}}"#), format!("a.c: {reason}"));
    assert_eq!(refused(&plan, r#"{"x y":1,"a":{"b":1}}"#), format!("[\"x y\"]: {reason}"));
}

#[test]
fn depth_and_size_are_limited() {
    let plan = json_plan(&[optional("a", json!("any"))], &[leaf("a", path(&["a"]))]);
    let nested = |depth: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(body(&plan, &nested(127)), nested(127));
    assert_eq!(refused(&plan, &nested(128)), "event: nested deeper than 128 levels");
    let unknown = format!(r#"{{"x":{}}}"#, "{\"y\":".repeat(1_000_000));
    assert_eq!(refused(&plan, &unknown), "event: nested deeper than 128 levels");
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(crate::plan::limits::MAX_EVENT_BYTES));
    assert_eq!(refused(&plan, &long), "event: over 16 MiB");
}

#[test]
fn many_empty_items_do_not_fill_the_memory() {
    let names: Vec<String> = (0..200).map(|n| format!("f{n}")).collect();
    let fields: Vec<Value> = names.iter().map(|name| optional(name, json!("text"))).collect();
    let list = json!({ "list": { "base": { "record": { "fields": fields } } } });
    let plan = json_plan(&[field("l", list)], &[leaf("l", path(&["l"]))]);
    let event = format!(r#"{{"l":[{}{{}}]}}"#, "{},".repeat(100_000));
    assert_eq!(refused(&plan, &event), "event: holds too many values");
}

#[test]
fn keys_of_a_map_come_twice_too() {
    let map = json!({ "dictionary": { "base": { "integer": null } } });
    let key = json!({ "key": { "of": path(&["m"]), "key": text("x") } });
    let plan = json_plan(&[field("m", map)], &[leaf("m", path(&["m"])), leaf("x", key)]);
    assert_eq!(body(&plan, r#"{"m":{"x":"bad","y":2,"x":3}}"#), r#"{"m":{"y":2,"x":3},"x":3}"#);
    assert_eq!(body(&plan, r#"{"m":{}}"#), r#"{"m":{}}"#);
    assert_eq!(refused(&plan, r#"{"m":{"x":1,"\u0078":"bad"}}"#), r#"m.x: expected an integer, got "bad" (a string)"#);
}

#[test]
fn wire_forms_are_read_at_the_door() {
    let formed = |name: &str, base: Value, form: Value| json!({ "name": name, "type": { "base": base, "missing": true, "form": form } });
    let fields = [
        formed("n", integer(), json!("text")),
        formed("d", json!("date"), json!({ "pattern": { "pattern": "MM/dd/yyyy", "zone": null } })),
        formed("b", json!("boolean"), json!({ "pair": { "yes": "Y", "no": "N" } })),
        formed("u", json!("date_time"), json!("unix")),
    ];
    let plan = json_plan(&fields, &["n", "d", "b", "u"].map(|name| leaf(name, path(&[name]))));
    assert_eq!(
        body(&plan, r#"{"n":"2e1","d":"02\/29/2024","b":"Y","u":1709195400}"#),
        r#"{"n":20,"d":"2024-02-29","b":true,"u":"2024-02-29T08:30:00Z"}"#
    );
    assert_eq!(refused(&plan, r#"{"n":20}"#), "n: expected an integer in a string, got 20");
    assert_eq!(refused(&plan, r#"{"b":"yes"}"#), r#"b: expected "Y" or "N", got "yes" (a string)"#);
    assert!(refused(&plan, r#"{"d":"2024-02-29"}"#).starts_with(r#"d: expected a date as "MM/dd/yyyy", got"#));
    assert!(refused(&plan, r#"{"u":1E30}"#).starts_with("u: expected seconds since 1970, a number"));
}

#[test]
fn an_either_takes_what_one_of_it_takes() {
    let either = json!({ "either": [{ "integer": null }, "date", "text"] });
    let plan = json_plan(&[field("e", either)], &[leaf("e", path(&["e"]))]);
    assert_eq!(body(&plan, r#"{"e":2e1}"#), r#"{"e":20}"#);
    assert_eq!(body(&plan, r#"{"e":"2024-02-29"}"#), r#"{"e":"2024-02-29"}"#);
    assert_eq!(body(&plan, r#"{"e":"x"}"#), r#"{"e":"x"}"#);
    assert_eq!(
        refused(&plan, r#"{"e":1.5}"#),
        "e: expected an integer or a date such as 2024-02-29 or a string, got 1.5"
    );
    assert!(refused(&plan, r#"{"e":true}"#).ends_with("got true"));
    assert!(refused(&plan, r#"{"e":"\ud800"}"#).contains("surrogate"));
}
