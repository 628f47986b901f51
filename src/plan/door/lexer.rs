//! The words of JSON (RFC 8259), read strictly and without copying. The text is known to be UTF-8.

use std::borrow::Cow;

use crate::plan::limits::MAX_EVENT_DEPTH;

/// Why a text is not JSON, or is JSON over a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The byte at which it shows.
    pub at: usize,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// What would have been due.
    Expected(&'static str),
    TooDeep,
    TooManyValues,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.why {
            Why::Expected(what) => write!(f, "not JSON: expected {what} at byte {}", self.at),
            Why::TooDeep => write!(f, "nested deeper than {MAX_EVENT_DEPTH} levels"),
            Why::TooManyValues => f.write_str("holds too many values"),
        }
    }
}

/// A string without its quotes.
#[derive(Clone, Copy, Debug)]
pub struct StringSpan {
    pub start: usize,
    pub end: usize,
    /// Whether it holds escapes.
    pub escaped: bool,
    /// Whether it holds half of a surrogate pair, which is no character.
    pub lone: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct NumberSpan {
    pub start: usize,
    pub end: usize,
    /// Digits (with a sign) and nothing else; not `-0`.
    pub digits: bool,
}

/// Reads one text from its start to its end.
#[derive(Clone, Copy)]
pub struct Lexer<'e> {
    pub text: &'e str,
    pub at: usize,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The place of the first byte of eight that ends or breaks a run of plain string characters: a
/// quote, a backslash, a control character.
#[inline]
fn first_special(eight: u64) -> Option<usize> {
    let quote = eight ^ (ONES * b'"' as u64);
    let backslash = eight ^ (ONES * b'\\' as u64);
    // a borrow spoils only bytes above one that is special itself
    let found = (quote.wrapping_sub(ONES) & !quote)
        | (backslash.wrapping_sub(ONES) & !backslash)
        | (eight.wrapping_sub(ONES * 0x20) & !eight);
    match found & HIGH {
        0 => None,
        marks => Some(marks.trailing_zeros() as usize / 8),
    }
}

impl<'e> Lexer<'e> {
    pub fn new(text: &'e str) -> Lexer<'e> {
        Lexer { text, at: 0 }
    }

    #[inline]
    fn bytes(&self) -> &'e [u8] {
        self.text.as_bytes()
    }

    /// The byte at hand, 0 at the end (which no JSON text holds outside of nothing).
    #[inline]
    pub fn peek(&self) -> u8 {
        self.bytes().get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    pub fn space(&mut self) {
        while let b' ' | b'\n' | b'\r' | b'\t' = self.peek() {
            self.at += 1;
        }
    }

    #[cold]
    pub fn expected<T>(&self, what: &'static str) -> Result<T, Malformed> {
        Err(Malformed { at: self.at, why: Why::Expected(what) })
    }

    /// Behind an item or field: whether another follows; else the list or object is closed.
    #[inline]
    pub fn another(&mut self, close: u8, expected: &'static str) -> Result<bool, Malformed> {
        self.space();
        let byte = self.peek();
        if byte != b',' && byte != close {
            return self.expected(expected);
        }
        self.at += 1;
        if byte == close {
            return Ok(false);
        }
        self.space();
        Ok(true)
    }

    #[cold]
    pub fn too_deep<T>(&self) -> Result<T, Malformed> {
        Err(Malformed { at: self.at, why: Why::TooDeep })
    }

    /// Takes the byte, which `what` names.
    #[inline]
    pub fn take(&mut self, byte: u8, what: &'static str) -> Result<(), Malformed> {
        if self.peek() != byte {
            return self.expected(what);
        }
        self.at += 1;
        Ok(())
    }

    /// Space around the colon after a name.
    #[inline]
    pub fn colon(&mut self) -> Result<(), Malformed> {
        self.space();
        self.take(b':', "a colon")?;
        self.space();
        Ok(())
    }

    /// Only space is left.
    pub fn end(&mut self) -> Result<(), Malformed> {
        self.space();
        if self.at == self.text.len() { Ok(()) } else { self.expected("the end of the text") }
    }

    #[inline]
    pub fn literal(&mut self, word: &'static str) -> Result<(), Malformed> {
        if self.bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        self.expected("a value")
    }

    /// A string, from its opening quote (which is at hand) to behind its closing one.
    #[inline]
    pub fn string(&mut self) -> Result<StringSpan, Malformed> {
        let bytes = self.bytes();
        let start = self.at + 1;
        let mut at = start;
        loop {
            while let Some(chunk) = bytes.get(at..at + 8) {
                let mut eight = [0; 8];
                eight.copy_from_slice(chunk);
                match first_special(u64::from_le_bytes(eight)) {
                    None => at += 8,
                    Some(offset) => {
                        at += offset;
                        break;
                    }
                }
            }
            match bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(StringSpan { start, end: at, escaped: false, lone: false });
                }
                Some(b'\\') => return self.escaped_string(start, at),
                Some(0x20..) => at += 1,
                _ => {
                    self.at = at;
                    return self.expected("the end of a string");
                }
            }
        }
    }

