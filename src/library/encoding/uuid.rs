//! UUIDs made of names (RFC 9562, 5.5).

use sha1::{Digest, Sha1};

use super::hexadecimal;

/// The namespaces of RFC 9562, 6.6; they differ in their fourth byte.
const DNS: [u8; 16] = [0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];

/// The namespace by its name or by its UUID.
///
/// # Errors
/// One sentence for the author.
pub(super) fn namespace(text: &str) -> Result<[u8; 16], String> {
    let mut known = DNS;
    known[3] = match text {
        "dns" => 0x10,
        "url" => 0x11,
        "oid" => 0x12,
        "x500" => 0x14,
        _ => {
            return parse(text)
                .ok_or_else(|| "a namespace is a UUID, or \"dns\", \"url\", \"oid\" or \"x500\"".to_string());
        }
    };
    Ok(known)
}

/// `2ed6657d-e927-568b-95e1-2665a8aea6a2`, in any case.
fn parse(text: &str) -> Option<[u8; 16]> {
    let sound =
        text.len() == 36 && text.bytes().enumerate().all(|(at, b)| (b == b'-') == matches!(at, 8 | 13 | 18 | 23));
    if !sound {
        return None;
    }
    let digits: Vec<u8> =
        text.chars().filter(|c| *c != '-').map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = pair.iter().fold(0, |value, digit| value << 4 | digit);
    }
    Some(bytes)
}

pub(super) fn version_5(namespace: &[u8; 16], name: &str) -> String {
    let digest = Sha1::new().chain_update(namespace).chain_update(name.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hexadecimal(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_rfc_9562() {
        let dns = namespace("dns").unwrap();
        assert_eq!(version_5(&dns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
        assert_eq!(namespace("6BA7B810-9dad-11d1-80b4-00c04fd430c8").unwrap(), dns);
        assert_ne!(namespace("oid").unwrap(), dns);
        for bad in ["", "DNS", "6ba7b8109dad11d180b400c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430cg", "é"] {
            assert!(namespace(bad).is_err(), "{bad}");
        }
    }
}
