//! The syntax tree: what a `.map` file says, before anything is known of what it means.
//!
//! Every node has its span. Where the text lacks something the tree holds `Missing`/`Error` nodes whose
//! mistake is already reported, so that later layers pass over them in silence.

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

/// `target name METHOD "url" each x in xs where c when c { clauses }`
#[derive(Clone, Debug)]
pub struct Target {
    pub doc: Doc,
    pub name: Option<Name>,
    /// `None` where it is missing (reported).
    pub method: Option<Name>,
    /// A string expression, its holes included.
    pub url: Expr,
    pub each: Option<Each>,
    pub when: Option<Expr>,
    pub clauses: Vec<Clause>,
    pub span: Span,
    /// The word `target`.
    pub keyword: Span,
}

/// `each x in list where condition by sort`
#[derive(Clone, Debug)]
pub struct Each {
    pub binder: Name,
    pub list: Expr,
    pub filter: Option<Expr>,
    pub sort: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Clause {
    pub doc: Doc,
    pub kind: ClauseKind,
    pub span: Span,
    /// The clause's first word(s), e.g. `order by`.
    pub keyword: Span,
}

#[derive(Clone, Debug)]
pub enum ClauseKind {
    Key(Vec<Expr>),
    OrderBy(Vec<Expr>),
    NewestBy(Expr),
    /// `header X-Source "hms"`
    Header {
        name: Name,
        value: Expr,
    },
    Auth(Auth),
    Timeout(Duration),
    Retry(Retry),
    /// `limit 20 per second, 4 at once`
    Limit(Vec<Limit>),
    Accept(Expr),
    Record(Text),
    Answer(TypeNode),
    Remember {
        key: Expr,
        value: Expr,
        crosswalk: Name,
    },
    Forget {
        key: Expr,
        crosswalk: Name,
    },
    /// A clause whose first word no clause has; reported.
    Unknown(Name),
}

#[derive(Clone, Debug)]
pub struct Auth {
    /// `bearer`, `basic`, `oauth2`, `certificate`: the checker knows which there are.
    pub scheme: Name,
    /// Its arguments in order: a word (`env`, `file`, `token`) or a text, as written.
    pub arguments: Vec<AuthArgument>,
}

#[derive(Clone, Debug)]
pub enum AuthArgument {
    Word(Name),
    Text(Text),
}

impl AuthArgument {
    pub fn span(&self) -> Span {
        match self {
            AuthArgument::Word(name) => name.span,
            AuthArgument::Text(text) => text.span,
        }
    }

    /// The word, if it is one.
    pub fn word(&self) -> Option<&str> {
        match self {
            AuthArgument::Word(name) => Some(&name.text),
            AuthArgument::Text(_) => None,
        }
    }
}

/// `10 s`, `24 hours`: a number and a unit of time.
#[derive(Clone, Debug)]
pub struct Duration {
    pub number: String,
    pub unit: UnitText,
    pub span: Span,
}

/// `retry 5 times from 1 s to 60 s for 24 hours`; each part may be left out.
#[derive(Clone, Debug, Default)]
pub struct Retry {
    pub times: Option<(String, Span)>,
    pub from: Option<Duration>,
    pub to: Option<Duration>,
    pub within: Option<Duration>,
}

#[derive(Clone, Debug)]
pub enum Limit {
    /// `20 per second`
    Rate { count: String, per: UnitText, span: Span },
    /// `4 at once`
    AtOnce { count: String, span: Span },
}

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

/// `test "name" { given … meta … crosswalk … expect … }`
#[derive(Clone, Debug)]
pub struct Test {
    pub doc: Doc,
    pub name: Text,
    pub parts: Vec<TestPart>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct TestPart {
    pub kind: TestPartKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum TestPartKind {
    Given(Data),
    Meta(Data),
    /// `crosswalk VistaSlot { 42: "77" }`: pairs of literals as written.
    Crosswalk {
        name: Name,
        entries: Vec<(Data, Data)>,
    },
    /// `expect target? …`
    Expect {
        target: Option<Name>,
        expected: Expected,
    },
}

#[derive(Clone, Debug)]
pub enum Expected {
    /// A JSON body, or a list of bodies when the target has `each`.
    Data(Data),
    /// `expect """…"""`: an XML or text body.
    Text(Text),
    Reject(Option<Text>),
    Skip,
    /// `expect request { … }`
    Request(Data),
}

/// Test data: plain JSON by its own production, kept as its text, or a `file "…"`.
#[derive(Clone, Debug)]
pub enum Data {
    /// The exact JSON text and where it stands.
    Json(Span),
    File(Text),
    /// Reported.
    Missing(Span),
}

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
