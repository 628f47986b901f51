//! What a target is fit for: *open*, *waiting* (one probe at a time) or *paused* (nothing begins).

use crate::model::Retry;
use crate::runtime::observe::TargetCondition;
use crate::runtime::store::Lane;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// So many records failing in a row make a target wait.
const RECORDS_IN_A_ROW: usize = 5;

/// Records whose 403 is remembered; with more it is not the record's fault.
const FORBIDDEN: usize = 64;

/// How long before a first failure a success elsewhere still says that the target works.
const LATELY: Duration = Duration::from_secs(60);

/// The state of one target.
#[derive(Debug)]
pub(super) struct Health {
    retry: Retry,
    state: State,
    /// The records that failed since the last success, each once, up to [`RECORDS_IN_A_ROW`].
    failing: Vec<Lane>,
    /// The last success, and the last one of another record.
    successes: [Option<(Lane, Instant)>; 2],
    count: u64,
    /// How many successes there had been when a record was forbidden.
    forbidden: HashMap<Lane, u64>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Open,
    Waiting { since: Instant, next_probe: Instant, failures: u32 },
    Paused,
}

/// What a 403 means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forbidden {
    /// Others succeeded since: it is for this record alone, and final.
    Record,
    /// Nobody succeeded since: all are forbidden.
    All,
    /// Not known yet.
    Unsure,
}

impl Health {
    pub(super) fn new(retry: Retry) -> Health {
        Health {
            retry,
            state: State::Open,
            failing: Vec::new(),
            successes: [None, None],
            count: 0,
            forbidden: HashMap::new(),
        }
    }

    pub(super) fn condition(&self) -> TargetCondition {
        match self.state {
            State::Open => TargetCondition::Open,
            State::Waiting { .. } => TargetCondition::Waiting,
            State::Paused => TargetCondition::Paused,
        }
    }

    /// How many more may begin beside those in flight, and when else.
    pub(super) fn allows(&self, in_flight: usize, at_once: usize, now: Instant) -> (usize, Option<Instant>) {
        match self.state {
            State::Open => (at_once.saturating_sub(in_flight), None),
            State::Waiting { next_probe, .. } if now < next_probe => (0, Some(next_probe)),
            State::Waiting { .. } => (1_usize.saturating_sub(in_flight), None),
            State::Paused => (0, None),
        }
    }

    /// The target did what it was asked, or refused this one request with good reason: it works.
    pub(super) fn works(&mut self) {
        self.failing.clear();
        if let State::Waiting { .. } = self.state {
            self.state = State::Open;
        }
    }

    pub(super) fn delivered(&mut self, lane: &Lane, now: Instant) {
        self.works();
        self.count += 1;
        self.forbidden.remove(lane);
        let [last, other] = &mut self.successes;
        if last.as_ref().is_some_and(|(last, _)| last != lane) {
            *other = last.take();
        }
        *last = Some((lane.clone(), now));
    }

    /// A try of this record, begun at `begun`, failed in a way that may pass.
    pub(super) fn failed(&mut self, lane: &Lane, begun: Instant, now: Instant) {
        if self.failing.len() < RECORDS_IN_A_ROW && !self.failing.contains(lane) {
            self.failing.push(lane.clone());
        }
        match &mut self.state {
            State::Open if self.failing.len() >= RECORDS_IN_A_ROW => {
                let next_probe = now + jitter(self.retry, 1);
                self.state = State::Waiting { since: now, next_probe, failures: 1 };
            }
            // those that were in flight before say nothing new
            State::Waiting { since, next_probe, failures } if begun >= *since => {
                *failures = failures.saturating_add(1);
                *next_probe = now + jitter(self.retry, *failures);
            }
            State::Open | State::Waiting { .. } | State::Paused => {}
        }
    }

    pub(super) fn pause(&mut self) {
        self.state = State::Paused;
        self.forbidden.clear();
    }

    pub(super) fn resume(&mut self) {
        self.state = State::Open;
        self.failing.clear();
    }

    pub(super) fn forbidden(&mut self, lane: &Lane) -> Forbidden {
        if self.forbidden.get(lane).is_some_and(|before| *before < self.count) {
            self.forbidden.remove(lane);
            return Forbidden::Record;
        }
        let nobody_since = self.forbidden.values().any(|before| *before == self.count);
        if nobody_since || self.forbidden.len() >= FORBIDDEN {
            return Forbidden::All;
        }
        self.forbidden.insert(lane.clone(), self.count);
        Forbidden::Unsure
    }

