//! Values as the page tells them apart.

use super::numerals;
use crate::json::Json;
use hms_sync::library::Value;
use hms_sync::model::number::Number;
use std::cmp::Ordering;

/// A value: a scalar (missing, null and failed are scalars, too) or what holds others.
#[derive(Clone, Debug)]
pub enum V<'e> {
    Scalar(Value<'e>),
    List(Vec<V<'e>>),
    /// Declared or written fields in their order; one that is missing is there as such.
    Record(Vec<(&'e str, V<'e>)>),
    /// `{ string: T }`
    Map(Vec<(&'e str, V<'e>)>),
    /// `any`
    Raw(&'e Json),
}

impl<'e> V<'e> {
    pub const MISSING: V<'e> = V::Scalar(Value::Missing);

    pub fn truth(truth: bool) -> V<'e> {
        V::Scalar(Value::Boolean(truth))
    }

    pub fn failed(reason: impl Into<String>) -> V<'e> {
        V::Scalar(Value::failed(reason.into()))
    }

    pub fn is_missing(&self) -> bool {
        matches!(self, V::Scalar(Value::Missing))
    }

    pub fn is_null(&self) -> bool {
        matches!(self, V::Scalar(Value::Null))
    }

    pub fn is_failed(&self) -> bool {
        matches!(self, V::Scalar(Value::Failed(_)))
    }

    /// The exact value of a number.
    pub fn number(&self) -> Option<Number> {
        match self {
            V::Scalar(value) => value.as_number().map(|number| number.into_owned()),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            V::Scalar(value) => value.as_text(),
            _ => None,
        }
    }

    /// As text: numbers in plain digits with the zeros that came, the rest as it came or as ISO 8601.
    pub fn plain(&self) -> Option<String> {
        match self {
            V::Scalar(Value::Numeral(numeral)) => Some(numerals::plain(numeral.text, numeral.integer)),
            V::Scalar(value) => value.to_text().map(|text| text.into_owned()),
            _ => None,
        }
    }

    /// What a strict operator gives without looking at its operands' values: the first failure, else missing.
    pub fn passed_on(operands: &[&V<'e>]) -> Option<V<'e>> {
        let failed = operands.iter().find(|operand| operand.is_failed());
        let missing = operands.iter().find(|operand| operand.is_missing());
        failed.or(missing).map(|operand| (*operand).clone())
    }

    /// `==`: by value within one kind, false across kinds; null equals null alone.
    pub fn equals(&self, other: &V<'e>) -> bool {
        match (self, other) {
            (V::List(a), V::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equals(b)),
            (V::Scalar(Value::Null), V::Scalar(Value::Null)) => true,
            _ => self.order(other) == Some(Ordering::Equal),
        }
    }

    /// `<`: within one kind.
    pub fn order(&self, other: &V<'e>) -> Option<Ordering> {
        let (V::Scalar(a), V::Scalar(b)) = (self, other) else { return None };
        match (a, b) {
            (Value::Text(a), Value::Text(b)) => Some(a.chars().cmp(b.chars())),
            (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            (Value::Time(a), Value::Time(b)) => Some(a.value.cmp(&b.value)),
            (Value::DateTime(a), Value::DateTime(b)) => Some(a.nanoseconds().cmp(&b.nanoseconds())),
            (Value::Duration(a), Value::Duration(b)) => Some(a.seconds.cmp(&b.seconds)),
            _ => Some(self.number()?.cmp(&other.number()?)),
        }
    }
}

impl From<bool> for V<'_> {
    fn from(truth: bool) -> Self {
        V::truth(truth)
    }
}

impl From<Number> for V<'_> {
    fn from(number: Number) -> Self {
        V::Scalar(Value::Number(number))
    }
}
