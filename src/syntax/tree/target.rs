//! Targets: where requests go, and the clauses of their blocks.

use super::*;

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
