//! Texts meant to hang, to overflow the stack or to drown the reader: each is answered at once.
//!
//! The tests run on the test harness' own threads (2 MiB of stack, a debug build), as a library's caller may.

use super::*;
use crate::diagnostic::Code;
use std::time::{Duration, Instant};

/// A text of about `size` bytes.
type Make = fn(usize) -> String;

fn times(piece: &str, size: usize) -> String {
    piece.repeat(size / piece.len() + 1)
}

const TEXTS: &[(&str, Make)] = &[
    ("round brackets", |n| format!("map {{ {}", times("(", n))),
    ("round brackets at the top", |n| times("(", n)),
    ("square brackets", |n| format!("map {{ a -> b\n{}", times("[", n))),
    ("braces", |n| times("{", n)),
    ("braces in a map", |n| format!("map {{ a -> {}", times("{", n))),
    ("closing braces", |n| times("}", n)),
    ("closing braces on lines", |n| times("}\n", n)),
    ("closing brackets in a map", |n| format!("map {{\n{}\n}}", times(")]", n))),
    ("brackets with gaps", |n| format!("map {{ {}\n{}", times("f(", 300), " ".repeat(n))),
    ("brackets with lines behind", |n| format!("map {{ {}x{}", "f([(".repeat(40), "\n".repeat(n))),
    ("nested blocks", |n| format!("map {{\n{}", times("a -> b {\n", n))),
    ("nested blocks, closed", |n| format!("map {{\n{}{}}}", times("a -> b {\n", n), "}\n".repeat(n / 9 + 1))),
    ("nested when", |n| format!("map {{\n{}", times("when a { ", n))),
    ("nested each", |n| format!("map {{\n{}", times("each a in b -> c {\n", n))),
    ("nested types", |n| format!("event {{ a: {}", times("[", n))),
    ("nested records", |n| format!("event {{ {}", times("a: { ", n))),
    ("nested groups of types", |n| format!("type A = {}", times("(", n))),
    ("nested new", |n| format!("type A = {}", times("new ", n))),
    ("nested by", |n| format!("type A = {}", times("by k { \"a\": ", n))),
    ("if if if", |n| format!("map {{ {}", times("if ", n))),
    ("if a then if a then", |n| format!("map {{ {}", times("if a then ", n))),
    ("else chain", |n| format!("map {{ {} b -> c }}", times("if a then b else ", n))),
    ("else when chain", |n| format!("map {{ when a {{ }} {} }}", times("else when a { } ", n))),
    ("match match", |n| format!("map {{ {}", times("match ", n))),
    ("match x {", |n| format!("map {{ {}", times("match x { ", n))),
    ("match arms in match arms", |n| format!("map {{ {}", times("match x { \"a\" -> ", n))),
    ("not not", |n| format!("map {{ {} a -> b }}", times("not ", n))),
    ("minus", |n| format!("map {{ {} a -> b }}", times("- ", n))),
    ("minus, tight", |n| format!("map {{ {}", times("-", n))),
    ("a + a + a", |n| format!("map {{ {} a -> b }}", times("a + ", n))),
    ("a ?? a", |n| format!("map {{ {} a -> b }}", times("a ?? ", n))),
    ("pipes", |n| format!("map {{ a{} -> b }}", times(" | trim", n))),
    ("a long path", |n| format!("map {{ a{} -> b }}", times(".a", n))),
    ("a long target path", |n| format!("map {{ a -> a{} }}", times(".a", n))),
    ("indexes", |n| format!("map {{ a{} -> b }}", times("[0]", n))),
    ("in in in", |n| format!("map {{ a{} -> b }}", times(" in", n))),
    ("a in kg in g", |n| format!("map {{ a{} -> b }}", times(" in kg", n))),
    ("operators over lines", |n| format!("map {{ a{} -> b }}", times("\n + a", n))),
    ("operators only", |n| format!("map {{ {} }}", times("+ * / ?? ", n))),
    ("words only", |n| format!("map {{ {} -> x }}", times("a ", n))),
    ("words only at the top", |n| times("a ", n)),
    ("words on lines at the top", |n| times("a\n", n)),
    ("rules", |n| format!("map {{\n{}}}", times("  patient.name | trim ?? \"none\" -> Patient.v:Name? in kg\n", n))),
    ("one long line of rules", |n| format!("map {{ {} }}", times("a -> b, ", n))),
    ("one long line of rules without commas", |n| format!("map {{ {} }}", times("a -> b ", n))),
    ("one long line of mistakes", |n| format!("map {{ {} }}", times("a+,", n))),
    ("commas", |n| format!("map {{ {} }}", times(",", n))),
    ("commas in brackets", |n| format!("map {{ f({} }}", times(",", n))),
    ("values in brackets without commas", |n| format!("map {{ f({} }}", times("a ", n))),
    ("a long name", |n| format!("map {{ {} -> b }}", times("name", n))),
    ("a long name at the top", |n| times("name", n)),
    ("a long number", |n| format!("map {{ {} -> b }}", times("12", n))),
    ("a long bad number", |n| format!("map {{ {} -> b }}", times("1_", n))),
    ("a long text", |n| format!("map {{ \"{}\" -> b }}", times("text ", n))),
    ("unclosed texts", |n| format!("map {{\n{}}}", times("\"abc -> d\n", n))),
    ("one unclosed text", |n| format!("map {{ \"{}", times("text ", n))),
    ("an unclosed text over lines", |n| format!("map {{ \"\"\"{}", times("text\n", n))),
    ("holes in holes", |n| format!("map {{ {}", times("\"{", n))),
    ("holes", |n| format!("map {{ \"{}\" -> a }}", times("{a}", n))),
    ("open holes", |n| format!("map {{ \"{}", times("{a ", n))),
    ("quotes", |n| format!("map {{ {}", times("\"", n))),
    ("escaped quotes outside of text", |n| format!("map {{ a % {}", times("\\\"", n))),
    ("quote and backslash at the top", |n| times("\"\\\"\\", n)),
    ("single quotes", |n| format!("map {{ {}", times("'", n))),
    ("backticks", |n| format!("map {{ {}", times("`", n))),
    ("backslashes in text", |n| format!("map {{ \"{}\" -> a }}", times("\\q", n))),
    ("patterns", |n| format!("map {{ f({} }}", times("/[", n))),
    ("slashes", |n| format!("map {{ a {} }}", times("/ ", n))),
    ("comments", |n| times("// comment\n", n)),
    ("comment openers", |n| times("/* \n", n)),
    ("comment openers in brackets", |n| format!("map {{ f({}", times("a, /*\n", n))),
    ("hash comments", |n| times("# comment\na\n", n)),
    ("documentation", |n| format!("{}map {{ a -> b }}", times("/// text\n", n))),
    ("documentation without end", |n| format!("event {{ {}", times("/// text\n", n))),
    ("blanks", |n| format!("map {{ a -> b{}", " ".repeat(n))),
    ("blank lines", |n| format!("map {{ a -> b{}", "\n".repeat(n))),
    ("blank lines behind if", |n| format!("map {{ {}{}", "if ".repeat(90), "\n".repeat(n))),
    ("blanks on lines behind if", |n| format!("map {{ {} a\n{}", "if ".repeat(90), " ".repeat(n))),
    ("CR only", |n| format!("map {{{}", times("a -> b\r", n))),
    ("byte order marks", |n| times("\u{FEFF}", n)),
    ("no character of the language", |n| times("§²\u{0}", n)),
    ("emoji", |n| format!("map {{ {} }}", times("😀 -> 😀\n", n))),
    ("rows", |n| format!("table T {{ {} }}", times("\"a\" -> \"b\", ", n))),
    ("cells", |n| format!("table T {{ {} }}", times("\"a\", ", n))),
    ("alternatives", |n| format!("table T {{ {} \"b\" -> \"c\" }}", times("\"a\" | ", n))),
    ("a long union", |n| format!("type T = {} \"b\"", times("\"a\" | ", n))),
    ("a union of optional types", |n| format!("type T = {} b", times("a? | ", n))),
    ("suffixes", |n| format!("event {{ a: b {} }}", times("? ", n))),
    ("target suffixes", |n| format!("map {{ a -> b {} }}", times("in kg ", n))),
    ("declarations' first words", |n| times("target map table type fn let use test ", n)),
    ("declarations on lines", |n| times("map\ntarget\ntable\n", n)),
    ("unclosed declarations", |n| times("map { a -> b {\ntable T {\n", n)),
    ("misspelled declarations", |n| times("tabel T { \"a\" -> \"b\" }\n", n)),
    ("misspelled declarations in each other", |n| times("tabel T { ", n)),
    ("braces that do not fit", |n| times("map {\n  a -> b\n  }\n c -> d\n", n)),
    ("test data", |n| format!("test \"a\" {{ given {} }}", times("{ \"a\": [", n))),
    ("test data, flat", |n| format!("test \"a\" {{ given [{}] }}", times("{ \"a\": 1 }, ", n))),
    ("test data without end", |n| format!("test \"a\" {{ given {{ {}", times("\"a\": x, ", n))),
    ("given given", |n| format!("test \"a\" {{ {}", times("given ", n))),
    ("expect expect", |n| format!("test \"a\" {{ {}", times("expect ", n))),
    ("clauses", |n| format!("target PUT \"u\" {{ {} }}", times("key a, b\n", n))),
    ("clauses on one line", |n| format!("target PUT \"u\" {{ {} }}", times("retry ", n))),
    ("limits", |n| format!("target PUT \"u\" {{ limit {} }}", times("20 per second, ", n))),
    ("each in the head", |n| format!("target PUT \"u\" {} {{ }}", times("each a in b ", n))),
    ("comprehensions", |n| format!("map {{ {}", times("[a each a in ", n))),
    ("spreads", |n| format!("map {{ {} }}", times("...", n))),
    ("fields without types", |n| format!("event {{ {} }}", times("a:, ", n))),
    ("dashes in names", |n| format!("event {{ a{}: string }}", times("-a", n))),
    ("let let", |n| times("let ", n)),
    ("parameters", |n| format!("fn f({}", times("a: b, ", n))),
];

