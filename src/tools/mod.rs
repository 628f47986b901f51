//! What stands around the compiler and the connector and is built on their doors only: test blocks run, the
//! first generation's YAML read, both ends of the connector played, pages of the documentation generated.

pub mod import_yaml;
pub mod mock;
pub mod reference;
pub mod test_run;
