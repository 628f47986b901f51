//! The audit log: exactly one final row an event, target, item and round, chained by hash.

mod log;
mod row;

pub use log::{AuditFilter, AuditLog, Verified};
pub use row::{AuditRow, Outcome, OutcomeCounts};
