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
    /// XML 1.0 with a declaration.
    Xml {
        root: QName,
        #[serde(flatten)]
        document: Document,
    },
    /// An envelope of SOAP around `operation`, whose content the body's nodes are.
    Soap(Box<Soap>),
    /// `application/x-www-form-urlencoded`, as the WHATWG URL standard writes it.
    Form,
    /// Lines of text.
    Text(TextFormat),
}

/// What an XML document is, beside its elements.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// All of them are declared at the root.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<Namespace>,
    #[serde(default, skip_serializing_if = "Encoding::is_utf_8")]
    pub encoding: Encoding,
    /// At most one character, which stands for each that XML 1.0 does not allow; `None`: they are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forbidden: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    #[default]
    #[serde(rename = "UTF-8")]
    Utf8,
    /// What it does not have is written as a character reference in XML, and refused elsewhere.
    #[serde(rename = "ISO-8859-1")]
    Latin1,
}

impl Encoding {
    /// The IANA name.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Latin1 => "ISO-8859-1",
        }
    }

    fn is_utf_8(&self) -> bool {
        *self == Encoding::Utf8
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Soap {
    pub version: SoapVersion,
    pub operation: QName,
    /// The URI in `SOAPAction` (1.1) or in the content type's `action` (1.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The envelope's prefix, which the namespaces of `document` do not declare.
    pub prefix: String,
    #[serde(flatten)]
    pub document: Document,
    /// The blocks of the envelope's header; it is written only where something is written into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub header: Vec<Node>,
    /// The header begins with an empty `wsse:Security`, which each push fills
    /// ([`Auth::UsernameToken`](super::Auth::UsernameToken)).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub security: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SoapVersion {
    #[serde(rename = "1.1")]
    V1_1,
    #[serde(rename = "1.2")]
    V1_2,
}

impl SoapVersion {
    /// The namespace of the envelope (SOAP 1.1 §4; SOAP 1.2 part 1 §5).
    pub fn namespace(self) -> &'static str {
        match self {
            SoapVersion::V1_1 => "http://schemas.xmlsoap.org/soap/envelope/",
            SoapVersion::V1_2 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextFormat {
    /// What each line ends in.
    pub ends: String,
    #[serde(default, skip_serializing_if = "Encoding::is_utf_8")]
    pub encoding: Encoding,
    /// At most one character, which stands for each line break or control character in a hole, and for what the
    /// encoding does not have; `None`: they are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forbidden: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// A line of a text body.
    Line(TextLine),
    /// `each x in list { line … }` of a text body.
    Each(EachLines),
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
    /// XML: the text is written in a CDATA section.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cdata: bool,
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

/// `line "…"`, the line's end not included.
///
/// In a hole of the text no line break or control character is written, but by the function `csv`. A hole
/// that has a width is a call of `fit_left` or `fit_right`, which fails where the text is longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextLine {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    /// Text, never missing.
    pub value: Expr,
}

/// `each x in list where filter by sort { line … }`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EachLines {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    pub variable: u32,
    pub list: Expr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Expr>,
    /// As [`Repeat::sort`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<Expr>,
    pub nodes: Vec<Node>,
}
