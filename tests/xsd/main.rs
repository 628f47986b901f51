//! Bodies of mappings that conform to an XML Schema, held against it by another hand: `xmllint` of libxml2.
//!
//! The mappings are those of `tests/golden/transform` that name a schema, and those beside this file. Their own events
//! come first, then random ones of the declared shape; whatever body is made, the schema takes it.
//! `HMS_SYNC_XSD_SEED=…` repeats a run.

mod events;

use events::Random;
use hms_sync::check::Files;
use hms_sync::diagnostic::render::human::{self, Style};
use hms_sync::plan::{Envelope, Environment, Made, Plan};
use std::path::{Path, PathBuf};
use std::process::Command;

const SEED: u64 = 0x5C4E_3A00;
/// Random events of each mapping.
const EVENTS: usize = 1_500;

struct Beside(PathBuf);

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| format!("{path}: {error}"))
    }
}

/// A mapping with the files beside it, and its events.
struct Case {
    name: String,
    map: String,
    files: Vec<(String, String)>,
    events: Vec<String>,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut paths: Vec<PathBuf> = ["golden/transform", "xsd"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == "case"))
        .collect();
    paths.sort();
    let all = paths.iter().map(|path| case(&path.display().to_string(), &std::fs::read_to_string(path).unwrap()));
    // Around a SOAP body stands the envelope, which is of another schema.
    all.filter(|case| case.map.contains("as xml") && case.map.contains("conforming") && case.map.contains(".xsd\""))
        .collect()
}

/// The parts under headings of the form `--- name`.
fn case(name: &str, text: &str) -> Case {
    let mut case = Case { name: name.to_owned(), map: String::new(), files: Vec::new(), events: Vec::new() };
    for part in format!("\n{text}").split("\n--- ").skip(1) {
        let (heading, content) = part.split_once('\n').unwrap_or((part, ""));
        match heading {
            "map" => case.map = format!("{content}\n"),
            "events" => case.events = content.lines().map(str::to_owned).collect(),
            heading => {
                if let Some(file) = heading.strip_prefix("file ") {
                    case.files.push((file.to_owned(), content.to_owned()));
                }
            }
        }
    }
    case
}

/// `xmllint`, or why there is none here.
fn has_xmllint() -> bool {
    let found = Command::new("xmllint").arg("--version").output().is_ok_and(|ended| ended.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "xmllint is not installed: apt-get install libxml2-utils");
    if !found {
        println!("skipped: xmllint is not installed (Debian: apt-get install libxml2-utils)");
    }
    found
}

#[test]
fn every_body_that_is_made_is_one_that_the_schema_takes() {
    if !has_xmllint() {
        return;
    }
    let given = std::env::var("HMS_SYNC_XSD_SEED").ok();
    let seed = given.map_or(SEED, |text| text.parse().expect("HMS_SYNC_XSD_SEED is a whole number"));
    println!("HMS_SYNC_XSD_SEED={seed}");
    let cases = cases();
    assert!(cases.len() >= 4, "{} cases", cases.len());
    for case in &cases {
        hold(case, seed);
    }
}

fn hold(case: &Case, seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in &case.files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let compilation = hms_sync::compile("m.map", case.map.as_bytes(), &Beside(folder.path().to_owned())).unwrap();
    let Some(checked) = compilation.checked else {
        let mut drawn = Vec::new();
        let style = Style { width: 100, colour: false, unicode: true };
        human::write(&mut drawn, &compilation.sources, &compilation.diagnostics, style).unwrap();
        panic!("{} does not compile:\n{}", case.name, String::from_utf8_lossy(&drawn));
    };
    let mapping = checked.into_mapping();
    let plan = Plan::new(&mapping).unwrap();
    let mut random = Random::new(seed);
    let generated = (0..EVENTS).map(|_| events::event(&mapping.event.record, &mut random));
    let mut bodies = Vec::new();
    let mut refused = std::collections::BTreeMap::<String, usize>::new();
    for (number, event) in case.events.iter().cloned().chain(generated).enumerate() {
        let envelope = Envelope {
            id: "e1".into(),
            event_type: "x".into(),
            received: "2024-01-01T00:00:00Z".into(),
            time: None,
            source: None,
        };
        let answers = match plan.transform(event.as_bytes(), &envelope, &Environment::new(Vec::new())) {
            Ok(answers) => answers,
            Err(refusal) => {
                panic!("{}: the door refuses an event of the declared shape: {refusal}\n{event}", case.name)
            }
        };
        for (_, made) in answers {
            match made {
                Some(Made::Request(request)) => {
                    let path = folder.path().join(format!("body-{number}.xml"));
                    std::fs::write(&path, request.body.unwrap()).unwrap();
                    bodies.push(path);
                }
                Some(Made::Refused(refusal)) => *refused.entry(refusal.reason).or_default() += 1,
                _ => {}
            }
        }
    }
    println!("{}: {} bodies, set aside {refused:?}", case.name, bodies.len());
    assert!(bodies.len() >= 30, "{}: only {} bodies of {EVENTS} events: {refused:?}", case.name, bodies.len());
    validate(case, folder.path(), &bodies);
}

fn validate(case: &Case, folder: &Path, bodies: &[PathBuf]) {
    let schema = case.map.split("conforming \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    for some in bodies.chunks(200) {
        let ended = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .arg(folder.join(schema))
            .args(some)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        if !ended.status.success() {
            let wrong = some.iter().find(|path| said.contains(&format!("{} fails", path.display())));
            let body = wrong.map(|path| std::fs::read_to_string(path).unwrap()).unwrap_or_default();
            let lines: Vec<&str> = said.lines().filter(|line| !line.ends_with(" validates")).take(10).collect();
            panic!("{}: xmllint ended with {}\n{}\n{body}", case.name, ended.status, lines.join("\n"));
        }
    }
}
