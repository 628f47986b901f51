use super::program::Program;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

/// A mock that is up: its first line names its address. It ends with the test.
pub struct Mock {
    child: Child,
    lines: BufReader<ChildStdout>,
    pub first: String,
}

impl Mock {
    pub fn start(program: &Program, arguments: &[&str]) -> Mock {
        let mut child = program.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        Mock { child, lines, first }
    }

    pub fn address(&self) -> &str {
        let (_, after) = self.first.split_once("://").unwrap();
        after.split(['/', ' ', ',', ';']).next().unwrap()
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_target_says_what_it_gets() {
    let program = Program::new();
    let mut mock = Mock::start(&program, &["mock", "target", "--port", "0", "--fail", "100%", "--seed", "5"]);
    assert!(
        mock.first.starts_with("mock target at http://127.0.0.1:") && mock.first.contains("100% failing (--seed 5)"),
        "{}",
        mock.first
    );
    let mut stream = TcpStream::connect(mock.address()).unwrap();
    stream
        .write_all(b"PUT /x HTTP/1.1\r\nHost: h\r\nIdem-Key: k\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert_eq!(mock.line(), "503 failed PUT /x key k {}\n");
}

#[test]
fn a_port_in_use_is_one_sentence() {
    let program = Program::new();
    program.write("events.ndjson", "{\"id\":1}\n\n{\"id\":2}\n");
    let mock = Mock::start(&program, &["mock", "hub", "--port", "0", "--events", "events.ndjson"]);
    assert!(mock.first.contains("/events with 2 events; Ctrl-C ends it"), "{}", mock.first);
    let port = mock.address().rsplit(':').next().unwrap();
    let second = program.run(&["mock", "target", "--port", port]);
    let said = format!("error: port {port} is in use; stop the program that holds it or choose another with --port\n");
    assert_eq!((second.status, second.err), (2, said));
}

#[cfg(unix)]
#[test]
fn a_mock_ends_on_sigterm() {
    let program = Program::new();
    let mut mock = Mock::start(&program, &["mock", "target", "--port", "0"]);
    let killed = std::process::Command::new("kill").arg(mock.child.id().to_string()).status().unwrap();
    assert!(killed.success());
    assert_eq!(mock.child.wait().unwrap().code(), Some(0));
}
