//! The tower middleware: no handler sees a byte that is not verified.

mod body;
mod future;
mod rejection;
mod service;

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

pub use self::body::VerifiedBody;
pub use self::future::ResponseFuture;
pub use self::rejection::{BareStatus, OnRejection, Rejection};
pub use self::service::Webhook;
use crate::Verifier;

/// The default of [`WebhookLayer::body_limit`] where the scheme has none: 2 MiB.
const BODY_LIMIT: usize = 2 << 20;

/// Lets only verified deliveries through to a service.
///
/// The headers are judged before a byte of the body is read. The body is authenticated frame by
/// frame as it arrives and handed on as the same frames, uncopied, once the signature has
/// matched. [`Verified`](crate::Verified) is then among the request's extensions.
///
/// Everything else is answered here, by default with a bare status and an empty body:
///
/// | what happened | status |
/// |---|---|
/// | a header is missing, malformed or repeated, the time is off, no signature matches | 401 |
/// | the body is over the limit, by its `Content-Length` or while it is read | 413 |
/// | the body broke off or failed | 400 |
/// | the scheme signs its URL and [`Verifier::public_url`] was not called | 500 |
///
/// The reason is in the response's extensions as a [`Rejection`] and, with the feature `tracing`,
/// in one event. Trailers are not signed and are dropped.
///
/// # Examples
///
/// With axum, whose `route_layer` leaves the paths that are not routed alone:
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use axum::{Router, routing::post};
/// use tower_webhook::{Scheme, Verified, WebhookLayer};
///
/// async fn handle(delivery: Verified, body: String) {
///     println!("{:?}: {body}", delivery.id());
/// }
///
/// let verifier = Scheme::VELT.verifier("whsec_plJ3nmyCDGBKInavdOK15jsl")?;
/// let app: Router = Router::new()
///     .route("/webhooks", post(handle))
///     .route_layer(WebhookLayer::new(verifier));
/// # }
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
///
/// axum's extractors have a limit of 2 MB of their own; where the layer's is higher, lift it
/// inside the layer with `axum::extract::DefaultBodyLimit::disable()`.
///
/// With answers of your own:
///
/// ```
/// use http::Response;
/// use tower_webhook::{Rejection, Scheme, WebhookLayer};
///
/// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?)
///     .body_limit(25 << 20)
///     .on_rejection(|rejection: &Rejection| {
///         let mut response = Response::new(String::from("refused"));
///         *response.status_mut() = rejection.status();
///         response
///     });
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct WebhookLayer<R = BareStatus> {
    verifier: Arc<Verifier>,
    body_limit: usize,
    on_rejection: R,
}

impl WebhookLayer {
    /// Makes a layer that verifies with `verifier` and answers everything that it refuses with a
    /// bare status.
    pub fn new(verifier: impl Into<Arc<Verifier>>) -> Self {
        let verifier = verifier.into();
        let body_limit = verifier.scheme().body_limit().unwrap_or(BODY_LIMIT);
        Self { verifier, body_limit, on_rejection: BareStatus }
    }
}

impl<R> WebhookLayer<R> {
    /// Sets the size of the largest body that is accepted, in bytes. The default is 2 MiB, or
    /// [`Scheme::body_limit`](crate::Scheme::body_limit) for providers that send more.
    ///
    /// A longer body is refused with 413, before it is read if its length is declared.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Sets how a request that is not let through is answered.
    ///
    /// Whatever the answer is, the [`Rejection`] is added to its extensions.
    ///
    /// # Security
    ///
    /// An answer that tells the reason helps whoever tries to forge a delivery.
    pub fn on_rejection<T>(self, on_rejection: T) -> WebhookLayer<T>
    where
        T: Clone,
    {
        let Self { verifier, body_limit, on_rejection: _ } = self;
        WebhookLayer { verifier, body_limit, on_rejection }
    }
}

impl<S, R> Layer<S> for WebhookLayer<R>
where
    R: Clone,
{
    type Service = Webhook<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        Webhook { inner, layer: self.clone() }
    }
}

impl<R> fmt::Debug for WebhookLayer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookLayer")
            .field("verifier", &self.verifier)
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}
