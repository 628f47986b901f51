//! What a built-in function takes and gives, as the checker needs to know it.

/// What a parameter takes. Missing and failed arguments never reach a function: the result is missing or
/// failed instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Text or a code.
    Text,
    Integer,
    /// An integer or decimal; a unit is allowed only where the result keeps it.
    Number,
    Boolean,
    Date,
    Time,
    DateTime,
    Duration,
    /// Any scalar that can be written as text.
    Scalar,
    /// A pattern literal `/…/`.
    Pattern,
    /// A list of these.
    List(&'static Takes),
    /// A list of anything.
    AnyList,
    Any,
    /// The same type as the argument with this index.
    SameAs(usize),
    /// The item type of the list argument with this index.
    ItemOf(usize),
    /// One of several.
    Either(&'static [Takes]),
}

#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub takes: Takes,
    /// May be left out; the implementation then gets fewer arguments.
    pub optional: bool,
    /// Must be a constant of the mapping, so that it is checked before any event arrives.
    pub constant: bool,
}

/// The type of the result for present arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    Text,
    Integer,
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
}

#[derive(Clone, Copy, Debug)]
pub struct Signature {
    pub parameters: &'static [Parameter],
    pub returns: Returns,
    /// May be missing though every argument is present (`first` of an empty list).
    pub may_be_missing: bool,
    /// Why it may fail though every argument is of its type, e.g. "the text may not be a number".
    pub may_fail: Option<&'static str>,
}
