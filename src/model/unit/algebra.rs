//! Units of products and quotients, and which of two units is the finer.

use std::cmp::Ordering;
use std::fmt::Write;
use std::sync::LazyLock;

use octofhir_ucum::{UnitExpr, parse_expression};

use crate::model::number::Number;

use super::{MAX_UNIT_LENGTH, Unit, UnitError};

/// Pi as UCUM cuts it, good enough to tell which of two units is larger.
static PI: LazyLock<Number> = LazyLock::new(|| {
    Number::parse("3.1415926535897932384626433832795028841971693993751058209749445923").unwrap_or_default()
});

impl Unit {
    /// The unit of a product; equal units merge (`m` by `m/s` is `m2/s`). Annotations do not
    /// survive.
    ///
    /// # Errors
    ///
    /// A temperature scale, a logarithmic one or a calendar unit has no products; the result is too
    /// long or too large.
    pub fn multiply(&self, other: &Unit) -> Result<Unit, UnitError> {
        self.combine(other, 1)
    }

    /// The unit of a quotient; equal units cancel (`mg` by `mg/dL` is `dL`).
    ///
    /// # Errors
    ///
    /// As [`Unit::multiply`].
    pub fn divide(&self, other: &Unit) -> Result<Unit, UnitError> {
        self.combine(other, -1)
    }

    /// The unit of 1 divided by a number in this one: `min` gives `/min`.
    ///
    /// # Errors
    ///
    /// As [`Unit::multiply`].
    pub fn reciprocal(&self) -> Result<Unit, UnitError> {
        Unit::one().divide(self)
    }

    /// The one with the smaller magnitude, which sums and comparisons of both are made in; this one
    /// where they are the same size.
    pub fn finer<'a>(&'a self, other: &'a Unit) -> &'a Unit {
        match self.compare_magnitude(other) {
            Ordering::Less | Ordering::Equal => self,
            Ordering::Greater => other,
        }
    }

    fn compare_magnitude(&self, other: &Unit) -> Ordering {
        let (a, b) = (self.meaning(), other.meaning());
        if a.pi == b.pi {
            return a.factor.cmp(&b.factor);
        }
        match (PI.checked_pow(a.pi), PI.checked_pow(b.pi)) {
            (Some(x), Some(y)) => (&a.factor * &x).cmp(&(&b.factor * &y)),
            _ => a.pi.cmp(&b.pi),
        }
    }

    fn combine(&self, other: &Unit, sign: i32) -> Result<Unit, UnitError> {
        let mut terms = Terms::default();
        for (unit, sign) in [(self, 1), (other, sign)] {
            let expression = parse_expression(unit.code_in_products()?).map_err(|_| unit.no_products())?;
            terms.add(&expression, sign);
        }
        let code = terms.code();
        if code.len() > MAX_UNIT_LENGTH {
            return Err(UnitError {
                message: format!("the unit of this product or quotient is longer than {MAX_UNIT_LENGTH} bytes"),
                suggestions: Vec::new(),
            });
        }
        Unit::of_code(&code)
    }

    /// The proper unit that takes the place of this one in a product.
    fn code_in_products(&self) -> Result<&str, UnitError> {
        if self.is_calendar() || self.is_offset_scale() || self.is_function_scale() {
            return Err(self.no_products());
        }
        if !self.is_difference() {
            return Ok(self.code());
        }
        let proper = match self.code() {
            "Cel" => "K",
            "[degF]" => "[degR]",
            "[degRe]" => "5.K/4",
            code => code,
        };
        match Unit::of_code(proper) {
            Ok(unit) if !unit.is_offset_scale() => Ok(proper),
            _ => Err(self.no_products()),
        }
    }

    fn no_products(&self) -> UnitError {
        let why =
            if self.is_calendar() { "is a unit of dates" } else { "is a scale with a zero or a curve of its own" };
        UnitError { message: format!("{self} {why}, so it has no products and quotients"), suggestions: Vec::new() }
    }
}

/// The simple units of an expression with their powers, in the order of their first appearance.
#[derive(Default)]
struct Terms(Vec<Term>);

struct Term {
    code: String,
    /// An integer, which UCUM gives no exponent.
    number: bool,
    power: i64,
}

impl Terms {
    /// Recursion as deep as the parser lets an expression be.
    fn add(&mut self, expression: &UnitExpr, power: i32) {
        match expression {
            UnitExpr::Symbol(code) => self.add_term(code, false, power.into()),
            UnitExpr::Numeric(_) => {
                let digits = expression.to_string();
                if digits != "1" {
                    self.add_term(&digits, true, power.into());
                }
            }
            UnitExpr::Power(base, exponent) => match &**base {
                UnitExpr::Symbol(code) => {
                    self.add_term(code, false, i64::from(power) * i64::from(*exponent));
                }
                // the grammar has powers of symbols only
                other => self.add(other, power),
            },
            UnitExpr::Annotation(_) => {}
            UnitExpr::Annotated(inner, _) => self.add(inner, power),
            UnitExpr::Product(terms) => {
                for term in terms {
                    self.add(term, power);
                }
            }
            UnitExpr::Quotient(numerator, denominator) => {
                self.add(numerator, power);
                self.add(denominator, -power);
            }
            UnitExpr::Reciprocal(inner) => self.add(inner, -power),
        }
    }

    fn add_term(&mut self, code: &str, number: bool, power: i64) {
        match self.0.iter_mut().find(|term| term.code == code) {
            Some(term) => term.power += power,
            None => self.0.push(Term { code: code.to_owned(), number, power }),
        }
    }

    /// UCUM's text without parentheses: `mg/dL`, `/min`, `1`.
    fn code(&self) -> String {
        let mut text = String::new();
        let sign = |sign: i64| self.0.iter().filter(move |t| t.power.signum() == sign);
        for term in sign(1) {
            term.write(if text.is_empty() { "" } else { "." }, ".", &mut text);
        }
        for term in sign(-1) {
            term.write("/", "/", &mut text);
        }
        if text.is_empty() {
            text.push('1');
        }
        text
    }
}

impl Term {
    /// The term behind `joint`; where an integer is there several times, the others behind `next`.
    fn write(&self, joint: &str, next: &str, text: &mut String) {
        let power = self.power.unsigned_abs();
        let _ = match (self.number, power) {
            (_, 1) => write!(text, "{joint}{}", self.code),
            (false, _) => write!(text, "{joint}{}{power}", self.code),
            (true, _) => {
                let _ = write!(text, "{joint}{}", self.code);
                // longer than a unit may be is long enough
                for _ in 1..power.min(MAX_UNIT_LENGTH as u64) {
                    let _ = write!(text, "{next}{}", self.code);
                }
                Ok(())
            }
        };
    }
}
