//! The types of XML Schema part 2, §3, in one table.

use crate::model::Space::{self, Collapse, Preserve, Replace};

/// What kinds of values a type has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Primitive {
    Text,
    Boolean,
    Decimal,
    /// `float` and `double`.
    Float,
    Duration,
    DateTime,
    Time,
    Date,
    /// `gYear` and its kin.
    PartOfDate,
    Hex,
    Base64,
    Uri,
    /// A prefix and a name.
    QName,
}

#[derive(Debug, PartialEq)]
pub struct Builtin {
    pub name: &'static str,
    pub primitive: Primitive,
    pub space: Space,
    /// Whole numbers only.
    pub whole: bool,
    pub least: Option<&'static str>,
    pub most: Option<&'static str>,
    /// Regular expressions that all hold (in the language's own syntax, tied to both ends where it says so): what is more
    /// than the primitive's own form.
    pub patterns: &'static [&'static str],
    /// Unique in the document, or naming what is.
    pub identity: bool,
}

// Letters of names, as `classes::is_name_letter` has them, and the parts of dates.
macro_rules! letter { () => { r"A-Za-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{131}\x{134}-\x{13E}\x{141}-\x{148}\x{14A}-\x{17E}\x{386}\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1}\x{3A3}-\x{3CE}\x{401}-\x{40C}\x{40E}-\x{44F}\x{451}-\x{45C}\x{45E}-\x{481}\x{5D0}-\x{5EA}\x{621}-\x{63A}\x{641}-\x{64A}\x{905}-\x{939}\x{E01}-\x{E2E}\x{1E00}-\x{1E9B}\x{1EA0}-\x{1EF9}\x{3041}-\x{3094}\x{30A1}-\x{30FA}\x{4E00}-\x{9FA5}\x{AC00}-\x{D7A3}" } }
macro_rules! start {
    () => {
        concat!("_", letter!())
    };
}
macro_rules! more {
    () => {
        r"\-.0-9\x{B7}"
    };
}
macro_rules! year {
    () => {
        "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
    };
}
macro_rules! month {
    () => {
        "(?:0[1-9]|1[0-2])"
    };
}
macro_rules! day {
    () => {
        "(?:0[1-9]|[12][0-9]|3[01])"
    };
}
macro_rules! clock {
    () => {
        r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    };
}
macro_rules! zone {
    () => {
        "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
    };
}

/// The characters of a URI (RFC 3986) but the ones that divide it; `%` only before two hexadecimal digits.
macro_rules! uri {
    ($more:literal) => {
        concat!(r"(?:[A-Za-z0-9._~!$&'()*+,;=\-", $more, "]|%[0-9A-Fa-f]{2})")
    };
}
/// `//user@host:80`
macro_rules! authority {
    () => {
        concat!("//(?:", uri!(":"), "*@)?", uri!(""), "*(?::[0-9]{1,5})?")
    };
}

const URI: &str = concat!(
    "^(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?",
    authority!(),
    "(?:/",
    uri!(":@/"),
    "*)?",
    "|[A-Za-z][A-Za-z0-9+.-]*:/?(?:",
    uri!(":@"),
    uri!(":@/"),
    "*)?",
    "|/?(?:",
    uri!("@"),
    "+(?:/",
    uri!(":@/"),
    "*)?)?",
    r")(?:\?",
    uri!(":@/?"),
    "*)?(?:#",
    uri!(":@/?"),
    "*)?$"
);

