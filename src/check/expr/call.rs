//! Calls: the few functions that the language itself knows, the author's `fn`s, tables.

use super::builtin::{PATTERN, shown_call};
use super::choice::wider;
use crate::check::Checker;
use crate::check::nearest::nearest;
use crate::check::scope::{Binding, Frame, Scope};
use crate::check::show::show;
use crate::check::typed::{Pending, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Constant, Expr, Rounding, Type};
use crate::syntax::tree::{self, ExprKind, TypeKind};
use crate::text::Span;

/// Functions that the checker itself gives their meaning.
const OWN: &[&str] = &["present", "round", "round_even", "floor", "ceil", "trunc"];

/// The most places a number is rounded to.
const MOST_PLACES: u32 = 1000;

impl<'a> Checker<'a> {
    pub(super) fn call(
        &mut self,
        function: &tree::Name,
        arguments: &[tree::Expr],
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        if let Some(declaration) = self.table_named(function) {
            let keys: Vec<Option<Typed>> = arguments.iter().map(|key| self.expr(key, scope)).collect();
            let keys: Option<Vec<Typed>> = keys.into_iter().collect();
            let table = self.table(declaration)?;
            return self.look_up(&table, keys?, None, function.span, span);
        }
        self.apply(function, None, arguments, span, scope)
    }

    /// Calls a function by name, with the piped value (if any) as the first argument.
    pub(super) fn apply(
        &mut self,
        function: &tree::Name,
        piped: Option<&tree::Expr>,
        arguments: &[tree::Expr],
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let arguments: Vec<&tree::Expr> = piped.into_iter().chain(arguments).collect();
        if let Some(declared) = self.function_named(function) {
            return self.call_declared(declared, &arguments, function.span, span, scope);
        }
        if let Some(declared) = self.kind_named(function) {
            let values = arguments.iter().map(|argument| self.expr(argument, scope)).collect();
            return self.make_kind(declared, values, function.span, span);
        }
        match function.text.as_str() {
            "present" => return self.present(&arguments, span, scope),
            name if OWN.contains(&name) => return self.rounded(name, &arguments, span, scope),
            "decimal" | "integer" if arguments.len() == 1 => {
                let value = self.expr(arguments[0], scope)?;
                if value.is_number() {
                    return self.number_as(&function.text, value, span);
                }
                return self.call_library(function, vec![Some(value)], span);
            }
            _ => {}
        }
        if crate::library::find(&function.text).is_none_or(|known| known.internal) {
            // What is wrong in the arguments is said all the same.
            for argument in &arguments {
                self.argument(argument, scope);
            }
            self.no_function(function);
            return None;
        }
        let values = arguments.iter().map(|argument| self.argument(argument, scope)).collect();
        self.call_library(function, values, span)
    }

    /// An argument: an expression, or a pattern literal.
    fn argument(&mut self, node: &tree::Expr, scope: &mut Scope) -> Option<Typed> {
        match &node.kind {
            ExprKind::Regex(pattern) => {
                let mut typed = Typed::constant(Constant::Text(pattern.clone()), Base::Text, node.span);
                typed.origin = Some(vec![PATTERN.into()]);
                Some(typed)
            }
            _ => self.expr(node, scope),
        }
    }

    fn no_function(&mut self, name: &tree::Name) {
        if self.is_poisoned(name) {
            return;
        }
        let names = self.names_at(name.span);
        let names: Vec<&str> = crate::library::all()
            .filter(|function| !function.internal)
            .map(|function| function.name)
            .chain(names.functions.keys().copied())
            .chain(OWN.iter().copied())
            .chain(names.tables.keys().copied())
            .chain(names.crosswalks.keys().copied())
            .chain(
                names
                    .types
                    .values()
                    .filter(|ty| matches!(ty.ty.kind, TypeKind::New(_)))
                    .map(|ty| ty.name.text.as_str()),
            )
            .collect();
        let mut diagnostic = Diagnostic::new(
            Code::E0104,
            format!("there is no function or table `{}`", name.text),
            name.span,
            "no such function",
        );
        let alias = ALIASES.iter().find(|(other, _)| other.eq_ignore_ascii_case(&name.text)).map(|(_, here)| *here);
        let is_type = self.type_named(name).is_some();
        diagnostic = match alias.or_else(|| nearest(&name.text, names)) {
            _ if is_type => diagnostic.help(format!(
                "`{0}` is a type; only a kind of its own, `type {0} = new …`, makes values so",
                name.text
            )),
            Some(near) => diagnostic.help(format!("write `{near}`")),
            None => diagnostic.help(format!(
                "declare it, `fn {0}(x: string): string = …`, or as a table, `table {0} {{ … }}`",
                name.text
            )),
        };
        self.report(diagnostic);
    }

