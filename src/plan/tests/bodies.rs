//! Expressions and the bodies they make.

use super::*;

fn integer() -> Value {
    json!({ "integer": null })
}

fn decimal() -> Value {
    json!({ "decimal": null })
}

fn text_base() -> Value {
    json!("text")
}

fn arithmetic(operator: &str, left: Value, right: Value) -> Value {
    json!({ "arithmetic": { "operator": operator, "left": left, "right": right } })
}

fn compare(comparison: &str, left: Value, right: Value) -> Value {
    json!({ "compare": { "comparison": comparison, "left": left, "right": right } })
}

/// The value of an expression over fields, as JSON.
fn value(fields: &[Value], expression: Value, event: &str) -> String {
    let plan = json_plan(fields, &[leaf("v", expression)]);
    match make(&plan, event) {
        Ok(request) => {
            let body = String::from_utf8(request.body.unwrap()).unwrap();
            body.strip_prefix("{\"v\":").and_then(|rest| rest.strip_suffix('}')).unwrap_or("missing").to_owned()
        }
        Err(refusal) => refusal.to_string(),
    }
}

#[test]
fn moved_numbers_keep_their_look() {
    let fields = [optional("d", decimal()), optional("i", integer())];
    let plan = json_plan(&fields, &[leaf("d", path(&["d"])), leaf("i", path(&["i"]))]);
    for same in ["1.10", "1E400", "9007199254740993", "-0", "0.0e-5", "1e999999999", "-12.50E+3"] {
        assert_eq!(body(&plan, &format!(r#"{{"d":{same}}}"#)), format!(r#"{{"d":{same}}}"#));
    }
    for (came, leaves) in [("9007199254740993", "9007199254740993"), ("2e1", "20"), ("-0", "0"), ("100.0", "100")] {
        assert_eq!(body(&plan, &format!(r#"{{"i":{came}}}"#)), format!(r#"{{"i":{leaves}}}"#));
    }
    // an integer leaves as plain digits, and those are limited
    assert_eq!(refused(&plan, r#"{"i":1e2000}"#), "i: the number would need over 1,000 digits");
    // by way of `??`, too
    let fallback = json!({ "coalesce": { "value": path(&["d"]), "fallback": number("0") } });
    assert_eq!(value(&fields, fallback, r#"{"d":1.10}"#), "1.10");
}

#[test]
fn computed_numbers_are_exact_and_plain() {
    let fields = [field("a", decimal()), field("b", decimal())];
    let event = r#"{"a":0.1,"b":0.20}"#;
    assert_eq!(value(&fields, arithmetic("add", path(&["a"]), path(&["b"])), event), "0.3");
    assert_eq!(value(&fields, arithmetic("multiply", path(&["b"]), number("10")), event), "2");
    assert_eq!(value(&fields, arithmetic("divide", path(&["a"]), number("0")), event), "v: division by zero");
    let third = arithmetic("divide", number("1"), number("3"));
    assert_eq!(value(&fields, third.clone(), event), "v: the number does not end in finitely many digits");
    let rounded = json!({ "round": { "value": third, "rounding": "half_up", "places": 2 } });
    assert_eq!(value(&fields, rounded, event), "0.33");
    let floor = json!({ "round": { "value": number("-1.25"), "rounding": "floor", "places": 1 } });
    assert_eq!(value(&fields, floor, event), "-1.3");
    let scaled = json!({ "scale": { "value": path(&["b"]), "factor": "5/9", "offset": "-160/9" } });
    let scaled = json!({ "round": { "value": scaled, "rounding": "half_even", "places": 3 } });
    assert_eq!(value(&fields, scaled, event), "-17.667");
    let huge = arithmetic("add", path(&["a"]), number("1"));
    assert_eq!(value(&fields, huge, r#"{"a":1E1001,"b":0}"#), "a: the number would need over 1,000 digits");
    let square = arithmetic("multiply", path(&["a"]), path(&["a"]));
    assert_eq!(value(&fields, square, r#"{"a":1E600,"b":0}"#), "v: the number would need over 1,000 digits");
    // the operators of a chain go from left to right
    let chain = arithmetic("subtract", arithmetic("subtract", number("10"), number("3")), number("2"));
    assert_eq!(value(&fields, chain, event), "5");
}

#[test]
fn missing_and_failed_pass_through_operators() {
    let fields = [optional("m", integer()), field("z", integer())];
    let event = r#"{"z":0}"#;
    let failed = || arithmetic("divide", number("1"), path(&["z"]));
    let missing = || path(&["m"]);
    assert_eq!(value(&fields, arithmetic("add", missing(), number("1")), event), "missing");
    assert_eq!(value(&fields, arithmetic("add", missing(), failed()), event), "v: division by zero");
    assert_eq!(value(&fields, compare("less", missing(), number("1")), event), "missing");
    let or = |kind: &str, value, fallback| json!({ kind: { "value": value, "fallback": fallback } });
    assert_eq!(value(&fields, or("coalesce", missing(), number("7")), event), "7");
    assert_eq!(value(&fields, or("coalesce", failed(), number("7")), event), "v: division by zero");
    assert_eq!(value(&fields, or("rescue", failed(), number("8")), event), "8");
    assert_eq!(value(&fields, or("rescue", missing(), number("8")), event), "missing");
    let upper = json!({ "call": { "function": "upper", "arguments": [missing()] } });
    assert_eq!(value(&fields, upper, event), "missing");
    let reject = json!({ "reject": { "text": [{ "literal": "no m for " }, { "hole": path(&["z"]) }] } });
    assert_eq!(value(&fields, or("coalesce", missing(), reject), event), "v: no m for 0");
    assert_eq!(value(&fields, or("coalesce", missing(), json!("skip")), event), "skip: ");
    assert_eq!(value(&fields, or("coalesce", failed(), json!("missing")), event), "v: division by zero");
    assert_eq!(value(&fields, or("rescue", failed(), json!("missing")), event), "missing");
    let short = |left, right| json!({ "or": [left, right] });
    let holds = compare("equal", path(&["z"]), number("0"));
    assert_eq!(value(&fields, short(holds, compare("less", failed(), number("1"))), event), "true");
}

#[test]
fn comparisons_go_by_value() {
    let fields = [field("t", json!("date_time")), field("u", json!("date_time")), field("l", json!("duration"))];
    let event = r#"{"t":"2024-05-01T10:00:00+02:00","u":"2024-05-01T08:00:00Z","l":"PT60M"}"#;
    assert_eq!(value(&fields, compare("equal", path(&["t"]), path(&["u"])), event), "true");
    assert_eq!(value(&fields, compare("less", path(&["t"]), path(&["u"])), event), "false");
    assert_eq!(value(&fields, arithmetic("subtract", path(&["t"]), path(&["u"])), event), "\"PT0S\"");
    assert_eq!(value(&fields, arithmetic("add", path(&["t"]), path(&["l"])), event), "\"2024-05-01T11:00:00+02:00\"");
    let either = json!({ "either": ["text", { "integer": null }] });
    let fields = [field("e", either)];
    let equal = |other| compare("equal", path(&["e"]), other);
    assert_eq!(value(&fields, equal(number("20")), r#"{"e":2E1}"#), "true");
    assert_eq!(value(&fields, equal(number("20")), r#"{"e":"20"}"#), "false");
    assert_eq!(value(&fields, equal(text("20")), r#"{"e":"\u0032\u0030"}"#), "true");
    let in_list = json!({ "one_of": { "value": path(&["e"]), "options": [text("a"), number("20.0")] } });
    assert_eq!(value(&fields, in_list, r#"{"e":20}"#), "true");
    // by scalar values, not by UTF-16 units
    assert_eq!(value(&fields, compare("less", path(&["e"]), text("\u{10000}")), "{\"e\":\"\u{FFFD}\"}"), "true");
}

#[test]
fn records_and_lists_move_whole_but_only_as_declared() {
    let person = json!({ "record": { "fields": [optional("given", json!({ "list": { "base": "text" } })), field("n", integer())] } });
    let fields = [field("p", person), field("x", json!("any"))];
    let plan =
        json_plan(&fields, &[leaf("p", path(&["p"])), leaf("x", path(&["x"])), leaf("g", path(&["p", "given"]))]);
    assert_eq!(
        body(&plan, r#"{"p":{"other":1,"n":1e1,"given":["\u00e9","b"]},"x":{ "raw" : [1.0] }}"#),
        r#"{"p":{"given":["\u00e9","b"],"n":10},"x":{ "raw" : [1.0] },"g":["\u00e9","b"]}"#
    );
    assert_eq!(body(&plan, r#"{"p":{"n":1},"x":null}"#), r#"{"p":{"n":1},"x":null}"#);
}

#[test]
fn items_are_indexed_named_and_gone_over() {
    let person = json!({ "record": { "fields": [
        field("id", integer()), optional("rank", integer()), optional("tags", json!({ "list": { "base": "text" } })),
    ] } });
    let fields = [optional("people", json!({ "list": { "base": person } }))];
    let event = r#"{"people":[{"id":1,"tags":["a"]},{"id":2,"rank":5,"tags":["b","c"]},{"id":3,"rank":1}]}"#;
    let index = |n: &str| json!({ "index": { "list": path(&["people"]), "index": number(n) } });
    let named =
        |n: &str, field: &str| json!({ "let": { "variable": 7, "value": index(n), "body": local(7, &[field]) } });
    assert_eq!(value(&fields, named("1", "rank"), event), "5");
    assert_eq!(value(&fields, named("9", "rank"), event), "missing");
    assert_eq!(value(&fields, named("-1", "rank"), event), "missing");
    assert_eq!(value(&fields, index("2"), event), r#"{"id":3,"rank":1}"#);
    let each = |filter: Value, sort: Value| json!({ "each": { "variable": 3, "list": path(&["people"]), "filter": filter, "sort": sort, "yields": local(3, &["id"]) } });
    assert_eq!(value(&fields, each(Value::Null, local(3, &["rank"])), event), "[3,2,1]");
    assert_eq!(value(&fields, each(json!({ "present": local(3, &["rank"]) }), Value::Null), event), "[2,3]");
    assert_eq!(value(&fields, each(Value::Null, Value::Null), "{}"), "missing");
    let count = json!({ "call": { "function": "count", "arguments": [path(&["people"])] } });
    assert_eq!(value(&fields, count, event), "3");
    // a record chosen between two, then stepped into
    let chosen = json!({ "let": { "variable": 1, "value": { "coalesce": { "value": index("8"), "fallback": index("0") } },
        "body": local(1, &["tags"]) } });
    assert_eq!(value(&fields, chosen, event), r#"["a"]"#);
    let made = json!({ "let": { "variable": 1, "value": { "record": [["a", number("1")], ["b", "missing"]] }, "body": local(1, &["a"]) } });
    assert_eq!(value(&fields, made, event), "1");
}

#[test]
fn lists_of_mixed_kinds_do_not_sort() {
    let fields = [field("l", json!({ "list": { "base": { "either": ["text", { "integer": null }] } } }))];
    let each =
        json!({ "each": { "variable": 3, "list": path(&["l"]), "sort": local(3, &[]), "yields": local(3, &[]) } });
    assert_eq!(value(&fields, each.clone(), r#"{"l":["b","a"]}"#), r#"["a","b"]"#);
    let mixed: Vec<String> = (0..100).map(|n| if n % 3 == 0 { format!("\"{n}\"") } else { n.to_string() }).collect();
    let event = format!(r#"{{"l":[{}]}}"#, mixed.join(","));
    assert_eq!(value(&fields, each, &event), "v: the sort's values do not compare");
}

#[test]
fn choices_and_tables() {
    let fields = [field("s", text_base()), field("n", integer())];
    let arms = json!([[[{ "text": "a" }, { "text": "b" }], text("AB")], [[{ "number": "3" }], text("three")]]);
    let matching =
        |subject: Value, default: Value| json!({ "match": { "subject": subject, "arms": arms, "default": default } });
    assert_eq!(value(&fields, matching(path(&["s"]), text("else")), r#"{"s":"b","n":1}"#), "\"AB\"");
    assert_eq!(value(&fields, matching(path(&["s"]), text("else")), r#"{"s":"c","n":1}"#), "\"else\"");
    assert_eq!(value(&fields, matching(path(&["n"]), text("else")), r#"{"s":"c","n":30e-1}"#), "\"three\"");

    let key = |name: &str, base: Value| json!({ "name": name, "type": { "base": base } });
    let look = |table: &str, keys: &[Value], column: usize| json!({ "lookup": { "table": table, "keys": keys, "column": column } });
    let mut mapping = mapping_of(
        &fields,
        &[target(
            json!("json"),
            &[
                leaf("clinic", look("Clinic", &[path(&["n"]), path(&["s"])], 1)),
                leaf("inverse", json!({ "inverse": { "table": "Role", "value": path(&["s"]) } })),
            ],
        )],
    );
    mapping["tables"] = json!([
        { "name": "Clinic", "keys": [key("id", integer()), key("site", text_base())], "columns": ["ien", "label"],
          "rows": [{ "keys": [{ "number": "42" }, { "text": "B" }], "values": [text("9"), text("Cardio")] }],
          "default": { "values": [text("?"), { "reject": { "text": [{ "literal": "no clinic " }, { "hole": local(0, &[]) }] } }] } },
        { "name": "Role", "keys": [key("role", text_base())], "columns": ["value"],
          "rows": [{ "keys": [{ "text": "primary" }], "values": [text("B")] }, { "keys": [{ "text": "x" }], "values": [text("Z")] },
                   { "keys": [{ "text": "y" }], "values": [text("Z")] }] }
    ]);
    let plan = plan_of(mapping);
    assert_eq!(body(&plan, r#"{"n":4.2e1,"s":"B"}"#), r#"{"clinic":"Cardio","inverse":"primary"}"#);
    assert_eq!(refused(&plan, r#"{"n":42,"s":"Z"}"#), "clinic: no clinic 42, Z");
}

#[test]
fn what_is_sensitive_is_in_no_reason() {
    let ssn = json!({ "name": "ssn", "type": { "base": "text", "sensitive": true } });
    let key = json!({ "name": "k", "type": { "base": "text" } });
    let look = json!({ "lookup": { "table": "T", "keys": [path(&["ssn"])], "column": 0 } });
    let mut mapping = mapping_of(&[ssn, field("n", text_base())], &[target(json!("json"), &[leaf("t", look)])]);
    mapping["tables"] = json!([{ "name": "T", "keys": [key], "columns": ["value"], "rows": [],
        "default": { "values": [{ "reject": { "text": [{ "literal": "no row for " }, { "hole": local(0, &[]) }] } }] } }]);
    assert_eq!(refused(&plan_of(mapping.clone()), r#"{"ssn":"123","n":"x"}"#), "t: no row for (sensitive)");
    let reason = json!({ "text": [{ "hole": path(&["n"]) }, { "literal": " has " }, { "hole": local(5, &[]) }] });
    let upper = json!({ "call": { "function": "upper", "arguments": [path(&["ssn"])] } });
    let through = json!({ "let": { "variable": 5, "value": upper, "body": { "reject": reason } } });
    mapping["targets"][0]["body"]["nodes"] = json!([leaf("t", through)]);
    assert_eq!(refused(&plan_of(mapping), r#"{"ssn":"123","n":"x"}"#), "t: x has (sensitive)");
}

#[test]
fn groups_stand_only_around_something() {
    let fields = [optional("a", integer()), optional("l", json!({ "list": { "base": integer() } }))];
    let repeat = |omit: bool| {
        json!({ "repeat": { "name": { "local": "r" }, "variable": 1, "list": path(&["l"]), "omit_empty": omit,
            "nodes": [leaf("v", local(1, &[]))], "path": "r[]" } })
    };
    let plan = json_plan(
        &fields,
        &[
            group("g", &[group("h", &[leaf("a", path(&["a"]))])]),
            leaf("source", text("H\u{1}\"MS")),
            leaf("n", number("1.5")),
            repeat(false),
        ],
    );
    assert_eq!(body(&plan, "{}"), r#"{"source":"H\u0001\"MS","n":1.5,"r":[]}"#);
    assert_eq!(
        body(&plan, r#"{"a":1,"l":[1,2]}"#),
        r#"{"g":{"h":{"a":1}},"source":"H\u0001\"MS","n":1.5,"r":[{"v":1},{"v":2}]}"#
    );
    let plan = json_plan(&fields, &[repeat(true)]);
    assert_eq!(body(&plan, r#"{"l":[]}"#), "{}");
}

#[test]
fn lines_with_conditions_names_and_rejects() {
    let fields = [field("n", integer())];
    let mut conditional = leaf("big", text("yes"));
    conditional["leaf"]["when"] = compare("greater", path(&["n"]), number("5"));
    let nodes = [
        json!({ "let": { "variable": 2, "name": "twice", "value": arithmetic("multiply", path(&["n"]), number("2")) } }),
        conditional,
        leaf("twice", local(2, &[])),
        json!({ "reject": { "when": compare("less", path(&["n"]), number("0")), "reason": text("below zero"), "path": "reject" } }),
    ];
    let plan = json_plan(&fields, &nodes);
    assert_eq!(body(&plan, r#"{"n":3}"#), r#"{"twice":6}"#);
    assert_eq!(body(&plan, r#"{"n":6}"#), r#"{"big":"yes","twice":12}"#);
    assert_eq!(refused(&plan, r#"{"n":-1}"#), "reject: below zero");
}

fn xml_leaf(name: Value, value: Value, nullable: bool) -> Value {
    json!({ "leaf": { "name": name, "value": value, "type": { "base": "text", "null": nullable }, "path": "p" } })
}

fn attribute(name: &str, value: Value) -> Value {
    xml_leaf(json!({ "attribute": { "local": name } }), value, false)
}

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

#[test]
fn xml_with_attributes_text_and_repeated_elements() {
    let fields = [
        field("id", decimal()),
        optional("note", text_base()),
        optional("tags", json!({ "list": { "base": "text" } })),
    ];
    let namespaces = json!([{ "prefix": null, "uri": "urn:a&b" }, { "prefix": "v", "uri": "urn:v" }]);
    let root = json!({ "xml": { "root": { "local": "R" }, "namespaces": namespaces } });
    let nodes = [
        leaf("First", text("1")),
        attribute("id", path(&["id"])),
        json!({ "group": { "name": { "prefix": "v", "local": "L" }, "nodes": [
            xml_leaf(json!("here"), path(&["note"]), false), attribute("unit", path(&["note"])),
        ] } }),
        leaf("Tag", path(&["tags"])),
    ];
    let plan = plan_of(mapping_of(&fields, &[target(root, &nodes)]));
    let open = format!(r#"{DECLARATION}<R xmlns="urn:a&amp;b" xmlns:v="urn:v""#);
    assert_eq!(
        body(&plan, r#"{"id":1.10E1,"note":"a<\n\r\t&\"]]>","tags":["x","","z"]}"#),
        format!(
            "{open} id=\"11.0\"><First>1</First><v:L unit=\"a&lt;&#10;&#13;&#9;&amp;&quot;]]&gt;\">\
             a&lt;\n&#13;\t&amp;\"]]&gt;</v:L><Tag>x</Tag><Tag/><Tag>z</Tag></R>"
        )
    );
    assert_eq!(body(&plan, r#"{"id":1}"#), format!(r#"{open} id="1"><First>1</First></R>"#));
    assert_eq!(body(&plan, r#"{"id":1,"note":""}"#), format!(r#"{open} id="1"><First>1</First><v:L unit=""/></R>"#));
    assert_eq!(refused(&plan, r#"{"id":1E2000}"#), "id: the number would need over 1,000 digits");
}

#[test]
fn a_root_is_always_written_and_null_is_nil() {
    let note = json!({ "name": "note", "type": { "base": "text", "missing": true, "null": true } });
    let plan = xml_plan(std::slice::from_ref(&note), &[leaf("N", path(&["note"]))]);
    assert_eq!(body(&plan, "{}"), format!("{DECLARATION}<R/>"));
    let nodes = [
        xml_leaf(json!({ "name": { "local": "N" } }), path(&["note"]), true),
        group("G", &[xml_leaf(json!("here"), path(&["note"]), true)]),
    ];
    let plan = xml_plan(&[note], &nodes);
    let xsi = r#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#;
    assert_eq!(body(&plan, "{}"), format!("{DECLARATION}<R{xsi}/>"));
    assert_eq!(
        body(&plan, r#"{"note":null}"#),
        format!(r#"{DECLARATION}<R{xsi}><N xsi:nil="true"/><G xsi:nil="true"/></R>"#)
    );
    assert_eq!(body(&plan, r#"{"note":"x"}"#), format!("{DECLARATION}<R{xsi}><N>x</N><G>x</G></R>"));
}

#[test]
fn characters_that_xml_forbids_are_told_by_the_events_field() {
    let person = json!({ "record": { "fields": [field("name", text_base()), field("id", integer())] } });
    let fields = [field("people", json!({ "list": { "base": person } }))];
    let upper = json!({ "call": { "function": "upper", "arguments": [local(1, &["name"])] } });
    let full = json!({ "text": [{ "literal": "#" }, { "hole": local(1, &["id"]) }, { "hole": upper }] });
    for value in
        [local(1, &["name"]), full, json!({ "coalesce": { "value": local(1, &["name"]), "fallback": text("") } })]
    {
        let repeat = json!({ "repeat": { "name": { "local": "P" }, "variable": 1, "list": path(&["people"]),
            "nodes": [leaf("N", value)], "path": "P" } });
        let plan = xml_plan(&fields, &[repeat]);
        for bad in ["\\u0001", "\\u001f", "\\uFFFE", "\u{FFFF}"] {
            let event = format!(r#"{{"people":[{{"name":"ok","id":1}},{{"name":"a{bad}b","id":2}}]}}"#);
            assert_eq!(
                refused(&plan, &event),
                "people[1].name: holds a character that XML 1.0 does not allow",
                "{bad}"
            );
        }
        let fine = r#"{"people":[{"name":"\ud83d\ude00\u007f","id":1}]}"#;
        assert!(body(&plan, fine).contains('\u{1F600}'));
    }
}

#[test]
fn work_and_bodies_are_bounded() {
    let fields = [field("l", json!({ "list": { "base": integer() } }))];
    let each = |variable: u32, yields: Value| json!({ "each": { "variable": variable, "list": path(&["l"]), "yields": yields } });
    let cube = each(1, each(2, each(3, local(1, &[]))));
    let event = format!(r#"{{"l":[{}1]}}"#, "1,".repeat(2_000));
    assert_eq!(value(&fields, cube, &event), "v: takes over 20000000 steps");
    let fields = [field("t", text_base())];
    let mut twice = path(&["t"]);
    for _ in 0..12 {
        twice = json!({ "let": { "variable": 1, "value": twice, "body": { "text": [{ "hole": local(1, &[]) }, { "hole": local(1, &[]) }] } } });
    }
    let event = format!(r#"{{"t":"{}"}}"#, "x".repeat(10_000));
    assert_eq!(value(&fields, twice, &event), "v: a text of over 16 MiB");
    let nodes: Vec<Value> = (0..20).map(|n| leaf(&format!("f{n}"), path(&["t"]))).collect();
    let plan = json_plan(&fields, &nodes);
    let event = format!(r#"{{"t":"{}"}}"#, "x".repeat(1_000_000));
    assert_eq!(refused(&plan, &event), "body: makes a body of over 16 MiB");
}