fn time(text: &str) -> Duration {
    let begin = Instant::now();
    let (tree, diagnostics) = read(text);
    drop(tree);
    drop(diagnostics);
    begin.elapsed()
}

/// No text of a megabyte takes a human's while, even without optimization.
#[test]
fn a_megabyte_is_answered_at_once() {
    let makes: &[(&str, Make)] = &[
        ("brackets", |n| times("(", n)),
        ("brackets in a map", |n| format!("map {{ {}", times("(", n))),
        ("braces", |n| times("{", n)),
        ("closing braces", |n| times("}", n)),
        ("if", |n| format!("map {{ {}", times("if ", n))),
        ("match", |n| format!("map {{ {}", times("match ", n))),
        ("one text", |n| format!("map {{ \"{}\" -> a }}", times("text ", n))),
        ("one unclosed text", |n| format!("map {{ \"{}", times("text ", n))),
        ("one name", |n| format!("map {{ {} -> a }}", times("name", n))),
        ("one junk line", |n| format!("map {{ % {} }}", times("junk ", n))),
        ("comment openers", |n| times("/*\n", n)),
        ("if over blank lines", |n| format!("map {{ {}{}", times("if ", 270), times("\n", n))),
    ];
    for (what, make) in makes {
        let took = time(&make(1_000_000));
        assert!(took < Duration::from_secs(20), "{what}: {took:?}");
    }
}

