//! The program as its users call it: the real binary, its exact output and its exit status.

mod bad_input;
mod check;
mod compile;
mod demo;
mod docs;
mod ends;
mod functions;
#[cfg(unix)]
mod gap;
mod import;
mod kill;
mod mock;
mod program;
mod run;
mod tests;
mod tls;
mod transform;
mod usage;
