//! Constraints of schemas, ready to be asked of texts: by the checker of constants, at the door, and when a rule of use
//! is written.

use super::iso;
use crate::model::number::Number;
use crate::model::{Alternative, Constraint, Space, TextRule};
use regex_lite::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::cmp::Ordering;

/// The largest compiled pattern, in bytes: classes of Unicode are large.
const MAX_PROGRAM: usize = 4 << 20;
const MAX_NESTING: u32 = 100;

/// A [`TextRule`], ready.
#[derive(Debug)]
pub struct Rule {
    any_of: Vec<(Space, Vec<Check>)>,
    because: String,
}

#[derive(Debug)]
enum Check {
    Pattern(Regex),
    Plain(Constraint),
}

impl Rule {
    /// # Errors
    /// A pattern that is not well-formed, in one sentence.
    pub fn new(rule: &TextRule) -> Result<Rule, String> {
        let alternative = |one: &Alternative| {
            let checks: Result<Vec<Check>, String> = one.all.iter().map(check).collect();
            Ok((one.space, checks?))
        };
        let any_of: Result<Vec<_>, String> = rule.any_of.iter().map(alternative).collect();
        Ok(Rule { any_of: any_of?, because: rule.because.clone() })
    }

    /// Whether the text is as the rule wants it.
    pub fn holds(&self, text: &str) -> bool {
        self.any_of.iter().any(|(space, checks)| failing(*space, checks, text).is_none())
    }

    /// Why a text does not hold, without the text itself, which may be sensitive.
    pub fn reason(&self, text: &str) -> String {
        match self.any_of.as_slice() {
            [(space, checks)] => {
                let why = failing(*space, checks, text).map_or_else(String::new, |check| check.reason());
                format!("{why} ({})", self.because)
            }
            _ => format!("is not as the schema wants it ({})", self.because),
        }
    }
}

fn check(constraint: &Constraint) -> Result<Check, String> {
    Ok(match constraint {
        Constraint::Pattern(pattern) => {
            let built = RegexBuilder::new(pattern).size_limit(MAX_PROGRAM).nest_limit(MAX_NESTING).build();
            Check::Pattern(built.map_err(|error| format!("this pattern is not well-formed: {error}"))?)
        }
        plain => Check::Plain(plain.clone()),
    })
}

fn failing<'c>(space: Space, checks: &'c [Check], text: &str) -> Option<&'c Check> {
    let text = spaced(space, text);
    checks.iter().find(|check| !check.holds(&text))
}

/// The text after its white space is dealt with.
pub fn spaced(space: Space, text: &str) -> Cow<'_, str> {
    const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];
    match space {
        Space::Preserve => Cow::Borrowed(text),
        Space::Replace if !text.contains(['\t', '\n', '\r']) => Cow::Borrowed(text),
        Space::Replace => Cow::Owned(text.replace(['\t', '\n', '\r'], " ")),
        Space::Collapse if !text.contains(BLANKS) => Cow::Borrowed(text),
        Space::Collapse => {
            let words: Vec<&str> = text.split(BLANKS).filter(|word| !word.is_empty()).collect();
            Cow::Owned(words.join(" "))
        }
    }
}

impl Check {
    fn holds(&self, text: &str) -> bool {
        let constraint = match self {
            Check::Pattern(regex) => return regex.is_match(text),
            Check::Plain(constraint) => constraint,
        };
        let length = || text.chars().count() as u64;
        match constraint {
            Constraint::Length(exact) => length() == *exact,
            Constraint::MinLength(least) => length() >= *least,
            Constraint::MaxLength(most) => text.len() as u64 <= *most || length() <= *most,
            Constraint::Pattern(_) => true,
            Constraint::Minimum { than, exclusive } => {
                number(text).is_some_and(|number| number > *than || !exclusive && number == *than)
            }
            Constraint::Maximum { than, exclusive } => {
                number(text).is_some_and(|number| number < *than || !exclusive && number == *than)
            }
            Constraint::MultipleOf(of) => {
                let quotient = number(text).and_then(|number| number.checked_div(of));
                quotient.is_some_and(|quotient| quotient.is_integer())
            }
            Constraint::TotalDigits(most) => {
                digits(text).is_some_and(|(whole, fraction)| whole + fraction <= *most as usize)
            }
            Constraint::FractionDigits(most) => digits(text).is_some_and(|(_, fraction)| fraction <= *most as usize),
            Constraint::Earliest { than, exclusive } => moments(text, than)
                .is_some_and(|order| order == Ordering::Greater || !exclusive && order == Ordering::Equal),
            Constraint::Latest { than, exclusive } => moments(text, than)
                .is_some_and(|order| order == Ordering::Less || !exclusive && order == Ordering::Equal),
            Constraint::OneOf(texts) => texts.iter().any(|one| one == text),
        }
    }

    fn reason(&self) -> String {
        match self {
            Check::Pattern(_) => "has not the form that is asked for".into(),
            Check::Plain(constraint) => describe(constraint),
        }
    }
}

