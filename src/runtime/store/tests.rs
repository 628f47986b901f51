//! What every store must do. The scenarios go over the trait, so that another implementation can be put to
//! them; what only an SQLite file does stands in `sqlite/tests.rs`.

use super::sqlite::Sqlite;
use super::*;
use crate::model::number::Number;
use std::collections::HashSet;
use tempfile::TempDir;

/// A store in a folder of its own, with one source, one mapping and one target.
struct Scene {
    folder: TempDir,
    store: Option<Sqlite>,
    source: SourceId,
    plan: PlanId,
    target: TargetId,
    record: RecordId,
}

fn digest(text: &str) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(text).into()
}

impl Scene {
    fn new() -> Scene {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Sqlite::open(&folder.path().join("s.db")).expect("a store");
        let source = store.source("rule").expect("a source").id;
        let plan = store.plan("rules", "abc", "{}").expect("a plan");
        let target = store.target("rules", None, "rule", "http://h").expect("a target");
        Scene { folder, store: Some(store), source, plan, target: target.id, record: target.record }
    }

    fn store(&mut self) -> &mut Sqlite {
        self.store.as_mut().expect("it is open")
    }

    /// As after a kill: nothing is closed in order.
    fn reopen(&mut self) {
        drop(self.store.take());
        self.store = Some(Sqlite::open(&self.folder.path().join("s.db")).expect("a store"));
    }

    fn in_transaction<T>(&mut self, what: impl FnOnce(&mut Sqlite, u64) -> T) -> T {
        let store = self.store();
        store.begin().expect("it begins");
        let epoch = store.epoch();
        let result = what(store, epoch);
        store.commit().expect("it commits");
        result
    }

    fn event(&self, id: &str, order: &str, version: Option<i64>) -> NewEvent {
        NewEvent {
            envelope: Envelope {
                id: id.to_owned(),
                event_type: "rule".to_owned(),
                received: "2024-05-01T10:00:00.000Z".to_owned(),
                time: None,
                source: Some("hub".to_owned()),
            },
            id_is_cursor: true,
            digest: digest(id),
            data: format!("data of {id}").into_bytes(),
            works: vec![NewWork {
                plan: self.plan,
                target: self.target,
                record: self.record,
                item: None,
                order: order.to_owned(),
                version: version.map(|version| Version::Number(Number::from(version))),
            }],
            settled: Vec::new(),
        }
    }

    fn append(&mut self, batch: &[NewEvent]) -> (Vec<Arrival>, Vec<AuditRow>) {
        let source = self.source;
        let cursor = batch.last().map(|event| event.envelope.id.clone());
        let appended = self.in_transaction(|store, epoch| {
            let expected = store.source("rule").expect("a source").position;
            store.append(source, epoch, expected, batch, cursor.as_deref()).expect("it appends")
        });
        match appended {
            Appended::Stored { arrivals, rows, .. } => (arrivals, rows),
            other => panic!("{other:?}"),
        }
    }

    fn turns(&mut self, held: &[WorkId], turns: usize) -> Turns {
        let (target, held) = (self.target, held.iter().copied().collect::<HashSet<_>>());
        self.in_transaction(|store, epoch| {
            store.turns(epoch, target, &held, Allowance { turns, bytes: 1 << 20 }).expect("it looks")
        })
    }

    fn settle(&mut self, settlement: Settlement) -> Settled {
        self.in_transaction(|store, epoch| store.settle(epoch, &settlement).expect("it settles"))
    }

    fn finish(&mut self, finished: Finished) -> Option<AuditRow> {
        self.settle(Settlement { finished: vec![finished], ..Settlement::default() }).rows.remove(0)
    }
}

fn finished(turn: &Turn, outcome: Outcome) -> Finished {
    Finished {
        work: turn.work,
        lane: turn.lane.clone(),
        plan: turn.plan,
        source: turn.source,
        event_id: turn.envelope.id.clone(),
        id_is_cursor: turn.id_is_cursor,
        outcome,
        reason: None,
        key: Some("k".to_owned()),
        tries: turn.tries + 1,
        status: Some(200),
        latency: Some(Duration::from_millis(12)),
        body_digest: Some([7; 32]),
        effect: Effect::Known,
        advance: turn.version.clone(),
        rest: Duration::ZERO,
        learned: Vec::new(),
        request: if turn.request.is_some() { KeptRequest::Remove } else { KeptRequest::None },
    }
}

