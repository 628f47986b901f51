//! Exact conversions between units.

use serde::{Deserialize, Serialize};

use crate::model::number::Number;

use super::Unit;
use super::dimension::{Base, Dimension};
use super::meaning::Scale;

/// How a number in one unit becomes a number in another: `y = x × factor + offset`, exactly.
///
/// ```
/// use hms_sync::model::{number::Number, unit::Unit};
///
/// let fahrenheit = Unit::parse("[degF]", true).unwrap();
/// let celsius = Unit::parse("Cel", false).unwrap();
/// let conversion = fahrenheit.conversion(&celsius).unwrap();
/// assert_eq!(conversion.factor.to_string(), "5/9");
/// assert_eq!(conversion.apply(&Number::from(212)), Number::from(100));
/// assert!(!conversion.terminates());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversion {
    /// Never zero.
    pub factor: Number,
    pub offset: Number,
}

impl Conversion {
    pub fn identity() -> Conversion {
        Conversion { factor: Number::ONE, offset: Number::ZERO }
    }

    pub fn is_identity(&self) -> bool {
        self.factor == Number::ONE && self.offset.is_zero()
    }

    /// Whether whatever ends in finitely many digits does so after the conversion.
    pub fn terminates(&self) -> bool {
        self.factor.terminates() && self.offset.terminates()
    }

    pub fn apply(&self, value: &Number) -> Number {
        if self.is_identity() {
            return value.clone();
        }
        let scaled = value * &self.factor;
        if self.offset.is_zero() { scaled } else { &scaled + &self.offset }
    }

    /// The way back.
    pub fn inverse(&self) -> Option<Conversion> {
        let factor = self.factor.reciprocal()?;
        let offset = -(&self.offset * &factor);
        Some(Conversion { factor, offset })
    }
}

/// Why there is no exact conversion. Each text is one sentence; units stand in it as written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConversionError {
    #[error("{from} measures {from_dimension}, {to} measures {to_dimension}")]
    OtherDimension {
        from: String,
        from_dimension: String,
        to: String,
        to_dimension: String,
        /// What may have been meant, as a sentence.
        hint: Option<String>,
    },
    /// Months and years, against anything else.
    #[error("{calendar} has no fixed length, so it does not convert to {other}")]
    NoFixedLength { calendar: String, other: String },
    #[error("between {from} and {to} lies the number pi, so no exact factor does")]
    Pi { from: String, to: String },
    #[error("the factor between {from} and {to} would need over 1,000 digits")]
    TooLarge { from: String, to: String },
    #[error("{unit} is not a linear scale, so nothing converts exactly between {from} and {to}")]
    NotLinear { unit: String, from: String, to: String },
    #[error("{from} is a temperature, {to} counts a difference of temperatures")]
    TemperatureToDifference { from: String, to: String },
    /// The `by` of a conversion is not a molar mass.
    #[error("{unit} measures {dimension}; between mass and amount stands a molar mass as in 'g/mol'")]
    NotAMolarMass { unit: String, dimension: String },
    #[error("a molar mass is more than zero")]
    MolarMassNotPositive,
    /// The `by` of a conversion that is not between mass and amount.
    #[error("no molar mass stands between {from} and {to}")]
    NoMassAndAmount { from: String, to: String },
}

impl ConversionError {
    /// What may have been meant, as a sentence for the help line.
    pub fn hint(&self) -> Option<&str> {
        match self {
            ConversionError::OtherDimension { hint, .. } => hint.as_deref(),
            _ => None,
        }
    }
}

impl Unit {
    /// The exact conversion of numbers in this unit to `to`. Between a difference of temperatures and
    /// a temperature scale it is that of the differences, so no offset: the result is
    /// [`Unit::difference`] of `to`.
    ///
    /// # Errors
    ///
    /// Another dimension; no exact factor (pi, a logarithmic scale); a temperature against a
    /// difference of temperatures.
    pub fn conversion(&self, to: &Unit) -> Result<Conversion, ConversionError> {
        let (a, b) = (self.meaning(), to.meaning());
        if a.dimension != b.dimension {
            return Err(self.other_dimension(to));
        }
        let (from_origin, to_origin) = match (&a.scale, &b.scale) {
            (Scale::Function { atom: x }, Scale::Function { atom: y }) if x == y => (Number::ZERO, Number::ZERO),
            (Scale::Function { .. }, _) => return Err(self.not_linear(to, self)),
            (_, Scale::Function { .. }) => return Err(self.not_linear(to, to)),
            (Scale::Ratio, Scale::Ratio) => (Number::ZERO, Number::ZERO),
            (from, to) => (origin(from), origin(to)),
        };
        if to.is_difference() && self.is_offset_scale() {
            return Err(ConversionError::TemperatureToDifference { from: self.to_string(), to: to.to_string() });
        }
        let factor = self.factor_to(to, 0, &Number::ONE)?;
        let offset = if self.is_difference() {
            Number::ZERO
        } else {
            let distance = &from_origin - &to_origin;
            distance.checked_div(&b.factor).unwrap_or_default()
        };
        Ok(Conversion { factor, offset })
    }

