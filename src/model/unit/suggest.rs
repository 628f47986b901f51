//! What may have been meant by a text that is not a unit.

use octofhir_ucum::{UnitExpr, get_all_prefixes, get_all_units, parse_expression};

use super::spelling::{CLINICAL, SPELLINGS};
use super::{MAX_UNIT_LENGTH, evaluate, is_bare, read_code, words};

/// At most so many suggestions.
const MOST: usize = 3;

/// Units that may have been meant, as they stand in a mapping; the best first.
pub(super) fn for_text(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_UNIT_LENGTH {
        return Vec::new();
    }
    let mut found = Vec::new();
    let lower = text.to_lowercase();
    if words::word(&lower).is_some() {
        found.push(lower.clone());
    }
    if read_code(text).is_ok() {
        // only the spaces around it were wrong
        found.push(token(text, false));
    }
    for code in symbol_candidates(text) {
        found.push(token(&code, true));
    }
    for word in words::plurals() {
        if close(&lower, word) || close(&lower, word.trim_end_matches('s')) {
            found.push(word.to_owned());
        }
    }
    for candidate in [Some(text.to_owned()), tidied(text)].into_iter().flatten() {
        if let Some(code) = corrected(&candidate) {
            found.push(token(&code, false));
        }
    }
    firsts(found)
}

/// For an expression with temperature scales inside, the one with their proper units.
pub(super) fn proper_for_special(code: &str) -> Vec<String> {
    let Ok(expression) = parse_expression(code) else {
        return Vec::new();
    };
    let proper = replaced(&expression, &|symbol| {
        Some(match symbol {
            "Cel" => "K".to_owned(),
            "[degF]" => "[degR]".to_owned(),
            other => other.to_owned(),
        })
    });
    let proper = proper.map(|expression| expression.to_string());
    proper.filter(|code| read_code(code).is_ok()).map(|code| token(&code, false)).into_iter().collect()
}

/// The code as it stands in a mapping: the calendar word where that is wanted and there is one, else
/// with quotes where it needs them.
fn token(code: &str, calendar: bool) -> String {
    match words::plural_of(code) {
        Some(word) if calendar => word.to_owned(),
        _ if is_bare(code) => code.to_owned(),
        _ => format!("'{code}'"),
    }
}

fn firsts(mut found: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for suggestion in found.drain(..) {
        if kept.len() < MOST && !kept.contains(&suggestion) {
            kept.push(suggestion);
        }
    }
    kept
}

/// The expression with each unknown symbol replaced by what is nearest to it, where that makes a
/// unit.
fn corrected(text: &str) -> Option<String> {
    let expression = parse_expression(text).ok()?;
    let code = replaced(&expression, &|symbol| {
        if read_code(symbol).is_ok() {
            return Some(symbol.to_owned());
        }
        // a code that is an expression itself, such as `/min`, does not stand inside another
        let simple = |code: &String| matches!(parse_expression(code), Ok(UnitExpr::Symbol(_)));
        symbol_candidates(symbol).into_iter().find(simple)
    })?
    .to_string();
    read_code(&code).is_ok().then_some(code)
}

fn replaced(expression: &UnitExpr, symbol: &dyn Fn(&str) -> Option<String>) -> Option<UnitExpr> {
    let boxed = |inner: &UnitExpr| replaced(inner, symbol).map(Box::new);
    Some(match expression {
        UnitExpr::Symbol(code) => UnitExpr::Symbol(symbol(code)?),
        UnitExpr::Numeric(_) | UnitExpr::Annotation(_) => expression.clone(),
        UnitExpr::Power(base, exponent) => UnitExpr::Power(boxed(base)?, *exponent),
        UnitExpr::Annotated(inner, text) => UnitExpr::Annotated(boxed(inner)?, text.clone()),
        UnitExpr::Product(terms) => {
            UnitExpr::Product(terms.iter().map(|term| replaced(term, symbol)).collect::<Option<_>>()?)
        }
        UnitExpr::Quotient(numerator, denominator) => UnitExpr::Quotient(boxed(numerator)?, boxed(denominator)?),
        UnitExpr::Reciprocal(inner) => UnitExpr::Reciprocal(boxed(inner)?),
    })
}

