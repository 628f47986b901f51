//! The calendar words: units of time that are written without UCUM's codes, as in FHIRPath and CQL.

/// A calendar word and what it counts.
pub(super) enum Word {
    /// A UCUM code of time.
    Time(&'static str),
    /// So many months: a unit of dates, of no fixed length.
    Months(i64),
}

/// Singular, plural, UCUM code.
const TIME: &[(&str, &str, &str)] = &[
    ("millisecond", "milliseconds", "ms"),
    ("second", "seconds", "s"),
    ("minute", "minutes", "min"),
    ("hour", "hours", "h"),
    ("day", "days", "d"),
    ("week", "weeks", "wk"),
];

const MONTHS: &[(&str, &str, i64)] = &[("month", "months", 1), ("year", "years", 12)];

pub(super) fn word(text: &str) -> Option<Word> {
    let time = TIME.iter().find(|(one, many, _)| text == *one || text == *many).map(|&(_, _, code)| Word::Time(code));
    time.or_else(|| {
        MONTHS.iter().find(|(one, many, _)| text == *one || text == *many).map(|&(_, _, months)| Word::Months(months))
    })
}

/// The plural for a UCUM code of time.
pub(super) fn plural_of(code: &str) -> Option<&'static str> {
    TIME.iter().find(|(_, _, ucum)| *ucum == code).map(|&(_, many, _)| many)
}

/// Every plural.
pub(super) fn plurals() -> impl Iterator<Item = &'static str> {
    let time = TIME.iter().map(|&(_, many, _)| many);
    time.chain(MONTHS.iter().map(|&(_, many, _)| many))
}
