//! The same event with ordinary values in the places of extreme ones. A rule of use or a limit may refuse an
//! extreme event; the tame one it may not.

use super::{Event, Events, Maker};
use crate::json::Json;
use crate::random::Random;
use hms_sync::model::{Base, RecordType, Type};

/// The event's tame twin: same fields, same lengths of lists, same codes.
pub fn tame(event: &Event, events: &Events<'_>) -> Event {
    let mut random = Random::new(event.style);
    let mut maker = Maker { events, random: &mut random, calm: true, depth: 0 };
    let json = maker.tame_record(&event.json, &events.shape.record);
    let mut envelope = event.envelope.clone();
    envelope.id = text(&envelope.id);
    envelope.source = envelope.source.as_deref().map(text);
    envelope.received = "2024-05-01T10:00:00Z".to_owned();
    envelope.time = envelope.time.map(|_| "2024-05-01T09:59:59-05:00".to_owned());
    Event { json, style: 0, envelope }
}

/// No characters that some format forbids; neither empty nor a dot segment.
fn text(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    match kept.trim() {
        "" | "." | ".." => "tame".to_owned(),
        _ => kept,
    }
}

impl Maker<'_, '_> {
    fn tame_record(&mut self, json: &Json, record: &RecordType) -> Json {
        let Json::Object(members) = json else { return json.clone() };
        let mut tamed: Vec<(String, Json)> = Vec::with_capacity(members.len());
        for (name, value) in members {
            match record.field(name) {
                // only the last of several counts
                Some(field) if json.member(name).is_some_and(|last| std::ptr::eq(last, value)) => {
                    tamed.push((name.clone(), self.tame_value(value, &field.ty)));
                }
                _ => {}
            }
        }
        Json::Object(tamed)
    }

    fn tame_value(&mut self, json: &Json, ty: &Type) -> Json {
        if *json == Json::Null {
            return Json::Null;
        }
        match (&ty.base, json) {
            (Base::Record(record), _) => self.tame_record(json, record),
            (Base::List(item), Json::List(items)) => {
                Json::List(items.iter().map(|value| self.tame_value(value, item)).collect())
            }
            (Base::Dictionary(item), Json::Object(members)) => {
                let mut tamed: Vec<(String, Json)> = Vec::new();
                for (name, value) in members {
                    let name = text(name);
                    if !tamed.iter().any(|(known, _)| *known == name) {
                        let value = self.tame_value(value, item);
                        tamed.push((name, value));
                    }
                }
                Json::Object(tamed)
            }
            (Base::Code { values, .. }, Json::Text(code)) if values.contains(code) => json.clone(),
            (Base::Text | Base::Code { .. } | Base::Either(_), Json::Text(found)) => self.tame_text(found, &ty.base),
            (Base::Any, _) => Json::Bool(true),
            (Base::Boolean, _) => json.clone(),
            (Base::Integer(_) | Base::Decimal(_) | Base::Either(_), Json::Number(number)) if number.len() < 7 => {
                if number.contains(['e', 'E']) {
                    Json::Number("1".to_owned())
                } else {
                    json.clone()
                }
            }
            (Base::Either(_), Json::Number(_)) => Json::Number("1".to_owned()),
            (Base::Either(_), _) => json.clone(),
            _ => self.ordinary(ty),
        }
    }

    fn ordinary(&mut self, ty: &Type) -> Json {
        self.calm = true;
        self.present(&ty.base, ty.form.as_ref())
    }

    /// Of an either it may be the text of another alternative.
    fn tame_text(&mut self, found: &str, base: &Base) -> Json {
        match base {
            Base::Either(bases) if !bases.contains(&Base::Text) => match bases.iter().find(|base| !is_number(base)) {
                Some(base) => self.present(&base.clone(), None),
                None => Json::Text(found.to_owned()),
            },
            _ => Json::Text(text(found)),
        }
    }
}

fn is_number(base: &Base) -> bool {
    matches!(base, Base::Boolean | Base::Integer(_) | Base::Decimal(_))
}
