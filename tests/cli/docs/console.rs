//! ```` ```console ````: commands behind `$ `, and what they print, to the next command or the end of the block.
//!
//! A block with `terminal=NAME` is a terminal of its own, whose command goes on while the page does: its output is
//! awaited, another block of the same name awaits more of it, and a line `^C` there is that key.

use super::output::{first_as_shown, is_as_shown};
use super::page::Block;
use super::ports::Ports;
use crate::program::Program;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, PipeReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long a command may take before the test says that it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command and the lines that the page shows below it.
struct Step {
    line: usize,
    command: String,
    shown: Vec<String>,
}

/// What a user's terminals of one page are doing.
pub struct Terminals<'p> {
    program: &'p Program,
    ports: &'p Ports,
    running: BTreeMap<String, Running>,
}

impl<'p> Terminals<'p> {
    pub fn new(program: &'p Program, ports: &'p Ports) -> Terminals<'p> {
        Terminals { program, ports, running: BTreeMap::new() }
    }

    /// What is not as the page shows it, with its line.
    pub fn play(&mut self, block: &Block) -> Result<(), (usize, String)> {
        let (first, steps) = steps(block);
        match block.attribute("terminal") {
            Some(name) => self.play_terminal(name, block.line, &first, &steps),
            None if !first.is_empty() => Err((block.line, "this output has no command above it".to_owned())),
            None => {
                let exit = block.attribute("exit").map_or(Ok(0), str::parse::<i32>);
                let exit = exit.map_err(|_| (block.line, "`exit=` takes an exit status".to_owned()))?;
                for (index, step) in steps.iter().enumerate() {
                    let expected = if index + 1 == steps.len() { exit } else { 0 };
                    self.run(step, expected).map_err(|why| (step.line, why))?;
                }
                Ok(())
            }
        }
    }

    fn run(&self, step: &Step, expected: i32) -> Result<(), String> {
        let mut running = Running::start(self.program, &self.ports.to_free(&step.command))?;
        let status = running.wait()?;
        let output = self.shown(&running.lines);
        if !is_as_shown(&step.shown, &output) {
            return Err(format!(
                "the command prints\n\n{}\n\nand the page shows\n\n{}",
                join(&output),
                join(&step.shown)
            ));
        }
        if status != expected {
            return Err(format!("the exit status is {status}, not {expected}"));
        }
        Ok(())
    }

    fn play_terminal(
        &mut self,
        name: &str,
        line: usize,
        more: &[String],
        steps: &[Step],
    ) -> Result<(), (usize, String)> {
        let shown = match steps {
            [] => more,
            [step] if more.is_empty() => {
                let command = self.ports.to_free(&step.command);
                let running = Running::start(self.program, &command).map_err(|why| (step.line, why))?;
                if self.running.insert(name.to_owned(), running).is_some() {
                    return Err((step.line, format!("the terminal {name} is still busy; `^C` ends it")));
                }
                &step.shown
            }
            _ => return Err((line, "a terminal has one command in a block".to_owned())),
        };
        let ports = self.ports;
        let running = self.running.get_mut(name).ok_or((line, format!("no terminal {name} is open")))?;
        let (before, after) = match shown.iter().position(|line| line == "^C") {
            Some(at) => (&shown[..at], Some(&shown[at + 1..])),
            None => (shown, None),
        };
        running.expect(before, ports).map_err(|why| (line, why))?;
        if let Some(after) = after {
            let ended = running.interrupt(after, ports).map_err(|why| (line, why));
            self.running.remove(name);
            return ended;
        }
        Ok(())
    }

    fn shown(&self, lines: &[String]) -> Vec<String> {
        lines.iter().map(|line| self.ports.to_shown(line)).collect()
    }
}

/// The lines before the first command, and the commands with theirs.
fn steps(block: &Block) -> (Vec<String>, Vec<Step>) {
    let mut first = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    let mut continued = false;
    for (number, line) in (block.line..).zip(block.text.lines()) {
        if let Some(step) = steps.last_mut().filter(|_| continued) {
            step.command.push('\n');
            step.command.push_str(line);
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { line: number, command: command.to_owned(), shown: Vec::new() });
        } else {
            steps.last_mut().map_or(&mut first, |step| &mut step.shown).push(line.to_owned());
            continue;
        }
        continued = line.ends_with('\\');
    }
    (first, steps)
}

fn join(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  | {line}")).collect::<Vec<_>>().join("\n")
}

/// A command with its output, both streams as a terminal shows them. It ends with the page.
struct Running {
    child: Child,
    output: Receiver<String>,
    lines: Vec<String>,
    /// How many of the lines the page has shown.
    seen: usize,
}

impl Running {
    fn start(program: &Program, command: &str) -> Result<Running, String> {
        // A signal is to reach the program itself.
        let exec = if command.starts_with("hms-sync ") && !command.contains('|') { "exec " } else { "" };
        let (reader, writer) = std::io::pipe().map_err(|error| error.to_string())?;
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{exec}{command}")]).current_dir(program.path("")).env_clear();
        let bin = std::path::Path::new(env!("CARGO_BIN_EXE_hms-sync")).parent().unwrap_or(std::path::Path::new("/"));
        let path = std::env::var("PATH").unwrap_or_default();
        shell.env("PATH", format!("{}:{path}", bin.display())).env("LANG", "C.UTF-8");
        shell.stdin(Stdio::null()).stdout(writer.try_clone().map_err(|error| error.to_string())?).stderr(writer);
        let child = shell.spawn().map_err(|error| format!("`sh` cannot be started: {error}"))?;
        Ok(Running { child, output: lines(reader), lines: Vec::new(), seen: 0 })
    }

    /// Takes the next line; whether there was one.
    fn next(&mut self, deadline: Instant) -> Result<bool, String> {
        match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                self.lines.push(line);
                Ok(true)
            }
            Err(RecvTimeoutError::Disconnected) => Ok(false),
            Err(RecvTimeoutError::Timeout) => {
                Err(format!("after {} s it has printed\n\n{}", PATIENCE.as_secs(), join(&self.lines)))
            }
        }
    }

    fn wait(&mut self) -> Result<i32, String> {
        let deadline = Instant::now() + PATIENCE;
        while self.next(deadline)? {}
        let status = self.child.wait().map_err(|error| error.to_string())?;
        Ok(status.code().unwrap_or(-1))
    }

    /// Waits until the lines have come.
    fn expect(&mut self, shown: &[String], ports: &Ports) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let fresh: Vec<String> = self.lines[self.seen..].iter().map(|line| ports.to_shown(line)).collect();
            if let Some(count) = first_as_shown(shown, &fresh) {
                self.seen += count;
                return Ok(());
            }
            if !self.next(deadline)? {
                return Err(format!(
                    "it ends, having printed\n\n{}\n\nand the page shows\n\n{}",
                    join(&fresh),
                    join(shown)
                ));
            }
        }
    }

    /// Ctrl-C, and the rest of the output.
    fn interrupt(&mut self, shown: &[String], ports: &Ports) -> Result<(), String> {
        let killed = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        if !killed.is_ok_and(|status| status.success()) {
            return Err("it cannot be interrupted".to_owned());
        }
        let status = self.wait()?;
        let rest: Vec<String> = self.lines[self.seen..].iter().map(|line| ports.to_shown(line)).collect();
        if !is_as_shown(shown, &rest) {
            return Err(format!("after ^C it prints\n\n{}\n\nand the page shows\n\n{}", join(&rest), join(shown)));
        }
        if status != 0 {
            return Err(format!("after ^C its exit status is {status}"));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(reader: PipeReader) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(reader).lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
