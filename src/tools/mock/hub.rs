//! The hub: sends each event of a list, in order, to everyone who listens.
//!
//! Protocol: the client opens a WebSocket with `Authorization: Bearer TOKEN`, sends `{"listen":"EVENT"}` or
//! `{"listen":"EVENT","after":"CURSOR"}`, and gets one event a text message. `{"ack":"CURSOR"}` is taken note of.

use super::{MockError, Server, bind};
use axum::Router;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// What a hub is started with.
pub struct HubOptions {
    /// Port 0 is a free one.
    pub address: SocketAddr,
    /// One event's JSON text each, raw or as a CloudEvents object; sent byte for byte.
    pub events: Vec<String>,
    /// What clients must send as `Authorization: Bearer`; anyone may listen without.
    pub token: Option<String>,
    pub end: HubEnd,
    pub faults: HubFaults,
    /// How often a ping is sent.
    pub ping: Duration,
    /// Is told what happens; must be quick.
    pub tell: Box<dyn Fn(HubNote<'_>) + Send + Sync>,
}

impl Default for HubOptions {
    /// A free loopback port, no event, no token, no fault, a ping every 5 s.
    fn default() -> HubOptions {
        HubOptions {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            events: Vec::new(),
            token: None,
            end: HubEnd::KeepOpen,
            faults: HubFaults::default(),
            ping: Duration::from_secs(5),
            tell: Box::new(|_| ()),
        }
    }
}

/// What happens when a listener has got every event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HubEnd {
    /// As a real hub: the connection stays, more may come.
    KeepOpen,
    /// The connection is closed normally (code 1000): there will be no more.
    Close,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct HubFaults {
    /// The connection is cut, without a close frame, after every so many events sent.
    pub drop_every: Option<NonZeroU64>,
}

/// What a client asked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Listened {
    #[serde(rename = "listen")]
    pub event: String,
    #[serde(default)]
    pub after: Option<String>,
}

