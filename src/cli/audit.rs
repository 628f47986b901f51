//! `hms-sync audit`: what became of each event.

use super::stop::{Status, Stop};
use super::terminal::{Paint, Stream};
use crate::runtime::audit::{AuditFilter, AuditLog, AuditRow, Outcome, OutcomeCounts};
use clap::{Args, Subcommand, ValueEnum};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hms-sync audit list --store hms-sync.db
  hms-sync audit verify --store hms-sync.db

Each event has one final row for each target and item: delivered, set aside,
skipped (the mapping left it out), superseded (a newer version was there before
it) or unrouted (no target wants it). A gap marks where the hub could not go on
after what it had sent: events behind it may be missing.")]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the final rows: one an event, target and item
    List(List),
    /// Check the chain of hashes that ties the rows together
    Verify(Verify),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hms-sync audit list --store hms-sync.db
  hms-sync audit list --outcome set-aside --last 20
  hms-sync audit list --format json | jq 'select(.tries > 1)'

It works on a running store and on a stopped one. Rows hold no event data and
no bodies.")]
struct List {
    /// The store that `run` was given
    #[arg(long, value_name = "FILE", default_value = "hms-sync.db")]
    store: PathBuf,

    /// How rows are written to standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// Only rows with this outcome
    #[arg(long, value_enum, value_name = "OUTCOME")]
    outcome: Option<Wanted>,

    /// Only rows of the event with this id
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,

    /// Only rows of this mapping
    #[arg(long, value_name = "NAME")]
    mapping: Option<String>,

    /// Only the last N rows
    #[arg(long, value_name = "N", value_parser = count)]
    last: Option<u64>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hms-sync audit verify --store hms-sync.db --head 9f2c…

Exit status: 0 the chain holds, 1 a row was changed, is missing or was cut
off, 2 usage or I/O.")]
struct Verify {
    /// The store that `run` was given
    #[arg(long, value_name = "FILE", default_value = "hms-sync.db")]
    store: PathBuf,

    /// The hash that the last row must have or that must be among the rows, from an earlier run
    #[arg(long, value_name = "HASH")]
    head: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table
    Human,
    /// One JSON object a row, one row a line
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Wanted {
    Delivered,
    SetAside,
    Skipped,
    Superseded,
    Unrouted,
    Gap,
}

impl From<Wanted> for Outcome {
    fn from(wanted: Wanted) -> Outcome {
        match wanted {
            Wanted::Delivered => Outcome::Delivered,
            Wanted::SetAside => Outcome::SetAside,
            Wanted::Skipped => Outcome::Skipped,
            Wanted::Superseded => Outcome::Superseded,
            Wanted::Unrouted => Outcome::Unrouted,
            Wanted::Gap => Outcome::Gap,
        }
    }
}

fn count(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write a number of rows, such as 20".to_owned())
}

pub fn run(arguments: &Audit) -> Result<Status, Stop> {
    match &arguments.what {
        What::List(arguments) => list(arguments),
        What::Verify(arguments) => verify(arguments),
    }
}

fn list(arguments: &List) -> Result<Status, Stop> {
    let log = AuditLog::open(&arguments.store).map_err(Stop::say)?;
    let filter = AuditFilter {
        outcome: arguments.outcome.map(Outcome::from),
        event_id: arguments.event_id.clone(),
        mapping: arguments.mapping.clone(),
        last: arguments.last,
        ..AuditFilter::default()
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let paint = Paint::on(Stream::Out);
    let mut counts = OutcomeCounts::default();
    let mut written = Ok(());
    if arguments.format == Format::Human {
        writeln!(out, "{}", paint.bold(HEADING))?;
    }
    let walked = log.for_each(&filter, &mut |row| {
        counts.add(row.outcome, 1);
        written = match arguments.format {
            Format::Human => writeln!(out, "{}", line(&row, paint)),
            Format::Json => {
                serde_json::to_writer(&mut out, &row).map_err(io::Error::from).and_then(|()| out.write_all(b"\n"))
            }
        };
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    written?;
    walked.map_err(Stop::say)?;
    out.flush()?;
    if arguments.format == Format::Human {
        writeln!(io::stderr(), "{}", total(&counts))?;
    }
    Ok(Status::Clean)
}

const HEADING: &str = "row     time                 outcome     event              target                  key                  tries status  reason";

/// One row under [`HEADING`].
pub fn line(row: &AuditRow, paint: Paint) -> String {
    let outcome = format!("{:<11}", row.outcome.name());
    let outcome = match row.outcome {
        Outcome::Delivered => paint.green(&outcome),
        Outcome::SetAside | Outcome::Gap => paint.red(&outcome),
        Outcome::Skipped | Outcome::Superseded | Outcome::Unrouted => paint.yellow(&outcome),
    };
    let target = match (&row.mapping, &row.target) {
        (Some(mapping), Some(target)) => format!("{mapping}.{target}"),
        (Some(mapping), None) => mapping.clone(),
        _ => "-".to_owned(),
    };
    let status = row.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let mut reason = shown(row.reason.as_deref().unwrap_or_default());
    if row.effect_unknown {
        reason.push_str(" (the target may have seen it twice)");
    }
    let text = format!(
        "{:<7} {:<19.19}Z {outcome} {:<18} {:<23} {:<20} {:>5} {:>6}  {}",
        row.number,
        row.at,
        shown(&row.event_id),
        target,
        row.key.as_deref().map_or_else(|| "-".to_owned(), shown),
        row.tries,
        status,
        reason.trim_start(),
    );
    text.trim_end().to_owned()
}

/// Ids and keys come from outside; none may steer the terminal.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

pub fn heading() -> &'static str {
    HEADING
}

/// `6 rows: 5 delivered, 1 set aside`
pub fn total(counts: &OutcomeCounts) -> String {
    let parts: Vec<String> = Outcome::ALL
        .into_iter()
        .filter(|outcome| counts.of(*outcome) > 0)
        .map(|outcome| format!("{} {}", counts.of(outcome), outcome.name()))
        .collect();
    let rows = counts.total();
    let separator = if parts.is_empty() { "" } else { ": " };
    format!("{rows} row{}{separator}{}", if rows == 1 { "" } else { "s" }, parts.join(", "))
}

fn verify(arguments: &Verify) -> Result<Status, Stop> {
    let log = AuditLog::open(&arguments.store).map_err(Stop::say)?;
    let verified = log.verify().map_err(Stop::say)?;
    let mut out = io::stdout().lock();
    if let Some(row) = verified.broken_at {
        writeln!(out, "the chain is broken at row {row}: it was changed or is missing")?;
        return Ok(Status::Failed);
    }
    if let Some(head) = &arguments.head {
        let head = head.to_ascii_lowercase();
        let mut found = head.bytes().all(|byte| byte == b'0') || head == verified.head;
        log.for_each(&AuditFilter::default(), &mut |row| {
            found |= row.hash == head;
            if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .map_err(Stop::say)?;
        if !found {
            writeln!(out, "no row has the hash {head}: rows were cut off or written anew")?;
            return Ok(Status::Failed);
        }
    }
    writeln!(out, "{} rows, the chain holds, its head is {}", verified.rows, verified.head)?;
    Ok(Status::Clean)
}
