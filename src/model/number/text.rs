//! Numbers as text: the reader of literals and of JSON numbers, the plain writers, serde.

use std::fmt;

use num_bigint::BigInt;
use num_traits::{One, Signed};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::lexeme::{Lexeme, digits_needed};
use super::{BigRatio, MAX_DIGITS, NotFinite, Number, NumberError, Repr, big_pow10, decimal_places};

impl Number {
    /// Reads a number as JSON writes it (RFC 8259 §6), exactly.
    ///
    /// # Errors
    ///
    /// Not a number; or its value, written plain, would need over [`MAX_DIGITS`] digits: `1E400` is
    /// fine, `1E1001` is not, and `1E999999999999` is refused without being built. Zeros that add
    /// nothing do not count, so `0E99999999999` is zero.
    pub fn parse(text: &str) -> Result<Number, NumberError> {
        let lexeme = Lexeme::parse(text)?;
        let Some((whole, fraction, power)) = lexeme.significant() else {
            return Ok(Number::ZERO);
        };
        let count = whole.len() + fraction.len();
        if digits_needed(count, power) > MAX_DIGITS {
            return Err(NumberError::TooManyDigits);
        }
        // bounded just above
        let steps = power.unsigned_abs() as u32;
        if count <= 18 && steps <= 18 {
            let digits = whole.bytes().chain(fraction.bytes());
            let mantissa = digits.fold(0_i128, |m, digit| m * 10 + i128::from(digit - b'0'));
            let mantissa = if lexeme.negative { -mantissa } else { mantissa };
            return Ok(if power < 0 {
                Number::from_decimal(mantissa, steps)
            } else {
                Number::from_decimal(mantissa * 10_i128.pow(steps), 0)
            });
        }
        let digits = [whole, fraction].concat();
        let mantissa = BigInt::parse_bytes(digits.as_bytes(), 10).ok_or(NumberError::NotANumber)?;
        let mantissa = if lexeme.negative { -mantissa } else { mantissa };
        Ok(if power < 0 {
            Number::from_big(mantissa, big_pow10(steps))
        } else {
            Number::from_big(mantissa * big_pow10(steps), BigInt::one())
        })
    }

    /// Reads what [`Number`]'s `Display` and serde write: a plain number or a fraction `5/9`.
    ///
    /// # Errors
    ///
    /// As [`Number::parse`], for each part; a denominator of zero is not a number.
    pub fn parse_exact(text: &str) -> Result<Number, NumberError> {
        match text.split_once('/') {
            None => Number::parse(text),
            Some((numerator, denominator)) => {
                Number::parse(numerator)?.checked_div(&Number::parse(denominator)?).ok_or(NumberError::NotANumber)
            }
        }
    }

    /// Appends plain digits: no exponent, no needless zeros.
    ///
    /// # Errors
    ///
    /// The number has no end in decimal digits; nothing was appended.
    pub fn write_plain(&self, out: &mut Vec<u8>) -> Result<(), NotFinite> {
        match &self.0 {
            Repr::Decimal { mantissa, scale } => {
                let mut buffer = itoa::Buffer::new();
                let digits = buffer.format(mantissa.unsigned_abs());
                write_decimal(*mantissa < 0, digits, *scale as usize, out);
            }
            Repr::Ratio { .. } | Repr::Big(_) => {
                let (numerator, denominator) = self.to_big_parts();
                let places = decimal_places(&denominator).ok_or(NotFinite)?;
                let mantissa = numerator * big_pow10(places) / denominator;
                let digits = mantissa.magnitude().to_string();
                write_decimal(mantissa.is_negative(), &digits, places as usize, out);
            }
        }
        Ok(())
    }

    /// Appends plain digits with exactly that many places, rounded as [`Number::round`] does (a
    /// tie goes away from zero); without places there is no point. Places over [`MAX_DIGITS`]
    /// count as [`MAX_DIGITS`].
    pub fn write_fixed(&self, places: u32, out: &mut Vec<u8>) {
        let places = places.min(MAX_DIGITS as u32);
        let rounded = self.round(places);
        let start = out.len();
        // a rounded number ends
        let _ = rounded.write_plain(out);
        let written = match out[start..].iter().position(|&b| b == b'.') {
            Some(point) => out.len() - start - point - 1,
            None => {
                if places > 0 {
                    out.push(b'.');
                }
                0
            }
        };
        out.extend(std::iter::repeat_n(b'0', places as usize - written));
    }
}

/// `digits` with the point before the last `places` of them, which the digits may be short of.
fn write_decimal(negative: bool, digits: &str, places: usize, out: &mut Vec<u8>) {
    if negative {
        out.push(b'-');
    }
    if places == 0 {
        out.extend_from_slice(digits.as_bytes());
        return;
    }
    if digits.len() <= places {
        out.extend_from_slice(b"0.");
        out.extend(std::iter::repeat_n(b'0', places - digits.len()));
        out.extend_from_slice(digits.as_bytes());
        return;
    }
    let (whole, fraction) = digits.split_at(digits.len() - places);
    out.extend_from_slice(whole.as_bytes());
    out.push(b'.');
    out.extend_from_slice(fraction.as_bytes());
}

/// Plain digits, or a fraction in lowest terms (`5/9`) where they have no end.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Vec::new();
        match (self.write_plain(&mut out), &self.0) {
            (Err(NotFinite), Repr::Big(big)) => {
                let BigRatio { numerator, denominator } = &**big;
                f.pad(&format!("{numerator}/{denominator}"))
            }
            (Err(NotFinite), Repr::Ratio { numerator, denominator }) => f.pad(&format!("{numerator}/{denominator}")),
            _ => f.pad(&String::from_utf8_lossy(&out)),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Number, NumberError> {
        Number::parse_exact(text)
    }
}

/// A string, as `Display` writes it: `"1200"`, `"0.45359237"`, `"5/9"`.
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A string as `Display` writes it.
impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        struct NumberText;

        impl de::Visitor<'_> for NumberText {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number in a string, such as \"1200\", \"0.5\" or \"5/9\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                Number::parse_exact(text).map_err(|why| E::custom(format_args!("{why}: {:?}", excerpt(text))))
            }
        }

        deserializer.deserialize_str(NumberText)
    }
}

/// As much of a refused text as an error can bear.
fn excerpt(text: &str) -> &str {
    match text.char_indices().nth(40) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}
