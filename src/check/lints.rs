//! Warnings that save an operator.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Base;
use crate::syntax::tree::{self, Item, SyntaxTree};
use std::collections::HashSet;

/// Endings of names that suggest a unit, with a unit to suggest.
const UNIT_ENDINGS: &[(&str, &str)] = &[
    ("Minutes", "minutes"),
    ("Mins", "minutes"),
    ("Min", "minutes"),
    ("Seconds", "seconds"),
    ("Secs", "seconds"),
    ("Sec", "seconds"),
    ("Millis", "ms"),
    ("Ms", "ms"),
    ("Hours", "hours"),
    ("Hrs", "hours"),
    ("Days", "days"),
    ("Kg", "kg"),
    ("Lbs", "'[lb_av]'"),
    ("Cm", "cm"),
    ("Celsius", "Cel"),
    ("Fahrenheit", "'[degF]'"),
];

impl Checker<'_> {
    pub(super) fn lints(&mut self, tree: &SyntaxTree) {
        // What could not be read may use what seems unused.
        let sound = self.errors() == 0;
        self.unit_names();
        self.plain_http(tree);
        if sound {
            self.unused_fields(tree);
            self.unused_declarations(tree);
            self.unused_crosswalks();
            self.rows_without_use();
        }
    }

    fn unused_fields(&mut self, tree: &SyntaxTree) {
        let Some(event) = self.event_tree else { return };
        let mut ignored: HashSet<String> = HashSet::new();
        for item in &tree.items {
            if let Item::Ignore(ignore) = item {
                for path in &ignore.paths {
                    ignored.extend(path.names.first().map(|name| name.text.clone()));
                    if let Some(name) = path.names.first()
                        && self.event.field(&name.text).is_none()
                    {
                        self.report(
                            Diagnostic::new(
                                Code::E0102,
                                format!("the event has no field `{}` to ignore", name.text),
                                name.span,
                                "no such field",
                            )
                            .help("remove it from the line"),
                        );
                    }
                }
            }
        }
        let touched: HashSet<&str> = self.used.iter().filter_map(|origin| origin.first()).map(String::as_str).collect();
        let unused: Vec<&tree::Field> = event
            .fields
            .iter()
            .filter(|field| !touched.contains(field.name.text.as_str()) && !ignored.contains(&field.name.text))
            .collect();
        let found: Vec<Diagnostic> = unused
            .iter()
            .map(|field| {
                Diagnostic::new(
                    Code::W0101,
                    format!("nothing uses `{}`", field.name.text),
                    field.name.span,
                    "read from the event, then dropped",
                )
                .help(format!("if that is meant, say so: `ignore {}`", field.name.text))
            })
            .collect();
        for diagnostic in found {
            self.report(diagnostic);
        }
    }

    fn unused_declarations(&mut self, tree: &SyntaxTree) {
        let used_tables: HashSet<String> = self.table_uses.iter().map(|(name, _)| name.clone()).collect();
        for item in &tree.items {
            if let Item::Use(node) = item {
                self.unused_imports(node);
            }
            let (name, what) = match item {
                Item::Table(table) if !used_tables.contains(&table.name.text) && !self.mentions(&table.name) => {
                    (&table.name, "table")
                }
                Item::Let(declared) if !self.ever_used_lets.contains(&(0, declared.name.text.as_str())) => {
                    (&declared.name, "`let`")
                }
                Item::Function(function) if !self.mentions(&function.name) => (&function.name, "function"),
                Item::Type(ty) if !self.mentions(&ty.name) => (&ty.name, "type"),
                Item::Map(map) => match &map.name {
                    Some(name) if map.parameters.is_some() && !self.mentions(name) => (name, "map"),
                    _ => continue,
                },
                _ => continue,
            };
            self.report(
                Diagnostic::new(Code::W0102, format!("nothing uses the {what} `{}`", name.text), name.span, "unused")
                    .help("remove it"),
            );
        }
    }

    fn unused_imports(&mut self, node: &tree::Use) {
        for name in node.names.iter().filter(|name| !self.mentions(name)).collect::<Vec<_>>() {
            self.report(
                Diagnostic::new(
                    Code::W0102,
                    format!("nothing uses `{}`, which is taken from {}", name.text, node.path.value),
                    name.span,
                    "unused",
                )
                .help("remove it from the line"),
            );
        }
    }

    /// Whether the name stands anywhere but where it is declared (`inverse(Role)`).
    fn mentions(&self, name: &tree::Name) -> bool {
        self.sources.file(name.span.file).text.matches(name.text.as_str()).count() > 1
    }

    fn rows_without_use(&mut self) {
        for (table, keys, span) in std::mem::take(&mut self.row_spans) {
            let uses: Vec<_> = self.table_uses.iter().filter(|(name, _)| *name == table).collect();
            let asked = |asked: &Option<Vec<_>>, key| asked.as_ref().is_none_or(|codes| codes.contains(key));
            let reached =
                uses.iter().any(|(_, columns)| columns.iter().zip(&keys).all(|(codes, key)| asked(codes, key)));
            if !uses.is_empty() && !reached {
                self.report(
                    Diagnostic::new(
                        Code::W0103,
                        format!("no look-up in `{table}` can find this row"),
                        span,
                        "none of the codes that are looked up",
                    )
                    .help("remove the row, or correct its key"),
                );
            }
        }
    }

    fn unit_names(&mut self) {
        let Some(event) = self.event_tree else { return };
        let mut found = Vec::new();
        for field in &event.fields {
            let Some(known) = self.event.field(&field.name.text) else { continue };
            if !matches!(known.ty.base, Base::Integer(None) | Base::Decimal(None)) {
                continue;
            }
            let before = |ending: &str| field.name.text.strip_suffix(ending).and_then(|head| head.chars().last());
            let hit = UNIT_ENDINGS
                .iter()
                .find(|(ending, _)| before(ending).is_some_and(|last| last.is_lowercase() || last == '_'));
            if let Some((_, unit)) = hit {
                found.push(
                    Diagnostic::new(
                        Code::W0104,
                        format!("the name `{}` suggests a unit that its type does not declare", field.name.text),
                        field.name.span.to(field.ty.span),
                        "a plain number",
                    )
                    .help(format!("declare it, so that conversions are checked: `in {unit}`")),
                );
            }
        }
        for diagnostic in found {
            self.report(diagnostic);
        }
    }

    fn plain_http(&mut self, tree: &SyntaxTree) {
        for item in &tree.items {
            let Item::Target(target) = item else { continue };
            let tree::ExprKind::Text(parts) = &target.url.kind else { continue };
            let Some(tree::Part::Literal { value, span }) = parts.first() else { continue };
            let credential = target.clauses.iter().find(|clause| matches!(clause.kind, tree::ClauseKind::Auth(_)));
            if let (true, Some(clause)) = (value.starts_with("http://"), credential) {
                self.report(
                    Diagnostic::new(Code::W0111, "a credential goes over plain http", *span, "not encrypted")
                        .also(clause.span, "this credential")
                        .help("write https:// if the target knows it"),
                );
            }
        }
    }
}
