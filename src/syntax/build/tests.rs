//! Test blocks and their data.

use super::braces::{Commas, Kind};
use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::*;
use crate::syntax::words;
use crate::text::Span;

const TEST: Kind = Kind {
    what: "test",
    item: "`given`, `meta`, `crosswalk` or `expect`",
    words: words::TEST_PARTS,
    commas: Commas::Free,
};
const ENTRIES: Kind = Kind { what: "crosswalk", item: "an entry, `42: \"77\"`,", words: &[], commas: Commas::Separate };
const EXPECTED: &str =
    "expect { \"capacity\": 4 }, expect reject \"reason\", expect skip or expect request { \"method\": \"PUT\" }";

impl Builder<'_> {
    pub(super) fn test(&mut self, node: Node, doc: Doc) -> Test {
        let span = self.trimmed(&node);
        let keyword = self.head(&node, 4);
        let mut parts = Parts::of(node);
        let name = match parts.next() {
            Some(text) => self.text_or_missing(
                text,
                "the test's name is missing, in double quotes",
                "test \"a 20-minute slot\" {",
            ),
            None => Text { value: String::new(), span: keyword.after() },
        };
        let mut built = Vec::new();
        self.body(&mut parts, keyword, &TEST, |builder, node, _| {
            let span = builder.trimmed(&node);
            if let Some(kind) = builder.test_part(node) {
                built.push(TestPart { kind, span });
            }
        });
        self.rest(&mut parts);
        Test { doc, name, parts: built, span }
    }

    fn test_part(&mut self, node: Node) -> Option<TestPartKind> {
        let rule = node.as_rule();
        let keyword = self.head(&node, 5);
        let mut parts = Parts::of(node);
        let kind = match rule {
            Rule::given => TestPartKind::Given(self.data(parts.next(), keyword)),
            Rule::meta => TestPartKind::Meta(self.data(parts.next(), keyword)),
            Rule::test_crosswalk => self.entries(&mut parts, keyword),
            _ => self.expectation(&mut parts, keyword)?,
        };
        self.rest(&mut parts);
        Some(kind)
    }

    fn data(&mut self, node: Option<Node>, owner: Span) -> Data {
        let Some(node) = node else { return Data::Missing(owner.after()) };
        match node.as_rule() {
            Rule::file_data => match node.into_inner().next() {
                Some(text) => Data::File(self.plain_text(text)),
                None => Data::Missing(owner),
            },
            Rule::json | Rule::unopened_json | Rule::json_scalar_pair => {
                let span = self.trimmed(&node);
                self.balanced(node);
                Data::Json(span)
            }
            _ => {
                self.missing(
                    &node,
                    "data is missing here, as plain JSON or a file",
                    Some("{ \"ruleId\": 42 } or file \"event.json\"".into()),
                );
                Data::Missing(self.due(&node))
            }
        }
    }

    /// Checks JSON for balance; what its tokens are worth is for whoever reads it.
    fn balanced(&mut self, node: Node) {
        let opener = self.head(&node, 1);
        let close = if node.as_rule() == Rule::json_list { "]" } else { "}" };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::too_deep => self.too_deep(opener),
                Rule::missing_close => self.missing_bracket(&part, opener, close),
                Rule::unclosed => self.unclosed_text(&node),
                Rule::json_stray => {
                    if let Some(slip) = self.known_slip(self.span(&part)) {
                        self.report(slip);
                    }
                }
                Rule::missing_open => {
                    let due = self.due(&part);
                    let help = self.corrected(due, " {");
                    self.report(
                        Diagnostic::new(Code::E0002, "the `{` of this data is missing", due, "a `{` is due here")
                            .help(help),
                    );
                }
                Rule::json_object | Rule::json_listed | Rule::json_list | Rule::json_string => self.balanced(part),
                _ => {}
            }
        }
    }

    fn entries(&mut self, parts: &mut Parts, keyword: Span) -> TestPartKind {
        let name = match parts.next() {
            Some(name) if name.as_rule() == Rule::name => self.name(&name),
            Some(missing) => {
                self.missing_name(&missing, "the crosswalk's name is missing", "crosswalk VistaSlot { 42: \"77\" }")
            }
            None => Name { text: String::new(), span: keyword },
        };
        let mut entries = Vec::new();
        self.body(parts, name.span, &ENTRIES, |builder, node, _| {
            let owner = builder.trimmed(&node);
            let mut parts = Parts::of(node);
            let key = builder.data(parts.next(), owner);
            let at = match &key {
                Data::Json(span) | Data::Missing(span) => *span,
                Data::File(text) => text.span,
            };
            builder.colon(&mut parts, at);
            let value = builder.data(parts.next(), owner);
            builder.rest(&mut parts);
            entries.push((key, value));
        });
        TestPartKind::Crosswalk { name, entries }
    }

    fn expectation(&mut self, parts: &mut Parts, keyword: Span) -> Option<TestPartKind> {
        let target =
            parts.take(Rule::expect_name).and_then(|name| name.into_inner().next()).map(|name| self.name(&name));
        let part = parts.next()?;
        let span = self.trimmed(&part);
        let expected = match part.as_rule() {
            Rule::expect_reject => Expected::Reject(part.into_inner().next().map(|text| self.plain_text(text))),
            Rule::expect_skip => Expected::Skip,
            Rule::expect_request => Expected::Request(self.data(part.into_inner().next(), span)),
            Rule::text => Expected::Text(self.plain_text(part)),
            Rule::file_data | Rule::json => Expected::Data(self.data(Some(part), keyword)),
            _ => {
                self.missing(&part, "what is expected is missing", Some(EXPECTED.into()));
                Expected::Data(Data::Missing(self.due(&part)))
            }
        };
        Some(TestPartKind::Expect { target, expected })
    }
}
