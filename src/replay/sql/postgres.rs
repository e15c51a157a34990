//! The statements for PostgreSQL, tested with 15.
//!
//! They use `clock_timestamp()`, and not `now()`, which is the time at which the transaction began: in a
//! transaction that began before the lease ended, a commit would never be late.
//!
//! The table is found by the `search_path`, so it may be in any schema.

/// The table of deliveries, and an index over their ends. It has no parameters, and changes nothing if
/// both are there. These are two statements, separated by a semicolon.
///
/// | column | type | |
/// |---|---|---|
/// | `key` | `bytea`, primary key | the key of the delivery |
/// | `owner` | `bytea` | the lease of its owner |
/// | `done` | `boolean` | it was handled |
/// | `ends` | `timestamptz` | when the lease or the keep time ends |
pub const TABLE: &str = "\
CREATE TABLE IF NOT EXISTS tower_webhook_replay (
    key bytea PRIMARY KEY,
    owner bytea NOT NULL,
    done boolean NOT NULL,
    ends timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS tower_webhook_replay_ends ON tower_webhook_replay (ends);
";

/// Claims a delivery. The parameters are the key (`bytea`), the new owner (`bytea`) and the lease
/// (`bigint`, in milliseconds).
///
/// The result is one row with `false` if it is claimed, one row with `true` if it was handled already, and no
/// row if someone else has claimed it. A transaction that is committing the delivery is waited for.
///
/// Execute it outside of any transaction: a claim that is not committed keeps nobody out.
// What `fresh` changes is not seen by the other half, which sees the table as it was before. If the
// delivery was claimed or committed since, that half finds nothing: in flight, the sender comes again.
pub const CLAIM: &str = "\
WITH fresh AS (
    INSERT INTO tower_webhook_replay AS held (key, owner, done, ends)
    VALUES ($1, $2, false, clock_timestamp() + $3::bigint * interval '1 millisecond')
    ON CONFLICT (key) DO UPDATE
    SET owner = excluded.owner, done = false,
        ends = clock_timestamp() + $3::bigint * interval '1 millisecond'
    WHERE held.ends <= clock_timestamp() OR (held.owner = excluded.owner AND NOT held.done)
    RETURNING done
)
SELECT done FROM fresh
UNION ALL
SELECT done FROM tower_webhook_replay
WHERE key = $1 AND done AND ends > clock_timestamp() AND NOT EXISTS (SELECT FROM fresh)";

/// Commits a delivery, in the transaction of its effect. The parameters are the key (`bytea`), its owner
/// (`bytea`) and for how long to keep it (`bigint`, in milliseconds).
///
/// It changes one row if the delivery is committed. If it changes none, roll back: the lease is lost, and
/// someone else may be handling the delivery; or it is committed already, and a handler that repeats a
/// transaction whose end it has not seen would have its effect twice.
pub const COMMIT: &str = "\
UPDATE tower_webhook_replay
SET done = true, ends = clock_timestamp() + $3::bigint * interval '1 millisecond'
WHERE key = $1 AND owner = $2 AND NOT done AND ends > clock_timestamp()";

/// As [`COMMIT`], and changes one row too if this owner has committed the delivery before: for a guard, whose
/// calls can be repeated, and not for a transaction with an effect.
pub const CONFIRM: &str = "\
UPDATE tower_webhook_replay
SET done = true,
    ends = CASE WHEN done THEN ends ELSE clock_timestamp() + $3::bigint * interval '1 millisecond' END
WHERE key = $1 AND owner = $2 AND ends > clock_timestamp()";

/// Releases a delivery that is not committed. The parameters are the key (`bytea`) and its owner (`bytea`).
pub const RELEASE: &str = "\
DELETE FROM tower_webhook_replay WHERE key = $1 AND owner = $2 AND NOT done";

/// Extends a lease, so that it ends later. The parameters are the key (`bytea`), its owner (`bytea`) and how
/// long the lease lasts from now (`bigint`, in milliseconds).
///
/// It changes one row if it is the owner's, and none if the lease is lost.
pub const EXTEND: &str = "\
UPDATE tower_webhook_replay
SET ends = greatest(ends, clock_timestamp() + $3::bigint * interval '1 millisecond')
WHERE key = $1 AND owner = $2 AND NOT done AND ends > clock_timestamp()";

/// Forgets that a delivery was handled. The parameter is the key (`bytea`).
///
/// It changes one row if the delivery was remembered. A claim stays, because its handler may succeed.
pub const FORGET: &str = "\
DELETE FROM tower_webhook_replay WHERE key = $1 AND done AND ends > clock_timestamp()";

/// Deletes rows that have ended, the oldest first. The parameter is how many at the most (`bigint`). Rows
/// that are locked are left for the next time.
// The time of the statement is a constant for the planner, as `clock_timestamp()` is not, so the index
// is used; and it is never later. An array is made once, where `IN` may be a join that asks for the oldest
// rows again and again, and deletes all.
pub const SWEEP: &str = "\
DELETE FROM tower_webhook_replay WHERE key = ANY (ARRAY(
    SELECT key FROM tower_webhook_replay WHERE ends <= statement_timestamp()
    ORDER BY ends LIMIT $1 FOR UPDATE SKIP LOCKED
))";

/// Changes nothing, and fails where the table is missing or cannot be written, as on a standby.
pub const HEALTH: &str = "DELETE FROM tower_webhook_replay WHERE false";
