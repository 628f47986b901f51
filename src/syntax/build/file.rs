//! A file: its declarations, what stands between them, and its comments.

use super::braces::{Commas, Kind};
use super::parts::is_comment;
use super::text::shortened;
use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::grammar::MappingParser;
use crate::syntax::tree::*;
use crate::syntax::words;
use crate::text::{SourceFile, Span};
use pest::Parser;

const LISTEN: Kind = Kind {
    what: "listen block",
    item: "`id` and the field that names the event",
    words: &["id"],
    commas: Commas::Separate,
};
const USE: Kind = Kind { what: "use block", item: "a name", words: &[], commas: Commas::Separate };
const CROSSWALK: &str = "crosswalk VistaSlot { integer -> string }";

pub fn file(file: &SourceFile, id: u32) -> (SyntaxTree, Vec<Diagnostic>) {
    let mut builder = Builder::new(file, id);
    let tree = match MappingParser::parse(Rule::file, &file.text) {
        Ok(mut pairs) => match pairs.next() {
            Some(pair) => {
                let comments = builder.comments(&pair);
                SyntaxTree { items: builder.items(pair), comments }
            }
            None => SyntaxTree::default(),
        },
        // The grammar takes any text; were there one that it does not, it would be said here.
        Err(error) => {
            let at = match error.location {
                pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
            };
            builder.report(Diagnostic::new(Code::E0001, "this fits nothing", Span::new(id, at, at), "not understood"));
            SyntaxTree::default()
        }
    };
    builder.diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span.start, diagnostic.code));
    (tree, builder.diagnostics)
}

/// What of the declarations before is to be told of a line that stands outside of all.
#[derive(Default)]
struct Outside {
    /// A line outside has been reported, or a brace that misplaced it: the next ones follow from that.
    reported: bool,
}

