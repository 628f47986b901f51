use super::ends::{Connector, Ends, event};
use super::program::{Program, two_targets};
use hms_sync::tools::mock::{HubFaults, TargetFaults};

fn mapping() -> &'static str {
    two_targets().to_str().unwrap()
}

#[test]
fn configuration_that_cannot_be_used_is_said() {
    let program = Program::new();
    program.write("hms-sync.toml", "store = \"a.db\"\ntoken = \"secret-word\"\n");
    let ended = program.run(&["run", "--mapping", mapping()]);
    assert_eq!(ended.status, 2);
    assert!(ended.err.starts_with("error: hms-sync.toml:2: ") && ended.err.contains("env:NAME"), "{}", ended.err);
    assert!(!ended.err.contains("secret-word"), "{}", ended.err);
    program.write("hms-sync.toml", "token = \"env:NO_SUCH_TOKEN\"\n");
    let ended = program.run(&["run", "--mapping", mapping()]);
    assert_eq!(
        (ended.status, ended.err.as_str()),
        (
            2,
            "error: the environment variable NO_SUCH_TOKEN, which hms-sync.toml names for the token, is not set; set it\n"
        )
    );
}

#[test]
fn a_broken_mapping_does_not_run() {
    let program = Program::new();
    program.write("b.map", "map { a => b }\n");
    for arguments in [&["run", "--mapping", "b.map"][..], &["--mapping", "b.map"]] {
        let ended = program.run(arguments);
        assert_eq!((ended.status, ended.out.as_str()), (1, ""));
        assert!(ended.err.contains("E0003"), "{}", ended.err);
        assert!(!program.path("hms-sync.db").exists());
    }
    let from_environment = program.run_with(&[], &[("MAPPING", "b.map")]);
    assert_eq!(from_environment.status, 1, "{}", from_environment.err);
}

#[test]
fn a_source_that_is_not_there_is_said() {
    let program = Program::new();
    let ended = program.run(&["run", "--mapping", mapping(), "--source", "nowhere"]);
    assert_eq!((ended.status, ended.err.as_str()), (2, "error: nowhere does not exist; check the path\n"));
}

#[test]
fn events_from_a_file_run_to_its_end_and_are_in_the_audit_log() {
    let program = Program::new();
    let ends = Ends::new(TargetFaults::default());
    ends.mapping(&program);
    let bad = r#"{"id":"bad","ruleId":"x","duration":1,"status":"active"}"#;
    let lines = [event("e1", 1, 10), bad.to_owned(), event("e2", 2, 20), event("e1", 1, 10)];
    program.write("events.ndjson", lines.join("\n"));
    let ended = program.run(&["run", "--mapping", "slots.mapc", "--source", "events.ndjson", "--store", "s.db"]);
    assert_eq!((ended.status, ended.out.as_str()), (1, ""), "{}", ended.err);
    let last = ended.err.lines().last().unwrap();
    assert_eq!(last, "received 3 events (1 came again): 2 delivered, 1 set aside; 2 requests; nothing pending");

    let list = program.run(&["audit", "list", "--store", "s.db"]);
    assert_eq!((list.status, list.err.as_str()), (0, "3 rows: 2 delivered, 1 set aside\n"));
    assert_eq!(list.out.lines().count(), 4, "{}", list.out);
    assert!(list.out.starts_with("row ") && list.out.contains("ruleId: expected an integer"), "{}", list.out);
    let json = program.run(&["audit", "list", "--store", "s.db", "--format", "json", "--outcome", "set-aside"]);
    let row: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(
        (&row["event_id"], &row["outcome"], &row["mapping"]),
        (&"bad".into(), &"set_aside".into(), &"two-targets".into())
    );
    let one = program.run(&["audit", "list", "--store", "s.db", "--event-id", "e2", "--last", "1"]);
    assert!(one.out.contains("2:e2") && one.err.starts_with("1 row:"), "{}", one.out);
    let verified = program.run(&["audit", "verify", "--store", "s.db"]);
    assert!(verified.status == 0 && verified.out.starts_with("3 rows, the chain holds"), "{}", verified.out);
    let cut = program.run(&["audit", "verify", "--store", "s.db", "--head", &"ab".repeat(32)]);
    assert_eq!(cut.status, 1, "{}", cut.out);

    // The same file again: everything is known.
    let again = program.run(&["run", "--mapping", "slots.mapc", "--source", "events.ndjson", "--store", "s.db"]);
    assert!(again.err.contains("received 0 events (4 came again)"), "{}", again.err);
    assert_eq!(ends.target.requests().len(), 2);
}

