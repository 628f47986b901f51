//! From lines to a target.

use super::*;
use crate::runtime::audit::Outcome;

#[tokio::test]
async fn each_event_is_pushed_and_has_its_row() {
    let target = TargetEnd::start(|_, _| Reply::Status(204)).await;
    let ground = Ground::new();
    let mapping = compiled(mapping("rules", &target.url()));
    let hash = mapping.hash().to_owned();
    let lines = [event(1, 7, "e1"), event(2, 1, "e2")];
    let summary = run_quietly(ground.over_lines(vec![mapping], &lines)).await.expect("it runs");
    assert_eq!((summary.received, summary.known, summary.tries, summary.pending), (2, 0, 2, 0));
    assert_eq!(summary.outcomes.delivered, 2);
    let mut got = target.got();
    got.sort_by_key(|got| got.path.clone());
    assert_eq!(got[0].line(), "PUT /rules/1 {\"version\":7}");
    assert_eq!(got[0].header("idem-key"), "1:e1");
    assert_eq!(got[0].header("content-type"), "application/json");
    assert_eq!(got[1].line(), "PUT /rules/2 {\"version\":1}");
    let rows = ground.rows();
    assert_eq!(rows.len(), 2);
    let row = rows.iter().find(|row| row.event_id == "e1").expect("its row");
    assert_eq!(row.outcome, Outcome::Delivered);
    assert_eq!((row.mapping.as_deref(), row.mapping_hash.as_deref()), (Some("rules"), Some(hash.as_str())));
    assert_eq!((row.record.as_deref(), row.order.as_deref()), (Some("rule"), Some("1")));
    assert_eq!((row.key.as_deref(), row.tries, row.status), (Some("1:e1"), 1, Some(204)));
    assert_eq!((row.target.as_deref(), row.item, row.round, row.epoch), (None, None, 1, 1));
    assert!(row.latency_ms.is_some() && !row.effect_unknown && row.reason.is_none());
    // sha256sum of {"version":7}
    assert_eq!(row.body_sha256.as_deref(), Some("529c7bcdf5ae85af6369f65b73dcb263130bb5934422a89445c5a69723bd5aab"));
}

#[tokio::test]
async fn what_is_no_event_of_its_shape_is_set_aside_and_the_rest_goes_on() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let ground = Ground::new();
    let lines = [
        "{\"ruleId\":1".to_owned(),
        "{\"ruleId\":\"one\",\"version\":1,\"id\":\"e1\"}".to_owned(),
        "nonsense".to_owned(),
        event(1, 1, "e2"),
        "[".repeat(100_000),
    ];
    let mappings = vec![compiled(mapping("rules", &target.url()))];
    let summary = run_quietly(ground.over_lines(mappings, &lines)).await.expect("it runs");
    assert_eq!((summary.received, summary.outcomes.set_aside, summary.outcomes.delivered), (5, 4, 1));
    assert_eq!(target.lines(), ["PUT /rules/1 {\"version\":1}"]);
    let rows = ground.rows();
    let wrong = rows.iter().find(|row| row.event_id == "e1").expect("its row");
    assert_eq!(wrong.outcome, Outcome::SetAside);
    assert!(wrong.reason.as_deref().is_some_and(|reason| reason.starts_with("ruleId: ")), "{wrong:?}");
    assert_eq!(wrong.mapping.as_deref(), Some("rules"));
    assert!(rows.iter().filter(|row| row.outcome == Outcome::SetAside).all(|row| row.reason.is_some()));
}

