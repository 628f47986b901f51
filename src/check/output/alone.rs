//! The lines of a map with parameters that nothing spreads: of what format they are, their own look tells.

use super::lines::Lines;
use super::{Element, Shape, XmlShape};
use crate::check::Checker;
use crate::check::scope::Scope;
use crate::model::Namespace;
use crate::syntax::tree::{self, LineKind, Otherwise, Step};
use std::rc::Rc;

/// Checks the lines as those of a body that fits them.
pub(in crate::check) fn lines_alone(
    checker: &mut Checker<'_>,
    block: &tree::Block,
    element: &mut Element,
    scope: &mut Scope,
) {
    let mut look = Look::default();
    look.block(block);
    // The body that spreads the lines declares their prefixes, and may say what stands for forbidden characters.
    let shape = match look {
        Look { text: true, .. } => Shape::Text { latin_1: false, replaces: true },
        Look { xml, soap, namespaces, .. } if xml || soap => {
            Shape::Xml(Rc::new(XmlShape { namespaces, latin_1: false, replaces: true, soap }))
        }
        _ => Shape::Json,
    };
    let mut lines = Lines::new(shape);
    lines.header = lines.shape.is_soap().then(Element::default);
    checker.lines(block, &mut lines, element, scope);
}

/// What the lines show of their format.
#[derive(Default)]
struct Look {
    /// Attributes, an element's text, prefixes, CDATA, or an `each` without `[]`.
    xml: bool,
    /// A header, or an action.
    soap: bool,
    /// Lines of text.
    text: bool,
    namespaces: Vec<Namespace>,
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
            LineKind::EachLines { .. } | LineKind::Text { .. } => self.text = true,
            LineKind::Action(_) => self.soap = true,
            LineKind::Header(block) => {
                self.soap = true;
                self.block(block);
            }
            LineKind::Spread { .. } | LineKind::Reject { .. } | LineKind::Let(_) => {}
        }
    }

    fn path(&mut self, path: &tree::TargetPath) {
        self.xml |= super::leaf::cdata_of(path).is_some();
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
                self.namespaces.push(Namespace { prefix: Some(prefix.text.clone()), uri: String::new() });
            }
        }
    }
}
