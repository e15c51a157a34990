//! The setup of a cache.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::fetch::cache::SecretCache;
use crate::fetch::cache::policy::Policy;
use crate::head::url::{InvalidPublicUrl, PublicUrl};
use crate::scheme::definition::Scheme;
use crate::scheme::timestamp::Tolerance;

/// Sets up a [`SecretCache`]; made by [`SecretCache::builder`].
///
/// The chapter `secrets` of the [manual](crate::manual) says how to choose the numbers.
///
/// # Examples
///
/// While the provider is down, its secrets are served until `stale_for`. Here that is an hour,
/// which the test lets pass:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicBool, Ordering};
/// use std::time::Duration;
///
/// use time::OffsetDateTime;
/// use tower_webhook::clock::ManualClock;
/// use tower_webhook::fetch::{EndpointId, FetchErrorKind, SecretCache};
/// use tower_webhook::{Scheme, Secret};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let down = Arc::new(AtomicBool::new(false));
/// let (provider, secret) = (Arc::clone(&down), Secret::utf8("secret")?);
/// let fetcher = move |_: EndpointId| {
///     let up = !provider.load(Ordering::Relaxed);
///     let answer = up.then(|| secret.clone()).ok_or(FetchErrorKind::Unavailable.into());
///     async move { answer }
/// };
/// let clock = ManualClock::new(OffsetDateTime::UNIX_EPOCH);
/// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
///     .fresh_for(Duration::from_secs(60))
///     .stale_for(Duration::from_secs(60 * 60))
///     .retries(0)
///     .clock(clock.clone())
///     .build();
///
/// let endpoint = EndpointId::new("orders")?;
/// cache.warm(&endpoint).await?;
/// down.store(true, Ordering::Relaxed);
///
/// clock.advance(Duration::from_secs(59 * 60));
/// assert!(cache.verifier(&endpoint).await.is_ok());
/// clock.advance(Duration::from_secs(60));
/// let error = cache.verifier(&endpoint).await.unwrap_err();
/// assert_eq!(error.kind(), FetchErrorKind::Unavailable);
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct SecretCacheBuilder<F> {
    policy: Policy,
    fetcher: F,
}

impl<F> SecretCacheBuilder<F> {
    pub(super) fn new(scheme: Scheme, fetcher: F) -> Self {
        Self { policy: Policy::new(scheme), fetcher }
    }

    /// Sets how long secrets are served without asking the provider again, default 5 minutes. After
    /// twice as long a delivery waits for the answer.
    pub fn fresh_for(mut self, duration: Duration) -> Self {
        self.policy.fresh_for = duration;
        self
    }

    /// Sets how long after their fetch secrets are served if no newer ones are available, default
    /// 24 hours.
    pub fn stale_for(mut self, duration: Duration) -> Self {
        self.policy.stale_for = duration;
        self
    }

    /// Sets how long the cache remembers that an endpoint does not exist or has no valid secret,
    /// default 1 minute.
    pub fn negative_for(mut self, duration: Duration) -> Self {
        self.policy.negative_for = duration;
        self
    }

    /// Sets how long after any other failure the provider is not asked again about the same
    /// endpoint, default 5 seconds. If the provider asks for a longer wait, it is asked about no
    /// endpoint until then, up to 5 minutes.
    pub fn failure_for(mut self, duration: Duration) -> Self {
        self.policy.failure_for = duration;
        self
    }

    /// Sets how long after a mismatch has caused a fetch no other mismatch causes one for the same
    /// endpoint, default 10 seconds. Nor are secrets that were evicted fetched again within this time
    /// of their fetch; until then the endpoint is
    /// [`Unavailable`](crate::fetch::FetchErrorKind::Unavailable).
    ///
    /// Anyone can cause mismatches, so this limits how many calls to the provider they cause. While
    /// someone does, a rotation is noticed this much later.
    pub fn cooldown(mut self, duration: Duration) -> Self {
        self.policy.cooldown = duration;
        self
    }

    /// Sets how long replaced secrets are accepted after the fetch that replaced them, for
    /// deliveries in flight; default 5 minutes.
    pub fn overlap(mut self, duration: Duration) -> Self {
        self.policy.overlap = duration;
        self
    }

