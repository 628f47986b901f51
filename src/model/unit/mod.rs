//! Units of measure: what a number counts, as its author wrote it and what that means exactly.
//!
//! UCUM (<https://ucum.org>, 2.2) is the standard. Its expressions are parsed by `octofhir-ucum`; the
//! exact rational factors are computed here from UCUM's definitions. Where UCUM and
//! clinical work part, clinical work is followed: `mol` is a dimension of its own, and not 10^23.
//! `months` and `years` are units of dates without a fixed length, and convert to nothing but each
//! other. Counts, percentages and annotations (`{beats}`) are plain numbers.
//!
//! A temperature (`Cel`) and a difference of temperatures are two units: [`Unit::difference`].

mod algebra;
mod conversion;
mod definitions;
mod dimension;
mod evaluate;
mod meaning;
mod spelling;
mod suggest;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use octofhir_ucum::{ErrorKind, parse_expression};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::model::number::Number;

pub use conversion::{Conversion, ConversionError};
pub use dimension::{Base, Dimension};
use meaning::{Meaning, NoMeaning, Scale};
use words::Word;

/// The longest unit, in bytes.
pub const MAX_UNIT_LENGTH: usize = 200;

/// The longest integer in a unit, in digits: what the parser keeps exactly.
const MAX_FACTOR_DIGITS: usize = 18;

/// What is written behind the unit of a difference of temperatures, where it is stored or shown.
const DIFFERENCE: &str = " difference";

/// Why a text is not a unit: one sentence, and what may have been meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UnitError {
    pub message: String,
    /// Units that stand in the place of the text as they are, with quotes where they need them; the
    /// best first.
    pub suggestions: Vec<String>,
}

/// A unit of measure. Cheap to clone.
///
/// Two units are equal (`==`) where they are written the same; [`Unit::same_as`] compares what they
/// mean. Serde has it as it is written: `minutes`, `'mg/dL'`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Unit(Arc<Parts>);

#[derive(Clone, PartialEq, Eq, Hash)]
struct Parts {
    /// As the author wrote it, without quotes.
    written: String,
    quoted: bool,
    /// The UCUM code: `min` for `minutes`; a calendar word has none and stands for itself.
    code: String,
    /// A difference on the scale that is written.
    difference: bool,
    meaning: Meaning,
}

impl Unit {
    /// Reads a unit: bare, a calendar word or a UCUM code of letters, digits and `_` (`minutes`,
    /// `kg`, `m2`); quoted, any UCUM code (the text comes without its quotes).
    ///
    /// # Errors
    ///
    /// Not a unit, longer than [`MAX_UNIT_LENGTH`], nested deeper than
    /// [`octofhir_ucum::MAX_NESTING_DEPTH`], or too large to compute with.
    pub fn parse(text: &str, quoted: bool) -> Result<Unit, UnitError> {
        if text.len() > MAX_UNIT_LENGTH {
            return Err(UnitError {
                message: format!("a unit is at most {MAX_UNIT_LENGTH} bytes long"),
                suggestions: Vec::new(),
            });
        }
        let word = words::word(text);
        if quoted && word.is_some() {
            return Err(UnitError {
                message: format!("the calendar word `{text}` stands without quotes"),
                suggestions: vec![text.to_owned()],
            });
        }
        if !quoted && word.is_none() && !is_bare(text) {
            return Err(bare_error(text));
        }
        let (code, meaning) = match word {
            Some(Word::Time(code)) => (code, evaluate_code(code)),
            Some(Word::Months(months)) => (text, Ok(calendar(months))),
            None => (text, evaluate_code(text)),
        };
        Ok(Unit(Arc::new(Parts {
            written: text.to_owned(),
            quoted,
            code: code.to_owned(),
            difference: false,
            meaning: meaning?,
        })))
    }

    /// The unit with this UCUM code, written with quotes where it needs them.
    fn of_code(code: &str) -> Result<Unit, UnitError> {
        Unit::parse(code, !is_bare(code))
    }

    fn known(written: &str, meaning: Meaning) -> Unit {
        Unit(Arc::new(Parts {
            written: written.to_owned(),
            quoted: !is_bare(written),
            code: written.to_owned(),
            difference: false,
            meaning,
        }))
    }

