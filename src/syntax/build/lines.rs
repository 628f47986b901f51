//! The lines of a map's block.

use super::maps::empty_target;
use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::{self, Block, Doc, Each, Expr, Let, Line, LineKind, Name, Otherwise, TargetPath, Text};
use crate::syntax::words;
use crate::text::Span;

impl Builder<'_> {
    pub(super) fn line(&mut self, node: Node, doc: Doc) -> Option<Line> {
        let span = self.trimmed(&node);
        let kind = match node.as_rule() {
            Rule::rule_line => self.rule(node, span)?,
            Rule::each_line => self.each_line(node, span),
            Rule::when_line => self.when_line(node, span),
            Rule::spread => self.spread(node),
            Rule::reject_line => self.reject_line(node, span),
            Rule::let_line => LineKind::Let(self.let_of(node, doc.clone())),
            Rule::namespace => self.namespace(node, span),
            Rule::text_line => LineKind::Text { text: self.worded(node, span) },
            Rule::action => LineKind::Action(self.worded(node, span)),
            _ => {
                let head = self.head(&node, "header".len());
                let block = node.into_inner().find(|part| part.as_rule() == Rule::block)?;
                LineKind::Header(self.block(block, head))
            }
        };
        Some(Line { doc, kind, span })
    }

    /// `source -> target …`; a lone `match` with blocks is a line of its own.
    fn rule(&mut self, node: Node, span: Span) -> Option<LineKind> {
        let mut parts = Parts::of(node);
        let source = parts.next()?;
        if parts.peek() == Some(Rule::missing_arrow) {
            return self.without_arrow(source, parts);
        }
        let source = self.expr(source);
        let arrow = self.arrow(parts.next(), span);
        let target = self.target_or_missing(parts.next(), span);
        let (mut when, mut block) = (None, None);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::when_suffix => when = Some(self.when_suffix(part)),
                Rule::block => block = Some(self.block(part, arrow)),
                Rule::junk => self.junk(&part),
                _ => {}
            }
        }
        Some(LineKind::Rule(tree::Rule { source, arrow, target, when, block }))
    }

    fn without_arrow(&mut self, source: Node, mut parts: Parts) -> Option<LineKind> {
        let mark = parts.next()?;
        let junk = parts.take(Rule::junk).map(|junk| self.trimmed(&junk));
        let block = parts.take(Rule::block);
        if junk.is_none()
            && block.is_none()
            && let Some(lone) = lone_match(&source)
            && Self::chooses_lines(&lone)
        {
            return Some(self.match_lines(lone));
        }
        let at = self.trimmed(&source);
        let word = super::slips::leading_word(self.slice(Span { end: at.end.min(at.start + 40), ..at }));
        let is_word = word.len() == self.slice(at).len();
        if is_word
            && (junk.is_some() || block.is_some())
            && let Some(meant) = words::nearest(word, words::LINES)
        {
            self.report(
                Diagnostic::new(
                    Code::E0001,
                    format!("`{word}` begins no line of a map"),
                    at,
                    format!("did you mean `{meant}`?"),
                )
                .help(self.corrected(at, meant)),
            );
        }
        let source = self.expr(source);
        let due = self.due(&mark);
        if let Some(slip) = junk.and_then(|junk| self.known_slip(junk)) {
            self.report(slip);
        }
        let help = match junk {
            Some(junk) if begins_a_path(self.slice(junk)) => self.corrected(due, " ->"),
            _ => self.corrected(due, " -> name"),
        };
        self.missing(&mark, "`->` and a target are missing in this rule", Some(help));
        if let Some(block) = block {
            self.block(block, due);
        }
        let target = empty_target(due);
        Some(LineKind::Rule(tree::Rule { source, arrow: due, target, when: None, block: None }))
    }

    fn arrow(&mut self, node: Option<Node>, owner: Span) -> Span {
        match node {
            Some(arrow) if arrow.as_rule() == Rule::bad_arrow => self.bad_arrow(&arrow),
            Some(arrow) => self.trimmed(&arrow),
            None => owner.after(),
        }
    }

    fn target_or_missing(&mut self, node: Option<Node>, owner: Span) -> TargetPath {
        match node {
            Some(node) => self.target_path(node),
            None => empty_target(owner.after()),
        }
    }

    pub(super) fn when_suffix(&mut self, node: Node) -> Expr {
        let span = self.trimmed(&node);
        self.expr_or_missing(node.into_inner().next(), span)
    }

    fn each_line(&mut self, node: Node, span: Span) -> LineKind {
        let keyword = self.head(&node, 4);
        let mut parts = Parts::of(node);
        let each = match parts.next() {
            Some(clause) => self.each(clause),
            None => Each {
                binder: Name { text: String::new(), span },
                list: self.error_at(span),
                filter: None,
                sort: None,
                span,
            },
        };
        let mut target = None;
        let mut when = None;
        let mut block = Block { lines: Vec::new(), open: span.after(), span: span.after() };
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::arrow => {}
                Rule::bad_arrow => drop(self.bad_arrow(&part)),
                Rule::rule_target | Rule::missing_target => target = Some(self.target_path(part)),
                Rule::when_suffix => when = Some(self.when_suffix(part)),
                Rule::block => block = self.block(part, keyword),
                _ => {}
            }
        }
        match target {
            Some(target) => LineKind::Each { each, target, when, block },
            None => LineKind::EachLines { each, block },
        }
    }

    fn when_line(&mut self, node: Node, span: Span) -> LineKind {
        let keyword = self.head(&node, 4);
        let mut parts = Parts::of(node);
        let condition = self.expr_or_missing(parts.next(), keyword);
        let block = self.block_or_empty(parts.next(), keyword);
        // The chain is flat in the text and nested in the tree: it counts as so many operators.
        let mut links = Vec::new();
        while let Some(part) = parts.take(Rule::else_part) {
            links.push(part);
        }
        if self.operators + links.len() > super::MAX_OPERATORS {
            self.report(
                Diagnostic::new(
                    Code::E0008,
                    format!("this chain has {} branches, and {} are the most", links.len(), super::MAX_OPERATORS),
                    keyword,
                    "it begins here",
                )
                .help("match status { \"active\" { … } \"retired\" { … } }"),
            );
            links.clear();
        }
        let otherwise = self.else_chain(links, span);
        LineKind::When { condition, block, otherwise }
    }

    fn else_chain(&mut self, links: Vec<Node>, span: Span) -> Option<Otherwise> {
        let mut built: Vec<(Option<Expr>, Block, Span)> = Vec::new();
        let mut last_else: Option<Span> = None;
        for link in links {
            let at = self.trimmed(&link);
            let keyword = self.head(&link, 4);
            if let Some(before) = last_else {
                self.report(
                    Diagnostic::new(
                        Code::E0001,
                        "another `else` behind the last one",
                        keyword,
                        "it can never be reached",
                    )
                    .also(before, "this `else` takes all that is left")
                    .help("else when status == \"retired\" { … }"),
                );
            }
            let Some(inner) = link.into_inner().find(|part| matches!(part.as_rule(), Rule::else_when | Rule::block))
            else {
                continue;
            };
            if inner.as_rule() == Rule::block {
                last_else = Some(keyword);
                built.push((None, self.block(inner, keyword), at));
                continue;
            }
            if inner.as_str().starts_with("if") {
                let word = self.head(&inner, 2);
                self.report(
                    Diagnostic::new(Code::E0001, "`if` chooses a value; `when` chooses lines", word, "`when` is meant")
                        .help(self.corrected(word, "when")),
                );
            }
            let mut parts = Parts::of(inner);
            let condition = self.expr_or_missing(parts.next(), keyword);
            let block = self.block_or_empty(parts.next(), keyword);
            built.push((Some(condition), block, at));
        }
        built.into_iter().rev().fold(None, |otherwise, (condition, block, at)| {
            Some(match condition {
                None => Otherwise::Block(block),
                Some(condition) => Otherwise::When(Box::new(Line {
                    doc: None,
                    kind: LineKind::When { condition, block, otherwise },
                    span: at.to(span.after()),
                })),
            })
        })
    }

    fn block_or_empty(&mut self, node: Option<Node>, head: Span) -> Block {
        match node {
            Some(node) if matches!(node.as_rule(), Rule::block | Rule::when_block) => self.block(node, head),
            _ => Block { lines: Vec::new(), open: head.after(), span: head.after() },
        }
    }

    fn spread(&mut self, node: Node) -> LineKind {
        let dots = self.head(&node, 3);
        let mut name = Name { text: String::new(), span: dots.after() };
        let mut arguments = Vec::new();
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::name => name = self.name(&part),
                Rule::missing_name => {
                    name = self.missing_name(&part, "the name of a map is due behind `...`", "...Contact(contact)")
                }
                Rule::arguments => arguments = self.arguments(part).0,
                Rule::missing_params => {
                    let help = self.corrected(self.due(&part), "()");
                    self.missing(&part, "what the map is given is missing, in parentheses", Some(help));
                }
                Rule::junk => self.junk(&part),
                _ => {}
            }
        }
        LineKind::Spread { name, arguments }
    }

    fn reject_line(&mut self, node: Node, span: Span) -> LineKind {
        let mut parts = Parts::of(node);
        let mut reason = self.error_at(span);
        let mut when = None;
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::reject => {
                    if let Some(text) = part.into_inner().next() {
                        reason = self.text_expr(text);
                    }
                }
                Rule::when_suffix => when = Some(self.when_suffix(part)),
                Rule::junk => self.junk(&part),
                _ => {}
            }
        }
        LineKind::Reject { reason, when }
    }

    /// `let` in a block or at the top.
    pub(super) fn let_of(&mut self, node: Node, doc: Doc) -> Let {
        let span = self.trimmed(&node);
        let keyword = self.head(&node, 3);
        let mut parts = Parts::of(node);
        let name = match parts.next() {
            Some(name) if name.as_rule() == Rule::name => self.name(&name),
            Some(missing) => {
                self.missing_name(&missing, "a name is missing behind `let`", "let total = first + second")
            }
            None => Name { text: String::new(), span: keyword },
        };
        self.equals(&mut parts);
        let value = self.expr_or_missing(parts.next(), keyword);
        self.rest(&mut parts);
        Let { doc, name, value, span }
    }

    /// The `=` of a `let`, an `fn` or a `type`.
    pub(super) fn equals(&mut self, parts: &mut Parts) {
        let Some(sign) = parts.next() else { return };
        if matches!(sign.as_rule(), Rule::missing_equals) {
            let help = self.corrected(self.due(&sign), " =");
            self.missing(&sign, "`=` is missing here", Some(help));
        } else if sign.as_str() != "=" {
            let at = self.trimmed(&sign);
            self.report(
                Diagnostic::new(
                    Code::E0016,
                    format!("a name is given its meaning by `=`, not `{}`", self.slice(at)),
                    at,
                    "`=` is meant",
                )
                .help(self.corrected(at, if self.slice(at) == ":" { " =" } else { "=" })),
            );
        }
    }

    fn namespace(&mut self, node: Node, span: Span) -> LineKind {
        let mut prefix = None;
        let mut uri = Text { value: String::new(), span };
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::name => prefix = Some(self.name(&part)),
                Rule::junk => self.junk(&part),
                _ => {
                    uri =
                        self.text_or_missing(part, "the namespace's URI is missing", "namespace v \"urn:vista:common\"")
                }
            }
        }
        LineKind::Namespace { prefix, uri }
    }

    /// `line …` and `action …`.
    fn worded(&mut self, node: Node, span: Span) -> Expr {
        let mut parts = Parts::of(node);
        let value = self.expr_or_missing(parts.next(), span);
        self.rest(&mut parts);
        value
    }

    /// A text, or the marker of a missing one.
    pub(super) fn text_or_missing(&mut self, node: Node, message: &str, help: &str) -> Text {
        if node.as_rule() == Rule::missing_text {
            self.missing_text(&node, message, help)
        } else {
            self.plain_text(node)
        }
    }
}

/// The `match` that an expression consists of.
fn lone_match<'i>(source: &Node<'i>) -> Option<Node<'i>> {
    let mut parts = Parts::of(source.clone());
    let first = parts.next()?;
    (first.as_rule() == Rule::r#match && parts.next().is_none()).then_some(first)
}

fn begins_a_path(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '`'))
}
