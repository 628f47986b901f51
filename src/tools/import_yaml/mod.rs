//! The first generation's rule, eight lines of YAML, as a `.map`.
//!
//! ```yaml
//! listen: appointment-rule-changed
//! target:
//!   url: https://vista.va.gov/api/slot-rules/{ruleId}
//!   method: PUT
//! map:
//!   slotLen: duration        # field of the request: field of the event
//!   capacity: maxPatients
//! idempotencyKey: ruleId
//! ```
//!
//! # What is understood
//!
//! Under `map`, the key is the field of the request and the value the field of the event that it is filled from; dots
//! in either are steps into a record, and a mapping as value groups the fields below it. The rule declares no types, so
//! each event field is imported as `any?` and written with `?`; `idempotencyKey` and what stands in a hole of the URL is
//! needed as text, so it is `string | integer`. Comments are kept, each before the line that follows it or behind the
//! one on which it stood.
//!
//! # Limits
//!
//! A rule has at most 1 MiB and one document, nested 16 deep; anchors, aliases and merge keys are not part of it.

mod comments;
mod read;
mod write;

/// The largest rule that is read, in bytes.
pub const MAX_RULE_BYTES: usize = 1 << 20;
/// The deepest nesting below `map`.
pub const MAX_DEPTH: usize = 16;

/// Why a text is no rule of the first generation; `line` counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}: {reason}")]
pub struct ImportError {
    pub name: String,
    pub line: usize,
    pub reason: String,
}

/// The `.map` that says what a rule says. `name` is what messages and the heading call the rule.
///
/// # Errors
/// The first thing in the text that is no part of a rule, with its line. No text makes it panic or take more than
/// linear time.
pub fn import(name: &str, bytes: &[u8]) -> Result<String, ImportError> {
    let at = |(line, reason): (usize, String)| ImportError { name: name.to_owned(), line, reason };
    if bytes.len() > MAX_RULE_BYTES {
        return Err(at((1, format!("a rule has at most {} MiB", MAX_RULE_BYTES >> 20))));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count();
        at((line, "this is not UTF-8; save the rule as UTF-8".to_owned()))
    })?;
    let (rule, scalars) = read::read(text).map_err(at)?;
    let comments = comments::of(text, &scalars);
    write::write(name, &rule, comments).map_err(at)
}

#[cfg(test)]
mod tests;
