//! Where a layer has its secrets from: a fixed verifier, or a cache that fetches.

use std::pin::Pin;
use std::sync::Arc;

use http::request::Parts;

use crate::error::VerifyError;
use crate::head::Head;
use crate::layer::rejection::Rejection;
use crate::scheme::Scheme;
#[cfg(feature = "replay")]
use crate::scheme::timestamp::Tolerance;
use crate::verify::verification::Receipt;
use crate::verify::verifier::Verifier;

/// A future of the layer's own. Only what has to wait is boxed.
pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Who a delivery is for, where the secrets depend on it.
#[cfg(feature = "fetch")]
pub(super) type Endpoint = Option<crate::fetch::EndpointId>;
#[cfg(not(feature = "fetch"))]
pub(super) type Endpoint = Option<Box<str>>;

/// The verifier for a delivery, now or later.
pub(super) enum Lookup {
    Ready(Arc<Verifier>),
    #[cfg_attr(not(feature = "fetch"), expect(dead_code))]
    Waiting(Fetch),
}

/// A verifier that is on its way.
pub(super) type Fetch = BoxFuture<Result<Arc<Verifier>, Rejection>>;

pub(super) trait Source: Send + Sync {
    fn scheme(&self) -> Scheme;

    #[cfg(feature = "replay")]
    fn tolerance(&self) -> Tolerance;

    /// Judges what can be judged without secrets.
    fn open(&self, head: Head<'_>) -> Result<Box<Receipt>, VerifyError>;

    /// Finds the verifier for a request.
    fn lookup(self: Arc<Self>, parts: &Parts) -> Result<(Endpoint, Lookup), Rejection>;

    /// Whether there may be newer secrets than those that did not match.
    fn can_refetch(&self) -> bool;

    /// After a mismatch: a verifier that knows a secret which `seen` does not, if there is one.
    fn refetch(
        self: Arc<Self>,
        endpoint: Endpoint,
        seen: Arc<Verifier>,
    ) -> BoxFuture<Option<Arc<Verifier>>>;
}

impl Source for Verifier {
    fn scheme(&self) -> Scheme {
        self.scheme()
    }

    #[cfg(feature = "replay")]
    fn tolerance(&self) -> Tolerance {
        self.current_tolerance()
    }

    fn open(&self, head: Head<'_>) -> Result<Box<Receipt>, VerifyError> {
        self.receipt(head)
    }

    fn lookup(self: Arc<Self>, _: &Parts) -> Result<(Endpoint, Lookup), Rejection> {
        Ok((None, Lookup::Ready(self)))
    }

    fn can_refetch(&self) -> bool {
        false
    }

    fn refetch(self: Arc<Self>, _: Endpoint, _: Arc<Verifier>) -> BoxFuture<Option<Arc<Verifier>>> {
        Box::pin(std::future::ready(None))
    }
}
