//! A rule of the first generation as the text of a `.map`.

use super::comments::Comment;
use super::read::{At, Path, Rule, Wrong, path_of};
use std::fmt::Write;

/// Words that mean something at the start of a line or of an expression; as names they go in backticks.
const WORDS: &[&str] = &[
    "accept",
    "action",
    "allow",
    "and",
    "any",
    "auth",
    "by",
    "crosswalk",
    "each",
    "else",
    "event",
    "expect",
    "false",
    "fn",
    "forget",
    "given",
    "header",
    "if",
    "ignore",
    "in",
    "key",
    "let",
    "limit",
    "line",
    "listen",
    "map",
    "match",
    "meta",
    "namespace",
    "newest",
    "not",
    "null",
    "or",
    "order",
    "record",
    "reject",
    "remember",
    "retry",
    "skip",
    "table",
    "target",
    "test",
    "then",
    "timeout",
    "true",
    "type",
    "use",
    "when",
    "where",
    "zone",
];

/// The type of a field that the rule names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Moved only: `any?`.
    Moved,
    /// Written into the key or the URL: `string | integer`.
    Needed,
}

/// What is declared of the event: fields in the order in which the rule names them.
#[derive(Default)]
struct Shape {
    fields: Vec<(String, Declared)>,
}

enum Declared {
    Scalar(Kind),
    Record(Shape),
}

pub fn write(name: &str, rule: &Rule, comments: Vec<Comment>) -> Result<String, Wrong> {
    let mut shape = Shape::default();
    shape.declare(&rule.key.value, Kind::Needed, rule.key.line)?;
    let (url, holes) = url(&rule.url)?;
    for hole in &holes {
        shape.declare(hole, Kind::Needed, rule.url.line)?;
    }
    for field in &rule.fields {
        shape.declare(&field.value.1, Kind::Moved, field.line)?;
    }
    let mut filled = Shape::default();
    for field in &rule.fields {
        filled.fill(&field.value.0, field.line)?;
    }
    let method = method(&rule.method)?;
    let mut comments = Placed::new(rule, comments);

    let mut out = String::new();
    // Writing into a string cannot fail.
    let heading: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _ = writeln!(out, "// Imported from {heading}. The rule declares no types: `any?` may hold anything, and the");
    let _ = writeln!(out, "// compiler can promise more of a field whose type is written here.");
    out.push('\n');
    comments.before(&mut out, Place::Listen, "");
    let _ = write!(out, "listen {}", quoted(&rule.listen.value));
    comments.behind(&mut out, Place::Listen);
    out.push_str("\nevent {\n");
    shape.write(&mut out, 1);
    out.push_str("}\n\n");
    comments.before(&mut out, Place::Target, "");
    let _ = write!(out, "target {method} {url} {{");
    comments.behind(&mut out, Place::Target);
    comments.before(&mut out, Place::Key, "  ");
    let _ = write!(out, "  key {}", written(&rule.key.value));
    comments.behind(&mut out, Place::Key);
    out.push_str("}\n\n");
    comments.before(&mut out, Place::Map, "");
    out.push_str("map {");
    comments.behind(&mut out, Place::Map);
    for (index, field) in rule.fields.iter().enumerate() {
        let (target, source) = &field.value;
        comments.before(&mut out, Place::Field(index), "  ");
        let optional = if shape.is_needed(source) { "" } else { "?" };
        let _ = write!(out, "  {} -> {}{optional}", written(source), written(target));
        comments.behind(&mut out, Place::Field(index));
    }
    out.push_str("}\n");
    comments.rest(&mut out);
    Ok(out)
}

impl Shape {
    /// Adds a field; a needed one stays needed.
    fn declare(&mut self, path: &[String], kind: Kind, line: usize) -> Result<(), Wrong> {
        let both = |name: &str| {
            (line, format!("`{name}` is used as a value and as a record with fields; one of the two is a slip"))
        };
        let Some((first, rest)) = path.split_first() else { return Ok(()) };
        let known = self.fields.iter_mut().find(|(name, _)| name == first);
        match (known, rest.is_empty()) {
            (None, true) => self.fields.push((first.clone(), Declared::Scalar(kind))),
            (None, false) => {
                let mut record = Shape::default();
                record.declare(rest, kind, line)?;
                self.fields.push((first.clone(), Declared::Record(record)));
            }
            (Some((_, Declared::Scalar(known))), true) if kind == Kind::Needed => *known = kind,
            (Some((_, Declared::Scalar(_))), true) => {}
            (Some((_, Declared::Record(record))), false) => record.declare(rest, kind, line)?,
            (Some(_), _) => return Err(both(first)),
        }
        Ok(())
    }

    /// Adds a field of the request, which is filled once.
    fn fill(&mut self, path: &[String], line: usize) -> Result<(), Wrong> {
        if self.find(path).is_some() {
            return Err((line, format!("`{}` is filled twice", path.join("."))));
        }
        self.declare(path, Kind::Moved, line)
    }

    fn find(&self, path: &[String]) -> Option<&Declared> {
        let (first, rest) = path.split_first()?;
        let (_, declared) = self.fields.iter().find(|(name, _)| name == first)?;
        match declared {
            _ if rest.is_empty() => Some(declared),
            Declared::Record(record) => record.find(rest),
            Declared::Scalar(_) => None,
        }
    }

