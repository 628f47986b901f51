//! Types, and the fields of events and records.

use super::braces::{Commas, Kind};
use super::text::{is_plain_name, shortened};
use super::{Builder, Node, Parts, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::*;
use crate::text::Span;

pub(super) const EVENT: Kind =
    Kind { what: "event", item: "a field, `name: type`,", words: &[], commas: Commas::Separate };
const RECORD: Kind = Kind { what: "record", item: "a field, `name: type`,", words: &[], commas: Commas::Separate };
const VARIANTS: Kind =
    Kind { what: "type", item: "a variant, `\"phone\": { … }`,", words: &[], commas: Commas::Separate };

impl Builder<'_> {
    pub(super) fn field(&mut self, node: Node, doc: Doc) -> Field {
        let span = self.trimmed(&node);
        let mut parts = Parts::of(node);
        let name = match parts.next() {
            Some(head) => self.field_name(head),
            None => Name { text: String::new(), span },
        };
        self.colon(&mut parts, name.span);
        let ty = self.type_of(parts.next(), span);
        self.rest(&mut parts);
        Field { doc, name, ty, span }
    }

    /// A field's name; one in quotes or with dashes is reported and understood.
    pub(super) fn field_name(&mut self, node: Node) -> Name {
        match node.as_rule() {
            Rule::dashed => self.dashed_name(&node),
            Rule::text_name => {
                let text = self.plain_text(node);
                let bare = if is_plain_name(&text.value) { text.value.clone() } else { format!("`{}`", text.value) };
                self.report(
                    Diagnostic::new(
                        Code::E0005,
                        "a name stands without quotes, or in backticks",
                        text.span,
                        "this is text",
                    )
                    .help(self.corrected(text.span, &bare)),
                );
                Name { text: text.value, span: text.span }
            }
            _ => self.name(&node),
        }
    }

    pub(super) fn dashed_name(&mut self, node: &Node) -> Name {
        let span = self.span(node);
        let text = node.as_str().to_owned();
        self.report(
            Diagnostic::new(Code::E0001, "a name with a dash stands in backticks", span, "without them, `-` subtracts")
                .help(self.corrected(span, &format!("`{text}`"))),
        );
        Name { text, span }
    }

    /// The `:` of a field, an entry or a parameter.
    pub(super) fn colon(&mut self, parts: &mut Parts, name: Span) {
        let Some(sign) = parts.next() else { return };
        let span = self.trimmed(&sign);
        match sign.as_rule() {
            Rule::colon if sign.as_str() == ":" => {}
            Rule::colon => self.report(
                Diagnostic::new(Code::E0016, "a `:` stands between a name and what it is", span, "`:` is meant")
                    .help(self.corrected(name.to(span), &format!("{}:", self.slice(name)))),
            ),
            _ => {
                let due = self.due(&sign);
                let help = self.corrected(due, if parts.peek().is_some() { ":" } else { ": string" });
                self.missing(&sign, "a `:` is missing behind the name", Some(help));
            }
        }
    }

    /// A type, or what is missing in its place; `owner` is what it belongs to.
    pub(super) fn type_of(&mut self, node: Option<Node>, owner: Span) -> TypeNode {
        let Some(node) = node else { return missing_type(owner.after()) };
        match node.as_rule() {
            Rule::type_on_line | Rule::type_in_brackets => self.union(node),
            Rule::type_member => self.member(node),
            _ => {
                self.missing(
                    &node,
                    "a type is missing here",
                    Some("a type is, for example, string, integer in minutes, [string] or { id: string }".into()),
                );
                missing_type(self.due(&node))
            }
        }
    }

    fn union(&mut self, node: Node) -> TypeNode {
        let start = self.span(&node);
        let mut members = Vec::new();
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            members.push(self.type_of(Some(part), start));
        }
        let Some(first) = members.first() else { return missing_type(start) };
        if members.len() == 1 {
            return members.remove(0);
        }
        let span = members.iter().fold(first.span, |whole, member| whole.to(member.span));
        let mut union = bare_type(TypeKind::Null, span);
        for member in &mut members {
            // Said of one of its members, they can only be meant of the whole.
            union.sensitive = union.sensitive.or(member.sensitive.take());
            // The first alone is reported: copying a long union for each would take square time.
            if let Some(mark) = member.optional.take()
                && union.optional.is_none()
            {
                union.optional = Some(mark);
                self.optional_member(mark, span);
            }
        }
        union.kind = TypeKind::Union(members);
        union
    }

    fn optional_member(&mut self, mark: Span, union: Span) {
        let written = self.slice(union);
        let at = (mark.start - union.start) as usize;
        let mut without = written.to_owned();
        if without.is_char_boundary(at) && without[at..].starts_with('?') {
            without.remove(at);
        }
        let fixed = format!("({})?", without.trim());
        self.report(
            Diagnostic::new(
                Code::E0015,
                "`?` behind one of several types could close that type or all of them",
                mark,
                "what does this close?",
            )
            .also(union, "put parentheses around all that it closes")
            .help(self.corrected(union.to(mark), &fixed)),
        );
    }

    fn member(&mut self, node: Node) -> TypeNode {
        let start = self.span(&node);
        let mut parts = Parts::of(node);
        let mut ty = match parts.next() {
            Some(atom) => {
                let span = self.trimmed(&atom);
                let kind = self.type_kind(atom);
                bare_type(kind, span)
            }
            None => return missing_type(start),
        };
        let atom = ty.span;
        let mut suffixes: Vec<(Rule, Span)> = Vec::new();
        while let Some(suffix) = parts.next() {
            let span = self.trimmed(&suffix);
            ty.span = ty.span.to(span);
            suffixes.push((suffix.as_rule(), span));
            match suffix.as_rule() {
                Rule::optional => ty.optional = Some(span),
                Rule::sensitive => ty.sensitive = Some(span),
                Rule::in_unit => ty.unit = self.suffix_unit(suffix),
                Rule::as_form => ty.form = self.suffix_form(suffix),
                _ => ty.zone = self.suffix_zone(suffix),
            }
        }
        self.suffix_order(
            atom,
            &suffixes,
            &[Rule::in_unit, Rule::as_form, Rule::in_zone, Rule::optional, Rule::sensitive],
        );
        ty
    }

    /// Suffixes stand in one order, each once.
    pub(super) fn suffix_order(&mut self, of: Span, suffixes: &[(Rule, Span)], order: &[Rule]) {
        let rank = |rule: Rule| order.iter().position(|&other| other == rule).unwrap_or(order.len());
        let Some(wrong) = suffixes.windows(2).find(|pair| rank(pair[0].0) >= rank(pair[1].0)) else { return };
        let mut sorted = suffixes.to_vec();
        sorted.sort_by_key(|(rule, _)| rank(*rule));
        sorted.dedup_by_key(|(rule, _)| *rule);
        let mut fixed = self.slice(of).to_owned();
        for (rule, span) in &sorted {
            if !matches!(rule, Rule::optional | Rule::list_mark) {
                fixed.push(' ');
            }
            fixed.push_str(self.slice(*span));
        }
        let whole = suffixes.iter().fold(of, |whole, (_, span)| whole.to(*span));
        let twice = wrong[0].0 == wrong[1].0;
        let (first, second) = (self.slice(wrong[0].1), self.slice(wrong[1].1));
        let message = if twice {
            format!("`{}` stands here twice", shortened(second))
        } else {
            format!("`{}` stands before `{}`", shortened(second), shortened(first))
        };
        self.report(
            Diagnostic::new(
                Code::E0001,
                message,
                wrong[1].1,
                if twice { "the second time" } else { "this comes first" },
            )
            .also(wrong[0].1, if twice { "the first time" } else { "this comes behind it" })
            .help(self.corrected(whole, &fixed)),
        );
    }

    pub(super) fn suffix_unit(&mut self, node: Node) -> Option<UnitText> {
        let part = node.into_inner().next()?;
        Some(if part.as_rule() == Rule::missing_unit { self.missing_unit(&part) } else { self.unit(&part) })
    }

    pub(super) fn suffix_zone(&mut self, node: Node) -> Option<Text> {
        node.into_inner().next().map(|text| self.plain_text(text))
    }

    pub(super) fn suffix_form(&mut self, node: Node) -> Option<Form> {
        let part = node.into_inner().next()?;
        match part.as_rule() {
            Rule::name => Some(Form::Named(self.name(&part))),
            Rule::form_pair => {
                let mut parts = Parts::of(part);
                let yes = self.plain_text(parts.next()?);
                let no = match parts.next()? {
                    missing if missing.as_rule() == Rule::missing_text => {
                        self.missing_text(&missing, "the text for false is missing behind `/`", "as \"Y\" / \"N\"")
                    }
                    text => self.plain_text(text),
                };
                Some(Form::Pair(yes, no))
            }
            Rule::missing_form => {
                self.missing(
                    &part,
                    "a form is due behind `as`",
                    Some("as text, as unix, as \"MM/dd/yyyy\" or as \"Y\" / \"N\"".into()),
                );
                None
            }
            _ => Some(Form::Pattern(self.plain_text(part))),
        }
    }

    fn type_kind(&mut self, node: Node) -> TypeKind {
        match node.as_rule() {
            Rule::text => TypeKind::Code(self.plain_text(node)),
            Rule::name if node.as_str() == "null" => TypeKind::Null,
            Rule::name => TypeKind::Named(self.name(&node)),
            Rule::type_list => TypeKind::List(Box::new(self.bracketed_type(node, "]"))),
            Rule::type_group => TypeKind::Group(Box::new(self.bracketed_type(node, ")"))),
            Rule::type_record => {
                let Some(fields) = node.into_inner().next() else { return TypeKind::Missing };
                let (mut fields, _) = self.fields(fields, &RECORD);
                let dictionary = |field: &Field| field.name.text == "string" && self.slice(field.name.span) == "string";
                if fields.len() == 1 && dictionary(&fields[0]) {
                    return TypeKind::Dictionary(Box::new(fields.remove(0).ty));
                }
                TypeKind::Record(fields)
            }
            Rule::type_variants => self.variants(node),
            Rule::type_new => {
                let owner = self.trimmed(&node);
                let keyword = self.head(&node, 3);
                match node.into_inner().next() {
                    Some(deep) if deep.as_rule() == Rule::too_deep => {
                        self.too_deep(keyword);
                        TypeKind::Missing
                    }
                    inner => TypeKind::New(Box::new(self.type_of(inner, owner))),
                }
            }
            _ => TypeKind::Missing,
        }
    }

    fn bracketed_type(&mut self, node: Node, close: &'static str) -> TypeNode {
        let opener = self.head(&node, 1);
        let mut ty = missing_type(opener.after());
        let mut parts = Parts::of(node);
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::too_deep => self.too_deep(opener),
                Rule::missing_close => self.missing_bracket(&part, opener, close),
                Rule::bracket_junk => self.bracket_junk(&part, close),
                _ => ty = self.type_of(Some(part), opener),
            }
        }
        ty
    }

    fn variants(&mut self, node: Node) -> TypeKind {
        let keyword = self.head(&node, 2);
        let mut parts = Parts::of(node);
        let by = match parts.next() {
            Some(name) if name.as_rule() == Rule::name => self.name(&name),
            Some(missing) => self.missing_name(
                &missing,
                "the field that tells the variants apart is missing",
                "by kind { \"phone\": { number: string } }",
            ),
            None => Name { text: String::new(), span: keyword },
        };
        let mut variants = Vec::new();
        self.body(&mut parts, keyword, &VARIANTS, |builder, node, _| {
            let owner = builder.trimmed(&node);
            let mut parts = Parts::of(node);
            let Some(tag) = parts.next() else { return };
            let tag = builder.plain_text(tag);
            builder.colon(&mut parts, tag.span);
            let ty = builder.type_of(parts.next(), owner);
            builder.rest(&mut parts);
            variants.push((tag, ty));
        });
        TypeKind::Variants { by, variants }
    }

    /// The fields of an event or a record, and the place where they end.
    pub(super) fn fields(&mut self, node: Node, kind: &Kind) -> (Vec<Field>, Span) {
        let head = self.head(&node, 0);
        let mut fields = Vec::new();
        let mut parts = Parts::of(node);
        let body = self.body(&mut parts, head, kind, |builder, node, doc| fields.push(builder.field(node, doc)));
        (fields, body.span)
    }
}

pub(super) fn bare_type(kind: TypeKind, span: Span) -> TypeNode {
    TypeNode { kind, span, unit: None, form: None, zone: None, optional: None, sensitive: None }
}

pub(super) fn missing_type(span: Span) -> TypeNode {
    bare_type(TypeKind::Missing, span)
}
