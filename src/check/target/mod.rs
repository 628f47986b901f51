//! Targets: method, URL with its holes, key, order, versions, headers, patience.

mod answer;
mod auth;
mod header;
mod patience;
mod url;
mod username_token;

use crate::check::Checker;
use crate::check::expr::literal;
use crate::check::nearest::nearest;
use crate::check::scope::{Binding, Frame, Scope};
use crate::check::show::show;
use crate::check::typed::{Pending, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Accept, Base, Expr, Field, Limit, RecordType, Retry, Root, Target, TargetEach, Type, UrlPart};
use crate::syntax::tree::{self, ClauseKind, ExprKind, Part};
use crate::text::Span;

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
/// The header that carries the idempotency key.
const KEY_HEADER: &str = "Idem-Key";
/// The name under which a request knows its own key.
const REQUEST: &str = "request";
const DEFAULT_TIMEOUT_MS: u64 = 10_000;

impl Checker<'_> {
    pub(in crate::check) fn target(&mut self, node: &tree::Target, map: Option<&tree::Map>) -> Option<Target> {
        let errors = self.errors();
        let mut scope = Scope::of_event();
        self.used_lets.clear();
        let method = self.method(node, map);
        // `when` asks of the event, before its items are looked at: an item is not in scope there.
        let when = match &node.when {
            Some(when) => {
                let (condition, yes, _) = self.condition(when, "`when`", &mut scope)?;
                scope.learn(yes);
                Some(self.with_lets(condition))
            }
            None => None,
        };
        scope.given.extend(when.clone());
        let each = match &node.each {
            Some(each) => {
                let bound = self.bind_each(each, &mut scope)?;
                let list = self.never_missing(bound.list, "`each` on a target")?;
                self.used_lets = bound.lets_of_list;
                let list = self.with_lets(list.expr);
                self.used_lets.clone_from(&bound.lets_of_filter);
                let filter = bound.filter.map(|filter| self.with_lets(filter));
                self.used_lets = bound.lets_of_filter;
                let sort = bound.sort.map(|sort| self.with_lets(sort));
                let each_of = TargetEach { variable: bound.variable, list, filter, sort };
                for value in [&each_of.list].into_iter().chain(&each_of.filter).chain(&each_of.sort) {
                    self.no_look_up(value, "`each` on a target", each.span)?;
                }
                scope.given.extend(each_of.filter.clone());
                Some(each_of)
            }
            None => None,
        };
        self.request = None;
        let mark = scope.mark();
        self.offer_request(&mut scope);
        let url = self.url(&node.url, &mut scope);
        scope.back_to(mark);
        let mut target = Target {
            name: node.name.as_ref().map(|name| name.text.clone()),
            method: method.unwrap_or_default(),
            url: url.unwrap_or_default(),
            record: self.name.clone(),
            each,
            when,
            key: Vec::new(),
            key_header: KEY_HEADER.into(),
            request: None,
            order_by: Vec::new(),
            newest_by: None,
            headers: Vec::new(),
            auth: None,
            timeout_ms: DEFAULT_TIMEOUT_MS,
            retry: Retry::default(),
            limit: Limit::default(),
            accept: Accept::default(),
            answer: None,
            remember: Vec::new(),
            forget: Vec::new(),
            body: None,
        };
        self.clauses(node, &mut target, &mut scope);
        self.key_says_the_change(node, &target);
        self.used_lets.clear();
        if let Some(map) = map {
            self.offer_request(&mut scope);
            let mut body = self.body(map, &mut scope);
            if let Some(body) = &mut body {
                let lets = self.let_nodes();
                body.nodes.splice(0..0, lets);
            }
            target.body = body;
            self.body_fits_target(node, map, &mut target);
        }
        target.request = self.request.take().and_then(|(variable, used)| used.then_some(variable));
        (self.errors() == errors).then_some(target)
    }

    /// `request.key`, the idempotency key, where the request itself is written; a name of the author's wins.
    fn offer_request(&mut self, scope: &mut Scope) {
        if self.scope_names(scope, Span::new(0, 0, 0)).iter().any(|name| name == REQUEST) {
            return;
        }
        let variable = match self.request {
            Some((variable, _)) => variable,
            None => self.variable(),
        };
        self.request.get_or_insert((variable, false));
        let key = Field { name: "key".into(), ty: Type::new(Base::Text), doc: None };
        scope.frames.push(Frame::Value(Binding {
            name: REQUEST.into(),
            variable,
            ty: Type::new(Base::Record(RecordType { name: Some(REQUEST.into()), fields: vec![key] })),
            origin: None,
            named: false,
            pending: Pending::Nothing,
            span: Span::new(0, 0, 0),
        }));
    }

    fn method(&mut self, node: &tree::Target, map: Option<&tree::Map>) -> Option<String> {
        let method = node.method.as_ref()?;
        if !METHODS.contains(&method.text.as_str()) {
            let near = nearest(&method.text, METHODS.iter().copied()).unwrap_or("PUT");
            self.report(
                Diagnostic::new(
                    Code::E0607,
                    format!("`{}` is no HTTP method of a target", method.text),
                    method.span,
                    "not a method",
                )
                .help(format!("write `{near}`; the methods are {}", METHODS.join(", "))),
            );
            return None;
        }
        match (method.text.as_str(), map) {
            ("GET" | "HEAD", Some(map)) => {
                self.report(
                    Diagnostic::new(
                        Code::E0610,
                        format!("a {} request has no body", method.text),
                        method.span,
                        "no body",
                    )
                    .also(map.keyword, "this map would be its body")
                    .help("remove the map, or use POST, PUT or PATCH"),
                );
                return None;
            }
            ("POST" | "PUT" | "PATCH", None) if !self.maps_went_astray() => self.report(
                Diagnostic::new(
                    Code::W0110,
                    format!("this {} has no map, so it is sent without a body", method.text),
                    node.keyword,
                    "no body",
                )
                .help(match &node.name {
                    Some(name) => format!("write `map {} {{ … }}`", name.text),
                    None => "write `map { … }`".to_string(),
                }),
            ),
            _ => {}
        }
        Some(method.text.clone())
    }

    /// A map of this file has found no target, which is reported.
    fn maps_went_astray(&self) -> bool {
        self.out.iter().any(|diagnostic| matches!(diagnostic.code, Code::E0601 | Code::E0608))
    }

    /// A scalar that is always there: what URLs, keys and headers are made of. `reject` and `skip` in it are fine.
    pub(super) fn request_value(&mut self, value: Typed, place: &str) -> Option<Typed> {
        let value = self.leaves_as_text(value, place)?;
        let value = self.never_missing(value, place)?;
        self.never_fails(value, place)
    }

    fn clauses(&mut self, node: &tree::Target, target: &mut Target, scope: &mut Scope) {
        target.answer = self.answer_shape(node);
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        for clause in &node.clauses {
            let name = clause_name(&clause.kind);
            if let Some((_, first)) =
                seen.iter().find(|(known, _)| *known == name && !matches!(*known, "header" | "remember" | "forget"))
            {
                self.report(
                    Diagnostic::new(
                        Code::E0611,
                        format!("`{name}` stands twice in this target"),
                        clause.keyword,
                        "again here",
                    )
                    .also(*first, "first here")
                    .help(if name == "key" {
                        "separate the parts of the key by commas: `key a, b`"
                    } else {
                        "remove one of the two"
                    }),
                );
                continue;
            }
            if !name.is_empty() {
                seen.push((name, clause.keyword));
            }
            self.clause(clause, target, scope);
        }
        if !seen.iter().any(|(name, _)| *name == "key") {
            let hole = target.url.iter().find_map(|part| match part {
                UrlPart::Hole { source, .. } => Some(source.clone()),
                _ => None,
            });
            self.report(
                Diagnostic::new(Code::E0602, "this target has no idempotency key", node.keyword, "no `key`").help(
                    format!(
                        "name what the change is: `{{ key {}meta.id }}`",
                        hole.map(|hole| format!("{hole}, ")).unwrap_or_default()
                    ),
                ),
            );
        }
        if target.order_by.is_empty()
            && let Some(first) = target.key.first()
        {
            let first = first.clone();
            let at = node.clauses.iter().find_map(|clause| match &clause.kind {
                ClauseKind::Key(parts) => parts.first().map(|part| part.span),
                _ => None,
            });
            self.no_look_up(&first, "`order by`", at.unwrap_or(node.keyword));
            target.order_by.push(first);
        }
        self.answer_is_used(node, target);
    }

    fn clause(&mut self, clause: &tree::Clause, target: &mut Target, scope: &mut Scope) -> Option<()> {
        match &clause.kind {
            ClauseKind::Key(parts) => target.key = self.parts(parts, "a key", scope)?,
            ClauseKind::OrderBy(parts) => target.order_by = self.parts(parts, "`order by`", scope)?,
            ClauseKind::NewestBy(version) => target.newest_by = Some(self.version(version, scope)?),
            ClauseKind::Header { name, value } => {
                let mark = scope.mark();
                self.offer_request(scope);
                let header = self.header(name, value, scope);
                scope.back_to(mark);
                target.headers.push(header?);
            }
            ClauseKind::Auth(auth) => target.auth = Some(self.auth(auth, clause.span)?),
            ClauseKind::Timeout(duration) => target.timeout_ms = self.milliseconds(duration)?,
            ClauseKind::Retry(retry) => target.retry = self.retry(retry, clause.span)?,
            ClauseKind::Limit(limits) => target.limit = self.limits(limits)?,
            ClauseKind::Accept(accept) => target.accept = self.accept(accept, target.answer.as_ref())?,
            ClauseKind::Record(record) => {
                if record.value.is_empty() {
                    self.report(
                        Diagnostic::new(Code::E0612, "a record has a name", record.span, "empty")
                            .help("write it as `record \"slot-rule\"`"),
                    );
                    return None;
                }
                target.record = record.value.clone();
            }
            ClauseKind::Remember { key, value, crosswalk } => {
                let remember = self.remember(key, value, crosswalk, target, scope)?;
                target.remember.push(remember);
            }
            ClauseKind::Forget { key, crosswalk } => {
                let forget = self.forget(key, crosswalk, scope)?;
                target.forget.push(forget);
            }
            // Read before the others, which ask for it; or reported with the syntax.
            ClauseKind::Answer(_) | ClauseKind::Unknown(_) => {}
        }
        Some(())
    }

    fn parts(&mut self, parts: &[tree::Expr], place: &str, scope: &mut Scope) -> Option<Vec<Expr>> {
        let values: Vec<Option<Expr>> = parts
            .iter()
            .map(|part| {
                let value = self.expr(part, scope)?;
                let mut value = self.request_value_named(value, place)?;
                value.expr = self.with_lets(value.expr);
                if place == "`order by`" {
                    self.no_look_up(&value.expr, place, part.span)?;
                }
                Some(value.expr)
            })
            .collect();
        values.into_iter().collect()
    }

    /// As [`Self::request_value`]; a key is nobody's quantity, so its unit needs no name.
    fn request_value_named(&mut self, mut value: Typed, place: &str) -> Option<Typed> {
        value.named = true;
        self.request_value(value, place)
    }

    fn version(&mut self, node: &tree::Expr, scope: &mut Scope) -> Option<Expr> {
        let value = self.expr(node, scope)?;
        let value = self.never_missing(value, "`newest by`")?;
        let value = self.never_fails(value, "`newest by`")?;
        let ordered = matches!(
            value.ty.base,
            Base::Integer(_)
                | Base::Decimal(_)
                | Base::Text
                | Base::Code { .. }
                | Base::Date
                | Base::Time
                | Base::DateTime
        );
        if !ordered || value.ty.null {
            self.report(
                Diagnostic::new(
                    Code::E0605,
                    format!("{} does not tell which of two versions is newer", show(&value.ty)),
                    value.span,
                    show(&value.ty),
                )
                .help("compare by a number, a date, a datetime or a text"),
            );
            return None;
        }
        let version = self.with_lets(value.expr);
        self.no_look_up(&version, "`newest by`", value.span)?;
        Some(version)
    }

    /// A key that names the record but not the change makes the second change look like the first again.
    fn key_says_the_change(&mut self, node: &tree::Target, target: &Target) {
        let Some(clause) = node.clauses.iter().find(|clause| matches!(clause.kind, ClauseKind::Key(_))) else { return };
        let in_url =
            |part: &Expr| target.url.iter().any(|url| matches!(url, UrlPart::Hole { value, .. } if value == part));
        let names_change = |part: &Expr| matches!(part, Expr::Path { root: Root::Meta, .. });
        if !target.key.is_empty() && target.key.iter().all(|part| in_url(part) && !names_change(part)) {
            let source = self.source(clause.span);
            self.report(
                Diagnostic::new(
                    Code::W0108,
                    "this key names the record, but not the change",
                    clause.span,
                    "a second change of the record has the same key",
                )
                .help(format!(
                    "a target that remembers keys takes it for a repeat; add the event's id: `{}, meta.id`",
                    source.trim()
                )),
            );
        }
    }
}

