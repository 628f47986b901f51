//! Opening a WebSocket: the HTTP/1.1 upgrade of RFC 6455 §4, over the same client and TLS as the pushes.

use crate::runtime::options::{Hub, Token};
use crate::runtime::push::client;
use reqwest::header::{AUTHORIZATION, CONNECTION, HeaderValue, UPGRADE};
use reqwest::{StatusCode, Url};
use std::time::Duration;
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};

/// For the connection and the answer together.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Opens connections to one hub.
#[derive(Debug)]
pub(crate) struct Connector {
    client: reqwest::Client,
    url: Url,
    /// Without what may be secret in it.
    shown: String,
    token: Option<Token>,
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum NoConnection {
    /// 401 or 403.
    RefusesToken(StatusCode),
    Other(String),
}

impl Connector {
    /// # Errors
    /// The URL is not one of a hub, or TLS cannot be set up; one sentence.
    pub(crate) fn new(hub: &Hub) -> Result<Connector, String> {
        let mut url = Url::parse(&hub.url).map_err(|error| error.to_string())?;
        let scheme = match url.scheme() {
            "ws" => "http",
            "wss" => "https",
            other => return Err(format!("its scheme is {other}:")),
        };
        url.set_scheme(scheme).map_err(|()| "its scheme cannot be used".to_owned())?;
        let client = client::build_for_upgrade(&url, TIMEOUT).map_err(|error| error.to_string())?;
        Ok(Connector { client, shown: shown(&hub.url), url, token: hub.token.clone() })
    }

    /// The URL as messages show it.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    pub(super) async fn open(&self) -> Result<reqwest::Upgraded, NoConnection> {
        match tokio::time::timeout(TIMEOUT, self.upgrade()).await {
            Ok(result) => result,
            Err(_) => Err(NoConnection::Other(format!("no answer within {} s", TIMEOUT.as_secs()))),
        }
    }

    async fn upgrade(&self) -> Result<reqwest::Upgraded, NoConnection> {
        let key = generate_key();
        let mut request = self
            .client
            .get(self.url.clone())
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", &key);
        if let Some(token) = &self.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
                .map_err(|_| NoConnection::Other("the token holds what no header may hold".to_owned()))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let response = request.send().await.map_err(|error| NoConnection::Other(client::reason(&error)))?;
        match response.status() {
            StatusCode::SWITCHING_PROTOCOLS => {}
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                return Err(NoConnection::RefusesToken(status));
            }
            status => {
                return Err(NoConnection::Other(format!("it answers HTTP {status} where a WebSocket was asked for")));
            }
        }
        let accepted = response.headers().get("Sec-WebSocket-Accept");
        if accepted.map(HeaderValue::as_bytes) != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
            return Err(NoConnection::Other("its answer to the WebSocket handshake is not to our key".to_owned()));
        }
        response.upgrade().await.map_err(|error| NoConnection::Other(client::reason(&error)))
    }
}

/// A URL as messages show it: without user, password and query, where people put secrets.
pub(crate) fn shown(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return url.to_owned() };
    // both fail only where a URL cannot have them
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_is_shown_without_secrets() {
        assert_eq!(shown("wss://me:secret@hub.example/events?token=x#y"), "wss://hub.example/events");
    }

    #[test]
    fn only_websocket_urls_are_taken() {
        let hub = |url: &str| Hub { url: url.to_owned(), token: None, ack: false };
        assert_eq!(Connector::new(&hub("http://h/")).expect_err("not ws"), "its scheme is http:");
        assert_eq!(Connector::new(&hub("hub")).expect_err("no URL"), "relative URL without a base");
        assert_eq!(Connector::new(&hub("ws://h/e")).expect("a hub").url.as_str(), "http://h/e");
    }
}
