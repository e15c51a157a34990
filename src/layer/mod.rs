//! The tower middleware: no handler sees a byte that is not verified.

pub(crate) mod body;
#[cfg(feature = "axum")]
pub(crate) mod extract;
#[cfg(feature = "fetch")]
pub(crate) mod fetching;
pub(crate) mod future;
pub(crate) mod rejection;
#[cfg_attr(not(feature = "replay"), path = "no_replay.rs")]
pub(crate) mod replay;
pub(crate) mod service;
pub(crate) mod source;

use std::fmt;
use std::sync::Arc;
#[cfg(feature = "replay")]
use std::time::Duration;

#[cfg(feature = "fetch")]
use http::request::Parts;
use tower_layer::Layer;

pub use self::body::VerifiedBody;
pub use self::future::ResponseFuture;
pub use self::rejection::{BareStatus, OnRejection, Rejection};
pub use self::service::Webhook;
#[cfg(feature = "fetch")]
use crate::fetch::SecretFetcher;
#[cfg(feature = "fetch")]
use crate::fetch::cache::SecretCache;
#[cfg(feature = "fetch")]
use crate::fetch::endpoint::EndpointId;
use crate::layer::replay::Replay;
use crate::layer::source::Source;
#[cfg(feature = "replay")]
use crate::replay::ReplayGuard;
use crate::verify::verifier::Verifier;

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
/// | the endpoint is unknown (`WebhookLayer::fetching`) | 404 |
/// | the secrets cannot be fetched | 503 |
/// | the delivery was handled before (`WebhookLayer::replay_guard`) | 200 |
/// | it is being handled | 409 |
/// | the guard does not answer | 503 |
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
/// use tower_webhook::{Scheme, WebhookLayer};
/// use tower_webhook::receive::Rejection;
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
    source: Arc<dyn Source>,
    body_limit: usize,
    replay: Replay,
    on_rejection: R,
}

impl WebhookLayer {
    /// Makes a layer that verifies with `verifier` and answers everything that it refuses with a
    /// bare status.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tower_webhook::{Scheme, WebhookLayer};
    ///
    /// // A verifier that is used elsewhere too goes into an `Arc`.
    /// let verifier = Arc::new(Scheme::GITHUB.verifier("secret")?);
    /// let layer = WebhookLayer::new(Arc::clone(&verifier));
    /// # assert!(format!("{layer:?}").contains("github"));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn new(verifier: impl Into<Arc<Verifier>>) -> Self {
        let verifier: Arc<Verifier> = verifier.into();
        Self::from_source(verifier)
    }

    /// Makes a layer whose secrets come from a cache, for the endpoint that `selector` finds in a
    /// request's head. A request for which it finds none is answered with 404.
    ///
    /// Headers and timestamp are judged before the selector is asked or anything is fetched. While
    /// the secrets are fetched nothing of the body is read; if they cannot be, the answer is 404
    /// for an endpoint that the provider does not know, and otherwise 503 with `Retry-After`.
    /// After a mismatch the cache may fetch again, and if that brings a new secret the body is
    /// verified once more, so a rotation costs no delivery.
    ///
    /// What the selector finds is not signed: it only says whose secrets to try. For a scheme that
    /// signs its URL, set
    /// [`SecretCacheBuilder::public_url`](crate::fetch::SecretCacheBuilder::public_url).
    ///
    /// See [the manual](crate::manual::secrets) for how secrets are rotated without a loss.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::request::Parts;
    /// use tower_webhook::{Scheme, Secret, WebhookLayer};
    /// use tower_webhook::fetch::{EndpointId, SecretCache};
    ///
    /// let secret = Secret::utf8("It's a Secret to Everybody")?;
    /// let fetcher = move |_: EndpointId| std::future::ready(Ok(vec![secret.clone()]));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    ///
    /// // `/hooks/acme` is the endpoint `acme`.
    /// let layer = WebhookLayer::fetching(cache, |parts: &Parts| {
    ///     EndpointId::new(parts.uri.path().strip_prefix("/hooks/")?).ok()
    /// });
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    #[cfg(feature = "fetch")]
    pub fn fetching<F, S>(cache: SecretCache<F>, selector: S) -> Self
    where
        F: SecretFetcher,
        S: Fn(&Parts) -> Option<EndpointId> + Send + Sync + 'static,
    {
        Self::from_source(Arc::new(fetching::Fetching::new(cache, selector)))
    }

    fn from_source(source: Arc<dyn Source>) -> Self {
        let body_limit = source.scheme().body_limit().unwrap_or(BODY_LIMIT);
        Self { source, body_limit, replay: Replay::default(), on_rejection: BareStatus }
    }
}

