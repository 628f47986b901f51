//! An XML answer: elements by their local names, and the fault of SOAP 1.1 and 1.2.

use crate::library::Value;
use crate::library::scalar::scalar;
use crate::library::value::Record;
use crate::model::{Base, Type};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// Elements deeper than this are not looked at.
const MAX_DEPTH: usize = 128;

/// SOAP 1.1 §4.1.2 and SOAP 1.2 part 1 §5.1.
const SOAP: [&str; 2] = ["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"];
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A SOAP fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `soap:Client`, as far as it is made of a name's letters; the fault's text may quote the request and is not kept.
    pub code: String,
    /// The receiver is at fault (`Server`, `Receiver`): SOAP says that the same message may succeed later.
    pub of_receiver: bool,
}

#[derive(Debug, Default)]
struct Element {
    local: String,
    /// Its place in [`SOAP`], where it is SOAP's.
    soap: Option<usize>,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    /// Its own characters.
    text: String,
    nil: bool,
    /// Its end tag was read: its text is whole.
    closed: bool,
}

/// What was read of a document, which may be cut off anywhere.
#[derive(Debug)]
pub struct Document {
    root: Element,
}

enum Found<'d> {
    Element(&'d Element),
    Attribute(&'d str),
}

impl Document {
    /// `None` where not even a root begins.
    pub fn read(bytes: &[u8]) -> Option<Document> {
        let text = text_of(bytes);
        let mut reader = NsReader::from_str(&text);
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<Element> = Vec::new();
        let mut too_deep = 0usize;
        // what cannot be read ends the reading; what stood before it counts
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(_) if open.len() >= MAX_DEPTH => too_deep += 1,
                Event::End(_) if too_deep > 0 => too_deep -= 1,
                _ if too_deep > 0 && !matches!(event, Event::Eof) => {}
                Event::Start(start) => match element(&reader, &start) {
                    Some(element) => open.push(element),
                    None => break,
                },
                Event::End(_) => {
                    let Some(mut closed) = open.pop() else { break };
                    closed.closed = true;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(closed),
                        None => return Some(Document { root: closed }),
                    }
                }
                Event::Text(text) => add(&mut open, Some(&text.xml_content(XmlVersion::Implicit1_0))),
                Event::CData(text) => add(&mut open, Some(&text.xml_content(XmlVersion::Implicit1_0))),
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(character)) => add(&mut open, Some(character.encode_utf8(&mut [0; 4]))),
                    Ok(None) => add(&mut open, quick_xml::escape::resolve_predefined_entity(&reference)),
                    Err(_) => break,
                },
                Event::Eof => break,
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        while let Some(cut) = open.pop() {
            match open.last_mut() {
                Some(parent) => parent.children.push(cut),
                None => return Some(Document { root: cut }),
            }
        }
        None
    }

    pub fn value<'e>(&self, shape: &'e Type) -> Value<'e> {
        let Base::Record(record) = &shape.base else { return Value::Missing };
        let fields = record.fields.iter();
        let fields = fields.filter_map(|field| named(&field.name, &field.ty, self.root.anywhere(&field.name)));
        Value::Record(Record::Made(fields.collect()))
    }

    pub fn fault(&self) -> Option<Fault> {
        let soap = self.root.soap?;
        let child = |element: &'_ Element, local: &str| -> Option<usize> {
            element.children.iter().position(|child| child.local == local && child.soap == Some(soap))
        };
        if self.root.local != "Envelope" {
            return None;
        }
        let body = &self.root.children[child(&self.root, "Body")?];
        let fault = &body.children[child(body, "Fault")?];
        let code = match soap {
            0 => fault.children.iter().find(|child| child.local == "faultcode"),
            _ => {
                let code = child(fault, "Code").map(|at| &fault.children[at]);
                code.and_then(|code| child(code, "Value").map(|at| &code.children[at]))
            }
        };
        let code = code.map_or("", |code| code.text.trim());
        let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || "._:-".contains(*c)).take(64).collect();
        let local = code.rsplit(':').next().unwrap_or_default();
        let of_receiver = local == "Receiver" || local.split('.').next() == Some("Server");
        Some(Fault { code, of_receiver })
    }
}

impl Element {
    /// The elements of that name, in document order; where there is none, the attributes.
    fn anywhere<'d>(&'d self, name: &str) -> Vec<Found<'d>> {
        let mut found = Vec::new();
        self.walk(&mut |element| {
            if element.local == name {
                found.push(Found::Element(element));
            }
        });
        if found.is_empty() {
            self.walk(&mut |element| found.extend(element.attribute(name).map(Found::Attribute)));
        }
        found
    }

    fn walk<'d>(&'d self, each: &mut dyn FnMut(&'d Element)) {
        each(self);
        for child in &self.children {
            child.walk(each);
        }
    }

    fn below<'d>(&'d self, name: &str) -> Vec<Found<'d>> {
        let elements = self.children.iter().filter(|child| child.local == name).map(Found::Element);
        let mut found: Vec<Found<'d>> = elements.collect();
        if found.is_empty() {
            found.extend(self.attribute(name).map(Found::Attribute));
        }
        found
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(local, _)| local == name).map(|(_, value)| value.as_str())
    }
}

impl Found<'_> {
    fn value<'e>(&self, ty: &'e Type) -> Value<'e> {
        let element = match self {
            Found::Attribute(text) => return scalar(ty, text).unwrap_or(Value::Missing),
            Found::Element(element) => element,
        };
        if element.nil {
            return if ty.null { Value::Null } else { Value::Missing };
        }
        match &ty.base {
            Base::Record(record) => {
                let fields = record.fields.iter();
                let fields = fields.filter_map(|field| named(&field.name, &field.ty, element.below(&field.name)));
                Value::Record(Record::Made(fields.collect()))
            }
            // a list of lists has no look in XML
            Base::List(_) => Value::Missing,
            // an end that was cut off may have cut the text, too
            _ if !element.closed => Value::Missing,
            _ => scalar(ty, element.text.trim_matches([' ', '\t', '\r', '\n'])).unwrap_or(Value::Missing),
        }
    }
}

/// The first one found; of a list all.
fn named<'e>(name: &'e str, ty: &'e Type, found: Vec<Found<'_>>) -> Option<(&'e str, Value<'e>)> {
    let value = match &ty.base {
        Base::List(item) if !found.is_empty() => {
            Value::list(found.iter().map(|found| found.value(item)).filter(|value| !value.is_missing()))
        }
        _ => found.first()?.value(ty),
    };
    (!value.is_missing()).then_some((name, value))
}

/// UTF-8 as far as it goes; bytes that begin as none are ISO 8859-1.
fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // cut within a character
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned()
        }
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn add(open: &mut [Element], text: Option<&str>) {
    if let (Some(element), Some(text)) = (open.last_mut(), text) {
        element.text.push_str(text);
    }
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Option<Element> {
    let (namespace, local) = reader.resolver().resolve_element(start.name());
    let soap = match namespace {
        ResolveResult::Bound(found) => SOAP.iter().position(|soap| found.as_ref() == *soap),
        ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
    };
    let mut element = Element { local: local.as_ref().to_owned(), soap, ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        let instance = matches!(namespace, ResolveResult::Bound(found) if found.as_ref() == SCHEMA_INSTANCE);
        if instance {
            element.nil |= local.as_ref() == "nil" && matches!(value.trim(), "true" | "1");
            continue;
        }
        element.attributes.push((local.as_ref().to_owned(), value.into_owned()));
    }
    Some(element)
}
