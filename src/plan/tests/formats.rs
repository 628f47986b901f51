//! Bodies of forms, lines of text, SOAP, and XML in other encodings.

use proptest::prelude::*;
use quick_xml::XmlVersion;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::*;

fn plan(format: Value, nodes: &[Value]) -> Plan {
    let fields = [field("a", json!("text")), field("b", json!("text")), optional("c", json!("text"))];
    plan_of(mapping_of(&fields, &[target(format, nodes)]))
}

fn refused_plan(format: Value, nodes: &[Value]) -> String {
    match try_plan(mapping_of(&[field("a", json!("text"))], &[target(format, nodes)])) {
        Ok(_) => panic!("it is a plan"),
        Err(error) => error.to_string(),
    }
}

fn event(a: &str, b: &str) -> String {
    json!({ "a": a, "b": b }).to_string()
}

fn line(value: Value) -> Value {
    json!({ "line": { "value": value } })
}

fn hole(value: Value) -> Value {
    json!({ "hole": value })
}

fn literal(text: &str) -> Value {
    json!({ "literal": text })
}

fn call(function: &str, arguments: &[Value]) -> Value {
    json!({ "call": { "function": function, "arguments": arguments } })
}

fn template(parts: &[Value]) -> Value {
    json!({ "text": parts })
}

fn text_format(more: Value) -> Value {
    let mut format = json!({ "ends": "\n" });
    let members = more.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
    format.as_object_mut().unwrap().extend(members);
    json!({ "text": format })
}

fn cdata_leaf(name: Value, value: Value, cdata: bool) -> Value {
    json!({ "leaf": { "name": name, "value": value, "type": { "base": "text" }, "path": "leaf", "cdata": cdata } })
}

fn soap(version: &str, more: Value) -> Value {
    let mut soap = json!({ "version": version, "operation": { "local": "Op" }, "prefix": "soap" });
    let members = more.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
    soap.as_object_mut().unwrap().extend(members);
    json!({ "soap": soap })
}

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

#[test]
fn what_a_format_does_not_have_is_no_plan() {
    let leaf = leaf("x", path(&["a"]));
    let text_line = line(path(&["a"]));
    let each = json!({ "each": { "variable": 1, "list": path(&["a"]), "nodes": [] } });
    let xml = json!({ "xml": { "root": { "local": "R" } } });
    for (format, node, reason) in [
        (json!("json"), &text_line, "JSON has no lines of text"),
        (xml.clone(), &text_line, "XML has no lines of text"),
        (xml, &each, "XML has no lines of text"),
        (json!("form"), &text_line, "a form has no lines of text"),
        (json!("form"), &group("g", std::slice::from_ref(&leaf)), "a form has no records"),
        (text_format(json!({})), &leaf, "a text is made of lines alone"),
        (text_format(json!({})), &each, "needs a list"),
        (text_format(json!({ "forbidden": "\n" })), &text_line, "one plain character"),
        (text_format(json!({ "forbidden": "ab" })), &text_line, "one plain character"),
        (text_format(json!({ "encoding": "ISO-8859-1", "ends": "\u{20ac}" })), &text_line, "ISO-8859-1"),
        (json!({ "xml": { "root": { "local": "R" }, "forbidden": "<" } }), &leaf, "one plain character"),
        (json!({ "xml": { "root": { "local": "\u{141}" }, "encoding": "ISO-8859-1" } }), &leaf, "ISO-8859-1"),
        (soap("1.1", json!({ "action": "a\" b" })), &leaf, "an action is a URI"),
        (soap("1.1", json!({ "action": "a\nb" })), &leaf, "an action is a URI"),
        (soap("1.1", json!({ "prefix": "xmlns" })), &leaf, "no prefix for the envelope"),
        (
            soap("1.1", json!({ "namespaces": [{ "prefix": "soap", "uri": "urn:other" }] })),
            &leaf,
            "no prefix for the envelope",
        ),
    ] {
        let error = refused_plan(format.clone(), std::slice::from_ref(node));
        assert!(error.contains(reason), "{format} {node}: {error}");
    }
}

#[test]
fn soap_actions_go_where_the_standard_has_them() {
    let request = |version: &str, more: Value| {
        make(&plan(soap(version, more), &[leaf("A", path(&["a"]))]), &event("1", "")).expect("made")
    };
    let plain = request("1.1", json!({}));
    assert_eq!(header(&plain, "Content-Type").as_deref(), Some("text/xml; charset=utf-8"));
    assert_eq!(header(&plain, "SOAPAction").as_deref(), Some("\"\""));
    assert!(!plain.json);
    let named = request("1.1", json!({ "action": "urn:x" }));
    assert_eq!(header(&named, "SOAPAction").as_deref(), Some("\"urn:x\""));
    let plain = request("1.2", json!({}));
    assert_eq!(header(&plain, "Content-Type").as_deref(), Some("application/soap+xml; charset=utf-8"));
    assert_eq!(header(&plain, "SOAPAction"), None);
    let named = request("1.2", json!({ "action": "urn:x", "encoding": "ISO-8859-1" }));
    assert_eq!(
        header(&named, "Content-Type").as_deref(),
        Some("application/soap+xml; charset=ISO-8859-1; action=\"urn:x\"")
    );
}

