//! Expressions, one function a kind.

use super::calls;
use super::numerals::round;
use super::value::V;
use hms_sync::library::form::FormCode;
use hms_sync::library::{Value, iso};
use hms_sync::model::number::Number;
use hms_sync::model::{Comparison, Constant, Expr, Form, Mapping, Operator, Root, TextPart};
use hms_sync::plan::Envelope;
use std::cmp::Ordering;
use std::collections::HashMap;

/// What ends a target's (or item's) work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The author's reason, and the rule's path once it is known.
    Reject(Option<String>, String),
    Skip,
    /// A rule of use is broken.
    Rule,
    /// A number would need over 1,000 digits.
    Size,
    /// The reference does not know that part of the language yet.
    Unknown,
}

/// A number that is computed with, `None` of everything else.
pub fn number(value: &V<'_>) -> Outcome<Option<Number>> {
    match value {
        V::Scalar(Value::Numeral(_)) => value.number().map(Some).ok_or(Stop::Size),
        _ => Ok(value.number()),
    }
}

fn computed<'e>(number: Number) -> Outcome<V<'e>> {
    if number.within_limit() { Ok(V::from(number)) } else { Err(Stop::Size) }
}

/// As text; see [`V::plain`].
pub fn plain(value: &V<'_>) -> Outcome<Option<String>> {
    match value {
        V::Scalar(Value::Numeral(numeral)) if numeral.plain().is_none() => Err(Stop::Size),
        V::Scalar(Value::Number(number)) if !number.within_limit() => Err(Stop::Size),
        _ => Ok(value.plain()),
    }
}

pub type Outcome<T> = Result<T, Stop>;

pub fn under<T>(path: &str, outcome: Outcome<T>) -> Outcome<T> {
    outcome.map_err(|stop| match stop {
        Stop::Reject(None, reason) => Stop::Reject(Some(path.to_owned()), reason),
        stop => stop,
    })
}

#[derive(Clone)]
pub struct World<'e> {
    pub mapping: &'e Mapping,
    pub event: V<'e>,
    pub envelope: &'e Envelope,
    pub variables: HashMap<u32, V<'e>>,
}

