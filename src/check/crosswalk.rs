//! Crosswalks: their declarations, look-ups in them, and the entries that tests give them.

use super::Checker;
use super::nearest::nearest;
use super::scope::Scope;
use super::show::{show, show_base};
use super::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Crosswalk, Expr, Form, KnownEntry, Type};
use crate::syntax::tree::{self, Data, ExprKind, TypeNode};
use crate::text::Span;

impl<'a> Checker<'a> {
    /// The crosswalk, checked once; `None` where its mistakes are reported.
    pub(super) fn crosswalk(&mut self, node: &'a tree::Crosswalk) -> Option<Crosswalk> {
        let id = (node.name.span.file, node.name.text.as_str());
        if let Some(known) = self.crosswalks.get(&id) {
            return known.clone();
        }
        let key = self.crosswalk_type(&node.key, "key");
        let value = self.crosswalk_type(&node.value, "value");
        let crosswalk = match (key, value) {
            (Some(key), Some(value)) => self.one_type(Crosswalk { name: node.name.text.clone(), key, value }, node),
            _ => None,
        };
        self.crosswalks.insert(id, crosswalk.clone());
        crosswalk
    }

    /// The store keeps one crosswalk by a name, so all files that declare it say the same.
    fn one_type(&mut self, crosswalk: Crosswalk, node: &tree::Crosswalk) -> Option<Crosswalk> {
        let other = self.crosswalks.iter().find_map(|((file, name), other)| {
            other.as_ref().filter(|other| *name == crosswalk.name && **other != crosswalk).map(|_| *file)
        });
        let Some(other) = other else { return Some(crosswalk) };
        self.report(
            Diagnostic::new(
                Code::E0106,
                format!(
                    "{} declares the crosswalk `{}` with other types, but the store keeps one by this name",
                    self.sources.file(other).stable,
                    crosswalk.name
                ),
                node.span,
                "with other types here",
            )
            .help(format!("declare it once, and take it from there: `use \"…\" {{ {} }}`", crosswalk.name)),
        );
        None
    }

    /// The type of keys or values: what has one text for each value.
    fn crosswalk_type(&mut self, node: &TypeNode, what: &str) -> Option<Type> {
        let ty = self.ty(node)?;
        let scalar = match &ty.base {
            Base::Integer(None) | Base::Text | Base::Code { .. } | Base::Date => true,
            Base::Boolean | Base::Decimal(None) | Base::Time | Base::DateTime | Base::Duration => what == "value",
            _ => false,
        };
        if scalar && !ty.missing && !ty.null && matches!(ty.form, None | Some(Form::Text)) {
            return Some(Type { form: None, ..ty });
        }
        let help = match what {
            "key" => "a key is an `integer`, a `string`, a code or a `date`",
            _ => "a value is a scalar without unit: `string`, `integer`, `date` …",
        };
        self.report(
            Diagnostic::new(
                Code::E0842,
                format!("the {what} of a crosswalk cannot be {}", show(&ty)),
                node.span,
                show(&ty),
            )
            .help(help),
        );
        None
    }

