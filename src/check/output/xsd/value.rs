//! A text against its simple type: what is constant is looked at, what moves is handed down, what is computed is proved.

use super::Conformer;
use super::logic::{Fact, NEVER};
use super::pieces::{Look, Piece, Source};
use super::told::{NAMED, sources};
use super::walk::Declared;
use super::wanted::{Want, Way};
use crate::check::show::and_list;
use crate::diagnostic::{Code, Diagnostic};
use crate::library::constraint::{Rule, describe, spaced};
use crate::library::{iso, xml};
use crate::model::{Alternative, Base, Constraint, Expr, Leaf, Space, TextRule, Type};
use crate::schema::xsd::builtin::Primitive;
use crate::schema::xsd::model::{FacetKind, SimpleId, TypeId};
use crate::text::Span;

/// How a way and a look go together.
enum Fit {
    /// The primitive's own form is kept by every such value, or must be asked for.
    Kept,
    Asked,
    /// It never fits.
    Not,
}

impl Conformer<'_> {
    /// Holds a leaf's value against a simple type; what only an event can tell becomes a rule of the leaf.
    pub(super) fn text(&mut self, leaf: &mut Leaf, ty: SimpleId, declared: Option<Declared>, span: Span, under: Fact) {
        let declaration = declared.and_then(|declared| declared.id).map(|id| &self.schema.elements[id]);
        if let Some((fixed, at)) = declaration.and_then(|found| Some((found.fixed.clone()?, found.span))) {
            return self.fixed(leaf, &fixed, at, span, under);
        }
        let empty_is_default = declaration.is_some_and(|found| found.default.is_some());
        let Some(ways) = self.ways(ty, span) else { return };
        let item = match &leaf.ty.base {
            Base::List(item) => (**item).clone(),
            _ => leaf.ty.clone(),
        };
        let pieces = match &leaf.ty.base {
            Base::List(_) => self.items(&leaf.value, &item, under),
            _ => self.pieces(&leaf.value, &item, under),
        };
        let unit = item.unit().map(ToString::to_string);
        let mut held = Held { wrong: Vec::new(), why: None, wants: vec![Vec::new(); ways.len()], any: false };
        for piece in pieces {
            if piece.under == NEVER || self.facts.logic.and(piece.under, under) == NEVER {
                continue;
            }
            match &piece.source {
                Source::Constant(text) if empty_is_default && text.is_empty() => {}
                Source::Constant(text) => self.constant(text, ty, &ways, &mut held),
                _ if self.piece(&piece, &ways, ty, (span, unit.as_deref()), &mut held) => {}
                _ => return,
            }
        }
        if !held.wrong.is_empty() {
            return self.wrong_constants(held, ty, span);
        }
        if held.any {
            self.hand_down(leaf, &ways, held, ty);
        }
    }

    /// What the items of a list may be.
    fn items(&mut self, list: &Expr, item: &Type, under: Fact) -> Vec<Piece> {
        match list {
            Expr::List(items) => items.iter().flat_map(|value| self.pieces(value, item, under)).collect(),
            Expr::Each { variable, list, filter, yields, .. } => {
                self.facts.bind(*variable, list);
                let chosen = self.when(filter.as_deref());
                let under = self.facts.logic.and(under, chosen);
                self.pieces(yields, item, under)
            }
            Expr::Path { root: crate::model::Root::Local(variable), steps } if steps.is_empty() => {
                match self.facts.lets.get(variable).cloned() {
                    Some(value) => self.items(&value, item, under),
                    None => self.item_of(list, item, under),
                }
            }
            other => self.item_of(other, item, under),
        }
    }

    /// An item of a list that moves, or that a function makes, as if it were the first.
    fn item_of(&mut self, list: &Expr, item: &Type, under: Fact) -> Vec<Piece> {
        let value = Expr::Index {
            list: Box::new(list.clone()),
            index: Box::new(Expr::Constant(crate::model::Constant::Number(crate::model::number::Number::ZERO))),
        };
        match (&item.base, self.facts.moves(list)) {
            // A function of a list of codes gives some of them.
            (Base::Code { values, open: false }, false) => {
                let text = |code: &String| Piece { source: Source::Constant(code.clone()), under };
                values.iter().map(text).collect()
            }
            _ => self.pieces(&value, item, under),
        }
    }

    /// A constant: is it one of the type's?
    fn constant(&mut self, text: &str, ty: SimpleId, ways: &[Way], held: &mut Held) {
        let why = match self.refuses(text, ty, ways) {
            None => return,
            Some(why) => why,
        };
        held.why.get_or_insert(why);
        if !held.wrong.iter().any(|known| known == text) {
            held.wrong.push(text.to_owned());
        }
    }

    /// Why the type does not have the text, and the facet that says so; `None`: it has it.
    fn refuses(&self, text: &str, ty: SimpleId, ways: &[Way]) -> Option<(String, Option<Span>)> {
        let facets = self.list_facets(ty);
        if ways.iter().any(|way| way.is_list) {
            let whole = spaced(Space::Collapse, text);
            let items: Vec<&str> = whole.split(' ').filter(|item| !item.is_empty()).collect();
            let bad = items.iter().find_map(|item| self.refuses_one(item, ways));
            let count = items.len() as u64;
            let wrong = facets.iter().find(|facet| match &facet.kind {
                FacetKind::Length(exact) => count != *exact,
                FacetKind::MinLength(least) => count < *least,
                FacetKind::MaxLength(most) => count > *most,
                FacetKind::Enumeration(values) => !values.iter().any(|value| spaced(Space::Collapse, value) == whole),
                FacetKind::Pattern(Ok(patterns)) => !patterns.iter().any(|pattern| {
                    let all = vec![Constraint::Pattern(pattern.exact.clone())];
                    holds(&Alternative { space: Space::Collapse, all }, text)
                }),
                FacetKind::Pattern(Err(_)) => true,
                _ => false,
            });
            return bad
                .or_else(|| wrong.map(|facet| ("the list is not as its type wants it".to_owned(), Some(facet.span))));
        }
        self.refuses_one(text, ways)
    }

    fn refuses_one(&self, text: &str, ways: &[Way]) -> Option<(String, Option<Span>)> {
        let mut first = None;
        for way in ways {
            let plain = spaced(way.space, text);
            let real = match way.builtin.primitive {
                Primitive::Date => plain.get(..10).is_some_and(|day| iso::parse_date(day).is_some()),
                Primitive::DateTime => plain.get(..10).is_some_and(|day| iso::parse_date(day).is_some()),
                Primitive::QName => self.is_qname(&plain),
                _ => true,
            };
            let failing = way.wants.iter().find(|want| !want.holds(text));
            let why = match failing {
                None if real => return None,
                None => (format!("it is no xs:{}", way.builtin.name), None),
                Some(want) if want.is_form => (format!("it is no xs:{}", way.builtin.name), None),
                Some(want) => (format!("it {}", reason(want)), want.span),
            };
            first.get_or_insert(why);
        }
        match ways.len() {
            1 => first,
            _ => Some(("no type of the union has it".to_owned(), None)),
        }
    }

    /// A prefix that the map declares, and a name.
    fn is_qname(&self, text: &str) -> bool {
        let (prefix, local) =
            text.split_once(':').map_or((None, text), |(prefix, local)| (Some(prefix.to_owned()), local));
        let declared = prefix.is_none() || self.namespaces.iter().any(|known| known.prefix == prefix);
        declared && xml::is_name(local)
    }

    /// A value that moves or is computed: proved, or handed down; false: neither, which is told.
    fn piece(
        &mut self,
        piece: &Piece,
        ways: &[Way],
        ty: SimpleId,
        (span, unit): (Span, Option<&str>),
        held: &mut Held,
    ) -> bool {
        let (names, look, moved) = match &piece.source {
            Source::Moved(path, look) => (vec![path.clone()], *look, true),
            Source::Computed(names, look) => (names.clone(), *look, false),
            Source::Constant(_) => return true,
        };
        // Facets of a list that one item does not meet by itself.
        let single = self.list_facets(ty).iter().all(|facet| match facet.kind {
            FacetKind::Length(1) | FacetKind::MinLength(0 | 1) | FacetKind::Space(_) => true,
            FacetKind::MaxLength(most) => most > 0,
            _ => false,
        });
        let ways: &[Way] = if single { ways } else { &[] };
        let mut kinds = false;
        let mut failing: Vec<Want> = Vec::new();
        let mut left: Vec<(usize, Vec<Want>)> = Vec::new();
        for (number, way) in ways.iter().enumerate() {
            let asked = match fit(look, way) {
                Fit::Not => continue,
                Fit::Kept => false,
                Fit::Asked => true,
            };
            kinds = true;
            let mut rest = Vec::new();
            let mut open = Vec::new();
            for want in way.wants.iter().filter(|want| !want.is_form || asked) {
                if self.proved(&names, look, want, way, piece.under) {
                    continue;
                }
                // Of dates and times only what hardly any event has is asked for, so a computed one may be.
                let rare = want.is_form && matches!(look, Look::Date | Look::Time | Look::DateTime | Look::Duration);
                if moved || rare {
                    rest.push(want.clone());
                } else {
                    open.push(want.clone());
                }
            }
            match (open.is_empty(), rest.is_empty()) {
                (true, true) => return true,
                (true, false) => left.push((number, rest)),
                (false, _) if failing.is_empty() => failing = open,
                _ => {}
            }
        }
        if !kinds {
            self.other_kind(look, ways, ty, span);
            return false;
        }
        if left.is_empty() {
            self.may_break(&failing, ty, look, span, unit);
            return false;
        }
        held.any = true;
        for (number, rest) in left {
            for want in rest {
                if !held.wants[number].iter().any(|known| known.constraint == want.constraint) {
                    held.wants[number].push(want);
                }
            }
        }
        true
    }

    fn hand_down(&mut self, leaf: &mut Leaf, ways: &[Way], held: Held, ty: SimpleId) {
        let path = leaf.path.clone();
        let any_of: Vec<Alternative> = match ways {
            [way] => {
                let all = held.wants[0].iter().map(|want| want.constraint.clone()).collect();
                vec![Alternative { space: way.space, all }]
            }
            // Which of the ways a value goes is known when it comes.
            ways => ways.iter().filter(|way| !way.is_list).map(Way::alternative).collect(),
        };
        for want in held.wants.iter().flatten() {
            let rare =
                want.is_form && want.patterns.is_empty() && ways.iter().all(|way| is_moment(way.builtin.primitive));
            if !rare {
                self.handed.push((format!("`{path}` {}", rule_text(want, ways)), want.span));
            }
        }
        let because = format!("{} of {}", self.schema.type_name(TypeId::Simple(ty)), self.file);
        let rule = TextRule { any_of, because };
        if let Err(problem) = Rule::new(&rule) {
            let at = held.wants.iter().flatten().find_map(|want| want.span).unwrap_or(self.asked);
            let found =
                Diagnostic::new(Code::E1067, format!("this facet cannot be held: {problem}"), at, "in the schema");
            return self.report(found.help("give this element's type a simpler pattern"));
        }
        leaf.rules.push(rule);
    }

    /// An element or attribute of a fixed value.
    pub(super) fn fixed(&mut self, leaf: &mut Leaf, fixed: &str, at: Span, span: Span, under: Fact) {
        let pieces = self.pieces(&leaf.value, &leaf.ty.clone(), under);
        let same = |text: &str| spaced(Space::Collapse, text) == spaced(Space::Collapse, fixed);
        let wrong = pieces.iter().any(|piece| match &piece.source {
            Source::Constant(text) => !same(text),
            Source::Moved(..) => false,
            Source::Computed(..) => true,
        });
        let path = self.source(span);
        if wrong {
            return self.report(
                Diagnostic::new(Code::E1064, format!("the schema fixes `{path}` to {fixed:?}"), span, "another value")
                    .also(at, "fixed here")
                    .help(format!("write `{fixed:?} -> {path}`")),
            );
        }
        if pieces.iter().any(|piece| matches!(piece.source, Source::Moved(..))) {
            self.handed.push((format!("`{}` is {fixed:?}", leaf.path), Some(at)));
            let all = vec![Constraint::OneOf(vec![spaced(Space::Collapse, fixed).into_owned()])];
            let any_of = vec![Alternative { space: Space::Collapse, all }];
            leaf.rules.push(TextRule { any_of, because: format!("fixed in {}", self.file) });
        }
    }

    /// An element that may have no text though its type asks for some.
    pub(super) fn empty_text(&mut self, simple: SimpleId, declared: Declared, span: Span) {
        let declaration = declared.id.map(|id| &self.schema.elements[id]);
        if declaration.is_some_and(|found| found.default.is_some() || found.fixed.is_some()) {
            return;
        }
        let Some(ways) = self.ways(simple, span) else { return };
        if self.refuses("", simple, &ways).is_none() {
            return;
        }
        let name = self.name_of(declared);
        let ty = self.schema.type_name(TypeId::Simple(simple));
        let diagnostic = Diagnostic::new(
            Code::E1057,
            format!("`{name}` may be written without text, which is no {ty}"),
            span,
            "only attributes for certain",
        );
        let diagnostic = self.pointing(diagnostic, declared);
        self.report(diagnostic.help(format!("write its text for every event: `… -> {name}`")));
    }
}