    fn present(&mut self, arguments: &[&tree::Expr], span: Span, scope: &mut Scope) -> Option<Typed> {
        let [argument] = arguments else {
            self.arity("present", 1, 1, arguments.len(), span);
            return None;
        };
        let value = self.expr(argument, scope)?;
        let mut typed = Typed::new(Expr::Present(Box::new(value.expr.clone())), Type::new(Base::Boolean), span);
        typed.ty.fails = value.ty.fails;
        typed.fails_because = value.fails_because;
        Some(typed)
    }

    fn rounded(&mut self, name: &str, arguments: &[&tree::Expr], span: Span, scope: &mut Scope) -> Option<Typed> {
        let most = if name.starts_with("round") { 2 } else { 1 };
        if arguments.is_empty() || arguments.len() > most {
            self.arity(name, 1, most, arguments.len(), span);
            return None;
        }
        let value = self.expr(arguments[0], scope);
        let places = match arguments.get(1) {
            None => Some(0),
            Some(node) => {
                let places = self.expr(node, scope)?;
                self.constant_places(&places)
            }
        };
        let (value, places) = (value?, places?);
        let value = self.as_number_of_time(value);
        if !value.is_number() || value.ty.null {
            self.report(
                Diagnostic::new(
                    Code::E0201,
                    format!("`{name}` takes a number, not {}", show(&value.ty)),
                    value.span,
                    show(&value.ty),
                )
                .help(match value.ty.base {
                    Base::Text => format!(
                        "read the number first: `decimal({}) !! reject \"not a number\"`",
                        self.source(value.span)
                    ),
                    _ => "round numbers only".into(),
                }),
            );
            return None;
        }
        let rounding = match name {
            "round" => Rounding::HalfUp,
            "round_even" => Rounding::HalfEven,
            "floor" => Rounding::Floor,
            "ceil" => Rounding::Ceil,
            _ => Rounding::Trunc,
        };
        let unit = value.ty.unit().cloned();
        let base = if places == 0 || matches!((&value.ty.base, value.pending), (Base::Integer(_), Pending::Nothing)) {
            Base::Integer(unit)
        } else {
            Base::Decimal(unit)
        };
        let expr = Expr::Round { value: Box::new(value.expr.clone()), rounding, places };
        Some(Typed { expr, ty: Type { base, kind: None, ..value.ty }, span, pending: Pending::Nothing, ..value })
    }

