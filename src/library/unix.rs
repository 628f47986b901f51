//! Unix time: seconds or milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX).

use super::value::DateTime;
use super::zone::utc;
use crate::model::number::Number;

/// The point in time, told in UTC; digits beyond nanoseconds are cut. `None` outside of the years 0000
/// to 9999.
pub fn read_seconds(seconds: &Number) -> Option<DateTime<'static>> {
    utc(nanoseconds(seconds)?)
}

/// As [`read_seconds`], of milliseconds.
pub fn read_milliseconds(milliseconds: &Number) -> Option<DateTime<'static>> {
    utc(nanoseconds(&milliseconds.checked_div(&Number::from(1000_i64))?)?)
}

/// Whole seconds; a fraction is dropped.
pub fn seconds(at: &DateTime<'_>) -> Number {
    Number::from(at.nanoseconds().div_euclid(1_000_000_000))
}

/// Whole milliseconds; what is finer is dropped.
pub fn milliseconds(at: &DateTime<'_>) -> Number {
    Number::from(at.nanoseconds().div_euclid(1_000_000))
}

/// So many seconds in nanoseconds, rounded down; `None` where their whole part is over an `i64`.
pub(super) fn nanoseconds(seconds: &Number) -> Option<i128> {
    let whole = seconds.floor();
    let rest = (&(seconds - &whole) * &Number::from(1_000_000_000_i64)).floor();
    Some(i128::from(whole.to_i64()?) * 1_000_000_000 + i128::from(rest.to_i64()?))
}