/// What was found of a value.
pub(super) struct Held {
    /// Constants that the type does not have, and why the first is none.
    pub wrong: Vec<String>,
    pub why: Option<(String, Option<Span>)>,
    /// By way: what is left to be held when an event comes.
    pub wants: Vec<Vec<Want>>,
    pub any: bool,
}

fn holds(alternative: &Alternative, text: &str) -> bool {
    let rule = TextRule { any_of: vec![alternative.clone()], because: String::new() };
    Rule::new(&rule).is_ok_and(|rule| rule.holds(text))
}

fn is_moment(primitive: Primitive) -> bool {
    matches!(primitive, Primitive::Date | Primitive::DateTime | Primitive::Time | Primitive::Duration)
}

fn fit(look: Look, way: &Way) -> Fit {
    let is_text = look == Look::Text;
    // A text may hold spaces, so that it would be several items.
    if way.is_list && is_text {
        return Fit::Not;
    }
    match way.builtin.primitive {
        Primitive::Text => {
            if way.builtin.patterns.is_empty() {
                Fit::Kept
            } else {
                Fit::Asked
            }
        }
        Primitive::Uri if is_text => Fit::Asked,
        Primitive::Decimal => match look {
            Look::Whole => Fit::Kept,
            Look::Decimal if !way.builtin.whole => Fit::Kept,
            _ => Fit::Not,
        },
        Primitive::Float if matches!(look, Look::Whole | Look::Decimal) => Fit::Kept,
        Primitive::Date if look == Look::Date => Fit::Asked,
        Primitive::DateTime if look == Look::DateTime => Fit::Asked,
        Primitive::Time if look == Look::Time => Fit::Asked,
        Primitive::Duration if look == Look::Duration => Fit::Asked,
        Primitive::PartOfDate if look == Look::Pattern(way.builtin.name) => Fit::Kept,
        Primitive::Hex if look == Look::Hex => Fit::Kept,
        Primitive::Base64 if look == Look::Base64 => Fit::Kept,
        _ => Fit::Not,
    }
}

