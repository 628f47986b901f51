use super::program::{Program, two_targets};

fn mapping() -> &'static str {
    two_targets().to_str().unwrap()
}

#[test]
fn configuration_that_cannot_be_used_is_said() {
    let program = Program::new();
    program.write("hms-sync.toml", "store = \"a.db\"\ntoken = \"secret-word\"\n");
    let ended = program.run(&["run", "--mapping", mapping()]);
    assert_eq!(ended.status, 2);
    assert!(ended.err.starts_with("error: hms-sync.toml:2: ") && ended.err.contains("env:NAME"), "{}", ended.err);
    assert!(!ended.err.contains("secret-word"), "{}", ended.err);
    program.write("hms-sync.toml", "token = \"env:NO_SUCH_TOKEN\"\n");
    let ended = program.run(&["run", "--mapping", mapping()]);
    assert_eq!(
        (ended.status, ended.err.as_str()),
        (
            2,
            "error: the environment variable NO_SUCH_TOKEN, which hms-sync.toml names for the token, is not set; set it\n"
        )
    );
}

#[test]
fn a_broken_mapping_does_not_run() {
    let program = Program::new();
    program.write("b.map", "map { a => b }\n");
    for arguments in [&["run", "--mapping", "b.map"][..], &["--mapping", "b.map"]] {
        let ended = program.run(arguments);
        assert_eq!((ended.status, ended.out.as_str()), (1, ""));
        assert!(ended.err.contains("E0003"), "{}", ended.err);
        assert!(!program.path("hms-sync.db").exists());
    }
    let from_environment = program.run_with(&[], &[("MAPPING", "b.map")]);
    assert_eq!(from_environment.status, 1, "{}", from_environment.err);
}

#[test]
fn a_source_that_is_not_there_is_said() {
    let program = Program::new();
    let ended = program.run(&["run", "--mapping", mapping(), "--source", "nowhere"]);
    assert_eq!((ended.status, ended.err.as_str()), (2, "error: nowhere does not exist; check the path\n"));
}
