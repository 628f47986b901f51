//! Schemas that others wrote, read for the checker: the shapes of events and of bodies.

pub mod xsd;
