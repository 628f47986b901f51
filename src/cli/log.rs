//! What the connector says while it runs: lines for people on a terminal, JSON elsewhere, on standard error.
//!
//! Event data, bodies and what is `sensitive` never appear.

use super::run::is_watched;
use crate::runtime::audit::{AuditRow, Outcome};
use crate::runtime::{Observer, RunEvent, TargetCondition};
use indicatif::ProgressBar;
use std::io::{self, Write};
use tracing::{debug, info, warn};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// An observer that logs. `HMS_LOG` sets what is said (`debug` says each delivery; the default is `info`).
pub struct Log;

impl Log {
    /// Sets the process's log up; lines go around `bar`.
    pub fn start(bar: Option<ProgressBar>) -> Log {
        let filter = std::env::var("HMS_LOG").ok().filter(|filter| !filter.is_empty());
        let filter = EnvFilter::new(filter.unwrap_or_else(|| "hms_sync=info".to_owned()));
        let subscriber =
            tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_writer(Lines { bar });
        // A log that is there already (in tests) stays.
        let _ = if is_watched() {
            subscriber.with_ansi(super::terminal::Stream::Err.has_colour()).try_init()
        } else {
            subscriber.json().flatten_event(true).try_init()
        };
        Log
    }
}

impl Observer for Log {
    fn observe(&self, event: RunEvent<'_>) {
        match event {
            RunEvent::Listening { subscription, after: Some(after) } => info!(event = subscription, after, "listening"),
            RunEvent::Listening { subscription, after: None } => info!(event = subscription, "listening"),
            RunEvent::HubLost { subscription, reason, retry_in } => {
                warn!(event = subscription, reason, retry_in_ms = retry_in.as_millis() as u64, "the hub is lost");
            }
            RunEvent::Received { event, id, .. } => debug!(event, id, "received"),
            RunEvent::Known { id, .. } => debug!(id, "came again"),
            RunEvent::Prepared { event, id, mapping, target, request, .. } => {
                debug!(event, id, mapping, target, method = request.method, key = request.key, "request");
            }
            RunEvent::Tried { event, id, mapping, target, number, status, reason, retry_in, .. } => {
                info!(
                    event,
                    id,
                    mapping,
                    target,
                    tries = number,
                    status,
                    reason,
                    retry_in_ms = retry_in.as_millis() as u64,
                    "tried"
                );
            }
            RunEvent::Finished { row } => finished(row),
            RunEvent::Target { mapping, target, condition, reason } => match condition {
                TargetCondition::Open => info!(mapping, target, "the target is open"),
                TargetCondition::Waiting => warn!(mapping, target, reason, "the target is waited for"),
                TargetCondition::Paused => warn!(mapping, target, reason, "the target is paused"),
            },
            RunEvent::Alarm { message } => warn!(alarm = true, "{message}"),
        }
    }
}

fn finished(row: &AuditRow) {
    let (mapping, target, key) = (row.mapping.as_deref(), row.target.as_deref(), row.key.as_deref());
    let (event, id, tries, status) = (row.event, row.event_id.as_str(), row.tries, row.status);
    match row.outcome {
        Outcome::SetAside => {
            warn!(
                row = row.number,
                event,
                id,
                mapping,
                target,
                key,
                tries,
                status,
                reason = row.reason.as_deref(),
                "set aside"
            );
        }
        outcome => debug!(row = row.number, event, id, mapping, target, key, tries, status, "{outcome}"),
    }
}

/// Standard error, with the bar taken away while a line is written.
#[derive(Clone)]
struct Lines {
    bar: Option<ProgressBar>,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        self.clone()
    }
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let write = || io::stderr().write_all(line).map(|()| line.len());
        self.bar.as_ref().map_or_else(write, |bar| bar.suspend(write))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