fn deferred(turn: &Turn, delay: Duration) -> Deferred {
    let request = Request {
        method: "PUT".to_owned(),
        url: "/x".to_owned(),
        headers: vec![("A".to_owned(), "1".to_owned()), ("A".to_owned(), "\u{7f}2".to_owned())],
        key: "k".to_owned(),
        body: Some(vec![0, 255, 10]),
        json: false,
    };
    Deferred {
        work: turn.work,
        lane: turn.lane.clone(),
        tries: turn.tries + 1,
        blamed: 1,
        effect: Effect::Unclear,
        tried_for: Duration::from_millis(1234),
        delay,
        request: turn.request.is_none().then_some(request),
    }
}

fn ids(turns: &Turns) -> Vec<&str> {
    turns.turns.iter().map(|turn| turn.envelope.id.as_str()).collect()
}

#[test]
fn an_event_comes_back_as_it_was_put_in() {
    let mut scene = Scene::new();
    let event = scene.event("e1", "1", Some(3));
    let (arrivals, rows) = scene.append(std::slice::from_ref(&event));
    assert_eq!((arrivals, rows.len()), (vec![Arrival::Stored(1)], 0));
    let turns = scene.turns(&[], 10);
    let turn = &turns.turns[0];
    assert_eq!((&turn.envelope, &*turn.data), (&event.envelope, event.data.as_slice()));
    assert_eq!(turn.work, WorkId { event: 1, target: scene.target, item: None });
    assert_eq!(turn.version, event.works[0].version);
    assert_eq!((turn.newest.as_ref(), turn.tries, turn.request.as_ref()), (None, 0, None));
    assert!(!turn.begun_before && turn.effect == Effect::Known);
}

#[test]
fn only_heads_of_lanes_are_given_and_the_next_one_when_the_head_is_done() {
    let mut scene = Scene::new();
    let batch = [scene.event("a1", "a", None), scene.event("a2", "a", None), scene.event("b1", "b", None)];
    scene.append(&batch);
    let first = scene.turns(&[], 10);
    assert_eq!(ids(&first), ["a1", "b1"]);
    let held: Vec<_> = first.turns.iter().map(|turn| turn.work).collect();
    assert!(scene.turns(&held, 10).turns.is_empty());
    assert_eq!(ids(&scene.turns(&held[..1], 10)), ["b1"]);
    scene.finish(finished(&first.turns[0], Outcome::Delivered)).expect("its row");
    assert_eq!(ids(&scene.turns(&held[1..], 10)), ["a2"]);
}

#[test]
fn no_more_is_given_than_is_allowed_and_that_there_is_more_is_said() {
    let mut scene = Scene::new();
    let batch: Vec<_> = (0..5).map(|n| scene.event(&format!("e{n}"), &n.to_string(), None)).collect();
    scene.append(&batch);
    let turns = scene.turns(&[], 2);
    assert_eq!((turns.turns.len(), turns.more), (2, true));
    let turns = scene.turns(&[], 5);
    assert_eq!((turns.turns.len(), turns.more), (5, false));
    let target = scene.target;
    let narrow = scene.in_transaction(|store, epoch| {
        store.turns(epoch, target, &HashSet::new(), Allowance { turns: 9, bytes: 25 }).expect("it looks")
    });
    assert_eq!((narrow.turns.len(), narrow.more), (2, true));
    let none = scene.in_transaction(|store, epoch| {
        store.turns(epoch, target, &HashSet::new(), Allowance { turns: 9, bytes: 0 }).expect("it looks")
    });
    assert_eq!(none.turns.len(), 1, "one is given however long it is");
}

