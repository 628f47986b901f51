//! Mistakes planted in a good file: each is found on its line, once, with nothing that only follows from it.

use super::*;
use crate::diagnostic::Code::{self, *};

pub(super) const GOOD: &str = r#"listen "appointment-rule-changed"

/// What the hub sends.
event {
  ruleId:   integer
  duration: integer in minutes
  status:   "active" | "retired"
  note:     string?
  people:   [{ name: string, role: string? }]
}

target vista PUT "https://vista.va.gov/api/rules/{ruleId}" when status == "active" {
  key      ruleId, meta.id
  order by ruleId
  header   X-Source "hms"
  timeout  10 s
  retry    5 times from 1 s to 60 s
  limit    20 per second, 4 at once
}

map vista as xml p:Rule {
  namespace p "urn:va"
  let total = duration + 5 minutes
  ruleId              -> @id
  total               -> length in seconds
  note | trim ?? ""   -> remarks
  match status { "active" -> "A", "retired" -> "I" } -> flag
  if present(note) then upper(note) else "none" -> shout
  each p in people where p.role == "x" -> people.person {
    p.name            -> name
    p.role | Role     -> code?
  }
  when status == "retired" {
    "true"            -> closed
  } else {
    "false"           -> closed
  }
  [p.name each p in people by p.name] -> names
  ...Contact(note, 1)
}

table Role {
  "primary"  -> "P"
  _          -> reject "no role for {it}"
}

fn full(a: string, b: string): string = "{a} {b}"

test "one" {
  given  { "ruleId": 42, "people": [] }
  expect vista { "length": 1200 }
}
"#;

/// The diagnostics of the good file with one line (or more) replaced, with the line that each stands on.
fn planted(from: &str, to: &str) -> Vec<(usize, Diagnostic)> {
    assert_eq!(GOOD.matches(from).count(), 1, "`{from}` must stand in the good file once");
    let text = GOOD.replace(from, to);
    let (_, diagnostics) = read(&text);
    let file = SourceFile::new("test.map", text);
    diagnostics.into_iter().map(|d| (file.line_column(d.primary.span.start as usize).0, d)).collect()
}

fn line_of(from: &str) -> usize {
    GOOD[..GOOD.find(from).unwrap()].matches('\n').count() + 1
}

