//! The claim on a delivery, from verification to the end of its handler.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

#[cfg(feature = "tracing")]
use crate::event::Chain;
use crate::replay::background::{Background, timer, within};
use crate::replay::erased::Guard;
use crate::replay::error::{ReplayError, ReplayErrorKind};
use crate::replay::key::ReplayKey;
use crate::replay::lease::Lease;
use crate::scheme::definition::Scheme;

/// The pause before a failed commit is tried again; it doubles, up to 64 times as much.
const PAUSE: Duration = Duration::from_millis(100);

/// A delivery that is claimed, and neither committed nor released yet.
///
/// If it is dropped, because the client hung up or a timeout outside gave up, it stays claimed until its
/// lease ends: what the handler has begun may still be at work. If the handler panicked, or has not
/// been called yet, it is released in the background where there is a tokio runtime.
///
/// # Examples
///
/// A slow handler, which extends its lease as it goes:
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::replay::{Claimed, ReplayError};
///
/// async fn handle(mut claimed: Claimed) -> Result<(), ReplayError> {
///     for part in 0..10 {
///         // If the lease is lost, someone else may be handling the delivery.
///         claimed.extend(Duration::from_secs(60)).await?;
///         if work(part).await.is_err() {
///             return claimed.release().await;
///         }
///     }
///     claimed.commit().await
/// }
/// # async fn work(_: u32) -> Result<(), ()> { Ok(()) }
/// ```
#[must_use = "a delivery stays claimed until its lease ends when this is dropped"]
pub struct Claimed {
    /// Shared with the call that ends the claim, which may outlive it.
    claim: Arc<Held>,
    /// The handler has the delivery.
    begun: bool,
    ended: bool,
}

pub(super) struct Held {
    pub(super) guard: Arc<dyn Guard>,
    pub(super) background: Background,
    pub(super) key: ReplayKey,
    pub(super) lease: Lease,
    pub(super) keep: Duration,
    pub(super) timeout: Duration,
    #[cfg_attr(not(feature = "tower"), allow(dead_code, reason = "only the layer waits for room"))]
    pub(super) patience: Duration,
    #[cfg_attr(not(feature = "tower"), allow(dead_code, reason = "only the layer runs a handler"))]
    pub(super) finish: bool,
    pub(super) scheme: Scheme,
}

/// The outcome of claiming a verified delivery.
#[cfg_attr(not(feature = "receive"), allow(dead_code, reason = "only a receiver claims"))]
pub(crate) enum Outcome {
    /// It is to be handled.
    Fresh(Claimed),
    /// It is being handled.
    InFlight,
    /// It was already handled.
    Done,
}

impl Claimed {
    pub(super) fn new(claim: Held) -> Self {
        Self { claim: Arc::new(claim), begun: false, ended: false }
    }

    /// The key by which the delivery is remembered.
    #[must_use]
    pub fn key(&self) -> &ReplayKey {
        &self.claim.key
    }

    /// The lease, by which the guard identifies the owner of the claim.
    #[must_use]
    pub fn lease(&self) -> &Lease {
        &self.claim.lease
    }

    /// The time for which the delivery is remembered once it is committed.
    #[must_use]
    pub fn keep(&self) -> Duration {
        self.claim.keep
    }

