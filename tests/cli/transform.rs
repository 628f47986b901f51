use super::program::{Program, two_targets};
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["transform", "--mapping", two_targets().to_str().unwrap()];
    arguments.extend(more);
    arguments
}

const EVENTS: &str = r#"{"ruleId":42,"duration":20,"status":"active","note":"a<b","extra":{"x": 1.10, "a":[ ]}}

{"ruleId":43,"duration":20,"status":"retired"}
   
{"specversion":"1.0","type":"t","source":"s","id":"ce-1","data":{"ruleId":46,"duration":2e1,"status":"active"}}
"#;

#[test]
fn requests_are_one_compact_line_each_in_order() {
    let program = Program::new();
    program.write("events.ndjson", EVENTS);
    let ended = program.run(&arguments(&["events.ndjson", "--output", "request"]));
    let expected = r#"{"target":"vista","method":"PUT","url":"https://vista.example/slots/42","headers":{"Idem-Key":"42:1","Content-Type":"application/json"},"body":{"slotLen":1200,"remarks":"a<b","extra":{"x":1.10,"a":[]}}}
{"target":"xml","method":"POST","url":"https://old.example/slots","headers":{"Idem-Key":"42","Content-Type":"application/xml; charset=utf-8"},"body":"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Slot id=\"42\"><Note>a&lt;b</Note></Slot>"}
{"target":"archive","method":"DELETE","url":"https://archive.example/43","headers":{"Idem-Key":"43"},"body":null}
{"target":"vista","method":"PUT","url":"https://vista.example/slots/46","headers":{"Idem-Key":"46:ce-1","Content-Type":"application/json"},"body":{"slotLen":1200}}
{"target":"xml","method":"POST","url":"https://old.example/slots","headers":{"Idem-Key":"46","Content-Type":"application/xml; charset=utf-8"},"body":"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Slot id=\"46\"/>"}
"#;
    assert_eq!((ended.status, ended.err.as_str(), ended.out.as_str()), (0, "", expected));
}

#[test]
fn bodies_are_written_as_they_are_sent() {
    let program = Program::new();
    let ended = program.run_on(&arguments(&["--target", "vista"]), EVENTS.as_bytes());
    let expected = "{\"slotLen\":1200,\"remarks\":\"a<b\",\"extra\":{\"x\": 1.10, \"a\":[ ]}}\n{\"slotLen\":1200}\n";
    assert_eq!((ended.status, ended.err.as_str(), ended.out.as_str()), (0, "", expected));
    let dash = program.run_on(&arguments(&["-", "--target", "archive", "-o", "body"]), EVENTS.as_bytes());
    assert_eq!((dash.status, dash.err.as_str(), dash.out.as_str()), (0, "", ""));
}

#[test]
fn what_is_set_aside_is_said_and_the_rest_goes_on() {
    let program = Program::new();
    let events = concat!(
        r#"{"ruleId":44,"duration":"x","status":"active"}"#,
        "\n",
        r#"{"ruleId":45,"duration":1,"status":"active","note":"bad"}"#,
        "\n",
        "nonsense\r\n",
        "{\"ruleId\":1,\"duration\":1,\"status\":\"active\",\"note\":\"\u{0}\"}\n",
        r#"{"ruleId":47,"duration":2,"status":"active"}"#,
    );
    let ended = program.run_on(&arguments(&["--target", "vista"]), events.as_bytes());
    assert_eq!((ended.status, ended.out.as_str()), (1, "{\"slotLen\":120}\n"));
    let lines: Vec<&str> = ended.err.lines().collect();
    assert_eq!(lines.len(), 4, "{}", ended.err);
    assert_eq!(lines[0], "duration: expected an integer, got \"x\" (a string)");
    assert_eq!(lines[1], "remarks: a bad note");
    assert!(lines[2].starts_with("event: not JSON"), "{}", lines[2]);
    assert!(lines[3].starts_with("event: not JSON"), "{}", lines[3]);
    // A refusal of another target is not this one's.
    let other = program
        .run_on(&arguments(&["--target", "xml"]), br#"{"ruleId":45,"duration":1,"status":"active","note":"bad"}"#);
    assert_eq!((other.status, other.err.as_str()), (0, ""));
}

#[test]
fn a_line_over_the_limit_is_set_aside_and_passed_over() {
    let program = Program::new();
    let mut events = vec![b' '; 17 << 20];
    events.extend_from_slice(b"\n{\"ruleId\":47,\"duration\":2,\"status\":\"active\"}\n");
    let ended = program.run_on(&arguments(&["--target", "vista"]), &events);
    assert_eq!(
        (ended.status, ended.out.as_str(), ended.err.as_str()),
        (1, "{\"slotLen\":120}\n", "event: it is longer than 16 MiB\n")
    );
}

#[test]
fn a_target_that_is_not_there_is_said_with_those_that_are() {
    let ended = Program::new().run(&arguments(&["--target", "vist"]));
    assert_eq!(
        (ended.status, ended.err.as_str()),
        (2, "error: there is no target \"vist\"; the mapping has vista, xml, archive\n")
    );
}

#[test]
fn a_folder_or_a_missing_file_of_events_is_said() {
    let program = Program::new();
    program.write("d/x", "");
    let folder = program.run(&arguments(&["d"]));
    assert_eq!((folder.status, folder.err.as_str()), (2, "error: d is a folder; name a file with one event a line\n"));
    let missing = program.run(&arguments(&["x"]));
    assert_eq!((missing.status, missing.err.as_str()), (2, "error: x does not exist; check the path\n"));
}

/// A slow source: each event's answer is out before the next event comes.
#[test]
fn answers_do_not_wait_for_the_end_of_the_input() {
    let program = Program::new();
    let mut child = program
        .command(&arguments(&["--target", "vista"]))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for minutes in 1..=3 {
        writeln!(input, r#"{{"ruleId":1,"duration":{minutes},"status":"active"}}"#).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{{\"slotLen\":{}}}\n", minutes * 60));
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_has_enough_ends_it_quietly() {
    let program = Program::new();
    let mut child = program
        .command(&arguments(&["--target", "vista"]))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    drop(child.stdout.take());
    let event = "{\"ruleId\":1,\"duration\":1,\"status\":\"active\"}\n".repeat(1000);
    // It ends by itself while we write.
    while input.write_all(event.as_bytes()).is_ok() {}
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn memory_does_not_grow_with_the_input() {
    let program = Program::new();
    let mut child = program
        .command(&arguments(&["--target", "vista"]))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let event =
        format!("{{\"ruleId\":1,\"duration\":1,\"status\":\"active\",\"extra\":\"{}\"}}\n", "x".repeat(100_000));
    let peak = |id: u32| -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    for _ in 0..100 {
        input.write_all(event.as_bytes()).unwrap();
    }
    let early = peak(child.id());
    for _ in 0..1_000 {
        input.write_all(event.as_bytes()).unwrap();
    }
    if let (Some(early), Some(late)) = (early, peak(child.id())) {
        assert!(late < early + 20_000, "from {early} kB to {late} kB over 100 MB");
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
