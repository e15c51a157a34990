//! The size of a cache, for metrics.

/// The current size of a [`SecretCache`](crate::fetch::SecretCache), for metrics.
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
    /// The number of endpoints whose secrets are cached, including expired ones that have not been
    /// requested since.
    pub entries: usize,
    /// The number of endpoints whose failures are remembered, including expired ones.
    pub failures: usize,
    /// The number of fetches that run or wait for their turn.
    pub in_flight: usize,
}
