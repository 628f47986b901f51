pub mod number;
pub mod unit;
