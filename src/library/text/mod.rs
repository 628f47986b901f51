//! Functions of text. Lengths and positions count Unicode scalar values.

mod change;
mod find;
mod measure;

use super::arguments::{check_fill, check_separator, check_width};
use super::{Function, Group, MAX_TEXT, Parameter, Returns, Signature, Takes, Value, example};

const TEXT: Parameter = Parameter::new("text", Takes::Text);
const COUNT: Parameter = Parameter::new("count", Takes::Integer).constant(check_width);
const WIDTH: Parameter = Parameter::new("width", Takes::Integer).constant(check_width);
const FILL: Parameter = Parameter::new("fill", Takes::Text).constant(check_fill).optional();

/// What `contains` and `index_of` look in: a text or a list.
const WHOLE: Parameter = Parameter::new("whole", Takes::Either(&[Takes::Text, Takes::List(&Takes::Scalar)]));

/// Made for the fields of a `line` alone.
const FIT: Signature = Signature::new(&[Parameter::new("value", Takes::Scalar), WIDTH], Returns::Text)
    .may_fail("the text may be longer than its field");

const OF_TEXT: Signature = Signature::new(&[TEXT], Returns::Text);
const OF_TWO: Signature = Signature::new(&[TEXT, Parameter::new("part", Takes::Text)], Returns::Boolean);

const fn function(
    name: &'static str,
    summary: &'static str,
    signature: Signature,
    does: for<'e> fn(&mut [Value<'e>]) -> Value<'e>,
) -> Function {
    Function::new(name, Group::Text, summary, signature, does)
}

