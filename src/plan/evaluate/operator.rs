//! Operators: arithmetic, comparison, logic, rounding, wire forms.

use std::cmp::Ordering;

use super::{Machine, Outcome, Stop};
use crate::library::Value;
use crate::library::value::DateTime;
use crate::model::number::Number;
use crate::model::{Comparison, Operator, Rounding};
use crate::plan::code::Code;

/// What a strict operator gives without computing: a failure first, else missing.
fn pass_on<'e>(left: &Value<'e>, right: &Value<'e>) -> Option<Value<'e>> {
    match (left, right) {
        (Value::Failed(_), _) => Some(left.clone()),
        (_, Value::Failed(_)) => Some(right.clone()),
        (Value::Missing, _) | (_, Value::Missing) => Some(Value::Missing),
        _ => None,
    }
}

impl<'e> Machine<'e> {
    #[inline(never)]
    pub(super) fn operator(&mut self, code: &'e Code) -> Outcome<Value<'e>> {
        match code {
            Code::Chain { first, rest } => {
                let mut value = self.evaluate(first)?;
                for (operator, operand) in rest {
                    if let Value::Failed(_) = value {
                        return Ok(value);
                    }
                    let operand = self.evaluate(operand)?;
                    value = self.arithmetic(*operator, value, operand)?;
                }
                Ok(value)
            }
            Code::Negate(value) => {
                let value = self.evaluate(value)?;
                self.arithmetic(Operator::Subtract, zero_like(&value), value)
            }
            Code::Demand(value) => Ok(match self.evaluate(value)? {
                Value::Text(text) if matches!(text.as_ref(), "" | "." | "..") => {
                    Value::Failed("empty, `.` or `..` is no segment of a URL".into())
                }
                value => value,
            }),
            Code::Scale { value, factor, offset } => {
                let value = self.evaluate(value)?;
                if let Value::Null = value {
                    return Ok(value);
                }
                let number = match self.quantity(&value)? {
                    Ok(number) => number,
                    Err(value) => return Ok(value),
                };
                self.computed(&(&number * factor) + offset)
            }
            Code::Round { value, rounding, places } => {
                let value = self.evaluate(value)?;
                match self.quantity(&value)? {
                    Ok(number) => self.computed(round(&number, *rounding, *places)),
                    Err(value) => Ok(value),
                }
            }
            Code::Compare { comparison, left, right } => {
                let left = self.evaluate(left)?;
                if let Value::Failed(_) = left {
                    return Ok(left);
                }
                let right = self.evaluate(right)?;
                self.compare(*comparison, &left, &right)
            }
            Code::OneOf { value, options } => self.one_of(value, options),
            Code::Not(value) => Ok(match self.condition(value)? {
                Ok(truth) => Value::Boolean(!truth),
                Err(value) => value,
            }),
            Code::And(operands) => self.until(operands, false),
            Code::Or(operands) => self.until(operands, true),
            Code::Present(value) => Ok(match self.evaluate(value)? {
                Value::Missing => Value::Boolean(false),
                failed @ Value::Failed(_) => failed,
                _ => Value::Boolean(true),
            }),
            Code::Write { value, form } => {
                let value = self.evaluate(value)?;
                if let Value::Failed(_) | Value::Missing | Value::Null = value {
                    return Ok(value);
                }
                if let Value::Numeral(numeral) = &value
                    && numeral.plain().is_none()
                {
                    return self.too_many_digits(&value);
                }
                Ok(form.write(&value).unwrap_or_else(Value::failed))
            }
            // every other kind is evaluated elsewhere
            _ => Ok(Value::Missing),
        }
    }

    /// `and` and `or`: goes on until an operand is `last`.
    fn until(&mut self, operands: &'e [Code], last: bool) -> Outcome<Value<'e>> {
        for operand in operands {
            match self.condition(operand)? {
                Ok(truth) if truth == last => return Ok(Value::Boolean(last)),
                Ok(_) => {}
                Err(value) => return Ok(value),
            }
        }
        Ok(Value::Boolean(!last))
    }

    /// A number, of a duration its seconds; `Err` with what stands for the whole expression.
    fn quantity(&mut self, value: &Value<'e>) -> Outcome<Result<Number, Value<'e>>> {
        Ok(match value {
            Value::Number(_) | Value::Numeral(_) => Ok(self.number(value)?),
            Value::Duration(duration) => Ok(duration.seconds.clone()),
            Value::Failed(_) | Value::Missing => Err(value.clone()),
            _ => Err(Value::failed(format!("{} is no number", value.kind()))),
        })
    }

    fn computed(&mut self, number: Number) -> Outcome<Value<'e>> {
        self.result(Value::Number(number))
    }

    fn arithmetic(&mut self, operator: Operator, left: Value<'e>, right: Value<'e>) -> Outcome<Value<'e>> {
        if let Some(value) = pass_on(&left, &right) {
            return Ok(value);
        }
        if let Value::DateTime(at) = &left {
            return self.date_time_arithmetic(operator, at, &right);
        }
        if let (Operator::Add, Value::DateTime(at)) = (operator, &right) {
            return self.date_time_arithmetic(operator, at, &left);
        }
        let lasts = matches!(left, Value::Duration(_)) || matches!(right, Value::Duration(_));
        let (a, b) = match (self.quantity(&left)?, self.quantity(&right)?) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(value), _) | (_, Err(value)) => return Ok(value),
        };
        let number = match operator {
            Operator::Add => &a + &b,
            Operator::Subtract => &a - &b,
            Operator::Multiply => &a * &b,
            Operator::Divide => match a.checked_div(&b) {
                Some(quotient) => quotient,
                None => return Ok(Value::failed("division by zero")),
            },
        };
        let ratio = operator == Operator::Divide && matches!(right, Value::Duration(_));
        match self.computed(number)? {
            Value::Number(seconds) if lasts && !ratio => Ok(Value::duration(seconds)),
            value => Ok(value),
        }
    }

    /// `at + 30 minutes`, `end - start`; a plain number counts seconds.
    fn date_time_arithmetic(&mut self, operator: Operator, at: &DateTime<'e>, by: &Value<'e>) -> Outcome<Value<'e>> {
        let nano = Number::from(1_000_000_000_i64);
        if let (Operator::Subtract, Value::DateTime(start)) = (operator, by) {
            let difference = Number::from(at.nanoseconds() - start.nanoseconds());
            return Ok(Value::duration(difference.checked_div(&nano).unwrap_or_default()));
        }
        let seconds = match self.quantity(by)? {
            Ok(seconds) => seconds,
            Err(value) => return Ok(value),
        };
        let seconds = match operator {
            Operator::Add => seconds,
            Operator::Subtract => -seconds,
            _ => return Ok(Value::failed("a date-time is only added to and subtracted from")),
        };
        let whole = seconds.floor();
        let fraction = (&(&seconds - &whole) * &nano).floor();
        let moved = whole.to_i64().zip(fraction.to_i64()).and_then(|(seconds, fraction)| {
            at.at(at.nanoseconds() + i128::from(seconds) * 1_000_000_000 + i128::from(fraction))
        });
        Ok(moved.map_or_else(|| Value::failed("beyond the year 9999"), Value::DateTime))
    }

    pub fn compare(&mut self, comparison: Comparison, left: &Value<'e>, right: &Value<'e>) -> Outcome<Value<'e>> {
        if let Some(value) = pass_on(left, right) {
            return Ok(value);
        }
        self.within_limit(left)?;
        self.within_limit(right)?;
        let truth = match comparison {
            Comparison::Equal => left.equals(right),
            Comparison::NotEqual => left.equals(right).map(|equal| !equal),
            Comparison::Less => left.compare(right).map(Ordering::is_lt),
            Comparison::LessEqual => left.compare(right).map(Ordering::is_le),
            Comparison::Greater => left.compare(right).map(Ordering::is_gt),
            Comparison::GreaterEqual => left.compare(right).map(Ordering::is_ge),
        };
        Ok(match truth {
            Some(truth) => Value::Boolean(truth),
            None => Value::failed(format!("{} and {} do not compare", left.kind(), right.kind())),
        })
    }

    /// `x in [a, b]`, asked from left to right.
    fn one_of(&mut self, value: &'e Code, options: &'e [Code]) -> Outcome<Value<'e>> {
        let value = self.evaluate(value)?;
        if let Value::Failed(_) = value {
            return Ok(value);
        }
        let mut missing = matches!(value, Value::Missing);
        for option in options {
            let option = self.evaluate(option)?;
            match self.compare(Comparison::Equal, &value, &option)? {
                Value::Boolean(true) => return Ok(Value::Boolean(true)),
                Value::Boolean(false) => {}
                // another option may still be the value
                Value::Missing => missing = true,
                other => return Ok(other),
            }
        }
        Ok(if missing { Value::Missing } else { Value::Boolean(false) })
    }

    /// A value of an order, for `sort`: missing and null come last.
    pub fn sort_key(&mut self, code: &'e Code) -> Outcome<Option<Value<'e>>> {
        match self.evaluate(code)? {
            Value::Missing | Value::Null => Ok(None),
            Value::Failed(reason) => Stop::reject(reason),
            value => {
                self.within_limit(&value)?;
                Ok(Some(value))
            }
        }
    }
}

/// Zero of the value's kind, from which it is subtracted to negate it.
fn zero_like(value: &Value<'_>) -> Value<'static> {
    match value {
        Value::Duration(_) => Value::duration(Number::ZERO),
        _ => Value::Number(Number::ZERO),
    }
}

fn round(number: &Number, rounding: Rounding, places: u32) -> Number {
    // floor, ceil and trunc to places are those of the number shifted
    let shifted = |finish: fn(&Number) -> Number| {
        if places == 0 {
            return finish(number);
        }
        let shift = places as i32;
        let moved = number.shift10(shift).map(|moved| finish(&moved));
        moved.and_then(|moved| moved.shift10(-shift)).unwrap_or_else(|| number.clone())
    };
    match rounding {
        Rounding::HalfUp => number.round(places),
        Rounding::HalfEven => number.round_even(places),
        Rounding::Floor => shifted(Number::floor),
        Rounding::Ceil => shifted(Number::ceil),
        Rounding::Trunc => shifted(Number::trunc),
    }
}
