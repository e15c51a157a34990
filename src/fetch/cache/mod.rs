//! Verifiers by endpoint: fresh, stale, absent, and one fetch at a time.

pub(crate) mod builder;
pub(crate) mod entry;
pub(crate) mod fetching;
pub(crate) mod moment;
pub(crate) mod shared;

use std::fmt;
use std::sync::Arc;

pub use self::builder::SecretCacheBuilder;
#[cfg(feature = "receive")]
use crate::error::VerifyError;
use crate::fetch::SecretFetcher;
#[cfg(feature = "receive")]
use crate::fetch::cache::builder::Policy;
use crate::fetch::cache::entry::Age;
use crate::fetch::cache::shared::{Flight, Purpose, Shared};
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::FetchError;
#[cfg(feature = "receive")]
use crate::head::Head;
#[cfg(feature = "receive")]
use crate::head::envelope::{Envelope, Terms};
#[cfg(feature = "receive")]
use crate::head::list::Algorithms;
use crate::scheme::definition::Scheme;
#[cfg(all(feature = "receive", feature = "replay"))]
use crate::scheme::timestamp::Tolerance;
#[cfg(feature = "receive")]
use crate::verify::url::PublicUrl;
use crate::verify::verifier::Verifier;

/// Keeps a [`Verifier`] for each endpoint, with secrets from a [`SecretFetcher`].
///
/// Clones share one cache. It needs a tokio runtime with its timer enabled, in which the fetches
/// are tasks of their own: who waits for one may give up without disturbing the others.
///
/// | what happens | what the cache does |
/// |---|---|
/// | secrets are younger than `fresh_for` | serves them |
/// | older than that | serves them, and fetches once in the background |
/// | the provider is down, denies us or talks nonsense | goes on serving them until `stale_for` |
/// | the provider says there is no such endpoint | forgets them, and remembers that for `negative_for` |
/// | many wait for the same endpoint | one fetch answers them all |
/// | a fetch fails | remembers it for `failure_for`, or as long as the provider asks, up to 5 minutes |
/// | a signature does not match | fetches again, at most once per `cooldown` and endpoint |
/// | a fetch brings other secrets | accepts the replaced ones for `overlap`, then never again |
/// | many unknown endpoints are asked for | fetches no more of them than `cold_fetches` |
///
/// All of these numbers are set on [`SecretCache::builder`], which documents the defaults.
///
/// # Security
///
/// A secret that is revoked at the provider is accepted until the cache has heard of it and the
/// overlap is over. While deliveries come in, that is `fresh_for` and `overlap` together. For an
/// endpoint that nobody has called for longer, or while the provider is down, it is `stale_for`
/// and `overlap`. After a leak call [`SecretCache::invalidate`], which is at once.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::{Scheme, Secret};
/// use tower_webhook::fetch::{EndpointId, SecretCache};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = Secret::utf8("It's a Secret to Everybody")?;
/// let fetcher = move |_: EndpointId| std::future::ready(Ok(vec![secret.clone()]));
/// let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
///     .fresh_for(Duration::from_secs(60))
///     .build();
///
/// let endpoint = EndpointId::new("orders")?;
/// cache.warm(&endpoint).await?;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert(
///     "x-hub-signature-256",
///     "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17".parse()?,
/// );
/// cache.verifier(&endpoint).await?.verify(&headers, b"Hello, World!")?;
/// # Ok(())
/// # }
/// ```
pub struct SecretCache<F>(Arc<Shared<F>>);

impl<F> SecretCache<F> {
    /// Starts the set-up of a cache for deliveries signed under `scheme`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Scheme, Secret};
    /// use tower_webhook::fetch::{EndpointId, FetchError, SecretCache};
    ///
    /// let secret = Secret::utf8("It's a Secret to Everybody")?;
    /// let fetcher = move |_: EndpointId| std::future::ready(Ok::<_, FetchError>(vec![secret.clone()]));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    /// # assert_eq!(cache.scheme(), Scheme::GITHUB);
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn builder(scheme: Scheme, fetcher: F) -> SecretCacheBuilder<F> {
        SecretCacheBuilder::new(scheme, fetcher)
    }