impl<'e> World<'e> {
    pub fn evaluate(&mut self, expr: &'e Expr) -> Outcome<V<'e>> {
        Ok(match expr {
            Expr::Constant(constant) => self::constant(constant),
            Expr::Path { root, steps } => self.path(*root, steps),
            Expr::Text(parts) => return self.interpolated(parts),
            Expr::Index { list, index } => return self.index(list, index),
            Expr::Key { of, key } => return self.key(of, key),
            Expr::Call { function, arguments } => {
                let values = match self.all(arguments)? {
                    Ok(values) => values,
                    Err(failed) => return Ok(failed),
                };
                return called(calls::call(function, arguments, sized(values)?));
            }
            Expr::Arithmetic { operator, left, right } => return self.arithmetic(*operator, left, right),
            Expr::Negate(value) => return self.of_number(value, |number| -number),
            Expr::Scale { value, factor, offset } => {
                let value = self.evaluate(value)?;
                match number(&value)? {
                    Some(number) => return computed(&(&number * factor) + offset),
                    None => value,
                }
            }
            Expr::Round { value, rounding, places } => {
                return self.of_number(value, |number| round(&number, *rounding, *places));
            }
            Expr::Compare { comparison, left, right } => return self.compare(*comparison, left, right),
            Expr::OneOf { value, options } => return self.one_of(value, options),
            Expr::Not(value) => match self.evaluate(value)? {
                V::Scalar(Value::Boolean(truth)) => V::truth(!truth),
                other => other,
            },
            Expr::And(left, right) => return self.logic(left, right, false),
            Expr::Or(left, right) => return self.logic(left, right, true),
            Expr::Present(_) | Expr::Coalesce { .. } | Expr::Rescue { .. } | Expr::If { .. } | Expr::Match { .. } => {
                return self.choice(expr);
            }
            Expr::Lookup { table, keys, column } => return self.look_up(table, keys, *column),
            Expr::Inverse { table, value } => return self.inverse(table, value),
            // No crosswalk holds anything here.
            Expr::Find { key, .. } => match self.evaluate(key)? {
                failed if failed.is_failed() => failed,
                _ => V::MISSING,
            },
            Expr::Let { variable, value, body } => {
                let value = self.evaluate(value)?;
                self.variables.insert(*variable, value);
                self.evaluate(body)?
            }
            Expr::List(values) => match self.all(values)? {
                Ok(items) => V::List(items),
                Err(failed) => failed,
            },
            Expr::Record(fields) => return self.record(fields),
            Expr::Each { variable, list, filter, sort, yields } => {
                return self.comprehension(*variable, list, filter.as_deref(), sort.as_deref(), yields);
            }
            Expr::Write { value, form } => return self.write(value, form),
            Expr::Demand(value) => {
                let value = self.evaluate(value)?;
                match value.text() {
                    Some("" | "." | "..") => V::failed("no segment of a URL"),
                    _ => value,
                }
            }
            Expr::Reject(reason) => {
                let reason = self.evaluate(reason)?;
                return Err(Stop::Reject(None, reason.plain().unwrap_or_else(|| "rejected".to_owned())));
            }
            Expr::Skip => return Err(Stop::Skip),
            Expr::Missing => V::MISSING,
        })
    }

    /// What looks at the difference between missing, failed and present.
    fn choice(&mut self, expr: &'e Expr) -> Outcome<V<'e>> {
        Ok(match expr {
            Expr::Present(value) => match self.evaluate(value)? {
                failed if failed.is_failed() => failed,
                value => V::truth(!value.is_missing()),
            },
            Expr::Coalesce { value, fallback } => {
                let value = self.evaluate(value)?;
                if value.is_missing() || value.is_null() { self.evaluate(fallback)? } else { value }
            }
            Expr::Rescue { value, fallback } => {
                let value = self.evaluate(value)?;
                if value.is_failed() { self.evaluate(fallback)? } else { value }
            }
            Expr::If { condition, then, otherwise } => match self.evaluate(condition)? {
                V::Scalar(Value::Boolean(true)) => self.evaluate(then)?,
                V::Scalar(Value::Boolean(false)) => self.evaluate(otherwise)?,
                other => other,
            },
            Expr::Match { subject, arms, default } => {
                let subject = self.evaluate(subject)?;
                if subject.is_failed() || subject.is_missing() {
                    return Ok(subject);
                }
                let equal = |constants: &[Constant]| constants.iter().any(|c| self::constant(c).equals(&subject));
                let arm = arms.iter().find(|(constants, _)| equal(constants)).map(|(_, value)| value);
                match arm.or(default.as_deref()) {
                    Some(value) => self.evaluate(value)?,
                    None => V::failed("no arm fits"),
                }
            }
            other => panic!("{other:?} is no choice"),
        })
    }

    /// Operands from left to right; the first that failed ends it and stands for the whole.
    pub(super) fn all(&mut self, operands: impl IntoIterator<Item = &'e Expr>) -> Outcome<Result<Vec<V<'e>>, V<'e>>> {
        let mut values = Vec::new();
        for operand in operands {
            let value = self.evaluate(operand)?;
            if value.is_failed() {
                return Ok(Err(value));
            }
            values.push(value);
        }
        Ok(Ok(values))
    }

    fn both(&mut self, left: &'e Expr, right: &'e Expr) -> Outcome<(V<'e>, V<'e>)> {
        Ok(match self.all([left, right])? {
            Ok(mut values) => {
                let right = values.pop().unwrap_or(V::MISSING);
                (values.pop().unwrap_or(V::MISSING), right)
            }
            Err(failed) => (failed, V::MISSING),
        })
    }

    /// A condition of the output: true or false, or the mapping is not sound. It may be over a limit.
    pub fn holds(&mut self, condition: Option<&'e Expr>) -> Outcome<bool> {
        let Some(condition) = condition else { return Ok(true) };
        match self.evaluate(condition)? {
            V::Scalar(Value::Boolean(truth)) => Ok(truth),
            V::Scalar(Value::Failed(reason)) => Err(Stop::Reject(None, reason.into_owned())),
            other => panic!("a condition came out as {other:?}"),
        }
    }

    fn path(&self, root: Root, steps: &'e [String]) -> V<'e> {
        let (mut value, steps) = match root {
            Root::Event => (self.event.clone(), steps),
            Root::Local(variable) => (self.variables.get(&variable).cloned().unwrap_or(V::MISSING), steps),
            Root::Meta => (self.meta(steps.first().map_or("", String::as_str)), &steps[1..]),
        };
        for step in steps {
            value = match value {
                V::Record(fields) => self::step(fields, step),
                failed if failed.is_failed() => return failed,
                _ => return V::MISSING,
            };
        }
        value
    }

    fn meta(&self, name: &str) -> V<'e> {
        let text = |text: &'e Option<String>| text.as_deref().map_or(Value::Missing, Value::from);
        let instant = |text: &'e str| iso::parse_date_time(text).map_or(Value::Missing, Value::DateTime);
        V::Scalar(match name {
            "id" => Value::from(self.envelope.id.as_str()),
            "type" => Value::from(self.envelope.event_type.as_str()),
            "received" => instant(&self.envelope.received),
            "time" => self.envelope.time.as_deref().map_or(Value::Missing, instant),
            "source" => text(&self.envelope.source),
            other => panic!("the envelope has no {other}"),
        })
    }

    fn interpolated(&mut self, parts: &'e [TextPart]) -> Outcome<V<'e>> {
        let mut text = String::new();
        let mut odd = Vec::new();
        for part in parts {
            match part {
                TextPart::Literal(literal) => text.push_str(literal),
                TextPart::Hole(hole) => {
                    let value = self.evaluate(hole)?;
                    match plain(&value)? {
                        Some(plain) => text.push_str(&plain),
                        None if value.is_failed() => return Ok(value),
                        None => odd.push(value),
                    }
                }
            }
        }
        let operands: Vec<&V<'e>> = odd.iter().collect();
        Ok(V::passed_on(&operands).unwrap_or_else(|| V::Scalar(Value::from(text))))
    }

    fn index(&mut self, list: &'e Expr, index: &'e Expr) -> Outcome<V<'e>> {
        let (list, index) = self.both(list, index)?;
        if let Some(passed) = V::passed_on(&[&list, &index]) {
            return Ok(passed);
        }
        let at = index.number().and_then(|number| number.to_i64()).and_then(|at| usize::try_from(at).ok());
        Ok(match (list, at) {
            (V::List(items), Some(at)) => items.get(at).cloned().unwrap_or(V::MISSING),
            _ => V::MISSING,
        })
    }

    fn key(&mut self, of: &'e Expr, key: &'e Expr) -> Outcome<V<'e>> {
        let (map, key) = self.both(of, key)?;
        if let Some(passed) = V::passed_on(&[&map, &key]) {
            return Ok(passed);
        }
        Ok(match (map, key.text()) {
            (V::Map(entries), Some(key)) => {
                entries.into_iter().find(|(name, _)| *name == key).map_or(V::MISSING, |(_, value)| value)
            }
            _ => V::MISSING,
        })
    }

    fn of_number(&mut self, value: &'e Expr, does: impl FnOnce(Number) -> Number) -> Outcome<V<'e>> {
        let value = self.evaluate(value)?;
        match number(&value)? {
            Some(number) => computed(does(number)),
            None => Ok(value),
        }
    }

    fn arithmetic(&mut self, operator: Operator, left: &'e Expr, right: &'e Expr) -> Outcome<V<'e>> {
        let (left, right) = self.both(left, right)?;
        if let Some(passed) = V::passed_on(&[&left, &right]) {
            return Ok(passed);
        }
        let (Some(a), Some(b)) = (number(&left)?, number(&right)?) else {
            panic!("{left:?} {operator:?} {right:?}");
        };
        computed(match operator {
            Operator::Add => &a + &b,
            Operator::Subtract => &a - &b,
            Operator::Multiply => &a * &b,
            Operator::Divide => match a.checked_div(&b) {
                Some(quotient) => quotient,
                None => return Ok(V::failed("division by zero")),
            },
        })
    }

    fn compare(&mut self, comparison: Comparison, left: &'e Expr, right: &'e Expr) -> Outcome<V<'e>> {
        let (left, right) = self.both(left, right)?;
        if let Some(passed) = V::passed_on(&[&left, &right]) {
            return Ok(passed);
        }
        // both must be known, the one that came with too many digits is refused
        number(&left)?;
        number(&right)?;
        let ordered = |wanted: fn(Ordering) -> bool| left.order(&right).map(wanted).expect("the two have an order");
        Ok(V::truth(match comparison {
            Comparison::Equal => left.equals(&right),
            Comparison::NotEqual => !left.equals(&right),
            Comparison::Less => ordered(Ordering::is_lt),
            Comparison::LessEqual => ordered(Ordering::is_le),
            Comparison::Greater => ordered(Ordering::is_gt),
            Comparison::GreaterEqual => ordered(Ordering::is_ge),
        }))
    }

