//! `hms-sync mock`: both ends of the connector, played.

use super::stop::{Status, Stop};
use super::terminal::{Paint, Stream};
use crate::tools::mock::{
    Answer, Hub, HubFaults, HubNote, HubOptions, MockError, Target, TargetFaults, TargetOptions, TargetRequest,
    TokenClient,
};
use clap::{Args, Subcommand};
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples, in three terminals:
  hms-sync mock hub --port 9090 --events events.ndjson
  hms-sync mock target --port 4100 --fail 30% --slow 200ms
  TARGET_URL=http://127.0.0.1:4100/slots hms-sync run --mapping rule.map \\
    --events ws://127.0.0.1:9090/events --token T")]
pub struct Mock {
    #[command(subcommand)]
    end: End,
}

#[derive(Debug, Subcommand)]
enum End {
    /// Sends events over WebSocket, as the hub does
    Hub(HubArguments),
    /// Takes requests, as a legacy system does, and remembers idempotency keys
    Target(TargetArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hms-sync mock hub --port 9090 --events events.ndjson --token T --drop-every 100

A client sends {\"listen\":\"EVENT\"}, after a break with \"after\":\"ID\", and gets
every event of the file in order. The connection stays open at the end.")]
struct HubArguments {
    /// The port to listen on
    #[arg(long, default_value_t = 9090, value_parser = port)]
    port: u16,

    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_parser = address)]
    host: IpAddr,

    /// The events to send, one a line
    #[arg(long, value_name = "FILE")]
    events: PathBuf,

    /// The bearer token that clients must send
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,

    /// Cut the connection after every N events sent
    #[arg(long, value_name = "N", value_parser = times)]
    drop_every: Option<NonZeroU64>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hms-sync mock target --port 4100 --fail 30% --slow 200ms

Any method and path is taken. A key (Idem-Key or Idempotency-Key) that comes
again is answered as a repeat.")]
struct TargetArguments {
    /// The port to listen on
    #[arg(long, default_value_t = 4100, value_parser = port)]
    port: u16,

    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_parser = address)]
    host: IpAddr,

    /// How many requests are answered 503, such as 30%
    #[arg(long, value_name = "PERCENT", default_value = "0%", value_parser = percent)]
    fail: u8,

    /// How much later every answer comes, such as 200ms or 2s
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration)]
    slow: Duration,

    /// Gives tokens at /token to this client (OAuth 2.0 client credentials), and takes requests with the last one only
    #[arg(long, value_name = "ID:SECRET", value_parser = token_client)]
    token_client: Option<TokenClient>,

    /// Repeat the random failures of an earlier run, which showed this number
    #[arg(long, value_name = "SEED", value_parser = seed)]
    seed: Option<u64>,
}

pub fn run(arguments: &Mock) -> Result<Status, Stop> {
    let runtime =
        tokio::runtime::Runtime::new().map_err(|error| Stop::say(format!("the program cannot start: {error}")))?;
    match &arguments.end {
        End::Hub(arguments) => runtime.block_on(hub(arguments)),
        End::Target(arguments) => runtime.block_on(target(arguments)),
    }
}

async fn hub(arguments: &HubArguments) -> Result<Status, Stop> {
    let events = events(&arguments.events)?;
    let count = events.len();
    let hub = Hub::start(HubOptions {
        address: SocketAddr::new(arguments.host, arguments.port),
        events,
        token: arguments.token.clone(),
        faults: HubFaults { drop_every: arguments.drop_every },
        tell: Box::new(tell_hub),
        ..HubOptions::default()
    });
    let hub = hub.await.map_err(refused)?;
    let end = interrupted()?;
    say(&format!("mock hub at {} with {count} events; Ctrl-C ends it", hub.url()));
    end.await;
    hub.shutdown().await;
    Ok(Status::Clean)
}

