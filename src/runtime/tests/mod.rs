//! Whole runs over real sockets: a hub and a target inside the test, the store in a folder of its own.

mod answers;
mod credentials;
mod faults;
mod hub;
mod hub_end;
mod life;
mod lines;
mod order;
mod target_end;
mod token;

use super::audit::{AuditFilter, AuditLog, AuditRow};
use super::{End, Hub, Lines, Observer, RunError, RunEvent, RunMapping, RunOptions, Source, Summary, Token, run};
use crate::model::Mapping;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::Notify;

pub use hub_end::HubEnd;
pub use target_end::{Reply, TargetEnd};

/// Longer than anything here takes; a test that hangs fails by it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A mapping of rule changes to one PUT: `{"ruleId":1,"version":2,"id":"e"}` becomes `{"version":2}` at
/// `/rules/1`.
pub fn mapping(name: &str, base: &str) -> Value {
    json!({
        "format": crate::model::FORMAT,
        "zone_data": crate::model::ZONE_DATA,
        "name": name,
        "sources": [],
        "listen": { "event": "rule" },
        "event": { "fields": [field("ruleId"), field("version")] },
        "targets": [target(null(), "PUT", base)]
    })
}

fn null() -> Value {
    Value::Null
}

fn field(name: &str) -> Value {
    json!({ "name": name, "type": { "base": { "integer": null } } })
}

pub fn path(steps: &[&str]) -> Value {
    json!({ "path": { "root": "event", "steps": steps } })
}

/// A target `name` with quick retries.
pub fn target(name: Value, method: &str, base: &str) -> Value {
    json!({
        "name": name,
        "method": method,
        "url": [
            { "literal": format!("{base}/rules/") },
            { "hole": { "value": path(&["ruleId"]), "place": "segment", "source": "ruleId" } }
        ],
        "record": "rule",
        "key": [path(&["ruleId"]), { "path": { "root": "meta", "steps": ["id"] } }],
        "key_header": "Idem-Key",
        "order_by": [path(&["ruleId"])],
        "timeout_ms": 5000,
        "retry": { "from_ms": 1, "to_ms": 20, "within_ms": 86_400_000 },
        "accept": { "from": 200, "to": 299 },
        "body": { "format": "json", "nodes": [{ "leaf": {
            "name": { "name": { "local": "version" } },
            "value": path(&["version"]),
            "type": { "base": { "integer": null } },
            "path": "version"
        } }] }
    })
}

pub fn compiled(mapping: Value) -> RunMapping {
    let mapping: Mapping = serde_json::from_value(mapping).expect("a mapping");
    RunMapping::new(mapping)
}

pub fn event(rule: u64, version: u64, id: &str) -> String {
    json!({ "ruleId": rule, "version": version, "id": id }).to_string()
}

/// A folder with a store in it.
pub struct Ground {
    folder: TempDir,
}

impl Ground {
    pub fn new() -> Ground {
        Ground { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn store(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A run over these lines that ends by itself.
    pub fn over_lines(&self, mappings: Vec<RunMapping>, lines: &[String]) -> RunOptions {
        let source = Source::Lines(Lines {
            name: "the test's lines".to_owned(),
            event: "rule".to_owned(),
            reader: Box::new(std::io::Cursor::new(lines.join("\n").into_bytes())),
        });
        let mut options = RunOptions::new(mappings, source, self.store());
        options.end = End::WhenIdle;
        options
    }

    pub fn over_hub(&self, mappings: Vec<RunMapping>, hub: &HubEnd) -> RunOptions {
        let source = Source::Hub(Hub { url: hub.url(), token: Some(Token::new("secret")), ack: true });
        RunOptions::new(mappings, source, self.store())
    }

    pub fn rows(&self) -> Vec<AuditRow> {
        let log = AuditLog::open(&self.store()).expect("a store");
        let verified = log.verify().expect("it can be read");
        assert_eq!(verified.broken_at, None);
        log.rows(&AuditFilter::default()).expect("it can be read")
    }

    /// `outcome order version-free` of each row, for comparing.
    pub fn outcomes(&self) -> Vec<String> {
        let text = |row: &AuditRow| format!("{} {}", row.event_id, row.outcome);
        self.rows().iter().map(text).collect()
    }
}

/// Runs with patience.
pub async fn run_quietly(options: RunOptions) -> Result<Summary, RunError> {
    run_watched(options, Arc::new(super::Silent)).await
}

pub async fn run_watched(options: RunOptions, observer: Arc<dyn Observer>) -> Result<Summary, RunError> {
    tokio::time::timeout(PATIENCE, run(options, observer)).await.expect("the run ends")
}

/// Writes down what a run tells, as short lines.
#[derive(Default)]
pub struct Recorder {
    lines: Mutex<Vec<String>>,
    more: Notify,
}

impl Recorder {
    pub fn new() -> Arc<Recorder> {
        Arc::new(Recorder::default())
    }

    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until there are at least so many lines that begin with this.
    pub async fn wait_for(&self, count: usize, start: &str) {
        let waiting = async {
            loop {
                let more = self.more.notified();
                if self.lines().iter().filter(|line| line.starts_with(start)).count() >= count {
                    return;
                }
                more.await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap_or_else(|_| panic!("not {count} times {start:?} in {:#?}", self.lines()));
    }
}

impl Observer for Recorder {
    fn observe(&self, event: RunEvent<'_>) {
        let line = match event {
            RunEvent::Listening { after, .. } => format!("listening after {}", after.unwrap_or("-")),
            RunEvent::HubLost { reason, .. } => format!("lost: {reason}"),
            RunEvent::Received { id, .. } => format!("received {id}"),
            RunEvent::Known { id, .. } => format!("known {id}"),
            RunEvent::Prepared { id, request, .. } => format!("prepared {id} {} {}", request.method, request.url),
            RunEvent::Tried { id, number, reason, .. } => format!("tried {id} {number}: {reason}"),
            RunEvent::Finished { row } => format!("finished {} {}", row.event_id, row.outcome),
            RunEvent::Target { condition, reason, .. } => format!("target {condition:?}: {reason}"),
            RunEvent::Alarm { message } => format!("alarm: {message}"),
        };
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        self.more.notify_one();
    }
}
