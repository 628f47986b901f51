use super::program::Program;

#[test]
fn every_function_is_listed_under_its_group() {
    let ended = Program::new().run(&["functions"]);
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    assert!(
        ended.out.starts_with("Text\n  trim              The text without white space at its ends.\n"),
        "{}",
        ended.out
    );
    assert!(ended.out.contains("\n\nDates and times\n  in_zone "), "{}", ended.out);
    assert!(ended.out.lines().all(|line| line.chars().count() <= 100), "{}", ended.out);
    let names = ended.out.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")).count();
    let json = Program::new().run(&["functions", "--format", "json"]);
    assert_eq!(json.out.lines().count(), names);
    assert!(names >= 60, "{names} functions");
    for line in json.out.lines() {
        let function: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = function["name"].as_str().unwrap();
        assert!(function["signature"].as_str().unwrap().starts_with(&format!("{name}(")), "{function}");
        assert!(!function["examples"].as_array().unwrap().is_empty(), "{function}");
    }
}

#[test]
fn one_function_is_shown_whole() {
    let program = Program::new();
    let expected = "\
pad_left(text: string, width: integer, fill?: string): string
The text, filled up on its left to the width, with spaces or the character `fill`. Longer text stays
whole.
`width` and `fill` are constants, checked before any event arrives.

  pad_left(\"42\", 5, \"0\")      gives  \"00042\"
  pad_left(\"42\", 4)           gives  \"  42\"
  pad_left(\"123456\", 5, \"0\")  gives  \"123456\"
";
    let shown = program.run(&["functions", "pad_left"]);
    assert_eq!((shown.status, shown.out.as_str(), shown.err.as_str()), (0, expected, ""));
    let called = program.run(&["functions", "pad_left(x, 5)"]);
    assert_eq!(called.out, expected, "a call is as good as a name");
    let coloured = program.run_with(&["functions", "pad_left"], &[("CLICOLOR_FORCE", "1")]);
    assert!(coloured.out.starts_with("\u{1b}[1mpad_left("), "{:?}", coloured.out);
    let markdown = program.run(&["functions", "pad_left", "--format", "markdown"]);
    assert!(markdown.out.starts_with("### pad_left\n"), "{}", markdown.out);
    let json = program.run(&["functions", "first", "--format", "json"]);
    let first: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(first["signature"], "first(list: [T]): T?");
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let program = Program::new();
    for (name, said) in [
        ("uper", "error: there is no function `uper`; did you mean `upper`? `hms-sync functions` lists all\n"),
        ("padLeft", "error: there is no function `padLeft`; did you mean `pad_left`? `hms-sync functions` lists all\n"),
        ("zzzz", "error: there is no function `zzzz`; `hms-sync functions` lists all\n"),
    ] {
        let ended = program.run(&["functions", name]);
        assert_eq!((ended.status, ended.out.as_str(), ended.err.as_str()), (2, "", said));
    }
}
