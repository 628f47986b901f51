use super::*;
use crate::model::{Expectation, Expected, mapc};

/// The targets `vista` (JSON), `xml` and `archive` (no body).
const VISTA: Option<usize> = Some(0);
const XML: Option<usize> = Some(1);
const ARCHIVE: Option<usize> = Some(2);

const ACTIVE: &str = r#"{"ruleId":42,"duration":20,"status":"active","note":"n","id":"e1"}"#;
const RETIRED: &str = r#"{"ruleId":42,"duration":20,"status":"retired"}"#;
const BAD_NOTE: &str = r#"{"ruleId":42,"duration":20,"status":"active","note":"bad"}"#;

/// What is said of one expectation on one event; `None` where it holds.
fn judged(given: &str, target: Option<usize>, expected: Expected) -> Option<Failure> {
    judged_with(given, None, target, expected)
}

fn judged_with(given: &str, meta: Option<&str>, target: Option<usize>, expected: Expected) -> Option<Failure> {
    let mapping = mapc::read(include_bytes!("../../../tests/cli/two-targets.mapc")).unwrap();
    let case = TestCase {
        name: "t".to_owned(),
        line: 3,
        given: given.to_owned(),
        meta: meta.map(str::to_owned),
        crosswalks: Vec::new(),
        expectations: vec![Expectation { target, line: 7, expected }],
    };
    let mut results = run_cases(&mapping, &[case]).unwrap();
    assert_eq!((results.len(), results[0].line, results[0].passed()), (1, 3, results[0].failures.is_empty()));
    results.remove(0).failures.pop()
}

fn json(text: &str) -> Expected {
    Expected::Json(text.to_owned())
}

fn request(text: &str) -> Expected {
    Expected::Request(text.to_owned())
}

fn message(failure: Option<Failure>) -> String {
    failure.expect("the expectation does not hold").message
}

