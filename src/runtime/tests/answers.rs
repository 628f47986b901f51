//! What targets answer: crosswalks filled and asked, refusals in the body.

use super::*;
use crate::runtime::audit::Outcome;

struct NoFiles;

impl crate::check::Files for NoFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        Err(format!("{path} is not there"))
    }
}

/// A mapping from its text.
pub fn from_text(text: &str) -> RunMapping {
    let compilation = crate::compile("slots.map", text.as_bytes(), &NoFiles).expect("it is text");
    let Some(checked) = compilation.checked else { panic!("{:#?}", compilation.diagnostics) };
    RunMapping::new(checked.into_mapping())
}

fn crosswalk_map(base: &str) -> RunMapping {
    from_text(&format!(
        r#"
listen "rule"
event {{ ruleId: integer, version: integer, status: ("active" | "retired")? }}
crosswalk VistaSlot {{ integer -> string }}
target create POST "{base}/slots" when not present(ruleId | VistaSlot) and (status ?? "active") == "active" {{
  key      ruleId, meta.id
  retry    from 1 ms to 20 ms
  answer   {{ result: {{ ien: string }} }}
  remember ruleId -> answer.result.ien in VistaSlot
}}
target update PUT "{base}/slots/{{ruleId | VistaSlot ?? skip}}" when present(ruleId | VistaSlot) and (status ?? "active") == "active" {{
  key      ruleId, meta.id
  retry    from 1 ms to 20 ms
  timeout  300 ms
}}
target remove DELETE "{base}/slots/{{ruleId | VistaSlot ?? skip}}" when (status == "retired") ?? false {{
  key      ruleId, meta.id
  forget   ruleId in VistaSlot
}}
map create {{ version -> version }}
map update {{ version -> version, ruleId | VistaSlot -> ien? }}
"#
    ))
}

fn retired(rule: u64, version: u64, id: &str) -> String {
    json!({ "ruleId": rule, "version": version, "status": "retired", "id": id }).to_string()
}

