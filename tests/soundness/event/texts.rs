//! Strings: plain ones, hostile ones, and those that the mapping itself names.

use super::Maker;

/// What appointments hold.
const PLAIN: &[&str] = &["a", "plain", "O'Brien", "Mary Ann", "12 Main St.", "(555) 010-0199", "A-17", "x", "zz"];

/// Texts that are numbers, dates and truths, or nearly.
const LOOKALIKES: &[&str] = &[
    "42",
    "-7",
    "1.5",
    "1e3",
    "007",
    "+1",
    "2024-02-29",
    "2024-02-30",
    "02/29/2024",
    "08:30:00",
    "2024-05-01T10:00:00Z",
    "true",
    "false",
    "null",
    "PT20M",
    "3240229.0830",
    "20240229083000-0500",
    "Y",
    "N",
    "1,5",
];

/// Markup, separators, directions, forbidden characters.
const HOSTILE: &[&str] = &[
    "",
    " ",
    ".",
    "..",
    "...",
    "  padded  ",
    "\"quoted\"",
    "back\\slash",
    "<b>&amp;</b>",
    "]]>",
    "<!--",
    "<?xml?>",
    "&#0;",
    "a\u{0}b",
    "\u{1}",
    "tab\tnewline\nreturn\r",
    "\r\n",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}bom",
    "\u{fffe}",
    "\u{ffff}",
    "émoji 😀",
    "👩‍👩‍👧",
    "e\u{301}",
    "שלום עולם",
    "\u{202e}gnp.exe",
    "../x?y#z",
    "%2F:%",
    "a:b",
    "a/b",
    "a b",
    "{hole}",
    "${x}",
    "';--",
    "a,b;c|d",
    "ß",
    "İ",
    "ﬁ",
    "ǆ",
    "Ⅷ",
    "٣",
    "\u{1d7d8}",
    "\u{10ffff}",
    "$1",
    "\\1",
];

impl Maker<'_, '_> {
    pub(super) fn text(&mut self) -> String {
        let named = &self.events.texts;
        match self.random.below(10) {
            0..=2 if !named.is_empty() => self.random.pick(named).clone(),
            3 if !self.calm => self.long(),
            4..=6 if !self.calm => self.random.text(HOSTILE),
            7 => self.random.text(LOOKALIKES),
            8 => {
                let (one, other) = (self.random.text(PLAIN), self.random.text(LOOKALIKES));
                format!("{one} {other}")
            }
            _ => self.random.text(PLAIN),
        }
    }

    fn long(&mut self) -> String {
        let piece = self.random.text(&["x", "é", "😀", "<", "\"", "a b ", "&"]);
        piece.repeat(1 + self.random.below(300))
    }
}
