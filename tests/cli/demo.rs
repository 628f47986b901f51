use super::program::Program;

#[test]
fn the_demo_tells_the_story_and_leaves_nothing() {
    let program = Program::new();
    program.write("tmp/keep", "");
    let ended = program.run_with(&["demo"], &[("TMPDIR", program.path("tmp").to_str().unwrap())]);
    assert_eq!((ended.status, ended.err.as_str()), (0, ""), "{}", ended.out);
    for said in [
        "event e-1 {\"id\":\"e-1\",\"ruleId\":42,",
        "/api/slot-rules/42  Idem-Key 42:e-1\n",
        "      {\"slotLen\":1200,\"capacity\":4,\"remarks\":\"no walk-ins before nine\",\"source\":\"HMS\"}\n",
        "event e-1 came again with the same data: known, not sent again\n",
        "  ✗ set aside: duration: expected an integer, got \"twenty\" (a string)\n",
        "  ~ try 1: 503, again in ",
        "  ~ try 2: 503, again in ",
        "  ✓ delivered (200, 3 tries)\n",
        "\n5 rows: 4 delivered, 1 set aside; the chain of hashes holds\n",
        "\nreceived 5 events (1 came again): 4 delivered, 1 set aside; 6 requests; nothing pending\n",
    ] {
        assert!(ended.out.contains(said), "{said:?} in\n{}", ended.out);
    }
    assert!(!ended.out.contains("try 3: 503"));
    let left: Vec<_> =
        std::fs::read_dir(program.path("tmp")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["keep"]);
}
