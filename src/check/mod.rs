//! The checker: a syntax tree in, a typed mapping or diagnostics out.
//!
//! Its promise: a mapping that it accepts cannot fail on an event of the declared shape, except at the
//! door, by the author's `reject`, or at the target. Every expression's type, unit and missingness is known
//! here ([`typed::Typed`]); what a test has proved is kept in [`scope::Scope`]. A mistake is reported once:
//! what depends on it is `None` and says nothing more.

mod bodies;
mod crosswalk;
mod csv_text;
mod declarations;
mod expr;
mod lints;
mod modules;
mod names;
mod nearest;
mod output;
mod scope;
mod show;
mod table;
mod table_file;
mod target;
mod tests_of_map;
mod typed;
mod types;

pub use modules::{MAX_FILES, is_library};
pub use nearest::nearest;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{
    Constant, Crosswalk, EventShape, Expr, Listen, Mapping, Node, RecordType, SourceDigest, TestCase, Type,
};
use crate::syntax::tree::{self, SyntaxTree};
use crate::text::{Sources, Span};
use modules::Modules;
use names::Id;
use scope::Origin;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use table::TableInfo;
use typed::Typed;

/// A mapping that the checker accepted, and its tests. Only the checker makes one.
#[derive(Clone, Debug)]
pub struct Checked {
    mapping: Mapping,
    tests: Vec<TestCase>,
}

impl Checked {
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    pub fn tests(&self) -> &[TestCase] {
        &self.tests
    }

    pub fn into_mapping(self) -> Mapping {
        self.mapping
    }
}

/// Hands over the files that a mapping names; no other I/O happens while it is compiled. The errors are one plain
/// sentence.
pub trait Files {
    /// Reads a file by its path, with `/`, from the folder that the mapping is in.
    ///
    /// # Errors
    /// It cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;

    /// The folders in which a file of `use`, or a table's, is looked for when it does not lie beside the file that
    /// names it, in this order, as messages call them.
    fn search_path(&self) -> Vec<String> {
        Vec::new()
    }

    /// Reads a file below one of the folders of the search path, by its index.
    ///
    /// # Errors
    /// It cannot be read.
    fn read_below(&self, folder: usize, path: &str) -> Result<Vec<u8>, String> {
        let _ = folder;
        Err(format!("there is no {path} in the search path"))
    }
}

/// Checks one tree; `None` where there is an error, and of a file that only declares what others use
/// ([`is_library`]). The files that it names join the sources.
pub fn check(tree: &SyntaxTree, sources: &mut Sources, files: &dyn Files) -> (Option<Checked>, Vec<Diagnostic>) {
    let (modules, out) = modules::load(tree, sources, files);
    let mut checker = Checker::new(tree, &modules, sources.clone(), files);
    checker.out.splice(0..0, out);
    let checked = match is_library(tree) {
        true => checker.library(),
        false => checker.mapping(tree),
    };
    *sources = checker.sources;
    (checked, checker.out)
}

