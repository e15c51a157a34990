//! The numbers of the policy.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::fetch::cache::SecretCache;
use crate::fetch::cache::shared::Shared;
use crate::scheme::definition::Scheme;
use crate::scheme::timestamp::Tolerance;
use crate::verify::url::InvalidPublicUrl;
use crate::verify::url::PublicUrl;

/// The most of a provider's `Retry-After` that is heeded, so that one wrong number does not lock
/// us out.
pub(super) const MAX_RETRY_AFTER: Duration = Duration::from_secs(5 * 60);

/// Sets up a [`SecretCache`]; made by [`SecretCache::builder`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::{Scheme, Secret};
/// use tower_webhook::fetch::{EndpointId, FetchError, SecretCache};
///
/// async fn fetch(endpoint: EndpointId) -> Result<Vec<Secret>, FetchError> {
///     # let _ = endpoint;
///     // …
///     # Ok(Vec::new())
/// }
///
/// let cache = SecretCache::builder(Scheme::GITHUB, fetch)
///     .fresh_for(Duration::from_secs(60))
///     .stale_for(Duration::from_secs(3600))
///     .build();
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

    /// How long secrets are served without asking the provider again. The default is 5 minutes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
    ///     .fresh_for(Duration::from_secs(60))
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("fresh_for: 60s"));
    /// ```
    pub fn fresh_for(mut self, duration: Duration) -> Self {
        self.policy.fresh_for = duration;
        self
    }

    /// How long after their fetch secrets are served while no newer ones can be had. The default
    /// is 24 hours.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
    ///     .stale_for(Duration::from_secs(60 * 60))
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("stale_for: 3600s"));
    /// ```
    pub fn stale_for(mut self, duration: Duration) -> Self {
        self.policy.stale_for = duration;
        self
    }

    /// How long it is remembered that an endpoint does not exist or has no valid secret. The
    /// default is 1 minute.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
    ///     .negative_for(Duration::from_secs(10))
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("negative_for: 10s"));
    /// ```
    pub fn negative_for(mut self, duration: Duration) -> Self {
        self.policy.negative_for = duration;
        self
    }

    /// How long after any other failure the provider is not asked again about the same endpoint,
    /// unless it asks for longer. The default is 5 seconds.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
    ///     .failure_for(Duration::from_secs(1))
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("failure_for: 1s"));
    /// ```
    pub fn failure_for(mut self, duration: Duration) -> Self {
        self.policy.failure_for = duration;
        self
    }

    /// How long after a mismatch another one does not cause a fetch for the same endpoint. The
    /// default is 10 seconds.
    ///
    /// Anyone can cause mismatches, so this is what keeps them from driving our calls to the
    /// provider. While someone does, a rotation is noticed this much later.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
    ///     .cooldown(Duration::from_secs(30))
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("cooldown: 30s"));
    /// ```
    pub fn cooldown(mut self, duration: Duration) -> Self {
        self.policy.cooldown = duration;
        self
    }

    /// How long replaced secrets are accepted after the fetch that replaced them, for deliveries
    /// that are on their way. The default is 5 minutes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
    ///     .overlap(Duration::from_secs(60))
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("overlap: 60s"));
    /// ```
    pub fn overlap(mut self, duration: Duration) -> Self {
        self.policy.overlap = duration;
        self
    }

    /// The most endpoints whose secrets are kept, and the most whose failures are remembered. The
    /// default is 10,000 each, the least is 1.
    ///
    /// Set it well above the number of your endpoints: when there is no room, the least used
    /// endpoints are fetched again and again.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
    ///     .max_entries(100_000)
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("max_entries: 100000"));
    /// ```
    pub fn max_entries(mut self, entries: u64) -> Self {
        self.policy.max_entries = entries.max(1);
        self
    }

    /// How long a fetch may take, with all its retries and its wait for a turn. The default is 10
    /// seconds.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
    ///     .timeout(Duration::from_secs(3))
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("timeout: 3s"));
    /// ```
    pub fn timeout(mut self, duration: Duration) -> Self {
        self.policy.timeout = duration;
        self
    }

    /// How often a fetch is tried again when the provider is not available, within the time-out.
    /// The default is 2.
    ///
    /// The pause before the first retry is 100 to 200 milliseconds and doubles each time. What
    /// the provider asks for in `Retry-After` takes its place.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
    ///     .retries(0)
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("retries: 0"));
    /// ```
    pub fn retries(mut self, retries: u32) -> Self {
        self.policy.retries = retries;
        self
    }

    /// How many fetches run at the same time; others wait for their turn. The default is 16, the
    /// least is 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
    ///     .concurrent_fetches(4)
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("concurrent_fetches: 4"));
    /// ```
    pub fn concurrent_fetches(mut self, fetches: usize) -> Self {
        self.policy.concurrent_fetches = fetches.max(1);
        self
    }

    /// How many fetches for endpoints without secrets may come to nothing in each `window`; after
    /// them such endpoints are [`Unavailable`](crate::fetch::FetchErrorKind::Unavailable) until the window
    /// is over. The default is 1,000 in 1 minute.
    ///
    /// Anyone can make up endpoint ids. Fetches that bring secrets do not count once they have
    /// landed, and endpoints whose secrets are here are not affected.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
    ///     .cold_fetches(100, Duration::from_secs(60))
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("cold_fetches: 100"));
    /// ```
    pub fn cold_fetches(mut self, fetches: u32, window: Duration) -> Self {
        self.policy.cold_fetches = fetches;
        self.policy.cold_window = window;
        self
    }

    /// Sets what senders call, in all verifiers, for a scheme that signs its URL; see
    /// [`Verifier::public_url`](crate::Verifier::public_url).
    ///
    /// # Errors
    ///
    /// When it is not `http://` or `https://` with a host and at most a path.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// use tower_webhook::verify::InvalidPublicUrl;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let builder = SecretCache::builder(Scheme::SQUARE, fetcher);
    /// let cache = builder.public_url("https://hooks.example.com")?.build();
    /// # Ok::<(), tower_webhook::verify::InvalidPublicUrl>(())
    /// ```
    pub fn public_url(mut self, url: &str) -> Result<Self, InvalidPublicUrl> {
        self.policy.public_url = Some(PublicUrl::new(url)?);
        Ok(self)
    }

    /// Replaces the scheme's own tolerance in all verifiers.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::{Scheme, Tolerance};
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::VELT, fetcher)
    ///     .tolerance(Tolerance::symmetric(Duration::from_secs(60)))
    ///     .build();
    /// # assert!(format!("{cache:?}").contains("past: 60s"));
    /// ```
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.policy.tolerance = tolerance;
        self
    }

    /// Replaces the system's clock, in all verifiers and for all of the above but the time-out and
    /// the pauses between retries, for which the runtime's timer is asked.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::EndpointId;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let secret = Secret::utf8("secret")?;
    /// # let fetcher = move |_: EndpointId| std::future::ready(Ok(vec![secret.clone()]));
    /// let then = OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
    /// let cache = SecretCache::builder(Scheme::SLACK, fetcher).clock(move || then).build();
    ///
    /// let headers = Scheme::SLACK.signer("secret")?.sign(None, then, b"{}")?;
    /// let verifier = cache.verifier(&EndpointId::new("commands")?).await?;
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// # Ok(())
    /// # }
    /// ```
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.policy.clock = Arc::new(clock);
        self
    }

    /// Makes the cache. Nothing is fetched yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    /// use tower_webhook::fetch::SecretCache;
    /// # use tower_webhook::Secret;
    /// # use tower_webhook::fetch::{EndpointId, FetchError};
    ///
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    /// // Clones share what is fetched.
    /// let same = cache.clone();
    /// # assert_eq!(same.scheme(), Scheme::GITHUB);
    /// ```
    #[must_use]
    pub fn build(self) -> SecretCache<F> {
        SecretCache(Arc::new(Shared::new(self.policy, self.fetcher)))
    }
}

