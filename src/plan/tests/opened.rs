//! Events that are read once for all their items.

use super::*;
use crate::plan::Opened;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Items with a number `id`, in the list `list`; those of 13 are refused by the filter, those of 7 by the body.
fn items_plan(list: Value, sorted: bool) -> Plan {
    let slot = json!({ "record": { "fields": [field("id", json!({ "integer": null }))] } });
    let fields = [field("slots", json!({ "list": { "base": slot } }))];
    let equals = |number_text: &str| json!({ "compare": { "comparison": "equal", "left": local(4, &["id"]), "right": number(number_text) } });
    let unless = |number_text: &str, then: Value, otherwise: Value| json!({ "if": { "condition": equals(number_text), "then": then, "otherwise": otherwise } });
    let value = unless("7", json!({ "reject": text("not seven") }), local(4, &["id"]));
    let mut each = target(json!("json"), &[leaf("id", value)]);
    let is_open = json!({ "not": equals("0") });
    each["each"] = json!({
        "variable": 4, "list": list, "filter": unless("13", json!({ "reject": text("unlucky") }), is_open)
    });
    if sorted {
        each["each"]["sort"] = json!({ "negate": local(4, &["id"]) });
    }
    each["key"] = json!([local(4, &["id"])]);
    plan_of(mapping_of(&fields, &[each]))
}

fn event(ids: impl Iterator<Item = u32>) -> String {
    let items: Vec<String> = ids.map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    format!(r#"{{"slots":[{}]}}"#, items.join(","))
}

#[test]
fn an_opened_event_makes_the_same_requests() {
    let event = event([5, 0, 7, 13, 2, 9].into_iter());
    let computed = json!({ "each": { "variable": 8, "list": path(&["slots"]), "yields": local(8, &[]) } });
    for list in [path(&["slots"]), computed] {
        for sorted in [false, true] {
            let plan = Arc::new(items_plan(list.clone(), sorted));
            let opened = Opened::new(Arc::clone(&plan), event.as_bytes(), &envelope()).unwrap();
            let none = Environment::default();
            let routed = plan.route(event.as_bytes(), &envelope()).unwrap();
            assert_eq!(routed.len(), 5);
            // from the last to the first, and one too many
            for item in (0..6).rev().map(Some).chain([None]) {
                let alone = plan.prepare(event.as_bytes(), &envelope(), 0, item, &none);
                assert_eq!(opened.prepare(0, item, &none), alone, "{item:?} of {list}");
            }
            assert_eq!(
                opened.prepare(1, Some(0), &none),
                plan.prepare(event.as_bytes(), &envelope(), 1, Some(0), &none)
            );
            let keys: Vec<String> = (0..5)
                .filter_map(|item| match opened.prepare(0, Some(item), &none).made {
                    Made::Request(request) => Some(request.key),
                    _ => None,
                })
                .collect();
            let expected: &[&str] = if sorted { &["9", "5", "2"] } else { &["5", "2", "9"] };
            assert_eq!(keys, expected);
        }
    }
}

#[test]
fn very_many_items_take_no_longer_each() {
    const ITEMS: u32 = 20_000;
    let event = event(20..20 + ITEMS);
    let plan = Arc::new(items_plan(path(&["slots"]), false));
    let begun = Instant::now();
    let opened = Opened::new(plan, event.as_bytes(), &envelope()).unwrap();
    for item in 0..ITEMS {
        let Made::Request(request) = opened.prepare(0, Some(item), &Environment::default()).made else {
            panic!("{item}")
        };
        assert_eq!(request.key, (item + 20).to_string());
    }
    // read anew for each it would be minutes
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
