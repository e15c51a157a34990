//! How full a cache is.

/// How full a [`SecretCache`](crate::fetch::SecretCache) is at the moment, for metrics.
///
/// # Examples
///
/// ```
/// use tower_webhook::fetch::{CacheHealth, EndpointId, SecretCache};
/// use tower_webhook::{Scheme, Secret};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let secret = Secret::utf8("secret")?;
/// # let fetcher = move |_: EndpointId| std::future::ready(Ok(secret.clone()));
/// let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
/// cache.warm(&EndpointId::new("orders")?).await?;
///
/// let CacheHealth { entries, failures, in_flight, .. } = cache.health();
/// assert_eq!((entries, failures, in_flight), (1, 0, 0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheHealth {
    /// The endpoints whose secrets are cached, expired ones that nobody has asked for since
    /// included.
    pub entries: usize,
    /// The endpoints whose failures are remembered, expired ones included.
    pub failures: usize,
    /// The fetches that run or wait for their turn.
    pub in_flight: usize,
}
