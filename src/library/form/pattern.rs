//! Patterns of Unicode's date letters (LDML, UTS #35 part 4), as far as data is exchanged with them:
//! `yyyy yy M MM MMM MMMM d dd EEE EEEE H HH h hh a m mm s ss S… X XX XXX x xx xxx Z`, text in single
//! quotes, anything but a letter for itself. Names are English.

use jiff::civil::{Date, Time, Weekday};

use super::compact::{nanoseconds, number};

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

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub(super) struct Pattern {
    source: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Literal(String),
    Year,
    /// `yy`: written only, since two digits do not tell the century.
    ShortYear,
    Month {
        padded: bool,
    },
    MonthName {
        short: bool,
    },
    Day {
        padded: bool,
    },
    WeekdayName {
        short: bool,
    },
    Hour {
        padded: bool,
    },
    /// 1 to 12.
    HalfDayHour {
        padded: bool,
    },
    HalfDay,
    Minute {
        padded: bool,
    },
    Second {
        padded: bool,
    },
    Fraction(usize),
    Offset {
        colon: bool,
        zulu: bool,
        hours_alone: bool,
    },
}

/// What a text told.
#[derive(Default)]
pub(super) struct Parts {
    year: Option<i32>,
    month: Option<i32>,
    day: Option<i32>,
    weekday: Option<i8>,
    hour: Option<i32>,
    half_day_hour: Option<i32>,
    afternoon: Option<bool>,
    minute: i32,
    second: i32,
    nanosecond: i32,
    /// Seconds east of UTC.
    pub offset: Option<i32>,
}

impl Parts {
    pub fn date(&self) -> Option<Date> {
        let year = i16::try_from(self.year?).ok()?;
        let date = Date::new(year, i8::try_from(self.month?).ok()?, i8::try_from(self.day?).ok()?).ok()?;
        let fits = self.weekday.is_none_or(|day| date.weekday().to_monday_one_offset() == day);
        fits.then_some(date)
    }

    pub fn time(&self) -> Option<Time> {
        let hour = match (self.hour, self.half_day_hour, self.afternoon) {
            (Some(hour), _, _) => hour,
            (None, Some(hour @ 1..=12), Some(afternoon)) => hour % 12 + if afternoon { 12 } else { 0 },
            _ => return None,
        };
        let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(self.minute).ok()?);
        Time::new(hour, minute, i8::try_from(self.second).ok()?, self.nanosecond).ok()
    }
}

impl Pattern {
    /// # Errors
    ///
    /// A letter that is none of those above, or an open quote: a sentence.
    pub fn new(source: &str) -> Result<Pattern, String> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some(first) = rest.chars().next() {
            if first == '\'' {
                rest = quoted(rest, &mut parts)?;
                continue;
            }
            let run = rest.len() - rest.trim_start_matches(first).len();
            if first.is_ascii_alphabetic() {
                let letters = &rest[..run];
                let part = field(letters).ok_or_else(|| format!("{letters:?} is no date letter that is known here"))?;
                parts.push(part);
            } else {
                literal(&rest[..run], &mut parts);
            }
            rest = &rest[run..];
        }
        Ok(Pattern { source: source.to_owned(), parts })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    fn has(&self, wanted: impl Fn(&Part) -> bool) -> bool {
        self.parts.iter().any(wanted)
    }

    pub fn tells_date(&self) -> bool {
        self.has(|part| *part == Part::Year)
            && !self.has(|part| *part == Part::ShortYear)
            && self.has(|part| matches!(part, Part::Month { .. } | Part::MonthName { .. }))
            && self.has(|part| matches!(part, Part::Day { .. }))
    }

    pub fn tells_time(&self) -> bool {
        self.has(|part| matches!(part, Part::Hour { .. }))
            || self.has(|part| matches!(part, Part::HalfDayHour { .. })) && self.has(|part| *part == Part::HalfDay)
    }

    pub fn tells_offset(&self) -> bool {
        self.has(|part| matches!(part, Part::Offset { .. }))
    }

    /// Reads a whole text.
    pub fn read(&self, text: &str) -> Option<Parts> {
        let mut told = Parts::default();
        let mut rest = text;
        for (index, part) in self.parts.iter().enumerate() {
            // digits with more digits right behind them have a fixed width
            let packed = self.parts.get(index + 1).is_some_and(Part::is_digits);
            rest = part.read(rest, packed, &mut told)?;
        }
        rest.is_empty().then_some(told)
    }

