//! Characters that a body cannot hold, in what the author wrote. Those of the event are the door's.

use super::Shape;
use crate::check::Checker;
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::library::xml;
use crate::model::Expr;

impl Checker<'_> {
    /// The author's own text in a value is such as the format can write. Nothing is wrong where another character
    /// stands for it.
    pub(super) fn author_text(&mut self, value: &Typed, shape: &Shape) -> Option<()> {
        let (what, wrong): (&str, fn(char) -> bool) = match shape {
            Shape::Xml(xml) if !xml.replaces => ("XML 1.0 does not allow", |c| !xml::is_allowed(c)),
            Shape::Text { latin_1: true, replaces: false } => ("ISO-8859-1 does not have", |c| c > '\u{FF}'),
            _ => return Some(()),
        };
        let Some(c) = self.character_in(&value.expr, &wrong) else { return Some(()) };
        let shown = if c.is_control() || c > '\u{FFFD}' { format!("U+{:04X}", u32::from(c)) } else { format!("`{c}`") };
        self.report(
            Diagnostic::new(Code::E0659, format!("this writes {shown}, which {what}"), value.span, "cannot be written")
                .help("write another character, or name what stands for such: `forbidden as \"?\"` in the map's head"),
        );
        None
    }

    /// A line break or control character of the author's in the hole of a line, where it would be refused. In the
    /// line's own text it may stand.
    pub(super) fn hole_text(&mut self, hole: &Typed, replaces: bool) -> Option<()> {
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        let escaped = matches!(&hole.expr, Expr::Call { function, .. } if function == "csv");
        if replaces
            || escaped
            || matches!(hole.expr, Expr::Constant(_))
            || self.character_in(&hole.expr, &breaks).is_none()
        {
            return Some(());
        }
        self.report(
            Diagnostic::new(
                Code::E0659,
                "a hole of a line holds no line break or control character",
                hole.span,
                "written in here",
            )
            .help("write it outside of the hole, in the line's own text"),
        );
        None
    }
}
