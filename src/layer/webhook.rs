//! The layer: a receiver, and the answer to the requests that it rejects.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

#[cfg(feature = "fetch")]
use crate::fetch::SecretFetcher;
#[cfg(feature = "fetch")]
use crate::fetch::cache::SecretCache;
#[cfg(feature = "fetch")]
use crate::fetch::endpoint::EndpointId;
#[cfg(feature = "fetch")]
use crate::head::Head;
use crate::layer::handshake::{AnswersHandshake, NoHandshake};
use crate::layer::on_rejection::BareStatus;
#[cfg(feature = "axum")]
use crate::layer::on_rejection::{IntoAnswer, Refused};
use crate::layer::service::Webhook;
use crate::receive::handshake::Registration;
use crate::receive::receiver::Receiver;
#[cfg(feature = "replay")]
use crate::replay::settings::Replay;
use crate::verify::verifier::Verifier;

/// Lets only verified deliveries through to a service.
///
/// The headers are checked before a byte of the body is read. The body is authenticated frame by
/// frame as it arrives, and passed on once the signature has matched, with
/// [`Verified`](crate::Verified) among the request's extensions. Every other request is answered by
/// the layer, by default with a bare status: the [module page](crate::layer) has the table.
///
/// # Examples
///
/// With axum, whose `route_layer` leaves paths without a route alone:
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
/// axum's extractors have a limit of their own, 2 MB; if the layer's is higher, lift it inside the
/// layer with `axum::extract::DefaultBodyLimit::disable()`.
#[derive(Clone)]
#[must_use]
pub struct WebhookLayer<R = BareStatus, H = NoHandshake> {
    receiver: Receiver,
    on_rejection: R,
    on_handshake: H,
}

impl WebhookLayer {
    /// Makes a layer that verifies with `verifier`, as [`Receiver::new`].
    pub fn new(verifier: impl Into<Arc<Verifier>>) -> Self {
        Receiver::new(verifier).into()
    }

    /// Makes a layer whose secrets come from a cache, as [`Receiver::from_cache`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::{EndpointId, SecretCache};
    /// use tower_webhook::{Head, Scheme, Secret, WebhookLayer};
    ///
    /// let secret = Secret::utf8("It's a Secret to Everybody")?;
    /// let fetcher = move |_: EndpointId| std::future::ready(Ok(vec![secret.clone()]));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    ///
    /// // `/hooks/acme` is the endpoint `acme`.
    /// let layer = WebhookLayer::from_cache(cache, |head: &Head| {
    ///     EndpointId::new(head.path()?.strip_prefix("/hooks/")?).ok()
    /// });
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    #[cfg(feature = "fetch")]
    pub fn from_cache<F, S>(cache: SecretCache<F>, selector: S) -> Self
    where
        F: SecretFetcher,
        S: Fn(&Head<'_>) -> Option<EndpointId> + Send + Sync + 'static,
    {
        Receiver::from_cache(cache, selector).into()
    }
}

impl<R, H> WebhookLayer<R, H> {
    /// Sets the size of the largest body that is accepted, in bytes, as [`Receiver::body_limit`].
    pub fn body_limit(self, bytes: usize) -> Self {
        Self { receiver: self.receiver.body_limit(bytes), ..self }
    }

    /// Sets how deliveries are remembered, as [`Receiver::replay`]; default not at all. They are
    /// committed if the inner service answers with a 2xx, before the answer goes out, and released
    /// otherwise.
    ///
    /// If the client hangs up while the handler runs, the delivery stays claimed until its lease ends,
    /// unless the handler is to [finish](Replay::finish_handlers). If the handler panics, the delivery is
    /// released at once where there is a tokio runtime. If the commit fails, the handler's answer still
    /// goes out, and with the feature `tracing` an event says so.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::replay::{MemoryReplayGuard, Replay};
    /// use tower_webhook::{Scheme, WebhookLayer};
    ///
    /// // The handler has a timeout of 10 seconds, and the sender retries for 5 days.
    /// let replay = Replay::with(MemoryReplayGuard::builder().build())
    ///     .lease(Duration::from_secs(15))
    ///     .keep(Duration::from_secs(6 * 24 * 60 * 60));
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?).replay(replay);
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    #[cfg(feature = "replay")]
    pub fn replay(self, replay: Replay) -> Self {
        Self { receiver: self.receiver.replay(replay), ..self }
    }

