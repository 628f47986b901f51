//! Expressions as conditions: when a condition holds, when a value is there, within what bounds a number is.

use super::logic::{ALWAYS, Fact, Logic, NEVER};
use super::types::stepped;
use crate::library;
use crate::model::number::Number;
use crate::model::{Base, Comparison, Constant, Expr, RecordType, Root, Type};
use std::collections::HashMap;

/// A bound of a number, and whether it is itself within; `None`: not known.
pub type Bound = Option<(Number, bool)>;

/// More codes than this are not told apart one by one.
const MAX_CODES: usize = 200;

/// What is known of names and values while a body is walked.
pub struct Facts<'c> {
    pub logic: Logic,
    pub(super) event: &'c RecordType,
    /// What `let` names stand for.
    pub lets: HashMap<u32, Expr>,
    /// Types of what `each` binds.
    pub items: HashMap<u32, Type>,
    questions: HashMap<String, Fact>,
    /// Of a subject: the constants that it was compared with, each with the question that is asked where none of
    /// those before it is equal.
    equal: HashMap<String, Vec<(Constant, Fact)>>,
    /// Of a subject: from which number on, not including it or including it.
    above: HashMap<String, Vec<(Number, bool, Fact)>>,
    let_presence: HashMap<u32, Fact>,
    let_holds: HashMap<u32, Fact>,
    /// Patterns that a subject was asked for, and when it matches.
    patterns: HashMap<String, Vec<(String, Fact)>>,
}

