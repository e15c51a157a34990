//! The service: one boxed future for each request.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

#[cfg(feature = "axum")]
use axum_core::extract::DefaultBodyLimit;
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::error::VerifyError;
#[cfg(feature = "tracing")]
use crate::event::accepted;
use crate::event::{Concern, Handshaken, Rejected};
use crate::fetch::endpoint::EndpointId;
use crate::head::Head;
use crate::layer::body::VerifiedBody;
use crate::layer::handshake::{NoHandshake, OnHandshake};
use crate::layer::on_rejection::{BareStatus, OnRejection, Refused};
use crate::layer::webhook::{ReportOnly, WebhookLayer};
use crate::receive::delivery::End;
use crate::receive::receiver::Receiver;
use crate::receive::rejection::{Refusal, Rejection, RejectionKind};
#[cfg(feature = "metrics")]
use crate::receive::verdict::count_at_once;
#[cfg(feature = "replay")]
use crate::replay::claimed::Claimed;
#[cfg(feature = "replay")]
use crate::replay::key::ReplayKey;
use crate::scheme::expected::Expected;
use crate::verify::verified::Verified;

/// Lets only verified deliveries through to the inner service; made by
/// [`WebhookLayer`](crate::WebhookLayer).
///
/// It is always ready. A clone of the inner service is polled ready and called only after a
/// delivery is verified, so that no unverified request holds a place that is meant for a verified
/// one. The request's body may be any [`Body`]. Frames that are not `Bytes` are copied once.
///
/// # Examples
///
/// ```
/// use std::convert::Infallible;
///
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::Full;
/// use time::OffsetDateTime;
/// use tower::{Layer as _, ServiceExt as _, service_fn};
/// use tower_webhook::layer::VerifiedBody;
/// use tower_webhook::{Scheme, WebhookLayer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let handler = service_fn(|_: Request<VerifiedBody>| async {
///     Ok::<_, Infallible>(Response::new(String::from("thank you")))
/// });
/// let service = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?).layer(handler);
///
/// let signer = Scheme::GITHUB.signer("secret")?;
/// let request = signer.request("https://example.com/", None, OffsetDateTime::now_utc(), "{}")?;
/// let answer = service.oneshot(request.map(|body| Full::<Bytes>::from(body))).await?;
/// assert_eq!(answer.into_body(), "thank you");
/// # Ok(())
/// # }
/// ```
pub struct Webhook<S, R = BareStatus, P = VerifiedBody, H = NoHandshake> {
    inner: S,
    layer: WebhookLayer<R, P, H>,
}

impl<S, R, P, H> Webhook<S, R, P, H> {
    pub(super) fn new(inner: S, layer: WebhookLayer<R, P, H>) -> Self {
        Self { inner, layer }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service, mutably.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service without the verification.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

/// Not derived, because that would ask for bodies that can be cloned.
impl<S, R, P, H> Clone for Webhook<S, R, P, H>
where
    S: Clone,
    WebhookLayer<R, P, H>: Clone,
{
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer.clone() }
    }
}

impl<S, R, P, H> fmt::Debug for Webhook<S, R, P, H>
where
    S: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inner, layer } = self;
        f.debug_struct("Webhook").field("inner", inner).field("layer", layer).finish()
    }
}

impl<S, R, P, H, B, ResBody> Service<Request<B>> for Webhook<S, R, P, H>
where
    S: Service<Request<P>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    ResBody: Send + 'static,
    R: OnRejection<ResBody> + Clone + Send + 'static,
    P: From<VerifiedBody> + Send + 'static,
    H: OnHandshake<ResBody> + Clone + Send + 'static,
    B: Body<Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut this = self.clone();
        let (mut parts, body) = request.into_parts();
        // One block instead of an `async fn`, whose future would hold its arguments twice.
        ResponseFuture(Box::pin(async move {
            let mut body = pin!(body);
            let Some(receiver) = this.layer.receivers.of(&parts) else {
                // Boxed, for it is not the way of a delivery.
                return Box::pin(this.unselected(parts, body)).await;
            };
            let mut arriving = receiver.arriving();
            let received = arriving.receive(receiver, Head::from(&parts), body.as_mut()).await;
            let (verified, end) = match received {
                Ok(received) => received,
                Err(rejection) => {
                    arriving.judged(Err(&rejection));
                    let read = arriving.is_read().then_some(&arriving);
                    this.layer.diagnosing.refused(&rejection, &parts, receiver, read);
                    let Some(report_only) = this.report_only(&rejection) else {
                        let whose = (Some(receiver), arriving.endpoint());
                        return Ok(this.respond(whose, &parts, rejection));
                    };
                    let body = arriving.read_unverified(body).await.map(report_only);
                    let receiver = receiver.clone();
                    let whose = (Some(&receiver), arriving.endpoint());
                    // Boxed, for it is not the usual way.
                    return Box::pin(this.let_through(whose, parts, rejection, body)).await;
                }
            };
            #[cfg(feature = "tracing")]
            {
                let endpoint = arriving.endpoint().map(EndpointId::as_str);
                accepted(receiver.scheme().name(), endpoint, verified.secret_index());
            }
            let room = end.in_time(poll_fn(|cx| this.inner.poll_ready(cx))).await;
            let Some(ready) = room else {
                end.settle(false).await;
                let rejection = RejectionKind::Overloaded.into();
                arriving.judged(Err(&rejection));
                return Ok(this.respond((Some(receiver), arriving.endpoint()), &parts, rejection));
            };
            arriving.judged(Ok(()));
            ready?;
            parts.extensions.insert(verified);
            #[cfg(feature = "replay")]
            end.claimed().into_iter().for_each(|claimed| {
                parts.extensions.insert(*claimed.key());
                parts.extensions.insert(claimed);
            });
            let answer =
                this.inner.call(bounded(parts, VerifiedBody::from(arriving.take_frames()).into()));
            #[cfg(feature = "replay")]
            if let Some(finisher) = end.finisher() {
                return finisher.detached(settled(answer, end)).await;
            }
            settled(answer, end).await
        }))
    }
}

