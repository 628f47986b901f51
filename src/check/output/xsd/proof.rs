//! What can be shown of a computed value: its range, its length, its digits, and the guards that an author wrote.

use super::Conformer;
use super::facts::Bound;
use super::logic::Fact;
use super::pieces::Look;
use super::wanted::{Want, Way};
use crate::model::number::Number;
use crate::model::{Constant, Constraint, Expr, Operator, Root, Space, TextPart};
use crate::schema::xsd::regex::{self, Translated};

/// `None`: not known.
#[derive(Clone, Debug, Default)]
struct Range {
    least: Bound,
    most: Bound,
}

/// So many parts of an expression are looked into to prove one demand; names are followed wherever they stand.
const MAX_STEPS: usize = 5_000;
/// Deeper expressions are not looked into.
const MAX_DEPTH: usize = 60;

impl Conformer<'_> {
    /// Whether a value, known under these names, meets a demand wherever `under` holds.
    pub(super) fn proved(&mut self, names: &[Expr], look: Look, want: &Want, way: &Way, under: Fact) -> bool {
        self.steps = 0;
        names.iter().any(|name| self.proved_of(name, look, want, way, under))
    }

    fn proved_of(&mut self, value: &Expr, look: Look, want: &Want, way: &Way, under: Fact) -> bool {
        let numeric = matches!(look, Look::Whole | Look::Decimal);
        match &want.constraint {
            Constraint::MaxLength(most) => self.length(value, look, under, 0).1.is_some_and(|length| length <= *most),
            Constraint::MinLength(least) => {
                // White space may shrink.
                let firm = way.space != Space::Collapse || look != Look::Text;
                firm && self.length(value, look, under, 0).0 >= *least
            }
            Constraint::Length(exact) => {
                let firm = way.space != Space::Collapse || look != Look::Text;
                firm && self.length(value, look, under, 0) == (*exact, Some(*exact))
            }
            Constraint::Minimum { than, exclusive } if numeric => self
                .range(value, under, 0)
                .least
                .is_some_and(|(least, within)| least > *than || least == *than && !(within && *exclusive)),
            Constraint::Maximum { than, exclusive } if numeric => self
                .range(value, under, 0)
                .most
                .is_some_and(|(most, within)| most < *than || most == *than && !(within && *exclusive)),
            Constraint::FractionDigits(most) if numeric => {
                look == Look::Whole || self.places(value).is_some_and(|places| places <= *most)
            }
            Constraint::TotalDigits(most) if numeric => {
                let places = if look == Look::Whole { Some(0) } else { self.places(value) };
                let Range { least: Some(least), most: Some(greatest) } = self.range(value, under, 0) else {
                    return false;
                };
                let Some(whole) = places.and_then(|places| most.checked_sub(places)) else { return false };
                let limit = i32::try_from(whole).ok().and_then(|whole| Number::ONE.shift10(whole));
                let below = |(number, within): (Number, bool)| {
                    limit.as_ref().is_some_and(|limit| number.abs() < *limit || number.abs() == *limit && !within)
                };
                below(least) && below(greatest)
            }
            Constraint::Pattern(_) => self.matched(value, want, way, under),
            _ => false,
        }
    }

    /// Whether the author asked for the pattern: `matches(x, /^…$/)`.
    fn matched(&mut self, value: &Expr, want: &Want, way: &Way, under: Fact) -> bool {
        let firm = way.space == Space::Preserve || want.patterns.iter().all(|pattern| !pattern.blanks);
        if !firm {
            return false;
        }
        let guards = self.facts.matched(under, value);
        guards.iter().any(|guard| {
            let read = regex::of_literal(guard, &mut self.classes);
            let same = |pattern: &Translated| {
                guard == &pattern.exact
                    || guard == &pattern.ascii
                    || read.as_ref().is_some_and(|read| read.exact == pattern.exact || read.exact == pattern.ascii)
            };
            want.patterns.iter().any(same) || *guard == guard_pattern(&want.patterns)
        })
    }

    fn range(&mut self, value: &Expr, under: Fact, depth: usize) -> Range {
        let (least, most) = self.facts.bounds(under, value);
        self.steps += 1;
        if depth > MAX_DEPTH || self.steps > MAX_STEPS {
            return Range { least, most };
        }
        let own = self.own_range(value, under, depth + 1);
        Range { least: tighter(least, own.least, |a, b| a > b), most: tighter(most, own.most, |a, b| a < b) }
    }

    fn own_range(&mut self, value: &Expr, under: Fact, depth: usize) -> Range {
        let negated = |bound: Bound| bound.map(|(number, within)| (-number, within));
        match value {
            Expr::Constant(Constant::Number(number)) => {
                Range { least: Some((number.clone(), true)), most: Some((number.clone(), true)) }
            }
            Expr::Path { root: Root::Local(variable), steps } if steps.is_empty() => {
                match self.facts.lets.get(variable).cloned() {
                    Some(value) => self.range(&value, under, depth),
                    None => Range::default(),
                }
            }
            Expr::Negate(one) => {
                let one = self.range(one, under, depth);
                Range { least: negated(one.most), most: negated(one.least) }
            }
            Expr::Scale { value, factor, offset } => {
                let one = self.range(value, under, depth);
                let scale = |bound: Bound| bound.map(|(number, within)| (&(&number * factor) + offset, within));
                let (a, b) = (scale(one.least), scale(one.most));
                if factor.is_negative() { Range { least: b, most: a } } else { Range { least: a, most: b } }
            }
            Expr::Round { value, places, .. } => {
                let one = self.range(value, under, depth);
                // A rounded value is no further out than the next one of so many places.
                let step = i32::try_from(*places).ok();
                let outward = |bound: Bound, up: bool| {
                    let scaled = bound?.0.shift10(step?)?;
                    let whole = if up { scaled.ceil() } else { scaled.floor() };
                    Some((whole.shift10(-step?)?, true))
                };
                Range { least: outward(one.least, false), most: outward(one.most, true) }
            }
            Expr::Arithmetic { operator, left, right } => {
                let (a, b) = (self.range(left, under, depth), self.range(right, under, depth));
                let sum = |a: Bound, b: Bound| {
                    let ((a, within), (b, also)) = (a?, b?);
                    Some((&a + &b, within && also))
                };
                match operator {
                    Operator::Add => Range { least: sum(a.least, b.least), most: sum(a.most, b.most) },
                    Operator::Subtract => {
                        Range { least: sum(a.least, negated(b.most)), most: sum(a.most, negated(b.least)) }
                    }
                    Operator::Multiply => product(a, b).unwrap_or_default(),
                    Operator::Divide => Range::default(),
                }
            }
            _ => Range::default(),
        }
    }

    /// How many digits a number has behind the point at most.
    fn places(&mut self, value: &Expr) -> Option<u32> {
        match value {
            Expr::Round { places, .. } => Some(*places),
            Expr::Call { function, arguments } if function == "fixed" => match arguments.get(1) {
                Some(Expr::Constant(Constant::Number(number))) => u32::try_from(number.to_i64()?).ok(),
                _ => None,
            },
            Expr::Path { root: Root::Local(variable), steps } if steps.is_empty() => {
                let value = self.facts.lets.get(variable).cloned()?;
                self.places(&value)
            }
            Expr::Negate(one) | Expr::Write { value: one, .. } => self.places(one),
            _ => None,
        }
    }

    /// The fewest and the most characters of a value's text.
    fn length(&mut self, value: &Expr, look: Look, under: Fact, depth: usize) -> (u64, Option<u64>) {
        let of = Expr::Call { function: "length".into(), arguments: vec![value.clone()] };
        let (least, most) = self.facts.bounds(under, &of);
        let count = |bound: Bound| bound.and_then(|(number, _)| u64::try_from(number.to_i64()?).ok());
        // Lengths are whole, so a bound that is not reached is one less.
        let most = most.and_then(|(number, inclusive)| {
            let number = u64::try_from(number.to_i64()?).ok()?;
            if inclusive { Some(number) } else { number.checked_sub(1) }
        });
        let guarded = (count(least).unwrap_or(0), most);
        self.steps += 1;
        if depth > MAX_DEPTH || self.steps > MAX_STEPS {
            return guarded;
        }
        let own = self.own_length(value, look, under, depth + 1);
        let most = match (guarded.1, own.1) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        (guarded.0.max(own.0), most)
    }

    fn own_length(&mut self, value: &Expr, look: Look, under: Fact, depth: usize) -> (u64, Option<u64>) {
        match value {
            Expr::Constant(Constant::Text(text)) => {
                let length = text.chars().count() as u64;
                (length, Some(length))
            }
            Expr::Text(parts) => parts.iter().fold((0, Some(0)), |(least, most), part| {
                let (a, b) = match part {
                    TextPart::Literal(text) => (text.chars().count() as u64, Some(text.chars().count() as u64)),
                    TextPart::Hole(value) => self.length(value, Look::Text, under, depth),
                };
                (least.saturating_add(a), most.zip(b).map(|(most, b)| most.saturating_add(b)))
            }),
            Expr::Path { root: Root::Local(variable), steps } if steps.is_empty() => {
                match self.facts.lets.get(variable).cloned() {
                    Some(value) => self.length(&value, look, under, depth),
                    None => (0, None),
                }
            }
            Expr::Call { function, arguments } => self.length_of_call(function, arguments, under, depth),
            _ => match look {
                Look::Date => (10, Some(10)),
                Look::Whole => self.digits(value, under),
                _ => (0, None),
            },
        }
    }

    fn digits(&mut self, value: &Expr, under: Fact) -> (u64, Option<u64>) {
        let Range { least: Some((least, _)), most: Some((most, _)) } = self.range(value, under, 0) else {
            return (1, None);
        };
        let written = |number: &Number| number.to_string().len() as u64;
        (1, Some(written(&least).max(written(&most))))
    }

    fn length_of_call(&mut self, function: &str, arguments: &[Expr], under: Fact, depth: usize) -> (u64, Option<u64>) {
        let number = |index: usize| match arguments.get(index) {
            Some(Expr::Constant(Constant::Number(number))) => {
                number.to_i64().and_then(|number| u64::try_from(number).ok())
            }
            _ => None,
        };
        let Some(first) = arguments.first() else { return (0, None) };
        let first = self.length(first, Look::Text, under, depth);
        match function {
            "truncate" => match number(1) {
                Some(most) => (first.0.min(most), Some(first.1.map_or(most, |length| length.min(most)))),
                None => (0, first.1),
            },
            "slice" => match (number(1), number(2)) {
                (Some(start), Some(end)) => {
                    let width = end.saturating_sub(start);
                    (first.0.saturating_sub(start).min(width), Some(width))
                }
                _ => (0, first.1),
            },
            "pad_left" | "pad_right" => match number(1) {
                Some(width) => (first.0.max(width), first.1.map(|most| most.max(width))),
                None => first,
            },
            "trim" | "trim_start" | "trim_end" | "strip_non_digits" | "normalize_space" => (0, first.1),
            "sha256" => (64, Some(64)),
            "uuid5" => (36, Some(36)),
            _ => (0, None),
        }
    }
}

/// The pattern to ask for in a guard.
pub(super) fn guard_pattern(patterns: &[Translated]) -> String {
    let inner: Vec<&str> = patterns
        .iter()
        .map(|pattern| {
            pattern.ascii.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$")).unwrap_or(&pattern.ascii)
        })
        .collect();
    match inner.as_slice() {
        [one] if !one.contains('|') => format!("^{one}$"),
        several => format!("^(?:{})$", several.join("|")),
    }
}

fn tighter(a: Bound, b: Bound, inner: fn(&Number, &Number) -> bool) -> Bound {
    match (a, b) {
        (Some(a), Some(b)) if inner(&a.0, &b.0) || a.0 == b.0 && !a.1 => Some(a),
        (Some(_), Some(b)) => Some(b),
        (a, b) => a.or(b),
    }
}

fn product(a: Range, b: Range) -> Option<Range> {
    let ((a1, _), (a2, _), (b1, _), (b2, _)) = (a.least?, a.most?, b.least?, b.most?);
    let products = [&a1 * &b1, &a1 * &b2, &a2 * &b1, &a2 * &b2];
    let least = products.iter().min().cloned().map(|number| (number, true));
    let most = products.iter().max().cloned().map(|number| (number, true));
    Some(Range { least, most })
}