    /// Sets the handshake that is answered, as [`Receiver::handshake`]; default none. The body of the
    /// inner service's responses must be one that is made from a `String`; for another there is
    /// [`WebhookLayer::on_handshake`].
    ///
    /// The layer must see the request: in axum a `get` that is added to a route after the layer goes
    /// around it, and a method without a route is seen by [`Router::route_layer`] but not by
    /// [`MethodRouter::route_layer`]. [The manual](crate::manual::handshakes) has examples.
    ///
    /// [`Router::route_layer`]: https://docs.rs/axum/0.8/axum/struct.Router.html#method.route_layer
    /// [`MethodRouter::route_layer`]: https://docs.rs/axum/0.8/axum/routing/method_routing/struct.MethodRouter.html#method.route_layer
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Handshake;
    /// use tower_webhook::{Scheme, WebhookLayer};
    ///
    /// let layer = WebhookLayer::new(Scheme::META.verifier("app secret")?)
    ///     .handshake(Handshake::META.verify_token("chosen by us"));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn handshake(
        self,
        registration: impl Into<Registration>,
    ) -> WebhookLayer<R, AnswersHandshake> {
        WebhookLayer {
            receiver: self.receiver.handshake(registration),
            on_rejection: self.on_rejection,
            on_handshake: AnswersHandshake,
        }
    }

    /// Sets how the answer to a handshake becomes a response, for a body that is not made from a
    /// `String`; after [`WebhookLayer::handshake`]. See [`OnHandshake`](crate::layer::OnHandshake).
    ///
    /// # Security
    ///
    /// Keep the status and all headers of the answer: they are what the provider wants, and what keeps
    /// a browser from running or keeping it.
    pub fn on_handshake<T>(self, on_handshake: T) -> WebhookLayer<R, T>
    where
        T: Clone,
    {
        WebhookLayer { receiver: self.receiver, on_rejection: self.on_rejection, on_handshake }
    }

    /// Sets how a rejected request is answered, default [`BareStatus`].
    ///
    /// The [`Rejection`](crate::receive::Rejection) is added to the extensions of any answer.
    ///
    /// # Security
    ///
    /// An answer that says the reason helps an attacker to forge a delivery.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Response;
    /// use tower_webhook::layer::Refused;
    /// use tower_webhook::{Scheme, WebhookLayer};
    ///
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?)
    ///     .on_rejection(|refused: &Refused| {
    ///         let mut response = Response::new(String::from("no"));
    ///         *response.status_mut() = refused.status();
    ///         response
    ///     });
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn on_rejection<T>(self, on_rejection: T) -> WebhookLayer<T, H>
    where
        T: Clone,
    {
        WebhookLayer { receiver: self.receiver, on_rejection, on_handshake: self.on_handshake }
    }

    /// Sets how a rejected request is answered, with anything that axum can turn into a response;
    /// default [`BareStatus`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::layer::Refused;
    /// use tower_webhook::{Scheme, WebhookLayer};
    ///
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?)
    ///     .on_rejection_into(|refused: &Refused| (refused.status(), "no"));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    #[cfg(feature = "axum")]
    pub fn on_rejection_into<F, A>(self, on_rejection: F) -> WebhookLayer<IntoAnswer<F>, H>
    where
        F: Fn(&Refused<'_>) -> A + Clone,
        A: axum_core::response::IntoResponse,
    {
        self.on_rejection(IntoAnswer(on_rejection))
    }
}

/// Without the handshake of the receiver: its answer has a body, so set it with
/// [`WebhookLayer::handshake`].
impl From<Receiver> for WebhookLayer {
    fn from(receiver: Receiver) -> Self {
        let receiver = receiver.without_handshake();
        Self { receiver, on_rejection: BareStatus, on_handshake: NoHandshake }
    }
}

impl<S, R, H> Layer<S> for WebhookLayer<R, H>
where
    R: Clone,
    H: Clone,
{
    type Service = Webhook<S, R, H>;

    fn layer(&self, inner: S) -> Self::Service {
        let Self { receiver, on_rejection, on_handshake } = self.clone();
        Webhook::new(inner, receiver, on_rejection, on_handshake)
    }
}

impl<R, H> fmt::Debug for WebhookLayer<R, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookLayer").field("receiver", &self.receiver).finish_non_exhaustive()
    }
}
