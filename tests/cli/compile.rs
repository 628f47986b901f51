use super::program::{Program, two_targets};

#[test]
fn a_compiled_mapping_goes_beside_or_where_it_is_told() {
    let program = Program::new();
    program.write("a.mapc", std::fs::read(two_targets()).unwrap());
    let first = program.run(&["compile", "a.mapc", "-o", "-"]);
    assert_eq!((first.status, first.err.as_str()), (0, ""));
    assert!(first.out.starts_with("{\n  \"format\": 1,\n") && first.out.ends_with("}\n"), "{}", first.out);
    let again = program.run(&["compile", "a.mapc", "-o", "deep.mapc"]);
    assert_eq!((again.status, again.out.as_str(), again.err.as_str()), (0, "", "wrote deep.mapc\n"));
    assert_eq!(program.read("deep.mapc"), first.out);
    let names: Vec<_> = std::fs::read_dir(program.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "nothing else is left behind: {names:?}");
}

#[test]
fn a_broken_mapping_is_shown_and_nothing_written() {
    let program = Program::new();
    program.write("b.map", "map { a => b }\n");
    let ended = program.run(&["compile", "b.map"]);
    assert_eq!((ended.status, ended.out.as_str()), (1, ""));
    assert!(ended.err.contains("E0003") && ended.err.contains("[b.map:1:9]"), "{}", ended.err);
    assert!(!program.path("b.mapc").exists());
}

#[test]
fn a_place_that_cannot_be_written_is_said() {
    let program = Program::new();
    program.write("a.mapc", std::fs::read(two_targets()).unwrap());
    let ended = program.run(&["compile", "a.mapc", "-o", "no/such/folder.mapc"]);
    assert_eq!(ended.status, 2);
    assert!(ended.err.starts_with("error: no/such/folder.mapc cannot be written: "), "{}", ended.err);
}
