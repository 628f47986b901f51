//! Characters: what XML 1.0 allows, and how it is escaped.

use crate::library::Value;
use crate::library::xml::is_allowed;
use crate::model::Encoding;
use crate::plan::code::Code;
use crate::plan::evaluate::{Machine, Stop};
use crate::plan::write::encoding::{is_latin_1, push_reference};
use crate::plan::write::rules;
use std::borrow::Cow;

/// Allowed, and written as itself anywhere.
pub fn is_plain(c: char, encoding: Encoding) -> bool {
    let written = encoding == Encoding::Utf8 || is_latin_1(c);
    written && is_allowed(c) && !c.is_control() && !matches!(c, '<' | '>' | '&' | '"' | ']')
}

/// Where a text goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The text of an element.
    Content,
    /// A CDATA section of its own.
    Cdata,
    /// An attribute, between double quotes.
    Attribute,
}

/// How a document writes its texts.
#[derive(Default)]
pub struct Style {
    /// ` xsi:nil="true"` with the prefix that is in force.
    pub nil: Box<[u8]>,
    /// What stands for a character that is not allowed; `None`: it is refused.
    pub forbidden: Option<Box<str>>,
    /// The document is rewritten in ISO-8859-1 in the end.
    pub latin_1: bool,
}

impl Style {
    /// Appends a text; false where it holds a character that is not allowed, and none stands for it.
    pub fn push(&self, place: Place, text: &str, out: &mut Vec<u8>) -> bool {
        match place {
            Place::Cdata => self.push_cdata(text, out),
            _ => push(text, place == Place::Attribute, self.forbidden.as_deref(), out),
        }
    }

    /// The text with something in the place of what is not allowed.
    pub fn replaced<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.forbidden {
            Some(instead) if text.chars().any(|c| !is_allowed(c)) => {
                let mut made = String::with_capacity(text.len());
                for c in text.chars() {
                    if is_allowed(c) { made.push(c) } else { made.push_str(instead) }
                }
                Cow::Owned(made)
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// A CDATA section knows no references, so it ends before what needs one and begins again behind it.
    fn push_cdata(&self, text: &str, out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(b"<![CDATA[");
        let start = out.len();
        for c in text.chars() {
            match c {
                '>' if out[start..].ends_with(b"]]") => out.extend_from_slice(b"]]><![CDATA[>"),
                // a parser would make a line feed of a bare CR
                '\r' => outside(c, out),
                _ if self.latin_1 && is_allowed(c) && !is_latin_1(c) => outside(c, out),
                _ if is_allowed(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                _ => match &self.forbidden {
                    Some(instead) => out.extend_from_slice(instead.as_bytes()),
                    None => return false,
                },
            }
        }
        out.extend_from_slice(b"]]>");
        true
    }
}

fn outside(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(b"]]>");
    push_reference(c, out);
    out.extend_from_slice(b"<![CDATA[");
}

/// Appends the name of a namespace as an attribute's value.
pub fn push_attribute(text: &str, out: &mut Vec<u8>) -> bool {
    push(text, true, None, out)
}

fn push(text: &str, attribute: bool, forbidden: Option<&str>, out: &mut Vec<u8>) -> bool {
    let bytes = text.as_bytes();
    let mut start = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let mut length = 1;
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
            _ => {
                length = match byte {
                    0..0x20 => 1,
                    // U+FFFE and U+FFFF
                    0xEF if matches!(bytes.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])) => 3,
                    _ => continue,
                };
                match forbidden {
                    Some(instead) => instead.as_bytes(),
                    None => return false,
                }
            }
        };
        out.extend_from_slice(&bytes[start..at]);
        out.extend_from_slice(escape);
        start = at + length;
    }
    out.extend_from_slice(&bytes[start..]);
    true
}

/// Why a text cannot be written.
#[cold]
pub fn forbidden<'e>(value: &Value<'e>, code: &'e Code, machine: &mut Machine<'e>) -> Box<Stop> {
    rules::forbidden(value, code, machine, "holds a character that XML 1.0 does not allow", |c| !is_allowed(c))
}
