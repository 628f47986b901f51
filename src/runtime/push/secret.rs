//! Credentials: read by reference at the start, read again once when a target refuses them, never shown.

use super::username_token::UsernameToken;
use crate::model::{Auth, Secret};
use crate::runtime::RunError;
use crate::runtime::options::EnvironmentLookup;
use reqwest::header::HeaderValue;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// A secret file holds one line; a longer one is not what was meant.
const FILE_BYTES: u64 = 64 << 10;

/// What a request shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// `Authorization`
    Header(HeaderValue),
    /// In the header of a SOAP envelope.
    Token(UsernameToken),
}

/// What one target is shown.
pub(crate) struct Credential {
    auth: Auth,
    mapping: String,
    environment: EnvironmentLookup,
    current: Mutex<Shown>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("auth", &self.auth).finish_non_exhaustive()
    }
}

impl Credential {
    /// # Errors
    /// A variable that is not set, a file that cannot be read, a text that no header may hold.
    pub(crate) fn new(mapping: &str, auth: &Auth, environment: &EnvironmentLookup) -> Result<Credential, RunError> {
        let reader = Reader { mapping, environment };
        let current = Mutex::new(reader.shown(auth)?);
        Ok(Credential { auth: auth.clone(), mapping: mapping.to_owned(), environment: environment.clone(), current })
    }

    pub(crate) fn current(&self) -> Shown {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads it again; whether it is another one than `used`. What cannot be read leaves it as it is.
    pub(crate) fn is_renewed(&self, used: &Shown) -> bool {
        let reader = Reader { mapping: &self.mapping, environment: &self.environment };
        match reader.shown(&self.auth) {
            Ok(new) => {
                let renewed = new != *used;
                *self.current.lock().unwrap_or_else(PoisonError::into_inner) = new;
                renewed
            }
            Err(error) => {
                tracing::warn!("{error}");
                false
            }
        }
    }
}

struct Reader<'a> {
    mapping: &'a str,
    environment: &'a EnvironmentLookup,
}

impl Reader<'_> {
    fn shown(&self, auth: &Auth) -> Result<Shown, RunError> {
        let (what, text) = match auth {
            Auth::Bearer(token) => ("the bearer token", format!("Bearer {}", self.read(token)?)),
            // RFC 7617 §2
            Auth::Basic { user, password } => {
                let pair = format!("{}:{}", self.read(user)?, self.read(password)?);
                ("the user or password", format!("Basic {}", base64(pair.as_bytes())))
            }
            Auth::UsernameToken { user, password, digest } => {
                let token = UsernameToken::new(self.read(user)?, self.read(password)?, *digest);
                return token.map(Shown::Token).ok_or_else(|| self.unfit("the user or password"));
            }
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| self.unfit(what))?;
        value.set_sensitive(true);
        Ok(Shown::Header(value))
    }

    fn unfit(&self, what: &str) -> RunError {
        RunError::SecretText { mapping: self.mapping.to_owned(), what: what.to_owned() }
    }

    fn read(&self, secret: &Secret) -> Result<String, RunError> {
        match secret {
            Secret::Environment(name) => (self.environment)(name)
                .ok_or_else(|| RunError::MissingVariable { mapping: self.mapping.to_owned(), name: name.clone() }),
            Secret::File(path) => self.read_file(PathBuf::from(path)),
        }
    }

    /// The file's text without the line end that editors leave.
    fn read_file(&self, path: PathBuf) -> Result<String, RunError> {
        let failed =
            |path: PathBuf, reason: String| RunError::SecretFile { mapping: self.mapping.to_owned(), path, reason };
        let length = match std::fs::metadata(&path) {
            Ok(metadata) => metadata.len(),
            Err(error) => return Err(failed(path, error.to_string())),
        };
        if length > FILE_BYTES {
            return Err(failed(path, format!("it has {length} bytes, which is no secret")));
        }
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
            Err(error) => Err(failed(path, error.to_string())),
        }
    }
}

/// RFC 4648 §4, with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[(group >> (18 - 6 * place) & 63) as usize];
            text.push(if place > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
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
        let used = credential.current();
        assert_eq!(used, Shown::Header(HeaderValue::from_static("Bearer first")));
        assert!(!format!("{credential:?} {used:?}").contains("first"));
        assert!(!credential.is_renewed(&used));
        std::fs::write(&path, "second").expect("written");
        assert!(credential.is_renewed(&used));
        assert_eq!(credential.current(), Shown::Header(HeaderValue::from_static("Bearer second")));
    }

    #[test]
    fn what_is_missing_or_unfit_is_said() {
        let environment: EnvironmentLookup = Arc::new(|name| (name == "BAD").then(|| "a\nb".to_owned()));
        let auth = |name: &str| Auth::Bearer(Secret::Environment(name.to_owned()));
        let error = Credential::new("m", &auth("NONE"), &environment).expect_err("not set");
        assert!(matches!(error, RunError::MissingVariable { ref name, .. } if name == "NONE"), "{error}");
        let error = Credential::new("m", &auth("BAD"), &environment).expect_err("a line break");
        assert!(matches!(error, RunError::SecretText { .. }), "{error}");
        assert!(!error.to_string().contains("a\nb"));
        let auth = Auth::Bearer(Secret::File("/nowhere/token".to_owned()));
        let error = Credential::new("m", &auth, &environment).expect_err("no file");
        assert!(matches!(error, RunError::SecretFile { .. }), "{error}");
    }
}