#[test]
fn an_envelope_has_a_header_where_something_is_in_it() {
    let open = concat!(
        r#"<?xml version="1.0" encoding="UTF-8"?>"#,
        r#"<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">"#
    );
    let blocks = json!([leaf("C", path(&["c"]))]);
    let plan = plan(soap("1.1", json!({ "header": blocks })), &[leaf("A", path(&["a"]))]);
    let close = "<soap:Body><Op><A>1</A></Op></soap:Body></soap:Envelope>";
    assert_eq!(body(&plan, &event("1", "")), format!("{open}{close}"));
    assert_eq!(body(&plan, r#"{"a":"1","b":"","c":"2"}"#), format!("{open}<soap:Header><C>2</C></soap:Header>{close}"));
}

#[test]
fn a_token_goes_into_the_security_header_and_nowhere_else() {
    let blocks = json!([cdata_leaf(json!({ "name": { "local": "C" } }), path(&["a"]), true)]);
    let format = soap("1.2", json!({ "security": true, "header": blocks }));
    let plan = plan(format, &[leaf("A", path(&["a"]))]);
    let hostile = "</wsse:Security><wsse:Security>";
    let request = make(&plan, &event(hostile, "")).expect("made");
    let stored = request.body_text().into_owned();
    let secured = String::from_utf8(request.with_token("<T/>").expect("it has the place")).unwrap();
    let at = secured.find("<T/>").unwrap();
    assert!(secured[..at].ends_with(" soap:mustUnderstand=\"1\">"), "{secured}");
    assert!(secured[at..].starts_with("<T/></wsse:Security><C><![CDATA[</wsse:Security>"), "{secured}");
    assert_eq!(secured.replacen("<T/>", "", 1), stored);
    // a body without it is left alone
    let bare = self::plan(soap("1.2", json!({})), &[leaf("A", path(&["a"]))]);
    assert_eq!(make(&bare, &event(hostile, "")).expect("made").with_token("<T/>"), None);
}

#[test]
fn names_bound_in_a_map_are_known_in_its_header() {
    let bound = json!({ "let": { "variable": 7, "name": "up", "value": call("upper", &[path(&["a"])]) } });
    let blocks = json!([leaf("H", local(7, &[]))]);
    let plan = plan(soap("1.1", json!({ "header": blocks })), &[bound, leaf("A", local(7, &[]))]);
    let made = body(&plan, &event("x", ""));
    assert!(made.contains("<soap:Header><H>X</H></soap:Header><soap:Body><Op><A>X</A></Op>"), "{made}");
}

#[test]
fn a_field_is_filled_up_or_its_line_fails() {
    let fit = |function: &str, width: &str| hole(call(function, &[path(&["a"]), number(width)]));
    let record = template(&[fit("fit_left", "4"), literal("|"), fit("fit_right", "4"), literal("|")]);
    let answered =
        json!({ "rescue": { "value": record, "fallback": template(&[literal("long "), hole(path(&["b"]))]) } });
    let plan = plan(text_format(json!({ "ends": "\r" })), &[line(answered)]);
    assert_eq!(body(&plan, &event("ab", "")), "ab  |  ab|\r");
    assert_eq!(body(&plan, &event("", "")), "    |    |\r");
    // characters, not bytes
    assert_eq!(body(&plan, &event("Zo\u{eb}\u{20ac}", "")), "Zo\u{eb}\u{20ac}|Zo\u{eb}\u{20ac}|\r");
    assert_eq!(body(&plan, &event("abcde", "z")), "long z\r");
    assert_eq!(refused(&plan, &event("abcde", "a\nb")), "b: holds a line break or control character");
}

#[test]
fn what_breaks_a_rule_is_told_by_the_events_field() {
    let upper = line(template(&[literal("H"), hole(call("upper", &[path(&["a"])]))]));
    let plan = plan(text_format(json!({})), &[upper]);
    assert_eq!(body(&plan, &event("x", "")), "HX\n");
    assert_eq!(refused(&plan, &event("x\r\nH", "")), "a: holds a line break or control character");
    let csv = line(template(&[hole(call("csv", &[path(&["a"])])), literal(","), hole(path(&["b"]))]));
    let plan = self::plan(text_format(json!({})), &[csv]);
    assert_eq!(body(&plan, &event("x\r\n\"y\"", "z")), "\"x\r\n\"\"y\"\"\",z\n");
    assert_eq!(refused(&plan, &event("x\u{0}", "z")), "a: holds a line break or control character");
    assert_eq!(refused(&plan, &event("", "z\n")), "b: holds a line break or control character");
}

/// The text of the root, read by another hand.
fn read_xml(body: &[u8]) -> String {
    let mut reader = Reader::from_reader(body);
    let mut text = String::new();
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).expect("well-formed") {
            Event::Text(piece) => text.push_str(&piece.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(piece) => text.push_str(&piece.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().expect("a reference") {
                Some(character) => text.push(character),
                None => text.push_str(quick_xml::escape::resolve_predefined_entity(&reference).expect("known")),
            },
            Event::Eof => return text,
            _ => {}
        }
        buffer.clear();
    }
}

fn allowed(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..))
}

