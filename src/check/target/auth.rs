//! Credentials, by reference: `auth bearer env TOKEN`, `basic`, `oauth2 client credentials`, `client certificate`.

use crate::check::Checker;
use crate::check::nearest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Auth, Secret, TokenUrl};
use crate::syntax::tree::{self, AuthArgument, Text};
use crate::text::Span;
use std::iter::Peekable;
use std::slice::Iter;

const SCHEMES: [&str; 5] = ["bearer", "basic", "oauth2", "certificate", "username_token"];
const BEARER: &str = "write `auth bearer env TOKEN`";
const BASIC: &str = "write `auth basic env USER env PASSWORD`";
const OAUTH2: &str = "write `auth oauth2 client credentials token \"https://login.example/token\" id env CLIENT_ID secret env CLIENT_SECRET`, and perhaps `scope \"…\"` behind it";
const CERTIFICATE: &str = "write `auth client certificate file \"/path/client.pem\" key file \"/path/client.key\"`";

type Arguments<'t> = Peekable<Iter<'t, AuthArgument>>;

impl Checker<'_> {
    pub(super) fn auth(&mut self, auth: &tree::Auth, span: Span) -> Option<Auth> {
        if auth.scheme.text == "username_token" {
            return self.username_token(auth, span);
        }
        let mut arguments = auth.arguments.iter().peekable();
        let (made, help) = match auth.scheme.text.as_str() {
            "bearer" => (self.secret(&mut arguments, span, BEARER).map(Auth::Bearer), BEARER),
            "basic" => {
                let user = self.secret(&mut arguments, span, BASIC)?;
                let password = self.secret(&mut arguments, span, BASIC)?;
                (Some(Auth::Basic { user, password }), BASIC)
            }
            "oauth2" => {
                let _ = taken(&mut arguments, "client") && taken(&mut arguments, "credentials");
                (self.client_credentials(&mut arguments, span), OAUTH2)
            }
            "client" if taken(&mut arguments, "certificate") => (self.certificate(&mut arguments, span), CERTIFICATE),
            "certificate" => (self.certificate(&mut arguments, span), CERTIFICATE),
            "client" => {
                self.not_the_scheme(auth.scheme.span, "a client's certificate, or its credentials?", CERTIFICATE);
                return None;
            }
            // reported with the syntax
            "" => return None,
            other => {
                let near = nearest(other, SCHEMES).unwrap_or("bearer");
                self.report(
                    Diagnostic::new(
                        Code::E0614,
                        format!("there is no scheme `{other}`"),
                        auth.scheme.span,
                        "not a scheme",
                    )
                    .help(format!("write `auth {near} …`")),
                );
                return None;
            }
        };
        let made = made?;
        if let Some(more) = arguments.next() {
            self.not_the_scheme(more.span(), "nothing of this scheme", help);
            return None;
        }
        Some(made)
    }

    fn not_the_scheme(&mut self, at: Span, label: &str, help: &str) {
        self.report(Diagnostic::new(Code::E0614, "this is not what the scheme needs", at, label).help(help));
    }

    /// `env NAME` or `file "/path"`.
    fn secret(&mut self, arguments: &mut Arguments<'_>, span: Span, help: &str) -> Option<Secret> {
        let Some(first) = arguments.next() else {
            self.not_the_scheme(span, "a secret is missing", help);
            return None;
        };
        let found = match first.word() {
            Some("env") => arguments.next().map(|name| match name {
                AuthArgument::Word(name) => Secret::Environment(name.text.clone()),
                AuthArgument::Text(name) => Secret::Environment(name.value.clone()),
            }),
            Some("file") => match arguments.next() {
                Some(AuthArgument::Text(path)) => Some(Secret::File(path.value.clone())),
                _ => None,
            },
            _ => None,
        };
        if found.is_none() {
            self.report(
                Diagnostic::new(Code::E0614, "a secret is named by reference only", first.span(), "not a reference")
                    .help("write `env NAME` or `file \"/path\"`"),
            );
        }
        found
    }

    /// `token "https://…" id env ID secret env SECRET scope "a b"`, in any order.
    fn client_credentials(&mut self, arguments: &mut Arguments<'_>, span: Span) -> Option<Auth> {
        let (mut token, mut id, mut secret, mut scope) = (None, None, None, None);
        while let Some(argument) = arguments.peek() {
            let at = argument.span();
            let again = match argument.word() {
                Some("token") => {
                    arguments.next();
                    token.replace(self.token_url(arguments, at)?).is_some()
                }
                Some("id") => {
                    arguments.next();
                    id.replace(self.secret(arguments, span, OAUTH2)?).is_some()
                }
                Some("secret") => {
                    arguments.next();
                    secret.replace(self.secret(arguments, span, OAUTH2)?).is_some()
                }
                Some("scope") => {
                    arguments.next();
                    scope.replace(self.scope_of_token(arguments, at)?).is_some()
                }
                _ => break,
            };
            if again {
                self.not_the_scheme(at, "again here", "remove one of the two");
                return None;
            }
        }
        let (Some(token), Some(id), Some(secret)) = (token, id, secret) else {
            let at = arguments.peek().map_or(span, |argument| argument.span());
            self.not_the_scheme(at, "`token`, `id` and `secret` are due", OAUTH2);
            return None;
        };
        Some(Auth::ClientCredentials { token, id, secret, scope })
    }

    fn token_url(&mut self, arguments: &mut Arguments<'_>, at: Span) -> Option<TokenUrl> {
        match (arguments.next(), arguments.peek()) {
            (Some(AuthArgument::Text(url)), _) => {
                self.absolute(url)?;
                Some(TokenUrl::Literal(url.value.clone()))
            }
            (Some(word), Some(AuthArgument::Word(name))) if word.word() == Some("env") => {
                arguments.next();
                Some(TokenUrl::Environment(name.text.clone()))
            }
            _ => {
                self.not_the_scheme(at, "a URL is due behind it", OAUTH2);
                None
            }
        }
    }

    fn absolute(&mut self, url: &Text) -> Option<()> {
        let rest = url.value.strip_prefix("https://").or_else(|| url.value.strip_prefix("http://"));
        let clean = !url.value.chars().any(|c| c.is_whitespace() || c.is_control());
        if rest.is_none_or(|rest| rest.is_empty() || rest.starts_with('/')) || !clean {
            self.report(
                Diagnostic::new(Code::E0603, "tokens are asked for at a whole URL", url.span, "no such URL")
                    .help("write it as `token \"https://login.example/token\"`"),
            );
            return None;
        }
        if url.value.starts_with("http://") {
            self.report(
                Diagnostic::new(Code::W0111, "a credential goes over plain http", url.span, "not encrypted")
                    .help("write https:// if it knows it"),
            );
        }
        Some(())
    }

    /// RFC 6749 §3.3: printable ASCII without quotes and backslashes.
    fn scope_of_token(&mut self, arguments: &mut Arguments<'_>, at: Span) -> Option<String> {
        match arguments.next() {
            Some(AuthArgument::Text(scope))
                if !scope.value.is_empty()
                    && scope.value.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\') =>
            {
                Some(scope.value.clone())
            }
            other => {
                let at = other.map_or(at, AuthArgument::span);
                self.not_the_scheme(at, "a scope is text of visible letters", "write it as `scope \"slots.write\"`");
                None
            }
        }
    }

    fn certificate(&mut self, arguments: &mut Arguments<'_>, span: Span) -> Option<Auth> {
        let certificate = self.secret(arguments, span, CERTIFICATE)?;
        if !taken(arguments, "key") {
            let at = arguments.peek().map_or(span, |argument| argument.span());
            self.not_the_scheme(at, "`key` is due", CERTIFICATE);
            return None;
        }
        let key = self.secret(arguments, span, CERTIFICATE)?;
        Some(Auth::Certificate { certificate, key })
    }
}

/// Takes the word, if it is next.
fn taken(arguments: &mut Arguments<'_>, word: &str) -> bool {
    arguments.next_if(|argument| argument.word() == Some(word)).is_some()
}
