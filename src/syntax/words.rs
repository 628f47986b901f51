//! The words that begin something, in one place, and the nearest of them to a misspelled one.

/// First words of declarations.
pub const DECLARATIONS: &[&str] = &[
    "listen",
    "event",
    "target",
    "map",
    "table",
    "test",
    "type",
    "fn",
    "let",
    "use",
    "crosswalk",
    "zone",
    "ignore",
    "allow",
];

/// First words of a target's clauses.
pub const CLAUSES: &[&str] = &[
    "key",
    "order by",
    "newest by",
    "header",
    "auth",
    "timeout",
    "retry",
    "limit",
    "accept",
    "record",
    "answer",
    "remember",
    "forget",
];

/// First words of a map's lines that are no rules.
pub const LINES: &[&str] = &["each", "when", "match", "let", "reject", "namespace", "line", "action", "header"];

/// First words of a test's parts.
pub const TEST_PARTS: &[&str] = &["given", "meta", "crosswalk", "expect"];

/// Words of operators: as names they go in backticks, but behind a dot or directly before `->` or `:`.
pub const OPERATORS: &[&str] =
    &["and", "or", "not", "in", "if", "then", "else", "where", "each", "by", "match", "when"];

/// What other languages call it.
const ELSEWHERE: &[(&str, &str)] = &[
    ("function", "fn"),
    ("func", "fn"),
    ("def", "fn"),
    ("import", "use"),
    ("include", "use"),
    ("const", "let"),
    ("var", "let"),
    ("enum", "type"),
    ("struct", "type"),
    ("mapping", "map"),
    ("lookup", "table"),
    ("endpoint", "target"),
    ("for", "each"),
    ("foreach", "each"),
    ("switch", "match"),
    ("case", "match"),
    ("order", "order by"),
    ("orderby", "order by"),
    ("newest", "newest by"),
    ("headers", "header"),
    ("require", "accept"),
];

/// The word of `candidates` that `word` most likely means: another language's name for it, or the nearest
/// by edits (insert, delete, replace, swap) when no more than a third of its letters differ.
pub fn nearest<'w>(word: &str, candidates: &[&'w str]) -> Option<&'w str> {
    let lower = word.to_lowercase();
    if let Some((_, ours)) = ELSEWHERE.iter().find(|(theirs, _)| *theirs == lower)
        && let Some(found) = candidates.iter().find(|candidate| *candidate == ours)
    {
        return Some(found);
    }
    let lower: Vec<char> = lower.chars().collect();
    let letters = lower.len();
    if letters > 32 {
        return None;
    }
    candidates
        .iter()
        .map(|candidate| (distance(&lower, &candidate.chars().collect::<Vec<_>>()), *candidate))
        .filter(|(edits, candidate)| *edits <= (letters.max(candidate.len()) / 3).clamp(1, 3) && *edits < letters)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Edits between two short words, a swap of neighbours counting as one (optimal string alignment).
pub fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, &y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_and_a_far_one_is_not() {
        assert_eq!(nearest("tabel", DECLARATIONS), Some("table"));
        assert_eq!(nearest("Target", DECLARATIONS), Some("target"));
        assert_eq!(nearest("evnet", DECLARATIONS), Some("event"));
        assert_eq!(nearest("function", DECLARATIONS), Some("fn"));
        assert_eq!(nearest("whne", LINES), Some("when"));
        assert_eq!(nearest("duration", DECLARATIONS), None);
        assert_eq!(nearest("x", DECLARATIONS), None);
        assert_eq!(nearest(&"map".repeat(1_000_000), DECLARATIONS), None);
    }

    /// The lists here and the grammar name the same words.
    #[test]
    fn the_grammar_knows_these_words() {
        let said = |text: String| {
            let (_, diagnostics) = crate::syntax::parse(&crate::text::SourceFile::new("test.map", text), 0);
            diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect::<Vec<_>>().join("; ")
        };
        for word in DECLARATIONS {
            assert!(
                !said(format!("{word} ")).contains("begins no declaration"),
                "{word}: {}",
                said(format!("{word} "))
            );
        }
        for word in CLAUSES {
            let text = format!("target PUT \"u\" {{\n {word} x\n}}");
            assert!(!said(text.clone()).contains("no clause"), "{word}: {}", said(text));
        }
        for word in TEST_PARTS {
            let text = format!("test \"t\" {{\n {word} x\n}}");
            assert!(!said(text.clone()).contains("fits nothing in a test"), "{word}: {}", said(text));
        }
        for word in OPERATORS {
            let text = format!("map {{ {word} ->x, {word}.a -> b }}");
            assert!(
                said(text.clone()).contains("backticks")
                    || *word == "when"
                    || *word == "each"
                    || *word == "if"
                    || *word == "match"
                    || *word == "not",
                "{word}: {}",
                said(text)
            );
        }
    }

    #[test]
    fn a_swap_is_one_edit() {
        let distance =
            |a: &str, b: &str| super::distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!((distance("abc", "acb"), distance("", "ab"), distance("kitten", "sitting")), (1, 2, 3));
    }
}
