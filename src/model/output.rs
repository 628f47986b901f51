//! The shape of a body: a tree of what is written, in the order written. Paths that share a parent are one
//! [`Node::Group`].

use super::constraint::TextRule;
use super::expression::Expr;
use super::types::Type;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub format: Format,
    pub nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Json,
    /// XML 1.0 in UTF-8 with a declaration; the root has all namespace declarations.
    Xml {
        root: QName,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        namespaces: Vec<Namespace>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Namespace {
    /// `None`: the default namespace.
    pub prefix: Option<String>,
    pub uri: String,
}

/// `prefix:local`; the prefix is one of the body's namespaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QName {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    pub local: String,
}

impl std::fmt::Display for QName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.prefix {
            Some(prefix) => write!(f, "{prefix}:{}", self.local),
            None => f.write_str(&self.local),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutName {
    /// A field of a JSON object or an XML element.
    Name(QName),
    /// An XML attribute of the element at hand.
    Attribute(QName),
    /// The text of the XML element at hand.
    Here,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    Leaf(Leaf),
    /// A record or element around nodes; written only when something was written into it.
    Group {
        name: QName,
        nodes: Vec<Node>,
    },
    Repeat(Repeat),
    /// Names a value for the nodes that follow in this list of nodes.
    Let {
        variable: u32,
        name: String,
        value: Expr,
    },
    /// `reject "why" when condition`
    Reject {
        when: Option<Expr>,
        reason: Expr,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        path: String,
    },
}

/// One value in one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leaf {
    pub name: OutName,
    /// The conditions of the blocks around it and its own; false: not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    pub value: Expr,
    /// The type of `value`: whether it may be missing, its base and its unit.
    #[serde(rename = "type")]
    pub ty: Type,
    /// The whole target path as the author wrote it, for reasons and for coverage.
    pub path: String,
    /// What the target's schema asks of the text beyond the type: held when it is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<TextRule>,
}

/// `each x in list where filter -> path { … }`: a JSON list of objects, or a repeated element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    pub name: QName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    pub variable: u32,
    pub list: Expr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Expr>,
    /// Ascending by this value, stable; items where it is missing come last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<Expr>,
    /// `[]?`: an empty list is left out. XML has no empty lists, so there it says nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub omit_empty: bool,
    pub nodes: Vec<Node>,
    pub path: String,
}
