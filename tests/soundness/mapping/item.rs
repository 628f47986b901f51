//! A mapping's text as a tree of parts that can be taken out one by one: what the compiler refuses, and, of a
//! mapping that broke the promise, what the break does not need.

use std::ops::Range;

#[derive(Clone, Debug)]
pub struct Item {
    pub open: String,
    pub inner: Vec<Item>,
    pub close: String,
    /// Without it the mapping is none.
    pub fixed: bool,
}

/// Which child of which child.
pub type Way = Vec<usize>;

impl Item {
    pub fn line(text: impl Into<String>) -> Item {
        Item { open: text.into(), inner: Vec::new(), close: String::new(), fixed: false }
    }

    /// `open { … }`
    pub fn block(open: impl Into<String>, inner: Vec<Item>) -> Item {
        Item { open: format!("{} {{", open.into()), inner, close: "}".to_owned(), fixed: false }
    }

    pub fn fixed(self) -> Item {
        Item { fixed: true, ..self }
    }

    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out, &mut Vec::new(), &mut Vec::new());
        out
    }

    fn write(&self, depth: usize, out: &mut String, way: &mut Way, places: &mut Vec<(Range<usize>, Way)>) {
        let start = out.len();
        let indent = "  ".repeat(depth.saturating_sub(1));
        if !self.open.is_empty() {
            out.push_str(&format!("{indent}{}\n", self.open));
        }
        for (index, item) in self.inner.iter().enumerate() {
            way.push(index);
            item.write(depth + 1, out, way, places);
            way.pop();
        }
        if !self.close.is_empty() {
            out.push_str(&format!("{indent}{}\n", self.close));
        }
        places.push((start..out.len(), way.clone()));
    }

    /// The way to the smallest part around the byte that may go.
    pub fn at(&self, byte: usize) -> Option<Way> {
        let mut places = Vec::new();
        self.write(0, &mut String::new(), &mut Vec::new(), &mut places);
        // children stand before their parents
        places.into_iter().find(|(range, way)| range.contains(&byte) && !self.get(way).fixed).map(|(_, way)| way)
    }

    /// The ways to all parts that may go, outer ones first.
    pub fn ways(&self) -> Vec<Way> {
        let mut places = Vec::new();
        self.write(0, &mut String::new(), &mut Vec::new(), &mut places);
        let mut ways: Vec<Way> =
            places.into_iter().map(|(_, way)| way).filter(|way| !way.is_empty() && !self.get(way).fixed).collect();
        ways.sort_by_key(Vec::len);
        ways
    }

    fn get(&self, way: &[usize]) -> &Item {
        way.iter().fold(self, |item, index| &item.inner[*index])
    }

    pub fn without(&self, way: &[usize]) -> Item {
        let mut copy = self.clone();
        if let [before @ .., last] = way {
            let parent = before.iter().fold(&mut copy, |item, index| &mut item.inner[*index]);
            parent.inner.remove(*last);
        }
        copy
    }
}
