use super::ends::{Connector, Ends, event};
use super::program::Program;
use hms_sync::tools::mock::{HubFaults, TargetFaults};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;

const EVENTS: usize = 2_000;
const RULES: usize = 40;
/// How often it is killed, always with requests in flight.
const KILLS: usize = 6;

/// The connector is killed with SIGKILL again and again while 2,000 events go through it, the hub cuts the line, and
/// the target fails one request in ten. At the end every event was pushed, no record ever went back to an older
/// change, and the audit log has one final row an event.
#[test]
fn nothing_is_lost_and_nothing_goes_backwards_over_kills() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let program = Program::new();
    let ends = Ends::new(TargetFaults { fail_percent: 10, seed, ..TargetFaults::default() });
    let events = (1..=EVENTS).map(|number| event(&format!("e{number}"), random.usize(0..RULES), number)).collect();
    let hub = ends.hub(events, Some("T"), HubFaults { drop_every: NonZeroU64::new(700) });
    ends.mapping(&program);
    let arguments =
        ["run", "--mapping", "slots.mapc", "--events", &hub.url(), "--token", "T", "--store", "s.db", "--ack"];
    let start = || Connector::start(&mut program.command(&arguments));

    let mut applied = BTreeSet::new();
    for _ in 0..KILLS {
        let connector = start();
        for _ in 0..random.usize(1..EVENTS / KILLS / 2) {
            applied.insert(ends.applied().key.unwrap());
        }
        connector.kill();
    }
    let connector = start();
    while applied.len() < EVENTS {
        applied.insert(ends.applied().key.unwrap());
    }
    #[cfg(unix)]
    assert_eq!(connector.terminate().0, Some(0));
    #[cfg(not(unix))]
    connector.kill();

    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for request in ends.target.requests().iter().filter(|request| request.answer.status() == 200) {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let change = body["slotLen"].as_u64().unwrap();
        let before = last.insert(request.path.clone(), change).unwrap_or(0);
        assert!(before <= change, "{} went back from {before} to {change} (seed {seed})", request.path);
    }
    let rows = program.run(&["audit", "list", "--store", "s.db", "--format", "json"]);
    let mut ids: Vec<String> = Vec::new();
    for line in rows.out.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(row["outcome"], "delivered", "{row}");
        ids.push(row["event_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), EVENTS, "one final row an event (seed {seed})");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), EVENTS);
    assert_eq!(program.run(&["audit", "verify", "--store", "s.db"]).status, 0);
}
