//! Targets: who wants the event, and the request that each makes.

use super::body::{self, Xml};
use super::evaluate::{Outcome, Stop, World, plain, under};
use super::value::V;
use super::{door, value};
use crate::body::Element;
use crate::event::Event;
use crate::json::Json;
use hms_sync::library::Value;
use hms_sync::model::{Encoding, Expr, Format, HeaderPart, Mapping, Target, UrlPart};
use hms_sync::plan::Version;
use std::collections::HashMap;

/// What a target (or item) is to answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Made(Made),
    Refused(Stop),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    pub url: String,
    pub key: String,
    pub order: String,
    pub version: Option<Version>,
    pub headers: Vec<(String, String)>,
    pub json: Option<Json>,
    pub xml: Option<Element>,
}

/// The answers of all targets, items in their order; each with the target's index.
pub fn answers(mapping: &Mapping, event: &Event, environment: &dyn Fn(&str) -> String) -> Vec<(usize, Answer)> {
    let world = World {
        mapping,
        event: door::record(&mapping.event.record, &event.json),
        envelope: &event.envelope,
        variables: HashMap::new(),
    };
    let mut all = Vec::new();
    for (index, target) in mapping.targets.iter().enumerate() {
        for answer in of_target(&mut world.clone(), target, environment) {
            all.push((index, answer));
        }
    }
    all
}

fn of_target<'e>(world: &mut World<'e>, target: &'e Target, environment: &dyn Fn(&str) -> String) -> Vec<Answer> {
    match under("when", world.holds(target.when.as_ref())) {
        Ok(true) => {}
        Ok(false) => return Vec::new(),
        Err(stop) => return vec![Answer::Refused(stop)],
    }
    let Some(each) = &target.each else {
        return vec![answer(world, target, environment)];
    };
    let items = match under("each", world.evaluate(&each.list)) {
        Ok(V::List(items)) => items,
        Ok(V::Scalar(Value::Failed(reason))) => {
            return vec![Answer::Refused(Stop::Reject(Some("each".to_owned()), reason.into_owned()))];
        }
        Ok(_) => Vec::new(),
        Err(stop) => return vec![Answer::Refused(stop)],
    };
    // An item that its own filter or order refuses is refused alone, behind those that are in order.
    let (mut kept, mut refused) = (Vec::new(), Vec::new());
    for item in items {
        world.variables.insert(each.variable, item.clone());
        let key = under("each", world.holds(each.filter.as_ref())).and_then(|holds| {
            let key = match &each.sort {
                Some(sort) if holds => under("each", world.answered(sort))?,
                _ => V::MISSING,
            };
            Ok(holds.then_some(key))
        });
        match key {
            Ok(Some(key)) => kept.push((Ok(item), key)),
            Ok(None) => {}
            Err(stop) if each.sort.is_some() => refused.push((Err(stop), V::MISSING)),
            Err(stop) => kept.push((Err(stop), V::MISSING)),
        }
    }
    if each.sort.is_some() {
        let last = |key: &value::V<'e>| key.is_missing() || key.is_null();
        kept.sort_by(|(_, a), (_, b)| match (last(a), last(b)) {
            (false, false) => a.order(b).expect("the keys have an order"),
            (a, b) => a.cmp(&b),
        });
    }
    kept.into_iter()
        .chain(refused)
        .map(|(item, _)| match item {
            Ok(item) => {
                let mut world = world.clone();
                world.variables.insert(each.variable, item);
                answer(&mut world, target, environment)
            }
            Err(stop) => Answer::Refused(stop),
        })
        .collect()
}

fn answer<'e>(world: &mut World<'e>, target: &'e Target, environment: &dyn Fn(&str) -> String) -> Answer {
    match made(world, target, environment) {
        Ok(made) => Answer::Made(made),
        Err(stop) => Answer::Refused(stop),
    }
}

fn made<'e>(world: &mut World<'e>, target: &'e Target, environment: &dyn Fn(&str) -> String) -> Outcome<Made> {
    let order = under("order by", key(world, &target.order_by))?;
    let version = match &target.newest_by {
        Some(newest) => version(&under("newest by", world.answered(newest))?),
        None => None,
    };
    let key = under("key", self::key(world, &target.key))?;
    if let Some(request) = target.request {
        world.variables.insert(request, V::Record(vec![("key", V::Scalar(Value::from(key.clone())))]));
    }
    let url = under("url", url(world, &target.url, environment))?;
    let mut headers = vec![(target.key_header.clone(), key.clone())];
    if let Some(body) = &target.body {
        headers.push(("Content-Type".to_owned(), content_type(&body.format)?));
    }
    for header in &target.headers {
        let value = under(&header.name, self::header(world, &header.value, environment))?;
        headers.push((header.name.clone(), value));
    }
    let (mut json, mut xml) = (None, None);
    match target.body.as_ref().map(|body| (&body.format, &body.nodes)) {
        Some((Format::Json, nodes)) => json = Some(under("body", body::json(world, nodes))?),
        Some((Format::Xml { root, document }, nodes)) => {
            let xml_of = Xml { namespaces: &document.namespaces, stand_in: document.forbidden.as_deref() };
            xml = Some(under("body", xml_of.root(world, root, nodes))?);
        }
        Some(_) => return Err(Stop::Unknown),
        None => {}
    }
    Ok(Made { url, key, order, version, headers, json, xml })
}

