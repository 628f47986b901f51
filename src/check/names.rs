//! What a name means: each file has its own declarations and what its `use` lines take from others.

use super::Checker;
use super::modules::Modules;
use super::nearest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::{self, Item, SyntaxTree};
use crate::text::Span;
use std::collections::{BTreeMap, HashSet};

/// A declaration by the file that has it and its name there.
pub(super) type Id<'a> = (u32, &'a str);

/// What the names of one file mean, by what they name: one name may be a type and a map.
#[derive(Default)]
pub(super) struct Names<'a> {
    pub types: BTreeMap<&'a str, &'a tree::TypeDeclaration>,
    pub tables: BTreeMap<&'a str, &'a tree::Table>,
    pub functions: BTreeMap<&'a str, &'a tree::Function>,
    /// Maps with parameters.
    pub maps: BTreeMap<&'a str, &'a tree::Map>,
    pub lets: BTreeMap<&'a str, &'a tree::Let>,
    pub crosswalks: BTreeMap<&'a str, &'a tree::Crosswalk>,
    /// Names of `use` lines that led nowhere, which is reported there.
    poisoned: HashSet<&'a str>,
    pub zone: Option<String>,
    /// Whether the file has an event: its `let`s may be made of that.
    pub has_event: bool,
}

/// A name that is taken: by what, where it is wanted again and where it was first.
struct Taken {
    name: String,
    again: Span,
    first: Span,
}

impl<'a> Names<'a> {
    /// Takes a declaration of the file down; what it collides with.
    fn declare(&mut self, item: &'a Item) -> Option<Taken> {
        match item {
            Item::Type(node) => first(&mut self.types, &node.name, node, |node| node.name.span),
            Item::Table(node) => first(&mut self.tables, &node.name, node, |node| node.name.span),
            Item::Function(node) => first(&mut self.functions, &node.name, node, |node| node.name.span),
            Item::Let(node) => first(&mut self.lets, &node.name, node, |node| node.name.span),
            Item::Crosswalk(node) => first(&mut self.crosswalks, &node.name, node, |node| node.name.span),
            Item::Map(node) if node.parameters.is_some() => {
                first(&mut self.maps, node.name.as_ref()?, node, |node| node.keyword)
            }
            Item::Event(_) => {
                self.has_event = true;
                None
            }
            _ => None,
        }
    }

    /// A pipe may lead into a table or a crosswalk: one name, one of the two.
    fn table_and_crosswalk(&self, item: &Item) -> Option<Taken> {
        let (name, first) = match item {
            Item::Table(node) => (&node.name, self.crosswalks.get(node.name.text.as_str())?.name.span),
            Item::Crosswalk(node) => (&node.name, self.tables.get(node.name.text.as_str())?.name.span),
            _ => return None,
        };
        Some(Taken { name: name.text.clone(), again: name.span, first })
    }

    /// Every name that the file itself (not its `use` lines) declares.
    fn own(&self, file: u32) -> Vec<&'a str> {
        let mut own: Vec<&str> = Vec::new();
        own.extend(self.types.iter().filter(|(_, node)| node.name.span.file == file).map(|(name, _)| *name));
        own.extend(self.tables.iter().filter(|(_, node)| node.name.span.file == file).map(|(name, _)| *name));
        own.extend(self.functions.iter().filter(|(_, node)| node.name.span.file == file).map(|(name, _)| *name));
        own.extend(self.maps.iter().filter(|(_, node)| node.keyword.file == file).map(|(name, _)| *name));
        own.extend(self.lets.iter().filter(|(_, node)| node.name.span.file == file).map(|(name, _)| *name));
        own.extend(self.crosswalks.iter().filter(|(_, node)| node.name.span.file == file).map(|(name, _)| *name));
        own.sort_unstable();
        own.dedup();
        own
    }
}

impl<'a> Checker<'a> {
    /// Takes down every declaration of every file by its name, then what each file takes from others.
    pub(super) fn declare_all(&mut self, tree: &'a SyntaxTree, modules: &'a Modules) {
        self.names = (0..self.sources.files().len()).map(|_| Names::default()).collect();
        let imported = || modules.imported.iter().map(|module| (module.file, &module.tree));
        for (file, tree) in [(0, tree)].into_iter().chain(imported()) {
            self.trees.push((file, tree));
            self.declare(file, tree);
        }
        // What a file uses comes before it.
        for (file, tree) in imported().chain([(0, tree)]) {
            for item in &tree.items {
                let Item::Use(node) = item else { continue };
                match modules.found.get(&node.path.span) {
                    Some(from) => node.names.iter().for_each(|name| self.take(file, *from, name)),
                    None => {
                        self.names[file as usize].poisoned.extend(node.names.iter().map(|name| name.text.as_str()));
                    }
                }
            }
        }
    }