/// Everything known of one file while it is checked.
pub(crate) struct Checker<'a> {
    sources: Sources,
    files: &'a dyn Files,
    out: Vec<Diagnostic>,
    /// The mapping's name: the file's, without folder and extension.
    name: String,
    /// The mapping's own tree first, then those that it uses.
    trees: Vec<(u32, &'a SyntaxTree)>,
    /// The files that paths in the trees led to.
    found: &'a HashMap<Span, u32>,
    /// By file.
    names: Vec<names::Names<'a>>,
    event_tree: Option<&'a tree::Event>,
    event: RecordType,
    types: HashMap<Id<'a>, Option<Type>>,
    types_under_way: Vec<Id<'a>>,
    /// Where each kind of its own is declared.
    kinds: HashMap<String, Span>,
    /// The first key of a kind that each column of a table is asked for.
    key_kinds: HashMap<(String, usize), Typed>,
    tables: HashMap<Id<'a>, Option<Rc<TableInfo>>>,
    row_spans: Vec<(String, Vec<Constant>, Span)>,
    /// Table and keys of each look-up: the codes it may ask for, `None` for any.
    table_uses: Vec<(String, Vec<Option<Vec<Constant>>>)>,
    crosswalks: HashMap<Id<'a>, Option<Crosswalk>>,
    used_crosswalks: HashSet<Id<'a>>,
    /// Functions and maps whose bodies are being checked, by the places of their names.
    under_way: Vec<Span>,
    /// Functions and maps whose bodies are checked.
    checked: HashSet<Span>,
    lets: HashMap<Id<'a>, Option<TopLet<'a>>>,
    lets_under_way: Vec<Id<'a>>,
    /// In the order in which they were typed: what a `let` uses comes before it.
    let_order: Vec<Id<'a>>,
    used_lets: BTreeSet<Id<'a>>,
    ever_used_lets: BTreeSet<Id<'a>>,
    /// Names whose declaration is wrong: uses of them are not reported again.
    poisoned_fields: HashSet<String>,
    poisoned_targets: HashSet<String>,
    used: HashSet<Origin>,
    in_url: bool,
    /// In `accept`: what a condition is where a value of the answer in it is missing.
    answer_missing: Option<bool>,
    /// The target at hand declares an answer whose mistake is reported.
    answer_poisoned: bool,
    /// The variable of `request` in the target at hand, and whether something asks for it.
    request: Option<(u32, bool)>,
    /// Set while the text of a `line` is checked.
    in_line: Option<output::InLine>,
    /// Prefixes of namespaces that are declared in the wrong place, which is reported.
    poisoned_prefixes: HashSet<String>,
    next_variable: u32,
}

/// A `let` at the top of a file, typed.
#[derive(Clone, Debug)]
struct TopLet<'a> {
    variable: u32,
    value: Typed,
    uses: BTreeSet<Id<'a>>,
}

impl<'a> Checker<'a> {
    fn new(tree: &'a SyntaxTree, modules: &'a Modules, sources: Sources, files: &'a dyn Files) -> Checker<'a> {
        let mut checker = Checker {
            name: file_stem(&sources.file(0).name),
            sources,
            files,
            out: Vec::new(),
            trees: Vec::new(),
            found: &modules.found,
            names: Vec::new(),
            event_tree: None,
            event: RecordType { name: None, fields: Vec::new() },
            types: HashMap::new(),
            types_under_way: Vec::new(),
            kinds: HashMap::new(),
            key_kinds: HashMap::new(),
            tables: HashMap::new(),
            row_spans: Vec::new(),
            table_uses: Vec::new(),
            crosswalks: HashMap::new(),
            used_crosswalks: HashSet::new(),
            under_way: Vec::new(),
            checked: HashSet::new(),
            lets: HashMap::new(),
            lets_under_way: Vec::new(),
            let_order: Vec::new(),
            used_lets: BTreeSet::new(),
            ever_used_lets: BTreeSet::new(),
            poisoned_fields: HashSet::new(),
            poisoned_targets: HashSet::new(),
            used: HashSet::new(),
            in_url: false,
            answer_missing: None,
            answer_poisoned: false,
            request: None,
            in_line: None,
            poisoned_prefixes: HashSet::new(),
            // 0 is `it` in the default row of a table.
            next_variable: 1,
        };
        checker.declare_all(tree, modules);
        checker
    }

    /// A file that only declares what others use: each of its bodies.
    fn library(&mut self) -> Option<Checked> {
        self.all_bodies();
        None
    }

    fn mapping(&mut self, tree: &'a SyntaxTree) -> Option<Checked> {
        let listen = self.listen(tree);
        let event = self.event_shape(tree);
        for declaration in self.names[0].tables.values().copied().collect::<Vec<_>>() {
            if declaration.name.span.file == 0 {
                self.table(declaration);
            }
        }
        for declaration in self.names[0].crosswalks.values().copied().collect::<Vec<_>>() {
            self.crosswalk(declaration);
        }
        let targets = self.targets(tree);
        let used_tables: HashSet<String> = self.table_uses.iter().map(|(name, _)| name.clone()).collect();
        self.all_bodies();
        let tested = tests_of_map::Tested { targets, whole: self.errors() == 0 };
        let tests: Vec<TestCase> = tree
            .items
            .iter()
            .filter_map(|item| match item {
                tree::Item::Test(test) => self.test(test, &tested),
                _ => None,
            })
            .collect();
        self.lints(tree);
        if self.out.iter().any(|diagnostic| diagnostic.severity() == Severity::Error) {
            return None;
        }
        // Of other files the tables that are looked up in.
        let wanted = |table: &TableInfo| table.span.file == 0 || used_tables.contains(&table.model.name);
        let found = self.tables.values().flatten().filter(|table| wanted(table));
        let mut tables: Vec<_> = found.map(|table| table.model.clone()).collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        let mut crosswalks: Vec<_> = self.crosswalks.values().flatten().cloned().collect();
        crosswalks.sort_by(|a, b| a.name.cmp(&b.name));
        // one that two files declare alike is one
        crosswalks.dedup();
        let (listen, event) = (listen?, event?);
        let mapping = Mapping {
            format: crate::model::FORMAT,
            zone_data: crate::model::ZONE_DATA.into(),
            name: self.name.clone(),
            sources: self.sources.files().iter().map(digest).collect(),
            doc: None,
            listen,
            event,
            tables,
            crosswalks,
            targets: tested.targets,
        };
        Some(Checked { mapping, tests })
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        // An inlined function is checked at each call; its mistake is one.
        let known = |other: &Diagnostic| other.code == diagnostic.code && other.primary.span == diagnostic.primary.span;
        if !self.out.iter().rev().take(200).any(known) {
            self.out.push(diagnostic);
        }
    }

    fn errors(&self) -> usize {
        self.out.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).count()
    }