fn clause_name(kind: &ClauseKind) -> &'static str {
    match kind {
        ClauseKind::Key(_) => "key",
        ClauseKind::OrderBy(_) => "order by",
        ClauseKind::NewestBy(_) => "newest by",
        ClauseKind::Header { .. } => "header",
        ClauseKind::Auth(_) => "auth",
        ClauseKind::Timeout(_) => "timeout",
        ClauseKind::Retry(_) => "retry",
        ClauseKind::Limit(_) => "limit",
        ClauseKind::Accept(_) => "accept",
        ClauseKind::Record(_) => "record",
        ClauseKind::Answer(_) => "answer",
        ClauseKind::Remember { .. } => "remember",
        ClauseKind::Forget { .. } => "forget",
        ClauseKind::Unknown(_) => "",
    }
}

/// `env.NAME`
pub(super) fn environment(node: &tree::Expr) -> Option<String> {
    match &node.kind {
        ExprKind::Field { base, name } => {
            matches!(&base.kind, ExprKind::Name(root) if root.text == "env").then(|| name.text.clone())
        }
        ExprKind::Text(parts) if literal(parts).is_none() && parts.len() == 1 => match &parts[0] {
            Part::Hole { value, .. } => environment(value),
            Part::Literal { .. } => None,
        },
        _ => None,
    }
}
