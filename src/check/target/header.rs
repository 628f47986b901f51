//! Headers.

use super::environment;
use crate::check::Checker;
use crate::check::scope::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::target::HeaderPart;
use crate::model::{Expr, HeaderRule};
use crate::syntax::tree::{self, ExprKind, Part};

impl Checker<'_> {
    pub(super) fn header(&mut self, name: &tree::Name, value: &tree::Expr, scope: &mut Scope) -> Option<HeaderRule> {
        // RFC 9110 §5.6.2: a header's name is a token.
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let taken = ["content-type", "content-length", "host", "transfer-encoding", "connection", "idem-key"];
        let lower = name.text.to_ascii_lowercase();
        let wrong = if name.text.is_empty() || !name.text.chars().all(token) {
            Some(format!("`{}` is no name of a header", name.text))
        } else if taken.contains(&lower.as_str()) {
            Some(format!("the header `{}` is written by the connector itself", name.text))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            self.report(
                Diagnostic::new(Code::E0612, wrong, name.span, "this header")
                    .help("write it as in `header X-Source \"hms\"`"),
            );
            return None;
        }
        let mut parts = Vec::new();
        match &value.kind {
            ExprKind::Text(texts) => {
                for part in texts {
                    parts.push(match part {
                        Part::Literal { value, .. } => HeaderPart::Literal(value.clone()),
                        Part::Hole { value, .. } => match environment(value) {
                            Some(name) => HeaderPart::Environment(name),
                            None => HeaderPart::Hole(self.header_hole(value, scope)?),
                        },
                    });
                }
                if lower == "authorization" && !parts.iter().any(|part| matches!(part, HeaderPart::Environment(_))) {
                    self.report(
                        Diagnostic::new(
                            Code::W0109,
                            "a secret is written in the file",
                            value.span,
                            "whoever reads the file has it",
                        )
                        .help("name where it is kept: `auth bearer env VISTA_TOKEN`"),
                    );
                }
            }
            _ => match environment(value) {
                Some(name) => parts.push(HeaderPart::Environment(name)),
                None => parts.push(HeaderPart::Hole(self.header_hole(value, scope)?)),
            },
        }
        Some(HeaderRule { name: name.text.clone(), value: parts })
    }

    fn header_hole(&mut self, node: &tree::Expr, scope: &mut Scope) -> Option<Expr> {
        let value = self.expr(node, scope)?;
        let value = self.request_value(value, "a header")?;
        Some(self.with_lets(value.expr))
    }
}
