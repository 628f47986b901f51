//! Regular expressions of XML Schema (part 2, appendix F) in the syntax of the language's pattern literals. They are tied
//! to both ends, know classes of Unicode and of XML names, and subtract one class from another; what they mean is worked
//! out here, character by character.

use std::collections::HashMap;
use std::fmt::Write as _;

/// The longest pattern, in bytes, and the deepest nesting of groups and classes.
const MAX_PATTERN: usize = 10_000;
const MAX_NESTING: usize = 40;
/// Most copies that `{n,m}` asks for.
const MAX_REPEAT: u32 = 1000;
/// The longest translation, in bytes: classes of Unicode have many ranges.
const MAX_TRANSLATED: usize = 200_000;

/// One pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translated {
    /// As the schema has it.
    pub source: String,
    /// Matches the same texts.
    pub exact: String,
    /// Matches of them those in ASCII: short, and good enough for a guard that an author writes.
    pub ascii: String,
    /// Whether a text with white space in it may match.
    pub blanks: bool,
}

/// # Errors
/// Why it cannot be translated, in one sentence.
pub fn translate(source: &str, classes: &mut Classes) -> Result<Translated, String> {
    if source.len() > MAX_PATTERN {
        return Err(format!("a pattern over {MAX_PATTERN} bytes is not read"));
    }
    let mut write = |ascii| {
        let mut parser = Parser { rest: source, out: String::from("^(?:"), ascii, depth: 0, classes, blanks: false };
        parser.alternatives()?;
        if !parser.rest.is_empty() {
            return Err("a `)` closes nothing".to_owned());
        }
        parser.out.push_str(")$");
        Ok((parser.out, parser.blanks))
    };
    let (exact, blanks) = write(false)?;
    Ok(Translated { source: source.to_owned(), exact, ascii: write(true)?.0, blanks })
}

/// A pattern literal of the language that is tied to both ends, read as a pattern of XML Schema: what it matches, the
/// translation matches, too. `None` where the two syntaxes differ in what is written.
pub fn of_literal(literal: &str, classes: &mut Classes) -> Option<Translated> {
    let inner = literal.strip_prefix('^')?.strip_suffix('$').filter(|inner| !inner.ends_with('\\'))?;
    let (inner, wrapped) = match wrapped(inner) {
        Some(inner) => (inner, true),
        None => (inner, false),
    };
    // `^a|b$` is tied to one end each.
    if !wrapped && inner.contains('|') || ["&&", "~~", "--", "[:", "(?"].iter().any(|sign| inner.contains(sign)) {
        return None;
    }
    let mut digits = false;
    let mut signs = inner.chars();
    while let Some(sign) = signs.next() {
        match sign {
            // The language's `\d` has fewer digits; its other classes are others.
            '\\' => match signs.next()? {
                'd' => digits = true,
                c if c.is_ascii_alphanumeric() => return None,
                _ => {}
            },
            '^' if inner.contains("[^") => {}
            '.' | '^' | '$' => return None,
            _ => {}
        }
    }
    if digits && inner.contains("[^") {
        return None;
    }
    translate(inner, classes).ok()
}

/// What is in the brackets that are around all of a pattern.
fn wrapped(pattern: &str) -> Option<&str> {
    let inner = pattern.strip_prefix("(?:").or_else(|| pattern.strip_prefix('('))?.strip_suffix(')')?;
    let mut depth = 0usize;
    let mut signs = inner.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => drop(signs.next()?),
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    (depth == 0).then_some(inner)
}

/// Classes of Unicode that were asked for before: each is found by looking at every character.
#[derive(Debug, Default)]
pub struct Classes(HashMap<String, Set>);

impl Classes {
    fn get(&mut self, name: &str) -> Result<Set, String> {
        if let Some(known) = self.0.get(name) {
            return Ok(known.clone());
        }
        let set = match name {
            "w" => self.get("P")?.or(&self.get("Z")?).or(&self.get("C")?).not(),
            "i" => Set::where_(|c| c == ':' || c == '_' || is_name_letter(c)),
            "c" => Set::where_(|c| matches!(c, ':' | '_' | '-' | '.' | '0'..='9' | '\u{B7}') || is_name_letter(c)),
            "I" => Set::where_(is_name_start).not(),
            "C" => Set::where_(is_name_character).not(),
            name => property(name)?,
        };
        self.0.insert(name.to_owned(), set.clone());
        Ok(set)
    }
}

