//! Values as JSON: what came and was not computed with is copied as it stands.

use std::collections::HashMap;

use crate::library::Value;
use crate::library::value::{Numeral, Received, Record};
use crate::model::number::plain_integer;
use crate::plan::arena::{Held, Slot};
use crate::plan::code::Code;
use crate::plan::evaluate::{Machine, Outcome, Stop, scalar_of};
use crate::plan::shape::{Kind, Scalar, ShapeId};

/// Writes what a slot holds; false, and nothing written, of what is missing.
#[inline]
pub fn write_slot<'e>(
    machine: &mut Machine<'e>,
    id: ShapeId,
    slot: Slot,
    base: usize,
    out: &mut Vec<u8>,
) -> Outcome<bool> {
    match slot.held {
        Held::Missing => return Ok(false),
        Held::Digits => match scalar_of(machine.shapes.get(id), slot) {
            Some(Scalar::Formed(_)) => return write_read(machine, id, slot, base, out),
            _ => out.extend_from_slice(machine.raw(slot).as_bytes()),
        },
        Held::Text | Held::EscapedText => match scalar_of(machine.shapes.get(id), slot) {
            Some(Scalar::Formed(_) | Scalar::NumberText { .. }) => return write_read(machine, id, slot, base, out),
            _ => {
                // with its quotes
                let (start, end) = (slot.start as usize - 1, slot.end as usize + 1);
                out.extend_from_slice(machine.text.as_bytes().get(start..end).unwrap_or(b"null"));
            }
        },
        Held::Null => out.extend_from_slice(b"null"),
        Held::True => out.extend_from_slice(b"true"),
        Held::False => out.extend_from_slice(b"false"),
        Held::Raw => out.extend_from_slice(machine.raw(slot).as_bytes()),
        Held::Number => return write_read(machine, id, slot, base, out),
        Held::Record => write_record(machine, id, base, out)?,
        Held::Items => write_items(machine, id, slot, out)?,
    }
    Ok(true)
}

/// By way of the value.
fn write_read<'e>(machine: &mut Machine<'e>, id: ShapeId, slot: Slot, base: usize, out: &mut Vec<u8>) -> Outcome<bool> {
    let value = machine.value_of(id, slot, base)?;
    write_value(machine, &value, out)
}

/// A record of the event: its declared fields.
fn write_record(machine: &mut Machine<'_>, id: ShapeId, base: usize, out: &mut Vec<u8>) -> Outcome<()> {
    let Some(record) = machine.record_at(id, base) else {
        out.extend_from_slice(b"{}");
        return Ok(());
    };
    machine.charge(record.fields.len())?;
    out.push(b'{');
    for field in &record.fields {
        let mark = out.len();
        super::comma(out);
        out.push(b'"');
        out.extend_from_slice(&field.quoted);
        out.push(b':');
        let slot = machine.slot_at(field.shape, base);
        if !write_slot(machine, field.shape, slot, base, out)? {
            out.truncate(mark);
        }
    }
    out.push(b'}');
    super::within_limit(out)
}

/// A list or map of the event.
fn write_items(machine: &mut Machine<'_>, id: ShapeId, slot: Slot, out: &mut Vec<u8>) -> Outcome<()> {
    let shapes = machine.shapes;
    let frames = machine.frames(slot);
    machine.charge(frames.len())?;
    match &shapes.get(id).kind {
        Kind::Dictionary(items) => {
            let keys: Vec<_> = frames.iter().map(|frame| machine.key_of(*frame as usize)).collect();
            // of a key that comes twice only the last is looked at
            let last: HashMap<&str, usize> = keys.iter().enumerate().map(|(at, key)| (key.as_ref(), at)).collect();
            out.push(b'{');
            for (at, (key, frame)) in keys.iter().zip(frames).enumerate() {
                if last.get(key.as_ref()) != Some(&at) {
                    continue;
                }
                let mark = out.len();
                super::comma(out);
                push_string(key, out);
                out.push(b':');
                let base = *frame as usize;
                let slot = machine.slot_at(items.item, base);
                if !write_slot(machine, items.item, slot, base, out)? {
                    out.truncate(mark);
                }
            }
            out.push(b'}');
        }
        Kind::List(items) => {
            out.push(b'[');
            let inside = out.len();
            for frame in frames {
                let mark = out.len();
                if mark > inside {
                    out.push(b',');
                }
                let base = *frame as usize;
                let slot = machine.slot_at(items.item, base);
                if !write_slot(machine, items.item, slot, base, out)? {
                    out.truncate(mark);
                }
            }
            out.push(b']');
        }
        _ => out.extend_from_slice(b"[]"),
    }
    super::within_limit(out)
}

