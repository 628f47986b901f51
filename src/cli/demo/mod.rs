//! `hms-sync demo`: the story of the old clock, played on this machine alone.
//!
//! Only the two ends are mocks. The mapping is compiled, and the connector between them is the one of `run`.

mod story;

use super::audit;
use super::run::{connect, on_runtime, sentence};
use super::stop::{Status, Stop};
use super::terminal::{Paint, Stream};
use crate::check::Files;
use crate::diagnostic::render::human;
use crate::model::Mapping;
use crate::runtime::audit::{AuditFilter, AuditLog};
use crate::runtime::{self, End, RunMapping, RunOptions, Source, Summary, Token};
use crate::tools::mock::{Hub, HubEnd, HubOptions, Script, Target, TargetFaults, TargetOptions};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use story::Story;

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hms-sync demo

A mock hub sends the events of mappings/demo/events.ndjson; the connector turns each into a request by
mappings/appointment-rule-vista.map and pushes it to a mock VistA. Nothing leaves this machine, and nothing stays on it.")]
pub struct Demo {}

const MAPPING_NAME: &str = "mappings/appointment-rule-vista.map";
const MAPPING: &str = include_str!("../../../mappings/appointment-rule-vista.map");
const EVENTS: &str = include_str!("../../../mappings/demo/events.ndjson");

/// The origin of VistA in the mapping; the mock stands in its place.
const VISTA: &str = "https://vista.va.gov";
const TOKEN: &str = "demo-token";
/// The change that VistA is too busy for, twice.
const BUSY_KEY: &str = "45:e-4";

pub fn run(_: &Demo) -> Result<Status, Stop> {
    let folder = Folder::new()?;
    let store = folder.path.join("demo.db");
    on_runtime(play(&store))
}

async fn play(store: &Path) -> Result<Status, Stop> {
    let paint = Paint::on(Stream::Out);
    let target = target().await?;
    let hub = hub().await?;
    let mapping = mapping(&target.url())?;
    let mut out = io::stdout();
    writeln!(out, "{}", paint.bold("The story of the old clock"))?;
    writeln!(
        out,
        "A clinic's scheduling rules change in the hospital network. VistA wants them too, but counts in seconds.\n"
    )?;
    writeln!(out, "  hub      {}  (mock)  sends {} events", hub.url(), EVENTS.lines().count())?;
    writeln!(out, "  VistA    {}  (mock, for {VISTA})  answers 503 twice to the change {BUSY_KEY}", target.url())?;
    writeln!(out, "  mapping  {MAPPING_NAME}\n")?;

    let token = Some(Token::new(TOKEN));
    let source = Source::Hub(runtime::Hub { url: hub.url(), token, ack: true });
    let mut options = RunOptions::new(vec![RunMapping::new(mapping)], source, store);
    options.end = End::WhenIdle;
    let summary = connect(options, Arc::new(Story::new(paint))).await?;
    hub.shutdown().await;
    target.shutdown().await;
    let chain_holds = audit_summary(store, paint)?;
    writeln!(out, "\n{}", sentence(&summary))?;
    Ok(Status::failed_if(!chain_holds || left_over(&summary)))
}

/// Whether the run ended (by a signal) before the story did.
fn left_over(summary: &Summary) -> bool {
    summary.pending > 0 || summary.received == 0
}

async fn hub() -> Result<Hub, Stop> {
    let options = HubOptions {
        events: EVENTS.lines().map(str::to_owned).collect(),
        token: Some(TOKEN.to_owned()),
        end: HubEnd::Close,
        ..HubOptions::default()
    };
    Hub::start(options).await.map_err(Stop::say)
}

async fn target() -> Result<Target, Stop> {
    let scripts = vec![Script { key: BUSY_KEY.to_owned(), statuses: vec![503, 503] }];
    let faults = TargetFaults { scripts, ..TargetFaults::default() };
    Target::start(TargetOptions { faults, ..TargetOptions::default() }).await.map_err(Stop::say)
}

/// The mapping with the mock's address where VistA's stands.
fn mapping(target: &str) -> Result<Mapping, Stop> {
    struct NoFiles;
    impl Files for NoFiles {
        fn read(&self, path: &str) -> Result<Vec<u8>, String> {
            Err(format!("{path} is not part of the demo"))
        }
    }
    let text = MAPPING.replace(VISTA, target);
    let compilation = crate::compile(MAPPING_NAME, text.as_bytes(), &NoFiles).map_err(Stop::say)?;
    match compilation.checked {
        Some(checked) => Ok(checked.into_mapping()),
        None => {
            human::write(&mut io::stderr(), &compilation.sources, &compilation.diagnostics, Stream::Err.style())?;
            Err(Stop::say(format!("{MAPPING_NAME} has errors")))
        }
    }
}

/// Reads the store as an operator would; whether its chain of hashes holds.
fn audit_summary(store: &Path, paint: Paint) -> Result<bool, Stop> {
    let log = AuditLog::open(store).map_err(Stop::say)?;
    let mut out = io::stdout();
    writeln!(out, "{}", paint.bold("The audit log: one final row an event"))?;
    writeln!(out, "{}", paint.dim(audit::heading()))?;
    for row in log.rows(&AuditFilter::default()).map_err(Stop::say)? {
        writeln!(out, "{}", audit::line(&row, paint))?;
    }
    let counts = log.counts(&AuditFilter::default()).map_err(Stop::say)?;
    let verified = log.verify().map_err(Stop::say)?;
    let chain =
        if verified.broken_at.is_none() { "the chain of hashes holds" } else { "the chain of hashes is broken" };
    writeln!(out, "{}; {chain}", audit::total(&counts))?;
    Ok(verified.broken_at.is_none())
}

/// A folder of its own that goes with the demo.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Result<Folder, Stop> {
        let path = std::env::temp_dir().join(format!("hms-sync-demo-{}-{:08x}", std::process::id(), fastrand::u32(..)));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| Stop::write(&path, &error))?;
        Ok(Folder { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, which empties its folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
