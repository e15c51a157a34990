//! The interface of every store of deliveries.

use std::future::{Future, ready};
use std::sync::Arc;
use std::time::Duration;

use crate::replay::error::ReplayError;
use crate::replay::key::ReplayKey;
use crate::replay::lease::Lease;

/// Remembers deliveries, so that one that is sent again is not handled again.
///
/// Claim only deliveries that have been verified, by a [`ReplayKey`] of their signed content or id.
/// Implementations keep the [contract](crate::replay#contract). They write the methods as
/// `async fn`, whose futures must be `Send`.
///
/// A guard in an [`Arc`] is a guard, so that several receivers can share it.
///
/// # Examples
///
/// A guard that counts the duplicates that another one detects:
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use std::time::Duration;
/// use tower_webhook::replay::{Claim, Lease, ReplayError, ReplayGuard, ReplayKey};
///
/// struct Counted<G> {
///     guard: G,
///     duplicates: AtomicU64,
/// }
///
/// impl<G: ReplayGuard> ReplayGuard for Counted<G> {
///     async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
///         let claim = self.guard.claim(key, lease).await?;
///         if matches!(claim, Claim::Done) {
///             self.duplicates.fetch_add(1, Ordering::Relaxed);
///         }
///         Ok(claim)
///     }
///
///     async fn commit(
///         &self,
///         key: &ReplayKey,
///         lease: &Lease,
///         keep: Duration,
///     ) -> Result<(), ReplayError> {
///         self.guard.commit(key, lease, keep).await
///     }
///
///     async fn release(&self, key: &ReplayKey, lease: &Lease) -> Result<(), ReplayError> {
///         self.guard.release(key, lease).await
///     }
///
///     async fn extend(
///         &self,
///         key: &ReplayKey,
///         lease: &Lease,
///         by: Duration,
///     ) -> Result<(), ReplayError> {
///         self.guard.extend(key, lease, by).await
///     }
///
///     async fn health(&self) -> Result<(), ReplayError> {
///         self.guard.health().await
///     }
/// }
/// ```
pub trait ReplayGuard: Send + Sync + 'static {
    /// Claims a delivery, to handle it within `lease`: at least a millisecond, at most a hundred
    /// years.
    ///
    /// # Errors
    ///
    /// Returns [`Unavailable`](crate::replay::ReplayErrorKind::Unavailable) if the store does not
    /// answer, and [`Full`](crate::replay::ReplayErrorKind::Full) if it has no room. Either way
    /// nothing is known about the delivery.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the delivery may be claimed without an owner: it is in flight
    /// until the lease ends.
    fn claim(
        &self,
        key: &ReplayKey,
        lease: Duration,
    ) -> impl Future<Output = Result<Claim, ReplayError>> + Send;

    /// Marks a delivery as handled for `keep` from now: at least a millisecond, at most a hundred
    /// years.
    ///
    /// # Errors
    ///
    /// Returns [`LeaseLost`](crate::replay::ReplayErrorKind::LeaseLost) if the lease has ended or
    /// was released: nothing has changed, and the delivery may be handled again. Returns
    /// [`Unavailable`](crate::replay::ReplayErrorKind::Unavailable) if the store does not answer, and
    /// [`Full`](crate::replay::ReplayErrorKind::Full) if it has no room for the mark, although it had
    /// some for the claim: it is not known whether the delivery is committed. The call can be repeated.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the delivery may or may not be committed. The call can be
    /// repeated.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayGuard as _, ReplayKey};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = MemoryReplayGuard::builder().build();
    /// let key = ReplayKey::of_content(Scheme::GITHUB, None, b"{}");
    /// let minute = Duration::from_secs(60);
    ///
    /// let Claim::Fresh(lease) = guard.claim(&key, minute).await? else { unreachable!() };
    /// guard.commit(&key, &lease, 60 * minute).await?;
    /// // A second commit is harmless.
    /// guard.commit(&key, &lease, 60 * minute).await?;
    /// assert!(matches!(guard.claim(&key, minute).await?, Claim::Done));
    /// # Ok(())
    /// # }
    /// ```
    fn commit(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        keep: Duration,
    ) -> impl Future<Output = Result<(), ReplayError>> + Send;

    /// Releases a delivery, so that the sender's next retry can be claimed at once.
    ///
    /// Nothing changes if the lease has ended or is committed.
    ///
    /// # Errors
    ///
    /// Returns [`Unavailable`](crate::replay::ReplayErrorKind::Unavailable) if the store does not
    /// answer: the delivery is in flight until the lease ends, at the latest.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the delivery may or may not be released. The call can be repeated.
    fn release(
        &self,
        key: &ReplayKey,
        lease: &Lease,
    ) -> impl Future<Output = Result<(), ReplayError>> + Send;

    /// Extends a lease, for a handler that takes longer than expected.
    ///
    /// The lease ends `by` from now, or at its previous end if that is later.
    ///
    /// # Errors
    ///
    /// Returns [`LeaseLost`](crate::replay::ReplayErrorKind::LeaseLost) if the lease has ended, was
    /// released or is committed: nothing has changed, and someone else may be handling the
    /// delivery. Returns another kind if the store fails: it is not known when the lease ends.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the lease may or may not be extended. The call can be repeated.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::clock::ManualClock;
    /// use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayGuard as _, ReplayKey};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let clock = ManualClock::new(OffsetDateTime::UNIX_EPOCH);
    /// let guard = MemoryReplayGuard::builder().clock(clock.clone()).build();
    /// let key = ReplayKey::of_content(Scheme::GITHUB, None, b"{}");
    /// let minute = Duration::from_secs(60);
    ///
    /// let Claim::Fresh(lease) = guard.claim(&key, minute).await? else { unreachable!() };
    /// clock.advance(minute / 2);
    /// guard.extend(&key, &lease, minute).await?;
    /// clock.advance(minute / 2);
    /// assert!(matches!(guard.claim(&key, minute).await?, Claim::InFlight));
    /// # Ok(())
    /// # }
    /// ```
    fn extend(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        by: Duration,
    ) -> impl Future<Output = Result<(), ReplayError>> + Send;

    /// Checks that the store can be reached, for a readiness probe. A guard without a remote store
    /// keeps the default, which succeeds.
    ///
    /// # Errors
    ///
    /// Returns [`Unavailable`](crate::replay::ReplayErrorKind::Unavailable) if the store does not
    /// answer.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, nothing has changed.
    fn health(&self) -> impl Future<Output = Result<(), ReplayError>> + Send {
        ready(Ok(()))
    }
}

