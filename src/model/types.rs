//! Types of values: base, unit, whether a value may be missing, null on purpose, or failed.

use super::expression::Form;
use super::unit::Unit;
use serde::{Deserialize, Serialize};

/// The type of an expression, a field or a parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Type {
    pub base: Base,
    /// `T?`: absent or null, no difference meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    /// `T | null`: null is a value that travels.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub null: bool,
    /// `T!`: computing it may have failed. Only inferred, never declared, so never in a stored mapping.
    #[serde(skip)]
    pub fails: bool,
    /// May flow to the target, never into logs, errors or the audit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// How the wire writes it, where that is not the base type's own way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// `type PatientId = new string`: the kind of its own that the value is of. The checker alone asks for it; on
    /// the wire the value is its base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    Boolean,
    /// With the unit it counts, if it declares one.
    Integer(Option<Unit>),
    Decimal(Option<Unit>),
    Text,
    Date,
    Time,
    DateTime,
    Duration,
    /// A set of strings; an open one (`… | string`) admits any other string too.
    Code {
        values: Vec<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        open: bool,
    },
    /// `string | integer`: one of several scalar bases.
    Either(Vec<Base>),
    Record(RecordType),
    /// `by kind { "phone": { … }, "email": { … } }`
    Variants(VariantsType),
    List(Box<Type>),
    /// `{ string: T }`
    Dictionary(Box<Type>),
    /// Raw JSON, passed through only.
    Any,
    /// Only the literal `null`.
    Null,
    /// Of `reject` and `skip`, which give no value; fits wherever a value is due.
    Never,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordType {
    /// The declared name, for messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub fields: Vec<Field>,
}

/// A record of which one field, the discriminator, tells what other fields it has. In a path the discriminator is
/// the step `kind`; a field of a variant is two steps, `kind=phone` and the field's name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariantsType {
    /// The declared name, for messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The discriminator's name.
    pub by: String,
    /// At least one, their codes distinct; none has a field of the discriminator's name.
    pub variants: Vec<Variant>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    pub code: String,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: Type,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
}

impl Type {
    pub fn new(base: Base) -> Type {
        Type { base, missing: false, null: false, fails: false, sensitive: false, form: None, kind: None }
    }

    pub fn optional(mut self) -> Type {
        self.missing = true;
        self
    }

    pub fn failing(mut self) -> Type {
        self.fails = true;
        self
    }

    /// The unit of a number, `None` of everything else.
    pub fn unit(&self) -> Option<&Unit> {
        match &self.base {
            Base::Integer(unit) | Base::Decimal(unit) => unit.as_ref(),
            _ => None,
        }
    }

    /// Whether a value of the type has a field of that name, of variants whether one of them has.
    pub fn has_field(&self, name: &str) -> bool {
        match &self.base {
            Base::Record(record) => record.field(name).is_some(),
            Base::Variants(variants) => {
                variants.by == name || variants.variants.iter().any(|variant| variant.field(name).is_some())
            }
            _ => false,
        }
    }
}

impl Base {
    /// A scalar that may stand in an either: one that needs no unit to be understood.
    pub fn is_plain_scalar(&self) -> bool {
        matches!(
            self,
            Base::Boolean
                | Base::Integer(None)
                | Base::Decimal(None)
                | Base::Text
                | Base::Date
                | Base::Time
                | Base::DateTime
                | Base::Duration
                | Base::Code { .. }
        )
    }
}

impl RecordType {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl VariantsType {
    /// The closed code that the discriminator is of.
    pub fn discriminator(&self) -> Type {
        let values = self.variants.iter().map(|variant| variant.code.clone()).collect();
        Type::new(Base::Code { values, open: false })
    }

    /// The step of a path into the variant of that code.
    pub fn step_into(&self, code: &str) -> String {
        format!("{}={code}", self.by)
    }

    /// The variant that a step of a path leads into.
    pub fn stepped_into(&self, step: &str) -> Option<&Variant> {
        let code = step.strip_prefix(self.by.as_str())?.strip_prefix('=')?;
        self.variants.iter().find(|variant| variant.code == code)
    }
}

impl Variant {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
