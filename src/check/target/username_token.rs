//! `auth username_token env USER env PASSWORD`, with the password as text or, behind `digest`, as a digest.

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Auth;
use crate::syntax::tree;
use crate::text::Span;

impl Checker<'_> {
    pub(super) fn username_token(&mut self, auth: &tree::Auth, span: Span) -> Option<Auth> {
        let digest = auth.arguments.first().and_then(|first| first.word()) == Some("digest");
        let references = auth.arguments.get(usize::from(digest)..).unwrap_or_default();
        if references.len() != 4 {
            self.report(
                Diagnostic::new(
                    Code::E0614,
                    "a UsernameToken has a user and a password, by reference",
                    span,
                    "not two references",
                )
                .help("write `auth username_token env USER env PASSWORD`, or `auth username_token digest env USER env PASSWORD`"),
            );
            return None;
        }
        let scheme = tree::Name { text: "basic".into(), span: auth.scheme.span };
        match self.auth(&tree::Auth { scheme, arguments: references.to_vec() }, span)? {
            Auth::Basic { user, password } => Some(Auth::UsernameToken { user, password, digest }),
            _ => None,
        }
    }
}