impl<G> ReplayGuard for Arc<G>
where
    G: ReplayGuard,
{
    async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
        (**self).claim(key, lease).await
    }

    async fn commit(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        keep: Duration,
    ) -> Result<(), ReplayError> {
        (**self).commit(key, lease, keep).await
    }

    async fn release(&self, key: &ReplayKey, lease: &Lease) -> Result<(), ReplayError> {
        (**self).release(key, lease).await
    }

    async fn extend(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        by: Duration,
    ) -> Result<(), ReplayError> {
        (**self).extend(key, lease, by).await
    }

    async fn health(&self) -> Result<(), ReplayError> {
        (**self).health().await
    }
}

/// The answer to [`ReplayGuard::claim`].
///
/// # Examples
///
/// ```
/// use tower_webhook::replay::Claim;
///
/// /// The status for a delivery that is not to be handled.
/// fn status(claim: &Claim) -> Option<u16> {
///     match claim {
///         Claim::Fresh(_) => None,
///         Claim::Done => Some(200),
///         // Many senders do not retry after a 4xx.
///         _ => Some(503),
///     }
/// }
/// assert_eq!(status(&Claim::InFlight), Some(503));
/// ```
#[derive(Debug)]
#[must_use = "a fresh claim must be committed or released"]
#[non_exhaustive]
pub enum Claim {
    /// The delivery is the caller's to handle, until the lease ends.
    Fresh(Lease),
    /// Someone else is handling the delivery. It is neither handled nor lost yet, so the sender has
    /// to retry.
    InFlight,
    /// The delivery was already handled.
    Done,
}

/// Bounds a lease or keep time, so that every store can represent it and none rounds it to zero.
pub(super) fn bounded(duration: Duration) -> Duration {
    const HUNDRED_YEARS: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    duration.clamp(Duration::from_millis(1), HUNDRED_YEARS)
}
