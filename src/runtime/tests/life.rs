//! Starts, ends, kills and what goes on after them.

use super::hub_end::Manner;
use super::*;
use crate::runtime::audit::Outcome;
use tokio::sync::watch;

/// A kill: the run's tasks end where they stand. The store's lock goes with the last of its threads, so the
/// caller waits until it can be taken.
async fn killed(running: tokio::task::JoinHandle<Result<Summary, RunError>>, ground: &Ground) {
    running.abort();
    assert!(running.await.expect_err("it was aborted").is_cancelled());
    let lock = std::fs::File::open(ground.path().join("test.db.lock")).expect("the store's lock");
    tokio::task::spawn_blocking(move || lock.lock().expect("it can be taken")).await.expect("no panic");
}

#[tokio::test]
async fn after_a_kill_all_is_pushed_with_the_same_key_and_bytes_and_in_order() {
    let (open, go) = watch::channel(false);
    let target =
        TargetEnd::start(move |_, n| if n < 40 { Reply::Status(200) } else { Reply::When(go.clone(), 200) }).await;
    let hub = HubEnd::start(Manner::default()).await;
    for number in 0..300 {
        hub.send(&format!("e{number}"), event(number % 30, number, &format!("e{number}")));
    }
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["timeout_ms"] = json!(500);
    let mappings = || vec![compiled(spec.clone())];
    let recorder = Recorder::new();
    let running = tokio::spawn(run(ground.over_hub(mappings(), &hub), recorder.clone()));
    target.wait_for(55).await;
    killed(running, &ground).await;
    open.send_replace(true);
    hub.behave(Manner { closes_at_end: true, ..Manner::default() });
    let mut options = ground.over_hub(mappings(), &hub);
    options.end = End::WhenIdle;
    let summary = run_quietly(options).await.expect("it runs");
    assert_eq!(summary.pending, 0);
    let rows = ground.rows();
    assert_eq!(rows.len(), 300);
    assert!(rows.iter().all(|row| row.outcome == Outcome::Delivered));
    let repeated = rows.iter().filter(|row| row.effect_unknown).count();
    assert!((1..=64).contains(&repeated), "{repeated}");
    let got = target.got();
    for rule in 0..30 {
        let mut versions: Vec<_> =
            got.iter().filter(|got| got.path == format!("/rules/{rule}")).map(|got| got.line()).collect();
        versions.dedup();
        let expected: Vec<_> =
            (0..10).map(|n| format!("PUT /rules/{rule} {{\"version\":{}}}", n * 30 + rule)).collect();
        assert_eq!(versions, expected);
    }
}

#[tokio::test]
async fn what_was_tried_keeps_its_request_when_the_mapping_changes() {
    let target = TargetEnd::start(|got, n| {
        Reply::Status(if n < 3 || got.path.starts_with("/old") && n < 5 { 503 } else { 200 })
    })
    .await;
    let ground = Ground::new();
    let mut old = mapping("rules", &format!("{}/old", target.url()));
    old["targets"][0]["limit"] = json!({ "at_once": 1 });
    old["targets"][0]["retry"] = json!({ "from_ms": 300, "to_ms": 300, "within_ms": 86_400_000 });
    let hub = HubEnd::start(Manner::default()).await;
    hub.send("tried", event(1, 1, "tried"));
    let options = ground.over_hub(vec![compiled(old.clone())], &hub);
    let shutdown = options.shutdown.clone();
    let recorder = Recorder::new();
    let running = tokio::spawn(run_watched(options, recorder.clone()));
    recorder.wait_for(1, "tried tried 1").await;
    hub.send("behind", event(1, 2, "behind"));
    recorder.wait_for(1, "received behind").await;
    shutdown.trigger();
    running.await.expect("no panic").expect("it runs");
    let mut new = mapping("rules", &format!("{}/new", target.url()));
    new["targets"][0]["body"]["nodes"][0]["leaf"]["name"]["name"]["local"] = json!("changed");
    let summary = run_quietly(ground.over_lines(vec![compiled(new)], &[])).await.expect("it runs");
    assert_eq!(summary.outcomes.delivered, 2);
    let mut lines = target.lines();
    lines.dedup();
    assert_eq!(lines, ["PUT /old/rules/1 {\"version\":1}", "PUT /new/rules/1 {\"changed\":2}"]);
}

