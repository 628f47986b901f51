use super::*;
use futures_util::{SinkExt, StreamExt};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{self, Message, client::IntoClientRequest};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn client(hub: &Hub, token: Option<&str>) -> Result<Client, tungstenite::Error> {
    let mut request = hub.url().into_client_request().unwrap();
    if let Some(token) = token {
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    connect_async(request).await.map(|(client, _)| client)
}

async fn listen(hub: &Hub, after: Option<&str>) -> Client {
    let mut client = client(hub, None).await.unwrap();
    let after = after.map_or(String::new(), |after| format!(r#","after":"{after}""#));
    client.send(Message::text(format!(r#"{{"listen":"x"{after}}}"#))).await.unwrap();
    client
}

/// The next text, or `None` when the connection is over; fails rather than hangs.
async fn next(client: &mut Client) -> Option<String> {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(10), client.next()).await.expect("something in 10 s");
        match message {
            Some(Ok(Message::Text(text))) => return Some(text.to_string()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            _ => return None,
        }
    }
}

fn events(count: usize) -> Vec<String> {
    (1..=count).map(|id| format!(r#"{{"id":{id}}}"#)).collect()
}

#[tokio::test]
async fn the_hub_sends_in_order_and_then_what_is_appended() {
    let hub = Hub::start(HubOptions { events: events(2), ..HubOptions::default() }).await.unwrap();
    let mut client = listen(&hub, None).await;
    assert_eq!(next(&mut client).await.unwrap(), r#"{"id":1}"#);
    assert_eq!(next(&mut client).await.unwrap(), r#"{"id":2}"#);
    hub.send(r#"{"id":3}"#.to_owned());
    assert_eq!(next(&mut client).await.unwrap(), r#"{"id":3}"#);
    assert_eq!(hub.listened(), [Listened { event: "x".into(), after: None }]);
    hub.shutdown().await;
    assert_eq!(next(&mut client).await, None);
}

#[tokio::test]
async fn the_hub_goes_on_after_a_cursor_and_refuses_one_that_it_does_not_know() {
    let mut list = events(3);
    list.insert(2, r#"{"id":1}"#.to_owned());
    let hub = Hub::start(HubOptions { events: list, end: HubEnd::Close, ..HubOptions::default() }).await.unwrap();
    let mut client = listen(&hub, Some("1")).await;
    for expected in [r#"{"id":2}"#, r#"{"id":1}"#, r#"{"id":3}"#] {
        assert_eq!(next(&mut client).await.unwrap(), expected, "nothing is passed over");
    }
    assert_eq!(next(&mut client).await, None);
    let mut client = listen(&hub, Some("nowhere")).await;
    match client.next().await {
        Some(Ok(Message::Close(Some(frame)))) => assert!(frame.reason.contains("unknown cursor"), "{frame}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_hub_wants_its_token() {
    let options = HubOptions { token: Some("t".into()), events: events(1), ..HubOptions::default() };
    let hub = Hub::start(options).await.unwrap();
    for wrong in [None, Some("u"), Some("")] {
        match client(&hub, wrong).await {
            Err(tungstenite::Error::Http(answer)) => assert_eq!(answer.status(), 401),
            other => panic!("{other:?}"),
        }
    }
    assert!(client(&hub, Some("t")).await.is_ok());
}

#[tokio::test]
async fn the_hub_notes_acks_and_cuts_the_line_as_told() {
    let faults = HubFaults { drop_every: NonZeroU64::new(2) };
    let hub = Hub::start(HubOptions { events: events(3), faults, ..HubOptions::default() }).await.unwrap();
    let mut first = listen(&hub, None).await;
    assert!(next(&mut first).await.is_some() && next(&mut first).await.is_some());
    assert_eq!(next(&mut first).await, None);
    let mut second = listen(&hub, Some("2")).await;
    assert_eq!(next(&mut second).await.unwrap(), r#"{"id":3}"#);
    second.send(Message::text(r#"{"ack":"3"}"#)).await.unwrap();
    // The answer to a wrong message comes after the ack was read.
    second.send(Message::text("what?")).await.unwrap();
    assert_eq!(next(&mut second).await, None);
    assert_eq!(hub.acknowledged(), ["3"]);
    assert_eq!(hub.sent(), 3);
}

/// One request over a connection of its own; the status.
async fn put(target: &Target, key: &str, body: &str) -> u16 {
    let mut stream = TcpStream::connect(target.address()).await.unwrap();
    let request = format!(
        "PUT /slots/1?a=b HTTP/1.1\r\nHost: x\r\nIdem-Key: {key}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_key_takes_effect_once() {
    let target = Target::start(TargetOptions::default()).await.unwrap();
    assert_eq!(put(&target, "k", "{}").await, 200);
    assert_eq!(put(&target, "k", "{}").await, 200);
    assert_eq!(put(&target, "k", "[]").await, 422);
    assert_eq!(put(&target, "l", "{}").await, 200);
    let requests = target.requests();
    let answers: Vec<Answer> = requests.iter().map(|request| request.answer).collect();
    assert_eq!(answers, [Answer::Applied, Answer::Repeat, Answer::KeyReused, Answer::Applied]);
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("PUT", "/slots/1?a=b"));
    assert_eq!((requests[0].header("IDEM-KEY"), requests[0].body.as_slice()), (Some("k"), b"{}".as_slice()));
}

#[tokio::test]
async fn scripted_answers_come_first_and_have_no_effect() {
    let scripts = vec![Script { key: "k".into(), statuses: vec![503, 503] }];
    let faults = TargetFaults { scripts, ..TargetFaults::default() };
    let target = Target::start(TargetOptions { faults, ..TargetOptions::default() }).await.unwrap();
    let mut statuses = Vec::new();
    for key in ["k", "other", "k", "k", "k"] {
        statuses.push(put(&target, key, "{}").await);
    }
    assert_eq!(statuses, [503, 200, 503, 200, 200]);
    assert_eq!(target.requests().last().unwrap().answer, Answer::Repeat);
}

#[tokio::test]
async fn random_failures_are_as_many_as_asked_and_the_same_for_a_seed() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let faults = TargetFaults { fail_percent: 30, seed: 7, ..TargetFaults::default() };
        let target = Target::start(TargetOptions { faults, keep: 150, ..TargetOptions::default() }).await.unwrap();
        let mut statuses = Vec::new();
        for index in 0..200 {
            statuses.push(put(&target, &index.to_string(), "").await);
        }
        assert_eq!(target.requests().len(), 150, "only the last are kept");
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    let failed = runs[0].iter().filter(|status| **status == 503).count();
    assert!((35..=85).contains(&failed), "{failed} of 200 failed");
}

#[tokio::test]
async fn a_port_in_use_is_said_so() {
    let first = Target::start(TargetOptions::default()).await.unwrap();
    let second = Hub::start(HubOptions { address: first.address(), ..HubOptions::default() }).await;
    let Err(error) = second else { panic!("two on one port") };
    assert_eq!(
        error.to_string(),
        format!(
            "port {} is in use; stop the program that holds it or choose another with --port",
            first.address().port()
        )
    );
}

/// Runs two events over a mapping that asks for tokens; whether both were delivered.
async fn run_with_tokens(target: &Target, secret: &'static str, events: &str) -> bool {
    use crate::runtime::{End, Lines, RunMapping, RunOptions, Source, run};
    let base = target.url();
    let text = format!(
        "listen \"x\"\nevent {{ id: integer }}\ntarget PUT \"{base}/x/{{id}}\" {{\n key meta.id\n \
         auth oauth2 client credentials token \"{base}{TOKEN_PATH}\" id env ID secret env SECRET\n}}\nmap {{ id -> id }}\n"
    );
    struct NoFiles;
    impl crate::check::Files for NoFiles {
        fn read(&self, path: &str) -> Result<Vec<u8>, String> {
            Err(path.to_owned())
        }
    }
    let checked = crate::compile("x.map", text.as_bytes(), &NoFiles).unwrap().checked.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let lines = Lines {
        name: "lines".to_owned(),
        event: "x".to_owned(),
        reader: Box::new(std::io::Cursor::new(events.as_bytes().to_vec())),
    };
    let mapping = RunMapping::new(checked.into_mapping());
    let mut options = RunOptions::new(vec![mapping], Source::Lines(lines), folder.path().join("s.db"));
    options.end = End::WhenIdle;
    options.environment = Arc::new(move |name| Some(if name == "ID" { "hms" } else { secret }.to_owned()));
    let summary = run(options, Arc::new(crate::runtime::Silent)).await.unwrap();
    summary.outcomes.delivered == events.lines().count() as u64
}

#[tokio::test]
async fn the_target_gives_tokens_to_its_client_and_takes_the_last_one_only() {
    let client = TokenClient { id: "hms".to_owned(), secret: "s3cret".to_owned() };
    let target = Target::start(TargetOptions { token: Some(client), ..TargetOptions::default() }).await.unwrap();
    assert!(run_with_tokens(&target, "s3cret", "{\"id\":1}\n{\"id\":2}").await);
    let shown = |target: &Target| target.requests().last().unwrap().header("authorization").unwrap().to_owned();
    assert_eq!(shown(&target), "Bearer token-1");
    target.revoke_token();
    assert!(run_with_tokens(&target, "s3cret", "{\"id\":3}").await);
    assert_eq!(shown(&target), "Bearer token-2");
    let before = target.requests().len();
    assert!(!run_with_tokens(&target, "wrong", "{\"id\":4}").await);
    assert_eq!(target.requests().len(), before, "without a token nothing is sent");
}