/// The text as UCUM writes such things: `kg*m^2` as `kg.m2`, `mg per dL` as `mg/dL`, `µg` as `ug`.
fn tidied(text: &str) -> Option<String> {
    let mut tidy = text.replace(" per ", "/");
    for (from, to) in [
        ("°C", "Cel"),
        ("°F", "[degF]"),
        ("µ", "u"),
        ("μ", "u"),
        ("²", "2"),
        ("³", "3"),
        ("·", "."),
        ("×", "."),
        ("10^", "10*"),
        ("**", ""),
    ] {
        tidy = tidy.replace(from, to);
    }
    if !tidy.starts_with("10*") {
        tidy = tidy.replace('^', "").replace('*', ".");
    }
    let tidy =
        tidy.split_whitespace().collect::<Vec<_>>().join(".").replace("./.", "/").replace("./", "/").replace("/.", "/");
    (tidy != text).then_some(tidy)
}

/// Codes that a single wrong symbol may stand for, the best first.
fn symbol_candidates(symbol: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lower = symbol.to_lowercase();
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    let spelled = |name: &str| SPELLINGS.iter().find(|(spelling, _)| *spelling == name);
    if let Some((_, code)) = spelled(&lower).or_else(|| spelled(singular)) {
        found.push((*code).to_owned());
    }
    if symbol.is_ascii() {
        found.extend(other_case(symbol));
    }
    found.extend(by_name(&lower));
    if singular != lower {
        found.extend(by_name(singular));
        if CLINICAL.contains(&singular) {
            found.push(singular.to_owned());
        }
    }
    let near_code = CLINICAL.iter().filter(|code| close(symbol, code));
    found.extend(near_code.map(|code| (*code).to_owned()));
    let near_name = SPELLINGS.iter().filter(|(name, _)| close(singular, name));
    found.extend(near_name.map(|(_, code)| (*code).to_owned()));
    firsts(found)
}

/// Codes that differ from the symbol only by case (`KG`), those of clinical work first.
fn other_case(symbol: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for unit in get_all_units() {
        if unit.code.eq_ignore_ascii_case(symbol) {
            found.push(unit.code.to_owned());
        }
        let Some(split) = symbol.len().checked_sub(unit.code.len()) else {
            continue;
        };
        let (Some(head), Some(tail)) = (symbol.get(..split), symbol.get(split..)) else {
            continue;
        };
        if !unit.is_metric || !tail.eq_ignore_ascii_case(unit.code) {
            continue;
        }
        for prefix in get_all_prefixes() {
            if prefix.symbol.eq_ignore_ascii_case(head) {
                found.push(format!("{}{}", prefix.symbol, unit.code));
            }
        }
    }
    found.retain(|code| code != symbol);
    found.sort_by_key(|code| {
        let changed = code.bytes().zip(symbol.bytes()).filter(|(a, b)| a != b);
        (!CLINICAL.contains(&code.as_str()), changed.count())
    });
    found
}

/// Codes of units by their names in UCUM, with the prefix in words: `joule`, `kilopascal`.
fn by_name(lower: &str) -> Vec<String> {
    let mut found = Vec::new();
    for unit in get_all_units() {
        let name = unit.display_name.to_lowercase();
        if name.is_empty() {
            continue;
        }
        if name == lower {
            found.push(unit.code.to_owned());
        } else if unit.is_metric
            && let Some(prefix) = lower.strip_suffix(&*name)
            && let Some(prefix) = get_all_prefixes().iter().find(|known| known.display_name == prefix)
        {
            found.push(format!("{}{}", prefix.symbol, unit.code));
        }
    }
    found.retain(|code| evaluate::is_unit(code));
    found
}

/// Whether one is likely a slip of the other: one edit from three letters on, two from six.
fn close(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let allowed = match a.len().min(b.len()) {
        0..=2 => return false,
        3..=5 => 1,
        _ => 2,
    };
    a.len().abs_diff(b.len()) <= allowed && edits(&a, &b) <= allowed
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(x != y);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