/// Sorted ranges of characters that do not touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Set(Vec<(u32, u32)>);

const LAST: u32 = 0x10FFFF;

impl Set {
    fn of(mut ranges: Vec<(u32, u32)>) -> Set {
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (from, to) in ranges {
            match merged.last_mut() {
                Some((_, end)) if from <= end.saturating_add(1) => *end = (*end).max(to),
                _ => merged.push((from, to)),
            }
        }
        Set(merged)
    }

    fn where_(holds: impl Fn(char) -> bool) -> Set {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for c in '\0'..=char::MAX {
            if holds(c) {
                match ranges.last_mut() {
                    Some((_, end)) if *end + 1 == c as u32 => *end = c as u32,
                    _ => ranges.push((c as u32, c as u32)),
                }
            }
        }
        Set(ranges)
    }

    fn not(&self) -> Set {
        let (mut next, mut ranges) = (0, Vec::new());
        for &(from, to) in &self.0 {
            if next < from {
                ranges.push((next, from - 1));
            }
            next = to + 1;
        }
        if next <= LAST {
            ranges.push((next, LAST));
        }
        Set(ranges)
    }

    fn without(&self, other: &Set) -> Set {
        self.not().or(other).not()
    }

    fn or(&self, other: &Set) -> Set {
        Set::of(self.0.iter().chain(&other.0).copied().collect())
    }

    fn holds(&self, code: u32) -> bool {
        self.0.iter().any(|(from, to)| (from..=to).contains(&&code))
    }

    fn ascii(&self) -> Set {
        Set(self.0.iter().filter(|(from, _)| *from < 0x80).map(|&(from, to)| (from, to.min(0x7F))).collect())
    }

    /// As a class in brackets; a class of nothing matches nothing.
    fn push(&self, out: &mut String) {
        // Surrogates are no characters: ranges end before and begin after them.
        let ranges = self.0.iter().flat_map(|&(from, to)| match (from, to) {
            (from, to) if to < 0xD800 || from > 0xDFFF => vec![(from, to)],
            (from, to) => {
                [(from, to.min(0xD7FF)), (from.max(0xE000), to)].into_iter().filter(|(a, b)| a <= b).collect()
            }
        });
        let ranges: Vec<_> = ranges.collect();
        match ranges.as_slice() {
            [] => out.push_str(r"[^\x00-\x{10FFFF}]"),
            [(0x2D, 0x2D)] => out.push('-'),
            [(from, to)] if from == to => push_character(*from, out),
            ranges => {
                out.push('[');
                for &(from, to) in ranges {
                    push_character(from, out);
                    if to > from {
                        if to > from + 1 {
                            out.push('-');
                        }
                        push_character(to, out);
                    }
                }
                out.push(']');
            }
        }
    }
}

fn push_character(code: u32, out: &mut String) {
    match char::from_u32(code) {
        Some(c) if c.is_ascii_alphanumeric() => out.push(c),
        Some(c @ (' ' | '"' | '\'' | ',' | ';' | '<' | '>' | '=' | '!' | '%' | '@' | '_' | ':' | '`')) => out.push(c),
        Some(c) if c.is_ascii_graphic() => {
            out.push('\\');
            out.push(c);
        }
        // Writing into a string cannot fail.
        _ if code < 0x80 => drop(write!(out, r"\x{code:02X}")),
        _ => drop(write!(out, r"\x{{{code:X}}}")),
    }
}

struct Parser<'t, 'c> {
    rest: &'t str,
    classes: &'c mut Classes,
    out: String,
    ascii: bool,
    depth: usize,
    blanks: bool,
}

