//! The checker: a syntax tree in, a typed mapping or diagnostics out.
//!
//! Its promise: a mapping that it accepts cannot fail on an event of the declared shape, except at the
//! door, by the author's `reject`, or at the target. Every expression's type, unit and missingness is known
//! here ([`typed::Typed`]); what a test has proved is kept in [`scope::Scope`]. A mistake is reported once:
//! what depends on it is `None` and says nothing more.

mod declarations;
mod expr;
mod lints;
mod nearest;
mod output;
mod scope;
mod show;
mod table;
mod target;
mod tests_of_map;
mod typed;
mod types;

pub use nearest::nearest;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Constant, EventShape, Expr, Listen, Mapping, Node, RecordType, SourceDigest, TestCase, Type};
use crate::syntax::tree::{self, SyntaxTree};
use crate::text::{Sources, Span};
use scope::Origin;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
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

/// Hands over the files that a mapping names (`file "expected.xml"`), by the path as written there; the
/// caller resolves it against the mapping's folder. The error is one plain sentence.
pub trait Files {
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// Checks one tree; `None` where there is an error. The schemas that it names join the sources.
pub fn check(tree: &SyntaxTree, sources: &mut Sources, files: &dyn Files) -> (Option<Checked>, Vec<Diagnostic>) {
    let mut checker = Checker::new(tree, sources.clone(), files);
    let checked = checker.mapping(tree);
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
    zone: Option<String>,
    event_tree: Option<&'a tree::Event>,
    event: RecordType,
    type_declarations: BTreeMap<&'a str, &'a tree::TypeDeclaration>,
    types: HashMap<String, Option<Type>>,
    types_under_way: Vec<String>,
    table_trees: BTreeMap<&'a str, &'a tree::Table>,
    tables: HashMap<String, Option<Rc<TableInfo>>>,
    row_spans: Vec<(String, Vec<Constant>, Span)>,
    /// Table and keys of each look-up: the codes it may ask for, `None` for any.
    table_uses: Vec<(String, Vec<Option<Vec<Constant>>>)>,
    functions: BTreeMap<&'a str, &'a tree::Function>,
    functions_under_way: Vec<String>,
    reusable: BTreeMap<&'a str, &'a tree::Map>,
    used_maps: BTreeSet<String>,
    let_trees: BTreeMap<&'a str, &'a tree::Let>,
    lets: HashMap<String, Option<TopLet>>,
    lets_under_way: Vec<String>,
    /// In the order in which they were typed: what a `let` uses comes before it.
    let_order: Vec<String>,
    used_lets: BTreeSet<String>,
    ever_used_lets: BTreeSet<String>,
    /// Names whose declaration is wrong: uses of them are not reported again.
    poisoned_fields: HashSet<String>,
    poisoned_targets: HashSet<String>,
    used: HashSet<Origin>,
    in_url: bool,
    next_variable: u32,
}

/// A `let` at the top of the file, typed.
#[derive(Clone, Debug)]
struct TopLet {
    variable: u32,
    value: Typed,
    uses: BTreeSet<String>,
}

impl<'a> Checker<'a> {
    fn new(tree: &'a SyntaxTree, sources: Sources, files: &'a dyn Files) -> Checker<'a> {
        let mut checker = Checker {
            name: file_stem(&sources.file(0).name),
            sources,
            files,
            out: Vec::new(),
            zone: None,
            event_tree: None,
            event: RecordType { name: None, fields: Vec::new() },
            type_declarations: BTreeMap::new(),
            types: HashMap::new(),
            types_under_way: Vec::new(),
            table_trees: BTreeMap::new(),
            tables: HashMap::new(),
            row_spans: Vec::new(),
            table_uses: Vec::new(),
            functions: BTreeMap::new(),
            functions_under_way: Vec::new(),
            reusable: BTreeMap::new(),
            used_maps: BTreeSet::new(),
            let_trees: BTreeMap::new(),
            lets: HashMap::new(),
            lets_under_way: Vec::new(),
            let_order: Vec::new(),
            used_lets: BTreeSet::new(),
            ever_used_lets: BTreeSet::new(),
            poisoned_fields: HashSet::new(),
            poisoned_targets: HashSet::new(),
            used: HashSet::new(),
            in_url: false,
            // 0 is `it` in the default row of a table.
            next_variable: 1,
        };
        checker.declare(tree);
        checker
    }

    fn mapping(&mut self, tree: &'a SyntaxTree) -> Option<Checked> {
        let listen = self.listen(tree);
        let event = self.event_shape(tree);
        for name in self.table_trees.keys().copied().collect::<Vec<_>>() {
            self.table(name);
        }
        let targets = self.targets(tree);
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
        let mut tables: Vec<_> = self.tables.values().flatten().map(|table| table.model.clone()).collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
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

    /// A `let` of the file by its name; `None`: there is none.
    fn top_let(&mut self, name: &str, span: Span) -> Option<Option<Typed>> {
        let declaration = *self.let_trees.get(name)?;
        if self.lets_under_way.iter().any(|under_way| under_way == name) {
            self.report(
                Diagnostic::new(Code::E0218, format!("`{name}` is made of itself"), span, "leads back to the `let`")
                    .also(declaration.name.span, "declared here")
                    .help("give the values other names"),
            );
            return Some(None);
        }
        if !self.lets.contains_key(name) {
            self.lets_under_way.push(name.to_string());
            let outer = std::mem::take(&mut self.used_lets);
            let in_url = std::mem::replace(&mut self.in_url, false);
            let value = self.expr(&declaration.value, &mut scope::Scope::of_event());
            self.in_url = in_url;
            let uses = std::mem::replace(&mut self.used_lets, outer);
            self.lets_under_way.pop();
            let variable = self.variable();
            self.lets.insert(name.to_string(), value.map(|value| TopLet { variable, value, uses }));
            self.let_order.push(name.to_string());
        }
        self.used_lets.insert(name.to_string());
        self.ever_used_lets.insert(name.to_string());
        let Some(known) = self.lets.get(name).cloned().flatten() else { return Some(None) };
        Some(Some(Typed { expr: Typed::local(known.variable), span, ..known.value }))
    }

    /// The `let`s that were used since the set was last emptied, and what they use, in order.
    fn lets_in_use(&self) -> Vec<TopLet> {
        let mut wanted: BTreeSet<&str> = self.used_lets.iter().map(String::as_str).collect();
        for name in self.let_order.iter().rev() {
            if let (true, Some(Some(known))) = (wanted.contains(name.as_str()), self.lets.get(name)) {
                wanted.extend(known.uses.iter().map(String::as_str));
            }
        }
        let in_order = self.let_order.iter().filter(|name| wanted.contains(name.as_str()));
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
            .filter_map(|(name, known)| known.as_ref().map(|known| (known.variable, name.clone())))
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
    let name = file.name.rsplit(['/', '\\']).next().unwrap_or(&file.name).to_string();
    let sha256 = crate::library::hexadecimal(&Sha256::digest(file.text.as_bytes()));
    SourceDigest { name, sha256 }
}

fn file_stem(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_string()
}
