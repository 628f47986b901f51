//! Bodies taken apart again by readers that are not ours.

use crate::json::Json;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// The body as JSON, or why it is none.
pub fn json(bytes: &[u8]) -> Result<Json, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("the body is not UTF-8: {error}"))?;
    serde_json::from_str::<serde_json::Value>(text)
        .map_err(|error| format!("the body is no JSON ({error}): {text}"))?;
    let json = Json::parse(text).ok_or_else(|| format!("serde_json reads it, but ours does not: {text}"))?;
    match repeated(&json) {
        Some(name) => Err(format!("the name {name:?} stands twice in one object: {text}")),
        None => Ok(json),
    }
}

/// A name that one object has twice.
fn repeated(json: &Json) -> Option<&str> {
    match json {
        Json::Object(members) => {
            let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            names
                .windows(2)
                .find(|pair| pair[0] == pair[1])
                .map(|pair| pair[0])
                .or_else(|| members.iter().find_map(|(_, value)| repeated(value)))
        }
        Json::List(items) => items.iter().find_map(repeated),
        _ => None,
    }
}

/// An element as XML's own rules compare it: prefixes resolved, attributes sorted, adjacent text joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// `{namespace}local`
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub content: Vec<Content>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Text(String),
    Element(Element),
}

/// The body's root element, or why it is no well-formed XML with namespaces.
pub fn xml(bytes: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("the body is not UTF-8: {error}"))?;
    if let Some(c) = text.chars().find(|c| !is_char(*c)) {
        return Err(format!("the body holds {c:?}, which XML 1.0 forbids"));
    }
    read(text).map_err(|why| format!("{why}: {text}"))
}

fn read(text: &str) -> Result<Element, String> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => open.push(element(&reader, &start)?),
            Event::Empty(start) => {
                let empty = element(&reader, &start)?;
                close(&mut open, empty)?;
            }
            Event::End(_) => {
                let done = open.pop().ok_or("an element ends that none began")?;
                close(&mut open, done)?;
            }
            Event::Text(content) => push_text(&mut open, &content)?,
            Event::GeneralRef(name) => {
                let raw = format!("&{};", &*name);
                let character = quick_xml::escape::unescape(&raw).map_err(|error| error.to_string())?;
                push_text(&mut open, &character)?;
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            Event::CData(content) => push_text(&mut open, &content.xml_content(quick_xml::XmlVersion::Implicit1_0))?,
            other => return Err(format!("{other:?} is not written by anyone")),
        }
    }
    match (open.pop(), open.len()) {
        (Some(Element { mut content, .. }), 0) if content.len() == 1 => match content.pop() {
            Some(Content::Element(root)) => Ok(root),
            _ => Err("the root is no element".to_owned()),
        },
        _ => Err("not one root element".to_owned()),
    }
}

fn close(open: &mut [Element], done: Element) -> Result<(), String> {
    let parent = open.last_mut().ok_or("the root ends twice")?;
    parent.content.push(Content::Element(done));
    Ok(())
}

fn push_text(open: &mut [Element], text: &str) -> Result<(), String> {
    let outside = open.len() == 1;
    let parent = open.last_mut().ok_or("text behind the root")?;
    if outside && text.trim().is_empty() {
        return Ok(());
    }
    match parent.content.last_mut() {
        Some(Content::Text(before)) => before.push_str(text),
        _ => parent.content.push(Content::Text(text.to_owned())),
    }
    Ok(())
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Element, String> {
    let name = resolved(reader.resolver().resolve_element(start.name()))?;
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key: &str = attribute.key.as_ref();
        if key == "xmlns" || key.starts_with("xmlns:") {
            continue;
        }
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| error.to_string())?;
        let name = resolved(reader.resolver().resolve_attribute(attribute.key))?;
        attributes.push((name, value.into_owned()));
    }
    attributes.sort();
    if let Some(pair) = attributes.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(format!("the attribute {} stands twice", pair[0].0));
    }
    Ok(Element { name, attributes, content: Vec::new() })
}

fn resolved((namespace, local): (ResolveResult<'_>, quick_xml::name::LocalName<'_>)) -> Result<String, String> {
    let local: &str = local.as_ref();
    match namespace {
        ResolveResult::Bound(namespace) => Ok(format!("{{{}}}{local}", namespace.as_ref() as &str)),
        ResolveResult::Unbound => Ok(local.to_owned()),
        ResolveResult::Unknown(prefix) => Err(format!("the prefix {prefix:?} is not declared")),
    }
}

/// XML 1.0 §2.2, `Char`.
fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