/// What stands in the good file, what is written instead, the code, and a part of the help.
const SLIPS: &[(&str, &str, Code, &str)] = &[
    // Arrows.
    ("total               -> length in seconds", "total = length in seconds", E0003, "total -> length in seconds"),
    ("total               -> length in seconds", "total: length in seconds", E0003, "total -> length in seconds"),
    ("total               -> length in seconds", "total => length in seconds", E0003, "total -> length in seconds"),
    ("total               -> length in seconds", "total → length in seconds", E0003, "total -> length in seconds"),
    ("total               -> length in seconds", "total --> length in seconds", E0003, "total -> length in seconds"),
    ("total               -> length in seconds", "total length in seconds", E0006, "total ->"),
    ("total               -> length in seconds", "total", E0006, "total -> name"),
    ("\"primary\"  -> \"P\"", "\"primary\": \"P\"", E0003, "\"primary\" -> \"P\""),
    ("\"primary\"  -> \"P\"", "\"primary\" \"P\"", E0006, ""),
    ("\"primary\"  -> \"P\"", "\"primary\" ->", E0006, ""),
    ("\"active\" -> \"A\"", "\"active\" => \"A\"", E0003, "\"active\" -> \"A\""),
    // Quotes.
    ("\"true\"            -> closed", "'true' -> closed", E0005, "\"true\" -> closed"),
    ("\"true\"            -> closed", "“true” -> closed", E0005, "\"true\" -> closed"),
    ("\"true\"            -> closed", "\"true -> closed", E0004, "\"true\" -> closed"),
    ("\"true\"            -> closed", "\"true\" -> \"closed\"", E0005, "\"true\" -> closed"),
    (
        "listen \"appointment-rule-changed\"",
        "listen 'appointment-rule-changed'",
        E0005,
        "listen \"appointment-rule-changed\"",
    ),
    ("listen \"appointment-rule-changed\"", "listen appointment-rule-changed", E0006, ""),
    ("integer in minutes", "integer in \"minutes\"", E0005, "integer in minutes"),
    ("integer in minutes", "integer in mg/dL", E0005, "integer in 'mg/dL'"),
    ("integer in minutes", "integer in [lb_av]", E0005, "integer in '[lb_av]'"),
    ("-> length in seconds", "-> length in mg/dL", E0005, "length in 'mg/dL'"),
    // Comments.
    ("  namespace p \"urn:va\"", "  # why\n  namespace p \"urn:va\"", E0010, "// why"),
    ("  namespace p \"urn:va\"", "  namespace p \"urn:va\" -- why", E0010, "// why"),
    ("  namespace p \"urn:va\"", "  /* why\n  so */ namespace p \"urn:va\"", E0010, "// why\n// so"),
    ("ruleId:   integer", "# a\n# b\n  ruleId: integer", E0010, "// a"),
    // Braces and brackets.
    ("event {", "event", E0002, "event {"),
    ("when status == \"retired\" {", "when status == \"retired\"", E0002, "when status == \"retired\" {"),
    ("map vista as xml p:Rule {", "map vista as xml p:Rule", E0002, "map vista as xml p:Rule {"),
    ("table Role {", "table Role", E0002, "table Role {"),
    ("when status == \"active\" {", "when status == \"active\"", E0002, "when status == \"active\" {"),
    (
        "-> people.person {\n    p.name            -> name\n    p.role | Role     -> code?\n  }",
        "-> people.person {\n    p.name            -> name\n    p.role | Role     -> code?\n",
        E0002,
        "}",
    ),
    ("role: string? }]", "role: string? }", E0002, "]"),
    ("upper(note) else", "upper(note else", E0002, ""),
    ("upper(note) else", "upper note) else", E0006, ""),
    ("...Contact(note, 1)", "...Contact(note, 1", E0002, "...Contact(note, 1)"),
    ("...Contact(note, 1)", "...Contact(note 1)", E0006, "...Contact(note, 1)"),
    ("...Contact(note, 1)", "...Contact note, 1", E0006, ""),
    ("...Contact(note, 1)", "...Contact(note, 1))", E0014, "...Contact(note, 1)"),
    ("by p.name] -> names", "by p.name -> names", E0002, ""),
    ("{a} {b}\"", "{a} {b\"", E0002, "\"{a} {b}\""),
    ("{a} {b}\"", "{a} {}\"", E0006, ""),
    ("{a} {b}\"", "{a} {b c}\"", E0001, ""),
    ("\"people\": [] }", "\"people\": [ }", E0002, ""),
    ("\"people\": [] }", "\"people\": []", E0002, ""),
    ("    p.role | Role     -> code?\n  }", "    p.role | Role     -> code?\n  }\n  }", E0011, ""),
    // Missing parts.
    ("let total = duration + 5 minutes", "let total = duration +", E0006, ""),
    ("let total = duration + 5 minutes", "let total =", E0006, ""),
    ("let total = duration + 5 minutes", "let total duration", E0006, "let total = duration"),
    ("let total = duration + 5 minutes", "let total := duration", E0016, "let total = duration"),
    ("-> length in seconds", "-> length in", E0006, ""),
    ("-> length in seconds", "->", E0006, ""),
    ("-> length in seconds", "-> length as", E0006, ""),
    ("total               ->", "total in ->", E0006, ""),
    ("note | trim ?? \"\"", "note | ?? \"\"", E0006, ""),
    ("note | trim ?? \"\"", "note | trim ??", E0006, ""),
    ("duration: integer in minutes", "duration: integer in", E0006, ""),
    ("duration: integer in minutes", "duration:", E0006, ""),
    ("duration: integer in minutes", "duration integer in minutes", E0006, "duration: integer in minutes"),
    ("duration: integer in minutes", "duration = integer in minutes", E0016, "duration: integer in minutes"),
    ("duration: integer in minutes", "\"duration\": integer in minutes", E0005, "duration: integer in minutes"),
    ("duration: integer in minutes", "first-name: integer in minutes", E0001, "`first-name`: integer in minutes"),
    ("each p in people where", "each p people where", E0006, "each p in people"),
    ("each p in people where", "each in people where", E0006, ""),
    ("then upper(note) else", "upper(note) else", E0006, ""),
    ("upper(note) else \"none\"", "upper(note)", E0006, ""),
    (
        "PUT \"https://vista.va.gov/api/rules/{ruleId}\"",
        "\"https://vista.va.gov/api/rules/{ruleId}\"",
        E0006,
        "target vista POST \"https",
    ),
    ("PUT \"https://vista.va.gov/api/rules/{ruleId}\"", "PUT", E0006, ""),
    ("header   X-Source \"hms\"", "header X-Source: \"hms\"", E0016, "header X-Source \"hms\""),
    ("header   X-Source \"hms\"", "header \"X-Source\" \"hms\"", E0005, "header X-Source \"hms\""),
    ("header   X-Source \"hms\"", "header X-Source", E0006, ""),
    ("timeout  10 s", "timeout", E0006, ""),
    ("timeout  10 s", "timeout 10", E0006, "timeout 10 s"),
    ("retry    5 times from 1 s to 60 s", "retry", E0006, "retry 5 times"),
    ("limit    20 per second, 4 at once", "limit 20", E0006, ""),
    ("given  { \"ruleId\": 42, \"people\": [] }", "given", E0006, ""),
    ("expect vista { \"length\": 1200 }", "expect", E0006, ""),
    ("expect vista { \"length\": 1200 }", "expect vista", E0006, ""),
    ("fn full(a: string, b: string)", "fn full", E0006, ""),
    ("fn full(a: string, b: string)", "fn full(a, b: string)", E0006, ""),
    // Words.
    ("table Role {", "tabel Role {", E0001, "table Role {"),
    ("event {", "evnet {", E0001, "event {"),
    ("event {", "Event {", E0001, "event {"),
    ("target vista PUT", "taget vista PUT", E0001, "target vista PUT"),
    ("fn full(", "function full(", E0001, "fn full("),
    ("test \"one\"", "tset \"one\"", E0001, "test \"one\""),
    ("when status == \"retired\" {", "whne status == \"retired\" {", E0001, "when status == \"retired\" {"),
    ("when status == \"retired\" {", "if status == \"retired\" {", E0001, "when status == \"retired\" {"),
    (
        "each p in people where p.role == \"x\" -> people.person {",
        "for p in people -> people.person {",
        E0001,
        "each p in people",
    ),
    ("key      ruleId, meta.id", "kee ruleId, meta.id", E0001, "key ruleId, meta.id"),
    ("order by ruleId", "order ruleId", E0001, "order by ruleId"),
    ("given  { \"ruleId\": 42, \"people\": [] }", "givn { \"ruleId\": 42, \"people\": [] }", E0001, "given {"),
    ("note | trim ?? \"\"   -> remarks", "in | trim -> remarks", E0001, "`in` | trim -> remarks"),
    ("note | trim ?? \"\"   -> remarks", "note + then.x -> remarks", E0001, "note + `then`.x -> remarks"),
    // Signs of other languages.
    ("when status == \"retired\" {", "when status = \"retired\" {", E0016, "when status == \"retired\" {"),
    ("when status == \"retired\" {", "when status == \"retired\" && note == \"\" {", E0016, "and note"),
    ("when status == \"retired\" {", "when !present(note) {", E0016, "when not present(note) {"),
    ("when status == \"retired\" {", "when status <> \"retired\" {", E0016, "status != \"retired\""),
    ("upper(note) else", "note.upper() else", E0001, "note | upper()"),
    ("note | trim ?? \"\"   -> remarks", "present(note) ? note : \"\" -> remarks", E0016, "if "),
    // Types and order.
    ("status:   \"active\" | \"retired\"", "status: string | integer?", E0015, "status: (string | integer)?"),
    ("status:   \"active\" | \"retired\"", "status: string? | integer", E0015, "status: (string | integer)?"),
    ("duration: integer in minutes", "duration: integer? in minutes", E0001, "duration: integer in minutes?"),
    ("-> code?", "-> code in kg?", E0001, "-> code? in kg"),
    // Numbers, escapes, patterns.
    ("duration + 5 minutes", "duration + 5minutes", E0012, "duration + 5 minutes"),
    ("duration + 5 minutes", "duration + 05 minutes", E0012, "duration + 5 minutes"),
    ("duration + 5 minutes", "duration + .5", E0012, "duration + 0.5"),
    ("\"false\"           -> closed", "\"a\\q\" -> closed", E0009, ""),
    ("\"false\"           -> closed", "\"\\ud83d\" -> closed", E0009, ""),
    ("\"false\"           -> closed", "matches(note, /(/) -> closed", E0013, ""),
    ("\"false\"           -> closed", "matches(note, /a) -> closed", E0004, ""),
    // What fits nothing.
    ("ruleId              -> @id", "ruleId -> @id @x", E0001, ""),
    ("ruleId              -> @id", "ruleId -> first-name", E0001, "ruleId -> `first-name`"),
    ("ruleId              -> @id", "%%% -> @id", E0001, ""),
    ("ruleId              -> @id", "ruleId -> a,, total -> b", E0001, ""),
    ("ruleId              -> @id", "ruleId -> a total -> b", E0006, "ruleId -> a, total -> b"),
    ("ruleId              -> @id", "ruleId -> @id)", E0014, ""),
    ("fn full(", "what is this\n\nfn full(", E0001, ""),
    ("fn full(", "ruleId -> x\nnote -> y\n\nfn full(", E0001, ""),
    ("fn full(", "}\n\nfn full(", E0014, ""),
];