impl<R> WebhookLayer<R> {
    /// Sets the size of the largest body that is accepted, in bytes. The default is 2 MiB, or
    /// [`Scheme::body_limit`](crate::Scheme::body_limit) for providers that send more.
    ///
    /// A longer body is refused with 413, before it is read if its length is declared.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Scheme, WebhookLayer};
    ///
    /// let layer = WebhookLayer::new(Scheme::SLACK.verifier("secret")?).body_limit(64 << 10);
    /// # assert!(format!("{layer:?}").contains("body_limit: 65536"));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
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
    ///
    /// # Examples
    ///
    /// Not telling strangers that there is an endpoint at all:
    ///
    /// ```
    /// use http::{Response, StatusCode};
    /// use tower_webhook::{Scheme, WebhookLayer};
    /// use tower_webhook::receive::Rejection;
    ///
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?).on_rejection(
    ///     |rejection: &Rejection| {
    ///         let mut answer = Response::new(String::new());
    ///         *answer.status_mut() = match rejection.status() {
    ///             StatusCode::UNAUTHORIZED => StatusCode::NOT_FOUND,
    ///             status => status,
    ///         };
    ///         answer
    ///     },
    /// );
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn on_rejection<T>(self, on_rejection: T) -> WebhookLayer<T>
    where
        T: Clone,
    {
        let Self { source, body_limit, replay, on_rejection: _ } = self;
        WebhookLayer { source, body_limit, replay, on_rejection }
    }
}

#[cfg(feature = "replay")]
impl<R> WebhookLayer<R> {
    /// Remembers deliveries, so that what a sender repeats is not handled again.
    ///
    /// After a delivery is verified, and before its handler runs, it is claimed; on a 2xx it is
    /// committed before the answer goes out, and otherwise released, so that the sender's retry
    /// gets through. By its signed id, or by its signed content where the scheme signs no id.
    ///
    /// | what happened | status |
    /// |---|---|
    /// | it was handled before | 200, and the handler does not run |
    /// | it is being handled | 409 with `Retry-After` |
    /// | the guard does not answer, or is full | 503 with `Retry-After` |
    ///
    /// A handler that panics, or whose client hangs up, gives the delivery back at once where
    /// there is a tokio runtime, and when the lease ends at the latest. If the commit fails, the
    /// handler's answer still goes out, and with the feature `tracing` an event says so.
    ///
    /// See [the manual](crate::manual::replay) for what this guarantees and what not.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tower_webhook::{Scheme, WebhookLayer};
    /// use tower_webhook::replay::MemoryReplayGuard;
    ///
    /// let guard = Arc::new(MemoryReplayGuard::builder().build());
    /// let layer = WebhookLayer::new(Scheme::VELT.verifier("whsec_plJ3nmyCDGBKInavdOK15jsl")?)
    ///     .replay_guard(Arc::clone(&guard));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn replay_guard(mut self, guard: impl ReplayGuard) -> Self {
        self.replay.guard = Some(Arc::new(guard));
        self
    }

    /// Sets how long a handled delivery is remembered: longer than its sender goes on retrying.
    ///
    /// The default is 72 hours. It is never less than the tolerance in both directions, within
    /// which a delivery could be sent again by anyone who has seen it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::{Scheme, WebhookLayer};
    /// use tower_webhook::replay::MemoryReplayGuard;
    ///
    /// // The sender tries for 5 days.
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?)
    ///     .replay_guard(MemoryReplayGuard::builder().build())
    ///     .replay_keep(Duration::from_secs(6 * 24 * 60 * 60));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn replay_keep(mut self, keep: Duration) -> Self {
        self.replay.keep = keep;
        self
    }

    /// Sets how long a handler may take before its delivery can be claimed again. The default is
    /// 60 seconds.
    ///
    /// A handler that takes longer may run twice: the sender's retry gets through, and the first
    /// commit comes too late to count. One that dies holds its delivery up for as long as this. So
    /// choose it longer than the handler's own time-out and two answers of the guard together, and
    /// let long work go on after the answer.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::{Scheme, WebhookLayer};
    /// use tower_webhook::replay::MemoryReplayGuard;
    ///
    /// // The handler has a time-out of 10 seconds.
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?)
    ///     .replay_guard(MemoryReplayGuard::builder().build())
    ///     .replay_lease(Duration::from_secs(15));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn replay_lease(mut self, lease: Duration) -> Self {
        self.replay.lease = lease;
        self
    }

    /// Names the endpoint that the deliveries are for, where several layers share one guard.
    ///
    /// A sender gives the same id to every endpoint that an event goes to. Without different
    /// scopes, what the first layer has handled would be a duplicate for the second. A layer that
    /// is fetching has a scope of its own for each endpoint, unless one is set.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tower_webhook::{Scheme, WebhookLayer};
    /// use tower_webhook::replay::MemoryReplayGuard;
    ///
    /// let guard = Arc::new(MemoryReplayGuard::builder().build());
    /// let verifier = Arc::new(Scheme::STANDARD.verifier("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?);
    /// let [orders, invoices] = ["orders", "invoices"].map(|scope| {
    ///     WebhookLayer::new(Arc::clone(&verifier)).replay_guard(Arc::clone(&guard)).replay_scope(scope)
    /// });
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn replay_scope(mut self, scope: impl Into<Arc<str>>) -> Self {
        self.replay.scope = Some(scope.into());
        self
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
            .field("scheme", &self.source.scheme())
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}
