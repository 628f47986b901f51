//! What a target answers: the shape of a good answer, which answers are accepted, and what is remembered of them.

use crate::check::Checker;
use crate::check::scope::{Binding, Frame, Scope};
use crate::check::show::show;
use crate::check::typed::{Pending, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Accept, AcceptCondition, Base, Comparison, Constant, Expr, Field, Forget, RecordType, Remember, Root, Target, Type,
};
use crate::syntax::tree::{self, Binary, ClauseKind, ExprKind};
use crate::text::Span;

/// The names that `accept` knows.
const ANSWER: &str = "answer";

impl Checker<'_> {
    /// The shape that `answer` declares or, where nothing does, what `accept` asks for.
    pub(super) fn answer_shape(&mut self, node: &tree::Target) -> Option<Type> {
        let declared = node.clauses.iter().find_map(|clause| match &clause.kind {
            ClauseKind::Answer(ty) => Some(ty),
            _ => None,
        });
        self.answer_poisoned = declared.is_some();
        if let Some(declared) = declared {
            let ty = self.ty(declared)?;
            if let (Base::Record(_), None) = (&ty.base, strange(&ty)) {
                self.answer_poisoned = false;
                return Some(Type { missing: true, ..foreign(ty) });
            }
            let (what, help) = match strange(&ty) {
                Some(inside) => (show(inside), "declare the fields that count: `answer { ien: string }`"),
                None => (show(&ty), "declare it as a record: `answer { ien: string }`"),
            };
            self.report(
                Diagnostic::new(
                    Code::E0846,
                    format!("the shape of an answer is a record of records, lists and scalars, not {what}"),
                    declared.span,
                    what,
                )
                .help(help),
            );
            return None;
        }
        let accept = node.clauses.iter().find_map(|clause| match &clause.kind {
            ClauseKind::Accept(accept) => Some(accept),
            _ => None,
        })?;
        let mut asked = RecordType { name: None, fields: Vec::new() };
        infer(accept, &Base::Boolean, &mut asked);
        (!asked.fields.is_empty()).then(|| Type::new(Base::Record(asked)).optional())
    }

    /// `status in 200..299 and not fault and answer.code == "OK"`. What it does not speak of stays as it is without
    /// `accept`: a status of 2xx, no fault.
    pub(super) fn accept(&mut self, node: &tree::Expr, answer: Option<&Type>) -> Option<Accept> {
        if let Some((from, to)) = range(node) {
            return Some(Accept { from, to, condition: None });
        }
        if self.answer_poisoned {
            return None;
        }
        let mut scope = Scope::default();
        let mut bind = |checker: &mut Checker<'_>, name: &str, ty: Type| {
            let variable = checker.variable();
            scope.frames.push(Frame::Value(Binding {
                name: name.to_owned(),
                variable,
                ty,
                origin: None,
                named: true,
                pending: Pending::Nothing,
                span: node.span,
            }));
            variable
        };
        let status = bind(self, "status", Type::new(Base::Integer(None)));
        let fault = bind(self, "fault", Type::new(Base::Boolean));
        let answer = match answer {
            Some(ty) => bind(self, ANSWER, ty.clone()),
            None => self.variable(),
        };
        self.answer_missing = Some(false);
        let holds = self.condition(node, "`accept`", &mut scope);
        self.answer_missing = None;
        let holds = self.with_lets(holds?.0);
        if holds.needs_event() {
            self.report(
                Diagnostic::new(
                    Code::E0616,
                    "`accept` asks of the answer, not of the event",
                    node.span,
                    "needs the event",
                )
                .help("ask for `status`, `fault` and `answer`: `accept status in 200..299 and answer.code == \"OK\"`"),
            );
            return None;
        }
        let mut holds = holds;
        if !mentions(&holds, fault) {
            holds = Expr::And(Box::new(Expr::Not(Box::new(Typed::local(fault)))), Box::new(holds));
        }
        if !mentions(&holds, status) {
            let bound = |comparison, number: i64| Expr::Compare {
                comparison,
                left: Box::new(Typed::local(status)),
                right: Box::new(Expr::Constant(Constant::Number(number.into()))),
            };
            let from = Box::new(bound(Comparison::GreaterEqual, 200));
            let within = Expr::And(from, Box::new(bound(Comparison::LessEqual, 299)));
            holds = Expr::And(Box::new(within), Box::new(holds));
        }
        Some(Accept { condition: Some(AcceptCondition { status, fault, answer, holds }), ..Accept::default() })
    }

    /// `remember ruleId -> answer.ien in VistaSlot`
    pub(super) fn remember(
        &mut self,
        key: &tree::Expr,
        value: &tree::Expr,
        crosswalk: &tree::Name,
        target: &Target,
        scope: &mut Scope,
    ) -> Option<Remember> {
        let known = self.named_crosswalk(crosswalk);
        let key = self.kept_key(key, known.as_ref(), "`remember`", scope);
        let (ty, value) = self.in_answer(value, target)?;
        let known = known?;
        self.crosswalk_value(&ty, value.1, &known)?;
        Some(Remember { crosswalk: known.name, key: key?, value: value.0 })
    }

    /// `forget ruleId in VistaSlot`
    pub(super) fn forget(&mut self, key: &tree::Expr, crosswalk: &tree::Name, scope: &mut Scope) -> Option<Forget> {
        let known = self.named_crosswalk(crosswalk);
        let key = self.kept_key(key, known.as_ref(), "`forget`", scope)?;
        Some(Forget { crosswalk: known?.name, key })
    }

    fn kept_key(
        &mut self,
        node: &tree::Expr,
        crosswalk: Option<&crate::model::Crosswalk>,
        place: &str,
        scope: &mut Scope,
    ) -> Option<Expr> {
        if matches!(node.kind, ExprKind::Error) {
            return None;
        }
        if path_of(node).is_none() {
            self.report(
                Diagnostic::new(Code::E0844, format!("the key of {place} is a path"), node.span, "not a path")
                    .help("name a field of the event, as in `remember ruleId -> answer.ien in VistaSlot`"),
            );
            return None;
        }
        let key = self.expr(node, scope)?;
        let key = self.never_missing(key, "the key of a crosswalk")?;
        let key = self.never_fails(key, "the key of a crosswalk")?;
        let key = self.crosswalk_key(key, crosswalk?)?;
        let span = key.span;
        let expr = self.with_lets(key.expr);
        self.no_look_up(&expr, place, span)?;
        Some(expr)
    }

    /// The scalar of the answer that is named, with its type and its names.
    fn in_answer(&mut self, node: &tree::Expr, target: &Target) -> Option<(Type, (Vec<String>, Span))> {
        if matches!(node.kind, ExprKind::Error) {
            return None;
        }
        let names = path_of(node).filter(|names| names.len() > 1 && names[0].text == ANSWER);
        let Some(names) = names else {
            self.report(
                Diagnostic::new(
                    Code::E0844,
                    "what is remembered is a field of the answer",
                    node.span,
                    "not a path into the answer",
                )
                .help("write it as in `remember ruleId -> answer.ien in VistaSlot`"),
            );
            return None;
        };
        if self.answer_poisoned {
            return None;
        }
        let Some(mut ty) = target.answer.clone() else {
            let field = names[1..].iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            self.report(
                Diagnostic::new(
                    Code::E0845,
                    "nothing says what the answer looks like",
                    node.span,
                    "a field of an answer without shape",
                )
                .help(format!("declare it in the target: `answer {{ {} }}`", shape_for(&field))),
            );
            return None;
        };
        for name in &names[1..] {
            let base = Typed::new(Expr::Missing, ty, node.span);
            ty = self.step(base, &name.text, name.span, node.span, &Scope::default())?.ty;
        }
        if matches!(ty.base, Base::Record(_) | Base::List(_)) {
            let plain = Type { missing: false, ..ty };
            self.report(
                Diagnostic::new(
                    Code::E0844,
                    format!("what is remembered is one value, not {}", show(&plain)),
                    node.span,
                    show(&plain),
                )
                .help("name a scalar of the answer"),
            );
            return None;
        }
        Some((ty, (names[1..].iter().map(|name| name.text.clone()).collect(), node.span)))
    }

    /// A shape that nothing asks for.
    pub(super) fn answer_is_used(&mut self, node: &tree::Target, target: &Target) {
        let declared = node.clauses.iter().find(|clause| matches!(clause.kind, ClauseKind::Answer(_)));
        let in_accept = |condition: &AcceptCondition| mentions(&condition.holds, condition.answer);
        if let Some(clause) = declared
            && target.answer.is_some()
            && !node.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Remember { .. }))
            && !target.accept.condition.as_ref().is_some_and(in_accept)
        {
            self.report(
                Diagnostic::new(Code::W0102, "nothing asks for this answer", clause.span, "unused").help(
                    "remember something of it (`remember ruleId -> answer.ien in VistaSlot`), test it in `accept`, or remove it",
                ),
            );
        }
    }
}

