//! Bodies as trees, to be held against the bytes that were made.

use super::evaluate::{Outcome, Stop, World, plain, under};
use super::value::V;
use crate::body::{Content, Element};
use crate::json::Json;
use hms_sync::library::Value;
use hms_sync::model::{Leaf, Namespace, Node, OutName, QName, Repeat};

/// JSON: what is missing is left out, a record of a path only where something is in it.
pub fn json<'e>(world: &mut World<'e>, nodes: &'e [Node]) -> Outcome<Json> {
    let mut members = Vec::new();
    for node in nodes {
        match node {
            Node::Let { .. } | Node::Reject { .. } => quiet(world, node)?,
            Node::Group { name, nodes } => match json(world, nodes)? {
                Json::Object(inner) if inner.is_empty() => {}
                inner => members.push((name.to_string(), inner)),
            },
            Node::Leaf(leaf) => {
                if let Some(value) = under(&leaf.path, leaf_value(world, leaf))?
                    && let Some(json) = as_json(&value)?
                {
                    members.push((field(&leaf.name), json));
                }
            }
            Node::Repeat(repeat) => {
                let written = under(&repeat.path, json_list(world, repeat))?;
                members.extend(written.map(|list| (repeat.name.to_string(), list)));
            }
            Node::Line(_) | Node::Each(_) => return Err(Stop::Unknown),
        }
    }
    Ok(Json::Object(members))
}

fn field(name: &OutName) -> String {
    match name {
        OutName::Name(name) => name.to_string(),
        other => panic!("JSON has no {other:?}"),
    }
}

fn json_list<'e>(world: &mut World<'e>, repeat: &'e Repeat) -> Outcome<Option<Json>> {
    if !world.holds(repeat.when.as_ref())? {
        return Ok(None);
    }
    let mut list = Vec::new();
    each(world, repeat, |world| {
        list.push(json(world, &repeat.nodes)?);
        Ok(())
    })?;
    Ok(if list.is_empty() && repeat.omit_empty { None } else { Some(Json::List(list)) })
}

/// The items in order, each bound before `body`. A list that is not there has none.
fn each<'e>(
    world: &mut World<'e>,
    repeat: &'e Repeat,
    mut body: impl FnMut(&mut World<'e>) -> Outcome<()>,
) -> Outcome<()> {
    let sorted = repeat.sort.is_some();
    // Without an order each item is asked and written before the next.
    let items = match sorted {
        true => world.items(repeat.variable, &repeat.list, repeat.filter.as_ref(), repeat.sort.as_ref())?,
        false => world.items(repeat.variable, &repeat.list, None, None)?,
    };
    let items = match items {
        Ok(items) => items,
        Err(V::Scalar(Value::Failed(reason))) => return Err(Stop::Reject(None, reason.into_owned())),
        Err(_) => Vec::new(),
    };
    for item in items {
        world.variables.insert(repeat.variable, item);
        if sorted || world.holds(repeat.filter.as_ref())? {
            body(world)?;
        }
    }
    Ok(())
}

/// The value of a line that is written; `None` where it is not.
fn leaf_value<'e>(world: &mut World<'e>, leaf: &'e Leaf) -> Outcome<Option<V<'e>>> {
    if !world.holds(leaf.when.as_ref())? {
        return Ok(None);
    }
    match world.evaluate(&leaf.value)? {
        V::Scalar(Value::Failed(reason)) => Err(Stop::Reject(None, reason.into_owned())),
        value => Ok((!value.is_missing()).then_some(value)),
    }
}

fn quiet<'e>(world: &mut World<'e>, node: &'e Node) -> Outcome<()> {
    match node {
        Node::Let { variable, name, value } => {
            let value = under(name, world.evaluate(value))?;
            world.variables.insert(*variable, value);
        }
        Node::Reject { when, reason, path } => {
            let path = if path.is_empty() { "reject" } else { path };
            if under(path, world.holds(when.as_ref()))? {
                let reason = under(path, world.evaluate(reason))?;
                return Err(Stop::Reject(
                    Some(path.to_owned()),
                    reason.plain().unwrap_or_else(|| "rejected".to_owned()),
                ));
            }
        }
        _ => {}
    }
    Ok(())
}

/// `None` of what is missing.
fn as_json(value: &V<'_>) -> Outcome<Option<Json>> {
    Ok(Some(match value {
        V::Scalar(Value::Missing | Value::Failed(_)) => return Ok(None),
        V::Scalar(Value::Null) => Json::Null,
        V::Scalar(Value::Boolean(truth)) => Json::Bool(*truth),
        // what only moved leaves as it came
        V::Scalar(Value::Numeral(numeral)) if !numeral.integer => Json::Number(numeral.text.to_owned()),
        V::Scalar(Value::Numeral(_) | Value::Number(_)) => Json::Number(plain(value)?.expect("its digits end")),
        V::Scalar(_) => Json::Text(plain(value)?.expect("a scalar has a text")),
        V::List(items) => {
            let mut list = Vec::new();
            for item in items {
                list.extend(as_json(item)?);
            }
            Json::List(list)
        }
        V::Record(fields) | V::Map(fields) => {
            let mut members = Vec::new();
            for (name, value) in fields {
                members.extend(as_json(value)?.map(|json| ((*name).to_owned(), json)));
            }
            Json::Object(members)
        }
        V::Raw(json) => (*json).clone(),
    }))
}

