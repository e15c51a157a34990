//! The settings by which a receiver remembers deliveries.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::head::Head;
use crate::replay::background::{Background, within};
use crate::replay::claimed::{Claimed, Held, Outcome, Whose, record, timed_out};
use crate::replay::erased::Guard;
use crate::replay::error::ReplayError;
use crate::replay::guard::{Claim, ReplayGuard};
use crate::replay::key::{Apart, ReplayKey};
use crate::verify::verified::Verified;

/// What a user's own function says of a delivery, as a key.
type KeyBy = dyn Fn(&Head<'_>, &Verified, Apart<'_>) -> Option<ReplayKey> + Send + Sync;

/// The default of [`Replay::lease`].
const LEASE: Duration = Duration::from_secs(60);

/// The default of [`Replay::timeout`].
const TIMEOUT: Duration = Duration::from_secs(2);

/// The default of [`Replay::keep`]. Svix goes on retrying for almost 28 hours.
const KEEP: Duration = Duration::from_secs(72 * 60 * 60);

/// Makes a receiver remember deliveries, so that one that is sent again is not handled again.
///
/// A delivery is claimed after it is verified and before its handler runs. If the handler succeeds,
/// it is committed before the answer goes out; otherwise it is released, so that the sender's retry
/// gets through. It is remembered by its signed id, or by its signed content if the scheme signs a
/// time but no id; [`Replay::by_content`] is about schemes that sign the body alone, and
/// [`Replay::key_by`] is for what only you know. The endpoint, or else the path that was called, is part
/// of it, so that one guard is safe around any number of routes.
///
/// | what happened | status |
/// |---|---|
/// | the delivery was already handled | 200, and the handler does not run |
/// | the delivery is being handled | 503 with `Retry-After` |
/// | the guard does not answer in time, or is full | 503 with `Retry-After` |
/// | the handler has no room within a third of the lease | 503 with `Retry-After` |
///
/// If the client hangs up, or a timeout outside gives up, while the handler runs, the delivery stays
/// claimed until its lease ends; [`Replay::finish_handlers`] lets the handler finish. If the handler
/// panics, the delivery is released in the background where there is a tokio runtime. If the commit
/// fails, the handler's answer still goes out, with the feature `tracing` an event says so, and the
/// commit is tried again in the background until the lease ends.
///
/// Clones share the guard and what runs in the background.
///
/// # Examples
///
/// A handler with a timeout of 10 seconds, and a sender that retries for 5 days:
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::replay::{MemoryReplayGuard, Replay};
///
/// let replay = Replay::with(MemoryReplayGuard::builder().build())
///     .lease(Duration::from_secs(15))
///     .keep(Duration::from_secs(6 * 24 * 60 * 60));
/// ```
///
/// Two receivers that share a guard:
///
/// ```
/// use tower_webhook::replay::{MemoryReplayGuard, Replay};
///
/// let replay = Replay::with(MemoryReplayGuard::builder().build());
/// let [orders, invoices] = ["orders", "invoices"].map(|scope| replay.clone().scope(scope));
/// ```
#[derive(Clone)]
#[must_use = "settings do nothing until a receiver has them"]
pub struct Replay {
    guard: Arc<dyn Guard>,
    lease: Duration,
    keep: Duration,
    scope: Option<Arc<str>>,
    by_content: bool,
    key_by: Option<Arc<KeyBy>>,
    finish: bool,
    timeout: Duration,
    background: Background,
}

impl Replay {
    /// Makes settings with the defaults, in which `guard` remembers the deliveries.
    pub fn with(guard: impl ReplayGuard) -> Self {
        Self {
            guard: Arc::new(guard),
            lease: LEASE,
            keep: KEEP,
            scope: None,
            by_content: false,
            key_by: None,
            finish: false,
            timeout: TIMEOUT,
            background: Background::new(LEASE),
        }
    }

