//! An expression with all that the checker knows of it.

use super::scope::{Origin, Place};
use crate::model::{Base, Constant, Expr, Root, Type};
use crate::text::Span;

/// What must still be done to a number before it may leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pending {
    #[default]
    Nothing,
    /// An integer that may have got a fraction: `round` it, or say `decimal(x)`.
    Fraction,
    /// Digits that may never end: must be rounded.
    Endless,
}

/// Where and why a value may be missing or failed.
#[derive(Clone, Debug)]
pub struct Cause {
    pub span: Span,
    pub text: String,
}

#[derive(Clone, Debug)]
pub struct Typed {
    pub expr: Expr,
    pub ty: Type,
    pub span: Span,
    pub origin: Option<Origin>,
    /// Whether the author has named the unit that the value leaves in.
    pub named: bool,
    /// A plain number in which units have cancelled out (mg by kg): may be written in a unit without dimension.
    pub ratio: bool,
    pub pending: Pending,
    pub missing_because: Option<Cause>,
    pub fails_because: Option<Cause>,
}

impl Typed {
    pub fn new(expr: Expr, ty: Type, span: Span) -> Typed {
        Typed {
            expr,
            ty,
            span,
            origin: None,
            named: false,
            ratio: false,
            pending: Pending::Nothing,
            missing_because: None,
            fails_because: None,
        }
    }

    pub fn constant(constant: Constant, base: Base, span: Span) -> Typed {
        Typed::new(Expr::Constant(constant), Type::new(base), span)
    }

    pub fn as_constant(&self) -> Option<&Constant> {
        match &self.expr {
            Expr::Constant(constant) => Some(constant),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self.as_constant() {
            Some(Constant::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The path it is, if it is one.
    pub fn place(&self) -> Option<Place> {
        match &self.expr {
            Expr::Path { root, steps } => Some((*root, steps.clone())),
            _ => None,
        }
    }

    pub fn is_number(&self) -> bool {
        matches!(self.ty.base, Base::Integer(_) | Base::Decimal(_))
    }

    pub fn is_never(&self) -> bool {
        self.ty.base == Base::Never
    }

    pub fn local(variable: u32) -> Expr {
        Expr::Path { root: Root::Local(variable), steps: Vec::new() }
    }

    /// Takes over what may be missing or failed in an operand: operators and functions pass both on.
    pub fn inherit(mut self, operand: &Typed) -> Typed {
        self.ty.missing |= operand.ty.missing;
        self.ty.fails |= operand.ty.fails;
        self.ty.sensitive |= operand.ty.sensitive;
        self.missing_because = self.missing_because.or_else(|| operand.missing_because.clone());
        self.fails_because = self.fails_because.or_else(|| operand.fails_because.clone());
        self
    }

    pub fn fails(mut self, span: Span, why: impl Into<String>) -> Typed {
        self.ty.fails = true;
        self.fails_because.get_or_insert(Cause { span, text: why.into() });
        self
    }

    pub fn missing(mut self, span: Span, why: impl Into<String>) -> Typed {
        self.ty.missing = true;
        self.missing_because.get_or_insert(Cause { span, text: why.into() });
        self
    }
}
