//! The receiver and its settings: secrets, limit and replay guard.

use std::error::Error;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
#[cfg(feature = "replay")]
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, SizeHint};
use http_body_util::Full;

#[cfg(feature = "tracing")]
use crate::event::misconfigured;
#[cfg(feature = "fetch")]
use crate::fetch::SecretFetcher;
#[cfg(feature = "fetch")]
use crate::fetch::cache::SecretCache;
#[cfg(feature = "fetch")]
use crate::fetch::endpoint::EndpointId;
use crate::head::Head;
use crate::head::owned::Owned;
use crate::receive::arriving::Arriving;
use crate::receive::delivery::Delivery;
use crate::receive::handshake::Registration;
use crate::receive::incoming::Incoming;
use crate::receive::rejection::Rejection;
#[cfg(feature = "fetch")]
use crate::receive::source::Selected;
use crate::receive::source::Source;
#[cfg(feature = "replay")]
use crate::replay::settings::Replay;
use crate::scheme::definition::Scheme;
use crate::verify::verifier::Verifier;

/// The default of [`Receiver::body_limit`] where the scheme has none: 2 MiB.
const BODY_LIMIT: usize = 2 << 20;

/// Receives deliveries in any framework: everything between a request's head and its handler.
///
/// The [module page](crate::receive) lists the steps. Clones are cheap and share their settings.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use http_body_util::Full;
/// use time::OffsetDateTime;
/// use tower_webhook::{Receiver, Scheme};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let receiver = Receiver::new(Scheme::GITHUB.verifier("secret")?).body_limit(25 << 20);
///
/// # let headers = Scheme::GITHUB.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
/// # let body = Full::new(Bytes::from("{}"));
/// match receiver.receive(&headers, body).await {
///     Ok(delivery) => delivery.handle(async |verified, body| -> Result<(), std::io::Error> {
///         println!("{:?}: {} bytes", verified.id(), body.len());
///         Ok(())
///     }).await?,
///     Err(rejection) => println!("answer with {}", rejection.status()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Receiver(Arc<Settings>);

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) source: Source,
    pub(super) body_limit: usize,
    pub(super) registration: Option<Registration>,
    #[cfg(feature = "replay")]
    pub(super) replay: Option<Replay>,
}

