//! The HTTP clients: TLS by rustls with the system's roots, connections reused, redirects only to the same
//! origin and only those that keep method and body.

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, ClientBuilder, Identity, StatusCode, Url};
use std::error::Error;
use std::time::Duration;

const USER_AGENT: &str = concat!("hms-sync/", env!("CARGO_PKG_VERSION"));

/// For a connection; each request has its own time-out over all.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Before a connection that nobody uses is closed; below what servers usually wait.
const IDLE: Duration = Duration::from_secs(50);

const REDIRECTS: usize = 3;

/// Pushes requests.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    direct: Client,
    /// By way of the proxies that the environment names.
    proxied: Client,
}

impl Clients {
    /// # Errors
    /// TLS cannot be set up.
    pub(crate) fn new() -> Result<Clients, reqwest::Error> {
        Clients::from(|builder| builder)
    }

    /// Clients that show a certificate; `pem` holds it, its chain and its private key.
    ///
    /// # Errors
    /// TLS cannot be set up with these.
    pub(super) fn with_certificate(pem: &[u8]) -> Result<Clients, reqwest::Error> {
        let identity = Identity::from_pem(pem)?;
        Clients::from(|builder| builder.identity(identity.clone()))
    }

    fn from(with: impl Fn(ClientBuilder) -> ClientBuilder) -> Result<Clients, reqwest::Error> {
        let builder = || {
            let builder = base().redirect(Policy::custom(redirect));
            with(builder.connect_timeout(CONNECT_WITHIN).pool_idle_timeout(IDLE))
        };
        Ok(Clients { direct: builder().no_proxy().build()?, proxied: builder().build()? })
    }

    pub(super) fn of(&self, url: &Url) -> &Client {
        if is_loopback(url) { &self.direct } else { &self.proxied }
    }
}

/// A client for a WebSocket handshake: HTTP/1.1 and no redirects.
///
/// # Errors
/// TLS cannot be set up.
pub(crate) fn build_for_upgrade(url: &Url, connect_within: Duration) -> Result<Client, reqwest::Error> {
    let builder = base().http1_only().redirect(Policy::none()).connect_timeout(connect_within);
    if is_loopback(url) { builder.no_proxy().build() } else { builder.build() }
}

fn base() -> ClientBuilder {
    // the second of two runs in one process finds it installed
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().user_agent(USER_AGENT).tcp_nodelay(true)
}

/// This machine is never behind a proxy.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost"
        || host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// 307 and 308 (RFC 9110 §15.4) within the origin are followed; every other redirect is the answer.
fn redirect(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let keeps = matches!(attempt.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    let same = attempt.previous().last().is_some_and(|from| from.origin() == attempt.url().origin());
    if keeps && same && attempt.previous().len() <= REDIRECTS { attempt.follow() } else { attempt.stop() }
}

/// The innermost reason, in words and without the URL (it may hold what is sensitive).
pub(crate) fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if std::ptr::eq(innermost, error as &dyn Error) {
        return "the request failed".to_owned();
    }
    let reason = innermost.to_string();
    if error.is_connect() { format!("no connection: {reason}") } else { format!("the connection broke: {reason}") }
}