#[test]
fn what_is_put_off_comes_when_it_is_due_with_its_request_and_its_past() {
    let mut scene = Scene::new();
    scene.append(&[scene.event("e1", "1", None)]);
    let turn = scene.turns(&[], 1).turns.remove(0);
    let late = deferred(&turn, Duration::from_secs(3600));
    scene.settle(Settlement { deferred: vec![late], ..Settlement::default() });
    let turns = scene.turns(&[], 1);
    assert!(turns.turns.is_empty());
    let wait = turns.next_in.expect("a time");
    assert!(wait > Duration::from_secs(3590) && wait <= Duration::from_secs(3601), "{wait:?}");
    // a restart changes nothing of it
    scene.reopen();
    assert!(scene.turns(&[], 1).turns.is_empty());

    let now = deferred(&turn, Duration::ZERO);
    scene.settle(Settlement { deferred: vec![now.clone()], ..Settlement::default() });
    scene.reopen();
    let again = loop {
        // rounded up to the next millisecond
        if let Some(turn) = scene.turns(&[], 1).turns.pop() {
            break turn;
        }
    };
    assert_eq!((again.tries, again.blamed, again.effect), (1, 1, Effect::Unclear));
    assert_eq!(again.tried_for, Duration::from_millis(1234));
    assert!(!again.begun_before);
    assert_eq!(again.request, deferred(&turn, Duration::ZERO).request);
}

#[test]
fn what_was_given_out_before_a_kill_may_have_been_begun() {
    let mut scene = Scene::new();
    scene.append(&[scene.event("e1", "1", None), scene.event("e2", "2", None)]);
    let turns = scene.turns(&[], 2);
    assert!(scene.turns(&[], 2).turns.iter().all(|turn| !turn.begun_before), "in the same run it was not");
    let back = (turns.turns[1].work, turns.turns[1].lane.clone());
    scene.settle(Settlement { released: vec![back], ..Settlement::default() });
    let epoch = scene.store().epoch();
    scene.reopen();
    assert_eq!(scene.store().epoch(), epoch + 1);
    let begun: Vec<_> = scene.turns(&[], 2).turns.iter().map(|turn| turn.begun_before).collect();
    assert_eq!(begun, [true, false]);
    // giving it back does not make it forgotten
    let turns = scene.turns(&[], 2);
    let back = (turns.turns[0].work, turns.turns[0].lane.clone());
    scene.settle(Settlement { released: vec![back], ..Settlement::default() });
    scene.reopen();
    assert_eq!(scene.turns(&[], 2).turns[0].effect, Effect::Abandoned);
}

#[test]
fn an_outcome_is_written_once() {
    let mut scene = Scene::new();
    scene.append(&[scene.event("e1", "1", None)]);
    let turn = scene.turns(&[], 1).turns.remove(0);
    let row = scene.finish(finished(&turn, Outcome::Delivered)).expect("its row");
    assert_eq!((row.number, row.event, row.event_id.as_str()), (1, 1, "e1"));
    assert_eq!((row.mapping.as_deref(), row.mapping_hash.as_deref()), (Some("rules"), Some("abc")));
    assert_eq!((row.record.as_deref(), row.order.as_deref(), row.latency_ms), (Some("rule"), Some("1"), Some(12)));
    assert!(scene.finish(finished(&turn, Outcome::Delivered)).is_none());
    assert_eq!(scene.store().pending().expect("it counts"), 0);
}

#[test]
fn numbers_of_events_are_never_given_twice() {
    let mut scene = Scene::new();
    scene.append(&[scene.event("e1", "1", None)]);
    let turn = scene.turns(&[], 1).turns.remove(0);
    scene.finish(finished(&turn, Outcome::Delivered)).expect("its row");
    scene.reopen();
    assert_eq!(scene.append(&[scene.event("e2", "1", None)]).0, [Arrival::Stored(2)]);
}

#[test]
fn versions_advance_with_the_outcome_and_never_fall() {
    let mut scene = Scene::new();
    let number = |n: i64| Some(Version::Number(Number::from(n)));
    for (step, version, outcome, newest) in [
        (0, 5, Outcome::Delivered, None),
        (1, 4, Outcome::Superseded, Some(5)),
        (2, 9, Outcome::SetAside, Some(5)),
        (3, 7, Outcome::Delivered, Some(5)),
        (4, 1, Outcome::Superseded, Some(7)),
    ] {
        scene.append(&[scene.event(&format!("e{step}"), "1", Some(version))]);
        let turn = scene.turns(&[], 1).turns.remove(0);
        assert_eq!(turn.newest, newest.and_then(number), "step {step}");
        let advance = turn.version.clone().filter(|_| outcome == Outcome::Delivered || version == 1);
        scene.finish(Finished { advance, ..finished(&turn, outcome) }).expect("its row");
    }
    scene.reopen();
    scene.append(&[scene.event("last", "1", Some(8))]);
    // an older version that is put forward does not bring the memory back
    assert_eq!(scene.turns(&[], 1).turns[0].newest, number(7));
}

