//! `hms-sync run`: the connector.

use super::config::{self, Config};
use super::find;
use super::log;
use super::mapping_file::{Extension, Include, Ready, extension, ready};
use super::mock::duration;
use super::progress;
use super::stop::{Status, Stop};
use crate::model::Mapping;
use crate::runtime::{
    self, End, Hub, Lines, Observer, RunMapping, RunOptions, Shutdown, Silent, Source, Summary, Token,
};
use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};
use indicatif::ProgressBar;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};

/// Where events come from unless anything else is said.
pub const HUB: &str = "wss://hms-ops.gov/events";

/// Enough for every mapping that the parser lets pass; only what is used is real.
const STACK_BYTES: usize = 32 << 20;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hms-sync run --mapping rule.map --events wss://hub.example/events --token T
  hms-sync run --mapping mappings/ --source events.ndjson   from a file, to its end

Flags beat the environment, which beats hms-sync.toml in the working directory
(or the file that --config names):
  events = \"wss://hub.example/events\"
  token = \"env:HUB_TOKEN\"              # or \"file:/run/secrets/hub\"; never the token itself
  store = \"hms-sync.db\"
  mappings = [\"mappings/\"]

SIGTERM or Ctrl-C stops the reading, finishes what is in flight within
--drain-timeout and ends with status 0; a second one ends at once, and nothing
that was stored is lost. With --source, status 1 says that an event was set
aside or is still pending. HMS_LOG=hms_sync=debug logs each delivery, too.")]
pub struct Run {
    /// A mapping (.map, .mapc, .yaml) or a folder of them; may be given several times
    #[arg(short, long, value_name = "PATH", env = "MAPPING", hide_env_values = true)]
    #[arg(value_parser = OsStringValueParser::new().map(PathBuf::from))]
    mapping: Vec<PathBuf>,

    /// The hub [env: HMS_EVENTS_URL] [default: wss://hms-ops.gov/events]
    // The environment is asked in `hub`, so that --source beats it.
    #[arg(long, value_name = "URL")]
    events: Option<String>,

    /// The hub's bearer token; other users of the machine may see flags, but not the environment
    #[arg(long, value_name = "TOKEN", env = "HMS_TOKEN", hide_env_values = true)]
    token: Option<String>,

    /// The file that keeps events, outcomes and the audit log [default: hms-sync.db]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,

    /// Events from a file, one a line, instead of the hub; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "events")]
    source: Option<PathBuf>,

    /// Acknowledge events to the hub once they are on disk
    #[arg(long)]
    ack: bool,

    /// How long requests in flight are waited for at the end
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    drain_timeout: Duration,

    /// The configuration file [default: hms-sync.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Replaces the whole URL of a single target, for local trials
    #[arg(long, value_name = "URL", env = "TARGET_URL", hide_env_values = true)]
    target_url: Option<String>,

    /// Replaces the name of the event that the mapping listens to
    #[arg(long, value_name = "EVENT", env = "LISTEN", hide_env_values = true)]
    listen: Option<String>,

    #[command(flatten)]
    include: Include,
}

pub fn run(arguments: &Run) -> Result<Status, Stop> {
    let config = config::load(arguments.config.as_deref())?;
    let Some(mappings) = mappings(arguments, &config)? else { return Ok(Status::Failed) };
    let bar = arguments.source.as_deref().and_then(bar);
    log::start(bar.clone());
    let summary = on_runtime(async {
        let source = source(arguments, &config, &mappings, bar.as_ref()).await?;
        let from_lines = matches!(source, Source::Lines(_));
        let store = arguments.store.clone().or(config.store).unwrap_or_else(|| PathBuf::from("hms-sync.db"));
        let mut options = RunOptions::new(mappings.into_iter().map(RunMapping::new).collect(), source, store);
        options.target_url = given(arguments.target_url.as_ref());
        options.end = if from_lines { End::WhenIdle } else { End::Never };
        options.limits.drain = arguments.drain_timeout;
        connect(options, Arc::new(Silent)).await
    })?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    writeln!(io::stderr(), "{}", sentence(&summary))?;
    let left = arguments.source.is_some() && (summary.outcomes.set_aside > 0 || summary.pending > 0);
    Ok(Status::failed_if(left))
}

/// A tokio runtime for one command.
pub fn on_runtime<T>(work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build();
    let runtime = runtime.map_err(|error| Stop::say(format!("the program cannot start: {error}")))?;
    let result = runtime.block_on(work);
    // A read of standard input cannot be taken back, and must not keep the program.
    runtime.shutdown_background();
    result
}

/// Runs the connector until its end or a signal.
pub async fn connect(options: RunOptions, observer: Arc<dyn Observer>) -> Result<Summary, Stop> {
    let signals = tokio::spawn(signals(options.shutdown.clone())?);
    let summary = runtime::run(options, observer).await;
    signals.abort();
    summary.map_err(Stop::say)
}

/// Hears SIGTERM and SIGINT from now on: the first drains, the second ends at once.
fn signals(shutdown: Shutdown) -> Result<impl Future<Output = ()>, Stop> {
    let failed = |error: io::Error| Stop::say(format!("signals cannot be heard: {error}"));
    #[cfg(unix)]
    let mut next = {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        async move || {
            tokio::select! {
                _ = terminate.recv() => 143,
                _ = interrupt.recv() => 130,
            }
        }
    };
    #[cfg(not(unix))]
    let mut next = {
        let _ = failed;
        async move || {
            let _ = tokio::signal::ctrl_c().await;
            130
        }
    };
    Ok(async move {
        next().await;
        shutdown.trigger();
        // The store is whole at every instruction, so there is nothing to clean up.
        let status = next().await;
        std::process::exit(status);
    })
}

/// An empty variable is none.
fn given(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}

/// The mappings of the flags, else of the environment (clap looks there), else of the file; `None` where one has
/// errors, which have been shown.
fn mappings(arguments: &Run, config: &Config) -> Result<Option<Vec<Mapping>>, Stop> {
    let named: Vec<PathBuf> = arguments.mapping.iter().filter(|path| !path.as_os_str().is_empty()).cloned().collect();
    let paths = find::mappings(if named.is_empty() { &config.mappings } else { &named })?;
    if paths.is_empty() {
        return Err(Stop::say(
            "no mapping is given; name one with --mapping, in MAPPING or in hms-sync.toml (see hms-sync --help)",
        ));
    }
    let include = arguments.include.with(config);
    let mut mappings = Vec::new();
    let mut broken = false;
    for path in &paths {
        match ready(path, &include)? {
            Ready::Mapping(mapping) => {
                notice(path)?;
                mappings.push(*mapping);
            }
            Ready::Broken => broken = true,
            Ready::Library => {}
        }
    }
    if broken {
        return Ok(None);
    }
    if mappings.is_empty() {
        return Err(Stop::say("none of these files is a mapping; name one with `listen`, `event` and `target`"));
    }
    if let Some(event) = given(arguments.listen.as_ref()) {
        match mappings.as_mut_slice() {
            [mapping] => mapping.listen.event = event,
            several => {
                let count = several.len();
                return Err(Stop::say(format!(
                    "LISTEN replaces the event of a single mapping, but there are {count}; unset it or run one mapping"
                )));
            }
        }
    }
    Ok(Some(mappings))
}

/// Says of a rule of the first generation what to make of it.
fn notice(path: &Path) -> Result<(), Stop> {
    if extension(path) == Extension::Yaml {
        let name = path.display();
        writeln!(
            io::stderr(),
            "note: {name} is a rule of the first generation and still works; `hms-sync import {name}` makes a .map of it"
        )?;
    }
    Ok(())
}

async fn source(
    arguments: &Run,
    config: &Config,
    mappings: &[Mapping],
    bar: Option<&ProgressBar>,
) -> Result<Source, Stop> {
    let Some(path) = &arguments.source else { return hub(arguments, config).map(Source::Hub) };
    let mut events: Vec<&str> = mappings.iter().map(|mapping| mapping.listen.event.as_str()).collect();
    events.sort_unstable();
    events.dedup();
    let [event] = events.as_slice() else {
        let names = events.join(", ");
        return Err(Stop::say(format!(
            "--source gives events of one name, but the mappings listen to {names}; run them one after another"
        )));
    };
    let reader: Box<dyn AsyncRead + Send + Unpin> = if path == Path::new("-") {
        Box::new(tokio::io::stdin())
    } else {
        let failed = |error: io::Error| Stop::read(path, &error);
        let file = tokio::fs::File::open(path).await.map_err(failed)?;
        if file.metadata().await.map_err(failed)?.is_dir() {
            return Err(Stop::say(format!("{} is a folder; name a file with one event a line", path.display())));
        }
        Box::new(Counted { inner: file, bar: bar.cloned() })
    };
    let name = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    Ok(Source::Lines(Lines { name, event: (*event).to_owned(), reader }))
}

fn hub(arguments: &Run, config: &Config) -> Result<Hub, Stop> {
    let token = match (given(arguments.token.as_ref()), &config.token) {
        (Some(token), _) => Some(token),
        (None, Some(reference)) => Some(reference.resolve()?),
        (None, None) => None,
    };
    if let Some(token) = &token {
        check_token(token)?;
    }
    let environment = std::env::var_os("HMS_EVENTS_URL").map(|url| url.to_string_lossy().into_owned());
    let url = given(arguments.events.as_ref())
        .or_else(|| given(environment.as_ref()))
        .or_else(|| config.events.clone())
        .unwrap_or_else(|| HUB.to_owned());
    Ok(Hub { url, token: token.map(Token::new), ack: arguments.ack || config.ack })
}

/// A bearer token is visible ASCII (RFC 6750 §2.1); anything else came in by mistake, such as a line end.
fn check_token(token: &str) -> Result<(), Stop> {
    match token.chars().position(|character| !character.is_ascii_graphic()) {
        // Where it is, not what: it is a secret.
        Some(at) => Err(Stop::say(format!(
            "the hub's token has a character at position {} that no token has (a space, a line end or not ASCII); look at --token, HMS_TOKEN or what hms-sync.toml names",
            at + 1
        ))),
        None => Ok(()),
    }
}

fn bar(path: &Path) -> Option<ProgressBar> {
    let metadata = std::fs::metadata(path).ok()?;
    if metadata.is_file() { progress::of_file(metadata.len()) } else { None }
}

/// Moves the bar by what is read.
struct Counted<R> {
    inner: R,
    bar: Option<ProgressBar>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Counted<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let poll = Pin::new(&mut self.inner).poll_read(context, buffer);
        if let Some(bar) = &self.bar {
            bar.inc((buffer.filled().len() - before) as u64);
        }
        poll
    }
}

/// `received 6 events (1 known): 4 delivered, 1 set aside; 6 requests; nothing pending`
pub fn sentence(summary: &Summary) -> String {
    let counted = |count: u64, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let known = if summary.known > 0 { format!(" ({} came again)", summary.known) } else { String::new() };
    let outcomes: Vec<String> = runtime::audit::Outcome::ALL
        .into_iter()
        .map(|outcome| (summary.outcomes.of(outcome), outcome.name()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    let outcomes = if outcomes.is_empty() { "nothing settled".to_owned() } else { outcomes.join(", ") };
    let pending =
        if summary.pending > 0 { format!("{} pending", summary.pending) } else { "nothing pending".to_owned() };
    format!(
        "received {}{known}: {outcomes}; {}; {pending}",
        counted(summary.received, "event"),
        counted(summary.tries, "request")
    )
}