    /// Whether another record succeeded since this one's last try ended, `since` ago; of a first try, lately.
    pub(super) fn others_succeed(&self, lane: &Lane, since: Option<Duration>, now: Instant) -> bool {
        let window = since.unwrap_or(LATELY);
        self.successes.iter().flatten().any(|(other, at)| other != lane && now.saturating_duration_since(*at) <= window)
    }
}

/// Exponential back-off with full jitter: between `from` and a bound that doubles with each try up to `to`.
pub(super) fn jitter(retry: Retry, tries: u32) -> Duration {
    let most = retry.from_ms.saturating_mul(1_u64.checked_shl(tries.min(62)).unwrap_or(u64::MAX));
    let most = most.min(retry.to_ms).max(retry.from_ms);
    Duration::from_millis(fastrand::u64(retry.from_ms..=most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::store::RecordId;

    fn lane(order: u32) -> Lane {
        Lane { record: RecordId(1), order: order.to_string() }
    }

    fn retry() -> Retry {
        Retry { from_ms: 100, to_ms: 1000, ..Retry::default() }
    }

    #[test]
    fn five_records_in_a_row_make_a_target_wait_and_one_success_opens_it() {
        let mut health = Health::new(retry());
        let now = Instant::now();
        for order in 0..4 {
            health.failed(&lane(order), now, now);
            health.failed(&lane(order), now, now);
        }
        assert_eq!(health.condition(), TargetCondition::Open);
        health.failed(&lane(4), now, now);
        assert_eq!(health.condition(), TargetCondition::Waiting);
        let (free, at) = health.allows(0, 64, now);
        assert_eq!(free, 0);
        let probe = at.expect("a time for the probe");
        assert!(probe >= now + Duration::from_millis(100));
        assert_eq!(health.allows(0, 64, probe), (1, None));
        assert_eq!(health.allows(1, 64, probe), (0, None));
        health.failed(&lane(5), probe, probe);
        assert_eq!(health.allows(0, 64, probe).0, 0);
        health.delivered(&lane(6), probe);
        assert_eq!(health.allows(3, 64, probe), (61, None));
    }

    #[test]
    fn a_success_in_between_breaks_the_row() {
        let mut health = Health::new(retry());
        let now = Instant::now();
        for order in 0..20 {
            health.failed(&lane(order), now, now);
            if order % 4 == 3 {
                health.delivered(&lane(100), now);
            }
        }
        assert_eq!(health.condition(), TargetCondition::Open);
    }

    #[test]
    fn a_403_is_for_the_record_where_others_succeed_and_for_all_where_nobody_does() {
        let mut health = Health::new(retry());
        let now = Instant::now();
        health.delivered(&lane(9), now);
        assert_eq!(health.forbidden(&lane(1)), Forbidden::Unsure);
        health.delivered(&lane(2), now);
        assert_eq!(health.forbidden(&lane(1)), Forbidden::Record);

        assert_eq!(health.forbidden(&lane(1)), Forbidden::Unsure);
        assert_eq!(health.forbidden(&lane(3)), Forbidden::All);

        let mut alone = Health::new(retry());
        assert_eq!(alone.forbidden(&lane(1)), Forbidden::Unsure);
        assert_eq!(alone.forbidden(&lane(1)), Forbidden::All);
    }

    #[test]
    fn only_another_records_success_casts_blame() {
        let mut health = Health::new(retry());
        let now = Instant::now();
        assert!(!health.others_succeed(&lane(1), None, now));
        health.delivered(&lane(1), now);
        assert!(!health.others_succeed(&lane(1), None, now));
        health.delivered(&lane(2), now);
        health.delivered(&lane(1), now);
        assert!(health.others_succeed(&lane(1), None, now));
        let later = now + Duration::from_secs(30);
        assert!(!health.others_succeed(&lane(1), Some(Duration::from_secs(10)), later));
        assert!(health.others_succeed(&lane(1), Some(Duration::from_secs(40)), later));
    }

    #[test]
    fn the_back_off_grows_from_the_one_bound_to_the_other() {
        for tries in 0..80 {
            for _ in 0..50 {
                let wait = jitter(retry(), tries).as_millis();
                assert!((100..=1000).contains(&wait), "{wait} after {tries}");
                assert!(tries > 0 || wait <= 100);
                assert!(tries > 1 || wait <= 200);
            }
        }
        let odd = Retry { from_ms: 500, to_ms: 100, ..Retry::default() };
        assert_eq!(jitter(odd, 3).as_millis(), 500);
    }
}
