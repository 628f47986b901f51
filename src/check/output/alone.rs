//! The lines of a map with parameters that nothing spreads: of what format they are, their own look tells.

use super::lines::Lines;
use super::{Element, Shape};
use crate::check::Checker;
use crate::check::scope::Scope;
use crate::syntax::tree::{self, LineKind, Otherwise, Step};
use crate::text::Span;

/// Checks the lines as those of a body that fits them. Lines of text, and of SOAP, show only in their place.
pub(in crate::check) fn lines_alone(
    checker: &mut Checker<'_>,
    block: &tree::Block,
    element: &mut Element,
    scope: &mut Scope,
) {
    let mut look = Look::default();
    look.block(block);
    if look.other {
        return;
    }
    let shape = match look.xml {
        // The body that spreads the lines declares their prefixes.
        true => Shape::Xml { namespaces: look.prefixes },
        false => Shape::Json,
    };
    checker.lines(block, &mut Lines::new(shape), element, scope);
}

/// What the lines show of their format.
#[derive(Default)]
struct Look {
    /// Attributes, an element's text, prefixes, or an `each` without `[]`.
    xml: bool,
    /// Lines of text or of SOAP.
    other: bool,
    prefixes: Vec<(Option<String>, String, Span)>,
}

impl Look {
    fn block(&mut self, block: &tree::Block) {
        block.lines.iter().for_each(|line| self.line(line));
    }

    fn line(&mut self, line: &tree::Line) {
        match &line.kind {
            LineKind::Rule(rule) => {
                self.path(&rule.target);
                rule.block.iter().for_each(|block| self.block(block));
            }
            LineKind::Each { target, block, .. } => {
                self.path(target);
                self.xml |= target.list.is_none();
                self.block(block);
            }
            LineKind::When { block, otherwise, .. } => {
                self.block(block);
                match otherwise {
                    Some(Otherwise::Block(block)) => self.block(block),
                    Some(Otherwise::When(line)) => self.line(line),
                    None => {}
                }
            }
            LineKind::Match { arms, .. } => arms.iter().for_each(|arm| self.block(&arm.block)),
            LineKind::Namespace { .. } => self.xml = true,
            LineKind::EachLines { .. } | LineKind::Text { .. } | LineKind::Action(_) | LineKind::Header(_) => {
                self.other = true;
            }
            LineKind::Spread { .. } | LineKind::Reject { .. } | LineKind::Let(_) => {}
        }
    }

    fn path(&mut self, path: &tree::TargetPath) {
        for step in &path.steps {
            let name = match step {
                Step::Name(name) => name,
                Step::Attribute(name) => {
                    self.xml = true;
                    name
                }
                Step::Here(_) => {
                    self.xml = true;
                    continue;
                }
            };
            if let Some(prefix) = &name.prefix {
                self.xml = true;
                self.prefixes.push((Some(prefix.text.clone()), String::new(), prefix.span));
            }
        }
    }
}
