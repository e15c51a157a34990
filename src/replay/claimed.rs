//! The claim on a delivery, from verification to the end of its handler.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

#[cfg(feature = "tracing")]
use crate::event::Chain;
use crate::metering::guarded;
use crate::replay::background::{Background, Open, timer, within};
use crate::replay::erased::Guard;
use crate::replay::error::{ReplayError, ReplayErrorKind};
use crate::replay::key::ReplayKey;
use crate::replay::lease::Lease;
use crate::scheme::definition::Scheme;
#[cfg(feature = "tracing")]
use crate::text::Text;

/// The pause before a failed commit is tried again; it doubles, up to 64 times as much.
const PAUSE: Duration = Duration::from_millis(100);

/// A delivery that is claimed: the handler's hold on it.
///
/// A handler finds it in the extensions of its request, as an axum extractor (feature `axum`), or at the
/// `Delivery` of a receiver (feature `receive`). It need not do anything with it: the receiver commits
/// the delivery if the handler succeeds, and releases it otherwise. Whoever ends the claim first, by
/// [committing](Self::commit), [releasing](Self::release) or [saying](Self::committed_by_handler) that it was
/// committed elsewhere, has ended it for all clones and for the receiver.
///
/// If the last clone is dropped before that, because the client hung up or a timeout outside gave up, the
/// delivery stays claimed until its lease ends: what the handler has begun may still be at work. If the
/// handler panicked, or has not been called yet, it is released in the background where there is a tokio
/// runtime.
///
/// # Examples
///
/// A slow handler, which extends its lease as it goes:
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::replay::{Claimed, ReplayError};
///
/// async fn handle(claimed: Claimed) -> Result<(), ReplayError> {
///     for part in 0..10 {
///         // If the lease is lost, someone else may be handling the delivery.
///         claimed.extend(Duration::from_secs(60)).await?;
///         work(part).await;
///     }
///     Ok(())
/// }
/// # async fn work(_: u32) {}
/// ```
#[derive(Clone)]
pub struct Claimed(Arc<Shared>);

/// What the clones share.
struct Shared {
    /// Shared with the call that ends the claim, which may outlive it.
    claim: Arc<Held>,
    /// The handler has the delivery.
    begun: AtomicBool,
    /// `None` once the claim is ended. Dropped when what becomes of it in the background is counted there.
    open: Mutex<Option<Open>>,
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
    pub(super) whose: Whose,
}

/// Whose delivery it is, for the operator.
#[derive(Clone)]
pub(crate) struct Whose {
    scheme: Scheme,
    #[cfg(feature = "tracing")]
    endpoint: Option<Text<46>>,
}

