pub mod diagnostic;
pub mod library;
pub mod model;
pub mod plan;
pub mod syntax;
pub mod text;
