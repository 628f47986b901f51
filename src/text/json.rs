//! JSON with the place of each value, for what must be pointed at: test data and schemas.

use std::ops::Range;

/// The deepest nesting that is read, as serde_json's own limit.
pub const MAX_DEPTH: usize = 128;

/// One value of a JSON text, and the bytes it stands on.
#[derive(Clone, Debug, PartialEq)]
pub struct Json {
    pub at: Range<usize>,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    /// As it is written (RFC 8259 §6).
    Number(String),
    Text(String),
    List(Vec<Json>),
    /// In the order written; a name that comes twice stands twice.
    Object(Vec<Member>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub name: String,
    pub name_at: Range<usize>,
    pub value: Json,
}

impl Json {
    /// Reads one JSON value (RFC 8259).
    ///
    /// # Errors
    /// serde_json's, with its line and column: it is the referee of what is JSON. Nesting over
    /// [`MAX_DEPTH`] is one.
    pub fn parse(text: &str) -> Result<Json, serde_json::Error> {
        serde_json::from_str::<serde::de::IgnoredAny>(text)?;
        Ok(Reader { text, at: 0 }.value())
    }

    /// The member of an object; of a name that comes twice the last.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match &self.value {
            Value::Object(members) => members.iter().rev().find(|member| member.name == name).map(|found| &found.value),
            _ => None,
        }
    }

    /// `a string`, `a list` … for sentences.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Boolean(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

/// Walks a text that serde_json has accepted, so that every byte is what it must be.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or(b'}')
    }

    fn value(&mut self) -> Json {
        let first = self.peek();
        let start = self.at;
        let value = match first {
            b'{' => self.object(),
            b'[' => self.list(),
            b'"' => Value::Text(self.string()),
            b't' | b'f' | b'n' => self.word(),
            _ => {
                self.skip_while(|byte| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
                Value::Number(self.text[start..self.at].to_owned())
            }
        };
        Json { at: start..self.at, value }
    }

    fn word(&mut self) -> Value {
        let start = self.at;
        self.skip_while(|byte| byte.is_ascii_lowercase());
        match &self.text[start..self.at] {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            _ => Value::Null,
        }
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| wanted(**byte)).count();
    }

    fn string(&mut self) -> String {
        let start = self.at;
        let mut escaped = false;
        let bytes = self.text.as_bytes();
        self.at += 1;
        while self.at < bytes.len() && (escaped || bytes[self.at] != b'"') {
            escaped = !escaped && bytes[self.at] == b'\\';
            self.at += 1;
        }
        self.at = (self.at + 1).min(bytes.len());
        // half of a surrogate pair is JSON's grammar, but no text
        serde_json::from_str(&self.text[start..self.at])
            .unwrap_or_else(|_| self.text[start + 1..self.at - 1].to_owned())
    }

    fn list(&mut self) -> Value {
        let mut items = Vec::new();
        self.at += 1;
        while self.peek() != b']' && self.at < self.text.len() {
            items.push(self.value());
            if self.peek() == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Value::List(items)
    }

    fn object(&mut self) -> Value {
        let mut members = Vec::new();
        self.at += 1;
        while self.peek() != b'}' && self.at < self.text.len() {
            let start = self.at;
            let name = self.string();
            let name_at = start..self.at;
            self.peek();
            self.at += 1;
            members.push(Member { name, name_at, value: self.value() });
            if self.peek() == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Value::Object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, Value};
    use proptest::prelude::*;

    #[test]
    fn each_value_knows_its_place() {
        let text = r#" { "a" : [1, -2.5e3 , "x\"]"], "b":{"c":null, "d" :true} } "#;
        let json = Json::parse(text).expect("JSON");
        let Some(Json { value: Value::List(items), .. }) = json.get("a") else { panic!("a list") };
        assert_eq!(&text[items[1].at.clone()], "-2.5e3");
        assert_eq!(&text[items[2].at.clone()], r#""x\"]""#);
        assert_eq!(items[2].value, Value::Text("x\"]".into()));
        let inner = json.get("b").expect("b");
        assert_eq!(&text[inner.at.clone()], r#"{"c":null, "d" :true}"#);
        assert_eq!(inner.get("d").map(|found| found.kind()), Some("a boolean"));
        assert!(Json::parse("{\"a\":1,}").is_err());
        assert!(Json::parse(&"[".repeat(100_000)).is_err());
    }

    fn back(json: &Json) -> serde_json::Value {
        match &json.value {
            Value::Null => serde_json::Value::Null,
            Value::Boolean(held) => (*held).into(),
            Value::Number(text) => serde_json::from_str(text).expect("a number"),
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(back).collect(),
            Value::Object(members) => {
                serde_json::Value::Object(members.iter().map(|m| (m.name.clone(), back(&m.value))).collect())
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_reads_as_serde_json_reads_it(text in "[\\[\\]{}:,\"\\\\a0-9.eE+ntrufls -]{0,40}") {
            let ours = Json::parse(&text).ok().map(|json| back(&json));
            let theirs = serde_json::from_str::<serde_json::Value>(&text).ok();
            if let Some(theirs) = theirs {
                prop_assert_eq!(ours, Some(theirs));
            }
        }
    }
}