impl Parser<'_, '_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn take(&mut self, wanted: &str) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn down(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(format!("it nests more than {MAX_NESTING} deep"));
        }
        Ok(())
    }

    fn alternatives(&mut self) -> Result<(), String> {
        loop {
            while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
                self.piece()?;
                if self.out.len() > MAX_TRANSLATED {
                    return Err("it is too large".into());
                }
            }
            if !self.take("|") {
                return Ok(());
            }
            self.out.push('|');
        }
    }

    fn piece(&mut self) -> Result<(), String> {
        if self.take("(") {
            self.down()?;
            self.out.push_str("(?:");
            self.alternatives()?;
            if !self.take(")") {
                return Err("a `(` is not closed".into());
            }
            self.out.push(')');
            self.depth -= 1;
        } else {
            let set = self.atom()?;
            let set = if self.ascii { set.ascii() } else { set };
            self.blanks |= [0x20, 0x09, 0x0A, 0x0D].iter().any(|blank| set.holds(*blank));
            set.push(&mut self.out);
        }
        self.quantity()
    }

    fn quantity(&mut self) -> Result<(), String> {
        if let Some(c) = self.rest.chars().next().filter(|c| matches!(c, '?' | '*' | '+')) {
            self.next();
            self.out.push(c);
        } else if self.take("{") {
            let Some((inside, rest)) = self.rest.split_once('}') else { return Err("a `{` is not closed".into()) };
            self.rest = rest;
            let count = |text: &str| match text.parse::<u32>() {
                Ok(count) if count <= MAX_REPEAT && text.bytes().all(|b| b.is_ascii_digit()) => Ok(count),
                Ok(_) => Err(format!("it repeats a part more than {MAX_REPEAT} times")),
                Err(_) => Err(format!("`{{{inside}}}` is no count")),
            };
            let (least, most) = match inside.split_once(',') {
                None => (count(inside)?, Some(count(inside)?)),
                Some((least, "")) => (count(least)?, None),
                Some((least, most)) => (count(least)?, Some(count(most)?)),
            };
            if most.is_some_and(|most| most < least) {
                return Err(format!("`{{{inside}}}` is no count"));
            }
            let _ = match most {
                Some(most) if most == least => write!(self.out, "{{{least}}}"),
                Some(most) => write!(self.out, "{{{least},{most}}}"),
                None => write!(self.out, "{{{least},}}"),
            };
        }
        Ok(())
    }

    fn atom(&mut self) -> Result<Set, String> {
        match self.next() {
            Some('[') => self.class(),
            Some('.') => Ok(Set::of(vec![(0x0A, 0x0A), (0x0D, 0x0D)]).not()),
            Some('\\') => Ok(self.escape()?.0),
            Some(c @ ('?' | '*' | '+' | '{' | '}' | ']')) => Err(format!("a `{c}` stands where it says nothing")),
            Some(c) => Ok(Set(vec![(c as u32, c as u32)])),
            None => Err("it ends too early".into()),
        }
    }

    /// Behind a backslash: the characters, and whether it is just one that may begin a range.
    fn escape(&mut self) -> Result<(Set, bool), String> {
        let one = |c: char| Ok((Set(vec![(c as u32, c as u32)]), true));
        match self.next() {
            Some('n') => one('\n'),
            Some('r') => one('\r'),
            Some('t') => one('\t'),
            Some(c @ ('\\' | '|' | '.' | '?' | '*' | '+' | '(' | ')' | '{' | '}' | '-' | '[' | ']' | '^' | '$')) => {
                one(c)
            }
            Some(c @ ('p' | 'P')) => {
                let inside = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
                let Some((name, rest)) = inside else { return Err(format!(r"`\{c}` names no class")) };
                self.rest = rest;
                let set = match name {
                    "w" | "i" | "c" | "I" | "C" => return Err(format!("there is no class of Unicode `{name}`")),
                    name => self.classes.get(name)?,
                };
                Ok((if c == 'P' { set.not() } else { set }, false))
            }
            Some(c) => {
                let set = match c.to_ascii_lowercase() {
                    's' => Set::of(vec![(0x20, 0x20), (0x09, 0x0A), (0x0D, 0x0D)]),
                    'd' => self.classes.get("Nd")?,
                    'i' | 'c' => return Ok((self.classes.get(&c.to_string())?, false)),
                    'w' => self.classes.get("w")?,
                    _ => return Err(format!(r"there is no escape `\{c}`")),
                };
                Ok((if c.is_ascii_uppercase() { set.not() } else { set }, false))
            }
            None => Err(r"it ends behind a `\`".into()),
        }
    }

    /// Behind a `[`, up to its `]`.
    fn class(&mut self) -> Result<Set, String> {
        self.down()?;
        let negated = self.take("^");
        let mut set = Set::default();
        let mut first = true;
        let mut minus = None;
        loop {
            if self.take("]") {
                break;
            }
            if !first && self.take("-[") {
                minus = Some(self.class()?);
                if !self.take("]") {
                    return Err("a class ends behind what is taken from it".into());
                }
                break;
            }
            let (from, single) = self.member()?;
            first = false;
            let ranges =
                single && self.rest.starts_with('-') && !self.rest.starts_with("-]") && !self.rest.starts_with("-[");
            if ranges {
                self.next();
                let (to, single) = self.member()?;
                match (from.0.as_slice(), to.0.as_slice()) {
                    ([(from, _)], [(to, _)]) if single && from <= to => set = set.or(&Set(vec![(*from, *to)])),
                    _ => return Err("a range in a class goes from a character to a later one".into()),
                }
            } else {
                set = set.or(&from);
            }
        }
        if first {
            return Err("a class is empty".into());
        }
        self.depth -= 1;
        let set = if negated { set.not() } else { set };
        Ok(match minus {
            Some(minus) => set.without(&minus),
            None => set,
        })
    }

    fn member(&mut self) -> Result<(Set, bool), String> {
        match self.next() {
            Some('\\') => self.escape(),
            Some('[') => Err("a `[` in a class is written `\\[`".into()),
            Some(c) => Ok((Set(vec![(c as u32, c as u32)]), true)),
            None => Err("a `[` is not closed".into()),
        }
    }
}