    /// The plain number, `'1'`.
    pub fn one() -> Unit {
        Unit::known("1", Meaning::number(Number::ONE))
    }

    /// The second, `s`, which durations count in.
    pub fn second() -> Unit {
        let second = Dimension::of_base(Base::Time as usize);
        Unit::known("s", Meaning::of_dimension(second))
    }

    /// As the author wrote it, without quotes.
    pub fn written(&self) -> &str {
        &self.0.written
    }

    pub fn is_quoted(&self) -> bool {
        self.0.quoted
    }

    /// The UCUM code (`min` for `minutes`); `months` and `years` stand for themselves.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    fn meaning(&self) -> &Meaning {
        &self.0.meaning
    }

    pub fn dimension(&self) -> &Dimension {
        &self.meaning().dimension
    }

    /// What it measures, in words: `time`, `mass concentration`, `difference of temperatures`.
    pub fn dimension_name(&self) -> String {
        if self.is_difference() {
            return "difference of temperatures".to_owned();
        }
        match &self.meaning().scale {
            Scale::Function { atom } => {
                octofhir_ucum::find_unit(atom).map_or_else(|| self.dimension().name(), |unit| unit.property.to_owned())
            }
            Scale::Ratio | Scale::Offset { .. } => self.dimension().name(),
        }
    }

    /// Whether both mean the same: `minutes` and `min`, `mL` and `cm3`, but not `Cel` and a
    /// difference in `Cel`.
    pub fn same_as(&self, other: &Unit) -> bool {
        self.meaning() == other.meaning() && self.is_difference() == other.is_difference()
    }

    /// Whether both measure the same kind of quantity. The conversion may still lack an exact factor
    /// ([`Unit::conversion`]).
    pub fn comparable(&self, other: &Unit) -> bool {
        self.dimension() == other.dimension()
    }

    /// Whether it is a plain number: a count, a ratio, a percentage.
    pub fn is_number(&self) -> bool {
        self.dimension().is_number() && self.meaning().scale == Scale::Ratio
    }

    /// Whether it measures time of a fixed length (so not `months`).
    pub fn is_time(&self) -> bool {
        self.dimension().is_just(Base::Time)
    }

    pub fn is_mass(&self) -> bool {
        self.dimension().is_just(Base::Mass)
    }

    /// Whether it measures an amount of substance (`mol`).
    pub fn is_amount(&self) -> bool {
        self.dimension().is_just(Base::Amount)
    }

    /// Whether it measures temperature, or a difference of temperatures.
    pub fn is_temperature(&self) -> bool {
        self.meaning().is_temperature()
    }

    /// Whether it is `months` or `years`: a unit of dates alone.
    pub fn is_calendar(&self) -> bool {
        self.dimension().is_calendar()
    }

    /// How many months it is, where it is a unit of dates.
    pub fn calendar_months(&self) -> Option<i64> {
        if self.is_calendar() { self.meaning().factor.to_i64() } else { None }
    }

    /// Whether it is a scale with a zero of its own (`Cel`, `[degF]`): a temperature, which does not
    /// add to another one. `K` is none.
    pub fn is_offset_scale(&self) -> bool {
        matches!(self.meaning().scale, Scale::Offset { .. })
    }

    /// Whether numbers in it are a logarithm or another function of the quantity (`[pH]`, `dB`): they
    /// compare with their own kind, but sums of them mean nothing.
    pub fn is_function_scale(&self) -> bool {
        matches!(self.meaning().scale, Scale::Function { .. })
    }

    /// Whether it counts a difference of temperatures.
    pub fn is_difference(&self) -> bool {
        self.0.difference
    }

    /// As an author writes it after `in`: of a difference the unit alone, since the value tells the rest.
    pub fn as_written(&self) -> String {
        let quote = if self.0.quoted { "'" } else { "" };
        format!("{quote}{}{quote}", self.0.written)
    }

    /// The unit of the difference of two numbers in this one: of temperatures a unit apart, which
    /// converts without offset; of everything else the unit itself.
    pub fn difference(&self) -> Unit {
        if !self.is_temperature() || self.is_difference() {
            return self.clone();
        }
        let mut parts = (*self.0).clone();
        parts.difference = true;
        parts.meaning.scale = Scale::Ratio;
        Unit(Arc::new(parts))
    }

    /// The temperature scale of a difference of temperatures; everything else itself.
    pub fn without_difference(&self) -> Unit {
        if !self.is_difference() {
            return self.clone();
        }
        // it was read once before
        Unit::parse(&self.0.written, self.0.quoted).unwrap_or_else(|_| self.clone())
    }
}