/// Texts of what is special to XML, to lines, to encodings.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[\\]>\\[<&;#a\r\n\t ]{0,4}",
        Just("]]>".to_owned()),
        Just("\u{20ac}".to_owned()),
        Just("\u{2028}\u{85}\u{1f600}".to_owned()),
        Just("\u{0}\u{fffe}\u{1b}".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// In each encoding, as text or CDATA, what is read is what was written.
    #[test]
    fn xml_reads_back(text in hostile(), cdata in any::<bool>(), latin_1 in any::<bool>()) {
        let encoding = if latin_1 { "ISO-8859-1" } else { "UTF-8" };
        let format = json!({ "xml": { "root": { "local": "R" }, "encoding": encoding } });
        let plan = plan(format, &[cdata_leaf(json!("here"), path(&["a"]), cdata)]);
        match make(&plan, &event(&text, "")) {
            Ok(request) => {
                prop_assert!(allowed(&text));
                let body = request.body_text();
                prop_assert_eq!(read_xml(body.as_bytes()), text);
            }
            Err(refusal) => {
                prop_assert!(!allowed(&text));
                prop_assert_eq!(refusal.path, "a");
            }
        }
    }

    /// With a stand-in nothing is refused, and what is written is well-formed.
    #[test]
    fn a_stand_in_replaces_each_forbidden_character(text in hostile(), cdata in any::<bool>(), latin_1 in any::<bool>()) {
        let encoding = if latin_1 { "ISO-8859-1" } else { "UTF-8" };
        let format = json!({ "xml": { "root": { "local": "R" }, "encoding": encoding, "forbidden": "?" } });
        let plan = plan(format, &[cdata_leaf(json!("here"), path(&["a"]), cdata)]);
        let request = make(&plan, &event(&text, "")).expect("nothing is refused");
        let expected: String = text.chars().map(|c| if allowed(&c.to_string()) { c } else { '?' }).collect();
        prop_assert_eq!(read_xml(request.body_text().as_bytes()), expected);
    }

    /// An event adds no line, and a field of a fixed width has it.
    #[test]
    fn no_event_adds_a_line(a in hostile(), b in hostile(), replaced in any::<bool>(), latin_1 in any::<bool>()) {
        let encoding = if latin_1 { "ISO-8859-1" } else { "UTF-8" };
        let mut options = json!({ "encoding": encoding });
        if replaced {
            options["forbidden"] = json!("?");
        }
        let fitted = call("fit_left", &[call("truncate", &[path(&["b"]), number("7")]), number("7")]);
        let record = template(&[literal("<"), hole(path(&["a"])), literal("|"), hole(fitted), literal(">")]);
        let plan = plan(text_format(options), &[line(record)]);
        match make(&plan, &event(&a, &b)) {
            Ok(request) => {
                let body = request.body_text().into_owned();
                let breaks = body.chars().filter(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')).count();
                prop_assert_eq!(breaks, 1, "{:?}", body);
                prop_assert!(body.ends_with(">\n"));
                let field: String = body.chars().rev().skip(2).take(8).collect();
                prop_assert!(field.ends_with('|'), "{:?}", body);
            }
            Err(refusal) => {
                prop_assert!(!replaced);
                prop_assert!(refusal.path == "a" || refusal.path == "b", "{refusal}");
            }
        }
    }

    /// A form reads back by the parser of the URL standard.
    #[test]
    fn a_form_reads_back(a in any::<String>(), b in hostile()) {
        let nodes = [leaf("x y&=", path(&["a"])), leaf("\u{eb}", path(&["b"])), leaf("c", path(&["c"]))];
        let body = body(&plan(json!("form"), &nodes), &event(&a, &b));
        prop_assert!(body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*-._+%&=".contains(&byte)), "{}", body);
        let pairs: Vec<(String, String)> = body.split('&').map(|pair| {
            let (name, value) = pair.split_once('=').expect("a pair");
            (decoded(name), decoded(value))
        }).collect();
        prop_assert_eq!(pairs, vec![("x y&=".to_owned(), a), ("\u{eb}".to_owned(), b)]);
    }
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8().expect("UTF-8").into_owned()
}
