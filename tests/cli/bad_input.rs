//! What a user may get wrong beside the flags themselves: files of another kind, folders, URLs, secrets, stores. Each is
//! one sentence on standard error that says what to do, and exit status 2; nothing panics, and no secret is shown.

use super::program::{Ended, Program, two_targets};

const MAP: &str = "listen \"x\"\nevent { id: integer }\ntarget PUT \"https://v.example/{id}\" { key id, meta.id }\nmap { id -> id }\n";

/// Bytes that are no text, no JSON and no YAML, with a line end among them.
const BINARY: &[u8] = b"\x7fELF\x02\x01\n\x00\xff\xfe\x80\r\n\x1b[31m";

fn program() -> Program {
    let program = Program::new();
    program.write("good.map", MAP).write("none.ndjson", "").write("folder/empty", "");
    program
}

fn one_sentence(ended: &Ended, said: &str) {
    assert_eq!((ended.status, ended.out.as_str()), (2, ""), "{}", ended.err);
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    assert!(ended.err.starts_with("error: ") && ended.err.contains(said), "{said} in {}", ended.err);
}

#[test]
fn binary_files_and_folders_are_no_mappings() {
    let program = program();
    for name in ["bin.map", "bin.mapc", "bin.yaml"] {
        program.write(name, BINARY);
    }
    program.write("nil.mapc", "").write("nil.yaml", "");
    let commands: [&[&str]; 4] = [
        &["transform", "--mapping"],
        &["compile"],
        &["test"],
        &["run", "--source", "none.ndjson", "--store", "s.db", "--mapping"],
    ];
    for command in commands {
        for (file, said) in [
            ("bin.map", "bin.map is not UTF-8 (the byte at offset 8 starts no character); save it as UTF-8"),
            ("bin.mapc", "bin.mapc cannot be used: it is no compiled mapping"),
            ("bin.yaml", "bin.yaml:2: this is not UTF-8; save the rule as UTF-8"),
            ("nil.mapc", "nil.mapc cannot be used: it is no compiled mapping"),
            ("nil.yaml", "nil.yaml:1: the file is empty; a rule has `listen`"),
        ] {
            one_sentence(&program.run(&[command, &[file]].concat()), said);
        }
    }
    assert!(!program.path("s.db").exists());
    for command in [&["transform", "--mapping"][..], &["compile"], &["import"]] {
        one_sentence(&program.run(&[command, &["folder"]].concat()), "folder is a folder; name a file");
    }
    for command in [&["test"][..], &["check"], &["run", "--mapping"]] {
        one_sentence(&program.run(&[command, &["folder"]].concat()), "there is no .map file below folder;");
    }
    let checked = program.run(&["check", "bin.mapc"]);
    assert_eq!((checked.status, checked.err.lines().count()), (2, 2), "no count of none: {}", checked.err);
}

#[test]
fn an_empty_mapping_says_how_one_begins() {
    let program = Program::new();
    program.write("nil.map", "");
    for command in [&["check"][..], &["test"], &["compile"], &["run", "--mapping"]] {
        let ended = program.run(&[command, &["nil.map"]].concat());
        assert_eq!(ended.status, 1, "{}", ended.err);
        let all = ended.out + &ended.err;
        assert!(all.contains("E0109") && all.contains("begin as in `listen \"appointment-rule-changed\"`"), "{all}");
    }
}

#[test]
fn events_of_another_kind_are_set_aside_or_said() {
    let program = program();
    program.write("bin", BINARY);
    let ended = program.run(&["transform", "--mapping", "good.map", "bin"]);
    assert_eq!((ended.status, ended.out.as_str()), (1, ""));
    assert_eq!(
        ended.err.lines().collect::<Vec<_>>(),
        [
            "event: not JSON: expected a value at byte 0",
            "event: not UTF-8 at byte 1",
            "event: not JSON: expected a value at byte 0"
        ]
    );
    let arguments = ["run", "--mapping", "good.map", "--source", "bin", "--store", "s.db"];
    let ended = program.run(&arguments);
    assert_eq!(ended.status, 1, "{}", ended.err);
    assert!(ended.err.ends_with("received 3 events: 3 set aside; 0 requests; nothing pending\n"), "{}", ended.err);
    let folder = program.run(&["run", "--mapping", "good.map", "--source", "folder"]);
    one_sentence(&folder, "folder is a folder; name a file with one event a line");
    one_sentence(&program.run(&["mock", "hub", "--events", "bin"]), "bin:2 is not UTF-8; save the events as UTF-8");
    one_sentence(&program.run(&["mock", "hub", "--events", "folder"]), "folder is a folder; name a file");
}

