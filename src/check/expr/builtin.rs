//! Calls of the built-in functions, held against their signatures.

use super::choice::wider;
use crate::check::Checker;
use crate::check::show::{show, show_base};
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::library::{Parameter, Returns, Signature, Takes};
use crate::model::{Base, Constant, Expr, Type};
use crate::syntax::tree::{self};
use crate::text::Span;

impl Checker<'_> {
    pub(super) fn call_library(
        &mut self,
        name: &tree::Name,
        arguments: Vec<Option<Typed>>,
        span: Span,
    ) -> Option<Typed> {
        let function = crate::library::find(&name.text)?;
        let signature = &function.signature;
        let least = signature.least();
        let most = signature.most().unwrap_or(usize::MAX);
        if arguments.len() < least || arguments.len() > most {
            self.arity(&name.text, least, most, arguments.len(), span);
            return None;
        }
        let arguments: Vec<Typed> = arguments.into_iter().collect::<Option<_>>()?;
        let mut checked: Vec<Typed> = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.into_iter().enumerate() {
            let parameter = signature.parameter(index)?;
            let keeps = keeps_unit(signature, checked.len());
            let argument = self.library_argument(&name.text, signature, parameter, argument, &checked, keeps)?;
            checked.push(argument);
        }
        let mut ty = self.returned(signature, &checked);
        if name.text == "sum" {
            // Computed, not handed through.
            ty.kind = None;
        }
        let expr = Expr::Call {
            function: name.text.clone(),
            arguments: checked.iter().map(|argument| argument.expr.clone()).collect(),
        };
        let mut typed = Typed::new(expr, ty, span);
        for argument in &checked {
            typed = typed.inherit(argument);
        }
        let kept = match signature.returns {
            Returns::Argument(at) | Returns::Item(at) => Some(at),
            Returns::Decimal => Some(0),
            _ => None,
        };
        if let Some(argument) = kept.and_then(|at| checked.get(at)) {
            typed.named = argument.named;
            typed.pending = argument.pending;
        }
        if signature.may_be_missing {
            typed = typed.missing(span, format!("`{}` may find nothing", name.text));
        }
        let first = checked.first().map_or(Base::Never, |argument| argument.ty.base.clone());
        if let Some(why) = signature.failure(&first) {
            typed = typed.fails(span, why);
        }
        self.constants_fit(function, &checked, &first, span)?;
        Some(typed)
    }

    fn library_argument(
        &mut self,
        name: &str,
        signature: &Signature,
        parameter: &Parameter,
        argument: Typed,
        before: &[Typed],
        keeps_unit: bool,
    ) -> Option<Typed> {
        let source = self.source(argument.span);
        let is_pattern =
            argument.origin.as_ref().is_some_and(|origin| origin.first().is_some_and(|step| step == PATTERN));
        let wants = self.wanted(parameter.takes, before);
        if argument.ty.null && !matches!(parameter.takes, Takes::Any) {
            self.report(
                Diagnostic::new(
                    Code::E0212,
                    format!("this may be null on purpose, which `{name}` does not take"),
                    argument.span,
                    show(&argument.ty),
                )
                .help(format!("give a value for null: `{source} ?? \"\"`")),
            );
            return None;
        }
        let fits =
            if is_pattern { takes_pattern(parameter.takes) } else { fits(parameter.takes, &argument.ty, before) };
        if !fits {
            let mut diagnostic = Diagnostic::new(
                Code::E0201,
                format!(
                    "`{name}` takes {wants} as its `{}`, not {}",
                    parameter.name,
                    if is_pattern { "a pattern".into() } else { show(&argument.ty) }
                ),
                argument.span,
                show(&argument.ty),
            );
            if let Some(span) = argument.origin.as_ref().and_then(|origin| self.declaration(origin)) {
                diagnostic = diagnostic.also(span, "declared here");
            }
            self.report(diagnostic.help(match (parameter.takes, &argument.ty.base) {
                (
                    Takes::Text,
                    Base::Integer(_) | Base::Decimal(_) | Base::Boolean | Base::Date | Base::Time | Base::DateTime,
                ) => {
                    format!("write it as text first: `\"{{{source}}}\"`")
                }
                (Takes::Integer | Takes::Number, Base::Text | Base::Code { .. }) => {
                    format!("read the number first: `integer({source}) !! reject \"not a number\"`")
                }
                (Takes::Pattern, _) => format!("write a pattern between slashes: `{name}(x, /[0-9]+/)`"),
                _ => format!("call it as `{}`", shown_call(name, signature)),
            }));
            return None;
        }
        self.kind_beside(parameter.takes, &argument, before)?;
        if parameter.constant && argument.as_constant().is_none() {
            self.report(
                Diagnostic::new(
                    Code::E0220,
                    format!("`{}` of `{name}` must be a constant", parameter.name),
                    argument.span,
                    "not known beforehand",
                )
                .help("write the value itself, so that it is checked before any event comes"),
            );
            return None;
        }
        if !keeps_unit {
            let argument = self.finished(argument)?;
            if argument.ty.unit().is_some() {
                return self.unit_named(argument);
            }
            return Some(argument);
        }
        Some(argument)
    }

    /// An item beside its list, and a value beside another of its type, are of one kind. Lists are held against each
    /// other with their types.
    fn kind_beside(&mut self, takes: Takes, argument: &Typed, before: &[Typed]) -> Option<()> {
        let other = match takes {
            Takes::SameAs(at) => before.get(at).cloned(),
            Takes::ItemOf(at) => before.get(at).and_then(|list| match &list.ty.base {
                Base::List(item) if item.base != Base::Never => {
                    Some(Typed::new(Expr::Missing, (**item).clone(), list.span))
                }
                _ => None,
            }),
            _ => None,
        };
        match other {
            Some(other) => self.one_kind(&other, argument, argument.span).map(|_| ()),
            None => Some(()),
        }
    }

    fn wanted(&self, takes: Takes, before: &[Typed]) -> String {
        match takes {
            Takes::SameAs(at) => before.get(at).map_or("the same type".into(), |argument| show_base(&argument.ty.base)),
            Takes::ItemOf(at) => match before.get(at).map(|argument| &argument.ty.base) {
                Some(Base::List(item)) => show(item),
                _ => "an item of the list".into(),
            },
            other => wording(other),
        }
    }

    fn returned(&self, signature: &Signature, arguments: &[Typed]) -> Type {
        let base = match signature.returns {
            Returns::Text => Base::Text,
            Returns::Integer => Base::Integer(None),
            Returns::Decimal => Base::Decimal(arguments.first().and_then(|argument| argument.ty.unit()).cloned()),
            Returns::Boolean => Base::Boolean,
            Returns::Date => Base::Date,
            Returns::Time => Base::Time,
            Returns::DateTime => Base::DateTime,
            Returns::Duration => Base::Duration,
            Returns::ListOfText => Base::List(Box::new(Type::new(Base::Text))),
            Returns::Rounded => arguments.first().map_or(Base::Never, |argument| argument.ty.base.clone()),
            Returns::Argument(at) => arguments.get(at).map_or(Base::Never, |argument| argument.ty.base.clone()),
            Returns::Item(at) => {
                return match arguments.get(at).map(|argument| &argument.ty.base) {
                    Some(Base::List(item)) => (**item).clone(),
                    _ => Type::new(Base::Never),
                };
            }
        };
        // Case and length of a code change, so what comes back of one is text, unless it is handed through.
        Type::new(base)
    }

    /// What a function asks of its constants: patterns, zones, widths.
    fn constants_fit(
        &mut self,
        function: &crate::library::Function,
        arguments: &[Typed],
        first: &Base,
        span: Span,
    ) -> Option<()> {
        let constants: Vec<Option<&Constant>> = arguments.iter().map(Typed::as_constant).collect();
        match function.check_constants(&constants, first) {
            Ok(()) => Some(()),
            Err((at, problem)) => {
                let place = arguments.get(at).map_or(span, |argument| argument.span);
                self.report(
                    Diagnostic::new(
                        Code::E0225,
                        format!("`{}` cannot use this: {problem}", function.name),
                        place,
                        "this constant",
                    )
                    .help("correct it; it is read before any event comes"),
                );
                None
            }
        }
    }
}