/// A hundred levels are too many, 99 are not, and the limit is one error at the level that is too deep.
#[test]
fn nesting_is_capped_with_one_error() {
    let makes: &[fn(usize) -> String] = &[
        |n| format!("map {{ {}a{} -> b }}", "(".repeat(n), ")".repeat(n)),
        |n| format!("map {{ {}a{} -> b }}", "[".repeat(n), "]".repeat(n)),
        |n| format!("map {{ {}a{} -> b }}", "f(".repeat(n), ")".repeat(n)),
        |n| format!("map {{ {} a -> b {} }}", "when c {".repeat(n), "}".repeat(n)),
        |n| format!("map {{ {}a{} -> b }}", "if ".repeat(n), " then c else d".repeat(n)),
        |n| format!("map {{ {}a{} -> b }}", "match c { \"x\" -> ".repeat(n), "}".repeat(n)),
        |n| format!("map {{ {}a{} -> b }}", "\"{".repeat(n), "}\"".repeat(n)),
        |n| format!("event {{ a: {}string{} }}", "[".repeat(n), "]".repeat(n)),
        |n| format!("event {{ a: {}b: string{} }}", "{ a: ".repeat(n).trim_end_matches("a: "), "}".repeat(n)),
        |n| format!("test \"t\" {{ given {}1{} }}", "[".repeat(n), "]".repeat(n)),
    ];
    for make in makes {
        tree(&format!("{}\ntable T {{ \"a\" -> \"b\" }}", make(97)));
        for depth in [101, 1_000] {
            let text = format!("{}\ntable T {{ \"a\" -> \"b\" }}", make(depth));
            let (tree, diagnostics) = read(&text);
            let codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
            assert_eq!(codes, [Code::E0007], "{text}\n{diagnostics:?}");
            assert!(matches!(tree.items.last(), Some(Item::Table(_))), "what follows is still read: {text}");
        }
    }
}

