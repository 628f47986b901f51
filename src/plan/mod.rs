//! The compiled mapping: bytes of an event in, requests out.
//!
//! [`Plan::new`] lowers a [`Mapping`] once; [`Plan::route`] says which targets want an event and in which
//! lanes, [`Plan::prepare`] makes one request. Both are pure functions of the stored event: every call
//! gives the same answer. No I/O, no clock, no panic on any bytes.

mod request;

pub use request::{Envelope, Made, Refusal, Request, Route, Routed, Version};
