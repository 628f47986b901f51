//! Functions of pattern literals. Patterns are regular expressions in the syntax of RE2, matched in time
//! linear in the text, unanchored, and without Unicode classes (`\d` is 0 to 9).

use std::borrow::Cow;

use super::arguments::{check_any_text, check_regex, constant_text, misfit, part};
use super::text::too_long;
use super::{Function, Group, MAX_TEXT, Parameter, Prepared, Returns, Signature, Takes, Value, example};
use crate::model::Constant;

/// The longest pattern, in bytes.
pub const MAX_REGEX: usize = 1000;

/// The largest compiled pattern, in bytes: a match takes at most so many steps a character.
const MAX_PROGRAM: usize = 128 << 10;

const MAX_NESTING: u32 = 50;

const TEXT: Parameter = Parameter::new("text", Takes::Text);
const PATTERN: Parameter = Parameter::new("pattern", Takes::Pattern).constant(check_regex);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::prepared(
        "matches",
        Group::Patterns,
        "Whether the pattern matches anywhere in the text; `^` and `$` tie it to the ends.",
        Signature::new(&[TEXT, PATTERN], Returns::Boolean),
        matches,
    )
    .examples(&[
        example(r#"matches("12345", /^[0-9]{5}$/)"#, "true"),
        example(r#"matches("a-12345", /^[0-9]{5}$/)"#, "false"),
    ]),
    Function::prepared(
        "replace",
        Group::Patterns,
        "The text with each match of the pattern replaced. In the replacement `$1` is what the first group matched, `$0` the whole match, `$$` a dollar sign.",
        Signature::new(
            &[TEXT, PATTERN, Parameter::new("by", Takes::Text).constant(check_any_text)],
            Returns::Text,
        )
        .limit("text of at most 16 MiB"),
        replace,
    )
    .examples(&[
        example(r#"replace("123-45-6789", /[^0-9]/, "")"#, r#""123456789""#),
        example(r#"replace("Ann Lee", /(\w+) (\w+)/, "$2, $1")"#, r#""Lee, Ann""#),
    ]),
    Function::prepared(
        "extract",
        Group::Patterns,
        "What the first group of the pattern matches first in the text (without a group: the whole match). Missing if nothing matches.",
        Signature::new(&[TEXT, PATTERN], Returns::Text).maybe_missing(),
        extract,
    )
    .examples(&[
        example(r#"extract("Patient/42", /Patient\/(.+)$/)"#, r#""42""#),
        example(r#"extract("room 7b", /[0-9]+/)"#, r#""7""#),
        example(r#"extract("none", /[0-9]+/)"#, "missing"),
    ]),
];

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Regex(regex_lite::Regex);

impl Regex {
    /// # Errors
    /// One sentence for the author.
    pub fn new(pattern: &str) -> Result<Regex, String> {
        if pattern.len() > MAX_REGEX {
            return Err(format!("a pattern has at most {MAX_REGEX} bytes"));
        }
        let built = regex_lite::RegexBuilder::new(pattern).size_limit(MAX_PROGRAM).nest_limit(MAX_NESTING).build();
        built.map(Regex).map_err(|error| {
            let hint = match () {
                () if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| pattern.contains(look)) => {
                    "; looking ahead or behind is left out, since it is not linear in time"
                }
                () if pattern.contains(r"\p") || pattern.contains(r"\P") => {
                    "; Unicode classes are left out, name the characters in brackets"
                }
                () => "",
            };
            format!("this pattern is not well-formed: {error}{hint}")
        })
    }
}

fn constant_regex(constants: &[Option<&Constant>]) -> Result<Regex, String> {
    Regex::new(constant_text(constants, 1)?.ok_or("the pattern is left out")?)
}

struct Matches(Regex);

fn matches(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    Ok(Box::new(Matches(constant_regex(constants)?)))
}

impl Prepared for Matches {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let Some(Value::Text(text)) = arguments.first() else { return misfit("matches", arguments) };
        Value::from(self.0.0.is_match(text))
    }
}

struct Extract(Regex);

fn extract(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    Ok(Box::new(Extract(constant_regex(constants)?)))
}

impl Prepared for Extract {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let Some(Value::Text(text)) = arguments.first() else { return misfit("extract", arguments) };
        let regex = &self.0.0;
        let found = if regex.captures_len() > 1 {
            regex.captures(text).and_then(|captures| captures.get(1)).map(|group| group.range())
        } else {
            regex.find(text).map(|whole| whole.range())
        };
        found.map_or(Value::Missing, |range| part(text, range))
    }
}

struct Replace {
    regex: Regex,
    by: Vec<Piece>,
}

/// A piece of a replacement.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Group(usize),
}

fn replace(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    let regex = constant_regex(constants)?;
    let by = constant_text(constants, 2)?.ok_or("the replacement is left out")?;
    let by = pieces(by, regex.0.captures_len())?;
    Ok(Box::new(Replace { regex, by }))
}

/// Takes a replacement apart. `$12` is group 12 where there is one, else group 1 and a `2`.
fn pieces(by: &str, groups: usize) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = by;
    while let Some((head, after)) = rest.split_once('$') {
        literal.push_str(head);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            literal.push('$');
            rest = after;
            continue;
        }
        let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            literal.push('$');
            continue;
        }
        let number = |digits: usize| rest[..digits].parse::<usize>().ok().map(|group| (group, digits));
        let group = [digits, 1].into_iter().filter_map(number).find(|(group, _)| *group < groups);
        let Some((group, digits)) = group else {
            return Err(format!("the pattern has no group `${}`; a dollar sign itself is `$$`", &rest[..digits]));
        };
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(Piece::Group(group));
        rest = &rest[digits..];
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

impl Prepared for Replace {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let Some(Value::Text(text)) = arguments.first_mut() else { return misfit("replace", arguments) };
        let mut out = String::new();
        let mut copied = 0;
        for captures in self.regex.0.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            out.push_str(&text[copied..whole.start()]);
            copied = whole.end();
            for piece in &self.by {
                out.push_str(match piece {
                    Piece::Literal(literal) => literal,
                    Piece::Group(group) => captures.get(*group).map_or("", |group| group.as_str()),
                });
            }
            if out.len() > MAX_TEXT {
                return too_long();
            }
        }
        if copied == 0 && out.is_empty() {
            return Value::Text(std::mem::replace(text, Cow::Borrowed("")));
        }
        out.push_str(&text[copied..]);
        if out.len() > MAX_TEXT { too_long() } else { Value::from(out) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_name_groups() {
        let literal = |text: &str| Piece::Literal(text.into());
        assert_eq!(pieces("$1x$0", 2).unwrap(), [Piece::Group(1), literal("x"), Piece::Group(0)]);
        assert_eq!(pieces("$12", 2).unwrap(), [Piece::Group(1), literal("2")]);
        assert_eq!(pieces("$12", 13).unwrap(), [Piece::Group(12)]);
        assert_eq!(pieces("$$1 $ €", 2).unwrap(), [literal("$1 $ €")]);
        assert!(pieces("$2", 2).unwrap_err().contains("no group `$2`"));
    }

    #[test]
    fn patterns_have_limits_and_say_what_is_wrong() {
        assert!(Regex::new(&"a".repeat(MAX_REGEX + 1)).unwrap_err().contains("1000 bytes"));
        assert!(Regex::new("(a{500}){500}").is_err());
        assert!(Regex::new(&"(".repeat(400)).is_err());
        assert!(Regex::new(&format!("{}{}", "(".repeat(60), ")".repeat(60))).is_err());
        assert!(Regex::new("a(?=b)").unwrap_err().contains("looking ahead"));
        assert!(Regex::new("[0-9").unwrap_err().contains("not well-formed"));
        assert!(Regex::new(r"^\d{3}-\d{2}-\d{4}$").is_ok());
    }
}
