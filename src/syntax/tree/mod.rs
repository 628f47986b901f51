//! The syntax tree: what a `.map` file says, before anything is known of what it means.
//!
//! Every node has its span. Where the text lacks something the tree holds `Missing`/`Error` nodes whose
//! mistake is already reported, so that later layers pass over them in silence.

mod expression;
mod map;
mod target;
mod test;

pub use expression::*;
pub use map::*;
pub use target::*;
pub use test::*;

use crate::text::Span;

/// A name as written, without its backticks; `span` covers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

/// A `.map` file: its declarations in the order written, and the comments (for the formatter).
#[derive(Clone, Debug, Default)]
pub struct SyntaxTree {
    pub items: Vec<Item>,
    pub comments: Vec<Comment>,
}

/// A comment, `///` and wrongly written ones included.
#[derive(Clone, Debug)]
pub struct Comment {
    /// As written, with its slashes, without its line end.
    pub text: String,
    pub span: Span,
}

/// Lines of `///` joined by `\n`, without the slashes and one leading space.
pub type Doc = Option<String>;

// A file has few declarations, and its lines live as long as the compilation: boxes would save little.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum Item {
    Listen(Listen),
    Event(Event),
    Target(Target),
    Map(Map),
    Table(Table),
    Test(Test),
    Type(TypeDeclaration),
    Function(Function),
    Let(Let),
    Use(Use),
    Crosswalk(Crosswalk),
    /// `zone "America/New_York"`
    Zone(Text, Span),
    /// `ignore note, draft.by` and `allow unused_field(note)`
    Ignore(Ignore),
}

/// A plain string literal, escapes resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub value: String,
    pub span: Span,
}

/// `listen "name" { id eventId }`
#[derive(Clone, Debug)]
pub struct Listen {
    pub doc: Doc,
    pub event: Text,
    pub id: Option<Path>,
    pub span: Span,
}

/// A dotted path of plain names.
#[derive(Clone, Debug)]
pub struct Path {
    pub names: Vec<Name>,
    pub span: Span,
}

/// `event strict { … }` or `event from "schema.json" …`
#[derive(Clone, Debug)]
pub struct Event {
    pub doc: Doc,
    pub strict: bool,
    pub from: Option<Text>,
    pub fields: Vec<Field>,
    /// From `event` to the closing brace.
    pub span: Span,
    pub keyword: Span,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub doc: Doc,
    pub name: Name,
    pub ty: TypeNode,
    pub span: Span,
}

/// A type as written: `(A | B)`, `[T]`, with its suffixes in the page's order
/// `in UNIT as FORM in zone "…" ? sensitive`.
#[derive(Clone, Debug)]
pub struct TypeNode {
    pub kind: TypeKind,
    pub span: Span,
    pub unit: Option<UnitText>,
    pub form: Option<Form>,
    pub zone: Option<Text>,
    /// The span of `?`.
    pub optional: Option<Span>,
    pub sensitive: Option<Span>,
}

#[derive(Clone, Debug)]
pub enum TypeKind {
    /// A base type or the name of a declared one.
    Named(Name),
    Code(Text),
    Null,
    Union(Vec<TypeNode>),
    List(Box<TypeNode>),
    /// `{ string: T }`
    Dictionary(Box<TypeNode>),
    Record(Vec<Field>),
    /// `by kind { "phone": { … } }`
    Variants {
        by: Name,
        variants: Vec<(Text, TypeNode)>,
    },
    /// `new string`
    New(Box<TypeNode>),
    /// Parenthesised; kept so that suffixes outside close the whole.
    Group(Box<TypeNode>),
    /// A type is due here and none stands; reported.
    Missing,
}

/// A unit as written: `minutes`, `kg`, `'mg/dL'`; `text` is without the quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitText {
    pub text: String,
    pub quoted: bool,
    pub span: Span,
}

/// `as text`, `as "MM/dd/yyyy"`, `as unix_ms`, `as "Y" / "N"`
#[derive(Clone, Debug)]
pub enum Form {
    Named(Name),
    Pattern(Text),
    Pair(Text, Text),
}

impl Form {
    pub fn span(&self) -> Span {
        match self {
            Form::Named(name) => name.span,
            Form::Pattern(text) => text.span,
            Form::Pair(yes, no) => yes.span.to(no.span),
        }
    }
}

#[derive(Clone, Debug)]
pub struct TypeDeclaration {
    pub doc: Doc,
    pub name: Name,
    pub ty: TypeNode,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Let {
    pub doc: Doc,
    pub name: Name,
    pub value: Expr,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Function {
    pub doc: Doc,
    pub name: Name,
    pub parameters: Vec<Parameter>,
    pub result: Option<TypeNode>,
    pub body: Expr,
    pub span: Span,
}

/// `table Name from "file.csv" (keys -> values) { rows }`
#[derive(Clone, Debug)]
pub struct Table {
    pub doc: Doc,
    pub name: Name,
    pub from: Option<Text>,
    pub keys: Vec<Column>,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    pub span: Span,
}

/// `ruleId` or `ruleId: integer` in a table's columns.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: Name,
    pub ty: Option<TypeNode>,
}

/// `"primary" -> "P"`, `("a", 1) -> "x", "y"`, `_ -> reject "…"`
#[derive(Clone, Debug)]
pub struct Row {
    pub doc: Doc,
    pub pattern: Pattern,
    pub values: Vec<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Pattern {
    /// `_`
    Any(Span),
    Value(Expr),
    /// `("a", 1)`
    Tuple(Vec<Pattern>, Span),
    /// `"a", "b"` or `"a" | "b"`: several values, one arm
    Several(Vec<Pattern>, Span),
    /// Reported.
    Missing(Span),
}

impl Pattern {
    pub fn span(&self) -> Span {
        match self {
            Pattern::Any(span) | Pattern::Tuple(_, span) | Pattern::Several(_, span) | Pattern::Missing(span) => *span,
            Pattern::Value(expr) => expr.span,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Use {
    pub path: Text,
    pub names: Vec<Name>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Crosswalk {
    pub doc: Doc,
    pub name: Name,
    pub key: TypeNode,
    pub value: TypeNode,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Ignore {
    /// The lint's name for `allow lint(…)`; `None` for `ignore`.
    pub lint: Option<Name>,
    pub paths: Vec<Path>,
    pub span: Span,
}
