//! The YAML's events as a rule.

use super::MAX_DEPTH;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use std::iter::Peekable;
use std::ops::Range;

/// A piece of the rule and its line, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    pub value: T,
    pub line: usize,
}

/// Names from the root to a field.
pub type Path = Vec<String>;

/// In the order written: what is filled, and from what.
pub type Fields = Vec<At<(Path, Path)>>;

#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    pub listen: At<String>,
    /// The line of the word `target`.
    pub target_line: usize,
    pub url: At<String>,
    pub method: At<String>,
    /// The line of the word `map`.
    pub map_line: usize,
    pub fields: Fields,
    pub key: At<Path>,
}

/// A line and what is wrong there.
pub type Wrong = (usize, String);

/// Reads one rule; also says which characters of the text are scalars, in the order of the text.
pub fn read(text: &str) -> Result<(Rule, Vec<Range<usize>>), Wrong> {
    let mut reader = Reader { events: Parser::new_from_str(text).peekable(), scalars: Vec::new(), line: 1 };
    let rule = reader.document()?;
    Ok((rule, reader.scalars))
}

struct Reader<'t, I: Iterator<Item = Result<(Event<'t>, Span), ScanError>>> {
    events: Peekable<I>,
    scalars: Vec<Range<usize>>,
    line: usize,
}

#[derive(Default)]
struct Parts {
    listen: Option<At<String>>,
    target: Option<(usize, Target)>,
    map: Option<(usize, Fields)>,
    key: Option<At<Path>>,
}

#[derive(Default)]
struct Target {
    url: Option<At<String>>,
    method: Option<At<String>>,
}

const FIELDS: &str = "a rule has `listen`, `target` with `url` and `method`, `map` and `idempotencyKey`";

