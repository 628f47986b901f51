//! The token endpoint of a mock target: the client credentials grant of OAuth 2.0 (RFC 6749 §4.4).

use crate::library::base64;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A target that gives tokens at [`TOKEN_PATH`] to one client, and takes requests with the last one only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenClient {
    /// Visible ASCII, without `:` and `%`.
    pub id: String,
    pub secret: String,
}

/// Where tokens are asked for.
pub const TOKEN_PATH: &str = "/token";

/// The tokens given so far.
pub(super) struct Tokens {
    client: TokenClient,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    given: u64,
    /// The last one is taken no more.
    revoked: bool,
}

impl Tokens {
    pub(super) fn new(client: TokenClient) -> Tokens {
        Tokens { client, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to a request for a token: status and body.
    pub(super) fn answer(&self, authorization: Option<&str>, form: &[u8]) -> (u16, String) {
        let asked = String::from_utf8_lossy(form);
        if !asked.split('&').any(|pair| pair == "grant_type=client_credentials") {
            return (400, r#"{"error":"unsupported_grant_type"}"#.to_owned());
        }
        let encoded = authorization.and_then(|value| value.strip_prefix("Basic ")).unwrap_or_default();
        if base64::decode(encoded).as_deref() != Some(format!("{}:{}", self.client.id, self.client.secret).as_bytes()) {
            return (401, r#"{"error":"invalid_client"}"#.to_owned());
        }
        let mut state = self.state();
        state.given += 1;
        state.revoked = false;
        let body = format!(r#"{{"access_token":"token-{}","token_type":"Bearer","expires_in":3600}}"#, state.given);
        (200, body)
    }

    pub(super) fn takes(&self, authorization: Option<&str>) -> bool {
        let state = self.state();
        state.given > 0 && !state.revoked && authorization == Some(format!("Bearer token-{}", state.given).as_str())
    }

    pub(super) fn revoke(&self) {
        self.state().revoked = true;
    }
}