    /// Says that from now on the handler has the delivery.
    #[cfg_attr(
        not(feature = "receive"),
        allow(dead_code, reason = "only a receiver hands it over")
    )]
    pub(crate) fn begin(&mut self) {
        self.begun = true;
    }

    /// Where the handler runs on if its request is dropped, if it does.
    #[cfg(feature = "tower")]
    pub(crate) fn finisher(&self) -> Option<Background> {
        self.claim.finish.then(|| self.claim.background.clone())
    }

    /// How long the delivery may wait for its handler to have room: a third of the lease, so that the
    /// handler has the rest.
    #[cfg(feature = "tower")]
    pub(crate) fn patience(&self) -> Duration {
        self.claim.patience
    }

    /// Commits the delivery: it was handled.
    ///
    /// # Errors
    ///
    /// Returns [`LeaseLost`](crate::replay::ReplayErrorKind::LeaseLost) if the lease has ended, and
    /// another kind if the store fails or has no room. The delivery may be handled again.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, even before it was polled, the commit goes on in the background
    /// where there is a tokio runtime.
    pub fn commit(self) -> impl Future<Output = Result<(), ReplayError>> + Send + 'static {
        self.end(|claim| async move {
            let done = claim.guard.commit(&claim.key, &claim.lease, claim.keep).await;
            if done.as_ref().is_err_and(may_pass) {
                // Dropped at once, and so a task in the background.
                drop(claim.background.detached(Arc::clone(&claim).commit_again()));
            }
            claim.told("replay commit failed", done)
        })
    }

    /// Releases the delivery, so that the sender's next retry is handled.
    ///
    /// # Errors
    ///
    /// Returns [`Unavailable`](crate::replay::ReplayErrorKind::Unavailable) if the store does not
    /// answer: the delivery is in flight until the lease ends, at the latest.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, even before it was polled, the release goes on in the background
    /// where there is a tokio runtime.
    pub fn release(self) -> impl Future<Output = Result<(), ReplayError>> + Send + 'static {
        self.end(Held::release)
    }

    /// Extends the lease. It ends `by` from now, or at its previous end if that is later.
    ///
    /// # Errors
    ///
    /// Returns [`LeaseLost`](crate::replay::ReplayErrorKind::LeaseLost) if the lease has ended:
    /// someone else may be handling the delivery. Returns another kind if the store fails: it is
    /// not known when the lease ends.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the lease may or may not be extended. The call can be repeated.
    pub async fn extend(&mut self, by: Duration) -> Result<(), ReplayError> {
        let claim = &*self.claim;
        let done = claim.guard.extend(&claim.key, &claim.lease, by).await;
        claim.told("replay extension failed", done)
    }

    /// Ends the claim without a call to the guard, because the handler has committed the delivery
    /// itself, in the transaction of its own effect.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::replay::Claimed;
    ///
    /// async fn handle(claimed: Claimed) -> Result<(), DatabaseError> {
    ///     let transaction = begin().await?;
    ///     transaction.book().await?;
    ///     // Writes to the table in which the guard keeps its claims.
    ///     transaction.commit(claimed.key(), claimed.lease(), claimed.keep()).await?;
    ///     claimed.committed_by_handler();
    ///     Ok(())
    /// }
    /// # use std::time::Duration;
    /// # use tower_webhook::replay::{Lease, ReplayKey};
    /// # struct DatabaseError;
    /// # struct Transaction;
    /// # async fn begin() -> Result<Transaction, DatabaseError> { Ok(Transaction) }
    /// # impl Transaction {
    /// #     async fn book(&self) -> Result<(), DatabaseError> { Ok(()) }
    /// #     async fn commit(self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), DatabaseError> {
    /// #         Ok(())
    /// #     }
    /// # }
    /// ```
    pub fn committed_by_handler(mut self) {
        self.ended = true;
    }

    /// Ends the claim with a call that goes on when its future is dropped.
    fn end<F>(
        mut self,
        call: impl FnOnce(Arc<Held>) -> F,
    ) -> impl Future<Output = Result<(), ReplayError>> + Send + 'static
    where
        F: Future<Output = Result<(), ReplayError>> + Send + 'static,
    {
        self.ended = true;
        // Made before the future is polled, so that it goes on even if that never happens.
        let ending = self.claim.background.detached(call(Arc::clone(&self.claim)));
        let timeout = self.claim.timeout;
        async move { within(timeout, ending).await.unwrap_or_else(|| Err(timed_out())) }
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        // A handler that panicked is over. One that was dropped may have spawned work that is not.
        let is_over = !self.begun || thread::panicking();
        if !self.ended && is_over {
            let claim = Arc::clone(&self.claim);
            drop(self.claim.background.detached(claim.release()));
        }
    }
}

impl Held {
    /// Commits once more and again, for as long as the lease may last: the delivery was handled, and
    /// the sender's retry would be handled again.
    async fn commit_again(self: Arc<Self>) {
        for attempt in 0_u32.. {
            let Some(pause) = timer(PAUSE * (1 << attempt.min(6))) else { return };
            pause.await;
            match self.guard.commit(&self.key, &self.lease, self.keep).await {
                Err(error) if may_pass(&error) => {}
                _ => return,
            }
        }
    }

    async fn release(self: Arc<Self>) -> Result<(), ReplayError> {
        let done = self.guard.release(&self.key, &self.lease).await;
        self.told("replay release failed", done)
    }

    /// Records an error for the operator too, since nobody may be waiting for the result.
    fn told(&self, what: &'static str, done: Result<(), ReplayError>) -> Result<(), ReplayError> {
        done.inspect_err(|error| record(what, self.scheme, error))
    }
}

impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimed")
            .field("key", &self.claim.key)
            .field("keep", &self.claim.keep)
            .finish_non_exhaustive()
    }
}

fn may_pass(error: &ReplayError) -> bool {
    error.kind() != ReplayErrorKind::LeaseLost
}

pub(super) fn timed_out() -> ReplayError {
    ReplayError::unavailable(io::Error::from(io::ErrorKind::TimedOut))
}

#[cfg(feature = "tracing")]
pub(super) fn record(what: &'static str, scheme: Scheme, error: &ReplayError) {
    let scheme = scheme.name();
    tracing::error!(target: "tower_webhook", scheme, reason = %Chain(error), "{what}");
}

#[cfg(not(feature = "tracing"))]
pub(super) fn record(_: &'static str, _: Scheme, _: &ReplayError) {}
