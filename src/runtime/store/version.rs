//! How versions are written into the store, and when one is older.

use crate::model::number::Number;
use crate::plan::Version;
use std::cmp::Ordering;

/// As text: a letter for the kind, then the value.
pub(super) fn write(version: &Version) -> String {
    match version {
        // serde's form keeps a fraction without end, too
        Version::Number(number) => format!("n{}", serde_json::to_string(number).unwrap_or_default()),
        Version::Instant(nanoseconds) => format!("i{nanoseconds}"),
        Version::Text(text) => format!("t{text}"),
    }
}

pub(super) fn read(text: &str) -> Option<Version> {
    let rest = text.get(1..)?;
    match text.as_bytes()[0] {
        b'n' => serde_json::from_str::<Number>(rest).ok().map(Version::Number),
        b'i' => rest.parse().ok().map(Version::Instant),
        b't' => Some(Version::Text(rest.to_owned())),
        _ => None,
    }
}

/// Versions of two kinds do not compare (a mapping changed what it orders by): the one that comes is taken.
pub fn is_older(version: &Version, than: &Version) -> bool {
    std::mem::discriminant(version) == std::mem::discriminant(than) && version.cmp(than) == Ordering::Less
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_back_as_they_were() {
        let third = Number::ratio(1, 3).expect("three is not zero");
        for version in [
            Version::Number(Number::from(-7)),
            Version::Number(third),
            Version::Instant(-1_500_000_000_000_000_000),
            Version::Text("é2".to_owned()),
            Version::Text(String::new()),
        ] {
            assert_eq!(read(&write(&version)), Some(version));
        }
        assert_eq!(read(""), None);
        assert_eq!(read("x1"), None);
        assert_eq!(read("é"), None);
    }

    #[test]
    fn only_versions_of_one_kind_are_older() {
        let text = |text: &str| Version::Text(text.to_owned());
        assert!(is_older(&text("a"), &text("b")));
        assert!(!is_older(&text("b"), &text("b")));
        assert!(is_older(&Version::Number(Number::from(9)), &Version::Number(Number::from(10))));
        assert!(!is_older(&Version::Number(Number::from(9)), &text("a")));
    }
}
