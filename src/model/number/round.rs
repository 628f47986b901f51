//! Where a number without end is finished: rounding to places, and to whole numbers.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed};

use super::{MAX_DIGITS, Number, Repr, big_pow10, pow10};

/// Which whole number stands for one between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rounding {
    /// The nearest; a tie goes away from zero.
    HalfAway,
    /// The nearest; a tie goes to the even neighbour.
    HalfEven,
    Down,
    Up,
    TowardsZero,
}

impl Number {
    /// The nearest number with at most that many places; a tie goes away from zero (2.5 is 3, -2.5
    /// is -3). Places over [`MAX_DIGITS`] count as [`MAX_DIGITS`].
    pub fn round(&self, places: u32) -> Number {
        self.rounded(places, Rounding::HalfAway)
    }

    /// As [`Number::round`], but a tie goes to the even neighbour (2.5 is 2, 3.5 is 4).
    pub fn round_even(&self, places: u32) -> Number {
        self.rounded(places, Rounding::HalfEven)
    }

    /// The greatest whole number that is not above it.
    pub fn floor(&self) -> Number {
        self.rounded(0, Rounding::Down)
    }

    /// The least whole number that is not below it.
    pub fn ceil(&self) -> Number {
        self.rounded(0, Rounding::Up)
    }

    /// The whole part, towards zero.
    pub fn trunc(&self) -> Number {
        self.rounded(0, Rounding::TowardsZero)
    }

    fn rounded(&self, places: u32, how: Rounding) -> Number {
        let places = places.min(MAX_DIGITS as u32);
        if let Repr::Decimal { mantissa, scale } = &self.0 {
            if *scale <= places {
                return self.clone();
            }
            let unit = pow10(scale - places);
            let (quotient, remainder) = mantissa.div_mod_floor(&unit);
            // under 10^18 + 2^63 / 10, so no overflow
            let up = rounds_up(
                how,
                (2 * i128::from(remainder)).cmp(&i128::from(unit)),
                remainder == 0,
                *mantissa < 0,
                quotient.is_odd(),
            );
            return Number::from_decimal(i128::from(quotient) + i128::from(up), places);
        }
        let (numerator, denominator) = self.to_big_parts();
        let negative = numerator.is_negative();
        let scale = big_pow10(places);
        let (quotient, remainder) = (numerator * &scale).div_mod_floor(&denominator);
        let exact = remainder.sign() == num_bigint::Sign::NoSign;
        let tie: BigInt = remainder * 2;
        let up = rounds_up(how, tie.cmp(&denominator), exact, negative, quotient.is_odd());
        let rounded = if up { quotient + BigInt::one() } else { quotient };
        Number::from_big(rounded, scale)
    }
}

/// Whether the neighbour above the floored quotient is the one to take. `half` tells how the
/// remainder stands to one half, `odd` whether the floored quotient is odd.
fn rounds_up(how: Rounding, half: std::cmp::Ordering, exact: bool, negative: bool, odd: bool) -> bool {
    match how {
        _ if exact => false,
        Rounding::Down => false,
        Rounding::Up => true,
        Rounding::TowardsZero => negative,
        Rounding::HalfAway => half.is_gt() || (half.is_eq() && !negative),
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && odd),
    }
}
