//! The lines of a map, one by one.

use super::{Branch, Element, Entry, Shape, path_text};
use crate::check::Checker;
use crate::check::expr::in_arm;
use crate::check::scope::{Binding, Frame, Scope};
use crate::check::typed::{Pending, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Comparison, Constant, Expr, Node, OutName};
use crate::syntax::tree::{self, LineKind, Otherwise};
use crate::text::Span;

/// Where the lines at hand stand: the path that opened blocks have gone down, and the conditions around.
pub(super) struct Lines {
    pub shape: Shape,
    /// Below the element at hand, by `source -> path { … }`.
    pub prefix: Vec<OutName>,
    pub guards: Vec<Expr>,
    pub branch: Branch,
    /// The path of the element at hand, for reasons.
    pub outer: Vec<OutName>,
    /// Lines that belong to the map's head: namespaces, the action.
    pub head: Vec<Span>,
    /// What is written into the header of a SOAP envelope; `None` where no `header` may stand.
    pub header: Option<Element>,
}

impl Lines {
    pub fn new(shape: Shape) -> Lines {
        Lines {
            shape,
            prefix: Vec::new(),
            guards: Vec::new(),
            branch: Vec::new(),
            outer: Vec::new(),
            head: Vec::new(),
            header: None,
        }
    }

    pub fn full_path(&self, steps: &[OutName]) -> String {
        let all: Vec<OutName> = self.outer.iter().chain(&self.prefix).chain(steps).cloned().collect();
        path_text(&all)
    }

    /// A value that is named in the branch at hand: a `reject` in it takes no effect in another one. A path has none,
    /// and stays one; so does an item of a list, unless its index or list may be answered by a `reject`.
    pub fn only_there(&self, value: Expr) -> Expr {
        let stays = match &value {
            Expr::Path { .. } | Expr::Constant(_) => true,
            Expr::Index { .. } => !value.any(&mut |inner| matches!(inner, Expr::Reject(_) | Expr::Skip)),
            _ => false,
        };
        match self.when(None) {
            Some(condition) if !stays => {
                Expr::If { condition: Box::new(condition), then: Box::new(value), otherwise: Box::new(Expr::Missing) }
            }
            _ => value,
        }
    }

    /// All conditions around, and one more.
    pub fn when(&self, own: Option<Expr>) -> Option<Expr> {
        self.guards.iter().cloned().chain(own).reduce(|left, right| Expr::And(Box::new(left), Box::new(right)))
    }
}

