//! Dates, times and durations as RFC 3339 and ISO 8601 write them.

use super::Maker;

const DATES: &[&str] = &["2024-02-29", "2024-03-10", "2024-11-03", "2023-12-31", "2024-01-31", "1985-07-04"];

const EDGE_DATES: &[&str] = &[
    "0000-01-01",
    "0001-01-01",
    "9999-12-31",
    "9999-01-31",
    "1582-10-10",
    "1600-02-29",
    "1699-12-31",
    "1700-01-01",
    "1970-01-01",
    "2699-12-31",
    "2700-01-01",
    "1900-02-28",
];

const TIMES: &[&str] = &["08:30:00", "00:00:00", "12:00:00", "13:05:09", "23:59:59"];

const EDGE_TIMES: &[&str] =
    &["02:30:00", "23:59:59.999999999", "00:00:00.000", "12:00:00.1234567891234", "08:30:00.250"];

/// Among them the gap and the fold of daylight saving in New York, Berlin and Lord Howe.
const DATE_TIMES: &[&str] = &[
    "2024-05-01T10:00:00Z",
    "2024-05-01T10:00:00-05:00",
    "2024-03-10T06:59:59Z",
    "2024-03-10T07:00:00Z",
    "2024-11-03T05:30:00Z",
    "2024-11-03T06:30:00Z",
    "2024-03-10T02:30:00-05:00",
    "2024-11-03T01:30:00-04:00",
    "2024-03-31T01:30:00Z",
    "2024-10-27T00:30:00+00:00",
    "2024-04-06T15:15:00Z",
    "2024-02-29T00:00:00+05:45",
];

const EDGE_DATE_TIMES: &[&str] = &[
    "0000-01-01T00:00:00Z",
    "0000-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999999-23:59",
    "9999-12-31T00:00:00+14:00",
    "2016-12-31T23:59:60Z",
    "2024-05-01t10:00:00.10z",
    "2024-05-01T10:00:00-00:00",
    "1883-11-18T12:00:00-05:00",
    "1700-01-01T00:00:00Z",
    "2699-12-31T23:59:59Z",
    "1969-12-31T23:59:59.5Z",
    "2024-05-01T10:00:00.123456789012Z",
];

const DURATIONS: &[&str] = &["PT20M", "PT1H30M", "P1D", "P2W", "PT0S", "PT45S"];

const EDGE_DURATIONS: &[&str] = &[
    "-PT0.5S",
    "P0D",
    "PT0,5H",
    "+P1DT2H",
    "P99999999999D",
    "-P400000000D",
    "PT0.000000001S",
    "PT000020M",
    "P1.5W",
    "PT0.0000000000001S",
];

impl Maker<'_, '_> {
    pub(super) fn date(&mut self) -> String {
        match self.random.below(4) {
            0 if !self.calm => self.random.text(EDGE_DATES),
            1 => format!(
                "{}-{:02}-{:02}",
                self.random.between(1900, 2099),
                self.random.between(1, 12),
                self.random.between(1, 28)
            ),
            _ => self.random.text(DATES),
        }
    }

    pub(super) fn time(&mut self) -> String {
        match self.random.below(4) {
            0 if !self.calm => self.random.text(EDGE_TIMES),
            1 => self.clock(),
            _ => self.random.text(TIMES),
        }
    }

    pub(super) fn clock(&mut self) -> String {
        format!("{:02}:{:02}:{:02}", self.random.below(24), self.random.below(60), self.random.below(60))
    }

    pub(super) fn date_time(&mut self) -> String {
        match self.random.below(4) {
            0 if !self.calm => self.random.text(EDGE_DATE_TIMES),
            1 => {
                let (date, clock) = (self.date(), self.clock());
                let offset = self.random.text(&["Z", "+00:00", "-05:00", "+05:45", "-03:30", "+14:00"]);
                let fraction = self.random.text(&["", "", ".5", ".250"]);
                format!("{date}T{clock}{fraction}{offset}")
            }
            _ => self.random.text(DATE_TIMES),
        }
    }

    pub(super) fn duration(&mut self) -> String {
        if !self.calm && self.random.one_in(4) { self.random.text(EDGE_DURATIONS) } else { self.random.text(DURATIONS) }
    }
}
