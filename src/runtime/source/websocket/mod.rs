//! Today's hub: one WebSocket an event name. `{"listen":"<event>"}` goes first, after a break with
//! `"after":"<cursor>"`; each text message is one event.

mod connect;
mod frames;

pub(crate) use connect::{Connector, shown};

use super::{Frame, IntakeGone, Outlet};
use crate::runtime::RunError;
use crate::runtime::observe::{Observer, RunEvent};
use crate::runtime::options::End;
use crate::runtime::shutdown::Shutdown;
use connect::NoConnection;
use frames::{Message, MessageReader, Outgoing, WireError, encode};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::Instant;

/// How a hub that says nothing is dealt with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pulse {
    /// Silence after which it is asked whether it is still there.
    ask_after: Duration,
    /// Silence after which it is not.
    dead_after: Duration,
}

impl Default for Pulse {
    /// A half-open connection is noticed within ten seconds.
    fn default() -> Pulse {
        Pulse { ask_after: Duration::from_secs(3), dead_after: Duration::from_secs(9) }
    }
}

/// A write that takes longer finds nobody at the other end.
const WRITE_WITHIN: Duration = Duration::from_secs(9);

/// The first reconnect comes at once, the next ones after a random part of a time that doubles from the
/// first of these to the second.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Breaks at one cursor without one event in between, after which an operator is told.
const BREAKS_AT_ONE_CURSOR: u32 = 3;

/// RFC 6455 §7.4.1: a normal end.
const NORMAL: u16 = 1000;

/// RFC 6455 §7.4.1: how a hub refuses what it was asked for.
const POLICY: u16 = 1008;

/// One subscription at a hub.
pub(crate) struct Subscription {
    pub connector: Arc<Connector>,
    /// The event's name.
    pub name: Arc<str>,
    /// The cursor of the last event that is synced.
    pub cursor: watch::Receiver<Option<String>>,
    pub ack: bool,
    pub end: End,
    /// The longest message, in bytes.
    pub limit: usize,
    pub pulse: Pulse,
    pub outlet: Outlet,
    pub observer: Arc<dyn Observer>,
    pub shutdown: Shutdown,
}

/// How a connection ended.
enum Over {
    /// There is nothing more to come, or nobody to take it.
    ForGood,
    /// To be opened again; whether something had come over it.
    Broke { reason: String, heard: bool },
    /// The hub does not know the cursor that it was asked to go on after.
    RefusesCursor { reason: String },
}

/// Listens until the shutdown, or until the hub has nothing more.
///
/// # Errors
/// The hub refuses the token at the very first connection.
pub(crate) async fn listen(subscription: Subscription) -> Result<(), RunError> {
    let shutdown = subscription.shutdown.clone();
    tokio::select! {
        // a connection is let go cleanly where it can be
        result = keep_listening(&subscription) => result,
        () = async {
            shutdown.triggered().await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        } => Ok(()),
    }
}

async fn keep_listening(subscription: &Subscription) -> Result<(), RunError> {
    let mut reached = false;
    let mut failures: u32 = 0;
    let mut stuck = Stuck { cursor: None, breaks: 0 };
    let mut refused: Option<String> = None;
    loop {
        if subscription.shutdown.is_triggered() {
            return Ok(());
        }
        // a cursor that was refused is not asked for again
        let cursor = subscription.cursor.borrow().clone().filter(|cursor| refused.as_ref() != Some(cursor));
        let begun = Instant::now();
        let (reason, heard) = match subscription.connector.open().await {
            Ok(io) => {
                reached = true;
                match session(subscription, io, cursor.as_deref()).await {
                    Over::ForGood => return Ok(()),
                    Over::Broke { reason, heard } => {
                        stuck.broke(subscription, cursor, heard);
                        (reason, heard)
                    }
                    Over::RefusesCursor { reason } => {
                        if let Some(cursor) = cursor {
                            let Ok(()) = mark_gap(subscription, &cursor, &reason).await else { return Ok(()) };
                            refused = Some(cursor);
                        }
                        (reason, false)
                    }
                }
            }
            Err(NoConnection::RefusesToken(status)) if !reached => {
                let url = subscription.connector.shown().to_owned();
                let status = status.as_u16();
                return Err(match subscription.connector.has_token() {
                    true => RunError::HubRefusesToken { url, status },
                    false => RunError::HubWantsToken { url, status },
                });
            }
            Err(NoConnection::RefusesToken(status)) => {
                let message =
                    format!("the hub refuses the token now (HTTP {status}); give a valid one and start again");
                tracing::error!(hub = subscription.connector.shown(), "{message}");
                subscription.observer.observe(RunEvent::Alarm { message: &message });
                (message, false)
            }
            Err(NoConnection::Other(reason)) => (reason, false),
        };
        if heard {
            // one that breaks off again and again right after the start is not asked without a pause
            failures = u32::from(begun.elapsed() < BACKOFF.1);
        }
        let retry_in = backoff(failures);
        failures = failures.saturating_add(1);
        tracing::warn!(
            hub = subscription.connector.shown(),
            event = &*subscription.name,
            retry_in_ms = retry_in.as_millis() as u64,
            "not connected to the hub: {reason}"
        );
        let name = &*subscription.name;
        subscription.observer.observe(RunEvent::HubLost { subscription: name, reason: &reason, retry_in });
        tokio::select! {
            () = subscription.shutdown.triggered() => return Ok(()),
            () = tokio::time::sleep(retry_in) => {}
        }
    }
}