    /// Sets how long a handler may take before its delivery can be claimed again, default 60
    /// seconds.
    ///
    /// If a handler takes longer, it may run twice: the sender's retry gets through, and the first
    /// commit comes too late to count. If the process dies, its delivery is held up for this long.
    /// So choose a lease longer than the handler's own timeout and two calls of the guard together.
    /// Let long work go on after the answer, or [extend](crate::replay::Claimed::extend) the lease.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self.background.set_limit(lease);
        self
    }

    /// Sets how long a handled delivery is remembered, default 72 hours. It should be longer than
    /// the sender retries.
    ///
    /// It is never shorter than the tolerance in both directions together, within which anyone who
    /// has seen the delivery could send it again. A tolerance
    /// [without a limit](crate::Tolerance::dangerous_unlimited) adds nothing.
    pub fn keep(mut self, keep: Duration) -> Self {
        self.keep = keep;
        self
    }

    /// Remembers the deliveries of a scheme that signs the body alone by that body, default not.
    ///
    /// Such a scheme gives two events with the same body the same signature, such as two empty pings,
    /// and what a guard takes for a repetition is never handled. So unless the provider sends an id of
    /// the delivery ([`Scheme::delivery_header`](crate::Scheme::delivery_header)), its deliveries are
    /// not remembered. Set this if no two events have the same body.
    pub fn by_content(mut self) -> Self {
        self.by_content = true;
        self
    }

    /// Remembers a delivery by what `key` says of it, instead of its signed id or content; default not.
    ///
    /// `key` is called once a delivery is verified. Deliveries of which it says the same are one: after
    /// the first is handled, the others are answered 200 and not handled. Those of another scheme,
    /// [scope](Replay::scope), endpoint or path are others all the same. If it says `None`, the delivery
    /// is not remembered, and so handled each time it is sent.
    ///
    /// For this, the head of each request is copied until its verdict.
    ///
    /// # Security
    ///
    /// [`Verified`] is signed, and the head is not. Whoever has captured a delivery can send it with any
    /// header, and so make the guard take a later delivery for a repetition, which is never handled. So
    /// where the scheme signs an id, let it be part of what is said. Where it signs none, say what is in
    /// a header only if losing a delivery to such a forgery is worth less than a second run is.
    ///
    /// # Examples
    ///
    /// A sender that gives one id to events of several kinds:
    ///
    /// ```
    /// use tower_webhook::replay::{MemoryReplayGuard, Replay};
    ///
    /// let replay = Replay::with(MemoryReplayGuard::builder().build()).key_by(|head, verified| {
    ///     let event = head.get("x-event").unwrap_or_default();
    ///     Some([verified.id()?.as_bytes(), b" ", event].concat())
    /// });
    /// ```
    pub fn key_by<F, K>(mut self, key: F) -> Self
    where
        F: Fn(&Head<'_>, &Verified) -> Option<K> + Send + Sync + 'static,
        K: AsRef<[u8]>,
    {
        self.key_by = Some(Arc::new(move |head, verified, apart| {
            let own = key(head, verified)?;
            Some(ReplayKey::of_own(verified.scheme().name(), apart, own.as_ref()))
        }));
        self
    }

    /// Lets the layer's handler run on in the background if its request is dropped, because the client
    /// hung up or a timeout outside gave up, default not. The delivery is then committed or released by
    /// the answer that nobody sees, so the sender's retry is a duplicate, or handled at once.
    ///
    /// A handler runs on for one lease at the most, and no more than 1,024 run on at the same time;
    /// those beyond are dropped. It needs a tokio runtime with its timer enabled. Without this, a
    /// handler is dropped with its request, and the delivery stays claimed until its lease ends, since
    /// what the handler has begun elsewhere may not have ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::replay::{MemoryReplayGuard, Replay};
    ///
    /// let replay = Replay::with(MemoryReplayGuard::builder().build()).finish_handlers();
    /// ```
    pub fn finish_handlers(mut self) -> Self {
        self.finish = true;
        self
    }

    /// Sets how long a delivery waits for the guard, at its claim and again at its end, default 2
    /// seconds. A claim that takes longer is answered with 503, and a commit or a release goes on in
    /// the background.
    ///
    /// It needs a tokio runtime with its timer enabled. Without one, a guard that hangs is waited for.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the operator's own name for the endpoint, default none.
    ///
    /// A sender gives the same id to every endpoint that an event goes to. The endpoint or the path
    /// tells most receivers apart; a scope does so for those that share a guard and a path.
    pub fn scope(mut self, scope: impl Into<Arc<str>>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Waits until no delivery is claimed any longer, and no claim, commit or release runs in the background.
    /// Call it when the server shuts down, after its requests have ended: then no new ones begin. Then the
    /// retries of what could not be handled find it released, and need not wait for the end of a lease.
    ///
    /// It waits for as long as a guard that is away keeps a commit or a release, up to one lease, and for work
    /// that has been given a [`Claimed`](crate::replay::Claimed) of its own. So give it a time.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, nothing has changed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::replay::{MemoryReplayGuard, Replay};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let replay = Replay::with(MemoryReplayGuard::builder().build());
    /// // Serve until a signal arrives, then:
    /// let _ = tokio::time::timeout(Duration::from_secs(5), replay.drained()).await;
    /// # }
    /// ```
    pub async fn drained(&self) {
        self.background.drained().await;
    }
}

#[cfg_attr(not(feature = "receive"), allow(dead_code, reason = "only a receiver claims"))]
impl Replay {
    /// The operator's name for the endpoint.
    pub(crate) fn scope_name(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    pub(crate) fn remembers_content(&self) -> bool {
        self.by_content
    }

    pub(crate) fn own_key(&self) -> Option<&KeyBy> {
        self.key_by.as_deref()
    }

    /// Claims a verified delivery, which can be sent again for `window` before its timestamp is
    /// rejected.
    ///
    /// If the future is dropped while it runs, the claim goes on in the background and is then
    /// released.
    pub(crate) async fn claim(
        &self,
        key: ReplayKey,
        window: Duration,
        whose: Whose,
    ) -> Result<Outcome, ReplayError> {
        let (guard, background) = (Arc::clone(&self.guard), self.background.of_request());
        let here = background.clone();
        let (lease, keep, timeout) = (self.lease, self.keep.max(window), self.timeout);
        let (patience, finish) = (lease / 3, self.finish);
        let waiting = whose.clone();
        let claim = async move {
            let claimed = guard.claim(&key, lease).await;
            // Here, because it may have gone on in the background.
            record("claim", &whose, claimed.as_ref().map(label));
            Ok(match claimed? {
                Claim::Fresh(lease) => {
                    let held = Held {
                        guard,
                        background,
                        key,
                        lease,
                        keep,
                        timeout,
                        patience,
                        finish,
                        whose,
                    };
                    Outcome::Fresh(Claimed::new(held))
                }
                Claim::InFlight => Outcome::InFlight,
                Claim::Done => Outcome::Done,
            })
        };
        within(timeout, here.detached(claim)).await.unwrap_or_else(|| {
            let error = timed_out();
            record("claim", &waiting, Err(&error));
            Err(error)
        })
    }
}

/// The value of a metric's label.
fn label(claim: &Claim) -> &'static str {
    match claim {
        Claim::Fresh(_) => "fresh",
        Claim::InFlight => "in_flight",
        Claim::Done => "done",
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("lease", &self.lease)
            .field("keep", &self.keep)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    // Not `super::*`, with which the methods of `Guard` would be ambiguous.
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::{Arc, Mutex};
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use tokio::sync::Semaphore;

    use super::Replay;
    use crate::replay::claimed::{Claimed, Outcome, Whose};
    use crate::replay::error::{ReplayError, ReplayErrorKind};
    use crate::replay::guard::{Claim, ReplayGuard};
    use crate::replay::key::ReplayKey;
    use crate::replay::lease::Lease;
    use crate::replay::memory::MemoryReplayGuard;
    use crate::scheme::definition::Scheme;

    const MINUTE: Duration = Duration::from_secs(60);

    fn key() -> ReplayKey {
        ReplayKey::of_content(Scheme::GITHUB, None, b"{}")
    }

    /// Writes down what it has done, each time when it is allowed to.
    struct Slow {
        memory: MemoryReplayGuard,
        permits: Semaphore,
        log: Mutex<Vec<(&'static str, Duration)>>,
        broken: Option<&'static str>,
    }

    impl Slow {
        fn new(permits: usize) -> Arc<Self> {
            Self::broken(permits, None)
        }

        fn broken(permits: usize, broken: Option<&'static str>) -> Arc<Self> {
            Arc::new(Self {
                memory: MemoryReplayGuard::builder().build(),
                permits: Semaphore::new(permits),
                log: Mutex::default(),
                broken,
            })
        }

        async fn did(&self, what: &'static str, time: Duration) -> Result<(), ReplayError> {
            self.permits.acquire().await.unwrap().forget();
            assert!(self.broken != Some("panic"), "the guard panics");
            self.log.lock().unwrap().push((what, time));
            match self.broken {
                Some(broken) if broken == what => Err(ReplayError::unavailable("broken")),
                _ => Ok(()),
            }
        }

        fn log(&self) -> Vec<&'static str> {
            self.log.lock().unwrap().iter().map(|(what, _)| *what).collect()
        }

        fn last(&self) -> Option<(&'static str, Duration)> {
            self.log.lock().unwrap().last().copied()
        }
    }

    impl ReplayGuard for Slow {
        async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
            let claim = self.memory.claim(key, lease).await;
            self.did("claim", lease).await?;
            claim
        }

        async fn commit(
            &self,
            key: &ReplayKey,
            lease: &Lease,
            keep: Duration,
        ) -> Result<(), ReplayError> {
            self.did("commit", keep).await?;
            self.memory.commit(key, lease, keep).await
        }

        async fn release(&self, key: &ReplayKey, lease: &Lease) -> Result<(), ReplayError> {
            self.did("release", Duration::ZERO).await?;
            self.memory.release(key, lease).await
        }

        async fn extend(
            &self,
            key: &ReplayKey,
            lease: &Lease,
            by: Duration,
        ) -> Result<(), ReplayError> {
            self.did("extend", by).await?;
            self.memory.extend(key, lease, by).await
        }
    }

    async fn claim(replay: &Replay) -> Result<Outcome, ReplayError> {
        replay.claim(key(), Duration::ZERO, Whose::new(Scheme::GITHUB, None)).await
    }

    async fn fresh(replay: &Replay) -> Claimed {
        match claim(replay).await {
            Ok(Outcome::Fresh(claimed)) => claimed,
            Ok(Outcome::InFlight) => panic!("in flight"),
            Ok(Outcome::Done) => panic!("done"),
            Err(error) => panic!("{error}"),
        }
    }

    fn begin<F: Future>(future: F) -> Pin<Box<F>> {
        let mut future = Box::pin(future);
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Pending));
        future
    }

    fn sent<F: Future + Send>(future: F) -> F {
        future
    }

    #[test]
    fn settings_and_claims_can_be_shared_between_threads() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<Replay>();
        shared::<Claimed>();
    }

    #[tokio::test]
    async fn a_delivery_is_fresh_in_flight_and_done() {
        let replay = Replay::with(MemoryReplayGuard::builder().build());
        let claimed = fresh(&replay).await;
        assert_eq!(claimed.key(), &key());
        assert!(matches!(claim(&replay).await, Ok(Outcome::InFlight)));
        claimed.release().await.unwrap();
        fresh(&replay).await.commit().await.unwrap();
        assert!(matches!(claim(&replay).await, Ok(Outcome::Done)));
    }

    #[tokio::test]
    async fn lease_and_keep_are_what_is_set_and_never_less_than_the_window() {
        let guard = Slow::new(100);
        let replay = Replay::with(Arc::clone(&guard));
        let claimed = fresh(&replay).await;
        assert_eq!(guard.last(), Some(("claim", MINUTE)));
        assert_eq!(claimed.keep(), 72 * 60 * MINUTE);
        claimed.release().await.unwrap();

        let replay = replay.lease(5 * MINUTE).keep(7 * MINUTE);
        for (window, keep) in [(MINUTE, 7 * MINUTE), (8 * MINUTE, 8 * MINUTE)] {
            let key = ReplayKey::of_content(Scheme::GITHUB, None, &window.as_secs().to_be_bytes());
            let outcome =
                replay.claim(key, window, Whose::new(Scheme::GITHUB, None)).await.unwrap();
            assert_eq!(guard.last(), Some(("claim", 5 * MINUTE)));
            let Outcome::Fresh(claimed) = outcome else { panic!("not fresh") };
            assert_eq!(claimed.keep(), keep);
            claimed.commit().await.unwrap();
            assert_eq!(guard.last(), Some(("commit", keep)));
        }
    }

    #[tokio::test]
    async fn a_claim_that_is_dropped_is_released_at_its_end() {
        let guard = Slow::new(0);
        let replay = Replay::with(Arc::clone(&guard));
        drop(begin(claim(&replay)));
        assert!(guard.log().is_empty());
        guard.permits.add_permits(2);
        replay.drained().await;
        assert_eq!(guard.log(), ["claim", "release"]);
        assert!(guard.memory.is_empty());
    }

    #[tokio::test]
    async fn a_claim_that_was_never_polled_is_none() {
        let guard = Slow::new(100);
        let replay = Replay::with(Arc::clone(&guard));
        drop(claim(&replay));
        replay.drained().await;
        assert!(guard.log().is_empty());
    }

    #[tokio::test]
    async fn a_claimed_delivery_that_is_dropped_is_released() {
        let guard = Slow::new(1);
        let replay = Replay::with(Arc::clone(&guard));
        drop(fresh(&replay).await);
        let drained = begin(replay.drained());
        guard.permits.add_permits(1);
        drained.await;
        assert_eq!(guard.log(), ["claim", "release"]);
        assert!(guard.memory.is_empty());
    }

    #[tokio::test]
    async fn a_handler_that_panics_gives_its_delivery_back() {
        let guard = Slow::new(100);
        let replay = Replay::with(Arc::clone(&guard));
        let claimed = fresh(&replay).await;
        let handler = tokio::spawn(async move {
            let _claimed = claimed;
            panic!("the handler");
        });
        assert!(handler.await.unwrap_err().is_panic());
        replay.drained().await;
        assert_eq!(guard.log(), ["claim", "release"]);
    }

    #[tokio::test]
    async fn a_commit_and_a_release_that_are_dropped_go_on() {
        for (what, begun) in
            [("commit", false), ("commit", true), ("release", false), ("release", true)]
        {
            let guard = Slow::new(1);
            let replay = Replay::with(Arc::clone(&guard));
            let claimed = fresh(&replay).await;
            match (what, begun) {
                ("commit", false) => drop(claimed.commit()),
                ("commit", true) => drop(begin(claimed.commit())),
                (_, false) => drop(claimed.release()),
                (_, true) => drop(begin(claimed.release())),
            }
            guard.permits.add_permits(100);
            replay.drained().await;
            assert_eq!(guard.log(), ["claim", what]);
            assert_eq!(guard.memory.is_empty(), what == "release");
        }
    }

    #[tokio::test]
    async fn what_the_handler_committed_is_left_to_it() {
        let guard = Slow::new(100);
        let replay = Replay::with(Arc::clone(&guard));
        let claimed = fresh(&replay).await;
        guard.memory.commit(claimed.key(), claimed.lease(), claimed.keep()).await.unwrap();
        claimed.committed_by_handler();
        replay.drained().await;
        assert_eq!(guard.log(), ["claim"]);
        assert!(matches!(claim(&replay).await, Ok(Outcome::Done)));
    }

    #[tokio::test]
    async fn whoever_ends_a_claim_first_has_ended_it_for_all() {
        let guard = Slow::new(100);
        let replay = Replay::with(Arc::clone(&guard));
        let claimed = fresh(&replay).await;
        claimed.clone().commit().await.unwrap();
        claimed.clone().release().await.unwrap();
        claimed.commit().await.unwrap();
        assert_eq!(guard.log(), ["claim", "commit"]);
    }

    #[tokio::test]
    async fn only_the_last_clone_that_is_dropped_gives_the_delivery_back() {
        let guard = Slow::new(100);
        let replay = Replay::with(Arc::clone(&guard));
        let claimed = fresh(&replay).await;
        drop(claimed.clone());
        let drained = begin(replay.drained());
        assert_eq!(guard.log(), ["claim"]);
        drop(claimed);
        drained.await;
        replay.drained().await;
        assert_eq!(guard.log(), ["claim", "release"]);
    }

    #[tokio::test]
    async fn an_extension_is_asked_for_and_can_be_lost() {
        let guard = Slow::new(100);
        let replay = Replay::with(Arc::clone(&guard));
        let claimed = fresh(&replay).await;
        sent(claimed.extend(5 * MINUTE)).await.unwrap();
        assert_eq!(guard.last(), Some(("extend", 5 * MINUTE)));
        guard.memory.release(claimed.key(), claimed.lease()).await.unwrap();
        let error = claimed.extend(MINUTE).await.unwrap_err();
        assert_eq!(error.kind(), ReplayErrorKind::LeaseLost);
        let error = claimed.commit().await.unwrap_err();
        assert_eq!(error.kind(), ReplayErrorKind::LeaseLost);
    }

    #[tokio::test]
    async fn what_the_guard_says_is_passed_on() {
        let broken = |what| Replay::with(Slow::broken(100, Some(what)));
        let kind = |error: ReplayError| error.kind();
        assert_eq!(
            claim(&broken("claim")).await.err().map(kind),
            Some(ReplayErrorKind::Unavailable)
        );
        let error = fresh(&broken("commit")).await.commit().await.unwrap_err();
        assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
        let error = fresh(&broken("release")).await.release().await.unwrap_err();
        assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
    }

    #[tokio::test]
    async fn a_guard_that_panics_holds_nothing_up() {
        let guard = Slow::broken(0, Some("panic"));
        let replay = Replay::with(Arc::clone(&guard));
        drop(begin(claim(&replay)));
        guard.permits.add_permits(100);
        replay.drained().await;

        let here = {
            let replay = replay.clone();
            tokio::spawn(async move { claim(&replay).await })
        };
        assert!(here.await.err().unwrap().is_panic());
        replay.drained().await;
    }

    #[test]
    fn without_a_runtime_the_claim_ends_with_its_lease() {
        let guard = Slow::new(100);
        let replay = Replay::with(Arc::clone(&guard));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let claimed = runtime.block_on(fresh(&replay));
        drop(claimed);
        runtime.block_on(replay.drained());
        assert_eq!(guard.log(), ["claim"]);
    }

    #[tokio::test]
    async fn debug_output_tells_the_settings_and_no_lease() {
        let replay = Replay::with(MemoryReplayGuard::builder().build()).scope("orders");
        let shown = r#"Replay { lease: 60s, keep: 259200s, scope: Some("orders"), .. }"#;
        assert_eq!(format!("{replay:?}"), shown);
        let claimed = fresh(&replay).await;
        let shown = format!("Claimed {{ key: {:?}, keep: 259200s, .. }}", key());
        assert_eq!(format!("{claimed:?}"), shown);
    }
}
