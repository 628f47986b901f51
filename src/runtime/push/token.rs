//! Tokens by the client credentials grant of OAuth 2.0 (RFC 6749 §4.4): asked for when one is needed, kept until shortly
//! before it ends, given up when a target answers 401 to it.

use super::client::{self, Clients};
use super::credential::secret_header;
use super::read;
use super::secret::Reader;
use crate::library::base64;
use crate::model::{Secret, TokenUrl};
use crate::runtime::RunError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Url};
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So long before its end a token is asked for anew; of a short one half its life.
const BEFORE_END: Duration = Duration::from_secs(30);

/// A token is taken to live no longer.
const LONGEST_LIFE: Duration = Duration::from_secs(366 * 86_400);

/// `application/x-www-form-urlencoded`.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*');

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoToken {
    /// Our client is not known there, or may not: nothing helps but another credential.
    Refused { reason: String },
    /// It may be had later.
    NotNow { reason: String },
}

/// Where tokens come from.
pub(super) struct TokenSource {
    url: Url,
    id: Secret,
    secret: Secret,
    scope: Option<String>,
    /// `Authorization` of our client at the token endpoint.
    client: Mutex<HeaderValue>,
    /// One asks, the others wait for what it gets.
    token: tokio::sync::Mutex<Option<Token>>,
}

struct Token {
    header: HeaderValue,
    /// `None`: the endpoint told no end.
    until: Option<Instant>,
}

/// RFC 6749 §5.1 and §5.2.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Option<String>,
    token_type: Option<String>,
    expires_in: Option<serde_json::Value>,
    error: Option<String>,
}

impl TokenSource {
    /// # Errors
    /// A secret that cannot be read, a URL that is none.
    pub(super) fn new(
        reader: &Reader,
        url: &TokenUrl,
        id: &Secret,
        secret: &Secret,
        scope: Option<&str>,
    ) -> Result<TokenSource, RunError> {
        let text = match url {
            TokenUrl::Literal(text) => text.clone(),
            TokenUrl::Environment(name) => reader.variable(name)?,
        };
        let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(|| {
            let reason = "the URL at which it asks for tokens is none".to_owned();
            RunError::Mapping { mapping: reader.mapping.clone(), reason }
        })?;
        Ok(TokenSource {
            url,
            id: id.clone(),
            secret: secret.clone(),
            scope: scope.map(str::to_owned),
            client: Mutex::new(client_header(reader, id, secret)?),
            token: tokio::sync::Mutex::default(),
        })
    }

    /// The token at hand, or a new one.
    pub(super) async fn current(&self, clients: &Clients, within: Duration) -> Result<HeaderValue, NoToken> {
        let mut token = self.token.lock().await;
        if let Some(known) = &*token
            && known.until.is_none_or(|until| Instant::now() < until)
        {
            return Ok(known.header.clone());
        }
        let new = self.ask(clients, within).await?;
        let header = new.header.clone();
        *token = Some(new);
        Ok(header)
    }

    /// The target does not take it: the next one is asked for, with the secrets as they are now.
    pub(super) async fn give_up(&self, reader: &Reader, used: &HeaderValue) {
        let mut token = self.token.lock().await;
        // another one may have been got meanwhile
        if token.as_ref().is_some_and(|known| known.header.as_bytes() == used.as_bytes()) {
            *token = None;
            if let Err(error) = self.is_renewed(reader) {
                tracing::warn!("{error}");
            }
        }
    }

    /// Reads the client's id and secret again; whether they are others now.
    pub(super) fn is_renewed(&self, reader: &Reader) -> Result<bool, RunError> {
        let new = client_header(reader, &self.id, &self.secret)?;
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        let renewed = new.as_bytes() != client.as_bytes();
        *client = new;
        Ok(renewed)
    }

    async fn ask(&self, clients: &Clients, within: Duration) -> Result<Token, NoToken> {
        let mut request = reqwest::Request::new(Method::POST, self.url.clone());
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, client);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let mut form = "grant_type=client_credentials".to_owned();
        if let Some(scope) = &self.scope {
            form.push_str(&format!("&scope={}", utf8_percent_encode(scope, FORM)));
        }
        *request.body_mut() = Some(form.into());
        *request.timeout_mut() = Some(within);
        let asked = Instant::now();
        let not_now = |what: &str| NoToken::NotNow { reason: format!("the token endpoint: {what}") };
        let mut response = clients
            .of(&self.url)
            .execute(request)
            .await
            .map_err(|error| not_now(&client::reason(&error.without_url())))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        if !read(&mut response, &mut body).await {
            return Err(not_now("the answer broke off"));
        }
        answered(status, &body, asked)
    }
}