/// Marks a pattern literal among the arguments; no event field has this name.
pub(super) const PATTERN: &str = "\u{0}pattern";

fn takes_pattern(takes: Takes) -> bool {
    match takes {
        Takes::Pattern => true,
        Takes::Either(all) => all.iter().copied().any(takes_pattern),
        _ => false,
    }
}

fn fits(takes: Takes, ty: &Type, before: &[Typed]) -> bool {
    let base = &ty.base;
    match takes {
        Takes::Text => matches!(base, Base::Text | Base::Code { .. }),
        Takes::Integer => matches!(base, Base::Integer(_)),
        Takes::Number => matches!(base, Base::Integer(_) | Base::Decimal(_)),
        Takes::Boolean => *base == Base::Boolean,
        Takes::Date => *base == Base::Date,
        Takes::Time => *base == Base::Time,
        Takes::DateTime => *base == Base::DateTime,
        Takes::Duration => *base == Base::Duration,
        Takes::Scalar => !matches!(
            base,
            Base::Record(_) | Base::Variants(_) | Base::List(_) | Base::Dictionary(_) | Base::Any | Base::Null
        ),
        Takes::Pattern => false,
        Takes::List(item) => match base {
            Base::List(found) => found.base == Base::Never || (fits(*item, found, before) && !found.null),
            _ => false,
        },
        Takes::AnyList => matches!(base, Base::List(_)),
        Takes::Any => true,
        Takes::SameAs(at) => before.get(at).is_some_and(|argument| alike(&argument.ty.base, base)),
        Takes::ItemOf(at) => match before.get(at).map(|argument| &argument.ty.base) {
            Some(Base::List(item)) => item.base == Base::Never || alike(&item.base, base),
            Some(Base::Text | Base::Code { .. }) => matches!(base, Base::Text | Base::Code { .. }),
            _ => false,
        },
        Takes::Either(all) => all.iter().any(|takes| fits(*takes, ty, before)),
    }
}

