//! The door: one validating pass over an event's bytes, which holds the whole declared shape against
//! them and keeps what the mapping uses.

mod fault;
mod lexer;
mod scalar;
mod scan;

use super::arena::Arena;
use super::limits::MAX_EVENT_BYTES;
use super::request::Refusal;
use super::shape::Shapes;
use fault::{Quiet, Told};
pub(super) use fault::{Step, path};
pub(super) use lexer::{Lexer, Malformed, StringSpan, decode};
use scan::Scan;

/// The order in which each record's fields were last seen: behind each field (by its place, 0 being
/// the start) the field that followed it.
pub(super) type Orders = Vec<u16>;

/// Lets the event in, or says why not. Its used values are in `arena` afterwards.
///
/// # Errors
///
/// The event is not UTF-8, not JSON by RFC 8259, over a limit, or not of the declared shape; the first
/// thing in the text that is unexpected is told, else the first that is missing.
pub(super) fn admit<'e>(
    shapes: &Shapes,
    width: u32,
    event: &'e [u8],
    arena: &mut Arena,
    orders: &mut Orders,
) -> Result<&'e str, Refusal> {
    let text = text_of(event)?;
    arena.reset(width);
    orders.resize(shapes.order_places as usize, 0);
    match Scan::<Quiet>::run(shapes, text, arena, orders) {
        Ok(None) => Ok(text),
        Ok(Some(Quiet)) => Err(told(shapes, width, text, arena, orders)),
        Err(malformed) => Err(Refusal::of_event(malformed.to_string())),
    }
}

/// The same pass again over an event that is known to be wrong, to say what is.
#[cold]
fn told(shapes: &Shapes, width: u32, text: &str, arena: &mut Arena, orders: &mut Orders) -> Refusal {
    arena.reset(width);
    match Scan::<Told>::run(shapes, text, arena, orders) {
        Ok(Some(told)) => Refusal { path: told.path(), reason: told.reason },
        Ok(None) => Refusal::of_event("not of the declared shape"),
        Err(malformed) => Refusal::of_event(malformed.to_string()),
    }
}

/// The event as text.
pub(super) fn text_of(event: &[u8]) -> Result<&str, Refusal> {
    if event.len() > MAX_EVENT_BYTES {
        return Err(Refusal::of_event(format!("over {} MiB", MAX_EVENT_BYTES >> 20)));
    }
    std::str::from_utf8(event).map_err(|error| Refusal::of_event(format!("not UTF-8 at byte {}", error.valid_up_to())))
}

/// As much of a value as a message can bear.
pub(super) fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// The path to the innermost value around this byte of an event that was let in.
#[cold]
pub(super) fn locate(text: &str, byte: usize) -> String {
    let mut steps: Vec<Step> = Vec::new();
    let mut lexer = Lexer::new(text);
    // cannot fail: the event was let in
    let _ = descend(&mut lexer, byte, &mut steps);
    path(steps.iter())
}

/// Walks the containers around the byte; each value is read once or descended into.
fn descend(lexer: &mut Lexer<'_>, byte: usize, steps: &mut Vec<Step>) -> Result<(), Malformed> {
    loop {
        lexer.space();
        let object = match lexer.peek() {
            b'{' => true,
            b'[' => false,
            _ => return Ok(()),
        };
        lexer.at += 1;
        let mut index = 0;
        loop {
            lexer.space();
            if let b'}' | b']' = lexer.peek() {
                return Ok(());
            }
            let step = if object {
                let name = lexer.string()?;
                lexer.colon()?;
                Step::Field(decode(&lexer.text[name.start..name.end]).into_owned())
            } else {
                Step::Item(index)
            };
            let start = lexer.at;
            lexer.skip_value(0)?;
            if (start..lexer.at).contains(&byte) {
                steps.push(step);
                lexer.at = start;
                break;
            }
            index += 1;
            lexer.space();
            if lexer.peek() == b',' {
                lexer.at += 1;
            }
        }
    }
}
