//! The children of an element against its content model: all conditions are followed through the automaton at once.

use super::Conformer;
use super::logic::{ALWAYS, Fact, Logic, NEVER};
use super::walk::Declared;
use crate::check::output::Entry;
use crate::check::show::and_list;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::OutName;
use crate::schema::xsd::content::{self, Automaton, Places};
use crate::schema::xsd::model::{Particle, Term};
use crate::schema::xsd::xml::Name;
use crate::text::Span;
use std::collections::BTreeMap;

/// Proved bounds on lists above this are taken for none.
pub(super) const MAX_COUNTED: u64 = 1_000;

/// A line that writes children.
pub(super) struct Child {
    /// Among the entries of the element.
    pub index: usize,
    pub name: Name,
    pub span: Span,
    /// When it writes any.
    pub writes: Fact,
    /// How many then.
    pub least: u64,
    pub most: Option<u64>,
    pub declared: Declared,
}

/// What is wrong with a sequence of children.
#[derive(Clone, Debug, PartialEq)]
enum Trouble {
    /// One of these is required where none is written for certain.
    Missing(Vec<Name>),
    /// The line (by its place among the children) may write more than may come.
    TooMany(usize),
    /// The line cannot stand behind the other one.
    Together(usize, Option<usize>),
}

impl Conformer<'_> {
    /// Brings the children into the schema's order, and reports what no order makes right.
    pub(super) fn in_order(
        &mut self,
        entries: &mut Vec<Entry>,
        children: Vec<Child>,
        particle: Option<&Particle>,
        declared: Declared,
        span: Span,
        under: Fact,
    ) {
        if let Some((members, optional)) = particle.and_then(content::as_all) {
            return self.any_order(&children, members, optional, declared, span, under);
        }
        let bounded: u64 = children.iter().map(|child| child.most.unwrap_or(1).max(child.least)).sum();
        let Ok(automaton) = Automaton::new(self.schema, particle, bounded + 1) else {
            let name = self.name_of(declared);
            let found = Diagnostic::new(
                Code::E1068,
                format!("the content of `{name}` is too large to be followed"),
                span,
                "here",
            );
            let found = self.pointing(found, declared);
            return self.report(found.help("check against a schema with fewer repetitions"));
        };
        let mut children = children;
        let mut troubles = follow(&mut self.facts.logic, &automaton, &children, under);
        let has_text = |entry: &Entry| matches!(entry, Entry::Leaf { leaf, .. } if leaf.name == OutName::Here);
        if let (false, Some(particle), false) = (troubles.is_empty(), particle, entries.iter().any(has_text)) {
            let order = content::order(self.schema, particle);
            let before: Vec<usize> = children.iter().map(|child| child.index).collect();
            children.sort_by_key(|child| order.place(&child.name));
            if children.iter().map(|child| child.index).ne(before) {
                troubles = follow(&mut self.facts.logic, &automaton, &children, under);
                reorder(entries, &mut children);
            }
        }
        for trouble in troubles {
            self.tell(trouble, &children, particle, declared, span);
        }
    }

    /// An `all`: each at most once, in whatever order.
    fn any_order(
        &mut self,
        children: &[Child],
        members: &[Particle],
        optional: bool,
        declared: Declared,
        span: Span,
        under: Fact,
    ) {
        let any = children.iter().fold(NEVER, |any, child| self.facts.logic.or(any, child.writes));
        let needed = if optional { any } else { ALWAYS };
        for member in members {
            let Term::Element(id) = member.term else { continue };
            let names: Vec<Name> = self.schema.stand_ins(id).map(|id| self.schema.elements[id].name.clone()).collect();
            let (mut none, mut one) = (under, NEVER);
            for (number, child) in children.iter().enumerate().filter(|(_, child)| names.contains(&child.name)) {
                let twice = self.facts.logic.and(one, child.writes);
                if twice != NEVER || child.most != Some(1) {
                    self.tell(Trouble::TooMany(number), children, Some(member), declared, span);
                }
                let taken = self.facts.logic.and(none, child.writes);
                one = self.facts.logic.or(one, taken);
                none = self.facts.logic.without(none, child.writes);
            }
            let absent = self.facts.logic.and(none, needed);
            if member.min > 0 && absent != NEVER {
                self.tell(Trouble::Missing(names), children, Some(member), declared, span);
            }
        }
    }

    fn tell(
        &mut self,
        trouble: Trouble,
        children: &[Child],
        particle: Option<&Particle>,
        declared: Declared,
        span: Span,
    ) {
        match trouble {
            Trouble::Missing(names) => self.tell_missing(&names, children, particle, declared, span),
            Trouble::TooMany(number) => self.tell_too_many(&children[number], particle),
            Trouble::Together(number, last) => self.tell_together(number, last, children, particle, declared),
        }
    }

    fn tell_missing(
        &mut self,
        names: &[Name],
        children: &[Child],
        particle: Option<&Particle>,
        declared: Declared,
        span: Span,
    ) {
        let shown: Vec<String> = names.iter().map(|name| format!("`{}`", self.written(name, false))).collect();
        let which = and_list(&shown, 6).replace(" and ", " or ");
        let element = self.name_of(declared);
        let lines: Vec<&Child> = children.iter().filter(|child| names.contains(&child.name)).collect();
        let least = match (names, particle) {
            ([name], Some(particle)) => least(self.schema, particle, name).max(1),
            _ => 1,
        };
        let mut diagnostic = match lines.first() {
            Some(line) if least > 1 => {
                let text =
                    format!("`{element}` must have {which} at least {least} times, but fewer may be written here");
                let help = self.always(line, names.len(), least);
                Diagnostic::new(Code::E1057, text, line.span, "may be fewer").help(help)
            }
            Some(line) => {
                let text = format!("`{element}` must have {which}, which may be left out here");
                let help = self.always(line, names.len(), least);
                Diagnostic::new(Code::E1057, text, line.span, "may be left out").help(help)
            }
            None => {
                let text = format!("`{element}` must have {which}, which no line writes");
                let first = names.first().map_or(String::new(), |name| self.written(name, false));
                Diagnostic::new(Code::E1057, text, span, "without it").help(format!("write it: `… -> {first}`"))
            }
        };
        for line in lines.iter().skip(1) {
            diagnostic = diagnostic.also(line.span, "and this");
        }
        let place = names.first().and_then(|name| self.place_of(particle, name));
        self.report(match place {
            Some(place) => diagnostic.also(place, "required here"),
            None => self.pointing(diagnostic, declared),
        });
    }

    /// How a line comes to write for every event, `least` times.
    fn always(&self, line: &Child, alternatives: usize, least: u64) -> String {
        let (source, path) = (self.before_arrow(line.span), self.source(line.span));
        let plain = path.trim_end_matches('?');
        let few = |list: &str| match least {
            1 => format!("reject \"no {plain}\" when count({list}) == 0"),
            least => format!("reject \"too few {plain}\" when count({list}) < {least}"),
        };
        if alternatives > 1 {
            return format!("write one of them in each branch, or set the event aside: `reject \"no {plain}\" when …`");
        }
        match source.strip_prefix("each ").and_then(|rest| rest.split_once(" in ")) {
            Some((item, list)) => match list.split_once(" where ") {
                Some(_) => format!(
                    "name the list, `let chosen = [{item} {source}]`, write `each {item} in chosen`, and set aside where there \
                     are not enough: `{}`",
                    few("chosen")
                ),
                None => format!("set aside where there are not enough: `{}`", few(list.trim())),
            },
            None if line.most != Some(1) => format!("set aside where there are not enough: `{}`", few(&source)),
            None => {
                format!("give a value for then, or set the event aside: `{source} ?? reject \"no {plain}\" -> {plain}`")
            }
        }
    }

    fn tell_too_many(&mut self, child: &Child, particle: Option<&Particle>) {
        let (path, name) = (self.source(child.span), self.written(&child.name, false));
        let most = particle.and_then(|particle| most(self.schema, particle, &child.name)).unwrap_or(1);
        let times = if most == 1 { "once".to_owned() } else { format!("{most} times") };
        let source = self.before_arrow(child.span);
        let list = source.strip_prefix("each ").and_then(|rest| rest.split_once(" in ")).map(|(_, list)| list);
        let help = match list {
            Some(list) => {
                let list = list.split(" where ").next().unwrap_or(list).trim();
                format!("set aside where there are more: `reject \"too many\" when count({list}) > {most}`")
            }
            None if child.most != Some(1) => {
                format!(
                    "set aside where there are more: `reject \"too many\" when count({source}) > {most}`; or write one: `first({source}) -> {path}?`"
                )
            }
            None => "write it in one line only, or each in a branch of one `when … else`".to_owned(),
        };
        let mut diagnostic = Diagnostic::new(
            Code::E1059,
            format!("the schema has `{name}` at most {times} here"),
            child.span,
            "may be written more often",
        );
        if let Some(place) = self.place_of(particle, &child.name) {
            diagnostic = diagnostic.also(place, format!("at most {times}"));
        }
        self.report(diagnostic.help(help));
    }

    fn tell_together(
        &mut self,
        number: usize,
        last: Option<usize>,
        children: &[Child],
        particle: Option<&Particle>,
        declared: Declared,
    ) {
        let child = &children[number];
        let name = self.written(&child.name, false);
        let element = self.name_of(declared);
        let other = last.map(|last| &children[last]);
        let message = match other {
            Some(other) => {
                format!("`{name}` cannot stand beside `{}` in `{element}`", self.written(&other.name, false))
            }
            None => format!("`{name}` cannot stand here in `{element}`"),
        };
        let mut diagnostic = Diagnostic::new(Code::E1060, message, child.span, "not together");
        if let Some(other) = other {
            diagnostic = diagnostic.also(other.span, "with this");
        }
        if let Some(place) = self.place_of(particle, &child.name) {
            diagnostic = diagnostic.also(place, "in the schema");
        }
        self.report(diagnostic.help("write each in a branch of one choice: `when … { … } else { … }`"));
    }

    fn place_of(&self, particle: Option<&Particle>, name: &Name) -> Option<Span> {
        match content::find(self.schema, particle?, name)? {
            content::Found::Element(id) => Some(self.schema.elements[id].span),
            content::Found::Wildcard(wildcard) => Some(wildcard.span),
        }
    }
}

