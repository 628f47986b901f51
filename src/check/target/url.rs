//! A target's URL: its scheme, its host without holes, its holes.

use super::environment;
use crate::check::Checker;
use crate::check::scope::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Expr, UrlPart, UrlPlace};
use crate::syntax::tree::{self, ExprKind, Part};
use crate::text::Span;

impl Checker<'_> {
    pub(super) fn url(&mut self, node: &tree::Expr, scope: &mut Scope) -> Option<Vec<UrlPart>> {
        let ExprKind::Text(parts) = &node.kind else {
            if !matches!(node.kind, ExprKind::Error) {
                self.report(
                    Diagnostic::new(Code::E0603, "a target's URL is text in quotes", node.span, "not a text")
                        .help("write it as `\"https://host/path/{id}\"`"),
                );
            }
            return None;
        };
        self.scheme(parts, node.span)?;
        self.in_url = true;
        let mut url = Vec::with_capacity(parts.len());
        let mut before = String::new();
        let mut sound = true;
        let mut segment = Segment::default();
        for (index, part) in parts.iter().enumerate() {
            match part {
                Part::Literal { value, span } => {
                    if value.chars().any(|c| {
                        c.is_control()
                            || c.is_whitespace()
                            || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
                    }) {
                        self.report(
                            Diagnostic::new(
                                Code::E0603,
                                "this is no text of a URL",
                                *span,
                                "a character that URLs do not have",
                            )
                            .help("percent-encode it, for example a space as `%20`"),
                        );
                        sound = false;
                    }
                    before.push_str(value);
                    for c in value.chars() {
                        match c {
                            '/' | '?' | '#' => {
                                sound &= self.end_of_segment(&segment, &mut url).is_some();
                                segment = Segment { query: segment.query || c != '/', ..Segment::default() };
                            }
                            '.' => segment.dots += 1,
                            _ => segment.solid = true,
                        }
                    }
                    url.push(UrlPart::Literal(value.clone()));
                }
                Part::Hole { value, span, .. } => {
                    if let Some(name) = environment(value) {
                        before.push_str("env");
                        segment.solid = true;
                        url.push(UrlPart::Environment(name));
                        continue;
                    }
                    let path = before.split_once("://").map_or("", |(_, rest)| rest);
                    if !path.contains(['/', '?', '#']) {
                        self.report(
                            Diagnostic::new(
                                Code::E0604,
                                "the host of a URL has no hole but `env`",
                                *span,
                                "in the host",
                            )
                            .help("an event must not choose the host; write it out, or as `{env.NAME}`"),
                        );
                        sound = false;
                    }
                    let place = place_of(&before, parts.get(index + 1));
                    match self.url_hole(value, place, scope) {
                        Some((part, hole)) => {
                            segment.holes.push(Hole { part: url.len(), ..hole });
                            url.push(part);
                        }
                        None => sound = false,
                    }
                    before.push('x');
                }
            }
        }
        sound &= self.end_of_segment(&segment, &mut url).is_some();
        self.in_url = false;
        sound.then_some(url)
    }

    fn scheme(&mut self, parts: &[Part], span: Span) -> Option<()> {
        match parts.first() {
            Some(Part::Literal { value, .. }) if value.starts_with("https://") || value.starts_with("http://") => {
                Some(())
            }
            Some(Part::Hole { value, .. }) if environment(value).is_some() => Some(()),
            _ => {
                self.report(
                    Diagnostic::new(Code::E0603, "a target's URL begins with https:// or http://", span, "no such URL")
                        .help("write the whole URL: `\"https://vista.va.gov/api/…\"`"),
                );
                None
            }
        }
    }

    fn url_hole(&mut self, node: &tree::Expr, place: UrlPlace, scope: &mut Scope) -> Option<(UrlPart, Hole)> {
        let value = self.expr(node, scope)?;
        let value = self.request_value(value, "a hole in a URL")?;
        let hole = Hole { part: 0, span: value.span, safe: self.is_safe_segment(&value) };
        let source = value.origin.as_ref().map(|origin| origin.join(".")).unwrap_or_else(|| self.source(value.span));
        Some((UrlPart::Hole { value: self.with_lets(value.expr), place, source }, hole))
    }

    /// A segment of the path that is all made of computed texts says what then, where it would be empty, `.`
    /// or `..`: its last hole does.
    fn end_of_segment(&mut self, segment: &Segment, url: &mut [UrlPart]) -> Option<()> {
        let Some(last) = segment.holes.last() else { return Some(()) };
        if segment.query || segment.solid || segment.dots > 2 || segment.holes.iter().any(|hole| hole.safe) {
            return Some(());
        }
        let answered = match url.get_mut(last.part) {
            Some(UrlPart::Hole { value, .. }) => self.demanded(value),
            _ => false,
        };
        if answered {
            return Some(());
        }
        let source = self.source(last.span);
        self.report(
            Diagnostic::new(
                Code::E0606,
                "this computed segment of the URL may be empty, `.` or `..`",
                last.span,
                "may name another record, or none",
            )
            .help(match source.split_once(" !! ") {
                Some((value, _)) => {
                    format!("what stands for it must be none of these: `{{{value} !! reject \"no id\"}}`")
                }
                None => format!("say what then: `{{{source} !! reject \"no id\"}}`"),
            }),
        );
        None
    }

    /// Lets the `!!` of an expression answer for the rule of segments, too; false where there is none or where
    /// what it gives may break the rule itself.
    fn demanded(&self, expr: &mut Expr) -> bool {
        match expr {
            Expr::Let { body, .. } => self.demanded(body),
            Expr::Rescue { value, fallback } if self.is_whole(fallback) => {
                let inner = std::mem::replace(&mut **value, Expr::Missing);
                **value = Expr::Demand(Box::new(inner));
                true
            }
            _ => false,
        }
    }
}

/// What stands between two slashes.
#[derive(Default)]
struct Segment {
    /// It holds a text that keeps it from being empty, `.` or `..`.
    solid: bool,
    /// Dots among its literals.
    dots: usize,
    /// Behind the `?` or `#` there are no segments.
    query: bool,
    holes: Vec<Hole>,
}

struct Hole {
    /// Its index in the URL's parts.
    part: usize,
    span: Span,
    safe: bool,
}

/// Whether a hole after `before` is a whole segment of the path.
fn place_of(before: &str, next: Option<&Part>) -> UrlPlace {
    let begins = before.ends_with('/') && !before.contains(['?', '#']);
    let ends = match next {
        None => true,
        Some(Part::Literal { value, .. }) => value.starts_with(['/', '?', '#']),
        Some(Part::Hole { .. }) => false,
    };
    if begins && ends { UrlPlace::Segment } else { UrlPlace::Part }
}