    fn declare(&mut self, file: u32, tree: &'a SyntaxTree) {
        for item in &tree.items {
            if let Item::Zone(zone, span) = item {
                self.zone(file, zone, *span);
            }
            let taken = self.names[file as usize].declare(item);
            let taken = taken.or_else(|| self.names[file as usize].table_and_crosswalk(item));
            if let Some(taken) = taken {
                self.declared_twice(&taken, "declared again here", "give one of the two another name");
            }
        }
    }

    fn declared_twice(&mut self, taken: &Taken, again: &str, help: &str) {
        self.report(
            Diagnostic::new(Code::E0106, format!("`{}` is declared twice", taken.name), taken.again, again)
                .also(taken.first, "first declared here")
                .help(help),
        );
    }

    fn zone(&mut self, file: u32, zone: &tree::Text, span: Span) {
        if crate::library::zone::Zone::named(&zone.value).is_ok() {
            self.names[file as usize].zone = Some(zone.value.clone());
            return;
        }
        self.report(
            Diagnostic::new(Code::E0110, format!("there is no time zone {:?}", zone.value), zone.span, "not a zone")
                .also(span, "of this file")
                .help("name one as IANA does, e.g. `zone \"America/New_York\"`"),
        );
    }

    /// `use "from" { name }`: all that bears the name there.
    fn take(&mut self, file: u32, from: u32, name: &'a tree::Name) {
        let word = name.text.as_str();
        if !self.names[from as usize].own(from).contains(&word) {
            self.not_shared(file, from, name);
            return;
        }
        let theirs = &self.names[from as usize];
        let (ty, table) = (theirs.types.get(word).copied(), theirs.tables.get(word).copied());
        let (function, map) = (theirs.functions.get(word).copied(), theirs.maps.get(word).copied());
        let (value, crosswalk) = (theirs.lets.get(word).copied(), theirs.crosswalks.get(word).copied());
        let has_event = theirs.has_event;
        let ours = &mut self.names[file as usize];
        let own = |at: Span| at.file == from;
        let taken = [
            ty.filter(|node| own(node.name.span))
                .and_then(|node| import(&mut ours.types, name, node, |node| node.name.span)),
            table
                .filter(|node| own(node.name.span))
                .and_then(|node| import(&mut ours.tables, name, node, |node| node.name.span)),
            function
                .filter(|node| own(node.name.span))
                .and_then(|node| import(&mut ours.functions, name, node, |node| node.name.span)),
            map.filter(|node| own(node.keyword))
                .and_then(|node| import(&mut ours.maps, name, node, |node| node.keyword)),
            crosswalk
                .filter(|node| own(node.name.span))
                .and_then(|node| import(&mut ours.crosswalks, name, node, |node| node.name.span)),
            value
                .filter(|node| own(node.name.span) && !has_event)
                .and_then(|node| import(&mut ours.lets, name, node, |node| node.name.span)),
        ];
        if let Some(taken) = taken.into_iter().flatten().next() {
            let help = "remove one of the two, or rename the one in this file";
            self.declared_twice(&taken, "taken from another file here", help);
        }
        if let Some(node) = value.filter(|node| own(node.name.span) && has_event) {
            self.names[file as usize].poisoned.insert(word);
            self.report(
                Diagnostic::new(
                    Code::E0754,
                    format!("`{word}` may be made of the event of its own file, so no other can use it"),
                    name.span,
                    "a `let` of a mapping",
                )
                .also(node.name.span, "declared here")
                .help("share it as a function of what it is made of: `fn name(x: T) = …`"),
            );
        }
    }