#[tokio::test]
async fn what_comes_again_is_known_also_after_a_restart_but_not_with_other_data() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let ground = Ground::new();
    let mappings = || vec![compiled(mapping("rules", &target.url()))];
    let lines = [event(1, 1, "e1"), event(1, 1, "e1"), event(1, 2, "e1")];
    let recorder = Recorder::new();
    let summary = run_watched(ground.over_lines(mappings(), &lines), recorder.clone()).await.expect("it runs");
    assert_eq!((summary.received, summary.known), (2, 1));
    assert!(recorder.lines().iter().any(|line| line.starts_with("alarm: the hub sends the id \"e1\"")));
    let summary = run_quietly(ground.over_lines(mappings(), &lines)).await.expect("it runs");
    assert_eq!((summary.received, summary.known), (0, 3));
    assert_eq!(target.lines(), ["PUT /rules/1 {\"version\":1}", "PUT /rules/1 {\"version\":2}"]);
    assert_eq!(ground.rows().len(), 2);
}

#[tokio::test]
async fn an_event_without_id_is_never_taken_for_another() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let ground = Ground::new();
    let lines = ["{\"ruleId\":1,\"version\":1}".to_owned(), "{\"ruleId\":1,\"version\":1}".to_owned()];
    let mappings = vec![compiled(mapping("rules", &target.url()))];
    run_quietly(ground.over_lines(mappings, &lines)).await.expect("it runs");
    let keys: std::collections::BTreeSet<String> =
        target.got().iter().map(|got| got.header("idem-key").to_owned()).collect();
    assert_eq!(keys.len(), 2);
    assert!(ground.rows().iter().all(|row| row.cursor.is_none()));
}

#[tokio::test]
async fn an_event_that_no_target_wants_has_one_row() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["when"] = json!({ "constant": { "boolean": false } });
    let mut second = spec.clone();
    second["name"] = json!("others");
    let summary = run_quietly(ground.over_lines(vec![compiled(spec), compiled(second)], &[event(1, 1, "e1")]))
        .await
        .expect("it runs");
    assert_eq!((summary.received, summary.outcomes.unrouted, summary.outcomes.total()), (1, 1, 1));
    assert_eq!(ground.outcomes(), ["e1 unrouted"]);
}

#[tokio::test]
async fn an_item_has_its_own_request_and_row() {
    let target = TargetEnd::start(|got, _| Reply::Status(if got.path.ends_with("/9") { 422 } else { 200 })).await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["event"] =
        json!({ "fields": [{ "name": "slots", "type": { "base": { "list": { "base": { "integer": null } } } } }] });
    let item = json!({ "path": { "root": { "local": 5 } } });
    let each = &mut spec["targets"][0];
    each["each"] = json!({ "variable": 5, "list": path(&["slots"]) });
    each["url"][1]["hole"]["value"] = item.clone();
    each["key"] = json!([item.clone(), { "path": { "root": "meta", "steps": ["id"] } }]);
    each["order_by"] = json!([item.clone()]);
    each["body"]["nodes"][0]["leaf"]["value"] = item;
    let lines = ["{\"id\":\"e1\",\"slots\":[7,8,9]}".to_owned()];
    let summary = run_quietly(ground.over_lines(vec![compiled(spec)], &lines)).await.expect("it runs");
    assert_eq!((summary.outcomes.delivered, summary.outcomes.set_aside), (2, 1));
    let mut rows: Vec<_> =
        ground.rows().into_iter().map(|row| (row.item, row.key.unwrap_or_default(), row.outcome)).collect();
    rows.sort();
    assert_eq!(
        rows,
        [
            (Some(0), "7:e1".to_owned(), Outcome::Delivered),
            (Some(1), "8:e1".to_owned(), Outcome::Delivered),
            (Some(2), "9:e1".to_owned(), Outcome::SetAside),
        ]
    );
}

#[tokio::test]
async fn target_url_replaces_the_whole_url_of_a_single_target() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let ground = Ground::new();
    let mut options =
        ground.over_lines(vec![compiled(mapping("rules", "https://vista.invalid"))], &[event(1, 1, "e1")]);
    options.target_url = Some(format!("{}/try?x=1", target.url()));
    run_quietly(options).await.expect("it runs");
    assert_eq!(target.lines(), ["PUT /try?x=1 {\"version\":1}"]);
    assert_eq!(target.got()[0].header("idem-key"), "1:e1");
}
