//! What is read from the event and from records.

use std::borrow::Cow;

use super::{Local, Machine, Outcome, Stop};
use crate::library::value::{Numeral, Received, Record};
use crate::library::{Value, iso};
use crate::plan::arena::{Held, Slot};
use crate::plan::code::{Access, Base, Code, Meta};
use crate::plan::door::{decode, locate};
use crate::plan::limits::MAX_STEPS;
use crate::plan::request::Refusal;
use crate::plan::shape::{Kind, NOT_KEPT, RecordShape, Scalar, Shape, ShapeId};

/// Why a number is refused, where it is one that came.
const TOO_MANY_DIGITS: &str = "the number would need over 1,000 digits";

impl<'e> Machine<'e> {
    /// The slot of a place; `Err` with the value of a local that is no item.
    #[inline]
    pub fn slot(&self, access: Access) -> Result<(Slot, usize), Value<'e>> {
        let base = match access.base {
            Base::Event => 0,
            Base::Local(local) => match self.local(local) {
                Local::Frame(frame) => *frame as usize,
                Local::Value(failed @ Value::Failed(_)) => return Err(failed.clone()),
                Local::Value(_) => return Err(Value::Missing),
            },
        };
        Ok((self.slot_at(access.shape, base), base))
    }

    #[inline]
    pub fn slot_at(&self, shape: ShapeId, base: usize) -> Slot {
        let slot = self.shapes.get(shape).slot;
        if slot == NOT_KEPT {
            return Slot::MISSING;
        }
        self.arena.slots.get(base + slot as usize).copied().unwrap_or(Slot::MISSING)
    }

    pub fn read(&mut self, access: Access) -> Outcome<Value<'e>> {
        match self.slot(access) {
            Ok((slot, base)) => self.value_of(access.shape, slot, base),
            Err(value) => Ok(value),
        }
    }

    /// The frames of a list's items or a map's entries.
    pub fn frames(&self, slot: Slot) -> &'e [u32] {
        let start = slot.start as usize;
        self.arena.items.get(start..start + slot.end as usize).unwrap_or(&[])
    }

    pub fn raw(&self, slot: Slot) -> &'e str {
        self.text.get(slot.start as usize..slot.end as usize).unwrap_or("")
    }

    /// The value that a slot of that shape in the frame at `base` holds.
    pub fn value_of(&mut self, id: ShapeId, slot: Slot, base: usize) -> Outcome<Value<'e>> {
        let shape: &'e Shape = self.shapes.get(id);
        Ok(match slot.held {
            Held::Missing => Value::Missing,
            Held::Null => Value::Null,
            Held::True => Value::Boolean(true),
            Held::False => Value::Boolean(false),
            Held::Record => Value::Record(Record::Received(Received { shape: id, at: base as u32 })),
            Held::Raw => Value::Any(self.raw(slot)),
            Held::Items => match &shape.kind {
                Kind::List(items) => {
                    let frames = self.frames(slot);
                    self.charge(frames.len())?;
                    let mut values = Vec::with_capacity(frames.len());
                    for frame in frames {
                        let base = *frame as usize;
                        values.push(self.value_of(items.item, self.slot_at(items.item, base), base)?);
                    }
                    Value::list(values)
                }
                _ => Value::Dictionary(Received { shape: id, at: base as u32 }),
            },
            Held::Number | Held::Digits | Held::Text | Held::EscapedText => match scalar_of(shape, slot) {
                Some(scalar) => self.scalar(scalar, slot)?,
                None => Value::Missing,
            },
        })
    }

    fn scalar(&mut self, scalar: &'e Scalar, slot: Slot) -> Outcome<Value<'e>> {
        let raw = self.raw(slot);
        if let Held::Number | Held::Digits = slot.held {
            return Ok(match scalar {
                Scalar::Formed(form) => form.read_number(raw).unwrap_or(Value::Missing),
                _ => Value::Numeral(Numeral { text: raw, integer: matches!(scalar, Scalar::Integer) }),
            });
        }
        if let Some(trace) = &mut self.trace {
            trace.push((slot.start as usize, slot.end as usize));
        }
        let text = match slot.held {
            Held::EscapedText => {
                self.charge(raw.len() / 64)?;
                decode(raw)
            }
            _ => Cow::Borrowed(raw),
        };
        let (integer, text) = match (scalar, text) {
            (Scalar::Text | Scalar::Code { .. }, text) => return Ok(Value::Text(text)),
            (Scalar::NumberText { integer }, text) => (*integer, text),
            (Scalar::Date, text) => return Ok(iso::parse_date(&text).map_or(Value::Missing, Value::Date)),
            (Scalar::Formed(form), text) => return Ok(form.read_text(&text).unwrap_or(Value::Missing)),
            (Scalar::Time, Cow::Borrowed(text)) => {
                return Ok(iso::parse_time(text).map_or(Value::Missing, Value::Time));
            }
            (Scalar::DateTime, Cow::Borrowed(text)) => {
                return Ok(iso::parse_date_time(text).map_or(Value::Missing, Value::DateTime));
            }
            (Scalar::Duration, Cow::Borrowed(text)) => {
                return Ok(iso::parse_duration(text).map_or(Value::Missing, |d| Value::Duration(Box::new(d))));
            }
            (scalar, Cow::Owned(text)) => return Ok(unescaped(scalar, &text)),
            (_, Cow::Borrowed(_)) => return Ok(Value::Missing),
        };
        Ok(match text {
            Cow::Borrowed(text) => Value::Numeral(Numeral { text, integer }),
            // a number written with escapes has no text of its own to keep
            Cow::Owned(text) => crate::model::number::Number::parse(&text).map_or(Value::Missing, Value::Number),
        })
    }

    pub fn meta(&mut self, meta: Meta) -> Outcome<Value<'e>> {
        let envelope = self.envelope;
        let (name, text) = match meta {
            Meta::Id => return Ok(Value::from(envelope.id.as_str())),
            Meta::Type => return Ok(Value::from(envelope.event_type.as_str())),
            Meta::Source => return Ok(envelope.source.as_deref().map_or(Value::Missing, Value::from)),
            Meta::Received => ("meta.received", Some(envelope.received.as_str())),
            Meta::Time => ("meta.time", envelope.time.as_deref()),
        };
        let Some(text) = text else { return Ok(Value::Missing) };
        match iso::parse_date_time(text) {
            Some(at) => Ok(Value::DateTime(at)),
            None => {
                let reason = "expected a date-time such as 2024-02-29T08:30:00+01:00".to_owned();
                Err(Box::new(Stop::Refused(Refusal { path: name.to_owned(), reason })))
            }
        }
    }

    pub fn local_value(&self, local: u32) -> Value<'e> {
        match self.local(local) {
            Local::Value(value) => value.clone(),
            // an item of the event is read by its place
            Local::Frame(_) => Value::Missing,
        }
    }

    /// The fields that a record in the frame at `base` has; of variants, those of the one that it is.
    pub fn record_at(&self, id: ShapeId, base: usize) -> Option<&'e RecordShape> {
        let shapes = self.shapes;
        match &shapes.get(id).kind {
            Kind::Record(record) => Some(record),
            Kind::Variants(variants) => {
                variants.variants.get(self.slot_at(id, base).start as usize).map(|variant| &variant.record)
            }
            _ => None,
        }
    }

    /// A step into a record.
    pub(super) fn field(&mut self, of: &'e Code, name: &str) -> Outcome<Value<'e>> {
        match self.evaluate(of)? {
            Value::Record(Record::Received(received)) => {
                let base = received.at as usize;
                // a step into the variant that it is stays with the value
                if let Kind::Variants(variants) = &self.shapes.get(received.shape).kind
                    && variants.stepped_into(name).is_some()
                {
                    return Ok(Value::Record(Record::Received(received)));
                }
                let Some(record) = self.record_at(received.shape, base) else { return Ok(Value::Missing) };
                let Some(index) = record.field(name) else { return Ok(Value::Missing) };
                let shape = record.fields[index].shape;
                self.value_of(shape, self.slot_at(shape, base), base)
            }
            Value::Record(Record::Made(fields)) => {
                self.charge(fields.len())?;
                let found = fields.iter().find(|(field, _)| *field == name);
                Ok(found.map_or(Value::Missing, |(_, value)| value.clone()))
            }
            failed @ Value::Failed(_) => Ok(failed),
            Value::Missing | Value::Null => Ok(Value::Missing),
            _ => Ok(Value::failed("a step into what is no record")),
        }
    }

    /// An index that is whole; `Err` with what stands for the whole expression.
    fn position(&mut self, index: &'e Code) -> Outcome<Result<Option<usize>, Value<'e>>> {
        let value = self.evaluate(index)?;
        Ok(match value {
            Value::Failed(_) | Value::Missing => Err(value),
            Value::Number(_) | Value::Numeral(_) => {
                Ok(self.number(&value)?.to_i64().and_then(|index| usize::try_from(index).ok()))
            }
            _ => Err(Value::failed("an index is no number")),
        })
    }

    /// The frame of an item of the event's list.
    pub(super) fn item(&mut self, list: Access, index: &'e Code) -> Outcome<Result<u32, Value<'e>>> {
        let slot = match self.slot(list) {
            Ok((slot, _)) => slot,
            Err(value) => return Ok(Err(value)),
        };
        let index = match self.position(index)? {
            Ok(index) => index,
            Err(value) => return Ok(Err(value)),
        };
        if slot.held != Held::Items {
            return Ok(Err(Value::Missing));
        }
        let frame = index.and_then(|index| self.frames(slot).get(index));
        Ok(frame.copied().ok_or(Value::Missing))
    }

    pub(super) fn item_value(&mut self, list: Access, frame: u32) -> Outcome<Value<'e>> {
        match &self.shapes.get(list.shape).kind {
            Kind::List(items) => {
                let (shape, base) = (items.item, frame as usize);
                self.value_of(shape, self.slot_at(shape, base), base)
            }
            _ => Ok(Value::Missing),
        }
    }

    pub(super) fn index(&mut self, list: &'e Code, index: &'e Code) -> Outcome<Value<'e>> {
        let list = self.evaluate(list)?;
        let index = self.position(index)?;
        Ok(match (list, index) {
            (failed @ Value::Failed(_), _) => failed,
            (_, Err(value)) => value,
            (Value::List(items), Ok(index)) => {
                index.and_then(|index| items.get(index).cloned()).unwrap_or(Value::Missing)
            }
            (Value::Missing | Value::Null, _) => Value::Missing,
            _ => Value::failed("an index into what is no list"),
        })
    }

    /// The value under a key of a map; of a key that comes twice the last one.
    pub(super) fn key(&mut self, of: &'e Code, key: &'e Code) -> Outcome<Value<'e>> {
        let map = self.evaluate(of)?;
        let key = self.evaluate(key)?;
        let (received, key) = match (map, &key) {
            (failed @ Value::Failed(_), _) => return Ok(failed),
            (_, Value::Failed(_) | Value::Missing) => return Ok(key),
            (Value::Missing | Value::Null, _) => return Ok(Value::Missing),
            (Value::Dictionary(received), Value::Text(key)) => (received, key),
            _ => return Ok(Value::failed("a key into what is no map")),
        };
        let Kind::Dictionary(items) = &self.shapes.get(received.shape).kind else { return Ok(Value::Missing) };
        let frames = self.frames(self.slot_at(received.shape, received.at as usize));
        self.charge(frames.len())?;
        for frame in frames.iter().rev() {
            let base = *frame as usize;
            if self.key_of(base) == **key {
                return self.value_of(items.item, self.slot_at(items.item, base), base);
            }
        }
        Ok(Value::Missing)
    }

    /// The key of a map's entry.
    pub fn key_of(&self, base: usize) -> Cow<'e, str> {
        let slot = self.arena.slots.get(base).copied().unwrap_or(Slot::MISSING);
        match slot.held {
            Held::EscapedText => decode(self.raw(slot)),
            _ => Cow::Borrowed(self.raw(slot)),
        }
    }

    /// The exact value of a number; one over 1,000 digits is refused under its own path.
    pub fn number(&mut self, value: &Value<'e>) -> Outcome<crate::model::number::Number> {
        match value.as_number() {
            Some(number) => Ok(number.into_owned()),
            None => self.too_many_digits(value),
        }
    }

    /// Refuses a received number over 1,000 digits.
    #[inline]
    pub fn within_limit(&mut self, value: &Value<'e>) -> Outcome<()> {
        match value {
            // short and without exponent, as nearly all
            Value::Numeral(numeral) if numeral.text.len() > 18 || numeral.text.contains(['e', 'E']) => {
                match numeral.number() {
                    Some(_) => Ok(()),
                    None => self.too_many_digits(value),
                }
            }
            _ => Ok(()),
        }
    }

    /// Appends a scalar as text.
    pub fn push_plain(&mut self, value: &Value<'e>, out: &mut String) -> Outcome<()> {
        if value.push_text(out) {
            return Ok(());
        }
        match value {
            Value::Numeral(_) => self.too_many_digits(value),
            Value::Number(number) if !number.terminates() => {
                Stop::reject("the number does not end in finitely many digits")
            }
            Value::Number(_) => Stop::reject(TOO_MANY_DIGITS),
            _ => Stop::reject(format!("{} is no text", value.kind())),
        }
    }

    #[cold]
    pub fn too_many_digits<T>(&mut self, value: &Value<'e>) -> Outcome<T> {
        if let Value::Numeral(numeral) = value
            && let Some(byte) = self.place_in_event(numeral.text)
        {
            let path = locate(self.text, byte);
            return Err(Box::new(Stop::Refused(Refusal { path, reason: TOO_MANY_DIGITS.to_owned() })));
        }
        Stop::reject(TOO_MANY_DIGITS)
    }

    /// Where in the event a text lies that was not copied out of it.
    pub fn place_in_event(&self, text: &str) -> Option<usize> {
        let byte = (text.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (byte + text.len() <= self.text.len() && !text.is_empty()).then_some(byte)
    }

    /// The path of the first text of the event that an expression reads and for which `wrong` holds.
    #[cold]
    pub fn culprit(&mut self, code: &'e Code, wrong: impl Fn(&str) -> bool) -> Option<String> {
        // the same steps once more at most
        let steps = self.steps;
        self.steps = steps.min(MAX_STEPS / 2);
        self.trace = Some(Vec::new());
        let _ = self.evaluate(code);
        self.steps = steps;
        let read = self.trace.take()?;
        let text = self.text;
        let found =
            read.into_iter().find(|(start, end)| text.get(*start..*end).is_some_and(|raw| wrong(&decode(raw))))?;
        Some(locate(text, found.0))
    }
}

/// The scalar that a slot of the shape holds.
pub fn scalar_of(shape: &Shape, slot: Slot) -> Option<&Scalar> {
    match &shape.kind {
        Kind::Scalar(scalar) => Some(scalar),
        Kind::Either(scalars) => scalars.get(usize::from(slot.alternative)),
        _ => None,
    }
}

/// A time or duration that came with escapes in it, which leaves computed.
fn unescaped(scalar: &Scalar, text: &str) -> Value<'static> {
    match scalar {
        Scalar::Time => iso::parse_time(text)
            .map(|time| Value::Time(crate::library::value::Time { value: time.value, received: None })),
        Scalar::DateTime => iso::parse_date_time(text).map(|at| {
            Value::DateTime(crate::library::value::DateTime { local: at.local, offset: at.offset, received: None })
        }),
        Scalar::Duration => iso::parse_duration(text).map(|duration| Value::duration(duration.seconds)),
        _ => None,
    }
    .unwrap_or(Value::Missing)
}
