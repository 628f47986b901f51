//! What became of an event, and whether the language's promise allows it.

use crate::body;
use crate::event::{Event, Events, tame};
use hms_sync::model::Mapping;
use hms_sync::plan::{Environment, Made, Plan, Refusal, Request, Routed};
use std::collections::BTreeMap;

/// How often what came, over many events.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub counts: BTreeMap<&'static str, usize>,
}

impl Tally {
    pub fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub fn of(&self, what: &str) -> usize {
        self.counts.get(what).copied().unwrap_or(0)
    }
}

/// A plan with all that tells what it may answer.
pub struct Subject<'m> {
    pub plan: Plan,
    pub events: Events<'m>,
    pub environment: Environment,
    rejects: Vec<Vec<String>>,
}

/// What one target (or item) made.
pub type Answers = Vec<(Routed, Option<Made>)>;

const CHARACTERS: &str = "holds a character that XML 1.0 does not allow";
const DIGITS: &str = "the number would need over 1,000 digits";

/// Rules of use, that hold where a value is written, by their reasons.
const RULES: &[(&str, &str)] = &[
    (CHARACTERS, "a character that XML forbids"),
    ("a segment of the path would be", "a segment of the path"),
    ("a header holds no control characters", "a control character in a header"),
    ("holds a line break", "a line break or control character in a line"),
];

/// Stated limits by their reasons.
const LIMITS: &[(&str, &str)] = &[
    (DIGITS, "over 1,000 digits"),
    ("over 64 KiB", "a long address"),
    ("VistA counts the years from 1700 to 2699 only", "a year that FileMan does not count"),
    ("beyond the year 9999", "a date beyond the years"),
    ("the result lies outside of the years", "a date beyond the years"),
];

