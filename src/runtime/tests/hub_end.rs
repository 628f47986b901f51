//! A hub by a WebSocket library that is not the connector's own framing. It honours `after`.

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::Frame};

/// What the hub does about its connections.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// Connections are dropped without a word after so many messages.
    pub drop_every: Option<usize>,
    /// The connection is closed with code 1000 when all is sent.
    pub closes_at_end: bool,
    /// Every handshake is answered with this status.
    pub refuses: Option<u16>,
}

#[derive(Default)]
struct Heard {
    greetings: Vec<Value>,
    acks: Vec<String>,
    tokens: Vec<String>,
}

/// A message, with the id of the event in it.
type Sent = (Option<String>, Message);

/// Sends what it is given, to each connection from the event after its cursor on.
#[derive(Clone)]
pub struct HubEnd {
    address: SocketAddr,
    messages: Arc<watch::Sender<Vec<Sent>>>,
    heard: Arc<Mutex<Heard>>,
    changed: Arc<watch::Sender<usize>>,
    manner: Arc<watch::Sender<Manner>>,
}

impl HubEnd {
    pub async fn start(manner: Manner) -> HubEnd {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let hub = HubEnd {
            address: listener.local_addr().expect("an address"),
            messages: Arc::new(watch::Sender::new(Vec::new())),
            heard: Arc::default(),
            changed: Arc::new(watch::Sender::new(0)),
            manner: Arc::new(watch::Sender::new(manner)),
        };
        let of_task = hub.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let hub = of_task.clone();
                tokio::spawn(async move { hub.serve(stream).await });
            }
        });
        hub
    }

    pub fn url(&self) -> String {
        format!("ws://{}/events", self.address)
    }

    pub fn behave(&self, manner: Manner) {
        self.manner.send_replace(manner);
    }

    /// An event with its id.
    pub fn send(&self, id: &str, text: String) {
        self.push(Some(id.to_owned()), Message::text(text));
    }

    pub fn send_without_id(&self, message: Message) {
        self.push(None, message);
    }

    /// A text message that is no UTF-8.
    pub fn send_broken_text(&self, bytes: &[u8]) {
        let frame = Frame::message(bytes.to_vec(), OpCode::Data(Data::Text), true);
        self.push(None, Message::Frame(frame));
    }

    fn push(&self, id: Option<String>, message: Message) {
        self.messages.send_modify(|messages| messages.push((id, message)));
    }

    pub fn greetings(&self) -> Vec<Value> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).greetings.clone()
    }

    pub fn acks(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).acks.clone()
    }

    pub fn tokens(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).tokens.clone()
    }

    /// Waits until what was heard fits.
    pub async fn wait_until(&self, mut fits: impl FnMut(&HubEnd) -> bool) {
        let mut changed = self.changed.subscribe();
        let waiting = async {
            while !fits(self) {
                changed.changed().await.expect("the hub lives");
            }
        };
        tokio::time::timeout(super::PATIENCE, waiting).await.expect("the hub hears it");
    }

    fn hear(&self, change: impl FnOnce(&mut Heard)) {
        change(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.send_modify(|count| *count += 1);
    }

    // the library's own error type
    #[allow(clippy::result_large_err)]
    async fn serve(self, stream: TcpStream) -> Option<()> {
        let manner = *self.manner.borrow();
        let check = |request: &Request, response: Response| {
            let token = request.headers().get("authorization").and_then(|value| value.to_str().ok());
            self.hear(|heard| heard.tokens.push(token.unwrap_or_default().to_owned()));
            match manner.refuses {
                Some(status) => {
                    let mut refusal = ErrorResponse::new(None);
                    *refusal.status_mut() = status.try_into().expect("a status");
                    Err(refusal)
                }
                None => Ok(response),
            }
        };
        let socket = tokio_tungstenite::accept_hdr_async(stream, check).await.ok()?;
        let (mut sender, mut receiver) = socket.split();
        let greeting: Value = serde_json::from_str(receiver.next().await?.ok()?.to_text().ok()?).ok()?;
        self.hear(|heard| heard.greetings.push(greeting.clone()));
        let after = greeting["after"].as_str();
        let position = |messages: &[Sent]| {
            let found = messages.iter().rposition(|(id, _)| id.as_deref() == after);
            if after.is_some() { found.map_or(0, |at| at + 1) } else { 0 }
        };
        let mut next = position(&self.messages.borrow());
        let mut messages = self.messages.subscribe();
        let mut sent = 0;
        loop {
            let message = messages.borrow_and_update().get(next).map(|(_, message)| message.clone());
            match message {
                Some(_) if manner.drop_every == Some(sent) => return None,
                Some(message) => {
                    sender.send(message).await.ok()?;
                    (next, sent) = (next + 1, sent + 1);
                }
                None if manner.closes_at_end => {
                    let close = CloseFrame { code: CloseCode::Normal, reason: "".into() };
                    sender.send(Message::Close(Some(close))).await.ok()?;
                    while receiver.next().await.is_some_and(|message| message.is_ok()) {}
                    return None;
                }
                None => tokio::select! {
                    changed = messages.changed() => changed.ok()?,
                    message = receiver.next() => {
                        let message = message?.ok()?;
                        if let Ok(text) = message.to_text()
                            && let Ok(Value::Object(object)) = serde_json::from_str(text)
                            && let Some(ack) = object.get("ack").and_then(Value::as_str)
                        {
                            self.hear(|heard| heard.acks.push(ack.to_owned()));
                        }
                    }
                },
            }
        }
    }
}