/// Where each condition leads through the automaton.
fn follow(logic: &mut Logic, automaton: &Automaton, children: &[Child], under: Fact) -> Vec<Trouble> {
    let mut troubles: Vec<Trouble> = Vec::new();
    let mut tell = |trouble: Trouble| {
        if !troubles.contains(&trouble) {
            troubles.push(trouble);
        }
    };
    // Where a reader may be, under which condition, and which line took it there.
    let mut at: BTreeMap<Places, (Fact, Option<usize>)> = BTreeMap::from([(automaton.start(), (under, None))]);
    for (number, child) in children.iter().enumerate() {
        let mut after: BTreeMap<Places, (Fact, Option<usize>)> = BTreeMap::new();
        for (places, (fact, last)) in at {
            let stays = logic.without(fact, child.writes);
            arrive(logic, &mut after, places.clone(), stays, last);
            let goes = logic.and(fact, child.writes);
            if goes == NEVER {
                continue;
            }
            let (reached, whole) = repeated(automaton, &places, child);
            if reached.is_empty() {
                tell(refused(automaton, &places, children, number, last));
                arrive(logic, &mut after, places, goes, last);
                continue;
            }
            if !whole {
                tell(Trouble::TooMany(number));
            }
            for places in reached {
                arrive(logic, &mut after, places, goes, Some(number));
            }
        }
        at = after;
    }
    for (places, (fact, _)) in at {
        if fact != NEVER && !automaton.accepts(&places) {
            tell(Trouble::Missing(missing(automaton, &places)));
        }
    }
    troubles
}