#[test]
fn operators_are_capped_with_one_error() {
    let makes: &[fn(usize) -> String] = &[
        |n| format!("a{} -> b", " + a".repeat(n)),
        |n| format!("{}a -> b", "not ".repeat(n)),
        |n| format!("{}a -> b", "- ".repeat(n)),
        |n| format!("a{} -> b", " | trim".repeat(n)),
        |n| format!("a{} -> b", ".a".repeat(n)),
        |n| format!("{}b -> c", "if a then b else ".repeat(n)),
        // Those around a bracket count in it.
        |n| format!("(a{}){} -> b", " + a".repeat(n / 2), " + a".repeat(n - n / 2)),
        |n| format!("when a {{ }}{}", " else when a { }".repeat(n)),
    ];
    for (index, make) in makes.iter().enumerate() {
        lines(&make(1_000));
        let (_, diagnostics) = read(&format!("map {{ {}\n c -> d }}", make(1_001)));
        let codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
        // Brackets that stand beside each other do not lie around each other.
        assert_eq!(codes, [Code::E0008], "{index}");
    }
}

#[test]
fn hostile_texts_are_answered_in_linear_time() {
    let (small, large) = (4_000, 32_000);
    let mut slow = Vec::new();
    for (what, make) in TEXTS {
        let (first, second) = (make(small), make(large));
        let fast = time(&first).min(time(&first)).max(Duration::from_millis(4));
        let mut took = time(&second);
        let most = fast.as_secs_f64() * (second.len() as f64 / first.len() as f64) * 3.0;
        if took.as_secs_f64() > most {
            // Another test may have had the processor.
            took = took.min(time(&second)).min(time(&second));
        }
        if std::env::var_os("HOSTILE_TIMES").is_some() {
            eprintln!("{:>9.1?} {:>9.1?} {what}", fast, took);
        }
        if took.as_secs_f64() > most {
            slow.push(format!("{what}: {fast:?} for {} bytes, {took:?} for {}", first.len(), second.len()));
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}
