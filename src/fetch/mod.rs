//! Secrets from a provider's API, a database, or a secret store.
//!
//! A [`SecretFetcher`] fetches the secrets of one endpoint, once per call. For a server, wrap it in
//! a `SecretCache` (feature `fetch`), which serves a [`Verifier`](crate::Verifier) for each
//! endpoint and keeps it up to date:
//!
//! | what happens | what the cache does |
//! |---|---|
//! | secrets are younger than `fresh_for` | serves them |
//! | secrets are older than that | serves them, and fetches once in the background |
//! | that fetch is overdue | lets one delivery wait for it: after `timeout`, or at twice `fresh_for` |
//! | the provider is down, rejects our credentials, or returns a malformed response | goes on serving the secrets until `stale_for` |
//! | the provider says that there is no such endpoint, or twice that it has no secret | forgets its secrets, and remembers that for `negative_for` |
//! | many requests wait for the same endpoint | answers them all with one fetch |
//! | a fetch fails | remembers the failure for `failure_for` |
//! | the provider asks us to wait | asks about no endpoint until then, up to 5 minutes |
//! | a signature does not match | fetches again, at most once per `cooldown` and endpoint |
//! | a fetch brings other secrets | accepts the replaced ones for `overlap`, then never again |
//! | many unknown endpoints are requested | makes no more fetches for them than `cold_fetches` |
//!
//! The chapter `secrets` of the [manual](crate::manual) covers rotations, outages and leaks, and
//! how to choose the numbers. `Velt` and `Spaaza` (features of the same names) fetch from the APIs
//! of these two providers, over a `Client`, with credentials that are fixed or come from a
//! `CredentialSource`: see the chapter `credentials`.
//!
//! # Examples
//!
//! A closure is a fetcher:
//!
//! ```
//! use tower_webhook::Secret;
//! use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretFetcher as _};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fetcher = |endpoint: EndpointId| async move {
//!     match endpoint.as_str() {
//!         "orders" => Ok(Secret::utf8("secret").map_err(|_| FetchErrorKind::Malformed)?),
//!         _ => Err(FetchError::new(FetchErrorKind::NotFound)),
//!     }
//! };
//! assert_eq!(fetcher.fetch(&EndpointId::new("orders")?).await?.secrets().len(), 1);
//! assert!(fetcher.fetch(&EndpointId::new("invoices")?).await.is_err());
//! # Ok(())
//! # }
//! ```
//!
//! With a cache around it, for a secret store that keeps the current and the previous version of
//! each secret:
//!
//! ```
//! # #[cfg(feature = "fetch")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::collections::HashMap;
//!
//! use tower_webhook::fetch::{
//!     Endpoint, EndpointId, FetchError, FetchErrorKind, SecretCache, SecretFetcher,
//! };
//! use tower_webhook::{Scheme, Secret};
//!
//! struct SecretStore {
//!     /// The newest version first.
//!     versions: HashMap<&'static str, Vec<Secret>>,
//! }
//!
//! impl SecretFetcher for SecretStore {
//!     async fn fetch(&self, endpoint: &EndpointId) -> Result<Endpoint, FetchError> {
//!         match self.versions.get(endpoint.as_str()) {
//!             Some(secrets) => Ok(Endpoint::new(&secrets[..])),
//!             None => Err(FetchError::new(FetchErrorKind::NotFound)),
//!         }
//!     }
//! }
//!
//! let versions = vec![Secret::utf8("new secret")?, Secret::utf8("old secret")?];
//! let store = SecretStore { versions: HashMap::from([("orders", versions)]) };
//! let cache = SecretCache::builder(Scheme::GITHUB, store).build();
//!
//! let verifier = cache.verifier(&EndpointId::new("orders")?).await?;
//! let now = time::OffsetDateTime::now_utc();
//! let headers = Scheme::GITHUB.signer("old secret")?.sign(None, now, b"{}")?;
//! assert_eq!(verifier.verify(&headers, b"{}")?.secret_index(), 1);
//!
//! let unknown = cache.verifier(&EndpointId::new("invoices")?).await.unwrap_err();
//! assert_eq!(unknown.kind(), FetchErrorKind::NotFound);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "fetch"))]
//! # fn main() {}
//! ```

