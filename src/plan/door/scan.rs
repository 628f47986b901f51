//! The pass itself: records, lists and maps.

use std::collections::HashMap;
use std::marker::PhantomData;

use super::fault::{Fault, FieldFaults, FieldSet};
use super::lexer::{Lexer, Malformed, StringSpan, Why, decode};
use super::scalar::{expected, kind_of};
use crate::plan::arena::{Arena, Held, Slot};
use crate::plan::limits::{MAX_EVENT_DEPTH, MAX_EVENT_VALUES};
use crate::plan::shape::{FieldShape, ItemShape, Kind, NOT_KEPT, RecordShape, Shape, ShapeId, Shapes, VariantsShape};

/// What reading one value gives: what is wrong with it, or that the whole is not JSON.
pub(super) type Verdict<F> = Result<Option<F>, Malformed>;

pub(super) struct Scan<'p, 'e, 's, F> {
    pub lexer: Lexer<'e>,
    pub shapes: &'p Shapes,
    pub arena: &'s mut Arena,
    orders: &'s mut [u16],
    depth: u32,
    how: PhantomData<F>,
}

/// One reading of one record.
struct Reading<F: Fault> {
    seen: FieldSet,
    faults: F::Fields,
    /// What is wrong with fields that are not declared.
    unknown: Option<F>,
    /// The place in the order's memory: 0 at the start, else one more than the field read last.
    last: usize,
}

impl<'p, 'e, 's, F: Fault> Scan<'p, 'e, 's, F> {
    /// The event's frame lies at 0 and is all missing.
    pub fn run(shapes: &'p Shapes, text: &'e str, arena: &'s mut Arena, orders: &'s mut [u16]) -> Verdict<F> {
        let mut scan = Scan { lexer: Lexer::new(text), shapes, arena, orders, depth: 0, how: PhantomData };
        scan.lexer.space();
        let fault = scan.value(shapes.root, 0)?;
        scan.lexer.end()?;
        Ok(fault)
    }

    /// One value of the shape in the frame at `base`; the lexer is at its first byte.
    pub fn value(&mut self, id: ShapeId, base: usize) -> Verdict<F> {
        let shapes = self.shapes;
        let shape = shapes.get(id);
        if self.lexer.peek() == b'n' {
            return self.null(shape, base);
        }
        match &shape.kind {
            Kind::Scalar(scalar) => self.scalar(scalar, shape, base),
            Kind::Either(scalars) => self.either(scalars, shape, base),
            Kind::Record(record) if self.lexer.peek() == b'{' => {
                self.keep(shape, base, Slot { held: Held::Record, ..Slot::MISSING });
                self.down()?;
                let fault = self.record(record, base)?;
                self.depth -= 1;
                Ok(fault)
            }
            Kind::Variants(variants) if self.lexer.peek() == b'{' => {
                self.down()?;
                let fault = self.variants(variants, shape, base)?;
                self.depth -= 1;
                Ok(fault)
            }
            Kind::List(items) if self.lexer.peek() == b'[' => {
                self.down()?;
                let fault = self.list(items, shape, base)?;
                self.depth -= 1;
                Ok(fault)
            }
            Kind::Dictionary(items) if self.lexer.peek() == b'{' => {
                self.down()?;
                let fault = self.dictionary(items, shape, base)?;
                self.depth -= 1;
                Ok(fault)
            }
            Kind::Any => {
                let start = self.lexer.at;
                let lone = self.lexer.skip_value(self.depth)?;
                self.keep(shape, base, Slot::new(Held::Raw, start, self.lexer.at));
                Ok(if lone && shape.slot != NOT_KEPT { Some(lone_surrogate(start)) } else { None })
            }
            Kind::Record(_) | Kind::Variants(_) | Kind::List(_) | Kind::Dictionary(_) | Kind::Nothing => {
                self.wrong_kind(shape)
            }
        }
    }

    #[inline]
    pub fn keep(&mut self, shape: &Shape, base: usize, slot: Slot) {
        if shape.slot != NOT_KEPT {
            self.arena.slots[base + shape.slot as usize] = slot;
        }
    }

    fn null(&mut self, shape: &Shape, base: usize) -> Verdict<F> {
        let at = self.lexer.at;
        self.lexer.literal("null")?;
        if shape.null {
            self.keep(shape, base, Slot { held: Held::Null, ..Slot::MISSING });
            return Ok(None);
        }
        if shape.missing {
            return Ok(None);
        }
        if let Kind::Any = shape.kind {
            self.keep(shape, base, Slot::new(Held::Raw, at, self.lexer.at));
            return Ok(None);
        }
        Ok(Some(F::wrong(at, || format!("expected {}, got null", expected(shape)))))
    }

