//! What a test proves: when it came out true, and when it came out false.

use crate::check::scope::{Place, Proof};
use crate::model::{Comparison, Constant, Expr};
use std::rc::Rc;

pub type Facts = Vec<(Place, Proof)>;

/// Facts that hold where `condition` is true, and where it is false.
pub fn facts(condition: &Expr) -> (Facts, Facts) {
    match condition {
        Expr::Not(inner) => {
            let (yes, no) = facts(inner);
            (no, yes)
        }
        Expr::And(left, right) => {
            let ((left_yes, left_no), (right_yes, right_no)) = (facts(left), facts(right));
            (both(left_yes, right_yes), either(&left_no, &right_no))
        }
        Expr::Or(left, right) => {
            let ((left_yes, left_no), (right_yes, right_no)) = (facts(left), facts(right));
            (either(&left_yes, &right_yes), both(left_no, right_no))
        }
        Expr::Present(inner) => (path(inner).map(|place| (place, Proof::Present)).into_iter().collect(), Facts::new()),
        Expr::Compare { comparison, left, right } => compared(*comparison, left, right),
        Expr::OneOf { value, options } => {
            let null = options.iter().any(|option| matches!(option, Expr::Constant(Constant::Null)));
            let mut yes = vec![Proof::Present];
            if !null {
                yes.push(Proof::NotNull);
            }
            match codes(options.iter().map(|option| match option {
                Expr::Constant(constant) => Some(constant),
                _ => None,
            })) {
                Some(codes) => {
                    yes.push(Proof::OneOf(codes.clone()));
                    (proved(value, &yes), proved(value, &[Proof::NoneOf(codes)]))
                }
                None => (proved(value, &yes), Facts::new()),
            }
        }
        // `(a == "x") ?? false` is true only where `a` was there.
        Expr::Coalesce { value, fallback } if matches!(**fallback, Expr::Constant(Constant::Boolean(false))) => {
            (both(facts(value).0, operands_present(value)), Facts::new())
        }
        Expr::Coalesce { value, fallback } if matches!(**fallback, Expr::Constant(Constant::Boolean(true))) => {
            (Facts::new(), both(facts(value).1, operands_present(value)))
        }
        _ => (Facts::new(), Facts::new()),
    }
}

fn both(mut left: Facts, right: Facts) -> Facts {
    left.extend(right);
    left
}

/// What holds whichever of the two holds.
fn either(left: &Facts, right: &Facts) -> Facts {
    let mut found = Facts::new();
    for (place, proof) in left {
        for (other, other_proof) in right.iter().filter(|(other, _)| other == place) {
            let joined = match (proof, other_proof) {
                (Proof::OneOf(a), Proof::OneOf(b)) => {
                    Proof::OneOf(a.iter().chain(b.iter().filter(|code| !a.contains(code))).cloned().collect())
                }
                (Proof::NoneOf(a), Proof::NoneOf(b)) => {
                    Proof::NoneOf(a.iter().filter(|code| b.contains(code)).cloned().collect())
                }
                (a, b) if a == b => a.clone(),
                _ => continue,
            };
            found.push((other.clone(), joined));
        }
    }
    found
}

/// Texts, if all of them are.
fn codes<'c>(constants: impl Iterator<Item = Option<&'c Constant>>) -> Option<Rc<[String]>> {
    constants
        .map(|constant| match constant {
            Some(Constant::Text(text)) => Some(text.clone()),
            _ => None,
        })
        .collect()
}

