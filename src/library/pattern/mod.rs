//! Date patterns: Unicode's date letters (LDML, UTS #35 part 4, "Date Field Symbols") as they stand in
//! `date as "MM/dd/yyyy"`, `date(x, "dd.MM.yyyy")` and `format(t, "yyyyMMddHHmmss")`.
//!
//! | letters | what | read | written |
//! |---|---|---|---|
//! | `yyyy`, `y` | year 0000 to 9999 | exactly 4 digits; 1 to 4 | 4 digits; as many as needed |
//! | `yy` | year of the century | never: it leaves the century open | 2 digits |
//! | `MM`, `M`, `MMM`, `MMMM` (`L` likewise) | month | 2 digits; 1 or 2; `Jan`; `January` | the same |
//! | `dd`, `d` | day of the month | 2 digits; 1 or 2 | the same |
//! | `DDD`, `D` | day of the year | 3 digits; 1 to 3 | the same |
//! | `EEE` (`E`, `EE`), `EEEE` | weekday; must agree with the date | `Mon`; `Monday` | the same |
//! | `HH`, `H` | hour 0 to 23 | 2 digits; 1 or 2 | the same |
//! | `hh`, `h` with `a` | hour 1 to 12, AM or PM | 2 digits; 1 or 2 | the same |
//! | `mm`, `m`, `ss`, `s` | minute, second | 2 digits; 1 or 2 | the same |
//! | `S` to `SSSSSSSSS` | so many digits of a fraction | exactly so many | cut, never rounded |
//! | `X` `XX` `XXX` | offset `+02`, `+0200`, `+02:00`; `Z` is UTC | the same | the same |
//! | `x` `xx` `xxx`, `Z`, `ZZZZZ` | as `X` without `Z`; `Z` is `xx`, `ZZZZZ` is `XXX` | the same | the same |
//! | `'text'`, `''` | the text itself; a quote | the same | the same |
//!
//! Everything that is no letter of A to Z stands for itself. Names are English, read in any case.
//! Reading is strict: nothing may be left over, and no date is bent into another (`02/30` is none).

mod read;
mod write;

use crate::model::Base;

/// The longest pattern, in bytes.
pub const MAX_PATTERN: usize = 200;

/// A pattern that was found well-formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    source: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Field(Field),
}

/// One run of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field {
    kind: Kind,
    width: Width,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Year,
    YearOfCentury,
    Month,
    MonthName { short: bool },
    Day,
    DayOfYear,
    Weekday { short: bool },
    Hour,
    HourOfHalf,
    Half,
    Minute,
    Second,
    Fraction,
    Offset(OffsetForm),
}

/// How many digits a number has; names and offsets ignore it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Exactly(u8),
    UpTo(u8),
}

