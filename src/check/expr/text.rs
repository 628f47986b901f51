//! Interpolated text, and what may stand in its holes.

use crate::check::Checker;
use crate::check::scope::Scope;
use crate::check::show::show;
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Constant, Expr, TextPart, Type};
use crate::syntax::tree::{self, Part};
use crate::text::Span;

/// What the text is for; decides what its holes may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum TextUse {
    Value,
    /// A `reject`'s reason: goes to logs, so nothing sensitive; a missing hole reads `(missing)`.
    Reason,
}

impl Checker<'_> {
    pub(in crate::check) fn text(
        &mut self,
        parts: &[Part],
        span: Span,
        scope: &mut Scope,
        usage: TextUse,
    ) -> Option<Typed> {
        if let Some(text) = literal(parts) {
            let base = Base::Code { values: vec![text.clone()], open: false };
            return Some(Typed::constant(Constant::Text(text), base, span));
        }
        let mut typed = Typed::new(Expr::Missing, Type::new(Base::Text), span);
        let mut lowered = Vec::with_capacity(parts.len());
        let mut whole = true;
        for part in parts {
            match part {
                Part::Literal { value, .. } => lowered.push(TextPart::Literal(value.clone())),
                Part::Hole { value, width, span: part_span } => {
                    let part_span = *part_span;
                    let misplaced = width.as_ref().filter(|_| !self.is_in_line(part_span));
                    if let Some(width) = misplaced {
                        self.report(
                            Diagnostic::new(
                                Code::E0213,
                                "a width stands only in a `line` of a text map",
                                width.span,
                                "a width here",
                            )
                            .help("pad the text itself: `pad_right(x, 20)`"),
                        );
                        whole = false;
                    }
                    let hole = self.hole(value, scope, usage);
                    let width = width.as_ref().filter(|_| misplaced.is_none());
                    let hole = match hole {
                        Some(hole) if self.is_in_line(part_span) => self.hole_of_line(hole, width, scope),
                        hole => hole,
                    };
                    match hole {
                        Some(hole) => {
                            lowered.push(TextPart::Hole(hole.expr.clone()));
                            typed = typed.inherit(&hole);
                        }
                        None => whole = false,
                    }
                }
            }
        }
        typed.expr = Expr::Text(lowered);
        whole.then_some(typed)
    }

    /// In the text of a `line` itself, not in that of a function that it calls.
    fn is_in_line(&self, span: Span) -> bool {
        let within = |line: Span| line.file == span.file && line.start <= span.start && span.end <= line.end;
        self.in_line.is_some_and(|line| within(line.span))
    }

    /// A hole: a scalar that can be written as text.
    pub(in crate::check) fn hole(&mut self, node: &tree::Expr, scope: &mut Scope, usage: TextUse) -> Option<Typed> {
        let value = self.expr(node, scope)?;
        let value = self.leaves_as_text(value, "a hole in text")?;
        if usage == TextUse::Value {
            return Some(value);
        }
        if value.ty.sensitive {
            self.report(
                Diagnostic::new(
                    Code::E0223,
                    "a reason goes into logs, so nothing sensitive may stand in it",
                    value.span,
                    "sensitive",
                )
                .help("leave the value out of the reason"),
            );
            return None;
        }
        Some(self.never_fails(value, "a reason")?.or_text("(missing)"))
    }

    /// Holds a value against what text can hold: a present-or-missing scalar, its unit named, its digits
    /// finished.
    pub(in crate::check) fn leaves_as_text(&mut self, value: Typed, place: &str) -> Option<Typed> {
        if value.ty.null {
            self.report(
                Diagnostic::new(
                    Code::E0212,
                    format!("this may be null on purpose, which {place} cannot hold"),
                    value.span,
                    show(&value.ty),
                )
                .help(format!("give text for null: `{} ?? \"\"`", self.source(value.span))),
            );
            return None;
        }
        match &value.ty.base {
            Base::Record(_) | Base::Variants(_) | Base::List(_) | Base::Dictionary(_) | Base::Any => {
                let help = match &value.ty.base {
                    Base::List(_) => format!("join its items: `join({}, \", \")`", self.source(value.span)),
                    Base::Record(record) => match record.fields.first() {
                        Some(field) => format!("name one of its fields: `{}.{}`", self.source(value.span), field.name),
                        None => "name a scalar".into(),
                    },
                    Base::Variants(variants) => {
                        format!("name one of its fields: `{}.{}`", self.source(value.span), variants.by)
                    }
                    _ => "`any` is only passed through; declare its shape in the event to use what is inside".into(),
                };
                self.no_text(&value, help);
                return None;
            }
            _ => {}
        }
        let value = self.finished(value)?;
        self.unit_named(value)
    }

    pub(in crate::check) fn no_text(&mut self, value: &Typed, help: String) {
        let shown = show(&value.ty);
        self.report(
            Diagnostic::new(Code::E0213, format!("{shown} cannot be written as text"), value.span, shown).help(help),
        );
    }

    /// The number's digits end.
    pub(in crate::check) fn finished(&mut self, value: Typed) -> Option<Typed> {
        let source = self.source(value.span);
        self.finished_or(value, |finish| finish.replace("{}", &source))
    }

    /// As [`Checker::finished`]; `line` makes what can be pasted of `round({})`.
    pub(in crate::check) fn finished_or(&mut self, value: Typed, line: impl Fn(&str) -> String) -> Option<Typed> {
        use crate::check::typed::Pending;
        let diagnostic = match value.pending {
            Pending::Nothing => return Some(value),
            Pending::Fraction => {
                Diagnostic::new(Code::E0305, "this integer may get a fraction", value.span, "may not be a whole number")
                    .help(format!(
                        "round it: `{}`; or say that the fraction is meant: `{}`",
                        line("round({})"),
                        line("decimal({})")
                    ))
            }
            Pending::Endless => Diagnostic::new(
                Code::E0306,
                "the digits of this number may never end",
                value.span,
                "may not end in finitely many digits",
            )
            .help(format!("say how many places it has: `{}`", line("round({}, 2)"))),
        };
        self.report(diagnostic);
        None
    }

    /// A number with a unit leaves only in a unit that the author names.
    pub(in crate::check) fn unit_named(&mut self, value: Typed) -> Option<Typed> {
        let Some(unit) = value.ty.unit().filter(|_| !value.named).cloned() else { return Some(value) };
        let source = self.source(value.span);
        // `in` would take the last operand alone
        let compound = matches!(value.expr, Expr::Arithmetic { .. } | Expr::Call { .. }) && !source.ends_with(')');
        let operand = if compound { format!("({source})") } else { source };
        let mut diagnostic = Diagnostic::new(
            Code::E0303,
            format!("this counts {unit} and leaves without saying so"),
            value.span,
            format!("in {unit}"),
        );
        if let Some(span) = value.origin.as_ref().and_then(|origin| self.declaration(origin)) {
            diagnostic = diagnostic.also(span, "its unit is declared here");
        }
        self.report(diagnostic.help(format!(
            "name the unit it leaves in: `{operand} in {}`, or another of {}",
            unit.as_written(),
            unit.dimension_name()
        )));
        None
    }

    /// Reports a value that may have failed where nothing answers for it.
    pub(in crate::check) fn never_fails(&mut self, value: Typed, place: &str) -> Option<Typed> {
        if !value.ty.fails {
            return Some(value);
        }
        let source = self.source(value.span);
        let mut diagnostic = Diagnostic::new(
            Code::E0204,
            format!("this may fail, and {place} says nothing of what then"),
            value.span,
            value
                .fails_because
                .as_ref()
                .filter(|cause| value.span == cause.span)
                .map_or("may fail".into(), |cause| cause.text.clone()),
        );
        if let Some(cause) = value.fails_because.as_ref().filter(|cause| cause.span != value.span) {
            diagnostic = diagnostic.also(cause.span, cause.text.clone());
        }
        self.report(
            diagnostic.help(format!("answer with a value, or set the event aside: `{source} !! reject \"why\"`")),
        );
        None
    }

    /// Reports a value that may be missing where one must be.
    pub(in crate::check) fn never_missing(&mut self, value: Typed, place: &str) -> Option<Typed> {
        if !value.ty.missing {
            return Some(value);
        }
        let source = self.source(value.span);
        let mut diagnostic = Diagnostic::new(
            Code::E0203,
            format!("this may be missing, and {place} must have a value"),
            value.span,
            "may be missing",
        );
        if let Some(cause) = value.missing_because.as_ref().filter(|cause| cause.span != value.span) {
            diagnostic = diagnostic.also(cause.span, cause.text.clone());
        }
        self.report(diagnostic.help(format!(
            "give a value for then: `{source} ?? \"…\"`, or set the event aside: `{source} ?? reject \"why\"`"
        )));
        None
    }
}

impl Typed {
    fn or_text(mut self, text: &str) -> Typed {
        if self.ty.missing {
            let fallback = Box::new(Expr::Constant(Constant::Text(text.into())));
            // A number or date beside the words is fine: the hole writes either as text.
            self.expr = Expr::Coalesce { value: Box::new(self.expr), fallback };
            self.ty.missing = false;
            self.missing_because = None;
        }
        self
    }
}

/// The text of a string without holes.
pub(in crate::check) fn literal(parts: &[Part]) -> Option<String> {
    parts
        .iter()
        .map(|part| match part {
            Part::Literal { value, .. } => Some(value.as_str()),
            Part::Hole { .. } => None,
        })
        .collect()
}