#[cfg_attr(not(feature = "receive"), allow(dead_code, reason = "only a receiver claims"))]
impl Whose {
    #[cfg_attr(not(feature = "tracing"), expect(unused_variables))]
    pub(crate) fn new(scheme: Scheme, endpoint: Option<&str>) -> Self {
        Self {
            scheme,
            #[cfg(feature = "tracing")]
            endpoint: endpoint.map(Text::from),
        }
    }
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
        let open = Mutex::new(Some(claim.background.open()));
        Self(Arc::new(Shared { claim: Arc::new(claim), begun: AtomicBool::new(false), open }))
    }

    /// The key by which the delivery is remembered.
    #[must_use]
    pub fn key(&self) -> &ReplayKey {
        &self.0.claim.key
    }

    /// The lease, by which the guard identifies the owner of the claim.
    #[must_use]
    pub fn lease(&self) -> &Lease {
        &self.0.claim.lease
    }

    /// The time for which the delivery is remembered once it is committed.
    #[must_use]
    pub fn keep(&self) -> Duration {
        self.0.claim.keep
    }

    /// Says that from now on the handler has the delivery.
    #[cfg_attr(
        not(feature = "receive"),
        allow(dead_code, reason = "only a receiver hands it over")
    )]
    pub(crate) fn begin(&self) {
        self.0.begun.store(true, Ordering::Relaxed);
    }

    /// Where the handler runs on if its request is dropped, if it does.
    #[cfg(feature = "tower")]
    pub(crate) fn finisher(&self) -> Option<Background> {
        self.0.claim.finish.then(|| self.0.claim.background.clone())
    }

    /// How long the delivery may wait for its handler to have room: a third of the lease, so that the
    /// handler has the rest.
    #[cfg(feature = "tower")]
    pub(crate) fn patience(&self) -> Duration {
        self.0.claim.patience
    }

    /// Commits the delivery: it was handled. Nothing happens if the claim has been ended already.
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
            claim.told("commit", done)
        })
    }

    /// Releases the delivery, so that the sender's next retry is handled. Nothing happens if the claim has
    /// been ended already.
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
    pub async fn extend(&self, by: Duration) -> Result<(), ReplayError> {
        let claim = &*self.0.claim;
        let done = claim.guard.extend(&claim.key, &claim.lease, by).await;
        claim.told("extension", done)
    }

    /// Ends the claim without a call to the guard, because the handler has committed the delivery
    /// itself, in the transaction of its own effect. The receiver then does not do it again.
    ///
    /// Say it when the transaction is committed, and not before. A handler that does not say it and
    /// succeeds costs one call to the guard, which finds that it is done.
    ///
    /// # Examples
    ///
    /// With the statements of [`replay::sql`](crate::replay::sql) and any client of a database:
    ///
    /// ```
    /// use tower_webhook::replay::Claimed;
    /// use tower_webhook::replay::sql::{self, postgres};
    ///
    /// async fn handle(claimed: Claimed, database: Database) -> Result<(), DatabaseError> {
    ///     let transaction = database.begin().await?;
    ///     transaction.execute("UPDATE accounts SET balance = balance + 1", ()).await?;
    ///     let (key, owner) = (claimed.key().as_bytes(), claimed.lease().as_bytes());
    ///     let parameters = (key, owner, sql::millis(claimed.keep()));
    ///     if transaction.execute(postgres::COMMIT, parameters).await? == 0 {
    ///         // The lease is lost. With the transaction the effect is rolled back.
    ///         return Err(DatabaseError);
    ///     }
    ///     transaction.commit().await?;
    ///     claimed.committed_by_handler();
    ///     Ok(())
    /// }
    /// # struct DatabaseError;
    /// # struct Database;
    /// # struct Transaction;
    /// # impl Database {
    /// #     async fn begin(&self) -> Result<Transaction, DatabaseError> { Ok(Transaction) }
    /// # }
    /// # impl Transaction {
    /// #     async fn execute<P>(&self, _: &str, _: P) -> Result<u64, DatabaseError> { Ok(1) }
    /// #     async fn commit(self) -> Result<(), DatabaseError> { Ok(()) }
    /// # }
    /// ```
    pub fn committed_by_handler(&self) {
        drop(self.0.end());
    }

    /// Ends the claim with a call that goes on when its future is dropped.
    fn end<F>(
        self,
        call: impl FnOnce(Arc<Held>) -> F,
    ) -> impl Future<Output = Result<(), ReplayError>> + Send + 'static
    where
        F: Future<Output = Result<(), ReplayError>> + Send + 'static,
    {
        let claim = &self.0.claim;
        // Made before the future is polled, so that it goes on even if that never happens.
        let first = self.0.end();
        let ending = first.map(|_open| claim.background.detached(call(Arc::clone(claim))));
        let timeout = claim.timeout;
        async move {
            let Some(ending) = ending else { return Ok(()) };
            within(timeout, ending).await.unwrap_or_else(|| Err(timed_out()))
        }
    }
}

impl Shared {
    /// Ends the claim. Returns `None` if it is ended already.
    fn end(&self) -> Option<Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // A handler that panicked is over. One that was dropped may have spawned work that is not.
        let is_over = !*self.begun.get_mut() || thread::panicking();
        let open = self.end();
        if open.is_some() && is_over {
            drop(self.claim.background.detached(Arc::clone(&self.claim).release()));
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
        self.told("release", done)
    }

    /// Tells the operator too, since nobody may be waiting for the result.
    fn told(&self, call: &'static str, done: Result<(), ReplayError>) -> Result<(), ReplayError> {
        record(call, &self.whose, done.as_ref().map(|()| "ok"));
        done
    }
}

impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimed")
            .field("key", &self.0.claim.key)
            .field("keep", &self.0.claim.keep)
            .finish_non_exhaustive()
    }
}

fn may_pass(error: &ReplayError) -> bool {
    error.kind() != ReplayErrorKind::LeaseLost
}

pub(super) fn timed_out() -> ReplayError {
    ReplayError::unavailable(io::Error::from(io::ErrorKind::TimedOut))
}

/// Counts what came of a call to the guard, and records an error.
pub(super) fn record(call: &'static str, whose: &Whose, came: Result<&'static str, &ReplayError>) {
    let scheme = whose.scheme.name();
    guarded(scheme, call, came.unwrap_or_else(|error| error.kind().label()));
    #[cfg(feature = "tracing")]
    if let Err(error) = came {
        let endpoint = whose.endpoint.as_ref().map(|it| tracing::field::debug(it.as_str()));
        let reason = Chain(error);
        tracing::error!(target: "tower_webhook", scheme, endpoint, %reason, "replay {call} failed");
    }
}