impl Builder<'_> {
    fn comments(&mut self, file: &Node) -> Vec<Comment> {
        let mut comments: Vec<Comment> = Vec::new();
        let mut last_slip: Option<usize> = None;
        for node in file.clone().into_inner().flatten().filter(|node| is_comment(node.as_rule())) {
            let span = self.trimmed(&node);
            if !matches!(node.as_rule(), Rule::doc | Rule::comment) {
                // Lines of one comment are one mistake.
                let between = last_slip.and_then(|end| self.text.get(end..span.start as usize));
                if between.is_none_or(|between| !between.trim().is_empty()) {
                    self.bad_comment(&node);
                }
                last_slip = Some(span.end as usize);
            }
            comments.push(Comment { text: node.as_str().trim_end().to_owned(), span });
        }
        comments
    }

    fn bad_comment(&mut self, node: &Node) {
        let written = node.as_str();
        let (sign, text) = match node.as_rule() {
            Rule::hash_comment => ("#", written.trim_start_matches('#')),
            Rule::dash_comment => ("--", written.trim_start_matches('-')),
            _ => ("/* … */", written.trim_start_matches("/*").trim_end_matches("*/")),
        };
        let at = self.head(node, written.len().min(if sign == "#" { 1 } else { 2 }));
        let lines: Vec<String> = text
            .trim()
            .lines()
            .take(8)
            .map(|line| format!("// {}", shortened(line.trim().trim_start_matches('*').trim())))
            .collect();
        self.judged(|builder| {
            let message = if sign.starts_with('/') && !written.ends_with("*/") {
                "a comment begins with `//`; this `/*` takes in the rest of the file".to_owned()
            } else {
                format!("a comment is written `// …`, not `{sign}`")
            };
            let help = if lines.is_empty() { "//".to_owned() } else { lines.join("\n") };
            builder.report(Diagnostic::new(Code::E0010, message, at, "`//` is meant").help(help));
        });
    }

    fn items(&mut self, file: Node) -> Vec<Item> {
        let mut items = Vec::new();
        let mut outside = Outside::default();
        let mut parts = Parts::of(file);
        while parts.peek().is_some() {
            self.item_begin = self.diagnostics.len();
            let doc = parts.doc();
            let Some(node) = parts.next() else { break };
            match node.as_rule() {
                Rule::EOI => break,
                Rule::stray_close | Rule::stray_comma => {
                    self.judged(|builder| builder.stray(&node, &mut outside));
                }
                Rule::unknown => {
                    let (mended, _) = self.judged(|builder| builder.unknown(node, doc, &mut outside));
                    items.extend(mended);
                }
                _ => {
                    self.misfits.clear();
                    outside = Outside::default();
                    let (item, _) = self.judged(|builder| builder.item(node, doc));
                    items.extend(item);
                }
            }
            self.swallowed = false;
            self.headless = 0;
        }
        items
    }

    fn item(&mut self, node: Node, doc: Doc) -> Option<Item> {
        Some(match node.as_rule() {
            Rule::listen => Item::Listen(self.listen(node, doc)),
            Rule::event => Item::Event(self.event(node, doc)),
            Rule::target => Item::Target(self.target(node, doc)),
            Rule::map => Item::Map(self.map(node, doc)),
            Rule::table => Item::Table(self.table(node, doc)),
            Rule::test => Item::Test(self.test(node, doc)),
            Rule::type_declaration => Item::Type(self.type_declaration(node, doc)),
            Rule::function => Item::Function(self.function(node, doc)),
            Rule::let_declaration => Item::Let(self.let_of(node, doc)),
            Rule::use_names => Item::Use(self.use_names(node)),
            Rule::crosswalk => Item::Crosswalk(self.crosswalk(node, doc)),
            Rule::zone => {
                let span = self.trimmed(&node);
                let mut parts = Parts::of(node);
                let text =
                    self.text_or_missing(parts.next()?, "the zone's name is missing", "zone \"America/New_York\"");
                self.rest(&mut parts);
                Item::Zone(text, span)
            }
            Rule::ignore | Rule::allow => Item::Ignore(self.ignore(node)),
            _ => return None,
        })
    }

    fn listen(&mut self, node: Node, doc: Doc) -> Listen {
        let span = self.trimmed(&node);
        let keyword = self.head(&node, 6);
        let mut parts = Parts::of(node);
        let event = match parts.next() {
            Some(text) => self.text_or_missing(
                text,
                "the event's name is missing behind `listen`",
                "listen \"appointment-rule-changed\"",
            ),
            None => Text { value: String::new(), span: keyword.after() },
        };
        let mut id = None;
        if let Some(block) = parts.take(Rule::listen_block) {
            let mut inner = Parts::of(block);
            self.body(&mut inner, keyword, &LISTEN, |builder, node, _| {
                let mut entry = Parts::of(node);
                let Some(word) = entry.next() else { return };
                let word = builder.name(&word);
                if word.text != "id" {
                    builder.report(
                        Diagnostic::new(
                            Code::E0001,
                            format!("`{}` says nothing in a listen block", shortened(&word.text)),
                            word.span,
                            "`id` is due here",
                        )
                        .help(builder.corrected(word.span, "id")),
                    );
                }
                match entry.next() {
                    Some(path) if path.as_rule() == Rule::path => id = Some(builder.path(path)),
                    Some(missing) => drop(builder.missing_name(
                        &missing,
                        "the field that names the event is missing",
                        "{ id eventId }",
                    )),
                    None => {}
                }
                builder.rest(&mut entry);
            });
        }
        self.rest(&mut parts);
        Listen { doc, event, id, span }
    }

    fn event(&mut self, node: Node, doc: Doc) -> Event {
        let keyword = self.head(&node, 5);
        let mut event =
            Event { doc, strict: false, from: None, fields: Vec::new(), span: self.trimmed(&node), keyword };
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::strict => event.strict = true,
                Rule::from_schema => {
                    event.from = part.into_inner().next().map(|text| {
                        self.text_or_missing(
                            text,
                            "the schema's file is missing behind `from`",
                            "event from \"schemas/rule.schema.json\"",
                        )
                    });
                }
                Rule::fields => {
                    let (fields, span) = self.fields(part, &super::types::EVENT);
                    event.fields = fields;
                    event.span = keyword.to(span);
                }
                Rule::junk => self.junk(&part),
                _ => {}
            }
        }
        event
    }

    fn type_declaration(&mut self, node: Node, doc: Doc) -> TypeDeclaration {
        let span = self.trimmed(&node);
        let keyword = self.head(&node, 4);
        let mut parts = Parts::of(node);
        let name = self.declared_name(&mut parts, keyword, "type Slot = { id: string }");
        self.equals(&mut parts);
        let ty = self.type_of(parts.next(), span);
        self.rest(&mut parts);
        TypeDeclaration { doc, name, ty, span }
    }

    fn declared_name(&mut self, parts: &mut Parts, keyword: Span, example: &str) -> Name {
        match parts.next() {
            Some(name) if name.as_rule() == Rule::name => self.name(&name),
            Some(missing) => self.missing_name(&missing, "the name is missing in this declaration", example),
            None => Name { text: String::new(), span: keyword.after() },
        }
    }

    fn function(&mut self, node: Node, doc: Doc) -> Function {
        let span = self.trimmed(&node);
        let keyword = self.head(&node, 2);
        let mut parts = Parts::of(node);
        let name = self.declared_name(&mut parts, keyword, "fn full(n: Name): string = \"{n.family}, {n.given}\"");
        let parameters = match parts.next() {
            Some(list) if list.as_rule() == Rule::parameters => self.parameters(list),
            Some(missing) => {
                let help = self.corrected(self.due(&missing), "(x: string)");
                self.missing(&missing, "the parameters are missing, in parentheses", Some(help));
                Vec::new()
            }
            None => Vec::new(),
        };
        let mut result = None;
        if matches!(parts.peek(), Some(Rule::type_on_line | Rule::missing_type)) {
            result = Some(self.type_of(parts.next(), span));
        }
        self.equals(&mut parts);
        let body = self.expr_or_missing(parts.next(), keyword);
        self.rest(&mut parts);
        Function { doc, name, parameters, result, body, span }
    }

    fn use_names(&mut self, node: Node) -> Use {
        let span = self.trimmed(&node);
        let keyword = self.head(&node, 3);
        let mut parts = Parts::of(node);
        let path = match parts.next() {
            Some(text) => {
                self.text_or_missing(text, "the file's name is missing behind `use`", "use \"common/va.map\" { Role }")
            }
            None => Text { value: String::new(), span: keyword.after() },
        };
        let mut names = Vec::new();
        self.body(&mut parts, keyword, &USE, |builder, node, _| names.push(builder.name(&node)));
        self.rest(&mut parts);
        Use { path, names, span }
    }

    fn crosswalk(&mut self, node: Node, doc: Doc) -> Crosswalk {
        let span = self.trimmed(&node);
        let mut opener = self.head(&node, 9);
        let mut parts = Parts::of(node);
        let name = self.declared_name(&mut parts, opener, CROSSWALK);
        let mut types = Vec::new();
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::open => opener = self.span(&part),
                Rule::missing_open => {
                    let due = self.due(&part);
                    self.report(
                        Diagnostic::new(Code::E0002, "the `{` of the crosswalk is missing", due, "a `{` is due here")
                            .help(CROSSWALK),
                    );
                }
                Rule::bad_arrow => drop(self.bad_arrow(&part)),
                Rule::missing_arrow => {
                    self.missing(&part, "`->` is missing between the two types", Some(CROSSWALK.into()))
                }
                Rule::missing_close => self.missing_bracket(&part, opener, "}"),
                Rule::crosswalk_junk => self.bracket_junk(&part, "}"),
                Rule::junk => self.junk(&part),
                Rule::arrow | Rule::close => {}
                _ => types.push(self.type_of(Some(part), span)),
            }
        }
        let mut types = types.into_iter();
        let missing = || super::types::missing_type(span.after());
        Crosswalk {
            doc,
            name,
            key: types.next().unwrap_or_else(missing),
            value: types.next().unwrap_or_else(missing),
            span,
        }
    }

    fn ignore(&mut self, node: Node) -> Ignore {
        let span = self.trimmed(&node);
        let is_allow = node.as_rule() == Rule::allow;
        let open = self.slice(span).find('(').map_or(span, |at| Span {
            start: span.start + at as u32,
            end: span.start + at as u32 + 1,
            ..span
        });
        let mut ignore = Ignore { lint: None, paths: Vec::new(), span };
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::name => ignore.lint = Some(self.name(&part)),
                Rule::path => ignore.paths.push(self.path(part)),
                Rule::missing_name if is_allow => {
                    drop(self.missing_name(&part, "the warning's name is missing", "allow unused_field(note)"))
                }
                Rule::missing_name => drop(self.missing_name(&part, "a field's name is missing", "ignore note, draft")),
                Rule::missing_params => self.missing(
                    &part,
                    "the fields are missing, in parentheses",
                    Some("allow unused_field(note)".into()),
                ),
                Rule::missing_close => self.missing_bracket(&part, open, ")"),
                Rule::bracket_junk => self.bracket_junk(&part, ")"),
                Rule::junk => self.junk(&part),
                _ => {}
            }
        }
        ignore
    }

    /// A closing bracket or a comma outside of every declaration.
    fn stray(&mut self, node: &Node, outside: &mut Outside) {
        if std::mem::replace(&mut outside.reported, true) || self.blame_a_brace() {
            return;
        }
        let span = self.trimmed(node);
        let diagnostic = self.known_slip(span).unwrap_or_else(|| {
            Diagnostic::new(
                Code::E0001,
                "nothing stands between declarations but a line's end",
                span,
                "a comma has no place here",
            )
            .help(self.without(span))
        });
        self.report(diagnostic);
    }

    /// A brace that closed too early leaves what follows outside: it is the one to name.
    fn blame_a_brace(&mut self) -> bool {
        let Some(close) = self.misfits.iter().find(|misfit| misfit.deeper).map(|misfit| misfit.close) else {
            return false;
        };
        let open = self.misfits.iter().find(|misfit| misfit.deeper).map_or(close, |misfit| misfit.open);
        self.report(
            Diagnostic::new(
                Code::E0011,
                "this `}` closes more than its indentation says",
                close,
                "one `}` too many, or too early",
            )
            .also(open, "it closes this `{`")
            .help(self.without(close)),
        );
        true
    }

    /// What begins no declaration: a misspelled word, or a line outside of every block.
    fn unknown(&mut self, node: Node, doc: Doc, outside: &mut Outside) -> Vec<Item> {
        let whole = self.trimmed(&node);
        let first = node.clone().into_inner().next();
        let word = first.filter(|first| first.as_rule() == Rule::name).map(|name| self.name(&name));
        let line_end = self.slice(Span { end: whole.end.min(whole.start + 400), ..whole });
        let line = line_end.split('\n').next().unwrap_or("");
        let is_rule = line.contains("->");
        if let Some(word) = &word
            && !is_rule
            && !words::OPERATORS.contains(&word.text.as_str())
            && !words::LINES.contains(&word.text.as_str())
            && let Some(meant) = words::nearest(&word.text, words::DECLARATIONS)
        {
            outside.reported = true;
            self.report(
                Diagnostic::new(
                    Code::E0001,
                    format!("no declaration begins with `{}`", shortened(&word.text)),
                    word.span,
                    format!("did you mean `{meant}`?"),
                )
                .help(self.corrected(word.span, meant)),
            );
            return self.read_as(meant, &node, word.span, doc);
        }
        if std::mem::replace(&mut outside.reported, true) || self.blame_a_brace() {
            return Vec::new();
        }
        let at = word
            .as_ref()
            .filter(|_| !is_rule)
            .map_or(Span { end: whole.start + line.trim_end().len() as u32, ..whole }, |word| word.span);
        let slip = if word.is_none() { self.known_slip(at) } else { None };
        let diagnostic = slip.unwrap_or_else(|| {
            if is_rule {
                Diagnostic::new(
                    Code::E0001,
                    "a rule stands in the block of a map",
                    at,
                    "this stands outside of every declaration",
                )
                .help(format!("map {{\n  {}\n}}", line.trim()))
            } else {
                Diagnostic::new(Code::E0001, "this begins no declaration", at, "not understood")
                    .help(format!("a declaration begins with one of: {}", words::DECLARATIONS.join(", ")))
            }
        });
        self.report(diagnostic);
        Vec::new()
    }

    /// Reads an item again as if its first word were `meant`, so that what it declares is known.
    fn read_as(&mut self, meant: &str, node: &Node, word: Span, doc: Doc) -> Vec<Item> {
        let mended = format!("{meant}{}", &node.as_str()[(word.end - word.start) as usize..]);
        let Ok(mut pairs) = MappingParser::parse(Rule::file, &mended) else { return Vec::new() };
        let Some(item) = pairs.next().map(Parts::of).and_then(|mut parts| parts.next()) else { return Vec::new() };
        let before = self.shift;
        self.shift = word.end as isize - meant.len() as isize;
        self.last_trim.set((0, 0));
        let (item, _) = self.judged(|builder| builder.item(item, doc));
        self.shift = before;
        self.last_trim.set((0, 0));
        item.into_iter().collect()
    }
}
