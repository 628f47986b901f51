//! What crosswalks hold, from a file: `{"VistaSlot": {"42": "77"}}`.

use super::mapping_file::read;
use super::stop::Stop;
use crate::library::scalar::{kept_json, kept_text};
use crate::model::{Base, Mapping};
use crate::plan::crosswalk::{KnownCrosswalks, declared};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::path::Path;

/// The longest file, in bytes (256 MiB).
const MAX_CROSSWALK_BYTES: usize = 256 << 20;

/// Adds the entries of one file, each held against the mapping's declaration.
///
/// # Errors
/// The file cannot be read, is no such JSON, names a crosswalk that the mapping does not declare, gives a key twice, or
/// holds what is not of the declared type.
pub fn add(path: &Path, mapping: &Mapping, known: &mut KnownCrosswalks) -> Result<(), Stop> {
    let bytes = read(path, MAX_CROSSWALK_BYTES)?;
    let name = path.display();
    if bytes.len() > MAX_CROSSWALK_BYTES {
        return Err(Stop::say(format!(
            "{name} is longer than {} MiB; leave out what is not looked up",
            MAX_CROSSWALK_BYTES >> 20
        )));
    }
    let Members(crosswalks) = serde_json::from_slice::<Members<Members<Value>>>(&bytes).map_err(|error| {
        Stop::say(format!(
            "{name} is no file of crosswalks: {error}; write it as {{\"VistaSlot\": {{\"42\": \"77\"}}}}"
        ))
    })?;
    for (crosswalk, Members(entries)) in crosswalks {
        let Some(declared) = declared(mapping, &crosswalk) else {
            let names: Vec<&str> = mapping.crosswalks.iter().map(|crosswalk| crosswalk.name.as_str()).collect();
            return Err(Stop::say(match names.as_slice() {
                [] => format!("{name} has the crosswalk \"{crosswalk}\", but the mapping declares none"),
                names => format!(
                    "{name} has the crosswalk \"{crosswalk}\", which the mapping does not declare; it has {}",
                    names.join(", ")
                ),
            }));
        };
        let wrong = |key: &str, what: &str, why: String| {
            Stop::say(format!("{name}: the {what} of {crosswalk}, \"{key}\", {why}"))
        };
        for (key, value) in entries {
            let kept = kept_text(&declared.key, &key).map_err(|why| wrong(&key, "key", why))?;
            let value = kept_json(&declared.value, &value).map_err(|why| {
                let quotes = if matches!(declared.value.base, Base::Text) { ": it stands in quotes" } else { "" };
                Stop::say(format!("{name}: what {crosswalk} holds for \"{key}\" {why}{quotes}"))
            })?;
            if known.insert(&crosswalk, kept, Some(value)).is_some() {
                return Err(wrong(&key, "key", "stands there twice".to_owned()));
            }
        }
    }
    Ok(())
}

/// The members of an object in their order, those that come twice included.
struct Members<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members<T>, D::Error> {
        struct InOrder<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Members<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<T>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder(std::marker::PhantomData))
    }
}
