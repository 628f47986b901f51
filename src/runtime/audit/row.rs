//! One row of the audit log, and how its link of the chain is computed.

use crate::library::hexadecimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What became of an event at one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Delivered,
    /// Refused by the door, the author or the target; kept for the operator.
    SetAside,
    /// The author's `skip`.
    Skipped,
    /// A newer version of the record was there before it.
    Superseded,
    /// No target wants the event.
    Unrouted,
    /// No event: the hub does not know the cursor any more, so events after it may be missing.
    Gap,
}

impl Outcome {
    pub const ALL: [Outcome; 6] =
        [Outcome::Delivered, Outcome::SetAside, Outcome::Skipped, Outcome::Superseded, Outcome::Unrouted, Outcome::Gap];

    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Delivered => "delivered",
            Outcome::SetAside => "set aside",
            Outcome::Skipped => "skipped",
            Outcome::Superseded => "superseded",
            Outcome::Unrouted => "unrouted",
            Outcome::Gap => "gap",
        }
    }

    pub fn from_name(name: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// As the store writes it; never renumbered.
    pub(crate) fn code(self) -> i64 {
        match self {
            Outcome::Delivered => 1,
            Outcome::SetAside => 2,
            Outcome::Skipped => 3,
            Outcome::Superseded => 4,
            Outcome::Unrouted => 5,
            Outcome::Gap => 6,
        }
    }

    pub(crate) fn from_code(code: i64) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// One row as an operator sees it. Holds no event data, no body, nothing sensitive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// From 1, in commit order, without gaps.
    pub number: u64,
    /// When the row was written, RFC 3339 in UTC.
    pub at: String,
    pub outcome: Outcome,
    /// The event's number in the store, by arrival.
    pub event: u64,
    /// The name listened to.
    pub subscription: String,
    /// Of a gap the id that the hub was asked to go on after.
    pub event_id: String,
    /// `None` where the hub gave the event no id.
    pub cursor: Option<String>,
    /// `None` of an event that is no event to any mapping, and of an unrouted one.
    pub mapping: Option<String>,
    /// Lower-case hex SHA-256 of the mapping in force.
    pub mapping_hash: Option<String>,
    /// The target's name; `None` in a mapping with one target, and where no target was reached.
    pub target: Option<String>,
    pub item: Option<u32>,
    /// 1, and one more with each retry of a set-aside event.
    pub round: u32,
    /// The name of the record, and its `order by` value.
    pub record: Option<String>,
    pub order: Option<String>,
    /// The idempotency key; `None` where no request was made.
    pub key: Option<String>,
    pub tries: u32,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// Of the last try, in milliseconds.
    pub latency_ms: Option<u64>,
    /// Lower-case hex SHA-256 of the body.
    pub body_sha256: Option<String>,
    /// Why it was not delivered.
    pub reason: Option<String>,
    /// Whether the target may have acted on a try that got no answer: it may have seen a repeat.
    pub effect_unknown: bool,
    /// The store's epoch: raised at each open.
    pub epoch: u64,
    /// Lower-case hex SHA-256 over the previous row's hash and this row.
    pub hash: String,
}

impl AuditRow {
    /// Whether its link holds after a row with this hash (lower-case hex).
    pub(crate) fn follows(&self, previous: &str) -> bool {
        let mut bytes = [0; 32];
        previous.len() == 64
            && previous.is_ascii()
            && bytes.iter_mut().zip(0..).all(|(byte, at)| {
                u8::from_str_radix(&previous[2 * at..2 * at + 2], 16).map(|read| *byte = read).is_ok()
            })
            && hexadecimal(&self.link(&bytes)) == self.hash
    }

    /// The link: SHA-256 of the previous hash (32 bytes, zeros before the first row) and of every field
    /// but the hash, each with its length in front, so that no two rows share an encoding.
    pub(crate) fn link(&self, previous: &[u8; 32]) -> [u8; 32] {
        let mut digest = Link(Sha256::new());
        digest.0.update(previous);
        digest.number(self.number);
        digest.text(Some(&self.at));
        digest.number(self.outcome.code() as u64);
        digest.number(self.event);
        digest.text(Some(&self.subscription));
        digest.text(Some(&self.event_id));
        digest.text(self.cursor.as_deref());
        digest.text(self.mapping.as_deref());
        digest.text(self.mapping_hash.as_deref());
        digest.text(self.target.as_deref());
        digest.optional(self.item.map(u64::from));
        digest.number(u64::from(self.round));
        digest.text(self.record.as_deref());
        digest.text(self.order.as_deref());
        digest.text(self.key.as_deref());
        digest.number(u64::from(self.tries));
        digest.optional(self.status.map(u64::from));
        digest.optional(self.latency_ms);
        digest.text(self.body_sha256.as_deref());
        digest.text(self.reason.as_deref());
        digest.number(u64::from(self.effect_unknown));
        digest.number(self.epoch);
        digest.0.finalize().into()
    }
}

struct Link(Sha256);

impl Link {
    fn number(&mut self, value: u64) {
        self.0.update(value.to_be_bytes());
    }

    fn optional(&mut self, value: Option<u64>) {
        match value {
            None => self.0.update([0]),
            Some(value) => {
                self.0.update([1]);
                self.number(value);
            }
        }
    }

    fn text(&mut self, text: Option<&str>) {
        self.optional(text.map(|text| text.len() as u64));
        self.0.update(text.unwrap_or_default());
    }
}

/// How many final rows there are of each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeCounts {
    pub delivered: u64,
    pub set_aside: u64,
    pub skipped: u64,
    pub superseded: u64,
    pub unrouted: u64,
    pub gap: u64,
}

impl OutcomeCounts {
    pub fn add(&mut self, outcome: Outcome, rows: u64) {
        match outcome {
            Outcome::Delivered => self.delivered += rows,
            Outcome::SetAside => self.set_aside += rows,
            Outcome::Skipped => self.skipped += rows,
            Outcome::Superseded => self.superseded += rows,
            Outcome::Unrouted => self.unrouted += rows,
            Outcome::Gap => self.gap += rows,
        }
    }

    pub fn add_all(&mut self, other: &OutcomeCounts) {
        for outcome in Outcome::ALL {
            self.add(outcome, other.of(outcome));
        }
    }

    pub fn of(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Delivered => self.delivered,
            Outcome::SetAside => self.set_aside,
            Outcome::Skipped => self.skipped,
            Outcome::Superseded => self.superseded,
            Outcome::Unrouted => self.unrouted,
            Outcome::Gap => self.gap,
        }
    }

    pub fn total(&self) -> u64 {
        Outcome::ALL.into_iter().map(|outcome| self.of(outcome)).sum()
    }
}
