//! Characters that a place does not allow, where the mapping itself would write them. Those of the event are the
//! door's.

use crate::check::Checker;
use crate::check::typed::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::library::Returns;
use crate::model::{Constant, Expr, Root, TextPart, record};
use std::collections::HashSet;

impl Checker<'_> {
    /// No text of the mapping that may come out of the expression holds a control character (RFC 9110 §5.5), nor
    /// does one that it decodes.
    pub(in crate::check) fn fits_header_characters(&mut self, value: &Typed) -> Option<()> {
        if let Some(c) = self.character_in(&value.expr, &char::is_control) {
            let code = u32::from(c);
            let message = format!("this may write the character U+{code:04X}, which a header cannot hold");
            self.report(
                Diagnostic::new(Code::E0910, message, value.span, "a control character")
                    .help("leave the character out, or write what is meant by it"),
            );
            return None;
        }
        if !self.flowing(&value.expr).decodes {
            return Some(());
        }
        self.report(
            Diagnostic::new(
                Code::E0910,
                "what was decoded may hold a line break, which a header cannot",
                value.span,
                "decoded here",
            )
            .help("send it in the body, or as it came"),
        );
        None
    }

    /// The first such character of a constant that the expression may give, those of tables included.
    pub(in crate::check) fn character_in(&self, expr: &Expr, wanted: &dyn Fn(char) -> bool) -> Option<char> {
        let Flowing { mut texts, tables, .. } = self.flowing(expr);
        for name in tables {
            let Some(table) = self.table_of_model(name) else { continue };
            let of_file = table.model.file.iter().flat_map(|file| &file.records).filter_map(|line| record::read(line));
            for cells in of_file {
                if let Some(c) = cells.iter().flat_map(|cell| cell.chars()).find(|c| wanted(*c)) {
                    return Some(c);
                }
            }
            let rows = &table.model.rows;
            texts.extend(rows.iter().flat_map(|row| &row.keys).filter_map(text_of));
            let values = rows.iter().flat_map(|row| &row.values);
            for value in values.chain(table.model.default.iter().flat_map(|default| &default.values)) {
                texts.extend(self.flowing(value).texts);
            }
        }
        texts.into_iter().flat_map(str::chars).find(|c| wanted(*c))
    }

    /// What may flow into the expression's text, by way of variables, too.
    fn flowing<'e>(&'e self, expr: &'e Expr) -> Flowing<'e> {
        let mut flowing = Flowing::default();
        let mut seen = HashSet::new();
        let mut pending = vec![expr];
        while let Some(expr) = pending.pop() {
            expr.visit(&mut |expr| {
                match expr {
                    Expr::Constant(constant) => flowing.texts.extend(text_of(constant)),
                    Expr::Text(parts) => flowing.texts.extend(parts.iter().filter_map(|part| match part {
                        TextPart::Literal(text) => Some(text.as_str()),
                        TextPart::Hole(_) => None,
                    })),
                    Expr::Lookup { table, .. } | Expr::Inverse { table, .. } => flowing.tables.push(table),
                    Expr::Call { function, arguments } => {
                        flowing.decodes |= function == "from_base64";
                        let flows = arguments.iter().enumerate().filter(|(at, _)| flows(function, *at));
                        pending.extend(flows.map(|(_, argument)| argument));
                        return false;
                    }
                    Expr::Path { root: Root::Local(variable), .. } if seen.insert(*variable) => {
                        pending.extend(self.values_of_variables.get(variable));
                    }
                    _ => {}
                }
                // A reason is written nowhere in the request.
                !is_truth(expr) && !matches!(expr, Expr::Reject(_))
            });
        }
        flowing
    }
}

#[derive(Default)]
struct Flowing<'e> {
    texts: Vec<&'e str>,
    tables: Vec<&'e str>,
    decodes: bool,
}

/// Whether what stands in that argument may come out of the function.
fn flows(function: &str, argument: usize) -> bool {
    let Some(known) = crate::library::find(function) else { return true };
    let gives_text = matches!(
        known.signature.returns,
        Returns::Text | Returns::ListOfText | Returns::Argument(_) | Returns::Item(_)
    );
    match (function, argument) {
        // digits and letters, whatever they are made of
        ("sha256" | "hex" | "base64" | "uuid5" | "percent_encode", _) => false,
        // what is looked for
        ("replace" | "replace_text" | "extract" | "split", 1) => false,
        _ => gives_text,
    }
}

fn text_of(constant: &Constant) -> Option<&str> {
    match constant {
        Constant::Text(text) => Some(text),
        _ => None,
    }
}

/// Gives true or false, and no text of its operands.
fn is_truth(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Compare { .. } | Expr::OneOf { .. } | Expr::Present(_) | Expr::Not(_) | Expr::And(..) | Expr::Or(..)
    )
}
