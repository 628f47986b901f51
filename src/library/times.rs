//! Functions of dates, times and zones.

use super::arguments::{check_zone, constant_text, misfit};
use super::unix::nanoseconds;
use super::value::{DateTime, Time};
use super::zone::{Zone, within_years};
use super::{Function, Group, Parameter, Prepared, Returns, Signature, Takes, Value, example, iso, unix};
use crate::model::Constant;
use crate::model::number::Number;

const AT: Parameter = Parameter::new("at", Takes::DateTime);
const DAY: Parameter = Parameter::new("day", Takes::Date);
const NUMBER: Parameter = Parameter::new("number", Takes::Number);
const WHOLE: Parameter = Parameter::new("number", Takes::Integer);
const ZONE: Parameter = Parameter::new("zone", Takes::Text).constant(check_zone);

const OF_DAY: Signature =
    Signature::new(&[Parameter::new("day", Takes::Either(&[Takes::Date, Takes::DateTime]))], Returns::Integer);
const OF_CLOCK: Signature =
    Signature::new(&[Parameter::new("time", Takes::Either(&[Takes::Time, Takes::DateTime]))], Returns::Integer);

const OUTSIDE: &str = "the result may lie outside of the years 0 to 9999";

const fn function(
    name: &'static str,
    summary: &'static str,
    signature: Signature,
    does: for<'e> fn(&mut [Value<'e>]) -> Value<'e>,
) -> Function {
    Function::new(name, Group::Dates, summary, signature, does)
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::prepared(
        "in_zone",
        Group::Dates,
        "The same instant, as the clocks of the time zone show it.",
        Signature::new(&[AT, ZONE], Returns::DateTime),
        in_zone,
    )
    .examples(&[example(
        r#"in_zone(datetime("2024-05-01T14:00:00Z"), "America/New_York")"#,
        "2024-05-01T10:00:00-04:00",
    )]),
    Function::prepared(
        "combine",
        Group::Dates,
        "The instant at which the clocks of the zone show that date and time. Of a time that comes twice the first is meant; one that the clocks skip is read with the offset before the gap (RFC 5545).",
        Signature::new(&[DAY, Parameter::new("time", Takes::Time), ZONE], Returns::DateTime),
        combine,
    )
    .examples(&[
        example(
            r#"combine(date("2024-05-01"), time("10:00:00"), "America/New_York")"#,
            "2024-05-01T10:00:00-04:00",
        ),
        example(
            r#"combine(date("2024-03-10"), time("02:30:00"), "America/New_York")"#,
            "2024-03-10T03:30:00-04:00",
        ),
    ]),
    function("date_of", "The date, on the clock at its own offset.", Signature::new(&[AT], Returns::Date), date_of)
        .examples(&[example(r#"date_of(datetime("2024-05-01T23:30:00-04:00"))"#, "2024-05-01")]),
    function("time_of", "The time of day, on the clock at its own offset.", Signature::new(&[AT], Returns::Time), time_of)
        .examples(&[example(r#"time_of(datetime("2024-05-01T23:30:00-04:00"))"#, "23:30:00")]),
    function("year", "The year.", OF_DAY, year).examples(&[example(r#"year(date("2024-02-29"))"#, "2024")]),
    function("month", "The month, 1 to 12.", OF_DAY, month).examples(&[example(r#"month(date("2024-02-29"))"#, "2")]),
    function("day", "The day of the month, 1 to 31.", OF_DAY, day).examples(&[example(r#"day(date("2024-02-29"))"#, "29")]),
    function("day_of_year", "The day of the year, 1 to 366.", OF_DAY, day_of_year)
        .examples(&[example(r#"day_of_year(date("2024-12-31"))"#, "366")]),
    function("weekday", "The day of the week, 1 (Monday) to 7 (Sunday), as ISO 8601 counts.", OF_DAY, weekday)
        .examples(&[example(r#"weekday(date("2024-02-29"))"#, "4")]),
    function("hour", "The hour, 0 to 23.", OF_CLOCK, hour).examples(&[example(r#"hour(time("14:05:09"))"#, "14")]),
    function("minute", "The minute, 0 to 59.", OF_CLOCK, minute).examples(&[example(r#"minute(time("14:05:09"))"#, "5")]),
    function("second", "The second, 0 to 59, without its fraction.", OF_CLOCK, second)
        .examples(&[example(r#"second(time("14:05:09.9"))"#, "9")]),
    function(
        "age",
        "The full years from the birth to the day; negative before the birth. Who is born on 29 February turns a year older on 1 March of common years.",
        Signature::new(&[Parameter::new("birth", Takes::Date), DAY], Returns::Integer),
        age,
    )
    .examples(&[
        example(r#"age(date("1950-05-02"), date("2024-05-01"))"#, "73"),
        example(r#"age(date("1950-05-02"), date("2024-05-02"))"#, "74"),
    ]),
    function(
        "from_unix",
        "The instant so many seconds after 1970 began in UTC.",
        Signature::new(&[NUMBER], Returns::DateTime).may_fail(OUTSIDE),
        from_unix,
    )
    .examples(&[example("from_unix(1714557600)", "2024-05-01T10:00:00Z"), example("from_unix(1e15)", "failed")]),
    function(
        "from_unix_ms",
        "The instant so many milliseconds after 1970 began in UTC.",
        Signature::new(&[NUMBER], Returns::DateTime).may_fail(OUTSIDE),
        from_unix_ms,
    )
    .examples(&[example("from_unix_ms(1714557600250)", "2024-05-01T10:00:00.25Z")]),
    function(
        "add_seconds",
        "So many seconds later (`at + 30 minutes`).",
        Signature::new(&[AT, NUMBER], Returns::DateTime).limit(OUTSIDE),
        add_seconds,
    )
    .internal(),
    function(
        "add_days",
        "So many days later (`day + 1 week`).",
        Signature::new(&[DAY, WHOLE], Returns::Date).limit(OUTSIDE),
        add_days,
    )
    .internal(),
    function(
        "add_months",
        "So many months later (`day + 1 month`); the last day of a month that is too short.",
        Signature::new(&[DAY, WHOLE], Returns::Date).limit(OUTSIDE),
        add_months,
    )
    .internal(),
    function(
        "seconds_between",
        "The first less the second (`end - start`).",
        Signature::new(&[AT, AT], Returns::Duration),
        seconds_between,
    )
    .internal(),
    function(
        "days_between",
        "The first less the second, in days (`last - first`).",
        Signature::new(&[DAY, DAY], Returns::Integer),
        days_between,
    )
    .internal(),
    function(
        "total_seconds",
        "The seconds of a duration (`length in minutes`).",
        Signature::new(&[Parameter::new("duration", Takes::Duration)], Returns::Decimal),
        total_seconds,
    )
    .internal(),
];

struct InZone(Zone);

fn in_zone(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    Ok(Box::new(InZone(Zone::named(constant_text(constants, 1)?.ok_or("the zone is left out")?)?)))
}

impl Prepared for InZone {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let Some(Value::DateTime(at)) = arguments.first() else { return misfit("in_zone", arguments) };
        Value::DateTime(self.0.tell(at))
    }
}

struct Combine(Zone);

fn combine(constants: &[Option<&Constant>]) -> Result<Box<dyn Prepared>, String> {
    Ok(Box::new(Combine(Zone::named(constant_text(constants, 2)?.ok_or("the zone is left out")?)?)))
}

impl Prepared for Combine {
    fn call<'e>(&self, arguments: &mut [Value<'e>]) -> Value<'e> {
        let [Value::Date(date), Value::Time(time), ..] = arguments else { return misfit("combine", arguments) };
        at_or_outside(self.0.read(date.to_datetime(time.value)))
    }
}

fn at_or_outside<'e>(at: Option<DateTime<'static>>) -> Value<'e> {
    at.map_or_else(outside, Value::DateTime)
}

fn outside<'e>() -> Value<'e> {
    Value::failed("the result lies outside of the years 0 to 9999")
}

fn date_of<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::DateTime(at)] = arguments else { return misfit("date_of", arguments) };
    Value::Date(at.local.date())
}

fn time_of<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::DateTime(at)] = arguments else { return misfit("time_of", arguments) };
    Value::Time(Time { value: at.local.time(), received: None })
}

fn of_day<'e>(name: &str, arguments: &[Value<'e>], part: fn(jiff::civil::Date) -> i16) -> Value<'e> {
    match arguments {
        [Value::Date(date)] => Value::from(Number::from(i64::from(part(*date)))),
        [Value::DateTime(at)] => Value::from(Number::from(i64::from(part(at.local.date())))),
        _ => misfit(name, arguments),
    }
}

fn year<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    of_day("year", arguments, jiff::civil::Date::year)
}

fn month<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    of_day("month", arguments, |date| i16::from(date.month()))
}

fn day<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    of_day("day", arguments, |date| i16::from(date.day()))
}

fn day_of_year<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    of_day("day_of_year", arguments, jiff::civil::Date::day_of_year)
}

fn weekday<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    of_day("weekday", arguments, |date| i16::from(date.weekday().to_monday_one_offset()))
}

fn of_clock<'e>(name: &str, arguments: &[Value<'e>], part: fn(jiff::civil::Time) -> i8) -> Value<'e> {
    match arguments {
        [Value::Time(time)] => Value::from(Number::from(i64::from(part(time.value)))),
        [Value::DateTime(at)] => Value::from(Number::from(i64::from(part(at.local.time())))),
        _ => misfit(name, arguments),
    }
}

fn hour<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    of_clock("hour", arguments, jiff::civil::Time::hour)
}

fn minute<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    of_clock("minute", arguments, jiff::civil::Time::minute)
}

fn second<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    of_clock("second", arguments, jiff::civil::Time::second)
}

fn age<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Date(birth), Value::Date(day)] = arguments else { return misfit("age", arguments) };
    let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    let years = i64::from(day.year()) - i64::from(birth.year()) - i64::from(before_birthday);
    Value::from(Number::from(years))
}

fn from_unix<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    match arguments.first().and_then(Value::as_number) {
        Some(seconds) => at_or_outside(unix::read_seconds(&seconds)),
        None => misfit("from_unix", arguments),
    }
}

fn from_unix_ms<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    match arguments.first().and_then(Value::as_number) {
        Some(milliseconds) => at_or_outside(unix::read_milliseconds(&milliseconds)),
        None => misfit("from_unix_ms", arguments),
    }
}

fn add_seconds<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::DateTime(at), amount] = arguments else { return misfit("add_seconds", arguments) };
    let Some(amount) = amount.as_number() else { return misfit("add_seconds", arguments) };
    let moved = nanoseconds(&amount).and_then(|amount| at.at(at.nanoseconds().checked_add(amount)?));
    at_or_outside(moved.and_then(within_years))
}

fn add_days<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Date(date), amount] = arguments else { return misfit("add_days", arguments) };
    let moved = amount.as_i64().and_then(|days| iso::add_days(*date, days));
    moved.map_or_else(outside, Value::Date)
}