    /// A part of the language that this version does not run yet.
    fn not_yet<T>(&mut self, span: Span, what: &str) -> Option<T> {
        self.report(
            Diagnostic::new(
                Code::E0900,
                format!("{what}: this version does not know that part of the language yet"),
                span,
                "not yet",
            )
            .help("leave it out for now; `docs/reference/language.md` lists what this version runs"),
        );
        None
    }

    fn source(&self, span: Span) -> String {
        let text = self.sources.slice(span).trim();
        match text.split_once('\n') {
            Some((first, _)) => format!("{} …", first.trim_end()),
            None => text.to_string(),
        }
    }

    fn variable(&mut self) -> u32 {
        self.next_variable += 1;
        self.next_variable - 1
    }

    /// A `let` of a file by its name there; `None`: there is none.
    fn top_let(&mut self, name: &str, span: Span) -> Option<Option<Typed>> {
        let declaration = *self.names_at(span).lets.get(name)?;
        let id: Id<'a> = (declaration.name.span.file, declaration.name.text.as_str());
        if self.lets_under_way.contains(&id) {
            self.report(
                Diagnostic::new(Code::E0218, format!("`{name}` is made of itself"), span, "leads back to the `let`")
                    .also(declaration.name.span, "declared here")
                    .help("give the values other names"),
            );
            return Some(None);
        }
        if !self.lets.contains_key(&id) {
            self.lets_under_way.push(id);
            let outer = std::mem::take(&mut self.used_lets);
            let in_url = std::mem::replace(&mut self.in_url, false);
            // What other files declare knows nothing of this one's event.
            let mut scope = if id.0 == 0 { scope::Scope::of_event() } else { scope::Scope::default() };
            let value = self.expr(&declaration.value, &mut scope);
            self.in_url = in_url;
            let uses = std::mem::replace(&mut self.used_lets, outer);
            self.lets_under_way.pop();
            let variable = self.variable();
            self.lets.insert(id, value.map(|value| TopLet { variable, value, uses }));
            self.let_order.push(id);
        }
        self.used_lets.insert(id);
        self.ever_used_lets.insert(id);
        let Some(known) = self.lets.get(&id).cloned().flatten() else { return Some(None) };
        Some(Some(Typed { expr: Typed::local(known.variable), span, ..known.value }))
    }

