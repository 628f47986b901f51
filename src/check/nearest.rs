//! The nearest name in scope, for "did you mean".

use crate::syntax::words::distance;

/// The candidate that `wanted` was most likely meant to be: by letters without case and separators, by
/// edit distance (transpositions count once), or as a part of a longer name. `None` where nothing is near.
pub fn nearest<'c>(wanted: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let plain_wanted = plain(wanted);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != wanted)
        .filter_map(|candidate| score(&plain_wanted, &plain(candidate)).map(|score| (score, candidate)))
        .min_by_key(|(score, _)| *score)
        .map(|(_, candidate)| candidate)
}

/// Longer names are no slips of one another; this also bounds the work.
const LONGEST: usize = 64;

fn plain(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(LONGEST).collect()
}

/// Lower is nearer; `None` is too far.
fn score(wanted: &[char], candidate: &[char]) -> Option<usize> {
    if wanted.is_empty() || candidate.is_empty() {
        return None;
    }
    let distance = distance(wanted, candidate);
    let allowed = match wanted.len().max(candidate.len()) {
        0..=2 => 1,
        3..=5 => 2,
        6..=9 => 3,
        _ => 4,
    };
    if distance <= allowed && distance < wanted.len().min(candidate.len()).max(2) {
        return Some(distance * 2);
    }
    let contains =
        |long: &[char], short: &[char]| short.len() >= 3 && long.windows(short.len()).any(|part| part == short);
    (contains(wanted, candidate) || contains(candidate, wanted)).then_some(9 + wanted.len().abs_diff(candidate.len()))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_find_their_name_and_strangers_do_not() {
        let names = ["duration", "maxPatients", "note", "ruleId", "id"];
        assert_eq!(nearest("duratoin", names), Some("duration"));
        assert_eq!(nearest("max_patients", names), Some("maxPatients"));
        assert_eq!(nearest("rule", names), Some("ruleId"));
        assert_eq!(nearest("notes", names), Some("note"));
        assert_eq!(nearest("zebra", names), None);
        assert_eq!(nearest("", names), None);
    }
}