/// `+02` (minutes only where there are some), `+0200` or `+02:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OffsetForm {
    minutes: Minutes,
    /// Whether UTC is written `Z`.
    zulu: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Minutes {
    WhereNeeded,
    Plain,
    Colon,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// From Monday, as ISO 8601 counts.
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Whether values of the base can be read and written with the pattern: it is well-formed, has all that
/// makes up the base and nothing that the base has not, and every text has one reading. A datetime
/// pattern without an offset needs the `zone` that its clock shows.
///
/// # Errors
/// One sentence for the author.
pub fn check(pattern: &str, base: &Base, zone: bool) -> Result<(), String> {
    let parsed = Pattern::new(pattern)?;
    parsed.fits(base)?;
    parsed.is_complete_for(base)?;
    parsed.has_one_reading()?;
    if *base == Base::DateTime && !zone && !parsed.has_offset() {
        return Err(format!(
            "this pattern has no offset, so it must name its zone: `as {pattern:?} in zone \"America/New_York\"`"
        ));
    }
    Ok(())
}

/// Whether values of the base can be written with the pattern, be it only in part (`"yyyy"` of a date).
///
/// # Errors
/// One sentence for the author.
pub fn check_format(pattern: &str, base: &Base) -> Result<(), String> {
    Pattern::new(pattern)?.fits(base)
}

impl Pattern {
    /// The most characters that it writes.
    pub fn longest(&self) -> u64 {
        let longest = |names: &[&str], short: bool| match short {
            true => 3,
            false => names.iter().map(|name| name.len()).max().unwrap_or(0),
        };
        let characters = self.parts.iter().map(|part| match part {
            Part::Literal(text) => text.chars().count(),
            Part::Field(Field { kind, width }) => match (kind, width) {
                (Kind::MonthName { short }, _) => longest(&MONTHS, *short),
                (Kind::Weekday { short }, _) => longest(&WEEKDAYS, *short),
                (Kind::Half, _) => 2,
                (Kind::Offset(OffsetForm { minutes: Minutes::Colon, .. }), _) => 6,
                (Kind::Offset(_), _) => 5,
                (_, Width::Exactly(digits) | Width::UpTo(digits)) => usize::from(*digits),
            },
        });
        characters.sum::<usize>() as u64
    }

    /// Reads the letters.
    ///
    /// # Errors
    /// One sentence on the letter that means nothing here.
    pub fn new(pattern: &str) -> Result<Pattern, String> {
        if pattern.len() > MAX_PATTERN {
            return Err(format!("a date pattern has at most {MAX_PATTERN} bytes"));
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            if first == '\'' {
                let (text, after) = quoted(&rest[1..])?;
                push_literal(&mut parts, &text);
                rest = after;
                continue;
            }
            let end = rest.find(|c| c != first).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            if first.is_ascii_alphabetic() {
                parts.push(Part::Field(field(first, run.len())?));
            } else {
                push_literal(&mut parts, run);
            }
            rest = after;
        }
        if !parts.iter().any(|part| matches!(part, Part::Field(_))) {
            return Err("a date pattern has letters such as `yyyy`, `MM` and `dd`".into());
        }
        Ok(Pattern { source: pattern.into(), parts })
    }

    /// As the author wrote it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the text carries its own offset from UTC.
    pub fn has_offset(&self) -> bool {
        self.kinds().any(|kind| matches!(kind, Kind::Offset(_)))
    }

    fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(field) => Some(field.kind),
            Part::Literal(_) => None,
        })
    }

    fn has(&self, wanted: &[Kind]) -> bool {
        self.kinds().any(|kind| wanted.contains(&kind))
    }

    /// Every letter asks for something that the base has.
    fn fits(&self, base: &Base) -> Result<(), String> {
        for kind in self.kinds() {
            let of_day = !matches!(
                kind,
                Kind::Hour
                    | Kind::HourOfHalf
                    | Kind::Half
                    | Kind::Minute
                    | Kind::Second
                    | Kind::Fraction
                    | Kind::Offset(_)
            );
            let name = match base {
                Base::Date if !of_day => "a date",
                Base::Time if of_day || matches!(kind, Kind::Offset(_)) => "a time",
                Base::Date | Base::Time | Base::DateTime => continue,
                _ => return Err("a date pattern is for a date, a time or a datetime".into()),
            };
            return Err(format!("{name} has no {}, which the pattern asks for", kind.name()));
        }
        Ok(())
    }

    /// Nothing is missing, nothing stands twice.
    fn is_complete_for(&self, base: &Base) -> Result<(), String> {
        let lacks = |what: &str| Err(format!("the pattern has no {what}, so nothing can be read with it"));
        let mut seen: Vec<&str> = Vec::new();
        for kind in self.kinds() {
            if seen.contains(&kind.name()) {
                return Err(format!("the {} stands twice in the pattern", kind.name()));
            }
            seen.push(kind.name());
        }
        if self.has(&[Kind::YearOfCentury]) {
            return Err("`yy` leaves the century open, so nothing can be read with it; write `yyyy`, or write alone: `format(day, \"MM/dd/yy\")`".into());
        }
        if *base != Base::Time {
            if !self.has(&[Kind::Year]) {
                return lacks("year (`yyyy`)");
            }
            let month = self.has(&[Kind::Month, Kind::MonthName { short: true }, Kind::MonthName { short: false }]);
            let day = self.has(&[Kind::Day]);
            match (month, day, self.has(&[Kind::DayOfYear])) {
                (true, true, false) | (false, false, true) => {}
                (_, _, true) => return Err("the pattern has both a day of the year (`D`) and a month or day".into()),
                (false, _, false) => return lacks("month (`MM`)"),
                (true, false, false) => return lacks("day (`dd`)"),
            }
        }
        if *base != Base::Date {
            match (self.has(&[Kind::Hour]), self.has(&[Kind::HourOfHalf]), self.has(&[Kind::Half])) {
                (true, false, false) | (false, true, true) => {}
                (false, true, false) => {
                    return Err("`h` is the hour of half a day; add AM or PM (`a`), or write `HH`".into());
                }
                (true, _, _) => return Err("`H` is the hour of the whole day; remove `h` and `a`".into()),
                (false, false, _) => return lacks("hour (`HH`)"),
            }
            let minute = self.has(&[Kind::Minute]);
            let second = self.has(&[Kind::Second]);
            if second && !minute {
                return lacks("minute (`mm`)");
            }
            if self.has(&[Kind::Fraction]) && !second {
                return lacks("second (`ss`)");
            }
        }
        Ok(())
    }

    /// No number of open width runs into the next digit.
    fn has_one_reading(&self) -> Result<(), String> {
        for pair in self.parts.windows(2) {
            let [Part::Field(field), next] = pair else { continue };
            if !field.kind.is_number() || matches!(field.width, Width::Exactly(_)) {
                continue;
            }
            let digit_follows = match next {
                Part::Literal(text) => text.starts_with(|c: char| c.is_ascii_digit()),
                Part::Field(next) => next.kind.is_number(),
            };
            if digit_follows {
                return Err(format!(
                    "digits follow the {} at once, so give it all its letters (such as `yyyy`, `MM`, `dd`)",
                    field.kind.name()
                ));
            }
        }
        Ok(())
    }
}