/// The lines of a file that are not blank.
pub fn events(path: &Path) -> Result<Vec<String>, Stop> {
    let text = std::fs::read(path).map_err(|error| Stop::read(path, &error))?;
    let text = String::from_utf8(text).map_err(|error| {
        let line = 1 + memchr::memchr_iter(b'\n', &error.as_bytes()[..error.utf8_error().valid_up_to()]).count();
        Stop::say(format!("{}:{line} is not UTF-8; save the events as UTF-8", path.display()))
    })?;
    Ok(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
}

async fn target(arguments: &TargetArguments) -> Result<Status, Stop> {
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..));
    let target = Target::start(TargetOptions {
        address: SocketAddr::new(arguments.host, arguments.port),
        faults: TargetFaults { fail_percent: arguments.fail, slow: arguments.slow, seed, scripts: Vec::new() },
        token: arguments.token_client.clone(),
        keep: 0,
        tell: Box::new(tell_target),
    });
    let target = target.await.map_err(refused)?;
    let end = interrupted()?;
    let faults =
        if arguments.fail > 0 { format!(", {}% failing (--seed {seed})", arguments.fail) } else { String::new() };
    say(&format!("mock target at {}{faults}; Ctrl-C ends it", target.url()));
    end.await;
    target.shutdown().await;
    Ok(Status::Clean)
}

fn refused(error: MockError) -> Stop {
    Stop::say(error)
}

/// Nobody may be reading; that is no reason to end.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Hears SIGTERM and SIGINT from now on; the future ends with the first.
fn interrupted() -> Result<impl Future<Output = ()>, Stop> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |error: io::Error| Stop::say(format!("signals cannot be heard: {error}"));
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        // Without signals it runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

fn tell_hub(note: HubNote<'_>) {
    let paint = Paint::on(Stream::Out);
    say(&match note {
        HubNote::Listening(listened) => match &listened.after {
            Some(after) => format!("{} {} after {after}", paint.cyan("listen"), listened.event),
            None => format!("{} {}", paint.cyan("listen"), listened.event),
        },
        HubNote::Sent { number, event } => format!("{} {number} {event}", paint.green("sent")),
        HubNote::Acknowledged(cursor) => format!("{} {cursor}", paint.cyan("ack")),
        HubNote::Refused(reason) => format!("{} {reason}", paint.red("refused")),
        HubNote::Dropped { after } => format!("{} after {after} events", paint.yellow("dropped")),
        HubNote::Left => paint.dim("a client left"),
    });
}

fn tell_target(request: &TargetRequest) {
    let paint = Paint::on(Stream::Out);
    let answer = match request.answer {
        Answer::Applied => paint.green("200 applied"),
        Answer::Repeat => paint.cyan("200 repeat"),
        Answer::KeyReused => paint.red("422 key reused"),
        Answer::Failed(status) => paint.yellow(&format!("{status} failed")),
    };
    let key = request.key.as_deref().map_or(String::new(), |key| format!(" key {key}"));
    let body = String::from_utf8_lossy(&request.body);
    say(&format!("{answer} {} {}{key} {body}", request.method, request.path));
}

fn token_client(text: &str) -> Result<TokenClient, String> {
    let plain =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._*".contains(&b));
    match text.split_once(':') {
        Some((id, secret)) if plain(id) && plain(secret) => {
            Ok(TokenClient { id: id.to_owned(), secret: secret.to_owned() })
        }
        _ => Err("write it as id:secret, both of letters, digits, - . _ and *".to_owned()),
    }
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "write a port from 1 to 65535, or 0 for a free one".to_owned())
}

fn address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| "write an IP address of this machine, such as 127.0.0.1 or 0.0.0.0".to_owned())
}

fn times(text: &str) -> Result<NonZeroU64, String> {
    text.parse().map_err(|_| "write a number from 1 on".to_owned())
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write the number that the earlier run showed behind --seed".to_owned())
}

fn percent(text: &str) -> Result<u8, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    number.parse().ok().filter(|percent| *percent <= 100).ok_or_else(|| "write a percentage from 0% to 100%".to_owned())
}

/// `200ms`, `2s`, `1m`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        _ => return Err("write a time such as 200ms, 2s or 1m".to_owned()),
    };
    let milliseconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    milliseconds.map(Duration::from_millis).ok_or_else(|| "write a time such as 200ms, 2s or 1m".to_owned())
}
