//! A store of deliveries in a database of your own, as the text of its statements.
//!
//! A [`ReplayGuard`](crate::replay::ReplayGuard) whose claims are in the database in which the handler keeps
//! its data can commit a claim in the handler's own transaction. Then the effect and the claim are both
//! there, or neither is. The crate `tower-webhook-sqlx` has guards made of these statements; a handler with
//! diesel, sea-orm, tokio-postgres or rusqlite executes [`postgres::COMMIT`] or [`sqlite::COMMIT`] itself.
//!
//! Both dialects have the same statements, with the same parameters in the same order and the same results.
//! `COMMIT` is for the transaction of the handler. The others need none, and each can be repeated if its
//! answer was lost.
//!
//! | statement | parameters | result |
//! |---|---|---|
//! | `TABLE` | | the table and its index, if they are not there |
//! | `CLAIM` | key, owner, lease | one row, `false`: claimed; one row, `true`: done; none: in flight |
//! | `COMMIT` | key, owner, keep | one row is changed: committed; none: roll back |
//! | `CONFIRM` | key, owner, keep | one row is changed: it is committed by this owner; none: the lease is lost |
//! | `RELEASE` | key, owner | |
//! | `EXTEND` | key, owner, by | one row is changed: extended; none: the lease is lost |
//! | `FORGET` | key | one row is changed: it was remembered |
//! | `SWEEP` | the most rows | that many rows that have ended are deleted |
//! | `HEALTH` | | fails if the table is missing or cannot be written |
//!
//! The key is the 32 bytes of a [`ReplayKey`](crate::replay::ReplayKey), and the owner the 16 bytes of a
//! [`Lease`](crate::replay::Lease). Durations are 64-bit integers of milliseconds, from [`millis`].
//!
//! # Stability
//!
//! The names of the table and of its columns, the parameters and the results are part of the public API.
//! The text between them is not, and may be improved in any release.
//!
//! # Time
//!
//! The database measures time, at the moment at which a statement looks at the row. A commit in a
//! transaction is in time if its statement is; from then until the transaction ends no other claim of the
//! delivery gets past it.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//! use tower_webhook::replay::sql::{self, postgres, sqlite};
//!
//! assert!(postgres::COMMIT.starts_with("UPDATE tower_webhook_replay"));
//! assert!(sqlite::COMMIT.starts_with("UPDATE tower_webhook_replay"));
//! assert_eq!(sql::millis(Duration::from_secs(60)), 60_000);
//! ```

use std::time::Duration;

use crate::replay::guard::bounded;

pub mod postgres;
pub mod sqlite;

/// A lease or keep time as a parameter of the statements: in milliseconds, at least one, at most a hundred
/// years.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::replay::sql::millis;
///
/// assert_eq!(millis(Duration::from_secs(2)), 2000);
/// assert_eq!(millis(Duration::ZERO), 1);
/// ```
#[must_use]
pub fn millis(duration: Duration) -> i64 {
    i64::try_from(bounded(duration).as_millis()).unwrap_or(i64::MAX)
}