    /// `None` where the value lacks what the pattern tells.
    pub fn write(&self, date: Option<Date>, time: Option<Time>, offset: Option<i32>) -> Option<String> {
        let mut out = String::with_capacity(self.source.len() + 8);
        for part in &self.parts {
            part.write(date, time, offset, &mut out)?;
        }
        Some(out)
    }
}

fn literal(text: &str, parts: &mut Vec<Part>) {
    match parts.last_mut() {
        Some(Part::Literal(before)) => before.push_str(text),
        _ => parts.push(Part::Literal(text.to_owned())),
    }
}

/// Text in single quotes, two of them being one; gives what is behind it.
fn quoted<'t>(text: &'t str, parts: &mut Vec<Part>) -> Result<&'t str, String> {
    let mut rest = &text[1..];
    if let Some(behind) = rest.strip_prefix('\'') {
        literal("'", parts);
        return Ok(behind);
    }
    loop {
        let end = rest.find('\'').ok_or("the pattern's quote is never closed")?;
        literal(&rest[..end], parts);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(behind) => {
                literal("'", parts);
                rest = behind;
            }
            None => return Ok(rest),
        }
    }
}

fn field(letters: &str) -> Option<Part> {
    let padded = letters.len() == 2;
    Some(match letters {
        "yyyy" | "uuuu" | "y" | "u" => Part::Year,
        "yy" | "uu" => Part::ShortYear,
        "M" | "MM" => Part::Month { padded },
        "MMM" | "MMMM" => Part::MonthName { short: letters.len() == 3 },
        "d" | "dd" => Part::Day { padded },
        "E" | "EE" | "EEE" => Part::WeekdayName { short: true },
        "EEEE" => Part::WeekdayName { short: false },
        "H" | "HH" => Part::Hour { padded },
        "h" | "hh" => Part::HalfDayHour { padded },
        "a" => Part::HalfDay,
        "m" | "mm" => Part::Minute { padded },
        "s" | "ss" => Part::Second { padded },
        "X" | "XX" | "XXX" | "x" | "xx" | "xxx" => {
            Part::Offset { colon: letters.len() == 3, zulu: letters.starts_with('X'), hours_alone: letters.len() == 1 }
        }
        "Z" => Part::Offset { colon: false, zulu: false, hours_alone: false },
        _ if letters.starts_with('S') && letters.len() <= 9 => Part::Fraction(letters.len()),
        _ => return None,
    })
}

impl Part {
    fn is_digits(&self) -> bool {
        !matches!(
            self,
            Part::Literal(_) | Part::MonthName { .. } | Part::WeekdayName { .. } | Part::HalfDay | Part::Offset { .. }
        )
    }

