//! `test` blocks: what they give is read, and what they expect has a target.

use super::Checker;
use super::nearest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Expectation, Expected, Target, TestCase};
use crate::syntax::tree::{self, Data, TestPartKind};
use crate::text::Span;

impl Checker<'_> {
    pub(super) fn test(&mut self, node: &tree::Test, targets: &[Target]) -> Option<TestCase> {
        let mut test = TestCase {
            name: node.name.value.clone(),
            line: self.line_of(node.span),
            given: String::new(),
            meta: None,
            crosswalks: Vec::new(),
            expectations: Vec::new(),
        };
        let mut given: Option<Span> = None;
        let mut sound = true;
        for part in &node.parts {
            match &part.kind {
                TestPartKind::Given(data) => {
                    if let Some(first) = given.replace(part.span) {
                        self.report(
                            Diagnostic::new(Code::E0704, "a test gives one event", part.span, "again here")
                                .also(first, "first here")
                                .help("write a second `test` for it"),
                        );
                    }
                    match self.data(data) {
                        Some(json) => test.given = json,
                        None => sound = false,
                    }
                }
                TestPartKind::Meta(data) => match self.data(data) {
                    Some(json) => test.meta = Some(json),
                    None => sound = false,
                },
                TestPartKind::Crosswalk { name, entries } => {
                    sound &= self.test_entries(name, entries, &mut test.crosswalks).is_some();
                }
                TestPartKind::Expect { target, expected } => {
                    let line = self.line_of(part.span);
                    match (self.expected_target(target.as_ref(), targets, expected, part.span), self.expected(expected))
                    {
                        (Some(target), Some(expected)) => {
                            test.expectations.push(Expectation { target, line, expected })
                        }
                        _ => sound = false,
                    }
                }
            }
        }
        if given.is_none() {
            self.report(
                Diagnostic::new(
                    Code::E0704,
                    format!("the test {:?} gives no event", test.name),
                    node.name.span,
                    "no `given`",
                )
                .help("begin it with `given { … }`"),
            );
            return None;
        }
        if test.expectations.is_empty() && sound {
            self.report(
                Diagnostic::new(
                    Code::E0704,
                    format!("the test {:?} expects nothing", test.name),
                    node.name.span,
                    "no `expect`",
                )
                .help("end it with `expect { … }`, `expect reject` or `expect skip`"),
            );
            return None;
        }
        sound.then_some(test)
    }

    #[allow(clippy::option_option)]
    fn expected_target(
        &mut self,
        name: Option<&tree::Name>,
        targets: &[Target],
        expected: &tree::Expected,
        span: Span,
    ) -> Option<Option<usize>> {
        let names: Vec<&str> = targets.iter().filter_map(|target| target.name.as_deref()).collect();
        match name {
            Some(name) => match targets.iter().position(|target| target.name.as_deref() == Some(name.text.as_str())) {
                Some(at) => Some(Some(at)),
                None if self.poisoned_targets.contains(&name.text) => None,
                None => {
                    let mut diagnostic = Diagnostic::new(
                        Code::E0703,
                        format!("there is no target `{}`", name.text),
                        name.span,
                        "no such target",
                    );
                    diagnostic = match nearest(&name.text, names.iter().copied()) {
                        Some(near) => diagnostic.help(format!("write `expect {near} …`")),
                        None if names.is_empty() => {
                            diagnostic.help("the target of this file has no name; write `expect { … }`")
                        }
                        None => diagnostic.help(format!("the targets are {}", names.join(", "))),
                    };
                    self.report(diagnostic);
                    None
                }
            },
            None if targets.len() > 1 && !matches!(expected, tree::Expected::Reject(_) | tree::Expected::Skip) => {
                self.report(
                    Diagnostic::new(
                        Code::E0703,
                        "this file has several targets, so a test says which it means",
                        span,
                        "of which target?",
                    )
                    .help(format!("write `expect {} …`", names.first().unwrap_or(&"target"))),
                );
                None
            }
            None => Some(None),
        }
    }

    fn expected(&mut self, expected: &tree::Expected) -> Option<Expected> {
        Some(match expected {
            tree::Expected::Data(Data::File(path)) => Expected::Text(self.file(path)?),
            tree::Expected::Data(data) => Expected::Json(self.data(data)?),
            tree::Expected::Text(text) => Expected::Text(text.value.clone()),
            tree::Expected::Reject(reason) => Expected::Reject(reason.as_ref().map(|reason| reason.value.clone())),
            tree::Expected::Skip => Expected::Skip,
            tree::Expected::Request(data) => Expected::Request(self.data(data)?),
        })
    }

    fn data(&mut self, data: &Data) -> Option<String> {
        let (text, span) = match data {
            Data::Json(span) => (self.sources.slice(*span).to_string(), *span),
            Data::File(path) => (self.file(path)?, path.span),
            Data::Missing(_) => return None,
        };
        match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
            Ok(_) => Some(text),
            Err(error) => {
                let at = match data {
                    Data::Json(span) => place(&text, &error, *span),
                    _ => span,
                };
                self.report(
                    Diagnostic::new(Code::E0701, format!("this is no JSON: {}", reason(&error)), at, "here")
                        .help("test data is plain JSON: names and texts in double quotes, commas between"),
                );
                None
            }
        }
    }

    fn file(&mut self, path: &tree::Text) -> Option<String> {
        let problem = match self.files.read(&path.value) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => return Some(text),
                Err(_) => format!("{} is not UTF-8", path.value),
            },
            Err(problem) => problem,
        };
        self.report(
            Diagnostic::new(Code::E0705, problem, path.span, "this file")
                .help("the path counts from the folder that the map is in"),
        );
        None
    }

    fn line_of(&self, span: Span) -> usize {
        self.sources.file(span.file).line_column(span.start as usize).0
    }
}

/// Where serde_json stopped.
fn place(text: &str, error: &serde_json::Error, span: Span) -> Span {
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut at = (line_start + error.column().saturating_sub(1)).min(text.len().saturating_sub(1));
    while at > 0 && !text.is_char_boundary(at) {
        at -= 1;
    }
    let start = span.start as usize + at;
    let width = text[at..].chars().next().map_or(1, char::len_utf8);
    Span::new(span.file, start, (start + width).min(span.end as usize))
}

fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line").next().unwrap_or(&text).to_string()
}
