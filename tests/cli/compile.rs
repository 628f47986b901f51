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

const MAP: &str = "listen \"x\"\nevent { id: integer, a: decimal }\ntarget PUT \"https://v.example/{id}\" { key id, meta.id }\nmap { SUM -> sum }\n";

#[test]
fn the_same_source_gives_the_same_bytes_that_do_the_same() {
    let program = Program::new();
    program.write("one/m.map", MAP.replace("SUM", "a + 1")).write("two/m.map", MAP.replace("SUM", "a + 1"));
    assert_eq!(program.run(&["compile", "one/m.map"]).status, 0);
    assert_eq!(program.run(&["compile", "two/m.map", "-o", "two/other.mapc"]).status, 0);
    assert_eq!(program.read("one/m.mapc"), program.read("two/other.mapc"), "neither folder nor output leaves a trace");
    let sources: serde_json::Value = serde_json::from_str(&program.read("one/m.mapc")).unwrap();
    let digest = sources["sources"][0]["sha256"].as_str().unwrap();
    assert_eq!((digest.len(), &sources["sources"][0]["name"]), (64, &"m.map".into()));
    for mapping in ["one/m.map", "one/m.mapc"] {
        let ended = program.run_on(&["transform", "--mapping", mapping], b"{\"id\":1,\"a\":0.5}");
        assert_eq!((ended.status, ended.out.as_str()), (0, "{\"sum\":1.5}\n"), "{mapping}: {}", ended.err);
    }
}

#[test]
fn the_longest_chain_that_the_parser_takes_goes_all_the_way() {
    let program = Program::new();
    program.write("m.map", MAP.replace("SUM", &format!("a{}", " + 1".repeat(999))));
    let compiled = program.run(&["compile", "m.map"]);
    assert_eq!(compiled.status, 0, "{}", compiled.err);
    for mapping in ["m.map", "m.mapc"] {
        let ended = program.run_on(&["transform", "--mapping", mapping], b"{\"id\":1,\"a\":0.5}");
        assert_eq!((ended.status, ended.out.as_str()), (0, "{\"sum\":999.5}\n"), "{mapping}: {}", ended.err);
    }
}
