//! Where requests go and how: method, URL, idempotency key, order, versions, headers, patience.

use super::expression::Expr;
use super::output::Body;
use super::types::Type;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// `None` in a file with one target.
    pub name: Option<String>,
    /// An upper-case HTTP method.
    pub method: String,
    pub url: Vec<UrlPart>,
    /// The name of the record it writes; targets of one origin that share it share lanes and versions.
    pub record: String,
    /// `each x in list where filter by sort`: one request an item, bound to this variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<TargetEach>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    /// The parts of the idempotency key; joined by `:`, each percent-encoded.
    pub key: Vec<Expr>,
    pub key_header: String,
    /// The variable of `request`, a record whose `key` is the idempotency key, where the URL, a header or the body asks
    /// for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<u32>,
    /// Events with the same value are pushed one after another.
    pub order_by: Vec<Expr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_by: Option<Expr>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    /// Milliseconds for connect and answer together.
    pub timeout_ms: u64,
    pub retry: Retry,
    #[serde(default, skip_serializing_if = "Limit::is_none")]
    pub limit: Limit,
    pub accept: Accept,
    /// The shape of a good answer, a record in which everything may be missing: an answer is foreign. Declared, or
    /// what `accept` asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Type>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remember: Vec<Remember>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forget: Vec<Forget>,
    /// `None`: a request without body.
    pub body: Option<Body>,
}

/// `remember key -> answer.a.b in Name`: once the target has accepted the request, what it answered at this path
/// stands in the crosswalk for this key, whatever stood there before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remember {
    pub crosswalk: String,
    pub key: Expr,
    /// Names below the answer, one or more.
    pub value: Vec<String>,
}

/// `forget key in Name`: once the target has accepted the request, the crosswalk holds nothing for this key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forget {
    pub crosswalk: String,
    pub key: Expr,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetEach {
    pub variable: u32,
    pub list: Expr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Expr>,
    /// `by`: the order of the items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrlPart {
    Literal(String),
    /// Percent-encoded: all but RFC 3986's unreserved characters. In the path a segment made of it is never
    /// empty, `.` or `..`.
    Hole {
        value: Expr,
        place: UrlPlace,
        source: String,
    },
    /// `{env.NAME}`, read once at the start.
    Environment(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrlPlace {
    /// The hole is a whole segment of the path: an empty value, `.` and `..` are refused.
    Segment,
    /// Where those do no harm: in the query, or in a segment with other text in it.
    Part,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeaderRule {
    pub name: String,
    pub value: Vec<HeaderPart>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderPart {
    Literal(String),
    Hole(Expr),
    Environment(String),
}

/// A secret by reference; never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Secret {
    Environment(String),
    File(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    Bearer(Secret),
    Basic {
        user: Secret,
        password: Secret,
    },
    /// The client credentials grant of OAuth 2.0 (RFC 6749 §4.4): a bearer token, asked for at `token`.
    ClientCredentials {
        token: TokenUrl,
        id: Secret,
        secret: Secret,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<String>,
    },
    /// A client certificate with its chain, and its private key, both PEM (RFC 7468).
    Certificate {
        certificate: Secret,
        key: Secret,
    },
    /// A `wsse:UsernameToken` in the header of a SOAP envelope (OASIS WSS UsernameToken Profile 1.1), with the
    /// password as text or, with `digest`, as a digest with nonce and time.
    UsernameToken {
        user: Secret,
        password: Secret,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        digest: bool,
    },
}

/// Where tokens are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenUrl {
    Literal(String),
    Environment(String),
}

/// Exponential back-off with full jitter between `from_ms` and `to_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    pub from_ms: u64,
    pub to_ms: u64,
    /// How long an event is tried before it is set aside.
    pub within_ms: u64,
    /// `retry N times`: counts only tries for which the event may be to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

impl Default for Retry {
    /// `retry from 1 s to 60 s for 24 hours`
    fn default() -> Retry {
        Retry { from_ms: 1_000, to_ms: 60_000, within_ms: 24 * 3_600_000, times: None }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// At most `count` requests begun in `per_ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<(u32, u64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u32>,
}

impl Limit {
    pub fn is_none(&self) -> bool {
        *self == Limit::default()
    }
}

/// Which answers mean delivered: a status in the range (inclusive) and no SOAP fault, or what the condition says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accept {
    pub from: u16,
    pub to: u16,
    /// Decides alone where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<AcceptCondition>,
}

/// A condition over three local names; never missing, and nothing of the event is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AcceptCondition {
    /// The variable of `status`: the HTTP status, an integer.
    pub status: u32,
    /// Of `fault`: whether the answer is a SOAP 1.1 or 1.2 fault.
    pub fault: u32,
    /// Of `answer`: the record of [`Target::answer`], missing where the answer could not be read.
    pub answer: u32,
    pub holds: Expr,
}

impl Default for Accept {
    fn default() -> Accept {
        Accept { from: 200, to: 299, condition: None }
    }
}
