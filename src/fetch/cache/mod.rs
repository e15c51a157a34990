//! The cache: a verifier for each endpoint, and one fetch at a time.

mod attempt;
pub(crate) mod builder;
pub(crate) mod entry;
mod events;
mod flight;
pub(crate) mod health;
mod inner;
mod pause;
mod policy;
mod quota;
mod store;

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "receive")]
use crate::clock::Clock;
use crate::fetch::SecretFetcher;
use crate::fetch::cache::builder::SecretCacheBuilder;
use crate::fetch::cache::entry::Resolved;
use crate::fetch::cache::flight::Flight;
use crate::fetch::cache::health::CacheHealth;
use crate::fetch::cache::inner::{Inner, Purpose};
use crate::fetch::cache::policy::Policy;
use crate::fetch::cache::store::Known;
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::FetchError;
use crate::metering::looked_up;
use crate::scheme::definition::Scheme;
#[cfg(feature = "receive")]
use crate::scheme::timestamp::Tolerance;
use crate::verify::verifier::Verifier;

/// Keeps a [`Verifier`] for each endpoint, with secrets from a [`SecretFetcher`].
///
/// The [module page](crate::fetch) has a table of its behavior, and [`SecretCache::builder`] sets
/// the numbers in that table. Clones share one cache. It needs a tokio runtime with its timer
/// enabled, in which each fetch is a task of its own: a caller that waits for a fetch may give up
/// without disturbing the others.
///
/// # Security
///
/// A secret that is revoked at the provider is accepted until the cache has noticed and the overlap
/// has passed. While deliveries come in, that takes `fresh_for` and `overlap` together, and twice
/// `fresh_for` where nothing runs between deliveries. For an endpoint that nobody has called for
/// longer, one delivery waits for a fetch, and the overlap begins with it. While the provider is down,
/// it takes `stale_for` and `overlap`. After a leak call [`SecretCache::invalidate`], which takes
/// effect at once.
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
/// let fetcher = move |_: EndpointId| std::future::ready(Ok(secret.clone()));
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
pub struct SecretCache<F>(Arc<Inner<F>>);

impl<F> SecretCache<F> {
    /// Starts to set up a cache for deliveries that are signed under `scheme`.
    pub fn builder(scheme: Scheme, fetcher: F) -> SecretCacheBuilder<F> {
        SecretCacheBuilder::new(scheme, fetcher)
    }

    fn new(policy: Policy, fetcher: F) -> Self {
        Self(Arc::new(Inner::new(policy, fetcher)))
    }

    /// Forgets an endpoint: its secrets, including replaced ones, and any failure. The next
    /// delivery waits for a new fetch, and the result of a fetch in flight is not kept.
    ///
    /// Call this when a secret has leaked.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Scheme, Secret};
    /// use tower_webhook::fetch::{EndpointId, SecretCache};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let secret = Secret::utf8("secret")?;
    /// # let fetcher = move |_: EndpointId| std::future::ready(Ok(secret.clone()));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    /// let endpoint = EndpointId::new("orders")?;
    /// cache.warm(&endpoint).await?;
    /// cache.invalidate(&endpoint);
    /// assert_eq!(cache.health().entries, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn invalidate(&self, endpoint: &EndpointId) {
        self.0.forget(endpoint);
    }

    /// The scheme whose deliveries are verified.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.0.policy.scheme
    }

    /// The current size of the cache, for metrics.
    #[must_use]
    pub fn health(&self) -> CacheHealth {
        let Inner { store, flights, .. } = &*self.0;
        let in_flight = flights.lock().len();
        CacheHealth { entries: store.entries(), failures: store.failures(), in_flight }
    }

    #[cfg(feature = "receive")]
    pub(crate) fn tolerance(&self) -> Tolerance {
        self.0.policy.tolerance
    }

    #[cfg(feature = "receive")]
    pub(crate) fn clock(&self) -> &dyn Clock {
        self.0.policy.clock()
    }
}

