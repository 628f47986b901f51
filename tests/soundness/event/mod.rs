//! Events of a declared shape, with the values at the edges that shapes allow.

mod forms;
mod numbers;
mod tame;
mod texts;
mod times;

use crate::json::Json;
use crate::random::Random;
use hms_sync::model::{Base, EventShape, Field, Form, Mapping, RecordType, Type, VariantsType};
use hms_sync::plan::Envelope;

pub use tame::tame;

/// One event and what the hub said about it.
#[derive(Clone, Debug)]
pub struct Event {
    pub json: Json,
    /// How its text is dressed; see [`Json::dressed`].
    pub style: u64,
    pub envelope: Envelope,
}

impl Event {
    pub fn text(&self) -> String {
        self.json.dressed(self.style)
    }
}

/// Makes the events of one mapping.
pub struct Events<'m> {
    shape: &'m EventShape,
    /// Texts that the mapping itself names: keys of its tables, what it compares with.
    texts: Vec<String>,
    /// Numbers that it names.
    numbers: Vec<String>,
}

impl<'m> Events<'m> {
    pub fn new(mapping: &'m Mapping) -> Events<'m> {
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        let json = serde_json::to_value(mapping).expect("the model has no keys but strings");
        named(&json, &mut texts, &mut numbers);
        texts.sort();
        texts.dedup();
        numbers.sort();
        numbers.dedup();
        Events { shape: &mapping.event, texts, numbers }
    }

    /// An event of the declared shape.
    pub fn event(&self, random: &mut Random) -> Event {
        // Now and then everything is ordinary, so that what lies behind the first refusal is reached, too.
        let calm = random.one_in(3);
        let mut maker = Maker { events: self, random, calm, depth: 0 };
        let json = maker.record(&self.shape.record);
        let envelope = maker.envelope();
        let style = if random.one_in(2) { 0 } else { random.next() };
        Event { json, style, envelope }
    }
}

/// Texts and numbers of constants and of patterns, wherever they stand in the stored mapping.
fn named(json: &serde_json::Value, texts: &mut Vec<String>, numbers: &mut Vec<String>) {
    match json {
        serde_json::Value::Object(members) => {
            match members.get("text") {
                Some(serde_json::Value::String(text)) => texts.push(text.clone()),
                Some(serde_json::Value::Number(number)) => numbers.push(number.to_string()),
                _ => {}
            }
            if let Some(number) = members.get("number") {
                numbers.push(number.as_str().map_or_else(|| number.to_string(), str::to_owned));
            }
            members.values().for_each(|value| named(value, texts, numbers));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| named(item, texts, numbers)),
        _ => {}
    }
}

struct Maker<'r, 'm> {
    events: &'r Events<'m>,
    random: &'r mut Random,
    calm: bool,
    depth: usize,
}

impl Maker<'_, '_> {
    fn record(&mut self, record: &RecordType) -> Json {
        let members = Vec::with_capacity(record.fields.len());
        self.members(members, &record.fields)
    }

    /// One of the variants; the field that tells which may stand anywhere.
    fn variants(&mut self, variants: &VariantsType) -> Json {
        let variant = self.random.pick(&variants.variants).clone();
        let told = vec![(variants.by.clone(), Json::Text(variant.code))];
        self.members(told, &variant.fields)
    }

    fn members(&mut self, mut members: Vec<(String, Json)>, fields: &[Field]) -> Json {
        for field in fields {
            if !self.calm && self.random.one_in(40) {
                // Of a field that comes twice only the last is looked at.
                members.push((field.name.clone(), self.anything()));
            }
            if let Some(value) = self.field(&field.ty) {
                members.push((field.name.clone(), value));
            } else if members.last().is_some_and(|(name, _)| *name == field.name) {
                members.pop();
            }
        }
        let twice = members.windows(2).any(|pair| pair[0].0 == pair[1].0);
        if !self.events.shape.strict && self.random.one_in(4) {
            let at = if twice { members.len() } else { self.random.below(members.len() + 1) };
            members.insert(at, (self.random.text(&["unknown", "x-y", "", "ruleIdd", "💊"]), self.anything()));
            let name = members[at].0.clone();
            let declared = fields.iter().any(|field| field.name == name);
            if declared || members.iter().filter(|(other, _)| *other == name).count() > 1 {
                members.remove(at);
            }
        }
        if !twice && self.random.one_in(3) {
            for index in (1..members.len()).rev() {
                members.swap(index, self.random.below(index + 1));
            }
        }
        Json::Object(members)
    }

