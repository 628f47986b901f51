//! What a request is addressed by: URL, idempotency key, order, headers. No event can inject a
//! segment, a line or a header.

use super::code::Code;
use super::compile::Compiler;
use super::error::PlanError;
use super::evaluate::{Machine, Outcome, Stop};
use super::limits::MAX_ADDRESS_BYTES;
use crate::library::Value;
use crate::model::{HeaderPart, HeaderRule, UrlPart, UrlPlace};
use std::collections::BTreeMap;

/// The values that `{env.NAME}` stands for, read once at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    values: BTreeMap<String, String>,
}

impl Environment {
    pub fn new(values: impl IntoIterator<Item = (String, String)>) -> Environment {
        Environment { values: values.into_iter().collect() }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn due(&self, name: &str) -> Outcome<&str> {
        match self.get(name) {
            Some(value) => Ok(value),
            None => Stop::reject(format!("the environment variable {name} is not set")),
        }
    }
}

enum Piece {
    Literal(Box<str>),
    Hole {
        value: Code,
        source: Box<str>,
    },
    Environment(Box<str>),
    /// Behind a segment of the path that holes are part of: it is not empty, `.` or `..`.
    SegmentEnd,
}

/// A URL made ready.
pub struct Url {
    pieces: Vec<Piece>,
}

impl Url {
    pub fn new<'m>(
        parts: &'m [UrlPart],
        compiler: &mut Compiler<'m>,
        environment: &mut Vec<String>,
    ) -> Result<Url, PlanError> {
        let mut place = Place { before: String::new(), query: false, open: false };
        let mut pieces = Vec::with_capacity(parts.len() + 1);
        for part in parts {
            match part {
                UrlPart::Literal(text) => {
                    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
                        return compiler.error("a URL holds no spaces or control characters");
                    }
                    place.literal(text, &mut pieces);
                }
                UrlPart::Environment(name) => {
                    place.before.push_str("env");
                    remember(name, environment);
                    pieces.push(Piece::Environment(name.as_str().into()));
                }
                UrlPart::Hole { value, place: declared, source } => {
                    if !place.behind_host() {
                        return compiler.error("the host of a URL has no hole but `env`");
                    }
                    place.open |= !place.query || *declared == UrlPlace::Segment;
                    let value = compiler.expression(value)?;
                    pieces.push(Piece::Hole { value, source: source.as_str().into() });
                }
            }
        }
        if place.open {
            pieces.push(Piece::SegmentEnd);
        }
        Ok(Url { pieces })
    }

    pub fn write<'e>(&'e self, machine: &mut Machine<'e>, environment: &Environment) -> Outcome<String> {
        let mut out = String::with_capacity(128);
        let mut hole = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Environment(name) => {
                    let value = environment.due(name)?;
                    if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
                        return Stop::reject(format!(
                            "the environment variable {name} holds a space or control character"
                        ));
                    }
                    out.push_str(value);
                }
                Piece::Hole { value, source } => {
                    hole.clear();
                    plain(value, source, machine, &mut hole)?;
                    push_encoded(&hole, |b| b.is_ascii_alphanumeric() || b"-._~".contains(&b), &mut out);
                }
                Piece::SegmentEnd => {
                    // a hole writes no slash of its own
                    let segment = &out[out.rfind('/').map_or(0, |slash| slash + 1)..];
                    if let "" | "." | ".." = segment {
                        let what = if segment.is_empty() { "empty".to_owned() } else { format!("{segment:?}") };
                        return Stop::reject(format!("a segment of the path would be {what}"));
                    }
                }
            }
            within_limit(&out)?;
        }
        Ok(out)
    }
}

/// Where in the URL the next part stands.
struct Place {
    /// The text so far, variables as a word.
    before: String,
    /// Behind the `?` or `#`.
    query: bool,
    /// The segment at hand has a hole.
    open: bool,
}

impl Place {
    /// A literal, with the checks of the segments that end in it.
    fn literal(&mut self, text: &str, pieces: &mut Vec<Piece>) {
        self.before.push_str(text);
        let mut rest = text;
        if self.open
            && let Some(end) = rest.find(['/', '?', '#'])
        {
            pieces.push(Piece::Literal(rest[..end].into()));
            pieces.push(Piece::SegmentEnd);
            self.open = false;
            rest = &rest[end..];
        }
        self.query |= text.contains(['?', '#']);
        pieces.push(Piece::Literal(rest.into()));
    }

