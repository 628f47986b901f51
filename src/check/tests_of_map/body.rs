//! What a test expects, held against the body that a target makes.

use super::shape::{Walk, first_byte, misspelt, quoted, them};
use crate::check::nearest::nearest;
use crate::model::{Leaf, Node, OutName, Repeat};
use crate::text::json::{Json, Value};

/// One way in which a name of the body is written; branches may write one name in several ways.
enum Way<'b> {
    Leaf(&'b Leaf),
    Group(&'b [Node]),
    Repeat(&'b Repeat),
}

/// A JSON body, or an object in it, that a test expects.
pub fn object(walk: &mut Walk, json: &Json, nodes: &[Node]) {
    let Value::Object(members) = &json.value else {
        let message = format!("{} is an object, but the test has {}", walk.whole(), json.kind());
        walk.wrong(json.at.clone(), message, "can never come out so", None);
        return;
    };
    let ways = ways(nodes);
    for member in members {
        let here: Vec<&Way> = ways.iter().filter(|(known, _)| *known == member.name).map(|(_, way)| way).collect();
        if here.is_empty() {
            let left_out = ways.iter().map(|(name, _)| *name).filter(|name| json.get(name).is_none());
            let known = || ways.iter().map(|(name, _)| *name);
            let near = nearest(&member.name, left_out).or_else(|| nearest(&member.name, known()));
            let message = format!("{} never has `{}`", walk.whole(), member.name);
            let help = match near {
                Some(near) => format!("write `\"{near}\"`"),
                None => format!("no rule writes it; the rules write {}", names(&ways)),
            };
            walk.wrong(member.name_at.clone(), message, "no rule writes this", Some(help));
            continue;
        }
        walk.under(&member.name, |walk| fits_a_way(walk, &member.value, &here));
    }
    let mut left_out: Vec<&str> = Vec::new();
    for (name, way) in &ways {
        let misspelt = || misspelt(json, name, |name| ways.iter().any(|(known, _)| *known == name));
        if json.get(name).is_none() && always(way) && !left_out.contains(name) && !misspelt() {
            left_out.push(name);
        }
    }
    if !left_out.is_empty() {
        let what = quoted(left_out.iter().copied());
        let message = format!("{} always has {what}, but the test leaves {} out", walk.whole(), them(&left_out));
        let help = left_out.iter().map(|name| format!("\"{name}\": …")).collect::<Vec<_>>().join(", ");
        walk.wrong(first_byte(json), message, "left out", Some(format!("add `{help}`")));
    }
}

/// The value fits one of the ways; where it fits none, what the first says of it.
fn fits_a_way(walk: &mut Walk, json: &Json, ways: &[&Way]) {
    let before = walk.found.len();
    let mut first = Vec::new();
    for way in ways {
        match way {
            Way::Leaf(leaf) => walk.value(json, &leaf.ty),
            Way::Group(nodes) => object(walk, json, nodes),
            Way::Repeat(repeat) => items(walk, json, repeat),
        }
        if walk.found.len() == before {
            return;
        }
        let found = walk.found.split_off(before);
        if first.is_empty() {
            first = found;
        }
    }
    walk.found.append(&mut first);
}

fn items(walk: &mut Walk, json: &Json, repeat: &Repeat) {
    let Value::List(list) = &json.value else {
        let message = format!("{} is a list, but the test has {}", walk.whole(), json.kind());
        walk.wrong(json.at.clone(), message, "can never come out so", None);
        return;
    };
    for (at, item) in list.iter().enumerate() {
        walk.under(format!("[{at}]"), |walk| object(walk, item, &repeat.nodes));
    }
}

fn ways(nodes: &[Node]) -> Vec<(&str, Way<'_>)> {
    nodes
        .iter()
        .filter_map(|node| match node {
            Node::Leaf(leaf) => match &leaf.name {
                OutName::Name(name) => Some((name.local.as_str(), Way::Leaf(leaf))),
                _ => None,
            },
            Node::Group { name, nodes } => Some((name.local.as_str(), Way::Group(nodes))),
            Node::Repeat(repeat) => Some((repeat.name.local.as_str(), Way::Repeat(repeat))),
            Node::Let { .. } | Node::Reject { .. } | Node::Line(_) | Node::Each(_) => None,
        })
        .collect()
}

/// Whether it is written of every event that is not set aside.
fn always(way: &Way) -> bool {
    match way {
        Way::Leaf(leaf) => leaf.when.is_none() && !leaf.ty.missing,
        Way::Group(nodes) => ways(nodes).iter().any(|(_, way)| always(way)),
        Way::Repeat(repeat) => repeat.when.is_none() && !repeat.omit_empty,
    }
}

fn names(ways: &[(&str, Way)]) -> String {
    let mut names: Vec<&str> = ways.iter().map(|(name, _)| *name).collect();
    names.dedup();
    quoted(names.into_iter())
}