/// Whether a code may stand without quotes: letters, digits and `_`, no digit first.
pub fn is_bare(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn calendar(months: i64) -> Meaning {
    Meaning { factor: Number::from(months), ..Meaning::of_dimension(Dimension::of_own(dimension::CALENDAR_MONTH)) }
}

fn bare_error(text: &str) -> UnitError {
    if evaluate_code(text).is_ok() {
        return UnitError {
            message: format!("the unit `{text}` needs single quotes"),
            suggestions: vec![format!("'{text}'")],
        };
    }
    UnitError { message: format!("`{text}` is not a unit"), suggestions: suggest::for_text(text) }
}

/// The meaning of a UCUM code, or what is wrong with it.
fn evaluate_code(code: &str) -> Result<Meaning, UnitError> {
    let fail = |message: String| UnitError { message, suggestions: suggest::for_text(code) };
    match read_code(code) {
        Ok(meaning) => Ok(meaning),
        Err(Refusal::Syntax(reason)) => Err(fail(format!("`{code}` is not a UCUM code: {reason}"))),
        Err(Refusal::NoMeaning(NoMeaning::UnknownSymbol(symbol))) if symbol == code => {
            Err(fail(format!("`{code}` is not a unit that UCUM knows")))
        }
        Err(Refusal::NoMeaning(NoMeaning::UnknownSymbol(symbol))) => {
            Err(fail(format!("`{symbol}` in `{code}` is not a unit that UCUM knows")))
        }
        Err(Refusal::NoMeaning(NoMeaning::SpecialInAlgebra)) => Err(UnitError {
            message: format!(
                "`{code}` takes a unit with a scale of its own (such as `Cel` or `[pH]`) into a \
                 product, quotient or power, which means nothing"
            ),
            suggestions: suggest::proper_for_special(code),
        }),
        Err(Refusal::NoMeaning(NoMeaning::TooLarge)) => Err(UnitError {
            message: format!("the unit `{code}` is too large or too small to compute with"),
            suggestions: Vec::new(),
        }),
    }
}

enum Refusal {
    Syntax(String),
    NoMeaning(NoMeaning),
}

fn read_code(code: &str) -> Result<Meaning, Refusal> {
    let digits = code.split(|c: char| !c.is_ascii_digit());
    if digits.map(str::len).max() > Some(MAX_FACTOR_DIGITS) {
        return Err(Refusal::NoMeaning(NoMeaning::TooLarge));
    }
    let expression = parse_expression(code).map_err(|error| {
        Refusal::Syntax(match error.kind {
            ErrorKind::InvalidExpression { reason, .. } => lower_first(&reason),
            _ => "it is nested too deep".to_owned(),
        })
    })?;
    evaluate::meaning_of(&expression).map_err(Refusal::NoMeaning)
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// As the author wrote it, in single quotes where it was quoted; a difference of temperatures says so
/// behind it: `Cel difference`.
impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = if self.0.quoted { "'" } else { "" };
        let kind = if self.0.difference { DIFFERENCE } else { "" };
        write!(f, "{quote}{}{quote}{kind}", self.0.written)
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Reads what `Display` writes.
impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Unit, UnitError> {
        let (text, difference) = match text.strip_suffix(DIFFERENCE) {
            Some(scale) => (scale, true),
            None => (text, false),
        };
        let quoted = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        let unit = match quoted {
            Some(code) => Unit::parse(code, true)?,
            None => Unit::parse(text, false)?,
        };
        match difference {
            false => Ok(unit),
            true if unit.is_temperature() => Ok(unit.difference()),
            true => Err(UnitError {
                message: "only a temperature has a unit for its differences".to_owned(),
                suggestions: Vec::new(),
            }),
        }
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Unit, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
