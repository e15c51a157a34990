//! Where the secrets come from: one verifier, or a cache of them.

#[cfg(feature = "fetch")]
use std::pin::Pin;
use std::sync::Arc;

use crate::error::VerifyError;
#[cfg(feature = "fetch")]
use crate::fetch::SecretFetcher;
#[cfg(feature = "fetch")]
use crate::fetch::cache::SecretCache;
#[cfg(feature = "fetch")]
use crate::fetch::endpoint::EndpointId;
use crate::head::Head;
use crate::head::envelope::Envelope;
use crate::receive::rejection::Rejection;
#[cfg(feature = "fetch")]
use crate::receive::rejection::RejectionKind;
use crate::scheme::definition::Scheme;
#[cfg(feature = "replay")]
use crate::scheme::timestamp::Tolerance;
use crate::verify::verifier::Verifier;

/// Where a receiver has its secrets from.
#[derive(Clone)]
pub(super) enum Source {
    Fixed(Arc<Verifier>),
    #[cfg(feature = "fetch")]
    Cached(Arc<dyn Cached>),
}

impl Source {
    pub(super) fn scheme(&self) -> Scheme {
        match self {
            Self::Fixed(verifier) => verifier.scheme(),
            #[cfg(feature = "fetch")]
            Self::Cached(cached) => cached.scheme(),
        }
    }

    #[cfg(feature = "replay")]
    pub(super) fn tolerance(&self) -> Tolerance {
        match self {
            Self::Fixed(verifier) => verifier.current_tolerance(),
            #[cfg(feature = "fetch")]
            Self::Cached(cached) => cached.tolerance(),
        }
    }

    /// Judges what can be judged without secrets.
    #[inline]
    pub(super) fn open<'h>(&'h self, head: Head<'h>) -> Result<Envelope<'h>, VerifyError> {
        match self {
            Self::Fixed(verifier) => verifier.open(head, None),
            #[cfg(feature = "fetch")]
            Self::Cached(cached) => cached.open(head),
        }
    }

    /// Finds the endpoint of a request, and its secrets if they are cached.
    #[cfg_attr(not(feature = "fetch"), expect(unused_variables, reason = "as with `fetch`"))]
    pub(super) fn look_up(&self, head: &Head<'_>) -> Result<Secrets, Rejection> {
        match self {
            Self::Fixed(verifier) => Ok(Secrets::Fixed(Arc::clone(verifier))),
            #[cfg(feature = "fetch")]
            Self::Cached(cached) => {
                let endpoint = cached.select(head).ok_or(RejectionKind::UnknownEndpoint)?;
                let verifier = cached.ready(&endpoint);
                Ok(Secrets::Cached { cached: Arc::clone(cached), endpoint, verifier })
            }
        }
    }
}

/// The secrets for one delivery.
pub(super) enum Secrets {
    Fixed(Arc<Verifier>),
    #[cfg(feature = "fetch")]
    Cached {
        cached: Arc<dyn Cached>,
        endpoint: EndpointId,
        /// `None` until they are fetched.
        verifier: Option<Arc<Verifier>>,
    },
}

impl Secrets {
    /// Whom the delivery is for, if the secrets depend on it.
    #[cfg(feature = "replay")]
    pub(super) fn endpoint(&self) -> Option<&str> {
        match self {
            Self::Fixed(_) => None,
            #[cfg(feature = "fetch")]
            Self::Cached { endpoint, .. } => Some(endpoint.as_str()),
        }
    }

    /// Waits for the secrets, if they are not cached.
    pub(super) async fn resolve(&mut self) -> Result<Arc<Verifier>, Rejection> {
        match self {
            Self::Fixed(verifier) => Ok(Arc::clone(verifier)),
            #[cfg(feature = "fetch")]
            Self::Cached { verifier: Some(verifier), .. } => Ok(Arc::clone(verifier)),
            #[cfg(feature = "fetch")]
            Self::Cached { cached, endpoint, verifier } => {
                Ok(Arc::clone(verifier.insert(cached.fetch(endpoint).await?)))
            }
        }
    }

    /// After a mismatch: a verifier with a secret that `seen` does not have, if there is one.
    #[cfg(feature = "fetch")]
    pub(super) async fn newer(&self, seen: &Arc<Verifier>) -> Option<Arc<Verifier>> {
        match self {
            Self::Fixed(_) => None,
            Self::Cached { cached, endpoint, .. } => cached.newer(endpoint, seen).await,
        }
    }
}

#[cfg(feature = "fetch")]
type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A cache with its selector, whatever their types. Only what waits is boxed.
#[cfg(feature = "fetch")]
pub(super) trait Cached: Send + Sync {
    fn scheme(&self) -> Scheme;

    #[cfg(feature = "replay")]
    fn tolerance(&self) -> Tolerance;

    fn open<'h>(&'h self, head: Head<'h>) -> Result<Envelope<'h>, VerifyError>;

    fn select(&self, head: &Head<'_>) -> Option<EndpointId>;

    fn ready(&self, endpoint: &EndpointId) -> Option<Arc<Verifier>>;

    fn fetch<'a>(
        &'a self,
        endpoint: &'a EndpointId,
    ) -> BoxFuture<'a, Result<Arc<Verifier>, Rejection>>;

    fn newer<'a>(
        &'a self,
        endpoint: &'a EndpointId,
        seen: &'a Arc<Verifier>,
    ) -> BoxFuture<'a, Option<Arc<Verifier>>>;
}

/// A cache, and what finds the endpoint of a request.
#[cfg(feature = "fetch")]
pub(super) struct Selected<F, S> {
    pub(super) cache: SecretCache<F>,
    pub(super) selector: S,
}

#[cfg(feature = "fetch")]
impl<F, S> Cached for Selected<F, S>
where
    F: SecretFetcher,
    S: Fn(&Head<'_>) -> Option<EndpointId> + Send + Sync,
{
    fn scheme(&self) -> Scheme {
        self.cache.scheme()
    }

    #[cfg(feature = "replay")]
    fn tolerance(&self) -> Tolerance {
        self.cache.tolerance()
    }

    fn open<'h>(&'h self, head: Head<'h>) -> Result<Envelope<'h>, VerifyError> {
        self.cache.open(head)
    }

    fn select(&self, head: &Head<'_>) -> Option<EndpointId> {
        (self.selector)(head)
    }

    fn ready(&self, endpoint: &EndpointId) -> Option<Arc<Verifier>> {
        self.cache.ready(endpoint)
    }

    fn fetch<'a>(
        &'a self,
        endpoint: &'a EndpointId,
    ) -> BoxFuture<'a, Result<Arc<Verifier>, Rejection>> {
        Box::pin(async { self.cache.verifier(endpoint).await.map_err(Rejection::not_fetched) })
    }

    fn newer<'a>(
        &'a self,
        endpoint: &'a EndpointId,
        seen: &'a Arc<Verifier>,
    ) -> BoxFuture<'a, Option<Arc<Verifier>>> {
        Box::pin(self.cache.after_mismatch(endpoint, seen))
    }
}
