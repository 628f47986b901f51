//! The comments of a YAML text, which its parser leaves out.

use std::iter::Peekable;
use std::ops::Range;

/// One comment's text without its `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From 1.
    pub line: usize,
    /// Whether something stands before it on its line.
    pub behind: bool,
    pub text: String,
}

/// Finds them: a `#` at a line's start or behind a blank, outside of every scalar. `scalars` are ranges of characters
/// in the order of the text.
pub fn of(text: &str, scalars: &[Range<usize>]) -> Vec<Comment> {
    let mut comments = Vec::new();
    let mut scalars = scalars.iter().peekable();
    let (mut line, mut behind, mut blank_before) = (1, false, true);
    // The parser's range of a quoted scalar takes in what follows it, so its quotes tell where it ends.
    let mut quote = None;
    let mut characters = text.chars().enumerate().peekable();
    while let Some((at, character)) = characters.next() {
        while scalars.next_if(|scalar| scalar.end <= at).is_some() {}
        match character {
            '\n' | '\r' => {
                if character == '\r' {
                    characters.next_if(|(_, next)| *next == '\n');
                }
                (line, behind, blank_before) = (line + 1, false, true);
                continue;
            }
            ' ' | '\t' | '\u{feff}' => {
                blank_before = true;
                continue;
            }
            _ => {}
        }
        if let Some(mark) = quote {
            let escape = if mark == '"' { '\\' } else { '\'' };
            let escaped = character == escape
                && characters
                    .next_if(|(_, next)| mark == '"' && !matches!(next, '\n' | '\r') || *next == '\'')
                    .is_some();
            if character == mark && !escaped {
                quote = None;
            }
        } else if matches!(character, '"' | '\'') && scalars.next_if(|scalar| scalar.start == at).is_some() {
            quote = Some(character);
        } else if character == '#' && blank_before && !scalars.peek().is_some_and(|scalar| scalar.contains(&at)) {
            comments.push(Comment { line, behind, text: rest_of_line(&mut characters) });
        }
        (behind, blank_before) = (true, false);
    }
    comments
}

fn rest_of_line(characters: &mut Peekable<impl Iterator<Item = (usize, char)>>) -> String {
    let mut text = String::new();
    while let Some((_, character)) = characters.next_if(|(_, next)| !matches!(next, '\n' | '\r')) {
        text.push(if character.is_control() { ' ' } else { character });
    }
    text.trim().to_owned()
}
