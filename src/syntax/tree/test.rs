//! Tests: what they give and what they expect.

use super::*;

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