/// What holds of a match's subject in an arm for these constants (`None`: the arm `_`), behind arms for those
/// `before`.
pub fn in_arm(subject: &Expr, arm: Option<&[Constant]>, before: &[Constant]) -> Facts {
    let mut proofs = vec![Proof::Present];
    let null = |constants: &[Constant]| constants.contains(&Constant::Null);
    if arm.map_or_else(|| null(before), |arm| !null(arm)) {
        proofs.push(Proof::NotNull);
    }
    match arm {
        Some(arm) => proofs.extend(codes(arm.iter().map(Some)).map(Proof::OneOf)),
        None => proofs.push(Proof::NoneOf(
            before
                .iter()
                .filter_map(|constant| match constant {
                    Constant::Text(text) => Some(text.clone()),
                    _ => None,
                })
                .collect(),
        )),
    }
    both(proved(subject, &proofs), operands_present(subject))
}

fn path(expr: &Expr) -> Option<Place> {
    match expr {
        Expr::Path { root, steps } => Some((*root, steps.clone())),
        _ => None,
    }
}

fn proved(expr: &Expr, proofs: &[Proof]) -> Facts {
    path(expr).map(|place| proofs.iter().map(|proof| (place.clone(), proof.clone())).collect()).unwrap_or_default()
}

fn compared(comparison: Comparison, left: &Expr, right: &Expr) -> (Facts, Facts) {
    let (expr, constant, comparison) = match (left, right) {
        (_, Expr::Constant(constant)) => (left, constant, comparison),
        (Expr::Constant(constant), _) => (right, constant, mirrored(comparison)),
        _ => return (Facts::new(), Facts::new()),
    };
    match constant {
        Constant::Null => match comparison {
            Comparison::NotEqual => (proved(expr, &[Proof::NotNull]), Facts::new()),
            Comparison::Equal => (Facts::new(), proved(expr, &[Proof::NotNull])),
            _ => (Facts::new(), Facts::new()),
        },
        Constant::Number(number) => {
            let (yes, no) = excludes_zero(comparison, number.signum());
            let when = |excluded: bool| if excluded { proved(expr, &[Proof::NotZero]) } else { Facts::new() };
            let mut yes = when(yes);
            if comparison != Comparison::NotEqual {
                yes.extend(proved(expr, &[Proof::NotNull]));
            }
            (yes, when(no))
        }
        Constant::Text(text) if matches!(comparison, Comparison::Equal | Comparison::NotEqual) => {
            let code: Rc<[String]> = [text.clone()].into();
            let is = proved(expr, &[Proof::NotNull, Proof::OneOf(code.clone())]);
            let is_not = proved(expr, &[Proof::NoneOf(code)]);
            if comparison == Comparison::Equal { (is, is_not) } else { (is_not, is) }
        }
        _ if comparison == Comparison::Equal => (proved(expr, &[Proof::NotNull]), Facts::new()),
        _ => (Facts::new(), Facts::new()),
    }
}

/// Whether `x OP c` being true, and being false, excludes that `x` is zero, by the sign of `c`.
fn excludes_zero(comparison: Comparison, sign: i32) -> (bool, bool) {
    let holds_at_zero = match comparison {
        Comparison::Equal => sign == 0,
        Comparison::NotEqual => sign != 0,
        Comparison::Less => sign > 0,
        Comparison::LessEqual => sign >= 0,
        Comparison::Greater => sign < 0,
        Comparison::GreaterEqual => sign <= 0,
    };
    (!holds_at_zero, holds_at_zero)
}

fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessEqual => Comparison::GreaterEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterEqual => Comparison::LessEqual,
        same => same,
    }
}

/// A strict test that gave a value had all its operands.
fn operands_present(test: &Expr) -> Facts {
    match test {
        Expr::Compare { left, right, .. } => both(operands_present(left), operands_present(right)),
        Expr::OneOf { value, .. } => operands_present(value),
        Expr::Not(inner) | Expr::Negate(inner) => operands_present(inner),
        Expr::Scale { value, .. } | Expr::Round { value, .. } => operands_present(value),
        Expr::Arithmetic { left, right, .. } => both(operands_present(left), operands_present(right)),
        Expr::Path { .. } => proved(test, &[Proof::Present]),
        _ => Facts::new(),
    }
}
