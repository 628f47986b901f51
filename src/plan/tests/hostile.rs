//! Mappings that no checker made.

use super::*;
use crate::model::number::Number;
use crate::model::{Constant, Expr, Operator};

fn wrong(nodes: &[Value]) -> String {
    let fields = [optional("a", json!("text"))];
    match try_plan(mapping_of(&fields, &[target(json!("json"), nodes)])) {
        Ok(_) => panic!("taken: {nodes:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn names_that_are_not_there() {
    let call = |name: &str, arguments: &[Value]| json!({ "call": { "function": name, "arguments": arguments } });
    assert_eq!(wrong(&[leaf("x", call("no_such", &[]))]), "x: no function is called \"no_such\"");
    assert_eq!(wrong(&[leaf("x", call("upper", &[]))]), "x: upper does not take 0 arguments");
    assert_eq!(wrong(&[leaf("x", path(&["b"]))]), "x: the event declares no field \"b\" there");
    assert_eq!(wrong(&[leaf("x", path(&["a", "b"]))]), "x: no field \"b\" is in what is no record");
    assert_eq!(wrong(&[leaf("x", local(1, &[]))]), "x: the variable 1 is not bound here");
    assert_eq!(
        wrong(&[leaf("x", json!({ "path": { "root": "meta", "steps": ["x"] } }))]),
        "x: the envelope has no \"x\""
    );
    let lookup = json!({ "lookup": { "table": "T", "keys": [], "column": 0 } });
    assert_eq!(wrong(&[leaf("x", lookup)]), "x: no table is called \"T\"");
}

#[test]
fn a_let_ends_with_its_body_and_its_block() {
    let bound = json!({ "let": { "variable": 1, "value": text("v"), "body": local(1, &[]) } });
    assert!(wrong(&[leaf("x", bound), leaf("y", local(1, &[]))]).starts_with("y: "));
    let line = json!({ "let": { "variable": 1, "name": "n", "value": text("v") } });
    assert!(wrong(&[group("g", &[line]), leaf("y", local(1, &[]))]).starts_with("y: "));
}

/// A mapping whose only line has this value.
fn mapping_with(value: Expr) -> Mapping {
    let fields = [optional("a", json!("text"))];
    let mut mapping: Mapping =
        serde_json::from_value(mapping_of(&fields, &[target(json!("json"), &[leaf("x", text("v"))])])).unwrap();
    if let crate::model::Node::Leaf(leaf) = &mut mapping.targets[0].body.as_mut().unwrap().nodes[0] {
        leaf.value = value;
    }
    mapping
}

fn nested(depth: usize) -> Mapping {
    let mut deep = Expr::Path { root: crate::model::Root::Event, steps: vec!["a".to_owned()] };
    for _ in 0..depth {
        deep = Expr::Call { function: "upper".to_owned(), arguments: vec![deep] };
    }
    mapping_with(deep)
}

#[test]
fn nesting_has_an_end() {
    let plan = Plan::new(&nested(250)).unwrap();
    assert_eq!(body(&plan, r#"{"a":"y"}"#), r#"{"x":"Y"}"#);
    assert_eq!(Plan::new(&nested(400)).unwrap_err().to_string(), "x: nested deeper than 256 levels");
    let mut mapping = nested(0);
    let nodes = &mut mapping.targets[0].body.as_mut().unwrap().nodes;
    for _ in 0..300 {
        let name = crate::model::QName { prefix: None, local: "g".to_owned() };
        *nodes = vec![crate::model::Node::Group { name, nodes: std::mem::take(nodes) }];
    }
    assert!(Plan::new(&mapping).unwrap_err().to_string().ends_with("nested deeper than 256 levels"));
}

/// A sum, a choice and a conjunction of that many links.
fn chains(links: usize) -> [Expr; 3] {
    let one = || Expr::Constant(Constant::Number(Number::ONE));
    let there = || Box::new(Expr::Present(Box::new(one())));
    let (mut sum, mut choice, mut all) = (one(), one(), *there());
    for _ in 0..links {
        sum = Expr::Arithmetic { operator: Operator::Add, left: Box::new(sum), right: Box::new(one()) };
        let condition = Box::new(Expr::Not(there()));
        choice = Expr::If { condition, then: Box::new(Expr::Skip), otherwise: Box::new(choice) };
        all = Expr::And(Box::new(all), there());
    }
    [sum, choice, all]
}

#[test]
fn chains_do_not_nest() {
    for (value, expected) in chains(1_023).into_iter().zip([r#"{"x":1024}"#, r#"{"x":1}"#, r#"{"x":true}"#]) {
        assert_eq!(body(&Plan::new(&mapping_with(value)).unwrap(), "{}"), expected);
    }
    for value in chains(1_100) {
        assert_eq!(Plan::new(&mapping_with(value)).unwrap_err().to_string(), "x: a chain of over 1024 operators");
    }
}

#[test]
fn tables_that_ask_themselves() {
    let key = json!({ "name": "k", "type": { "base": "text" } });
    let lookup = |table: &str| json!({ "lookup": { "table": table, "keys": [text("x")], "column": 0 } });
    let table = |name: &str, value: Value| json!({ "name": name, "keys": [key], "columns": ["value"], "rows": [], "default": { "values": [value] } });
    let mut mapping = mapping_of(&[], &[target(json!("json"), &[leaf("x", lookup("A"))])]);
    mapping["tables"] = json!([table("A", lookup("B")), table("B", text("end"))]);
    assert_eq!(body(&plan_of(mapping.clone()), "{}"), r#"{"x":"end"}"#);
    mapping["tables"] = json!([table("A", lookup("B")), table("B", lookup("A"))]);
    assert!(try_plan(mapping.clone()).unwrap_err().to_string().contains("asks itself"));
    let chain: Vec<Value> = (0..2000).map(|n| table(&format!("T{n}"), lookup(&format!("T{}", n + 1)))).collect();
    mapping["tables"] = json!(chain);
    assert!(try_plan(mapping.clone()).is_err());
    mapping["tables"] =
        json!([{ "name": "A", "keys": [key], "columns": ["value"], "rows": [{ "keys": [], "values": [] }] }]);
    assert!(try_plan(mapping).unwrap_err().to_string().starts_with("table A: the row 1"));
}

#[test]
fn names_that_http_and_xml_do_not_have() {
    let change = |change: fn(&mut Value)| {
        let mut mapping = mapping_of(&[optional("a", json!("text"))], &[target(json!("json"), &[])]);
        change(&mut mapping);
        try_plan(mapping).map(|_| ()).unwrap_err().to_string()
    };
    assert!(change(|m| m["targets"][0]["method"] = json!("PO ST")).contains("no HTTP method"));
    assert!(change(|m| m["targets"][0]["key_header"] = json!("a\r\nb")).contains("no name of a header"));
    assert!(change(|m| m["targets"][0]["url"] = json!([{ "literal": "https://h/a b" }])).contains("no spaces"));
    assert!(
        change(|m| m["targets"][0]["headers"] = json!([{ "name": "A", "value": [{ "literal": "a\nb" }] }]))
            .contains("control")
    );
    assert!(change(|m| m["format"] = json!(99)).starts_with("format: 99"));
    assert!(
        change(|m| m["targets"][0]["url"] =
            json!([{ "literal": "https://" }, { "hole": { "value": text("x"), "place": "part", "source": "x" } }]))
        .contains("host")
    );
    let xml = |root: &str, name: &str| {
        let format = json!({ "xml": { "root": { "local": root } } });
        try_plan(mapping_of(&[], &[target(format, &[leaf(name, text("v"))])])).map(|_| ()).map_err(|e| e.to_string())
    };
    assert!(xml("R", "ok").is_ok());
    assert!(xml("R><x", "ok").unwrap_err().contains("no XML name"));
    assert!(xml("R", "a b").unwrap_err().contains("no XML name"));
    assert!(xml("R", "").unwrap_err().contains("no XML name"));
}

#[test]
fn kinds_that_do_not_fit_are_refused_not_a_panic() {
    let fields = [field("a", json!("text")), field("l", json!({ "list": { "base": "text" } }))];
    let event = r#"{"a":"x","l":["y"]}"#;
    let odd = [
        json!({ "negate": path(&["a"]) }),
        json!({ "scale": { "value": path(&["l"]), "factor": "2" } }),
        json!({ "not": path(&["a"]) }),
        json!({ "index": { "list": path(&["a"]), "index": number("0") } }),
        json!({ "index": { "list": path(&["l"]), "index": path(&["a"]) } }),
        json!({ "key": { "of": path(&["l"]), "key": text("k") } }),
        json!({ "call": { "function": "upper", "arguments": [path(&["l"])] } }),
        json!({ "text": [{ "hole": path(&["l"]) }] }),
        json!({ "compare": { "comparison": "less", "left": path(&["a"]), "right": number("1") } }),
        json!({ "each": { "variable": 1, "list": text("x"), "yields": local(1, &[]) } }),
        json!({ "match": { "subject": path(&["a"]), "arms": [] } }),
        json!({ "write": { "value": path(&["a"]), "form": "unix" } }),
        json!({ "round": { "value": path(&["l"]), "rounding": "floor", "places": 1000 } }),
    ];
    for expression in odd {
        let plan = json_plan(&fields, &[leaf("v", expression.clone())]);
        assert!(refused(&plan, event).starts_with("v: "), "{expression}");
    }
    let xml = xml_plan(&fields, &[leaf("V", json!({ "record": [] }))]);
    assert!(refused(&xml, event).starts_with("V: a record is no text"));
}

#[test]
fn variants_that_no_checker_made() {
    let place = |variants: Value| field("v", json!({ "variants": { "by": "kind", "variants": variants } }));
    let text = |name: &str| json!({ "name": name, "type": { "base": "text" } });
    let wrong = |variants: Value, steps: &[&str]| {
        let made = try_plan(mapping_of(&[place(variants)], &[target(json!("json"), &[leaf("x", path(steps))])]));
        made.err().map(|error| error.to_string()).unwrap_or_default()
    };
    let two = || json!([{ "code": "a", "fields": [text("n")] }, { "code": "kind", "fields": [] }]);
    assert_eq!(wrong(two(), &["v", "kind"]), "");
    assert_eq!(wrong(two(), &["v", "kind=a", "n"]), "");
    assert_eq!(wrong(two(), &["v", "kind=b", "n"]), "x: \"kind=b\" leads into no variant");
    assert_eq!(wrong(two(), &["v", "kind=a"]), "x: \"kind=a\" leads into no variant");
    assert_eq!(wrong(two(), &["v", "n"]), "x: \"n\" leads into no variant");
    assert_eq!(wrong(two(), &["v", "kind=kind", "n"]), "x: the event declares no field \"n\" there");
    assert_eq!(wrong(json!([]), &["v"]), "event: variants of which there are none");
    let twice = json!([{ "code": "a", "fields": [] }, { "code": "a", "fields": [] }]);
    assert_eq!(wrong(twice, &["v"]), "event: the variant \"a\" is declared twice");
    let again = json!([{ "code": "a", "fields": [text("kind")] }]);
    assert_eq!(wrong(again, &["v"]), "event: the field \"kind\" is declared twice");
}

#[test]
fn rows_of_files_that_no_checker_made() {
    let wrong = |types: Value, records: &[&str]| {
        let mut mapping = mapping_of(&[], &[target(json!("json"), &[leaf("x", text("v"))])]);
        mapping["tables"] = json!([{
            "name": "T",
            "keys": [{ "name": "k", "type": { "base": { "integer": null } } }],
            "columns": ["v"],
            "file": { "types": types, "records": records },
        }]);
        try_plan(mapping).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let texts = || json!([{ "base": "text" }]);
    assert_eq!(wrong(texts(), &["1,a", "2,", "3,\"a,\"\"b\""]), "");
    for record in ["", "1", "1,a,b", "x,a", "\"1,a", ",a"] {
        assert_eq!(wrong(texts(), &["1,a", record]), "table T: the record 2 is not as declared", "{record}");
    }
    let columns = "table T: its file has other columns than declared, or there are other rows";
    assert_eq!(wrong(json!([]), &["1,a"]), columns);
    assert_eq!(wrong(json!([{ "base": "date" }]), &["1,2024-01-01"]), "table T: the record 1 is not as declared");
}
