//! `hms-sync compile`: the typed IR as a file.

use super::mapping_file::{Include, Ready, ready};
use super::stop::{Status, Stop};
use crate::model::mapc;
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hms-sync compile rule.map               writes rule.mapc beside it
  hms-sync compile rule.map -o - | less   to read it

The file is JSON with a format version and the SHA-256 of each source; the
same sources give the same bytes. `hms-sync run` takes it in place of the
.map.")]
pub struct Compile {
    /// A .map, or a first-generation .yaml
    #[arg(value_name = "MAPPING")]
    mapping: PathBuf,

    /// Where to write; `-` is standard output [default: beside the mapping, as .mapc]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    include: Include,
}

pub fn run(arguments: &Compile) -> Result<Status, Stop> {
    let mapping = match ready(&arguments.mapping, &arguments.include.folders()?)? {
        Ready::Mapping(mapping) => mapping,
        Ready::Broken => return Ok(Status::Failed),
        Ready::Library => return Ok(Status::Clean),
    };
    let bytes = mapc::write(&mapping);
    let output = arguments.output.clone().unwrap_or_else(|| arguments.mapping.with_extension("mapc"));
    if output == Path::new("-") {
        let mut out = io::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()?;
    } else {
        write_whole(&output, &bytes)?;
        writeln!(io::stderr(), "wrote {}", output.display())?;
    }
    Ok(Status::Clean)
}

/// Writes a file so that whoever reads it sees the old bytes or the new ones, never a part.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let special = std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
    if special {
        return std::fs::write(path, bytes).map_err(|error| Stop::write(path, &error));
    }
    let mut name = path.file_name().map_or_else(Default::default, ToOwned::to_owned);
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| {
        // What could not be put in place is of no use; that it may not be there is fine.
        let _ = std::fs::remove_file(&beside);
        Stop::write(path, &error)
    })
}
