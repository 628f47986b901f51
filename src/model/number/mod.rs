//! Exact numbers: what a mapping computes with. There is no binary float anywhere.
//!
//! A [`Number`] is a rational. Small ones (a mantissa in an `i64` with up to 18 places, or a
//! fraction of two `i64`) live in the value itself and compute without allocating; the others fall
//! back to big integers. Each value has one representation only, so equality, order and hash go by
//! value: `1.10` and `11E-1` are one number. What must keep its look (`1.10` moved into XML) never
//! becomes a `Number`; see [`plain_decimal`] and [`plain_integer`].
//!
//! **Limits.** [`Number::parse`] refuses what would need over [`MAX_DIGITS`] digits before it builds
//! anything. Arithmetic itself never refuses; whoever computes with numbers from outside asks
//! [`Number::within_limit`] after each operation, so that no chain of them can grow without bound.

mod arithmetic;
mod lexeme;
mod round;
mod text;

#[cfg(test)]
mod tests;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

pub use lexeme::{is_integral_lexeme, is_number_lexeme, plain_decimal, plain_integer};

/// The most digits that a number may need, written plain, where it is computed with or written
/// plain. The lone zero before a decimal point counts.
pub const MAX_DIGITS: usize = 1000;

/// Places after the decimal point of a small decimal: 10^18 is the largest power of ten in an `i64`.
const MAX_SMALL_SCALE: u32 = 18;

/// Why a text is not the number that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NumberError {
    /// Not a number by RFC 8259 §6 (no sign `+`, no leading zeros, no bare point).
    #[error("not a number")]
    NotANumber,
    /// Written plain it would need over [`MAX_DIGITS`] digits.
    #[error("the number would need over 1,000 digits")]
    TooManyDigits,
    /// A whole number was asked for.
    #[error("not a whole number")]
    NotIntegral,
}

/// The number has no end in decimal digits (5/9), so it cannot be written plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number does not end in finitely many digits")]
pub struct NotFinite;

/// An exact rational number.
///
/// ```
/// use hms_sync::model::number::Number;
///
/// let weight = Number::parse("154").unwrap();
/// let kilograms = &weight * &Number::parse("0.45359237").unwrap();
/// assert_eq!(kilograms.to_string(), "69.85322498");
/// assert_eq!(kilograms.round(1).to_string(), "69.9");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Repr);

/// One value, one variant: `Decimal` where it fits, else `Ratio` where it fits, else `Big`.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    /// `mantissa / 10^scale`; the scale is the least possible and at most [`MAX_SMALL_SCALE`].
    Decimal { mantissa: i64, scale: u32 },
    /// In lowest terms, `denominator` > 1.
    Ratio { numerator: i64, denominator: i64 },
    /// In lowest terms, the denominator positive.
    Big(Box<BigRatio>),
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct BigRatio {
    numerator: BigInt,
    denominator: BigInt,
}

/// 10^exponent for an exponent of at most 18.
fn pow10(exponent: u32) -> i64 {
    10_i64.pow(exponent)
}

fn big_pow10(exponent: u32) -> BigInt {
    BigInt::from(10u8).pow(exponent)
}

impl Number {
    pub const ZERO: Number = Number::small(0);
    pub const ONE: Number = Number::small(1);

    const fn small(value: i64) -> Number {
        Number(Repr::Decimal { mantissa: value, scale: 0 })
    }