fn arrive(
    logic: &mut Logic,
    at: &mut BTreeMap<Places, (Fact, Option<usize>)>,
    places: Places,
    fact: Fact,
    last: Option<usize>,
) {
    if fact == NEVER {
        return;
    }
    let known = at.entry(places).or_insert((NEVER, last));
    known.0 = logic.or(known.0, fact);
}

/// Where the reader is after as many of the child as its line may write, and whether all of those may come.
fn repeated(automaton: &Automaton, from: &Places, child: &Child) -> (Vec<Places>, bool) {
    let mut places = from.clone();
    for _ in 0..child.least {
        places = automaton.step(&places, &child.name);
    }
    let mut reached: Vec<Places> = Vec::new();
    let mut count = child.least;
    loop {
        if places.is_empty() {
            return (reached, false);
        }
        if reached.contains(&places) {
            return (reached, true);
        }
        reached.push(places.clone());
        if child.most.is_some_and(|most| count >= most) {
            return (reached, true);
        }
        count += 1;
        places = automaton.step(&places, &child.name);
    }
}

/// Why a child cannot come at a place.
fn refused(automaton: &Automaton, places: &Places, children: &[Child], number: usize, last: Option<usize>) -> Trouble {
    let child = &children[number];
    match automaton.before(places, &child.name) {
        Some(names) if !names.is_empty() => {
            Trouble::Missing(alternatives(automaton, places, &names[0], names.len(), |places| {
                automaton.before(places, &child.name)
            }))
        }
        _ if children[..number].iter().any(|before| before.name == child.name) || child.least > 1 => {
            Trouble::TooMany(number)
        }
        _ => Trouble::Together(number, last),
    }
}

