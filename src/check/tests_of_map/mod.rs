//! `test` blocks: what they give has the event's shape, what they expect has a target and its body's shape.

mod body;
mod declared;
mod request;
mod shape;

use super::Checker;
use super::nearest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Body, Expectation, Expected, Format, Target, TestCase};
use crate::syntax::tree::{self, Data, TestPartKind};
use crate::text::Span;
use crate::text::json::{Json, Value};
use shape::{Misfit, MisfitKind, Side, Walk};

/// Told of one piece of test data; a file of a thousand wrong rows is one mistake.
const MOST_MISFITS: usize = 10;

/// Test data that is JSON: as written, as read, and where it stands.
struct TestData {
    text: String,
    json: Json,
    place: Span,
    /// Whether `place` is the name of a file that holds it.
    elsewhere: bool,
}

/// What tests are held against.
pub(super) struct Tested {
    pub targets: Vec<Target>,
    /// Whether rules and targets are without error, so that what they make is known.
    pub whole: bool,
}

impl Checker<'_> {
    pub(super) fn test(&mut self, node: &tree::Test, tested: &Tested) -> Option<TestCase> {
        let targets = &tested.targets;
        let mut test = TestCase {
            name: node.name.value.clone(),
            line: self.line_of(node.span),
            given: String::new(),
            meta: None,
            crosswalks: Vec::new(),
            expectations: Vec::new(),
        };
        let mut given: Option<Span> = None;
        let mut event: Option<TestData> = None;
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
                    event = self.data(data);
                    match &event {
                        Some(event) => test.given = event.text.clone(),
                        None => sound = false,
                    }
                }
                TestPartKind::Meta(data) => match self.data(data) {
                    Some(meta) => {
                        self.holds_an_object(&meta, "the envelope");
                        test.meta = Some(meta.text);
                    }
                    None => sound = false,
                },
                TestPartKind::Crosswalk { name, entries } => {
                    sound &= self.test_entries(name, entries, &mut test.crosswalks).is_some();
                }
                TestPartKind::Expect { target, expected } => {
                    let line = self.line_of(part.span);
                    let named = self.expected_target(target.as_ref(), targets, expected, part.span);
                    let meant = named.and_then(|named| match named {
                        Some(at) => targets.get(at),
                        None => (targets.len() == 1).then(|| &targets[0]),
                    });
                    match (named, self.expected(expected, meant.filter(|_| tested.whole), part.span)) {
                        (Some(target), Some(expected)) => {
                            test.expectations.push(Expectation { target, line, expected })
                        }
                        _ => sound = false,
                    }
                }
            }
        }
        if let Some(event) = &event {
            self.given_fits(event, &node.parts);
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

    /// The event has its declared shape, unless the test is of one that has not.
    fn given_fits(&mut self, event: &TestData, parts: &[tree::TestPart]) {
        let refused = parts
            .iter()
            .any(|part| matches!(&part.kind, TestPartKind::Expect { expected: tree::Expected::Reject(_), .. }));
        let Some(tree) = self.event_tree.filter(|_| !refused && self.poisoned_fields.is_empty()) else { return };
        let mut walk = Walk::new(Side::Event, tree.strict);
        match &event.json.value {
            Value::Object(_) => walk.record(&event.json, &self.event),
            _ => {
                let message = format!("an event is an object, but the test gives {}", event.json.kind());
                walk.wrong(event.json.at.clone(), message, "no object", None);
            }
        }
        self.tell(event, walk.found, Code::E0706, |checker, path| checker.declared_at(path));
    }

    fn expected(&mut self, expected: &tree::Expected, target: Option<&Target>, span: Span) -> Option<Expected> {
        Some(match expected {
            tree::Expected::Data(Data::File(path)) => {
                let text = self.file(path)?;
                let json = matches!(target.and_then(format_of), Some(Format::Json));
                if let (true, Some(data)) = (json, self.json(text.clone(), path.span, true)) {
                    self.body_fits(&data, target);
                }
                Expected::Text(text)
            }
            tree::Expected::Data(data) => {
                let data = self.data(data)?;
                self.body_fits(&data, target);
                Expected::Json(data.text)
            }
            tree::Expected::Text(text) => {
                if let Some(target) = target.filter(|target| target.body.is_none()) {
                    self.no_body(target, span);
                }
                Expected::Text(text.value.clone())
            }
            tree::Expected::Reject(reason) => Expected::Reject(reason.as_ref().map(|reason| reason.value.clone())),
            tree::Expected::Skip => Expected::Skip,
            tree::Expected::Request(data) => {
                let data = self.data(data)?;
                if let Some(target) = target {
                    let mut walk = Walk::new(Side::Body, false);
                    request::expected_request(&mut walk, &data.json, target);
                    self.tell(&data, walk.found, Code::E0707, |_, _| None);
                }
                Expected::Request(data.text)
            }
        })
    }

    /// What is expected is a body that the target's rules can make.
    fn body_fits(&mut self, data: &TestData, target: Option<&Target>) {
        let Some(target) = target else { return };
        let mut walk = Walk::new(Side::Body, false);
        match (&target.body, &data.json.value) {
            (None, _) => return self.no_body(target, data.place),
            (Some(Body { format: Format::Json, nodes }), Value::List(items)) if target.each.is_some() => {
                for (at, item) in items.iter().enumerate() {
                    walk.under(format!("[{at}]"), |walk| body::object(walk, item, nodes));
                }
            }
            (Some(Body { format: Format::Json, nodes }), _) => body::object(&mut walk, &data.json, nodes),
            (Some(_), _) => {
                let message = "the body of this target is no JSON".to_owned();
                let help = "expect it as text, `expect \"\"\"…\"\"\"`, or name a file: `expect file \"expected.xml\"`";
                walk.wrong(data.json.at.clone(), message, "JSON", Some(help.to_owned()));
            }
        }
        self.tell(data, walk.found, Code::E0707, |_, _| None);
    }

    fn no_body(&mut self, target: &Target, span: Span) {
        let message = format!("the {} of this target has no body", target.method);
        self.report(Diagnostic::new(Code::E0707, message, span, "a body is expected").help(
            "expect the request: `expect request { \"method\": \"…\", \"url\": \"…\" }`, or give the target a map",
        ));
    }

    fn holds_an_object(&mut self, data: &TestData, what: &str) {
        if matches!(data.json.value, Value::Object(_)) {
            return;
        }
        let mut walk = Walk::new(Side::Event, false);
        walk.wrong(data.json.at.clone(), format!("{what} is an object, not {}", data.json.kind()), "no object", None);
        self.tell(data, walk.found, Code::E0706, |_, _| None);
    }

    fn tell(
        &mut self,
        data: &TestData,
        found: Vec<Misfit>,
        code: Code,
        declared: impl Fn(&Self, &[String]) -> Option<Span>,
    ) {
        let more = found.len().saturating_sub(MOST_MISFITS);
        for (nth, misfit) in found.into_iter().take(MOST_MISFITS).enumerate() {
            let code = if misfit.kind == MisfitKind::Doubtful { Code::W0112 } else { code };
            let (span, label) = match data.elsewhere {
                false => {
                    let start = data.place.start as usize;
                    (Span::new(data.place.file, start + misfit.at.start, start + misfit.at.end), misfit.label)
                }
                true => {
                    let line = data.text[..misfit.at.start].matches('\n').count() + 1;
                    (data.place, format!("in line {line} of this file: {}", misfit.label))
                }
            };
            let mut diagnostic = Diagnostic::new(code, misfit.message, span, label);
            if let Some(span) = declared(self, &misfit.path) {
                diagnostic = diagnostic.also(span, "declared here");
            }
            let help = match (misfit.help, nth + 1 == MOST_MISFITS && more > 0) {
                (Some(help), true) => Some(format!("{help}; {more} more like it follow")),
                (None, true) => Some(format!("{more} more like it follow")),
                (help, false) => help,
            };
            if let Some(help) = help {
                diagnostic = diagnostic.help(help);
            }
            // two in one file have one place, and are two
            if data.elsewhere { self.out.push(diagnostic) } else { self.report(diagnostic) }
        }
    }

    fn data(&mut self, data: &Data) -> Option<TestData> {
        match data {
            Data::Json(span) => self.json(self.sources.slice(*span).to_string(), *span, false),
            Data::File(path) => {
                let text = self.file(path)?;
                self.json(text, path.span, true)
            }
            Data::Missing(_) => None,
        }
    }

    fn json(&mut self, text: String, span: Span, elsewhere: bool) -> Option<TestData> {
        match Json::parse(&text) {
            Ok(json) => Some(TestData { text, json, place: span, elsewhere }),
            Err(error) => {
                let (at, label) = match elsewhere {
                    false => (place(&text, &error, span), "here".to_owned()),
                    true => (span, format!("in line {} of this file", error.line())),
                };
                self.report(
                    Diagnostic::new(Code::E0701, format!("this is no JSON: {}", reason(&error)), at, label)
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

fn format_of(target: &Target) -> Option<&Format> {
    target.body.as_ref().map(|body| &body.format)
}