fn content_type(format: &Format) -> Outcome<String> {
    match format {
        Format::Json => Ok("application/json".to_owned()),
        Format::Xml { document, .. } => Ok(match document.encoding {
            Encoding::Utf8 => "application/xml; charset=utf-8".to_owned(),
            Encoding::Latin1 => "application/xml; charset=ISO-8859-1".to_owned(),
        }),
        _ => Err(Stop::Unknown),
    }
}

fn version(value: &V<'_>) -> Option<Version> {
    match value {
        V::Scalar(Value::Missing | Value::Null) => None,
        V::Scalar(Value::Number(_) | Value::Numeral(_)) => value.number().map(Version::Number),
        V::Scalar(Value::DateTime(at)) => Some(Version::Instant(at.nanoseconds())),
        V::Scalar(Value::Time(time)) => {
            let midnight = hms_sync::library::iso::parse_time("00:00:00")?.value;
            let since = time.value.duration_since(midnight).as_nanos();
            Some(Version::Number(hms_sync::model::number::Number::from(since)))
        }
        other => other.plain().map(Version::Text),
    }
}

fn text<'e>(world: &mut World<'e>, expr: &'e Expr) -> Outcome<String> {
    let value = world.evaluate(expr)?;
    if let V::Scalar(Value::Failed(reason)) = value {
        return Err(Stop::Reject(None, reason.into_owned()));
    }
    Ok(plain(&value)?.unwrap_or_else(|| panic!("{value:?} stands in a request")))
}

fn encoded(text: &str, kept: impl Fn(char) -> bool) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if kept(c) {
            out.push(c);
        } else {
            c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        }
    }
    out
}

fn key<'e>(world: &mut World<'e>, parts: &'e [Expr]) -> Outcome<String> {
    let mut encoded_parts = Vec::new();
    for part in parts {
        let part = text(world, part)?;
        encoded_parts.push(encoded(&part, |c| c.is_ascii_graphic() && c != ':' && c != '%'));
    }
    Ok(encoded_parts.join(":"))
}

fn url<'e>(world: &mut World<'e>, parts: &'e [UrlPart], environment: &dyn Fn(&str) -> String) -> Outcome<String> {
    let mut url = String::new();
    let mut query = false;
    // the segment at hand, if a hole is part of it
    let mut segment: Option<String> = None;
    for part in parts {
        match part {
            UrlPart::Literal(literal) => {
                for c in literal.chars() {
                    if matches!(c, '/' | '?' | '#') {
                        end_segment(segment.take())?;
                        query |= c != '/';
                    }
                    url.push(c);
                    segment.iter_mut().for_each(|segment| segment.push(c));
                }
            }
            UrlPart::Environment(name) => url.push_str(&environment(name)),
            UrlPart::Hole { value, .. } => {
                if !query && segment.is_none() {
                    segment = Some(url[url.rfind('/').map_or(0, |slash| slash + 1)..].to_owned());
                }
                let hole = text(world, value)?;
                let hole = encoded(&hole, |c| c.is_ascii_alphanumeric() || "-._~".contains(c));
                segment.iter_mut().for_each(|segment| segment.push_str(&hole));
                url.push_str(&hole);
            }
        }
    }
    end_segment(segment)?;
    Ok(url)
}

fn end_segment(segment: Option<String>) -> Outcome<()> {
    match segment.as_deref() {
        Some("" | "." | "..") => Err(Stop::Rule),
        _ => Ok(()),
    }
}

fn header<'e>(world: &mut World<'e>, parts: &'e [HeaderPart], environment: &dyn Fn(&str) -> String) -> Outcome<String> {
    let mut value = String::new();
    for part in parts {
        let text = match part {
            HeaderPart::Literal(literal) => literal.clone(),
            HeaderPart::Environment(name) => environment(name),
            HeaderPart::Hole(hole) => text(world, hole)?,
        };
        if text.chars().any(char::is_control) {
            return Err(Stop::Rule);
        }
        value.push_str(&encoded(&text, |c| c.is_ascii_graphic() || c == ' '));
    }
    Ok(value)
}
