//! JSON as the tests need it: numbers by their text, members in their order, also one that comes twice.

use crate::random::Random;

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The member of that name; of several the last, which alone counts.
    pub fn member(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().rev().find(|(found, _)| found == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The shortest text.
    pub fn plain(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, &mut None);
        out
    }

    /// A text with spaces and escapes here and there, as senders differ.
    pub fn dressed(&self, style: u64) -> String {
        let mut out = String::new();
        self.write(&mut out, &mut Some(Random::new(style)));
        out
    }

    fn write(&self, out: &mut String, style: &mut Option<Random>) {
        space(out, style);
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Json::Number(text) => out.push_str(text),
            Json::Text(text) => quote(text, out, style),
            Json::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out, style);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    space(out, style);
                    quote(name, out, style);
                    space(out, style);
                    out.push(':');
                    value.write(out, style);
                }
                out.push('}');
            }
        }
        space(out, style);
    }

    /// Reads a text that is JSON; of one that is not, `None`.
    pub fn parse(text: &str) -> Option<Json> {
        let mut reader = Reader { rest: text };
        let value = reader.value()?;
        reader.space();
        reader.rest.is_empty().then_some(value)
    }
}

fn space(out: &mut String, style: &mut Option<Random>) {
    if let Some(random) = style
        && random.one_in(12)
    {
        out.push_str(&random.text(&[" ", "\t", "\n", "\r\n", "  "]));
    }
}

fn quote(text: &str, out: &mut String, style: &mut Option<Random>) {
    out.push('"');
    for c in text.chars() {
        let escaped = style.as_mut().is_some_and(|random| random.one_in(30));
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if escaped => out.push_str("\\/"),
            '\n' if !escaped => out.push_str("\\n"),
            c if escaped || c < ' ' => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes the text, if it is next.
    fn take(&mut self, text: &str) -> Option<()> {
        self.space();
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn value(&mut self) -> Option<Json> {
        self.space();
        match self.rest.bytes().next()? {
            b'{' => self.object(),
            b'[' => self.list(),
            b'"' => self.text().map(Json::Text),
            b'n' => self.take("null").map(|()| Json::Null),
            b't' => self.take("true").map(|()| Json::Bool(true)),
            b'f' => self.take("false").map(|()| Json::Bool(false)),
            _ => {
                let end = self.rest.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c)));
                let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                (!number.is_empty()).then(|| Json::Number(number.to_owned()))
            }
        }
    }

    fn list(&mut self) -> Option<Json> {
        self.take("[")?;
        let mut items = Vec::new();
        if self.take("]").is_some() {
            return Some(Json::List(items));
        }
        loop {
            items.push(self.value()?);
            if self.take("]").is_some() {
                return Some(Json::List(items));
            }
            self.take(",")?;
        }
    }

    fn object(&mut self) -> Option<Json> {
        self.take("{")?;
        let mut members = Vec::new();
        if self.take("}").is_some() {
            return Some(Json::Object(members));
        }
        loop {
            self.space();
            let name = self.text()?;
            self.take(":")?;
            members.push((name, self.value()?));
            if self.take("}").is_some() {
                return Some(Json::Object(members));
            }
            self.take(",")?;
        }
    }

    fn text(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut units: Vec<u16> = Vec::new();
        loop {
            let c = self.rest.chars().next()?;
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                '"' => return String::from_utf16(&units).ok(),
                '\\' => units.push(self.escape()?),
                c => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            }
        }
    }

    fn escape(&mut self) -> Option<u16> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        let plain = match c {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = u16::from_str_radix(self.rest.get(..4)?, 16).ok()?;
                self.rest = &self.rest[4..];
                return Some(unit);
            }
            other => other,
        };
        Some(plain as u16)
    }
}
