//! URLs, keys, headers, lanes, items.

use super::*;

fn fields() -> Vec<Value> {
    vec![optional("a", json!("text")), optional("b", json!({ "either": ["text", { "decimal": null }] }))]
}

fn plan_with(change: impl FnOnce(&mut Value)) -> Plan {
    let mut target = target(json!("json"), &[]);
    change(&mut target);
    plan_of(mapping_of(&fields(), &[target]))
}

fn hole(value: Value, place: &str) -> Value {
    json!({ "hole": { "value": value, "place": place, "source": "a" } })
}

#[test]
fn holes_of_a_url_are_percent_encoded() {
    let plan = plan_with(|target| {
        target["url"] = json!([
            { "literal": "https://h/é/" }, hole(path(&["a"]), "segment"), { "literal": "/x" }, hole(path(&["b"]), "part"),
            { "literal": "?q=" }, hole(path(&["a"]), "part"),
        ]);
    });
    let url = |event: &str| make(&plan, event).map(|request| request.url).map_err(|refusal| refusal.to_string());
    assert_eq!(
        url(r#"{"a":"é/ ~-._?#%\n","b":1.10}"#).as_deref(),
        Ok("https://h/é/%C3%A9%2F%20~-._%3F%23%25%0A/x1.10?q=%C3%A9%2F%20~-._%3F%23%25%0A")
    );
    let err = |what: &str| Err(format!("url: a segment of the path would be {what}"));
    assert_eq!(url(r#"{"a":"","b":1}"#), err("empty"));
    assert_eq!(url(r#"{"a":"..","b":1}"#), err("\"..\""));
    assert_eq!(url(r#"{"a":".","b":1}"#), err("\".\""));
    assert!(url(r#"{"a":"...","b":""}"#).is_ok());
    assert_eq!(url(r#"{"b":1}"#), Err("url: a is missing".to_owned()));
}

#[test]
fn segments_made_of_several_parts_are_no_dots_either() {
    let plan = plan_with(|target| {
        target["url"] = json!([{ "literal": "https://h/." }, hole(path(&["a"]), "part"), { "literal": "/" },
            hole(path(&["b"]), "part"), hole(path(&["b"]), "part")]);
    });
    assert!(refused(&plan, r#"{"a":".","b":"x"}"#).contains("\"..\""));
    assert!(refused(&plan, r#"{"a":"x","b":"."}"#).contains("\"..\""));
    assert!(refused(&plan, r#"{"a":"x","b":""}"#).contains("empty"));
    assert_eq!(make(&plan, r#"{"a":"x","b":"y"}"#).unwrap().url, "https://h/.x/yy");
}

#[test]
fn different_parts_never_make_the_same_key() {
    let plan = plan_with(|target| {
        target["key"] = json!([path(&["a"]), path(&["b"])]);
        target["order_by"] = json!([path(&["b"])]);
        target["newest_by"] = path(&["b"]);
    });
    let key = |event: &str| make(&plan, event).map(|request| request.key).map_err(|refusal| refusal.to_string());
    assert_eq!(key(r#"{"a":"a:b","b":"c%é \n"}"#).as_deref(), Ok("a%3Ab:c%25%C3%A9%20%0A"));
    assert_eq!(key(r#"{"a":"42","b":7}"#).as_deref(), Ok("42:7"));
    assert_eq!(key(r#"{"b":7}"#), Err("key: a part is missing".to_owned()));
    let routed = plan.route(br#"{"a":"x","b":1.50}"#, &envelope()).unwrap();
    let version = Some(super::super::Version::Number(crate::model::number::Number::parse("1.5").unwrap()));
    assert_eq!(routed, [Routed::To(super::super::Route { target: 0, item: None, order: "1.50".to_owned(), version })]);
    let routed = plan.route(b"{}", &envelope()).unwrap();
    let [Routed::Refused { refusal, .. }] = routed.as_slice() else { panic!("{routed:?}") };
    assert_eq!(refusal.to_string(), "order by: a part is missing");
}

#[test]
fn headers_stand_in_order_and_hold_no_lines() {
    let plan = plan_with(|target| {
        target["headers"] = json!([
            { "name": "X-Source", "value": [{ "literal": "hms é" }] },
            { "name": "X-A", "value": [{ "literal": "a=" }, { "hole": path(&["a"]) }, { "environment": "SITE" }] },
        ]);
        target["url"] = json!([{ "environment": "BASE" }, { "literal": "/slots" }]);
    });
    assert_eq!(plan.environment_names(), ["BASE", "SITE"]);
    let environment = |site: &str, base: &str| {
        Environment::new([("SITE".to_owned(), site.to_owned()), ("BASE".to_owned(), base.to_owned())])
    };
    let prepare =
        |event: &str, environment: &Environment| plan.prepare(event.as_bytes(), &envelope(), 0, None, environment).made;
    let Made::Request(request) = prepare(r#"{"a":"ü 1"}"#, &environment("s", "https://h:8443")) else { panic!() };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(request.url, "https://h:8443/slots");
    assert_eq!(
        request.headers,
        [
            pair("Idem-Key", "e17"),
            pair("Content-Type", "application/json"),
            pair("X-Source", "hms %C3%A9"),
            pair("X-A", "a=%C3%BC 1s"),
        ]
    );
    let refused = |event: &str, environment: &Environment| match prepare(event, environment) {
        Made::Refused(refusal) => refusal.to_string(),
        made => panic!("{made:?}"),
    };
    assert_eq!(refused(r#"{"a":"x\r\nY: z"}"#, &environment("s", "u")), "X-A: a header holds no control characters");
    assert_eq!(refused(r#"{"a":"x"}"#, &environment("s\n", "u")), "X-A: a header holds no control characters");
    assert!(refused(r#"{"a":"x"}"#, &environment("s", "u v")).starts_with("url: the environment variable BASE holds"));
    assert_eq!(refused(r#"{"a":"x"}"#, &Environment::default()), "url: the environment variable BASE is not set");
}

#[test]
fn a_target_with_each_makes_one_request_an_item() {
    let slot = json!({ "record": { "fields": [
        field("id", json!({ "integer": null })), field("open", json!("boolean")), optional("start", json!("text")),
    ] } });
    let fields = [field("slots", json!({ "list": { "base": slot } })), field("on", json!("boolean"))];
    let start = json!({ "coalesce": { "value": local(4, &["start"]), "fallback": { "reject": text("no start") } } });
    let mut each = target(json!("json"), &[leaf("start", start)]);
    each["each"] = json!({ "variable": 4, "list": path(&["slots"]), "filter": local(4, &["open"]) });
    each["when"] = path(&["on"]);
    each["key"] = json!([local(4, &["id"])]);
    each["order_by"] = json!([local(4, &["id"])]);
    let mut skipping = target(json!("json"), &[]);
    skipping["when"] = json!("skip");
    let plan = plan_of(mapping_of(&fields, &[each, skipping]));
    let event = br#"{"on":true,"slots":[{"id":1,"open":false},{"id":2,"open":true,"start":"s"},{"id":3,"open":true}]}"#;
    let all = plan.transform(event, &envelope(), &Environment::default()).unwrap();
    assert_eq!(all.len(), 3);
    let (Routed::To(route), Some(Made::Request(request))) = &all[0] else { panic!("{:?}", all[0]) };
    assert_eq!((route.item, route.order.as_str(), request.key.as_str()), (Some(0), "2", "2"));
    assert_eq!(request.body.as_deref(), Some(&br#"{"start":"s"}"#[..]));
    let (Routed::To(route), Some(Made::Refused(refusal))) = &all[1] else { panic!("{:?}", all[1]) };
    assert_eq!((route.item, refusal.to_string().as_str()), (Some(1), "start: no start"));
    assert_eq!(all[2], (Routed::Skipped { target: 1, item: None }, None));
    for (index, (routed, made)) in all.iter().enumerate().take(2) {
        let prepared = plan.prepare(event, &envelope(), 0, Some(index as u32), &Environment::default()).made;
        assert_eq!(made.as_ref(), Some(&prepared), "{routed:?}");
    }
    assert!(matches!(plan.prepare(event, &envelope(), 0, Some(2), &Environment::default()).made, Made::Refused(_)));
    assert!(matches!(plan.prepare(event, &envelope(), 0, None, &Environment::default()).made, Made::Refused(_)));
    assert!(matches!(plan.prepare(event, &envelope(), 9, None, &Environment::default()).made, Made::Refused(_)));
    let off = br#"{"on":false,"slots":[]}"#;
    assert_eq!(plan.route(off, &envelope()).unwrap(), [Routed::Skipped { target: 1, item: None }]);
}

#[test]
fn meta_knows_the_envelope() {
    let meta = |name: &str| json!({ "path": { "root": "meta", "steps": [name] } });
    let nodes: Vec<Value> =
        ["id", "type", "received", "time", "source"].iter().map(|name| leaf(name, meta(name))).collect();
    let plan = json_plan(&[], &nodes);
    assert_eq!(body(&plan, "{}"), r#"{"id":"e17","type":"slot","received":"2024-05-01T10:00:00Z"}"#);
    let broken = Envelope { time: Some("yesterday".to_owned()), ..envelope() };
    let Made::Refused(refusal) = plan.prepare(b"{}", &broken, 0, None, &Environment::default()).made else { panic!() };
    assert!(refusal.to_string().starts_with("meta.time: expected a date-time"));
}