    fn behind_host(&self) -> bool {
        let rest = self.before.split_once("://").map_or(self.before.as_str(), |(_, rest)| rest);
        rest.contains(['/', '?', '#'])
    }
}

fn remember(name: &str, environment: &mut Vec<String>) {
    if !environment.iter().any(|known| known == name) {
        environment.push(name.to_owned());
    }
}

fn within_limit(text: &str) -> Outcome<()> {
    if text.len() > MAX_ADDRESS_BYTES {
        return Stop::reject(format!("over {} KiB", MAX_ADDRESS_BYTES >> 10));
    }
    Ok(())
}

/// A value that must be there, as text.
pub fn plain<'e>(code: &'e Code, source: &str, machine: &mut Machine<'e>, out: &mut String) -> Outcome<()> {
    let subject = if source.is_empty() { "a part" } else { source };
    match machine.evaluate(code)? {
        Value::Missing => Stop::reject(format!("{subject} is missing")),
        Value::Null => Stop::reject(format!("{subject} is null")),
        Value::Failed(reason) => Stop::reject(reason),
        value => machine.push_plain(&value, out),
    }
}

/// Percent-encodes (RFC 3986 §2.1, upper-case hex) the UTF-8 bytes that are not kept.
fn push_encoded(text: &str, keep: impl Fn(u8) -> bool, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text.as_bytes() {
        // only ASCII is ever kept
        if byte.is_ascii() && keep(byte) {
            out.push(char::from(byte));
        } else {
            let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
            out.extend(['%', char::from(digits[0]), char::from(digits[1])]);
        }
    }
}

/// Parts of a key (or of an order), joined by `:`; different parts never make the same key.
pub fn write_key<'e>(parts: &'e [Code], machine: &mut Machine<'e>) -> Outcome<String> {
    let mut out = String::with_capacity(32);
    let mut part = String::new();
    for (index, code) in parts.iter().enumerate() {
        if index > 0 {
            out.push(':');
        }
        part.clear();
        plain(code, "", machine, &mut part)?;
        push_encoded(&part, |b| b.is_ascii_graphic() && b != b':' && b != b'%', &mut out);
        within_limit(&out)?;
    }
    Ok(out)
}

enum HeaderPiece {
    Literal(Box<str>),
    Hole(Code),
    Environment(Box<str>),
}

/// A header made ready.
pub struct Header {
    pub name: String,
    pieces: Vec<HeaderPiece>,
}

impl Header {
    pub fn new<'m>(
        rule: &'m HeaderRule,
        compiler: &mut Compiler<'m>,
        environment: &mut Vec<String>,
    ) -> Result<Header, PlanError> {
        if !is_token(&rule.name) {
            return compiler.error(format!("{:?} is no name of a header", rule.name));
        }
        let mut pieces = Vec::with_capacity(rule.value.len());
        for part in &rule.value {
            pieces.push(match part {
                HeaderPart::Literal(text) => {
                    let mut encoded = String::new();
                    if !push_header(text, &mut encoded) {
                        return compiler.error("a header holds no control characters");
                    }
                    HeaderPiece::Literal(encoded.into())
                }
                HeaderPart::Hole(value) => HeaderPiece::Hole(compiler.expression(value)?),
                HeaderPart::Environment(name) => {
                    remember(name, environment);
                    HeaderPiece::Environment(name.as_str().into())
                }
            });
        }
        Ok(Header { name: rule.name.clone(), pieces })
    }

    pub fn write<'e>(&'e self, machine: &mut Machine<'e>, environment: &Environment) -> Outcome<String> {
        let mut out = String::new();
        let mut hole = String::new();
        for piece in &self.pieces {
            let allowed = match piece {
                HeaderPiece::Literal(text) => {
                    out.push_str(text);
                    true
                }
                HeaderPiece::Environment(name) => push_header(environment.due(name)?, &mut out),
                HeaderPiece::Hole(code) => {
                    hole.clear();
                    plain(code, "", machine, &mut hole)?;
                    push_header(&hole, &mut out)
                }
            };
            if !allowed {
                return Stop::reject("a header holds no control characters");
            }
            within_limit(&out)?;
        }
        Ok(out)
    }
}

/// Appends to a header's value; false where the text holds a control character.
fn push_header(text: &str, out: &mut String) -> bool {
    if text.chars().any(char::is_control) {
        return false;
    }
    push_encoded(text, |b| b.is_ascii_graphic() || b == b' ', out);
    true
}

/// RFC 9110 §5.6.2, `token`.
pub fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