/// A class of Unicode by its short name, or a block of it that is well known.
fn property(name: &str) -> Result<Set, String> {
    if let Some(block) = name.strip_prefix("Is") {
        let found = BLOCKS.iter().find(|(known, _, _)| *known == block);
        return match found {
            Some((_, from, to)) => Ok(Set(vec![(*from, *to)])),
            None => Err(format!("the block of Unicode `{block}` is not known here; name its first and last character")),
        };
    }
    let long = CATEGORIES.iter().find(|(short, _)| *short == name).map(|(_, long)| *long);
    let holds = long.and_then(pest::unicode::by_name);
    match holds {
        // Surrogates and what is not assigned count as `Other`.
        Some(holds) => Ok(Set::where_(holds)),
        None => Err(format!("there is no class of Unicode `{name}`")),
    }
}

const CATEGORIES: &[(&str, &str)] = &[
    ("L", "LETTER"),
    ("Lu", "UPPERCASE_LETTER"),
    ("Ll", "LOWERCASE_LETTER"),
    ("Lt", "TITLECASE_LETTER"),
    ("Lm", "MODIFIER_LETTER"),
    ("Lo", "OTHER_LETTER"),
    ("M", "MARK"),
    ("Mn", "NONSPACING_MARK"),
    ("Mc", "SPACING_MARK"),
    ("Me", "ENCLOSING_MARK"),
    ("N", "NUMBER"),
    ("Nd", "DECIMAL_NUMBER"),
    ("Nl", "LETTER_NUMBER"),
    ("No", "OTHER_NUMBER"),
    ("P", "PUNCTUATION"),
    ("Pc", "CONNECTOR_PUNCTUATION"),
    ("Pd", "DASH_PUNCTUATION"),
    ("Ps", "OPEN_PUNCTUATION"),
    ("Pe", "CLOSE_PUNCTUATION"),
    ("Pi", "INITIAL_PUNCTUATION"),
    ("Pf", "FINAL_PUNCTUATION"),
    ("Po", "OTHER_PUNCTUATION"),
    ("Z", "SEPARATOR"),
    ("Zs", "SPACE_SEPARATOR"),
    ("Zl", "LINE_SEPARATOR"),
    ("Zp", "PARAGRAPH_SEPARATOR"),
    ("S", "SYMBOL"),
    ("Sm", "MATH_SYMBOL"),
    ("Sc", "CURRENCY_SYMBOL"),
    ("Sk", "MODIFIER_SYMBOL"),
    ("So", "OTHER_SYMBOL"),
    ("C", "OTHER"),
    ("Cc", "CONTROL"),
    ("Cf", "FORMAT"),
    ("Co", "PRIVATE_USE"),
    ("Cn", "UNASSIGNED"),
];

