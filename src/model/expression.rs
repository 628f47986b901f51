//! Expressions of the IR. Names are resolved, conversions are explicit exact factors, and every operand
//! that must be present is known to be so.
//!
//! # What evaluation does
//!
//! A value is a present value, *missing*, *null* (on purpose), or *failed* with a reason. Operators and
//! functions are strict: a failed operand makes the result failed, else a missing operand makes it missing.
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
    /// `value * factor + offset`, exact: a conversion of units.
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
    /// `x in [a, b]` with a list of constants or values.
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

impl Expr {
    /// Whether `wanted` holds of this expression or of one inside it. Of tables only the keys are looked at.
    pub fn any(&self, wanted: &mut dyn FnMut(&Expr) -> bool) -> bool {
        if wanted(self) {
            return true;
        }
        match self {
            Expr::Constant(_) | Expr::Path { .. } | Expr::Skip | Expr::Missing => false,
            Expr::Text(parts) => parts.iter().any(|part| match part {
                TextPart::Literal(_) => false,
                TextPart::Hole(value) => value.any(wanted),
            }),
            Expr::Index { list: a, index: b }
            | Expr::Key { of: a, key: b }
            | Expr::Arithmetic { left: a, right: b, .. }
            | Expr::Compare { left: a, right: b, .. }
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Coalesce { value: a, fallback: b }
            | Expr::Rescue { value: a, fallback: b }
            | Expr::Let { value: a, body: b, .. } => a.any(wanted) || b.any(wanted),
            Expr::Call { arguments: all, .. } | Expr::Lookup { keys: all, .. } | Expr::List(all) => {
                all.iter().any(|expr| expr.any(wanted))
            }
            Expr::Negate(inner)
            | Expr::Not(inner)
            | Expr::Present(inner)
            | Expr::Demand(inner)
            | Expr::Reject(inner)
            | Expr::Scale { value: inner, .. }
            | Expr::Round { value: inner, .. }
            | Expr::Inverse { value: inner, .. }
            | Expr::Write { value: inner, .. }
            | Expr::Find { key: inner, .. } => inner.any(wanted),
            Expr::OneOf { value, options } => value.any(wanted) || options.iter().any(|expr| expr.any(wanted)),
            Expr::If { condition, then, otherwise } => {
                condition.any(wanted) || then.any(wanted) || otherwise.any(wanted)
            }
            Expr::Match { subject, arms, default } => {
                subject.any(wanted)
                    || arms.iter().any(|(_, value)| value.any(wanted))
                    || default.as_ref().is_some_and(|value| value.any(wanted))
            }
            Expr::Record(fields) => fields.iter().any(|(_, value)| value.any(wanted)),
            Expr::Each { list, filter, sort, yields, .. } => {
                list.any(wanted)
                    || yields.any(wanted)
                    || [filter, sort].into_iter().flatten().any(|value| value.any(wanted))
            }
        }
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
}
