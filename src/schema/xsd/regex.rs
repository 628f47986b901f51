//! Regular expressions of XML Schema (part 2, appendix F) in the syntax of the language's pattern literals. They are tied
//! to both ends, know classes of Unicode and of XML names, and subtract one class from another; what they mean is worked
//! out here, character by character.

use super::classes::{Classes, Set};
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
                    "w" | "i" | "c" | "not i" | "not c" => {
                        return Err(format!("there is no class of Unicode `{name}`"));
                    }
                    name => self.classes.get(name)?,
                };
                Ok((if c == 'P' { set.not() } else { set }, false))
            }
            Some(c) => {
                let set = match c.to_ascii_lowercase() {
                    's' => Set::of(vec![(0x20, 0x20), (0x09, 0x0A), (0x0D, 0x0D)]),
                    'd' => self.classes.get("Nd")?,
                    // What is in such a class is in it for every edition of XML, and so is what is not.
                    'i' | 'c' => {
                        let name =
                            if c.is_ascii_uppercase() { format!("not {}", c.to_ascii_lowercase()) } else { c.into() };
                        return Ok((self.classes.get(&name)?, false));
                    }
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
        (r"\I\C", &["1 "], &["a ", "1a"]),
        (r"\p{C}", &["\u{1}"], &["a"]),
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