    /// Whether one of them is equal, from left to right.
    fn one_of(&mut self, value: &'e Expr, options: &'e [Expr]) -> Outcome<V<'e>> {
        let value = self.evaluate(value)?;
        if value.is_failed() {
            return Ok(value);
        }
        let mut result = if value.is_missing() { V::MISSING } else { V::truth(false) };
        for option in options {
            let option = self.evaluate(option)?;
            if option.is_failed() {
                return Ok(option);
            }
            if option.is_missing() {
                result = V::MISSING;
                continue;
            }
            number(&value)?;
            number(&option)?;
            if value.equals(&option) {
                return Ok(V::truth(true));
            }
        }
        Ok(result)
    }

    /// The second operand is asked only where the first does not decide.
    fn logic(&mut self, left: &'e Expr, right: &'e Expr, decides: bool) -> Outcome<V<'e>> {
        match self.evaluate(left)? {
            V::Scalar(Value::Boolean(truth)) if truth != decides => self.evaluate(right),
            other => Ok(other),
        }
    }

    fn record(&mut self, fields: &'e [(String, Expr)]) -> Outcome<V<'e>> {
        Ok(match self.all(fields.iter().map(|(_, value)| value))? {
            Ok(values) => V::Record(fields.iter().map(|(name, _)| name.as_str()).zip(values).collect()),
            Err(failed) => failed,
        })
    }

    fn write(&mut self, value: &'e Expr, form: &'e Form) -> Outcome<V<'e>> {
        let value = self.evaluate(value)?;
        if value.is_failed() || value.is_missing() || value.is_null() {
            return Ok(value);
        }
        if let Form::Text = form {
            return Ok(plain(&value)?.map_or(V::MISSING, |text| V::Scalar(Value::from(text))));
        }
        let V::Scalar(scalar) = &value else { panic!("{value:?} has no form") };
        let code = FormCode::writing(form).unwrap_or_else(|why| panic!("{form:?}: {why}"));
        Ok(V::Scalar(code.write(scalar).unwrap_or_else(Value::failed)))
    }
}

