//! Where a field of the event is declared.

use crate::check::Checker;
use crate::syntax::tree::{Field, TypeKind, TypeNode};
use crate::text::Span;

/// Named types lead on at most so often; one that contains itself is reported elsewhere.
const MOST_NAMES: usize = 64;

impl Checker<'_> {
    /// The declaration of the field that a path of names and indices (`slots`, `[0]`, `start`) leads to.
    pub(super) fn declared_at(&self, path: &[String]) -> Option<Span> {
        let event = self.event_tree?;
        let mut fields: &[Field] = &event.fields;
        let mut found = None;
        let mut steps = path.iter().peekable();
        loop {
            let Some(step) = steps.next() else { return found };
            let field = fields.iter().find(|field| field.name.text == *step)?;
            found = Some(field.name.span);
            let mut node = &field.ty;
            loop {
                node = self.plain_node(node)?;
                match (&node.kind, steps.peek()) {
                    (TypeKind::List(item) | TypeKind::Dictionary(item), Some(_)) => {
                        steps.next();
                        node = item;
                    }
                    (TypeKind::Record(inner), Some(_)) => {
                        fields = inner;
                        break;
                    }
                    _ => return found,
                }
            }
        }
    }

    /// Without parentheses, `| null` and the names of declared types.
    fn plain_node<'n>(&'n self, node: &'n TypeNode) -> Option<&'n TypeNode> {
        let mut node = node;
        for _ in 0..MOST_NAMES {
            node = match &node.kind {
                TypeKind::Group(inner) => inner,
                TypeKind::Named(name) => match self.type_named(name) {
                    Some(declaration) => &declaration.ty,
                    None => return Some(node),
                },
                TypeKind::Union(parts) => match parts.iter().find(|part| !matches!(part.kind, TypeKind::Null)) {
                    Some(part) if parts.len() == 2 => part,
                    _ => return Some(node),
                },
                _ => return Some(node),
            };
        }
        None
    }
}
