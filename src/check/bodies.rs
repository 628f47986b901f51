//! What no rule has asked for yet: the bodies of functions, maps and `let`s that nothing uses are checked all the
//! same, once, with their parameters bound; so a file that others use can be checked by itself.

use super::Checker;
use super::output::{Element, lines_alone};
use super::scope::{Frame, Scope};
use super::typed::Typed;
use crate::syntax::tree::{self, Item};

impl<'a> Checker<'a> {
    /// Every body of every file that is not checked yet. What only these use stays unused.
    pub(super) fn all_bodies(&mut self) {
        let used = self.used.clone();
        let (used_lets, ever_used_lets) = (self.used_lets.clone(), self.ever_used_lets.clone());
        let uses = self.table_uses.len();
        for (file, tree) in self.trees.clone() {
            for item in &tree.items {
                self.body_alone(file, item);
            }
        }
        self.used = used;
        (self.used_lets, self.ever_used_lets) = (used_lets, ever_used_lets);
        self.table_uses.truncate(uses);
    }

    fn body_alone(&mut self, file: u32, item: &'a Item) {
        match item {
            Item::Type(node) => drop(self.type_of(node, node.name.span)),
            Item::Table(node) => drop(self.table(node)),
            // A `let` of a mapping that another uses is made of an event that is not at hand.
            Item::Let(node) if file == 0 || !self.names_at(node.span).has_event => {
                self.top_let(&node.name.text, node.name.span);
            }
            Item::Function(node) if !self.checked.contains(&node.name.span) => self.function_alone(node),
            Item::Map(node) if node.parameters.is_some() && !self.checked.contains(&node.keyword) => {
                self.map_alone(node)
            }
            _ => {}
        }
    }

    fn function_alone(&mut self, function: &'a tree::Function) {
        let mut bound = Vec::with_capacity(function.parameters.len());
        for parameter in &function.parameters {
            let Some(ty) = self.ty(&parameter.ty) else { return };
            bound.push(self.parameter(parameter, ty));
        }
        self.function_body(function, bound);
    }

    fn map_alone(&mut self, map: &'a tree::Map) {
        let mut scope = Scope::default();
        for parameter in map.parameters.iter().flatten() {
            let Some(ty) = self.ty(&parameter.ty) else { return };
            let binding = self.parameter(parameter, ty);
            let mut value = Typed::new(Typed::local(binding.variable), binding.ty, binding.span);
            if value.ty.missing {
                value = value.missing(binding.span, format!("`{}` may be missing", binding.name));
            }
            scope.frames.push(Frame::Alias(binding.name, Box::new(value)));
        }
        self.checked.insert(map.keyword);
        self.under_way.push(map.keyword);
        lines_alone(self, &map.body, &mut Element::default(), &mut scope);
        self.under_way.pop();
    }
}
