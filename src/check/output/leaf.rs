//! One rule: its value held against its place.

use super::Shape;
use crate::check::Checker;
use crate::check::show::show;
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Expr, OutName, Type};
use crate::syntax::tree;

impl Checker<'_> {
    /// The value as it leaves: converted, in its form, its unit named, nothing failed, nothing missing
    /// without `?`.
    pub(super) fn leaving(&mut self, value: Typed, target: &tree::TargetPath, shape: &Shape) -> Option<Typed> {
        let mut value = value;
        if let Some(unit) = &target.unit {
            let to = self.unit(unit)?;
            value = self.convert_to(value, to, unit.span, None)?;
        }
        let value = self.answered(value, target)?;
        let (source, path) = (self.source(value.span), self.source(target.span));
        let mark = if target.optional.is_some() { "?" } else { "" };
        let inner = match &target.unit {
            Some(unit) => format!("{source} in {}", self.source(unit.span)),
            None => source,
        };
        let value = self.finished_or(value, |finish| format!("{} -> {path}{mark}", finish.replace("{}", &inner)))?;
        let value = self.unit_named(value)?;
        self.no_hidden_units(&value)?;
        let value = self.formed(value, target)?;
        match shape {
            Shape::Xml(_) => self.fits_xml(&value)?,
            Shape::Form => self.fits_form(&value)?,
            Shape::Json | Shape::Text { .. } => {}
        }
        Some(value)
    }

    /// Whether the text is written `as cdata`; `None`, reported, where there is no such section.
    pub(super) fn cdata(&mut self, target: &tree::TargetPath, steps: &[OutName], shape: &Shape) -> Option<bool> {
        let Some(name) = cdata_of(target) else { return Some(false) };
        let (message, help) = match steps.last() {
            _ if !shape.is_xml() => (format!("{} has no CDATA sections", shape.what()), "remove `as cdata`"),
            Some(OutName::Attribute(_)) => {
                ("an attribute has no CDATA section".to_owned(), "remove `as cdata`: it is escaped as it must be")
            }
            _ => return Some(true),
        };
        self.report(Diagnostic::new(Code::E0658, message, name.span, "not there").help(help));
        None
    }

    /// A missing value needs `?`, a failed one `!!`.
    fn answered(&mut self, value: Typed, target: &tree::TargetPath) -> Option<Typed> {
        let source = self.source(value.span);
        let path = self.source(target.span);
        let missing = value.ty.missing && target.optional.is_none();
        if missing {
            let mut diagnostic = Diagnostic::new(
                Code::E0203,
                format!("`{source}` may be missing, but `{path}` is always written"),
                value.span,
                "may be missing",
            );
            if let Some(cause) = value.missing_because.as_ref().filter(|cause| cause.span != value.span) {
                diagnostic = diagnostic.also(cause.span, cause.text.clone());
            }
            let default = default_for(&value.ty);
            let operand = if binds_loosely(&value.expr) { format!("({source})") } else { source.clone() };
            self.report(diagnostic.help(format!(
                "leave it out where it is missing: `{source} -> {path}?`; or give a value for then: `{operand} ?? {default} -> {path}`"
            )));
        }
        if value.ty.fails {
            let operand = if binds_loosely(&value.expr) { format!("({source})") } else { source.clone() };
            let mut diagnostic = Diagnostic::new(
                Code::E0204,
                format!("`{source}` may fail, and the rule says nothing of what then"),
                value.span,
                "may fail",
            );
            if let Some(cause) = &value.fails_because {
                if cause.span == value.span {
                    diagnostic.primary.text = cause.text.clone();
                } else {
                    diagnostic = diagnostic.also(cause.span, cause.text.clone());
                }
            }
            self.report(
                diagnostic.help(format!(
                    "answer with a value, or set the event aside: `{operand} !! reject \"why\" -> {path}`"
                )),
            );
            return None;
        }
        (!missing).then_some(value)
    }

    /// A record or list that is moved whole must not carry numbers whose unit nobody names.
    fn no_hidden_units(&mut self, value: &Typed) -> Option<()> {
        let hidden = match &value.ty.base {
            Base::Record(_) | Base::Variants(_) | Base::Dictionary(_) if !value.named => first_unit(&value.ty, ""),
            Base::List(item) if !value.named => first_unit(item, ""),
            _ => None,
        };
        let Some((path, unit)) = hidden else { return Some(()) };
        self.report(
            Diagnostic::new(
                Code::E0511,
                format!(
                    "this is moved whole, but `{}` in it counts {unit}, and no unit is named for it",
                    path.trim_start_matches('.')
                ),
                value.span,
                format!("holds a number in {unit}"),
            )
            .help("write its fields one by one in a block, each number with the unit it leaves in"),
        );
        None
    }

    fn formed(&mut self, value: Typed, target: &tree::TargetPath) -> Option<Typed> {
        let Some(form) = target.form.as_ref().filter(|_| cdata_of(target).is_none()) else { return Some(value) };
        let plain = Type { missing: false, null: false, ..value.ty.clone() };
        let form = self.form(Some(form), target.zone.as_ref(), &plain)??;
        let base = match form {
            crate::model::Form::Unix | crate::model::Form::UnixMs => Base::Integer(None),
            _ => Base::Text,
        };
        let expr = Expr::Write { value: Box::new(value.expr.clone()), form };
        Some(Typed { expr, ty: Type { base, ..value.ty }, ..value })
    }

    /// A scalar, or a list of them, none of which is null.
    fn fits_form(&mut self, value: &Typed) -> Option<()> {
        let null = match &value.ty.base {
            Base::List(item) => item.null || item.base == Base::Null,
            base => value.ty.null || *base == Base::Null,
        };
        let source = self.source(value.span);
        if null {
            self.report(
                Diagnostic::new(
                    Code::E0212,
                    "this may be null on purpose, which a form cannot hold",
                    value.span,
                    show(&value.ty),
                )
                .help(match &value.ty.base {
                    Base::List(_) => format!("leave null out: `[x each x in {source} where x != null]`"),
                    _ => format!("give text for null: `{source} ?? \"\"`"),
                }),
            );
            return None;
        }
        if is_flat(&value.ty) {
            return Some(());
        }
        let help = match &value.ty.base {
            Base::Record(_) | Base::Variants(_) => format!("write its fields one by one: `{source}.… -> name`"),
            Base::List(_) => format!("name one field of the items: `[x.… each x in {source}]`"),
            _ => "declare its shape in the event, and write its fields".to_string(),
        };
        self.no_text(value, help);
        None
    }

    fn fits_xml(&mut self, value: &Typed) -> Option<()> {
        if is_flat(&value.ty) {
            return Some(());
        }
        let help = match &value.ty.base {
            Base::Record(_) | Base::Variants(_) => format!("open a block: `{} -> … {{ … }}`", self.source(value.span)),
            Base::List(_) => "repeat an element: `each x in list -> Element { … }`".to_string(),
            _ => "declare its shape in the event, and write its fields".to_string(),
        };
        self.report(
            Diagnostic::new(
                Code::E0506,
                format!("{} has no text that an element could hold", show(&value.ty)),
                value.span,
                show(&value.ty),
            )
            .help(help),
        );
        None
    }
}