fn missing(automaton: &Automaton, places: &Places) -> Vec<Name> {
    match automaton.to_the_end(places) {
        Some(names) if !names.is_empty() => {
            alternatives(automaton, places, &names[0], names.len(), |places| automaton.to_the_end(places))
        }
        _ => Vec::new(),
    }
}

/// The names that lead on as well as `first` does, over `steps` names.
fn alternatives(
    automaton: &Automaton,
    places: &Places,
    first: &Name,
    steps: usize,
    way: impl Fn(&Places) -> Option<Vec<Name>>,
) -> Vec<Name> {
    let as_good = |name: &&&Name| {
        let after = automaton.step(places, name);
        way(&after).is_some_and(|way| way.len() < steps)
    };
    let next = automaton.next(places);
    let mut names: Vec<Name> = next.iter().filter(as_good).map(|name| (*name).clone()).collect();
    if names.is_empty() {
        names.push(first.clone());
    }
    names.sort();
    names.dedup();
    names
}

/// How often a name may come at most, `None` without a bound.
fn most(schema: &crate::schema::xsd::Schema, particle: &Particle, name: &Name) -> Option<u64> {
    let inside = match &particle.term {
        Term::Element(id) => u64::from(schema.stand_ins(*id).any(|id| schema.elements[id].name == *name)),
        Term::Any(wildcard) => u64::from(wildcard.admits(name)),
        Term::Choice(parts) => {
            parts.iter().map(|part| most(schema, part, name)).try_fold(0, |all, one| Some(one?.max(all)))?
        }
        Term::Sequence(parts) | Term::All(parts) => parts
            .iter()
            .map(|part| most(schema, part, name))
            .try_fold(0u64, |all, one| Some(all.saturating_add(one?)))?,
    };
    match (inside, particle.max) {
        (0, _) => Some(0),
        (inside, Some(max)) => Some(inside.saturating_mul(max)),
        (_, None) => None,
    }
}

/// How often a name comes at least where the content model asks for it at all.
fn least(schema: &crate::schema::xsd::Schema, particle: &Particle, name: &Name) -> u64 {
    let inside = match &particle.term {
        Term::Element(id) => u64::from(schema.stand_ins(*id).any(|id| schema.elements[id].name == *name)),
        Term::Any(_) => 0,
        Term::Sequence(parts) | Term::Choice(parts) | Term::All(parts) => {
            parts.iter().map(|part| least(schema, part, name)).max().unwrap_or(0)
        }
    };
    inside.saturating_mul(particle.min.max(1))
}

