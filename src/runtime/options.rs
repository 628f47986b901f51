//! What a run is told. All configuration is read by the caller; nothing below looks for more.

use super::shutdown::Shutdown;
use crate::model::Mapping;
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Answers with the value of an environment variable; asked at the start only.
pub type EnvironmentLookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Everything that [`run`](super::run) needs.
pub struct RunOptions {
    /// At least one; their names are distinct.
    pub mappings: Vec<RunMapping>,
    pub source: Source,
    /// The store's file; made where there is none.
    pub store: PathBuf,
    /// `TARGET_URL`: replaces the whole URL of a single target, for local trials.
    pub target_url: Option<String>,
    /// For `env.NAME` in the mappings and for secrets.
    pub environment: EnvironmentLookup,
    pub end: End,
    pub limits: Limits,
    /// Triggered by the caller (SIGTERM, the end of a demo); the run then reads no more, finishes what is
    /// in flight within [`Limits::drain`] and returns.
    pub shutdown: Shutdown,
}

impl RunOptions {
    /// Options for running for ever with the process's environment and the default limits.
    pub fn new(mappings: Vec<RunMapping>, source: Source, store: impl Into<PathBuf>) -> RunOptions {
        RunOptions {
            mappings,
            source,
            store: store.into(),
            target_url: None,
            environment: Arc::new(|name| std::env::var(name).ok()),
            end: End::Never,
            limits: Limits::default(),
            shutdown: Shutdown::new(),
        }
    }
}

/// A compiled mapping and the hash that the audit log records for it.
#[derive(Clone)]
pub struct RunMapping {
    mapping: Arc<Mapping>,
    hash: String,
}

impl RunMapping {
    /// The hash is the lower-case hex SHA-256 of the IR's JSON, so that a mapping has the same one whether
    /// it came from a `.map` or from the `.mapc` compiled of it.
    pub fn new(mapping: Mapping) -> RunMapping {
        // a mapping has string keys only and no other serializer of its own can fail
        let json = serde_json::to_vec(&mapping).unwrap_or_default();
        RunMapping { mapping: Arc::new(mapping), hash: crate::library::hexadecimal(&Sha256::digest(&json)) }
    }

    pub fn mapping(&self) -> &Arc<Mapping> {
        &self.mapping
    }

    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// Where the events come from.
pub enum Source {
    /// A hub that is connected to by WebSocket, one connection an event name.
    Hub(Hub),
    /// One event a line (NDJSON).
    Lines(Lines),
}

/// The hub of today: WebSocket, `{"listen":"<event>"}` first, one JSON text a message after.
#[derive(Clone, Debug)]
pub struct Hub {
    /// `ws:` or `wss:`.
    pub url: String,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<Token>,
    /// Send `{"ack":"<cursor>"}` after each synced batch.
    pub ack: bool,
}

/// Events from a file, from standard input or from anything else that gives lines.
pub struct Lines {
    /// What messages call it, such as the file's path.
    pub name: String,
    /// The event's name, as a mapping listens to it.
    pub event: String,
    pub reader: Box<dyn tokio::io::AsyncRead + Send + Unpin>,
}

/// A secret word; never shown.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    pub fn new(secret: impl Into<String>) -> Token {
        Token(secret.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// When a run ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Only by the [`Shutdown`].
    Never,
    /// When the source has ended and all lanes are empty or wait for a paused target. A hub has ended when it
    /// closed each connection normally (close code 1000) after its last event.
    WhenIdle,
}

/// Bounds on everything that comes from outside.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest event, in bytes; a longer one is set aside without being held in memory.
    pub event_bytes: usize,
    /// Bytes of frames, batches and bodies that may be held at once, all together.
    pub held_bytes: usize,
    /// Requests in flight at one target whose mapping does not say.
    pub at_once: u32,
    /// How long requests in flight are waited for after the shutdown.
    pub drain: Duration,
}

impl Default for Limits {
    /// 1 MiB an event, 64 MiB held, 64 requests at once a target, 10 s to drain.
    fn default() -> Limits {
        Limits { event_bytes: 1 << 20, held_bytes: 64 << 20, at_once: 64, drain: Duration::from_secs(10) }
    }
}
