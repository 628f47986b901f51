//! Frames of the hub.

use crate::model::Listen;
use crate::plan::envelope::open_frame;
use proptest::prelude::*;

fn listen(id: Option<&[&str]>) -> Listen {
    Listen { event: "slot".to_owned(), id: id.map(|names| names.iter().map(|name| (*name).to_owned()).collect()) }
}

fn id(frame: &str, names: Option<&[&str]>) -> Option<String> {
    open_frame(frame.as_bytes(), &listen(names)).unwrap().id
}

#[test]
fn a_cloud_event_carries_its_data() {
    let frame = br#"{"specversion":"1.0","type":"slot","source":"/hms","id":"e\u0031","time":"2024-05-01T10:00:00Z","data": { "id" : 7 } }"#;
    let opened = open_frame(frame, &listen(None)).unwrap();
    assert_eq!(opened.data, br#"{ "id" : 7 }"#);
    assert_eq!(opened.id.as_deref(), Some("e1"));
    assert_eq!(opened.event_type.as_deref(), Some("slot"));
    assert_eq!(opened.source.as_deref(), Some("/hms"));
    assert_eq!(opened.time.as_deref(), Some("2024-05-01T10:00:00Z"));
}

#[test]
fn anything_else_is_the_event_itself() {
    for bare in
        [r#"{"id":"x","type":"slot"}"#, r#"{"specversion":1,"type":"t","source":"s","id":"i","data":1}"#, "[1]", "7"]
    {
        let opened = open_frame(bare.as_bytes(), &listen(None)).unwrap();
        assert_eq!(opened.data, bare.as_bytes());
        assert_eq!(opened.event_type, None);
    }
    assert_eq!(id(r#"{"id":"x"}"#, None).as_deref(), Some("x"));
    assert_eq!(id(r#"{"id":4.2e1}"#, None).as_deref(), Some("42"));
    assert_eq!(id(r#"{"id":""}"#, None), None);
    assert_eq!(id(r#"{"id":null}"#, None), None);
    assert_eq!(id(r#"{"id":1e2000}"#, None), None);
    assert_eq!(id(r#"{"meta":{"eventId":"a","eventId":"b"}}"#, Some(&["meta", "eventId"])).as_deref(), Some("b"));
    assert_eq!(id(r#"{"id":"x"}"#, Some(&["eventId"])), None);
    assert_eq!(id(r#"{"data":"d"}"#, Some(&["data"])).as_deref(), Some("d"));
}

#[test]
fn other_versions_and_base64_are_refused_by_name() {
    let refused = |frame: &str| open_frame(frame.as_bytes(), &listen(None)).unwrap_err().to_string();
    let event =
        |version: &str, data: &str| format!(r#"{{"specversion":"{version}","type":"t","source":"s","id":"i",{data}}}"#);
    assert!(refused(&event("0.3", r#""data":1"#)).starts_with("specversion: only CloudEvents 1.0"));
    assert!(refused(&event("1.0", r#""data_base64":"AA==""#)).starts_with("data_base64: "));
    assert!(refused("{").starts_with("event: not JSON"));
    assert!(refused(r#"{"a":1}}"#).starts_with("event: not JSON"));
}

proptest! {
    #[test]
    fn no_frame_panics(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = open_frame(&bytes, &listen(Some(&["a", "b"])));
    }
}
