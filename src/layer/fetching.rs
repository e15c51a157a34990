//! Secrets from a cache, for the endpoint that a request names.

use std::sync::Arc;

use http::request::Parts;

use crate::error::VerifyError;
use crate::fetch::SecretFetcher;
use crate::fetch::cache::SecretCache;
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::FetchErrorKind;
use crate::head::Head;
use crate::head::signatures::Wanted;
use crate::layer::rejection::Rejection;
use crate::layer::source::{BoxFuture, Endpoint, Lookup, Source};
use crate::scheme::Scheme;
use crate::scheme::envelope::Envelope;
#[cfg(feature = "replay")]
use crate::scheme::timestamp::Tolerance;
use crate::verify::verification::Receipt;
use crate::verify::verifier::Verifier;

pub(super) struct Fetching<F, S> {
    cache: SecretCache<F>,
    selector: S,
}

impl<F, S> Fetching<F, S> {
    pub(super) fn new(cache: SecretCache<F>, selector: S) -> Self {
        Self { cache, selector }
    }
}

impl<F, S> Source for Fetching<F, S>
where
    F: SecretFetcher,
    S: Fn(&Parts) -> Option<EndpointId> + Send + Sync + 'static,
{
    fn scheme(&self) -> Scheme {
        self.cache.scheme()
    }

    #[cfg(feature = "replay")]
    fn tolerance(&self) -> Tolerance {
        self.cache.tolerance()
    }

    fn open(&self, head: Head<'_>) -> Result<Box<Receipt>, VerifyError> {
        // Which keys there are is not known yet, so signatures of every algorithm are read.
        let scheme = self.cache.scheme();
        Envelope::read(&scheme, self.cache.public_url(), head, Wanted::ALL, |envelope| {
            envelope.check(self.cache.tolerance(), self.cache.clock().now().into())?;
            Ok(Receipt::new(envelope))
        })
    }

    fn lookup(self: Arc<Self>, parts: &Parts) -> Result<(Endpoint, Lookup), Rejection> {
        let endpoint = (self.selector)(parts).ok_or(Rejection::UnknownEndpoint)?;
        let lookup = match self.cache.ready(&endpoint) {
            Some(verifier) => Lookup::Ready(verifier),
            None => Lookup::Waiting(fetch(self, endpoint.clone())),
        };
        Ok((Some(endpoint), lookup))
    }

    fn can_refetch(&self) -> bool {
        true
    }

    fn refetch(
        self: Arc<Self>,
        endpoint: Endpoint,
        seen: Arc<Verifier>,
    ) -> BoxFuture<Option<Arc<Verifier>>> {
        Box::pin(async move { self.cache.after_mismatch(&endpoint?, &seen).await })
    }
}

fn fetch<F, S>(
    source: Arc<Fetching<F, S>>,
    endpoint: EndpointId,
) -> BoxFuture<Result<Arc<Verifier>, Rejection>>
where
    F: SecretFetcher,
    S: Send + Sync + 'static,
{
    Box::pin(async move {
        source.cache.verifier(&endpoint).await.map_err(|error| match error.kind() {
            FetchErrorKind::NotFound => Rejection::UnknownEndpoint,
            kind => Rejection::SecretsUnavailable { kind, retry_after: error.retry_after() },
        })
    })
}
