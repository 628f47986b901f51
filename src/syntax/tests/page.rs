//! The examples of the language page: each parses without a word.

use super::*;

const SMALLEST: &str = r#"
listen "appointment-rule-changed"

event {
  ruleId:      integer
  duration:    integer in minutes
  maxPatients: integer
  note:        string?
}

target PUT "https://vista.va.gov/api/slot-rules/{ruleId}" {
  key ruleId, meta.id            // one key a change
}

map {
  duration    -> slotLen in seconds
  maxPatients -> capacity
  note        -> remarks?
  "HMS"       -> source
}
"#;

const STRUCTURE: &str = r#"
map as xml SlotRule {
  namespace "urn:va:scheduling:slots"
  namespace v "urn:vista:common"

  ruleId                 -> @id
  duration               -> v:Length in seconds
  "s"                    -> v:Length.@unit
  provider.name          -> Provider {
    family               -> Last
    given[0] ?? ""       -> First
  }
  each p in participants where p.status == "accepted" -> Attendees.Attendee {
    p.actor.id           -> @id
    p.role | Role        -> RoleCode
  }
  when status == "retired" {
    "true"               -> Closed
    endDate ?? reject "retired without an end" -> ClosedOn
  }
  ...Contact(contact)
}

/// reused wherever a contact is written
map Contact(c: Contact) {
  match c.kind {
    "phone" { c.number  -> Phone }
    "email" { c.address -> Mail }
  }
}

table Role {
  "primary"  -> "P"
  "resident" -> "R"
  _          -> reject "no VistA role for {it}"
}
table Clinic from "clinics.csv" (hmsId, site -> ien, label) { _ -> reject "no clinic {it}" }
"#;

const TARGETS: &str = r#"
target vista POST "https://vista.va.gov/soap/slots" when status == "active" {
  key       ruleId, version        // idempotency: header Idem-Key: 42:7 (seed form: one field)
  order by  ruleId                 // events of one rule are pushed one after another; other rules are not held up
  newest by version                // an older version never overwrites a newer one
  header    X-Source "hms"
  auth      bearer env VISTA_TOKEN // basic, oauth2 client credentials, client certificate; secrets only by reference
  timeout   10 s
  retry     from 1 s to 60 s for 24 hours      // the default; or: retry 5 times from 1 s to 60 s
  limit     20 per second, 4 at once
  accept    status in 200..299 and not fault   // also: answer.code == "OK" (JSON or XML answer); fault is a SOAP fault
}
map vista as soap 1.1 UpdateSlotRule { action "urn:x"  header { token -> Token } }

target archive DELETE "https://archive.va.gov/rules/{ruleId}" when status == "retired" { key ruleId, version }

target slots PUT "https://vista.va.gov/api/slots/{s.id}" each s in slots where s.open { key s.id, meta.id }
map slots { s.start -> start, s.length -> minutes in minutes }
"#;

const CROSSWALKS: &str = r#"
crosswalk VistaSlot { integer -> string }          // rule id -> what VistA calls it; kept in the connector's store

target create POST "https://vista.va.gov/api/slots" when not present(ruleId | VistaSlot) {
  key      ruleId, meta.id
  answer   { ien: string }                          // the shape of a good answer, JSON or XML
  remember ruleId -> answer.ien in VistaSlot
}
target update PUT "https://vista.va.gov/api/slots/{ruleId | VistaSlot ?? skip}" when present(ruleId | VistaSlot) { key ruleId, meta.id }
target remove DELETE "https://vista.va.gov/api/slots/{ruleId | VistaSlot ?? skip}" when status == "retired" {
  key    ruleId, meta.id
  forget ruleId in VistaSlot
}
"#;

const TESTS: &str = r#"
test "a 20-minute slot" {
  given  { "ruleId": 42, "duration": 20, "maxPatients": 4 }
  expect { "slotLen": 1200, "capacity": 4, "source": "HMS" }
}
test "a negative length is set aside" { given { "a": [1, -2, 1e5, true, null, "}"] } expect reject }
test "all" {
  given { "id": 1 } meta { "id": "e17" }
  crosswalk VistaSlot { 42: "77", 43: "78" }
  expect vista { "a": {} }
  expect reject "part of the reason"
  expect request { "method": "PUT", "url": "…", "headers": { "Idem-Key": "42:7" } }
  expect slots [ {"a": 1}, {"a": 2} ]
  expect skip
  expect archive skip
  expect vista reject "x"
  expect """
    <a b="{c}"/>
  """
  expect file "expected.xml"
}
test "files" { given file "event.json" expect vista file "body.json" }
"#;

const TYPES: &str = r#"
/// The mapping.
listen "x" { id eventId }
event strict {
  /// A flag.
  a: integer as text
  b: date as "MM/dd/yyyy", c: datetime as unix, d: datetime as hl7
  e: boolean as "Y" / "N"
  f: datetime as fileman in zone "America/New_York"
  g: "active" | "retired"
  h: "a" | "b" | string
  i: string | integer
  j: decimal in 'mg/dL'
  k: { family: string, given: [string] }
  l: { string: [string]? }
  m: integer in minutes?
  n: [string?]?
  o: (string | null)?
  p: T | null
  q: any
  ssn: string? sensitive
  key: string, map: string, when: time, type: date, `in`: string, in: string, `first-name`: string
  größe: decimal in kg, 名前: string
  r: "x"
    | "y"
  s: integer in minutes as text ? sensitive
}
type Contact = by kind { "phone": { number: string }, "email": { address: string } }
type PatientId = new string
type HeartRate = new integer in '/min'
type Name = { family: string }
zone "America/New_York"
ignore note, draft.by
allow unused_field(note, a.b)
use "common/va.map" { Role, Clinic, phone, Contact }
fn full(n: Name): string = "{n.family}, {n.given}"
fn f(a: integer in minutes?, b: [string]) = a
let total = a + b
"#;

pub(super) const EXAMPLES: &[&str] = &[SMALLEST, STRUCTURE, TARGETS, CROSSWALKS, TESTS, TYPES];

#[test]
fn the_examples_parse_without_a_word() {
    for text in EXAMPLES {
        tree(text);
        tree(&format!("\u{FEFF}{}", text.replace('\n', "\r\n")));
    }
    tree("event from \"schemas/rule.schema.json\"\nmap vista as json conforming \"slots.xsd\" { a -> b }");
    tree("map as text ends \"\\r\" { line \"a{x:20}{y:>8}\" !! reject \"long\"\n each r in rows { line \"{r.a}\" } }");
    tree(
        "map as xml p:Root { a -> b }\nmap as soap 1.2 p:Operation { action \"urn:x\"\n header { a -> b } }\nmap as form { a -> b }",
    );
}
