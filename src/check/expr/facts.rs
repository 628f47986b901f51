//! What a test proves: when it came out true, and when it came out false.

use crate::check::scope::{Place, Proof};
use crate::model::{Comparison, Constant, Expr};

pub type Facts = Vec<(Place, Proof)>;

/// Facts that hold where `condition` is true, and where it is false.
pub fn facts(condition: &Expr) -> (Facts, Facts) {
    match condition {
        Expr::Not(inner) => {
            let (yes, no) = facts(inner);
            (no, yes)
        }
        Expr::And(left, right) => (both(facts(left).0, facts(right).0), Facts::new()),
        Expr::Or(left, right) => (Facts::new(), both(facts(left).1, facts(right).1)),
        Expr::Present(inner) => (path(inner).map(|place| (place, Proof::Present)).into_iter().collect(), Facts::new()),
        Expr::Compare { comparison, left, right } => compared(*comparison, left, right),
        Expr::OneOf { value, options } => {
            let null = options.iter().any(|option| matches!(option, Expr::Constant(Constant::Null)));
            let proofs = if null { vec![Proof::Present] } else { vec![Proof::Present, Proof::NotNull] };
            (proved(value, &proofs), Facts::new())
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

fn path(expr: &Expr) -> Option<Place> {
    match expr {
        Expr::Path { root, steps } => Some((*root, steps.clone())),
        _ => None,
    }
}

fn proved(expr: &Expr, proofs: &[Proof]) -> Facts {
    path(expr).map(|place| proofs.iter().map(|proof| (place.clone(), *proof)).collect()).unwrap_or_default()
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
