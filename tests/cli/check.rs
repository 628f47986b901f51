use super::program::{Program, two_targets};

const BROKEN: &str =
    "listen \"x\"\nevent {\n  a integer\n}\ntarget PUT \"https://v.example/\" { key meta.id }\nmap { a => b }\n";

#[test]
fn findings_go_to_standard_output_and_the_count_to_standard_error() {
    let program = Program::new();
    program.write("maps/broken.map", BROKEN);
    let ended = program.run(&["check", "maps"]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.out.starts_with("E0006\n\n  × a `:` is missing behind the name\n   ╭─[maps/broken.map:3:4]\n"),
        "{}",
        ended.out
    );
    assert!(ended.out.contains("  help: a: integer\n"), "{}", ended.out);
    assert!(ended.err.starts_with("checked 1 mapping: ") && ended.err.contains(" errors"), "{}", ended.err);
}

#[test]
fn every_format_names_file_and_place() {
    let program = Program::new();
    program.write("broken.map", BROKEN);
    let json = program.run(&["check", "--format", "json", "broken.map"]);
    assert_eq!(json.status, 1);
    let first: serde_json::Value = serde_json::from_str(json.out.lines().next().unwrap()).unwrap();
    assert_eq!((&first["code"], &first["file"]), (&"E0006".into(), &"broken.map".into()));
    assert_eq!((&first["start"]["line"], &first["start"]["column"]), (&3.into(), &4.into()));
    let github = program.run(&["check", "--format", "github", "broken.map"]);
    assert!(github.out.starts_with("::error file=broken.map,line=3,"), "{}", github.out);
    let sarif = program.run(&["check", "--format", "sarif", "broken.map"]);
    let log: serde_json::Value = serde_json::from_str(&sarif.out).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), json.out.lines().count());
}

#[test]
fn folders_are_searched_sorted_without_what_git_ignores() {
    let program = Program::new();
    for name in
        ["maps/b.map", "maps/a.map", "maps/deep/c.map", "maps/ignored/d.map", "maps/.hidden/e.map", "maps/f.txt"]
    {
        program.write(name, BROKEN);
    }
    program.write("maps/.gitignore", "ignored/\n");
    let ended = program.run(&["check", "--format", "json", "maps", "maps/a.map"]);
    let mut files: Vec<String> = Vec::new();
    for line in ended.out.lines() {
        let finding: serde_json::Value = serde_json::from_str(line).unwrap();
        files.push(finding["file"].as_str().unwrap().to_owned());
    }
    files.dedup();
    assert_eq!(files, ["maps/a.map", "maps/b.map", "maps/deep/c.map"]);
    assert!(ended.err.starts_with("checked 3 mappings: "), "{}", ended.err);
    let empty = program.run(&["check", "maps/ignored/.."]);
    assert_eq!(empty.status, 1);
    program.write("none/x.txt", "");
    let none = program.run(&["check", "none"]);
    assert_eq!(
        (none.status, none.err.as_str()),
        (2, "error: there is no .map file below none; name a file, or another folder\n")
    );
}

#[test]
fn files_that_are_no_text_are_said_so_and_the_others_are_checked() {
    let program = Program::new();
    program
        .write("a.map", b"listen \xff")
        .write("b.map", BROKEN)
        .write("c.mapc", "{\"format\":7}")
        .write("d.yaml", "listen: x\nfoo: y\n");
    let ended = program.run(&["check", "a.map", "b.map", "c.mapc", "d.yaml"]);
    assert_eq!(ended.status, 2);
    assert!(ended.out.contains("[b.map:3:4]"), "{}", ended.out);
    for said in [
        "error: a.map is not UTF-8 (the byte at offset 7 starts no character); save it as UTF-8\n",
        "error: c.mapc cannot be used: its format is 7, but this hms-sync reads format 1; compile it again from its .map\n",
        "error: d.yaml:2: `foo` is unknown;",
        "checked 1 mapping: ",
        "error: 3 files could not be checked, as said above\n",
    ] {
        assert!(ended.err.contains(said), "{said} in {}", ended.err);
    }
}

#[test]
fn a_compiled_mapping_is_held_against_itself() {
    let program = Program::new();
    let good = std::fs::read_to_string(two_targets()).unwrap();
    program.write("good.mapc", &good).write("bad.mapc", good.replace("\"steps\": [\"note\"]", "\"steps\": [\"nose\"]"));
    assert_eq!(program.run(&["check", "good.mapc"]).status, 0);
    let bad = program.run(&["check", "bad.mapc"]);
    assert_eq!(bad.status, 2, "{}", bad.err);
    assert!(
        bad.err.contains("bad.mapc cannot be used: ") && bad.err.contains("compile it again from its .map"),
        "{}",
        bad.err
    );
}