    /// The `let`s that were used since the set was last emptied, and what they use, in order.
    fn lets_in_use(&self) -> Vec<TopLet<'a>> {
        let mut wanted: BTreeSet<Id<'a>> = self.used_lets.clone();
        for id in self.let_order.iter().rev() {
            if let (true, Some(Some(known))) = (wanted.contains(id), self.lets.get(id)) {
                wanted.extend(&known.uses);
            }
        }
        let in_order = self.let_order.iter().filter(|id| wanted.contains(id));
        in_order.filter_map(|name| self.lets.get(name).cloned().flatten()).collect()
    }

    /// What the `let`s of the file stand for.
    fn known_lets(&self) -> impl Iterator<Item = (u32, Expr)> + '_ {
        self.lets.values().flatten().map(|known| (known.variable, known.value.expr.clone()))
    }

    /// The expression with the `let`s that it uses around it.
    fn with_lets(&mut self, expr: Expr) -> Expr {
        let lets = self.lets_in_use();
        self.used_lets.clear();
        lets.into_iter().rev().fold(expr, |body, known| Expr::Let {
            variable: known.variable,
            value: Box::new(known.value.expr),
            body: Box::new(body),
        })
    }

    fn let_nodes(&mut self) -> Vec<Node> {
        let lets = self.lets_in_use();
        let names: HashMap<u32, String> = self
            .lets
            .iter()
            .filter_map(|((_, name), known)| known.as_ref().map(|known| (known.variable, name.to_string())))
            .collect();
        self.used_lets.clear();
        lets.into_iter()
            .map(|known| Node::Let {
                variable: known.variable,
                name: names.get(&known.variable).cloned().unwrap_or_default(),
                value: known.value.expr,
            })
            .collect()
    }

    fn listen(&mut self, tree: &SyntaxTree) -> Option<Listen> {
        let mut found: Option<&tree::Listen> = None;
        for item in &tree.items {
            let tree::Item::Listen(listen) = item else { continue };
            if let Some(first) = found {
                self.report(
                    Diagnostic::new(Code::E0109, "a mapping listens to one event", listen.span, "again here")
                        .also(first.span, "first here")
                        .help("write a second file for the other event"),
                );
                continue;
            }
            found = Some(listen);
        }
        let Some(listen) = found else {
            self.missing_part("listen", "listen \"appointment-rule-changed\"");
            return None;
        };
        if listen.event.value.is_empty() {
            self.report(
                Diagnostic::new(Code::E0109, "an event has a name", listen.event.span, "empty")
                    .help("write the name that the hub announces: `listen \"appointment-rule-changed\"`"),
            );
            return None;
        }
        let id = listen.id.as_ref().map(|path| path.names.iter().map(|name| name.text.clone()).collect::<Vec<_>>());
        if let Some(id) = &id {
            self.used.insert(id.clone());
        }
        Some(Listen { event: listen.event.value.clone(), id })
    }

    fn missing_part(&mut self, what: &str, example: &str) {
        // After a mistake in the syntax the part may be what could not be read.
        if self.sources.file(0).text.contains(what) {
            return;
        }
        let end = self.sources.file(0).text.len();
        self.report(
            Diagnostic::new(
                Code::E0109,
                format!("this mapping has no `{what}`"),
                Span::new(0, end, end),
                "the file ends",
            )
            .help(format!("begin as in `{example}`")),
        );
    }

    fn event_shape(&mut self, tree: &'a SyntaxTree) -> Option<EventShape> {
        let mut events = tree.items.iter().filter_map(|item| match item {
            tree::Item::Event(event) => Some(event),
            _ => None,
        });
        let Some(event) = events.next() else {
            self.missing_part("event", "event { ruleId: integer }");
            return None;
        };
        for again in events {
            self.report(
                Diagnostic::new(Code::E0109, "a mapping has one event", again.keyword, "again here")
                    .also(event.keyword, "first here")
                    .help("put the fields of both into one"),
            );
        }
        if let Some(from) = &event.from {
            return self.not_yet(from.span, "`event from` a schema");
        }
        self.event_tree = Some(event);
        self.event = self.record(&event.fields, None)?;
        Some(EventShape { strict: event.strict, record: self.event.clone() })
    }
}

fn digest(file: &crate::text::SourceFile) -> SourceDigest {
    let name = file.stable.clone();
    let sha256 = crate::library::hexadecimal(&Sha256::digest(file.text.as_bytes()));
    SourceDigest { name, sha256 }
}

fn file_stem(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_string()
}
