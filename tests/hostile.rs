//! Files that anyone may have written: whatever they hold, the answer is a value or an error, never a panic.

use hms_sync::model::mapc;
use hms_sync::plan::{Envelope, Environment, Plan};

const MAPC: &str = include_str!("cli/two-targets.mapc");
const EVENT: &[u8] = br#"{"ruleId":42,"duration":20,"note":"n","status":"active","extra":[1]}"#;

/// A compiled mapping with one value, name or piece exchanged for another.
fn mutated(random: &mut fastrand::Rng) -> String {
    const OTHERS: [&str; 16] = [
        "null",
        "true",
        "-1",
        "1e999999999",
        "\"\"",
        "[]",
        "{}",
        "\"event\"",
        "\"json\"",
        "\"missing\"",
        "\"skip\"",
        "{\"local\":4294967295}",
        "{\"list\":{\"base\":\"text\"}}",
        "18446744073709551616",
        "\"\\u0000\"",
        "\"note\"",
    ];
    let tokens: Vec<&str> = MAPC.split_inclusive([' ', ',', ':', '\n']).collect();
    let mut text = String::with_capacity(MAPC.len());
    let changed = random.usize(0..tokens.len());
    for (index, token) in tokens.iter().enumerate() {
        if index != changed {
            text.push_str(token);
            continue;
        }
        match random.u8(0..4) {
            0 => text.push_str(OTHERS[random.usize(0..OTHERS.len())]),
            1 => text.push_str(tokens[random.usize(0..tokens.len())]),
            2 => {}
            _ => {
                text.push_str(OTHERS[random.usize(0..OTHERS.len())]);
                text.extend(token.chars().filter(|c| ",:\n ".contains(*c)));
            }
        }
    }
    text
}

#[test]
fn a_compiled_mapping_that_was_tampered_with_runs_or_is_refused() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let envelope = Envelope {
        id: "e".to_owned(),
        event_type: "t".to_owned(),
        received: "2024-05-01T10:00:00Z".to_owned(),
        time: None,
        source: None,
    };
    let (mut read, mut planned) = (0, 0);
    for _ in 0..3_000 {
        let Ok(mapping) = mapc::read(mutated(&mut random).as_bytes()) else { continue };
        read += 1;
        let Ok(plan) = Plan::new(&mapping) else { continue };
        planned += 1;
        for event in [EVENT, b"{}", b"", &EVENT[..30]] {
            let _ = plan.transform(event, &envelope, &Environment::default());
        }
    }
    assert!(
        read > 20 && planned > 10,
        "the mutations reach all layers: {read} were read, {planned} planned (seed {seed})"
    );
}

#[test]
fn any_bytes_are_a_mapc_or_an_error() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..300 {
        let mut bytes = MAPC.as_bytes()[..random.usize(0..=MAPC.len())].to_vec();
        for _ in 0..random.usize(0..8) {
            if !bytes.is_empty() {
                let at = random.usize(0..bytes.len());
                bytes[at] = random.u8(..);
            }
        }
        let _ = mapc::read(&bytes).map(|mapping| Plan::new(&mapping).is_ok());
    }
}