/// A field; or, where the step names one of the variants, what they all are: a field that is alike in several is
/// named by the first that has it, and the tests around have told others apart.
fn step<'e>(fields: Vec<(&'e str, V<'e>)>, step: &str) -> V<'e> {
    if let Some((_, value)) = fields.iter().find(|(name, _)| *name == step) {
        return value.clone();
    }
    let by = step.split_once('=').map(|(by, _)| by);
    if fields.iter().any(|(name, _)| Some(*name) == by) { V::Record(fields) } else { V::MISSING }
}

/// The arguments of a call; numbers among them, and in lists among them, have at most 1,000 digits.
fn sized(values: Vec<V<'_>>) -> Outcome<Vec<V<'_>>> {
    fn hold(value: &V<'_>) -> Outcome<()> {
        match value {
            V::List(items) => items.iter().try_for_each(hold),
            scalar => number(scalar).map(drop),
        }
    }
    if !values.iter().any(V::is_failed) {
        values.iter().try_for_each(hold)?;
    }
    Ok(values)
}

/// What a function gave.
fn called(value: V<'_>) -> Outcome<V<'_>> {
    match &value {
        V::Scalar(Value::Number(number)) if !number.within_limit() => Err(Stop::Size),
        _ => Ok(value),
    }
}

pub fn constant(constant: &Constant) -> V<'_> {
    V::Scalar(match constant {
        Constant::Text(text) => Value::from(text.as_str()),
        Constant::Number(number) => Value::Number(number.clone()),
        Constant::Boolean(truth) => Value::Boolean(*truth),
        Constant::Null => Value::Null,
    })
}
