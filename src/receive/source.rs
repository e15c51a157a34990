//! The source of the secrets: one verifier, or a cache of them.

#[cfg(feature = "fetch")]
use std::pin::Pin;
use std::sync::Arc;
#[cfg(feature = "metrics")]
use std::time::Duration;

#[cfg(feature = "fetch")]
use crate::fetch::SecretFetcher;
#[cfg(feature = "fetch")]
use crate::fetch::cache::SecretCache;
#[cfg(feature = "fetch")]
use crate::fetch::cache::entry::Resolved;
use crate::fetch::endpoint::EndpointId;
#[cfg(feature = "fetch")]
use crate::fetch::error::FetchError;
use crate::head::Head;
use crate::head::envelope::{Envelope, Unread};
#[cfg(feature = "fetch")]
use crate::head::envelope::{SignedUrl, Terms};
#[cfg(feature = "fetch")]
use crate::head::list::Algorithms;
use crate::receive::rejection::Rejection;
#[cfg(feature = "fetch")]
use crate::receive::rejection::RejectionKind;
use crate::scheme::definition::Scheme;
#[cfg(feature = "replay")]
use crate::scheme::timestamp::Tolerance;
use crate::verify::verifier::Verifier;

/// The source of a receiver's secrets.
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

    /// The verifier, unless it depends on the endpoint.
    pub(super) fn verifier(&self) -> Option<&Arc<Verifier>> {
        match self {
            Self::Fixed(verifier) => Some(verifier),
            #[cfg(feature = "fetch")]
            Self::Cached(_) => None,
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

    /// The time on the clock that measures durations.
    #[cfg(feature = "metrics")]
    pub(super) fn elapsed(&self) -> Duration {
        match self {
            Self::Fixed(verifier) => verifier.elapsed(),
            #[cfg(feature = "fetch")]
            Self::Cached(cached) => cached.elapsed(),
        }
    }

    /// Checks everything that can be checked without secrets.
    #[inline]
    pub(super) fn open<'h>(&self, head: Head<'h>) -> Result<Envelope<'h>, Unread> {
        match self {
            Self::Fixed(verifier) => verifier.open(head, None),
            #[cfg(feature = "fetch")]
            Self::Cached(cached) => cached.open(head),
        }
    }

    /// Finds the endpoint of a request, and leaves its secrets for later.
    #[cfg_attr(not(feature = "fetch"), expect(unused_variables, clippy::unnecessary_wraps))]
    pub(super) fn select(&self, head: &Head<'_>) -> Result<Secrets, Rejection> {
        match self {
            Self::Fixed(_) => Ok(Secrets::Fixed),
            #[cfg(feature = "fetch")]
            Self::Cached(cached) => {
                let selected = cached.select(head).ok_or(RejectionKind::UnknownEndpoint)?;
                Ok(Secrets::Cached { selected, resolved: None })
            }
        }
    }

    /// Finds the endpoint of a request, and its secrets if they are cached.
    #[cfg_attr(not(feature = "fetch"), expect(unused_variables, clippy::unnecessary_wraps))]
    pub(super) fn look_up(&self, head: &Head<'_>) -> Result<Secrets, Rejection> {
        match self {
            Self::Fixed(_) => Ok(Secrets::Fixed),
            #[cfg(feature = "fetch")]
            Self::Cached(cached) => {
                let selected = cached.select(head).ok_or(RejectionKind::UnknownEndpoint)?;
                let ready = cached.ready(&selected).transpose().map_err(Rejection::not_fetched)?;
                Ok(Secrets::Cached { selected, resolved: ready })
            }
        }
    }
}

/// The secrets for one delivery. The source that they are from is passed in: a handle to it would be one
/// more count that all threads write.
pub(super) enum Secrets {
    /// Those of the source.
    Fixed,
    #[cfg(feature = "fetch")]
    Cached {
        /// The endpoint that the selector has found.
        selected: EndpointId,
        /// `None` until they are fetched.
        resolved: Option<Resolved>,
    },
}

impl Secrets {
    /// The endpoint that the delivery is for, by its canonical id, if the secrets depend on it.
    pub(super) fn endpoint(&self) -> Option<&EndpointId> {
        match self {
            Self::Fixed => None,
            #[cfg(feature = "fetch")]
            Self::Cached { resolved: Some(resolved), .. } => Some(resolved.endpoint()),
            #[cfg(feature = "fetch")]
            Self::Cached { selected, .. } => Some(selected),
        }
    }