impl<'t, I: Iterator<Item = Result<(Event<'t>, Span), ScanError>>> Reader<'t, I> {
    fn document(&mut self) -> Result<Rule, Wrong> {
        loop {
            match self.next()? {
                Event::StreamStart | Event::DocumentStart(_) => {}
                Event::MappingStart(..) => break,
                Event::StreamEnd => return self.wrong(format!("the file is empty; {FIELDS}")),
                _ => return self.wrong(format!("a rule is a mapping of fields to values; {FIELDS}")),
            }
        }
        let mut parts = Parts::default();
        while let Some(field) = self.key()? {
            self.part(&mut parts, field)?;
        }
        let end = self.line;
        while let Some(event) = self.events.next() {
            match self.taken(event)? {
                Event::DocumentEnd | Event::StreamEnd => {}
                _ => return self.wrong("a file holds one rule; put the second one into a file of its own".to_owned()),
            }
        }
        finish(parts, end)
    }

    fn part(&mut self, parts: &mut Parts, field: At<String>) -> Result<(), Wrong> {
        let line = field.line;
        let twice = |known: bool| if known { Err((line, format!("`{}` is given twice", field.value))) } else { Ok(()) };
        match field.value.as_str() {
            "listen" => {
                twice(parts.listen.is_some())?;
                parts.listen = Some(self.text("the name of an event")?);
            }
            "target" => {
                twice(parts.target.is_some())?;
                parts.target = Some((line, self.target()?));
            }
            "map" => {
                twice(parts.map.is_some())?;
                let mut fields = Vec::new();
                self.mapping("`target field: event field`")?;
                self.fields(&mut Vec::new(), &mut fields)?;
                parts.map = Some((line, fields));
            }
            "idempotencyKey" => {
                twice(parts.key.is_some())?;
                let key = self.text("the name of an event field")?;
                parts.key = Some(At { value: path(&key)?, line: key.line });
            }
            unknown => return Err((line, format!("`{unknown}` is unknown; {FIELDS}"))),
        }
        Ok(())
    }

    fn target(&mut self) -> Result<Target, Wrong> {
        self.mapping("`url` and `method`")?;
        let mut target = Target::default();
        while let Some(field) = self.key()? {
            let (slot, what) = match field.value.as_str() {
                "url" => (&mut target.url, "a URL"),
                "method" => (&mut target.method, "an HTTP method such as PUT"),
                unknown => {
                    return Err((field.line, format!("`{unknown}` is unknown; a target has `url` and `method`")));
                }
            };
            if slot.is_some() {
                return Err((field.line, format!("`{}` is given twice", field.value)));
            }
            *slot = Some(self.text(what)?);
        }
        Ok(target)
    }

    /// The fields below `prefix`, down to the end of the mapping at hand.
    fn fields(&mut self, prefix: &mut Path, found: &mut Fields) -> Result<(), Wrong> {
        while let Some(field) = self.key()? {
            let depth = prefix.len();
            prefix.extend(path(&field)?);
            if prefix.len() > MAX_DEPTH {
                return Err((field.line, format!("fields are nested more than {MAX_DEPTH} deep")));
            }
            if matches!(self.events.peek(), Some(Ok((Event::MappingStart(..), _)))) {
                self.next()?;
                self.fields(prefix, found)?;
            } else {
                let source = self.text("the name of an event field")?;
                found.push(At { value: (prefix.clone(), path(&source)?), line: field.line });
            }
            prefix.truncate(depth);
        }
        Ok(())
    }

    fn mapping(&mut self, what: &str) -> Result<(), Wrong> {
        match self.next()? {
            Event::MappingStart(..) => Ok(()),
            _ => self.wrong(format!("{what} is expected here")),
        }
    }

    /// The next key of the mapping at hand, `None` at its end.
    fn key(&mut self) -> Result<Option<At<String>>, Wrong> {
        match self.next()? {
            Event::MappingEnd => Ok(None),
            Event::Scalar(value, ..) => Ok(Some(At { value: value.into_owned(), line: self.line })),
            _ => self.wrong("a field's name is expected here".to_owned()),
        }
    }

    /// A scalar that is text; YAML's null, numbers and booleans name nothing.
    fn text(&mut self, what: &str) -> Result<At<String>, Wrong> {
        match self.next()? {
            Event::Scalar(value, style, ..) => {
                if value.trim().is_empty() || style == ScalarStyle::Plain && is_other_than_text(&value) {
                    return self.wrong(format!("{what} is expected here"));
                }
                Ok(At { value: value.into_owned(), line: self.line })
            }
            _ => self.wrong(format!("{what} is expected here")),
        }
    }

    fn next(&mut self) -> Result<Event<'t>, Wrong> {
        match self.events.next() {
            Some(event) => self.taken(event),
            None => self.wrong("the rule ends too early".to_owned()),
        }
    }

    fn taken(&mut self, event: Result<(Event<'t>, Span), ScanError>) -> Result<Event<'t>, Wrong> {
        let (event, span) =
            event.map_err(|error| (error.marker().line().max(1), format!("this is not YAML: {}", error.info())))?;
        self.line = span.start.line().max(1);
        match &event {
            Event::Scalar(..) => self.scalars.push(span.start.index()..span.end.index()),
            Event::Alias(_) => {
                return self.wrong("aliases (`*name`) are not part of a rule; write the value out".to_owned());
            }
            _ => {}
        }
        Ok(event)
    }

    fn wrong<T>(&self, reason: String) -> Result<T, Wrong> {
        Err((self.line, reason))
    }
}

fn finish(parts: Parts, end: usize) -> Result<Rule, Wrong> {
    let missing = |what: &str| (end, format!("`{what}` is missing; {FIELDS}"));
    let (target_line, target) = parts.target.ok_or_else(|| missing("target"))?;
    let missing_in_target = |what: &str| (target_line, format!("the target's `{what}` is missing; {FIELDS}"));
    let (map_line, fields) = parts.map.ok_or_else(|| missing("map"))?;
    if fields.is_empty() {
        return Err((map_line, "`map` is empty; write `target field: event field` lines below it".to_owned()));
    }
    Ok(Rule {
        listen: parts.listen.ok_or_else(|| missing("listen"))?,
        target_line,
        url: target.url.ok_or_else(|| missing_in_target("url"))?,
        method: target.method.ok_or_else(|| missing_in_target("method"))?,
        map_line,
        fields,
        key: parts.key.ok_or_else(|| missing("idempotencyKey"))?,
    })
}

/// `a.b` as its steps.
fn path(text: &At<String>) -> Result<Path, Wrong> {
    path_of(&text.value, text.line)
}

/// `a.b` as its steps; `line` is where it stands.
pub fn path_of(text: &str, line: usize) -> Result<Path, Wrong> {
    let steps: Path = text.split('.').map(|step| step.trim().to_owned()).collect();
    let unwritable =
        |step: &String| step.is_empty() || step.contains(|c: char| matches!(c, '`' | '[' | ']') || c.is_control());
    if steps.iter().any(unwritable) {
        return Err((line, format!("`{}` is no path of field names such as `patient.name`", text.escape_debug())));
    }
    if steps.len() > MAX_DEPTH {
        return Err((line, format!("a path has at most {MAX_DEPTH} steps")));
    }
    Ok(steps)
}

/// What YAML's core schema (1.2.2, 10.3.2) reads as null, a boolean or a number.
fn is_other_than_text(plain: &str) -> bool {
    matches!(plain, "~" | "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
        || plain.parse::<f64>().is_ok_and(|_| plain.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)))
}
