//! What a unit means, apart from how it is written: its dimension and its exact magnitude.
//!
//! Pi has no exact value, and UCUM cuts it after 64 digits. So its power is kept beside the factor:
//! between `deg` and `gon` it cancels and the conversion is exact, between `deg` and `rad` it does
//! not and there is none.

use crate::model::number::Number;

use super::dimension::{Base, Dimension};

/// How numbers in a unit stand to the quantity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scale {
    /// Zero of the unit is nothing of the quantity: most units.
    Ratio,
    /// A temperature with a zero of its own, which lies at `origin` in base units (kelvin).
    Offset { origin: Number },
    /// A logarithm or another function of the quantity; the atom tells which.
    Function { atom: &'static str },
}

/// `factor × pi^pi` base units of `dimension`; of a [`Scale::Function`], the factor scales the number
/// on the scale instead (0.1 for `dB`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Meaning {
    pub dimension: Dimension,
    pub factor: Number,
    pub pi: i32,
    pub scale: Scale,
}

/// Why an expression that UCUM's grammar allows has no meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoMeaning {
    UnknownSymbol(String),
    /// A special unit in a product, a quotient or a power (UCUM §22.1).
    SpecialInAlgebra,
    /// A factor over the limit of digits, or an exponent that no quantity has.
    TooLarge,
}

impl Meaning {
    pub fn number(factor: Number) -> Meaning {
        Meaning { dimension: Dimension::default(), factor, pi: 0, scale: Scale::Ratio }
    }

    pub fn of_dimension(dimension: Dimension) -> Meaning {
        Meaning { dimension, ..Meaning::number(Number::ONE) }
    }

    pub fn is_temperature(&self) -> bool {
        self.dimension.is_just(Base::Temperature) && !matches!(self.scale, Scale::Function { .. })
    }

    fn is_plain_number(&self) -> bool {
        self.scale == Scale::Ratio && self.pi == 0 && self.dimension.is_number()
    }

    /// `self × other`. A special unit takes part only where the other is a plain number, which
    /// scales it (UCUM §22.3).
    pub fn times(&self, other: &Meaning) -> Result<Meaning, NoMeaning> {
        let scale = match (&self.scale, &other.scale) {
            (Scale::Ratio, Scale::Ratio) => Scale::Ratio,
            (special, Scale::Ratio) if other.is_plain_number() => special.clone(),
            (Scale::Ratio, special) if self.is_plain_number() => special.clone(),
            _ => return Err(NoMeaning::SpecialInAlgebra),
        };
        let product = Meaning {
            dimension: self.dimension.times(&other.dimension, 1).ok_or(NoMeaning::TooLarge)?,
            factor: &self.factor * &other.factor,
            pi: self.pi.checked_add(other.pi).ok_or(NoMeaning::TooLarge)?,
            scale,
        };
        if product.factor.within_limit() { Ok(product) } else { Err(NoMeaning::TooLarge) }
    }

    pub fn to_the(&self, power: i32) -> Result<Meaning, NoMeaning> {
        if self.scale != Scale::Ratio {
            return if power == 1 { Ok(self.clone()) } else { Err(NoMeaning::SpecialInAlgebra) };
        }
        let dimension = Dimension::default().times(&self.dimension, power);
        Ok(Meaning {
            dimension: dimension.ok_or(NoMeaning::TooLarge)?,
            factor: self.factor.checked_pow(power).ok_or(NoMeaning::TooLarge)?,
            pi: self.pi.checked_mul(power).ok_or(NoMeaning::TooLarge)?,
            scale: Scale::Ratio,
        })
    }

    pub fn divided_by(&self, other: &Meaning) -> Result<Meaning, NoMeaning> {
        self.times(&other.to_the(-1)?)
    }
}
