//! Well-typed mappings at random, as texts, so that the parser and the checker are in the loop.

mod calls;
mod item;
mod lines;
mod operators;
mod piece;
mod scope;
mod types;
mod writer;

use crate::random::Random;
use hms_sync::model::{Base, RecordType, Type};
use item::Item;
use lines::{MapDraft, Place, parameters};
use piece::{Piece, quoted};
use scope::Scope;
use writer::{FunctionDraft, TableDraft, Want, Writer};

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
        root.inner.extend(writer.table());
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
    fn table(&mut self) -> Option<Item> {
        let table = self.fresh("T");
        let keys = if self.random.one_in(4) { 2 } else { 1 };
        let integers = keys == 1 && self.random.one_in(4);
        let codes = *self.random.pick(types::CODES);
        let mut rows: Vec<Vec<String>> = Vec::new();
        let whole = self.random.one_in(2);
        for (number, code) in codes.iter().enumerate() {
            if whole || number == 0 || self.random.one_in(2) {
                let key = if integers { (number * 30).to_string() } else { quoted(code) };
                rows.push(if keys == 2 { vec![key, number.to_string()] } else { vec![key] });
            }
        }
        let covers: Vec<String> = if integers || keys == 2 {
            Vec::new()
        } else {
            codes
                .iter()
                .filter(|code| rows.iter().any(|row| row[0] == quoted(code)))
                .map(|code| (*code).to_owned())
                .collect()
        };
        let columns = if self.random.one_in(4) { 2 } else { 1 };
        let names = ["first", "second"];
        let numbers = self.random.one_in(4);
        let default = self.random.one_in(3);
        let mut types: Vec<Type> = (0..columns)
            .map(|column| {
                let text = Base::Code { values: Vec::new(), open: false };
                Type::new(if numbers && column == 0 { Base::Integer(None) } else { text })
            })
            .collect();
        let mut gives = |column: usize, text: String| {
            if let Base::Code { values, .. } = &mut types[column].base
                && !values.contains(&text)
            {
                values.push(text.clone());
            }
            quoted(&text)
        };
        let mut lines: Vec<Item> = Vec::new();
        for (number, row) in rows.iter().enumerate() {
            let key = if row.len() == 1 { row[0].clone() } else { format!("({})", row.join(", ")) };
            let values: Vec<String> = (0..columns)
                .map(|column| match (numbers && column == 0, self.random.one_in(8)) {
                    (_, true) if number > 0 => "reject \"author: this row\"".to_owned(),
                    (true, _) => number.to_string(),
                    (false, _) => gives(column, format!("v{number}{column}")),
                })
                .collect();
            lines.push(Item::line(format!("{key} -> {}", values.join(", "))));
        }
        if default {
            let values: Vec<String> = (0..columns)
                .map(|column| match self.random.below(3) {
                    0 => "reject \"author: no {it}\"".to_owned(),
                    1 => "skip".to_owned(),
                    _ if numbers && column == 0 => "99".to_owned(),
                    _ => gives(column, "other".to_owned()),
                })
                .collect();
            lines.push(Item::line(format!("_ -> {}", values.join(", "))));
        }
        let key_names = if keys == 2 { "k, n" } else { "k" };
        let head = match columns {
            2 => format!("table {table} ({key_names} -> first, second)"),
            _ => format!("table {table}"),
        };
        let base = |text: bool| if text { Base::Text } else { Base::Integer(None) };
        self.tables.push(TableDraft {
            name: table,
            inverse: columns == 1 && keys == 1 && !integers && !numbers,
            keys: if keys == 2 { vec![Base::Text, Base::Integer(None)] } else { vec![base(!integers)] },
            covers,
            columns: types
                .into_iter()
                .enumerate()
                .map(|(column, ty)| (if columns == 1 { String::new() } else { names[column].to_owned() }, ty))
                .collect(),
            total: default,
        });
        // a row less is another table
        Some(Item::block(head, lines.into_iter().map(Item::fixed).collect()))
    }

    fn parameter_types(&mut self, records: bool) -> Vec<Type> {
        let count = 1 + self.random.below(2);
        let mut types = Vec::new();
        for _ in 0..count {
            let records: Vec<Type> = self
                .event
                .fields
                .iter()
                .filter(|field| records && matches!(field.ty.base, Base::Record(_)))
                .map(|field| Type { sensitive: false, ..field.ty.clone() })
                .collect();
            let mut ty = match records.is_empty() || self.random.one_in(2) {
                true => types::scalar(self.random),
                false => self.random.pick(&records).clone(),
            };
            ty.missing = self.random.one_in(3);
            types.push(ty);
        }
        types
    }

    fn function(&mut self) -> Option<Item> {
        let function = self.fresh("fn_");
        let types = self.parameter_types(false);
        let (text, pieces) = parameters(&types);
        self.scope = Scope::default();
        pieces.into_iter().for_each(|piece| self.scope.name(piece));
        let want = self.any_want();
        // the envelope is not in scope here, which the literal of a duration needs
        let want = if want == Want::Duration { Want::Text } else { want };
        let body = self.scalar(&want, 2);
        if body.text.contains("meta.") {
            return None;
        }
        let item = Item::line(format!("fn {function}{text} = {}", body.text));
        self.functions.push(FunctionDraft { name: function, parameters: types, result: Piece { atom: true, ..body } });
        Some(item)
    }

    fn top_let(&mut self) -> Item {
        let want = self.any_want();
        let value = self.scalar(&want, 3);
        let variable = self.fresh("top");
        let item = Item::line(format!("let {variable} = {}", value.text));
        self.scope.name(Piece { text: variable, atom: true, ..value });
        item
    }

    fn map_with_parameters(&mut self, xml: bool) -> (Item, MapDraft) {
        let map = self.fresh("M");
        let types = self.parameter_types(true);
        let (text, pieces) = parameters(&types);
        let outer = std::mem::take(&mut self.scope);
        pieces.into_iter().for_each(|piece| self.scope.name(piece));
        let lines = self.lines(2, &mut Place::new(xml), &mut Vec::new(), 1);
        self.scope = outer;
        (Item::block(format!("map {map}{text}"), lines), MapDraft { name: map, parameters: types, xml })
    }

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
