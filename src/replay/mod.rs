//! Detects repeated deliveries, without losing any.
//!
//! Senders deliver at least once: a delivery that is not answered with 2xx is sent again, with the
//! same id. So a delivery must not be marked as seen before its handler has succeeded, or the
//! retry, the only copy left, is dropped as a duplicate. A [`ReplayGuard`] therefore works in two
//! steps: a delivery is *claimed* before it is handled, for the length of a lease. Afterwards it is
//! *committed*, or *released* if the handler failed. If the process dies in between, the lease
//! expires, and the sender's next retry is handled.
//!
//! - [`MemoryReplayGuard`] remembers the deliveries of one process.
#![cfg_attr(feature = "redis", doc = "- [`RedisReplayGuard`] shares them between processes.")]
#![cfg_attr(
    not(feature = "redis"),
    doc = "- `RedisReplayGuard` (feature `redis`) shares them between processes."
)]
//! - [`Replay`] holds the settings of a receiver or layer: a guard, and its durations.
//! - [`Claimed`] is the handler's hold on a delivery that is claimed.
//! - [`sql`] is a store in the handler's own database, as text, for any client of PostgreSQL or SQLite. The
//!   crate `tower-webhook-sqlx` has guards made of it.
//!
//! # What a guard does not do
//!
//! On its own it does not make handling exactly-once. A delivery is handled twice if the process dies
//! between the success of the handler and the commit, or if the handler takes longer than its lease. If
//! an effect must not happen twice, the handler commits the claim in the transaction of the effect, if
//! the claims are in the same database ([the manual](crate::manual::replay) has a whole program); or it
//! tolerates repetition, for instance by storing [`Verified::id`](crate::Verified::id) in that transaction.
//!
//! # Contract
//!
//! Implementations of [`ReplayGuard`] keep these rules, and its users rely on them.
//!
//! 1. **A claim is atomic.** Of all concurrent claims of a key, in all processes that share the
//!    store, at most one is [`Claim::Fresh`].
//! 2. **A claim ends.** Its key can be claimed again once the lease has ended, and before that only
//!    if it is released.
//! 3. **Only the owner acts.** With a [`Lease`] that has ended or was released, `commit` and
//!    `extend` fail with [`ReplayErrorKind::LeaseLost`], `release` succeeds, and none of them
//!    changes anything.
//! 4. **An extension never shortens.** The lease ends `by` from now, or at its previous end if that
//!    is later.
//! 5. **A commit lasts.** For `keep` after the commit, claims return [`Claim::Done`]; then the key
//!    can be claimed again.
//! 6. **Repetition is harmless.** A second `commit` by the owner succeeds and changes nothing, as
//!    does a `release` after a `commit`. So a call whose answer was lost can be repeated.
//! 7. **A failure is not a verdict.** If `claim` fails, it is not known whether the delivery was
//!    handled, nor whether it is claimed now: do not handle it, do not acknowledge it, answer 503. If
//!    `commit` fails, the delivery may be handled again. If `release` fails, the delivery is in
//!    flight until its lease ends.
//! 8. **Nothing is forgotten silently.** A store without room fails with [`ReplayErrorKind::Full`],
//!    in `claim` and in `commit`, unless its user chose otherwise.
//! 9. **The store measures time.** Leases and keep times do not depend on the wall clock of a
//!    process that uses it.
//!
//! # Examples
//!
//! The calls that a receiver makes to a guard:
//!
//! ```
//! use std::time::Duration;
//! use tower_webhook::Verified;
//! use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayError, ReplayGuard, ReplayKey};
//!
//! /// Returns the status to answer with.
//! async fn receive(guard: &impl ReplayGuard, verified: &Verified) -> Result<u16, ReplayError> {
//!     let Some(key) = ReplayKey::of(verified, None) else { return Ok(handle().await) };
//!     let lease = match guard.claim(&key, Duration::from_secs(60)).await? {
//!         Claim::Fresh(lease) => lease,
//!         Claim::Done => return Ok(200),
//!         // Many senders do not retry after a 4xx.
//!         _ => return Ok(503),
//!     };
//!     let status = handle().await;
//!     if status < 300 {
//!         guard.commit(&key, &lease, Duration::from_secs(72 * 60 * 60)).await?;
//!     } else {
//!         guard.release(&key, &lease).await?;
//!     }
//!     Ok(status)
//! }
//! # async fn handle() -> u16 { 204 }
//! # use tower_webhook::Scheme;
//! # let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
//! # let now = time::OffsetDateTime::now_utc();
//! # let headers = Scheme::STANDARD.signer(secret)?.sign("msg_1", now, b"{}")?;
//! # let verified = Scheme::STANDARD.verifier(secret)?.verify(&headers, b"{}")?;
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//!
//! let guard = MemoryReplayGuard::builder().build();
//! assert_eq!(receive(&guard, &verified).await?, 204);
//! assert_eq!(receive(&guard, &verified).await?, 200);
//! # Ok::<(), ReplayError>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod background;
pub(crate) mod claimed;
#[cfg(feature = "redis")]
pub(crate) mod connections;
pub(crate) mod erased;
pub(crate) mod error;
pub(crate) mod guard;
pub(crate) mod key;
pub(crate) mod lease;
pub(crate) mod memory;
#[cfg(feature = "redis")]
pub(crate) mod redis;
pub(crate) mod settings;
pub(crate) mod shard;
pub mod sql;

pub use self::claimed::Claimed;
pub use self::error::{ReplayError, ReplayErrorKind};
pub use self::guard::{Claim, ReplayGuard};
pub use self::key::ReplayKey;
pub use self::lease::Lease;
pub use self::memory::{MemoryReplayGuard, MemoryReplayGuardBuilder, WhenFull};
#[cfg(feature = "redis")]
pub use self::redis::{RedisReplayGuard, RedisReplayGuardBuilder};
pub use self::settings::Replay;
