//! The layer: a receiver, and the answer to the requests that it rejects.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

#[cfg(feature = "diagnose")]
use crate::diagnose::diagnosis::Diagnosis;
#[cfg(feature = "fetch")]
use crate::fetch::SecretFetcher;
#[cfg(feature = "fetch")]
use crate::fetch::cache::SecretCache;
#[cfg(feature = "fetch")]
use crate::fetch::endpoint::EndpointId;
use crate::head::Head;
use crate::layer::answers::{Answers, ReportOnly};
use crate::layer::body::{UnverifiedBody, VerifiedBody};
use crate::layer::diagnosing::Diagnosing;
use crate::layer::handshake::{AnswersHandshake, NoHandshake};
use crate::layer::on_rejection::BareStatus;
#[cfg(feature = "axum")]
use crate::layer::on_rejection::{IntoAnswer, Refused};
use crate::layer::receivers::Receivers;
use crate::layer::service::Webhook;
use crate::receive::handshake::Registration;
use crate::receive::receiver::Receiver;
#[cfg(feature = "replay")]
use crate::replay::settings::Replay;
use crate::scheme::definition::Scheme;
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
/// With the feature `axum`, the layer lifts the limit of axum's extractors, 2 MB, for the deliveries
/// that it has verified, because their bodies are bounded by its own
/// ([`WebhookLayer::body_limit`]). This is the one thing that the feature does to an answer. A
/// `DefaultBodyLimit` inside the layer still counts.
#[must_use]
pub struct WebhookLayer<R = BareStatus, P = VerifiedBody, H = NoHandshake> {
    pub(super) receivers: Receivers,
    pub(super) answers: Answers<R, P, H>,
}

impl WebhookLayer {
    /// Makes a layer that verifies with `verifier`, as [`Receiver::new`]. For a scheme that signs its URL,
    /// call [`Verifier::check`] before.
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

impl WebhookLayer<BareStatus, VerifiedBody, AnswersHandshake> {
    /// Makes a layer for several schemes, with a receiver for each, of which `selector` chooses one by the
    /// head of a request.
    ///
    /// The selector is called first, and the receiver of its scheme is the only one that sees the request:
    /// the headers are checked by that scheme before anything is fetched, and nothing is tried under another
    /// one. A request in which the selector finds no scheme, or one that has no receiver, is rejected with
    /// 404. Of two receivers with the same scheme, the first is used.
    ///
    /// What is set on the layer is set for each receiver. Each keeps its handshake, so the body of the inner
    /// service's responses must be one that is made from a `String`; for another there is
    /// [`WebhookLayer::on_handshake`].
    ///
    /// # Security
    ///
    /// What the selector looks at is not signed, so whoever forges chooses the scheme. That is worth nothing
    /// without a secret of that scheme; but a URL is as strong as the weakest scheme that it can be judged by.
    ///
    /// # Examples
    ///
    /// `/hooks/github/acme` is the endpoint `acme` at GitHub. The caches are apart, so a provider that wants to
    /// be left alone holds up no other.
    ///
    /// ```
    /// # #[cfg(feature = "fetch")] {
    /// use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretCache};
    /// use tower_webhook::{Head, Receiver, Scheme, WebhookLayer};
    /// # use tower_webhook::Secret;
    /// # async fn find(_: Scheme, _: &str) -> Option<Secret> { None }
    ///
    /// const PROVIDERS: [Scheme; 2] = [Scheme::GITHUB, Scheme::STRIPE];
    ///
    /// let receivers = PROVIDERS.map(|scheme| {
    ///     // Where this scheme's secrets are kept.
    ///     let fetcher = move |tenant: EndpointId| async move {
    ///         let secret = find(scheme, tenant.as_str()).await;
    ///         secret.ok_or(FetchError::new(FetchErrorKind::NotFound))
    ///     };
    ///     Receiver::from_cache(SecretCache::builder(scheme, fetcher).build(), |head: &Head| {
    ///         EndpointId::new(head.path()?.split('/').nth(3)?).ok()
    ///     })
    /// });
    /// let layer = WebhookLayer::from_receivers(receivers, |head: &Head| {
    ///     let provider = head.path()?.split('/').nth(2)?;
    ///     PROVIDERS.into_iter().find(|scheme| scheme.name() == provider)
    /// });
    /// # }
    /// ```
    pub fn from_receivers<S>(receivers: impl IntoIterator<Item = Receiver>, selector: S) -> Self
    where
        S: Fn(&Head<'_>) -> Option<Scheme> + Send + Sync + 'static,
    {
        Self::of(Receivers::several(receivers, selector), AnswersHandshake)
    }
}

impl<H> WebhookLayer<BareStatus, VerifiedBody, H> {
    fn of(receivers: Receivers, on_handshake: H) -> Self {
        let answers = Answers {
            on_rejection: BareStatus,
            on_handshake,
            diagnosing: Diagnosing::default(),
            report_only: None,
        };
        Self { receivers, answers }
    }
}

impl<R, P, H> WebhookLayer<R, P, H> {
    /// Sets the size of the largest body that is accepted, in bytes, as [`Receiver::body_limit`].
    pub fn body_limit(self, bytes: usize) -> Self {
        Self { receivers: self.receivers.each(|it| it.body_limit(bytes)), ..self }
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
        Self { receivers: self.receivers.each(|it| it.replay(replay.clone())), ..self }
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
    ) -> WebhookLayer<R, P, AnswersHandshake> {
        let registration = registration.into();
        let receivers = self.receivers.each(|it| it.handshake(registration.clone()));
        Self { receivers, ..self }.on_handshake(AnswersHandshake)
    }