    /// A value whose first byte does not fit: read to its end, then told.
    #[cold]
    pub fn wrong_kind(&mut self, shape: &Shape) -> Verdict<F> {
        let start = self.lexer.at;
        self.lexer.skip_value(self.depth)?;
        let raw = &self.lexer.text[start..self.lexer.at];
        Ok(Some(F::wrong(start, || format!("expected {}, got {}", expected(shape), kind_of(raw, shape.sensitive)))))
    }

    #[inline]
    fn down(&mut self) -> Result<(), Malformed> {
        if self.depth >= MAX_EVENT_DEPTH {
            return self.lexer.too_deep();
        }
        self.depth += 1;
        Ok(())
    }

    fn record(&mut self, record: &'p RecordShape, base: usize) -> Verdict<F> {
        self.lexer.at += 1;
        self.lexer.space();
        let mut reading = Reading { seen: FieldSet::default(), faults: F::Fields::default(), unknown: None, last: 0 };
        if self.lexer.peek() == b'}' {
            self.lexer.at += 1;
        } else {
            loop {
                self.field(record, base, &mut reading)?;
                if !self.lexer.another(b'}', "a comma or }")? {
                    break;
                }
            }
        }
        let mut fault = F::first_of(reading.faults.told(), reading.unknown);
        if record.fields.len() <= 64 && reading.seen.has_all(record.required) {
            return Ok(fault);
        }
        for (index, field) in record.fields.iter().enumerate() {
            if field.required && !reading.seen.contains(index) {
                fault = F::first_of(fault, Some(F::missing(self.lexer.at).in_field(&field.name)));
                break;
            }
        }
        Ok(fault)
    }

    /// The discriminator first, wherever it stands; then the record that it names.
    fn variants(&mut self, variants: &'p VariantsShape, shape: &Shape, base: usize) -> Verdict<F> {
        let start = self.lexer.at;
        let discriminator = self.find_field(&variants.by)?;
        let end = self.lexer.at;
        let Some(at) = discriminator else {
            return Ok(Some(F::missing(end).in_field(&variants.by)));
        };
        self.lexer.at = at;
        if let Some(fault) = self.value(variants.discriminator, base)? {
            self.lexer.at = end;
            return Ok(Some(fault.in_field(&variants.by)));
        }
        self.lexer.at = at;
        let code = self.lexer.string()?;
        // a code that the discriminator's own check let pass is that of a variant
        let which = variants.of_code(&decode(&self.lexer.text[code.start..code.end])).unwrap_or(0);
        self.keep(shape, base, Slot::new(Held::Record, which, which));
        self.lexer.at = start;
        self.record(&variants.variants[which].record, base)
    }

    /// Where the value of the field of that name begins, of the last one if it comes twice; the object at
    /// hand is read to its end.
    fn find_field(&mut self, name: &str) -> Result<Option<usize>, Malformed> {
        self.lexer.at += 1;
        self.lexer.space();
        let mut found = None;
        if self.lexer.peek() == b'}' {
            self.lexer.at += 1;
            return Ok(None);
        }
        loop {
            if self.lexer.peek() != b'"' {
                return self.lexer.expected("a name in quotes");
            }
            let span = self.lexer.string()?;
            let raw = &self.lexer.text[span.start..span.end];
            let is_it = if span.escaped { decode(raw) == name } else { raw == name };
            self.lexer.colon()?;
            if is_it {
                found = Some(self.lexer.at);
            }
            self.lexer.skip_value(self.depth)?;
            if !self.lexer.another(b'}', "a comma or }")? {
                return Ok(found);
            }
        }
    }

    /// A name and its value.
    #[inline]
    fn field(&mut self, record: &'p RecordShape, base: usize, reading: &mut Reading<F>) -> Result<(), Malformed> {
        if self.lexer.peek() != b'"' {
            return self.lexer.expected("a name in quotes");
        }
        let Some(index) = self.field_name(record, reading)? else {
            return Ok(());
        };
        self.lexer.colon()?;
        let field: &FieldShape = &record.fields[index];
        let again = reading.seen.contains(index);
        if again {
            self.forget(field.shape, base);
        }
        reading.seen.insert(index);
        reading.last = index + 1;
        let fault = self.value(field.shape, base)?;
        if again || fault.is_some() {
            reading.faults.set(index, fault.map(|fault| fault.in_field(&field.name)));
        }
        Ok(())
    }

