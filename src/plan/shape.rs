//! The event's declared shape, laid out for the door: which values are checked, which are kept, and in
//! which slot.
//!
//! Values that the mapping uses get *slots*. A record's slots lie in one run, those of the records
//! inside it included; such a run is a *frame*. The event has one frame, each kept item of a list has one.

use super::PlanError;
use super::limits::MAX_EVENT_DEPTH;
use crate::library::form::FormCode;
use crate::model::{Base, EventShape, Field, Form, Type, VariantsType};
use std::collections::HashMap;

/// Index of a [`Shape`] in [`Shapes`].
pub type ShapeId = u32;

/// No slot: the value is checked, not kept.
pub const NOT_KEPT: u32 = u32::MAX;

pub struct Shape {
    pub kind: Kind,
    pub missing: bool,
    pub null: bool,
    pub sensitive: bool,
    /// Whether it or something inside it is sensitive.
    pub holds_sensitive: bool,
    /// Whether the mapping uses the value itself.
    pub used: bool,
    /// Whether the mapping uses all that is declared inside it.
    whole: bool,
    /// Where in its frame the value is kept, or [`NOT_KEPT`].
    pub slot: u32,
    /// Behind the last slot of the value and of what is inside it, in the same frame.
    pub end: u32,
}

pub enum Kind {
    Scalar(Scalar),
    /// One of several, tried in this order.
    Either(Vec<Scalar>),
    Record(RecordShape),
    Variants(VariantsShape),
    List(ItemShape),
    Dictionary(ItemShape),
    Any,
    /// Only null.
    Nothing,
}

pub enum Scalar {
    Boolean,
    Integer,
    Decimal,
    /// A number as a JSON string.
    NumberText {
        integer: bool,
    },
    Text,
    Date,
    Time,
    DateTime,
    Duration,
    Code {
        values: Vec<String>,
        open: bool,
    },
    /// In a form of the wire.
    Formed(FormCode),
}

pub struct RecordShape {
    pub fields: Vec<FieldShape>,
    /// The required ones among the first 64 fields, a bit each.
    pub required: u64,
    /// Indexes of the fields, sorted by name.
    by_name: Vec<u16>,
    /// Where the record's memory of the order of its fields begins.
    pub order_base: u32,
}

/// A record of which one field tells what other fields it has.
pub struct VariantsShape {
    /// The name of that field.
    pub by: String,
    pub discriminator: ShapeId,
    pub variants: Vec<VariantShape>,
}

pub struct VariantShape {
    pub code: String,
    /// The step of a path that leads into it.
    pub step: String,
    /// The discriminator is its first field. A field that several variants have alike is one shape.
    pub record: RecordShape,
}

pub struct FieldShape {
    pub name: String,
    /// The name as JSON writes it, with the closing quote.
    pub quoted: Box<[u8]>,
    pub shape: ShapeId,
    pub required: bool,
}

/// The items of a list or the entries of a map.
pub struct ItemShape {
    pub item: ShapeId,
    /// Slots of one item; of an entry of a map the first is its key.
    pub width: u32,
}

/// All shapes of an event.
pub struct Shapes {
    pub all: Vec<Shape>,
    pub root: ShapeId,
    pub strict: bool,
    /// How many places the memory of orders has.
    pub order_places: u32,
}

impl FieldShape {
    fn new(name: &str, shape: ShapeId, required: bool) -> FieldShape {
        let mut quoted = Vec::new();
        super::write::json::push_string(name, &mut quoted);
        FieldShape { name: name.to_owned(), quoted: quoted[1..].into(), shape, required }
    }
}

impl Kind {
    /// What lies inside a value of this kind, each shape once.
    fn inside(&self) -> Vec<ShapeId> {
        match self {
            Kind::Record(record) => record.fields.iter().map(|field| field.shape).collect(),
            Kind::Variants(variants) => {
                let records = variants.variants.iter().map(|variant| &variant.record);
                let mut inside: Vec<ShapeId> =
                    records.flat_map(|record| record.fields.iter().map(|field| field.shape)).collect();
                inside.sort_unstable();
                inside.dedup();
                inside
            }
            Kind::List(items) | Kind::Dictionary(items) => vec![items.item],
            Kind::Scalar(_) | Kind::Either(_) | Kind::Any | Kind::Nothing => Vec::new(),
        }
    }
}

impl RecordShape {
    /// The field of that (decoded) name.
    pub fn field(&self, name: &str) -> Option<usize> {
        let found = self.by_name.binary_search_by(|&index| self.fields[usize::from(index)].name.as_str().cmp(name));
        found.ok().map(|at| usize::from(self.by_name[at]))
    }
}