/// One thing that happened at the hub.
#[derive(Debug)]
pub enum HubNote<'a> {
    Listening(&'a Listened),
    Sent {
        number: u64,
        event: &'a str,
    },
    Acknowledged(&'a str),
    /// A client was refused or cut off, and why.
    Refused(&'a str),
    Dropped {
        after: u64,
    },
    Left,
}

/// A hub that runs until it is shut down or dropped.
pub struct Hub {
    address: SocketAddr,
    state: Arc<HubState>,
    server: Server,
}

struct HubState {
    log: Mutex<Log>,
    grown: watch::Sender<usize>,
    stop: watch::Receiver<bool>,
    token: Option<String>,
    end: HubEnd,
    faults: HubFaults,
    ping: Duration,
    tell: Box<dyn Fn(HubNote<'_>) + Send + Sync>,
}

#[derive(Default)]
struct Log {
    events: Vec<Entry>,
    listened: Vec<Listened>,
    acknowledged: Vec<String>,
    sent: u64,
}

#[derive(Clone)]
struct Entry {
    id: Option<String>,
    text: Arc<str>,
}

impl Hub {
    /// Starts it on the current tokio runtime.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(options: HubOptions) -> Result<Hub, MockError> {
        let (listener, address) = bind(options.address).await?;
        let (stop, stopped) = watch::channel(false);
        let events: Vec<Entry> = options.events.into_iter().map(Entry::new).collect();
        let state = Arc::new(HubState {
            grown: watch::Sender::new(events.len()),
            log: Mutex::new(Log { events, ..Log::default() }),
            stop: stopped,
            token: options.token,
            end: options.end,
            faults: options.faults,
            ping: options.ping,
            tell: options.tell,
        });
        let app = Router::new().fallback(accept).with_state(state.clone());
        Ok(Hub { address, state, server: Server::start(listener, app, stop) })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL that a connector is given.
    pub fn url(&self) -> String {
        format!("ws://{}/events", self.address)
    }

    /// Appends an event; whoever listens gets it.
    pub fn send(&self, event: String) {
        let count = {
            let mut log = self.state.log();
            log.events.push(Entry::new(event));
            log.events.len()
        };
        self.state.grown.send_replace(count);
    }

    /// Every `listen` message so far, in order.
    pub fn listened(&self) -> Vec<Listened> {
        self.state.log().listened.clone()
    }

    /// Every acknowledged cursor so far, in order.
    pub fn acknowledged(&self) -> Vec<String> {
        self.state.log().acknowledged.clone()
    }

    /// How many events were sent, over all connections.
    pub fn sent(&self) -> u64 {
        self.state.log().sent
    }

    /// Ends every connection.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
    }
}

impl HubState {
    /// A panic in another holder leaves the log whole: each change is one push or one assignment.
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(&self, position: usize) -> Option<Entry> {
        self.log().events.get(position).cloned()
    }

    fn count_sent(&self) -> u64 {
        let mut log = self.log();
        log.sent += 1;
        log.sent
    }

    /// Where to begin. Of an id that comes twice the first counts, so that nothing is passed over.
    fn position_after(&self, cursor: Option<&str>) -> Option<usize> {
        let Some(cursor) = cursor else { return Some(0) };
        self.log().events.iter().position(|entry| entry.id.as_deref() == Some(cursor)).map(|position| position + 1)
    }
}

impl Entry {
    fn new(text: String) -> Entry {
        Entry { id: event_id(&text), text: text.into() }
    }
}

/// The CloudEvents id or the top-level `id` of a raw event, a number as its text.
fn event_id(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Identified {
        id: serde_json::Value,
    }
    match serde_json::from_str::<Identified>(text).ok()?.id {
        serde_json::Value::String(id) => Some(id),
        serde_json::Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

async fn accept(
    State(hub): State<Arc<HubState>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Some(token) = &hub.token {
        let expected = format!("Bearer {token}");
        if headers.get(header::AUTHORIZATION).is_none_or(|given| given.as_bytes() != expected.as_bytes()) {
            (hub.tell)(HubNote::Refused("no valid bearer token"));
            return (StatusCode::UNAUTHORIZED, "a valid bearer token is needed\n").into_response();
        }
    }
    let Ok(upgrade) = upgrade else {
        return (StatusCode::UPGRADE_REQUIRED, "this is a hub: open a WebSocket\n").into_response();
    };
    upgrade.on_upgrade(move |socket| async move {
        let mut connection = Connection { hub, socket };
        if let Err(refused) = connection.serve().await {
            (connection.hub.tell)(HubNote::Refused(&refused));
            // The client may be gone already.
            let frame = CloseFrame { code: 1008, reason: refused.into() };
            let _ = connection.socket.send(Message::Close(Some(frame))).await;
        }
    })
}

/// One client.
struct Connection {
    hub: Arc<HubState>,
    socket: WebSocket,
}

/// How long a client may take to say what it listens to.
const FIRST_MESSAGE: Duration = Duration::from_secs(10);

impl Connection {
    /// Serves until the client leaves, a fault cuts it or the hub stops; the error is what the client did wrong.
    async fn serve(&mut self) -> Result<(), String> {
        let Some(listened) = self.first_message().await? else { return Ok(()) };
        self.hub.log().listened.push(listened.clone());
        (self.hub.tell)(HubNote::Listening(&listened));
        let Some(mut position) = self.hub.position_after(listened.after.as_deref()) else {
            return Err(format!("unknown cursor {}", listened.after.unwrap_or_default()));
        };
        let mut grown = self.hub.grown.subscribe();
        let mut stop = self.hub.stop.clone();
        let mut ping = tokio::time::interval(self.hub.ping);
        loop {
            while let Some(entry) = self.hub.entry(position) {
                if *stop.borrow() || !self.send_event(&entry).await {
                    return Ok(());
                }
                position += 1;
                // Acks come while events go, and must not fill the client's side of the line.
                if !self.read_waiting()? {
                    return Ok(());
                }
            }
            if self.hub.end == HubEnd::Close {
                let frame = CloseFrame { code: 1000, reason: "no more events".into() };
                if self.socket.send(Message::Close(Some(frame))).await.is_err() {
                    return Ok(());
                }
                // What the client still says is heard until it leaves.
                while let Some(Ok(message)) = self.socket.recv().await {
                    self.take(&message)?;
                }
                return Ok(());
            }
            // The references that `wait_for` gives hold a lock and must not live over the next await.
            tokio::select! {
                () = async { drop(grown.wait_for(|count| *count > position).await) } => {}
                () = async { drop(stop.wait_for(|stop| *stop).await) } => return Ok(()),
                _ = ping.tick() => {
                    if self.socket.send(Message::Ping(Vec::new().into())).await.is_err() {
                        return Ok(());
                    }
                }
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.take(&message)?,
                    Some(Err(_)) | None => {
                        (self.hub.tell)(HubNote::Left);
                        return Ok(());
                    }
                },
            }
        }
    }

    async fn first_message(&mut self) -> Result<Option<Listened>, String> {
        let wait = tokio::time::timeout(FIRST_MESSAGE, async {
            loop {
                match self.socket.recv().await {
                    Some(Ok(Message::Text(text))) => return Some(text),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    _ => return None,
                }
            }
        });
        let Ok(first) = wait.await else { return Err("no listen message came".to_owned()) };
        let Some(first) = first else { return Ok(None) };
        serde_json::from_str(&first)
            .map(Some)
            .map_err(|_| "the first message must be {\"listen\":\"EVENT\"}".to_owned())
    }

    /// Whether the connection still stands.
    async fn send_event(&mut self, entry: &Entry) -> bool {
        if self.socket.send(Message::Text((&*entry.text).into())).await.is_err() {
            (self.hub.tell)(HubNote::Left);
            return false;
        }
        let number = self.hub.count_sent();
        (self.hub.tell)(HubNote::Sent { number, event: &entry.text });
        if self.hub.faults.drop_every.is_some_and(|every| number % every == 0) {
            (self.hub.tell)(HubNote::Dropped { after: number });
            return false;
        }
        true
    }

    /// Takes what has arrived without waiting; whether the client is still there.
    fn read_waiting(&mut self) -> Result<bool, String> {
        use futures_util::FutureExt;
        while let Some(message) = self.socket.recv().now_or_never() {
            match message {
                Some(Ok(message)) => self.take(&message)?,
                Some(Err(_)) | None => {
                    (self.hub.tell)(HubNote::Left);
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn take(&mut self, message: &Message) -> Result<(), String> {
        #[derive(Deserialize)]
        struct Ack {
            ack: String,
        }
        if let Message::Text(text) = message {
            let ack: Ack = serde_json::from_str(text)
                .map_err(|_| "after the first message only {\"ack\":\"CURSOR\"} is understood".to_owned())?;
            (self.hub.tell)(HubNote::Acknowledged(&ack.ack));
            self.hub.log().acknowledged.push(ack.ack);
        }
        Ok(())
    }
}
