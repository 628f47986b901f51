//! `hms-sync transform`: events in, what would be sent out.

use super::crosswalk_file;
use super::lines::{Line, Lines};
use super::mapping_file::{Include, Ready, ready};
use super::progress;
use super::stop::{Status, Stop};
use crate::plan::crosswalk::KnownCrosswalks;
use crate::plan::envelope::open_frame;
use crate::plan::limits::MAX_EVENT_BYTES;
use crate::plan::{Envelope, Environment, Given, Made, Plan, Refusal, Request, Routed};
use crate::tools::test_run::placeholders;
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use serde::ser::{Serialize, Serializer};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  echo '{\"ruleId\":42,\"duration\":20,\"maxPatients\":4}' | hms-sync transform --mapping rule.map
  hms-sync transform --mapping rule.map events.ndjson --output request | jq .url

One event a line, as raw JSON or as a CloudEvents object; blank lines are
passed over. An event that is set aside is written as `PATH: reason` to
standard error; one that is skipped is no failure. An event without an id gets
the number of its line as one.

Exit status: 0 all went through, 1 an event was set aside or the mapping has
errors, 2 usage or I/O.")]
pub struct Transform {
    /// The mapping: a .map, a .mapc or a first-generation .yaml
    #[arg(short, long, value_name = "MAPPING")]
    mapping: PathBuf,

    /// Events, one a line [default: standard input]
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    events: PathBuf,

    /// What is written of each event
    #[arg(short, long, value_enum, default_value_t = Output::Body)]
    output: Output,

    /// What the crosswalks hold, as JSON: {"VistaSlot": {"42": "77"}}; may be given more than once
    #[arg(short, long, value_name = "FILE")]
    crosswalk: Vec<PathBuf>,

    /// Only what this target is sent
    #[arg(short, long, value_name = "NAME")]
    target: Option<String>,

    #[command(flatten)]
    include: Include,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// The bodies, byte for byte as they would be sent, each ended by a line
    /// feed if it has none; a text body may have many lines
    Body,
    /// One JSON object a request: target, method, url, headers, body
    Request,
}

pub fn run(arguments: &Transform) -> Result<Status, Stop> {
    let mapping = match ready(&arguments.mapping, &arguments.include.folders()?)? {
        Ready::Mapping(mapping) => mapping,
        Ready::Broken | Ready::Library => return Ok(Status::Failed),
    };
    let plan = Plan::new(&mapping)
        .map_err(|error| Stop::say(format!("{} cannot be run: {error}", arguments.mapping.display())))?;
    let target = arguments.target.as_deref().map(|name| target_named(&plan, name)).transpose()?;
    let environment = environment(&plan, arguments.output)?;
    let mut crosswalks = KnownCrosswalks::default();
    for path in &arguments.crosswalk {
        crosswalk_file::add(path, &mapping, &mut crosswalks)?;
    }
    let transformer = Transformer { plan: &plan, environment, crosswalks, output: arguments.output, target };
    if arguments.events == Path::new("-") {
        return transformer.all(io::stdin().lock(), None);
    }
    let file = File::open(&arguments.events).map_err(|error| Stop::read(&arguments.events, &error))?;
    let metadata = file.metadata().map_err(|error| Stop::read(&arguments.events, &error))?;
    if metadata.is_dir() {
        return Err(Stop::say(format!(
            "{} is a folder; name a file with one event a line",
            arguments.events.display()
        )));
    }
    let bar = progress::of_output(metadata.len());
    transformer.all(file, bar)
}

fn target_named(plan: &Plan, name: &str) -> Result<usize, Stop> {
    let targets = &plan.mapping().targets;
    targets.iter().position(|target| target.name.as_deref() == Some(name)).ok_or_else(|| {
        let names: Vec<&str> = targets.iter().filter_map(|target| target.name.as_deref()).collect();
        Stop::say(match names.as_slice() {
            [] => {
                format!("there is no target \"{name}\": the mapping has one target, without a name; leave --target out")
            }
            names => format!("there is no target \"{name}\"; the mapping has {}", names.join(", ")),
        })
    })
}

/// The values for `{env.NAME}`, which stand in URLs and headers but never in a body.
fn environment(plan: &Plan, output: Output) -> Result<Environment, Stop> {
    if output == Output::Body {
        return Ok(placeholders(plan));
    }
    let values = plan.environment_names().iter().map(|name| match std::env::var(name) {
        Ok(value) => Ok((name.clone(), value)),
        Err(_) => {
            Err(Stop::say(format!("the environment variable {name}, which the mapping uses, is not set; set it")))
        }
    });
    Ok(Environment::new(values.collect::<Result<Vec<_>, Stop>>()?))
}

struct Transformer<'p> {
    plan: &'p Plan,
    environment: Environment,
    crosswalks: KnownCrosswalks,
    output: Output,
    target: Option<usize>,
}

