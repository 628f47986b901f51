use super::*;

fn imported(text: &str) -> String {
    import("rule.yaml", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> String {
    import("rule.yaml", text.as_bytes()).expect_err("this is no rule").to_string()
}

const RULE: &str = "\
# Slot rules of the old clock.
listen: appointment-rule-changed   # from the hub

target:
  # VistA's own API
  url: https://vista.va.gov/api/slot-rules/{ruleId}
  method: put
map:
  slotLen: duration   # in minutes?
  # how many at once
  capacity: limits.max
  first-name: patient.when
  id: ruleId
idempotencyKey: ruleId
# the end
";

#[test]
fn a_rule_becomes_a_mapping_with_its_comments() {
    let expected = "\
// Imported from rule.yaml. The rule declares no types: `any?` may hold anything, and the
// compiler can promise more of a field whose type is written here.

// Slot rules of the old clock.
listen \"appointment-rule-changed\"  // from the hub

event {
  ruleId: string | integer
  duration: any?
  limits: {
    max: any?
  }?
  patient: {
    `when`: any?
  }?
}

// VistA's own API
target PUT \"https://vista.va.gov/api/slot-rules/{ruleId}\" {
  key ruleId
}

map {
  duration -> slotLen?  // in minutes?
  // how many at once
  limits.max -> capacity?
  patient.`when` -> `first-name`?
  ruleId -> id
}
// the end
";
    assert_eq!(imported(RULE), expected);
}

#[test]
fn every_comment_is_kept() {
    let text = "# 1\nlisten: x # 2\n# 3\ntarget: # 4\n  method: PUT # 5\n  url: 'http://h/#a' # 6\nmap: # 7\n  a: 'b # no' # 8\n  c: {d: e} # 9\nidempotencyKey: k # 10";
    let map = imported(text);
    for number in 1..=10 {
        assert_eq!(map.matches(&format!("// {number}\n")).count(), 1, "comment {number} in\n{map}");
    }
    assert!(map.contains("`b # no` -> a?"), "{map}");
}

#[test]
fn nested_fields_and_keys_are_paths() {
    let map = imported(
        "listen: x\ntarget: {url: 'http://h/{a.b}', method: POST}\nmap:\n  slot:\n    len: d\n    by.whom: a.c\nidempotencyKey: a.b\n",
    );
    assert!(map.contains("  d -> slot.len?\n  a.c -> slot.`by`.whom?\n"), "{map}");
    assert!(
        map.contains("  a: {\n    b: string | integer\n    c: any?\n  }\n"),
        "the record around what is needed is needed\n{map}"
    );
}

#[test]
fn what_is_no_rule_is_refused_with_its_line() {
    let cases = [
        ("", "rule.yaml:1: the file is empty"),
        ("- a\n", "rule.yaml:1: a rule is a mapping"),
        ("listen: x\nliste: y\n", "rule.yaml:2: `liste` is unknown"),
        ("listen: x\nlisten: y\n", "rule.yaml:2: `listen` is given twice"),
        ("listen: 12\n", "rule.yaml:1: the name of an event is expected here"),
        ("listen:\n", "the name of an event is expected here"),
        ("listen: x\ntarget: y\n", "rule.yaml:2: `url` and `method` is expected here"),
        ("listen: x\n\ttarget: y\n", "this is not YAML"),
        ("listen: \"x\n", "this is not YAML"),
        ("listen: &a x\ntarget:\n  url: *a\n", "rule.yaml:3: aliases (`*name`) are not part of a rule"),
        ("listen: x\nmap: {}\n", "`target` is missing"),
        ("listen: x\nmap: {}\ntarget: {url: u, method: m}\nidempotencyKey: k\n", "rule.yaml:2: `map` is empty"),
        (
            "map: {a: b, a: c}\nlisten: x\ntarget: {url: u, method: m}\nidempotencyKey: k\n",
            "rule.yaml:1: `a` is filled twice",
        ),
        (
            "map: {a: b, c: b.d}\nlisten: x\ntarget: {url: u, method: m}\nidempotencyKey: k\n",
            "`b` is used as a value and as a record",
        ),
        ("map: {a: 'b[0]'}\n", "rule.yaml:1: `b[0]` is no path of field names"),
        (
            "map: {a: b}\nlisten: x\ntarget: {url: 'u/{a', method: m}\nidempotencyKey: k\n",
            "rule.yaml:3: a hole of the URL",
        ),
        ("map: {a: b}\nlisten: x\ntarget: {url: u, method: m 1}\nidempotencyKey: k\n", "rule.yaml:3: an HTTP method"),
    ];
    for (text, expected) in cases {
        let error = refused(text);
        assert!(error.contains(expected), "{text:?} gave {error}");
    }
    let not_text = import("r.yaml", b"listen: x\n\xff").unwrap_err();
    assert_eq!(not_text.to_string(), "r.yaml:2: this is not UTF-8; save the rule as UTF-8");
    let long = import("r.yaml", &vec![b'#'; MAX_RULE_BYTES + 1]).unwrap_err();
    assert_eq!(long.reason, "a rule has at most 1 MiB");
}

#[test]
fn bombs_end_quickly() {
    let started = std::time::Instant::now();
    let mut bomb = String::from("a0: &a0 [x]\n");
    for index in 1..60 {
        let previous = index - 1;
        bomb.push_str(&format!("a{index}: &a{index} [*a{previous}, *a{previous}]\n"));
    }
    let deep_flow = format!("map: {}", "{a: ".repeat(200_000));
    let deep_block: String = (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let wide: String = format!("map:\n{}", "  a: b\n".repeat(20_000));
    for text in [
        bomb,
        deep_flow,
        format!("map:\n{deep_block}"),
        wide,
        "[".repeat(MAX_RULE_BYTES),
        "- ".repeat(MAX_RULE_BYTES / 2),
    ] {
        refused(&text);
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn broken_rules_never_panic() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let tokens = [
        "&a ", "*a", "? ", "- ", ": ", "#", "{", "}", "[", "]", "|", ">", "'", "\"", "\\", "\t", "\r", "\0", "é",
        "\u{feff}", "---", "...", "%", "!", "@", "`", "\n", "<<: ", "\u{2028}",
    ];
    for _ in 0..20_000 {
        let mut text = RULE.to_owned();
        for _ in 0..random.usize(1..6) {
            let mut at = random.usize(0..=text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            if random.bool() {
                text.insert_str(at, tokens[random.usize(0..tokens.len())]);
            } else {
                text.truncate(at);
                text.push_str(&RULE[RULE.len() - random.usize(0..RULE.len())..]);
            }
        }
        // Either answer is right; that there is one is what is tested.
        if let Err(error) = import("r", text.as_bytes()) {
            assert!(error.line >= 1 && !error.reason.is_empty());
        }
    }
}