impl Checker<'_> {
    pub(super) fn lines(&mut self, block: &tree::Block, at: &mut Lines, element: &mut Element, scope: &mut Scope) {
        for line in &block.lines {
            self.line(line, at, element, scope);
        }
    }

    fn line(&mut self, line: &tree::Line, at: &mut Lines, element: &mut Element, scope: &mut Scope) {
        match &line.kind {
            LineKind::Rule(rule) => {
                self.rule(rule, at, element, scope);
            }
            LineKind::Each { each, target, when, block } => {
                self.each_line(each, target, when.as_ref(), block, at, element, scope);
            }
            LineKind::When { condition, block, otherwise } => {
                self.when_line(condition, block, otherwise.as_ref(), at, element, scope)
            }
            LineKind::Match { subject, arms, span } => self.match_line(subject, arms, *span, at, element, scope),
            LineKind::Spread { name, arguments } => self.spread(name, arguments, line.span, at, element, scope),
            LineKind::Reject { reason, when } => self.reject_line(reason, when.as_ref(), at, element, scope),
            LineKind::Let(declared) => self.let_line(declared, at, element, scope),
            LineKind::Namespace { .. } if at.head.contains(&line.span) => {}
            LineKind::Namespace { prefix, .. } => {
                self.poisoned_prefixes.extend(prefix.iter().map(|prefix| prefix.text.clone()));
                self.namespace_line(line.span, &at.shape);
            }
            LineKind::EachLines { each, block } => {
                self.each_lines(each, block, line.span, at, element, scope);
            }
            LineKind::Text { text } => {
                self.text_line(text, line.span, at, element, scope);
            }
            LineKind::Action(_) if at.head.contains(&line.span) => {}
            LineKind::Action(_) => {
                let (message, help) = match at.shape.is_soap() {
                    true => ("an action stands at the top of the map", "write it before the rules, outside of blocks"),
                    false => ("only a SOAP map has an action", "write `map as soap 1.1 p:Operation { … }`"),
                };
                self.report(Diagnostic::new(Code::E0651, message, line.span, "not here").help(help));
            }
            LineKind::Header(block) => self.header_line(block, line.span, at, scope),
        }
    }

    fn namespace_line(&mut self, span: Span, shape: &Shape) {
        let diagnostic = match shape.is_xml() {
            true => Diagnostic::new(Code::E0510, "namespaces are declared at the top of the map", span, "not here")
                .help("write it before the rules, outside of blocks and of maps with parameters"),
            false => {
                let label = if matches!(shape, Shape::Json) { "not in JSON" } else { "only in XML" };
                Diagnostic::new(Code::E0510, format!("{} has no namespaces", shape.what()), span, label)
                    .help("remove the line")
            }
        };
        self.report(diagnostic);
    }

    /// `header { … }`: written into the envelope's header, in the branch at hand.
    fn header_line(&mut self, block: &tree::Block, span: Span, at: &mut Lines, scope: &mut Scope) {
        let Some(mut header) = at.header.take() else {
            let (message, help) = match at.shape.is_soap() {
                true => ("the header is that of the whole envelope", "write it outside of what is repeated"),
                false => ("only a SOAP map has a header", "write `map as soap 1.1 p:Operation { … }`"),
            };
            self.report(Diagnostic::new(Code::E0651, message, span, "not here").help(help));
            return;
        };
        let mut inner = Lines::new(at.shape.clone());
        inner.guards = at.guards.clone();
        inner.branch = at.branch.clone();
        let mark = scope.mark();
        self.lines(block, &mut inner, &mut header, scope);
        scope.back_to(mark);
        at.header = Some(header);
    }

    fn when_line(
        &mut self,
        condition: &tree::Expr,
        block: &tree::Block,
        otherwise: Option<&Otherwise>,
        at: &mut Lines,
        element: &mut Element,
        scope: &mut Scope,
    ) {
        let condition = self.condition(condition, "`when`", scope);
        let choice = self.variable();
        // Where the condition is wrong, the lines are checked all the same.
        let (guard, yes, no) = condition.unwrap_or((Expr::Constant(Constant::Boolean(true)), Vec::new(), Vec::new()));
        let mark = scope.mark();
        scope.learn(yes);
        self.arm(at, guard.clone(), choice, 0, |checker, at| checker.lines(block, at, element, scope));
        scope.back_to(mark);
        let Some(otherwise) = otherwise else { return };
        scope.learn(no);
        self.arm(at, Expr::Not(Box::new(guard)), choice, 1, |checker, at| match otherwise {
            Otherwise::Block(block) => checker.lines(block, at, element, scope),
            Otherwise::When(line) => checker.line(line, at, element, scope),
        });
        scope.back_to(mark);
    }

    fn arm(
        &mut self,
        at: &mut Lines,
        guard: Expr,
        choice: u32,
        number: usize,
        inside: impl FnOnce(&mut Self, &mut Lines),
    ) {
        at.guards.push(guard);
        at.branch.push((choice, number));
        inside(self, at);
        at.branch.pop();
        at.guards.pop();
    }

    fn match_line(
        &mut self,
        subject: &tree::Expr,
        arms: &[tree::BlockArm],
        span: Span,
        at: &mut Lines,
        element: &mut Element,
        scope: &mut Scope,
    ) {
        let subject = self.expr(subject, scope);
        let mut any_before = false;
        let subject = subject.and_then(|subject| self.never_missing(subject, "a `match` block"));
        let subject = subject.and_then(|subject| self.never_fails(subject, "a `match` block"));
        let patterns: Vec<&tree::Pattern> = arms.iter().map(|arm| &arm.pattern).collect();
        let cases = subject.as_ref().and_then(|subject| self.cases(subject, &patterns, span, scope));
        let choice = self.variable();
        let mut before: Vec<Expr> = Vec::new();
        let mut constants_before: Vec<Constant> = Vec::new();
        for (number, arm) in arms.iter().enumerate() {
            let case = cases.as_ref().and_then(|cases| cases.arms.get(number));
            let mark = scope.mark();
            if let (Some(case), Some(subject)) = (case, &subject) {
                scope.learn(in_arm(&subject.expr, case.as_deref(), &constants_before));
                constants_before.extend(case.iter().flatten().cloned());
            }
            let guard = match (case, &subject) {
                (Some(Some(constants)), Some(subject)) => {
                    let guard = equals(&subject.expr, constants);
                    before.push(guard.clone());
                    guard
                }
                // Only the first `_` counts.
                (Some(None), _) if std::mem::replace(&mut any_before, true) => Expr::Constant(Constant::Boolean(false)),
                (Some(None), _) => before
                    .iter()
                    .cloned()
                    .map(|guard| Expr::Not(Box::new(guard)))
                    .reduce(|left, right| Expr::And(Box::new(left), Box::new(right)))
                    .unwrap_or(Expr::Constant(Constant::Boolean(true))),
                _ => Expr::Constant(Constant::Boolean(true)),
            };
            self.arm(at, guard, choice, number, |checker, at| checker.lines(&arm.block, at, element, scope));
            scope.back_to(mark);
        }
    }

    fn spread(
        &mut self,
        name: &tree::Name,
        arguments: &[tree::Expr],
        span: Span,
        at: &mut Lines,
        element: &mut Element,
        scope: &mut Scope,
    ) {
        let values: Vec<Option<Typed>> = arguments.iter().map(|argument| self.expr(argument, scope)).collect();
        let Some(map) = self.map_named(name) else {
            if self.is_poisoned(name) {
                return;
            }
            let known = self.names_at(name.span).maps.keys().copied();
            let near = crate::check::nearest::nearest(&name.text, known).map(str::to_string);
            self.report(
                Diagnostic::new(
                    Code::E0107,
                    format!("there is no map `{}` with parameters", name.text),
                    name.span,
                    "no such map",
                )
                .help(match near {
                    Some(near) => format!("write `...{near}(…)`"),
                    None => format!("declare it: `map {}(x: T) {{ … }}`", name.text),
                }),
            );
            return;
        };
        let parameters = map.parameters.as_deref().unwrap_or_default();
        if parameters.len() != values.len() {
            self.report(
                Diagnostic::new(
                    Code::E0202,
                    format!("`{}` takes {} arguments, not {}", name.text, parameters.len(), values.len()),
                    span,
                    "spread here",
                )
                .also(map.keyword, "declared here")
                .help("give one argument a parameter"),
            );
            return;
        }
        if self.under_way.contains(&map.keyword) {
            self.report(
                Diagnostic::new(
                    Code::E0218,
                    format!("the map `{}` spreads itself", name.text),
                    span,
                    "leads back to itself",
                )
                .also(map.keyword, "declared here")
                .help("every mapping ends: go over a list with `each` instead"),
            );
            return;
        }
        let mut inner = Scope { facts: scope.facts.clone(), ..Scope::default() };
        for (parameter, value) in parameters.iter().zip(values) {
            let Some(ty) = self.ty(&parameter.ty) else { return };
            let Some(value) = value else { return };
            let Some(value) = self.fits_parameter(value, &ty, &parameter.name) else { return };
            let Some(value) = self.never_fails(value, "an argument") else { return };
            inner.frames.push(Frame::Alias(parameter.name.text.clone(), Box::new(value)));
        }
        self.checked.insert(map.keyword);
        self.under_way.push(map.keyword);
        self.lines(&map.body, at, element, &mut inner);
        self.under_way.pop();
    }

    fn reject_line(
        &mut self,
        reason: &tree::Expr,
        when: Option<&tree::Expr>,
        at: &mut Lines,
        element: &mut Element,
        scope: &mut Scope,
    ) {
        let condition = match when {
            Some(when) => match self.condition(when, "`when`", scope) {
                Some(condition) => Some(condition),
                None => return,
            },
            None => None,
        };
        let mark = scope.mark();
        if let Some((_, yes, _)) = &condition {
            scope.learn(yes.clone());
        }
        let reason = self.reason(reason, scope);
        scope.back_to(mark);
        let Some(reason) = reason else { return };
        let unconditional = at.guards.is_empty();
        let (own, no) = match condition {
            Some((condition, _, no)) => (Some(condition), no),
            None => (None, Vec::new()),
        };
        element.entries.push(Entry::Line(Node::Reject { when: at.when(own), reason, path: at.full_path(&[]) }));
        // What comes after is written only where the condition was false.
        if unconditional {
            scope.learn(no);
        }
    }

    fn let_line(&mut self, declared: &tree::Let, at: &Lines, element: &mut Element, scope: &mut Scope) {
        let Some(value) = self.expr(&declared.value, scope) else {
            self.poisoned_fields.insert(declared.name.text.clone());
            return;
        };
        let variable = self.variable_of(&value);
        element.entries.push(Entry::Line(Node::Let {
            variable,
            name: declared.name.text.clone(),
            value: at.only_there(value.expr.clone()),
        }));
        scope.frames.push(Frame::Value(Binding {
            name: declared.name.text.clone(),
            variable,
            ty: value.ty,
            origin: value.origin,
            named: value.named,
            pending: Pending::Nothing.max(value.pending),
            span: declared.name.span,
        }));
    }
}

fn equals(subject: &Expr, constants: &[Constant]) -> Expr {
    match constants {
        [one] => Expr::Compare {
            comparison: Comparison::Equal,
            left: Box::new(subject.clone()),
            right: Box::new(Expr::Constant(one.clone())),
        },
        several => Expr::OneOf {
            value: Box::new(subject.clone()),
            options: several.iter().cloned().map(Expr::Constant).collect(),
        },
    }
}
