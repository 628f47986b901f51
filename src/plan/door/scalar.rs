//! The pass's checks of single values, and the words for what was due and what came.

use std::borrow::Cow;

use super::fault::Fault;
use super::lexer::{StringSpan, decode};
use super::scan::{Scan, Verdict, lone_surrogate, text_slot};
use super::shorten;
use crate::library::iso;
use crate::model::number::{is_integral_lexeme, is_number_lexeme};
use crate::plan::arena::{Held, Slot};
use crate::plan::shape::{Kind, NOT_KEPT, Scalar, Shape};

impl<F: Fault> Scan<'_, '_, '_, F> {
    /// One scalar; the lexer is at its first byte, which is not that of `null`.
    #[inline]
    pub(super) fn scalar(&mut self, scalar: &Scalar, shape: &Shape, base: usize) -> Verdict<F> {
        let start = self.lexer.at;
        match self.lexer.peek() {
            b'"' if scalar.takes_text() => {
                let span = self.lexer.string()?;
                let fits = match scalar {
                    Scalar::Text => true,
                    _ => scalar.fits_text(&self.text(span)),
                };
                if !fits {
                    return Ok(Some(self.misfit(shape, start)));
                }
                if span.lone && shape.slot != NOT_KEPT {
                    return Ok(Some(lone_surrogate(start)));
                }
                self.keep(shape, base, text_slot(span));
            }
            b'-' | b'0'..=b'9' if scalar.takes_number() => {
                let span = self.lexer.number()?;
                if !span.digits && !scalar.fits_number(&self.lexer.text[span.start..span.end]) {
                    return Ok(Some(self.misfit(shape, start)));
                }
                if let Scalar::Formed(form) = scalar
                    && !form.fits_number(&self.lexer.text[span.start..span.end])
                {
                    return Ok(Some(self.misfit(shape, start)));
                }
                let held = if span.digits { Held::Digits } else { Held::Number };
                self.keep(shape, base, Slot::new(held, span.start, span.end));
            }
            b't' if matches!(scalar, Scalar::Boolean) => {
                self.lexer.literal("true")?;
                self.keep(shape, base, Slot { held: Held::True, ..Slot::MISSING });
            }
            b'f' if matches!(scalar, Scalar::Boolean) => {
                self.lexer.literal("false")?;
                self.keep(shape, base, Slot { held: Held::False, ..Slot::MISSING });
            }
            _ => return self.wrong_kind(shape),
        }
        Ok(None)
    }

    fn text(&self, span: StringSpan) -> Cow<'_, str> {
        let raw = &self.lexer.text[span.start..span.end];
        if span.escaped { decode(raw) } else { Cow::Borrowed(raw) }
    }

    /// The first of the scalars that the value fits.
    pub(super) fn either(&mut self, scalars: &[Scalar], shape: &Shape, base: usize) -> Verdict<F> {
        let start = self.lexer.at;
        for (alternative, scalar) in scalars.iter().enumerate() {
            self.lexer.at = start;
            if !scalar.takes(self.lexer.peek()) {
                continue;
            }
            // a fault other than of the kind (half of a surrogate pair) lets the next one try, too
            if self.scalar(scalar, shape, base)?.is_none() {
                if shape.slot != NOT_KEPT {
                    // at most 255 alternatives, says `Shapes::new`
                    self.arena.slots[base + shape.slot as usize].alternative = alternative as u8;
                }
                return Ok(None);
            }
        }
        self.lexer.at = start;
        if self.lexer.peek() == b'"' && scalars.iter().any(|scalar| matches!(scalar, Scalar::Text)) {
            self.lexer.string()?;
            return Ok(Some(lone_surrogate(start)));
        }
        self.wrong_kind(shape)
    }

    /// What is told of a value of the right kind that does not fit.
    #[cold]
    fn misfit(&self, shape: &Shape, start: usize) -> F {
        let raw = &self.lexer.text[start..self.lexer.at];
        F::wrong(start, || match &shape.kind {
            Kind::Scalar(Scalar::Code { values, .. }) => {
                let known = list(values);
                if shape.sensitive { format!("none of {known}") } else { format!("{} is none of {known}", quoted(raw)) }
            }
            _ => format!("expected {}, got {}", expected(shape), kind_of(raw, shape.sensitive)),
        })
    }
}

/// `"active", "retired"`, cut after a dozen.
fn list(values: &[String]) -> String {
    const MOST: usize = 12;
    let mut words: Vec<String> = values.iter().take(MOST).map(|value| format!("{:?}", shorten(value))).collect();
    if values.len() > MOST {
        words.push("…".to_owned());
    }
    words.join(", ")
}

