//! From a frame of the hub to the event in it: CloudEvents 1.0 in structured mode, or bare JSON.

use std::borrow::Cow;

use super::door::{Lexer, StringSpan, decode, text_of};
use super::request::Refusal;
use crate::model::Listen;
use crate::model::number::plain_decimal;

/// What a frame holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'f> {
    /// The event's bytes, a slice of the frame.
    pub data: &'f [u8],
    /// The CloudEvents `id`, or what the mapping's `listen` names; a number as plain digits.
    pub id: Option<String>,
    /// The CloudEvents `type`.
    pub event_type: Option<String>,
    /// The CloudEvents `time`, as it came.
    pub time: Option<String>,
    /// The CloudEvents `source`.
    pub source: Option<String>,
}

/// Top-level members of a frame, as raw JSON.
#[derive(Default)]
struct Members<'f> {
    specversion: Option<&'f str>,
    id: Option<&'f str>,
    event_type: Option<&'f str>,
    source: Option<&'f str>,
    time: Option<&'f str>,
    data: Option<&'f str>,
    data_base64: bool,
    /// The member that `listen` names first.
    listened: Option<&'f str>,
}

/// Takes a frame apart in one pass over its bytes. An object with the strings `specversion`, `type`,
/// `source` and `id` and with `data` is a CloudEvents 1.0 event in structured JSON mode; anything else
/// is the event itself. Whether the event has its declared shape is the door's question.
///
/// # Errors
///
/// The frame is no JSON, or over a limit; the CloudEvents event is of another version, or its data is
/// in base64.
pub fn open_frame<'f>(bytes: &'f [u8], listen: &Listen) -> Result<Frame<'f>, Refusal> {
    let text = text_of(bytes)?;
    let names: &[String] = listen.id.as_deref().unwrap_or(&[]);
    let members = members(text, names.first()).map_err(|malformed| Refusal::of_event(malformed.to_string()))?;
    let strings = [members.specversion, members.event_type, members.source, members.id];
    let [Some(version), Some(event_type), Some(source), Some(id)] = strings.map(string) else {
        return Ok(bare(bytes, &members, names));
    };
    if members.data.is_none() && !members.data_base64 {
        return Ok(bare(bytes, &members, names));
    }
    if version != "1.0" {
        return Err(Refusal { path: "specversion".to_owned(), reason: "only CloudEvents 1.0 is known".to_owned() });
    }
    let Some(data) = members.data else {
        let reason = "CloudEvents data in base64 is not taken; send it as JSON in `data`".to_owned();
        return Err(Refusal { path: "data_base64".to_owned(), reason });
    };
    Ok(Frame {
        data: data.as_bytes(),
        id: Some(id.into_owned()),
        event_type: Some(event_type.into_owned()),
        time: string(members.time).map(Cow::into_owned),
        source: Some(source.into_owned()),
    })
}

/// The frame is the event.
fn bare<'f>(bytes: &'f [u8], members: &Members<'f>, names: &[String]) -> Frame<'f> {
    let mut found = if names.is_empty() { members.id } else { members.listened };
    for name in names.iter().skip(1) {
        found = found.and_then(|raw| member(raw, name));
    }
    Frame { data: bytes, id: found.and_then(identity), event_type: None, time: None, source: None }
}

/// A string as it is, a number in plain digits; nothing else is an id.
fn identity(raw: &str) -> Option<String> {
    match raw.as_bytes().first()? {
        b'"' => string(Some(raw)).map(Cow::into_owned).filter(|id| !id.is_empty()),
        b'-' | b'0'..=b'9' => plain_decimal(raw).ok().map(Cow::into_owned),
        _ => None,
    }
}

fn string(raw: Option<&str>) -> Option<Cow<'_, str>> {
    let inside = raw?.strip_prefix('"')?.strip_suffix('"')?;
    Some(decode(inside))
}

/// Reads the whole frame; of a member that comes twice the last one counts.
fn members<'f>(text: &'f str, listened: Option<&String>) -> Result<Members<'f>, super::door::Malformed> {
    let mut members = Members::default();
    let mut lexer = Lexer::new(text);
    lexer.space();
    if lexer.peek() != b'{' {
        lexer.skip_value(0)?;
        lexer.end()?;
        return Ok(members);
    }
    object(&mut lexer, |name, value| {
        match name {
            "specversion" => members.specversion = Some(value),
            "id" => members.id = Some(value),
            "type" => members.event_type = Some(value),
            "source" => members.source = Some(value),
            "time" => members.time = Some(value),
            "data" => members.data = Some(value),
            "data_base64" => members.data_base64 = true,
            _ => {}
        }
        if listened.is_some_and(|listened| listened == name) {
            members.listened = Some(value);
        }
    })?;
    lexer.end()?;
    Ok(members)
}

/// The member of an object in raw JSON that was read before.
fn member<'f>(raw: &'f str, wanted: &str) -> Option<&'f str> {
    let mut lexer = Lexer::new(raw);
    if lexer.peek() != b'{' {
        return None;
    }
    let mut found = None;
    object(&mut lexer, |name, value| {
        if name == wanted {
            found = Some(value);
        }
    })
    .ok()?;
    found
}

/// Goes over the members of the object at hand.
fn object<'f>(lexer: &mut Lexer<'f>, mut each: impl FnMut(&str, &'f str)) -> Result<(), super::door::Malformed> {
    lexer.at += 1;
    lexer.space();
    if lexer.peek() == b'}' {
        lexer.at += 1;
        return Ok(());
    }
    loop {
        if lexer.peek() != b'"' {
            return lexer.expected("a name in quotes");
        }
        let StringSpan { start, end, .. } = lexer.string()?;
        lexer.colon()?;
        let value = lexer.at;
        lexer.skip_value(1)?;
        each(&decode(&lexer.text[start..end]), &lexer.text[value..lexer.at]);
        lexer.space();
        match lexer.peek() {
            b',' => lexer.at += 1,
            b'}' => {
                lexer.at += 1;
                return Ok(());
            }
            _ => return lexer.expected("a comma or }"),
        }
        lexer.space();
    }
}
