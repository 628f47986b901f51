//! Every diagnostic's code, severity and title, in one table.
//!
//! Codes are contracts: a code keeps its meaning for ever and is never used again for another.
//! E00xx syntax, E01xx names, E02xx types and missingness, E03xx units and numbers, E04xx codes, tables
//! and exhaustiveness, E05xx the shape of the output, E06xx targets, E07xx tests, W0xxx warnings.

use super::Severity;

macro_rules! catalogue {
    ($($code:ident $severity:ident $title:literal)*) => {
        /// A stable diagnostic code such as `E0203`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($code),* }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$code),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Code::$code => stringify!($code)),* }
            }

            pub fn severity(self) -> Severity {
                match self { $(Code::$code => Severity::$severity),* }
            }

            /// What kind of mistake it is, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Code::$code => $title),* }
            }
        }
    };
}

catalogue! {
    // Syntax.
    E0001 Error "a line or block that fits nothing"
    E0002 Error "a missing closing bracket or brace"
    E0003 Error "another arrow where `->` is meant"
    E0004 Error "a string that does not end"
    E0005 Error "the wrong quotes"
    E0006 Error "something is missing here"
    E0007 Error "nested too deeply"
    E0008 Error "an expression with too many operators"
    E0009 Error "an escape that strings do not have"
    E0010 Error "a comment that is not `//`"
    E0011 Error "a brace that does not fit the indentation"
    E0012 Error "a number that is written wrongly"
    E0013 Error "a pattern that does not compile"
    E0014 Error "a closing bracket that nothing opened"
    E0015 Error "`?` after a union that is not in parentheses"
    E0016 Error "another sign than the one that is meant"
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