#[test]
fn bodies_are_compared_by_value() {
    assert_eq!(judged(ACTIVE, VISTA, json(r#"{"remarks":"n","slotLen":1200.0}"#)), None);
    let failure = judged(ACTIVE, VISTA, json(r#"{"remarks":"m","slotLen":1200.0}"#)).unwrap();
    assert_eq!((failure.line, failure.message.as_str()), (7, "the body is not what is expected"));
    let difference = failure.difference.unwrap();
    assert_eq!(difference.expected, "{\n  \"remarks\": \"m\",\n  \"slotLen\": 1200.0\n}");
    assert_eq!(difference.got, "{\n  \"remarks\": \"n\",\n  \"slotLen\": 1200.0\n}");
}

#[test]
fn xml_is_compared_as_xml() {
    assert_eq!(judged(ACTIVE, XML, Expected::Text("<Slot id='42'>\n <Note>n</Note>\n</Slot>\n".into())), None);
    let failure = judged(ACTIVE, XML, Expected::Text("<Slot id='43'><Note>n</Note></Slot>".into())).unwrap();
    assert_eq!(failure.difference.unwrap().got, "<Slot id=\"42\">\n  <Note>n</Note>\n</Slot>\n");
    assert!(message(judged(ACTIVE, XML, Expected::Text("<Slot".into()))).starts_with("what is expected is no XML"));
    assert!(message(judged(ACTIVE, XML, json("{}"))).contains("\"\"\""));
}

#[test]
fn a_body_for_no_body_and_the_other_way_round() {
    assert_eq!(message(judged(RETIRED, ARCHIVE, json("{}"))), "a body is expected, but the request has none");
    assert_eq!(judged(RETIRED, ARCHIVE, request(r#"{"body":null,"method":"DELETE"}"#)), None);
    assert_eq!(
        message(judged(ACTIVE, VISTA, request(r#"{"body":null}"#))),
        "no body is expected, but the request has one"
    );
}

#[test]
fn refusals_of_the_door_and_of_the_author_are_expected_by_a_part() {
    let reject = |part: Option<&str>| Expected::Reject(part.map(str::to_owned));
    let shapeless = r#"{"ruleId":42,"duration":"x","status":"active"}"#;
    assert_eq!(judged(shapeless, None, reject(None)), None);
    assert_eq!(judged(shapeless, VISTA, reject(Some("duration: expected an integer"))), None);
    assert_eq!(judged(BAD_NOTE, VISTA, reject(Some("a bad note"))), None);
    assert_eq!(judged("nonsense", None, reject(Some("not JSON"))), None);
    assert!(
        message(judged(BAD_NOTE, VISTA, reject(Some("a good note"))))
            .contains("not for \"a good note\": remarks: a bad note")
    );
    assert!(message(judged(ACTIVE, VISTA, reject(None))).contains("but a request is made"));
    assert!(message(judged(RETIRED, VISTA, reject(None))).contains("but it is left out"));
    assert!(message(judged(BAD_NOTE, VISTA, json("{}"))).contains("set aside: remarks: a bad note"));
}

#[test]
fn nothing_sent_is_skip() {
    assert_eq!(judged(RETIRED, VISTA, Expected::Skip), None);
    assert_eq!(
        message(judged(ACTIVE, VISTA, Expected::Skip)),
        "nothing is expected to be sent, but there is PUT https://vista.example/slots/42"
    );
    assert!(message(judged(BAD_NOTE, VISTA, Expected::Skip)).contains("set aside"));
    assert!(message(judged(RETIRED, VISTA, json("{}"))).contains("no target wants the event"));
    assert!(message(judged(ACTIVE, None, json("{}"))).contains("there are 2; name the target"));
}

#[test]
fn a_request_is_compared_by_the_members_given() {
    let holds = r#"{"method":"PUT","url":"https://vista.example/slots/42","headers":{"idem-KEY":"42:e1","X-None":null},"body":{"slotLen":1200,"remarks":"n"}}"#;
    assert_eq!(judged(ACTIVE, VISTA, request(holds)), None);
    assert_eq!(judged(ACTIVE, VISTA, request("{}")), None);
    for (expected, said) in [
        (r#"{"method":"POST"}"#, "the method is not what is expected"),
        (r#"{"url":"https://vista.example/slots/43"}"#, "the url is not what is expected"),
        (r#"{"headers":{"Idem-Key":"42:e2"}}"#, "the header Idem-Key is not what is expected"),
        (r#"{"headers":{"X-Other":"1"}}"#, "the request has no header X-Other"),
        (r#"{"headers":{"Idem-Key":null}}"#, "no header Idem-Key is expected, but it is \"42:e1\""),
        (r#"{"body":{"slotLen":1200}}"#, "the body is not what is expected"),
        (r#"{"status":200}"#, "a request has `method`, `url`, `headers` and `body`, but no `status`"),
    ] {
        assert_eq!(message(judged(ACTIVE, VISTA, request(expected))), said, "{expected}");
    }
    assert_eq!(judged(ACTIVE, XML, request(r#"{"body":"<Slot id=\"42\"><Note>n</Note></Slot>"}"#)), None);
}

#[test]
fn the_envelope_comes_from_meta_else_from_the_event() {
    let key = |key: &str| request(&format!(r#"{{"headers":{{"Idem-Key":"{key}"}}}}"#));
    assert_eq!(judged_with(ACTIVE, Some(r#"{"id":"m1"}"#), VISTA, key("42:m1")), None);
    assert_eq!(judged(ACTIVE, VISTA, key("42:e1")), None);
    let without_id = ACTIVE.replace(r#","id":"e1""#, "");
    assert_eq!(judged(&without_id, VISTA, key("42:test-event")), None);
    let failure = judged_with(ACTIVE, Some(r#"{"ide":"m1"}"#), VISTA, key("42:m1")).unwrap();
    assert_eq!(failure.line, 3);
    assert!(failure.message.contains("unknown field `ide`"), "{}", failure.message);
}

/// No mapping here names a file.
struct NoFiles;

impl crate::check::Files for NoFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        Err(format!("{path} does not exist"))
    }
}

/// What the tests of a map say; `expect` is what stands behind the word.
fn compared(map: &str, expect: &str) -> Option<Failure> {
    let text = format!(
        "listen \"x\"\nevent {{ id: integer, name: string }}\ntarget POST \"https://old.example/x\" {{ key id, meta.id }}\n{map}\ntest \"t\" {{\n  given {{ \"id\": 1, \"name\": \"Zo\u{eb} & Ann\" }}\n  expect {expect}\n}}\n"
    );
    let compiled = crate::compile("m.map", text.as_bytes(), &NoFiles).unwrap();
    let checked = compiled.checked.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    run(&checked).unwrap().remove(0).failures.pop()
}

#[test]
fn soap_is_compared_as_xml_in_its_encoding() {
    let map = "map as soap 1.1 p:Op encoding \"ISO-8859-1\" {\n namespace p \"urn:p\"\n name -> p:Name\n}";
    let same = "\"\"\"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'>\n <e:Body><Op xmlns='urn:p'><Name>Zo\u{eb} &amp; Ann</Name></Op></e:Body></e:Envelope>\"\"\"";
    assert_eq!(compared(map, same), None);
    let failure = compared(map, &same.replace("Ann", "Bo")).expect("another name");
    let difference = failure.difference.expect("shown");
    assert!(difference.got.contains("<Name>Zo\u{eb} &amp; Ann</Name>"), "{}", difference.got);
    assert_eq!(compared(map, "request { \"headers\": { \"SOAPAction\": \"\\\"\\\"\" } }"), None);
}

#[test]
fn a_form_is_compared_field_by_field() {
    let map = "map as form {\n id -> id\n name -> name\n}";
    assert_eq!(compared(map, "\"\"\"id=1&name=Zo%C3%AB+%26+Ann\n\"\"\""), None);
    let failure = compared(map, "\"id=1&name=Bo\"").expect("another name");
    assert_eq!(failure.difference.expect("shown").got, "id=1\n&name=Zo%C3%AB+%26+Ann");
    assert!(compared(map, "request { \"body\": \"id=1&name=Zo%C3%AB+%26+Ann\" }").is_none());
}

#[test]
fn a_text_is_compared_byte_for_byte() {
    let map = "map as text encoding \"ISO-8859-1\" {\n line \"{id:>3}|{name}\" !! skip\n line \"E\"\n}";
    assert_eq!(compared(map, "\"\"\"\n  1|Zo\u{eb} & Ann\nE\n\"\"\""), None);
    let failure = compared(map, "\"\"\"\n  1|Zo\u{eb} & Ann\nE\"\"\"").expect("its last line does not end");
    assert_eq!(failure.message, "the body is not what is expected");
    assert!(compared(map, "request { \"body\": \"  1|Zo\u{eb} & Ann\\nE\\n\" }").is_none());
}
