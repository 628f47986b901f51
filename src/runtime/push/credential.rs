//! What a target is shown: a header or a SOAP token that stays, a token that is asked for, or a client certificate. Read by reference at
//! the start, read again once when a target refuses it.

use super::client::Clients;
use super::secret::Reader;
use super::token::{NoToken, TokenSource};
use super::username_token::UsernameToken;
use crate::library::base64;
use crate::model::{Auth, Secret};
use crate::runtime::RunError;
use crate::runtime::options::EnvironmentLookup;
use reqwest::header::HeaderValue;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A credential of one target.
pub(crate) struct Credential {
    reader: Reader,
    kind: Kind,
}

/// What a request shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// `Authorization`
    Header(HeaderValue),
    /// In the header of a SOAP envelope.
    Token(UsernameToken),
}

enum Kind {
    Kept { auth: Auth, current: Mutex<Shown> },
    Token(TokenSource),
    Certificate { certificate: Secret, key: Secret, current: Mutex<Certified> },
}

/// Clients that show a certificate.
struct Certified {
    pem: String,
    clients: Clients,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match &self.kind {
            Kind::Kept { .. } => "kept",
            Kind::Token(_) => "token",
            Kind::Certificate { .. } => "certificate",
        };
        f.debug_struct("Credential").field("kind", &kind).finish_non_exhaustive()
    }
}

impl Credential {
    /// # Errors
    /// A variable that is not set, a file that cannot be read, a text that no header may hold, a certificate or key that is
    /// none.
    pub(crate) fn new(mapping: &str, auth: &Auth, environment: &EnvironmentLookup) -> Result<Credential, RunError> {
        let reader = Reader { mapping: mapping.to_owned(), environment: environment.clone() };
        let kind = match auth {
            Auth::Bearer(_) | Auth::Basic { .. } | Auth::UsernameToken { .. } => {
                Kind::Kept { auth: auth.clone(), current: Mutex::new(shown(&reader, auth)?) }
            }
            Auth::ClientCredentials { token, id, secret, scope } => {
                Kind::Token(TokenSource::new(&reader, token, id, secret, scope.as_deref())?)
            }
            Auth::Certificate { certificate, key } => {
                let pem = pem(&reader, certificate, key)?;
                let current = Mutex::new(certified(&reader, pem)?);
                Kind::Certificate { certificate: certificate.clone(), key: key.clone(), current }
            }
        };
        Ok(Credential { reader, kind })
    }

    /// What goes into the request, if anything does.
    ///
    /// # Errors
    /// There is no token to be had.
    pub(super) async fn shown(&self, clients: &Clients, within: Duration) -> Result<Option<Shown>, NoToken> {
        match &self.kind {
            Kind::Kept { current, .. } => Ok(Some(lock(current).clone())),
            Kind::Token(source) => source.current(clients, within).await.map(Shown::Header).map(Some),
            Kind::Certificate { .. } => Ok(None),
        }
    }

    /// The clients that show it, where it is a certificate.
    pub(super) fn clients(&self) -> Option<Clients> {
        match &self.kind {
            Kind::Certificate { current, .. } => Some(lock(current).clients.clone()),
            Kind::Kept { .. } | Kind::Token(_) => None,
        }
    }

    pub(super) fn is_certificate(&self) -> bool {
        matches!(self.kind, Kind::Certificate { .. })
    }

    /// After a 401 to `used`: whether there is another credential to be tried. A token is given up, and asked for anew.
    pub(super) async fn renew(&self, used: Option<&Shown>) -> bool {
        match (&self.kind, used) {
            (Kind::Token(source), Some(Shown::Header(used))) => {
                source.give_up(&self.reader, used).await;
                true
            }
            // a short read of a local file, once in a while
            _ => self.is_renewed(),
        }
    }

    /// Reads the secrets again; whether they are others now. What cannot be read leaves them as they are.
    pub(crate) fn is_renewed(&self) -> bool {
        let renewed = match &self.kind {
            Kind::Kept { auth, current } => shown(&self.reader, auth).map(|new| {
                let mut current = lock(current);
                let renewed = new != *current;
                *current = new;
                renewed
            }),
            Kind::Token(source) => source.is_renewed(&self.reader),
            Kind::Certificate { certificate, key, current } => pem(&self.reader, certificate, key).and_then(|new| {
                if lock(current).pem == new {
                    return Ok(false);
                }
                *lock(current) = certified(&self.reader, new)?;
                Ok(true)
            }),
        };
        renewed.unwrap_or_else(|error| {
            tracing::warn!("{error}");
            false
        })
    }
}