/// Stands for the name of a scheme where the selector has found none.
const NO_SCHEME: &str = "none";

/// Whose delivery it is, as far as is known.
type Whose<'a> = (Option<&'a Receiver>, Option<&'a EndpointId>);

fn scheme_name(receiver: Option<&Receiver>) -> &'static str {
    receiver.map_or(NO_SCHEME, |receiver| receiver.scheme().name())
}

/// Ends a delivery as it was answered.
async fn settled<B, E>(
    answer: impl Future<Output = Result<Response<B>, E>>,
    end: End,
) -> Result<Response<B>, E> {
    let answer = answer.await;
    end.settle(answer.as_ref().is_ok_and(|it| it.status().is_success())).await;
    answer
}

impl<S, R, P, H> Webhook<S, R, P, H> {
    /// What makes the body, if the request is let through: in this mode, every one that could not be
    /// verified, for whatever reason.
    fn report_only(&self, rejection: &Rejection) -> Option<ReportOnly<P>> {
        self.layer.report_only.filter(|_| {
            matches!(
                rejection.kind(),
                RejectionKind::Unverified(_)
                    | RejectionKind::UnknownEndpoint
                    | RejectionKind::SecretsUnavailable
            )
        })
    }

    /// Answers a request for none of the receivers.
    async fn unselected<B, ResBody>(
        self,
        parts: Parts,
        body: Pin<&mut B>,
    ) -> Result<Response<ResBody>, S::Error>
    where
        S: Service<Request<P>, Response = Response<ResBody>>,
        R: OnRejection<ResBody>,
        H: OnHandshake<ResBody>,
        B: Body<Error: Into<Box<dyn Error + Send + Sync>>>,
    {
        let rejection = Rejection::from(RejectionKind::UnknownEndpoint);
        #[cfg(feature = "metrics")]
        count_at_once(NO_SCHEME, &rejection);
        let widest = self.layer.receivers.all().iter().max_by_key(|it| it.limit());
        let Some((report_only, receiver)) = self.report_only(&rejection).zip(widest) else {
            return Ok(self.respond((None, None), &parts, rejection));
        };
        let body = receiver.arriving().read_unverified(body).await.map(report_only);
        self.let_through((None, None), parts, rejection, body).await
    }

