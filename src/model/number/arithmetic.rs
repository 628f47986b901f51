//! Exact arithmetic and order. No operation rounds, and none refuses: see the module's *Limits*.

use std::cmp::Ordering;
use std::ops::{Add, Mul, Neg, Sub};

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::{MAX_DIGITS, Number, Repr, big_pow10, pow10};

impl Add for &Number {
    type Output = Number;

    fn add(self, other: &Number) -> Number {
        if let (Repr::Decimal { mantissa: a, scale: s }, Repr::Decimal { mantissa: b, scale: t }) = (&self.0, &other.0)
        {
            let scale = (*s).max(*t);
            let (a, b) = (align(*a, *s, scale), align(*b, *t, scale));
            return Number::from_decimal(a + b, scale);
        }
        if let (Some((a, b)), Some((c, d))) = (self.to_small_parts(), other.to_small_parts()) {
            // each part is under 2^63, so each product is under 2^126 and their sum an `i128`
            let [a, b, c, d] = [a, b, c, d].map(i128::from);
            return Number::from_fraction(a * d + c * b, b * d);
        }
        let ((a, b), (c, d)) = (self.to_big_parts(), other.to_big_parts());
        Number::from_big(a * &d + c * &b, b * d)
    }
}

impl Sub for &Number {
    type Output = Number;

    fn sub(self, other: &Number) -> Number {
        self + &-other
    }
}

impl Mul for &Number {
    type Output = Number;

    fn mul(self, other: &Number) -> Number {
        if let (Repr::Decimal { mantissa: a, scale: s }, Repr::Decimal { mantissa: b, scale: t }) = (&self.0, &other.0)
        {
            return Number::from_decimal(i128::from(*a) * i128::from(*b), s + t);
        }
        if let (Some((a, b)), Some((c, d))) = (self.to_small_parts(), other.to_small_parts()) {
            let [a, b, c, d] = [a, b, c, d].map(i128::from);
            return Number::from_fraction(a * c, b * d);
        }
        let ((a, b), (c, d)) = (self.to_big_parts(), other.to_big_parts());
        Number::from_big(a * c, b * d)
    }
}

impl Neg for &Number {
    type Output = Number;

    fn neg(self) -> Number {
        match &self.0 {
            Repr::Decimal { mantissa, scale } => Number::from_decimal(-i128::from(*mantissa), *scale),
            Repr::Ratio { numerator, denominator } => {
                Number::from_fraction(-i128::from(*numerator), i128::from(*denominator))
            }
            // -2^63 fits an `i64` where 2^63 does not
            Repr::Big(big) => Number::from_big(-&big.numerator, big.denominator.clone()),
        }
    }
}

impl Neg for Number {
    type Output = Number;

    fn neg(self) -> Number {
        -&self
    }
}

impl Number {
    pub fn abs(&self) -> Number {
        if self.is_negative() { -self } else { self.clone() }
    }

    /// `self / divisor`, or `None` where the divisor is zero. The quotient may have no end
    /// ([`Number::terminates`]).
    pub fn checked_div(&self, divisor: &Number) -> Option<Number> {
        if divisor.is_zero() {
            return None;
        }
        if let (Some((a, b)), Some((c, d))) = (self.to_small_parts(), divisor.to_small_parts()) {
            let [a, b, c, d] = [a, b, c, d].map(i128::from);
            return Some(Number::from_fraction(a * d * c.signum(), b * c.abs()));
        }
        let ((a, b), (c, d)) = (self.to_big_parts(), divisor.to_big_parts());
        let numerator = if c.is_negative() { -(a * d) } else { a * d };
        Some(Number::from_big(numerator, b * c.abs()))
    }

    /// 1 / self, or `None` for zero.
    pub fn reciprocal(&self) -> Option<Number> {
        Number::ONE.checked_div(self)
    }

    /// The whole quotient, rounded down: -7 by 2 is -4. `None` where the divisor is zero.
    pub fn div_floor(&self, divisor: &Number) -> Option<Number> {
        Some(self.checked_div(divisor)?.floor())
    }

    /// What [`Number::div_floor`] leaves, with the sign of the divisor: -7 by 2 leaves 1.
    pub fn rem_floor(&self, divisor: &Number) -> Option<Number> {
        Some(self - &(divisor * &self.div_floor(divisor)?))
    }

    /// `self × 10^exponent`, or `None` where that would need over [`MAX_DIGITS`] digits.
    pub fn shift10(&self, exponent: i32) -> Option<Number> {
        if self.is_zero() {
            return Some(Number::ZERO);
        }
        let steps = exponent.unsigned_abs();
        if steps as usize > 2 * MAX_DIGITS {
            return None;
        }
        let (numerator, denominator) = self.to_big_parts();
        let power = big_pow10(steps);
        let shifted = if exponent < 0 {
            Number::from_big(numerator, denominator * power)
        } else {
            Number::from_big(numerator * power, denominator)
        };
        shifted.within_limit().then_some(shifted)
    }

    /// `self^exponent`, or `None` where that would need over [`MAX_DIGITS`] digits or is a power of
    /// zero that does not exist. Anything to the power 0 is 1.
    pub fn checked_pow(&self, exponent: i32) -> Option<Number> {
        let base = if exponent < 0 { self.reciprocal()? } else { self.clone() };
        let mut result = Number::ONE;
        if base.is_zero() || base == Number::ONE {
            return Some(if exponent == 0 { result } else { base });
        }
        let mut rest = exponent.unsigned_abs();
        let mut square = base;
        while rest > 0 {
            if rest & 1 == 1 {
                result = &result * &square;
                if !result.within_limit() {
                    return None;
                }
            }
            rest >>= 1;
            if rest > 0 {
                square = &square * &square;
                if !square.within_limit() {
                    return None;
                }
            }
        }
        Some(result)
    }
}

/// The mantissa at a scale that is no smaller: under 2^63 × 10^18, so an `i128`.
fn align(mantissa: i64, scale: u32, to: u32) -> i128 {
    i128::from(mantissa) * i128::from(pow10(to - scale))
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        if let (Some((a, b)), Some((c, d))) = (self.to_small_parts(), other.to_small_parts()) {
            let [a, b, c, d] = [a, b, c, d].map(i128::from);
            return (a * d).cmp(&(c * b));
        }
        let ((a, b), (c, d)) = (self.to_big_parts(), other.to_big_parts());
        let difference: BigInt = a * d - c * b;
        if difference.is_zero() {
            Ordering::Equal
        } else if difference.is_negative() {
            Ordering::Less
        } else {
            Ordering::Greater
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
