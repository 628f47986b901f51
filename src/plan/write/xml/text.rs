//! Characters: what XML 1.0 allows, and how it is escaped.

use crate::library::Value;
use crate::plan::code::Code;
use crate::plan::door::locate;
use crate::plan::evaluate::{Machine, Stop};
use crate::plan::request::Refusal;

/// XML 1.0 §2.2, `Char`.
pub fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Namespaces in XML 1.0, `NCName`.
pub fn is_name(name: &str) -> bool {
    let start = |c: char| {
        matches!(c, 'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
            | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
            | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
            | '\u{10000}'..='\u{EFFFF}')
    };
    let inside = |c: char| {
        start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
    };
    let mut characters = name.chars();
    characters.next().is_some_and(start) && characters.all(inside)
}

/// Appends an element's text; false where it holds a character that is not allowed.
pub fn push_content(text: &str, out: &mut Vec<u8>) -> bool {
    push(text, false, out)
}

/// Appends an attribute's value, which goes between double quotes.
pub fn push_attribute(text: &str, out: &mut Vec<u8>) -> bool {
    push(text, true, out)
}

fn push(text: &str, attribute: bool, out: &mut Vec<u8>) -> bool {
    let bytes = text.as_bytes();
    let mut start = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'&' => b"&amp;",
            // a parser would make a line feed of it
            b'\r' => b"&#13;",
            b'"' if attribute => b"&quot;",
            // a parser would make spaces of them
            b'\n' if attribute => b"&#10;",
            b'\t' if attribute => b"&#9;",
            b'\n' | b'\t' => continue,
            0..0x20 => return false,
            // U+FFFE and U+FFFF
            0xEF if matches!(bytes.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])) => return false,
            _ => continue,
        };
        out.extend_from_slice(&bytes[start..at]);
        out.extend_from_slice(escape);
        start = at + 1;
    }
    out.extend_from_slice(&bytes[start..]);
    true
}

/// Why a text cannot be written: under the path of the event's field that it is made of, where there is
/// one. The character itself is not told, since it is part of a value that may be sensitive.
#[cold]
pub fn forbidden<'e>(value: &Value<'e>, code: &'e Code, machine: &mut Machine<'e>) -> Box<Stop> {
    const REASON: &str = "holds a character that XML 1.0 does not allow";
    refused(value, code, machine, REASON.to_owned(), |text| text.chars().any(|c| !is_allowed(c)))
}

/// As [`forbidden`], of a text for which `wrong` holds.
#[cold]
pub fn refused<'e>(
    value: &Value<'e>,
    code: &'e Code,
    machine: &mut Machine<'e>,
    reason: String,
    wrong: impl Fn(&str) -> bool,
) -> Box<Stop> {
    let received = match value {
        Value::Numeral(numeral) => Some(numeral.text),
        Value::Time(time) => time.received,
        Value::DateTime(at) => at.received,
        Value::Duration(duration) => duration.received,
        value => value.as_text(),
    };
    let own = received.and_then(|text| machine.place_in_event(text)).map(|byte| locate(machine.text, byte));
    match own.or_else(|| machine.culprit(code, wrong)) {
        Some(path) => Box::new(Stop::Refused(Refusal { path, reason })),
        None => Box::new(Stop::Reject(reason)),
    }
}