/// Tells the operator that events may be missing, and has it written down before anything that comes after.
async fn mark_gap(subscription: &Subscription, cursor: &str, reason: &str) -> Result<(), IntakeGone> {
    let name = &*subscription.name;
    let message = format!(
        "the hub cannot go on with \"{name}\" after the event \"{cursor}\" ({reason}): what it sent since then may be missing, and listening goes on without it"
    );
    tracing::error!(hub = subscription.connector.shown(), "{message}");
    subscription.observer.observe(RunEvent::Alarm { message: &message });
    let reason = format!("events after this one may be missing: the hub cannot go on there ({reason})");
    subscription.outlet.put(Frame::Gap { cursor: cursor.to_owned(), reason }).await
}

/// Nothing at the first failure in a row; then a random part of a growing time.
fn backoff(failures: u32) -> Duration {
    let Some(exponent) = failures.checked_sub(1) else { return Duration::ZERO };
    let (from, to) = BACKOFF;
    let most = from.saturating_mul(1 << exponent.min(10)).min(to);
    Duration::from_millis(fastrand::u64(1..=most.as_millis() as u64))
}

/// Counts breaks at one cursor.
struct Stuck {
    cursor: Option<String>,
    breaks: u32,
}

impl Stuck {
    fn broke(&mut self, subscription: &Subscription, cursor: Option<String>, heard: bool) {
        if heard || cursor != self.cursor {
            *self = Stuck { cursor, breaks: 0 };
        }
        self.breaks += 1;
        if self.breaks == BREAKS_AT_ONE_CURSOR {
            let place = match &self.cursor {
                Some(cursor) => format!("after the event \"{cursor}\""),
                None => "at its beginning".to_owned(),
            };
            let message = format!(
                "the hub breaks off \"{}\" {place} again and again: look at what it has to send there",
                subscription.name
            );
            tracing::error!(hub = subscription.connector.shown(), "{message}");
            subscription.observer.observe(RunEvent::Alarm { message: &message });
        }
    }
}

/// One connection's writing side.
struct Speaker<W> {
    io: W,
}

impl<W: AsyncWrite + Unpin> Speaker<W> {
    async fn say(&mut self, outgoing: Outgoing<'_>) -> Result<(), WireError> {
        let frame = encode(&outgoing);
        let write = async {
            self.io.write_all(&frame).await?;
            self.io.flush().await
        };
        match tokio::time::timeout(WRITE_WITHIN, write).await {
            Ok(result) => result.map_err(WireError::Broken),
            Err(_) => Err(WireError::Broken(std::io::ErrorKind::TimedOut.into())),
        }
    }
}

async fn session(subscription: &Subscription, io: impl AsyncRead + AsyncWrite, after: Option<&str>) -> Over {
    let (reader, writer) = tokio::io::split(io);
    let mut reader = MessageReader::new(reader, subscription.limit);
    let mut speaker = Speaker { io: writer };
    let mut heard = false;
    match converse(subscription, &mut reader, &mut speaker, after, &mut heard).await {
        Ok(over) => over,
        Err(error) => Over::Broke { reason: error.to_string(), heard },
    }
}

