//! `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use std::time::Duration;

/// A target that asks for more is asked again after this.
const MOST: Duration = Duration::from_secs(3600);

/// How long the target asks us to wait. A date is held against the target's own `Date`, so that clocks that
/// differ do no harm; without one against `now`.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // more digits than fit are more than the most
        return Some(text.parse().map_or(MOST, Duration::from_secs).min(MOST));
    }
    let until = date(text)?;
    let from = headers.get(DATE).and_then(|value| date(value.to_str().ok()?)).unwrap_or(now);
    Some(Duration::try_from(until.duration_since(from)).unwrap_or(Duration::ZERO).min(MOST))
}

/// The form that RFC 9110 §5.6.7 asks senders for.
fn date(text: &str) -> Option<Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    PARSER.parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn waits(retry_after: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(retry_after).expect("a header"));
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_str(date).expect("a header"));
        }
        let now: Timestamp = "1994-11-15T08:12:00Z".parse().expect("a time");
        super::retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_understood_and_capped() {
        assert_eq!(waits("0", None), Some(0));
        assert_eq!(waits(" 120 ", None), Some(120));
        assert_eq!(waits("86400", None), Some(3600));
        assert_eq!(waits("99999999999999999999999", None), Some(3600));
        assert_eq!(waits("Tue, 15 Nov 1994 08:12:31 GMT", None), Some(31));
        assert_eq!(waits("Tue, 15 Nov 1994 08:12:31 GMT", Some("Tue, 15 Nov 1994 08:12:21 GMT")), Some(10));
        assert_eq!(waits("Tue, 15 Nov 1994 08:11:31 GMT", None), Some(0));
        for nonsense in ["", "-1", "1.5", "soon"] {
            assert_eq!(waits(nonsense, None), None, "{nonsense}");
        }
        assert_eq!(super::retry_after(&HeaderMap::new(), Timestamp::UNIX_EPOCH), None);
    }
}
