//! Number texts that keep their look: a JSON lexeme turned into plain digits without becoming a
//! value, so that `1.10` stays `1.10` and `9007199254740993` stays itself.

use std::borrow::Cow;

use super::{MAX_DIGITS, NumberError};

/// A JSON number, taken apart (RFC 8259 §6).
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme<'a> {
    pub negative: bool,
    /// Never empty, no leading zeros.
    pub whole: &'a str,
    /// The digits behind the point, maybe none.
    pub fraction: &'a str,
    /// Saturated at the ends of an `i64`, which no text of digits comes near to balancing.
    pub exponent: i64,
}

impl<'a> Lexeme<'a> {
    pub fn parse(text: &'a str) -> Result<Lexeme<'a>, NumberError> {
        let unsigned = text.strip_prefix('-');
        let negative = unsigned.is_some();
        let (whole, rest) = split_digits(unsigned.unwrap_or(text));
        if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
            return Err(NumberError::NotANumber);
        }
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(rest) => {
                let (fraction, rest) = split_digits(rest);
                if fraction.is_empty() {
                    return Err(NumberError::NotANumber);
                }
                (fraction, rest)
            }
            None => ("", rest),
        };
        let exponent = match rest.strip_prefix(['e', 'E']) {
            Some(exponent) => parse_exponent(exponent)?,
            None if rest.is_empty() => 0,
            None => return Err(NumberError::NotANumber),
        };
        Ok(Lexeme { negative, whole, fraction, exponent })
    }

    pub fn is_zero(&self) -> bool {
        let zeros = |digits: &str| digits.bytes().all(|b| b == b'0');
        zeros(self.whole) && zeros(self.fraction)
    }

    /// The digits, without leading and trailing zeros, and the power of ten of the last of them;
    /// none for zero. Over two pieces, since they are not joined in the text.
    pub fn significant(&self) -> Option<(&'a str, &'a str, i64)> {
        if self.is_zero() {
            return None;
        }
        let last = self.exponent.saturating_sub(self.fraction.len() as i64);
        let trimmed = self.fraction.trim_end_matches('0');
        let mut power = last.saturating_add((self.fraction.len() - trimmed.len()) as i64);
        if trimmed.is_empty() {
            let whole = self.whole.trim_end_matches('0');
            power = power.saturating_add((self.whole.len() - whole.len()) as i64);
            return Some((whole, "", power));
        }
        let whole = self.whole.trim_start_matches('0');
        if whole.is_empty() {
            return Some(("", trimmed.trim_start_matches('0'), power));
        }
        Some((whole, trimmed, power))
    }

    fn is_integral(&self) -> bool {
        self.significant().is_none_or(|(_, _, power)| power >= 0)
    }
}

/// Digits needed to write `count` digits of which the last stands for 10^`power`.
pub(super) fn digits_needed(count: usize, power: i64) -> usize {
    let count = count as i64;
    let whole = count.saturating_add(power).max(1);
    let places = power.saturating_neg().max(0);
    usize::try_from(whole.saturating_add(places)).unwrap_or(usize::MAX)
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

fn parse_exponent(text: &str) -> Result<i64, NumberError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::NotANumber);
    }
    let value =
        digits.bytes().fold(0_i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Ok(if negative { -value } else { value })
}

/// Whether the text is a number by RFC 8259 §6, of whatever size.
pub fn is_number_lexeme(text: &str) -> bool {
    Lexeme::parse(text).is_ok()
}

/// Whether the text is a number of integral value (`1.0`, `2e1`, `0E-9`), of whatever size.
pub fn is_integral_lexeme(text: &str) -> bool {
    Lexeme::parse(text).is_ok_and(|lexeme| lexeme.is_integral())
}

/// A JSON number in plain digits, zeros as received: `1.10` stays, `1E3` is `1000`, `1.10E1` is
/// `11.0`, `1E-2` is `0.01`. A zero leaves without its exponent and without a sign: `-0` is `0`,
/// `0.00E7` is `0.00`.
///
/// # Errors
///
/// Not a number; or it would need over [`MAX_DIGITS`] digits in this form, zeros as received
/// included.
pub fn plain_decimal(text: &str) -> Result<Cow<'_, str>, NumberError> {
    let lexeme = Lexeme::parse(text)?;
    let Lexeme { whole, fraction, .. } = lexeme;
    let zero = lexeme.is_zero();
    let exponent = if zero { 0 } else { lexeme.exponent };
    let last = exponent.saturating_sub(fraction.len() as i64);
    let leading = if whole == "0" { 0 } else { whole.len() };
    let written = if leading > 0 {
        whole.len() + fraction.len()
    } else {
        // 0.012E2 is 1.2: zeros that the exponent carries before the first digit go
        fraction.trim_start_matches('0').len()
    };
    if digits_needed(written, last) > MAX_DIGITS {
        return Err(NumberError::TooManyDigits);
    }
    let negative = lexeme.negative && !zero;
    if text.bytes().all(|b| b != b'e' && b != b'E') {
        let skip = usize::from(lexeme.negative && !negative);
        return Ok(Cow::Borrowed(&text[skip..]));
    }
    let digits = if leading > 0 {
        [whole, fraction].concat()
    } else if zero {
        fraction.to_owned()
    } else {
        fraction.trim_start_matches('0').to_owned()
    };
    Ok(Cow::Owned(place_point(negative, digits, last)))
}

/// The digits with the point set so that the last stands for 10^`power`; the caller has bounded it.
fn place_point(negative: bool, digits: String, power: i64) -> String {
    let mut out = String::with_capacity(digits.len() + power.unsigned_abs() as usize + 2);
    if negative {
        out.push('-');
    }
    if power >= 0 {
        out.push_str(if digits.is_empty() { "0" } else { &digits });
        out.extend(std::iter::repeat_n('0', power as usize));
        return out;
    }
    let places = power.unsigned_abs() as usize;
    if places >= digits.len() {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', places - digits.len()));
        out.push_str(&digits);
    } else {
        let (whole, fraction) = digits.split_at(digits.len() - places);
        out.push_str(whole);
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A JSON number of integral value as plain digits: `2e1` is `20`, `1.0` is `1`, `-0` is `0`,
/// `9007199254740993` stays.
///
/// # Errors
///
/// Not a number; [`NumberError::NotIntegral`] (`1.5`, `1e-1`); or over [`MAX_DIGITS`] digits.
pub fn plain_integer(text: &str) -> Result<Cow<'_, str>, NumberError> {
    let lexeme = Lexeme::parse(text)?;
    let Some((whole, fraction, power)) = lexeme.significant() else {
        return Ok(Cow::Borrowed("0"));
    };
    if power < 0 {
        return Err(NumberError::NotIntegral);
    }
    if digits_needed(whole.len() + fraction.len(), power) > MAX_DIGITS {
        return Err(NumberError::TooManyDigits);
    }
    if lexeme.fraction.is_empty() && lexeme.exponent == 0 && !text.contains(['e', 'E']) {
        return Ok(Cow::Borrowed(text));
    }
    let digits = [whole, fraction].concat();
    Ok(Cow::Owned(place_point(lexeme.negative, digits, power)))
}
