//! Fields of variants: the discriminator and what all variants have alike are always there, another field only
//! where a test has told which variant it is.

use crate::check::Checker;
use crate::check::nearest::nearest;
use crate::check::scope::Scope;
use crate::check::show::{list_codes, show};
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Field, Type, Variant, VariantsType};
use crate::text::Span;

/// How many arms a help spells out.
const ARMS_SHOWN: usize = 4;

impl Checker<'_> {
    /// The steps to a field of variants and its type; `None` where its mistake is reported.
    pub(super) fn variant_field(
        &mut self,
        base: &Typed,
        variants: &VariantsType,
        name: &str,
        name_span: Span,
        scope: &Scope,
    ) -> Option<(Vec<String>, Type)> {
        if name == variants.by {
            return Some((vec![variants.by.clone()], variants.discriminator()));
        }
        let possible = possible(base, variants, scope);
        // Where tests contradict each other nothing is evaluated, so anything may be said of it.
        let possible = match possible.is_empty() {
            true => variants.variants.iter().filter(|variant| variant.field(name).is_some()).take(1).collect(),
            false => possible,
        };
        let with: Vec<(&Variant, &Field)> =
            possible.iter().filter_map(|variant| Some((*variant, variant.field(name)?))).collect();
        match with.first() {
            Some((_, field)) if with.len() == possible.len() && with.iter().all(|(_, other)| other.ty == field.ty) => {
                // Alike in several variants, it is one place: named by the first that has it so.
                let first = variants
                    .variants
                    .iter()
                    .find(|variant| variant.field(name).is_some_and(|known| known.ty == field.ty));
                let code = first.map_or("", |variant| variant.code.as_str());
                return Some((vec![variants.step_into(code), name.to_string()], field.ty.clone()));
            }
            _ => {}
        }
        if variants.variants.iter().all(|variant| variant.field(name).is_none()) {
            if !self.poisoned_fields.contains(name) {
                self.in_no_variant(base, variants, name, name_span);
            }
        } else {
            self.in_some_variants(base, variants, &possible, name, name_span);
        }
        None
    }

    fn in_no_variant(&mut self, base: &Typed, variants: &VariantsType, name: &str, name_span: Span) {
        let what = variants.name.as_ref().map_or("these variants".to_string(), |name| format!("`{name}`"));
        let mut diagnostic = Diagnostic::new(
            Code::E0102,
            format!("no variant of {what} has a field `{name}`"),
            name_span,
            "no such field",
        );
        if let Some(span) = base.origin.as_ref().and_then(|origin| self.declaration(origin)) {
            diagnostic = diagnostic.also(span, "declared here");
        }
        let mut names: Vec<&str> = vec![variants.by.as_str()];
        names.extend(variants.variants.iter().flat_map(|one| one.fields.iter().map(|field| field.name.as_str())));
        let help = match nearest(name, names.iter().copied()) {
            Some(near) => format!("write `{}`", super::path::quoted(near)),
            None => format!("its variants are {}", codes(variants.variants.iter())),
        };
        self.report(diagnostic.help(help));
    }

    fn in_some_variants(
        &mut self,
        base: &Typed,
        variants: &VariantsType,
        possible: &[&Variant],
        name: &str,
        name_span: Span,
    ) {
        let source = self.source(base.span);
        let by = &variants.by;
        let having = || variants.variants.iter().filter(|variant| variant.field(name).is_some());
        let all_have = possible.iter().all(|variant| variant.field(name).is_some());
        let (message, label) = if all_have {
            let types: Vec<String> = possible
                .iter()
                .filter_map(|variant| Some(format!("{} in {:?}", show(&variant.field(name)?.ty), variant.code)))
                .collect();
            (
                format!("`{name}` is not alike in every variant: {}", crate::check::show::and_list(&types, ARMS_SHOWN)),
                "of several types".to_string(),
            )
        } else if possible.len() < variants.variants.len() {
            (
                format!(
                    "here `{source}.{by}` is {}, and `{name}` is there only where it is {}",
                    or_codes(possible.iter().copied()),
                    or_codes(having()),
                ),
                "not in this variant".to_string(),
            )
        } else {
            (
                format!("`{name}` is there only where `{source}.{by}` is {}", or_codes(having())),
                "not in every variant".to_string(),
            )
        };
        let mut diagnostic = Diagnostic::new(Code::E0231, message, name_span, label);
        let declared = base
            .origin
            .as_ref()
            .and_then(|origin| self.declaration(&origin.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>()));
        if let Some(span) = declared {
            diagnostic = diagnostic.also(span, "declared here");
        }
        let arms: Vec<String> = variants
            .variants
            .iter()
            .take(ARMS_SHOWN)
            .map(|variant| match variant.field(name) {
                Some(_) => format!("{:?} -> {source}.{name}", variant.code),
                None => format!("{:?} -> …", variant.code),
            })
            .collect();
        let rest = if variants.variants.len() > ARMS_SHOWN { ", _ -> …" } else { "" };
        if base.place().is_none() {
            // What a test proves, it proves of a path.
            self.report(diagnostic.help(format!(
                "give the value a name and tell the variants apart by that: `let one = {source}`, `match one.{by} {{ … }}`"
            )));
            return;
        }
        self.report(
            diagnostic
                .help(format!("tell the variants apart first: `match {source}.{by} {{ {}{rest} }}`", arms.join(", "))),
        );
    }
}

/// The variants that the tests around have left.
fn possible<'v>(base: &Typed, variants: &'v VariantsType, scope: &Scope) -> Vec<&'v Variant> {
    let all = || variants.variants.iter();
    let Some((root, mut steps)) = base.place() else { return all().collect() };
    steps.push(variants.by.clone());
    all().filter(|variant| scope.may_be(root, &steps, &variant.code)).collect()
}

fn codes<'v>(variants: impl Iterator<Item = &'v Variant>) -> String {
    list_codes(variants.map(|variant| variant.code.as_str()), 8)
}

fn or_codes<'v>(variants: impl Iterator<Item = &'v Variant>) -> String {
    codes(variants).replace(" and ", " or ")
}
