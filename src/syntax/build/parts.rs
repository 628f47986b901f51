//! The children of a pair, in order, with comments passed over and documentation kept for the next item.

use super::{Node, Rule};
use crate::syntax::tree::Doc;
use pest::iterators::Pairs;
use std::iter::Peekable;

pub struct Parts<'i> {
    nodes: Peekable<Pairs<'i, Rule>>,
    docs: Vec<&'i str>,
    /// Where the last part ended, for a `///` on the same line, which documents nothing.
    last_end: Option<usize>,
}

impl<'i> Parts<'i> {
    pub fn of(node: Node<'i>) -> Parts<'i> {
        Parts { nodes: node.into_inner().peekable(), docs: Vec::new(), last_end: None }
    }

    pub fn peek(&mut self) -> Option<Rule> {
        self.pass_comments();
        self.nodes.peek().map(|node| node.as_rule())
    }

    pub fn next(&mut self) -> Option<Node<'i>> {
        self.pass_comments();
        let node = self.nodes.next()?;
        self.docs.clear();
        // Behind an opening brace, even on its line, begins what comes next.
        let opens = node.as_rule() == Rule::open;
        self.last_end = (!opens).then(|| node.as_span().start() + node.as_str().trim_end().len());
        Some(node)
    }

    pub fn take(&mut self, rule: Rule) -> Option<Node<'i>> {
        if self.peek()? == rule { self.next() } else { None }
    }

    /// The `///` lines right before the next part.
    pub fn doc(&mut self) -> Doc {
        self.pass_comments();
        if self.docs.is_empty() {
            return None;
        }
        let lines: Vec<&str> = self.docs.drain(..).map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        Some(lines.join("\n"))
    }

    fn pass_comments(&mut self) {
        while let Some(node) = self.nodes.next_if(|node| is_comment(node.as_rule())) {
            if node.as_rule() == Rule::doc && !self.on_the_line_of_the_last(&node) {
                self.docs.push(node.as_str().strip_prefix("///").unwrap_or_default().trim_end());
            }
            self.last_end = Some(node.as_span().end());
        }
    }

    fn on_the_line_of_the_last(&self, node: &Node<'i>) -> bool {
        let Some(end) = self.last_end else { return false };
        let input = node.get_input();
        input.get(end..node.as_span().start()).is_some_and(|between| !between.contains('\n'))
    }
}

pub fn is_comment(rule: Rule) -> bool {
    matches!(rule, Rule::doc | Rule::comment | Rule::block_comment | Rule::hash_comment | Rule::dash_comment)
}