async fn converse(
    subscription: &Subscription,
    reader: &mut MessageReader<impl AsyncRead + Unpin>,
    speaker: &mut Speaker<impl AsyncWrite + Unpin>,
    after: Option<&str>,
    heard: &mut bool,
) -> Result<Over, WireError> {
    speaker.say(Outgoing::Text(&greeting(&subscription.name, after))).await?;
    let name = &*subscription.name;
    tracing::info!(hub = subscription.connector.shown(), event = name, after, "listening");
    subscription.observer.observe(RunEvent::Listening { subscription: name, after });
    let mut cursor = subscription.cursor.clone();
    let mut last_heard = Instant::now();
    let mut last_asked = last_heard;
    loop {
        while let Some(message) = reader.buffered()? {
            if let Some(over) = take(subscription, speaker, message, heard).await? {
                return Ok(over);
            }
            // the wait for the store is not the hub's silence
            last_heard = Instant::now();
        }
        let Pulse { ask_after, dead_after } = subscription.pulse;
        let silence = last_heard + if last_asked > last_heard { dead_after } else { ask_after };
        tokio::select! {
            filled = reader.fill() => {
                filled?;
                last_heard = Instant::now();
            }
            () = tokio::time::sleep_until(silence) => {
                if last_asked > last_heard {
                    return Ok(Over::Broke { reason: "it does not answer any more".to_owned(), heard: *heard });
                }
                last_asked = Instant::now();
                speaker.say(Outgoing::Ping).await?;
            }
            changed = cursor.changed(), if subscription.ack => {
                let acknowledged = cursor.borrow_and_update().clone();
                match (changed, acknowledged) {
                    (Ok(()), Some(acknowledged)) => speaker.say(Outgoing::Text(&acknowledgement(&acknowledged))).await?,
                    (Ok(()), None) => {}
                    (Err(_), _) => return Ok(Over::ForGood),
                }
            }
            () = subscription.shutdown.triggered() => {
                speaker.say(Outgoing::Close).await?;
                return Ok(Over::ForGood);
            }
        }
    }
}

/// Takes one message; how the connection is over, if it is.
async fn take(
    subscription: &Subscription,
    speaker: &mut Speaker<impl AsyncWrite + Unpin>,
    message: Message,
    heard: &mut bool,
) -> Result<Option<Over>, WireError> {
    let frame = match message {
        Message::Text(data) => Frame::of_text(data),
        Message::Binary(data) => Frame::Refused { data, reason: "it is a binary message; events are text".to_owned() },
        Message::Oversize(bytes) => Frame::oversize(bytes, subscription.limit),
        Message::Pong => return Ok(None),
        Message::Ping(payload) => {
            speaker.say(Outgoing::Pong(&payload)).await?;
            return Ok(None);
        }
        Message::Close { code, reason } => {
            // the hub may be gone already
            let _ = speaker.say(Outgoing::Close).await;
            if code == Some(NORMAL) && subscription.end == End::WhenIdle {
                return Ok(Some(Over::ForGood));
            }
            let refuses_cursor = code == Some(POLICY) && !*heard && reason.to_ascii_lowercase().contains("cursor");
            let code = code.map_or_else(String::new, |code| format!(" ({code})"));
            let reason = format!("it closed the connection{code} {reason}").trim_end().to_owned();
            if refuses_cursor {
                return Ok(Some(Over::RefusesCursor { reason }));
            }
            return Ok(Some(Over::Broke { reason, heard: *heard }));
        }
    };
    *heard = true;
    match subscription.outlet.put(frame).await {
        Ok(()) => Ok(None),
        Err(IntakeGone) => Ok(Some(Over::ForGood)),
    }
}

fn greeting(event: &str, after: Option<&str>) -> String {
    match after {
        Some(after) => serde_json::json!({ "listen": event, "after": after }).to_string(),
        None => serde_json::json!({ "listen": event }).to_string(),
    }
}

