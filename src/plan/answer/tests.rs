//! Answers of all kinds.

use super::*;
use crate::model::Field;

fn record(fields: &[(&str, Base)]) -> Type {
    let field = |(name, base): &(&str, Base)| Field {
        name: (*name).to_owned(),
        ty: Type::new(base.clone()).optional(),
        doc: None,
    };
    Type::new(Base::Record(crate::model::RecordType { name: None, fields: fields.iter().map(field).collect() }))
}

fn code(shape: Type) -> AnswerCode {
    AnswerCode {
        accept: AcceptCode::Range { from: 200, to: 299 },
        shape: Some(shape),
        remember: Vec::new(),
        forget: Vec::new(),
        locals: 0,
    }
}

/// The text at a path, `-` where there is none.
fn text(shape: &Type, body: &str, path: &str) -> String {
    let code = code(shape.clone());
    let value = code.value(&Read::of(body.as_bytes()));
    let names: Vec<String> = path.split('.').map(str::to_owned).collect();
    at(&value, &names).and_then(Value::to_text).map_or_else(|| "-".to_owned(), |text| text.into_owned())
}

#[test]
fn json_is_read_by_its_names_and_scalars_by_their_text() {
    let inner = record(&[("code", Base::Integer(None)), ("ok", Base::Boolean)]);
    let shape = record(&[("ien", Base::Text), ("result", inner.base)]);
    for (body, path, expected) in [
        (r#"{"ien":"77"}"#, "ien", "77"),
        (r#"{"ien":77}"#, "ien", "77"),
        (r#"{"ien":9007199254740993}"#, "ien", "9007199254740993"),
        (r#"{"ien":""}"#, "ien", ""),
        (r#"{"ien":null}"#, "ien", "-"),
        (r#"{"ien":["77"]}"#, "ien", "-"),
        (r#"{"other":1}"#, "ien", "-"),
        (r#"{"result":{"code":"7","ok":true}}"#, "result.code", "7"),
        (r#"{"result":{"code":"7","ok":true}}"#, "result.ok", "true"),
        (r#"{"result":{"code":7.5}}"#, "result.code", "-"),
        (r#"{"result":[]}"#, "result.code", "-"),
        (r#"["ien"]"#, "ien", "-"),
        (r#"{"ien":"7"#, "ien", "-"),
        ("", "ien", "-"),
        ("created", "ien", "-"),
        ("\u{feff} {\"ien\":\"1\"} ", "ien", "1"),
    ] {
        assert_eq!(text(&shape, body, path), expected, "{body}");
    }
    assert_eq!(text(&shape, &"[".repeat(60_000), "ien"), "-");
}

#[test]
fn xml_is_read_by_local_names_wherever_they_stand() {
    let inner = record(&[("code", Base::Integer(None))]);
    let shape = record(&[("ien", Base::Text), ("result", inner.base), ("state", Base::Text)]);
    for (body, path, expected) in [
        ("<ien>77</ien>", "ien", "77"),
        ("<a><b><v:ien xmlns:v='u'> 7&#55;<!-- x --></v:ien></b><ien>78</ien></a>", "ien", "77"),
        ("<a><ien><![CDATA[<77>]]></ien></a>", "ien", "<77>"),
        ("<a><ien/></a>", "ien", ""),
        ("<a><ien xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:nil='true'/></a>", "ien", "-"),
        ("<a state='done'/>", "state", "done"),
        ("<a state='x'><state>y</state></a>", "state", "y"),
        ("<a><code>1</code><result><code>2</code></result></a>", "result.code", "2"),
        ("<a><result><deep><code>2</code></deep></result></a>", "result.code", "-"),
        ("<a><result code='3'/></a>", "result.code", "3"),
        ("<a><ien>7", "ien", "-"),
        ("<a><ien>77</ien><rest>…", "ien", "77"),
        ("<a><ien>77</b></a>", "ien", "-"),
        ("<!DOCTYPE a [<!ENTITY e '77'>]><a><ien>&e;</ien></a>", "ien", ""),
        ("<", "ien", "-"),
    ] {
        assert_eq!(text(&shape, body, path), expected, "{body}");
    }
    assert_eq!(text(&shape, &format!("{}<ien>1</ien>", "<d>".repeat(10_000)), "ien"), "-");
    let latin = Read::of(b"<?xml version='1.0' encoding='ISO-8859-1'?><a><ien>\xE9</ien></a>");
    let code = code(shape);
    let value = code.value(&latin);
    assert_eq!(at(&value, &["ien".to_owned()]).and_then(Value::as_text), Some("é"));
}

#[test]
fn a_list_takes_all_that_bear_its_name() {
    let item = record(&[("code", Base::Text)]);
    let shape = record(&[("error", Base::List(Box::new(item)))]);
    let count = |body: &str| {
        let code = code(shape.clone());
        match at(&code.value(&Read::of(body.as_bytes())), &["error".to_owned()]) {
            Some(Value::List(items)) => Some(items.len()),
            _ => None,
        }
    };
    assert_eq!(count("<a><error><code>1</code></error><b/><error><code>2</code></error></a>"), Some(2));
    assert_eq!(count("<a/>"), None);
    assert_eq!(count(r#"{"error":[{"code":"1"},{"code":"2"},3]}"#), Some(2));
    assert_eq!(count(r#"{"error":[]}"#), Some(0));
}

#[test]
fn a_soap_fault_is_recognised_by_itself() {
    let fault = |body: &str| Read::of(body.as_bytes()).fault();
    let one = |code: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header/><s:Body>\
             <s:Fault><faultcode>{code}</faultcode><faultstring>no 42</faultstring></s:Fault></s:Body></s:Envelope>"
        )
    };
    let two = |code: &str| {
        format!(
            "<Envelope xmlns=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\">\
             <Body><Fault><Code><Value>{code}</Value></Code></Fault></Body></Envelope>"
        )
    };
    for (body, code, of_receiver) in [
        (one("s:Client"), "s:Client", false),
        (one("s:Server"), "s:Server", true),
        (one(" Server.Busy "), "Server.Busy", true),
        (one("s:Client\u{7f}<x/>"), "s:Client", false),
        (two("e:Sender"), "e:Sender", false),
        (two("e:Receiver"), "e:Receiver", true),
    ] {
        assert_eq!(fault(&body), Some(Fault { code: code.to_owned(), of_receiver }), "{body}");
        // cut off behind the code
        let cut = &body[..body.find("</faultstring>").or(body.find("</Code>")).unwrap_or(body.len())];
        assert_eq!(fault(cut).map(|fault| fault.of_receiver), Some(of_receiver), "{cut}");
    }
    for body in [
        "<Envelope><Body><Fault/></Body></Envelope>",
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><Fault/></s:Body></s:Envelope>",
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><ok/></s:Body></s:Envelope>",
        r#"{"Envelope":{"Body":{"Fault":{}}}}"#,
    ] {
        assert_eq!(fault(body), None, "{body}");
    }
}