    /// The rest of a string whose first backslash is at `at`.
    fn escaped_string(&mut self, start: usize, at: usize) -> Result<StringSpan, Malformed> {
        let bytes = self.bytes();
        let mut lone = false;
        self.at = at;
        loop {
            match bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(StringSpan { start, end: self.at - 1, escaped: true, lone });
                }
                Some(b'\\') => lone |= self.escape()?,
                Some(0x20..) => self.at += 1,
                _ => return self.expected("the end of a string"),
            }
        }
    }

    /// One escape (of a surrogate pair both); whether it is half of a pair alone.
    fn escape(&mut self) -> Result<bool, Malformed> {
        match self.bytes().get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(false)
            }
            Some(b'u') => {
                let unit = match hex4(self.bytes(), self.at + 2) {
                    Some(unit) => unit,
                    None => return self.expected("an escape"),
                };
                self.at += 6;
                match unit {
                    0xD800..=0xDBFF => match low_surrogate(self.bytes(), self.at) {
                        Some(_) => {
                            self.at += 6;
                            Ok(false)
                        }
                        None => Ok(true),
                    },
                    0xDC00..=0xDFFF => Ok(true),
                    _ => Ok(false),
                }
            }
            _ => self.expected("an escape"),
        }
    }

    /// A number, whose first byte (a digit or `-`) is at hand.
    #[inline]
    pub fn number(&mut self) -> Result<NumberSpan, Malformed> {
        let start = self.at;
        let negative = self.peek() == b'-';
        self.at += usize::from(negative);
        let mut digits = true;
        match self.peek() {
            b'0' => {
                self.at += 1;
                digits = !negative;
            }
            b'1'..=b'9' => self.skip_digits(),
            _ => return self.expected("a digit"),
        }
        if self.peek() == b'.' {
            digits = false;
            self.at += 1;
            self.some_digits()?;
        }
        if let b'e' | b'E' = self.peek() {
            digits = false;
            self.at += 1;
            if let b'+' | b'-' = self.peek() {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(NumberSpan { start, end: self.at, digits })
    }

    #[inline]
    fn skip_digits(&mut self) {
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Result<(), Malformed> {
        if !self.peek().is_ascii_digit() {
            return self.expected("a digit");
        }
        self.skip_digits();
        Ok(())
    }

    /// Any value at all, `depth` levels down. Gives whether a string in it holds half of a surrogate
    /// pair.
    pub fn skip_value(&mut self, depth: u32) -> Result<bool, Malformed> {
        let mut open = Open { objects: 0, count: 0 };
        let mut lone = false;
        loop {
            match self.peek() {
                b'"' => lone |= self.string()?.lone,
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                }
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                bracket @ (b'{' | b'[') => {
                    if depth + open.count >= MAX_EVENT_DEPTH {
                        return self.too_deep();
                    }
                    self.at += 1;
                    self.space();
                    if self.peek() == closing(bracket) {
                        self.at += 1;
                    } else {
                        open.push(bracket == b'{');
                        if bracket == b'{' {
                            lone |= self.name()?;
                        }
                        continue;
                    }
                }
                _ => return self.expected("a value"),
            }
            // behind a value: close what ends here, go on with what does not
            loop {
                if open.count == 0 {
                    return Ok(lone);
                }
                self.space();
                match (self.peek(), open.in_object()) {
                    (b',', object) => {
                        self.at += 1;
                        self.space();
                        if object {
                            lone |= self.name()?;
                        }
                        break;
                    }
                    (b'}', true) | (b']', false) => {
                        self.at += 1;
                        open.pop();
                    }
                    (_, true) => return self.expected("a comma or }"),
                    (_, false) => return self.expected("a comma or ]"),
                }
            }
        }
    }

    /// A name and its colon; whether it holds half of a surrogate pair.
    fn name(&mut self) -> Result<bool, Malformed> {
        if self.peek() != b'"' {
            return self.expected("a name in quotes");
        }
        let name = self.string()?;
        self.colon()?;
        Ok(name.lone)
    }
}

fn closing(bracket: u8) -> u8 {
    if bracket == b'{' { b'}' } else { b']' }
}

/// The brackets open in [`Lexer::skip_value`]: one bit a level, of which there are at most
/// [`MAX_EVENT_DEPTH`].
struct Open {
    objects: u128,
    count: u32,
}

impl Open {
    fn push(&mut self, object: bool) {
        self.objects = (self.objects << 1) | u128::from(object);
        self.count += 1;
    }

    fn pop(&mut self) {
        self.objects >>= 1;
        self.count -= 1;
    }

    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }
}

fn hex4(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.iter().try_fold(0, |value, &b| Some(value * 16 + char::from(b).to_digit(16)?))
}

/// The unit of a low surrogate's escape at `at`.
fn low_surrogate(bytes: &[u8], at: usize) -> Option<u32> {
    if bytes.get(at..at + 2)? != b"\\u" {
        return None;
    }
    hex4(bytes, at + 2).filter(|unit| (0xDC00..=0xDFFF).contains(unit))
}

/// The characters of a string that [`Lexer::string`] accepted, given without its quotes. Half of a
/// surrogate pair becomes U+FFFD; the door refuses those where a mapping uses them.
pub fn decode(raw: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', raw.as_bytes()) else { return Cow::Borrowed(raw) };
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    let mut next = first;
    loop {
        out.push_str(&rest[..next]);
        let bytes = rest.as_bytes();
        let (character, length) = match bytes.get(next + 1) {
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'u') => {
                let unit = hex4(bytes, next + 2).unwrap_or(0xFFFD);
                match (unit, low_surrogate(bytes, next + 6)) {
                    (0xD800..=0xDBFF, Some(low)) => {
                        let scalar = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                        (char::from_u32(scalar).unwrap_or('\u{FFFD}'), 12)
                    }
                    _ => (char::from_u32(unit).unwrap_or('\u{FFFD}'), 6),
                }
            }
            Some(&other) => (char::from(other), 2),
            None => ('\\', 1),
        };
        out.push(character);
        rest = rest.get(next + length..).unwrap_or("");
        match memchr::memchr(b'\\', rest.as_bytes()) {
            Some(at) => next = at,
            None => {
                out.push_str(rest);
                return Cow::Owned(out);
            }
        }
    }
}
