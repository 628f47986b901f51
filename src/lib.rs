pub mod diagnostic;
pub mod model;
pub mod plan;
pub mod syntax;
pub mod text;