#[test]
fn the_next_event_of_a_lane_rests_where_it_must() {
    let mut scene = Scene::new();
    scene.append(&[scene.event("a1", "a", None), scene.event("a2", "a", None)]);
    let turn = scene.turns(&[], 1).turns.remove(0);
    scene.finish(Finished { rest: Duration::from_secs(30), ..finished(&turn, Outcome::SetAside) }).expect("its row");
    let turns = scene.turns(&[], 1);
    assert!(turns.turns.is_empty());
    assert!(turns.next_in.is_some_and(|wait| wait > Duration::from_secs(29)));
}

#[test]
fn what_comes_again_is_known_and_what_only_bears_a_known_id_is_not() {
    let mut scene = Scene::new();
    let event = scene.event("e1", "1", None);
    let other = NewEvent { digest: digest("other"), ..event.clone() };
    let (arrivals, _) = scene.append(&[event.clone(), event.clone(), other.clone()]);
    assert_eq!(arrivals, [Arrival::Stored(1), Arrival::Known, Arrival::StoredUnderKnownId(2)]);
    scene.reopen();
    let nameless = NewEvent { id_is_cursor: false, ..event.clone() };
    let (arrivals, _) = scene.append(&[other, event, nameless.clone(), nameless]);
    assert_eq!(arrivals, [Arrival::Known, Arrival::Known, Arrival::Stored(3), Arrival::Stored(4)]);
}

#[test]
fn a_source_moves_on_by_its_own_positions_only() {
    let mut scene = Scene::new();
    let source = scene.source;
    let batch = [scene.event("e1", "1", None), scene.event("e2", "1", None)];
    let append = |scene: &mut Scene, epoch_off: u64, expected| {
        scene.in_transaction(|store, epoch| {
            store.append(source, epoch + epoch_off, expected, &batch, Some("e2")).expect("it answers")
        })
    };
    assert!(matches!(append(&mut scene, 1, 0), Appended::Fenced));
    assert!(matches!(append(&mut scene, 0, 7), Appended::Fenced));
    assert!(matches!(append(&mut scene, 0, 0), Appended::Stored { .. }));
    assert!(matches!(append(&mut scene, 0, 0), Appended::AlreadyStored));
    let state = scene.store().source("rule").expect("a source");
    assert_eq!((state.position, state.cursor.as_deref()), (2, Some("e2")));
}

