//! XML compared as XML: names by namespace and local part, attributes as a set, text as characters. Prefixes, comments,
//! processing instructions and the blanks between elements say nothing.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 500;

/// A namespace, empty for none, and a local name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    namespace: String,
    local: String,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Element {
    name: Name,
    attributes: BTreeMap<Name, String>,
    children: Vec<Child>,
}

#[derive(Debug, PartialEq, Eq)]
enum Child {
    Element(Element),
    Text(String),
}

/// Reads one document.
///
/// # Errors
/// Why it is none, with the place.
pub fn parse(text: &str) -> Result<Element, String> {
    let mut reader = NsReader::from_str(text.trim());
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|error| format!("{error} (at byte {at})"))?;
        match event {
            Event::Start(_) if root.is_some() && open.is_empty() => return Err("there are two roots".to_owned()),
            Event::Start(_) if open.len() == MAX_DEPTH => {
                return Err(format!("it is nested more than {MAX_DEPTH} deep"));
            }
            Event::Start(start) => open.push(element(&reader, &start)?),
            Event::End(_) => {
                let Some(mut closed) = open.pop() else { return Err("an end tag has no beginning".to_owned()) };
                drop_blanks(&mut closed.children);
                match open.last_mut() {
                    Some(parent) => parent.children.push(Child::Element(closed)),
                    None => root = Some(closed),
                }
            }
            Event::Text(text) => add_text(&mut open, &text.xml_content(XmlVersion::Implicit1_0))?,
            Event::CData(text) => add_text(&mut open, &text.xml_content(XmlVersion::Implicit1_0))?,
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&reference)
                        .ok_or_else(|| format!("the entity &{};  is unknown", &*reference))?
                        .to_owned(),
                };
                add_text(&mut open, &character)?;
            }
            Event::Eof if !open.is_empty() => return Err("an element is not closed".to_owned()),
            Event::Eof => return root.ok_or_else(|| "there is no element".to_owned()),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Element, String> {
    let (namespace, local) = reader.resolver().resolve_element(start.name());
    let name = name(namespace, local.as_ref())?;
    let mut attributes = BTreeMap::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        attributes.insert(self::name(namespace, local.as_ref())?, value.into_owned());
    }
    Ok(Element { name, attributes, children: Vec::new() })
}

fn name(namespace: ResolveResult<'_>, local: &str) -> Result<Name, String> {
    let namespace = match namespace {
        ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(prefix) => return Err(format!("the prefix {prefix} is declared nowhere")),
    };
    Ok(Name { namespace, local: local.to_owned() })
}

/// Neighbouring pieces (text, CDATA, references) are one text.
fn add_text(open: &mut [Element], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => match element.children.last_mut() {
            Some(Child::Text(known)) => known.push_str(text),
            _ => element.children.push(Child::Text(text.to_owned())),
        },
        None if text.trim().is_empty() => {}
        None => return Err("there is text outside of the root".to_owned()),
    }
    Ok(())
}

/// Beside elements, text of nothing but blanks is layout; an empty text is none.
fn drop_blanks(children: &mut Vec<Child>) {
    let layout = children.iter().any(|child| matches!(child, Child::Element(_)));
    children.retain(|child| match child {
        Child::Element(_) => true,
        Child::Text(text) => !(text.is_empty() || layout && text.trim().is_empty()),
    });
}

/// One line an element, attributes sorted, namespaces instead of prefixes.
pub fn pretty(root: &Element) -> String {
    let mut out = String::new();
    write_element(&mut out, root, "", 0);
    out
}

fn write_element(out: &mut String, element: &Element, around: &str, depth: usize) {
    let indent = "  ".repeat(depth);
    // Writing into a string cannot fail.
    let _ = write!(out, "{indent}<{}", element.name.local);
    if element.name.namespace != around {
        let _ = write!(out, " xmlns=\"{}\"", escaped(&element.name.namespace));
    }
    for (name, value) in &element.attributes {
        let namespace = if name.namespace.is_empty() { String::new() } else { format!("{{{}}}", name.namespace) };
        let _ = write!(out, " {namespace}{}=\"{}\"", name.local, escaped(value));
    }
    match element.children.as_slice() {
        [] => out.push_str("/>\n"),
        [Child::Text(text)] => {
            let _ = writeln!(out, ">{}</{}>", escaped(text), element.name.local);
        }
        children => {
            out.push_str(">\n");
            for child in children {
                match child {
                    Child::Element(child) => write_element(out, child, &element.name.namespace, depth + 1),
                    Child::Text(text) => {
                        let _ = writeln!(out, "{indent}  {}", escaped(text));
                    }
                }
            }
            let _ = writeln!(out, "{indent}</{}>", element.name.local);
        }
    }
}

fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).replace('\n', "&#10;").replace('\r', "&#13;").replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: &str, right: &str) -> bool {
        parse(left).unwrap() == parse(right).unwrap()
    }

    #[test]
    fn what_says_nothing_is_not_compared() {
        let one = "<?xml version=\"1.0\"?><!-- c --><s:a xmlns:s='urn:x' c='2' b='1'><s:d/>\n <s:e>x&#65;&lt;<![CDATA[&]]></s:e></s:a>";
        let other = "\n<a xmlns=\"urn:x\" b=\"1\" c=\"2\">\n  <d></d><e>xA&lt;&amp;</e></a>\n";
        assert!(same(one, other));
    }

    #[test]
    fn what_says_something_is_compared() {
        let base = "<a xmlns='urn:x' b='1'><c>1</c><d/></a>";
        for other in [
            "<a xmlns='urn:y' b='1'><c>1</c><d/></a>",
            "<a b='1'><c>1</c><d/></a>",
            "<a xmlns='urn:x' b='2'><c>1</c><d/></a>",
            "<a xmlns='urn:x'><c>1</c><d/></a>",
            "<a xmlns='urn:x' xmlns:p='urn:p' p:b='1'><c>1</c><d/></a>",
            "<a xmlns='urn:x' b='1'><d/><c>1</c></a>",
            "<a xmlns='urn:x' b='1'><c>1 </c><d/></a>",
            "<a xmlns='urn:x' b='1'><c>1</c><d/><d/></a>",
            "<a xmlns='urn:x' b='1'>t<c>1</c><d/></a>",
        ] {
            assert!(!same(base, other), "{other}");
        }
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>t",
            "<p:a/>",
            "<a>&x;</a>",
            "<a b='1' b='2'/>",
            "</a>",
            "<a",
            "<a>&#0;</a>",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        let deep = "<a>".repeat(100_000);
        assert!(parse(&deep).unwrap_err().contains("500 deep"));
    }

    #[test]
    fn the_drawing_names_namespaces() {
        let drawn = pretty(&parse("<s:a xmlns:s='urn:x' s:b='1'><c xmlns=''>x\n</c><s:d/></s:a>").unwrap());
        assert_eq!(drawn, "<a xmlns=\"urn:x\" {urn:x}b=\"1\">\n  <c xmlns=\"\">x&#10;</c>\n  <d/>\n</a>\n");
    }
}