    /// Which field it is that stands here; an undeclared one is read to its end.
    #[inline]
    fn field_name(&mut self, record: &'p RecordShape, reading: &mut Reading<F>) -> Result<Option<usize>, Malformed> {
        let place = record.order_base as usize + reading.last;
        let guess = usize::from(self.orders[place]);
        if let Some(field) = record.fields.get(guess)
            && self.lexer.text.as_bytes()[self.lexer.at + 1..].starts_with(&field.quoted)
        {
            self.lexer.at += 1 + field.quoted.len();
            return Ok(Some(guess));
        }
        let at = self.lexer.at;
        let span = self.lexer.string()?;
        let raw = &self.lexer.text[span.start..span.end];
        let found = if span.escaped { record.field(&decode(raw)) } else { record.field(raw) };
        if let Some(index) = found {
            // a record has fewer than 65,535 fields
            self.orders[place] = index as u16;
            return Ok(found);
        }
        self.lexer.colon()?;
        self.lexer.skip_value(self.depth)?;
        if self.shapes.strict {
            let fault = F::wrong(at, || "not a declared field, and the event is strict".to_owned());
            reading.unknown = F::first_of(reading.unknown.take(), Some(fault.in_field(&decode(raw))));
        }
        Ok(None)
    }

    /// Empties what an earlier field of the same name has filled.
    fn forget(&mut self, id: ShapeId, base: usize) {
        let shape = self.shapes.get(id);
        if shape.slot != NOT_KEPT {
            self.arena.slots[base + shape.slot as usize..base + shape.end as usize].fill(Slot::MISSING);
        }
    }

    fn list(&mut self, items: &ItemShape, shape: &Shape, base: usize) -> Verdict<F> {
        self.lexer.at += 1;
        self.lexer.space();
        let kept = shape.slot != NOT_KEPT;
        let mark = self.arena.open.len();
        let mut fault = None;
        let mut index = 0;
        if self.lexer.peek() == b']' {
            self.lexer.at += 1;
        } else {
            loop {
                let frame = if kept { self.open_frame(items)? } else { 0 };
                if let Some(found) = self.value(items.item, frame)? {
                    fault = F::first_of(fault, Some(found.in_item(index)));
                }
                index += 1;
                if !self.lexer.another(b']', "a comma or ]")? {
                    break;
                }
            }
        }
        self.close_items(shape, base, mark);
        Ok(fault)
    }

    /// A new frame for an item.
    #[inline]
    fn open_frame(&mut self, items: &ItemShape) -> Result<usize, Malformed> {
        let frame = self.arena.slots.len();
        let end = frame + items.width as usize;
        if end > MAX_EVENT_VALUES || self.arena.items.len() + self.arena.open.len() > MAX_EVENT_VALUES {
            return Err(Malformed { at: self.lexer.at, why: Why::TooManyValues });
        }
        self.arena.slots.resize(end, Slot::MISSING);
        self.arena.open.push(frame as u32);
        Ok(frame)
    }

    /// The frames opened since `mark` are the items.
    fn close_items(&mut self, shape: &Shape, base: usize, mark: usize) {
        let Arena { items, open, .. } = &mut *self.arena;
        let (start, count) = (items.len(), open.len() - mark);
        items.extend_from_slice(&open[mark..]);
        open.truncate(mark);
        self.keep(shape, base, Slot::new(Held::Items, start, count));
    }

    fn dictionary(&mut self, items: &ItemShape, shape: &Shape, base: usize) -> Verdict<F> {
        self.lexer.at += 1;
        self.lexer.space();
        let kept = shape.slot != NOT_KEPT;
        let mark = self.arena.open.len();
        let mut faults: HashMap<String, F> = HashMap::new();
        if self.lexer.peek() == b'}' {
            self.lexer.at += 1;
        } else {
            loop {
                if self.lexer.peek() != b'"' {
                    return self.lexer.expected("a name in quotes");
                }
                let at = self.lexer.at;
                let key = self.lexer.string()?;
                self.lexer.colon()?;
                let frame = if kept { self.open_frame(items)? } else { 0 };
                if kept {
                    self.arena.slots[frame] = text_slot(key);
                }
                let mut fault = self.value(items.item, frame)?;
                if kept && key.lone {
                    fault = Some(lone_surrogate(at));
                }
                if fault.is_some() || !faults.is_empty() {
                    let name = decode(&self.lexer.text[key.start..key.end]).into_owned();
                    match fault {
                        Some(fault) => faults.insert(name.clone(), fault.in_field(&name)),
                        None => faults.remove(&name),
                    };
                }
                if !self.lexer.another(b'}', "a comma or }")? {
                    break;
                }
            }
        }
        self.close_items(shape, base, mark);
        Ok(faults.into_values().fold(None, |told, fault| F::first_of(told, Some(fault))))
    }
}

pub(super) fn text_slot(span: StringSpan) -> Slot {
    let held = if span.escaped { Held::EscapedText } else { Held::Text };
    Slot::new(held, span.start, span.end)
}

#[cold]
pub(super) fn lone_surrogate<F: Fault>(at: usize) -> F {
    F::wrong(at, || "holds half of a surrogate pair, which is no character".to_owned())
}
