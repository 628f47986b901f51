//! The lines of a map, one by one.

use super::place::Put;
use super::{Branch, Element, Entry, Shape, path_text};
use crate::check::Checker;
use crate::check::expr::in_arm;
use crate::check::scope::{Binding, Frame, Scope};
use crate::check::show::show;
use crate::check::typed::{Pending, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Comparison, Constant, Expr, Leaf, Node, OutName, Repeat};
use crate::syntax::tree::{self, LineKind, Otherwise};
use crate::text::Span;

/// Where the lines at hand stand: the path that opened blocks have gone down, and the conditions around.
pub(super) struct Lines {
    pub shape: Shape,
    /// Below the element at hand, by `source -> path { … }`.
    prefix: Vec<OutName>,
    guards: Vec<Expr>,
    branch: Branch,
    /// The path of the element at hand, for reasons.
    outer: Vec<OutName>,
}

impl Lines {
    pub fn new(shape: Shape) -> Lines {
        Lines { shape, prefix: Vec::new(), guards: Vec::new(), branch: Vec::new(), outer: Vec::new() }
    }

    fn full_path(&self, steps: &[OutName]) -> String {
        let all: Vec<OutName> = self.outer.iter().chain(&self.prefix).chain(steps).cloned().collect();
        path_text(&all)
    }

