//! The examples of the library's table, through the compiler and the plan like any author's line.

use crate::corpus::{NoFiles, compile};
use crate::json::Json;
use crate::{body, random::Random, verdict::Subject};
use hms_sync::library::{self, Example};
use hms_sync::model::number::Number;
use hms_sync::plan::{Made, Routed};

/// What stands for a failure.
const FAILED: &str = "it failed";

#[test]
fn every_example_of_the_library_runs_as_a_line_of_a_mapping() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for function in library::all() {
        for example in function.examples {
            count += 1;
            if let Err(why) = holds(example) {
                wrong.push(format!("{} gives {}: {why}", example.source, example.gives));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 100, "{count} examples");
}

fn holds(example: &Example) -> Result<(), String> {
    let line = |answer: &str| {
        format!(
            "listen \"x\"\nevent {{ id: integer }}\ntarget PUT \"https://x.example/{{id}}\" {{ key id, meta.id }}\n\
             map {{ {}{answer} -> v? }}\n",
            example.source
        )
    };
    // What may fail must say so: with an answer where none is due it would compile, too.
    let mapping = match compile(&line(""), &NoFiles) {
        Err(why) if why.starts_with("E0204") => compile(&line(&format!(" !! \"{FAILED}\"")), &NoFiles)?,
        other if example.gives == "failed" => return Err(format!("compiled without `!!`: {:?}", other.err())),
        other => other?,
    };
    let subject = Subject::new(&mapping);
    let event = subject.events.event(&mut Random::new(1));
    let answers = subject.transform(&event).map_err(|refusal| refusal.to_string())?;
    let [(Routed::To(_), Some(Made::Request(request)))] = answers.as_slice() else {
        return Err(format!("{answers:?}"));
    };
    let body = body::json(request.body.as_deref().unwrap_or_default())?;
    let same = match (body.member("v"), example.gives) {
        (found, "missing") => found.is_none(),
        (found, "failed") => found == Some(&Json::Text(FAILED.to_owned())),
        (Some(found), gives) => match body::json(gives.as_bytes()) {
            Ok(wanted) => same(found, &wanted),
            // A date or a time has no literal.
            Err(_) => *found == Json::Text(gives.to_owned()),
        },
        (None, _) => false,
    };
    if same { Ok(()) } else { Err(format!("leaves as {}", body.plain())) }
}

/// Numbers by their value.
fn same(found: &Json, wanted: &Json) -> bool {
    match (found, wanted) {
        (Json::Number(a), Json::Number(b)) => Number::parse(a).is_ok_and(|a| Number::parse(b) == Ok(a)),
        (Json::List(a), Json::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => found == wanted,
    }
}