    fn is_needed(&self, path: &[String]) -> bool {
        matches!(self.find(path), Some(Declared::Scalar(Kind::Needed)))
    }

    fn has_needed(&self) -> bool {
        self.fields.iter().any(|(_, declared)| match declared {
            Declared::Scalar(kind) => *kind == Kind::Needed,
            Declared::Record(record) => record.has_needed(),
        })
    }

    fn write(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        for (name, declared) in &self.fields {
            let name = quoted_name(name);
            let _ = match declared {
                Declared::Scalar(Kind::Moved) => writeln!(out, "{indent}{name}: any?"),
                Declared::Scalar(Kind::Needed) => writeln!(out, "{indent}{name}: string | integer"),
                Declared::Record(record) => {
                    let _ = writeln!(out, "{indent}{name}: {{");
                    record.write(out, depth + 1);
                    // What is needed must be there, and so must the record around it.
                    writeln!(out, "{indent}}}{}", if record.has_needed() { "" } else { "?" })
                }
            };
        }
    }
}

/// The URL as the language writes it, and the event fields in its holes.
fn url(url: &At<String>) -> Result<(String, Vec<Path>), Wrong> {
    let mut out = String::from("\"");
    let mut holes = Vec::new();
    let mut rest = url.value.as_str();
    while let Some(open) = rest.find(['{', '}']) {
        let unmatched =
            || (url.line, "a hole of the URL is written `{field}`; one of its braces is missing".to_owned());
        let hole = rest[open..].strip_prefix('{').ok_or_else(unmatched)?;
        let (field, after) = hole.split_once('}').ok_or_else(unmatched)?;
        escape(&mut out, &rest[..open]);
        let path = path_of(field, url.line)?;
        let _ = write!(out, "{{{}}}", written(&path));
        holes.push(path);
        rest = after;
    }
    escape(&mut out, rest);
    out.push('"');
    Ok((out, holes))
}

fn method(method: &At<String>) -> Result<String, Wrong> {
    let upper = method.value.trim().to_ascii_uppercase();
    if upper.is_empty() || !upper.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err((method.line, "an HTTP method such as PUT is expected here".to_owned()));
    }
    Ok(upper)
}

fn written(path: &[String]) -> String {
    path.iter().map(|name| quoted_name(name)).collect::<Vec<_>>().join(".")
}

/// A name bare where that is safe, else in backticks.
fn quoted_name(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !WORDS.contains(&name);
    if plain { name.to_owned() } else { format!("`{name}`") }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    escape(&mut out, text);
    out.push('"');
    out
}

/// The escapes of JSON; braces only stand in holes here.
fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '{' => out.push_str("\\{"),
            c if (c as u32) < 0x20 || c == '\u{7f}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
}

/// What a comment belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Listen,
    Target,
    Key,
    Map,
    Field(usize),
    End,
}

/// The comments, each at the place that its line gives it.
struct Placed {
    comments: Vec<(Place, Comment)>,
}

impl Placed {
    fn new(rule: &Rule, comments: Vec<Comment>) -> Placed {
        let mut lines = vec![
            (rule.listen.line, Place::Listen),
            (rule.target_line, Place::Target),
            (rule.url.line, Place::Target),
            (rule.method.line, Place::Target),
            (rule.map_line, Place::Map),
            (rule.key.line, Place::Key),
        ];
        lines.extend(rule.fields.iter().enumerate().map(|(index, field)| (field.line, Place::Field(index))));
        lines.sort_by_key(|(line, _)| *line);
        let place = |comment: &Comment| {
            let next = lines.partition_point(|(line, _)| *line < comment.line);
            lines.get(next).map_or(Place::End, |(_, place)| *place)
        };
        let mut one_a_line = comments;
        for comment in &mut one_a_line {
            // Behind the first of several lines that become one it would be read as said of all of them.
            let on_its_line = lines.iter().filter(|(line, _)| *line == comment.line).count();
            let target = matches!(place(comment), Place::Target);
            comment.behind &= on_its_line == 1 && !target;
        }
        Placed { comments: one_a_line.into_iter().map(|comment| (place(&comment), comment)).collect() }
    }

    fn before(&mut self, out: &mut String, place: Place, indent: &str) {
        self.comments.retain(|(at, comment)| {
            let here = *at == place && !comment.behind;
            if here {
                let _ = writeln!(out, "{}", format!("{indent}// {}", comment.text).trim_end());
            }
            !here
        });
    }

    /// Ends the line, with the comment that stood behind it.
    fn behind(&mut self, out: &mut String, place: Place) {
        if let Some(index) = self.comments.iter().position(|(at, comment)| *at == place && comment.behind) {
            let (_, comment) = self.comments.remove(index);
            let _ = write!(out, "  // {}", comment.text);
            out.truncate(out.trim_end().len());
        }
        out.push('\n');
    }

    fn rest(&mut self, out: &mut String) {
        for (_, comment) in self.comments.drain(..) {
            let _ = writeln!(out, "{}", format!("// {}", comment.text).trim_end());
        }
    }
}
