//! `hms-sync functions`: the library of the language.

use super::stop::{Status, Stop};
use super::terminal::{Paint, Stream};
use crate::check::nearest;
use crate::library::{self, Function};
use crate::tools::reference;
use clap::{Args, ValueEnum};
use std::io::{self, BufWriter, Write};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hms-sync functions              every function in a line
  hms-sync functions pad_left     one, with its types and examples
  hms-sync functions --format json | jq -r .name

Behind a result `?` says that it may be missing and `!` that it may fail. A
parameter with `?` may be left out.")]
pub struct Functions {
    /// One function
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// How they are written to standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// By group, with colours on a terminal
    Human,
    /// One JSON object a function, one function a line
    Json,
    /// As docs/reference/functions.md has it
    Markdown,
}

pub fn run(arguments: &Functions) -> Result<Status, Stop> {
    let named = arguments.name.as_deref().map(named).transpose()?;
    let mut out = BufWriter::new(io::stdout().lock());
    let chosen: Vec<&Function> = named.map_or_else(|| reference::functions().collect(), |function| vec![function]);
    match arguments.format {
        Format::Human => {
            let paint = Paint::on(Stream::Out);
            match named {
                Some(function) => whole(&mut out, function, paint)?,
                None => every(&mut out, &chosen, paint)?,
            }
        }
        Format::Json => {
            for function in chosen {
                writeln!(out, "{}", reference::function_as_json(function))?;
            }
        }
        Format::Markdown => match named {
            Some(function) => out.write_all(reference::function_as_markdown(function).as_bytes())?,
            None => out.write_all(reference::functions_as_markdown().as_bytes())?,
        },
    }
    out.flush()?;
    Ok(Status::Clean)
}

fn named(name: &str) -> Result<&'static Function, Stop> {
    // People copy calls.
    let plain = name.split('(').next().unwrap_or(name).trim();
    library::find(plain).filter(|function| !function.internal).ok_or_else(|| {
        let meant = nearest(plain, reference::functions().map(|function| function.name));
        Stop::say(match meant {
            Some(meant) => {
                format!("there is no function `{plain}`; did you mean `{meant}`? `hms-sync functions` lists all")
            }
            None => format!("there is no function `{plain}`; `hms-sync functions` lists all"),
        })
    })
}

fn every(out: &mut impl Write, functions: &[&Function], paint: Paint) -> io::Result<()> {
    let width = functions.iter().map(|function| function.name.len()).max().unwrap_or(0);
    let columns = Stream::Out.style().width.max(width + 24);
    let mut group = None;
    for function in functions {
        if group != Some(function.group) {
            let space = if group.is_some() { "\n" } else { "" };
            writeln!(out, "{space}{}", paint.bold(function.group.title()))?;
            group = Some(function.group);
        }
        let name = format!("{:<width$}", function.name);
        let mut lines = wrapped(function.summary, columns - width - 4).into_iter();
        writeln!(out, "  {}  {}", paint.cyan(&name), lines.next().unwrap_or_default())?;
        for line in lines {
            writeln!(out, "  {:width$}  {line}", "")?;
        }
    }
    Ok(())
}

fn whole(out: &mut impl Write, function: &Function, paint: Paint) -> io::Result<()> {
    let columns = Stream::Out.style().width;
    writeln!(out, "{}", paint.bold(&function.shown()))?;
    for text in std::iter::once(function.summary.to_owned()).chain(function.notes()) {
        for line in wrapped(&text, columns) {
            writeln!(out, "{line}")?;
        }
    }
    writeln!(out)?;
    let width = function.examples.iter().map(|example| example.source.chars().count()).max().unwrap_or(0);
    for example in function.examples {
        let source = format!("{:<width$}", example.source);
        writeln!(out, "  {}  {}  {}", paint.cyan(&source), paint.dim("gives"), paint.green(example.gives))?;
    }
    Ok(())
}

/// Lines of at most `columns` characters, broken between words where they can be.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