/// Names without blanks (XML Schema part 2, appendix F.1.1); those that patterns of records name.
const BLOCKS: &[(&str, u32, u32)] = &[
    ("BasicLatin", 0x0000, 0x007F),
    ("Latin-1Supplement", 0x0080, 0x00FF),
    ("LatinExtended-A", 0x0100, 0x017F),
    ("LatinExtended-B", 0x0180, 0x024F),
    ("IPAExtensions", 0x0250, 0x02AF),
    ("SpacingModifierLetters", 0x02B0, 0x02FF),
    ("CombiningDiacriticalMarks", 0x0300, 0x036F),
    ("Greek", 0x0370, 0x03FF),
    ("Cyrillic", 0x0400, 0x04FF),
    ("Armenian", 0x0530, 0x058F),
    ("Hebrew", 0x0590, 0x05FF),
    ("Arabic", 0x0600, 0x06FF),
    ("Devanagari", 0x0900, 0x097F),
    ("Thai", 0x0E00, 0x0E7F),
    ("Georgian", 0x10A0, 0x10FF),
    ("LatinExtendedAdditional", 0x1E00, 0x1EFF),
    ("GreekExtended", 0x1F00, 0x1FFF),
    ("GeneralPunctuation", 0x2000, 0x206F),
    ("SuperscriptsandSubscripts", 0x2070, 0x209F),
    ("CurrencySymbols", 0x20A0, 0x20CF),
    ("LetterlikeSymbols", 0x2100, 0x214F),
    ("NumberForms", 0x2150, 0x218F),
    ("Arrows", 0x2190, 0x21FF),
    ("MathematicalOperators", 0x2200, 0x22FF),
    ("BoxDrawing", 0x2500, 0x257F),
    ("CJKSymbolsandPunctuation", 0x3000, 0x303F),
    ("Hiragana", 0x3040, 0x309F),
    ("Katakana", 0x30A0, 0x30FF),
    ("CJKUnifiedIdeographs", 0x4E00, 0x9FFF),
    ("HangulSyllables", 0xAC00, 0xD7A3),
    ("PrivateUse", 0xE000, 0xF8FF),
];

/// Letters of names on which all editions of XML 1.0 agree (appendix B of the second), of the scripts that are in use.
pub fn is_name_letter(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{131}'
        | '\u{134}'..='\u{13E}' | '\u{141}'..='\u{148}' | '\u{14A}'..='\u{17E}' | '\u{386}' | '\u{388}'..='\u{38A}'
        | '\u{38C}' | '\u{38E}'..='\u{3A1}' | '\u{3A3}'..='\u{3CE}' | '\u{401}'..='\u{40C}' | '\u{40E}'..='\u{44F}'
        | '\u{451}'..='\u{45C}' | '\u{45E}'..='\u{481}' | '\u{5D0}'..='\u{5EA}' | '\u{621}'..='\u{63A}'
        | '\u{641}'..='\u{64A}' | '\u{905}'..='\u{939}' | '\u{E01}'..='\u{E2E}' | '\u{1E00}'..='\u{1E9B}'
        | '\u{1EA0}'..='\u{1EF9}' | '\u{3041}'..='\u{3094}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FA5}'
        | '\u{AC00}'..='\u{D7A3}')
}