    fn constant_places(&mut self, places: &Typed) -> Option<u32> {
        if let Some(Constant::Number(number)) = places.as_constant()
            && let Some(places) = number.to_i64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= MOST_PLACES)
        {
            return Some(places);
        }
        self.report(
            Diagnostic::new(
                Code::E0220,
                "the number of places is a constant from 0 to 1,000",
                places.span,
                "not such a constant",
            )
            .help("write it out: `round(x, 2)`"),
        );
        None
    }

    /// `decimal(x)` of a number keeps it and says that a fraction is meant; `integer(x)` needs it rounded.
    fn number_as(&mut self, name: &str, value: Typed, span: Span) -> Option<Typed> {
        let unit = value.ty.unit().cloned();
        if name == "decimal" {
            let pending = if value.pending == Pending::Endless { Pending::Endless } else { Pending::Nothing };
            let ty = Type { base: Base::Decimal(unit), kind: None, ..value.ty };
            return Some(Typed { ty, pending, span, ..value });
        }
        if matches!(value.ty.base, Base::Integer(_)) && value.pending == Pending::Nothing {
            return Some(Typed { ty: Type { kind: None, ..value.ty }, span, ..value });
        }
        self.report(
            Diagnostic::new(
                Code::E0201,
                "`integer` reads a text; a number is made whole by rounding",
                span,
                show(&value.ty),
            )
            .help(format!("write `round({0})`, or `floor`, `ceil`, `trunc`", self.source(value.span))),
        );
        None
    }

    pub(super) fn arity(&mut self, name: &str, least: usize, most: usize, given: usize, span: Span) {
        let wants = match (least, most) {
            (1, 1) => "one argument".to_string(),
            (least, usize::MAX) => format!("at least {least} arguments"),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        let help = match crate::library::find(name) {
            Some(function) => format!("call it as `{}`", shown_call(name, &function.signature)),
            None => format!("give it {wants}"),
        };
        self.report(
            Diagnostic::new(
                Code::E0202,
                format!("`{name}` takes {wants}, not {given}"),
                span,
                format!("{given} given"),
            )
            .help(help),
        );
    }

    fn call_declared(
        &mut self,
        function: &'a tree::Function,
        arguments: &[&tree::Expr],
        at: Span,
        span: Span,
        scope: &mut Scope,
    ) -> Option<Typed> {
        let values: Vec<Option<Typed>> = arguments.iter().map(|argument| self.expr(argument, scope)).collect();
        if arguments.len() != function.parameters.len() {
            self.report(
                Diagnostic::new(
                    Code::E0202,
                    format!(
                        "`{}` takes {} arguments, not {}",
                        function.name.text,
                        function.parameters.len(),
                        arguments.len()
                    ),
                    span,
                    format!("{} given", arguments.len()),
                )
                .also(function.name.span, "declared here")
                .help("give one argument a parameter"),
            );
            return None;
        }
        let values: Vec<Typed> = values.into_iter().collect::<Option<_>>()?;
        if self.under_way.contains(&function.name.span) {
            self.report(
                Diagnostic::new(
                    Code::E0218,
                    format!("`{}` calls itself", function.name.text),
                    at,
                    "leads back to itself",
                )
                .also(function.name.span, "declared here")
                .help("every mapping ends: go over a list with `each` instead"),
            );
            return None;
        }
        let mut bound = Vec::new();
        let mut outer = Vec::new();
        for (parameter, value) in function.parameters.iter().zip(values) {
            let ty = self.ty(&parameter.ty)?;
            let value = self.fits_parameter(value, &ty, &parameter.name)?;
            let mut binding = self.parameter(parameter, ty);
            binding.origin = value.origin.clone();
            binding.ty.sensitive |= value.ty.sensitive;
            outer.push((binding.variable, value));
            bound.push(binding);
        }
        let body = self.function_body(function, bound)?;
        let mut typed = Typed { span, origin: None, ..body };
        for (variable, value) in outer.into_iter().rev() {
            typed.expr = Expr::Let { variable, value: Box::new(value.expr.clone()), body: Box::new(typed.expr) };
            // A failed or missing argument shows in the body wherever the parameter is used.
            typed.ty.fails |= value.ty.fails;
            typed.fails_because = typed.fails_because.or(value.fails_because);
        }
        Some(typed)
    }

    /// A parameter as its body sees it: of its declared type, whatever it is given.
    pub(in crate::check) fn parameter(&mut self, parameter: &tree::Parameter, ty: Type) -> Binding {
        Binding {
            name: parameter.name.text.clone(),
            variable: self.variable(),
            ty: Type { fails: false, form: None, ..ty },
            origin: None,
            named: false,
            pending: Pending::Nothing,
            span: parameter.name.span,
        }
    }

    /// What a function gives, its parameters bound; held against the type that it declares.
    pub(in crate::check) fn function_body(
        &mut self,
        function: &'a tree::Function,
        parameters: Vec<Binding>,
    ) -> Option<Typed> {
        let mut scope = Scope { frames: parameters.into_iter().map(Frame::Value).collect(), ..Scope::default() };
        self.checked.insert(function.name.span);
        self.under_way.push(function.name.span);
        let body = self.expr(&function.body, &mut scope);
        self.under_way.pop();
        let mut body = body?;
        let Some(result) = &function.result else { return Some(body) };
        let declared = self.ty(result)?;
        let fits = wider(&declared.base, &body.ty.base).as_ref() == Some(&declared.base);
        if !fits || (body.ty.missing && !declared.missing) || (body.ty.null && !declared.null) {
            self.report(
                Diagnostic::new(
                    Code::E0224,
                    format!(
                        "`{}` is declared to give {}, its body gives {}",
                        function.name.text,
                        show(&declared),
                        show(&body.ty)
                    ),
                    function.body.span,
                    show(&body.ty),
                )
                .also(result.span, "declared here")
                .help("change the declared type, or the body"),
            );
            return None;
        }
        let result = Typed::new(Expr::Missing, declared, result.span);
        body.ty.kind = self.one_kind(&result, &body, body.span)?;
        body.ty.base = result.ty.base;
        Some(body)
    }

    /// An argument for a parameter of a declared type.
    pub(in crate::check) fn fits_parameter(&mut self, value: Typed, ty: &Type, name: &tree::Name) -> Option<Typed> {
        let kind = self.one_kind(&Typed::new(Expr::Missing, ty.clone(), name.span), &value, value.span)?;
        let value = match self.fit(value, ty)? {
            Fit::Fits(value) => return Some(Typed { ty: Type { kind, ..value.ty }, ..value }),
            Fit::Not(value) => value,
        };
        let only_missing = value.ty.missing && !ty.missing && self.fits_but_missing(&value, ty);
        self.report(
            Diagnostic::new(
                Code::E0201,
                format!("`{}` is {}, not {}", name.text, show(ty), show(&value.ty)),
                value.span,
                show(&value.ty),
            )
            .also(name.span, "the parameter is declared here")
            .help(if only_missing {
                format!("give a value for where it is missing: `{} ?? …`", self.source(value.span))
            } else {
                "give it a value of that type".into()
            }),
        );
        None
    }

    fn fits_but_missing(&mut self, value: &Typed, ty: &Type) -> bool {
        let present = Typed { ty: Type { missing: false, ..value.ty.clone() }, ..value.clone() };
        matches!(self.fit(present, ty), Some(Fit::Fits(_)))
    }

    /// Whether a value is of a declared type, its number brought to that unit; `None` where its own mistake is
    /// reported. Of kinds nothing is asked.
    pub(super) fn fit(&mut self, value: Typed, ty: &Type) -> Option<Fit> {
        let value = self.finished(value)?;
        let (wanted, given) = (ty.unit(), value.ty.unit());
        if (!ty.missing && value.ty.missing) || (!ty.null && value.ty.null) {
            return Some(Fit::Not(value));
        }
        if let (Some(wanted), Some(given)) = (wanted, given)
            && wanted != given
            && given.comparable(wanted)
        {
            let span = value.span;
            return self.convert_to(value, wanted.clone(), span, None).map(Fit::Fits);
        }
        let fits = wider(&ty.base, &value.ty.base).as_ref() == Some(&ty.base) || same_shape(&ty.base, &value.ty.base);
        Some(match fits && wanted.is_some() == given.is_some() {
            true => Fit::Fits(value),
            false => Fit::Not(value),
        })
    }
}

