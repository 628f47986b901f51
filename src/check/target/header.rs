//! Headers and credentials.

use super::environment;
use crate::check::Checker;
use crate::check::nearest::nearest;
use crate::check::scope::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::target::HeaderPart;
use crate::model::{Auth, Expr, HeaderRule, Secret};
use crate::syntax::tree::{self, AuthArgument, ExprKind, Part};
use crate::text::Span;

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

    pub(super) fn auth(&mut self, auth: &tree::Auth, span: Span) -> Option<Auth> {
        if auth.scheme.text == "username_token" {
            return self.username_token(auth, span);
        }
        let mut secrets = Vec::new();
        let mut arguments = auth.arguments.iter();
        while let Some(argument) = arguments.next() {
            let secret = match (argument, argument.word()) {
                (AuthArgument::Word(_), Some(kind @ ("env" | "file"))) => match (kind, arguments.next()) {
                    ("env", Some(AuthArgument::Word(name))) => Some(Secret::Environment(name.text.clone())),
                    ("env", Some(AuthArgument::Text(name))) => Some(Secret::Environment(name.value.clone())),
                    ("file", Some(AuthArgument::Text(path))) => Some(Secret::File(path.value.clone())),
                    _ => None,
                },
                _ => None,
            };
            let Some(secret) = secret else {
                self.report(
                    Diagnostic::new(
                        Code::E0614,
                        "a secret is named by reference only",
                        argument.span(),
                        "not a reference",
                    )
                    .help("write `env NAME` or `file \"/path\"`"),
                );
                return None;
            };
            secrets.push(secret);
        }
        match (auth.scheme.text.as_str(), secrets.as_slice()) {
            ("bearer", [token]) => Some(Auth::Bearer(token.clone())),
            ("basic", [user, password]) => Some(Auth::Basic { user: user.clone(), password: password.clone() }),
            ("oauth2" | "certificate", _) => self.not_yet(span, &format!("`auth {}`", auth.scheme.text)),
            ("bearer" | "basic", _) => {
                self.report(
                    Diagnostic::new(Code::E0614, "this is not what the scheme needs", span, "wrong number of secrets")
                        .help("write `auth bearer env TOKEN`, or `auth basic env USER env PASSWORD`"),
                );
                None
            }
            (other, _) => {
                let near =
                    nearest(other, ["bearer", "basic", "oauth2", "certificate", "username_token"]).unwrap_or("bearer");
                self.report(
                    Diagnostic::new(
                        Code::E0614,
                        format!("there is no scheme `{other}`"),
                        auth.scheme.span,
                        "not a scheme",
                    )
                    .help(format!("write `auth {near} …`")),
                );
                None
            }
        }
    }
}