fn alike(a: &Base, b: &Base) -> bool {
    wider(a, b).is_some_and(|joined| !matches!(joined, Base::Either(_)))
}

fn keeps_unit(signature: &Signature, at: usize) -> bool {
    let kept = match signature.returns {
        Returns::Argument(kept) | Returns::Item(kept) => kept,
        Returns::Decimal | Returns::Rounded => 0,
        _ => return false,
    };
    kept == at
        || matches!(signature.parameters.get(at).map(|parameter| parameter.takes), Some(Takes::SameAs(of) | Takes::ItemOf(of)) if of == kept)
}

fn wording(takes: Takes) -> String {
    match takes {
        Takes::Text => "text".into(),
        Takes::Integer => "an integer".into(),
        Takes::Number => "a number".into(),
        Takes::Boolean => "a boolean".into(),
        Takes::Date => "a date".into(),
        Takes::Time => "a time".into(),
        Takes::DateTime => "a datetime".into(),
        Takes::Duration => "a duration".into(),
        Takes::Scalar => "a scalar".into(),
        Takes::Pattern => "a pattern `/…/`".into(),
        Takes::List(item) => format!("a list of {}", wording(*item).trim_start_matches("an ").trim_start_matches("a ")),
        Takes::AnyList => "a list".into(),
        Takes::Any => "a value".into(),
        Takes::SameAs(_) => "the same type".into(),
        Takes::ItemOf(_) => "an item of the list".into(),
        Takes::Either(all) => all.iter().map(|takes| wording(*takes)).collect::<Vec<_>>().join(" or "),
    }
}

/// `pad_left(text, width, fill)`
pub(super) fn shown_call(name: &str, signature: &Signature) -> String {
    let parameters: Vec<String> = signature
        .parameters
        .iter()
        .map(|parameter| if parameter.optional { format!("{}?", parameter.name) } else { parameter.name.to_string() })
        .collect();
    format!("{name}({})", parameters.join(", "))
}
