//! Every diagnostic's code, severity and title, in one table.
//!
//! Codes are contracts: a code keeps its meaning for ever and is never used again for another.
//! E00xx syntax, E01xx names, E02xx types and missingness, E03xx units and numbers, E04xx codes, tables
//! and exhaustiveness, E05xx the shape of the output, E060x and E061x targets, E062x tables from files, E070x tests, E075x
//! files that use each other, E084x crosswalks and answers, E105x to E107x bodies against an XML Schema, N10xx notes on it, W0xxx warnings.

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

    // Names.
    E0101 Error "a name that nothing declares"
    E0102 Error "a field that the record does not have"
    E0103 Error "a type that nothing declares"
    E0104 Error "a function that there is not"
    E0105 Error "a table that there is not"
    E0106 Error "a name declared twice"
    E0107 Error "a map that there is not"
    E0109 Error "a mapping without its parts, or with one twice"
    E0110 Error "a form of the wire that does not fit"
    E0112 Error "a column that the table does not have"

    // Types, missing and failed.
    E0201 Error "a value of another type than is taken"
    E0202 Error "another number of arguments than is taken"
    E0203 Error "a value that may be missing where one must be"
    E0204 Error "a value that may have failed, unanswered"
    E0205 Error "a condition that is no boolean"
    E0206 Error "a condition that may be missing"
    E0207 Error "values that cannot be compared"
    E0208 Error "arithmetic on what is no number"
    E0209 Error "a field of what has none"
    E0210 Error "what is no list, used as one"
    E0211 Error "alternatives of different types"
    E0212 Error "null on purpose where none is taken"
    E0213 Error "what cannot be written as text"
    E0215 Error "`reject`, `skip` or `missing` where a value is due"
    E0216 Error "an index that does not fit"
    E0217 Error "items of different types in one list"
    E0218 Error "a declaration that leads back to itself"
    E0219 Error "a place still to be filled"
    E0220 Error "what must be a constant"
    E0221 Error "types that have no union"
    E0222 Error "several values where one is taken"
    E0223 Error "something sensitive in a reason"
    E0224 Error "a function that gives another type than it declares"
    E0225 Error "a constant that the function cannot use"
    E0230 Error "variants that cannot be told apart"
    E0231 Error "a field that is not there in every variant"
    E0232 Error "kinds that do not mix"
    E0233 Error "`new` where no kind of its own can be declared"

    // Units and numbers.
    E0301 Error "a unit that there is not"
    E0302 Error "units of different kinds"
    E0303 Error "a number that leaves without naming its unit"
    E0304 Error "a conversion of a number that has no unit"
    E0305 Error "an integer that may get a fraction"
    E0306 Error "digits that may never end"
    E0307 Error "a unit on what is no number"
    E0308 Error "a quantity beside a plain number"
    E0309 Error "arithmetic that temperatures do not have"
    E0310 Error "no exact conversion"
    E0311 Error "a unit of the calendar on a number"
    E0312 Error "a division by zero"
    E0313 Error "a number that cannot be used"

    // Codes, tables, exhaustiveness.
    E0401 Error "a code that is none of the set"
    E0402 Error "a match that does not cover every case"
    E0404 Error "a row that is never reached"
    E0405 Error "a row or look-up of another width than the table"
    E0406 Error "a key of another type than the table's"
    E0407 Error "a table without an inverse"
    E0408 Error "a case that stands twice"
    E0409 Error "a row that is not constant"
    E0410 Error "a code that stands twice"

    // The shape of the output.
    E0501 Error "a place that is written twice"
    E0502 Error "a value and an element in one place"
    E0503 Error "what only XML has, in JSON"
    E0504 Error "a prefix that is not declared"
    E0505 Error "a list in the wrong place"
    E0506 Error "what an element's text cannot hold"
    E0507 Error "a name that XML does not allow"
    E0508 Error "a condition without `?`"
    E0509 Error "a format that there is not, or without its root"
    E0510 Error "a namespace that does not fit"
    E0511 Error "a record moved whole with units in it"

    // Targets.
    E0601 Error "targets without names, or with the same"
    E0602 Error "a target without a key"
    E0603 Error "what is no URL"
    E0604 Error "a hole in the host"
    E0605 Error "a value that does not fit a request"
    E0606 Error "a segment of the URL that may be empty"
    E0607 Error "what is no method"
    E0608 Error "a map without a target"
    E0609 Error "a target with two maps"
    E0610 Error "a body on a method that has none"
    E0611 Error "a clause that stands twice"
    E0612 Error "a header or record name that does not fit"
    E0613 Error "a time or count that does not fit"
    E0614 Error "credentials that are not named by reference"
    E0615 Error "the environment in a body"
    E0616 Error "an `accept` that is not understood"

    // Tables from files.
    E0620 Error "a CSV file that is not as RFC 4180 has it"
    E0621 Error "a column that the file does not have"
    E0622 Error "a cell that does not fit its column"
    E0623 Error "a row beside those of a file"

    // Bodies of other formats than JSON.
    E0650 Error "a width that does not fit"
    E0651 Error "a line that the format does not have"
    E0652 Error "a record in a form"
    E0653 Error "an option that the format does not have"
    E0654 Error "a SOAP map without its version"
    E0655 Error "an action that does not fit"
    E0656 Error "SOAP by another method than POST"
    E0657 Error "a UsernameToken without SOAP"
    E0658 Error "CDATA where there is none"
    E0659 Error "a character that the body cannot hold"

    // Tests.
    E0701 Error "test data that is no JSON"
    E0703 Error "an expectation of no target"
    E0704 Error "a test without its parts"
    E0705 Error "a file that cannot be read"
    E0706 Error "a test whose event has not its declared shape"
    E0707 Error "an expectation that no event can meet"

    // Files that use each other.
    E0751 Error "files that use each other in a circle"
    E0752 Error "a name that the used file does not share"
    E0753 Error "a path that holds on one machine only"
    E0754 Error "a `let` that cannot be shared"

    // Crosswalks and answers.
    E0840 Error "a crosswalk that there is not"
    E0841 Error "a key or value of another type than the crosswalk's"
    E0842 Error "a type that no crosswalk can be of"
    E0843 Error "a look-up before the event's turn"
    E0844 Error "what cannot be remembered or forgotten"
    E0845 Error "an answer without its shape"
    E0846 Error "a shape that no answer has"
    E0849 Error "an entry that stands twice"

    // A body held against an XML Schema.
    E1050 Error "a schema that cannot be read"
    E1051 Error "a schema that is not understood"
    E1052 Error "a name that the schema does not declare"
    E1053 Error "a root that the schema does not have"
    E1054 Error "an element that the schema does not have here"
    E1055 Error "an attribute that the schema does not have here"
    E1056 Error "a name in another namespace than the schema's"
    E1057 Error "an element that the schema requires and that may be left out"
    E1058 Error "an attribute that the schema requires and that may be left out"
    E1059 Error "more elements than the schema allows"
    E1060 Error "elements that the schema does not allow together"
    E1061 Error "text where the schema has elements"
    E1062 Error "elements where the schema has text"
    E1063 Error "a value of another kind than the schema's type"
    E1064 Error "a value that the schema's type does not have"
    E1065 Error "a computed value that the schema's type may not have"
    E1066 Error "null where the schema has none"
    E1067 Error "a facet of the schema that cannot be held"
    E1068 Error "too much to be proved"
    E1069 Error "an abstract type, or an `xsi:type` that does not fit"
    E1070 Error "a schema of another kind than the body"
    N1050 Note "rules of the schema that are held when an event comes"
    N1051 Note "what no mapping can be checked for"

    E0900 Error "a part of the language that this version does not know"

    // Rules of use.
    E0910 Error "a control character in a header"

    // Warnings.
    W0101 Warning "a field of the event that nothing uses"
    W0102 Warning "a declaration that nothing uses"
    W0103 Warning "a row that no look-up can find"
    W0104 Warning "a name that suggests a unit"
    W0105 Warning "`??` after what is never missing"
    W0106 Warning "`!!` after what cannot fail"
    W0107 Warning "an arm that is never reached"
    W0108 Warning "a key that does not name the change"
    W0109 Warning "a secret in the file"
    W0110 Warning "a request without a body"
    W0111 Warning "a credential over plain http"
    W0112 Warning "a field of a test that the event does not declare"
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
