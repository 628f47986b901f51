//! The token of WS-Security that is put into a SOAP envelope at each push (OASIS Web Services Security UsernameToken
//! Profile 1.1). The stored body has none: only the token differs from try to try.

use crate::library::{base64, xml};
use jiff::Timestamp;
use sha1::{Digest, Sha1};

const PROFILE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
const BASE64: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

/// User and password of one target.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct UsernameToken {
    pub user: String,
    pub password: String,
    pub digest: bool,
}

impl std::fmt::Debug for UsernameToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UsernameToken").field("digest", &self.digest).finish_non_exhaustive()
    }
}

impl UsernameToken {
    /// `None` where XML does not allow a character of one of the two.
    pub(crate) fn new(user: String, password: String, digest: bool) -> Option<UsernameToken> {
        let allowed = |text: &str| text.chars().all(|c| xml::is_allowed(c) && !matches!(c, '\n' | '\r'));
        (allowed(&user) && (digest || allowed(&password))).then_some(UsernameToken { user, password, digest })
    }

    /// The token for a push at this moment.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub(crate) fn now(&self) -> Result<String, String> {
        let mut nonce = [0; 16];
        if self.digest {
            rustls::crypto::ring::default_provider()
                .secure_random
                .fill(&mut nonce)
                .map_err(|_| "the system has no random numbers".to_owned())?;
        }
        Ok(self.at(&nonce, &Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()))
    }

    /// With a digest: nonce and time beside it, and `Base64(SHA-1(nonce + created + password))` (§3.1).
    fn at(&self, nonce: &[u8], created: &str) -> String {
        let mut token = String::from("<wsse:UsernameToken><wsse:Username>");
        push_escaped(&self.user, &mut token);
        token.push_str("</wsse:Username><wsse:Password Type=\"");
        token.push_str(PROFILE);
        if self.digest {
            let digest = Sha1::new().chain_update(nonce).chain_update(created).chain_update(&self.password).finalize();
            token.push_str(&format!(
                "#PasswordDigest\">{}</wsse:Password><wsse:Nonce EncodingType=\"{BASE64}\">{}</wsse:Nonce><wsu:Created>{created}</wsu:Created>",
                base64::encode(&digest),
                base64::encode(nonce),
            ));
        } else {
            token.push_str("#PasswordText\">");
            push_escaped(&self.password, &mut token);
            token.push_str("</wsse:Password>");
        }
        token.push_str("</wsse:UsernameToken>");
        token
    }
}

/// All but ASCII as character references, so that the envelope's encoding does not matter.
fn push_escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_ascii() => out.push(c),
            c => out.push_str(&format!("&#{};", u32::from(c))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_goes_as_text() {
        let token = UsernameToken::new("vista<1>".to_owned(), "a&b \u{20ac}".to_owned(), false).expect("allowed");
        assert_eq!(
            token.now().expect("no random numbers needed"),
            "<wsse:UsernameToken><wsse:Username>vista&lt;1&gt;</wsse:Username><wsse:Password Type=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText\">a&amp;b &#8364;</wsse:Password></wsse:UsernameToken>"
        );
        assert!(!format!("{token:?}").contains("a&b"));
    }

    /// The digest was made with OpenSSL: `printf … | openssl sha1 -binary | base64`.
    #[test]
    fn the_password_goes_as_a_digest() {
        let token = UsernameToken::new("u".to_owned(), "secret".to_owned(), true).expect("allowed");
        let made = token.at(b"0123456789abcdef", "2024-05-01T10:00:00.000Z");
        assert!(made.contains("#PasswordDigest\">s1XBmri9/sLnIrKQOI2yIxy5Mis=</wsse:Password>"), "{made}");
        assert!(made.contains("#Base64Binary\">MDEyMzQ1Njc4OWFiY2RlZg==</wsse:Nonce>"), "{made}");
        assert!(made.contains("<wsu:Created>2024-05-01T10:00:00.000Z</wsu:Created>"), "{made}");
        assert!(!made.contains("secret"));
    }

    #[test]
    fn each_push_has_a_nonce_of_its_own() {
        let token = UsernameToken::new("u".to_owned(), "p".to_owned(), true).expect("allowed");
        assert_ne!(token.now().expect("random"), token.now().expect("random"));
    }

    #[test]
    fn what_xml_does_not_allow_is_no_password() {
        assert!(UsernameToken::new("u".to_owned(), "a\u{1}".to_owned(), false).is_none());
        assert!(UsernameToken::new("u\n".to_owned(), "a".to_owned(), false).is_none());
        assert!(UsernameToken::new("u".to_owned(), "a\u{1}".to_owned(), true).is_some());
    }
}
