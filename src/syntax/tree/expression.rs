//! Expressions, texts with holes, and pipes.

use super::*;

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Name(Name),
    Field {
        base: Box<Expr>,
        name: Name,
    },
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    Call {
        function: Name,
        arguments: Vec<Expr>,
    },
    /// As written, sign excluded.
    Number(String),
    /// `5 minutes`, `36.6 'Cel'`
    Quantity {
        number: String,
        unit: UnitText,
    },
    /// `"…"` or `"""…"""`. Text over lines is as written: its indentation stays, a line end directly behind
    /// the opening quotes is dropped, and CR LF counts as LF.
    Text(Vec<Part>),
    /// `/[^0-9]/`: the pattern between the slashes, `\/` kept as `/`.
    Regex(String),
    Boolean(bool),
    Null,
    List(Vec<Expr>),
    Record(Vec<(Name, Expr)>),
    /// `(clinic, site)`: two or more.
    Tuple(Vec<Expr>),
    Comprehension {
        yields: Box<Expr>,
        each: Box<Each>,
    },
    /// `x in UNIT`, `x in UNIT by 180.156 'g/mol'`
    Convert {
        value: Box<Expr>,
        unit: UnitText,
        by: Option<Box<Expr>>,
    },
    Negate(Box<Expr>),
    Not(Box<Expr>),
    Binary {
        operator: Binary,
        left: Box<Expr>,
        right: Box<Expr>,
        operator_span: Span,
    },
    /// `x in ["a", "b"]`: `list` is a `List`.
    OneOf {
        value: Box<Expr>,
        list: Box<Expr>,
    },
    /// `n in 1..5`
    Between {
        value: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
    },
    /// `x | stage`, `x | stage(a)`, `x | Clinic.ien`
    Pipe {
        value: Box<Expr>,
        stage: Stage,
    },
    /// `a ?? b`
    Coalesce {
        value: Box<Expr>,
        fallback: Box<Expr>,
        operator_span: Span,
    },
    /// `a !! b`
    Rescue {
        value: Box<Expr>,
        fallback: Box<Expr>,
        operator_span: Span,
    },
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    Match {
        subject: Box<Expr>,
        arms: Vec<Arm>,
    },
    /// `reject "why"`: only as a fallback, a branch, or a table's value.
    Reject(Box<Expr>),
    Skip,
    /// `!! missing`
    Missing,
    /// Parentheses around one expression.
    Group(Box<Expr>),
    /// `? -> slotLen`: the author asks what fits.
    Hole,
    /// An operand that is missing or wrong, reported.
    Error,
}

#[derive(Clone, Debug)]
pub struct Arm {
    pub pattern: Pattern,
    pub value: Expr,
}

/// A part of an interpolated string.
#[derive(Clone, Debug)]
pub enum Part {
    /// Escapes resolved.
    Literal { value: String, span: Span },
    /// `{x}`; `{x:20}` and `{x:>8}` in `line`s of a text map only.
    Hole { value: Expr, width: Option<Width>, span: Span },
}

#[derive(Clone, Debug)]
pub struct Width {
    pub columns: String,
    /// `>`: padded on the left.
    pub right_aligned: bool,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Stage {
    /// A function or table.
    pub name: Name,
    /// `Clinic.ien`
    pub column: Option<Name>,
    /// `pad_left(8, "0")`: what follows the piped value; `None` without parentheses.
    pub arguments: Option<Vec<Expr>>,
    /// `inverse(Role)` as a stage is a call of `inverse` with one argument, like any other.
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}