const fn text(name: &'static str, space: Space, patterns: &'static [&'static str]) -> Builtin {
    Builtin {
        name,
        primitive: Primitive::Text,
        space,
        whole: false,
        least: None,
        most: None,
        patterns,
        identity: false,
    }
}

const fn identity(name: &'static str) -> Builtin {
    Builtin { identity: true, ..text(name, Collapse, NC_NAME) }
}

const fn of(name: &'static str, primitive: Primitive, patterns: &'static [&'static str]) -> Builtin {
    Builtin { name, primitive, space: Collapse, whole: false, least: None, most: None, patterns, identity: false }
}

const fn whole(name: &'static str, least: Option<&'static str>, most: Option<&'static str>) -> Builtin {
    let primitive = Primitive::Decimal;
    Builtin { name, primitive, space: Collapse, whole: true, least, most, patterns: &[], identity: false }
}

const NC_NAME: &[&str] = &[concat!("^[", start!(), "][", start!(), more!(), "]*$")];

/// What a name of [`SCHEMA`](super::xml::SCHEMA) stands for, but the three types that are lists.
static TYPES: &[Builtin] = &[
    text("anySimpleType", Preserve, &[]),
    text("string", Preserve, &[]),
    text("normalizedString", Replace, &[]),
    text("token", Collapse, &[]),
    text("language", Collapse, &["^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$"]),
    text("NMTOKEN", Collapse, &[concat!("^[:", start!(), more!(), "]+$")]),
    text("Name", Collapse, &[concat!("^[:", start!(), "][:", start!(), more!(), "]*$")]),
    text("NCName", Collapse, NC_NAME),
    identity("ID"),
    identity("IDREF"),
    identity("ENTITY"),
    of("QName", Primitive::QName, &[]),
    of("NOTATION", Primitive::QName, &[]),
    of("anyURI", Primitive::Uri, &[URI]),
    of("boolean", Primitive::Boolean, &["^(?:true|false|1|0)$"]),
    of("decimal", Primitive::Decimal, &[r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$"]),
    of("float", Primitive::Float, &[r"^(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?|-?INF|NaN)$"]),
    of("double", Primitive::Float, &[r"^(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?|-?INF|NaN)$"]),
    of(
        "duration",
        Primitive::Duration,
        &[
            r"^-?P(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?$",
            "[0-9][YMDHS]$",
        ],
    ),
    of(
        "dateTime",
        Primitive::DateTime,
        &[concat!("^", year!(), "-", month!(), "-", day!(), "T", clock!(), zone!(), "$")],
    ),
    of("time", Primitive::Time, &[concat!("^", clock!(), zone!(), "$")]),
    of("date", Primitive::Date, &[concat!("^", year!(), "-", month!(), "-", day!(), zone!(), "$")]),
    of("gYear", Primitive::PartOfDate, &[concat!("^", year!(), zone!(), "$")]),
    of("gYearMonth", Primitive::PartOfDate, &[concat!("^", year!(), "-", month!(), zone!(), "$")]),
    of("gMonth", Primitive::PartOfDate, &[concat!("^--", month!(), zone!(), "$")]),
    of("gMonthDay", Primitive::PartOfDate, &[concat!("^--", month!(), "-", day!(), zone!(), "$")]),
    of("gDay", Primitive::PartOfDate, &[concat!("^---", day!(), zone!(), "$")]),
    of("hexBinary", Primitive::Hex, &["^(?:[0-9A-Fa-f]{2})*$"]),
    of(
        "base64Binary",
        Primitive::Base64,
        &[
            "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/][AQgw]==)?$",
            "^(?:[^=]*|[^=]*[AEIMQUYcgkosw048]=|[^=]*==)$",
        ],
    ),
    whole("integer", None, None),
    whole("nonPositiveInteger", None, Some("0")),
    whole("negativeInteger", None, Some("-1")),
    whole("nonNegativeInteger", Some("0"), None),
    whole("positiveInteger", Some("1"), None),
    whole("long", Some("-9223372036854775808"), Some("9223372036854775807")),
    whole("int", Some("-2147483648"), Some("2147483647")),
    whole("short", Some("-32768"), Some("32767")),
    whole("byte", Some("-128"), Some("127")),
    whole("unsignedLong", Some("0"), Some("18446744073709551615")),
    whole("unsignedInt", Some("0"), Some("4294967295")),
    whole("unsignedShort", Some("0"), Some("65535")),
    whole("unsignedByte", Some("0"), Some("255")),
];

/// Form of a whole number (XML Schema part 2, §3.3.13).
pub const WHOLE: &str = "^[+-]?[0-9]+$";

pub fn find(name: &str) -> Option<&'static Builtin> {
    TYPES.iter().find(|builtin| builtin.name == name)
}

/// The item of a built-in type that is a list.
pub fn list_item(name: &str) -> Option<&'static str> {
    match name {
        "NMTOKENS" => Some("NMTOKEN"),
        "IDREFS" => Some("IDREF"),
        "ENTITIES" => Some("ENTITY"),
        _ => None,
    }
}

pub fn names() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|builtin| builtin.name).chain(["NMTOKENS", "IDREFS", "ENTITIES", "anyType"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::xsd::classes::is_name_letter;

    #[test]
    fn the_letters_of_names_are_one_set() {
        let regex = regex_lite::Regex::new(concat!("^[", letter!(), "]$")).unwrap();
        for c in '\0'..=char::MAX {
            assert_eq!(regex.is_match(c.encode_utf8(&mut [0; 4])), is_name_letter(c), "{c:?}");
        }
    }

    #[test]
    fn every_form_takes_its_own_and_refuses_others() {
        for (name, good, bad) in [
            (
                "anyURI",
                vec!["", "https://va.gov:80/a?b=%20#c", "urn:oid:1.2", "a/b:c", "mailto:a@b"],
                vec!["%zz", "http://[", "a b", "::", "ä"],
            ),
            (
                "dateTime",
                vec!["2024-02-29T08:00:00.5+14:00", "0001-01-01T00:00:00"],
                vec!["2024-02-29t08:00:00Z", "0000-01-01T00:00:00Z", "2024-02-29T24:00:00Z"],
            ),
            ("base64Binary", vec!["", "QQ==", "QUI=", "QUJD"], vec!["Q", "QR==", "QQ=", "Q Q="]),
            ("Name", vec!["a:b", "_1"], vec!["1a", "-", "\u{1F600}"]),
            ("language", vec!["en-US"], vec!["en_US", "toolonglanguage"]),
        ] {
            let patterns = find(name).unwrap().patterns;
            let holds =
                |text: &str| patterns.iter().all(|pattern| regex_lite::Regex::new(pattern).unwrap().is_match(text));
            good.iter().for_each(|text| assert!(holds(text), "{name} refuses {text:?}"));
            bad.iter().for_each(|text| assert!(!holds(text), "{name} takes {text:?}"));
        }
        let duration = find("duration").unwrap().patterns;
        let holds = |text: &str| duration.iter().all(|pattern| regex_lite::Regex::new(pattern).unwrap().is_match(text));
        assert!(holds("P1DT2H") && holds("-PT0.5S") && !holds("P") && !holds("PT") && !holds("P1DT") && !holds("P2W"));
    }
}
