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