#[test]
fn urls_that_cannot_be_meant_are_said_without_what_may_be_secret() {
    let program = program();
    let run = ["run", "--mapping", "good.map", "--store", "s.db"];
    for (url, said) in [
        (
            "http://hub.example/events",
            "\"http://hub.example/events\" is not the URL of a hub: its scheme is http:; it looks like ws://host:port/events",
        ),
        ("https://me:hunter2@hub.example/e?token=hunter2", "\"https://hub.example/e\" is not the URL of a hub"),
        ("hub.example", "\"hub.example\" is not the URL of a hub"),
        ("ws://hub.example:99999/", "invalid port number; it looks like ws://host:port/events"),
    ] {
        let flag = program.run(&[&run[..], &["--events", url]].concat());
        one_sentence(&flag, said);
        let variable = program.run_with(&run, &[("HMS_EVENTS_URL", url)]);
        assert_eq!(flag.err, variable.err);
        program.write("c.toml", format!("events = \"{url}\"\n"));
        let file = program.run(&[&run[..], &["--config", "c.toml"]].concat());
        assert_eq!(flag.err, file.err);
        assert!(!flag.err.contains("hunter2"), "{}", flag.err);
    }
    for (url, said) in [
        (
            "ftp://me:hunter2@v.example/",
            "\"ftp://v.example/\" is not a URL of a target: it begins with ftp:, not with http: or https:",
        ),
        (
            "v.example/slots",
            "\"v.example/slots\" is not a URL of a target: relative URL without a base; it looks like https://host/path",
        ),
    ] {
        let ended = program.run_with(&[&run[..], &["--source", "none.ndjson"]].concat(), &[("TARGET_URL", url)]);
        one_sentence(&ended, said);
        assert!(!ended.err.contains("hunter2"), "{}", ended.err);
    }
    let several = ["run", "--mapping", two_targets().to_str().unwrap(), "--source", "none.ndjson", "--store", "s.db"];
    let ended = program.run_with(&several, &[("TARGET_URL", "http://127.0.0.1:1/")]);
    one_sentence(&ended, "TARGET_URL replaces the URL of a single target, but there are 3; unset it");
}

#[test]
fn a_token_that_no_header_holds_is_said_but_not_shown() {
    let program = program();
    program.write("token", "hunter2\nhunter3\n").write("empty", "\n");
    program.write("c.toml", "token = \"file:token\"\n").write("e.toml", "token = \"file:empty\"\n");
    let run = ["run", "--mapping", "good.map", "--store", "s.db", "--events", "ws://127.0.0.1:1/"];
    for ended in [
        program.run(&[&run[..], &["--token", "hunter2\n"]].concat()),
        program.run_with(&run, &[("HMS_TOKEN", "hunter2 ")]),
        program.run(&[&run[..], &["--config", "c.toml"]].concat()),
    ] {
        one_sentence(&ended, "the hub's token has a character at position 8 that no token has");
        assert!(!ended.err.contains("hunter"), "{}", ended.err);
    }
    let empty = program.run(&[&run[..], &["--config", "e.toml"]].concat());
    one_sentence(&empty, "empty, which hms-sync.toml names for the token, is empty; write the token into it");
}

#[test]
fn empty_variables_are_none_and_a_source_beats_the_hub_of_the_environment() {
    let program = program();
    one_sentence(&program.run_with(&[], &[("MAPPING", "")]), "no mapping is given; name one with --mapping");
    let run = ["run", "--mapping", "good.map", "--source", "none.ndjson", "--store", "s.db"];
    let variables = [("HMS_EVENTS_URL", "ws://127.0.0.1:1/"), ("TARGET_URL", ""), ("LISTEN", ""), ("HMS_TOKEN", "")];
    let ended = program.run_with(&run, &variables);
    assert_eq!(
        (ended.status, ended.err.as_str()),
        (0, "received 0 events: nothing settled; 0 requests; nothing pending\n")
    );
    let listen = program
        .run_with(&["run", "--mapping", "good.map", "--mapping", two_targets().to_str().unwrap()], &[("LISTEN", "y")]);
    one_sentence(
        &listen,
        "LISTEN replaces the event of a single mapping, but there are 2; unset it or run one mapping",
    );
}

#[test]
fn stores_that_cannot_be_used_say_what_to_do() {
    let program = program();
    let run = ["run", "--mapping", "good.map", "--source", "none.ndjson", "--store"];
    one_sentence(
        &program.run(&[&run[..], &["folder"]].concat()),
        "the store folder cannot be opened: it is a folder; name a file",
    );
    one_sentence(&program.run(&[&run[..], &["no/s.db"]].concat()), "the folder no does not exist; make it first");
    program.write("c.toml", "store = ''\n");
    let nameless = program.run(&["run", "--config", "c.toml", "--mapping", "good.map"]);
    one_sentence(&nameless, "c.toml: `store` is empty; name a file, or leave it out");

    assert_eq!(program.run(&[&run[..], &["s.db"]].concat()).status, 0);
    // The version that SQLite keeps for its users stands in bytes 60 to 63 of the file's header, big-endian.
    let mut store = std::fs::read(program.path("s.db")).unwrap();
    assert_eq!(store[60..63], [0, 0, 0]);
    store[63] += 1;
    program.write("s.db", &store);
    let newer = "s.db was written by a newer hms-sync (store version ";
    for ended in [program.run(&[&run[..], &["s.db"]].concat()), program.run(&["audit", "list", "--store", "s.db"])] {
        one_sentence(&ended, newer);
        assert!(ended.err.ends_with("; run that version of hms-sync or a later one\n"), "{}", ended.err);
    }
    assert_eq!(std::fs::read(program.path("s.db")).unwrap(), store, "it is left as it was");
}

#[test]
fn a_file_that_cannot_be_put_where_it_is_told_says_why() {
    let program = program();
    one_sentence(
        &program.run(&["compile", "good.map", "-o", "no/such.mapc"]),
        "no/such.mapc cannot be written: the folder no does not exist; make it first",
    );
    one_sentence(&program.run(&["compile", "good.map", "-o", "folder"]), "folder cannot be written: is a directory");
}

#[test]
fn configuration_of_another_kind_is_said() {
    let program = program();
    program.write("bin.toml", BINARY).write("c.toml", "store = \"s.db\"\nmappings = \"good.map\"\n");
    one_sentence(&program.run(&["run", "--config", "bin.toml"]), "bin.toml is not UTF-8; save it as UTF-8");
    one_sentence(&program.run(&["run", "--config", "folder"]), "folder is a folder; name a file");
    one_sentence(
        &program.run(&["run", "--config", "c.toml"]),
        "c.toml:2: invalid type: string \"good.map\", expected a sequence",
    );
}