fn acknowledgement(cursor: &str) -> String {
    serde_json::json!({ "ack": cursor }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::observe::Silent;
    use crate::runtime::options::Hub;
    use tokio::io::{AsyncReadExt, DuplexStream};
    use tokio::sync::{Semaphore, mpsc};

    fn subscription() -> Subscription {
        let (frames, _) = mpsc::channel(8);
        let hub = Hub { url: "ws://hub/events".to_owned(), token: None, ack: false };
        Subscription {
            connector: Arc::new(Connector::new(&hub).expect("a hub's URL")),
            name: "rule".into(),
            cursor: watch::channel(None).1,
            ack: false,
            end: End::Never,
            limit: 1 << 20,
            pulse: Pulse { ask_after: Duration::from_millis(50), dead_after: Duration::from_millis(150) },
            outlet: Outlet::new(frames, Arc::new(Semaphore::new(1 << 20))),
            observer: Arc::new(Silent),
            shutdown: Shutdown::new(),
        }
    }

    /// What the hub reads: opcodes of masked, short frames.
    async fn opcode(hub: &mut DuplexStream) -> u8 {
        let mut head = [0; 6];
        hub.read_exact(&mut head).await.expect("a frame");
        let mut payload = vec![0; usize::from(head[1] & 0x7f)];
        hub.read_exact(&mut payload).await.expect("its payload");
        head[0] & 0x0f
    }

    #[tokio::test]
    async fn a_hub_that_is_silent_is_asked_and_left() {
        let (ours, mut theirs) = tokio::io::duplex(4096);
        let begun = Instant::now();
        let listening = tokio::spawn(async move { session(&subscription(), ours, None).await });
        assert_eq!(opcode(&mut theirs).await, 1);
        assert_eq!(opcode(&mut theirs).await, 9);
        assert!(begun.elapsed() >= Duration::from_millis(50));
        let Over::Broke { reason, heard } = listening.await.expect("it ends") else {
            panic!("it is not over for good")
        };
        assert_eq!((reason.as_str(), heard), ("it does not answer any more", false));
        assert!(begun.elapsed() >= Duration::from_millis(150), "{:?}", begun.elapsed());
        let Pulse { ask_after, dead_after } = Pulse::default();
        assert!(ask_after < dead_after && dead_after <= Duration::from_secs(10));
    }

    #[tokio::test]
    async fn a_hub_that_answers_pings_is_kept() {
        let (ours, mut theirs) = tokio::io::duplex(4096);
        let listening = tokio::spawn(async move { session(&subscription(), ours, None).await });
        assert_eq!(opcode(&mut theirs).await, 1);
        for _ in 0..6 {
            assert_eq!(opcode(&mut theirs).await, 9);
            theirs.write_all(&[0x8a, 0]).await.expect("it listens");
        }
        theirs.write_all(&[0x88, 2, 0x03, 0xe9]).await.expect("it listens");
        let Over::Broke { reason, .. } = listening.await.expect("it ends") else { panic!("it is not over for good") };
        assert_eq!(reason, "it closed the connection (1001)");
    }

    /// A close frame of the hub's, which is not masked.
    fn close(code: u16, reason: &str) -> Vec<u8> {
        let mut frame = vec![0x88, 2 + reason.len() as u8];
        frame.extend(code.to_be_bytes());
        frame.extend(reason.as_bytes());
        frame
    }

    #[tokio::test]
    async fn only_a_policy_close_that_names_the_cursor_and_comes_first_refuses_it() {
        let event: &[u8] = &[0x81, 2, b'{', b'}'];
        for (frames, refused) in [
            (close(1008, "unknown Cursor e1"), true),
            (close(1008, "too many clients"), false),
            (close(1011, "no cursor"), false),
            ([event, &close(1008, "unknown cursor e1")].concat(), false),
        ] {
            let (ours, mut theirs) = tokio::io::duplex(4096);
            let (sender, _frames) = mpsc::channel(8);
            let outlet = Outlet::new(sender, Arc::new(Semaphore::new(1 << 20)));
            let subscription = Subscription { outlet, ..subscription() };
            let listening = tokio::spawn(async move { session(&subscription, ours, Some("e1")).await });
            assert_eq!(opcode(&mut theirs).await, 1);
            theirs.write_all(&frames).await.expect("it listens");
            let over = listening.await.expect("it ends");
            assert_eq!(matches!(over, Over::RefusesCursor { .. }), refused, "{frames:?}");
            assert_eq!(matches!(over, Over::Broke { .. }), !refused, "{frames:?}");
        }
    }

    #[test]
    fn the_first_reconnect_comes_at_once_and_the_later_ones_within_a_second() {
        assert_eq!(backoff(0), Duration::ZERO);
        for failures in 1..100 {
            let wait = backoff(failures);
            assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
        }
        assert!((0..50).all(|_| backoff(1) <= Duration::from_millis(50)));
    }

    #[test]
    fn cursors_and_names_are_quoted_as_json() {
        assert_eq!(greeting("a\"b", Some("1\n")), r#"{"listen":"a\"b","after":"1\n"}"#);
        assert_eq!(greeting("rule", None), r#"{"listen":"rule"}"#);
        assert_eq!(acknowledgement("\\"), r#"{"ack":"\\"}"#);
    }
}