#[test]
fn colours_are_only_where_they_are_asked_for() {
    let program = Program::new();
    program.write("broken.map", BROKEN);
    let plain = program.run(&["check", "broken.map"]);
    assert!(!plain.out.contains('\u{1b}'));
    let forced = program.run_with(&["check", "broken.map"], &[("CLICOLOR_FORCE", "1")]);
    assert!(forced.out.contains("\u{1b}["));
    let refused = program.run_with(&["check", "broken.map"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]);
    assert!(!refused.out.contains('\u{1b}'));
    let ascii = program.run_with(&["check", "broken.map"], &[("LC_ALL", "C")]);
    assert!(ascii.out.is_ascii(), "{}", ascii.out);
}

#[test]
fn ten_thousand_mistakes_in_one_file_end_soon() {
    let program = Program::new();
    let text = format!("listen \"x\"\nmap {{\n{}}}\n", "  a => b\n".repeat(10_000));
    program.write("many.map", text);
    let started = std::time::Instant::now();
    let ended = program.run(&["check", "many.map"]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.out.contains(" more in many.map; `--format json` lists them all\n"),
        "{}",
        &ended.out[ended.out.len() - 200..]
    );
    assert_eq!(
        program
            .run(&["check", "many.map", "--format", "json"])
            .out
            .lines()
            .filter(|line| line.contains("E0003"))
            .count(),
        10_000
    );
    assert!(started.elapsed() < std::time::Duration::from_secs(30), "{:?}", started.elapsed());
}

const USES: &str = "use \"va.map\" { shout }\nlisten \"x\"\nevent { id: string }\n\
    target PUT \"https://vista.example/x/{id}\" { key id, meta.id }\nmap { shout(id) -> id }\n";

#[test]
fn files_of_use_are_found_by_flag_and_by_configuration() {
    let program = Program::new();
    program.write("shared/va.map", "fn shout(x: string): string = upper(x)\n").write("maps/m.map", USES);
    let lost = program.run(&["check", "maps"]);
    assert_eq!(lost.status, 1);
    assert!(lost.out.starts_with("E0705\n\n  × maps/va.map does not exist"), "{}", lost.out);
    let found = program.run(&["check", "maps", "--include", "shared"]);
    assert_eq!((found.status, found.out.as_str()), (0, ""), "{}", found.err);
    let compiled = program.run(&["compile", "maps/m.map", "-o", "-", "--include", "shared"]);
    assert!(compiled.out.contains("\"name\": \"va.map\""), "{}", compiled.err);
    program.write("hms-sync.toml", "[check]\ninclude = [\"shared\"]\n");
    for command in ["check", "test"] {
        let ended = program.run(&[command, "maps", "shared"]);
        assert_eq!(ended.status, 0, "{}{}", ended.out, ended.err);
    }
}

#[test]
fn a_file_that_only_shares_is_checked_and_otherwise_passed_over() {
    let program = Program::new();
    program.write("va.map", "fn shout(x: string): string = upper(x)\n");
    let compiled = program.run(&["compile", "va.map"]);
    assert_eq!(compiled.status, 0);
    assert!(compiled.err.starts_with("va.map only declares what other files `use`"), "{}", compiled.err);
    assert!(!program.path("va.mapc").exists());
    let run = program.run(&["run", "--mapping", "va.map", "--source", "-"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("none of these files is a mapping"), "{}", run.err);
}

#[test]
fn a_mistake_in_a_file_that_several_use_is_said_once() {
    let program = Program::new();
    program.write("va.map", "fn shout(x: string): string = uper(x)\n").write("a.map", USES).write("b.map", USES);
    let ended = program.run(&["check", "."]);
    assert_eq!(ended.status, 1);
    assert_eq!(ended.out.matches("[va.map:1:31]").count(), 1, "{}", ended.out);
    assert!(ended.err.starts_with("checked 3 mappings: 1 error"), "{}", ended.err);
}

/// The event's id names the change, also where the URL carries it.
#[test]
fn a_key_of_the_events_id_alone_names_the_change() {
    let program = Program::new();
    let map = "listen \"x\"\nevent { a: integer }\ntarget PUT \"https://v.example/{meta.id}\" { key meta.id }\nmap { a -> a }\n";
    program.write("a.map", map).write("b.map", map.replace("meta.id", "a"));
    let clean = program.run(&["check", "--deny", "warnings", "a.map"]);
    assert_eq!((clean.status, clean.out.as_str()), (0, ""));
    let warned = program.run(&["check", "--deny", "warnings", "b.map"]);
    assert!(warned.status == 1 && warned.out.contains("W0108"), "{}", warned.out);
}