/// Writes a value; false, and nothing written, of what is missing.
pub fn write_value<'e>(machine: &mut Machine<'e>, value: &Value<'e>, out: &mut Vec<u8>) -> Outcome<bool> {
    match value {
        Value::Missing => return Ok(false),
        Value::Failed(reason) => return Stop::reject(reason.clone()),
        Value::Null => out.extend_from_slice(b"null"),
        Value::Boolean(true) => out.extend_from_slice(b"true"),
        Value::Boolean(false) => out.extend_from_slice(b"false"),
        Value::Numeral(Numeral { text, integer: false }) => out.extend_from_slice(text.as_bytes()),
        Value::Numeral(Numeral { text, integer: true }) => match plain_integer(text) {
            Ok(digits) => out.extend_from_slice(digits.as_bytes()),
            Err(_) => return machine.too_many_digits(value),
        },
        Value::Number(number) if number.within_limit() && number.write_plain(out).is_ok() => {}
        Value::Number(_) => {
            let mut digits = String::new();
            machine.push_plain(value, &mut digits)?;
            out.extend_from_slice(digits.as_bytes());
        }
        Value::Text(text) => push_string(text, out),
        Value::Date(_) | Value::Time(_) | Value::DateTime(_) | Value::Duration(_) => {
            let mut text = String::new();
            machine.push_plain(value, &mut text)?;
            push_string(&text, out);
        }
        Value::Any(raw) => out.extend_from_slice(raw.as_bytes()),
        Value::List(items) => {
            machine.charge(items.len())?;
            out.push(b'[');
            let inside = out.len();
            for item in items.iter() {
                let mark = out.len();
                if mark > inside {
                    out.push(b',');
                }
                if !write_value(machine, item, out)? {
                    out.truncate(mark);
                }
            }
            out.push(b']');
        }
        Value::Record(Record::Received(Received { shape, at })) => write_record(machine, *shape, *at as usize, out)?,
        Value::Dictionary(Received { shape, at }) => {
            let slot = machine.slot_at(*shape, *at as usize);
            return write_slot(machine, *shape, slot, *at as usize, out);
        }
        Value::Record(Record::Made(fields)) => {
            out.push(b'{');
            for (name, value) in fields.iter() {
                let mark = out.len();
                super::comma(out);
                push_string(name, out);
                out.push(b':');
                if !write_value(machine, value, out)? {
                    out.truncate(mark);
                }
            }
            out.push(b'}');
        }
    }
    super::within_limit(out)?;
    Ok(true)
}

/// Writes a constant; false of what is none.
pub fn push_constant(code: &Code, out: &mut Vec<u8>) -> bool {
    match code {
        Code::Text(text) => push_string(text, out),
        Code::Number(number) => return number.within_limit() && number.write_plain(out).is_ok(),
        Code::Boolean(true) => out.extend_from_slice(b"true"),
        Code::Boolean(false) => out.extend_from_slice(b"false"),
        Code::Null => out.extend_from_slice(b"null"),
        _ => return false,
    }
    true
}

/// What stands for each byte of a string: 0 for itself, `u` for a `\u00xx`, else the letter of its
/// escape.
const ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let mut control = 0;
    while control < 0x20 {
        escapes[control] = b'u';
        control += 1;
    }
    escapes[b'"' as usize] = b'"';
    escapes[b'\\' as usize] = b'\\';
    escapes[b'\n' as usize] = b'n';
    escapes[b'\r' as usize] = b'r';
    escapes[b'\t' as usize] = b't';
    escapes[0x08] = b'b';
    escapes[0x0c] = b'f';
    escapes
};

/// Appends a JSON string (RFC 8259 §7), escaping no more than must be.
pub fn push_string(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut start = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let escape = ESCAPES[usize::from(byte)];
        if escape == 0 {
            continue;
        }
        out.extend_from_slice(&bytes[start..at]);
        start = at + 1;
        out.extend_from_slice(&[b'\\', escape]);
        if escape == b'u' {
            out.extend_from_slice(&[b'0', b'0', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}