impl<F> fmt::Debug for SecretCacheBuilder<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretCacheBuilder").field("policy", &self.policy).finish_non_exhaustive()
    }
}

pub(super) struct Policy {
    pub(super) scheme: Scheme,
    pub(super) tolerance: Tolerance,
    pub(super) public_url: Option<PublicUrl>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) fresh_for: Duration,
    pub(super) stale_for: Duration,
    pub(super) negative_for: Duration,
    pub(super) failure_for: Duration,
    pub(super) cooldown: Duration,
    pub(super) overlap: Duration,
    pub(super) max_entries: u64,
    pub(super) timeout: Duration,
    pub(super) retries: u32,
    pub(super) concurrent_fetches: usize,
    pub(super) cold_fetches: u32,
    pub(super) cold_window: Duration,
}

impl Policy {
    fn new(scheme: Scheme) -> Self {
        Self {
            scheme,
            tolerance: scheme.tolerance(),
            public_url: None,
            clock: Arc::new(SystemClock),
            fresh_for: Duration::from_secs(5 * 60),
            stale_for: Duration::from_secs(24 * 60 * 60),
            negative_for: Duration::from_secs(60),
            failure_for: Duration::from_secs(5),
            cooldown: Duration::from_secs(10),
            overlap: Duration::from_secs(5 * 60),
            max_entries: 10_000,
            timeout: Duration::from_secs(10),
            retries: 2,
            concurrent_fetches: 16,
            cold_fetches: 1000,
            cold_window: Duration::from_secs(60),
        }
    }

    /// The longest time for which an endpoint with secrets is left alone.
    pub(super) fn longest_wait(&self) -> Duration {
        MAX_RETRY_AFTER.max(self.timeout).max(self.failure_for).max(self.cooldown)
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("scheme", &self.scheme)
            .field("tolerance", &self.tolerance)
            .field("fresh_for", &self.fresh_for)
            .field("stale_for", &self.stale_for)
            .field("negative_for", &self.negative_for)
            .field("failure_for", &self.failure_for)
            .field("cooldown", &self.cooldown)
            .field("overlap", &self.overlap)
            .field("max_entries", &self.max_entries)
            .field("timeout", &self.timeout)
            .field("retries", &self.retries)
            .field("concurrent_fetches", &self.concurrent_fetches)
            .field("cold_fetches", &self.cold_fetches)
            .field("cold_window", &self.cold_window)
            .finish_non_exhaustive()
    }
}
