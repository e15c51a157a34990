//! Replay guards for [`tower_webhook`] whose claims are in the database in which the handler keeps its data,
//! so that a delivery takes effect exactly once.
//!
//! A guard remembers which deliveries were handled. If it does so in another place than the handler's
//! effect, a process that dies between the two leaves one without the other. [`PostgresReplayGuard`] and
//! [`SqliteReplayGuard`] keep their claims in a table of your own database. A handler that commits its claim
//! in the transaction of its effect, with [`ClaimedExt::commit_in`], has both or neither:
//!
//! - if the process dies before the transaction is committed, there is no effect, and once the lease has
//!   ended the sender's retry is handled;
//! - if it dies after, the delivery is done, and the retry is answered with 200;
//! - if the lease ended while the handler was at work, `commit_in` fails, and the handler rolls back.
//!
//! All of that holds for what is in that transaction, and for nothing else: not for a mail that was sent, nor
//! for a call of another service. For those, write what is to be done into the transaction, and do it
//! afterwards.
//!
//! # Examples
//!
//! A payment is added to a balance once, however often its delivery is sent. With PostgreSQL,
//! [`PostgresReplayGuard`] takes the place of [`SqliteReplayGuard`], and `begin` that of `begin_with`.
//!
//! ```
//! # #[cfg(feature = "sqlite")]
//! # mod ledger {
#![doc = include_str!("../examples/ledger/app.rs")]
//! # }
//! # fn main() {}
//! ```
//!
//! `examples/ledger` runs it.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `postgres` | yes | [`PostgresReplayGuard`] |
//! | `sqlite` | yes | [`SqliteReplayGuard`], with a SQLite that is compiled in |

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
compile_error!("tower-webhook-sqlx needs one of its features `postgres` and `sqlite`");

mod claimed;
mod dialect;
mod error;
mod guard;

pub use self::claimed::{ClaimedExt, Database};
pub use self::error::{CommitError, CommitErrorKind};
#[cfg(feature = "postgres")]
pub use self::guard::PostgresReplayGuard;
#[cfg(feature = "sqlite")]
pub use self::guard::SqliteReplayGuard;
pub use self::guard::SqlxReplayGuard;
