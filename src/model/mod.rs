//! What a mapping means: types, units, rules, tables, targets. This is the typed IR: the contract between
//! the checker, which alone builds a [`Mapping`], and the plan, which runs it. `hms-sync compile` writes it
//! as a `.mapc` file (JSON).

pub mod constraint;
pub mod expression;
pub mod mapc;
pub mod mapping;
pub mod number;
pub mod output;
pub mod record;
pub mod target;
pub mod test_case;
pub mod types;
pub mod unit;

pub use constraint::{Alternative, Constraint, Space, TextRule};
pub use expression::{Comparison, Constant, Expr, Form, Operator, Root, Rounding, TextPart};
pub use mapping::{
    Crosswalk, EventShape, FORMAT, Fallback, FileRows, KeyColumn, Listen, Mapping, Row, SourceDigest, Table, ZONE_DATA,
};
pub use output::{
    Body, Document, EachLines, Encoding, Format, Leaf, Namespace, Node, OutName, QName, Repeat, Soap, SoapVersion,
    TextFormat, TextLine,
};
pub use target::{
    Accept, AcceptCondition, Auth, Forget, HeaderPart, HeaderRule, Limit, Remember, Retry, Secret, Target, TargetEach,
    TokenUrl, UrlPart, UrlPlace,
};
pub use test_case::{Expectation, Expected, KnownEntry, TestCase};
pub use types::{Base, Field, RecordType, Type, Variant, VariantsType};
