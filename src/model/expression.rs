//! Expressions of the IR. Names are resolved, conversions are explicit exact factors, and every operand
//! that must be present is known to be so.
//!
//! # What evaluation does
//!
//! A value is a present value, *missing*, *null* (on purpose), or *failed* with a reason. Operators and
//! functions are strict: a failed operand makes the result failed, else a missing operand makes it missing.
//! Operands are evaluated from left to right; a failed one ends that, a missing one does not.
//! [`Expr::Coalesce`], [`Expr::Rescue`], [`Expr::Present`], [`Expr::If`] and the outputs are what looks at
//! the difference. `Reject` and `Skip` end the target's (or item's) transformation.

use super::number::Number;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    Constant(Constant),
    /// A field of the event, of the envelope, or of a local value, by names from its root; no names: the
    /// root itself. A step from a missing record is missing.
    Path {
        root: Root,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        steps: Vec<String>,
    },
    /// Interpolated text. Holes are scalars and never missing: numbers in plain digits, booleans `true` and
    /// `false`, dates and times as ISO 8601.
    Text(Vec<TextPart>),
    /// Zero-based; missing past the end or below zero.
    Index {
        list: Box<Expr>,
        index: Box<Expr>,
    },
    /// `m["x"]` of a `{ string: T }`; missing without that key.
    Key {
        of: Box<Expr>,
        key: Box<Expr>,
    },
    /// A built-in function by its name in the library.
    Call {
        function: String,
        arguments: Vec<Expr>,
    },
    /// Exact arithmetic on numbers in one unit. Division by zero fails.
    Arithmetic {
        operator: Operator,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Negate(Box<Expr>),
    /// `value * factor + offset`, exact: a conversion of units. Null on purpose stays null.
    Scale {
        value: Box<Expr>,
        factor: Number,
        #[serde(default, skip_serializing_if = "Number::is_zero")]
        offset: Number,
    },
    /// Finishes a number: `round(x, places)` and its kin.
    Round {
        value: Box<Expr>,
        rounding: Rounding,
        places: u32,
    },
    Compare {
        comparison: Comparison,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `x in [a, b]` with a list of constants or values: true of the first that is equal, else failed or missing
    /// where one of them is.
    OneOf {
        value: Box<Expr>,
        options: Vec<Expr>,
    },
    Not(Box<Expr>),
    /// Short-circuit; conditions are never missing.
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// True of a present value and of null on purpose. A failed operand stays failed.
    Present(Box<Expr>),
    /// `a ?? b`: `b` where `a` is missing or null.
    Coalesce {
        value: Box<Expr>,
        fallback: Box<Expr>,
    },
    /// `a !! b`: `b` where `a` failed.
    Rescue {
        value: Box<Expr>,
        fallback: Box<Expr>,
    },
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// The first arm one of whose constants equals the subject; without `default` one always does.
    Match {
        subject: Box<Expr>,
        arms: Vec<(Vec<Constant>, Expr)>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default: Option<Box<Expr>>,
    },
    /// A table's row for these key values; the column by its index. Fails where no row matches and the table has no
    /// default.
    Lookup {
        table: String,
        keys: Vec<Expr>,
        column: usize,
    },
    /// The key of the row whose (single) value this is; fails where there is none.
    Inverse {
        table: String,
        value: Box<Expr>,
    },
    /// What a crosswalk holds for this key when the event's turn has come; missing where it holds nothing.
    Find {
        crosswalk: String,
        key: Box<Expr>,
    },
    /// Names a value for `body`. Evaluated at most once.
    Let {
        variable: u32,
        value: Box<Expr>,
        body: Box<Expr>,
    },
    List(Vec<Expr>),
    Record(Vec<(String, Expr)>),
    /// `[yields each variable in list where filter by sort]`
    Each {
        variable: u32,
        list: Box<Expr>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<Box<Expr>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sort: Option<Box<Expr>>,
        yields: Box<Expr>,
    },
    /// Text in the wire form `form`; of a date, time, number or boolean.
    Write {
        value: Box<Expr>,
        form: Form,
    },
    /// Text that is to be a segment of a URL's path; fails where it is empty, `.` or `..`.
    Demand(Box<Expr>),
    /// Sets the event aside for this target, with this text as the reason.
    Reject(Box<Expr>),
    /// Leaves the event out for this target, on record.
    Skip,
    /// `!! missing`, and `T?` made on purpose.
    Missing,
}

impl Expr {
    /// Goes over the expression and what is inside it in order, outer parts first; not into parts where `visit` is
    /// false.
    pub fn visit<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr) -> bool) {
        let mut pending = vec![self];
        while let Some(expr) = pending.pop() {
            if visit(expr) {
                let first = pending.len();
                expr.push_children(&mut pending);
                // the last is taken next
                pending[first..].reverse();
            }
        }
    }

    /// Whether `wanted` holds of this expression or of one inside it. Of tables only the keys are looked at.
    pub fn any(&self, wanted: &mut dyn FnMut(&Expr) -> bool) -> bool {
        let mut found = false;
        self.visit(&mut |expr| {
            found = found || wanted(expr);
            !found
        });
        found
    }

    /// The first crosswalk that it looks something up in.
    pub fn looks_up(&self) -> Option<String> {
        let mut found = None;
        self.any(&mut |expr| match expr {
            Expr::Find { crosswalk, .. } => {
                found = Some(crosswalk.clone());
                true
            }
            _ => false,
        });
        found
    }

    /// Whether it asks for the event, its envelope or a crosswalk.
    pub fn needs_event(&self) -> bool {
        self.any(&mut |expr| matches!(expr, Expr::Path { root: Root::Event | Root::Meta, .. } | Expr::Find { .. }))
    }

    fn push_children<'e>(&'e self, out: &mut Vec<&'e Expr>) {
        match self {
            Expr::Constant(_) | Expr::Path { .. } | Expr::Skip | Expr::Missing => {}
            Expr::Text(parts) => out.extend(parts.iter().filter_map(|part| match part {
                TextPart::Hole(value) => Some(value),
                TextPart::Literal(_) => None,
            })),
            Expr::Call { arguments: all, .. } | Expr::Lookup { keys: all, .. } | Expr::List(all) => out.extend(all),
            Expr::Record(fields) => out.extend(fields.iter().map(|(_, value)| value)),
            Expr::Negate(value)
            | Expr::Not(value)
            | Expr::Present(value)
            | Expr::Demand(value)
            | Expr::Reject(value)
            | Expr::Scale { value, .. }
            | Expr::Round { value, .. }
            | Expr::Write { value, .. }
            | Expr::Find { key: value, .. }
            | Expr::Inverse { value, .. } => out.push(value),
            Expr::Index { list: a, index: b }
            | Expr::Key { of: a, key: b }
            | Expr::Arithmetic { left: a, right: b, .. }
            | Expr::Compare { left: a, right: b, .. }
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Coalesce { value: a, fallback: b }
            | Expr::Rescue { value: a, fallback: b }
            | Expr::Let { value: a, body: b, .. } => out.extend([&**a, &**b]),
            Expr::OneOf { value, options } => {
                out.push(value);
                out.extend(options);
            }
            Expr::If { condition, then, otherwise } => out.extend([&**condition, &**then, &**otherwise]),
            Expr::Match { subject, arms, default } => {
                out.push(subject);
                out.extend(arms.iter().map(|(_, value)| value));
                out.extend(default.as_deref());
            }
            Expr::Each { list, filter, sort, yields, .. } => {
                out.extend([&**list, &**yields]);
                out.extend(filter.as_deref());
                out.extend(sort.as_deref());
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constant {
    Text(String),
    Number(Number),
    Boolean(bool),
    Null,
}

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Root {
    Event,
    /// The envelope: `id`, `type`, `received`, `time`, `source`.
    Meta,
    /// Bound by a `Let`, an `Each`, a `Repeat`, a `Node::Let`, a target's `each`; in a table's default, variable 0 is `it`.
    Local(u32),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextPart {
    Literal(String),
    Hole(Expr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Ties away from zero.
    HalfUp,
    HalfEven,
    Floor,
    Ceil,
    Trunc,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// A form of the wire: how text or a JSON number stands for a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A number as a JSON string.
    Text,
    /// A boolean as one of two texts.
    Pair {
        yes: String,
        no: String,
    },
    /// Seconds or milliseconds since 1970-01-01T00:00:00Z, a JSON number.
    Unix,
    UnixMs,
    /// HL7 v2 TS/DTM.
    Hl7 {
        zone: Option<String>,
    },
    /// VistA FileMan's internal form.
    Fileman {
        zone: Option<String>,
    },
    /// Unicode LDML date letters.
    Pattern {
        pattern: String,
        zone: Option<String>,
    },
}