    /// Answers a request that is rejected, or a handshake.
    fn respond<B>(&self, whose: Whose<'_>, parts: &Parts, rejection: Rejection) -> Response<B>
    where
        R: OnRejection<B>,
        H: OnHandshake<B>,
    {
        if let Some(handshake) = rejection.handshake_name() {
            return self.respond_handshake(whose, parts, handshake, rejection);
        }
        let concern = match rejection.kind() {
            RejectionKind::Duplicate | RejectionKind::InFlight => Concern::Nobody,
            _ if rejection.status().is_server_error() => Concern::Operator,
            _ => Concern::Sender,
        };
        self.report(concern, whose, parts, rejection)
    }

    fn respond_handshake<B>(
        &self,
        (receiver, endpoint): Whose<'_>,
        parts: &Parts,
        handshake: &'static str,
        rejection: Rejection,
    ) -> Response<B>
    where
        R: OnRejection<B>,
        H: OnHandshake<B>,
    {
        let answer = rejection.handshake_answer();
        let mut response = answer
            .and_then(|answer| self.layer.on_handshake.respond(answer))
            .unwrap_or_else(|| self.layer.on_rejection.respond(&Refused::new(&rejection, parts)));
        let kind = rejection.kind();
        // Without what went wrong with a secret that was to be kept.
        let bare = Rejection::from(kind);
        Handshaken {
            concern: match kind {
                RejectionKind::HandshakeRefused(Refusal::NotConfigured | Refusal::NotKept) => {
                    Concern::Operator
                }
                _ => Concern::Sender,
            },
            scheme: scheme_name(receiver),
            endpoint: endpoint.map(EndpointId::as_str),
            handshake,
            reason: answer.is_none().then_some(&bare),
            status: response.status(),
        }
        .record();
        response.extensions_mut().insert(rejection);
        response
    }

    /// Hands a request on although it is `rejection` that it got, unless its body is too large or
    /// broken. What it would have been answered with is made and dropped, for whatever counts there.
    async fn let_through<B>(
        mut self,
        whose: Whose<'_>,
        mut parts: Parts,
        rejection: Rejection,
        body: Result<P, Rejection>,
    ) -> Result<Response<B>, S::Error>
    where
        S: Service<Request<P>, Response = Response<B>>,
        R: OnRejection<B>,
        H: OnHandshake<B>,
    {
        let body = match body {
            Ok(body) => body,
            Err(rejection) => return Ok(self.respond(whose, &parts, rejection)),
        };
        drop(self.report(Concern::LetThrough, whose, &parts, rejection.clone()));
        // Another layer may have left one, for another scheme.
        parts.extensions.remove::<Verified>();
        #[cfg(feature = "replay")]
        {
            parts.extensions.remove::<ReplayKey>();
            parts.extensions.remove::<Claimed>();
        }
        parts.extensions.insert(rejection.clone());
        poll_fn(|cx| self.inner.poll_ready(cx)).await?;
        let mut answer = self.inner.call(bounded(parts, body)).await?;
        answer.extensions_mut().insert(rejection);
        Ok(answer)
    }

    fn report<B>(
        &self,
        concern: Concern,
        (receiver, endpoint): Whose<'_>,
        parts: &Parts,
        rejection: Rejection,
    ) -> Response<B>
    where
        R: OnRejection<B>,
    {
        let mut response = self.layer.on_rejection.respond(&Refused::new(&rejection, parts));
        let kind = rejection.kind();
        // Without what went wrong with a body, which is a stranger's text.
        let bare = Rejection::from(kind);
        let reason: &dyn Error = match &kind {
            RejectionKind::Unverified(error) => error,
            _ if rejection.status().is_server_error() => &rejection,
            _ => &bare,
        };
        // What is public of the receiver, where it helps.
        let scheme = receiver.map(Receiver::scheme);
        let expected = match kind {
            RejectionKind::Unverified(
                VerifyError::Mismatch | VerifyError::TimestampTooOld | VerifyError::TimestampTooNew,
            ) => None,
            RejectionKind::Unverified(_) => scheme.map(Expected),
            _ => None,
        };
        let verifier = match kind {
            RejectionKind::Unverified(_) if scheme.is_some_and(|it| it.signs_request()) => {
                receiver.and_then(Receiver::verifier)
            }
            _ => None,
        };
        let public_url = verifier.as_ref().and_then(|verifier| verifier.signed_url());
        Rejected {
            concern,
            expected: expected.as_ref().map(|it| it as _),
            public_url: public_url.map(|it| it as _),
            scheme: scheme_name(receiver),
            endpoint: endpoint.map(EndpointId::as_str),
            kind: &kind,
            reason,
            seconds_off: rejection.seconds_off(),
            status: response.status(),
        }
        .record();
        response.extensions_mut().insert(rejection);
        response
    }
}

/// A request whose body is bounded already, so that axum's own limit is lifted. One that stands inside is
/// set after this.
fn bounded<P>(parts: Parts, body: P) -> Request<P> {
    #[cfg_attr(not(feature = "axum"), expect(unused_mut))]
    let mut request = Request::from_parts(parts, body);
    #[cfg(feature = "axum")]
    DefaultBodyLimit::disable().apply(&mut request);
    request
}

/// The future of a [`Webhook`], with the output `T`.
///
/// # Examples
///
/// What is rejected for its head alone is answered when it is polled first:
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response, StatusCode};
/// use http_body_util::Empty;
/// use tower::{Layer as _, Service as _, service_fn};
/// use tower_webhook::layer::{ResponseFuture, VerifiedBody};
/// use tower_webhook::{Scheme, WebhookLayer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let handler = service_fn(|_: Request<VerifiedBody>| async {
///     Ok::<_, std::io::Error>(Response::new(String::from("thank you")))
/// });
/// let mut service = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?).layer(handler);
///
/// let answer: ResponseFuture<_> = service.call(Request::new(Empty::<Bytes>::new()));
/// assert_eq!(answer.await?.status(), StatusCode::UNAUTHORIZED);
/// # Ok(())
/// # }
/// ```
pub struct ResponseFuture<T>(Pin<Box<dyn Future<Output = T> + Send>>);

impl<T> Future for ResponseFuture<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.0.as_mut().poll(cx)
    }
}

impl<T> fmt::Debug for ResponseFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