/// XML 1.0 §2.2, `Char`.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

pub struct Xml<'e> {
    pub namespaces: &'e [Namespace],
    /// What stands for a character that XML forbids.
    pub stand_in: Option<&'e str>,
}

impl<'e> Xml<'e> {
    /// `{namespace}local`; an attribute without prefix is in none.
    fn name(&self, name: &QName, attribute: bool) -> String {
        let wanted = name.prefix.as_deref();
        if wanted.is_none() && attribute {
            return name.local.clone();
        }
        if wanted == Some("xml") {
            // bound without being declared
            return format!("{{http://www.w3.org/XML/1998/namespace}}{}", name.local);
        }
        let found = self.namespaces.iter().find(|namespace| namespace.prefix.as_deref() == wanted);
        found.map_or_else(|| name.local.clone(), |namespace| format!("{{{}}}{}", namespace.uri, name.local))
    }

    pub fn root(&self, world: &mut World<'e>, root: &QName, nodes: &'e [Node]) -> Outcome<Element> {
        Ok(self.element(world, root, nodes)?.0)
    }

    /// The element, and whether something was written into it. Names and rejects come first, then attributes,
    /// then what it holds.
    fn element(&self, world: &mut World<'e>, name: &QName, nodes: &'e [Node]) -> Outcome<(Element, bool)> {
        let mut element = Element { name: self.name(name, false), ..Element::default() };
        let mut written = false;
        for node in nodes {
            quiet(world, node)?;
        }
        for node in nodes {
            let Node::Leaf(Leaf { name: OutName::Attribute(name), .. }) = node else { continue };
            let Node::Leaf(leaf) = node else { continue };
            if let Some(value) = under(&leaf.path, leaf_value(world, leaf))? {
                let text = self.allowed(&value)?;
                element.attributes.push((self.name(name, true), text));
                written = true;
            }
        }
        for node in nodes {
            let Node::Leaf(leaf) = node else { continue };
            if leaf.name == OutName::Here
                && leaf.ty.null
                && under(&leaf.path, leaf_value(world, leaf))?.is_some_and(|v| v.is_null())
            {
                element.attributes.push(nil());
                written = true;
            }
        }
        for node in nodes {
            written |= self.child(world, node, &mut element)?;
        }
        element.attributes.sort();
        Ok((element, written))
    }

    fn child(&self, world: &mut World<'e>, node: &'e Node, into: &mut Element) -> Outcome<bool> {
        match node {
            Node::Let { .. } | Node::Reject { .. } => Ok(false),
            Node::Line(_) | Node::Each(_) => Err(Stop::Unknown),
            Node::Group { name, nodes } => {
                let (inner, written) = self.element(world, name, nodes)?;
                if written {
                    into.content.push(Content::Element(inner));
                }
                Ok(written)
            }
            Node::Repeat(repeat) => under(&repeat.path, self.repeat(world, repeat, into)),
            Node::Leaf(Leaf { name: OutName::Attribute(_), .. }) => Ok(false),
            Node::Leaf(leaf) => {
                let Some(value) = under(&leaf.path, leaf_value(world, leaf))? else { return Ok(false) };
                match &leaf.name {
                    OutName::Name(name) => self.leaf(name, value, into),
                    _ if value.is_null() => Ok(true),
                    _ => {
                        push_text(into, self.allowed(&value)?);
                        Ok(true)
                    }
                }
            }
        }
    }

    fn repeat(&self, world: &mut World<'e>, repeat: &'e Repeat, into: &mut Element) -> Outcome<bool> {
        if !world.holds(repeat.when.as_ref())? {
            return Ok(false);
        }
        let mut any = false;
        each(world, repeat, |world| {
            let (inner, written) = self.element(world, &repeat.name, &repeat.nodes)?;
            if written {
                into.content.push(Content::Element(inner));
            }
            any |= written;
            Ok(())
        })?;
        Ok(any)
    }

    /// The value as text; a character that XML forbids is refused, or another stands for it.
    fn allowed(&self, value: &V<'_>) -> Outcome<String> {
        let text = plain(value)?.unwrap_or_else(|| panic!("{value:?} has no text"));
        if let Some(stand_in) = self.stand_in {
            let kept = |c: char| if is_allowed(c) { c.to_string() } else { stand_in.to_owned() };
            return Ok(text.chars().map(kept).collect());
        }
        if text.chars().all(is_allowed) { Ok(text) } else { Err(Stop::Rule) }
    }

    /// One element; of a list one an item.
    fn leaf(&self, name: &QName, value: V<'e>, into: &mut Element) -> Outcome<bool> {
        let items = match value {
            V::List(items) => items,
            one => vec![one],
        };
        let mut any = false;
        for item in items.iter().filter(|item| !item.is_missing()) {
            let mut element = Element { name: self.name(name, false), ..Element::default() };
            if item.is_null() {
                element.attributes.push(nil());
            } else {
                push_text(&mut element, self.allowed(item)?);
            }
            into.content.push(Content::Element(element));
            any = true;
        }
        Ok(any)
    }
}

fn nil() -> (String, String) {
    ("{http://www.w3.org/2001/XMLSchema-instance}nil".to_owned(), "true".to_owned())
}

fn push_text(element: &mut Element, text: String) {
    match element.content.last_mut() {
        Some(Content::Text(before)) => before.push_str(&text),
        _ if text.is_empty() => {}
        _ => element.content.push(Content::Text(text)),
    }
}
