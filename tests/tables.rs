//! Tables of many rows from a file: what they cost is counted, not timed.

use hms_sync::check::Files;
use hms_sync::model::mapc;
use hms_sync::plan::{Envelope, Environment, Made, Plan};
use std::fmt::Write as _;

const ROWS: usize = 100_000;

/// One file, whatever its name.
struct One(Vec<u8>);

impl Files for One {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.clone())
    }
}

const MAPPING: &str = r#"listen "clinic-changed"
event { id: integer, site: string }
target PUT "https://vista.example/clinics/{id}" { key id, meta.id }
map {
  (id, site) | Clinic.ien   -> ien
  (id, site) | Clinic.label -> label?
  "{id}" | inverse(Ien) !! "none" -> back
}
table Clinic from "clinics.csv" (hmsId: integer, site -> ien, label) { _ -> reject "no clinic {it}" }
table Ien from "clinics.csv" (ien -> hmsId) { }
"#;

fn clinics(rows: usize) -> Vec<u8> {
    let mut text = String::from("hmsId,site,ien,label\r\n");
    for row in 0..rows {
        let _ = write!(text, "{row},site-{},{:06},\"Clinic {row}, \"\"north\"\"\"\r\n", row % 7, row * 3);
    }
    text.into_bytes()
}

fn body(plan: &Plan, event: &str) -> Result<String, String> {
    let envelope = Envelope {
        id: "1".to_owned(),
        event_type: "clinic-changed".to_owned(),
        received: "2024-01-01T00:00:00Z".to_owned(),
        time: None,
        source: None,
    };
    match plan.prepare(event.as_bytes(), &envelope, 0, None, &Environment::default()).made {
        Made::Request(request) => Ok(String::from_utf8(request.body.unwrap()).unwrap()),
        Made::Refused(refusal) => Err(refusal.to_string()),
        Made::Skipped | Made::Unwanted => Err("skipped".to_owned()),
    }
}

#[test]
fn a_hundred_thousand_rows_stay_small_and_each_is_found() {
    let csv = clinics(ROWS);
    let compilation = hms_sync::compile("m.map", MAPPING.as_bytes(), &One(csv.clone())).unwrap();
    assert!(compilation.checked.is_some(), "{:?}", compilation.diagnostics.first());
    let bytes = mapc::write(compilation.checked.unwrap().mapping());
    // A row is one line of the compiled mapping: its cells, the escapes of JSON, and the indentation.
    assert!(bytes.len() < 2 * csv.len() + 24 * 2 * ROWS, "{} bytes of {}", bytes.len(), csv.len());
    assert!(bytes.iter().filter(|byte| **byte == b'\n').count() < 2 * ROWS + 500);
    let mapping = mapc::read(&bytes).unwrap();
    assert_eq!(mapc::write(&mapping), bytes);
    let plan = Plan::new(&mapping).unwrap();
    for row in [0, 1, 49_999, ROWS - 1] {
        let made = body(&plan, &format!("{{\"id\":{row},\"site\":\"site-{}\"}}", row % 7)).unwrap();
        let ien = format!("{:06}", row * 3);
        let expected = format!("{{\"ien\":\"{ien}\",\"label\":\"Clinic {row}, \\\"north\\\"\",\"back\":\"{ien}\"}}");
        assert_eq!(made, expected);
    }
    let refused = body(&plan, "{\"id\":100000,\"site\":\"site-0\"}").unwrap_err();
    assert_eq!(refused, "ien: no clinic 100000, site-0");
}
