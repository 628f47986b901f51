//! What a built-in function takes and gives, as the checker needs to know it.

use crate::model::{Base, Constant};

/// What a parameter takes. Missing and failed arguments never reach a function: the result is missing or
/// failed instead. Nor does null on purpose: only [`Takes::Any`] and the items of [`Takes::AnyList`] may
/// be null or, as items, missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Text or a code.
    Text,
    /// Without a unit.
    Integer,
    /// An integer or decimal. It may carry a unit where the result keeps it ([`Returns::Argument`],
    /// [`Returns::Item`], [`Returns::Decimal`], [`Returns::Rounded`]); elsewhere the author must have
    /// named the unit (`fixed(w in kg, 1)`), as for any number that leaves.
    Number,
    Boolean,
    Date,
    Time,
    DateTime,
    Duration,
    /// Any scalar that can be written as text.
    Scalar,
    /// A pattern literal `/…/`. The constant is its text without the slashes.
    Pattern,
    /// A list of these.
    List(&'static Takes),
    /// A list of anything.
    AnyList,
    Any,
    /// The same type as the argument with this index, unit included.
    SameAs(usize),
    /// The item type of the list argument with this index, unit included; text, where that argument is
    /// text.
    ItemOf(usize),
    /// One of several.
    Either(&'static [Takes]),
}

/// Says in one sentence what is wrong with a constant argument. The base type is that of the first
/// argument, on which a date pattern depends.
pub type ConstantCheck = fn(&Constant, &Base) -> Result<(), String>;

#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub takes: Takes,
    /// May be left out; the implementation then gets fewer arguments.
    pub optional: bool,
    /// Must be a constant of the mapping, so that it is checked before any event arrives.
    pub constant: bool,
    /// What the constant must be beyond its type; see [`super::Function::check_constants`].
    pub check: Option<ConstantCheck>,
}

impl Parameter {
    pub const fn new(name: &'static str, takes: Takes) -> Parameter {
        Parameter { name, takes, optional: false, constant: false, check: None }
    }

    pub const fn optional(self) -> Parameter {
        Parameter { optional: true, ..self }
    }

    pub const fn constant(self, check: ConstantCheck) -> Parameter {
        Parameter { constant: true, check: Some(check), ..self }
    }
}

/// The type of the result for present arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    Text,
    Integer,
    /// With the unit of the first argument, where that is a number.
    Decimal,
    Boolean,
    Date,
    Time,
    DateTime,
    Duration,
    ListOfText,
    /// The type of the argument with this index, unit included.
    Argument(usize),
    /// The item type of the list argument with this index, unit included.
    Item(usize),
    /// The first argument finished: an integer where no places are kept (the second argument is left
    /// out or 0), else a decimal; with its unit.
    Rounded,
}

#[derive(Clone, Copy, Debug)]
pub struct Signature {
    pub parameters: &'static [Parameter],
    /// The last parameter may be given any number of times.
    pub repeats: bool,
    pub returns: Returns,
    /// May be missing though every argument is present (`first` of an empty list).
    pub may_be_missing: bool,
    /// Why it may fail though every argument is of its type, e.g. "the text may not be a number".
    pub may_fail: Option<&'static str>,
    /// It may fail only where the first argument is text (`decimal(x)` of a number cannot).
    pub fails_only_of_text: bool,
    /// A limit of the language or of the format. What is over it is set aside with a reason, as at the
    /// door; it counts as no failure that the author has to answer with `!!`.
    pub limit: Option<&'static str>,
}

impl Signature {
    pub const fn new(parameters: &'static [Parameter], returns: Returns) -> Signature {
        Signature {
            parameters,
            repeats: false,
            returns,
            may_be_missing: false,
            may_fail: None,
            fails_only_of_text: false,
            limit: None,
        }
    }

    pub const fn repeats(self) -> Signature {
        Signature { repeats: true, ..self }
    }

    pub const fn maybe_missing(self) -> Signature {
        Signature { may_be_missing: true, ..self }
    }

    pub const fn may_fail(self, why: &'static str) -> Signature {
        Signature { may_fail: Some(why), ..self }
    }

    pub const fn fails_only_of_text(self) -> Signature {
        Signature { fails_only_of_text: true, ..self }
    }

    pub const fn limit(self, limit: &'static str) -> Signature {
        Signature { limit: Some(limit), ..self }
    }

    /// The fewest arguments.
    pub fn least(&self) -> usize {
        self.parameters.iter().filter(|parameter| !parameter.optional).count()
    }

    /// The most arguments; `None` for as many as there are.
    pub fn most(&self) -> Option<usize> {
        (!self.repeats).then_some(self.parameters.len())
    }

    /// The parameter that the argument with this index goes to.
    pub fn parameter(&self, index: usize) -> Option<&'static Parameter> {
        match self.parameters.get(index) {
            None if self.repeats => self.parameters.last(),
            found => found,
        }
    }

    /// Why it may fail when its first argument is of this base type.
    pub fn failure(&self, first: &Base) -> Option<&'static str> {
        let of_text = match first {
            Base::Text | Base::Code { .. } => true,
            Base::Either(bases) => bases.iter().any(|base| matches!(base, Base::Text | Base::Code { .. })),
            _ => false,
        };
        self.may_fail.filter(|_| of_text || !self.fails_only_of_text)
    }
}
