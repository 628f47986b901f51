//! ISO-8859-1: one byte a character, U+0000 to U+00FF.

/// Whether ISO-8859-1 has the character.
pub fn is_latin_1(c: char) -> bool {
    c <= '\u{FF}'
}

/// Rewrites UTF-8 in ISO-8859-1. What that does not have becomes a character reference of XML (`&#8364;`).
pub fn to_latin_1(out: &mut Vec<u8>) {
    if out.is_ascii() {
        return;
    }
    let mut written = Vec::with_capacity(out.len());
    for c in String::from_utf8_lossy(out).chars() {
        match u8::try_from(u32::from(c)) {
            Ok(byte) => written.push(byte),
            Err(_) => push_reference(c, &mut written),
        }
    }
    *out = written;
}

/// `&#8364;`
pub fn push_reference(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(b"&#");
    out.extend_from_slice(itoa::Buffer::new().format(u32::from(c)).as_bytes());
    out.push(b';');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_is_its_byte_or_a_reference() {
        for (text, bytes) in [
            ("abc", &b"abc"[..]),
            ("Zo\u{eb}\u{ff}", b"Zo\xeb\xff"),
            ("\u{20ac}5 \u{1f600}", b"&#8364;5 &#128512;"),
            ("\u{100}", b"&#256;"),
        ] {
            let mut out = text.as_bytes().to_vec();
            to_latin_1(&mut out);
            assert_eq!(out, bytes, "{text}");
        }
    }
}
