//! The target: takes any request, remembers idempotency keys, and fails as told.
//!
//! A key that comes again with the same request is answered as a repeat and has no second effect; with another
//! request it is a 422, as the IETF's draft on the Idempotency-Key header has it.

use super::token::{TOKEN_PATH, TokenClient, Tokens};
use super::{MockError, Server, bind};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// What a target is started with.
pub struct TargetOptions {
    /// Port 0 is a free one.
    pub address: SocketAddr,
    pub faults: TargetFaults,
    /// Tokens are given and asked for.
    pub token: Option<TokenClient>,
    /// How many of the last requests are kept for [`Target::requests`].
    pub keep: usize,
    /// Is told each request with its answer; must be quick.
    pub tell: Box<dyn Fn(&TargetRequest) + Send + Sync>,
}

impl Default for TargetOptions {
    /// A free loopback port, no fault, 100,000 requests kept.
    fn default() -> TargetOptions {
        TargetOptions {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            faults: TargetFaults::default(),
            token: None,
            keep: 100_000,
            tell: Box::new(|_| ()),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct TargetFaults {
    /// How many of a hundred requests are answered 503 without effect.
    pub fail_percent: u8,
    /// Every answer comes so much later.
    pub slow: Duration,
    /// Of the random failures.
    pub seed: u64,
    pub scripts: Vec<Script>,
}

/// The first answers to requests with this key: `503 twice for key X`.
#[derive(Clone, Debug)]
pub struct Script {
    pub key: String,
    pub statuses: Vec<u16>,
}

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It took effect.
    Applied,
    /// Its key had come before: no second effect.
    Repeat,
    /// Its key had come before with another request.
    KeyReused,
    /// A fault, without effect.
    Failed(u16),
}

impl Answer {
    pub fn status(self) -> u16 {
        match self {
            Answer::Applied | Answer::Repeat => 200,
            Answer::KeyReused => 422,
            Answer::Failed(status) => status,
        }
    }
}

/// One request as it came, and its answer.
#[derive(Clone, Debug)]
pub struct TargetRequest {
    /// From 1, in the order of arrival.
    pub number: u64,
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub key: Option<String>,
    pub answer: Answer,
}

impl TargetRequest {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A target that runs until it is shut down or dropped.
pub struct Target {
    address: SocketAddr,
    state: Arc<TargetState>,
    server: Server,
}

struct TargetState {
    log: Mutex<Log>,
    tokens: Option<Tokens>,
    slow: Duration,
    fail_percent: u8,
    keep: usize,
    tell: Box<dyn Fn(&TargetRequest) + Send + Sync>,
}

struct Log {
    requests: VecDeque<TargetRequest>,
    count: u64,
    keys: HashMap<String, Known>,
    /// The keys in the order in which they came, the oldest to be forgotten first.
    order: VecDeque<String>,
    scripts: HashMap<String, VecDeque<u16>>,
    random: fastrand::Rng,
}

/// What a key stood for.
struct Known {
    method: String,
    path: String,
    body: Bytes,
}

/// The header names under which a key may come.
const KEY_HEADERS: [&str; 2] = ["idem-key", "idempotency-key"];
/// How many keys are remembered, and how many bytes of body are taken.
const KEYS: usize = 1_000_000;
const BODY_BYTES: usize = 64 << 20;

impl Target {
    /// Starts it on the current tokio runtime.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(options: TargetOptions) -> Result<Target, MockError> {
        let (listener, address) = bind(options.address).await?;
        let (stop, _) = watch::channel(false);
        let faults = options.faults;
        let state = Arc::new(TargetState {
            log: Mutex::new(Log {
                requests: VecDeque::new(),
                count: 0,
                keys: HashMap::new(),
                order: VecDeque::new(),
                scripts: faults.scripts.into_iter().map(|script| (script.key, script.statuses.into())).collect(),
                random: fastrand::Rng::with_seed(faults.seed),
            }),
            tokens: options.token.map(Tokens::new),
            slow: faults.slow,
            fail_percent: faults.fail_percent,
            keep: options.keep,
            tell: options.tell,
        });
        let app = Router::new().fallback(take).layer(DefaultBodyLimit::max(BODY_BYTES)).with_state(state.clone());
        Ok(Target { address, state, server: Server::start(listener, app, stop) })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The last requests, in the order of arrival.
    pub fn requests(&self) -> Vec<TargetRequest> {
        self.state.log().requests.iter().cloned().collect()
    }

    /// From now on the last token is answered 401.
    pub fn revoke_token(&self) {
        if let Some(tokens) = &self.state.tokens {
            tokens.revoke();
        }
    }

    /// Answers what is in flight and ends.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
    }
}

impl TargetState {
    /// A panic in another holder leaves the log whole enough for a mock: each change is complete by itself.
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn answer(&mut self, request: &TargetRequest, body: &Bytes, fail_percent: u8) -> Answer {
        let scripted = request.key.as_ref().and_then(|key| self.scripts.get_mut(key)).and_then(VecDeque::pop_front);
        if let Some(status) = scripted.filter(|status| *status >= 400) {
            return Answer::Failed(status);
        }
        // Drawn for each request, so that one seed gives one sequence.
        if self.random.u8(0..100) < fail_percent {
            return Answer::Failed(503);
        }
        let Some(key) = &request.key else { return Answer::Applied };
        if let Some(known) = self.keys.get(key) {
            let same = known.method == request.method && known.path == request.path && known.body == body;
            return if same { Answer::Repeat } else { Answer::KeyReused };
        }
        let known = Known { method: request.method.clone(), path: request.path.clone(), body: body.clone() };
        self.keys.insert(key.clone(), known);
        self.order.push_back(key.clone());
        if self.order.len() > KEYS
            && let Some(oldest) = self.order.pop_front()
        {
            self.keys.remove(&oldest);
        }
        Answer::Applied
    }
}

async fn take(
    State(target): State<Arc<TargetState>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    if !target.slow.is_zero() {
        tokio::time::sleep(target.slow).await;
    }
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let authorization = headers.iter().find(|(name, _)| name == "authorization").map(|(_, value)| value.as_str());
    if let Some(tokens) = target.tokens.as_ref().filter(|_| uri.path() == TOKEN_PATH) {
        let (status, said) = tokens.answer(authorization, &body);
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return (status, [("content-type", "application/json")], said);
    }
    let known = target.tokens.as_ref().is_none_or(|tokens| tokens.takes(authorization));
    let key = KEY_HEADERS
        .iter()
        .find_map(|name| headers.iter().find(|(known, _)| known == name))
        .map(|(_, value)| value.clone());
    let mut request = TargetRequest {
        number: 0,
        method: method.as_str().to_owned(),
        path: uri.path_and_query().map_or_else(|| uri.path().to_owned(), |path| path.as_str().to_owned()),
        headers,
        body: body.to_vec(),
        key,
        answer: Answer::Applied,
    };
    {
        let mut log = target.log();
        log.count += 1;
        request.number = log.count;
        request.answer = if known { log.answer(&request, &body, target.fail_percent) } else { Answer::Failed(401) };
        log.requests.push_back(request.clone());
        if log.requests.len() > target.keep {
            log.requests.pop_front();
        }
    }
    (target.tell)(&request);
    // A script may name any number; what is no HTTP status is answered as a failure.
    let status = StatusCode::from_u16(request.answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let said = match request.answer {
        Answer::Applied => "applied",
        Answer::Repeat => "repeat",
        Answer::KeyReused => "this key came before with another request",
        Answer::Failed(_) => "not now",
    };
    (
        status,
        [("content-type", "application/json")],
        format!("{{\"answer\":\"{said}\",\"number\":{}}}\n", request.number),
    )
}
