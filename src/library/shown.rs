//! Signatures as authors read them: `pad_left(text: string, width: integer, fill?: string): string`.
//!
//! A parameter with `?` may be left out, `…` behind the last one repeats it. Behind the result `?` says that it may be
//! missing and `!` that it may fail, as in the types of the language. `T` is one type in all its places.

use super::{Function, Returns, Signature, Takes};

impl Function {
    /// The call with the types of its parameters and of its result.
    pub fn shown(&self) -> String {
        let signature = Shown::of(&self.signature);
        let mut parameters: Vec<String> = Vec::new();
        for (index, parameter) in self.signature.parameters.iter().enumerate() {
            let optional = if parameter.optional { "?" } else { "" };
            parameters.push(format!("{}{optional}: {}", parameter.name, signature.takes(index, parameter.takes)));
        }
        let repeats = if self.signature.repeats { " …" } else { "" };
        let missing = if self.signature.may_be_missing { "?" } else { "" };
        let fails = if self.signature.may_fail.is_some() { "!" } else { "" };
        format!("{}({}{repeats}): {}{missing}{fails}", self.name, parameters.join(", "), signature.returns())
    }

    /// What the signature does not say by itself: one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let signature = &self.signature;
        let mut notes = Vec::new();
        notes.extend(Shown::of(signature).one_of().map(|types| format!("T is {types}.")));
        let constants: Vec<String> = signature
            .parameters
            .iter()
            .filter(|parameter| parameter.constant)
            .map(|parameter| format!("`{}`", parameter.name))
            .collect();
        match constants.as_slice() {
            [] => {}
            [one] => notes.push(format!("{one} is a constant, checked before any event arrives.")),
            several => {
                notes.push(format!("{} are constants, checked before any event arrives.", several.join(" and ")))
            }
        }
        if let Some(why) = signature.may_fail {
            let only = if signature.fails_only_of_text { " Of a number it cannot fail." } else { "" };
            notes.push(format!("May fail: {why}; answer with `!!`.{only}"));
        }
        notes.extend(signature.limit.map(|limit| format!("Limit: {limit}; what is over it is set aside.")));
        notes
    }
}

struct Shown<'s> {
    signature: &'s Signature,
    /// The parameter whose type is `T`.
    generic: Option<usize>,
}

impl<'s> Shown<'s> {
    fn of(signature: &'s Signature) -> Shown<'s> {
        let of_result = match signature.returns {
            Returns::Argument(index) | Returns::Item(index) => Some(index),
            _ => None,
        };
        let of_parameter = || {
            signature.parameters.iter().find_map(|parameter| match parameter.takes {
                Takes::SameAs(index) | Takes::ItemOf(index) => Some(index),
                _ => None,
            })
        };
        let generic = of_result.or_else(of_parameter);
        let is_open = |index: &usize| {
            signature.parameters.get(*index).is_some_and(|parameter| match parameter.takes {
                Takes::Either(all) => !all.iter().any(|takes| matches!(takes, Takes::List(_) | Takes::AnyList)),
                Takes::List(item) => matches!(item, Takes::Either(_) | Takes::Scalar | Takes::Any),
                takes => matches!(takes, Takes::Scalar | Takes::AnyList | Takes::Any),
            })
        };
        Shown { signature, generic: generic.filter(is_open) }
    }

    fn takes(&self, index: usize, takes: Takes) -> String {
        let is_generic = self.generic == Some(index);
        match takes {
            Takes::Text => "string".into(),
            Takes::Integer => "integer".into(),
            Takes::Number => "number".into(),
            Takes::Boolean => "boolean".into(),
            Takes::Date => "date".into(),
            Takes::Time => "time".into(),
            Takes::DateTime => "datetime".into(),
            Takes::Duration => "duration".into(),
            Takes::Pattern => "/pattern/".into(),
            Takes::AnyList if is_generic => "[T]".into(),
            Takes::AnyList => "[any]".into(),
            Takes::Scalar | Takes::Any | Takes::Either(_) if is_generic => "T".into(),
            Takes::Scalar => "scalar".into(),
            Takes::Any => "any".into(),
            Takes::Either(all) => joined(all.iter().map(|takes| self.takes(index, *takes))),
            Takes::List(item) => format!("[{}]", self.takes(index, *item)),
            Takes::SameAs(of) => self.parameter(of),
            Takes::ItemOf(of) => self.item(of),
        }
    }

    fn parameter(&self, index: usize) -> String {
        self.signature.parameter(index).map_or_else(String::new, |parameter| self.takes(index, parameter.takes))
    }

    /// The items of a list; of text text.
    fn item(&self, index: usize) -> String {
        let item = |takes: Takes| match takes {
            Takes::List(item) => self.takes(index, *item),
            Takes::AnyList if self.generic == Some(index) => "T".into(),
            Takes::AnyList => "any".into(),
            takes => self.takes(index, takes),
        };
        match self.signature.parameter(index).map(|parameter| parameter.takes) {
            Some(Takes::Either(all)) if self.generic != Some(index) => joined(all.iter().map(|takes| item(*takes))),
            Some(takes) => item(takes),
            None => String::new(),
        }
    }

    fn returns(&self) -> String {
        match self.signature.returns {
            Returns::Text => "string".into(),
            Returns::Integer => "integer".into(),
            Returns::Decimal => "decimal".into(),
            Returns::Boolean => "boolean".into(),
            Returns::Date => "date".into(),
            Returns::Time => "time".into(),
            Returns::DateTime => "datetime".into(),
            Returns::Duration => "duration".into(),
            Returns::ListOfText => "[string]".into(),
            Returns::Rounded => "number".into(),
            Returns::Argument(index) => self.parameter(index),
            Returns::Item(index) => self.item(index),
        }
    }

    /// The types that `T` may be, where not every type is one.
    fn one_of(&self) -> Option<String> {
        let plain = Shown { signature: self.signature, generic: None };
        let types = match self.signature.parameter(self.generic?)?.takes {
            Takes::List(item) => *item,
            takes => takes,
        };
        match types {
            Takes::Scalar => Some("any scalar".to_owned()),
            Takes::Either(all) => {
                let mut types: Vec<String> = all.iter().map(|takes| plain.takes(0, *takes)).collect();
                let last = types.pop()?;
                Some(format!("{} or {last}", types.join(", ")))
            }
            _ => None,
        }
    }
}

fn joined(types: impl Iterator<Item = String>) -> String {
    let mut distinct: Vec<String> = Vec::new();
    for ty in types {
        if !distinct.contains(&ty) {
            distinct.push(ty);
        }
    }
    distinct.join(" | ")
}