impl Kind {
    fn is_number(self) -> bool {
        !matches!(self, Kind::MonthName { .. } | Kind::Weekday { .. } | Kind::Half | Kind::Offset(_))
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Year | Kind::YearOfCentury => "year",
            Kind::Month | Kind::MonthName { .. } => "month",
            Kind::Day => "day",
            Kind::DayOfYear => "day of the year",
            Kind::Weekday { .. } => "weekday",
            Kind::Hour => "hour",
            Kind::HourOfHalf => "hour of half a day",
            Kind::Half => "AM or PM",
            Kind::Minute => "minute",
            Kind::Second => "second",
            Kind::Fraction => "fraction of a second",
            Kind::Offset(_) => "offset",
        }
    }
}

/// A run of `count` times the letter.
fn field(letter: char, count: usize) -> Result<Field, String> {
    let number = |kind, most: u8| {
        let width = if count == 1 { Width::UpTo(most) } else { Width::Exactly(most) };
        (count == 1 || count == usize::from(most)).then_some(Field { kind, width })
    };
    let named = |kind| Some(Field { kind, width: Width::Exactly(0) });
    let offset = |minutes, zulu| named(Kind::Offset(OffsetForm { minutes, zulu }));
    let found = match (letter, count) {
        ('y' | 'u', 2) if letter == 'y' => Some(Field { kind: Kind::YearOfCentury, width: Width::Exactly(2) }),
        ('y' | 'u', _) => number(Kind::Year, 4),
        ('M' | 'L', 3) => named(Kind::MonthName { short: true }),
        ('M' | 'L', 4) => named(Kind::MonthName { short: false }),
        ('M' | 'L', _) => number(Kind::Month, 2),
        ('d', _) => number(Kind::Day, 2),
        ('D', _) => number(Kind::DayOfYear, 3),
        ('E', 1..=3) => named(Kind::Weekday { short: true }),
        ('E', 4) => named(Kind::Weekday { short: false }),
        ('H', _) => number(Kind::Hour, 2),
        ('h', _) => number(Kind::HourOfHalf, 2),
        ('a', 1..=3) => named(Kind::Half),
        ('m', _) => number(Kind::Minute, 2),
        ('s', _) => number(Kind::Second, 2),
        ('S', 1..=9) => Some(Field { kind: Kind::Fraction, width: Width::Exactly(count as u8) }),
        ('X', 1) => offset(Minutes::WhereNeeded, true),
        ('X', 2) => offset(Minutes::Plain, true),
        ('X', 3) | ('Z', 5) => offset(Minutes::Colon, true),
        ('x', 1) => offset(Minutes::WhereNeeded, false),
        ('x', 2) | ('Z', 1..=3) => offset(Minutes::Plain, false),
        ('x', 3) => offset(Minutes::Colon, false),
        _ => None,
    };
    found.ok_or_else(|| meaningless(letter, &letter.to_string().repeat(count.min(10))))
}

/// What to tell of letters that stand for nothing here, with the slips that people make.
fn meaningless(letter: char, run: &str) -> String {
    let hint = match letter {
        'Y' => "`Y` is the year of the week; write `yyyy`",
        'D' => "`D` and `DDD` are the day of the year; write `dd` for the day of the month",
        'n' | 'N' => "write `mm` for minutes",
        'k' | 'K' => "write `HH` for hours 0 to 23, or `hh` with `a` for 1 to 12",
        'z' | 'v' | 'V' | 'O' => {
            "zones are no part of a pattern; write an offset (`XXX`), or name the zone: `in zone \"America/New_York\"`"
        }
        'T' => "a letter that stands for itself goes in single quotes: `yyyy-MM-dd'T'HH:mm:ss`",
        'y' => "write `yyyy`, `yy` or `y`",
        'M' => "write `MM`, `M`, `MMM` or `MMMM`",
        'd' | 'H' | 'h' | 'm' | 's' => "write the letter once or twice",
        'S' => "a fraction has at most nine digits",
        _ => "letters that stand for themselves go in single quotes",
    };
    format!("`{run}` means nothing in a date pattern: {hint}")
}

/// The text up to the closing quote, and what follows it; at once a closing quote: one quote.
fn quoted(rest: &str) -> Result<(String, &str), String> {
    if let Some(after) = rest.strip_prefix('\'') {
        return Ok(("'".into(), after));
    }
    let mut text = String::new();
    let mut rest = rest;
    loop {
        let Some((head, after)) = rest.split_once('\'') else {
            return Err("a single quote in the date pattern is not closed".into());
        };
        text.push_str(head);
        match after.strip_prefix('\'') {
            Some(after) => {
                text.push('\'');
                rest = after;
            }
            None => return Ok((text, after)),
        }
    }
}

fn push_literal(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Literal(literal)) => literal.push_str(text),
        _ => parts.push(Part::Literal(text.into())),
    }
}
