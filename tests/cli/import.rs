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
