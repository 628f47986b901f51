//! `limit N per second`: at most so many requests begin in any window of that length.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Beginnings that are remembered at most; a higher rate than this in one window is held to it.
const MOST: u32 = 100_000;

/// The beginnings in the window at hand.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Option<(usize, Duration)>,
    begun: VecDeque<Instant>,
}

impl Pace {
    pub(super) fn new(rate: Option<(u32, u64)>) -> Pace {
        let rate = rate.map(|(count, ms)| (count.clamp(1, MOST) as usize, Duration::from_millis(ms)));
        Pace { rate, begun: VecDeque::new() }
    }

    /// When the next request may begin; `None` for now.
    pub(super) fn wait(&self, now: Instant) -> Option<Instant> {
        let (count, window) = self.rate?;
        if self.begun.len() < count {
            return None;
        }
        let free = *self.begun.front()? + window;
        (free > now).then_some(free)
    }

    pub(super) fn begin(&mut self, now: Instant) {
        let Some((count, _)) = self.rate else { return };
        if self.begun.len() >= count {
            self.begun.pop_front();
        }
        self.begun.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_holds_more_than_the_rate() {
        let mut pace = Pace::new(Some((3, 1000)));
        let start = Instant::now();
        let mut begun = Vec::new();
        let mut now = start;
        for step in 0..20 {
            if let Some(free) = pace.wait(now) {
                now = free;
            }
            pace.begin(now);
            begun.push(now);
            now += Duration::from_millis(step * 7 % 50);
        }
        for four in begun.windows(4) {
            assert!(four[3] - four[0] >= Duration::from_millis(1000), "{four:?}");
        }
    }

    #[test]
    fn without_a_rate_nothing_waits() {
        let mut pace = Pace::new(None);
        let now = Instant::now();
        for _ in 0..1000 {
            assert_eq!(pace.wait(now), None);
            pace.begin(now);
        }
        assert!(pace.begun.is_empty());
    }
}
