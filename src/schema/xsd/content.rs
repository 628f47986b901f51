//! Content models as regular languages: which sequences of child elements a type admits.

use super::model::{ElementId, Particle, Process, Schema, Term, Wildcard};
use super::xml::Name;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The most states of one content model, repetitions written out.
pub const MAX_STATES: usize = 50_000;

/// A content model that is too large, or has an `all` inside of something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

/// What an edge takes.
#[derive(Clone, Debug)]
enum Label {
    Names(Vec<Name>),
    Any(Wildcard),
}

impl Label {
    fn takes(&self, name: &Name) -> bool {
        match self {
            Label::Names(names) => names.contains(name),
            Label::Any(wildcard) => wildcard.admits(name),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    free: Vec<usize>,
    /// A label by its index and where it leads.
    edges: Vec<(usize, usize)>,
}

/// Where a reader of children may be: states, sorted, without those that only lead on.
pub type Places = Vec<usize>;

/// Reads names one by one.
#[derive(Debug)]
pub struct Automaton {
    states: Vec<State>,
    labels: Vec<Label>,
    accept: usize,
}

/// The element that a name stands for in a content model.
#[derive(Clone, Copy, Debug)]
pub enum Found<'s> {
    Element(ElementId),
    Wildcard(&'s Wildcard),
}

impl Automaton {
    /// `cap` is more than the most children that are not repeated without bound: to tell more apart changes nothing.
    ///
    /// # Errors
    /// It is over [`MAX_STATES`].
    pub fn new(schema: &Schema, particle: Option<&Particle>, cap: u64) -> Result<Automaton, TooLarge> {
        let mut automaton = Automaton { states: vec![State::default()], labels: Vec::new(), accept: 0 };
        if let Some(particle) = particle {
            automaton.accept = automaton.particle(schema, particle, 0, cap.max(2))?;
        }
        Ok(automaton)
    }

    fn state(&mut self) -> Result<usize, TooLarge> {
        if self.states.len() == MAX_STATES {
            return Err(TooLarge);
        }
        self.states.push(State::default());
        Ok(self.states.len() - 1)
    }

    fn free(&mut self, from: usize, to: usize) {
        self.states[from].free.push(to);
    }

    fn particle(&mut self, schema: &Schema, particle: &Particle, from: usize, cap: u64) -> Result<usize, TooLarge> {
        let min = particle.min.min(cap);
        let mut at = from;
        for _ in 0..min {
            at = self.term(schema, &particle.term, at, cap)?;
        }
        let Some(max) = particle.max else {
            let head = self.state()?;
            self.free(at, head);
            let end = self.term(schema, &particle.term, head, cap)?;
            self.free(end, head);
            return Ok(head);
        };
        let end = self.state()?;
        for _ in min..max.min(cap) {
            self.free(at, end);
            at = self.term(schema, &particle.term, at, cap)?;
        }
        self.free(at, end);
        Ok(end)
    }

    fn term(&mut self, schema: &Schema, term: &Term, from: usize, cap: u64) -> Result<usize, TooLarge> {
        match term {
            Term::Element(id) => {
                let names = schema.stand_ins(*id).map(|id| schema.elements[id].name.clone()).collect();
                self.edge(Label::Names(names), from)
            }
            Term::Any(wildcard) => self.edge(Label::Any(wildcard.clone()), from),
            Term::Sequence(parts) => parts.iter().try_fold(from, |at, part| self.particle(schema, part, at, cap)),
            Term::Choice(parts) => {
                let end = self.state()?;
                for part in parts {
                    let start = self.state()?;
                    self.free(from, start);
                    let to = self.particle(schema, part, start, cap)?;
                    self.free(to, end);
                }
                Ok(end)
            }
            Term::All(_) => Err(TooLarge),
        }
    }

    fn edge(&mut self, label: Label, from: usize) -> Result<usize, TooLarge> {
        let to = self.state()?;
        self.labels.push(label);
        self.states[from].edges.push((self.labels.len() - 1, to));
        Ok(to)
    }

    /// With all that is reached without reading.
    fn closed(&self, from: impl IntoIterator<Item = usize>) -> Places {
        let mut seen: BTreeSet<usize> = BTreeSet::new();
        let mut open: Vec<usize> = from.into_iter().collect();
        while let Some(state) = open.pop() {
            if seen.insert(state) {
                open.extend(&self.states[state].free);
            }
        }
        seen.into_iter().filter(|state| *state == self.accept || !self.states[*state].edges.is_empty()).collect()
    }

    pub fn start(&self) -> Places {
        self.closed([0])
    }

    pub fn accepts(&self, places: &Places) -> bool {
        places.contains(&self.accept)
    }

    /// Where the reader is after one more name; empty: nowhere.
    pub fn step(&self, places: &Places, name: &Name) -> Places {
        let edges = places.iter().flat_map(|place| &self.states[*place].edges);
        self.closed(edges.filter(|(label, _)| self.labels[*label].takes(name)).map(|(_, to)| *to))
    }

    /// The names that may come next.
    pub fn next(&self, places: &Places) -> Vec<&Name> {
        let edges = places.iter().flat_map(|place| &self.states[*place].edges);
        let mut names: Vec<&Name> = Vec::new();
        for (label, _) in edges {
            if let Label::Names(all) = &self.labels[*label]
                && let Some(first) = all.first()
                && !names.contains(&first)
            {
                names.push(first);
            }
        }
        names
    }

    /// The fewest names that lead from here to the end, `None` where none do.
    pub fn to_the_end(&self, from: &Places) -> Option<Vec<Name>> {
        self.shortest(from, |places| self.accepts(places))
    }

    /// The fewest names that lead from here to where `name` may come, `None` where none do.
    pub fn before(&self, from: &Places, name: &Name) -> Option<Vec<Name>> {
        self.shortest(from, |places| !self.step(places, name).is_empty())
    }

    fn shortest(&self, from: &Places, done: impl Fn(&Places) -> bool) -> Option<Vec<Name>> {
        let mut seen: BTreeSet<Places> = BTreeSet::from([from.clone()]);
        let mut queue: VecDeque<(Places, Vec<Name>)> = VecDeque::from([(from.clone(), Vec::new())]);
        while let Some((places, names)) = queue.pop_front() {
            if done(&places) {
                return Some(names);
            }
            for name in self.next(&places) {
                let after = self.step(&places, name);
                if seen.len() < 2_000 && seen.insert(after.clone()) {
                    let names = names.iter().cloned().chain([name.clone()]).collect();
                    queue.push_back((after, names));
                }
            }
        }
        None
    }
}

/// The members of a content model that is an `all`, and whether it may be left out as a whole.
pub fn as_all(particle: &Particle) -> Option<(&[Particle], bool)> {
    match &particle.term {
        Term::All(parts) => Some((parts, particle.min == 0)),
        Term::Sequence(parts) | Term::Choice(parts) if parts.len() == 1 && particle.max == Some(1) => {
            let (members, optional) = as_all(&parts[0])?;
            Some((members, optional || particle.min == 0))
        }
        _ => None,
    }
}

/// What a name stands for in a content model: names go before wildcards.
pub fn find<'s>(schema: &'s Schema, particle: &'s Particle, name: &Name) -> Option<Found<'s>> {
    let mut wildcard = None;
    let mut open = vec![particle];
    while let Some(particle) = open.pop() {
        match &particle.term {
            Term::Element(id) => {
                let own = schema.stand_ins(*id).find(|id| schema.elements[*id].name == *name);
                if let Some(id) = own {
                    return Some(Found::Element(id));
                }
            }
            Term::Any(any) if any.admits(name) => wildcard = Some(Found::Wildcard(any)),
            Term::Any(_) => {}
            Term::Sequence(parts) | Term::Choice(parts) | Term::All(parts) => open.extend(parts),
        }
    }
    wildcard
}

/// All elements that a content model names.
pub fn elements(schema: &Schema, particle: &Particle) -> Vec<ElementId> {
    let mut found = Vec::new();
    let mut open = vec![particle];
    while let Some(particle) = open.pop() {
        match &particle.term {
            Term::Element(id) => found.extend(schema.stand_ins(*id)),
            Term::Any(_) => {}
            Term::Sequence(parts) | Term::Choice(parts) | Term::All(parts) => open.extend(parts.iter().rev()),
        }
    }
    found
}

/// Where each name comes in the order of a content model; those of a group that repeats share one place.
pub fn order(schema: &Schema, particle: &Particle) -> Order {
    let mut order = Order { names: BTreeMap::new(), wildcards: Vec::new(), next: 0 };
    order.walk(schema, particle, false);
    order
}

#[derive(Debug)]
pub struct Order {
    names: BTreeMap<Name, usize>,
    wildcards: Vec<(Wildcard, usize)>,
    next: usize,
}

impl Order {
    fn walk(&mut self, schema: &Schema, particle: &Particle, fixed: bool) {
        match &particle.term {
            Term::Element(id) => {
                for id in schema.stand_ins(*id) {
                    self.names.entry(schema.elements[id].name.clone()).or_insert(self.next);
                }
            }
            Term::Any(wildcard) => self.wildcards.push((wildcard.clone(), self.next)),
            Term::Sequence(parts) | Term::Choice(parts) | Term::All(parts) => {
                let repeats = particle.max != Some(1) && parts.len() > 1;
                for part in parts {
                    self.walk(schema, part, fixed || repeats);
                }
            }
        }
        if !fixed {
            self.next += 1;
        }
    }

    pub fn place(&self, name: &Name) -> usize {
        let any = || self.wildcards.iter().find(|(any, _)| any.admits(name)).map(|(_, place)| *place);
        self.names.get(name).copied().or_else(any).unwrap_or(usize::MAX)
    }
}

/// What a name that a wildcard admits is declared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    Declared(ElementId),
    /// Nothing need declare it.
    Open,
    /// Something must, and nothing does.
    Missing,
}

pub fn behind(schema: &Schema, wildcard: &Wildcard, name: &Name) -> Behind {
    match (wildcard.process, schema.global_elements.get(name)) {
        (Process::Skip, _) => Behind::Open,
        (_, Some(id)) => Behind::Declared(*id),
        (Process::Lax, None) => Behind::Open,
        (Process::Strict, None) => Behind::Missing,
    }
}