    /// Sets the maximum number of endpoints whose secrets are kept, and of those whose failures are
    /// remembered; default 10,000 each, at least 1. Cooldowns are kept for ten times as many.
    ///
    /// Set it to at least twice the number of your endpoints. They are spread over up to 16 shards.
    /// A full shard evicts the least used of its endpoints, even if other shards have room, and
    /// these endpoints are then unavailable for the rest of the cooldown, and fetched again.
    pub fn max_entries(mut self, entries: usize) -> Self {
        self.policy.max_entries = entries.max(1);
        self
    }

    /// Sets how long a fetch may take once it is its turn, including its retries; default 10 seconds.
    pub fn timeout(mut self, duration: Duration) -> Self {
        self.policy.timeout = duration;
        self
    }

    /// Sets how often a fetch is retried within the timeout if the provider is not available;
    /// default 2.
    ///
    /// The pause before the first retry is 100 to 200 milliseconds and doubles each time. If the
    /// provider sends `Retry-After`, its value replaces the pause.
    pub fn retries(mut self, retries: u32) -> Self {
        self.policy.retries = retries;
        self
    }

    /// Sets how many fetches run at the same time for endpoints without cached secrets, and how many
    /// beside them for endpoints whose secrets are stale or do not match; further ones wait for their
    /// turn, and the deliveries that need them wait too, so give the server a timeout. Default 16, at
    /// least 1.
    pub fn concurrent_fetches(mut self, fetches: usize) -> Self {
        self.policy.concurrent_fetches = fetches.max(1);
        self
    }

    /// Sets how many fetches for endpoints without cached secrets may fail in each `window`,
    /// default 1,000 in 1 minute. Once as many are counted, such endpoints are
    /// [`Unavailable`](crate::fetch::FetchErrorKind::Unavailable) until the window ends.
    ///
    /// Anyone can make up endpoint ids. A fetch counts while it is in flight, and no longer if it
    /// brings secrets. Endpoints whose secrets are cached are not affected.
    pub fn cold_fetches(mut self, fetches: u32, window: Duration) -> Self {
        self.policy.cold_fetches = fetches;
        self.policy.cold_window = window;
        self
    }

    /// Sets the public URL of all verifiers, for a scheme that signs its URL; default none. That of
    /// the fetcher, [`Endpoint::public_url`](crate::fetch::Endpoint::public_url), always takes
    /// precedence. See [`Verifier::public_url`](crate::Verifier::public_url).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidPublicUrl`] if it is not `http://` or `https://` with a host and at most a
    /// path.
    pub fn public_url(mut self, url: &str) -> Result<Self, InvalidPublicUrl> {
        self.policy.public_url = Some(PublicUrl::new(url)?);
        Ok(self)
    }

    /// Sets the whole URL of all verifiers as it was registered, instead of
    /// [`public_url`](SecretCacheBuilder::public_url); see
    /// [`Verifier::exact_url`](crate::Verifier::exact_url).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidPublicUrl`] as [`Verifier::exact_url`](crate::Verifier::exact_url) does.
    pub fn exact_url(mut self, url: &str) -> Result<Self, InvalidPublicUrl> {
        self.policy.public_url = Some(PublicUrl::exact(url)?);
        Ok(self)
    }

    /// Sets how far from now a timestamp may be, in all verifiers; default
    /// [`Scheme::tolerance`].
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.policy.tolerance = tolerance;
        self
    }

    /// Sets the clock of all verifiers and of all durations above, except the timeout and the
    /// pauses between retries, which the runtime's timer measures; default
    /// [`SystemClock`](crate::clock::SystemClock).
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.policy.clock = Some(Arc::new(clock));
        self
    }

    /// Makes the cache. Nothing is fetched yet.
    #[must_use]
    pub fn build(self) -> SecretCache<F> {
        SecretCache::new(self.policy, self.fetcher)
    }
}

impl<F> fmt::Debug for SecretCacheBuilder<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretCacheBuilder").field("policy", &self.policy).finish_non_exhaustive()
    }
}
