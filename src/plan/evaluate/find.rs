//! Look-ups in crosswalks.

use super::{Machine, Outcome, Stop};
use crate::library::Value;
use crate::plan::code::Code;
use crate::plan::limits::{MAX_ADDRESS_BYTES, MAX_LOOK_UPS};

impl<'e> Machine<'e> {
    /// What the crosswalk holds for the key; each key is asked for once.
    pub(super) fn find(&mut self, crosswalk: usize, key: &'e Code) -> Outcome<Value<'e>> {
        let key = match self.evaluate(key)? {
            value @ (Value::Failed(_) | Value::Missing) => return Ok(value),
            value => {
                let mut text = String::new();
                self.push_plain(&value, &mut text)?;
                text
            }
        };
        let crosswalks = self.crosswalks;
        let declared = &crosswalks[crosswalk];
        if key.len() > MAX_ADDRESS_BYTES {
            return Stop::reject(format!(
                "a key of the crosswalk {} is over {} KiB",
                declared.name,
                MAX_ADDRESS_BYTES >> 10
            ));
        }
        if self.found.len() >= MAX_LOOK_UPS && !self.found.contains_key(&(crosswalk, key.clone())) {
            return Stop::reject(format!("over {MAX_LOOK_UPS} keys are looked up in crosswalks"));
        }
        let held = self.held;
        let found = self.found.entry((crosswalk, key)).or_insert_with_key(|(_, key)| held.get(&declared.name, key));
        let Some(found) = found else { return Ok(Value::Missing) };
        match declared.value(found) {
            Some(value) => Ok(value),
            // kept under another declaration of the crosswalk
            None => {
                Stop::reject(format!("the crosswalk {} holds what is no {} for it", declared.name, declared.noun()))
            }
        }
    }
}