impl VariantsShape {
    /// The variant that the discriminator's (decoded) text names.
    pub fn of_code(&self, code: &str) -> Option<usize> {
        self.variants.iter().position(|variant| variant.code == code)
    }

    /// The variant that a step of a path leads into.
    pub fn stepped_into(&self, step: &str) -> Option<&VariantShape> {
        self.variants.iter().find(|variant| variant.step == step)
    }
}

impl Shapes {
    pub fn new(event: &EventShape) -> Result<Shapes, PlanError> {
        let mut shapes = Shapes { all: Vec::new(), root: 0, strict: event.strict, order_places: 0 };
        let kind = Kind::Record(shapes.record(&event.record.fields, false, 1)?);
        shapes.root = shapes.push(kind, false, false, false);
        Ok(shapes)
    }

    pub fn get(&self, id: ShapeId) -> &Shape {
        &self.all[id as usize]
    }

    fn push(&mut self, kind: Kind, missing: bool, null: bool, sensitive: bool) -> ShapeId {
        let holds_sensitive = sensitive || kind.inside().iter().any(|inside| self.get(*inside).holds_sensitive);
        self.all.push(Shape {
            kind,
            missing,
            null,
            sensitive,
            holds_sensitive,
            used: false,
            whole: false,
            slot: NOT_KEPT,
            end: NOT_KEPT,
        });
        (self.all.len() - 1) as ShapeId
    }

    fn add(&mut self, ty: &Type, sensitive: bool, depth: u32) -> Result<ShapeId, PlanError> {
        if depth > MAX_EVENT_DEPTH {
            return Err(PlanError::new("event", "its types are nested deeper than an event may be"));
        }
        let sensitive = sensitive || ty.sensitive;
        let kind = match &ty.base {
            Base::Record(record) => Kind::Record(self.record(&record.fields, sensitive, depth + 1)?),
            Base::Variants(variants) => Kind::Variants(self.variants(variants, sensitive, depth + 1)?),
            Base::List(item) => Kind::List(ItemShape { item: self.add(item, sensitive, depth + 1)?, width: 0 }),
            Base::Dictionary(item) => {
                Kind::Dictionary(ItemShape { item: self.add(item, sensitive, depth + 1)?, width: 0 })
            }
            Base::Any => Kind::Any,
            Base::Null => Kind::Nothing,
            Base::Either(bases) => {
                if bases.is_empty() || bases.len() > 255 {
                    return Err(PlanError::new("event", "an either has from 1 to 255 alternatives"));
                }
                let mut scalars = Vec::with_capacity(bases.len());
                for base in bases {
                    scalars.push(scalar(base, None)?);
                }
                Kind::Either(scalars)
            }
            base => Kind::Scalar(scalar(base, ty.form.as_ref())?),
        };
        let null = ty.null || matches!(kind, Kind::Nothing);
        Ok(self.push(kind, ty.missing, null, sensitive))
    }

    fn record(&mut self, fields: &[Field], sensitive: bool, depth: u32) -> Result<RecordShape, PlanError> {
        let mut shapes = Vec::with_capacity(fields.len());
        for field in fields {
            let shape = self.add(&field.ty, sensitive, depth)?;
            shapes.push(FieldShape::new(&field.name, shape, !field.ty.missing));
        }
        self.record_of(shapes)
    }

    fn variants(&mut self, ty: &VariantsType, sensitive: bool, depth: u32) -> Result<VariantsShape, PlanError> {
        let discriminator = self.add(&ty.discriminator(), sensitive, depth)?;
        let mut shape = VariantsShape { by: ty.by.clone(), discriminator, variants: Vec::new() };
        let mut known: HashMap<&str, Vec<(&Type, ShapeId)>> = HashMap::new();
        for variant in &ty.variants {
            if shape.of_code(&variant.code).is_some() {
                return Err(PlanError::new("event", format!("the variant {:?} is declared twice", variant.code)));
            }
            let mut fields = vec![FieldShape::new(&ty.by, discriminator, true)];
            for field in &variant.fields {
                let alike = known.entry(&field.name).or_default();
                let found = alike.iter().find(|(ty, _)| **ty == field.ty).map(|(_, shape)| *shape);
                let id = match found {
                    Some(id) => id,
                    None => {
                        let id = self.add(&field.ty, sensitive, depth)?;
                        alike.push((&field.ty, id));
                        id
                    }
                };
                fields.push(FieldShape::new(&field.name, id, !field.ty.missing));
            }
            let record = self.record_of(fields)?;
            shape.variants.push(VariantShape { code: variant.code.clone(), step: ty.step_into(&variant.code), record });
        }
        if shape.variants.is_empty() {
            return Err(PlanError::new("event", "variants of which there are none"));
        }
        Ok(shape)
    }