    /// `x | VistaSlot`
    pub(super) fn find(
        &mut self,
        value: &tree::Expr,
        stage: &tree::Stage,
        declaration: &'a tree::Crosswalk,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        if matches!(value.kind, ExprKind::Tuple(_)) {
            self.report(
                Diagnostic::new(Code::E0222, "a crosswalk is keyed by one value", value.span, "a tuple here")
                    .help(format!("make one text of the parts: `\"{{a}}:{{b}}\" | {}`", stage.name.text)),
            );
            return None;
        }
        let key = self.expr(value, scope);
        if let Some(column) = &stage.column {
            self.report(
                Diagnostic::new(
                    Code::E0112,
                    format!("`{}` is a crosswalk, which has no columns", stage.name.text),
                    column.span,
                    "no such column",
                )
                .help(format!("write `| {}`", stage.name.text)),
            );
            return None;
        }
        let crosswalk = self.used_crosswalk(declaration)?;
        let key = self.crosswalk_key(key?, &crosswalk)?;
        let expr = Expr::Find { crosswalk: crosswalk.name, key: Box::new(key.expr.clone()) };
        let typed = Typed::new(expr, crosswalk.value.optional(), span);
        Some(typed.inherit(&key).missing(span, format!("`{}` may hold nothing for it", stage.name.text)))
    }

    /// Holds a key against the crosswalk.
    pub(super) fn crosswalk_key(&mut self, key: Typed, crosswalk: &Crosswalk) -> Option<Typed> {
        let key = self.finished(key)?;
        if key.ty.null {
            self.report(
                Diagnostic::new(
                    Code::E0212,
                    "this may be null on purpose, and no crosswalk has null for a key",
                    key.span,
                    show(&key.ty),
                )
                .help(format!("test it first: `if {0} != null then …`", self.source(key.span))),
            );
            return None;
        }
        let of_kind = crosswalk.key.kind.is_none() || crosswalk.key.kind == key.ty.kind;
        if of_kind && fits(&key.ty.base, &crosswalk.key.base) {
            return Some(key);
        }
        let source = self.source(key.span);
        let help = match (&key.ty.base, &crosswalk.key.base) {
            (Base::Integer(Some(_)) | Base::Decimal(Some(_)), _) => "a key has no unit".to_owned(),
            _ if !of_kind => format!("say that it is one: `{}({source})`", show(&crosswalk.key)),
            (_, Base::Text) => format!("write it as text first: `\"{{{source}}}\"`"),
            (key, _) => format!("declare the crosswalk as `{{ {} -> … }}`", show_base(key)),
        };
        self.crosswalk_mismatch(&crosswalk.name, "is keyed by", &crosswalk.key, &show(&key.ty), key.span, help);
        None
    }

    fn crosswalk_mismatch(&mut self, name: &str, holds: &str, wants: &Type, got: &str, at: Span, help: String) {
        let mut diagnostic =
            Diagnostic::new(Code::E0841, format!("the crosswalk `{name}` {holds} {}, not {got}", show(wants)), at, got);
        if let Some(declared) = self.names_at(at).crosswalks.get(name) {
            diagnostic = diagnostic.also(declared.span, "declared here");
        }
        self.report(diagnostic.help(help));
    }

    /// A value that is to be remembered.
    pub(super) fn crosswalk_value(&mut self, ty: &Type, span: Span, crosswalk: &Crosswalk) -> Option<()> {
        let wants = &crosswalk.value;
        let of_kind = wants.kind.is_none() || wants.kind == ty.kind;
        let closed = matches!(wants.base, Base::Code { open: false, .. });
        if of_kind && (ty.base == wants.base || fits(&ty.base, &wants.base) && !closed) {
            return Some(());
        }
        let plain = Type { missing: false, ..ty.clone() };
        let help = format!("declare it in the answer as `{}`", show(wants));
        self.crosswalk_mismatch(&crosswalk.name, "holds", wants, &show(&plain), span, help);
        None
    }

    /// The crosswalk that a clause or a test names.
    pub(super) fn named_crosswalk(&mut self, name: &tree::Name) -> Option<Crosswalk> {
        if name.text.is_empty() {
            return None;
        }
        let Some(declaration) = self.crosswalk_named(name) else {
            if self.is_poisoned(name) {
                return None;
            }
            let near = nearest(&name.text, self.names_at(name.span).crosswalks.keys().copied()).map(str::to_owned);
            self.report(
                Diagnostic::new(
                    Code::E0840,
                    format!("there is no crosswalk `{}`", name.text),
                    name.span,
                    "no such crosswalk",
                )
                .help(match near {
                    Some(near) => format!("write `{near}`"),
                    None => format!("declare it: `crosswalk {} {{ integer -> string }}`", name.text),
                }),
            );
            return None;
        };
        self.used_crosswalk(declaration)
    }

    fn used_crosswalk(&mut self, declaration: &'a tree::Crosswalk) -> Option<Crosswalk> {
        self.used_crosswalks.insert((declaration.name.span.file, declaration.name.text.as_str()));
        self.crosswalk(declaration)
    }

    /// Refuses a look-up where the event's turn has not come: lanes, versions and items are known at intake.
    pub(super) fn no_look_up(&mut self, value: &Expr, place: &str, span: Span) -> Option<()> {
        let Some(crosswalk) = value.looks_up() else { return Some(()) };
        let (why, help) = match place {
            "a table's default row" => (
                format!("{place} is made of the looked-up key alone, so it asks no crosswalk"),
                format!("look it up where the table is asked: `x | Table ?? …`, `y | {crosswalk}`"),
            ),
            "`remember`" | "`forget`" => (
                format!("the key of {place} is the event's own, so it asks no crosswalk"),
                "name a field of the event".to_owned(),
            ),
            _ => (
                format!("{place} is asked before the event's turn comes, when `{crosswalk}` is not looked into yet"),
                match place {
                    "`order by`" => "name the record by the event's own fields: `order by ruleId`".to_owned(),
                    _ => "ask in `when`, in the URL, in a header or in the map instead".to_owned(),
                },
            ),
        };
        self.report(Diagnostic::new(Code::E0843, why, span, "looks something up").help(help));
        None
    }

    /// `crosswalk VistaSlot { 42: "77" }` of a test.
    pub(super) fn test_entries(
        &mut self,
        name: &tree::Name,
        entries: &[(Data, Data)],
        known: &mut Vec<KnownEntry>,
    ) -> Option<()> {
        let crosswalk = self.named_crosswalk(name)?;
        let mut sound = true;
        for (key, value) in entries {
            let key_text = self.entry_text(key, &crosswalk.key, &crosswalk.name, "is keyed by");
            let value_text = self.entry_text(value, &crosswalk.value, &crosswalk.name, "holds");
            let (Some((key, at)), Some((value, _))) = (key_text, value_text) else {
                sound = false;
                continue;
            };
            if known.iter().any(|entry| entry.crosswalk == crosswalk.name && entry.key == key) {
                self.report(
                    Diagnostic::new(
                        Code::E0849,
                        format!("`{}` has an entry for {key} already", crosswalk.name),
                        at,
                        "again here",
                    )
                    .help("remove one of the two"),
                );
                sound = false;
                continue;
            }
            known.push(KnownEntry { crosswalk: crosswalk.name.clone(), key, value });
        }
        sound.then_some(())
    }

    /// A scalar of plain JSON as the text under which the crosswalk keeps it.
    fn entry_text(&mut self, data: &Data, ty: &Type, crosswalk: &str, holds: &str) -> Option<(String, Span)> {
        let Data::Json(span) = data else { return None };
        let json: serde_json::Value = match serde_json::from_str(self.sources.slice(*span)) {
            Ok(json) => json,
            Err(_) => {
                self.report(
                    Diagnostic::new(Code::E0701, "this is no scalar of JSON", *span, "here")
                        .help("write an entry as `42: \"77\"`"),
                );
                return None;
            }
        };
        let kept = crate::library::scalar::kept_json(ty, &json);
        if let Ok(kept) = kept {
            return Some((kept, *span));
        }
        let source = self.source(*span);
        let help = match (&ty.base, &json) {
            (Base::Text | Base::Code { .. } | Base::Date, serde_json::Value::Number(_)) => {
                format!("write it in quotes: `\"{source}\"`")
            }
            (Base::Integer(_) | Base::Decimal(_), serde_json::Value::String(text)) => {
                format!("write it without quotes: `{text}`")
            }
            (_, serde_json::Value::String(text)) if text.is_empty() => "leave the entry out".to_owned(),
            _ => format!("write a value of the type {}", show(ty)),
        };
        self.crosswalk_mismatch(crosswalk, holds, ty, &source, *span, help);
        None
    }

    pub(super) fn unused_crosswalks(&mut self) {
        let own = |span: Span| span.file == 0;
        let unused: Vec<&tree::Name> = self.names[0]
            .crosswalks
            .iter()
            .filter(|(name, node)| own(node.name.span) && !self.used_crosswalks.contains(&(0, **name)))
            .map(|(_, node)| &node.name)
            .collect();
        for name in unused {
            self.report(
                Diagnostic::new(
                    Code::W0102,
                    format!("nothing uses the crosswalk `{}`", name.text),
                    name.span,
                    "unused",
                )
                .help(format!("look it up as `x | {}`, or remove it", name.text)),
            );
        }
    }
}

/// Whether values of one base are kept as those of the other.
fn fits(given: &Base, wants: &Base) -> bool {
    let text = |base: &Base| matches!(base, Base::Text | Base::Code { .. });
    match (given, wants) {
        (Base::Code { values, .. }, Base::Code { values: all, open: false }) => {
            values.iter().any(|value| all.contains(value))
        }
        (given, wants) if text(given) && text(wants) => true,
        (Base::Never, _) => true,
        (given, wants) => given == wants,
    }
}
