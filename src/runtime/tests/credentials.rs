//! Tokens by client credentials: asked for once, renewed once, and what happens where there are none.

use super::answers::from_text;
use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

const CLIENT: &str = "s3cr%t:";

fn mapping(base: &str) -> RunMapping {
    from_text(&format!(
        r#"
listen "rule"
event {{ ruleId: integer, version: integer }}
target PUT "{base}/rules/{{ruleId}}" {{
  key   ruleId, meta.id
  auth  oauth2 client credentials token "{base}/token" id env CLIENT_ID secret env CLIENT_SECRET scope "rules:write x"
  retry from 1 ms to 20 ms
}}
map {{ version -> version }}
"#
    ))
}

fn options(ground: &Ground, target: &TargetEnd, events: u64) -> RunOptions {
    let lines: Vec<String> = (1..=events).map(|number| event(number, number, &format!("e{number}"))).collect();
    let mut options = ground.over_lines(vec![mapping(&target.url())], &lines);
    options.environment = Arc::new(|name| match name {
        "CLIENT_ID" => Some("hms é".to_owned()),
        "CLIENT_SECRET" => Some(CLIENT.to_owned()),
        _ => None,
    });
    options
}

fn token(number: usize) -> Reply {
    Reply::Body(200, format!(r#"{{"access_token":"t{number}","token_type":"Bearer","expires_in":3600}}"#))
}

fn count(target: &TargetEnd, path: &str) -> usize {
    target.got().iter().filter(|got| got.path.starts_with(path)).count()
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_once_more_after_a_401() {
    let asked = AtomicUsize::new(0);
    let target = TargetEnd::start(move |got, before| {
        if got.path == "/token" {
            return token(asked.fetch_add(1, Ordering::SeqCst) + 1);
        }
        // from the tenth request on the first token is worth nothing
        let worth = if before < 10 { "Bearer t1" } else { "Bearer t2" };
        Reply::Status(if got.header("authorization") == worth { 200 } else { 401 })
    })
    .await;
    let ground = Ground::new();
    let summary = run_quietly(options(&ground, &target, 40)).await.expect("it runs");
    assert_eq!(ground.rows().len(), 40);
    assert!(ground.rows().iter().all(|row| row.reason.is_none() && row.status == Some(200)));
    assert_eq!(count(&target, "/token"), 2, "{summary:?}");
    let got = target.got();
    let first = &got[0];
    assert_eq!(first.line(), "POST /token grant_type=client_credentials&scope=rules%3Awrite%20x");
    // hms%20%C3%A9:s3cr%25t%3A
    assert_eq!(first.header("authorization"), "Basic aG1zJTIwJUMzJUE5OnMzY3IlMjV0JTNB");
    assert_eq!(first.header("content-type"), "application/x-www-form-urlencoded");
}

#[tokio::test]
async fn a_401_after_a_new_token_pauses_the_target() {
    let target =
        TargetEnd::start(|got, before| if got.path == "/token" { token(before) } else { Reply::Status(401) }).await;
    let ground = Ground::new();
    let recorder = Recorder::new();
    run_watched(options(&ground, &target, 1), recorder.clone()).await.expect("it runs");
    assert_eq!((count(&target, "/token"), count(&target, "/rules")), (2, 2));
    assert!(ground.rows().is_empty());
    let told = recorder.lines();
    assert!(told.contains(&"target Paused: it does not take our credential (HTTP 401)".to_owned()), "{told:#?}");
}

#[tokio::test]
async fn where_our_client_is_refused_nothing_is_sent_and_nothing_told_of_the_secret() {
    let said = format!(r#"{{"error":"invalid_client","error_description":"{CLIENT} is wrong"}}"#);
    let target = TargetEnd::start(move |_, _| Reply::Body(401, said.clone())).await;
    let ground = Ground::new();
    let recorder = Recorder::new();
    run_watched(options(&ground, &target, 3), recorder.clone()).await.expect("it runs");
    assert_eq!(count(&target, "/rules"), 0);
    let told = recorder.lines();
    let paused = "target Paused: the token endpoint does not give us a token: HTTP 401 (invalid_client)";
    assert!(told.contains(&paused.to_owned()), "{told:#?}");
    assert!(!told.iter().any(|line| line.contains(CLIENT)), "{told:#?}");
}

#[tokio::test]
async fn a_token_endpoint_in_a_bad_hour_is_asked_again() {
    let target = TargetEnd::start(|got, before| match (got.path.as_str(), before) {
        ("/token", 0) => Reply::Status(503),
        ("/token", 1) => Reply::Cut,
        ("/token", 2) => Reply::Body(200, "<html>".to_owned()),
        ("/token", _) => token(before),
        _ => Reply::Status(200),
    })
    .await;
    let ground = Ground::new();
    run_quietly(options(&ground, &target, 1)).await.expect("it runs");
    let rows = ground.rows();
    assert_eq!((rows.len(), rows[0].status, rows[0].tries), (1, Some(200), 4));
    assert_eq!(count(&target, "/rules"), 1);
}
