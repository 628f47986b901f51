use super::program::Program;

const RULE: &str = "\
listen: appointment-rule-changed
target:
  url: https://vista.va.gov/api/slot-rules/{ruleId}
  method: PUT
map:
  slotLen: duration   # minutes
  capacity: maxPatients
idempotencyKey: ruleId
";

#[test]
fn a_rule_is_shown_or_written_once() {
    let program = Program::new();
    program.write("rule.yaml", RULE);
    let shown = program.run(&["import", "rule.yaml"]);
    assert_eq!((shown.status, shown.err.as_str()), (0, ""));
    assert!(shown.out.contains("  duration -> slotLen?  // minutes\n"), "{}", shown.out);
    let written = program.run(&["import", "rule.yaml", "-o", "rule.map"]);
    assert_eq!((written.status, written.out.as_str(), written.err.as_str()), (0, "", "wrote rule.map\n"));
    assert_eq!(program.read("rule.map"), shown.out);
    let again = program.run(&["import", "rule.yaml", "-o", "rule.map"]);
    assert_eq!(
        (again.status, again.err.as_str()),
        (2, "error: rule.map exists; remove it or choose another with -o\n")
    );
}

#[test]
fn what_is_no_rule_is_said_with_file_and_line() {
    let program = Program::new();
    program.write("bad.yaml", RULE.replace("method", "methud"));
    let ended = program.run(&["import", "bad.yaml"]);
    assert_eq!(
        (ended.status, ended.err.as_str()),
        (2, "error: bad.yaml:4: `methud` is unknown; a target has `url` and `method`\n")
    );
}

#[test]
fn a_rule_works_wherever_a_mapping_does_with_a_notice() {
    let program = Program::new();
    program.write("rule.yaml", RULE);
    program.run(&["import", "rule.yaml", "-o", "rule.map"]);
    let event = br#"{"ruleId":"r/1","duration":20,"maxPatients":{"any":[1.0]}}"#;
    let expected = concat!(
        r#"{"target":null,"method":"PUT","url":"https://vista.va.gov/api/slot-rules/r%2F1","headers":{"Idem-Key":"r/1","#,
        r#""Content-Type":"application/json"},"body":{"slotLen":20,"capacity":{"any":[1.0]}}}"#,
        "\n"
    );
    for mapping in ["rule.yaml", "rule.map"] {
        let ended = program.run_on(&["transform", "--mapping", mapping, "--output", "request"], event);
        assert_eq!((ended.status, ended.out.as_str(), ended.err.as_str()), (0, expected, ""), "{mapping}");
    }
    program.write("empty.ndjson", "");
    let ended = program.run(&["run", "--mapping", "rule.yaml", "--source", "empty.ndjson", "--store", "s.db"]);
    assert_eq!(ended.status, 0, "{}", ended.err);
    assert!(ended.err.starts_with("note: rule.yaml is a rule of the first generation and still works; `hms-sync import rule.yaml` makes a .map of it\n"), "{}", ended.err);
}