fn answered(status: u16, body: &[u8], asked: Instant) -> Result<Token, NoToken> {
    let answer: Option<TokenAnswer> = serde_json::from_slice(body).ok();
    if !(200..300).contains(&status) {
        let error = answer
            .and_then(|answer| answer.error)
            .filter(|error| error.len() <= 40 && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        let told = error.map_or_else(String::new, |error| format!(" ({error})"));
        let reason = format!("the token endpoint does not give us a token: HTTP {status}{told}");
        return Err(match status {
            400..=404 => NoToken::Refused { reason },
            _ => NoToken::NotNow { reason },
        });
    }
    let unfit = |what: &str| NoToken::NotNow { reason: format!("the token endpoint: {what}") };
    let answer = answer.ok_or_else(|| unfit("its answer is no token"))?;
    let bearer = answer.token_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let token = answer.access_token.filter(|token| !token.is_empty() && bearer);
    let token = token.ok_or_else(|| unfit("its answer is no bearer token"))?;
    let header = secret_header(&format!("Bearer {token}")).ok_or_else(|| unfit("its token fits no header"))?;
    let seconds = answer.expires_in.and_then(|life| match life {
        serde_json::Value::Number(number) => number.as_f64(),
        serde_json::Value::String(text) => text.parse::<f64>().ok(),
        _ => None,
    });
    let life = seconds.map(|seconds| {
        let within = seconds.clamp(0.0, LONGEST_LIFE.as_secs_f64());
        Duration::try_from_secs_f64(within).unwrap_or_default()
    });
    let until = life.map(|life| asked + life.saturating_sub(BEFORE_END.min(life / 2)));
    Ok(Token { header, until })
}

/// RFC 6749 §2.3.1: each part as in a form, then as in RFC 7617.
fn client_header(reader: &Reader, id: &Secret, secret: &Secret) -> Result<HeaderValue, RunError> {
    let (id, secret) = (reader.read(id)?, reader.read(secret)?);
    let pair = format!("{}:{}", utf8_percent_encode(&id, FORM), utf8_percent_encode(&secret, FORM));
    secret_header(&format!("Basic {}", base64::encode(pair.as_bytes())))
        .ok_or_else(|| RunError::SecretText { mapping: reader.mapping.clone(), what: "the client's secret".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lives(body: &str) -> Result<Option<u64>, NoToken> {
        let asked = Instant::now();
        answered(200, body.as_bytes(), asked)
            .map(|token| token.until.map(|until| until.duration_since(asked).as_secs()))
    }

    #[test]
    fn a_token_is_kept_until_shortly_before_its_end() {
        assert_eq!(lives(r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#), Ok(Some(3570)));
        assert_eq!(lives(r#"{"access_token":"t","token_type":"bearer","expires_in":"20"}"#), Ok(Some(10)));
        assert_eq!(lives(r#"{"access_token":"t"}"#), Ok(None));
        assert_eq!(lives(r#"{"access_token":"t","expires_in":-5}"#), Ok(Some(0)));
        assert_eq!(lives(r#"{"access_token":"t","expires_in":1e300}"#), Ok(Some(366 * 86_400 - 30)));
        for unfit in [
            "",
            "{}",
            "[]",
            r#"{"access_token":""}"#,
            r#"{"access_token":"a\nb"}"#,
            r#"{"access_token":"t","token_type":"mac"}"#,
        ] {
            assert!(matches!(lives(unfit), Err(NoToken::NotNow { .. })), "{unfit}");
        }
    }

    #[test]
    fn a_refusal_is_told_apart_from_a_bad_hour() {
        let end = |status, body: &str| answered(status, body.as_bytes(), Instant::now()).map(|_| ()).unwrap_err();
        let reason = "the token endpoint does not give us a token: HTTP 401 (invalid_client)".to_owned();
        assert_eq!(end(401, r#"{"error":"invalid_client"}"#), NoToken::Refused { reason });
        let reason = "the token endpoint does not give us a token: HTTP 400".to_owned();
        assert_eq!(end(400, r#"{"error":"Your password x is wrong"}"#), NoToken::Refused { reason });
        assert!(matches!(end(503, ""), NoToken::NotNow { .. }));
        assert!(matches!(end(429, ""), NoToken::NotNow { .. }));
    }
}
