use super::program::Program;

#[test]
fn every_command_teaches_with_an_example() {
    let program = Program::new();
    let top = program.run(&["--help"]);
    assert_eq!((top.status, top.err.as_str()), (0, ""));
    assert!(top.out.contains("hms-sync demo"), "{}", top.out);
    for command in ["check", "transform", "test", "compile", "run", "demo", "import", "mock", "audit", "functions"] {
        assert!(top.out.contains(&format!("\n  {command} ")), "{command} in {}", top.out);
        let help = program.run(&[command, "--help"]);
        assert_eq!((help.status, help.err.as_str()), (0, ""), "{command}");
        assert!(help.out.contains("Example") && help.out.contains(&format!("hms-sync {command}")), "{}", help.out);
    }
    for deeper in [["mock", "hub"], ["mock", "target"], ["audit", "list"], ["audit", "verify"]] {
        let help = program.run(&[deeper[0], deeper[1], "--help"]);
        assert_eq!(help.status, 0);
        assert!(help.out.contains("Example"), "{deeper:?}: {}", help.out);
    }
}

#[test]
fn mistakes_on_the_command_line_end_with_2_and_a_way_out() {
    let program = Program::new();
    program.write("a.map", "listen \"x\"\n");
    for (arguments, said) in [
        (&["check"][..], "<PATH>..."),
        (&["chekc", "a.map"], "a similar subcommand exists: 'check'"),
        (&["check", "--formt", "json", "a.map"], "a similar argument exists: '--format'"),
        (&["check", "a.map", "--format", "xml"], "[possible values: human, json, sarif, github]"),
        (&["transform"], "--mapping <MAPPING>"),
        (&["mock", "target", "--fail", "101%"], "write a percentage from 0% to 100%"),
        (&["mock", "target", "--slow", "2"], "write a time such as 200ms, 2s or 1m"),
        (&["mock", "target", "--port", "70000"], "write a port from 1 to 65535, or 0 for a free one"),
        (&["mock", "hub", "--events", "a.map", "--port", "x"], "write a port from 1 to 65535, or 0 for a free one"),
        (&["mock", "hub", "--events", "a.map", "--drop-every", "0"], "write a number from 1 on"),
        (&["mock", "target", "--host", "here"], "write an IP address of this machine, such as 127.0.0.1"),
        (&["mock", "target", "--seed", "x"], "write the number that the earlier run showed"),
        (&["audit", "list", "--last", "x"], "write a number of rows, such as 20"),
        (&["run", "--tokn", "x"], "a similar argument exists: '--token'"),
        (&["run", "--drain-timeout", "soon"], "write a time such as 200ms, 2s or 1m"),
        (
            &["run", "--mapping", "a.map", "--source", "e", "--events", "ws://h/"],
            "cannot be used with '--events <URL>'",
        ),
        (&["check", "nowhere"], "error: nowhere does not exist; check the path\n"),
        (&["transform", "--mapping", "nowhere.map"], "error: nowhere.map does not exist; check the path\n"),
        (&["compile", "nowhere.map"], "error: nowhere.map does not exist; check the path\n"),
        (&["test", "nowhere"], "error: nowhere does not exist; check the path\n"),
        (&["import", "nowhere.yaml"], "error: nowhere.yaml does not exist; check the path\n"),
        (&["mock", "hub", "--events", "nowhere"], "error: nowhere does not exist; check the path\n"),
        (&["import", "a.map"], "error: a.map is a mapping already; `import` takes a rule of the first generation"),
        (&["audit", "list", "--store", "no.db"], "error: there is no store no.db; name the file"),
        (&[], "error: no mapping is given; name one with --mapping, in MAPPING or in hms-sync.toml"),
        (&["run"], "error: no mapping is given; name one with --mapping, in MAPPING or in hms-sync.toml"),
        (&["run", "--mapping", "nowhere"], "error: nowhere does not exist; check the path\n"),
        (&["--mapping", "nowhere", "--token", "T"], "error: nowhere does not exist; check the path\n"),
        (&["run", "--config", "nowhere.toml"], "error: nowhere.toml does not exist; check the path\n"),
    ] {
        let ended = program.run(arguments);
        assert_eq!((ended.status, ended.out.as_str()), (2, ""), "{arguments:?}: {}", ended.err);
        assert!(ended.err.contains(said), "{arguments:?}: {}", ended.err);
    }
}