/// Why a text fails a demand.
fn reason(want: &Want) -> String {
    match &want.constraint {
        Constraint::Pattern(_) => format!("does not match `{}`", sources(want)),
        constraint => describe(constraint),
    }
}

/// A rule that is handed down, in a few words.
fn rule_text(want: &Want, ways: &[Way]) -> String {
    match &want.constraint {
        Constraint::MinLength(1) => "is not empty".into(),
        Constraint::MinLength(least) => format!("has at least {least} characters"),
        Constraint::MaxLength(most) => format!("has at most {most} characters"),
        Constraint::Length(exact) => format!("has {exact} characters"),
        Constraint::Pattern(_) if want.is_form => {
            let name =
                ways.iter().find(|way| !way.builtin.patterns.is_empty()).map_or("string", |way| way.builtin.name);
            format!("is an xs:{name}")
        }
        Constraint::Pattern(_) => format!("matches `{}`", sources(want)),
        Constraint::Minimum { than, exclusive } => {
            format!("is {} {than}", if *exclusive { "more than" } else { "at least" })
        }
        Constraint::Maximum { than, exclusive } => {
            format!("is {} {than}", if *exclusive { "less than" } else { "at most" })
        }
        Constraint::MultipleOf(of) => format!("is a multiple of {of}"),
        Constraint::TotalDigits(most) => format!("has at most {most} digits"),
        Constraint::FractionDigits(most) => format!("has at most {most} digits behind the point"),
        Constraint::Earliest { than, .. } => format!("is not before {than}"),
        Constraint::Latest { than, .. } => format!("is not after {than}"),
        Constraint::OneOf(values) => {
            let quoted: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
            format!("is one of {}", and_list(&quoted, NAMED))
        }
    }
}
