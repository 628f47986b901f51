//! Maps: the lines that write a body, and the paths that they write to.

use super::*;

/// `map name(params) as xml Root conforming "…" { lines }`
#[derive(Clone, Debug)]
pub struct Map {
    pub doc: Doc,
    pub name: Option<Name>,
    /// `Some` for a reusable map: `map Contact(c: Contact)`.
    pub parameters: Option<Vec<Parameter>>,
    pub format: Option<MapFormat>,
    pub conforming: Option<Text>,
    pub body: Block,
    pub span: Span,
    pub keyword: Span,
}

#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: Name,
    pub ty: TypeNode,
}

/// `as json`, `as xml p:Root`, `as soap 1.1 p:Operation`, `as form`, `as text ends "\r"`; behind them
/// `encoding "ISO-8859-1"` and `forbidden as "?"`.
#[derive(Clone, Debug)]
pub struct MapFormat {
    pub name: Name,
    /// `1.1` or `1.2` after `soap`.
    pub version: Option<(String, Span)>,
    pub root: Option<QName>,
    pub ends: Option<Text>,
    pub encoding: Option<Text>,
    /// What stands for a character that the format forbids.
    pub forbidden: Option<Text>,
    pub span: Span,
}

/// `prefix:Local` or `Local`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QName {
    pub prefix: Option<Name>,
    pub local: Name,
    pub span: Span,
}

/// `{ … }` of a map; `open` is its opening brace (or the place where it is missing).
#[derive(Clone, Debug)]
pub struct Block {
    pub lines: Vec<Line>,
    pub open: Span,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub doc: Doc,
    pub kind: LineKind,
    pub span: Span,
}

#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum LineKind {
    /// `source -> path? in UNIT as FORM in zone "…" when c` and perhaps `{ block }`
    Rule(Rule),
    /// `each p in list where c -> path { block }`
    Each {
        each: Each,
        target: TargetPath,
        when: Option<Expr>,
        block: Block,
    },
    /// `each r in rows { line … }` of a text map: no target.
    EachLines {
        each: Each,
        block: Block,
    },
    When {
        condition: Expr,
        block: Block,
        otherwise: Option<Otherwise>,
    },
    Match {
        subject: Expr,
        arms: Vec<BlockArm>,
        span: Span,
    },
    Spread {
        name: Name,
        arguments: Vec<Expr>,
    },
    /// `reject "why" when condition`
    Reject {
        reason: Expr,
        when: Option<Expr>,
    },
    Let(Let),
    /// `namespace "uri"` or `namespace v "uri"`
    Namespace {
        prefix: Option<Name>,
        uri: Text,
    },
    /// `line "…{x:20}" !! …` of a text map
    Text {
        text: Expr,
    },
    /// `action "urn:x"` and `header { … }` of a SOAP map
    Action(Expr),
    Header(Block),
}

#[derive(Clone, Debug)]
pub enum Otherwise {
    Block(Block),
    /// `else when c { } …`
    When(Box<Line>),
}

#[derive(Clone, Debug)]
pub struct BlockArm {
    pub pattern: Pattern,
    pub block: Block,
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub source: Expr,
    /// The span of `->`.
    pub arrow: Span,
    pub target: TargetPath,
    pub when: Option<Expr>,
    pub block: Option<Block>,
}

/// What stands right of an arrow.
#[derive(Clone, Debug)]
pub struct TargetPath {
    pub steps: Vec<Step>,
    /// `-> attendees[]`
    pub list: Option<Span>,
    /// The span of `?`.
    pub optional: Option<Span>,
    pub unit: Option<UnitText>,
    pub form: Option<Form>,
    pub zone: Option<Text>,
    /// The path alone, without its suffixes.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A field or an element.
    Name(QName),
    /// `@id`
    Attribute(QName),
    /// `.`: the text of the element at hand. Stands alone.
    Here(Span),
}