/// The most that `\i` may be: what may begin a name, the colon too (XML 1.0 §2.3).
fn is_name_start(c: char) -> bool {
    matches!(c, ':' | 'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// The most that `\c` may be.
fn is_name_character(c: char) -> bool {
    is_name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::{Classes, of_literal, translate};

    /// Pattern, texts that match, texts that do not.
    const CASES: &[(&str, &[&str], &[&str])] = &[
        ("[A-Z]{3}", &["ABC"], &["ABCD", "xABC", "AB", "abc"]),
        (r"\d{2,3}", &["12", "123", "٣٤"], &["1", "1234", "1a"]),
        ("a|b", &["a", "b"], &["ab", ""]),
        ("^a$", &["^a$"], &["a"]),
        (r"\i\c*", &["_a-1", "x:y"], &["1a", "-a", ""]),
        ("[a-z-[aeiou]]+", &["xyz"], &["a", "xa"]),
        (r"[^\s,]+", &["a-b"], &["a b", "a,b", ""]),
        (r"\w+", &["aZ9", "+"], &["_", "-", " "]),
        (r"\p{Lu}\p{Ll}*", &["Ähre", "A"], &["ähre", "AB"]),
        (r"\P{L}", &["1"], &["a"]),
        (r"\p{IsBasicLatin}+", &["abc"], &["ä"]),
        (".", &["x", "\u{85}"], &["\n", "\r", ""]),
        (r"(\+1)?[0-9\-]{2,}", &["+1-2", "55"], &["1", "+15"]),
        ("[+-]", &["+", "-"], &[","]),
        ("", &[""], &["x"]),
        ("(a(b|c)){2}", &["abac"], &["ab", "abc"]),
    ];

    #[test]
    fn translations_match_the_same_texts() {
        let mut classes = Classes::default();
        for (pattern, yes, no) in CASES {
            let translated = translate(pattern, &mut classes).unwrap();
            for (form, only_ascii) in [(&translated.exact, false), (&translated.ascii, true)] {
                let regex = regex_lite::Regex::new(form).unwrap_or_else(|error| panic!("{pattern}: {form}: {error}"));
                for text in yes.iter().filter(|text| !only_ascii || text.is_ascii()) {
                    assert!(regex.is_match(text), "{pattern} as {form} does not match {text:?}");
                }
                for text in *no {
                    assert!(!regex.is_match(text), "{pattern} as {form} matches {text:?}");
                }
            }
        }
    }

    #[test]
    fn literals_of_the_language_are_read_where_both_mean_the_same() {
        let mut classes = Classes::default();
        let wanted = translate(r"[A-Z]{2}-\d{1,4}|x", &mut classes).unwrap();
        for literal in [r"^(?:[A-Z]{2}-[0-9]{1,4}|x)$", r"^([A-Z]{2}\-\d{1,4}|x)$"] {
            let read = of_literal(literal, &mut classes).unwrap();
            assert!([&wanted.exact, &wanted.ascii].contains(&&read.exact), "{literal}: {}", read.exact);
        }
        for literal in ["[A-Z]", "^a|b$", r"^\w$", "^.$", r"^[^\d]$", "^a\\$", "^(a)|(b)$", "^[a&&b]$", "^(?i:a)$"] {
            assert_eq!(of_literal(literal, &mut classes), None, "{literal}");
        }
    }

    #[test]
    fn what_cannot_be_translated_says_why() {
        for (pattern, why) in [
            ("(a", "`(` is not closed"),
            ("a)", "closes nothing"),
            (r"\p{Foo}", "no class of Unicode"),
            (r"\p{IsKlingon}", "block of Unicode"),
            (r"\q", "no escape"),
            ("[z-a]", "later one"),
            ("[]", "empty"),
            ("a{2,1}", "no count"),
            ("a{99999}", "more than 1000"),
            ("*", "says nothing"),
        ] {
            let error = translate(pattern, &mut Classes::default()).unwrap_err();
            assert!(error.contains(why), "{pattern}: {error}");
        }
        assert!(translate(&"(".repeat(1000), &mut Classes::default()).is_err());
    }
}