#[tokio::test]
async fn the_shutdown_waits_for_what_is_in_flight_and_begins_nothing_more() {
    let (open, go) = watch::channel(false);
    let target = TargetEnd::start(move |_, _| Reply::When(go.clone(), 200)).await;
    let hub = HubEnd::start(Manner::default()).await;
    for number in 0..20 {
        hub.send(&format!("e{number}"), event(number, 1, &format!("e{number}")));
    }
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["limit"] = json!({ "at_once": 4 });
    let options = ground.over_hub(vec![compiled(spec.clone())], &hub);
    let shutdown = options.shutdown.clone();
    let recorder = Recorder::new();
    let running = tokio::spawn(run_watched(options, recorder.clone()));
    recorder.wait_for(20, "received").await;
    target.wait_for(4).await;
    shutdown.trigger();
    open.send_replace(true);
    let summary = running.await.expect("no panic").expect("it runs");
    assert_eq!(summary.outcomes.delivered + summary.pending, 20);
    assert!((4..=8).contains(&summary.outcomes.delivered), "{summary:?}");
    let summary = run_quietly(ground.over_lines(vec![compiled(spec)], &[])).await.expect("it runs");
    assert_eq!(summary.pending, 0);
    assert_eq!(target.got().len(), 20);
    assert!(ground.rows().iter().all(|row| !row.effect_unknown && row.tries == 1));
}

#[tokio::test]
async fn what_does_not_end_within_the_bound_is_left_for_the_next_run() {
    let target = TargetEnd::start(|_, n| if n < 3 { Reply::Hang } else { Reply::Status(200) }).await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["timeout_ms"] = json!(60_000);
    let hub = HubEnd::start(Manner::default()).await;
    for number in 0..3 {
        hub.send(&format!("e{number}"), event(number, 1, &format!("e{number}")));
    }
    let mut options = ground.over_hub(vec![compiled(spec.clone())], &hub);
    options.limits.drain = Duration::from_millis(50);
    let shutdown = options.shutdown.clone();
    let running = tokio::spawn(run_quietly(options));
    target.wait_for(3).await;
    shutdown.trigger();
    let summary = running.await.expect("no panic").expect("it runs");
    assert_eq!((summary.pending, summary.outcomes.total()), (3, 0));
    let summary = run_quietly(ground.over_lines(vec![compiled(spec)], &[])).await.expect("it runs");
    assert_eq!(summary.outcomes.delivered, 3);
    assert!(ground.rows().iter().all(|row| row.effect_unknown));
}

#[tokio::test]
async fn a_target_that_never_answers_holds_up_neither_the_reading_nor_the_memory() {
    let target = TargetEnd::start(|_, _| Reply::Hang).await;
    let hub = HubEnd::start(Manner::default()).await;
    let padding = "x".repeat(10_000);
    for number in 0..2_000 {
        let text = json!({ "ruleId": number, "version": 1, "id": format!("e{number}"), "padding": padding });
        hub.send(&format!("e{number}"), text.to_string());
    }
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["timeout_ms"] = json!(600_000);
    let mut options = ground.over_hub(vec![compiled(spec)], &hub);
    // a tenth of what is sent
    options.limits.held_bytes = 2 << 20;
    options.limits.drain = Duration::ZERO;
    let shutdown = options.shutdown.clone();
    let recorder = Recorder::new();
    let running = tokio::spawn(run_watched(options, recorder.clone()));
    recorder.wait_for(2_000, "received").await;
    target.wait_for(1).await;
    shutdown.trigger();
    let summary = running.await.expect("no panic").expect("it runs");
    assert_eq!(summary.pending, 2_000);
    // the budget for bodies, not the 64 slots, is what bounded them
    assert!(target.got().len() <= 64, "{}", target.got().len());
}