/// `status in 200..299`, `status == 201`, each perhaps with `and not fault`, which holds anyway.
fn range(node: &tree::Expr) -> Option<(u16, u16)> {
    let status = |node: &tree::Expr| matches!(&node.kind, ExprKind::Name(name) if name.text == "status");
    let number = |node: &tree::Expr| match &node.kind {
        ExprKind::Number(text) => text.parse::<u16>().ok().filter(|status| (100..600).contains(status)),
        _ => None,
    };
    match &node.kind {
        ExprKind::Group(inner) => range(inner),
        ExprKind::Binary { operator: Binary::And, left, right, .. } if is_not_fault(right) => range(left),
        ExprKind::Not(_) if is_not_fault(node) => Some((200, 299)),
        ExprKind::Between { value, low, high } if status(value) => {
            Some((number(low)?, number(high)?)).filter(|(from, to)| from <= to)
        }
        ExprKind::Binary { operator: Binary::Equal, left, right, .. } if status(left) => {
            number(right).map(|status| (status, status))
        }
        _ => None,
    }
}

fn is_not_fault(node: &tree::Expr) -> bool {
    matches!(&node.kind, ExprKind::Not(inner) if matches!(&inner.kind, ExprKind::Name(name) if name.text == "fault"))
}

fn mentions(expr: &Expr, variable: u32) -> bool {
    expr.any(&mut |expr| matches!(expr, Expr::Path { root: Root::Local(known), .. } if *known == variable))
}