pub(super) const FUNCTIONS: &[Function] = &[
    function("trim", "The text without white space at its ends.", OF_TEXT, change::trim)
        .examples(&[example(r#"trim("  Ann ")"#, r#""Ann""#), example(r#"trim("  ")"#, r#""""#)]),
    function("trim_start", "The text without white space at its start.", OF_TEXT, change::trim_start)
        .examples(&[example(r#"trim_start("  Ann ")"#, r#""Ann ""#)]),
    function("trim_end", "The text without white space at its end.", OF_TEXT, change::trim_end)
        .examples(&[example(r#"trim_end("Ann  ")"#, r#""Ann""#)]),
    function(
        "normalize_space",
        "The text without white space at its ends, and one space for each run of it inside.",
        OF_TEXT,
        change::normalize_space,
    )
    .examples(&[example(r#"normalize_space(" Mary \n  Ann ")"#, r#""Mary Ann""#)]),
    function("upper", "The text in upper case.", OF_TEXT, change::upper)
        .examples(&[example(r#"upper("ann")"#, r#""ANN""#), example(r#"upper("größe")"#, r#""GRÖSSE""#)]),
    function("lower", "The text in lower case.", OF_TEXT, change::lower)
        .examples(&[example(r#"lower("ANN")"#, r#""ann""#)]),
    function("length", "How many characters the text has.", Signature::new(&[TEXT], Returns::Integer), measure::length)
        .examples(&[example(r#"length("Zoë")"#, "3"), example(r#"length("")"#, "0")]),
    function(
        "slice",
        "The characters from the position `from` up to, without, the position `to` (or the end). Positions count from 0; negative ones count from the end.",
        Signature::new(
            &[TEXT, Parameter::new("from", Takes::Integer), Parameter::new("to", Takes::Integer).optional()],
            Returns::Text,
        ),
        measure::slice,
    )
    .examples(&[
        example(r#"slice("123-45-6789", 0, 3)"#, r#""123""#),
        example(r#"slice("123-45-6789", -4)"#, r#""6789""#),
        example(r#"slice("abc", 2, 10)"#, r#""c""#),
    ]),
    function(
        "truncate",
        "At most so many characters: what is beyond is cut off.",
        Signature::new(&[TEXT, COUNT], Returns::Text),
        measure::truncate,
    )
    .examples(&[
        example(r#"truncate("Featherstonehaugh", 10)"#, r#""Feathersto""#),
        example(r#"truncate("Ann", 10)"#, r#""Ann""#),
    ]),
    Function::prepared(
        "pad_left",
        Group::Text,
        "The text, filled up on its left to the width, with spaces or the character `fill`. Longer text stays whole.",
        Signature::new(&[TEXT, WIDTH, FILL], Returns::Text),
        measure::pad_left,
    )
    .examples(&[
        example(r#"pad_left("42", 5, "0")"#, r#""00042""#),
        example(r#"pad_left("42", 4)"#, r#""  42""#),
        example(r#"pad_left("123456", 5, "0")"#, r#""123456""#),
    ]),
    Function::prepared(
        "pad_right",
        Group::Text,
        "The text, filled up on its right to the width, with spaces or the character `fill`. Longer text stays whole.",
        Signature::new(&[TEXT, WIDTH, FILL], Returns::Text),
        measure::pad_right,
    )
    .examples(&[
        example(r#"pad_right("Ann", 5)"#, r#""Ann  ""#),
        example(r#"pad_right("Ann", 5, ".")"#, r#""Ann..""#),
    ]),
    Function::prepared(
        "fit_left",
        Group::Text,
        "The text, filled up on its right with spaces to the width: a field `{x:20}` of a `line`. Fails where it is longer.",
        FIT,
        measure::fit_left,
    )
    .internal(),
    Function::prepared(
        "fit_right",
        Group::Text,
        "The text, filled up on its left with spaces to the width: a field `{x:>8}` of a `line`. Fails where it is longer.",
        FIT,
        measure::fit_right,
    )
    .internal(),
    function("strip_non_digits", "Only the digits 0 to 9 of the text.", OF_TEXT, change::strip_non_digits)
        .examples(&[example(r#"strip_non_digits("(555) 010-2030")"#, r#""5550102030""#)]),
    function(
        "replace_text",
        "The text with every occurrence of `part` replaced. To replace what a pattern matches, see `replace`.",
        Signature::new(
            &[
                TEXT,
                Parameter::new("part", Takes::Text).constant(check_separator),
                Parameter::new("by", Takes::Text),
            ],
            Returns::Text,
        )
        .limit("text of at most 16 MiB"),
        change::replace_text,
    )
    .examples(&[example(r#"replace_text("a.b.c", ".", "/")"#, r#""a/b/c""#)]),
    function("starts_with", "Whether the text starts with that part.", OF_TWO, find::starts_with)
        .examples(&[example(r#"starts_with("urn:oid:1.2", "urn:oid:")"#, "true")]),
    function("ends_with", "Whether the text ends with that part.", OF_TWO, find::ends_with)
        .examples(&[example(r#"ends_with("report.pdf", ".xml")"#, "false")]),
    function(
        "contains",
        "Whether the list has an item equal to that, or the text has it as a part.",
        Signature::new(&[WHOLE, Parameter::new("part", Takes::ItemOf(0))], Returns::Boolean),
        find::contains,
    )
    .examples(&[
        example(r#"contains(["active", "draft"], "active")"#, "true"),
        example(r#"contains("Dr. House", "Dr.")"#, "true"),
        example("contains([1, 2], 3)", "false"),
    ]),
    function(
        "index_of",
        "The position, from 0, where the part first occurs in the text or list. Missing if it does not.",
        Signature::new(&[WHOLE, Parameter::new("part", Takes::ItemOf(0))], Returns::Integer).maybe_missing(),
        find::index_of,
    )
    .examples(&[
        example(r#"index_of("Zoë:Ann", ":")"#, "3"),
        example("index_of([10, 20], 20)", "1"),
        example(r#"index_of("Ann", ":")"#, "missing"),
    ]),
    function(
        "split",
        "The parts of the text between the separators, empty ones included.",
        Signature::new(
            &[TEXT, Parameter::new("separator", Takes::Text).constant(check_separator)],
            Returns::ListOfText,
        ),
        find::split,
    )
    .examples(&[
        example(r#"split("a,b,,c", ",")"#, r#"["a", "b", "", "c"]"#),
        example(r#"split("", ",")"#, r#"[""]"#),
    ]),
    function(
        "join",
        "The items of the list as text, one after another with the separator between them.",
        Signature::new(
            &[
                Parameter::new("list", Takes::List(&Takes::Scalar)),
                Parameter::new("separator", Takes::Text).optional(),
            ],
            Returns::Text,
        )
        .limit("text of at most 16 MiB"),
        find::join,
    )
    .examples(&[
        example(r#"join(["Mary", "Ann"], " ")"#, r#""Mary Ann""#),
        example(r#"join([1, 2, 3])"#, r#""123""#),
        example(r#"join([], ", ")"#, r#""""#),
    ]),
];

/// The failure of text over [`MAX_TEXT`].
pub(super) fn too_long() -> Value<'static> {
    Value::failed("the text would be longer than 16 MiB")
}

/// The text, unless it is too long.
pub(super) fn within_limit<'e>(text: String) -> Value<'e> {
    if text.len() > MAX_TEXT { too_long() } else { Value::from(text) }
}