    /// The exact conversion between mass and amount of substance by a molar mass, in whatever
    /// quantity they stand: mg/dL to mmol/L by 180.156 'g/mol', and back.
    ///
    /// # Errors
    ///
    /// The units are not each other's with mass exchanged for amount; the molar mass has another
    /// dimension or is not more than zero; no exact factor.
    pub fn conversion_by(&self, to: &Unit, (value, unit): (&Number, &Unit)) -> Result<Conversion, ConversionError> {
        let molar = unit.meaning();
        let gram_per_mole =
            Dimension::of_base(Base::Mass as usize).times(&Dimension::of_base(Base::Amount as usize), -1);
        if Some(&molar.dimension) != gram_per_mole.as_ref() || molar.scale != Scale::Ratio {
            return Err(ConversionError::NotAMolarMass { unit: unit.to_string(), dimension: unit.dimension_name() });
        }
        if value.signum() <= 0 {
            return Err(ConversionError::MolarMassNotPositive);
        }
        let (a, b) = (self.meaning(), to.meaning());
        let Some(moles) = a.dimension.moles_for_mass(&b.dimension) else {
            return Err(ConversionError::NoMassAndAmount { from: self.to_string(), to: to.to_string() });
        };
        for side in [self, to] {
            if side.meaning().scale != Scale::Ratio {
                return Err(self.not_linear(to, side));
            }
        }
        let too_large = || self.too_large(to);
        let mass = (value * &molar.factor).checked_pow(-moles).ok_or_else(too_large)?;
        let pi = molar.pi.checked_mul(-moles).ok_or_else(too_large)?;
        Ok(Conversion { factor: self.factor_to(to, pi, &mass)?, offset: Number::ZERO })
    }

    /// The ratio of the two magnitudes times `by × pi^pi`, where pi cancels.
    fn factor_to(&self, to: &Unit, pi: i32, by: &Number) -> Result<Number, ConversionError> {
        let (a, b) = (self.meaning(), to.meaning());
        if a.pi.checked_add(pi) != Some(b.pi) {
            return Err(ConversionError::Pi { from: self.to_string(), to: to.to_string() });
        }
        // no unit has a factor of zero
        let ratio = a.factor.checked_div(&b.factor).unwrap_or(Number::ONE);
        let factor = &ratio * by;
        if factor.within_limit() { Ok(factor) } else { Err(self.too_large(to)) }
    }

    fn too_large(&self, to: &Unit) -> ConversionError {
        ConversionError::TooLarge { from: self.to_string(), to: to.to_string() }
    }

    /// Whether the two differ only by mass standing for amount of substance, so that a molar mass
    /// converts between them ([`Unit::conversion_by`]).
    pub fn needs_molar_mass(&self, to: &Unit) -> bool {
        let (a, b) = (self.meaning(), to.meaning());
        a.dimension.moles_for_mass(&b.dimension).is_some()
    }

    fn not_linear(&self, to: &Unit, curved: &Unit) -> ConversionError {
        ConversionError::NotLinear { unit: curved.to_string(), from: self.to_string(), to: to.to_string() }
    }

    fn other_dimension(&self, to: &Unit) -> ConversionError {
        let (from, other) = (self.to_string(), to.to_string());
        if self.is_calendar() && to.is_time() {
            return ConversionError::NoFixedLength { calendar: from, other };
        }
        if self.is_time() && to.is_calendar() {
            return ConversionError::NoFixedLength { calendar: other, other: from };
        }
        ConversionError::OtherDimension {
            from_dimension: self.dimension_name(),
            to_dimension: to.dimension_name(),
            hint: self.hint_against(to).or_else(|| to.hint_against(self)),
            from,
            to: other,
        }
    }

    /// The slip behind a wrong dimension, where this unit is one that is often taken for another.
    fn hint_against(&self, other: &Unit) -> Option<String> {
        let taken_for = match self.code() {
            "m" if other.is_time() => "`m` is the metre; minutes are `minutes` or `min`",
            "S" if other.is_time() => "`S` is the siemens; seconds are `seconds` or `s`",
            "H" if other.is_time() => "`H` is the henry; hours are `hours` or `h`",
            "C" if other.meaning().is_temperature() => "`C` is the coulomb; Celsius is `Cel`",
            "F" if other.meaning().is_temperature() => "`F` is the farad; Fahrenheit is '[degF]'",
            "G" if other.is_mass() => "`G` is the gauss; grams are `g`",
            _ if self.needs_molar_mass(other) => {
                return Some(format!(
                    "between mass and amount stands the molar mass of the substance, \
                     as in `in {other} by 180.156 'g/mol'` for glucose"
                ));
            }
            _ => return None,
        };
        Some(taken_for.to_owned())
    }
}

fn origin(scale: &Scale) -> Number {
    match scale {
        Scale::Offset { origin } => origin.clone(),
        Scale::Ratio | Scale::Function { .. } => Number::ZERO,
    }
}
