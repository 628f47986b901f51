//! Functions that escape, encode and hash.

pub(crate) mod base64;
mod uuid;

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::arguments::{check_any_text, constant_text, misfit, part};
use super::text::within_limit;
use super::{Function, Group, Parameter, Prepared, Returns, Signature, Takes, Value, example};
use crate::model::{Base, Constant};

const TEXT: Parameter = Parameter::new("text", Takes::Text);
const OF_TEXT: Signature = Signature::new(&[TEXT], Returns::Text).limit("text of at most 16 MiB");

/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const fn function(
    name: &'static str,
    summary: &'static str,
    signature: Signature,
    does: for<'e> fn(&mut [Value<'e>]) -> Value<'e>,
) -> Function {
    Function::new(name, Group::Encoding, summary, signature, does)
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::prepared(
        "csv",
        Group::Encoding,
        "The value as a field of CSV (RFC 4180): in quotes where it has the separator (a comma, if left out), a quote, a line break or a space at an end.",
        Signature::new(
            &[
                Parameter::new("value", Takes::Scalar),
                Parameter::new("separator", Takes::Text).constant(check_delimiter).optional(),
            ],
            Returns::Text,
        )
        .limit("text of at most 16 MiB"),
        csv,
    )
    .examples(&[
        example(r#"csv("Lee, Ann")"#, r#""\"Lee, Ann\"""#),
        example(r#"csv("12\" ruler")"#, r#""\"12\"\" ruler\"""#),
        example("csv(4.5)", r#""4.5""#),
        example(r#"csv("a;b", ";")"#, r#""\"a;b\"""#),
    ]),
    function(
        "hl7_escape",
        "The text as a field of an HL7 v2 message: its delimiters `|^&~\\` and line breaks as escape sequences.",
        OF_TEXT,
        hl7_escape,
    )
    .examples(&[example(r#"hl7_escape("A&B | C")"#, r#""A\\T\\B \\F\\ C""#)]),
    function(
        "percent_encode",
        "The text with all but letters, digits and `-._~` percent-encoded (RFC 3986). Holes of a URL do so by themselves.",
        OF_TEXT,
        percent_encode,
    )
    .examples(&[example(r#"percent_encode("a/b é")"#, r#""a%2Fb%20%C3%A9""#)]),
    function("base64", "The text's UTF-8 bytes in Base64 (RFC 4648), padded.", OF_TEXT, to_base64)
        .examples(&[example(r#"base64("Ann")"#, r#""QW5u""#), example(r#"base64("Zoë")"#, r#""Wm/Dqw==""#)]),
    function(
        "from_base64",
        "The text whose UTF-8 bytes are written in Base64 (RFC 4648), padded; of control characters it may hold tabs and line ends only.",
        Signature::new(&[TEXT], Returns::Text).may_fail("the text may not be Base64, or its bytes no plain text"),
        from_base64,
    )
    .examples(&[example(r#"from_base64("QW5u")"#, r#""Ann""#), example(r#"from_base64("QW5")"#, "failed"), example(r#"from_base64("AAE=")"#, "failed")]),
    function("hex", "The text's UTF-8 bytes, two lower-case hexadecimal digits each.", OF_TEXT, hex)
        .examples(&[example(r#"hex("Zoë")"#, r#""5a6fc3ab""#)]),
    function("sha256", "The SHA-256 of the text's UTF-8 bytes, in lower-case hexadecimal digits.", Signature::new(&[TEXT], Returns::Text), sha256)
        .examples(&[example(
            r#"sha256("abc")"#,
            r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#,
        )]),
    Function::prepared(
        "uuid5",
        Group::Encoding,
        "The name's UUID in the namespace (RFC 9562, version 5): another UUID, or \"dns\", \"url\", \"oid\" or \"x500\". The same name always has the same one.",
        Signature::new(
            &[TEXT, Parameter::new("namespace", Takes::Text).constant(check_namespace)],
            Returns::Text,
        ),
        uuid5,
    )
    .examples(&[example(r#"uuid5("www.example.com", "dns")"#, r#""2ed6657d-e927-568b-95e1-2665a8aea6a2""#)]),
];

struct Csv {
    separator: char,
}

fn check_delimiter(constant: &Constant, _: &Base) -> Result<(), String> {
    check_any_text(constant, &Base::Text)?;
    match constant {
        Constant::Text(text) => delimiter(text).map(drop),
        _ => Ok(()),
    }
}

fn delimiter(text: &str) -> Result<char, String> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some('"' | '\n' | '\r'), _) => Err("a quote or a line break separates no fields".into()),
        (Some(one), None) => Ok(one),
        _ => Err("the separator is one character, such as \";\"".into()),
    }
}

fn csv(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    let separator = constant_text(constants, 1)?.map_or(Ok(','), delimiter)?;
    Ok(Box::new(Csv { separator }))
}

impl Prepared for Csv {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let Some(text) = arguments.first().and_then(Value::to_text) else { return misfit("csv", arguments) };
        let needs_quotes =
            text.contains(['"', '\n', '\r', self.separator]) || text.starts_with(' ') || text.ends_with(' ');
        if needs_quotes {
            return within_limit(format!("\"{}\"", text.replace('"', "\"\"")));
        }
        Value::from(text.into_owned())
    }
}

fn hl7_escape<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("hl7_escape", arguments) };
    if !text.contains(['|', '^', '&', '~', '\\', '\r', '\n']) {
        return part(text, 0..text.len());
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        // HL7 v2.5.1, 2.7: escape sequences of the default delimiters; line ends as hexadecimal data
        match character {
            '|' => out.push_str("\\F\\"),
            '^' => out.push_str("\\S\\"),
            '&' => out.push_str("\\T\\"),
            '~' => out.push_str("\\R\\"),
            '\\' => out.push_str("\\E\\"),
            '\r' => out.push_str("\\X0D\\"),
            '\n' => out.push_str("\\X0A\\"),
            other => out.push(other),
        }
    }
    within_limit(out)
}

fn percent_encode<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("percent_encode", arguments) };
    within_limit(utf8_percent_encode(text, RESERVED).to_string())
}

fn to_base64<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("base64", arguments) };
    within_limit(base64::encode(text.as_bytes()))
}

fn from_base64<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("from_base64", arguments) };
    let Some(bytes) = base64::decode(text) else { return Value::failed("not Base64") };
    let Ok(text) = String::from_utf8(bytes) else { return Value::failed("the bytes in Base64 are no UTF-8 text") };
    // They would pass every rule that the door holds the event's own texts to.
    let plain = |c: char| matches!(c, '\t' | '\n' | '\r') || !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.chars().all(plain) {
        Value::from(text)
    } else {
        Value::failed("the bytes in Base64 hold control characters")
    }
}

fn hex<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("hex", arguments) };
    within_limit(hexadecimal(text.as_bytes()))
}

/// Lower-case hex.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // writing into a `String` cannot fail
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn sha256<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Text(text)] = arguments else { return misfit("sha256", arguments) };
    Value::from(hexadecimal(&Sha256::digest(text.as_bytes())))
}

struct Uuid5 {
    namespace: [u8; 16],
}

fn check_namespace(constant: &Constant, _: &Base) -> Result<(), String> {
    match constant {
        Constant::Text(text) => uuid::namespace(text).map(drop),
        _ => Err("the namespace must be text".into()),
    }
}

fn uuid5(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    let namespace = uuid::namespace(constant_text(constants, 1)?.ok_or("the namespace is left out")?)?;
    Ok(Box::new(Uuid5 { namespace }))
}

impl Prepared for Uuid5 {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let Some(Value::Text(name)) = arguments.first() else { return misfit("uuid5", arguments) };
        Value::from(uuid::version_5(&self.namespace, name))
    }
}
