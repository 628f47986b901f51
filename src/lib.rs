//! hms-sync: a typed mapping language for change events, and the connector that carries them.

pub mod model;