    /// The verifier, if it is here.
    pub(super) fn verifier<'a>(&'a self, source: &'a Source) -> Option<&'a Arc<Verifier>> {
        match self {
            Self::Fixed => source.verifier(),
            #[cfg(feature = "fetch")]
            Self::Cached { resolved, .. } => resolved.as_ref().map(Resolved::verifier),
        }
    }

    /// Forgets the secrets of the endpoint, or that there were none.
    #[cfg_attr(not(feature = "fetch"), expect(clippy::unused_self, unused_variables))]
    pub(super) fn forget(&self, source: &Source) {
        #[cfg(feature = "fetch")]
        if let (Self::Cached { selected, .. }, Source::Cached(cached)) = (self, source) {
            cached.forget(selected);
        }
    }

    /// Waits for the secrets if they are not cached.
    #[cfg_attr(not(feature = "fetch"), expect(clippy::unused_async, unused_variables))]
    pub(super) async fn resolve(&mut self, source: &Source) -> Result<(), Rejection> {
        #[cfg(feature = "fetch")]
        if let Self::Cached { selected, resolved: resolved @ None } = self
            && let Source::Cached(cached) = source
        {
            *resolved = Some(cached.resolve(selected).await?);
        }
        Ok(())
    }

    /// Replaces, after a mismatch, the verifier by one with a secret that the last one does not have,
    /// and returns that if there is one.
    #[cfg(feature = "fetch")]
    pub(super) async fn renew(&mut self, source: &Source) -> Option<&Arc<Verifier>> {
        let Source::Cached(cached) = source else { return None };
        let Self::Cached { selected, resolved: Some(seen) } = self else { return None };
        *seen = cached.newer(selected, seen.verifier()).await?;
        Some(seen.verifier())
    }
}

#[cfg(feature = "fetch")]
type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A cache with its selector, of any types, so that a receiver has no type parameters. Only the
/// futures that wait are boxed: a hit allocates nothing here.
#[cfg(feature = "fetch")]
pub(super) trait Cached: Send + Sync {
    fn scheme(&self) -> Scheme;

    #[cfg(feature = "replay")]
    fn tolerance(&self) -> Tolerance;

    #[cfg(feature = "metrics")]
    fn elapsed(&self) -> Duration;

    fn open<'h>(&self, head: Head<'h>) -> Result<Envelope<'h>, Unread>;

    fn select(&self, head: &Head<'_>) -> Option<EndpointId>;

    fn forget(&self, endpoint: &EndpointId);

    fn ready(&self, endpoint: &EndpointId) -> Option<Result<Resolved, FetchError>>;

    fn resolve<'a>(
        &'a self,
        endpoint: &'a EndpointId,
    ) -> BoxFuture<'a, Result<Resolved, Rejection>>;

    fn newer<'a>(
        &'a self,
        endpoint: &'a EndpointId,
        seen: &'a Arc<Verifier>,
    ) -> BoxFuture<'a, Option<Resolved>>;
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

    #[cfg(feature = "metrics")]
    fn elapsed(&self) -> Duration {
        self.cache.clock().elapsed()
    }

    fn open<'h>(&self, head: Head<'h>) -> Result<Envelope<'h>, Unread> {
        let terms = Terms {
            scheme: self.cache.scheme(),
            // The keys are not known yet.
            algorithms: Algorithms::ALL,
            tolerance: self.cache.tolerance(),
            url: SignedUrl::Later,
        };
        Envelope::open(terms, head, || self.cache.clock().now().into())
    }

    fn select(&self, head: &Head<'_>) -> Option<EndpointId> {
        (self.selector)(head)
    }

    fn forget(&self, endpoint: &EndpointId) {
        self.cache.invalidate(endpoint);
    }

    fn ready(&self, endpoint: &EndpointId) -> Option<Result<Resolved, FetchError>> {
        self.cache.ready(endpoint)
    }

    fn resolve<'a>(
        &'a self,
        endpoint: &'a EndpointId,
    ) -> BoxFuture<'a, Result<Resolved, Rejection>> {
        Box::pin(async { self.cache.resolve(endpoint).await.map_err(Rejection::not_fetched) })
    }

    fn newer<'a>(
        &'a self,
        endpoint: &'a EndpointId,
        seen: &'a Arc<Verifier>,
    ) -> BoxFuture<'a, Option<Resolved>> {
        Box::pin(self.cache.renew(endpoint, seen))
    }
}