/// A panic of another holder leaves a whole value.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn shown(reader: &Reader, auth: &Auth) -> Result<Shown, RunError> {
    let (what, found) = match auth {
        Auth::UsernameToken { user, password, digest } => {
            let token = UsernameToken::new(reader.read(user)?, reader.read(password)?, *digest);
            ("the user or password", token.map(Shown::Token))
        }
        // RFC 7617 §2
        Auth::Basic { user, password } => {
            let pair = format!("{}:{}", reader.read(user)?, reader.read(password)?);
            (
                "the user or password",
                secret_header(&format!("Basic {}", base64::encode(pair.as_bytes()))).map(Shown::Header),
            )
        }
        Auth::Bearer(token) | Auth::ClientCredentials { secret: token, .. } | Auth::Certificate { key: token, .. } => {
            ("the bearer token", secret_header(&format!("Bearer {}", reader.read(token)?)).map(Shown::Header))
        }
    };
    found.ok_or_else(|| RunError::SecretText { mapping: reader.mapping.clone(), what: what.to_owned() })
}

/// A header that nothing prints.
pub(super) fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn pem(reader: &Reader, certificate: &Secret, key: &Secret) -> Result<String, RunError> {
    Ok(format!("{}\n{}\n", reader.read(certificate)?, reader.read(key)?))
}

fn certified(reader: &Reader, pem: String) -> Result<Certified, RunError> {
    match Clients::with_certificate(pem.as_bytes()) {
        Ok(clients) => Ok(Certified { pem, clients }),
        Err(_) => Err(RunError::Certificate { mapping: reader.mapping.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn bearer(credential: &Credential) -> Vec<u8> {
        match &credential.kind {
            Kind::Kept { current, .. } => match &*lock(current) {
                Shown::Header(value) => value.as_bytes().to_vec(),
                Shown::Token(_) => panic!("no header"),
            },
            _ => panic!("no header"),
        }
    }

    #[test]
    fn a_secret_file_is_read_again_and_nothing_shows_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        std::fs::write(&path, "first\n").expect("written");
        let auth = Auth::Bearer(Secret::File(path.display().to_string()));
        let none: EnvironmentLookup = Arc::new(|_| None);
        let credential = Credential::new("m", &auth, &none).expect("it can be read");
        assert_eq!(bearer(&credential), b"Bearer first");
        let Kind::Kept { current, .. } = &credential.kind else { panic!("no header") };
        assert!(!format!("{credential:?} {:?}", lock(current)).contains("first"));
        assert!(!credential.is_renewed());
        std::fs::write(&path, "second").expect("written");
        assert!(credential.is_renewed());
        assert_eq!(bearer(&credential), b"Bearer second");
        std::fs::remove_file(&path).expect("removed");
        assert!(!credential.is_renewed());
        assert_eq!(bearer(&credential), b"Bearer second");
    }

    #[test]
    fn what_is_missing_or_unfit_is_said() {
        let environment: EnvironmentLookup = Arc::new(|name| match name {
            "BAD" => Some("a\nb".to_owned()),
            "PEM" => Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----".to_owned()),
            _ => None,
        });
        let secret = |name: &str| Secret::Environment(name.to_owned());
        let error = Credential::new("m", &Auth::Bearer(secret("NONE")), &environment).expect_err("not set");
        assert!(matches!(error, RunError::MissingVariable { ref name, .. } if name == "NONE"), "{error}");
        let error = Credential::new("m", &Auth::Bearer(secret("BAD")), &environment).expect_err("a line break");
        assert!(matches!(error, RunError::SecretText { .. }), "{error}");
        assert!(!error.to_string().contains("a\nb"));
        let auth = Auth::Bearer(Secret::File("/nowhere/token".to_owned()));
        let error = Credential::new("m", &auth, &environment).expect_err("no file");
        assert!(matches!(error, RunError::SecretFile { .. }), "{error}");
        let auth = Auth::Certificate { certificate: secret("PEM"), key: secret("BAD") };
        let error = Credential::new("m", &auth, &environment).expect_err("no certificate");
        assert!(matches!(error, RunError::Certificate { .. }), "{error}");
    }
}