    fn not_shared(&mut self, file: u32, from: u32, name: &'a tree::Name) {
        let word = name.text.as_str();
        let shown = self.sources.file(from).stable.clone();
        let theirs = &self.names[from as usize];
        let through = theirs
            .types
            .get(word)
            .map(|node| node.name.span)
            .or_else(|| theirs.tables.get(word).map(|node| node.name.span))
            .or_else(|| theirs.functions.get(word).map(|node| node.name.span))
            .or_else(|| theirs.maps.get(word).map(|node| node.keyword))
            .or_else(|| theirs.lets.get(word).map(|node| node.name.span))
            .or_else(|| theirs.crosswalks.get(word).map(|node| node.name.span));
        let own = theirs.own(from);
        let mut diagnostic = Diagnostic::new(
            Code::E0752,
            format!("{shown} declares no `{word}` that could be shared"),
            name.span,
            "not declared there",
        );
        diagnostic = match (through, nearest(word, own.iter().copied())) {
            (Some(span), _) => diagnostic
                .also(span, "declared here")
                .help(format!("take it from where it is declared, {}", self.sources.file(span.file).stable)),
            (None, Some(near)) => diagnostic.help(format!("write `{near}`")),
            (None, None) if own.is_empty() => diagnostic.help("that file declares nothing that could be shared"),
            (None, None) => {
                let names: Vec<String> = own.iter().map(|name| format!("`{name}`")).collect();
                diagnostic.help(format!("it shares {}", super::show::and_list(&names, 8)))
            }
        };
        self.report(diagnostic);
        self.names[file as usize].poisoned.insert(word);
    }

    /// The names of the file that the place is in.
    pub(super) fn names_at(&self, at: Span) -> &Names<'a> {
        // A place in a file without declarations (a schema) asks for none.
        &self.names[if (at.file as usize) < self.names.len() { at.file as usize } else { 0 }]
    }

    pub(super) fn type_named(&self, name: &tree::Name) -> Option<&'a tree::TypeDeclaration> {
        self.names_at(name.span).types.get(name.text.as_str()).copied()
    }

    pub(super) fn table_named(&self, name: &tree::Name) -> Option<&'a tree::Table> {
        self.names_at(name.span).tables.get(name.text.as_str()).copied()
    }

    pub(super) fn crosswalk_named(&self, name: &tree::Name) -> Option<&'a tree::Crosswalk> {
        self.names_at(name.span).crosswalks.get(name.text.as_str()).copied()
    }

    /// The name of a table, or of a kind of its own, in the compiled mapping and in messages: its own, unless a file
    /// before this one has one of that name.
    pub(super) fn unique_name(&self, name: &tree::Name) -> String {
        let word = name.text.as_str();
        let earlier = |file: u32| {
            let names = &self.names[file as usize];
            names.tables.get(word).is_some_and(|table| table.name.span.file == file)
                || names.types.get(word).is_some_and(|ty| ty.name.span.file == file)
        };
        match (0..name.span.file).any(earlier) {
            true => format!("{} of {}", name.text, self.sources.file(name.span.file).stable),
            false => name.text.clone(),
        }
    }

    pub(super) fn function_named(&self, name: &tree::Name) -> Option<&'a tree::Function> {
        self.names_at(name.span).functions.get(name.text.as_str()).copied()
    }

    pub(super) fn map_named(&self, name: &tree::Name) -> Option<&'a tree::Map> {
        self.names_at(name.span).maps.get(name.text.as_str()).copied()
    }

    /// Whether the name comes from a `use` whose mistake is reported.
    pub(super) fn is_poisoned(&self, name: &tree::Name) -> bool {
        self.names_at(name.span).poisoned.contains(name.text.as_str())
    }
}

/// Puts a declaration under its name; what it collides with.
fn first<'a, T>(
    known: &mut BTreeMap<&'a str, &'a T>,
    name: &'a tree::Name,
    node: &'a T,
    place: impl Fn(&T) -> Span,
) -> Option<Taken> {
    if let Some(before) = known.get(name.text.as_str()) {
        return Some(Taken { name: name.text.clone(), again: name.span, first: place(before) });
    }
    known.insert(&name.text, node);
    None
}

/// As [`first`], of a declaration of another file; the same one twice is none too many.
fn import<'a, T>(
    known: &mut BTreeMap<&'a str, &'a T>,
    name: &'a tree::Name,
    node: &'a T,
    place: impl Fn(&T) -> Span,
) -> Option<Taken> {
    match known.get(name.text.as_str()) {
        Some(before) if std::ptr::eq(*before, node) => None,
        _ => first(known, name, node, place),
    }
}
