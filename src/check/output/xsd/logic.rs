//! What holds when: conditions as binary decision diagrams, so that lines whose conditions depend on one another
//! (`when … else`, `match`, one optional source in two lines) are looked at together.

use std::collections::HashMap;

/// A condition; equal conditions have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact(u32);

pub const NEVER: Fact = Fact(0);
pub const ALWAYS: Fact = Fact(1);

/// The most nodes of all conditions of a body, and how many questions one may depend on.
const MAX_NODES: usize = 400_000;
const MAX_DEPTH: u32 = 3_000;

#[derive(Clone, Copy)]
struct Node {
    variable: u32,
    no: Fact,
    yes: Fact,
    depth: u32,
}

#[derive(Default)]
pub struct Logic {
    nodes: Vec<Node>,
    known: HashMap<(u32, Fact, Fact), Fact>,
    both: HashMap<(Fact, Fact), Fact>,
    opposite: HashMap<Fact, Fact>,
    variables: u32,
    /// A limit was met: from there on answers mean nothing.
    pub too_large: bool,
}

impl Logic {
    /// A question of its own, as the condition that it is answered with yes.
    pub fn variable(&mut self) -> Fact {
        self.variables += 1;
        self.node(self.variables - 1, NEVER, ALWAYS)
    }

    fn parts(&self, fact: Fact, variable: u32) -> (Fact, Fact) {
        match self.at(fact) {
            Some(node) if node.variable == variable => (node.no, node.yes),
            _ => (fact, fact),
        }
    }

    /// `None` of the two constants.
    fn at(&self, fact: Fact) -> Option<Node> {
        (fact.0 as usize).checked_sub(2).and_then(|index| self.nodes.get(index)).copied()
    }

    fn node(&mut self, variable: u32, no: Fact, yes: Fact) -> Fact {
        if no == yes {
            return no;
        }
        if let Some(&known) = self.known.get(&(variable, no, yes)) {
            return known;
        }
        let below = |fact| self.at(fact).map_or(0, |node| node.depth);
        let depth = 1 + below(no).max(below(yes));
        if self.nodes.len() >= MAX_NODES || depth > MAX_DEPTH {
            self.too_large = true;
            return NEVER;
        }
        self.nodes.push(Node { variable, no, yes, depth });
        let fact = Fact(self.nodes.len() as u32 + 1);
        self.known.insert((variable, no, yes), fact);
        fact
    }

    pub fn and(&mut self, a: Fact, b: Fact) -> Fact {
        match (a, b) {
            (NEVER, _) | (_, NEVER) => return NEVER,
            (ALWAYS, other) | (other, ALWAYS) => return other,
            _ if a == b => return a,
            _ => {}
        }
        let key = if a < b { (a, b) } else { (b, a) };
        if let Some(&known) = self.both.get(&key) {
            return known;
        }
        if self.too_large {
            return NEVER;
        }
        let first = |fact| self.at(fact).map_or(u32::MAX, |node| node.variable);
        let variable = first(a).min(first(b));
        let ((a_no, a_yes), (b_no, b_yes)) = (self.parts(a, variable), self.parts(b, variable));
        let no = self.and(a_no, b_no);
        let yes = self.and(a_yes, b_yes);
        let fact = self.node(variable, no, yes);
        self.both.insert(key, fact);
        fact
    }

    pub fn not(&mut self, fact: Fact) -> Fact {
        match fact {
            NEVER => return ALWAYS,
            ALWAYS => return NEVER,
            _ => {}
        }
        if let Some(&known) = self.opposite.get(&fact) {
            return known;
        }
        let Some(node) = self.at(fact) else { return fact };
        let (no, yes) = (self.not(node.no), self.not(node.yes));
        let opposite = self.node(node.variable, no, yes);
        self.opposite.insert(fact, opposite);
        opposite
    }

    pub fn or(&mut self, a: Fact, b: Fact) -> Fact {
        let (a, b) = (self.not(a), self.not(b));
        let neither = self.and(a, b);
        self.not(neither)
    }

    /// `a` and not `b`.
    pub fn without(&mut self, a: Fact, b: Fact) -> Fact {
        let not = self.not(b);
        self.and(a, not)
    }

    pub fn implies(&mut self, a: Fact, b: Fact) -> bool {
        self.without(a, b) == NEVER
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Formula {
        Variable(usize),
        Not(Box<Formula>),
        And(Box<Formula>, Box<Formula>),
        Or(Box<Formula>, Box<Formula>),
    }

    fn formulas() -> impl Strategy<Value = Formula> {
        (0usize..4).prop_map(Formula::Variable).prop_recursive(4, 20, 2, |inner| {
            let pair = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
            prop_oneof![
                inner.prop_map(|one| Formula::Not(Box::new(one))),
                pair.clone().prop_map(|(a, b)| Formula::And(a, b)),
                pair.prop_map(|(a, b)| Formula::Or(a, b)),
            ]
        })
    }

    fn truth(formula: &Formula, world: usize) -> bool {
        match formula {
            Formula::Variable(index) => world >> index & 1 == 1,
            Formula::Not(one) => !truth(one, world),
            Formula::And(a, b) => truth(a, world) && truth(b, world),
            Formula::Or(a, b) => truth(a, world) || truth(b, world),
        }
    }

    fn build(formula: &Formula, variables: &[Fact], logic: &mut Logic) -> Fact {
        match formula {
            Formula::Variable(index) => variables[*index],
            Formula::Not(one) => {
                let one = build(one, variables, logic);
                logic.not(one)
            }
            Formula::And(a, b) | Formula::Or(a, b) => {
                let (a, b) = (build(a, variables, logic), build(b, variables, logic));
                if matches!(formula, Formula::And(..)) { logic.and(a, b) } else { logic.or(a, b) }
            }
        }
    }

    proptest! {
        /// Two formulas are one fact exactly if they agree in every world, and imply each other as their worlds do.
        #[test]
        fn facts_are_equal_where_formulas_agree(a in formulas(), b in formulas()) {
            let mut logic = Logic::default();
            let variables: Vec<Fact> = (0..4).map(|_| logic.variable()).collect();
            let (x, y) = (build(&a, &variables, &mut logic), build(&b, &variables, &mut logic));
            prop_assert_eq!(x == y, (0..16).all(|world| truth(&a, world) == truth(&b, world)));
            prop_assert_eq!(logic.implies(x, y), (0..16).all(|world| !truth(&a, world) || truth(&b, world)));
        }
    }

    #[test]
    fn a_limit_is_met_without_harm() {
        let mut logic = Logic::default();
        let mut all = NEVER;
        for _ in 0..MAX_DEPTH + 10 {
            let one = logic.variable();
            all = logic.or(one, all);
        }
        assert!(logic.too_large);
    }
}
