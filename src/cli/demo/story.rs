//! What the connector tells, as a story: each event with the request made of it and what became of it.

use crate::cli::terminal::{Paint, has_unicode};
use crate::runtime::audit::{AuditRow, Outcome};
use crate::runtime::{Observer, RunEvent};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

/// Gathers what belongs to one event and prints it when all is known of it, so that events that go at once do not mix.
/// An event is on its way as soon as it is stored, so its end may be told before its arrival is.
pub struct Story {
    paint: Paint,
    open: Mutex<HashMap<u64, Block>>,
}

/// What is to be said of one event.
#[derive(Default)]
struct Block {
    /// The event as it came.
    arrival: Option<String>,
    text: String,
    /// What became of it.
    end: Option<String>,
    /// The keys of the requests that are shown already; every try sends the same.
    shown: Vec<String>,
}

impl Story {
    pub fn new(paint: Paint) -> Story {
        Story { paint, open: Mutex::new(HashMap::new()) }
    }

    fn add(&self, event: u64, line: &str) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Writing into a string cannot fail.
        let _ = writeln!(open.entry(event).or_default().text, "{line}");
    }

    /// Whether a request of this key is to be shown.
    fn is_new(&self, event: u64, key: &str) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = &mut open.entry(event).or_default().shown;
        let new = !shown.iter().any(|known| known == key);
        if new {
            shown.push(key.to_owned());
        }
        new
    }

    /// Changes the event's block, and prints it when both its arrival and its end are in.
    fn told(&self, event: u64, tell: impl FnOnce(&mut Block)) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let block = open.entry(event).or_default();
        tell(block);
        if let (Some(arrival), Some(end)) = (&block.arrival, &block.end) {
            let whole = format!("{arrival}\n{}  {end}\n", block.text);
            open.remove(&event);
            drop(open);
            say(&whole);
        }
    }

    fn outcome(&self, row: &AuditRow) -> String {
        let reason = row.reason.as_deref().unwrap_or_default();
        let tries = if row.tries == 1 { "1 try".to_owned() } else { format!("{} tries", row.tries) };
        let (good, bad) = if has_unicode() { ("✓", "✗") } else { ("+", "x") };
        match row.outcome {
            Outcome::Delivered => {
                let status = row.status.map_or_else(String::new, |status| format!("{status}, "));
                self.paint.green(&format!("{good} delivered ({status}{tries})"))
            }
            Outcome::SetAside => self.paint.red(&format!("{bad} set aside: {reason}")),
            other => self.paint.yellow(&format!("- {other} {reason}")),
        }
    }
}

impl Observer for Story {
    fn observe(&self, event: RunEvent<'_>) {
        let paint = self.paint;
        match event {
            RunEvent::Received { event, id, data, .. } => {
                let data = String::from_utf8_lossy(data);
                let arrival = format!("{} {}", paint.bold(&format!("event {id}")), data.trim());
                self.told(event, |block| block.arrival = Some(arrival));
            }
            RunEvent::Known { id, .. } => {
                say(&format!(
                    "{} came again with the same data: known, not sent again\n",
                    paint.bold(&format!("event {id}"))
                ));
            }
            RunEvent::Prepared { event, request, .. } if self.is_new(event, &request.key) => {
                self.add(
                    event,
                    &format!("  {} {}  Idem-Key {}", paint.cyan(&request.method), request.url, request.key),
                );
                if let Some(body) = &request.body {
                    self.add(event, &format!("      {}", String::from_utf8_lossy(body)));
                }
            }
            RunEvent::Tried { event, number, status, reason, retry_in, .. } => {
                let answer = status.map_or_else(|| reason.to_owned(), |status| status.to_string());
                let wait = retry_in.as_secs_f64();
                self.add(event, &paint.yellow(&format!("  ~ try {number}: {answer}, again in {wait:.1} s")));
            }
            RunEvent::Finished { row } => {
                let end = self.outcome(row);
                self.told(row.event, |block| block.end = Some(end));
            }
            RunEvent::HubLost { reason, .. } => say(&paint.dim(&format!("the hub is lost: {reason}"))),
            RunEvent::Target { reason, condition, .. } => {
                say(&paint.dim(&format!("the target is {condition:?}: {reason}")))
            }
            RunEvent::Alarm { message } => say(&paint.yellow(message)),
            RunEvent::Listening { .. } | RunEvent::Prepared { .. } => {}
        }
    }
}

/// Nobody may be reading; the run goes on to its end all the same.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