    /// A field's value; `None`: it is left out.
    fn field(&mut self, ty: &Type) -> Option<Json> {
        if ty.missing && self.random.one_in(3) {
            // Where null travels it is another thing than an absent field.
            let absent = ty.null || self.random.one_in(2);
            return if absent { None } else { Some(Json::Null) };
        }
        Some(self.value(ty))
    }

    fn value(&mut self, ty: &Type) -> Json {
        if ty.null && self.random.one_in(4) {
            return Json::Null;
        }
        self.present(&ty.base, ty.form.as_ref())
    }

    fn present(&mut self, base: &Base, form: Option<&Form>) -> Json {
        if let Some(form) = form {
            return self.formed(base, form);
        }
        match base {
            Base::Boolean => Json::Bool(self.random.one_in(2)),
            Base::Integer(_) => Json::Number(self.integer()),
            Base::Decimal(_) => Json::Number(self.decimal()),
            Base::Text => Json::Text(self.text()),
            Base::Date => Json::Text(self.date()),
            Base::Time => Json::Text(self.time()),
            Base::DateTime => Json::Text(self.date_time()),
            Base::Duration => Json::Text(self.duration()),
            Base::Code { open: true, .. } if self.random.one_in(3) => Json::Text(self.text()),
            Base::Code { values, .. } => Json::Text(self.random.pick(values).clone()),
            Base::Either(bases) => {
                let base = self.random.pick(bases).clone();
                self.present(&base, None)
            }
            Base::Record(record) => self.record(record),
            Base::Variants(variants) => self.variants(variants),
            Base::List(item) => Json::List(self.several().map(|()| self.item(item)).collect()),
            Base::Dictionary(item) => self.dictionary(item),
            Base::Any => self.anything(),
            Base::Null | Base::Never => Json::Null,
        }
    }

    /// So many items or entries.
    fn several(&mut self) -> impl Iterator<Item = ()> + use<> {
        let many = !self.calm && self.random.one_in(20);
        let count = if many { self.random.below(40) } else { self.random.below(4) };
        std::iter::repeat_n((), count)
    }

    fn item(&mut self, ty: &Type) -> Json {
        // An item cannot be left out, so one that is missing is null.
        self.field(ty).unwrap_or(Json::Null)
    }

    fn dictionary(&mut self, item: &Type) -> Json {
        let mut members: Vec<(String, Json)> = Vec::new();
        for () in self.several() {
            let name = self.text();
            if !members.iter().any(|(known, _)| *known == name) {
                let value = self.item(item);
                members.push((name, value));
            }
        }
        Json::Object(members)
    }

    /// Any JSON at all.
    fn anything(&mut self) -> Json {
        self.depth += 1;
        let value = match self.random.below(if self.depth > 4 { 5 } else { 7 }) {
            0 => Json::Null,
            1 => Json::Bool(self.random.one_in(2)),
            2 => Json::Number(self.decimal()),
            3 | 4 => Json::Text(self.text()),
            5 => Json::List((0..self.random.below(4)).map(|_| self.anything()).collect()),
            _ => Json::Object((0..self.random.below(4)).map(|n| (format!("k{n}"), self.anything())).collect()),
        };
        self.depth -= 1;
        value
    }

    fn envelope(&mut self) -> Envelope {
        let mut id = self.text();
        if id.is_empty() {
            id.push_str("e1");
        }
        Envelope {
            id,
            event_type: "x".to_owned(),
            received: self.date_time(),
            time: self.random.one_in(2).then(|| self.date_time()),
            source: self.random.one_in(2).then(|| self.text()),
        }
    }
}
