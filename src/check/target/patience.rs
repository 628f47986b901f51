//! How long a target is waited for, how often it is tried, and which answers mean delivered.

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::unit::Unit;
use crate::model::{Accept, Limit, Retry};
use crate::syntax::tree::{self, ExprKind};
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

    /// `status in 200..299` (and `not fault`, which holds anyway).
    pub(super) fn accept(&mut self, node: &tree::Expr) -> Option<Accept> {
        if let ExprKind::Binary { operator: tree::Binary::And, left, right, .. } = &node.kind
            && is_not_fault(right)
        {
            return self.accept(left);
        }
        if is_not_fault(node) {
            return Some(Accept::default());
        }
        if let ExprKind::Between { value, low, high } = &node.kind {
            let status = matches!(&value.kind, ExprKind::Name(name) if name.text == "status");
            let bound = |node: &tree::Expr| match &node.kind {
                ExprKind::Number(text) => text.parse::<u16>().ok().filter(|status| (100..600).contains(status)),
                _ => None,
            };
            if let (true, Some(from), Some(to)) = (status, bound(low), bound(high))
                && from <= to
            {
                return Some(Accept { from, to });
            }
        }
        if let ExprKind::Binary { operator: tree::Binary::Equal, left, right, .. } = &node.kind
            && let (ExprKind::Name(name), ExprKind::Number(text)) = (&left.kind, &right.kind)
            && let (true, Ok(status @ 100..600)) = (name.text == "status", text.parse::<u16>())
        {
            return Some(Accept { from: status, to: status });
        }
        self.report(
            Diagnostic::new(Code::E0616, "`accept` says which statuses mean delivered", node.span, "not understood")
                .help("write `accept status in 200..299`; tests of the answer's body are not in this version"),
        );
        None
    }
}

fn is_not_fault(node: &tree::Expr) -> bool {
    matches!(&node.kind, ExprKind::Not(inner) if matches!(&inner.kind, ExprKind::Name(name) if name.text == "fault"))
}