    /// Sets how the answer to a handshake becomes a response, for a body that is not made from a
    /// `String`; after [`WebhookLayer::handshake`]. See [`OnHandshake`](crate::layer::OnHandshake).
    ///
    /// # Security
    ///
    /// Keep the status and all headers of the answer: they are what the provider wants, and what keeps
    /// a browser from running or keeping it.
    pub fn on_handshake<T>(self, on_handshake: T) -> WebhookLayer<R, P, T>
    where
        T: Clone,
    {
        let Answers { on_rejection, diagnosing, report_only, .. } = self.answers;
        let answers = Answers { on_rejection, on_handshake, diagnosing, report_only };
        WebhookLayer { receivers: self.receivers, answers }
    }

    /// Sets that deliveries that could not be verified are diagnosed, default not at all, and what is
    /// told why: for instance [`log_diagnosis`](crate::layer::log_diagnosis). The answer does not wait
    /// for it, and the sender never sees it.
    ///
    /// It is for development. At most 3 diagnoses are made in a minute, one at a time, each on a thread of
    /// its own; other deliveries are answered without one. The text of the secret is not there any more,
    /// so nothing about it can be found: for that, use a [`Doctor`](crate::diagnose::Doctor). If the head
    /// alone is reason to refuse a delivery, its body is not read, and nothing is proved.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Scheme, WebhookLayer};
    ///
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?)
    ///     .diagnose(|diagnosis| eprintln!("{diagnosis}"));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    #[cfg(feature = "diagnose")]
    pub fn diagnose(self, report: impl Fn(&Diagnosis) + Send + Sync + 'static) -> Self {
        let answers = Answers { diagnosing: Diagnosing::to(report), ..self.answers };
        Self { answers, ..self }
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
    pub fn on_rejection<T>(self, on_rejection: T) -> WebhookLayer<T, P, H>
    where
        T: Clone,
    {
        let Answers { on_handshake, diagnosing, report_only, .. } = self.answers;
        let answers = Answers { on_rejection, on_handshake, diagnosing, report_only };
        WebhookLayer { receivers: self.receivers, answers }
    }

    /// Sets how a rejected request is answered, with anything that axum can turn into a response;
    /// default [`BareStatus`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Scheme, WebhookLayer};
    ///
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?)
    ///     .on_rejection_into(|refused| (refused.status(), "no"));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    #[cfg(feature = "axum")]
    pub fn on_rejection_into<F, A>(self, on_rejection: F) -> WebhookLayer<IntoAnswer<F>, P, H>
    where
        F: Fn(&Refused<'_>) -> A + Clone,
        A: axum_core::response::IntoResponse,
    {
        self.on_rejection(IntoAnswer(on_rejection))
    }
}

impl<R, H> WebhookLayer<R, VerifiedBody, H> {
    /// Refuses nothing for its signature: while verification is introduced, a request that **could
    /// not be verified reaches the handler**. [The manual](crate::manual::introducing) says how to go
    /// about it.
    ///
    /// Everything is verified, and what is verified is treated as ever: it has
    /// [`Verified`](crate::Verified) among its extensions, and with a replay guard it is claimed. What
    /// could not be verified, for whatever reason (401, an unknown endpoint, secrets that cannot be
    /// fetched, a public URL that is not set), is handed on without `Verified`, and with its
    /// [`Rejection`](crate::receive::Rejection) among the extensions of the request and of the answer. The
    /// answer that it would have got is made all the same, so that what counts rejections in
    /// [`on_rejection`](Self::on_rejection) counts it too, and dropped. With the feature `tracing` the
    /// event has the level `error`, and says that it was let through. A body that is too large (413) or
    /// cut short (400) is refused.
    ///
    /// In axum the handler takes `Option<Verified>`. It is `None` only where a layer let something
    /// through; where there is no layer it is a 500, as `Verified` is. Elsewhere the inner service gets an
    /// [`UnverifiedBody`].
    ///
    /// # Security
    ///
    /// While this is set, anyone can reach the handler.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "axum")] {
    /// use axum::{Router, routing::post};
    /// use tower_webhook::{Scheme, Verified, WebhookLayer};
    ///
    /// async fn handle(delivery: Option<Verified>, body: String) {
    ///     println!("verified: {}, {body}", delivery.is_some());
    /// }
    ///
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?);
    /// let app: Router = Router::new()
    ///     .route("/webhooks", post(handle))
    ///     .route_layer(layer.dangerous_report_only());
    /// # }
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn dangerous_report_only(self) -> WebhookLayer<R, UnverifiedBody, H> {
        let Answers { on_rejection, on_handshake, diagnosing, .. } = self.answers;
        let report_only = Some::<ReportOnly<_>>(UnverifiedBody::from);
        let answers = Answers { on_rejection, on_handshake, diagnosing, report_only };
        WebhookLayer { receivers: self.receivers, answers }
    }
}

/// Without the handshake of the receiver: its answer has a body, so set it with
/// [`WebhookLayer::handshake`].
impl From<Receiver> for WebhookLayer {
    fn from(receiver: Receiver) -> Self {
        Self::of(Receivers::One(receiver.without_handshake()), NoHandshake)
    }
}

impl<S, R, P, H> Layer<S> for WebhookLayer<R, P, H>
where
    R: Clone,
    H: Clone,
{
    type Service = Webhook<S, R, P, H>;

    fn layer(&self, inner: S) -> Self::Service {
        Webhook::new(inner, self.clone())
    }
}

/// Not derived, because that would ask for bodies that can be cloned.
impl<R, P, H> Clone for WebhookLayer<R, P, H>
where
    R: Clone,
    H: Clone,
{
    fn clone(&self) -> Self {
        Self { receivers: self.receivers.clone(), answers: self.answers.clone() }
    }
}

impl<R, P, H> fmt::Debug for WebhookLayer<R, P, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("WebhookLayer");
        match &self.receivers {
            Receivers::One(receiver) => debug.field("receiver", receiver),
            several @ Receivers::Several(_) => debug.field("receivers", &several.all()),
        };
        debug.field("report_only", &self.answers.report_only.is_some()).finish_non_exhaustive()
    }
}