/// What is to be said of a text that breaks the constraint, behind `it` or a path: `is longer than 10 characters`.
pub fn describe(constraint: &Constraint) -> String {
    match constraint {
        Constraint::Length(exact) => format!("does not have {exact} characters"),
        Constraint::MinLength(1) => "is empty".into(),
        Constraint::MinLength(least) => format!("is shorter than {least} characters"),
        Constraint::MaxLength(most) => format!("is longer than {most} characters"),
        Constraint::Pattern(_) => "has not the form that is asked for".into(),
        Constraint::Minimum { than, exclusive: false } => format!("is less than {than}"),
        Constraint::Minimum { than, exclusive: true } => format!("is not more than {than}"),
        Constraint::Maximum { than, exclusive: false } => format!("is more than {than}"),
        Constraint::Maximum { than, exclusive: true } => format!("is not less than {than}"),
        Constraint::MultipleOf(of) => format!("is no multiple of {of}"),
        Constraint::TotalDigits(most) => format!("has more than {most} digits"),
        Constraint::FractionDigits(most) => format!("has more than {most} digits behind the point"),
        Constraint::Earliest { than, exclusive: false } => format!("is before {than}"),
        Constraint::Earliest { than, exclusive: true } => format!("is not after {than}"),
        Constraint::Latest { than, exclusive: false } => format!("is after {than}"),
        Constraint::Latest { than, exclusive: true } => format!("is not before {than}"),
        Constraint::OneOf(texts) if texts.len() <= 6 => {
            let quoted: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
            format!("is none of {}", quoted.join(", "))
        }
        Constraint::OneOf(texts) => format!("is none of the {} values", texts.len()),
    }
}

/// A number as XML Schema writes one (part 2, §3.2.3): a sign, leading zeros and a bare point are allowed.
pub fn number(text: &str) -> Option<Number> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let plain = rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain {
        return Number::parse(text).ok();
    }
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if negative { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    Number::parse(&format!("{sign}{whole}{point}{fraction}")).ok()
}

/// Digits before and after the point, needless zeros not counted.
fn digits(text: &str) -> Option<(usize, usize)> {
    let rest = text.trim_start_matches(['+', '-']);
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || whole.is_empty() && fraction.is_empty() {
        return None;
    }
    Some((whole.trim_start_matches('0').len(), fraction.trim_end_matches('0').len()))
}

/// The order of two dates, times or date-times of one kind.
fn moments(text: &str, other: &str) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (iso::parse_date_time(text), iso::parse_date_time(other)) {
        return Some(a.nanoseconds().cmp(&b.nanoseconds()));
    }
    if let (Some(a), Some(b)) = (iso::parse_date(text), iso::parse_date(other)) {
        return Some(a.cmp(&b));
    }
    let (a, b) = (iso::parse_time(text)?, iso::parse_time(other)?);
    Some(a.value.cmp(&b.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(constraint: Constraint, text: &str) -> bool {
        let all = vec![constraint];
        let rule = TextRule { any_of: vec![Alternative { space: Space::Preserve, all }], because: "T".into() };
        Rule::new(&rule).unwrap().holds(text)
    }

    fn than(text: &str) -> Number {
        number(text).unwrap()
    }

    #[test]
    fn each_constraint_tells_what_is_in_from_what_is_out() {
        use Constraint::*;
        let cases = [
            (Length(2), "éé", "é"),
            (MinLength(2), "é1", "é"),
            (MaxLength(2), "éé", "ééé"),
            (Pattern("^a+$".into()), "aa", "ab"),
            (Minimum { than: than("10"), exclusive: false }, "010.0", "9.99"),
            (Minimum { than: than("10"), exclusive: true }, "10.01", "10"),
            (Maximum { than: than("-1"), exclusive: false }, "-1", "0"),
            (Maximum { than: than("0.5"), exclusive: true }, ".49", "+.5"),
            (MultipleOf(than("0.25")), "1.75", "1.8"),
            (TotalDigits(3), "0012.30", "123.4"),
            (FractionDigits(1), "1.50", "1.25"),
            (Earliest { than: "2024-01-01".into(), exclusive: false }, "2024-01-01", "2023-12-31"),
            (
                Latest { than: "2024-01-01T00:00:00Z".into(), exclusive: true },
                "2024-01-01T00:30:00+01:00",
                "2024-01-01T00:00:00Z",
            ),
            (OneOf(vec!["a".into(), "b".into()]), "b", "c"),
        ];
        for (constraint, good, bad) in cases {
            assert!(holds(constraint.clone(), good), "{constraint:?} refuses {good}");
            assert!(!holds(constraint.clone(), bad), "{constraint:?} takes {bad}");
        }
        assert!(!holds(Minimum { than: Number::ZERO, exclusive: false }, "x"));
    }

    #[test]
    fn one_alternative_is_enough_and_each_deals_with_white_space_for_itself() {
        let one = |space, all| Alternative { space, all };
        let rule = TextRule {
            any_of: vec![
                one(Space::Collapse, vec![Constraint::OneOf(vec!["a b".into()])]),
                one(Space::Preserve, vec![Constraint::MaxLength(1)]),
            ],
            because: "T".into(),
        };
        let rule = Rule::new(&rule).unwrap();
        assert!(rule.holds(" a \n b ") && rule.holds(" ") && rule.holds(""));
        assert!(!rule.holds("a  c"));
    }
}
