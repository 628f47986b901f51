//! Numbers: ordinary ones, those at the limits, and other spellings of both.

use super::Maker;

const INTEGERS: &[&str] = &["0", "1", "-1", "2", "5", "7", "20", "60", "100", "1440", "-40", "99999"];

const EDGE_INTEGERS: &[&str] = &[
    "-0",
    "0.0",
    "0e5",
    "0E-7",
    "1.0",
    "2e1",
    "2E+1",
    "100E-2",
    "-3.000",
    "9007199254740993",
    "-9223372036854775808",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "1e30",
    "-1e30",
    "123456789012345678901234567890",
];

const DECIMALS: &[&str] = &["0", "1.5", "36.6", "-40", "98.6", "0.1", "70.25", "120", "5.5", "0.045"];

const EDGE_DECIMALS: &[&str] = &[
    "-0",
    "-0.0",
    "1.10",
    "1.000",
    "0.10e1",
    "1E400",
    "-1E400",
    "1E-400",
    "5e-324",
    "1.7976931348623157e308",
    "1e-30",
    "0.30000000000000004",
    "123456789.987654321",
    "0.5",
    "-0.5",
    "2.5",
    "-2.5",
    "1.005",
    "99.995",
];

impl Maker<'_, '_> {
    pub(super) fn integer(&mut self) -> String {
        let named = &self.events.numbers;
        match self.random.below(8) {
            0 | 1 if !named.is_empty() => {
                let near: i64 = self.random.pick(named).parse().unwrap_or(3);
                near.saturating_add(self.random.between(-1, 1)).to_string()
            }
            2 if !self.calm => self.random.text(EDGE_INTEGERS),
            3 if !self.calm && self.random.one_in(6) => format!("{}{}", self.random.between(1, 9), "7".repeat(989)),
            4 => self.random.between(-1000, 5000).to_string(),
            _ => self.random.text(INTEGERS),
        }
    }

    pub(super) fn decimal(&mut self) -> String {
        let named = &self.events.numbers;
        match self.random.below(8) {
            0 | 1 if !named.is_empty() => self.random.pick(named).clone(),
            2 if !self.calm => self.random.text(EDGE_DECIMALS),
            3 if !self.calm && self.random.one_in(6) => format!("0.{}", "3".repeat(989)),
            4 => self.integer(),
            5 => format!("{}.{:03}", self.random.between(-300, 300), self.random.below(1000)),
            _ => self.random.text(DECIMALS),
        }
    }
}
