//! What targets do, and what becomes of the events.

use super::*;
use crate::runtime::audit::Outcome;

async fn one_event(ground: &Ground, spec: Value) -> Summary {
    run_quietly(ground.over_lines(vec![compiled(spec)], &[event(1, 1, "e1")])).await.expect("it runs")
}

#[tokio::test]
async fn what_may_pass_is_tried_again_with_the_same_request() {
    let target = TargetEnd::start(|_, n| match n {
        0 | 1 => Reply::Status(503),
        2 => Reply::Status(429),
        _ => Reply::Status(201),
    })
    .await;
    let ground = Ground::new();
    let summary = one_event(&ground, mapping("rules", &target.url())).await;
    assert_eq!((summary.tries, summary.outcomes.delivered), (4, 1));
    let row = &ground.rows()[0];
    assert_eq!((row.tries, row.status, row.effect_unknown), (4, Some(201), false));
    let got = target.got();
    assert!(got.iter().all(|got| got.header("idem-key") == "1:e1"));
    assert_eq!(got.iter().map(|got| got.line()).collect::<std::collections::BTreeSet<_>>().len(), 1);
}

#[tokio::test]
async fn what_is_refused_is_set_aside_at_once() {
    for status in [400, 404, 409, 422, 301] {
        let target = TargetEnd::start(move |_, _| Reply::Status(status)).await;
        let ground = Ground::new();
        let summary = one_event(&ground, mapping("rules", &target.url())).await;
        assert_eq!((summary.tries, summary.outcomes.set_aside), (1, 1));
        let row = &ground.rows()[0];
        assert_eq!((row.status, row.tries), (Some(status), 1));
        assert!(row.reason.as_deref().is_some_and(|reason| reason.starts_with(&format!("HTTP {status}"))), "{row:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_followed_only_within_the_origin_and_with_its_method() {
    let other = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let elsewhere = format!("{}/stolen", other.url());
    let target = TargetEnd::start(move |got, _| match got.path.as_str() {
        "/rules/1" => Reply::With(307, "Location", "/moved".to_owned()),
        "/rules/2" => Reply::With(307, "Location", elsewhere.clone()),
        "/rules/3" => Reply::With(302, "Location", "/moved".to_owned()),
        _ => Reply::Status(200),
    })
    .await;
    let ground = Ground::new();
    let lines = [event(1, 1, "a"), event(2, 2, "b"), event(3, 3, "c")];
    let mappings = vec![compiled(mapping("rules", &target.url()))];
    let summary = run_quietly(ground.over_lines(mappings, &lines)).await.expect("it runs");
    assert_eq!((summary.outcomes.delivered, summary.outcomes.set_aside), (1, 2));
    assert!(target.lines().contains(&"PUT /moved {\"version\":1}".to_owned()));
    assert_eq!(other.got().len(), 0);
}

#[tokio::test]
async fn retry_after_holds_the_whole_target() {
    let target =
        TargetEnd::start(
            |_, n| {
                if n == 0 { Reply::With(503, "Retry-After", "1".to_owned()) } else { Reply::Status(200) }
            },
        )
        .await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["limit"] = json!({ "at_once": 1 });
    let lines = [event(1, 1, "a"), event(2, 1, "b"), event(3, 1, "c")];
    run_quietly(ground.over_lines(vec![compiled(spec)], &lines)).await.expect("it runs");
    let got = target.got();
    assert_eq!(got.len(), 4);
    assert!(got[1].at - got[0].at >= Duration::from_secs(1), "{:?}", got[1].at - got[0].at);
}

#[tokio::test]
async fn after_a_lost_answer_gone_is_delivered_and_the_row_says_that_a_repeat_is_possible() {
    let target = TargetEnd::start(|_, n| if n == 0 { Reply::Cut } else { Reply::Status(404) }).await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["method"] = json!("DELETE");
    spec["targets"][0]["timeout_ms"] = json!(200);
    one_event(&ground, spec).await;
    let row = &ground.rows()[0];
    assert_eq!((row.outcome, row.tries, row.status), (Outcome::Delivered, 2, Some(404)));
    assert!(row.effect_unknown);
}

#[tokio::test]
async fn after_a_lost_answer_another_event_of_the_record_waits_one_time_out() {
    let target = TargetEnd::start(|_, n| if n == 0 { Reply::Hang } else { Reply::Status(200) }).await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["timeout_ms"] = json!(300);
    let lines = [event(1, 1, "a"), event(1, 2, "b"), event(2, 1, "c")];
    run_quietly(ground.over_lines(vec![compiled(spec)], &lines)).await.expect("it runs");
    let got = target.got();
    let last = got.iter().find(|got| got.header("idem-key") == "1:b").expect("it came");
    // the first try was abandoned 300 ms after it came, and could land for as long again
    assert!(last.at - got[0].at >= Duration::from_millis(600), "{:?}", last.at - got[0].at);
    let other = got.iter().find(|got| got.header("idem-key") == "2:c").expect("it came");
    assert!(other.at < last.at, "another record waits for nothing");
}

#[tokio::test]
async fn tries_are_counted_only_where_the_event_may_be_to_blame() {
    let target = TargetEnd::start(|got, n| match got.path.as_str() {
        "/rules/1" => Reply::Status(500),
        // a fault that is nobody's
        "/rules/2" if n % 3 != 0 => Reply::Status(503),
        _ => Reply::Status(200),
    })
    .await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["retry"]["times"] = json!(2);
    spec["targets"][0]["timeout_ms"] = json!(20);
    let mut lines: Vec<_> = (0..40).map(|n| event(2, n, &format!("ok{n}"))).collect();
    lines.push(event(1, 1, "poison"));
    lines.extend((0..400).map(|n| event(3, n, &format!("more{n}"))));
    let summary = run_quietly(ground.over_lines(vec![compiled(spec)], &lines)).await.expect("it runs");
    assert_eq!(summary.outcomes.set_aside, 1);
    assert_eq!(summary.outcomes.delivered, 440);
    let rows = ground.rows();
    let poison = rows.iter().find(|row| row.event_id == "poison").expect("its row");
    let reason = poison.reason.as_deref().unwrap_or_default();
    assert!(reason.starts_with("given up after ") && reason.ends_with("HTTP 500 Internal Server Error"), "{reason}");
    assert!(poison.tries >= 3);
}

#[tokio::test]
async fn after_the_time_for_retries_the_event_is_set_aside() {
    let target = TargetEnd::start(|_, _| Reply::Status(503)).await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["retry"]["within_ms"] = json!(100);
    let summary = one_event(&ground, spec).await;
    assert_eq!(summary.outcomes.set_aside, 1);
    let row = &ground.rows()[0];
    assert!(row.reason.as_deref().is_some_and(|reason| reason.starts_with("given up after ")), "{row:?}");
    assert!(row.tries > 1);
}

#[tokio::test]
async fn a_target_that_is_away_is_probed_one_at_a_time_and_opens_again() {
    let target = TargetEnd::start(|_, n| Reply::Status(if n < 13 { 503 } else { 200 })).await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["limit"] = json!({ "at_once": 2 });
    let lines: Vec<_> = (0..30).map(|n| event(n, 1, &format!("e{n}"))).collect();
    let recorder = Recorder::new();
    let summary =
        run_watched(ground.over_lines(vec![compiled(spec)], &lines), recorder.clone()).await.expect("it runs");
    assert_eq!(summary.outcomes.delivered, 30);
    let lines = recorder.lines();
    let conditions: Vec<_> = lines.iter().filter(|line| line.starts_with("target")).collect();
    assert_eq!(conditions, ["target Waiting: HTTP 503 Service Unavailable", "target Open: "]);
}

#[tokio::test]
async fn a_401_pauses_the_target_and_what_waits_stays() {
    let target = TargetEnd::start(|_, _| Reply::Status(401)).await;
    let ground = Ground::new();
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["limit"] = json!({ "at_once": 1 });
    spec["targets"][0]["auth"] = json!({ "bearer": { "environment": "VISTA_TOKEN" } });
    let lines: Vec<_> = (0..10).map(|n| event(n, 1, &format!("e{n}"))).collect();
    let mut options = ground.over_lines(vec![compiled(spec)], &lines);
    options.environment = Arc::new(|name| (name == "VISTA_TOKEN").then(|| "s3cret".to_owned()));
    let recorder = Recorder::new();
    let summary = run_watched(options, recorder.clone()).await.expect("it runs");
    assert_eq!((summary.tries, summary.pending, summary.outcomes.total()), (1, 10, 0));
    assert_eq!(target.got()[0].header("authorization"), "Bearer s3cret");
    assert!(recorder.lines().iter().any(|line| line.starts_with("target Paused: it does not take our credential")));
    assert!(!recorder.lines().iter().any(|line| line.contains("s3cret")));
}

#[tokio::test]
async fn a_credential_that_was_renewed_is_taken_at_once() {
    let target =
        TargetEnd::start(|got, _| Reply::Status(if got.header("authorization") == "Bearer new" { 200 } else { 401 }))
            .await;
    let ground = Ground::new();
    let file = ground.path().join("token");
    std::fs::write(&file, "old\n").expect("written");
    let mut spec = mapping("rules", &target.url());
    spec["targets"][0]["auth"] = json!({ "bearer": { "file": file } });
    let hub = HubEnd::start(super::hub_end::Manner::default()).await;
    let options = ground.over_hub(vec![compiled(spec)], &hub);
    let shutdown = options.shutdown.clone();
    let recorder = Recorder::new();
    let running = tokio::spawn(run_watched(options, recorder.clone()));
    recorder.wait_for(1, "listening").await;
    std::fs::write(&file, "new\n").expect("written");
    hub.send("e1", event(1, 1, "e1"));
    recorder.wait_for(1, "finished e1 delivered").await;
    shutdown.trigger();
    let summary = running.await.expect("no panic").expect("it runs");
    assert_eq!(summary.tries, 2);
    let tokens: Vec<_> = target.got().iter().map(|got| got.header("authorization").to_owned()).collect();
    assert_eq!(tokens, ["Bearer old", "Bearer new"]);
}

#[tokio::test]
async fn a_403_for_one_record_alone_is_a_refusal() {
    let target = TargetEnd::start(|got, _| Reply::Status(if got.path == "/rules/1" { 403 } else { 200 })).await;
    let ground = Ground::new();
    let mut lines = vec![event(1, 1, "forbidden")];
    lines.extend((2..200).map(|n| event(n, 1, &format!("e{n}"))));
    let mappings = vec![compiled(mapping("rules", &target.url()))];
    let summary = run_quietly(ground.over_lines(mappings, &lines)).await.expect("it runs");
    assert_eq!((summary.outcomes.delivered, summary.outcomes.set_aside, summary.pending), (198, 1, 0));
}

#[tokio::test]
async fn a_403_for_all_pauses_the_target() {
    let target = TargetEnd::start(|_, _| Reply::Status(403)).await;
    let ground = Ground::new();
    let lines: Vec<_> = (0..20).map(|n| event(n, 1, &format!("e{n}"))).collect();
    let mappings = vec![compiled(mapping("rules", &target.url()))];
    let recorder = Recorder::new();
    let summary = run_watched(ground.over_lines(mappings, &lines), recorder.clone()).await.expect("it runs");
    assert_eq!((summary.outcomes.total(), summary.pending), (0, 20));
    assert!(recorder.lines().iter().any(|line| line.starts_with("target Paused: it forbids all")));
}
