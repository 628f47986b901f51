//! A second evaluator of the stored mapping: slow, obvious, and written from the language page, not from the
//! plan. It walks the tree of the mapping over the tree of the event and keeps no state but its variables.
//!
//! What it shares with the plan is what has tests of its own: exact numbers, the library's functions, the
//! readers and writers of dates and forms. What is independent: the door's reading of values, missing, null and
//! failed, names and scopes, tables, conditions, bodies, URLs, keys, headers, who is asked in which order.

mod body;
mod calls;
mod door;
mod evaluate;
mod lists;
mod numerals;
mod request;
mod value;

pub use evaluate::Stop;
pub use request::{Answer, Made, answers};
