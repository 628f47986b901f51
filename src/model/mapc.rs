//! A mapping as a `.mapc` file: the IR as JSON, readable in a review, the same bytes for the same sources.

use super::{FORMAT, Mapping};
use serde::Deserialize;

/// The largest `.mapc` that is read, in bytes.
pub const MAX_MAPC_BYTES: usize = 256 << 20;

/// The deepest nesting of brackets that is read: more than the compiler ever writes.
pub const MAX_MAPC_DEPTH: usize = 6_000;

/// For [`MAX_MAPC_DEPTH`] in a build without optimisation; only what is used of it is ever real.
const STACK_BYTES: usize = 256 << 20;

/// Why bytes are no `.mapc` that this program runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapcError {
    #[error("its format is {found}, but this hms-sync reads format {FORMAT}; compile it again from its .map")]
    OtherFormat { found: u64 },
    #[error("it is no compiled mapping ({0}); make one with `hms-sync compile`")]
    NotMapc(String),
    #[error("it is {} MiB long; a compiled mapping may have up to {} MiB", size >> 20, MAX_MAPC_BYTES >> 20)]
    TooLong { size: usize },
}

/// Pretty JSON and a line end.
pub fn write(mapping: &Mapping) -> Vec<u8> {
    // Keys are strings and no serializer in the model fails.
    let mut bytes = on_deep_stack(|| serde_json::to_vec_pretty(mapping).unwrap_or_default());
    bytes.push(b'\n');
    bytes
}

/// Reads what [`write`] wrote. Whether names and types in it fit together is the plan's question.
///
/// # Errors
/// The bytes are no mapping, or one of another format.
pub fn read(bytes: &[u8]) -> Result<Mapping, MapcError> {
    if bytes.len() > MAX_MAPC_BYTES {
        return Err(MapcError::TooLong { size: bytes.len() });
    }
    if depth(bytes) > MAX_MAPC_DEPTH {
        return Err(MapcError::NotMapc(format!("it nests more than {MAX_MAPC_DEPTH} deep")));
    }
    on_deep_stack(|| parse(bytes))
}

/// Chains of operators nest in the IR, and serde goes down by recursion.
///
/// # Panics
/// If the system gives no thread, as `std::thread::spawn` does.
fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let running = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        match running.map(|running| running.join()) {
            Ok(Ok(value)) => value,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => panic!("a thread for a nested mapping cannot be had: {error}"),
        }
    })
}

fn parse(bytes: &[u8]) -> Result<Mapping, MapcError> {
    #[derive(Deserialize)]
    struct Versioned {
        format: u64,
    }
    // The format first: another version's fields are nobody's mistake.
    let versioned: Versioned = unbounded(bytes)?;
    if versioned.format != u64::from(FORMAT) {
        return Err(MapcError::OtherFormat { found: versioned.format });
    }
    unbounded(bytes)
}

/// Without serde_json's own limit on nesting, which is lower than [`MAX_MAPC_DEPTH`].
fn unbounded<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, MapcError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    deserializer.disable_recursion_limit();
    let not_mapc = |error: serde_json::Error| MapcError::NotMapc(error.to_string());
    let value = T::deserialize(&mut deserializer).map_err(not_mapc)?;
    deserializer.end().map_err(not_mapc)?;
    Ok(value)
}

/// How deep the brackets outside of strings nest.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    let mut in_string = false;
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' if in_string => {
                rest.next();
            }
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"{"format":1,"zone_data":"x","name":"m","sources":[],"listen":{"event":"e"},"event":{"fields":[]},"targets":[]}"#;

    #[test]
    fn what_is_written_is_read_again_and_stays_the_same() {
        let mapping = read(SMALL.as_bytes()).unwrap();
        let bytes = write(&mapping);
        assert_eq!(read(&bytes).unwrap(), mapping);
        assert_eq!(write(&read(&bytes).unwrap()), bytes);
        assert!(bytes.ends_with(b"}\n"));
    }

    #[test]
    fn other_formats_and_garbage_are_told_apart() {
        assert_eq!(read(br#"{"format":99,"new":true}"#), Err(MapcError::OtherFormat { found: 99 }));
        for garbage in [
            "",
            "{",
            "[]",
            "null",
            "\0\u{ff}",
            r#"{"format":"1"}"#,
            r#"{"format":-1}"#,
            &SMALL[..40],
            &format!("{SMALL}x"),
        ] {
            assert!(matches!(read(garbage.as_bytes()), Err(MapcError::NotMapc(_))), "{garbage}");
        }
        let extra = SMALL.replacen("\"name\"", "\"nome\":1,\"name\"", 1);
        assert!(read(extra.as_bytes()).unwrap_err().to_string().contains("nome"));
    }

    #[test]
    fn nesting_is_bounded_and_no_stack_overflows() {
        let nested = |levels: usize| {
            let value = format!("{}{}{}", r#"{"negate":"#.repeat(levels), r#""missing""#, "}".repeat(levels));
            let target = format!(
                r#"{{"name":null,"method":"PUT","url":[],"record":"r","key":[{value}],"key_header":"K","order_by":[],"timeout_ms":1,"retry":{{"from_ms":1,"to_ms":1,"within_ms":1}},"accept":{{"from":200,"to":299}},"body":null}}"#
            );
            SMALL.replace("\"targets\":[]", &format!("\"targets\":[{target}]"))
        };
        let deep = nested(5_000);
        let written = write(&read(deep.as_bytes()).unwrap());
        let lines = |text: &[u8]| -> String { String::from_utf8_lossy(text).split_whitespace().collect() };
        assert_eq!(lines(&written).matches("\"negate\":").count(), 5_000);
        assert_eq!(write(&read(&written).unwrap()), written);
        for hostile in [nested(100_000), "[".repeat(1 << 20), "{\"a\":".repeat(1 << 18)] {
            assert!(matches!(read(hostile.as_bytes()), Err(MapcError::NotMapc(_))));
        }
    }
}
