//! How long a target is waited for, how often it is tried, and how much it is sent at once.

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::unit::Unit;
use crate::model::{Limit, Retry};
use crate::syntax::tree;
use crate::text::Span;

impl Checker<'_> {
    /// A length of time in whole milliseconds, more than zero.
    pub(super) fn milliseconds(&mut self, duration: &tree::Duration) -> Option<u64> {
        let number = self.number(&duration.number, duration.span)?;
        let unit = self.unit(&duration.unit)?;
        let ms = Unit::parse("ms", false).ok().and_then(|ms| unit.conversion(&ms).ok());
        let millis = match (number.as_constant(), ms) {
            (Some(crate::model::Constant::Number(number)), Some(conversion)) => conversion.apply(number).to_i64(),
            _ => None,
        };
        match millis
            .and_then(|millis| u64::try_from(millis).ok())
            .filter(|millis| (1..=366 * 86_400_000).contains(millis))
        {
            Some(millis) => Some(millis),
            None => {
                self.report(
                    Diagnostic::new(
                        Code::E0613,
                        "a length of time from 1 ms to 366 days is due here",
                        duration.span,
                        "not such a time",
                    )
                    .help("write it as `10 s`, `24 hours`, `500 ms`"),
                );
                None
            }
        }
    }

    pub(super) fn retry(&mut self, node: &tree::Retry, span: Span) -> Option<Retry> {
        let mut retry = Retry::default();
        if let Some((times, at)) = &node.times {
            retry.times = Some(self.count(times, *at)?);
        }
        if let Some(from) = &node.from {
            retry.from_ms = self.milliseconds(from)?;
            retry.to_ms = retry.to_ms.max(retry.from_ms);
        }
        if let Some(to) = &node.to {
            retry.to_ms = self.milliseconds(to)?;
        }
        if let Some(within) = &node.within {
            retry.within_ms = self.milliseconds(within)?;
        }
        if retry.from_ms > retry.to_ms {
            self.report(
                Diagnostic::new(
                    Code::E0613,
                    "the waits between tries grow, so the first is the shorter",
                    span,
                    "from more to less",
                )
                .help("write `retry from 1 s to 60 s`"),
            );
            return None;
        }
        Some(retry)
    }

    fn count(&mut self, text: &str, span: Span) -> Option<u32> {
        match text.parse::<u32>() {
            Ok(count) if count > 0 => Some(count),
            _ => {
                self.report(
                    Diagnostic::new(Code::E0613, "a whole number above zero is due here", span, "not such a number")
                        .help("write it as `5`"),
                );
                None
            }
        }
    }

    pub(super) fn limits(&mut self, nodes: &[tree::Limit]) -> Option<Limit> {
        let mut limit = Limit::default();
        for node in nodes {
            match node {
                tree::Limit::Rate { count, per, span } => {
                    let count = self.count(count, *span)?;
                    let one = tree::Duration { number: "1".into(), unit: per.clone(), span: per.span };
                    limit.rate = Some((count, self.milliseconds(&one)?));
                }
                tree::Limit::AtOnce { count, span } => limit.at_once = Some(self.count(count, *span)?),
            }
        }
        Some(limit)
    }
}