    /// All conditions around, and one more.
    fn when(&self, own: Option<Expr>) -> Option<Expr> {
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
            LineKind::Let(declared) => self.let_line(declared, element, scope),
            LineKind::Namespace { .. } => {
                if !at.shape.is_xml() {
                    self.report(
                        Diagnostic::new(Code::E0510, "a JSON body has no namespaces", line.span, "not in JSON")
                            .help("remove the line"),
                    );
                }
            }
            LineKind::EachLines { .. } | LineKind::Text { .. } => {
                self.not_yet::<()>(line.span, "lines of a text map");
            }
            LineKind::Action(_) | LineKind::Header(_) => {
                self.not_yet::<()>(line.span, "SOAP maps");
            }
        }
    }

    fn rule(&mut self, rule: &tree::Rule, at: &mut Lines, element: &mut Element, scope: &mut Scope) -> Option<()> {
        let steps = self.steps(&rule.target, &at.shape);
        let when = match &rule.when {
            Some(when) => {
                if rule.target.optional.is_none() {
                    let path = self.source(rule.target.span);
                    self.report(
                        Diagnostic::new(
                            Code::E0508,
                            format!("`{path}` is left out where the condition is false, so it carries a `?`"),
                            when.span,
                            "not always true",
                        )
                        .also(rule.target.span, "may be left out")
                        .help(format!("write `-> {path}? when …`")),
                    );
                }
                Some(self.condition(when, "`when`", scope)?)
            }
            None => None,
        };
        let mark = scope.mark();
        if let Some((_, yes, _)) = &when {
            scope.learn(yes.clone());
        }
        let done = match &rule.block {
            Some(block) => {
                self.block_rule(rule, block, steps, when.map(|(condition, _, _)| condition), at, element, scope)
            }
            None => self.leaf_rule(rule, steps, when.map(|(condition, _, _)| condition), at, element, scope),
        };
        scope.back_to(mark);
        done
    }

    #[allow(clippy::too_many_arguments)]
    fn leaf_rule(
        &mut self,
        rule: &tree::Rule,
        steps: Option<Vec<OutName>>,
        when: Option<Expr>,
        at: &mut Lines,
        element: &mut Element,
        scope: &mut Scope,
    ) -> Option<()> {
        if let tree::ExprKind::Hole = rule.source.kind {
            self.hole_rule(rule, scope);
            return None;
        }
        let value = self.expr(&rule.source, scope);
        if let Some(list) = rule.target.list {
            self.report(
                Diagnostic::new(
                    Code::E0505,
                    "`[]` stands after the target of an `each … { … }`",
                    list,
                    "no list of records here",
                )
                .help("a list of scalars goes as it is: `[p.id each p in people] -> ids`"),
            );
            return None;
        }
        let (value, steps) = (value?, steps?);
        let value = self.leaving(value, &rule.target, &at.shape)?;
        if let [.., OutName::Attribute(_) | OutName::Here] = steps.as_slice()
            && matches!(value.ty.base, Base::List(_))
        {
            self.report(
                Diagnostic::new(Code::E0505, "a list has no place in one text", value.span, show(&value.ty))
                    .help(format!("join its items: `join({}, \" \")`", self.source(value.span))),
            );
            return None;
        }
        let all: Vec<OutName> = at.prefix.iter().chain(&steps).cloned().collect();
        let leaf = Leaf {
            name: all.last()?.clone(),
            when: at.when(when),
            path: at.full_path(&steps),
            value: value.expr,
            ty: value.ty,
            rules: Vec::new(),
        };
        let branch = at.branch.clone();
        let shape = at.shape.clone();
        self.put(element, &all, Put::Leaf(leaf), &branch, rule.target.span, &shape)
    }

    /// `? -> slotLen`: what fits there.
    fn hole_rule(&mut self, rule: &tree::Rule, scope: &mut Scope) {
        let path = self.source(rule.target.span);
        let wanted = rule.target.unit.as_ref().and_then(|unit| self.unit(unit));
        let fitting: Vec<String> = self
            .event
            .fields
            .iter()
            .filter(|field| match (&wanted, field.ty.unit()) {
                (Some(wanted), Some(unit)) => unit.comparable(wanted),
                (Some(_), None) => false,
                (None, _) => true,
            })
            .take(8)
            .map(|field| format!("`{}` ({})", field.name, show(&field.ty)))
            .collect();
        let wants = match &wanted {
            Some(unit) => format!("`{path}` wants a number of {}, written in {unit}", unit.dimension_name()),
            None => format!("`{path}` takes any value"),
        };
        let help = match fitting.is_empty() {
            true => {
                format!("no field of the event fits; in scope are {}", self.names_in_scope(scope, 8, rule.source.span))
            }
            false => format!("of the event these fit: {}", fitting.join(", ")),
        };
        self.report(Diagnostic::new(Code::E0219, wants, rule.source.span, "still to be written").help(help));
    }

    #[allow(clippy::too_many_arguments)]
    fn block_rule(
        &mut self,
        rule: &tree::Rule,
        block: &tree::Block,
        steps: Option<Vec<OutName>>,
        when: Option<Expr>,
        at: &mut Lines,
        element: &mut Element,
        scope: &mut Scope,
    ) -> Option<()> {
        let source = self.expr(&rule.source, scope)?;
        if rule.target.unit.is_some() || rule.target.form.is_some() || rule.target.list.is_some() {
            self.report(
                Diagnostic::new(
                    Code::E0505,
                    "a block is opened for one record, so its target is a path alone",
                    rule.target.span,
                    "not a path alone",
                )
                .help("for a list write `each x in list -> path[] { … }`"),
            );
            return None;
        }
        let (Base::Record(_) | Base::Variants(_)) = &source.ty.base else {
            let help = match &source.ty.base {
                Base::List(_) => format!(
                    "go over its items: `each x in {} -> {}[] {{ … }}`",
                    self.source(source.span),
                    self.source(rule.target.span)
                ),
                _ => "remove the block".to_string(),
            };
            self.report(
                Diagnostic::new(
                    Code::E0209,
                    format!("a block is opened for a record, not for {}", show(&source.ty)),
                    source.span,
                    show(&source.ty),
                )
                .help(help),
            );
            return None;
        };
        if source.ty.missing && rule.target.optional.is_none() {
            let (text, path) = (self.source(source.span), self.source(rule.target.span));
            let mut diagnostic = Diagnostic::new(
                Code::E0203,
                format!("`{text}` may be missing, but `{path}` is always written"),
                source.span,
                "may be missing",
            );
            if let Some(cause) = source.missing_because.as_ref().filter(|cause| cause.span != source.span) {
                diagnostic = diagnostic.also(cause.span, cause.text.clone());
            }
            self.report(diagnostic.help(format!("leave it out where it is missing: `{text} -> {path}? {{ … }}`")));
        }
        let source = self.never_fails(source, "a block")?;
        let mut source = self.named_by_path(source, element);
        let steps = steps?;
        let mark = scope.mark();
        let guards = at.guards.len();
        at.guards.extend(when);
        if source.ty.missing {
            at.guards.push(Expr::Present(Box::new(source.expr.clone())));
            source.ty.missing = false;
            source.missing_because = None;
            if let Some(place) = source.place() {
                scope.learn([(place, crate::check::scope::Proof::Present)]);
            }
        }
        scope.frames.push(Frame::Fields(Box::new(source)));
        let depth = at.prefix.len();
        at.prefix.extend(steps);
        self.lines(block, at, element, scope);
        at.prefix.truncate(depth);
        at.guards.truncate(guards);
        scope.back_to(mark);
        Some(())
    }

    /// The value as a path: named by a line before the block if it is none.
    fn named_by_path(&mut self, value: Typed, element: &mut Element) -> Typed {
        if matches!(value.expr, Expr::Path { .. }) {
            return value;
        }
        let variable = self.variable();
        element.entries.push(Entry::Line(Node::Let {
            variable,
            name: format!("value{variable}"),
            value: value.expr.clone(),
        }));
        Typed { expr: Typed::local(variable), ..value }
    }

    #[allow(clippy::too_many_arguments)]
    fn each_line(
        &mut self,
        each: &tree::Each,
        target: &tree::TargetPath,
        when: Option<&tree::Expr>,
        block: &tree::Block,
        at: &mut Lines,
        element: &mut Element,
        scope: &mut Scope,
    ) -> Option<()> {
        let steps = self.steps(target, &at.shape);
        self.list_mark(target, &at.shape);
        let mark = scope.mark();
        let own = match when {
            Some(when) => {
                let (condition, yes, _) = self.condition(when, "`when`", scope)?;
                scope.learn(yes);
                Some(condition)
            }
            None => None,
        };
        let bound = self.bind_each(each, scope);
        let Some(bound) = bound else {
            scope.back_to(mark);
            return None;
        };
        if bound.list.ty.missing && target.optional.is_none() {
            let (text, path) = (self.source(bound.list.span), self.source(target.span));
            self.report(
                Diagnostic::new(
                    Code::E0203,
                    format!("the list `{text}` may be missing, but `{path}` is always written"),
                    bound.list.span,
                    "may be missing",
                )
                .help(format!(
                    "leave it out where it is missing: `-> {path}{}?`; or take an empty list: `{text} ?? []`",
                    if at.shape.is_xml() { "" } else { "[]" }
                )),
            );
        }
        let mut inner = Lines::new(at.shape.clone());
        let steps_known = steps.clone().unwrap_or_default();
        inner.outer = at.outer.iter().chain(&at.prefix).chain(&steps_known).cloned().collect();
        let mut item = Element::default();
        self.lines(block, &mut inner, &mut item, scope);
        scope.back_to(mark);
        let steps = steps?;
        let all: Vec<OutName> = at.prefix.iter().chain(&steps).cloned().collect();
        let Some(OutName::Name(name)) = all.last().cloned() else {
            self.report(
                Diagnostic::new(Code::E0505, "an `each` repeats a field or an element", target.span, "neither")
                    .help("end the path with a name"),
            );
            return None;
        };
        let repeat = Repeat {
            name,
            when: at.when(own),
            variable: bound.variable,
            list: bound.list.expr,
            filter: bound.filter,
            sort: bound.sort,
            omit_empty: target.optional.is_some(),
            nodes: Vec::new(),
            path: at.full_path(&steps),
        };
        let branch = at.branch.clone();
        let shape = at.shape.clone();
        self.put(element, &all, Put::Repeat(repeat, item), &branch, target.span, &shape)
    }

    fn list_mark(&mut self, target: &tree::TargetPath, shape: &Shape) {
        let path = self.source(target.span);
        match (shape, target.list) {
            (Shape::Json, None) => self.report(
                Diagnostic::new(
                    Code::E0505,
                    format!("`each` makes a list, so `{path}` is one"),
                    target.span,
                    "no `[]`",
                )
                .help(format!("write `-> {path}[] {{ … }}`")),
            ),
            (Shape::Xml { .. }, Some(list)) => self.report(
                Diagnostic::new(Code::E0505, "XML has no lists: the element itself is repeated", list, "not in XML")
                    .help(format!("write `-> {} {{ … }}`", path.trim_end_matches("[]"))),
            ),
            _ => {}
        }
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

    fn let_line(&mut self, declared: &tree::Let, element: &mut Element, scope: &mut Scope) {
        let Some(value) = self.expr(&declared.value, scope) else {
            self.poisoned_fields.insert(declared.name.text.clone());
            return;
        };
        let variable = self.variable();
        element.entries.push(Entry::Line(Node::Let {
            variable,
            name: declared.name.text.clone(),
            value: value.expr.clone(),
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