impl Receiver {
    /// Makes a receiver that verifies with `verifier`.
    ///
    /// If [`Verifier::check`] finds a fault, no delivery can be verified: each is answered with 500. With
    /// the feature `tracing`, that is an event at `error` now; to have it as an error, call it yourself.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tower_webhook::{Receiver, Scheme};
    ///
    /// // Put a verifier that is also used elsewhere into an `Arc`.
    /// let verifier = Arc::new(Scheme::GITHUB.verifier("secret")?);
    /// let receiver = Receiver::new(Arc::clone(&verifier));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn new(verifier: impl Into<Arc<Verifier>>) -> Self {
        let verifier = verifier.into();
        #[cfg(feature = "tracing")]
        if let Err(error) = verifier.check() {
            misconfigured(verifier.scheme().name(), &error);
        }
        Self::from_source(Source::Fixed(verifier))
    }

    /// Makes a receiver whose secrets come from a cache, for the endpoint that `selector` finds in
    /// the head of a request. A request in which it finds none is rejected with 404.
    ///
    /// Headers and timestamp are checked before the selector is called or anything is fetched.
    /// While the secrets are being fetched, nothing of the body is read. If they cannot be fetched,
    /// the answer is 404 for an endpoint that the provider does not know, and otherwise 503 with
    /// `Retry-After`. After a mismatch the cache may fetch again. If that brings a new secret, the
    /// body is verified once more, so a rotation costs no delivery.
    ///
    /// The endpoint that the selector finds is not signed: it only says whose secrets to try. The
    /// selector is synchronous, because otherwise every forged request could cause a call to
    /// another server. For a scheme that signs its URL, set
    /// [`SecretCacheBuilder::public_url`](crate::fetch::SecretCacheBuilder::public_url) or that of each
    /// endpoint.
    ///
    /// Inside of `axum::Router::nest("/hooks", …)` a request's path has lost that prefix, so the selector
    /// of a layer in there sees `/acme`, and finds nothing behind `/hooks/`. The path as it was sent is
    /// `head.extension::<axum::extract::OriginalUri>()`.
    ///
    /// See [the manual](crate::manual::secrets) for how to rotate secrets without losing a
    /// delivery.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::{EndpointId, SecretCache};
    /// use tower_webhook::{Head, Receiver, Scheme, Secret};
    ///
    /// let secret = Secret::utf8("It's a Secret to Everybody")?;
    /// let fetcher = move |_: EndpointId| std::future::ready(Ok(vec![secret.clone()]));
    /// let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    ///
    /// // `/hooks/acme` is the endpoint `acme`.
    /// let receiver = Receiver::from_cache(cache, |head: &Head| {
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
        Self::from_source(Source::Cached(Arc::new(Selected { cache, selector })))
    }

    fn from_source(source: Source) -> Self {
        Self(Arc::new(Settings {
            body_limit: source.scheme().body_limit().unwrap_or(BODY_LIMIT),
            source,
            registration: None,
            #[cfg(feature = "replay")]
            replay: None,
        }))
    }

    /// Sets the size of the largest body that is accepted, in bytes, default
    /// [`Scheme::body_limit`], or 2 MiB for a scheme without one.
    ///
    /// A longer body is rejected with 413, before it is read if its length is declared.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.0).body_limit = bytes;
        self
    }

    /// Sets how deliveries are remembered, so that one that a sender repeats is not handled again;
    /// default not at all.
    ///
    /// A delivery is claimed after it is verified and before it is handled. If it was handled it is
    /// committed, and otherwise released, so that the sender's retry gets through. It is remembered
    /// as [`Replay`] says.
    ///
    /// See [the manual](crate::manual::replay) for what this guarantees and what it does not.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::replay::{MemoryReplayGuard, Replay};
    /// use tower_webhook::{Receiver, Scheme};
    ///
    /// let guard = MemoryReplayGuard::builder().build();
    /// let receiver = Receiver::new(Scheme::VELT.verifier("whsec_plJ3nmyCDGBKInavdOK15jsl")?)
    ///     .replay(Replay::with(guard));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    #[cfg(feature = "replay")]
    pub fn replay(mut self, replay: Replay) -> Self {
        Arc::make_mut(&mut self.0).replay = Some(replay);
        self
    }

    /// Sets the handshake that is answered, default none: then it is rejected like any request that
    /// is not a delivery.
    ///
    /// A handshake comes out as a [`Rejection`] with an [answer](Rejection::handshake_answer), and is
    /// neither claimed nor handled. One that is a GET, a HEAD or an OPTIONS is known by its method,
    /// so the head must have [the request](Head::with_request).
    ///
    /// See [the manual](crate::manual::handshakes) for what each provider asks.
    ///
    /// # Security
    ///
    /// Whatever the request says, no handler sees it. A handshake that is a signed delivery is
    /// verified before it is looked at. Of the body of one that is not signed, no more than 8 KiB are
    /// read.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Handshake;
    /// use tower_webhook::{Receiver, Scheme};
    ///
    /// let receiver = Receiver::new(Scheme::META.verifier("app secret")?)
    ///     .handshake(Handshake::META.verify_token("chosen by us"));
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn handshake(mut self, registration: impl Into<Registration>) -> Self {
        Arc::make_mut(&mut self.0).registration = Some(registration.into());
        self
    }

    /// Without a handshake, for a layer that has no way to answer one.
    #[cfg(feature = "tower")]
    pub(crate) fn without_handshake(mut self) -> Self {
        if self.0.registration.is_some() {
            Arc::make_mut(&mut self.0).registration = None;
        }
        self
    }

    /// The scheme whose deliveries are received.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.0.source.scheme()
    }

    /// The size of the largest body, in bytes.
    #[cfg(feature = "tower")]
    pub(crate) fn limit(&self) -> usize {
        self.0.body_limit
    }

    /// The verifier, unless it depends on the endpoint.
    #[cfg(feature = "tower")]
    pub(crate) fn verifier(&self) -> Option<&Arc<Verifier>> {
        self.0.source.verifier()
    }

    /// Receives a delivery: checks its head, reads and verifies its body, and claims it if there is
    /// a replay guard.
    ///
    /// The head is checked by the call itself, before the future is polled.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejection`] that answers the request if it is not to be handled.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, a claim in flight goes on in the background and is then released.
    pub fn receive<'h, H, B>(
        &self,
        head: H,
        body: B,
    ) -> impl Future<Output = Result<Delivery, Rejection>> + use<'h, H, B>
    where
        H: Into<Head<'h>>,
        B: Body<Error: Into<Box<dyn Error + Send + Sync>>>,
    {
        let (receiver, head) = (self.clone(), head.into());
        async move {
            let mut arriving = Arriving::new(receiver);
            let received = arriving.receive(&head, pin!(body)).await;
            arriving.judged(received.as_ref().map(|_| ()));
            let (verified, end) = received?;
            Ok(Delivery { verified, frames: arriving.frames, end })
        }
    }

    /// Receives a delivery whose body is already complete, as in a serverless function or a queue.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejection`] that answers the request if it is not to be handled.
    ///
    /// # Cancel safety
    ///
    /// As [`Receiver::receive`].
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::{Head, Receiver, Scheme};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let headers = Scheme::GITHUB.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
    /// # let signature = headers["x-hub-signature-256"].as_bytes();
    /// let receiver = Receiver::new(Scheme::GITHUB.verifier("secret")?);
    /// let pairs = [("X-Hub-Signature-256", signature)];
    /// let delivery = receiver.receive_bytes(Head::from_pairs(&pairs), "{}").await?;
    /// delivery.handled().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn receive_bytes<'h, H, B>(
        &self,
        head: H,
        body: B,
    ) -> impl Future<Output = Result<Delivery, Rejection>> + use<'h, H, B>
    where
        H: Into<Head<'h>>,
        B: Into<Bytes>,
    {
        self.receive(head, Full::<Bytes>::new(body.into()))
    }

    /// Checks the head of a request, the cheapest part first: headers and time, then the declared
    /// length, then the endpoint. Nothing is awaited, and junk ends here.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejection`] that answers the request if its body is not to be read.
    pub fn open<'h>(&self, head: impl Into<Head<'h>>) -> Result<Incoming, Rejection> {
        let (head, mut arriving) = (head.into(), Arriving::new(self.clone()));
        let opened = self.0.source.open(head);
        let admitted = arriving.admit(&head, opened.as_ref().err(), &SizeHint::default());
        admitted.inspect_err(|rejection| arriving.judged(Err(rejection)))?;
        Ok(Incoming::new(opened.ok().as_ref().map(Owned::from), arriving))
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0
    }
}

impl Settings {
    /// The time for which a delivery can be sent again before its timestamp is rejected. What is never
    /// rejected cannot be remembered for as long, so a side without a limit counts for nothing.
    #[cfg(feature = "replay")]
    pub(super) fn window(&self) -> Duration {
        match self.source.scheme().timestamp_format() {
            Some(_) => {
                let tolerance = self.source.tolerance();
                [tolerance.past(), tolerance.future()]
                    .into_iter()
                    .filter(|side| *side != Duration::MAX)
                    .fold(Duration::ZERO, Duration::saturating_add)
            }
            None => Duration::ZERO,
        }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("scheme", &self.scheme())
            .field("body_limit", &self.0.body_limit)
            .finish_non_exhaustive()
    }
}