#[cfg(unix)]
#[test]
fn from_the_hub_until_sigterm_with_and_without_a_subcommand() {
    for subcommand in [&["run"][..], &[]] {
        let program = Program::new();
        let ends = Ends::new(TargetFaults::default());
        ends.mapping(&program);
        let hub =
            ends.hub((1..=50).map(|n| event(&format!("e{n}"), n % 5, n)).collect(), Some("T"), HubFaults::default());
        let url = hub.url();
        let mut arguments = subcommand.to_vec();
        arguments.extend(["--mapping", "slots.mapc", "--events", &url, "--token", "T", "--store", "s.db"]);
        let connector = Connector::start(&mut program.command(&arguments));
        for _ in 0..50 {
            ends.applied();
        }
        let second = program.run(&arguments);
        assert_eq!(second.status, 2);
        assert!(second.err.contains("s.db is in use by another `hms-sync run` (process "), "{}", second.err);
        let (status, said) = connector.terminate();
        assert_eq!(status, Some(0), "{said}");
        assert!(said.contains("received 50 events: 50 delivered; 50 requests; nothing pending\n"), "{said}");
        assert_eq!(hub.listened()[0].event, "slot-changed");
    }
}

#[cfg(unix)]
#[test]
fn the_environment_and_the_file_say_what_flags_do_not() {
    let program = Program::new();
    let ends = Ends::new(TargetFaults::default());
    ends.mapping(&program);
    let hub = ends.hub(vec![event("e1", 1, 10)], Some("S"), HubFaults::default());
    program.write("etc/token", "S\n").write("etc/slots.mapc", program.read("slots.mapc"));
    program.write(
        "etc/c.toml",
        format!(
            "events = \"{}\"\ntoken = \"file:token\"\nstore = \"own.db\"\nmappings = [\"slots.mapc\"]\n",
            hub.url()
        ),
    );
    let target = format!("{}/other?a=b", ends.target.url());
    let mut command = program.command(&["--config", "etc/c.toml"]);
    command.env("TARGET_URL", &target).env("LISTEN", "old-name").env("HMS_TOKEN", "").env("HMS_EVENTS_URL", "");
    let connector = Connector::start(&mut command);
    assert_eq!(ends.applied().path, "/other?a=b");
    assert_eq!(connector.terminate().0, Some(0));
    assert_eq!(hub.listened()[0].event, "old-name");
    assert!(program.path("etc/own.db").exists());

    // The environment beats the file, a flag the environment.
    let wrong = program.run_with(&["--config", "etc/c.toml"], &[("HMS_TOKEN", "wrong")]);
    assert!(wrong.status == 2 && wrong.err.contains("refuses the token"), "{}", wrong.err);
    let arguments = ["--config", "etc/c.toml", "--token", "S", "--store", "flag.db", "--mapping", "slots.mapc"];
    let connector =
        Connector::start(program.command(&arguments).env("HMS_TOKEN", "wrong").env("MAPPING", "nowhere.map"));
    assert_eq!(ends.request().path, "/slots/1");
    assert_eq!(connector.terminate().0, Some(0));
    assert!(program.path("flag.db").exists());
}

#[test]
fn a_store_of_another_kind_is_said() {
    let program = Program::new();
    program.write("s.db", "this is no database, but a letter").write("e.ndjson", "");
    for arguments in [
        &["run", "--mapping", mapping(), "--source", "e.ndjson", "--store", "s.db"][..],
        &["audit", "list", "--store", "s.db"],
    ] {
        let ended = program.run(arguments);
        assert_eq!(ended.status, 2);
        assert!(ended.err.contains("s.db is not a store of hms-sync;"), "{}", ended.err);
        assert_eq!(program.read("s.db"), "this is no database, but a letter");
    }
}
