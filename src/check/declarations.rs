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
    /// Takes down every declaration by its name; what is declared twice is reported.
    pub(super) fn declare(&mut self, tree: &'a SyntaxTree) {
        for item in &tree.items {
            let again = match item {
                Item::Type(node) => first(&mut self.type_declarations, &node.name, node, |node| node.name.span),
                Item::Table(node) => first(&mut self.table_trees, &node.name, node, |node| node.name.span),
                Item::Function(node) => first(&mut self.functions, &node.name, node, |node| node.name.span),
                Item::Let(node) => first(&mut self.let_trees, &node.name, node, |node| node.name.span),
                Item::Map(node) if node.parameters.is_some() => match &node.name {
                    Some(name) => first(&mut self.reusable, name, node, |node| node.keyword),
                    None => None,
                },
                Item::Zone(zone, span) => {
                    if crate::library::zone::Zone::named(&zone.value).is_err() {
                        self.report(
                            Diagnostic::new(
                                Code::E0110,
                                format!("there is no time zone {:?}", zone.value),
                                zone.span,
                                "not a zone",
                            )
                            .also(*span, "of this file")
                            .help("name one as IANA does, e.g. `zone \"America/New_York\"`"),
                        );
                    } else {
                        self.zone = Some(zone.value.clone());
                    }
                    None
                }
                Item::Use(node) => {
                    self.not_yet::<()>(node.span, "`use` of other files");
                    None
                }
                Item::Crosswalk(node) => first(&mut self.crosswalk_trees, &node.name, node, |node| node.name.span),
                _ => None,
            };
            let again = again.or_else(|| self.table_and_crosswalk(item));
            if let Some((name, span, before)) = again {
                self.report(
                    Diagnostic::new(Code::E0106, format!("`{name}` is declared twice"), span, "declared again here")
                        .also(before, "first declared here")
                        .help("give one of the two another name"),
                );
            }
        }
    }

    /// A pipe may lead into a table or a crosswalk: one name, one of the two.
    fn table_and_crosswalk(&self, item: &Item) -> Option<(String, Span, Span)> {
        let (name, before) = match item {
            Item::Table(node) => (&node.name, self.crosswalk_trees.get(node.name.text.as_str())?.name.span),
            Item::Crosswalk(node) => (&node.name, self.table_trees.get(node.name.text.as_str())?.name.span),
            _ => return None,
        };
        Some((name.text.clone(), name.span, before))
    }

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
        let mut fields: &[tree::Field] = &self.event_tree?.fields;
        let mut found: Option<&tree::Field> = None;
        for step in origin.iter().filter(|step| *step != "[]") {
            let field = fields.iter().find(|field| field.name.text == *step)?;
            found = Some(field);
            fields = self.fields_of(&field.ty, 0);
        }
        found.map(|field| field.name.span.to(field.ty.span))
    }

    fn fields_of<'t>(&'t self, node: &'t TypeNode, depth: usize) -> &'t [tree::Field] {
        if depth > 100 {
            return &[];
        }
        match &node.kind {
            TypeKind::Record(fields) => fields,
            TypeKind::List(inner) | TypeKind::Group(inner) | TypeKind::Dictionary(inner) => {
                self.fields_of(inner, depth + 1)
            }
            TypeKind::Union(parts) => parts
                .iter()
                .map(|part| self.fields_of(part, depth + 1))
                .find(|fields| !fields.is_empty())
                .unwrap_or(&[]),
            TypeKind::Named(name) => match self.type_declarations.get(name.text.as_str()) {
                Some(declaration) => self.fields_of(&declaration.ty, depth + 1),
                None => &[],
            },
            _ => &[],
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

/// Puts a declaration under its name; gives the name, its place and the earlier place where it is taken.
fn first<'a, T>(
    known: &mut BTreeMap<&'a str, &'a T>,
    name: &'a tree::Name,
    node: &'a T,
    place: impl Fn(&T) -> Span,
) -> Option<(String, Span, Span)> {
    match known.get(name.text.as_str()) {
        Some(before) => Some((name.text.clone(), name.span, place(before))),
        None => {
            known.insert(&name.text, node);
            None
        }
    }
}
