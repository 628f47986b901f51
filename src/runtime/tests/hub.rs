//! From a hub, with what hubs do.

use super::hub_end::Manner;
use super::*;
use crate::runtime::audit::Outcome;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_hub_is_listened_to_with_the_token_and_told_what_is_synced() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let hub = HubEnd::start(Manner::default()).await;
    let ground = Ground::new();
    let options = ground.over_hub(vec![compiled(mapping("rules", &target.url()))], &hub);
    let shutdown = options.shutdown.clone();
    let running = tokio::spawn(run_quietly(options));
    hub.send("e1", event(1, 1, "e1"));
    hub.send("e2", event(2, 1, "e2"));
    hub.wait_until(|hub| hub.acks().last().is_some_and(|ack| ack == "e2")).await;
    target.wait_for(2).await;
    shutdown.trigger();
    let summary = running.await.expect("no panic").expect("it runs");
    assert_eq!(summary.received, 2);
    assert_eq!(hub.greetings(), [json!({ "listen": "rule" })]);
    assert_eq!(hub.tokens(), ["Bearer secret"]);
    assert_eq!(ground.rows()[0].cursor.as_deref().map(|cursor| &cursor[..1]), Some("e"));
}

#[tokio::test]
async fn a_cloud_event_is_opened_and_its_id_is_the_cursor() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let hub = HubEnd::start(Manner { closes_at_end: true, ..Manner::default() }).await;
    let data = json!({ "ruleId": 5, "version": 3 });
    let cloud = json!({ "specversion": "1.0", "type": "t", "source": "s", "id": "c-1", "data": data });
    hub.send("c-1", cloud.to_string());
    let ground = Ground::new();
    let mut options = ground.over_hub(vec![compiled(mapping("rules", &target.url()))], &hub);
    options.end = End::WhenIdle;
    run_quietly(options).await.expect("it runs");
    assert_eq!(target.got()[0].header("idem-key"), "5:c-1");
    assert_eq!(ground.rows()[0].cursor.as_deref(), Some("c-1"));
}

#[tokio::test]
async fn after_each_break_it_goes_on_from_what_is_synced_and_nothing_is_lost() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let hub = HubEnd::start(Manner { drop_every: Some(7), closes_at_end: true, ..Manner::default() }).await;
    for number in 0..100 {
        hub.send(&format!("e{number}"), event(number % 5, number, &format!("e{number}")));
    }
    let ground = Ground::new();
    let mut options = ground.over_hub(vec![compiled(mapping("rules", &target.url()))], &hub);
    options.end = End::WhenIdle;
    let summary = run_quietly(options).await.expect("it runs");
    assert_eq!((summary.received, summary.outcomes.delivered), (100, 100));
    assert_eq!(target.got().len(), 100);
    let greetings = hub.greetings();
    assert!(greetings.len() > 100 / 7, "{greetings:?}");
    assert!(greetings[1..].iter().all(|greeting| greeting["listen"] == "rule"));
    for rule in 0..5 {
        let got = target.got();
        let versions: Vec<_> =
            got.iter().filter(|got| got.path == format!("/rules/{rule}")).map(|got| got.body.clone()).collect();
        let expected: Vec<_> = (0..20).map(|n| format!("{{\"version\":{}}}", n * 5 + rule)).collect();
        assert_eq!(versions, expected);
    }
}

#[tokio::test]
async fn a_restart_goes_on_after_the_stored_cursor() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let hub = HubEnd::start(Manner { closes_at_end: true, ..Manner::default() }).await;
    let ground = Ground::new();
    for round in 0..3 {
        hub.send(&format!("e{round}"), event(1, round, &format!("e{round}")));
        let mut options = ground.over_hub(vec![compiled(mapping("rules", &target.url()))], &hub);
        options.end = End::WhenIdle;
        let summary = run_quietly(options).await.expect("it runs");
        assert_eq!((summary.received, summary.known), (1, 0));
    }
    let after: Vec<_> = hub.greetings().iter().map(|greeting| greeting["after"].clone()).collect();
    assert_eq!(after, [Value::Null, json!("e0"), json!("e1")]);
}

