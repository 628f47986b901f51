//! `hms-sync test`: the test blocks inside the mappings.

use super::find;
use super::mapping_file::{Include, Loaded, load, show_errors};
use super::stop::{Status, Stop};
use super::terminal::{Paint, Stream, has_unicode};
use crate::diagnostic::has_errors;
use crate::tools::test_run::{self, Difference, TestResult};
use clap::Args;
use similar::{ChangeTag, TextDiff};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hms-sync test mappings/      the tests of every .map below
  hms-sync test rule.map       of one mapping

A test stands in the mapping:
  test \"a 20-minute slot\" {
    given  { \"ruleId\": 42, \"duration\": 20 }
    expect { \"slotLen\": 1200 }
  }

Exit status: 0 all pass, 1 a test fails or a mapping has errors, 2 usage or
I/O.")]
pub struct Test {
    /// Mappings, or folders to search for every .map below
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    include: Include,
}

pub fn run(arguments: &Test) -> Result<Status, Stop> {
    let files = find::mappings(&arguments.paths)?;
    let mut report =
        Report { out: BufWriter::new(io::stdout().lock()), paint: Paint::on(Stream::Out), passed: 0, failed: 0 };
    let include = arguments.include.folders()?;
    let mut broken = 0;
    for path in &files {
        match load(path, &include)? {
            Loaded::Source { checked: Some(checked), .. } => {
                let results = test_run::run(&checked)
                    .map_err(|error| Stop::say(format!("{} cannot be run: {error}", path.display())))?;
                report.mapping(path, &results)?;
            }
            // Its tests are those of the mappings that use it.
            Loaded::Source { library: true, diagnostics, .. } if !has_errors(&diagnostics) => {}
            Loaded::Source { sources, diagnostics, .. } => {
                report.out.flush()?;
                show_errors(path, &sources, &diagnostics)?;
                broken += 1;
            }
            Loaded::Compiled(_) => {
                writeln!(io::stderr(), "{} is compiled and has no tests; test its .map", path.display())?;
            }
        }
    }
    report.out.flush()?;
    let (passed, failed) = (report.passed, report.failed);
    let total = passed + failed;
    let mut summary = format!("{total} test{}: {passed} passed, {failed} failed", if total == 1 { "" } else { "s" });
    if broken > 0 {
        summary.push_str(&format!("; {broken} mapping{} with errors", if broken == 1 { "" } else { "s" }));
    }
    writeln!(io::stderr(), "{summary}")?;
    Ok(Status::failed_if(failed + broken > 0))
}

struct Report<W> {
    out: W,
    paint: Paint,
    passed: usize,
    failed: usize,
}

impl<W: Write> Report<W> {
    fn mapping(&mut self, path: &Path, results: &[TestResult]) -> io::Result<()> {
        let none = if results.is_empty() { self.paint.dim(" (no tests)") } else { String::new() };
        writeln!(self.out, "{}{none}", self.paint.bold(&path.display().to_string()))?;
        let (yes, no) = if has_unicode() { ("✓", "✗") } else { ("ok", "FAILED") };
        for result in results {
            if result.passed() {
                self.passed += 1;
                writeln!(self.out, "  {} {}", self.paint.green(yes), result.name)?;
                continue;
            }
            self.failed += 1;
            writeln!(self.out, "  {} {}", self.paint.red(no), result.name)?;
            for failure in &result.failures {
                writeln!(self.out, "    {}:{}: {}", path.display(), failure.line, failure.message)?;
                if let Some(difference) = &failure.difference {
                    self.difference(difference)?;
                }
            }
        }
        Ok(())
    }

    /// `-` what was expected, `+` what came, with two lines around each difference.
    fn difference(&mut self, difference: &Difference) -> io::Result<()> {
        let lines = TextDiff::from_lines(&difference.expected, &difference.got);
        writeln!(self.out, "      {}   {}", self.paint.red("- expected"), self.paint.green("+ got"))?;
        for (index, group) in lines.grouped_ops(2).iter().enumerate() {
            if index > 0 {
                writeln!(self.out, "      …")?;
            }
            for change in group.iter().flat_map(|part| lines.iter_changes(part)) {
                let text = change.value().trim_end_matches('\n');
                let line = match change.tag() {
                    ChangeTag::Delete => self.paint.red(&format!("- {text}")),
                    ChangeTag::Insert => self.paint.green(&format!("+ {text}")),
                    ChangeTag::Equal => format!("  {text}"),
                };
                writeln!(self.out, "      {}", line.trim_end())?;
            }
        }
        Ok(())
    }
}
