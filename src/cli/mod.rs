//! The command line: one file a subcommand, arguments and printing only.
//!
//! Exit status: 0 clean, 1 the mapping, an event or a test is at fault, 2 usage or I/O (one sentence on standard error
//! that says what to do).

mod audit;
mod check;
mod compile;
mod config;
mod crosswalk_file;
mod demo;
mod find;
mod functions;
mod import;
mod lines;
mod log;
mod mapping_file;
mod mock;
mod progress;
mod run;
mod stop;
mod terminal;
mod test;
mod transform;

use clap::{CommandFactory, Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;
use stop::{Status, Stop};
use terminal::{Paint, Stream};

#[derive(Debug, Parser)]
#[command(
    name = "hms-sync",
    version,
    about = "Carries each change of a hospital network to the old systems around it",
    args_conflicts_with_subcommands = true,
    after_help = "\
Begin here:
  hms-sync demo                              see it work, on this machine alone
  hms-sync check mappings/                   what the compiler says of them
  hms-sync transform --mapping rule.map FILE try one on events
  hms-sync --mapping rule.map --token T      run it

`hms-sync COMMAND --help` shows each command's flags and an example."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    run: run::Run,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check mappings: every mistake with its place and a way out
    Check(check::Check),
    /// Turn events into bodies or requests, without sending them
    Transform(transform::Transform),
    /// Run the test blocks inside the mappings
    Test(test::Test),
    /// Write a mapping's typed form to a .mapc file
    Compile(compile::Compile),
    /// List the functions of the language, or show one
    Functions(functions::Functions),
    /// Run the connector: receive, transform, push, log (also without a command)
    Run(run::Run),
    /// See it work: a mock hub, a mock VistA and the real connector between them
    Demo(demo::Demo),
    /// Read the audit log: what became of each event
    Audit(audit::Audit),
    /// Play the hub or a target, for trials and tests
    Mock(mock::Mock),
    /// Turn a first-generation YAML rule into a .map
    Import(import::Import),
}

/// Enough for every mapping that the parser lets pass, in a build without optimisation; only what is used is real.
const STACK_BYTES: usize = 256 << 20;

/// Runs the command that the process's arguments name.
pub fn main() -> ExitCode {
    // Chains of operators nest, and a compiler goes down by recursion; the system's own stack may be small.
    match std::thread::Builder::new().stack_size(STACK_BYTES).spawn(main_on_deep_stack).map(|main| main.join()) {
        Ok(Ok(code)) => code,
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(_) => main_on_deep_stack(),
    }
}

/// `docs/reference/cli.md`: the help of every command, as it is printed in a terminal of 80 columns.
pub fn reference() -> String {
    let mut page = String::from(
        "<!-- Generated from the program; `UPDATE_GOLDEN=1 cargo test --test cli generated` writes it anew. -->\n\n\
         # The command line\n\n\
         Each command's `--help`. Exit status everywhere: 0 clean, 1 the mapping, an event or a test is at fault, 2 usage or\n\
         I/O, with one sentence on standard error that says what to do. `NO_COLOR` and `CLICOLOR_FORCE` are heard.\n",
    );
    let mut top = Cli::command().term_width(80);
    top.build();
    add_help(&mut page, &mut top);
    page
}

fn add_help(page: &mut String, command: &mut clap::Command) {
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    page.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", lines.join("\n").trim_end()));
    for deeper in command.get_subcommands_mut().filter(|command| command.get_name() != "help") {
        add_help(page, deeper);
    }
}

fn main_on_deep_stack() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let status = error.exit_code();
            // Help that nobody reads is no failure.
            let _ = error.print();
            return u8::try_from(status).map_or(ExitCode::from(2), ExitCode::from);
        }
    };
    match run(&cli) {
        Ok(Status::Clean) | Err(Stop::BrokenPipe) => ExitCode::SUCCESS,
        Ok(Status::Failed) => ExitCode::from(1),
        Err(Stop::Say(sentence)) => {
            // There is nowhere left to say it otherwise.
            let _ = writeln!(std::io::stderr(), "{} {sentence}", Paint::on(Stream::Err).red("error:"));
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> Result<Status, Stop> {
    match &cli.command {
        Some(Command::Check(arguments)) => check::run(arguments),
        Some(Command::Transform(arguments)) => transform::run(arguments),
        Some(Command::Test(arguments)) => test::run(arguments),
        Some(Command::Compile(arguments)) => compile::run(arguments),
        Some(Command::Functions(arguments)) => functions::run(arguments),
        Some(Command::Mock(arguments)) => mock::run(arguments),
        Some(Command::Import(arguments)) => import::run(arguments),
        Some(Command::Run(arguments)) => run::run(arguments),
        Some(Command::Demo(arguments)) => demo::run(arguments),
        Some(Command::Audit(arguments)) => audit::run(arguments),
        None => run::run(&cli.run),
    }
}