#[test]
fn what_is_settled_at_intake_has_its_row_and_what_is_set_aside_is_kept() {
    let mut scene = Scene::new();
    let settled =
        |outcome, plan, target| SettledAtIntake { plan, target, item: None, outcome, reason: Some("why".to_owned()) };
    let (plan, target) = (scene.plan, scene.target);
    let with = |scene: &Scene, id: &str, settled| NewEvent {
        works: Vec::new(),
        settled: vec![settled],
        ..scene.event(id, "", None)
    };
    let batch = [
        with(&scene, "u", settled(Outcome::Unrouted, None, None)),
        with(&scene, "s", settled(Outcome::Skipped, Some(plan), Some(target))),
        with(&scene, "r", settled(Outcome::SetAside, Some(plan), None)),
    ];
    let (_, rows) = scene.append(&batch);
    let outcomes: Vec<_> = rows.iter().map(|row| (row.outcome, row.mapping.as_deref())).collect();
    assert_eq!(
        outcomes,
        [(Outcome::Unrouted, None), (Outcome::Skipped, Some("rules")), (Outcome::SetAside, Some("rules")),]
    );
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_rollback_leaves_no_trace() {
    let mut scene = Scene::new();
    scene.append(&[scene.event("e1", "1", None)]);
    let turn = scene.turns(&[], 1).turns.remove(0);
    let batch = [scene.event("e2", "2", None)];
    let (source, done) = (scene.source, finished(&turn, Outcome::Delivered));
    let store = scene.store();
    let epoch = store.epoch();
    store.begin().expect("it begins");
    store.append(source, epoch, 1, &batch, Some("e2")).expect("it appends");
    let settlement = Settlement { finished: vec![done], ..Settlement::default() };
    store.settle(epoch, &settlement).expect("it settles");
    store.rollback().expect("it rolls back");
    assert_eq!(scene.append(&batch).0, [Arrival::Stored(2)]);
    let row = scene.settle(settlement).rows.remove(0).expect("its row");
    assert_eq!(row.number, 1);
}

#[test]
fn a_changed_record_starts_when_the_old_lanes_are_empty() {
    let mut scene = Scene::new();
    scene.append(&[scene.event("e1", "1", None)]);
    let old = scene.record;
    let state = scene.store().target("rules", None, "rule", "http://other").expect("a target");
    assert_eq!((state.id, state.record, state.pending), (scene.target, old, 1));
    let turn = scene.turns(&[], 1).turns.remove(0);
    scene.finish(finished(&turn, Outcome::Delivered)).expect("its row");
    let state = scene.store().target("rules", None, "rule", "http://other").expect("a target");
    assert_ne!(state.record, old);
}

#[test]
fn a_target_that_asked_for_a_pause_has_it_after_a_restart_too() {
    let mut scene = Scene::new();
    let target = scene.target;
    scene.settle(Settlement { held: vec![(target, Duration::from_secs(60))], ..Settlement::default() });
    scene.reopen();
    let hold = scene.store().target("rules", None, "rule", "http://h").expect("a target").hold;
    assert!(hold > Duration::from_secs(59) && hold <= Duration::from_secs(61), "{hold:?}");
}

fn remember(key: &str, value: &str) -> Change {
    Change::Remember { crosswalk: "Slot".to_owned(), key: key.to_owned(), value: value.to_owned() }
}

fn look_up(scene: &mut Scene, event: u64, key: &str) -> Option<String> {
    let asked = [Asked { crosswalk: "Slot".to_owned(), key: key.to_owned() }];
    scene.in_transaction(|store, epoch| store.look_up(epoch, event, &asked).expect("it looks")).remove(0)
}

#[test]
fn what_an_event_looked_up_stays_with_it_and_goes_with_it() {
    let mut scene = Scene::new();
    scene.append(&[scene.event("e1", "42", None), scene.event("e2", "43", None), scene.event("e3", "42", None)]);
    let turns = scene.turns(&[], 9).turns;
    let (first, second) = (&turns[0], &turns[1]);
    assert_eq!(look_up(&mut scene, first.work.event, "42"), None);
    let learned = vec![remember("42", "77"), remember("43", "é")];
    scene.finish(Finished { learned, ..finished(second, Outcome::Delivered) }).expect("its row");
    // found nothing before, and after a kill it still did
    assert_eq!(look_up(&mut scene, first.work.event, "42"), None);
    scene.reopen();
    assert_eq!(look_up(&mut scene, first.work.event, "42"), None);
    assert_eq!(look_up(&mut scene, first.work.event, "43").as_deref(), Some("é"));
    let turn = scene.turns(&[], 9).turns.remove(0);
    scene.finish(finished(&turn, Outcome::Delivered)).expect("its row");
    let third = scene.turns(&[], 9).turns.remove(0);
    assert_eq!(look_up(&mut scene, third.work.event, "42").as_deref(), Some("77"));
    let forgotten = vec![Change::Forget { crosswalk: "Slot".to_owned(), key: "42".to_owned() }];
    scene.finish(Finished { learned: forgotten, ..finished(&third, Outcome::Delivered) }).expect("its row");
    assert_eq!(look_up(&mut scene, 99, "42"), None);
    assert_eq!(look_up(&mut scene, 99, "43").as_deref(), Some("é"));
}

#[test]
fn what_is_learned_is_of_one_transaction_with_the_outcome() {
    let mut scene = Scene::new();
    scene.append(&[scene.event("e1", "42", None)]);
    let turn = scene.turns(&[], 9).turns.remove(0);
    let learned = vec![remember("42", "77")];
    let settlement = Settlement {
        finished: vec![Finished { learned, ..finished(&turn, Outcome::Delivered) }],
        ..Settlement::default()
    };
    let store = scene.store();
    store.begin().expect("it begins");
    let epoch = store.epoch();
    store.settle(epoch, &settlement).expect("it settles");
    store.rollback().expect("it forgets");
    assert_eq!(look_up(&mut scene, 99, "42"), None);
    // a work that is settled already changes nothing a second time
    scene.settle(settlement.clone());
    let other = Finished { learned: vec![remember("42", "78")], ..settlement.finished[0].clone() };
    assert!(scene.finish(other).is_none());
    assert_eq!(look_up(&mut scene, 98, "42").as_deref(), Some("77"));
}
