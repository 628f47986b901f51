//! What a file declares: names by kind, targets with their maps, and where an event's field is declared.

use super::Checker;
use super::nearest::nearest;
use super::scope::Origin;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Base, Target};
use crate::syntax::tree::{self, Item, SyntaxTree, TypeKind, TypeNode};
use crate::text::Span;
use std::collections::BTreeMap;

impl<'a> Checker<'a> {
    /// The targets with their maps.
    pub(super) fn targets(&mut self, tree: &'a SyntaxTree) -> Vec<Target> {
        let nodes: Vec<&tree::Target> = tree
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Target(target) => Some(target),
                _ => None,
            })
            .collect();
        if nodes.is_empty() {
            self.missing_part("target", "target PUT \"https://host/path/{id}\" { key id, meta.id }");
        }
        self.target_names(&nodes);
        let maps = self.maps_of(tree, &nodes);
        let mut targets = Vec::with_capacity(nodes.len());
        for (at, node) in nodes.iter().enumerate() {
            match self.target(node, maps.get(&at).copied()) {
                Some(target) => targets.push(target),
                None => {
                    self.poisoned_targets.extend(node.name.as_ref().map(|name| name.text.clone()));
                }
            }
        }
        targets
    }

    fn target_names(&mut self, nodes: &[&tree::Target]) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for node in nodes {
            match &node.name {
                None if nodes.len() > 1 => self.report(
                    Diagnostic::new(Code::E0601, "a file with several targets names each", node.keyword, "no name")
                        .help("write `target vista PUT …`, and `map vista { … }` for its body"),
                ),
                None => {}
                Some(name) => {
                    if let Some(first) = seen.insert(&name.text, name.span) {
                        self.report(
                            Diagnostic::new(
                                Code::E0601,
                                format!("two targets are called `{}`", name.text),
                                name.span,
                                "again here",
                            )
                            .also(first, "first here")
                            .help("give one of the two another name"),
                        );
                    }
                }
            }
        }
    }

    /// The map of each target, by the target's index.
    fn maps_of(&mut self, tree: &'a SyntaxTree, nodes: &[&tree::Target]) -> BTreeMap<usize, &'a tree::Map> {
        let mut maps: BTreeMap<usize, &'a tree::Map> = BTreeMap::new();
        for item in &tree.items {
            let Item::Map(map) = item else { continue };
            if map.parameters.is_some() {
                continue;
            }
            let at = match &map.name {
                None if nodes.len() == 1 => 0,
                None if nodes.is_empty() => continue,
                None => {
                    self.report(
                        Diagnostic::new(
                            Code::E0608,
                            "this file has several targets, so a map says whose body it is",
                            map.keyword,
                            "of which target?",
                        )
                        .help("write `map NAME { … }` with the target's name"),
                    );
                    continue;
                }
                Some(name) => match nodes
                    .iter()
                    .position(|node| node.name.as_ref().is_some_and(|known| known.text == name.text))
                {
                    Some(at) => at,
                    None => {
                        let names: Vec<&str> =
                            nodes.iter().filter_map(|node| node.name.as_ref().map(|name| name.text.as_str())).collect();
                        let near = nearest(&name.text, names.iter().copied());
                        self.report(
                            Diagnostic::new(
                                Code::E0608,
                                format!("there is no target `{}` whose body this could be", name.text),
                                name.span,
                                "no such target",
                            )
                            .help(match near {
                                Some(near) => format!("write `map {near}`"),
                                None => format!(
                                    "declare `target {0} …`, or parameters if it is to be reused: `map {0}(x: T)`",
                                    name.text
                                ),
                            }),
                        );
                        continue;
                    }
                },
            };
            if let Some(first) = maps.get(&at) {
                let first = first.keyword;
                self.report(
                    Diagnostic::new(Code::E0609, "a target has one map", map.keyword, "again here")
                        .also(first, "first here")
                        .help("put the lines of both into one, or give it parameters and spread it: `...Name(x)`"),
                );
                continue;
            }
            maps.insert(at, map);
        }
        maps
    }

    /// Where the event declares the field at this path.
    pub(super) fn declaration(&self, origin: &[String]) -> Option<Span> {
        let mut steps = origin.iter().filter(|step| *step != "[]");
        let fields: &[tree::Field] = &self.event_tree?.fields;
        let mut found = Declared::Field(field_of(fields, steps.next()?)?);
        for step in steps {
            let Declared::Field(field) = found else { return None };
            found = self.declared_in(&field.ty, step, 0)?;
        }
        Some(match found {
            Declared::Field(field) => field.name.span.to(field.ty.span),
            Declared::Discriminator(span) => span,
        })
    }

    /// The field of that name in a value of the type as written.
    fn declared_in<'t>(&'t self, node: &'t TypeNode, name: &str, depth: usize) -> Option<Declared<'t>> {
        if depth > 100 {
            return None;
        }
        let inside = |node: &'t TypeNode| self.declared_in(node, name, depth + 1);
        match &node.kind {
            TypeKind::Record(fields) => field_of(fields, name).map(Declared::Field),
            TypeKind::Variants { by, .. } if by.text == name => Some(Declared::Discriminator(by.span)),
            TypeKind::Variants { variants, .. } => variants.iter().find_map(|(_, node)| inside(node)),
            TypeKind::List(inner) | TypeKind::Group(inner) | TypeKind::Dictionary(inner) => inside(inner),
            TypeKind::Union(parts) => parts.iter().find_map(inside),
            TypeKind::Named(name) => inside(&self.type_named(name)?.ty),
            TypeKind::Code(_) | TypeKind::Null | TypeKind::New(_) | TypeKind::Missing => None,
        }
    }

    /// Notes that a field is used.
    pub(super) fn mark_used(&mut self, origin: &Origin) {
        self.used.insert(origin.clone());
    }

    /// Notes what a look-up may ask a table for.
    pub(super) fn note_use(&mut self, table: &str, keys: &[super::typed::Typed]) {
        let asked = keys
            .iter()
            .map(|key| match &key.ty.base {
                Base::Code { values, open: false } => {
                    Some(values.iter().cloned().map(crate::model::Constant::Text).collect())
                }
                _ => None,
            })
            .collect();
        self.table_uses.push((table.to_string(), asked));
    }
}

/// What declares a field: itself, or as the one that tells variants apart.
enum Declared<'t> {
    Field(&'t tree::Field),
    Discriminator(Span),
}

fn field_of<'t>(fields: &'t [tree::Field], name: &str) -> Option<&'t tree::Field> {
    fields.iter().find(|field| field.name.text == name)
}