/// Whether a value is of a type.
pub(super) enum Fit {
    Fits(Typed),
    Not(Typed),
}

/// Names that people know from elsewhere.
const ALIASES: &[(&str, &str)] = &[
    ("len", "length"),
    ("size", "count"),
    ("uppercase", "upper"),
    ("toUpperCase", "upper"),
    ("upcase", "upper"),
    ("lowercase", "lower"),
    ("toLowerCase", "lower"),
    ("downcase", "lower"),
    ("substring", "slice"),
    ("substr", "slice"),
    ("strip", "trim"),
    ("str", "text"),
    ("to_string", "text"),
    ("toString", "text"),
    ("parseInt", "integer"),
    ("int", "integer"),
    ("float", "decimal"),
    ("parse_date", "date"),
    ("exists", "present"),
    ("isset", "present"),
    ("is_present", "present"),
    ("lpad", "pad_left"),
    ("rpad", "pad_right"),
    ("avg", "sum"),
    ("unique", "distinct"),
];

fn same_shape(wanted: &Base, given: &Base) -> bool {
    match (wanted, given) {
        (Base::Record(wanted), Base::Record(given)) => wanted.fields.iter().all(|field| {
            given.field(&field.name).is_some_and(|found| {
                (found.ty.base == field.ty.base || same_shape(&field.ty.base, &found.ty.base))
                    && (field.ty.missing || !found.ty.missing)
                    && (field.ty.null || !found.ty.null)
                    && field.ty.kind == found.ty.kind
            })
        }),
        // The names of the types do not matter, as of records.
        (Base::Variants(wanted), Base::Variants(given)) => wanted.by == given.by && wanted.variants == given.variants,
        (Base::List(wanted), Base::List(given)) => {
            (same_shape(&wanted.base, &given.base) || wanted.base == given.base) && wanted.kind == given.kind
        }
        (Base::Text, Base::Code { .. }) => true,
        _ => false,
    }
}
