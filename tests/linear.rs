//! The work of reading grows with the text and no faster, whatever stands in it: counted in steps of the
//! grammar and in bytes allocated, which are the same on any machine under any load.
//!
//! One test in a process of its own: pest's limit of steps is the whole process'.

use hms_sync::syntax;
use hms_sync::text::SourceFile;
use std::alloc::{GlobalAlloc, Layout, System};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, counting.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System.alloc` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATED.fetch_add(size.saturating_sub(layout.size()), Ordering::Relaxed);
        // SAFETY: as for `dealloc`; the size is the caller's.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

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

/// Bytes allocated while the text is read, `None` if that takes more steps of the grammar than allowed.
fn read(text: &str, steps: usize) -> Option<usize> {
    let file = SourceFile::new("m.map", text);
    pest::set_call_limit(NonZeroUsize::new(steps));
    let before = ALLOCATED.load(Ordering::Relaxed);
    let (_, diagnostics) = syntax::parse(&file, 0);
    let allocated = ALLOCATED.load(Ordering::Relaxed) - before;
    // what `syntax::parse` says where the grammar gives up, which it does at the limit alone
    let gave_up = diagnostics.iter().any(|diagnostic| diagnostic.message == "this fits nothing");
    (!gave_up).then_some(allocated)
}

/// The steps that the text takes, to a hundredth.
fn steps(text: &str) -> usize {
    let mut enough = 1 << 12;
    while read(text, enough).is_none() {
        enough *= 2;
    }
    let mut few = enough / 2;
    while enough - few > enough / 100 {
        let middle = few + (enough - few) / 2;
        match read(text, middle) {
            Some(_) => enough = middle,
            None => few = middle,
        }
    }
    enough
}

#[test]
fn hostile_texts_are_read_in_linear_work() {
    assert_eq!(read("map { a -> b }", 10), None, "the limit is heeded");
    let mut slow = Vec::new();
    for (what, make) in TEXTS {
        let (small, large) = (make(2_000), make(16_000));
        let grown = large.len() as f64 / small.len() as f64;
        let (few, little) = (steps(&small), read(&small, usize::MAX).unwrap_or_default());
        // what does not grow with the text, and the growth of buffers by doubling
        let most_steps = few as f64 * grown * 1.5 + 10_000.0;
        let most_bytes = little as f64 * grown * 2.0 + 100_000.0;
        match read(&large, most_steps as usize) {
            None => slow.push(format!(
                "{what}: {few} steps for {} bytes, over {most_steps} for {}",
                small.len(),
                large.len()
            )),
            Some(bytes) if bytes as f64 > most_bytes => {
                slow.push(format!("{what}: {little} bytes for {}, {bytes} for {}", small.len(), large.len()));
            }
            Some(_) => {}
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}