/// Puts the entries into the order of the children; what is no child comes first.
fn reorder(entries: &mut Vec<Entry>, children: &mut [Child]) {
    let mut place: Vec<usize> = vec![0; entries.len()];
    for (number, child) in children.iter_mut().enumerate() {
        place[child.index] = number + 1;
    }
    let mut numbered: Vec<(usize, Entry)> = place.into_iter().zip(std::mem::take(entries)).collect();
    numbered.sort_by_key(|(place, _)| *place);
    for (index, (place, _)) in numbered.iter().enumerate() {
        if let Some(child) = place.checked_sub(1).and_then(|number| children.get_mut(number)) {
            child.index = index;
        }
    }
    entries.extend(numbered.into_iter().map(|(_, entry)| entry));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::xsd::Schema;
    use crate::schema::xsd::model::{ElementDeclaration, TypeId};
    use proptest::prelude::*;

    const LETTERS: [&str; 3] = ["a", "b", "c"];
    /// Of a list without a bound so many are tried.
    const LONGEST: u64 = 5;

    fn schema() -> Schema {
        let declaration = |letter: &&str| ElementDeclaration {
            name: Name::new("", letter),
            span: Span::default(),
            ty: TypeId::Any,
            nillable: false,
            is_abstract: false,
            fixed: None,
            default: None,
        };
        Schema { elements: LETTERS.iter().map(declaration).collect(), ..Schema::default() }
    }

    fn models() -> impl Strategy<Value = Particle> {
        let counts = prop_oneof![
            4 => Just((1, Some(1))),
            3 => Just((0, Some(1))),
            1 => Just((0, None)),
            1 => Just((1, None)),
            1 => Just((2, Some(2))),
            1 => Just((0, Some(2))),
        ];
        let particle = |term, (min, max)| Particle { min, max, term, span: Span::default() };
        let leaf = (0usize..3, counts.clone()).prop_map(move |(letter, count)| particle(Term::Element(letter), count));
        leaf.prop_recursive(3, 8, 3, move |inner| {
            (any::<bool>(), proptest::collection::vec(inner, 1..4), counts.clone()).prop_map(
                move |(choice, parts, count)| {
                    particle(if choice { Term::Choice(parts) } else { Term::Sequence(parts) }, count)
                },
            )
        })
    }

    /// A line: its letter, the world's bits that it is written under (`None`: always; else bit and answer), its counts.
    type Line = (usize, Option<(usize, bool)>, (u64, Option<u64>));

    fn lines() -> impl Strategy<Value = Vec<Line>> {
        let counts = prop_oneof![6 => Just((1, Some(1))), 1 => Just((1, Some(2))), 1 => Just((1, None)), 1 => Just((2, Some(2)))];
        let when = prop_oneof![Just(None), (0usize..3, any::<bool>()).prop_map(Some)];
        proptest::collection::vec((0usize..3, when, counts), 0..5)
    }

    /// The most elements that the model admits, `None` without a bound.
    fn longest(model: &Particle) -> Option<u64> {
        let once = match &model.term {
            Term::Choice(parts) => parts.iter().map(longest).try_fold(0, |most, part| Some(part?.max(most)))?,
            Term::Sequence(parts) => parts.iter().map(longest).try_fold(0, |sum, part| Some(part? + sum))?,
            _ => 1,
        };
        if once == 0 { Some(0) } else { model.max.map(|max| max * once) }
    }

    /// Every sequence that the lines make in a world.
    fn made(lines: &[Line], world: usize) -> Vec<Vec<usize>> {
        lines.iter().fold(vec![Vec::new()], |all, (letter, when, (least, most))| {
            if when.is_some_and(|(bit, answer)| (world >> bit & 1 == 1) != answer) {
                return all;
            }
            let counts = *least..=most.unwrap_or(LONGEST);
            counts
                .flat_map(|count| {
                    all.iter().map(move |before| {
                        before.iter().copied().chain(std::iter::repeat_n(*letter, count as usize)).collect()
                    })
                })
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        /// Lines are found to be right exactly where every sequence that they make, in every world, is admitted.
        #[test]
        fn what_is_accepted_is_admitted_in_every_world(model in models(), lines in lines()) {
            let schema = schema();
            let automaton = Automaton::new(&schema, Some(&model), 20).unwrap();
            let mut logic = Logic::default();
            let bits: Vec<Fact> = (0..3).map(|_| logic.variable()).collect();
            let children: Vec<Child> = lines
                .iter()
                .map(|(letter, when, (least, most))| Child {
                    index: 0,
                    name: Name::new("", LETTERS[*letter]),
                    span: Span::default(),
                    writes: match when {
                        None => ALWAYS,
                        Some((bit, true)) => bits[*bit],
                        Some((bit, false)) => logic.not(bits[*bit]),
                    },
                    least: *least,
                    most: *most,
                    declared: Declared { id: None, ty: TypeId::Any, depth: 0 },
                })
                .collect();
            let troubles = follow(&mut logic, &automaton, &children, ALWAYS);
            let admitted = |sequence: &Vec<usize>| {
                let read = |places: Places, letter: &usize| automaton.step(&places, &Name::new("", LETTERS[*letter]));
                automaton.accepts(&sequence.iter().fold(automaton.start(), read))
            };
            let right = (0..8).all(|world| made(&lines, world).iter().all(admitted));
            prop_assert!(right || !troubles.is_empty(), "accepted, though not admitted");
            // of a line without bound only so many were tried
            let exact = lines.iter().all(|(_, _, (_, most))| most.is_some())
                || longest(&model).is_some_and(|most| most < LONGEST);
            if exact {
                prop_assert_eq!(troubles.is_empty(), right, "{:?}", troubles);
            }
        }
    }
}