/// `as cdata`
pub(super) fn cdata_of(target: &tree::TargetPath) -> Option<&tree::Name> {
    match &target.form {
        Some(tree::Form::Named(name)) if name.text == "cdata" => Some(name),
        _ => None,
    }
}

/// A scalar, or a list of scalars.
fn is_flat(ty: &Type) -> bool {
    let scalar = |base: &Base| {
        !matches!(base, Base::Record(_) | Base::Variants(_) | Base::List(_) | Base::Dictionary(_) | Base::Any)
    };
    match &ty.base {
        Base::List(item) => scalar(&item.base),
        other => scalar(other),
    }
}

/// Whether `??` and `!!` would take only its last operand.
fn binds_loosely(expr: &Expr) -> bool {
    matches!(expr, Expr::Compare { .. } | Expr::And(..) | Expr::Or(..) | Expr::Not(..) | Expr::If { .. })
}

/// A value to suggest after `??`.
fn default_for(ty: &Type) -> String {
    match &ty.base {
        Base::Integer(unit) | Base::Decimal(unit) => unit.as_ref().map_or("0".to_string(), |unit| format!("0 {unit}")),
        Base::Boolean => "false".into(),
        Base::List(_) => "[]".into(),
        Base::Code { values, .. } => values.first().map_or("\"\"".into(), |value| format!("{value:?}")),
        Base::Text | Base::Either(_) => "\"\"".into(),
        _ => "reject \"missing\"".into(),
    }
}

fn first_unit(ty: &Type, path: &str) -> Option<(String, String)> {
    match &ty.base {
        Base::Integer(Some(unit)) | Base::Decimal(Some(unit)) => Some((path.to_string(), unit.to_string())),
        Base::Record(record) => {
            record.fields.iter().find_map(|field| first_unit(&field.ty, &format!("{path}.{}", field.name)))
        }
        Base::Variants(variants) => {
            let mut fields = variants.variants.iter().flat_map(|variant| &variant.fields);
            fields.find_map(|field| first_unit(&field.ty, &format!("{path}.{}", field.name)))
        }
        Base::List(item) | Base::Dictionary(item) => first_unit(item, &format!("{path}[]")),
        _ => None,
    }
}
