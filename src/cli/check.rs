//! `hms-sync check`: what the compiler has to say.

use super::find;
use super::mapping_file::{Include, Loaded, load};
use super::stop::{Status, Stop};
use super::terminal::Stream;
use crate::diagnostic::render::{Counts, github, human, json, sarif};
use clap::{Args, ValueEnum};
use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hms-sync check mappings/                                  every .map below
  hms-sync check rule.map --deny warnings                   as a gate before a merge
  hms-sync check mappings/ --format sarif > findings.sarif  for a code-scanning service

Exit status: 0 clean, 1 errors (with --deny warnings, warnings too), 2 usage
or I/O.")]
pub struct Check {
    /// Mappings, or folders to search for every .map below (what .gitignore names is left out)
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How findings are written to standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// What fails the check besides errors
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,

    #[command(flatten)]
    include: Include,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the line, labels and help
    Human,
    /// One JSON object a finding, one finding a line
    Json,
    /// One SARIF 2.1.0 log
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

pub fn run(arguments: &Check) -> Result<Status, Stop> {
    let files = find::mappings(&arguments.paths)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut log = sarif::Log::new();
    let include = arguments.include.folders()?;
    let mut counts = Counts::default();
    let mut shown = HashSet::new();
    let mut unreadable = 0;
    for path in &files {
        match load(path, &include) {
            Ok(Loaded::Compiled(_)) => {}
            Ok(Loaded::Source { sources, mut diagnostics, .. }) => {
                // What is wrong in a file that several mappings use is said once.
                diagnostics.retain(|found| {
                    let span = found.primary.span;
                    let file = sources.file(span.file).name.clone();
                    shown.insert((file, span.start, span.end, found.message.clone()))
                });
                counts.add(Counts::of(&diagnostics));
                match arguments.format {
                    Format::Human => human::write(&mut out, &sources, &diagnostics, Stream::Out.style())?,
                    Format::Json => json::write(&mut out, &sources, &diagnostics)?,
                    Format::Github => github::write(&mut out, &sources, &diagnostics)?,
                    Format::Sarif => log.add(&sources, &diagnostics),
                }
            }
            // The other files are still worth their findings.
            Err(Stop::Say(sentence)) => {
                unreadable += 1;
                writeln!(io::stderr(), "error: {sentence}")?;
            }
            Err(stop) => return Err(stop),
        }
    }
    if arguments.format == Format::Sarif {
        log.write(&mut out)?;
    }
    out.flush()?;
    let checked = files.len() - unreadable;
    if checked > 0 {
        writeln!(io::stderr(), "checked {checked} mapping{}: {counts}", if checked == 1 { "" } else { "s" })?;
    }
    if unreadable > 0 {
        let what = if unreadable == 1 { "a file".to_owned() } else { format!("{unreadable} files") };
        return Err(Stop::say(format!("{what} could not be checked, as said above")));
    }
    let denied = arguments.deny == Some(Deny::Warnings) && counts.warnings > 0;
    Ok(Status::failed_if(counts.errors > 0 || denied))
}
