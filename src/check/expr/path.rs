//! Names, fields and indexes.

use crate::check::Checker;
use crate::check::nearest::nearest;
use crate::check::scope::{Binding, Frame, Proof, Scope};
use crate::check::show::show;
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Constant, Expr, Field, RecordType, Root, Type};
use crate::syntax::tree::{self, ExprKind};
use crate::text::Span;

impl Checker<'_> {
    pub(super) fn name(&mut self, name: &tree::Name, scope: &mut Scope) -> Option<Typed> {
        if let Some(found) = self.resolve(&name.text, name.span, scope) {
            return found;
        }
        if self.poisoned_fields.contains(&name.text) {
            return None;
        }
        let mut diagnostic = Diagnostic::new(
            Code::E0101,
            format!("there is no `{}` here", name.text),
            name.span,
            "not a field of the event, nor a name in scope",
        );
        if self.is_poisoned(name) {
            return None;
        }
        let candidates = self.scope_names(scope, name.span);
        diagnostic = if self.crosswalk_named(name).is_some() {
            diagnostic.help(format!("`{0}` is a crosswalk; look a value up with `x | {0}`", name.text))
        } else if self.table_named(name).is_some() {
            diagnostic.help(format!("`{0}` is a table; look a value up with `x | {0}`", name.text))
        } else if crate::library::find(&name.text).is_some() || self.function_named(name).is_some() {
            diagnostic.help(format!("`{0}` is a function; call it as `{0}(x)` or `x | {0}`", name.text))
        } else if let Some(near) = nearest(&name.text, candidates.iter().map(String::as_str)) {
            let near = near.to_string();
            if let Some(span) = self.declaration(std::slice::from_ref(&near)) {
                diagnostic = diagnostic.also(span, format!("`{near}` is declared here"));
            }
            diagnostic.help(format!("write `{}`", quoted(&near)))
        } else if scope.event && !self.event.fields.is_empty() {
            diagnostic.help(format!(
                "declare it in `event {{ … }}`, or use one of {}",
                self.names_in_scope(scope, 8, name.span)
            ))
        } else {
            diagnostic.help(format!("in scope are {}", self.names_in_scope(scope, 8, name.span)))
        };
        self.report(diagnostic);
        None
    }

    /// `None`: no such name. `Some(None)`: there is, and its mistake is reported.
    fn resolve(&mut self, name: &str, span: Span, scope: &mut Scope) -> Option<Option<Typed>> {
        for at in (0..scope.frames.len()).rev() {
            match &scope.frames[at] {
                Frame::Value(binding) if binding.name == name => {
                    return Some(Some(self.bound(binding.clone(), span, scope)));
                }
                Frame::Alias(known, value) if known == name => {
                    let value = Typed { span, ..(**value).clone() };
                    return Some(Some(narrow(value, scope)));
                }
                Frame::Fields(base) if base.ty.has_field(name) => {
                    let base = (**base).clone();
                    return Some(self.step(base, name, span, span, scope));
                }
                _ => {}
            }
        }
        if scope.event
            && let Some(field) = self.event.field(name)
        {
            let ty = field.ty.clone();
            return Some(Some(self.event_field(name, ty, span, scope)));
        }
        if let Some(found) = self.top_let(name, span) {
            return Some(found);
        }
        (scope.event && (name == "meta" || name == "envelope"))
            .then(|| Some(Typed::new(Expr::Path { root: Root::Meta, steps: Vec::new() }, envelope_type(), span)))
    }

    fn bound(&mut self, binding: Binding, span: Span, scope: &Scope) -> Typed {
        let mut typed = Typed::new(Typed::local(binding.variable), binding.ty, span);
        typed.origin = binding.origin;
        typed.named = binding.named;
        typed.pending = binding.pending;
        if let Some(origin) = typed.origin.clone() {
            self.mark_used(&origin);
        }
        if let Some((variable, used)) = &mut self.request {
            *used |= *variable == binding.variable;
        }
        if typed.ty.missing {
            typed = typed.missing(binding.span, format!("`{}` may be missing", binding.name));
        }
        if typed.ty.fails {
            typed = typed.fails(binding.span, format!("`{}` may have failed", binding.name));
        }
        narrow(typed, scope)
    }

    fn event_field(&mut self, name: &str, ty: Type, span: Span, scope: &Scope) -> Typed {
        let origin = vec![name.to_string()];
        self.mark_used(&origin);
        let mut typed = Typed::new(Expr::Path { root: Root::Event, steps: vec![name.to_string()] }, ty, span);
        if typed.ty.missing {
            let declared = self.declaration(&origin).unwrap_or(span);
            typed = typed.missing(declared, format!("`{name}` may be absent or null"));
        }
        typed.ty.form = None;
        typed.origin = Some(origin);
        narrow(typed, scope)
    }

    pub(super) fn field(
        &mut self,
        base: &tree::Expr,
        name: &tree::Name,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        if let ExprKind::Name(root) = &base.kind
            && root.text == "env"
            && self.resolve("env", root.span, scope).is_none()
        {
            self.report(
                Diagnostic::new(
                    Code::E0615,
                    "`env` stands only in a URL, a header or `auth`",
                    span,
                    "read from the environment",
                )
                .help("a mapping is a function of the event alone; write the value as a constant"),
            );
            return None;
        }
        let base = self.expr(base, scope)?;
        self.step(base, &name.text, name.span, span, scope)
    }

    /// One step into a record.
    pub(in crate::check) fn step(
        &mut self,
        base: Typed,
        name: &str,
        name_span: Span,
        span: Span,
        scope: &Scope,
    ) -> Option<Typed> {
        if base.ty.null {
            self.report(
                Diagnostic::new(
                    Code::E0212,
                    format!("this may be null on purpose, and null has no field `{name}`"),
                    base.span,
                    show(&base.ty),
                )
                .help("test it first: `if x != null then … else …`, or give another value: `x ?? …`"),
            );
            return None;
        }
        let (more, ty) = match &base.ty.base {
            Base::Record(record) => match record.field(name) {
                Some(field) => (vec![name.to_string()], field.ty.clone()),
                None => {
                    if !self.poisoned_fields.contains(name) {
                        self.unknown_field(&base, record, name, name_span);
                    }
                    return None;
                }
            },
            Base::Variants(variants) => self.variant_field(&base, variants, name, name_span, scope)?,
            _ => {
                self.no_fields(&base, name, name_span);
                return None;
            }
        };
        let (expr, origin) = match &base.expr {
            Expr::Path { root, steps } => {
                let steps = steps.iter().cloned().chain(more).collect();
                let origin = base
                    .origin
                    .as_ref()
                    .map(|origin| origin.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>());
                (Expr::Path { root: *root, steps }, origin)
            }
            _ => {
                let variable = self.variable();
                let body = Expr::Path { root: Root::Local(variable), steps: more };
                (Expr::Let { variable, value: Box::new(base.expr.clone()), body: Box::new(body) }, None)
            }
        };
        if let Some(origin) = &origin {
            self.mark_used(origin);
        }
        let missing = ty.missing;
        let mut typed = Typed::new(expr, ty, span);
        typed.ty.form = None;
        if missing {
            let declared = origin.as_ref().and_then(|origin| self.declaration(origin)).unwrap_or(name_span);
            typed = typed.missing(declared, format!("`{name}` may be absent or null"));
        }
        typed.origin = origin;
        Some(narrow(typed.inherit(&base), scope))
    }

    fn no_fields(&mut self, base: &Typed, name: &str, name_span: Span) {
        let mut diagnostic = Diagnostic::new(
            Code::E0209,
            format!("{} has no fields, so no `{name}`", show(&Type { missing: false, ..base.ty.clone() })),
            name_span,
            "no such field",
        );
        diagnostic = match &base.ty.base {
            Base::List(_) => diagnostic
                .help(format!("it is a list: take one item (`…[0].{name}`), or all: `[p.{name} each p in …]`")),
            Base::Any => {
                diagnostic.help("`any` is only passed through; declare its shape in the event to use what is inside")
            }
            Base::Dictionary(_) => {
                diagnostic.help(format!("its keys are not known beforehand; look one up with `…[{name:?}]`"))
            }
            _ => diagnostic.help("declare it as a record `{ … }` in the event if it is one"),
        };
        if let Some(span) = base.origin.as_ref().and_then(|origin| self.declaration(origin)) {
            diagnostic = diagnostic.also(span, "declared here");
        }
        self.report(diagnostic);
    }

    fn unknown_field(&mut self, base: &Typed, record: &RecordType, name: &str, name_span: Span) {
        let mut diagnostic = Diagnostic::new(
            Code::E0102,
            match &record.name {
                Some(record) => format!("`{record}` has no field `{name}`"),
                None => format!("this record has no field `{name}`"),
            },
            name_span,
            "no such field",
        );
        if let Some(span) = base.origin.as_ref().and_then(|origin| self.declaration(origin)) {
            diagnostic = diagnostic.also(span, "the record is declared here");
        }
        diagnostic = match nearest(name, record.fields.iter().map(|field| field.name.as_str())) {
            Some(near) => diagnostic.help(format!("write `{}`", quoted(near))),
            None => {
                let names: Vec<_> = record.fields.iter().map(|field| format!("`{}`", field.name)).take(8).collect();
                diagnostic.help(format!("its fields are {}", names.join(", ")))
            }
        };
        self.report(diagnostic);
    }

    pub(super) fn index(
        &mut self,
        base: &tree::Expr,
        index: &tree::Expr,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let base = self.expr(base, scope);
        let index = self.expr(index, scope);
        let (base, index) = (base?, index?);
        let (item, expr, label) = match &base.ty.base {
            Base::List(item) if matches!(index.ty.base, Base::Integer(None)) => {
                if matches!(index.as_constant(), Some(Constant::Number(number)) if number.is_negative()) {
                    self.report(
                        Diagnostic::new(Code::E0216, "a list has no item before its first", index.span, "below zero")
                            .help("`last(x)` is the last item"),
                    );
                    return None;
                }
                let expr = Expr::Index { list: Box::new(base.expr.clone()), index: Box::new(index.expr.clone()) };
                ((**item).clone(), expr, "the list may be shorter")
            }
            Base::Dictionary(item) if matches!(index.ty.base, Base::Text | Base::Code { .. }) => {
                let expr = Expr::Key { of: Box::new(base.expr.clone()), key: Box::new(index.expr.clone()) };
                ((**item).clone(), expr, "the key may be absent")
            }
            Base::List(_) | Base::Dictionary(_) => {
                let wants = if matches!(base.ty.base, Base::List(_)) { "a plain integer" } else { "text" };
                self.report(
                    Diagnostic::new(
                        Code::E0216,
                        format!("the index must be {wants}, not {}", show(&index.ty)),
                        index.span,
                        show(&index.ty),
                    )
                    .help("lists are indexed from 0: `names[0]`; maps by key: `codes[\"x\"]`"),
                );
                return None;
            }
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::E0216,
                        format!("{} has no items", show(&base.ty)),
                        base.span,
                        "neither a list nor a map",
                    )
                    .help("remove the index"),
                );
                return None;
            }
        };
        let mut typed = Typed::new(expr, item, span).missing(span, label);
        typed.origin = base.origin.as_ref().map(|origin| origin.iter().cloned().chain(["[]".to_string()]).collect());
        if let Some(origin) = &typed.origin {
            self.mark_used(origin);
        }
        Some(typed.inherit(&base).inherit(&index))
    }

    /// Every name that could stand for a value at the place.
    pub(in crate::check) fn scope_names(&self, scope: &Scope, at: Span) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for frame in scope.frames.iter().rev() {
            match frame {
                Frame::Value(binding) => names.push(binding.name.clone()),
                Frame::Alias(name, _) => names.push(name.clone()),
                Frame::Fields(base) => match &base.ty.base {
                    Base::Record(record) => names.extend(record.fields.iter().map(|field| field.name.clone())),
                    Base::Variants(variants) => {
                        names.push(variants.by.clone());
                        let fields = variants.variants.iter().flat_map(|variant| &variant.fields);
                        names.extend(fields.map(|field| field.name.clone()));
                    }
                    _ => {}
                },
            }
        }
        if scope.event {
            names.extend(self.event.fields.iter().map(|field| field.name.clone()));
            names.push("meta".into());
        }
        names.extend(self.names_at(at).lets.keys().map(|name| name.to_string()));
        names
    }

    pub(in crate::check) fn names_in_scope(&self, scope: &Scope, limit: usize, at: Span) -> String {
        let names = self.scope_names(scope, at);
        let shown: Vec<_> = names.iter().take(limit).map(|name| format!("`{name}`")).collect();
        match names.len() {
            0 => "no names".into(),
            len if len > limit => format!("{} and {} more", shown.join(", "), len - limit),
            _ => shown.join(", "),
        }
    }
}

/// What is known of a path by the tests around it.
pub(in crate::check) fn narrow(mut typed: Typed, scope: &Scope) -> Typed {
    let Some((root, steps)) = typed.place() else { return typed };
    if scope.is_present(root, &steps) {
        typed.ty.missing = false;
        typed.missing_because = None;
    }
    if scope.is_proved(root, &steps, Proof::NotNull) {
        typed.ty.null = false;
    }
    typed
}

/// A name as it must be written: in backticks where it is no plain word.
pub(in crate::check) fn quoted(name: &str) -> String {
    let mut letters = name.chars();
    let plain = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_');
    if plain { name.to_string() } else { format!("`{name}`") }
}

/// `meta`: what the envelope knows.
fn envelope_type() -> Type {
    let field = |name: &str, base: Base, missing: bool| Field {
        name: name.into(),
        ty: Type { missing, ..Type::new(base) },
        doc: None,
    };
    Type::new(Base::Record(RecordType {
        name: Some("meta".into()),
        fields: vec![
            field("id", Base::Text, false),
            field("type", Base::Text, false),
            field("received", Base::DateTime, false),
            field("time", Base::DateTime, true),
            field("source", Base::Text, true),
        ],
    }))
}
