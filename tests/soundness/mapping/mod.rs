//! Well-typed mappings at random, as texts, so that the parser and the checker are in the loop.

mod arithmetic;
mod calls;
mod choices;
mod conditions;
mod declarations;
mod item;
mod lines;
mod look_ups;
mod piece;
mod scope;
mod types;
mod writer;

use crate::random::Random;
use hms_sync::model::RecordType;
use item::Item;
use lines::{MapDraft, Place};
use piece::Piece;
use scope::Scope;
use writer::{Want, Writer};

/// A mapping as it was written, and the shape that it declares.
#[derive(Clone, Debug)]
pub struct Draft {
    pub root: Item,
    pub event: RecordType,
    /// Whether its writer forgot things: much of it may be refused.
    pub careless: bool,
}

/// Writes a mapping.
pub fn draft(random: &mut Random) -> Draft {
    let careless = random.one_in(3);
    let count = 2 + random.below(8);
    let event = types::record(random, count, 2);
    let mut writer = Writer {
        random,
        scope: Scope::default(),
        event: event.clone(),
        tables: Vec::new(),
        functions: Vec::new(),
        counter: 0,
        in_hole: false,
        careless,
    };
    let mut root = Item { open: String::new(), inner: Vec::new(), close: String::new(), fixed: true };
    root.inner.push(Item::line("listen \"x\"").fixed());
    let strict = if writer.random.one_in(8) { "event strict" } else { "event" };
    let fields = types::fields(&event).into_iter().map(Item::line).collect();
    root.inner.push(Item::block(strict, fields).fixed());
    for _ in 0..writer.random.below(3) {
        root.inner.push(writer.table());
    }
    for _ in 0..writer.random.below(3) {
        root.inner.extend(writer.function());
    }
    writer.scope = Scope::of_event(&event);
    for _ in 0..writer.random.below(3) {
        root.inner.push(writer.top_let());
    }
    let xml = writer.random.one_in(2);
    let mut maps = Vec::new();
    if writer.random.one_in(3) {
        let (item, map) = writer.map_with_parameters(xml);
        root.inner.push(item);
        maps.push(map);
    }
    if writer.random.one_in(4) {
        writer.target(&mut root, Some("one"), xml, &mut maps.clone());
        writer.target(&mut root, Some("two"), !xml, &mut maps);
    } else {
        writer.target(&mut root, None, xml, &mut maps);
    }
    Draft { root, event, careless }
}

impl Writer<'_> {
    fn target(&mut self, root: &mut Item, target: Option<&str>, xml: bool, maps: &mut Vec<MapDraft>) {
        let outer = self.scope.clone();
        let mut head = format!("target {}", target.map(|name| format!("{name} ")).unwrap_or_default());
        head.push_str(&self.random.text(&["PUT", "POST", "PATCH"]));
        let mut suffix = String::new();
        if self.random.one_in(4) {
            let (condition, yes, _) = self.proving(2);
            self.scope = yes;
            suffix.push_str(&format!(" when {}", condition.closed()));
        }
        let over = if self.random.one_in(4) { self.source_list() } else { None };
        if let Some((list, item)) = over
            && !list.ty.missing
        {
            let variable = self.fresh("t");
            self.scope.name(Piece { named: list.named, ..Piece::atom(variable.clone(), item) });
            let rest = self.filter_and_order(1);
            suffix.push_str(&format!(" each {variable} in {}{rest}", list.closed()));
        }
        let url = self.url();
        let clauses = self.clauses();
        root.inner.push(Item::block(format!("{head} {url}{suffix}"), clauses).fixed());
        let mut lines = Vec::new();
        if xml {
            let bound = self.random.text(&["namespace \"urn:d\"", "namespace w \"urn:w\""]);
            lines.push(Item::line("namespace v \"urn:v\"").fixed());
            lines.push(Item::line(bound));
        }
        let count = 2 + self.random.below(7);
        lines.extend(self.lines(count, &mut Place::new(xml), maps, 2));
        let format = if xml { " as xml Root" } else { "" };
        let map = target.map(|name| format!(" {name}")).unwrap_or_default();
        root.inner.push(Item::block(format!("map{map}{format}"), lines).fixed());
        self.scope = outer;
    }

    fn url(&mut self) -> String {
        let mut url = String::from("\"https://x.example/p");
        let outer = std::mem::replace(&mut self.in_hole, true);
        for _ in 0..self.random.below(3) {
            let want = self.any_want();
            let depth = self.random.below(3);
            let hole = self.scalar(&want, depth);
            let mut hole = self.for_request(hole);
            match self.random.below(4) {
                // A part of a segment, which other text keeps from being empty.
                0 => url.push_str(&format!("/a{{{}}}", hole.text)),
                alone => {
                    let more = (alone == 1).then(|| {
                        let want = self.any_want();
                        let more = self.scalar(&want, 1);
                        self.for_request(more).text
                    });
                    let before = more.map(|more| format!("{{{more}}}")).unwrap_or_default();

                    let path = hole.atom && hole.text.chars().all(|c| c.is_alphanumeric() || "._`".contains(c));
                    if hole.is_text() && !path && !self.forgets() {
                        hole.text = format!("{} !! reject \"author: no id\"", hole.closed());
                    }
                    let dot = if self.random.one_in(8) { "." } else { "" };
                    url.push_str(&format!("/{before}{{{}}}{dot}", hole.text));
                }
            }
        }
        if self.random.one_in(3) {
            let hole = self.scalar(&Want::Text, 2);
            let hole = self.for_request(hole);
            url.push_str(&format!("?q={{{}}}", hole.text));
        }
        self.in_hole = outer;
        url.push('"');
        url
    }

    fn clauses(&mut self) -> Vec<Item> {
        let mut key = Vec::new();
        for _ in 0..1 + self.random.below(2) {
            let want = self.any_want();
            let part = self.scalar(&want, 1);
            key.push(self.for_request(part).text);
        }
        key.push(self.random.text(&["meta.id", "meta.received"]));
        if self.event.field("meta").is_some() {
            key.pop();
        }
        let mut clauses = vec![Item::line(format!("key {}", key.join(", "))).fixed()];
        if self.random.one_in(4) {
            let want = self.any_want();
            let part = self.scalar(&want, 1);
            clauses.push(Item::line(format!("order by {}", self.for_request(part).text)));
        }
        if self.random.one_in(4) {
            let want = [Want::Integer, Want::DateTime, Want::Text, Want::Date];
            let want = self.random.pick(&want).clone();
            let version = self.scalar(&want, 1);
            let version = self.for_request(version);
            clauses.push(Item::line(format!("newest by {}", version.text)));
        }
        if self.random.one_in(3) {
            let want = self.any_want();
            let hole = self.scalar(&want, 1);
            let outer = std::mem::replace(&mut self.in_hole, true);
            let hole = self.for_request(hole);
            self.in_hole = outer;
            clauses.push(Item::line(format!("header X-Note \"n {{{}}}\"", hole.text)));
        }
        clauses
    }
}
