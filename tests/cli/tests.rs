use super::program::Program;

const MAP: &str = r#"listen "x"
event { id: integer, length: integer in minutes, note: string? }
target PUT "https://vista.example/x/{id}" { key id, meta.id }
map {
  id     -> rule
  length -> length in seconds
  note   -> note?
}
test "passes" {
  given  { "id": 1, "length": 2 }
  expect { "length": 120.0, "rule": 1 }
}
"#;

const FAILS: &str = r#"test "fails" {
  given  { "id": 1, "length": 2, "note": "n" }
  expect { "rule": 1, "length": 2, "note": "n" }
}
"#;

#[test]
fn passing_and_failing_tests_are_told_and_counted() {
    let program = Program::new();
    program.write("maps/good.map", MAP).write("maps/bad.map", format!("{MAP}{FAILS}"));
    let good = program.run(&["test", "maps/good.map"]);
    assert_eq!(
        (good.status, good.out.as_str(), good.err.as_str()),
        (0, "maps/good.map\n  ✓ passes\n", "1 test: 1 passed, 0 failed\n")
    );
    let all = program.run(&["test", "maps"]);
    let expected = "\
maps/bad.map
  ✓ passes
  ✗ fails
    maps/bad.map:15: the body is not what is expected
      - expected   + got
        {
          \"rule\": 1,
      -   \"length\": 2,
      +   \"length\": 120,
          \"note\": \"n\"
        }
maps/good.map
  ✓ passes
";
    assert_eq!((all.status, all.out.as_str(), all.err.as_str()), (1, expected, "3 tests: 2 passed, 1 failed\n"));
    let coloured = program.run_with(&["test", "maps/bad.map"], &[("CLICOLOR_FORCE", "1")]);
    assert!(coloured.out.contains("\u{1b}[31m-   \"length\": 2,\u{1b}[0m\n"), "{:?}", coloured.out);
    assert!(coloured.out.contains("\u{1b}[32m+   \"length\": 120,\u{1b}[0m\n"), "{:?}", coloured.out);
}

#[test]
fn a_mapping_with_errors_fails_and_one_without_tests_does_not() {
    let program = Program::new();
    program.write("broken.map", MAP.replace("id     ->", "idd    ->"));
    let broken = program.run(&["test", "broken.map"]);
    assert_eq!((broken.status, broken.out.as_str()), (1, ""));
    assert!(
        broken.err.contains("E0101") && broken.err.ends_with("0 tests: 0 passed, 0 failed; 1 mapping with errors\n"),
        "{}",
        broken.err
    );
    program.write("none.map", MAP.split("test").next().unwrap());
    let none = program.run(&["test", "none.map"]);
    assert_eq!(
        (none.status, none.out.as_str(), none.err.as_str()),
        (0, "none.map (no tests)\n", "0 tests: 0 passed, 0 failed\n")
    );
}

#[test]
fn the_example_mappings_are_clean_and_their_tests_pass() {
    let program = Program::new();
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/mappings");
    let check = program.run(&["check", "--deny", "warnings", examples]);
    assert_eq!((check.status, check.out.as_str()), (0, ""), "{}", check.err);
    let test = program.run(&["test", examples]);
    assert_eq!(test.status, 0, "{}", test.out);
    assert!(test.err.ends_with(" passed, 0 failed\n") && !test.err.starts_with("0 tests"), "{}", test.err);
}

#[test]
fn a_test_may_take_its_data_from_files_beside_the_mapping() {
    let program = Program::new();
    let map = MAP.split("test").next().unwrap().to_owned()
        + "test \"files\" { given file \"in.json\"  expect file \"out.json\" }\n";
    program
        .write("d/m.map", map)
        .write("d/in.json", r#"{"id":1,"length":2}"#)
        .write("d/out.json", r#"{"rule":1,"length":120}"#);
    let ended = program.run(&["test", "d"]);
    assert_eq!(ended.status, 0, "{}{}", ended.out, ended.err);
}
