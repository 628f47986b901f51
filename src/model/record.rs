//! One line of a table as text: its cells as RFC 4180 writes them, in the one way that this module writes.

use super::number::Number;
use super::{Base, Constant};
use std::borrow::Cow;

/// Writes cells with commas between them; a cell with a comma, a quote or a line end in it stands in quotes.
pub fn write<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let mut text = String::new();
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text
}

/// The cells that [`write`] wrote; `None` of what it never writes.
pub fn read(text: &str) -> Option<Vec<Cow<'_, str>>> {
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        let behind = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = closing_quote(quoted)?;
                let cell = &quoted[..end];
                cells.push(if cell.contains('"') {
                    Cow::Owned(cell.replace("\"\"", "\""))
                } else {
                    Cow::Borrowed(cell)
                });
                &quoted[end + 1..]
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                if rest[..end].contains('"') {
                    return None;
                }
                cells.push(Cow::Borrowed(&rest[..end]));
                &rest[end..]
            }
        };
        match behind.strip_prefix(',') {
            Some(next) => rest = next,
            None if behind.is_empty() => return Some(cells),
            None => return None,
        }
    }
}

/// Where the quote stands that closes a cell; a doubled one does not.
fn closing_quote(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find('"')?;
        if !text[at + 1..].starts_with('"') {
            return Some(at);
        }
        from = at + 2;
    }
}

/// A cell as a constant of a column of that base; `None` where it is none.
pub fn constant(cell: &str, base: &Base) -> Option<Constant> {
    Some(match base {
        Base::Integer(_) | Base::Decimal(_) => {
            let number = Number::parse(cell).ok()?;
            if matches!(base, Base::Integer(_)) && !number.is_integer() {
                return None;
            }
            Constant::Number(number)
        }
        Base::Boolean => Constant::Boolean(match cell {
            "true" => true,
            "false" => false,
            _ => return None,
        }),
        Base::Code { values, open: false } if !values.iter().any(|value| value == cell) => return None,
        Base::Text | Base::Code { .. } => Constant::Text(cell.to_string()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(cells in proptest::collection::vec("[a,\"\n\r é]{0,5}", 1..5)) {
            let text = write(cells.iter().map(String::as_str));
            prop_assert_eq!(read(&text).unwrap(), cells);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[a,\"\n]{0,12}") {
            if let Some(cells) = read(&text) {
                prop_assert!(!cells.is_empty());
            }
        }
    }

    #[test]
    fn what_is_never_written_is_refused() {
        for wrong in ["\"a", "a\"b", "\"a\"b", "\"a\" ,b", "\"\"\""] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read("").unwrap(), [""]);
        assert_eq!(read("a,,\"b\"\"\"").unwrap(), ["a", "", "b\""]);
    }
}