fn quoted(raw: &str) -> String {
    format!("{:?}", shorten(&decode(raw.trim_matches('"'))))
}

/// What was due, in the language's words.
pub(super) fn expected(shape: &Shape) -> Cow<'static, str> {
    let or_null = if shape.null && !matches!(shape.kind, Kind::Nothing) { " or null" } else { "" };
    let what: Cow<'static, str> = match &shape.kind {
        Kind::Scalar(scalar) => scalar.expected(),
        Kind::Either(scalars) => {
            Cow::Owned(scalars.iter().map(|scalar| scalar.expected().into_owned()).collect::<Vec<_>>().join(" or "))
        }
        Kind::Record(_) | Kind::Variants(_) => "an object".into(),
        Kind::List(_) => "a list".into(),
        Kind::Dictionary(_) => "an object".into(),
        Kind::Any => "a value".into(),
        Kind::Nothing => "null".into(),
    };
    if or_null.is_empty() { what } else { Cow::Owned(format!("{what}{or_null}")) }
}

/// What came: `"20" (a string)`, `1.5`, `an object`; of what is sensitive the kind alone.
pub(super) fn kind_of(raw: &str, sensitive: bool) -> String {
    match raw.as_bytes().first() {
        Some(b'"') if sensitive => "a string".to_owned(),
        Some(b'"') => format!("{} (a string)", quoted(raw)),
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        Some(b't' | b'f') if sensitive => "a boolean".to_owned(),
        Some(b'n') => "null".to_owned(),
        Some(b't' | b'f') => raw.to_owned(),
        _ if sensitive => "a number".to_owned(),
        _ => shorten(raw),
    }
}

impl Scalar {
    #[inline]
    fn takes_text(&self) -> bool {
        match self {
            Scalar::Text
            | Scalar::NumberText { .. }
            | Scalar::Date
            | Scalar::Time
            | Scalar::DateTime
            | Scalar::Duration
            | Scalar::Code { .. } => true,
            Scalar::Boolean | Scalar::Integer | Scalar::Decimal => false,
            Scalar::Formed(form) => !form.is_number(),
        }
    }

    #[inline]
    fn takes_number(&self) -> bool {
        match self {
            Scalar::Integer | Scalar::Decimal => true,
            Scalar::Formed(form) => form.is_number(),
            _ => false,
        }
    }

    fn takes(&self, first: u8) -> bool {
        match first {
            b'"' => self.takes_text(),
            b'-' | b'0'..=b'9' => self.takes_number(),
            b't' | b'f' => matches!(self, Scalar::Boolean),
            _ => false,
        }
    }

    fn fits_text(&self, text: &str) -> bool {
        match self {
            Scalar::Text => true,
            Scalar::NumberText { integer: true } => is_integral_lexeme(text),
            Scalar::NumberText { integer: false } => is_number_lexeme(text),
            Scalar::Date => iso::parse_date(text).is_some(),
            Scalar::Time => iso::parse_time(text).is_some(),
            Scalar::DateTime => iso::parse_date_time(text).is_some(),
            Scalar::Duration => iso::parse_duration(text).is_some(),
            Scalar::Code { values, open } => *open || values.iter().any(|value| value == text),
            Scalar::Formed(form) => form.read_text(text).is_some(),
            Scalar::Boolean | Scalar::Integer | Scalar::Decimal => false,
        }
    }

    /// Of a JSON number that is not digits alone.
    fn fits_number(&self, text: &str) -> bool {
        match self {
            Scalar::Integer => is_integral_lexeme(text),
            _ => true,
        }
    }

    fn expected(&self) -> Cow<'static, str> {
        match self {
            Scalar::Boolean => "true or false".into(),
            Scalar::Integer => "an integer".into(),
            Scalar::Decimal => "a number".into(),
            Scalar::NumberText { integer: true } => "an integer in a string".into(),
            Scalar::NumberText { integer: false } => "a number in a string".into(),
            Scalar::Text => "a string".into(),
            Scalar::Date => "a date such as 2024-02-29".into(),
            Scalar::Time => "a time such as 08:30:00".into(),
            Scalar::DateTime => "a date-time such as 2024-02-29T08:30:00+01:00".into(),
            Scalar::Duration => "a duration such as PT20M".into(),
            Scalar::Code { open: true, .. } => "a string".into(),
            Scalar::Code { values, .. } => format!("one of {}", list(values)).into(),
            Scalar::Formed(form) => form.expected().into(),
        }
    }
}
