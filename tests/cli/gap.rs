//! A hub that forgot: its log begins anew while the connector was away.

use super::ends::{Connector, Ends, event};
use super::mock::Mock;
use super::program::Program;
use hms_sync::tools::mock::TargetFaults;

/// The hub closes with 1008 where it does not know the cursor. What it sent in between may be lost for good, so the
/// operator is told, the audit log keeps the place, and listening goes on.
#[test]
fn a_cursor_that_the_hub_forgot_is_a_gap_in_the_audit_log_and_no_end() {
    let program = Program::new();
    let ends = Ends::new(TargetFaults::default());
    ends.mapping(&program);
    let lines = |ids: &[usize]| -> String { ids.iter().map(|id| event(&format!("e{id}"), *id, *id) + "\n").collect() };
    program.write("old.ndjson", lines(&[1, 2])).write("new.ndjson", lines(&[7, 8]));
    let run = |events: &str, count: usize| {
        let hub = Mock::start(&program, &["mock", "hub", "--port", "0", "--events", events]);
        let url = format!("ws://{}/events", hub.address());
        let arguments = ["run", "--mapping", "slots.mapc", "--events", &url, "--store", "s.db"];
        let connector = Connector::start(&mut program.command(&arguments));
        let paths: Vec<String> = (0..count).map(|_| ends.applied().path).collect();
        let (status, said) = connector.terminate();
        assert_eq!(status, Some(0), "{said}");
        (hub, paths, said)
    };
    let (_, _, said) = run("old.ndjson", 2);
    assert!(said.ends_with("received 2 events: 2 delivered; 2 requests; nothing pending\n"), "{said}");

    let (mut hub, paths, said) = run("new.ndjson", 2);
    assert_eq!(paths, ["/slots/7", "/slots/8"]);
    let heard = [hub.line(), hub.line(), hub.line()];
    assert_eq!(
        heard,
        ["listen slot-changed after e2\n", "refused unknown cursor e2\n", "listen slot-changed\n"],
        "without the cursor, and at once"
    );
    let alarm = said.lines().find(|line| line.contains("\"level\":\"ERROR\"")).unwrap_or_default();
    assert!(
        alarm.contains("cannot go on") && alarm.contains("unknown cursor e2") && alarm.contains("may be missing"),
        "{said}"
    );
    assert!(said.ends_with("received 2 events: 2 delivered, 1 gap; 2 requests; nothing pending\n"), "{said}");

    let rows = program.run(&["audit", "list", "--store", "s.db", "--format", "json"]);
    let rows: Vec<serde_json::Value> = rows.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(&str, &str)> =
        rows.iter().map(|row| (row["event_id"].as_str().unwrap(), row["outcome"].as_str().unwrap())).collect();
    assert_eq!(told.len(), 5);
    assert_eq!(told[2], ("e2", "gap"), "behind what came before it, before what came after: {told:?}");
    assert!(rows[2]["reason"].as_str().unwrap().contains("events after this one may be missing"), "{}", rows[2]);
    let gaps = program.run(&["audit", "list", "--store", "s.db", "--outcome", "gap"]);
    assert_eq!((gaps.status, gaps.err.as_str()), (0, "1 row: 1 gap\n"));
    assert_eq!(program.run(&["audit", "verify", "--store", "s.db"]).status, 0);
}
