//! Kinds of their own (`type PatientId = new string`): values of two do not mix, and neither does a plain value with
//! one. A constant takes on the kind that it meets; computing gives the plain type.

use super::call::Fit;
use crate::check::Checker;
use crate::check::show::show;
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Expr, Type};
use crate::syntax::tree::{self, TypeKind};
use crate::text::Span;

impl<'a> Checker<'a> {
    /// The one kind of two values that meet (are compared, chosen between, listed together): `Some(None)` of plain
    /// ones. `None` where they do not mix, which is reported at the place.
    pub(in crate::check) fn one_kind(&mut self, left: &Typed, right: &Typed, at: Span) -> Option<Option<String>> {
        match (&left.ty.kind, &right.ty.kind) {
            (a, b) if a == b => Some(a.clone()),
            (Some(kind), None) if takes_on(right) => Some(Some(kind.clone())),
            (None, Some(kind)) if takes_on(left) => Some(Some(kind.clone())),
            _ => {
                self.kinds_do_not_mix(left, right, at);
                None
            }
        }
    }

    /// Two values that are computed with: of different kinds they are not, but a plain one may be beside.
    pub(super) fn no_two_kinds(&mut self, left: &Typed, right: &Typed, at: Span) -> Option<()> {
        match (&left.ty.kind, &right.ty.kind) {
            (Some(a), Some(b)) if a != b => {
                self.kinds_do_not_mix(left, right, at);
                None
            }
            _ => Some(()),
        }
    }

    fn kinds_do_not_mix(&mut self, left: &Typed, right: &Typed, at: Span) {
        let (message, help) = match (&left.ty.kind, &right.ty.kind) {
            (Some(a), Some(b)) => (
                format!("`{a}` and `{b}` are kinds of their own, which do not mix"),
                format!(
                    "use values of one kind; if the other is meant, make it one: `{a}({}({}))`",
                    plain_function(&right.ty, &left.ty),
                    self.source(right.span)
                ),
            ),
            (Some(kind), None) => (not_plain(kind, &right.ty), self.made_of(kind, left, right)),
            (None, Some(kind)) => (not_plain(kind, &left.ty), self.made_of(kind, right, left)),
            (None, None) => return,
        };
        let mut diagnostic = Diagnostic::new(Code::E0232, message, at, "do not mix");
        for side in [left, right].into_iter().filter(|side| side.span != at) {
            diagnostic = diagnostic.also(side.span, show(&side.ty));
        }
        let kinds: Vec<&String> = [&left.ty.kind, &right.ty.kind].into_iter().flatten().collect();
        for kind in kinds {
            if let Some(declared) = self.kinds.get(kind) {
                diagnostic = diagnostic.also(*declared, format!("`{kind}` is declared here"));
            }
        }
        self.report(diagnostic.help(help));
    }

    /// How the plain one of two becomes a kind, or the other plain.
    fn made_of(&self, kind: &str, of_kind: &Typed, plain: &Typed) -> String {
        let source = |value: &Typed| self.source(value.span);
        let made = format!("`{kind}({})`", source(plain));
        let taken = format!("`{}({})`", plain_function(&of_kind.ty, &plain.ty), source(of_kind));
        // A parameter, a result or the items of a list are what they are.
        let fixed = |value: &Typed| value.expr == Expr::Missing;
        match (fixed(plain), fixed(of_kind)) {
            (true, _) => format!("take the plain value: {taken}"),
            (_, true) => format!("make it one where it is one: {made}"),
            _ => format!("make it one where it is one: {made}; or take the plain value: {taken}"),
        }
    }

    /// The kind that a declaration makes, if it makes one.
    pub(super) fn kind_named(&self, name: &tree::Name) -> Option<&'a tree::TypeDeclaration> {
        self.type_named(name).filter(|node| matches!(node.ty.kind, TypeKind::New(_)))
    }

    /// `PatientId(x)`: a value of the kind, of a plain one.
    pub(super) fn make_kind(
        &mut self,
        declaration: &'a tree::TypeDeclaration,
        values: Vec<Option<Typed>>,
        at: Span,
        span: Span,
    ) -> Option<Typed> {
        let name = &declaration.name.text;
        if values.len() != 1 {
            self.report(
                Diagnostic::new(
                    Code::E0202,
                    format!("`{name}` is made of one value, not of {}", values.len()),
                    span,
                    format!("{} given", values.len()),
                )
                .also(declaration.name.span, "declared here")
                .help(format!("write `{name}(x)`")),
            );
            return None;
        }
        let value = values.into_iter().next().flatten()?;
        let ty = self.type_of(declaration, at)?;
        let kind = ty.kind.clone()?;
        if value.ty.kind.as_ref().is_some_and(|other| *other != kind) {
            let wanted = Typed::new(value.expr.clone(), ty, at);
            self.kinds_do_not_mix(&wanted, &value, value.span);
            return None;
        }
        let wanted = Type { missing: true, ..ty.clone() };
        match self.fit(value, &wanted)? {
            Fit::Fits(value) => {
                let ty = Type {
                    kind: Some(kind),
                    form: None,
                    base: ty.base,
                    sensitive: ty.sensitive || value.ty.sensitive,
                    ..value.ty
                };
                Some(Typed { ty, span, ..value })
            }
            Fit::Not(value) => {
                let plain = Type { kind: None, form: None, missing: false, ..ty };
                self.report(
                    Diagnostic::new(
                        Code::E0201,
                        format!("`{name}` is made of {}, not of {}", show(&plain), show(&value.ty)),
                        value.span,
                        show(&value.ty),
                    )
                    .also(declaration.name.span, "declared here")
                    .help("give it a value of that type, with the unit if it has one"),
                );
                None
            }
        }
    }

    /// What a table's key column is asked for is of one kind: the first that asks settles which.
    pub(super) fn key_kind(&mut self, key: &Typed, table: &str, column: usize) -> Option<()> {
        if key.ty.kind.is_none() {
            return Some(());
        }
        let place = (table.to_string(), column);
        let Some(first) = self.key_kinds.get(&place).cloned() else {
            self.key_kinds.insert(place, key.clone());
            return Some(());
        };
        self.no_two_kinds(&first, key, key.span)
    }
}

impl Typed {
    /// One value that stands for two which are joined to a type: whichever has a kind of itself, be it plain.
    pub(super) fn stand_for(self, other: &Typed, ty: Type) -> Typed {
        if takes_on(&self) { Typed { ty, ..other.clone() } } else { Typed { ty, ..self } }
    }
}

/// Constants, and what gives no value, are of any kind.
fn takes_on(value: &Typed) -> bool {
    value.as_constant().is_some() || value.is_never() || value.ty.base == Base::Null
}

/// The function that makes a plain value of one of a kind, to go where `wanted` is.
fn plain_function(ty: &Type, wanted: &Type) -> &'static str {
    match (&ty.base, &wanted.base) {
        (_, Base::Text | Base::Code { .. }) => "text",
        (Base::Integer(_), _) => "integer",
        (Base::Decimal(_), _) => "decimal",
        _ => "text",
    }
}

fn not_plain(kind: &str, plain: &Type) -> String {
    let plain = Type { missing: false, null: false, ..plain.clone() };
    format!("`{kind}` is a kind of its own, which does not mix with a plain {}", show(&plain))
}