    fn record_of(&mut self, fields: Vec<FieldShape>) -> Result<RecordShape, PlanError> {
        let count = u16::try_from(fields.len()).ok().filter(|count| *count < u16::MAX);
        let Some(count) = count else {
            return Err(PlanError::new("event", "a record has over 65,000 fields"));
        };
        let mut by_name: Vec<u16> = (0..count).collect();
        by_name.sort_by(|&a, &b| fields[usize::from(a)].name.cmp(&fields[usize::from(b)].name));
        let twice =
            by_name.windows(2).find(|pair| fields[usize::from(pair[0])].name == fields[usize::from(pair[1])].name);
        if let Some(pair) = twice {
            let name = &fields[usize::from(pair[0])].name;
            return Err(PlanError::new("event", format!("the field {name:?} is declared twice")));
        }
        let order_base = self.order_places;
        self.order_places += u32::from(count) + 1;
        let bits = fields.iter().take(64).enumerate();
        let required = bits.fold(0, |set, (index, field)| set | u64::from(field.required) << index);
        Ok(RecordShape { fields, required, by_name, order_base })
    }

    /// Keeps this value (of a record: whether it is there; of a list: its items, as far as they are used).
    pub fn keep(&mut self, id: ShapeId) {
        self.all[id as usize].used = true;
    }

    /// Keeps this value and all that is declared inside it.
    pub fn keep_whole(&mut self, id: ShapeId) {
        self.keep(id);
        if std::mem::replace(&mut self.all[id as usize].whole, true) {
            return;
        }
        for id in self.get(id).kind.inside() {
            self.keep_whole(id);
        }
    }

    /// Gives slots to what is kept. Called once, when all uses are known.
    pub fn assign_slots(&mut self) -> u32 {
        let mut next = 0;
        self.assign(self.root, &mut next);
        next
    }

    fn assign(&mut self, id: ShapeId, next: &mut u32) {
        let start = *next;
        let inside: Vec<ShapeId> = match &self.get(id).kind {
            kind @ (Kind::Record(_) | Kind::Variants(_)) => kind.inside(),
            Kind::List(items) | Kind::Dictionary(items) => {
                let (item, is_map) = (items.item, matches!(self.get(id).kind, Kind::Dictionary(_)));
                if self.get(id).used {
                    let mut width = u32::from(is_map);
                    self.assign(item, &mut width);
                    if let Kind::List(items) | Kind::Dictionary(items) = &mut self.all[id as usize].kind {
                        items.width = width;
                    }
                }
                Vec::new()
            }
            _ => Vec::new(),
        };
        *next += 1;
        let mut any = self.get(id).used;
        for field in inside {
            self.assign(field, next);
            any |= self.get(field).slot != NOT_KEPT;
        }
        if !any {
            *next = start;
            return;
        }
        let end = *next;
        let shape = &mut self.all[id as usize];
        shape.slot = start;
        shape.end = end;
    }
}

fn scalar(base: &Base, form: Option<&Form>) -> Result<Scalar, PlanError> {
    if let Some(form) = form {
        return match (form, base) {
            (Form::Text, Base::Integer(_)) => Ok(Scalar::NumberText { integer: true }),
            (Form::Text, Base::Decimal(_)) => Ok(Scalar::NumberText { integer: false }),
            _ => FormCode::reading(form, base).map(Scalar::Formed).map_err(|why| PlanError::new("event", why)),
        };
    }
    Ok(match base {
        Base::Boolean => Scalar::Boolean,
        Base::Integer(_) => Scalar::Integer,
        Base::Decimal(_) => Scalar::Decimal,
        Base::Text => Scalar::Text,
        Base::Date => Scalar::Date,
        Base::Time => Scalar::Time,
        Base::DateTime => Scalar::DateTime,
        Base::Duration => Scalar::Duration,
        Base::Code { values, open } => Scalar::Code { values: values.clone(), open: *open },
        Base::Either(_)
        | Base::Record(_)
        | Base::Variants(_)
        | Base::List(_)
        | Base::Dictionary(_)
        | Base::Any
        | Base::Null
        | Base::Never => {
            return Err(PlanError::new("event", "declares a type that no event can have there"));
        }
    })
}
