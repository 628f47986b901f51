//! Targets and their clauses.

use super::braces::{Commas, Kind};
use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::*;
use crate::syntax::words;
use crate::text::Span;

const CLAUSES: Kind =
    Kind { what: "target", item: "a clause such as `key ruleId`", words: words::CLAUSES, commas: Commas::Separate };

impl Builder<'_> {
    pub(super) fn target(&mut self, node: Node, doc: Doc) -> Target {
        let span = self.trimmed(&node);
        let keyword = self.head(&node, 6);
        let url = self.error_at(keyword.after());
        let mut target =
            Target { doc, name: None, method: None, url, each: None, when: None, clauses: Vec::new(), span, keyword };
        let mut names = Vec::new();
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::name => names.push(self.name(&part)),
                Rule::string | Rule::bad_quote => target.url = self.text_expr(part),
                Rule::missing_text => {
                    self.missing(
                        &part,
                        "the URL is missing, in double quotes",
                        Some("target PUT \"https://vista.va.gov/api/slots/{ruleId}\" {".into()),
                    );
                    target.url = self.error_at(self.due(&part));
                }
                Rule::each_clause => {
                    let each = self.each(part);
                    match &target.each {
                        Some(before) => self.twice("each", each.span, before.span),
                        None => target.each = Some(each),
                    }
                }
                Rule::when_suffix => {
                    let at = self.trimmed(&part);
                    let when = self.when_suffix(part);
                    match &target.when {
                        Some(before) => self.twice("when", at, before.span),
                        None => target.when = Some(when),
                    }
                }
                Rule::clauses => self.clauses(part, &mut target),
                Rule::junk => self.junk(&part),
                _ => {}
            }
        }
        self.name_and_method(names, &mut target);
        target
    }

    /// `target PUT "…"` names the method, `target vista POST "…"` the target first.
    fn name_and_method(&mut self, names: Vec<Name>, target: &mut Target) {
        let mut names = names.into_iter();
        match (names.next(), names.next()) {
            (name, Some(method)) => {
                target.name = name;
                target.method = Some(method);
            }
            (Some(only), None) if only.text.bytes().all(|byte| byte.is_ascii_uppercase()) => target.method = Some(only),
            (name, None) => {
                let place = name.as_ref().map_or(target.keyword, |name| name.span).after();
                target.name = name;
                let help = self.corrected(place, " POST");
                self.report(
                    Diagnostic::new(
                        Code::E0006,
                        "the method is missing before the URL",
                        place,
                        "POST, PUT, PATCH or DELETE is due here",
                    )
                    .help(help),
                );
            }
        }
    }

    fn clauses(&mut self, node: Node, target: &mut Target) {
        let head = self.head(&node, 0);
        let mut parts = Parts::of(node);
        let keyword = target.keyword;
        let clauses = &mut target.clauses;
        self.body(&mut parts, Span { start: keyword.start, ..head }, &CLAUSES, |builder, node, doc| {
            clauses.push(builder.clause(node, doc));
        });
    }

    fn clause(&mut self, node: Node, doc: Doc) -> Clause {
        let span = self.trimmed(&node);
        let rule = node.as_rule();
        let words = match rule {
            Rule::order_by | Rule::newest_by => self.slice(span).find("by").map_or(5, |at| at + 2),
            _ => self
                .slice(span)
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(span.end as usize - span.start as usize),
        };
        let keyword = Span { end: span.start + words as u32, ..span };
        let mut parts = Parts::of(node);
        let kind = match rule {
            Rule::key => ClauseKind::Key(self.values(&mut parts)),
            Rule::order_by => ClauseKind::OrderBy(self.values(&mut parts)),
            Rule::newest_by => ClauseKind::NewestBy(self.expr_or_missing(parts.next(), keyword)),
            Rule::header_clause => self.header(&mut parts, keyword),
            Rule::auth => ClauseKind::Auth(self.auth(&mut parts, keyword)),
            Rule::timeout => ClauseKind::Timeout(self.duration(parts.next(), keyword)),
            Rule::retry => ClauseKind::Retry(self.retry(&mut parts, keyword)),
            Rule::limit => ClauseKind::Limit(self.limit(&mut parts)),
            Rule::accept => ClauseKind::Accept(self.expr_or_missing(parts.next(), keyword)),
            Rule::record => ClauseKind::Record(match parts.next() {
                Some(text) => self.text_or_missing(text, "the record's name is missing", "record \"slot-rule\""),
                None => Text { value: String::new(), span: keyword.after() },
            }),
            Rule::answer => ClauseKind::Answer(self.type_of(parts.next(), keyword)),
            Rule::remember => self.remember(&mut parts, keyword),
            Rule::forget => {
                let key = self.path_or_missing(parts.next(), keyword, "forget ruleId in VistaSlot");
                ClauseKind::Forget { key, crosswalk: self.crosswalk_name(&mut parts, keyword) }
            }
            _ => self.unknown_clause(&mut parts, span),
        };
        self.rest(&mut parts);
        Clause { doc, kind, span, keyword }
    }

    fn values(&mut self, parts: &mut Parts) -> Vec<Expr> {
        let mut values = Vec::new();
        while let Some(rule) = parts.peek() {
            if rule == Rule::junk {
                break;
            }
            values.extend(parts.next().map(|part| self.expr(part)));
        }
        values
    }

    fn header(&mut self, parts: &mut Parts, keyword: Span) -> ClauseKind {
        let name = match parts.next() {
            Some(name) if name.as_rule() == Rule::header_name => {
                Name { text: name.as_str().to_owned(), span: self.span(&name) }
            }
            Some(text) if text.as_rule() == Rule::header_text => {
                let text = self.plain_text(text);
                self.report(
                    Diagnostic::new(Code::E0005, "a header's name stands without quotes", text.span, "this is text")
                        .help(self.corrected(text.span, &text.value)),
                );
                Name { text: text.value, span: text.span }
            }
            Some(missing) => self.missing_name(&missing, "the header's name is missing", "header X-Source \"hms\""),
            None => Name { text: String::new(), span: keyword.after() },
        };
        if let Some(sign) = parts.take(Rule::header_sign) {
            let at = self.trimmed(&sign);
            self.report(
                Diagnostic::new(
                    Code::E0016,
                    "a header's value follows its name without a sign",
                    at,
                    "nothing stands here",
                )
                .help(self.corrected(at, "")),
            );
        }
        ClauseKind::Header { name, value: self.expr_or_missing(parts.next(), keyword) }
    }

    fn auth(&mut self, parts: &mut Parts, keyword: Span) -> Auth {
        let scheme = match parts.next() {
            Some(name) if name.as_rule() == Rule::name => self.name(&name),
            Some(missing) => {
                self.missing_name(&missing, "how to log in is missing behind `auth`", "auth bearer env VISTA_TOKEN")
            }
            None => Name { text: String::new(), span: keyword.after() },
        };
        let mut arguments = Vec::new();
        while let Some(rule) = parts.peek() {
            if rule == Rule::junk {
                break;
            }
            let Some(part) = parts.next() else { break };
            arguments.push(match rule {
                Rule::name => AuthArgument::Word(self.name(&part)),
                _ => AuthArgument::Text(self.plain_text(part)),
            });
        }
        Auth { scheme, arguments }
    }

    fn duration(&mut self, node: Option<Node>, owner: Span) -> Duration {
        let nothing = |span: Span| Duration {
            number: String::new(),
            unit: UnitText { text: String::new(), quoted: false, span },
            span,
        };
        let Some(node) = node else { return nothing(owner.after()) };
        if node.as_rule() == Rule::missing_bound {
            self.missing(
                &node,
                "a time is missing here: a number and its unit",
                Some("10 s, 5 minutes or 24 hours".into()),
            );
            return nothing(self.due(&node));
        }
        let span = self.trimmed(&node);
        let mut parts = Parts::of(node);
        let number = parts.next().map(|number| self.number(&number)).unwrap_or_default();
        let unit = match parts.next() {
            Some(unit) if unit.as_rule() != Rule::missing_unit => self.unit(&unit),
            missing => {
                if let Some(missing) = &missing {
                    let help = self.corrected(self.due(missing), " s");
                    self.missing(missing, "the unit of this time is missing", Some(help));
                }
                UnitText { text: String::new(), quoted: false, span: span.after() }
            }
        };
        Duration { number, unit, span }
    }

    fn retry(&mut self, parts: &mut Parts, keyword: Span) -> Retry {
        let mut retry = Retry::default();
        let mut seen = 0;
        while let Some(rule) = parts.peek() {
            if rule == Rule::junk {
                break;
            }
            let Some(part) = parts.next() else { break };
            seen += 1;
            let at = self.trimmed(&part);
            let mut inner = Parts::of(part);
            let is_new = match rule {
                Rule::retry_times => {
                    let number = inner.next();
                    let span = number.as_ref().map_or(at, |number| self.span(number));
                    let count = number.map(|number| self.number(&number)).unwrap_or_default();
                    retry.times.replace((count, span)).is_none()
                }
                Rule::retry_from => retry.from.replace(self.duration(inner.next(), at)).is_none(),
                Rule::retry_to => retry.to.replace(self.duration(inner.next(), at)).is_none(),
                _ => retry.within.replace(self.duration(inner.next(), at)).is_none(),
            };
            if !is_new {
                self.report(Diagnostic::new(Code::E0001, "this stands here twice", at, "the second time").help(RETRY));
            }
        }
        if seen == 0 {
            let place = keyword.after();
            self.report(
                Diagnostic::new(Code::E0006, "how often and how long is missing behind `retry`", place, "missing here")
                    .help(RETRY),
            );
        }
        retry
    }

    fn limit(&mut self, parts: &mut Parts) -> Vec<Limit> {
        let mut limits = Vec::new();
        while let Some(rule) = parts.peek() {
            if rule == Rule::junk {
                break;
            }
            let Some(part) = parts.next() else { break };
            if rule == Rule::missing_limit {
                self.missing(&part, "a limit is missing here", Some("limit 20 per second, 4 at once".into()));
                continue;
            }
            let span = self.trimmed(&part);
            let mut inner = Parts::of(part);
            let count = inner.next().map(|number| self.number(&number)).unwrap_or_default();
            match inner.next() {
                Some(once) if once.as_rule() == Rule::at_once => limits.push(Limit::AtOnce { count, span }),
                Some(missing) if matches!(missing.as_rule(), Rule::missing_limit | Rule::missing_unit) => {
                    self.missing(
                        &missing,
                        "what the number limits is missing",
                        Some("limit 20 per second, 4 at once".into()),
                    );
                }
                Some(unit) => limits.push(Limit::Rate { count, per: self.unit(&unit), span }),
                None => {}
            }
        }
        limits
    }

    fn remember(&mut self, parts: &mut Parts, keyword: Span) -> ClauseKind {
        const HELP: &str = "remember ruleId -> answer.ien in VistaSlot";
        let key = self.path_or_missing(parts.next(), keyword, HELP);
        match parts.next() {
            Some(arrow) if arrow.as_rule() == Rule::bad_arrow => drop(self.bad_arrow(&arrow)),
            Some(missing) if missing.as_rule() == Rule::missing_arrow => {
                self.missing(&missing, "`->` and what to remember are missing", Some(HELP.into()));
            }
            _ => {}
        }
        let value = self.path_or_missing(parts.next(), keyword, HELP);
        ClauseKind::Remember { key, value, crosswalk: self.crosswalk_name(parts, keyword) }
    }

    fn path_or_missing(&mut self, node: Option<Node>, owner: Span, help: &str) -> Expr {
        match node {
            Some(node) if node.as_rule() == Rule::missing_operand => {
                self.missing(&node, "a path is missing here", Some(help.into()));
                self.error_at(self.due(&node))
            }
            Some(node) => self.operand_path(node),
            None => self.error_at(owner.after()),
        }
    }

    fn crosswalk_name(&mut self, parts: &mut Parts, owner: Span) -> Name {
        if let Some(missing) = parts.take(Rule::missing_in) {
            self.missing(
                &missing,
                "`in` and the crosswalk's name are missing",
                Some(self.corrected(self.due(&missing), " in VistaSlot")),
            );
        }
        match parts.next() {
            Some(name) if name.as_rule() == Rule::name => self.name(&name),
            Some(missing) => self.missing_name(&missing, "the crosswalk's name is missing behind `in`", "in VistaSlot"),
            None => Name { text: String::new(), span: owner.after() },
        }
    }

    fn unknown_clause(&mut self, parts: &mut Parts, span: Span) -> ClauseKind {
        let name = match parts.next() {
            Some(name) => self.name(&name),
            None => Name { text: String::new(), span },
        };
        let mut diagnostic = match words::nearest(&name.text, words::CLAUSES) {
            Some(meant) => Diagnostic::new(
                Code::E0001,
                format!("no clause of a target begins with `{}`", super::text::shortened(&name.text)),
                name.span,
                format!("did you mean `{meant}`?"),
            )
            .help(self.corrected(name.span, meant)),
            None => Diagnostic::new(
                Code::E0001,
                format!("no clause of a target begins with `{}`", super::text::shortened(&name.text)),
                name.span,
                "not a clause",
            ),
        };
        if diagnostic.help.is_none() {
            diagnostic.help = Some(format!("the clauses are {}", words::CLAUSES.join(", ")));
        }
        self.report(diagnostic);
        ClauseKind::Unknown(name)
    }
}

const RETRY: &str = "retry 5 times from 1 s to 60 s for 24 hours";
