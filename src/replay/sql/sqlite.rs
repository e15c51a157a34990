//! The statements for SQLite 3.42 or newer: for one machine, whose process may restart.
//!
//! Time is the machine's wall clock, so what sets that clock ends leases early or late.
//!
//! SQLite lets one transaction write at a time. While the handler's is open, every other claim waits, so keep
//! it short. Begin it with `BEGIN IMMEDIATE`: one that has read first and then wants to write fails at once
//! with "database is locked" if anything was written in between, whatever the `busy_timeout`. With
//! `journal_mode=WAL`, readers do not wait for it.

/// The table of deliveries, and an index over their ends. It has no parameters, and changes nothing if
/// both are there. These are two statements, separated by a semicolon.
///
/// | column | type | |
/// |---|---|---|
/// | `key` | `BLOB`, primary key | the key of the delivery |
/// | `owner` | `BLOB` | the lease of its owner |
/// | `done` | `INTEGER` | 1 if it was handled, otherwise 0 |
/// | `ends` | `INTEGER` | when the lease or the keep time ends, in milliseconds since 1970 |
pub const TABLE: &str = "\
CREATE TABLE IF NOT EXISTS tower_webhook_replay (
    key BLOB NOT NULL PRIMARY KEY,
    owner BLOB NOT NULL,
    done INTEGER NOT NULL,
    ends INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tower_webhook_replay_ends ON tower_webhook_replay (ends);
";

/// Claims a delivery. The parameters are the key (a blob), the new owner (a blob) and the lease (an integer
/// of milliseconds).
///
/// The result is one row with 0 if it is claimed, one row with 1 if it was handled already, and no row if
/// someone else has claimed it. Read it to its end: it takes effect with the last step.
///
/// Execute it outside of any transaction: a claim that is not committed keeps nobody out.
// `now` is the same throughout a statement. A delivery that is done is written as it is, for its row.
pub const CLAIM: &str = "\
INSERT INTO tower_webhook_replay AS held (key, owner, done, ends)
VALUES (?1, ?2, 0, CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER) + ?3)
ON CONFLICT (key) DO UPDATE
SET owner = iif(ends <= CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER), excluded.owner, owner),
    done = done AND ends > CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER),
    ends = iif(done AND ends > CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER), ends, excluded.ends)
WHERE done OR ends <= CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER) OR owner = excluded.owner
RETURNING done";

/// Commits a delivery, in the transaction of its effect. The parameters are the key (a blob), its owner
/// (a blob) and for how long to keep it (an integer of milliseconds).
///
/// It changes one row if the delivery is committed. If it changes none, roll back: the lease is lost, and
/// someone else may be handling the delivery; or it is committed already, and a handler that repeats a
/// transaction whose end it has not seen would have its effect twice.
pub const COMMIT: &str = "\
UPDATE tower_webhook_replay
SET done = 1, ends = CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER) + ?3
WHERE key = ?1 AND owner = ?2 AND NOT done
    AND ends > CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)";

/// As [`COMMIT`], and changes one row too if this owner has committed the delivery before: for a guard, whose
/// calls can be repeated, and not for a transaction with an effect.
pub const CONFIRM: &str = "\
UPDATE tower_webhook_replay
SET done = 1,
    ends = iif(done, ends, CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER) + ?3)
WHERE key = ?1 AND owner = ?2 AND ends > CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)";

/// Releases a delivery that is not committed. The parameters are the key (a blob) and its owner (a blob).
pub const RELEASE: &str = "\
DELETE FROM tower_webhook_replay WHERE key = ?1 AND owner = ?2 AND NOT done";

/// Extends a lease, so that it ends later. The parameters are the key (a blob), its owner (a blob) and how
/// long the lease lasts from now (an integer of milliseconds).
///
/// It changes one row if it is the owner's, and none if the lease is lost.
pub const EXTEND: &str = "\
UPDATE tower_webhook_replay
SET ends = max(ends, CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER) + ?3)
WHERE key = ?1 AND owner = ?2 AND NOT done
    AND ends > CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)";

/// Forgets that a delivery was handled. The parameter is the key (a blob).
///
/// It changes one row if the delivery was remembered. A claim stays, because its handler may succeed.
pub const FORGET: &str = "\
DELETE FROM tower_webhook_replay
WHERE key = ?1 AND done AND ends > CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)";

/// Deletes rows that have ended, the oldest first. The parameter is how many at the most (an integer).
pub const SWEEP: &str = "\
DELETE FROM tower_webhook_replay WHERE key IN (
    SELECT key FROM tower_webhook_replay
    WHERE ends <= CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)
    ORDER BY ends LIMIT ?1
)";

/// Changes nothing, and fails where the table is missing or cannot be written.
pub const HEALTH: &str = "DELETE FROM tower_webhook_replay WHERE false";