impl<'m> Subject<'m> {
    pub fn new(mapping: &'m Mapping) -> Subject<'m> {
        let plan = Plan::new(mapping).unwrap_or_else(|error| panic!("a checked mapping has a plan: {error}"));
        let environment: Vec<_> =
            plan.environment_names().iter().map(|name| (name.clone(), "vista.example".to_owned())).collect();
        let mut rejects = Vec::new();
        let json = serde_json::to_value(mapping).expect("the model has no keys but strings");
        authored(&json, &mut rejects);
        Subject { plan, events: Events::new(mapping), environment: Environment::new(environment), rejects }
    }

    pub fn transform(&self, event: &Event) -> Result<Answers, Refusal> {
        self.plan.transform(event.text().as_bytes(), &event.envelope, &self.environment)
    }

    /// Holds one event of the declared shape to the promise; `Err` says what broke it.
    pub fn hold(&self, event: &Event, tally: &mut Tally) -> Result<Answers, String> {
        let answers = self.answers(event, tally)?;
        let extreme = tally.of("rule of use") + tally.of("limit");
        let before = tally.of("extreme events");
        if extreme > before {
            // Only an extreme event breaks a rule or a limit; its tame twin does not.
            tally.counts.insert("extreme events", extreme);
            let twin = tame(event, &self.events);
            let mut of_twin = Tally::default();
            self.answers(&twin, &mut of_twin).map_err(|why| format!("its tame twin: {why}\n{}", twin.text()))?;
            if of_twin.of("rule of use") + of_twin.of("limit") > 0 {
                let why = of_twin.counts.keys().copied().collect::<Vec<_>>().join(", ");
                return Err(format!("also its tame twin is refused ({why}):\n{}", twin.text()));
            }
        }
        Ok(answers)
    }

    fn answers(&self, event: &Event, tally: &mut Tally) -> Result<Answers, String> {
        let answers = self.transform(event).map_err(|refusal| format!("the door refuses it: {refusal}"))?;
        for (routed, made) in &answers {
            match (routed, made) {
                (Routed::To(_), Some(Made::Request(request))) => {
                    sound(request)?;
                    tally.count("made");
                }
                (Routed::To(_), Some(Made::Skipped)) | (Routed::Skipped { .. }, None) => tally.count("skipped"),
                (Routed::To(_), Some(Made::Refused(refusal))) | (Routed::Refused { refusal, .. }, None) => {
                    self.refusal(refusal, tally)?;
                }
                _ => return Err(format!("no such answer is due: {routed:?} with {made:?}")),
            }
        }
        if answers.is_empty() {
            tally.count("not wanted");
        }
        Ok(answers)
    }

    fn refusal(&self, refusal: &Refusal, tally: &mut Tally) -> Result<(), String> {
        let reason = refusal.reason.as_str();
        let known = |table: &[(&str, &'static str)]| {
            table.iter().find(|(start, _)| reason.starts_with(start)).map(|(_, name)| *name)
        };
        if let Some(rule) = known(RULES) {
            tally.count("rule of use");
            tally.count(rule);
        } else if let Some(limit) = known(LIMITS) {
            tally.count("limit");
            tally.count(limit);
        } else if self.rejects.iter().any(|pieces| fits(reason, pieces)) {
            tally.count("author's reject");
        } else {
            return Err(format!("refused without the author's word: {refusal}"));
        }
        Ok(())
    }
}

/// What the promise says of every request.
fn sound(request: &Request) -> Result<(), String> {
    let visible = |text: &str| text.bytes().all(|b| b.is_ascii_graphic());
    if !visible(&request.url) || !visible(&request.key) {
        return Err(format!("the URL {:?} or key {:?} holds what no request line may", request.url, request.key));
    }
    for (name, value) in &request.headers {
        if !value.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            return Err(format!("the header {name} holds {value:?}"));
        }
    }
    let Some(bytes) = &request.body else { return Ok(()) };
    let named = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let kind = named.map_or("", |(_, value)| value.as_str());
    let latin_1: Vec<u8>;
    let text = if kind.contains("ISO-8859-1") {
        latin_1 = bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes();
        &latin_1
    } else {
        bytes
    };
    match kind.split(';').next().unwrap_or_default() {
        "application/json" => body::json(text).map(drop),
        "application/xml" | "text/xml" | "application/soap+xml" => body::xml(text).map(drop),
        // the URL standard's form serializer knows no others
        "application/x-www-form-urlencoded" => {
            let fits = |b: &u8| b.is_ascii_alphanumeric() || b"*-._+%&=".contains(b);
            if text.iter().all(fits) { Ok(()) } else { Err(format!("no form: {}", String::from_utf8_lossy(text))) }
        }
        "text/plain" => match std::str::from_utf8(text) {
            Ok(text) if text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')) => Ok(()),
            _ => Err(format!("no lines of text: {:?}", String::from_utf8_lossy(text))),
        },
        other => Err(format!("a body of the type {other:?}")),
    }
}

/// The author's reasons of a stored mapping: each as its fixed pieces, between which values stand.
fn authored(json: &serde_json::Value, out: &mut Vec<Vec<String>>) {
    match json {
        serde_json::Value::Object(members) => {
            if let Some(reject) = members.get("reject") {
                out.push(pieces(reject.get("reason").unwrap_or(reject)));
            }
            members.values().for_each(|value| authored(value, out));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| authored(item, out)),
        _ => {}
    }
}

/// An empty piece stands for any text.
fn pieces(reason: &serde_json::Value) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(constant) = reason.get("constant") {
        return vec![text(&constant["text"])];
    }
    match reason.get("text").and_then(|parts| parts.as_array()) {
        Some(parts) => parts.iter().map(|part| part.get("literal").map(text).unwrap_or_default()).collect(),
        None => vec![String::new()],
    }
}

fn fits(reason: &str, pieces: &[String]) -> bool {
    match pieces {
        [] => reason.is_empty(),
        [open, rest @ ..] if open.is_empty() => {
            rest.is_empty() || reason.char_indices().any(|(at, _)| fits(&reason[at..], rest)) || fits("", rest)
        }
        [piece, rest @ ..] => reason.strip_prefix(piece.as_str()).is_some_and(|after| fits(after, rest)),
    }
}