/// An answer is foreign: everything in it may be missing.
fn foreign(ty: Type) -> Type {
    let base = match ty.base {
        Base::Record(record) => Base::Record(RecordType {
            fields: record
                .fields
                .into_iter()
                .map(|field| Field { ty: Type { missing: true, ..foreign(field.ty) }, ..field })
                .collect(),
            ..record
        }),
        Base::List(item) => Base::List(Box::new(foreign(*item))),
        base => base,
    };
    Type { base, ..ty }
}

/// A type inside it that no answer is read as.
fn strange(ty: &Type) -> Option<&Type> {
    match &ty.base {
        Base::Record(record) => record.fields.iter().find_map(|field| strange(&field.ty)),
        Base::List(item) => strange(item),
        Base::Variants(_) | Base::Dictionary(_) | Base::Any | Base::Null | Base::Never => Some(ty),
        _ => None,
    }
}

/// The names of a path, `None` of everything else.
fn path_of(node: &tree::Expr) -> Option<Vec<&tree::Name>> {
    match &node.kind {
        ExprKind::Name(name) => Some(vec![name]),
        ExprKind::Field { base, name } => {
            let mut names = path_of(base)?;
            names.push(name);
            Some(names)
        }
        ExprKind::Group(inner) => path_of(inner),
        _ => None,
    }
}

/// Takes down the paths into an undeclared answer, each with the type of what it is compared with, else text.
fn infer(node: &tree::Expr, expected: &Base, asked: &mut RecordType) {
    if let Some(names) = path_of(node) {
        if names.len() > 1 && names[0].text == ANSWER {
            put(&names[1..], expected, asked);
        }
        return;
    }
    match &node.kind {
        ExprKind::Group(inner) => infer(inner, expected, asked),
        ExprKind::Not(inner) => infer(inner, &Base::Boolean, asked),
        ExprKind::Negate(inner) => infer(inner, &Base::Decimal(None), asked),
        ExprKind::Binary { operator, left, right, .. } => {
            let (of_left, of_right) = match operator {
                Binary::And | Binary::Or => (Base::Boolean, Base::Boolean),
                Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide => {
                    (Base::Decimal(None), Base::Decimal(None))
                }
                _ => (kind_of(right), kind_of(left)),
            };
            infer(left, &of_left, asked);
            infer(right, &of_right, asked);
        }
        ExprKind::OneOf { value, list } => {
            let first = match &list.kind {
                ExprKind::List(items) => items.first(),
                _ => None,
            };
            infer(value, &first.map_or(Base::Text, kind_of), asked);
        }
        ExprKind::Between { value, low, .. } => infer(value, &kind_of(low), asked),
        ExprKind::Coalesce { value, fallback, .. } => {
            let kind = if matches!(expected, Base::Text) { kind_of(fallback) } else { expected.clone() };
            infer(value, &kind, asked);
            infer(fallback, &kind, asked);
        }
        ExprKind::If { condition, then, otherwise } => {
            infer(condition, &Base::Boolean, asked);
            infer(then, expected, asked);
            infer(otherwise, expected, asked);
        }
        ExprKind::Call { arguments, .. } => arguments.iter().for_each(|argument| infer(argument, &Base::Text, asked)),
        ExprKind::Pipe { value, .. } => infer(value, &Base::Text, asked),
        _ => {}
    }
}

/// The type of a literal; text of everything else.
fn kind_of(node: &tree::Expr) -> Base {
    match &node.kind {
        ExprKind::Number(_) => Base::Decimal(None),
        ExprKind::Negate(inner) | ExprKind::Group(inner) => kind_of(inner),
        ExprKind::Boolean(_) => Base::Boolean,
        _ => Base::Text,
    }
}

/// The first use of a name decides.
fn put(names: &[&tree::Name], base: &Base, record: &mut RecordType) {
    let Some((first, rest)) = names.split_first() else { return };
    let at = match record.fields.iter().position(|field| field.name == first.text) {
        Some(at) => at,
        None => {
            let base = match rest {
                [] => base.clone(),
                _ => Base::Record(RecordType { name: None, fields: Vec::new() }),
            };
            record.fields.push(Field { name: first.text.clone(), ty: Type::new(base).optional(), doc: None });
            record.fields.len() - 1
        }
    };
    if let Base::Record(inner) = &mut record.fields[at].ty.base {
        put(rest, base, inner);
    }
}

/// `a.b` as the fields of a shape: `a: { b: string }`.
fn shape_for(path: &str) -> String {
    match path.split_once('.') {
        Some((first, rest)) => format!("{first}: {{ {} }}", shape_for(rest)),
        None => format!("{path}: string"),
    }
}