impl Transformer<'_> {
    fn all(&self, reader: impl Read, bar: Option<ProgressBar>) -> Result<Status, Stop> {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let mut lines = Lines::new(BufReader::with_capacity(1 << 16, reader), MAX_EVENT_BYTES);
        let mut refused = false;
        let mut number = 0u64;
        loop {
            // Before a wait everything that is done is out, so that a pipe from a slow source is never behind.
            let line = lines.next(|| out.flush());
            let line = line.map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => Stop::BrokenPipe,
                _ => Stop::say(format!("the events cannot be read: {error}")),
            })?;
            number += 1;
            let answered = match line {
                None => break,
                Some(Line::TooLong) => {
                    let reason = format!("it is longer than {} MiB", MAX_EVENT_BYTES >> 20);
                    Err(Refusal { path: "event".to_owned(), reason })
                }
                Some(Line::Text(line)) if line.iter().all(u8::is_ascii_whitespace) => continue,
                Some(Line::Text(line)) => {
                    if let Some(bar) = &bar {
                        bar.inc(line.len() as u64 + 1);
                    }
                    self.event(line, number)
                }
            };
            match answered {
                Ok(answers) => {
                    for (routed, made) in answers {
                        refused |= self.write(&mut out, &routed, made, bar.as_ref())?;
                    }
                }
                Err(refusal) => {
                    refused = true;
                    say(&mut out, &refusal, bar.as_ref())?;
                }
            }
        }
        out.flush()?;
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        Ok(Status::failed_if(refused))
    }

    fn event(&self, line: &[u8], number: u64) -> Result<Vec<(Routed, Option<Made>)>, Refusal> {
        let listen = &self.plan.mapping().listen;
        let frame = open_frame(line, listen)?;
        let envelope = Envelope {
            id: frame.id.unwrap_or_else(|| number.to_string()),
            event_type: frame.event_type.unwrap_or_else(|| listen.event.clone()),
            received: jiff::Timestamp::now().to_string(),
            time: frame.time,
            source: frame.source,
        };
        let given = Given { environment: &self.environment, crosswalks: &self.crosswalks };
        self.plan.transform(frame.data, &envelope, given)
    }

    /// Whether it was refused.
    fn write(
        &self,
        out: &mut impl Write,
        routed: &Routed,
        made: Option<Made>,
        bar: Option<&ProgressBar>,
    ) -> io::Result<bool> {
        let wanted = |target: usize| self.target.is_none_or(|wanted| wanted == target);
        match (routed, made) {
            (Routed::To(route), Some(Made::Request(request))) if wanted(route.target) => {
                let name = self.plan.mapping().targets.get(route.target).and_then(|target| target.name.as_deref());
                match self.output {
                    Output::Request => write_request(out, name, &request)?,
                    Output::Body => {
                        if let Some(body) = &request.body {
                            out.write_all(body)?;
                            // a text ends its last line by itself
                            if request.json || !body.ends_with(b"\n") {
                                out.write_all(b"\n")?;
                            }
                        }
                    }
                }
                Ok(false)
            }
            (Routed::To(route), Some(Made::Refused(refusal))) if wanted(route.target) => {
                say(out, &refusal, bar)?;
                Ok(true)
            }
            (Routed::Refused { target, refusal, .. }, _) if wanted(*target) => {
                say(out, refusal, bar)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

/// What was written before a refusal is seen before it, also where both streams are one.
fn say(out: &mut impl Write, refusal: &Refusal, bar: Option<&ProgressBar>) -> io::Result<()> {
    out.flush()?;
    let write = || writeln!(io::stderr(), "{refusal}");
    bar.map_or_else(write, |bar| bar.suspend(write))
}

/// A request as a line of JSON: `{"target","method","url","headers","body"}`.
fn write_request(out: &mut impl Write, target: Option<&str>, request: &Request) -> io::Result<()> {
    out.write_all(b"{\"target\":")?;
    serde_json::to_writer(&mut *out, &target)?;
    out.write_all(b",\"method\":")?;
    serde_json::to_writer(&mut *out, &request.method)?;
    out.write_all(b",\"url\":")?;
    serde_json::to_writer(&mut *out, &request.url)?;
    out.write_all(b",\"headers\":")?;
    serde_json::to_writer(&mut *out, &Headers(&request.headers))?;
    out.write_all(b",\"body\":")?;
    match &request.body {
        None => out.write_all(b"null")?,
        Some(body) if request.json => write_compact(out, body)?,
        Some(_) => serde_json::to_writer(&mut *out, &request.body_text())?,
    }
    out.write_all(b"}\n")
}

/// JSON as it is, without the blanks outside of strings: what was only moved may have some.
fn write_compact(out: &mut impl Write, json: &[u8]) -> io::Result<()> {
    let mut in_string = false;
    let mut start = 0;
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b' ' | b'\t' | b'\n' | b'\r' if !in_string => {
                out.write_all(&json[start..at])?;
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    out.write_all(&json[start..])
}

/// Of a header that comes twice the values are joined by a comma, as RFC 9110, 5.3 reads them.
struct Headers<'a>(&'a [(String, String)]);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut joined: Vec<(&str, String)> = Vec::with_capacity(self.0.len());
        for (name, value) in self.0 {
            match joined.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
                Some((_, known)) => *known = format!("{known}, {value}"),
                None => joined.push((name, value.clone())),
            }
        }
        serializer.collect_map(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::write_compact;

    #[test]
    fn blanks_go_only_outside_of_strings() {
        for (json, expected) in [
            (r#" { "a b" : [ 1.10 , " \" x\\" , { } ] } "#, r#"{"a b":[1.10," \" x\\",{}]}"#),
            ("\t1\r\n", "1"),
            ("", ""),
        ] {
            let mut out = Vec::new();
            write_compact(&mut out, json.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