    /// Forgets an endpoint: its secrets, replaced ones included, and any failure. The next
    /// delivery waits for a fetch, and a fetch that is already on its way is not remembered.
    ///
    /// This is what to do when a secret has leaked.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU32, Ordering};
    ///
    /// use tower_webhook::{Scheme, Secret};
    /// use tower_webhook::fetch::{EndpointId, SecretCache};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let fetches = Arc::new(AtomicU32::new(0));
    /// let fetcher = {
    ///     let fetches = Arc::clone(&fetches);
    ///     let secret = Secret::utf8("secret")?;
    ///     move |_: EndpointId| {
    ///         fetches.fetch_add(1, Ordering::Relaxed);
    ///         std::future::ready(Ok(vec![secret.clone()]))
    ///     }
    /// };
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    /// let endpoint = EndpointId::new("orders")?;
    /// cache.verifier(&endpoint).await?;
    /// cache.verifier(&endpoint).await?;
    /// assert_eq!(fetches.load(Ordering::Relaxed), 1);
    ///
    /// cache.invalidate(&endpoint);
    /// cache.verifier(&endpoint).await?;
    /// assert_eq!(fetches.load(Ordering::Relaxed), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn invalidate(&self, endpoint: &EndpointId) {
        self.0.invalidate(endpoint);
    }

    /// The scheme whose deliveries are verified.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tower_webhook::{Scheme, Secret};
    /// # use tower_webhook::fetch::{EndpointId, FetchError, SecretCache};
    /// # let fetcher = |_: EndpointId| std::future::ready(Ok::<_, FetchError>(Vec::<Secret>::new()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    /// assert_eq!(cache.scheme(), Scheme::GITHUB);
    /// ```
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.0.policy.scheme
    }

    #[cfg(all(feature = "receive", feature = "replay"))]
    pub(crate) fn tolerance(&self) -> Tolerance {
        self.0.policy.tolerance
    }

    /// Reads a head and checks its time, for whatever endpoint it is. Which keys there are is not
    /// known yet, so signatures of every algorithm are read.
    #[cfg(feature = "receive")]
    pub(crate) fn open<'h>(&'h self, head: Head<'h>) -> Result<Envelope<'h>, VerifyError> {
        let Policy { scheme, tolerance, public_url, clock, .. } = &self.0.policy;
        let terms = Terms {
            scheme: *scheme,
            algorithms: Algorithms::ALL,
            tolerance: *tolerance,
            public_url: public_url.as_ref().map(PublicUrl::as_arc),
        };
        Envelope::open(terms, head, || clock.now().into())
    }
}

