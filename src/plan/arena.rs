//! The memory of one event: slots that point into its text. Reused from event to event, so that no
//! field costs an allocation.

/// What stands in a slot; how it is to be understood, the shape tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Missing,
    Null,
    True,
    False,
    /// `start..end` is the number's text.
    Number,
    /// As `Number`: digits with a sign and nothing else, not `-0`.
    Digits,
    /// `start..end` is the string's text without its quotes.
    Text,
    /// As `Text`, with escapes.
    EscapedText,
    /// Of variants `start` is the index of the one that it is.
    Record,
    /// The items' frames are `items[start..start + end]`.
    Items,
    /// `start..end` is raw JSON.
    Raw,
}

#[derive(Clone, Copy, Debug)]
pub struct Slot {
    pub held: Held,
    /// Which scalar of an either it is.
    pub alternative: u8,
    pub start: u32,
    pub end: u32,
}

impl Slot {
    pub const MISSING: Slot = Slot { held: Held::Missing, alternative: 0, start: 0, end: 0 };

    pub fn new(held: Held, start: usize, end: usize) -> Slot {
        // an event is no longer than `MAX_EVENT_BYTES`
        Slot { held, alternative: 0, start: start as u32, end: end as u32 }
    }
}

/// Slots, and the frames of the items of lists and maps.
#[derive(Default)]
pub struct Arena {
    pub slots: Vec<Slot>,
    pub items: Vec<u32>,
    /// Frames of the lists that are being read.
    pub open: Vec<u32>,
}

/// What an arena may keep for the next event, in slots.
const MAX_KEPT: usize = 1 << 16;

impl Arena {
    /// Empties it for the next event, whose own frame has `width` slots.
    pub fn reset(&mut self, width: u32) {
        self.slots.clear();
        self.items.clear();
        self.open.clear();
        self.slots.shrink_to(MAX_KEPT);
        self.items.shrink_to(MAX_KEPT);
        self.open.shrink_to(MAX_KEPT);
        self.slots.resize(width as usize, Slot::MISSING);
    }
}
