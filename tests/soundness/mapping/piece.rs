//! A written expression and what its writer knows of it, so that it can be made to fit where it goes.

use hms_sync::model::unit::Unit;
use hms_sync::model::{Base, Type};

/// What must be done to a number before it leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pending {
    #[default]
    Nothing,
    Fraction,
    Endless,
}

#[derive(Clone, Debug)]
pub struct Piece {
    pub text: String,
    pub ty: Type,
    /// The author has said in which unit it leaves.
    pub named: bool,
    pub pending: Pending,
    /// Needs no parentheses as an operand.
    pub atom: bool,
}

impl Piece {
    /// A path, a call, a literal.
    pub fn atom(text: impl Into<String>, ty: Type) -> Piece {
        Piece { text: text.into(), ty, named: false, pending: Pending::Nothing, atom: true }
    }

    /// An operator's result.
    pub fn loose(text: impl Into<String>, ty: Type) -> Piece {
        Piece { atom: false, ..Piece::atom(text, ty) }
    }

    /// As an operand.
    pub fn closed(&self) -> String {
        if self.atom { self.text.clone() } else { format!("({})", self.text) }
    }

    /// Strict operators pass on what is missing or failed in an operand.
    pub fn inherit(mut self, operand: &Piece) -> Piece {
        self.ty.missing |= operand.ty.missing;
        self.ty.fails |= operand.ty.fails;
        self
    }

    pub fn unit(&self) -> Option<&Unit> {
        self.ty.unit()
    }

    pub fn is_number(&self) -> bool {
        matches!(self.ty.base, Base::Integer(_) | Base::Decimal(_))
    }

    pub fn is_text(&self) -> bool {
        matches!(self.ty.base, Base::Text | Base::Code { .. })
    }
}

/// A text literal of the language.
pub fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).expect("a string is JSON");
    json.replace('{', "\\{")
}

/// A name where an expression may begin.
pub fn name(name: &str) -> String {
    const WORDS: &[&str] = &[
        "and", "or", "not", "in", "if", "then", "else", "where", "each", "by", "match", "when", "true", "false",
        "null", "reject", "skip", "missing", "env", "line", "let",
    ];
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_numeric());
    if plain && !WORDS.contains(&name) { name.to_owned() } else { format!("`{name}`") }
}

/// `kg`, `'mg/dL'`
pub fn unit_text(unit: &Unit) -> String {
    if unit.is_quoted() { format!("'{}'", unit.written()) } else { unit.written().to_owned() }
}