#[cfg(feature = "fetch")]
pub(crate) mod cache;
#[cfg(any(feature = "velt", feature = "spaaza"))]
pub(crate) mod client;
pub(crate) mod endpoint;
pub(crate) mod error;
#[cfg(feature = "spaaza")]
pub(crate) mod spaaza;
#[cfg(feature = "velt")]
pub(crate) mod velt;

use std::future::Future;
use std::sync::Arc;

#[cfg(feature = "fetch")]
pub use self::cache::SecretCache;
#[cfg(feature = "fetch")]
pub use self::cache::builder::SecretCacheBuilder;
#[cfg(feature = "fetch")]
pub use self::cache::health::CacheHealth;
#[cfg(any(feature = "velt", feature = "spaaza"))]
pub use self::client::source::CredentialSource;
#[cfg(any(feature = "velt", feature = "spaaza"))]
pub use self::client::{Client, InvalidClient};
pub use self::endpoint::{Endpoint, EndpointId, InvalidEndpointId};
pub use self::error::{FetchError, FetchErrorKind};
#[cfg(feature = "spaaza")]
pub use self::spaaza::Spaaza;
#[cfg(feature = "velt")]
pub use self::velt::Velt;

/// Fetches the secrets of an endpoint from wherever they are kept.
///
/// A fetcher asks once. It neither caches nor retries: that is the task of `SecretCache`.
///
/// Closures from an [`EndpointId`] to a future are fetchers too, and their future may return
/// anything that converts into an [`Endpoint`], such as one [`Secret`](crate::Secret) or a `Vec` of
/// them.
///
/// # Security
///
/// An endpoint id usually comes from the path of a request that is not verified yet. Look it up;
/// never build a path or a query from it without escaping. An id that is not one of yours is
/// [`FetchErrorKind::NotFound`].
///
/// # Examples
///
/// One secret for all endpoints, from a file that is replaced together with the secret:
///
/// ```
/// use std::path::PathBuf;
///
/// use tower_webhook::Secret;
/// use tower_webhook::fetch::{Endpoint, EndpointId, FetchError, FetchErrorKind, SecretFetcher};
///
/// struct File(PathBuf);
///
/// impl SecretFetcher for File {
///     async fn fetch(&self, _: &EndpointId) -> Result<Endpoint, FetchError> {
///         let unavailable = |error| FetchError::new(FetchErrorKind::Unavailable).with_source(error);
///         let text = std::fs::read_to_string(&self.0).map_err(unavailable)?;
///         let secret = Secret::utf8(text.trim_end())
///             .map_err(|error| FetchError::new(FetchErrorKind::Malformed).with_source(error))?;
///         Ok(Endpoint::from(secret))
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let none = File("/nonexistent".into()).fetch(&EndpointId::new("orders")?).await.unwrap_err();
/// # assert_eq!(none.kind(), FetchErrorKind::Unavailable);
/// # Ok(())
/// # }
/// ```
pub trait SecretFetcher: Send + Sync + 'static {
    /// Fetches the secrets that are valid for `endpoint` now, the newest first and at most 16.
    ///
    /// Without any, the endpoint exists but has no valid secret: its deliveries are rejected, as
    /// with [`FetchErrorKind::NotFound`]. If the cache has secrets, it believes that at the second
    /// such answer.
    ///
    /// # Errors
    ///
    /// Returns [`FetchErrorKind::NotFound`] only if the provider says so, because this kind alone
    /// makes the cache forget secrets that it has. Returns any other kind if the secrets could not
    /// be fetched.
    ///
    /// # Cancel safety
    ///
    /// The cache drops the future when the timeout of the fetch expires, and otherwise only if the
    /// runtime shuts down.
    fn fetch(
        &self,
        endpoint: &EndpointId,
    ) -> impl Future<Output = Result<Endpoint, FetchError>> + Send;
}

impl<F, Fut, E> SecretFetcher for F
where
    F: Fn(EndpointId) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<E, FetchError>> + Send,
    E: Into<Endpoint>,
{
    async fn fetch(&self, endpoint: &EndpointId) -> Result<Endpoint, FetchError> {
        self(endpoint.clone()).await.map(Into::into)
    }
}

impl<T: SecretFetcher> SecretFetcher for Arc<T> {
    async fn fetch(&self, endpoint: &EndpointId) -> Result<Endpoint, FetchError> {
        T::fetch(self, endpoint).await
    }
}