#[test]
fn a_planted_mistake_is_found_on_its_line_and_nothing_else() {
    let mut wrong = Vec::new();
    for &(from, to, code, help) in SLIPS {
        let found = planted(from, to);
        let said: Vec<String> = found
            .iter()
            .map(|(line, d)| format!("    {line}: {} {} [{}] help: {:?}", d.code, d.message, d.primary.text, d.help))
            .collect();
        if std::env::var_os("SLIPS").is_some() {
            eprintln!("{to}\n{}", said.join("\n"));
        }
        let lines = to.trim_end().lines().count();
        let first = line_of(from);
        let fits = matches!(&found[..], [(line, d)] if d.code == code
            && (first..first + lines.max(1)).contains(line)
            && (help.is_empty() || d.help.as_deref().is_some_and(|given| given.replace("  ", " ").contains(help) || given.contains(help))));
        if !fits {
            wrong.push(format!("{to}\n  expected {code} on {first}, help {help:?}\n{}", said.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), SLIPS.len(), wrong.join("\n"));
}

/// A lost `}` is told at its opening brace.
#[test]
fn a_lost_closing_brace_is_told_at_its_opener() {
    for (from, to, opener) in [
        ("role: string? }]\n}", "role: string? }]\n", "event {"),
        ("  ...Contact(note, 1)\n}", "  ...Contact(note, 1)\n", "map vista as xml"),
        ("\"no role for {it}\"\n}", "\"no role for {it}\"\n", "table Role"),
        ("at once\n}", "at once\n", "target vista"),
        ("-> code?\n  }", "-> code?\n", "each p in people where"),
        ("    \"true\"            -> closed\n  }", "    \"true\"            -> closed\n", "when status == \"retired\""),
        ("    \"false\"           -> closed\n  }", "    \"false\"           -> closed\n", "} else {"),
        ("  expect vista { \"length\": 1200 }\n}", "  expect vista { \"length\": 1200 }\n", "test \"one\""),
        ("\"active\" -> \"A\", \"retired\" -> \"I\" }", "\"active\" -> \"A\", \"retired\" -> \"I\"", "match status"),
    ] {
        let found = planted(from, to);
        let [(line, diagnostic)] = &found[..] else { panic!("{to}: {found:#?}") };
        assert_eq!((*line, diagnostic.code), (line_of(opener), E0002), "{to}: {diagnostic:#?}");
    }
}

#[test]
fn the_good_file_is_good() {
    tree(GOOD);
}

/// Items that a lost `}` put into the wrong block are not judged there.
#[test]
fn a_lost_brace_silences_what_it_misplaces() {
    for (text, line) in [
        (
            "map {\n  match c.kind {\n    \"phone\" { c.number -> Phone }\n\n  a -> b\n  each p in ps -> q { p -> r }\n  a.b -> c\n}\n",
            2,
        ),
        (
            "map {\n  match c.kind {\n    \"phone\" {\n      c.number -> Phone\n    \"fax\" { c.fax -> Fax }\n  }\n  a -> b\n}\n",
            3,
        ),
        ("type A = by kind {\n  \"x\": { a: string }\n  \"y\": { b: string\n}\n\ntable T { \"a\" -> \"b\" }", 3),
        ("map {\n  match s { \"a\" -> \"A\" -> flag\n  b -> c\n}\n", 2),
        ("map {\n  match s {\n    \"a\" -> \"A\"\n    \"b\" -> \"B\"\n  -> flag\n  b -> c\n}\n", 2),
    ] {
        let (_, found) = read(text);
        let file = SourceFile::new("test.map", text);
        let lines: Vec<usize> = found.iter().map(|d| file.line_column(d.primary.span.start as usize).0).collect();
        assert_eq!(lines, [line], "{text}{found:#?}");
    }
}
