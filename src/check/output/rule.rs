//! Rules: a value or a block put at a path, and `each` with one.

use super::lines::Lines;
use super::place::Put;
use super::{Element, Entry, Shape};
use crate::check::Checker;
use crate::check::scope::{Frame, Scope};
use crate::check::show::show;
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Expr, Leaf, Node, OutName, Repeat};
use crate::syntax::tree;
use crate::text::Span;

impl Checker<'_> {
    /// A rule or a block where only lines of text are.
    fn no_rule(&mut self, span: Span, help: String) -> Option<()> {
        self.report(Diagnostic::new(Code::E0651, "a text is made of lines, not of rules", span, "a rule").help(help));
        None
    }

    pub(super) fn rule(
        &mut self,
        rule: &tree::Rule,
        at: &mut Lines,
        element: &mut Element,
        scope: &mut Scope,
    ) -> Option<()> {
        if at.shape.is_text() {
            let help = format!("write `line \"{{{}}}\"`", self.source(rule.source.span));
            return self.no_rule(rule.source.span.to(rule.target.span), help);
        }
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
        let cdata = self.cdata(&rule.target, &steps, &at.shape)?;
        let value = self.leaving(value, &rule.target, &at.shape)?;
        self.author_text(&value, &at.shape)?;
        if let [.., OutName::Attribute(_)] = steps.as_slice()
            && value.ty.null
        {
            self.report(
                Diagnostic::new(
                    Code::E0212,
                    "this may be null on purpose, which an attribute cannot be",
                    value.span,
                    show(&value.ty),
                )
                .help(format!("give text for null: `{} ?? \"\"`", self.source(value.span))),
            );
            return None;
        }
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
            cdata,
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
        if let Shape::Form = at.shape {
            self.report(
                Diagnostic::new(
                    Code::E0652,
                    "a form has no records: its fields are flat",
                    rule.target.span,
                    "a record",
                )
                .help(format!("write its fields one by one: `{}.… -> name`", self.source(source.span))),
            );
            return None;
        }
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
        let steps = steps?;
        let mark = scope.mark();
        let guards = at.guards.len();
        at.guards.extend(when);
        let mut source = self.named_by_path(source, at, element);
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
    fn named_by_path(&mut self, value: Typed, at: &Lines, element: &mut Element) -> Typed {
        if matches!(value.expr, Expr::Path { .. }) {
            return value;
        }
        let variable = self.variable_of(&value);
        element.entries.push(Entry::Line(Node::Let {
            variable,
            name: format!("value{variable}"),
            value: at.only_there(value.expr.clone()),
        }));
        Typed { expr: Typed::local(variable), ..value }
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn each_line(
        &mut self,
        each: &tree::Each,
        target: &tree::TargetPath,
        when: Option<&tree::Expr>,
        block: &tree::Block,
        at: &mut Lines,
        element: &mut Element,
        scope: &mut Scope,
    ) -> Option<()> {
        match at.shape {
            Shape::Text { .. } => {
                let help = format!("leave the target out: `each {} in … {{ line \"…\" }}`", each.binder.text);
                return self.no_rule(each.span.to(target.span), help);
            }
            Shape::Form => {
                let (list, path) = (self.source(each.list.span), self.source(target.span));
                self.report(
                    Diagnostic::new(Code::E0652, "a form has no list of records", target.span, "a list of records")
                        .help(format!(
                            "a list of scalars repeats the field: `[{0}.… each {0} in {list}] -> {path}`",
                            each.binder.text
                        )),
                );
                return None;
            }
            _ => {}
        }
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
        self.null_alone(&item);
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
            (Shape::Xml(_), Some(list)) => self.report(
                Diagnostic::new(Code::E0505, "XML has no lists: the element itself is repeated", list, "not in XML")
                    .help(format!("write `-> {} {{ … }}`", path.trim_end_matches("[]"))),
            ),
            _ => {}
        }
    }
}