    /// `numerator / denominator`, or `None` where the denominator is zero.
    pub fn ratio(numerator: i64, denominator: i64) -> Option<Number> {
        if denominator == 0 {
            return None;
        }
        let sign = i128::from(denominator.signum());
        Some(Number::from_fraction(i128::from(numerator) * sign, i128::from(denominator) * sign))
    }

    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Decimal { mantissa: 0, .. })
    }

    pub fn is_negative(&self) -> bool {
        self.signum() < 0
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i32 {
        match &self.0 {
            Repr::Decimal { mantissa, .. } => mantissa.signum() as i32,
            Repr::Ratio { numerator, .. } => numerator.signum() as i32,
            Repr::Big(big) if big.numerator.is_negative() => -1,
            Repr::Big(_) => 1,
        }
    }

    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Decimal { scale, .. } => *scale == 0,
            Repr::Ratio { .. } => false,
            Repr::Big(big) => big.denominator.is_one(),
        }
    }

    /// The value as an `i64`, where it is whole and fits.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Decimal { mantissa, scale: 0 } => Some(*mantissa),
            // every whole number that fits is a `Decimal`
            _ => None,
        }
    }

    /// Whether it ends in finitely many decimal digits: its denominator has no prime factors but 2
    /// and 5. A factor that terminates keeps everything finite that is multiplied by it.
    pub fn terminates(&self) -> bool {
        match &self.0 {
            Repr::Decimal { .. } => true,
            Repr::Ratio { denominator, .. } => decimal_places(&BigInt::from(*denominator)).is_some(),
            Repr::Big(big) => decimal_places(&big.denominator).is_some(),
        }
    }

    /// How many digits it needs, written plain (the lone zero before a point counts); of a fraction
    /// without end, the digits of its longer part.
    pub fn digits(&self) -> usize {
        let (numerator, denominator) = match &self.0 {
            Repr::Decimal { mantissa, scale } => {
                let length = mantissa.unsigned_abs().checked_ilog10().unwrap_or(0) + 1;
                return length.max(scale + 1) as usize;
            }
            Repr::Ratio { .. } | Repr::Big(_) => self.to_big_parts(),
        };
        let length = |n: &BigInt| n.magnitude().to_string().len();
        match decimal_places(&denominator) {
            Some(places) => {
                let mantissa = numerator * big_pow10(places) / denominator;
                length(&mantissa).max(places as usize + 1)
            }
            None => length(&numerator).max(length(&denominator)),
        }
    }

    /// Whether it needs at most [`MAX_DIGITS`] digits.
    pub fn within_limit(&self) -> bool {
        match &self.0 {
            Repr::Decimal { .. } | Repr::Ratio { .. } => true,
            Repr::Big(big) => {
                // 3 bits make less than one digit; a denominator of n bits makes at most n places
                let bits = big.numerator.bits() / 3 + big.denominator.bits();
                bits < MAX_DIGITS as u64 || self.digits() <= MAX_DIGITS
            }
        }
    }

    fn from_decimal(mut mantissa: i128, mut scale: u32) -> Number {
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        match i64::try_from(mantissa) {
            Ok(mantissa) if scale <= MAX_SMALL_SCALE => Number(Repr::Decimal { mantissa, scale }),
            _ if scale <= 38 => Number::from_fraction(mantissa, 10_i128.pow(scale)),
            _ => Number::from_big(BigInt::from(mantissa), big_pow10(scale)),
        }
    }

    /// Any `numerator / denominator`; the denominator is positive.
    fn from_fraction(numerator: i128, denominator: i128) -> Number {
        let common = match (u64::try_from(numerator.unsigned_abs()), u64::try_from(denominator)) {
            (Ok(n), Ok(d)) => i128::from(n.gcd(&d)),
            // the common divisor divides a positive `i128`, so it is one
            _ => numerator.unsigned_abs().gcd(&denominator.unsigned_abs()) as i128,
        };
        let (numerator, denominator) = (numerator / common, denominator / common);
        match (i64::try_from(numerator), i64::try_from(denominator)) {
            (Ok(n), Ok(d)) => Number::from_lowest_terms(n, d),
            _ => Number(Repr::Big(Box::new(BigRatio {
                numerator: BigInt::from(numerator),
                denominator: BigInt::from(denominator),
            }))),
        }
    }

    fn from_lowest_terms(numerator: i64, denominator: i64) -> Number {
        let twos = denominator.trailing_zeros();
        let mut rest = denominator >> twos;
        let mut fives = 0;
        while rest % 5 == 0 {
            rest /= 5;
            fives += 1;
        }
        let scale = twos.max(fives);
        if rest == 1
            && scale <= MAX_SMALL_SCALE
            && let Some(mantissa) = numerator.checked_mul(pow10(scale) / denominator)
        {
            return Number(Repr::Decimal { mantissa, scale });
        }
        Number(Repr::Ratio { numerator, denominator })
    }

    /// Any `numerator / denominator`; the denominator is positive.
    fn from_big(numerator: BigInt, denominator: BigInt) -> Number {
        let common = numerator.gcd(&denominator);
        let (numerator, denominator) = (numerator / &common, denominator / &common);
        match (numerator.to_i64(), denominator.to_i64()) {
            (Some(n), Some(d)) => Number::from_lowest_terms(n, d),
            _ => Number(Repr::Big(Box::new(BigRatio { numerator, denominator }))),
        }
    }

    /// Numerator and denominator where both fit; not in lowest terms for a decimal.
    fn to_small_parts(&self) -> Option<(i64, i64)> {
        match &self.0 {
            Repr::Decimal { mantissa, scale } => Some((*mantissa, pow10(*scale))),
            Repr::Ratio { numerator, denominator } => Some((*numerator, *denominator)),
            Repr::Big(_) => None,
        }
    }

    fn to_big_parts(&self) -> (BigInt, BigInt) {
        match &self.0 {
            Repr::Big(big) => (big.numerator.clone(), big.denominator.clone()),
            Repr::Decimal { mantissa, scale } => (BigInt::from(*mantissa), BigInt::from(pow10(*scale))),
            Repr::Ratio { numerator, denominator } => (BigInt::from(*numerator), BigInt::from(*denominator)),
        }
    }
}

/// How many places a fraction with this denominator (in lowest terms, positive) has, where it ends.
fn decimal_places(denominator: &BigInt) -> Option<u32> {
    let twos = denominator.trailing_zeros().unwrap_or(0);
    let mut rest: BigInt = denominator >> twos;
    let five = BigInt::from(5u8);
    let mut fives: u64 = 0;
    loop {
        let (quotient, remainder) = rest.div_rem(&five);
        if !remainder.is_zero() {
            break;
        }
        rest = quotient;
        fives += 1;
    }
    if rest.is_one() { u32::try_from(twos.max(fives)).ok() } else { None }
}

impl Default for Number {
    fn default() -> Number {
        Number::ZERO
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number::small(value)
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Number {
        Number::small(i64::from(value))
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Number {
        Number::small(i64::from(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Number {
        Number::from_decimal(i128::from(value), 0)
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Number {
        Number::from(value as u64)
    }
}

impl From<i128> for Number {
    fn from(value: i128) -> Number {
        Number::from_decimal(value, 0)
    }
}
