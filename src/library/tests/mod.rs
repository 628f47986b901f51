//! The library as a whole: its table, its examples, and every signature against its implementation.

mod calling;
mod examples;
mod hostile;
mod iso;
mod patterns;
mod signatures;
mod systems;
mod table;