fn add_months<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Date(date), amount] = arguments else { return misfit("add_months", arguments) };
    let moved = amount.as_i64().and_then(|months| {
        let month = (i64::from(date.year()) * 12 + i64::from(date.month()) - 1).checked_add(months)?;
        let year = i16::try_from(month.div_euclid(12)).ok().filter(|year| (0..=9999).contains(year))?;
        let first = jiff::civil::Date::new(year, month.rem_euclid(12) as i8 + 1, 1).ok()?;
        jiff::civil::Date::new(year, first.month(), date.day().min(first.days_in_month())).ok()
    });
    moved.map_or_else(outside, Value::Date)
}

fn seconds_between<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::DateTime(end), Value::DateTime(start)] = arguments else {
        return misfit("seconds_between", arguments);
    };
    let nanoseconds = Number::from(end.nanoseconds() - start.nanoseconds());
    let seconds = nanoseconds.checked_div(&Number::from(1_000_000_000_i64));
    // the divisor is not zero
    Value::duration(seconds.unwrap_or_default())
}

fn days_between<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Date(end), Value::Date(start)] = arguments else { return misfit("days_between", arguments) };
    Value::from(Number::from(iso::days_since_epoch(*end) - iso::days_since_epoch(*start)))
}

fn total_seconds<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::Duration(duration)] = arguments else { return misfit("total_seconds", arguments) };
    Value::from(duration.seconds.clone())
}
