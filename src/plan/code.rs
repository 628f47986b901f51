//! Expressions made ready: paths are slots, names are indexes, chains are flat.

use super::shape::ShapeId;
use crate::library::form::FormCode;
use crate::library::{Function, Prepared};
use crate::model::number::Number;
use crate::model::{Comparison, Operator, Rounding};

pub enum Code {
    Text(Box<str>),
    Number(Number),
    Boolean(bool),
    Null,
    Missing,
    /// A value of the event.
    Slot(Access),
    Meta(Meta),
    /// A computed local value.
    Local(u32),
    /// A step into a record that is known only when it is there.
    Field {
        of: Box<Code>,
        name: Box<str>,
    },
    Template(Vec<Piece>),
    /// An item of a list of the event.
    Item {
        list: Access,
        index: Box<Code>,
    },
    Index {
        list: Box<Code>,
        index: Box<Code>,
    },
    Key {
        of: Box<Code>,
        key: Box<Code>,
    },
    Call {
        function: &'static Function,
        prepared: Option<Box<dyn Prepared>>,
        arguments: Vec<Code>,
    },
    /// From left to right.
    Chain {
        first: Box<Code>,
        rest: Vec<(Operator, Code)>,
    },
    Negate(Box<Code>),
    /// Text that is to be a segment of a URL's path.
    Demand(Box<Code>),
    Scale {
        value: Box<Code>,
        factor: Number,
        offset: Number,
    },
    Round {
        value: Box<Code>,
        rounding: Rounding,
        places: u32,
    },
    Compare {
        comparison: Comparison,
        left: Box<Code>,
        right: Box<Code>,
    },
    OneOf {
        value: Box<Code>,
        options: Vec<Code>,
    },
    Not(Box<Code>),
    And(Vec<Code>),
    Or(Vec<Code>),
    Present(Box<Code>),
    Coalesce {
        value: Box<Code>,
        fallback: Box<Code>,
    },
    Rescue {
        value: Box<Code>,
        fallback: Box<Code>,
    },
    If {
        condition: Box<Code>,
        then: Box<Code>,
        otherwise: Box<Code>,
    },
    Match {
        subject: Box<Code>,
        arms: Vec<(Vec<Code>, Code)>,
        default: Option<Box<Code>>,
    },
    Lookup(Box<Lookup>),
    /// What a crosswalk holds, by its index.
    Find {
        crosswalk: usize,
        key: Box<Code>,
    },
    Inverse {
        table: usize,
        value: Box<Code>,
    },
    Let {
        local: u32,
        value: Box<Code>,
        body: Box<Code>,
    },
    List(Vec<Code>),
    Record(Vec<(Box<str>, Code)>),
    Each {
        items: Box<Items>,
        yields: Box<Code>,
    },
    Write {
        value: Box<Code>,
        form: Box<FormCode>,
    },
    Reject(Box<Code>),
    Skip,
}

/// A place in the event.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    pub base: Base,
    pub shape: ShapeId,
}

#[derive(Clone, Copy, Debug)]
pub enum Base {
    Event,
    /// The item that this local stands for.
    Local(u32),
}

/// What the envelope knows.
#[derive(Clone, Copy, Debug)]
pub enum Meta {
    Id,
    Type,
    Received,
    Time,
    Source,
}

pub enum Piece {
    Literal(Box<str>),
    Hole(Code),
}

pub struct Lookup {
    pub table: usize,
    pub keys: Vec<Code>,
    pub column: usize,
    /// A key is sensitive: the default's reasons do not quote `it`.
    pub sensitive: bool,
}

/// `each x in list where filter by sort`
pub struct Items {
    pub list: Code,
    pub local: u32,
    pub filter: Option<Code>,
    pub sort: Option<Code>,
}

/// A table made ready.
pub struct TableCode {
    pub name: String,
    /// Rows by their encoded keys.
    pub rows: std::collections::HashMap<Box<[u8]>, u32>,
    /// Row after row, column after column.
    pub values: Vec<Code>,
    pub columns: usize,
    /// Keys by the encoded value of the only column, for `inverse`; none where several rows share it.
    pub inverse: std::collections::HashMap<Box<[u8]>, Code>,
    /// The `_` row's columns; once more with reasons that do not quote `it`.
    pub default: Option<[Vec<Code>; 2]>,
    /// Local values of the default.
    pub locals: u32,
    /// How deep its expressions nest, those of tables that they ask included.
    pub nesting: usize,
}