impl<'c> Facts<'c> {
    pub fn new(event: &'c RecordType) -> Facts<'c> {
        Facts {
            logic: Logic::default(),
            event,
            lets: HashMap::new(),
            items: HashMap::new(),
            questions: HashMap::new(),
            equal: HashMap::new(),
            above: HashMap::new(),
            let_presence: HashMap::new(),
            let_holds: HashMap::new(),
            patterns: HashMap::new(),
        }
    }

    /// A question that is the same wherever the key is.
    pub fn question(&mut self, key: String) -> Fact {
        if let Some(&known) = self.questions.get(&key) {
            return known;
        }
        let fact = self.logic.variable();
        self.questions.insert(key, fact);
        fact
    }

    /// The path behind names of paths; other expressions as they are.
    pub fn plain(&self, expr: &Expr) -> Expr {
        match expr {
            Expr::Path { root: Root::Local(variable), steps } => match self.lets.get(variable) {
                Some(Expr::Path { root, steps: before }) => {
                    let steps = before.iter().chain(steps).cloned().collect();
                    self.plain(&Expr::Path { root: *root, steps })
                }
                _ => expr.clone(),
            },
            Expr::Call { function, arguments } => Expr::Call {
                function: function.clone(),
                arguments: arguments.iter().map(|argument| self.plain(argument)).collect(),
            },
            Expr::Scale { value, factor, offset } => {
                Expr::Scale { value: Box::new(self.plain(value)), factor: factor.clone(), offset: offset.clone() }
            }
            Expr::Index { list, index } => {
                Expr::Index { list: Box::new(self.plain(list)), index: Box::new(self.plain(index)) }
            }
            _ => expr.clone(),
        }
    }

    fn key(&self, expr: &Expr) -> String {
        // Expressions are what `.mapc` files hold, so they can always be written.
        serde_json::to_string(&self.plain(expr)).unwrap_or_default()
    }

    /// When a condition holds.
    pub fn holds(&mut self, condition: &Expr) -> Fact {
        match condition {
            Expr::Constant(Constant::Boolean(value)) => {
                if *value {
                    ALWAYS
                } else {
                    NEVER
                }
            }
            Expr::Not(one) => {
                let one = self.holds(one);
                self.logic.not(one)
            }
            Expr::And(a, b) => {
                let (a, b) = (self.holds(a), self.holds(b));
                self.logic.and(a, b)
            }
            Expr::Or(a, b) => {
                let (a, b) = (self.holds(a), self.holds(b));
                self.logic.or(a, b)
            }
            Expr::Present(value) => self.present(value),
            Expr::Let { variable, value, body } => {
                self.lets.insert(*variable, (**value).clone());
                self.holds(body)
            }
            Expr::If { condition, then, otherwise } => {
                let (test, yes, no) = (self.holds(condition), self.holds(then), self.holds(otherwise));
                self.either(test, yes, no)
            }
            Expr::OneOf { value, options } => {
                let mut any = NEVER;
                for option in options {
                    let equal = match option {
                        Expr::Constant(constant) => self.equals(value, constant),
                        other => self.question(format!("{} is {}", self.key(value), self.key(other))),
                    };
                    any = self.logic.or(any, equal);
                }
                any
            }
            Expr::Compare { comparison, left, right } => self.compared(*comparison, left, right),
            // `note ?? false`: where it is missing, the other.
            Expr::Coalesce { value, fallback } => {
                let there = self.present(value);
                let (value, fallback) = (self.holds(value), self.holds(fallback));
                self.either(there, value, fallback)
            }
            Expr::Path { root: Root::Local(variable), steps } if steps.is_empty() => {
                if let Some(&known) = self.let_holds.get(variable) {
                    return known;
                }
                let fact = match self.lets.get(variable).cloned() {
                    Some(value) => self.holds(&value),
                    None => self.question(format!("holds {}", self.key(condition))),
                };
                self.let_holds.insert(*variable, fact);
                fact
            }
            Expr::Call { function, arguments } if function == "matches" => {
                let fact = self.question(format!("holds {}", self.key(condition)));
                if let [subject, Expr::Constant(Constant::Text(pattern))] = arguments.as_slice() {
                    let key = self.key(subject);
                    let known = self.patterns.entry(key).or_default();
                    if !known.iter().any(|(other, _)| other == pattern) {
                        known.push((pattern.clone(), fact));
                    }
                }
                fact
            }
            other => self.question(format!("holds {}", self.key(other))),
        }
    }

    /// The patterns that a value is known to match.
    pub fn matched(&mut self, under: Fact, subject: &Expr) -> Vec<String> {
        let known = self.patterns.get(&self.key(subject)).cloned().unwrap_or_default();
        let holding = known.into_iter().filter(|(_, fact)| self.logic.implies(under, *fact));
        holding.map(|(pattern, _)| pattern).collect()
    }

    fn either(&mut self, test: Fact, yes: Fact, no: Fact) -> Fact {
        let (yes, no) = (self.logic.and(test, yes), self.logic.without(no, test));
        self.logic.or(yes, no)
    }

    fn compared(&mut self, comparison: Comparison, left: &Expr, right: &Expr) -> Fact {
        use Comparison::*;
        let (subject, constant, comparison) = match (left, right) {
            (subject, Expr::Constant(constant)) => (subject, constant, comparison),
            (Expr::Constant(constant), subject) => {
                let flipped = match comparison {
                    Less => Greater,
                    LessEqual => GreaterEqual,
                    Greater => Less,
                    GreaterEqual => LessEqual,
                    same => same,
                };
                (subject, constant, flipped)
            }
            (left, right) => {
                let (sign, left, right) = match comparison {
                    Equal | NotEqual => ("=", left, right),
                    GreaterEqual | Less => (">=", left, right),
                    LessEqual | Greater => (">=", right, left),
                };
                let fact = self.question(format!("{} {sign} {}", self.key(left), self.key(right)));
                return if matches!(comparison, NotEqual | Less | Greater) { self.logic.not(fact) } else { fact };
            }
        };
        // `count(xs) ?? 0 > 0`: where it is missing, the other is compared.
        if let (Expr::Coalesce { value, fallback }, Constant::Number(_)) = (subject, constant)
            && let Expr::Constant(Constant::Number(_)) = **fallback
        {
            let there = self.present(value);
            let constant = Expr::Constant(constant.clone());
            let yes = self.compared(comparison, value, &constant);
            let no = self.compared(comparison, fallback, &constant);
            return self.either(there, yes, no);
        }
        if let (Expr::Constant(Constant::Number(left)), Constant::Number(right)) = (subject, constant) {
            let holds = match comparison {
                Equal => left == right,
                NotEqual => left != right,
                Less => left < right,
                LessEqual => left <= right,
                Greater => left > right,
                GreaterEqual => left >= right,
            };
            return if holds { ALWAYS } else { NEVER };
        }
        match (comparison, constant) {
            (Equal, constant) => self.equals(subject, constant),
            (NotEqual, constant) => {
                let equal = self.equals(subject, constant);
                self.logic.not(equal)
            }
            (GreaterEqual, Constant::Number(number)) => self.from(subject, number, true),
            (Greater, Constant::Number(number)) => self.from(subject, number, false),
            (Less, Constant::Number(number)) => {
                let from = self.from(subject, number, true);
                self.logic.not(from)
            }
            (LessEqual, Constant::Number(number)) => {
                let from = self.from(subject, number, false);
                self.logic.not(from)
            }
            (comparison, constant) => {
                let (inclusive, negate) = match comparison {
                    GreaterEqual => (true, false),
                    Less => (true, true),
                    Greater => (false, false),
                    _ => (false, true),
                };
                let fact = self.question(format!("{} from {constant:?} {inclusive}", self.key(subject)));
                if negate { self.logic.not(fact) } else { fact }
            }
        }
    }

    /// When the value is equal to a constant. Constants of one subject exclude each other; one of a closed set is all
    /// that is left when the others are not.
    pub fn equals(&mut self, subject: &Expr, constant: &Constant) -> Fact {
        if let Constant::Number(number) = constant {
            let (from, above) = (self.from(subject, number, true), self.from(subject, number, false));
            return self.logic.without(from, above);
        }
        let ty = self.type_of(subject);
        if let Constant::Boolean(value) = constant {
            let holds = self.holds(subject);
            return if *value { holds } else { self.logic.not(holds) };
        }
        let key = self.key(subject);
        let mut known = self.equal.remove(&key).unwrap_or_default();
        if known.is_empty()
            && let Some(Type { base: Base::Code { values, open: false }, null: false, .. }) = &ty
            && let Some((last, first)) = values.split_last()
            && values.len() <= MAX_CODES
        {
            known.extend(first.iter().map(|code| (Constant::Text(code.clone()), self.logic.variable())));
            known.push((Constant::Text(last.clone()), ALWAYS));
        }
        if !known.iter().any(|(other, _)| other == constant) {
            let question =
                if known.last().is_some_and(|(_, last)| *last == ALWAYS) { NEVER } else { self.logic.variable() };
            known.push((constant.clone(), question));
        }
        let mut fact = ALWAYS;
        for (other, question) in &known {
            if other == constant {
                fact = self.logic.and(fact, *question);
                break;
            }
            fact = self.logic.without(fact, *question);
        }
        self.equal.insert(key, known);
        fact
    }

    /// When a number is `least` or more; without `inclusive` more.
    pub fn from(&mut self, subject: &Expr, least: &Number, inclusive: bool) -> Fact {
        let whole = self.is_whole(subject);
        let (least, inclusive) = match (whole, inclusive) {
            (true, true) => (least.ceil(), true),
            (true, false) => (&least.floor() + &Number::ONE, true),
            (false, inclusive) => (least.clone(), inclusive),
        };
        if is_count(subject) && (least < Number::ZERO || inclusive && least.is_zero()) {
            return ALWAYS;
        }
        let key = self.key(subject);
        let known = self.above.entry(key).or_default();
        if let Some((.., fact)) = known.iter().find(|(number, with, _)| *number == least && *with == inclusive) {
            return *fact;
        }
        let fact = self.logic.variable();
        known.push((least, inclusive, fact));
        fact
    }

    /// The bounds that a condition proves of a number, each with whether it is itself within.
    pub fn bounds(&mut self, under: Fact, subject: &Expr) -> (Bound, Bound) {
        let mut least: Bound = is_count(subject).then_some((Number::ZERO, true));
        let mut most: Bound = None;
        for (number, inclusive, fact) in self.above.get(&self.key(subject)).cloned().unwrap_or_default() {
            if self.logic.implies(under, fact) && least.as_ref().is_none_or(|(known, _)| number >= *known) {
                least = Some((number, inclusive));
            } else {
                let not = self.logic.not(fact);
                if self.logic.implies(under, not) && most.as_ref().is_none_or(|(known, _)| number <= *known) {
                    most = Some((number, !inclusive));
                }
            }
        }
        // A whole number that is below another is at most the one before it.
        if self.is_whole(subject) {
            let inward = |bound: Bound, step: Number| {
                bound.map(|(number, within)| if within { (number, true) } else { (&number + &step, true) })
            };
            return (inward(least, Number::ONE), inward(most, -Number::ONE));
        }
        (least, most)
    }

    fn is_whole(&self, subject: &Expr) -> bool {
        matches!(self.type_of(subject), Some(Type { base: Base::Integer(_), .. }))
    }

    /// When a value is there: not missing. Null on purpose is there.
    pub fn present(&mut self, value: &Expr) -> Fact {
        match value {
            Expr::Constant(_) | Expr::Text(_) | Expr::List(_) | Expr::Record(_) | Expr::Present(_) => ALWAYS,
            Expr::Missing => NEVER,
            // Nothing is written then, so nothing is to be proved.
            Expr::Reject(_) | Expr::Skip => ALWAYS,
            Expr::Path { root: Root::Local(variable), steps } if steps.is_empty() => self.local(*variable),
            Expr::Path { root, steps } => self.path(*root, steps),
            Expr::Coalesce { value, fallback } => {
                let (a, b) = (self.present(value), self.present(fallback));
                self.logic.or(a, b)
            }
            Expr::If { condition, then, otherwise } => {
                let (test, yes, no) = (self.holds(condition), self.present(then), self.present(otherwise));
                self.either(test, yes, no)
            }
            Expr::Let { variable, value, body } => {
                self.lets.insert(*variable, (**value).clone());
                self.present(body)
            }
            Expr::Negate(one) | Expr::Demand(one) | Expr::Not(one) => self.present(one),
            Expr::Scale { value, .. } | Expr::Round { value, .. } | Expr::Write { value, .. } => self.present(value),
            Expr::Arithmetic { left, right, .. } | Expr::Compare { left, right, .. } => {
                let (a, b) = (self.present(left), self.present(right));
                self.logic.and(a, b)
            }
            Expr::Call { function, arguments } => match library::find(function) {
                Some(found) if !found.takes_missing && !found.signature.may_be_missing => {
                    arguments.iter().fold(ALWAYS, |all, argument| {
                        let one = self.present(argument);
                        self.logic.and(all, one)
                    })
                }
                _ => self.question(format!("present {}", self.key(value))),
            },
            other => self.question(format!("present {}", self.key(other))),
        }
    }

    fn local(&mut self, variable: u32) -> Fact {
        if let Some(&known) = self.let_presence.get(&variable) {
            return known;
        }
        let fact = match self.lets.get(&variable).cloned() {
            Some(value) => self.present(&value),
            None if self.items.get(&variable).is_some_and(|ty| ty.missing) => {
                self.question(format!("present {variable}"))
            }
            None => ALWAYS,
        };
        self.let_presence.insert(variable, fact);
        fact
    }

    /// A path is there where each of its parts is.
    fn path(&mut self, root: Root, steps: &[String]) -> Fact {
        let Expr::Path { root, steps } = self.plain(&Expr::Path { root, steps: steps.to_vec() }) else { return ALWAYS };
        let mut all = ALWAYS;
        for end in 1..=steps.len() {
            let part = Expr::Path { root, steps: steps[..end].to_vec() };
            let outer = Expr::Path { root, steps: steps[..end - 1].to_vec() };
            let step = &steps[end - 1];
            let own = match (root, end) {
                (Root::Event, 1) => self.event.field(step).map(|field| field.ty.clone()),
                _ => self.type_of(&outer).and_then(|ty| stepped(&ty, step)),
            };
            let fact = match (self.variant(&outer, step), own) {
                (Some((by, code)), _) => self.equals(&by, &Constant::Text(code)),
                (None, Some(ty)) if !ty.missing => continue,
                _ => self.question(format!("present {}", self.key(&part))),
            };
            all = self.logic.and(all, fact);
        }
        all
    }

    /// Of a step into a variant: the discriminator and its code.
    fn variant(&self, outer: &Expr, step: &str) -> Option<(Expr, String)> {
        let Base::Variants(variants) = self.type_of(outer)?.base else { return None };
        let code = variants.stepped_into(step)?.code.clone();
        let Expr::Path { root, steps } = outer else { return None };
        let steps = steps.iter().cloned().chain([variants.by]).collect();
        Some((Expr::Path { root: *root, steps }, code))
    }
}

/// Whether it counts something, so that it is never below zero.
fn is_count(expr: &Expr) -> bool {
    matches!(expr, Expr::Call { function, .. } if matches!(function.as_str(), "count" | "length"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Field;

    fn event() -> RecordType {
        let field = |name: &str, ty: Type| Field { name: name.into(), ty, doc: None };
        let code = Base::Code { values: vec!["a".into(), "b".into()], open: false };
        let inner = RecordType { name: None, fields: vec![field("deep", Type::new(Base::Text).optional())] };
        RecordType {
            name: None,
            fields: vec![
                field("code", Type::new(code)),
                field("count", Type::new(Base::Integer(None))),
                field("weight", Type::new(Base::Decimal(None))),
                field("outer", Type::new(Base::Record(inner)).optional()),
                field("items", Type::new(Base::List(Box::new(Type::new(Base::Text)))).optional()),
            ],
        }
    }

    fn path(steps: &[&str]) -> Expr {
        Expr::Path { root: Root::Event, steps: steps.iter().map(ToString::to_string).collect() }
    }

    fn number(value: i64) -> Expr {
        Expr::Constant(Constant::Number(Number::from(value)))
    }

    fn compare(comparison: Comparison, left: Expr, right: Expr) -> Expr {
        Expr::Compare { comparison, left: Box::new(left), right: Box::new(right) }
    }

    #[test]
    fn one_of_a_closed_set_holds_and_no_two() {
        let event = event();
        let mut facts = Facts::new(&event);
        let code = |value: &str| Constant::Text(value.into());
        let (a, b) = (facts.equals(&path(&["code"]), &code("a")), facts.equals(&path(&["code"]), &code("b")));
        assert_eq!((facts.logic.and(a, b), facts.logic.or(a, b)), (NEVER, ALWAYS));
        assert_eq!(facts.equals(&path(&["code"]), &code("c")), NEVER);
        let other = Expr::OneOf { value: Box::new(path(&["code"])), options: vec![Expr::Constant(code("b"))] };
        assert_eq!(facts.holds(&other), b);
    }

    #[test]
    fn what_is_inside_is_there_only_with_what_is_around_it() {
        let event = event();
        let mut facts = Facts::new(&event);
        let (inner, outer) = (facts.present(&path(&["outer", "deep"])), facts.present(&path(&["outer"])));
        assert!(facts.logic.implies(inner, outer) && !facts.logic.implies(outer, inner));
        assert_eq!(facts.present(&path(&["code"])), ALWAYS);
        let upper = Expr::Call { function: "upper".into(), arguments: vec![path(&["outer", "deep"])] };
        assert_eq!(facts.present(&upper), inner);
        let either = Expr::Coalesce { value: Box::new(upper), fallback: Box::new(path(&["code"])) };
        assert_eq!(facts.present(&either), ALWAYS);
    }

    #[test]
    fn counts_that_are_not_nothing_are_one_or_more() {
        let event = event();
        let mut facts = Facts::new(&event);
        let count = Expr::Call { function: "count".into(), arguments: vec![path(&["items"])] };
        let some = facts.from(&count, &Number::ONE, true);
        assert_eq!(facts.holds(&compare(Comparison::NotEqual, count.clone(), number(0))), some);
        assert_eq!(facts.holds(&compare(Comparison::Less, number(0), count.clone())), some);
        let or_none = Expr::Coalesce { value: Box::new(count), fallback: Box::new(number(0)) };
        let asked = facts.holds(&compare(Comparison::Greater, or_none, number(0)));
        let there = facts.present(&path(&["items"]));
        assert!(facts.logic.implies(asked, some) && facts.logic.implies(asked, there));
    }

    #[test]
    fn bounds_are_what_a_condition_proves() {
        let event = event();
        let mut facts = Facts::new(&event);
        let within = |subject: Expr| {
            Expr::And(
                Box::new(compare(Comparison::Greater, subject.clone(), number(0))),
                Box::new(Expr::Not(Box::new(compare(Comparison::GreaterEqual, subject, number(10))))),
            )
        };
        let whole = facts.holds(&within(path(&["count"])));
        let bound = |value: i64, within| Some((Number::from(value), within));
        assert_eq!(facts.bounds(whole, &path(&["count"])), (bound(1, true), bound(9, true)));
        let decimal = facts.holds(&within(path(&["weight"])));
        assert_eq!(facts.bounds(decimal, &path(&["weight"])), (bound(0, false), bound(10, false)));
        assert_eq!(facts.bounds(ALWAYS, &path(&["weight"])), (None, None));
        assert_eq!(facts.bounds(whole, &path(&["weight"])), (None, None));
    }
}
