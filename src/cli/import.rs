//! `hms-sync import`: the first generation's rule as a mapping.

use super::compile::write_whole;
use super::mapping_file::read;
use super::stop::{Status, Stop};
use crate::tools::import_yaml::{self, MAX_RULE_BYTES};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hms-sync import rule.yaml               shows the mapping
  hms-sync import rule.yaml -o rule.map   writes it

Under `map` of the rule the key is the field of the request and the value the
field of the event. Comments are kept. The rule declares no types, so every
field comes as `any?`; write its type, and the compiler can promise more.")]
pub struct Import {
    /// The rule, a .yaml
    #[arg(value_name = "RULE")]
    rule: PathBuf,

    /// Where to write; an existing file is kept [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(arguments: &Import) -> Result<Status, Stop> {
    if let Some("map" | "mapc") = arguments.rule.extension().and_then(std::ffi::OsStr::to_str) {
        return Err(Stop::say(format!(
            "{} is a mapping already; `import` takes a rule of the first generation, a .yaml",
            arguments.rule.display()
        )));
    }
    let bytes = read(&arguments.rule, MAX_RULE_BYTES)?;
    let map = import_yaml::import(&arguments.rule.display().to_string(), &bytes).map_err(Stop::say)?;
    match arguments.output.as_deref() {
        Some(output) if output != Path::new("-") => {
            if output.exists() {
                // Someone may have written types into it since the last import.
                return Err(Stop::say(format!("{} exists; remove it or choose another with -o", output.display())));
            }
            write_whole(output, map.as_bytes())?;
            writeln!(io::stderr(), "wrote {}", output.display())?;
        }
        _ => {
            let mut out = io::stdout().lock();
            out.write_all(map.as_bytes())?;
            out.flush()?;
        }
    }
    Ok(Status::Clean)
}
