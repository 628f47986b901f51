//! The event's declared shape, laid out for the door: which values are checked, which are kept, and in
//! which slot.
//!
//! Values that the mapping uses get *slots*. A record's slots lie in one run, those of the records
//! inside it included; such a run is a *frame*. The event has one frame, each kept item of a list has one.

use super::PlanError;
use super::limits::MAX_EVENT_DEPTH;
use crate::library::form::FormCode;
use crate::model::{Base, EventShape, Form, RecordType, Type};

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

impl RecordShape {
    /// The field of that (decoded) name.
    pub fn field(&self, name: &str) -> Option<usize> {
        let found = self.by_name.binary_search_by(|&index| self.fields[usize::from(index)].name.as_str().cmp(name));
        found.ok().map(|at| usize::from(self.by_name[at]))
    }
}

impl Shapes {
    pub fn new(event: &EventShape) -> Result<Shapes, PlanError> {
        let mut shapes = Shapes { all: Vec::new(), root: 0, strict: event.strict, order_places: 0 };
        let kind = Kind::Record(shapes.record(&event.record, false, 1)?);
        shapes.root = shapes.push(kind, false, false, false);
        Ok(shapes)
    }

    pub fn get(&self, id: ShapeId) -> &Shape {
        &self.all[id as usize]
    }

    fn push(&mut self, kind: Kind, missing: bool, null: bool, sensitive: bool) -> ShapeId {
        let holds_sensitive = sensitive
            || match &kind {
                Kind::Record(record) => record.fields.iter().any(|field| self.get(field.shape).holds_sensitive),
                Kind::List(items) | Kind::Dictionary(items) => self.get(items.item).holds_sensitive,
                _ => false,
            };
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
            Base::Record(record) => Kind::Record(self.record(record, sensitive, depth + 1)?),
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

    fn record(&mut self, record: &RecordType, sensitive: bool, depth: u32) -> Result<RecordShape, PlanError> {
        let mut fields = Vec::with_capacity(record.fields.len());
        for field in &record.fields {
            let shape = self.add(&field.ty, sensitive, depth)?;
            let mut quoted = Vec::new();
            super::write::json::push_string(&field.name, &mut quoted);
            let required = !field.ty.missing;
            fields.push(FieldShape { name: field.name.clone(), quoted: quoted[1..].into(), shape, required });
        }
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
        let inside: Vec<ShapeId> = match &self.get(id).kind {
            Kind::Record(record) => record.fields.iter().map(|field| field.shape).collect(),
            Kind::List(items) | Kind::Dictionary(items) => vec![items.item],
            _ => return,
        };
        for id in inside {
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
            Kind::Record(record) => record.fields.iter().map(|field| field.shape).collect(),
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
        | Base::List(_)
        | Base::Dictionary(_)
        | Base::Any
        | Base::Null
        | Base::Never => {
            return Err(PlanError::new("event", "declares a type that no event can have there"));
        }
    })
}