#[tokio::test]
async fn what_keeps_a_run_from_starting_is_said() {
    let ground = Ground::new();
    let good = || compiled(mapping("rules", "http://127.0.0.1:9"));
    let error = run_quietly(ground.over_lines(vec![], &[])).await.expect_err("no mapping");
    assert!(matches!(error, RunError::NoMapping));
    let error = run_quietly(ground.over_lines(vec![good(), good()], &[])).await.expect_err("one name twice");
    assert!(matches!(error, RunError::SameName { ref name } if name == "rules"), "{error}");

    let mut spec = mapping("rules", "http://127.0.0.1:9");
    spec["targets"][0]["url"] = json!([{ "environment": "BASE" }, { "literal": "/x" }]);
    let error = run_quietly(ground.over_lines(vec![compiled(spec.clone())], &[])).await.expect_err("no variable");
    assert_eq!(
        error.to_string(),
        "the environment variable BASE, which the mapping \"rules\" uses, is not set; set it and start again"
    );
    let mut options = ground.over_lines(vec![compiled(spec)], &[]);
    options.environment = Arc::new(|_| Some("ftp://h".to_owned()));
    let error = run_quietly(options).await.expect_err("not http");
    assert!(error.to_string().contains("begins with ftp:"), "{error}");

    let mut options = ground.over_lines(vec![good(), compiled(mapping("other", "http://127.0.0.1:9"))], &[]);
    options.target_url = Some("http://127.0.0.1:9/x".to_owned());
    let error = run_quietly(options).await.expect_err("two targets");
    assert!(matches!(error, RunError::TargetUrlNotSingle { targets: 2 }), "{error}");

    let mut options = ground.over_lines(vec![good()], &[]);
    options.source = Source::Hub(Hub { url: "http://hub".to_owned(), token: None, ack: false });
    let error = run_quietly(options).await.expect_err("not a hub");
    assert!(error.to_string().contains("it looks like ws://"), "{error}");

    let mut spec = mapping("other", "http://127.0.0.1:9");
    spec["listen"]["id"] = json!(["eventId"]);
    let error = run_quietly(ground.over_lines(vec![good(), compiled(spec)], &[])).await.expect_err("two ids");
    assert!(matches!(error, RunError::DifferentIds { .. }), "{error}");

    let mut options = ground.over_lines(vec![good()], &[]);
    let Source::Lines(lines) = &mut options.source else { panic!("they are lines") };
    lines.event = "nothing".to_owned();
    let error = run_quietly(options).await.expect_err("nobody listens");
    assert!(matches!(error, RunError::NobodyListens { .. }), "{error}");
}

#[tokio::test]
async fn a_second_run_on_a_store_is_refused() {
    let hub = HubEnd::start(Manner::default()).await;
    let ground = Ground::new();
    let mappings = || vec![compiled(mapping("rules", "http://127.0.0.1:9"))];
    let options = ground.over_hub(mappings(), &hub);
    let shutdown = options.shutdown.clone();
    let recorder = Recorder::new();
    let running = tokio::spawn(run_watched(options, recorder.clone()));
    recorder.wait_for(1, "listening").await;
    let error = run_quietly(ground.over_lines(mappings(), &[])).await.expect_err("in use");
    let sentence = error.to_string();
    assert!(sentence.contains("is in use by another `hms-sync run`"), "{sentence}");
    assert!(sentence.contains(&std::process::id().to_string()), "{sentence}");
    shutdown.trigger();
    running.await.expect("no panic").expect("it runs");
    run_quietly(ground.over_lines(mappings(), &[])).await.expect("now it can");
}

#[tokio::test]
async fn the_status_says_what_is_left_to_do() {
    let target = TargetEnd::start(|got, _| Reply::Status(if got.path == "/rules/1" { 422 } else { 401 })).await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["limit"] = json!({ "at_once": 1 });
    let lines = [event(1, 1, "a"), event(2, 1, "b"), event(3, 1, "c")];
    run_quietly(ground.over_lines(vec![compiled(spec)], &lines)).await.expect("it runs");
    let status = crate::runtime::status::status(&ground.store()).expect("a store");
    assert_eq!((status.set_aside, status.sources[0].taken), (1, 3));
    assert_eq!((status.sources[0].subscription.as_str(), status.sources[0].cursor.as_deref()), ("rule", None));
    let target_status = &status.targets[0];
    assert_eq!((target_status.pending, target_status.tried), (2, 1));
    assert_eq!((target_status.mapping.as_str(), target_status.origin.as_str()), ("rules", target.url().as_str()));
    assert!(target_status.oldest.is_some());
    let missing = crate::runtime::status::status(&ground.path().join("none.db")).expect_err("none");
    assert!(missing.to_string().contains("there is no store"), "{missing}");
}