#[tokio::test]
async fn no_frame_ends_the_reading() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let hub = HubEnd::start(Manner { closes_at_end: true, ..Manner::default() }).await;
    hub.send("e1", event(1, 1, "e1"));
    hub.send_without_id(Message::binary(vec![1, 2, 3]));
    hub.send_without_id(Message::text("{\"ruleId\":"));
    hub.send_broken_text(b"{\"ruleId\":\"\xff\"}");
    hub.send_without_id(Message::text(format!("\"{}\"", "x".repeat(3 << 20))));
    hub.send_without_id(Message::Ping(vec![7].into()));
    hub.send_without_id(Message::text(""));
    hub.send("e2", event(1, 2, "e2"));
    let ground = Ground::new();
    let mut options = ground.over_hub(vec![compiled(mapping("rules", &target.url()))], &hub);
    options.end = End::WhenIdle;
    let summary = run_quietly(options).await.expect("it runs");
    assert_eq!((summary.outcomes.delivered, summary.outcomes.set_aside), (2, 5));
    assert_eq!(hub.greetings().len(), 1);
    let reasons: Vec<_> = ground
        .rows()
        .into_iter()
        .filter(|row| row.outcome == Outcome::SetAside)
        .map(|row| row.reason.unwrap_or_default())
        .collect();
    assert_eq!(reasons[0], "it is a binary message; events are text");
    assert_eq!(reasons[2], "it is not UTF-8");
    assert_eq!(reasons[3], "it has 3145730 bytes; the limit is 1048576");
}

#[tokio::test]
async fn a_refused_token_is_a_clear_error() {
    let hub = HubEnd::start(Manner { refuses: Some(401), ..Manner::default() }).await;
    let ground = Ground::new();
    let mut options = ground.over_hub(vec![compiled(mapping("rules", "http://127.0.0.1:9"))], &hub);
    let error = run_quietly(options).await.expect_err("refused");
    assert_eq!(
        error.to_string(),
        format!("the hub at {} refuses the token (HTTP 401); give a valid one with --token or HMS_TOKEN", hub.url())
    );
    options = ground.over_hub(vec![compiled(mapping("rules", "http://127.0.0.1:9"))], &hub);
    options.source = Source::Hub(Hub { url: hub.url(), token: None, ack: false });
    let error = run_quietly(options).await.expect_err("refused");
    assert!(matches!(error, RunError::HubWantsToken { status: 401, .. }), "{error}");
}

#[tokio::test]
async fn a_hub_that_is_away_is_tried_until_it_is_there() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let hub = HubEnd::start(Manner { refuses: Some(503), ..Manner::default() }).await;
    hub.send("e1", event(1, 1, "e1"));
    let ground = Ground::new();
    let mut options = ground.over_hub(vec![compiled(mapping("rules", &target.url()))], &hub);
    options.end = End::WhenIdle;
    let recorder = Recorder::new();
    let running = tokio::spawn(run_watched(options, recorder.clone()));
    recorder.wait_for(3, "lost: it answers HTTP 503").await;
    hub.behave(Manner { refuses: Some(401), ..Manner::default() });
    // a refusal ends a run only where the hub was never there; here it was not
    let error = running.await.expect("no panic").expect_err("refused");
    assert!(matches!(error, RunError::HubRefusesToken { .. }), "{error}");

    hub.behave(Manner { closes_at_end: true, ..Manner::default() });
    let mut options = ground.over_hub(vec![compiled(mapping("rules", &target.url()))], &hub);
    options.end = End::WhenIdle;
    assert_eq!(run_quietly(options).await.expect("it runs").received, 1);
}

#[tokio::test]
async fn breaks_at_one_cursor_alarm() {
    let hub = HubEnd::start(Manner { drop_every: Some(0), ..Manner::default() }).await;
    hub.send("e1", event(1, 1, "e1"));
    let ground = Ground::new();
    let options = ground.over_hub(vec![compiled(mapping("rules", "http://127.0.0.1:9"))], &hub);
    let shutdown = options.shutdown.clone();
    let recorder = Recorder::new();
    let running = tokio::spawn(run_watched(options, recorder.clone()));
    recorder.wait_for(1, "alarm: the hub breaks off \"rule\" at its beginning").await;
    shutdown.trigger();
    running.await.expect("no panic").expect("it runs");
}

#[tokio::test]
async fn mappings_of_one_event_share_a_connection_and_each_has_its_row() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let hub = HubEnd::start(Manner { closes_at_end: true, ..Manner::default() }).await;
    hub.send("e1", event(1, 1, "e1"));
    let ground = Ground::new();
    let mappings = vec![compiled(mapping("one", &target.url())), compiled(mapping("two", &target.url()))];
    let mut options = ground.over_hub(mappings, &hub);
    options.end = End::WhenIdle;
    let summary = run_quietly(options).await.expect("it runs");
    assert_eq!((summary.received, summary.outcomes.delivered), (1, 2));
    assert_eq!(hub.greetings().len(), 1);
    let mut mappings: Vec<_> = ground.rows().into_iter().filter_map(|row| row.mapping).collect();
    mappings.sort();
    assert_eq!(mappings, ["one", "two"]);
}
