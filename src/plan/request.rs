//! What goes into the plan and what comes out: the seam to the runtime and the command line.

use super::address::Environment;
use super::crosswalk::{Crosswalks, LookUp, NoCrosswalks};
use super::write::SECURITY_END;
use crate::model::number::Number;
use std::borrow::Cow;

/// What the envelope knows of an event; `meta` in the language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// CloudEvents `id`, the event's own id, or the one given at intake.
    pub id: String,
    /// CloudEvents `type`, or the name listened to.
    pub event_type: String,
    /// When the connector took it in, RFC 3339 with offset.
    pub received: String,
    /// CloudEvents `time`, RFC 3339.
    pub time: Option<String>,
    /// CloudEvents `source`.
    pub source: Option<String>,
}

/// Why an event (or its part for one target or item) is set aside. `reason` holds nothing sensitive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A path into the event such as `a[1].b` (`event` for the whole), or the rule's target path.
    pub path: String,
    pub reason: String,
}

impl Refusal {
    /// A refusal of the whole event.
    pub(super) fn of_event(reason: impl Into<String>) -> Refusal {
        Refusal { path: "event".to_owned(), reason: reason.into() }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// The version of a record by `newest by`; comparable within one target only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    Number(Number),
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    Instant(i128),
    Text(String),
}

/// That a target wants an event (or one item of it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Index into the mapping's targets.
    pub target: usize,
    /// The item's index in the target's `each` list (after its filter), `None` without `each`.
    pub item: Option<u32>,
    /// The `order by` value: key parts joined by `:`, each percent-encoded. Empty for none.
    pub order: String,
    pub version: Option<Version>,
}

/// One target's (or item's) answer to the question whether it wants an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Routed {
    To(Route),
    /// Already the question was refused (a `reject` in `when` or `key` …).
    Refused {
        target: usize,
        item: Option<u32>,
        refusal: Refusal,
    },
    Skipped {
        target: usize,
        item: Option<u32>,
    },
}

/// A request as far as the mapping determines it; credentials are the runtime's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub url: String,
    /// In order: the idempotency key, `Content-Type` where there is a body, `SOAPAction` with SOAP 1.1, the mapping's
    /// own.
    pub headers: Vec<(String, String)>,
    pub key: String,
    pub body: Option<Vec<u8>>,
    /// Whether `body` is JSON.
    pub json: bool,
}

impl Request {
    /// The body with this XML in the security header of its envelope; `None` where it has no such header.
    pub fn with_token(&self, token: &str) -> Option<Vec<u8>> {
        let body = self.body.as_deref()?;
        // Before the first one there are only start tags, in which a `<` is escaped.
        let at = memchr::memmem::find(body, SECURITY_END.as_bytes())?;
        let mut secured = Vec::with_capacity(body.len() + token.len());
        secured.extend_from_slice(&body[..at]);
        secured.extend_from_slice(token.as_bytes());
        secured.extend_from_slice(&body[at..]);
        Some(secured)
    }

    /// The body as text, by the charset of its content type; empty without a body.
    pub fn body_text(&self) -> Cow<'_, str> {
        let body = self.body.as_deref().unwrap_or_default();
        let content_type = self.headers.iter().find(|(name, _)| name == "Content-Type");
        match content_type {
            // one byte a character
            Some((_, value)) if value.contains("charset=ISO-8859-1") => {
                Cow::Owned(body.iter().map(|byte| char::from(*byte)).collect())
            }
            _ => String::from_utf8_lossy(body),
        }
    }
}

/// What a target makes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    Request(Request),
    /// Set aside.
    Refused(Refusal),
    /// `skip`: left out on record.
    Skipped,
    /// Its `when` asks a crosswalk, so that it was decided only now, and does not hold.
    Unwanted,
}

/// What a request is made from besides the event.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    pub environment: &'a Environment,
    pub crosswalks: &'a dyn Crosswalks,
}

/// Without crosswalks.
impl<'a> From<&'a Environment> for Given<'a> {
    fn from(environment: &'a Environment) -> Given<'a> {
        Given { environment, crosswalks: &NoCrosswalks }
    }
}

/// What a target makes of an event, and what was looked up for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    pub made: Made,
    /// Each key once. Crosswalks that hold just this make the same of the event again.
    pub look_ups: Vec<LookUp>,
}

impl Prepared {
    /// The whole event is set aside.
    pub(super) fn refused(reason: &str) -> Prepared {
        Prepared { made: Made::Refused(Refusal::of_event(reason)), look_ups: Vec::new() }
    }
}
