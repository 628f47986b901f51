//! Texts that may stand as a segment of a URL's path: whole values of the event, which the door holds to the
//! rule, and constants that keep it. What is made of them may be empty, `.` or `..`.

use crate::check::Checker;
use crate::check::typed::Typed;
use crate::model::{Base, Constant, Expr, Root, TextPart};

/// Functions that hand on items as they are.
const HANDING_ON: &[&str] = &["first", "last", "min", "max", "reverse", "sort_by", "distinct", "concat"];

impl Checker<'_> {
    /// A variable for the value; whether a text in it is made is remembered.
    pub(in crate::check) fn variable_of(&mut self, value: &Typed) -> u32 {
        let variable = self.variable();
        self.stands_for(variable, value);
        variable
    }

    /// Remembers what the variable stands for.
    pub(in crate::check) fn stands_for(&mut self, variable: u32, value: &Typed) {
        if !self.is_whole(&value.expr) {
            self.made_variables.insert(variable);
        }
        if !matches!(value.expr, Expr::Path { root: Root::Event | Root::Meta, .. }) {
            self.values_of_variables.insert(variable, value.expr.clone());
        }
    }

    /// Text that is surely not empty, `.` or `..` but by the event's own fault.
    pub(in crate::check) fn is_safe_segment(&self, value: &Typed) -> bool {
        match &value.ty.base {
            Base::Text | Base::Either(_) | Base::Code { open: true, .. } => self.is_whole(&value.expr),
            Base::Code { values, .. } => values.iter().all(|value| keeps_rule(value)) || self.is_whole(&value.expr),
            _ => true,
        }
    }

    /// Whether `!!` may answer for a rule of the place where the value is written (a computed segment of
    /// a URL that may be empty), though the value itself cannot fail.
    pub(in crate::check) fn may_break_rule(&self, value: &Typed) -> bool {
        self.in_url && !self.is_safe_segment(value)
    }

    /// Each text in the value is one of the event or the envelope, or a constant that keeps the rule.
    pub(in crate::check) fn is_whole(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Constant(Constant::Text(text)) => keeps_rule(text),
            Expr::Constant(_) => true,
            Expr::Path { root: Root::Event | Root::Meta, .. } => true,
            Expr::Path { root: Root::Local(variable), .. } => !self.made_variables.contains(variable),
            Expr::Text(parts) => parts.iter().any(|part| match part {
                TextPart::Literal(text) => is_solid(text),
                TextPart::Hole(_) => false,
            }),
            Expr::Coalesce { value, fallback } | Expr::Rescue { value, fallback } => {
                self.is_whole(value) && self.is_whole(fallback)
            }
            Expr::If { then, otherwise, .. } => self.is_whole(then) && self.is_whole(otherwise),
            Expr::Match { arms, default, .. } => {
                arms.iter().all(|(_, value)| self.is_whole(value))
                    && default.as_deref().is_none_or(|default| self.is_whole(default))
            }
            Expr::Let { body, .. } => self.is_whole(body),
            Expr::Index { list, .. } => self.is_whole(list),
            Expr::Key { of, .. } => self.is_whole(of),
            Expr::Each { yields, .. } => self.is_whole(yields),
            Expr::List(items) => items.iter().all(|item| self.is_whole(item)),
            Expr::Record(fields) => fields.iter().all(|(_, value)| self.is_whole(value)),
            Expr::Call { function, arguments } if HANDING_ON.contains(&function.as_str()) => {
                arguments.iter().all(|argument| self.is_whole(argument))
            }
            // A crosswalk holds what a target answered; the segment is held against it where it is written.
            Expr::Find { .. } => true,
            Expr::Demand(_) | Expr::Reject(_) | Expr::Skip | Expr::Missing => true,
            _ => false,
        }
    }
}

fn keeps_rule(text: &str) -> bool {
    !matches!(text, "" | "." | "..")
}

/// Whatever stands beside it in a segment, the rule is kept.
fn is_solid(text: &str) -> bool {
    text.chars().any(|c| c != '.') || text.len() > 2
}
