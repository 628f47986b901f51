//! Characters that a body cannot hold, in what the author wrote. Those of the event are the door's.

use super::Shape;
use crate::check::Checker;
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Constant, Expr, TextPart, record};

impl Checker<'_> {
    /// The author's own text in a value is such as the format can write. Nothing is wrong where another character
    /// stands for it.
    pub(super) fn author_text(&mut self, value: &Typed, shape: &Shape) -> Option<()> {
        let (what, wrong): (&str, fn(char) -> bool) = match shape {
            Shape::Xml(xml) if !xml.replaces => (
                "XML 1.0 does not allow",
                |c| !matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..),
            ),
            Shape::Text { latin_1: true, replaces: false } => ("ISO-8859-1 does not have", |c| c > '\u{FF}'),
            _ => return Some(()),
        };
        let Some(c) = self.written_character(&value.expr, wrong) else { return Some(()) };
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
        if replaces || matches!(hole.expr, Expr::Constant(_)) || self.written_character(&hole.expr, breaks).is_none() {
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

    /// The first such character in the texts of the mapping that the value may be, or that stand in it.
    fn written_character(&self, expr: &Expr, wrong: fn(char) -> bool) -> Option<char> {
        let inside = |expr: &Expr| self.written_character(expr, wrong);
        let within = |text: &str| text.chars().find(|c| wrong(*c));
        match expr {
            Expr::Constant(Constant::Text(text)) => within(text),
            Expr::Text(parts) => parts.iter().find_map(|part| match part {
                TextPart::Literal(text) => within(text),
                TextPart::Hole(hole) => inside(hole),
            }),
            Expr::Coalesce { value, fallback } | Expr::Rescue { value, fallback } => {
                inside(value).or_else(|| inside(fallback))
            }
            Expr::If { then, otherwise, .. } => inside(then).or_else(|| inside(otherwise)),
            Expr::Match { arms, default, .. } => {
                let default = default.iter().map(|default| &**default);
                arms.iter().map(|(_, value)| value).chain(default).find_map(inside)
            }
            Expr::Let { body, .. } => inside(body),
            Expr::List(items) => items.iter().find_map(inside),
            Expr::Each { yields, .. } => inside(yields),
            Expr::Lookup { table, column, .. } => {
                let table = &self.table_of_model(table)?.model;
                let of_file = table
                    .file
                    .iter()
                    .flat_map(|file| &file.records)
                    .find_map(|line| within(record::read(line)?.get(table.keys.len() + *column)?));
                table.rows.iter().filter_map(|row| row.values.get(*column)).find_map(inside).or(of_file)
            }
            _ => None,
        }
    }
}