#[tokio::test]
async fn an_id_is_remembered_used_and_forgotten_in_the_order_of_the_record() {
    let target = TargetEnd::start(|got, before| match (got.method.as_str(), before) {
        // the first answer to the second event is lost
        ("PUT", 1) => Reply::Cut,
        ("POST", _) => Reply::Body(201, r#"{"result":{"ien":77}}"#.to_owned()),
        _ => Reply::Status(200),
    })
    .await;
    let ground = Ground::new();
    let lines = [event(1, 1, "a"), event(1, 2, "b"), retired(1, 3, "c"), event(1, 4, "d")];
    run_quietly(ground.over_lines(vec![crosswalk_map(&target.url())], &lines)).await.expect("it runs");
    assert_eq!(
        target.lines(),
        [
            r#"POST /slots {"version":1}"#,
            r#"PUT /slots/77 {"version":2,"ien":"77"}"#,
            r#"PUT /slots/77 {"version":2,"ien":"77"}"#,
            "DELETE /slots/77 ",
            r#"POST /slots {"version":4}"#,
        ]
    );
    let rows = ground.rows();
    let delivered: Vec<&str> =
        rows.iter().filter(|row| row.outcome == Outcome::Delivered).map(|row| row.event_id.as_str()).collect();
    assert_eq!(delivered, ["a", "b", "c", "d"]);
    // the event that made the slot does not update it, too: all its targets see what its turn began with
    let skipped = rows.iter().filter(|row| row.outcome == Outcome::Skipped);
    for row in skipped {
        assert_eq!(row.reason.as_deref(), Some("its `when` did not hold when its turn came"), "{row:?}");
    }
}

#[tokio::test]
async fn an_answer_without_the_id_is_never_remembered_and_the_row_says_so() {
    for (body, reason) in [
        ("", "the answer has no result.ien"),
        (r#"{"result":{}}"#, "the answer has no result.ien"),
        (r#"{"result":{"ien":""}}"#, "result.ien is empty in the answer"),
        ("<r><result><ien/></result></r>", "result.ien is empty in the answer"),
    ] {
        let target = TargetEnd::start(move |_, _| Reply::Body(200, body.to_owned())).await;
        let ground = Ground::new();
        let lines = [event(1, 1, "a"), event(1, 2, "b")];
        run_quietly(ground.over_lines(vec![crosswalk_map(&target.url())], &lines)).await.expect("it runs");
        assert_eq!(target.lines(), [r#"POST /slots {"version":1}"#, r#"POST /slots {"version":2}"#], "{body}");
        let rows = ground.rows();
        let told = rows.iter().find(|row| row.outcome == Outcome::Delivered).and_then(|row| row.reason.clone());
        assert_eq!(told, Some(format!("nothing to remember in VistaSlot: {reason}")), "{body}");
    }
}

#[tokio::test]
async fn an_id_survives_a_restart() {
    let target = TargetEnd::start(|_, _| Reply::Body(200, "<a><result><ien>é/1</ien></result></a>".to_owned())).await;
    let ground = Ground::new();
    let mapping = crosswalk_map(&target.url());
    run_quietly(ground.over_lines(vec![mapping.clone()], &[event(1, 1, "a")])).await.expect("it runs");
    run_quietly(ground.over_lines(vec![mapping], &[event(1, 2, "b")])).await.expect("it runs");
    assert_eq!(target.got()[1].line(), r#"PUT /slots/%C3%A9%2F1 {"version":2,"ien":"é/1"}"#);
}

/// The outcome and reason of one event that is answered so.
async fn told(accept: &str, status: u16, body: &'static str) -> (Outcome, Option<String>) {
    let target = TargetEnd::start(
        move |_, before| if before == 0 { Reply::Body(status, body.to_owned()) } else { Reply::Status(204) },
    )
    .await;
    let mapping = from_text(&format!(
        r#"
listen "rule"
event {{ ruleId: integer, version: integer }}
target POST "{}/rules" {{
  key    ruleId, meta.id
  retry  from 1 ms to 20 ms
  {accept}
}}
map {{ version -> version }}
"#,
        target.url()
    ));
    let ground = Ground::new();
    run_quietly(ground.over_lines(vec![mapping], &[event(1, 1, "a")])).await.expect("it runs");
    let row = ground.rows().remove(0);
    (row.outcome, row.reason)
}

#[tokio::test]
async fn a_refusal_in_the_body_counts_as_one() {
    const FAULT: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault>\
                         <faultcode>s:Client</faultcode></s:Fault></s:Body></s:Envelope>";
    let refused = |reason: &str| (Outcome::SetAside, Some(reason.to_owned()));
    let delivered = (Outcome::Delivered, None);
    assert_eq!(told("", 200, FAULT).await, refused("HTTP 200 OK, with a SOAP fault (s:Client)"));
    assert_eq!(told("", 500, FAULT).await, refused("HTTP 500 Internal Server Error, with a SOAP fault (s:Client)"));
    assert_eq!(told("accept status in 200..299 or fault", 200, FAULT).await, delivered);
    let ok = r#"accept answer.code == "OK""#;
    assert_eq!(told(ok, 200, r#"{"code":"OK"}"#).await, delivered);
    assert_eq!(told(ok, 200, "<r><code>OK</code></r>").await, delivered);
    let not = refused("HTTP 200 OK, but not what `accept` asks for");
    assert_eq!(told(ok, 200, r#"{"code":"NO"}"#).await, not);
    assert_eq!(told(ok, 200, "{}").await, not);
    assert_eq!(told(ok, 200, "").await, not);
    // a status that is no success is none, whatever the body says
    assert_eq!(told(ok, 422, r#"{"code":"OK"}"#).await, refused("HTTP 422 Unprocessable Entity"));
    let number = "answer { code: integer }\n  accept answer.code in 0..3 and status == 202";
    assert_eq!(told(number, 202, r#"{"code":"3"}"#).await, delivered);
    assert_eq!(told(number, 202, r#"{"code":4}"#).await, refused("HTTP 202 Accepted, but not what `accept` asks for"));
    assert_eq!(told("accept status in [200, 404]", 404, "").await, delivered);
    assert_eq!(told(r#"accept not (answer.code == "ERR")"#, 200, r#"{"code":"x"}"#).await, delivered);
    assert_eq!(told(r#"accept not (answer.code == "ERR")"#, 200, "{}").await, not);
}

#[tokio::test]
async fn each_item_remembers_its_own_id() {
    let target = TargetEnd::start(|got, _| match got.method.as_str() {
        "POST" => Reply::Body(200, format!(r#"{{"ien":"v-{}"}}"#, got.path.trim_start_matches("/slots/"))),
        _ => Reply::Status(200),
    })
    .await;
    let mapping = from_text(&format!(
        r#"
listen "rule"
event {{ slots: [{{ id: string, open: boolean }}] }}
crosswalk Slot {{ string -> string }}
target create POST "{0}/slots/{{s.id}}" each s in slots where s.open when count(slots) > 1 {{
  key      s.id, meta.id
  answer   {{ ien: string }}
  remember s.id -> answer.ien in Slot
}}
target update PUT "{0}/slots" each s in slots when count(slots) == 1 {{
  key s.id, meta.id
}}
map create {{ s.id -> id }}
map update {{ s.id | Slot ?? "none" -> ien }}
"#,
        target.url()
    ));
    let ground = Ground::new();
    let slot = |id: &str, open: bool| format!(r#"{{"id":"{id}","open":{open}}}"#);
    let all: Vec<String> = (0..40).map(|number| slot(&format!("s{number}"), number != 7)).collect();
    let first = format!(r#"{{"slots":[{}],"id":"a"}}"#, all.join(","));
    run_quietly(ground.over_lines(vec![mapping.clone()], &[first])).await.expect("it runs");
    assert_eq!(target.got().len(), 39);
    let later = |id: &str| format!(r#"{{"slots":[{}],"id":"b-{id}"}}"#, slot(id, true));
    run_quietly(ground.over_lines(vec![mapping], &[later("s39"), later("s7")])).await.expect("it runs");
    let mut updates: Vec<String> = target.got()[39..].iter().map(|got| got.body.clone()).collect();
    updates.sort();
    assert_eq!(updates, [r#"{"ien":"none"}"#, r#"{"ien":"v-s39"}"#]);
}

#[tokio::test]
async fn two_mappings_agree_on_a_crosswalk() {
    let text = |value: &str| {
        format!(
            "listen \"rule\"\nevent {{ ruleId: integer }}\ncrosswalk Slot {{ integer -> {value} }}\n\
             target PUT \"http://127.0.0.1:1/{{ruleId}}\" {{ key ruleId, meta.id }}\nmap {{ ruleId | Slot -> ien? }}\n"
        )
    };
    let ground = Ground::new();
    let named = |name: &str, value: &str| {
        let mut mapping = Mapping::clone(from_text(&text(value)).mapping());
        name.clone_into(&mut mapping.name);
        RunMapping::new(mapping)
    };
    let mappings = vec![named("a", "string"), named("b", "integer")];
    let error = run_quietly(ground.over_lines(mappings, &[])).await.expect_err("they differ");
    assert!(matches!(error, RunError::DifferentCrosswalks { .. }), "{error}");
}
