//! The tables of the embedded store.
//!
//! Names are given numbers once (`source`, `plan`, `record`, `target`), so that the rows of every event are
//! small. Rows of `event` and `work` live only until the event is settled; `audit` and `version` stay.

/// "HMSy" in the file's header says that the file is ours.
pub(super) const APPLICATION_ID: i64 = 0x484d_5379;

/// The version that this program writes; it reads this and every older one.
pub(super) const VERSION: i64 = 2;

/// From version 1 to 2: crosswalks, and what the look-ups of the events at hand have found.
pub(super) const CROSSWALKS: &str = "
CREATE TABLE crosswalk (
    name  TEXT NOT NULL,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name, key)
) STRICT, WITHOUT ROWID;

-- value: NULL where the crosswalk held nothing. Goes with its event.
CREATE TABLE looked (
    event     INTEGER NOT NULL,
    crosswalk TEXT NOT NULL,
    key       TEXT NOT NULL,
    value     TEXT,
    PRIMARY KEY (event, crosswalk, key)
) STRICT, WITHOUT ROWID;
";

/// Version 1.
pub(super) const CREATE: &str = "
-- epoch: raised at each open. clock_ms: the time for which the store was open, so that no wall clock moves a
-- due time. next_event: numbers are never given twice.
CREATE TABLE instance (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    epoch      INTEGER NOT NULL,
    clock_ms   INTEGER NOT NULL,
    next_event INTEGER NOT NULL
) STRICT;
INSERT INTO instance VALUES (1, 0, 0, 1);

CREATE TABLE source (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL,
    cursor   TEXT
) STRICT;

CREATE TABLE plan (
    id      INTEGER PRIMARY KEY,
    mapping TEXT NOT NULL,
    hash    TEXT NOT NULL,
    ir      TEXT NOT NULL,
    UNIQUE (mapping, hash)
) STRICT;

CREATE TABLE record (
    id     INTEGER PRIMARY KEY,
    name   TEXT NOT NULL,
    origin TEXT NOT NULL,
    UNIQUE (name, origin)
) STRICT;

-- name: '' for the nameless target of its mapping. hold_until: by clock_ms.
CREATE TABLE target (
    id         INTEGER PRIMARY KEY,
    mapping    TEXT NOT NULL,
    name       TEXT NOT NULL,
    record     INTEGER NOT NULL REFERENCES record (id),
    hold_until INTEGER NOT NULL DEFAULT 0,
    UNIQUE (mapping, name)
) STRICT;

-- held: how many rows of work or failed need it.
CREATE TABLE event (
    number       INTEGER PRIMARY KEY,
    held         INTEGER NOT NULL,
    source       INTEGER NOT NULL REFERENCES source (id),
    id           TEXT NOT NULL,
    id_is_cursor INTEGER NOT NULL,
    type         TEXT NOT NULL,
    received     TEXT NOT NULL,
    time         TEXT,
    origin       TEXT,
    data         BLOB NOT NULL
) STRICT;

-- One request to be made. A lane is (record, ord); its rows stand in the order in which they are pushed.
-- item: -1 for none. due: by clock_ms, NULL behind the lane's head. begun: the epoch that gave it out.
-- effect: 0 known, 1 unclear, 2 a request that got no answer.
CREATE TABLE work (
    record    INTEGER NOT NULL,
    ord       TEXT NOT NULL,
    event     INTEGER NOT NULL,
    target    INTEGER NOT NULL,
    item      INTEGER NOT NULL,
    plan      INTEGER NOT NULL,
    version   TEXT,
    due       INTEGER,
    begun     INTEGER NOT NULL DEFAULT 0,
    tries     INTEGER NOT NULL DEFAULT 0,
    blamed    INTEGER NOT NULL DEFAULT 0,
    effect    INTEGER NOT NULL DEFAULT 0,
    tried_ms  INTEGER NOT NULL DEFAULT 0,
    last_try  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (record, ord, event, target, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_due ON work (target, due) WHERE due IS NOT NULL;

-- The request of the first try, from its end on; url without its host.
CREATE TABLE request (
    event   INTEGER NOT NULL,
    target  INTEGER NOT NULL,
    item    INTEGER NOT NULL,
    method  TEXT NOT NULL,
    url     TEXT NOT NULL,
    headers TEXT NOT NULL,
    key     TEXT NOT NULL,
    json    INTEGER NOT NULL,
    body    BLOB,
    PRIMARY KEY (event, target, item)
) STRICT, WITHOUT ROWID;

-- The newest version of each record that reached its origin; never ages.
CREATE TABLE version (
    record  INTEGER NOT NULL,
    ord     TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (record, ord)
) STRICT, WITHOUT ROWID;

-- What is set aside and not yet retried or dropped; its event is kept.
CREATE TABLE failed (
    event    INTEGER NOT NULL,
    plan     INTEGER NOT NULL,
    target   INTEGER NOT NULL,
    item     INTEGER NOT NULL,
    audit    INTEGER NOT NULL,
    unknown  INTEGER NOT NULL,
    PRIMARY KEY (event, plan, target, item)
) STRICT, WITHOUT ROWID;

-- One row an event, target, item and round; hash chains them in the order of number.
CREATE TABLE audit (
    number       INTEGER PRIMARY KEY,
    at_ms        INTEGER NOT NULL,
    outcome      INTEGER NOT NULL,
    event        INTEGER NOT NULL,
    source       INTEGER NOT NULL,
    event_id     TEXT NOT NULL,
    id_is_cursor INTEGER NOT NULL,
    plan         INTEGER,
    target       INTEGER,
    item         INTEGER NOT NULL,
    round        INTEGER NOT NULL,
    record       INTEGER,
    ord          TEXT,
    key          TEXT,
    tries        INTEGER NOT NULL,
    status       INTEGER,
    latency_ms   INTEGER,
    body         BLOB,
    reason       TEXT,
    unknown      INTEGER NOT NULL,
    epoch        INTEGER NOT NULL,
    hash         BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_final ON audit (event, target, item, round);

-- Ids seen, in slices that are dropped whole. The rows of slice N are in the table seen_N.
CREATE TABLE seen_slice (
    number    INTEGER PRIMARY KEY,
    begun_ms  INTEGER NOT NULL,
    newest_ms INTEGER NOT NULL
) STRICT;
";
