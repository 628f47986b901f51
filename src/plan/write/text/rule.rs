//! What may stand in the hole of a line, and how wide it is.

use crate::model::{Constant, Encoding, Expr};
use crate::plan::write::encoding::is_latin_1;

/// Which characters of the event are written into a line.
pub struct CharacterRule {
    pub latin_1: bool,
    /// What stands for one that is not allowed; `None`: it is refused.
    pub instead: Option<Box<str>>,
}

impl CharacterRule {
    pub fn new(encoding: Encoding, instead: Option<&str>) -> CharacterRule {
        CharacterRule { latin_1: encoding == Encoding::Latin1, instead: instead.map(Into::into) }
    }

    /// No line break (Unicode's own included) and no control character; what came through an escaping function may
    /// hold CR, LF and TAB, which its quotes make part of the field (RFC 4180 §2).
    pub fn allows(&self, c: char, escaped: bool) -> bool {
        let breaks = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        (!breaks || escaped && matches!(c, '\r' | '\n' | '\t')) && (!self.latin_1 || is_latin_1(c))
    }

    /// Appends a text; its length in characters, `None` where it holds one that is refused.
    pub fn push(&self, text: &str, escaped: bool, out: &mut Vec<u8>) -> Option<usize> {
        // most texts are plain ASCII
        if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            out.extend_from_slice(text.as_bytes());
            return Some(text.len());
        }
        let mut length = 0;
        for c in text.chars() {
            if self.allows(c, escaped) {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                length += 1;
            } else {
                let instead = self.instead.as_deref()?;
                out.extend_from_slice(instead.as_bytes());
                length += instead.chars().count();
            }
        }
        Some(length)
    }

    pub fn reason(&self) -> &'static str {
        match self.latin_1 {
            false => "holds a line break or control character",
            true => "holds a line break, a control character or what ISO-8859-1 does not have",
        }
    }

    /// Whether the encoding has all of the author's own text.
    pub fn has(&self, text: &str) -> bool {
        !self.latin_1 || text.chars().all(is_latin_1)
    }

    /// Whether it can stand for one character, or for none.
    pub fn is_plain_filler(&self, text: &str) -> bool {
        text.chars().count() <= 1 && text.chars().all(|c| self.allows(c, false))
    }
}

/// `{x:20}`, `{x:>8}`: so many characters, filled up with spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width {
    pub columns: usize,
    /// Filled up on the left.
    pub right: bool,
}

impl Width {
    pub fn overflow(self) -> String {
        format!("the text is longer than its field of {} characters", self.columns)
    }
}

/// The value and the width of a hole that has one.
pub fn width_of(value: &Expr) -> Option<(&Expr, Width)> {
    let Expr::Call { function, arguments } = value else { return None };
    let right = match function.as_str() {
        "fit_left" => false,
        "fit_right" => true,
        _ => return None,
    };
    let [value, Expr::Constant(Constant::Number(columns))] = arguments.as_slice() else { return None };
    let columns = columns.to_i64().and_then(|columns| usize::try_from(columns).ok())?;
    (columns as i64 <= crate::library::MAX_WIDTH).then_some((value, Width { columns, right }))
}

/// Whether whatever a value holds has gone through `csv`, so that a line break in it is part of its field.
pub fn escapes(value: &Expr) -> bool {
    match value {
        Expr::Call { function, arguments } => match (function.as_str(), arguments.as_slice()) {
            ("csv", _) => true,
            ("join", [list]) => list_escapes(list),
            ("join", [list, Expr::Constant(_)]) => list_escapes(list),
            _ => false,
        },
        Expr::Constant(_) | Expr::Reject(_) | Expr::Skip | Expr::Missing => true,
        Expr::Coalesce { value, fallback } | Expr::Rescue { value, fallback } => escapes(value) && escapes(fallback),
        Expr::If { then, otherwise, .. } => escapes(then) && escapes(otherwise),
        Expr::Match { arms, default, .. } => {
            arms.iter().all(|(_, value)| escapes(value)) && default.as_deref().is_none_or(escapes)
        }
        Expr::Let { body, .. } => escapes(body),
        _ => false,
    }
}

fn list_escapes(list: &Expr) -> bool {
    match list {
        Expr::Each { yields, .. } => escapes(yields),
        Expr::List(items) => items.iter().all(escapes),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_a_line_is_seen() {
        let utf_8 = CharacterRule::new(Encoding::Utf8, None);
        for c in ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}', '\0', '\t', '\u{7f}', '\u{1b}'] {
            assert!(!utf_8.allows(c, false), "{c:?}");
            assert_eq!(utf_8.push(&format!("a{c}b"), false, &mut Vec::new()), None, "{c:?}");
        }
        assert!(utf_8.allows('\n', true) && utf_8.allows('\t', true) && !utf_8.allows('\0', true));
        let mut out = Vec::new();
        assert_eq!(utf_8.push("Zo\u{eb} \u{20ac}", false, &mut out), Some(5));
        assert_eq!(out, "Zo\u{eb} \u{20ac}".as_bytes());
    }

    #[test]
    fn what_stands_for_it_counts() {
        let question = CharacterRule::new(Encoding::Latin1, Some("?"));
        let mut out = Vec::new();
        assert_eq!(question.push("a\n\u{20ac}\u{eb}", false, &mut out), Some(4));
        assert_eq!(out, "a??\u{eb}".as_bytes());
        let nothing = CharacterRule::new(Encoding::Utf8, Some(""));
        out.clear();
        assert_eq!(nothing.push("a\nb", false, &mut out), Some(2));
        assert!(nothing.is_plain_filler("") && !nothing.is_plain_filler("\n") && !nothing.is_plain_filler("ab"));
    }
}
