//! One try of one request, and what it says.

pub(crate) mod client;
mod credential;
mod retry_after;
mod secret;
mod token;
mod username_token;
mod verdict;

pub(crate) use client::Clients;
pub(crate) use credential::Credential;
use credential::Shown;
use token::NoToken;
pub(crate) use verdict::{Verdict, judge};

use crate::plan::Request;
use crate::plan::limits::MAX_ANSWER_BYTES;
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::{Method, Response, Url};
use std::time::{Duration, Instant};

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TryEnd {
    Answered {
        status: u16,
        retry_after: Option<Duration>,
        /// The body did not break off.
        whole: bool,
    },
    /// There is no token for it, and none is to be had.
    NoCredential { reason: String },
    /// There was no connection, so nothing reached the target.
    NotSent { reason: String },
    /// The request may have reached the target.
    NoAnswer { reason: String, in_time: bool },
    /// It cannot be sent as it is.
    Unsendable { reason: String },
}

/// A try with its cost.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    pub end: TryEnd,
    /// What was read of the answer's body.
    pub body: Vec<u8>,
    pub latency: Duration,
    /// Requests that left: two where a renewed credential was tried at once.
    pub requests: u32,
}

/// Sends a request to `url`. A 401 is tried once more at once where there is another credential: a secret that is
/// another one when read again, or a new token.
pub(crate) async fn send(
    clients: &Clients,
    request: &Request,
    url: &str,
    credential: Option<&Credential>,
    timeout: Duration,
) -> Tried {
    let begun = Instant::now();
    let mut body = Vec::new();
    let mut requests = 1;
    let (mut end, used) = shown(clients, request, url, credential, timeout, &mut body).await;
    let again = match (&end, credential) {
        (TryEnd::Answered { status: 401, .. }, Some(credential)) => credential.renew(used.as_ref()).await,
        // a certificate that has run out is refused with the connection
        (TryEnd::NotSent { .. }, Some(credential)) if credential.is_certificate() => credential.is_renewed(),
        _ => false,
    };
    if again {
        requests += 1;
        (end, _) = shown(clients, request, url, credential, timeout, &mut body).await;
    }
    Tried { end, body, latency: begun.elapsed(), requests }
}

/// One request with the credential as it is now, and what was shown.
async fn shown(
    clients: &Clients,
    request: &Request,
    url: &str,
    credential: Option<&Credential>,
    timeout: Duration,
    body: &mut Vec<u8>,
) -> (TryEnd, Option<Shown>) {
    let Some(credential) = credential else { return (once(clients, request, url, None, timeout, body).await, None) };
    let shown = match credential.shown(clients, timeout).await {
        Ok(shown) => shown,
        Err(NoToken::Refused { reason }) => return (TryEnd::NoCredential { reason }, None),
        Err(NoToken::NotNow { reason }) => return (TryEnd::NotSent { reason }, None),
    };
    let own = credential.clients();
    let end = once(own.as_ref().unwrap_or(clients), request, url, shown.as_ref(), timeout, body).await;
    (end, shown)
}

async fn once(
    clients: &Clients,
    request: &Request,
    url: &str,
    credential: Option<&Shown>,
    timeout: Duration,
    body: &mut Vec<u8>,
) -> TryEnd {
    let built = match build(request, url) {
        Ok(built) => built,
        Err(reason) => return TryEnd::Unsendable { reason },
    };
    let client = clients.of(built.url());
    let mut built = built;
    match credential {
        None => {}
        Some(Shown::Header(value)) => drop(built.headers_mut().insert(AUTHORIZATION, value.clone())),
        Some(Shown::Token(token)) => match token.now().map(|token| request.with_token(&token)) {
            Ok(Some(body)) => *built.body_mut() = Some(body.into()),
            Ok(None) => {
                let reason = "its body was written without a header for a UsernameToken".to_owned();
                return TryEnd::Unsendable { reason };
            }
            Err(reason) => return TryEnd::Unsendable { reason },
        },
    }
    *built.timeout_mut() = Some(timeout);
    match client.execute(built).await {
        Ok(mut response) => {
            let status = response.status().as_u16();
            let retry_after = retry_after::retry_after(response.headers(), Timestamp::now());
            let whole = read(&mut response, body).await;
            TryEnd::Answered { status, retry_after, whole }
        }
        Err(error) if error.is_connect() => TryEnd::NotSent { reason: client::reason(&error) },
        Err(error) if error.is_builder() => TryEnd::Unsendable { reason: client::reason(&error) },
        Err(error) => TryEnd::NoAnswer { reason: client::reason(&error), in_time: !error.is_timeout() },
    }
}

fn build(request: &Request, url: &str) -> Result<reqwest::Request, String> {
    let url = Url::parse(url).map_err(|error| format!("its URL cannot be used: {error}"))?;
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| error.to_string())?;
    let mut built = reqwest::Request::new(method, url);
    for (name, value) in &request.headers {
        let failed = |what: &str| format!("the header {name} cannot be sent: its {what} holds what none may hold");
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| failed("name"))?;
        let value = HeaderValue::from_str(value).map_err(|_| failed("value"))?;
        built.headers_mut().append(name, value);
    }
    if let Some(body) = &request.body {
        *built.body_mut() = Some(body.clone().into());
    }
    Ok(built)
}

/// Reads the answer's body, so that it can be judged and its connection used again; a long one is cut, which costs
/// the connection. False where it broke off.
async fn read(response: &mut Response, body: &mut Vec<u8>) -> bool {
    body.clear();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = MAX_ANSWER_BYTES - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() >= room {
                    return true;
                }
            }
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}
