//! Time zones of the IANA database, bundled with the program: the zone data of the machine is never
//! asked, so that a mapping makes the same bytes everywhere.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use super::iso;
use super::value::DateTime;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The longest name in the database has 32 letters.
const MAX_NAME: usize = 64;

/// A time zone by its IANA name.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// `America/New_York`, in any case; `UTC`.
    ///
    /// # Errors
    /// One sentence for the author.
    pub fn named(name: &str) -> Result<Zone, String> {
        let found = if name.len() <= MAX_NAME { ZONES.get(name).ok() } else { None };
        found.filter(|zone| !zone.is_unknown()).map(Zone).ok_or_else(|| {
            let shown: String = name.chars().take(MAX_NAME).collect();
            format!("there is no time zone {shown:?}; name one as IANA does, such as \"America/New_York\"")
        })
    }

    /// The instant at which the zone's clock shows this. RFC 5545, 3.3.5: of a time that comes twice the
    /// first is meant; one that the clock skips is read with the offset before the gap. `None` outside
    /// of the years 0000 to 9999.
    pub fn read(&self, local: civil::DateTime) -> Option<DateTime<'static>> {
        let offset = match self.0.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Fold { before, .. } | AmbiguousOffset::Gap { before, .. } => before,
        };
        let read = DateTime::new(local, offset);
        within_years(self.tell(&read))
    }

    /// The same instant at the zone's offset then, to the minute (before standard time, a clock's offset
    /// had odd seconds, which RFC 3339 cannot write). Where the zone would show a year outside of 0000
    /// to 9999, the offset stays as it was.
    pub fn tell(&self, at: &DateTime<'_>) -> DateTime<'static> {
        let offset = (self.offset(at) + 30).div_euclid(60) * 60;
        let kept = DateTime { received: None, ..*at };
        let moved = DateTime { offset, ..kept }.at(at.nanoseconds());
        moved.and_then(within_years).unwrap_or(kept)
    }

    /// What the zone's clock shows at that instant, to the second. `None` outside of the years 0000 to
    /// 9999.
    pub fn clock(&self, at: &DateTime<'_>) -> Option<DateTime<'static>> {
        let zoned = DateTime { local: at.local, offset: self.offset(at), received: None };
        within_years(zoned.at(at.nanoseconds())?)
    }

    /// Seconds east of UTC.
    fn offset(&self, at: &DateTime<'_>) -> i32 {
        // the last day of the year 9999 is beyond jiff's instants, but not of another offset
        let nearest = at.timestamp().unwrap_or(if at.local.year() > 0 { Timestamp::MAX } else { Timestamp::MIN });
        self.0.to_offset(nearest).seconds()
    }
}

/// Keeps what RFC 3339 can write.
pub(super) fn within_years(at: DateTime<'static>) -> Option<DateTime<'static>> {
    (0..=9999).contains(&at.local.year()).then_some(at)
}

/// The instant that many nanoseconds after 1970 began in UTC, told in UTC.
pub(super) fn utc(nanoseconds: i128) -> Option<DateTime<'static>> {
    within_years(DateTime { local: iso::civil_from_nanoseconds(nanoseconds)?, offset: 0, received: None })
}