    fn read<'t>(&self, text: &'t str, packed: bool, told: &mut Parts) -> Option<&'t str> {
        let two = |padded: bool| if padded || packed { 2..=2 } else { 1..=2 };
        let (width, kept): (_, fn(&mut Parts, i32)) = match self {
            Part::Literal(literal) => return text.strip_prefix(literal.as_str()),
            Part::MonthName { short } => {
                let (index, rest) = name(text, &MONTHS, *short)?;
                told.month = Some(index as i32 + 1);
                return Some(rest);
            }
            Part::WeekdayName { short } => {
                let (index, rest) = name(text, &DAYS, *short)?;
                told.weekday = Some(index as i8 + 1);
                return Some(rest);
            }
            Part::HalfDay => {
                let mark = text.get(..2)?;
                told.afternoon = Some(match mark.to_ascii_uppercase().as_str() {
                    "AM" => false,
                    "PM" => true,
                    _ => return None,
                });
                return Some(&text[2..]);
            }
            Part::Fraction(count) => {
                told.nanosecond = nanoseconds(text.get(..*count)?)?;
                return Some(&text[*count..]);
            }
            Part::Offset { .. } => return self.read_offset(text, told),
            Part::ShortYear => return None,
            Part::Year => (4..=4, |told, n| told.year = Some(n)),
            Part::Month { padded } => (two(*padded), |told, n| told.month = Some(n)),
            Part::Day { padded } => (two(*padded), |told, n| told.day = Some(n)),
            Part::Hour { padded } => (two(*padded), |told, n| told.hour = Some(n)),
            Part::HalfDayHour { padded } => (two(*padded), |told, n| told.half_day_hour = Some(n)),
            Part::Minute { padded } => (two(*padded), |told, n| told.minute = n),
            Part::Second { padded } => (two(*padded), |told, n| told.second = n),
        };
        let count = text.bytes().take(*width.end()).take_while(u8::is_ascii_digit).count();
        if count < *width.start() {
            return None;
        }
        kept(told, number(&text[..count])?);
        Some(&text[count..])
    }

    fn read_offset<'t>(&self, text: &'t str, told: &mut Parts) -> Option<&'t str> {
        let Part::Offset { colon, zulu, hours_alone } = self else { return None };
        if *zulu && let Some(rest) = text.strip_prefix('Z') {
            told.offset = Some(0);
            return Some(rest);
        }
        let negative = match text.bytes().next()? {
            b'-' => true,
            b'+' => false,
            _ => return None,
        };
        let hours = number(text.get(1..3)?)?;
        let mut rest = &text[3..];
        let mut minutes = 0;
        let due = !hours_alone || rest.bytes().next().is_some_and(|b| b.is_ascii_digit());
        if due {
            if *colon {
                rest = rest.strip_prefix(':')?;
            }
            minutes = number(rest.get(..2)?)?;
            rest = &rest[2..];
        }
        if hours > 23 || minutes > 59 {
            return None;
        }
        let seconds = hours * 3600 + minutes * 60;
        told.offset = Some(if negative { -seconds } else { seconds });
        Some(rest)
    }

    fn write(&self, date: Option<Date>, time: Option<Time>, offset: Option<i32>, out: &mut String) -> Option<()> {
        let mut digits = |value: i32, width: usize| out.push_str(&format!("{value:0width$}"));
        let two = |padded: bool| if padded { 2 } else { 1 };
        match self {
            Part::Literal(literal) => out.push_str(literal),
            Part::Year => digits(date?.year().into(), 4),
            Part::ShortYear => digits((date?.year() % 100).into(), 2),
            Part::Month { padded } => digits(date?.month().into(), two(*padded)),
            Part::Day { padded } => digits(date?.day().into(), two(*padded)),
            Part::MonthName { short } => {
                let name = MONTHS[(date?.month() - 1) as usize];
                out.push_str(if *short { &name[..3] } else { name });
            }
            Part::WeekdayName { short } => {
                let name = DAYS[weekday_index(date?.weekday())];
                out.push_str(if *short { &name[..3] } else { name });
            }
            Part::Hour { padded } => digits(time?.hour().into(), two(*padded)),
            Part::HalfDayHour { padded } => digits((i32::from(time?.hour()) + 11) % 12 + 1, two(*padded)),
            Part::HalfDay => out.push_str(if time?.hour() < 12 { "AM" } else { "PM" }),
            Part::Minute { padded } => digits(time?.minute().into(), two(*padded)),
            Part::Second { padded } => digits(time?.second().into(), two(*padded)),
            Part::Fraction(count) => out.push_str(&format!("{:09}", time?.subsec_nanosecond())[..*count]),
            Part::Offset { colon, zulu, hours_alone } => write_offset(offset?, *colon, *zulu, *hours_alone, out),
        }
        Some(())
    }
}

fn write_offset(offset: i32, colon: bool, zulu: bool, hours_alone: bool, out: &mut String) {
    if zulu && offset == 0 {
        out.push('Z');
        return;
    }
    let (hours, minutes) = (offset.abs() / 3600, offset.abs() / 60 % 60);
    out.push_str(&format!("{}{hours:02}", if offset < 0 { '-' } else { '+' }));
    if !hours_alone || minutes != 0 {
        out.push_str(&format!("{}{minutes:02}", if colon { ":" } else { "" }));
    }
}

fn weekday_index(day: Weekday) -> usize {
    // 0 for Monday to 6
    day.to_monday_zero_offset() as usize
}

/// The name in front of the text, in upper or lower case; the longest that fits.
fn name<'t>(text: &'t str, names: &[&str], short: bool) -> Option<(usize, &'t str)> {
    names.iter().enumerate().find_map(|(index, name)| {
        let name = if short { &name[..3] } else { name };
        let head = text.get(..name.len())?;
        head.eq_ignore_ascii_case(name).then(|| (index, &text[name.len()..]))
    })
}
