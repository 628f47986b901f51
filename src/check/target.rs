//! Targets: method, URL with its holes, key, order, versions, headers, patience.

use super::Checker;
use super::expr::literal;
use super::nearest::nearest;
use super::scope::Scope;
use super::show::show;
use super::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::target::HeaderPart;
use crate::model::unit::Unit;
use crate::model::{Accept, Auth, Base, Expr, HeaderRule, Limit, Retry, Secret, Target, TargetEach, UrlPart, UrlPlace};
use crate::syntax::tree::{self, AuthArgument, ClauseKind, ExprKind, Part};
use crate::text::Span;

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
/// The header that carries the idempotency key.
const KEY_HEADER: &str = "Idem-Key";
const DEFAULT_TIMEOUT_MS: u64 = 10_000;

impl Checker<'_> {
    pub(super) fn target(&mut self, node: &tree::Target, map: Option<&tree::Map>) -> Option<Target> {
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
        let each = match &node.each {
            Some(each) => {
                let bound = self.bind_each(each, &mut scope)?;
                let list = self.never_missing(bound.list, "`each` on a target")?;
                Some(TargetEach {
                    variable: bound.variable,
                    list: self.with_lets(list.expr),
                    filter: bound.filter.map(|filter| self.with_lets(filter)),
                })
            }
            None => None,
        };
        let url = self.url(&node.url, &mut scope);
        let mut target = Target {
            name: node.name.as_ref().map(|name| name.text.clone()),
            method: method.unwrap_or_default(),
            url: url.unwrap_or_default(),
            record: self.name.clone(),
            each,
            when,
            key: Vec::new(),
            key_header: KEY_HEADER.into(),
            order_by: Vec::new(),
            newest_by: None,
            headers: Vec::new(),
            auth: None,
            timeout_ms: DEFAULT_TIMEOUT_MS,
            retry: Retry::default(),
            limit: Limit::default(),
            accept: Accept::default(),
            body: None,
        };
        self.clauses(node, &mut target, &mut scope);
        self.key_says_the_change(node, &target);
        self.used_lets.clear();
        if let Some(map) = map {
            let mut body = self.body(map, &mut scope);
            if let Some(body) = &mut body {
                let lets = self.let_nodes();
                body.nodes.splice(0..0, lets);
            }
            target.body = body;
        }
        (self.errors() == errors).then_some(target)
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
            ("POST" | "PUT" | "PATCH", None) => self.report(
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

    fn url(&mut self, node: &tree::Expr, scope: &mut Scope) -> Option<Vec<UrlPart>> {
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
                    url.push(UrlPart::Literal(value.clone()));
                }
                Part::Hole { value, span, .. } => {
                    if let Some(name) = environment(value) {
                        before.push_str("env");
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
                        Some(part) => url.push(part),
                        None => sound = false,
                    }
                    before.push('x');
                }
            }
        }
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

    fn url_hole(&mut self, node: &tree::Expr, place: UrlPlace, scope: &mut Scope) -> Option<UrlPart> {
        let value = self.expr(node, scope)?;
        let value = self.request_value(value, "a hole in a URL")?;
        let mut value = value;
        if place == UrlPlace::Segment && !value.is_safe_segment() {
            match value.expr {
                Expr::Rescue { value: inner, fallback } => {
                    value.expr = Expr::Rescue { value: Box::new(Expr::Demand(inner)), fallback }
                }
                _ => {
                    let source = self.source(value.span);
                    self.report(
                        Diagnostic::new(
                            Code::E0606,
                            "this computed segment of the URL may be empty, `.` or `..`",
                            value.span,
                            "may name another record, or none",
                        )
                        .help(format!("say what then: `{{{source} !! reject \"no id\"}}`")),
                    );
                    return None;
                }
            }
        }
        let source = value.origin.as_ref().map(|origin| origin.join(".")).unwrap_or_else(|| self.source(value.span));
        Some(UrlPart::Hole { value: self.with_lets(value.expr), place, source })
    }

    /// A scalar that is always there: what URLs, keys and headers are made of. `reject` and `skip` in it are fine.
    fn request_value(&mut self, value: Typed, place: &str) -> Option<Typed> {
        let value = self.leaves_as_text(value, place)?;
        let value = self.never_missing(value, place)?;
        self.never_fails(value, place)
    }

    fn clauses(&mut self, node: &tree::Target, target: &mut Target, scope: &mut Scope) {
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
        if target.order_by.is_empty() {
            target.order_by.extend(target.key.first().cloned());
        }
    }

    fn clause(&mut self, clause: &tree::Clause, target: &mut Target, scope: &mut Scope) -> Option<()> {
        match &clause.kind {
            ClauseKind::Key(parts) => target.key = self.parts(parts, "a key", scope)?,
            ClauseKind::OrderBy(parts) => target.order_by = self.parts(parts, "`order by`", scope)?,
            ClauseKind::NewestBy(version) => target.newest_by = Some(self.version(version, scope)?),
            ClauseKind::Header { name, value } => {
                let header = self.header(name, value, scope)?;
                target.headers.push(header);
            }
            ClauseKind::Auth(auth) => target.auth = Some(self.auth(auth, clause.span)?),
            ClauseKind::Timeout(duration) => target.timeout_ms = self.milliseconds(duration)?,
            ClauseKind::Retry(retry) => target.retry = self.retry(retry, clause.span)?,
            ClauseKind::Limit(limits) => target.limit = self.limits(limits)?,
            ClauseKind::Accept(accept) => target.accept = self.accept(accept)?,
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
            ClauseKind::Answer(_) | ClauseKind::Remember { .. } | ClauseKind::Forget { .. } => {
                self.not_yet::<()>(clause.span, "crosswalks")?;
            }
            // Reported with the syntax.
            ClauseKind::Unknown(_) => {}
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
        Some(self.with_lets(value.expr))
    }

    fn header(&mut self, name: &tree::Name, value: &tree::Expr, scope: &mut Scope) -> Option<HeaderRule> {
        // RFC 9110 §5.6.2: a header's name is a token.
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let taken = ["content-type", "content-length", "host", "transfer-encoding", "connection", "idem-key"];
        let lower = name.text.to_ascii_lowercase();
        let wrong = if name.text.is_empty() || !name.text.chars().all(token) {
            Some(format!("`{}` is no name of a header", name.text))
        } else if taken.contains(&lower.as_str()) {
            Some(format!("the header `{}` is written by the connector itself", name.text))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            self.report(
                Diagnostic::new(Code::E0612, wrong, name.span, "this header")
                    .help("write it as in `header X-Source \"hms\"`"),
            );
            return None;
        }
        let mut parts = Vec::new();
        match &value.kind {
            ExprKind::Text(texts) => {
                for part in texts {
                    parts.push(match part {
                        Part::Literal { value, .. } => HeaderPart::Literal(value.clone()),
                        Part::Hole { value, .. } => match environment(value) {
                            Some(name) => HeaderPart::Environment(name),
                            None => HeaderPart::Hole(self.header_hole(value, scope)?),
                        },
                    });
                }
                if lower == "authorization" && !parts.iter().any(|part| matches!(part, HeaderPart::Environment(_))) {
                    self.report(
                        Diagnostic::new(
                            Code::W0109,
                            "a secret is written in the file",
                            value.span,
                            "whoever reads the file has it",
                        )
                        .help("name where it is kept: `auth bearer env VISTA_TOKEN`"),
                    );
                }
            }
            _ => match environment(value) {
                Some(name) => parts.push(HeaderPart::Environment(name)),
                None => parts.push(HeaderPart::Hole(self.header_hole(value, scope)?)),
            },
        }
        Some(HeaderRule { name: name.text.clone(), value: parts })
    }

    fn header_hole(&mut self, node: &tree::Expr, scope: &mut Scope) -> Option<Expr> {
        let value = self.expr(node, scope)?;
        let value = self.request_value(value, "a header")?;
        Some(self.with_lets(value.expr))
    }

    fn auth(&mut self, auth: &tree::Auth, span: Span) -> Option<Auth> {
        let mut secrets = Vec::new();
        let mut arguments = auth.arguments.iter();
        while let Some(argument) = arguments.next() {
            let secret = match (argument, argument.word()) {
                (AuthArgument::Word(_), Some(kind @ ("env" | "file"))) => match (kind, arguments.next()) {
                    ("env", Some(AuthArgument::Word(name))) => Some(Secret::Environment(name.text.clone())),
                    ("env", Some(AuthArgument::Text(name))) => Some(Secret::Environment(name.value.clone())),
                    ("file", Some(AuthArgument::Text(path))) => Some(Secret::File(path.value.clone())),
                    _ => None,
                },
                _ => None,
            };
            let Some(secret) = secret else {
                self.report(
                    Diagnostic::new(
                        Code::E0614,
                        "a secret is named by reference only",
                        argument.span(),
                        "not a reference",
                    )
                    .help("write `env NAME` or `file \"/path\"`"),
                );
                return None;
            };
            secrets.push(secret);
        }
        match (auth.scheme.text.as_str(), secrets.as_slice()) {
            ("bearer", [token]) => Some(Auth::Bearer(token.clone())),
            ("basic", [user, password]) => Some(Auth::Basic { user: user.clone(), password: password.clone() }),
            ("oauth2" | "certificate", _) => self.not_yet(span, &format!("`auth {}`", auth.scheme.text)),
            ("bearer" | "basic", _) => {
                self.report(
                    Diagnostic::new(Code::E0614, "this is not what the scheme needs", span, "wrong number of secrets")
                        .help("write `auth bearer env TOKEN`, or `auth basic env USER env PASSWORD`"),
                );
                None
            }
            (other, _) => {
                let near = nearest(other, ["bearer", "basic", "oauth2", "certificate"]).unwrap_or("bearer");
                self.report(
                    Diagnostic::new(
                        Code::E0614,
                        format!("there is no scheme `{other}`"),
                        auth.scheme.span,
                        "not a scheme",
                    )
                    .help(format!("write `auth {near} …`")),
                );
                None
            }
        }
    }

    /// A length of time in whole milliseconds, more than zero.
    fn milliseconds(&mut self, duration: &tree::Duration) -> Option<u64> {
        let number = self.number(&duration.number, duration.span)?;
        let unit = self.unit(&duration.unit)?;
        let ms = Unit::parse("ms", false).ok().and_then(|ms| unit.conversion(&ms).ok());
        let millis = match (number.as_constant(), ms) {
            (Some(crate::model::Constant::Number(number)), Some(conversion)) => conversion.apply(number).to_i64(),
            _ => None,
        };
        match millis
            .and_then(|millis| u64::try_from(millis).ok())
            .filter(|millis| (1..=366 * 86_400_000).contains(millis))
        {
            Some(millis) => Some(millis),
            None => {
                self.report(
                    Diagnostic::new(
                        Code::E0613,
                        "a length of time from 1 ms to 366 days is due here",
                        duration.span,
                        "not such a time",
                    )
                    .help("write it as `10 s`, `24 hours`, `500 ms`"),
                );
                None
            }
        }
    }

    fn retry(&mut self, node: &tree::Retry, span: Span) -> Option<Retry> {
        let mut retry = Retry::default();
        if let Some((times, at)) = &node.times {
            retry.times = Some(self.count(times, *at)?);
        }
        if let Some(from) = &node.from {
            retry.from_ms = self.milliseconds(from)?;
            retry.to_ms = retry.to_ms.max(retry.from_ms);
        }
        if let Some(to) = &node.to {
            retry.to_ms = self.milliseconds(to)?;
        }
        if let Some(within) = &node.within {
            retry.within_ms = self.milliseconds(within)?;
        }
        if retry.from_ms > retry.to_ms {
            self.report(
                Diagnostic::new(
                    Code::E0613,
                    "the waits between tries grow, so the first is the shorter",
                    span,
                    "from more to less",
                )
                .help("write `retry from 1 s to 60 s`"),
            );
            return None;
        }
        Some(retry)
    }

    fn count(&mut self, text: &str, span: Span) -> Option<u32> {
        match text.parse::<u32>() {
            Ok(count) if count > 0 => Some(count),
            _ => {
                self.report(
                    Diagnostic::new(Code::E0613, "a whole number above zero is due here", span, "not such a number")
                        .help("write it as `5`"),
                );
                None
            }
        }
    }

    fn limits(&mut self, nodes: &[tree::Limit]) -> Option<Limit> {
        let mut limit = Limit::default();
        for node in nodes {
            match node {
                tree::Limit::Rate { count, per, span } => {
                    let count = self.count(count, *span)?;
                    let one = tree::Duration { number: "1".into(), unit: per.clone(), span: per.span };
                    limit.rate = Some((count, self.milliseconds(&one)?));
                }
                tree::Limit::AtOnce { count, span } => limit.at_once = Some(self.count(count, *span)?),
            }
        }
        Some(limit)
    }

    /// `status in 200..299` (and `not fault`, which holds anyway).
    fn accept(&mut self, node: &tree::Expr) -> Option<Accept> {
        if let ExprKind::Binary { operator: tree::Binary::And, left, right, .. } = &node.kind
            && is_not_fault(right)
        {
            return self.accept(left);
        }
        if is_not_fault(node) {
            return Some(Accept::default());
        }
        if let ExprKind::Between { value, low, high } = &node.kind {
            let status = matches!(&value.kind, ExprKind::Name(name) if name.text == "status");
            let bound = |node: &tree::Expr| match &node.kind {
                ExprKind::Number(text) => text.parse::<u16>().ok().filter(|status| (100..600).contains(status)),
                _ => None,
            };
            if let (true, Some(from), Some(to)) = (status, bound(low), bound(high))
                && from <= to
            {
                return Some(Accept { from, to });
            }
        }
        if let ExprKind::Binary { operator: tree::Binary::Equal, left, right, .. } = &node.kind
            && let (ExprKind::Name(name), ExprKind::Number(text)) = (&left.kind, &right.kind)
            && let (true, Ok(status @ 100..600)) = (name.text == "status", text.parse::<u16>())
        {
            return Some(Accept { from: status, to: status });
        }
        self.report(
            Diagnostic::new(Code::E0616, "`accept` says which statuses mean delivered", node.span, "not understood")
                .help("write `accept status in 200..299`; tests of the answer's body are not in this version"),
        );
        None
    }

    /// A key that names the record but not the change makes the second change look like the first again.
    fn key_says_the_change(&mut self, node: &tree::Target, target: &Target) {
        let Some(clause) = node.clauses.iter().find(|clause| matches!(clause.kind, ClauseKind::Key(_))) else { return };
        let in_url =
            |part: &Expr| target.url.iter().any(|url| matches!(url, UrlPart::Hole { value, .. } if value == part));
        if !target.key.is_empty() && target.key.iter().all(in_url) {
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
fn environment(node: &tree::Expr) -> Option<String> {
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

fn is_not_fault(node: &tree::Expr) -> bool {
    matches!(&node.kind, ExprKind::Not(inner) if matches!(&inner.kind, ExprKind::Name(name) if name.text == "fault"))
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
