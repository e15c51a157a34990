//! Where secrets come from, when they are not in the configuration.

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

pub use self::cache::{SecretCache, SecretCacheBuilder};
#[cfg(any(feature = "velt", feature = "spaaza"))]
pub use self::client::InvalidProvider;
pub use self::endpoint::{EndpointId, InvalidEndpointId};
pub use self::error::{FetchError, FetchErrorKind};
#[cfg(feature = "spaaza")]
pub use self::spaaza::Spaaza;
#[cfg(feature = "velt")]
pub use self::velt::Velt;
use crate::secret::Secret;

/// Fetches the secrets of an endpoint from wherever they are kept.
///
/// A fetcher asks once and answers. Everything around that is the work of [`SecretCache`]: it
/// remembers the answer, shares one fetch among all who wait for it, limits its time, tries again
/// after a passing failure, and keeps good secrets while the provider is down.
///
/// Closures from an [`EndpointId`] to a future are fetchers too.
///
/// # Security
///
/// An endpoint id usually comes from the path of a request that is not verified yet. Look it up;
/// never build a path or a query from it without escaping. An id that is not one of yours is
/// [`FetchErrorKind::NotFound`].
///
/// # Examples
///
/// A secret store that keeps the current and the previous version of each secret:
///
/// ```
/// use std::collections::HashMap;
///
/// use http::HeaderMap;
/// use tower_webhook::{Scheme, Secret};
/// use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretCache, SecretFetcher};
///
/// struct Versions {
///     current: Secret,
///     previous: Option<Secret>,
/// }
///
/// #[derive(Default)]
/// struct SecretStore {
///     secrets: HashMap<String, Versions>,
/// }
///
/// impl SecretFetcher for SecretStore {
///     async fn fetch(&self, endpoint: &EndpointId) -> Result<Vec<Secret>, FetchError> {
///         let Some(versions) = self.secrets.get(endpoint.as_str()) else {
///             return Err(FetchError::new(FetchErrorKind::NotFound));
///         };
///         Ok([Some(&versions.current), versions.previous.as_ref()]
///             .into_iter()
///             .flatten()
///             .cloned()
///             .collect())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut store = SecretStore::default();
/// store.secrets.insert(
///     "orders".to_owned(),
///     Versions { current: Secret::utf8("new secret")?, previous: Some(Secret::utf8("old secret")?) },
/// );
/// let cache = SecretCache::builder(Scheme::GITHUB, store).build();
///
/// let verifier = cache.verifier(&EndpointId::new("orders")?).await?;
/// let now = time::OffsetDateTime::now_utc();
/// let headers = Scheme::GITHUB.signer("old secret")?.sign(None, now, b"{}")?;
/// assert_eq!(verifier.verify(&headers, b"{}")?.secret_index(), 1);
///
/// let unknown = cache.verifier(&EndpointId::new("invoices")?).await.unwrap_err();
/// assert_eq!(unknown.kind(), FetchErrorKind::NotFound);
/// # Ok(())
/// # }
/// ```
pub trait SecretFetcher: Send + Sync + 'static {
    /// Fetches the secrets that are valid for `endpoint` now, the newest first and at most 16.
    ///
    /// An empty list says that the endpoint exists and has no valid secret: its deliveries are
    /// refused, as with [`FetchErrorKind::NotFound`].
    ///
    /// # Errors
    ///
    /// [`FetchErrorKind::NotFound`] only when the provider says so, because that alone makes the
    /// cache forget secrets it has.
    ///
    /// # Cancel safety
    ///
    /// The cache drops the future when its time is over, and at no other time.
    ///
    /// # Examples
    ///
    /// A closure is a fetcher:
    ///
    /// ```
    /// use tower_webhook::Secret;
    /// use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretFetcher as _};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let fetcher = |endpoint: EndpointId| async move {
    ///     match endpoint.as_str() {
    ///         "orders" => Ok(vec![Secret::utf8("secret").map_err(|_| FetchErrorKind::Malformed)?]),
    ///         _ => Err(FetchError::new(FetchErrorKind::NotFound)),
    ///     }
    /// };
    /// assert_eq!(fetcher.fetch(&EndpointId::new("orders")?).await?.len(), 1);
    /// assert!(fetcher.fetch(&EndpointId::new("invoices")?).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    fn fetch(
        &self,
        endpoint: &EndpointId,
    ) -> impl Future<Output = Result<Vec<Secret>, FetchError>> + Send;
}

impl<F, Fut> SecretFetcher for F
where
    F: Fn(EndpointId) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Vec<Secret>, FetchError>> + Send,
{
    async fn fetch(&self, endpoint: &EndpointId) -> Result<Vec<Secret>, FetchError> {
        self(endpoint.clone()).await
    }
}
