//! The order of a record, and that one lane delays no other.

use super::*;
use crate::runtime::audit::Outcome;
use std::collections::BTreeMap;
use tokio::sync::watch;

/// The versions that each rule's path got, in order.
fn versions(target: &TargetEnd) -> BTreeMap<String, Vec<u64>> {
    let mut versions: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for got in target.got() {
        let body: Value = serde_json::from_str(&got.body).expect("JSON");
        versions.entry(got.path).or_default().push(body["version"].as_u64().expect("a version"));
    }
    versions
}

#[tokio::test]
async fn a_records_events_are_pushed_in_the_order_of_arrival_through_faults() {
    let seed = fastrand::u64(..);
    let random = Mutex::new(fastrand::Rng::with_seed(seed));
    let target = TargetEnd::start(move |_, _| match random.lock().unwrap_or_else(PoisonError::into_inner).u8(0..10) {
        0 => Reply::Status(503),
        1 => Reply::Status(500),
        2 => Reply::Status(429),
        _ => Reply::Status(200),
    })
    .await;
    let ground = Ground::new();
    let lines: Vec<_> = (0..400).map(|n| event(n % 20, n, &format!("e{n}"))).collect();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["timeout_ms"] = json!(20);
    let summary = run_quietly(ground.over_lines(vec![compiled(spec)], &lines)).await.expect("it runs");
    assert_eq!(summary.outcomes.delivered, 400, "seed {seed}");
    for (path, mut got) in versions(&target) {
        // tries of one event follow each other
        got.dedup();
        let rule: u64 = path["/rules/".len()..].parse().expect("a number");
        let expected: Vec<_> = (0..20).map(|n| n * 20 + rule).collect();
        assert_eq!(got, expected, "seed {seed}, {path}");
    }
    // one key and the same bytes for every try
    let mut bodies = BTreeMap::new();
    for got in target.got() {
        let body = bodies.entry(got.header("idem-key").to_owned()).or_insert_with(|| got.line());
        assert_eq!(*body, got.line(), "seed {seed}");
    }
    assert_eq!(bodies.len(), 400);
}

#[tokio::test]
async fn a_blocked_lane_delays_no_other() {
    let (open, go) = watch::channel(false);
    let target =
        TargetEnd::start(
            move |got, _| {
                if got.path == "/rules/1" { Reply::When(go.clone(), 200) } else { Reply::Status(200) }
            },
        )
        .await;
    let ground = Ground::new();
    let mut lines = vec![event(1, 1, "a"), event(1, 2, "b")];
    lines.extend((2..50).map(|n| event(n, 1, &format!("e{n}"))));
    let recorder = Recorder::new();
    let options = ground.over_lines(vec![compiled(mapping("rules", &target.url()))], &lines);
    let running = tokio::spawn(run_watched(options, recorder.clone()));
    recorder.wait_for(48, "finished e").await;
    assert_eq!(versions(&target)["/rules/1"], [1]);
    open.send_replace(true);
    running.await.expect("no panic").expect("it runs");
    assert_eq!(versions(&target)["/rules/1"], [1, 2]);
}

#[tokio::test]
async fn no_more_requests_are_in_flight_than_the_limit_allows() {
    let (open, go) = watch::channel(false);
    let target = TargetEnd::start(move |_, _| Reply::When(go.clone(), 200)).await;
    let ground = Ground::new();
    let lines: Vec<_> = (0..100).map(|n| event(n, 1, &format!("e{n}"))).collect();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["limit"] = json!({ "at_once": 3 });
    let recorder = Recorder::new();
    let running = tokio::spawn(run_watched(ground.over_lines(vec![compiled(spec)], &lines), recorder.clone()));
    recorder.wait_for(100, "received").await;
    recorder.wait_for(3, "prepared").await;
    target.wait_for(3).await;
    assert_eq!(target.got().len(), 3);
    open.send_replace(true);
    let summary = running.await.expect("no panic").expect("it runs");
    assert_eq!(summary.outcomes.delivered, 100);
}

#[tokio::test]
async fn an_older_version_is_superseded_also_after_a_restart_and_an_equal_one_is_pushed() {
    let target = TargetEnd::start(|got, _| Reply::Status(if got.body.contains("99") { 422 } else { 200 })).await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["newest_by"] = path(&["version"]);
    let mappings = || vec![compiled(spec.clone())];
    let lines =
        [event(1, 5, "a"), event(1, 4, "b"), event(1, 5, "c"), event(2, 1, "d"), event(1, 99, "e"), event(1, 10, "f")];
    run_quietly(ground.over_lines(mappings(), &lines)).await.expect("it runs");
    // what was refused did not advance the memory
    assert_eq!(versions(&target)["/rules/1"], [5, 5, 99, 10]);
    run_quietly(ground.over_lines(mappings(), &[event(1, 9, "g"), event(1, 11, "h")])).await.expect("it runs");
    assert_eq!(versions(&target)["/rules/1"], [5, 5, 99, 10, 11]);
    let rows = ground.rows();
    let of = |id: &str| rows.iter().find(|row| row.event_id == id).map(|row| row.outcome);
    assert_eq!(of("b"), Some(Outcome::Superseded));
    assert_eq!(of("e"), Some(Outcome::SetAside));
    assert_eq!(of("g"), Some(Outcome::Superseded));
    assert_eq!(of("h"), Some(Outcome::Delivered));
}

#[tokio::test]
async fn targets_that_write_one_record_share_its_order_and_versions() {
    let target =
        TargetEnd::start(|got, n| Reply::Status(if got.method == "DELETE" && n < 3 { 503 } else { 200 })).await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    let even = json!({ "compare": {
        "comparison": "less", "left": path(&["version"]), "right": { "constant": { "number": "100" } } } });
    let mut put = super::target(json!("put"), "PUT", &target.url());
    put["when"] = even.clone();
    put["newest_by"] = path(&["version"]);
    let mut delete = super::target(json!("delete"), "DELETE", &target.url());
    delete["when"] = json!({ "not": even });
    delete["newest_by"] = path(&["version"]);
    spec["targets"] = json!([put, delete]);
    let lines = [event(1, 1, "a"), event(1, 100, "b"), event(1, 2, "c")];
    let summary = run_quietly(ground.over_lines(vec![compiled(spec)], &lines)).await.expect("it runs");
    assert_eq!((summary.outcomes.delivered, summary.outcomes.superseded), (2, 1));
    let mut methods: Vec<_> = target.got().into_iter().map(|got| got.method).collect();
    methods.dedup();
    assert_eq!(methods, ["PUT", "DELETE"]);
}

#[tokio::test]
async fn an_event_finishes_all_its_targets_of_a_record_before_the_next_begins() {
    let target =
        TargetEnd::start(|got, n| Reply::Status(if got.path.starts_with("/first") && n == 0 { 503 } else { 200 }))
            .await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    let first = super::target(json!("first"), "PUT", &format!("{}/first", target.url()));
    let second = super::target(json!("second"), "PUT", &format!("{}/second", target.url()));
    spec["targets"] = json!([first, second]);
    let lines = [event(1, 1, "a"), event(1, 2, "b")];
    run_quietly(ground.over_lines(vec![compiled(spec)], &lines)).await.expect("it runs");
    let lines: Vec<_> = target.got().iter().map(|got| format!("{} {}", got.path, got.header("idem-key"))).collect();
    assert_eq!(
        lines,
        [
            "/first/rules/1 1:a",
            "/first/rules/1 1:a",
            "/second/rules/1 1:a",
            "/first/rules/1 1:b",
            "/second/rules/1 1:b"
        ]
    );
}