impl<F> SecretCache<F>
where
    F: SecretFetcher,
{
    /// The verifier for an endpoint: at once if its secrets are here, otherwise after a fetch.
    ///
    /// Ask again for each delivery instead of keeping the verifier, because it does not change
    /// when the secrets do.
    ///
    /// # Errors
    ///
    /// When there are no secrets to serve and they cannot be fetched, or could not just now; see
    /// [`FetchErrorKind`](crate::fetch::FetchErrorKind).
    ///
    /// # Cancel safety
    ///
    /// The fetch goes on for others, and its result is kept.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tower_webhook::Scheme;
    /// # use tower_webhook::fetch::{EndpointId, FetchErrorKind, SecretCache};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// #
    /// # let fetcher = |_: EndpointId| std::future::ready(Err(FetchErrorKind::NotFound.into()));
    /// # let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    /// let error = cache.verifier(&EndpointId::new("made-up")?).await.unwrap_err();
    /// assert_eq!(error.kind(), FetchErrorKind::NotFound);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn verifier(&self, endpoint: &EndpointId) -> Result<Arc<Verifier>, FetchError> {
        match self.ready(endpoint) {
            Some(verifier) => Ok(verifier),
            None => self.0.fly(endpoint, Purpose::Cold)?.land().await,
        }
    }

    /// Fetches the secrets of an endpoint unless fresh ones are here: for start-up, so that the
    /// first delivery does not wait.
    ///
    /// This asks the provider even if a failure is remembered, and does not count against
    /// [`SecretCacheBuilder::cold_fetches`]. It is not for endpoints that a request names.
    ///
    /// # Errors
    ///
    /// When the secrets cannot be fetched, even if older ones are still served.
    ///
    /// # Cancel safety
    ///
    /// The fetch goes on, and its result is kept.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tower_webhook::{Scheme, Secret};
    /// # use tower_webhook::fetch::{EndpointId, SecretCache};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// #
    /// # let secret = Secret::utf8("secret")?;
    /// # let fetcher = move |_: EndpointId| std::future::ready(Ok(vec![secret.clone()]));
    /// # let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    /// for endpoint in ["orders", "invoices"] {
    ///     cache.warm(&EndpointId::new(endpoint)?).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn warm(&self, endpoint: &EndpointId) -> Result<(), FetchError> {
        let now = self.0.now();
        match self.0.known(endpoint) {
            Some(entry) if self.0.age(&entry, now) == Age::Fresh => Ok(()),
            _ => self.0.fly(endpoint, Purpose::Warm)?.land().await.map(|_| ()),
        }
    }

    /// After a delivery whose signature `seen` did not match: a verifier with a secret that `seen`
    /// does not have, if there is one or a fetch brings one. Verify the delivery once more with it,
    /// and a rotation costs none.
    ///
    /// Anyone can send what does not match, so it fetches at most once per
    /// [`SecretCacheBuilder::cooldown`] for each endpoint, and otherwise only waits for a fetch that
    /// is on its way already.
    ///
    /// # Cancel safety
    ///
    /// The fetch goes on for others, and its result is kept.
    ///
    /// # Examples
    ///
    /// Where nothing has changed, there is nothing to try again with:
    ///
    /// ```
    /// # use tower_webhook::{Scheme, Secret};
    /// # use tower_webhook::fetch::{EndpointId, SecretCache};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// #
    /// # let secret = Secret::utf8("secret")?;
    /// # let fetcher = move |_: EndpointId| std::future::ready(Ok(vec![secret.clone()]));
    /// # let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    /// let endpoint = EndpointId::new("orders")?;
    /// let verifier = cache.verifier(&endpoint).await?;
    /// assert!(cache.after_mismatch(&endpoint, &verifier).await.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn after_mismatch(
        &self,
        endpoint: &EndpointId,
        seen: &Arc<Verifier>,
    ) -> Option<Arc<Verifier>> {
        // A fetch that somebody else had sent off may be from before the rotation, so that one of
        // our own may still be needed.
        for _ in 0..2 {
            if let Some(newer) = self.newer(endpoint, seen) {
                return Some(newer);
            }
            let flight = self.0.fly(endpoint, Purpose::Mismatch).ok();
            let joined = matches!(flight, Some(Flight::Joined(_)));
            if let Some(flight) = flight {
                // What counts is what is kept afterwards.
                let _ = flight.land().await;
            }
            if !joined {
                break;
            }
        }
        self.newer(endpoint, seen)
    }

    /// What can be served without waiting. Stale secrets start one fetch in the background.
    pub(crate) fn ready(&self, endpoint: &EndpointId) -> Option<Arc<Verifier>> {
        let entry = self.0.known(endpoint)?;
        let now = self.0.now();
        match self.0.age(&entry, now) {
            Age::Expired => return None,
            Age::Stale if entry.claim_refresh(&self.0.policy, now) => {
                // Without a runtime there is no background, and a later request tries again.
                let _ = self.0.fly(endpoint, Purpose::Refresh);
            }
            Age::Stale | Age::Fresh => {}
        }
        Some(Arc::clone(entry.verifier(now)))
    }

    fn newer(&self, endpoint: &EndpointId, seen: &Arc<Verifier>) -> Option<Arc<Verifier>> {
        let entry = self.0.known(endpoint)?;
        let now = self.0.now();
        if self.0.age(&entry, now) == Age::Expired {
            return None;
        }
        let verifier = entry.verifier(now);
        let newer = !Arc::ptr_eq(verifier, seen) && entry.exceeds(seen);
        newer.then(|| Arc::clone(verifier))
    }
}

impl<F> Clone for SecretCache<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F> fmt::Debug for SecretCache<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretCache")
            .field("policy", &self.0.policy)
            .field("entries", &self.0.entries())
            .finish_non_exhaustive()
    }
}
