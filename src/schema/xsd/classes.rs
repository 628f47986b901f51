//! Sets of characters: classes and blocks of Unicode, letters of XML names.

use crate::library::xml;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Classes of Unicode that were asked for before: each is found by looking at every character.
#[derive(Debug, Default)]
pub struct Classes(HashMap<String, Set>);

impl Classes {
    pub(super) fn get(&mut self, name: &str) -> Result<Set, String> {
        if let Some(known) = self.0.get(name) {
            return Ok(known.clone());
        }
        let set = match name {
            "w" => self.get("P")?.or(&self.get("Z")?).or(&self.get("C")?).not(),
            "i" => Set::where_(|c| c == ':' || c == '_' || is_name_letter(c)),
            "c" => Set::where_(|c| matches!(c, ':' | '_' | '-' | '.' | '0'..='9' | '\u{B7}') || is_name_letter(c)),
            "not i" => Set::where_(is_name_start).not(),
            "not c" => Set::where_(is_name_character).not(),
            name => property(name)?,
        };
        self.0.insert(name.to_owned(), set.clone());
        Ok(set)
    }
}

/// Sorted ranges of characters that do not touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set(pub Vec<(u32, u32)>);

const LAST: u32 = 0x10FFFF;

impl Set {
    pub fn of(mut ranges: Vec<(u32, u32)>) -> Set {
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

    pub fn where_(holds: impl Fn(char) -> bool) -> Set {
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

    pub fn not(&self) -> Set {
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

    pub fn without(&self, other: &Set) -> Set {
        self.not().or(other).not()
    }

    pub fn or(&self, other: &Set) -> Set {
        Set::of(self.0.iter().chain(&other.0).copied().collect())
    }

    pub fn holds(&self, code: u32) -> bool {
        self.0.iter().any(|(from, to)| (from..=to).contains(&&code))
    }

    pub fn ascii(&self) -> Set {
        Set(self.0.iter().filter(|(from, _)| *from < 0x80).map(|&(from, to)| (from, to.min(0x7F))).collect())
    }

    /// As a class in brackets; a class of nothing matches nothing.
    pub fn push(&self, out: &mut String) {
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
    c == ':' || xml::begins_name(c)
}

/// The most that `\c` may be.
fn is_name_character(c: char) -> bool {
    c == ':' || xml::continues_name(c)
}
