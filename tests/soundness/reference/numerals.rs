//! Numbers that came and were not computed with: their digits written out. And rounding.

use hms_sync::model::Rounding;
use hms_sync::model::number::Number;
use std::cmp::Ordering;

/// Plain digits; of an integer no places, else the zeros as received.
pub fn plain(text: &str, integer: bool) -> String {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.trim_start_matches('+').parse::<i64>().unwrap_or(0)),
        None => (unsigned, 0),
    };
    let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole == "0" && places.chars().all(|c| c == '0') {
        // nothing has neither sign nor magnitude
        return if integer { "0".to_owned() } else { mantissa.to_owned() };
    }
    let mut digits: Vec<char> = whole.chars().chain(places.chars()).collect();
    // where the point stands among the digits
    let mut point = whole.len() as i64 + exponent;
    while point < 1 {
        digits.insert(0, '0');
        point += 1;
    }
    while (digits.len() as i64) < point {
        digits.push('0');
    }
    let (whole, places) = digits.split_at(point as usize);
    let whole: String = whole.iter().collect();
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        trimmed => trimmed,
    };
    let places: String = places.iter().collect();
    if integer || places.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{places}") }
}

/// By the definition of each, from whole numbers alone.
pub fn round(number: &Number, rounding: Rounding, places: u32) -> Number {
    let ten = Number::from(10_i64);
    let scale = (0..places).fold(Number::ONE, |scale, _| &scale * &ten);
    let moved = number * &scale;
    let (below, half) = (moved.floor(), Number::ratio(1, 2).expect("two is not zero"));
    let rest = &moved - &below;
    let above = &below + &Number::ONE;
    let whole = match rounding {
        _ if rest.is_zero() => below,
        Rounding::Floor => below,
        Rounding::Ceil => above,
        Rounding::Trunc => {
            if moved.is_negative() {
                above
            } else {
                below
            }
        }
        Rounding::HalfUp | Rounding::HalfEven => match rest.cmp(&half) {
            Ordering::Less => below,
            Ordering::Greater => above,
            Ordering::Equal if rounding == Rounding::HalfUp => {
                if moved.is_negative() {
                    below
                } else {
                    above
                }
            }
            Ordering::Equal => {
                let halves = below.checked_div(&Number::from(2_i64)).expect("two is not zero");
                if halves.is_integer() { below } else { above }
            }
        },
    };
    whole.checked_div(&scale).expect("a power of ten is not zero")
}
