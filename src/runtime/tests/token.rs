//! A UsernameToken in a SOAP envelope: put in at each push, never stored.

use super::*;
use crate::runtime::audit::Outcome;
use sha2::{Digest, Sha256};

/// As [`mapping`], as SOAP 1.1 with a token by digest.
fn secured(base: &str) -> Value {
    let mut mapping = mapping("rules", base);
    let target = &mut mapping["targets"][0];
    target["auth"] = json!({ "username_token": {
        "user": { "environment": "VISTA_USER" }, "password": { "environment": "VISTA_PASSWORD" }, "digest": true
    } });
    target["body"]["format"] = json!({ "soap": {
        "version": "1.1", "operation": { "local": "Update" }, "prefix": "soap", "security": true
    } });
    mapping
}

#[tokio::test]
async fn each_try_has_a_token_of_its_own_around_the_same_bytes() {
    let target = TargetEnd::start(|_, before| Reply::Status(if before == 0 { 503 } else { 200 })).await;
    let ground = Ground::new();
    let mut options = ground.over_lines(vec![compiled(secured(&target.url()))], &[event(1, 7, "e1")]);
    options.environment = Arc::new(|name| match name {
        "VISTA_USER" => Some("connector & co".to_owned()),
        "VISTA_PASSWORD" => Some("open sesame".to_owned()),
        _ => None,
    });
    let summary = run_quietly(options).await.expect("it runs");
    assert_eq!((summary.tries, summary.outcomes.delivered), (2, 1));
    let got = target.got();
    assert_ne!(got[0].body, got[1].body);
    let row = ground.rows().remove(0);
    assert_eq!(row.outcome, Outcome::Delivered);
    for got in &got {
        assert_eq!(got.header("authorization"), "");
        assert_eq!(got.header("soapaction"), "\"\"");
        assert!(!got.body.contains("open sesame"));
        let (before, rest) = got.body.split_once("<wsse:UsernameToken>").expect("a token");
        let (token, after) = rest.split_once("</wsse:UsernameToken>").expect("its end");
        assert!(before.ends_with("soap:mustUnderstand=\"1\">"), "{before}");
        assert!(token.starts_with("<wsse:Username>connector &amp; co</wsse:Username>"), "{token}");
        // the stored body is the one without the token
        let stored = format!("{before}{after}");
        let digest = crate::library::hexadecimal(&Sha256::digest(stored.as_bytes()));
        assert_eq!(row.body_sha256.as_deref(), Some(digest.as_str()));
        assert!(after.starts_with("</wsse:Security></soap:Header><soap:Body>"), "{after}");
    }
    let bytes = std::fs::read(ground.store()).expect("the store");
    assert!(!bytes.windows(11).any(|window| window == b"open sesame"));
}

#[tokio::test]
async fn a_token_that_is_not_set_stops_the_start() {
    let target = TargetEnd::start(|_, _| Reply::Status(200)).await;
    let ground = Ground::new();
    let mut options = ground.over_lines(vec![compiled(secured(&target.url()))], &[event(1, 7, "e1")]);
    options.environment = Arc::new(|_| None);
    let error = run_quietly(options).await.expect_err("no user");
    assert!(matches!(error, RunError::MissingVariable { ref name, .. } if name == "VISTA_USER"), "{error}");
    assert!(target.got().is_empty());
}