impl<F> SecretCache<F>
where
    F: SecretFetcher,
{
    /// Returns the verifier for an endpoint: at once if its secrets are cached and no refresh is
    /// overdue, otherwise after a fetch.
    ///
    /// Call this for each delivery instead of keeping the verifier, which does not change when the
    /// secrets do.
    ///
    /// # Errors
    ///
    /// Returns [`FetchError`] if no secrets are cached, and a fetch fails, has just failed or cannot be
    /// made; see [`FetchErrorKind`](crate::fetch::FetchErrorKind).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the fetch goes on for others, and its result is kept.
    pub async fn verifier(&self, endpoint: &EndpointId) -> Result<Arc<Verifier>, FetchError> {
        self.resolve(endpoint).await.map(|resolved| Arc::clone(resolved.verifier()))
    }

    /// Fetches the secrets of an endpoint unless fresh ones are cached. Call it at startup, so that
    /// the first delivery does not wait.
    ///
    /// It asks the provider even if a failure is remembered, unless the provider has asked us to
    /// wait, and does not count against [`SecretCacheBuilder::cold_fetches`]. So do not call it for
    /// an endpoint that a request names.
    ///
    /// # Errors
    ///
    /// Returns [`FetchError`] if the secrets cannot be fetched, even if older ones are still
    /// served.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the fetch goes on, and its result is kept.
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
    /// # let fetcher = move |_: EndpointId| std::future::ready(Ok(secret.clone()));
    /// # let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    /// for endpoint in ["orders", "invoices"] {
    ///     cache.warm(&EndpointId::new(endpoint)?).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn warm(&self, endpoint: &EndpointId) -> Result<(), FetchError> {
        let Inner { policy, store, .. } = &*self.0;
        match store.get(policy, endpoint, policy.now()) {
            Known::Fresh(_) => Ok(()),
            _ => self.0.fly(endpoint, Purpose::Warm)?.land().await.map(|_| ()),
        }
    }

    /// Returns a verifier with a secret that `seen` does not have, if one is cached or a fetch
    /// brings one. Call it after a delivery that did not match `seen`, and verify the delivery once
    /// more, so that a rotation loses none; the chapter `secrets` of the [manual](crate::manual)
    /// shows how.
    ///
    /// Anyone can send a delivery that does not match, so this fetches at most once per
    /// [`SecretCacheBuilder::cooldown`] for each endpoint, and otherwise only waits for a fetch
    /// that is already in flight.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the fetch goes on for others, and its result is kept.
    pub async fn after_mismatch(
        &self,
        endpoint: &EndpointId,
        seen: &Arc<Verifier>,
    ) -> Option<Arc<Verifier>> {
        self.renew(endpoint, seen).await.map(|newer| Arc::clone(newer.verifier()))
    }

    /// As [`SecretCache::after_mismatch`], with the canonical id of the endpoint.
    pub(crate) async fn renew(
        &self,
        endpoint: &EndpointId,
        seen: &Arc<Verifier>,
    ) -> Option<Resolved> {
        // Twice, because a fetch that was already in flight may have begun before the rotation.
        for _ in 0..2 {
            if let Some(newer) = self.newer(endpoint, seen) {
                return Some(newer);
            }
            let flight = self.0.fly(endpoint, Purpose::Mismatch).ok();
            let joined = matches!(flight, Some(Flight::Joined(_)));
            if let Some(flight) = flight {
                // Ignored: what counts is the entry that is kept afterwards.
                let _ = flight.land().await;
            }
            if !joined {
                break;
            }
        }
        self.newer(endpoint, seen)
    }

    /// As [`SecretCache::verifier`], with the canonical id of the endpoint.
    pub(crate) async fn resolve(&self, endpoint: &EndpointId) -> Result<Resolved, FetchError> {
        if let Some(known) = self.ready(endpoint) {
            return known;
        }
        let Inner { policy, store, .. } = &*self.0;
        let (now, scheme) = (policy.now(), policy.scheme.name());
        let Known::Stale(entry) = store.get(policy, endpoint, now) else {
            looked_up(scheme, "miss");
            return self.0.fly(endpoint, Purpose::Cold)?.land().await;
        };
        // One delivery waits for the refresh. The others do not, lest a provider that is down holds
        // them all up.
        if !entry.refresh.claim(now, policy.timeout) {
            looked_up(scheme, "stale");
            return Ok(entry.resolve(now));
        }
        looked_up(scheme, "miss");
        let outcome = match self.0.fly(endpoint, Purpose::Refresh) {
            Ok(flight) => flight.land().await,
            Err(error) => Err(error),
        };
        outcome.or_else(|error| {
            let now = policy.now();
            // They are gone if they have expired, or the provider says that there are none.
            self.0.entry(endpoint, now).map(|entry| entry.resolve(now)).ok_or(error)
        })
    }

    /// Returns the secrets or the failure, if either is known without waiting. Stale secrets start
    /// one fetch in the background.
    ///
    /// Where nothing runs between deliveries, what is in the background never ends. So a refresh that
    /// is overdue is waited for.
    pub(crate) fn ready(&self, endpoint: &EndpointId) -> Option<Result<Resolved, FetchError>> {
        let Inner { policy, store, .. } = &*self.0;
        let (now, scheme) = (policy.now(), policy.scheme.name());
        match store.get(policy, endpoint, now) {
            Known::Fresh(entry) => {
                looked_up(scheme, "fresh");
                Some(Ok(entry.resolve(now)))
            }
            Known::Stale(entry) => {
                if self.0.may_refresh(&entry, now) {
                    if entry.is_overdue(policy, now) || self.0.is_in_flight(endpoint) {
                        return None;
                    }
                    if entry.refresh.claim(now, policy.timeout) {
                        // Ignored: without a runtime there is no background, and a later request
                        // retries.
                        let _ = self.0.fly(endpoint, Purpose::Refresh);
                    }
                }
                looked_up(scheme, "stale");
                Some(Ok(entry.resolve(now)))
            }
            Known::Failed(error) => {
                looked_up(scheme, "failed");
                Some(Err(error))
            }
            Known::Nothing => None,
        }
    }

    fn newer(&self, endpoint: &EndpointId, seen: &Arc<Verifier>) -> Option<Resolved> {
        let now = self.0.policy.now();
        let entry = self.0.entry(endpoint, now)?;
        let newer = entry.resolve(now);
        (!Arc::ptr_eq(newer.verifier(), seen) && newer.exceeds(seen)).then_some(newer)
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
            .field("health", &self.health())
            .finish_non_exhaustive()
    }
}
