//! The program as its users call it: the real binary, its exact output and its exit status.

mod check;
mod compile;
mod demo;
mod ends;
mod import;
mod kill;
mod mock;
mod program;
mod run;
mod tests;
mod tls;
mod transform;
mod usage;
