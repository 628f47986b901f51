//! The limits on what comes from outside. What is over one is set aside with a reason, or, of a
//! mapping, refused by [`Plan::new`](super::Plan::new).

/// The largest event that is read, in bytes (16 MiB). The connector's own limit on frames is lower.
pub const MAX_EVENT_BYTES: usize = 16 << 20;

/// The deepest nesting of lists and objects in an event.
pub const MAX_EVENT_DEPTH: u32 = 128;

/// The most values of one event that are kept for the mapping, absent optional fields of list items
/// included: a short text of empty items cannot fill the memory.
pub const MAX_EVENT_VALUES: usize = 1 << 22;

/// The largest body, in bytes (16 MiB).
pub const MAX_BODY_BYTES: usize = 16 << 20;

/// The longest text that an expression makes, in bytes.
pub const MAX_TEXT_BYTES: usize = MAX_BODY_BYTES;

/// The longest URL or header value, in bytes.
pub const MAX_ADDRESS_BYTES: usize = 64 << 10;

/// The most different keys that one event's target (or item) may look up in crosswalks.
pub const MAX_LOOK_UPS: usize = 10_000;

/// So much of a target's answer is looked at, in bytes (64 KiB).
pub const MAX_ANSWER_BYTES: usize = 64 << 10;

/// The most steps that one event may take for one target (or item). A step is an operation, an item
/// looked at, or 64 bytes of text made.
pub const MAX_STEPS: u64 = 20_000_000;

/// The deepest nesting of a mapping's expressions, of its output and of its types. Chains (`a + b + …`,
/// `else if`, `??`) do not nest.
pub const MAX_NESTING: usize = 256;

/// The most operators in one chain.
pub const MAX_CHAIN: usize = 1_024;

/// The most local names in one mapping.
pub const MAX_LOCALS: usize = 10_000;
