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

use crate::event::Concern;
use crate::head::Head;
#[cfg(feature = "metrics")]
use crate::layer::answers::NO_SCHEME;
use crate::layer::answers::{Answers, Whose};
use crate::layer::body::VerifiedBody;
use crate::layer::handshake::{NoHandshake, OnHandshake};
use crate::layer::on_rejection::{BareStatus, OnRejection};
use crate::layer::webhook::WebhookLayer;
use crate::receive::arriving::Arriving;
use crate::receive::delivery::End;
use crate::receive::rejection::{Rejection, RejectionKind};
#[cfg(feature = "metrics")]
use crate::receive::verdict::count_at_once;
#[cfg(feature = "replay")]
use crate::replay::claimed::Claimed;
#[cfg(feature = "replay")]
use crate::replay::key::ReplayKey;
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
        let (mut parts, body) = request.into_parts();
        let Some(receiver) = self.layer.receivers.of(&parts).cloned() else {
            return ResponseFuture(Box::pin(self.clone().unselected(parts, body)));
        };
        let (mut inner, answers) = (self.inner.clone(), self.layer.answers.clone());
        // One block instead of an `async fn`, whose future would hold its arguments twice.
        ResponseFuture(Box::pin(async move {
            let mut body = pin!(body);
            let mut arriving = Arriving::new(receiver);
            // In a block of its own, so that what ends here takes no place in the future afterwards.
            let end = {
                let received = arriving.receive(&Head::from(&parts), body.as_mut()).await;
                let received = received.map(|(verified, end)| {
                    #[cfg(feature = "tracing")]
                    arriving.accepted(&verified);
                    parts.extensions.insert(verified);
                    end
                });
                match received {
                    Ok(end) => end,
                    Err(rejection) => {
                        arriving.judged(Err(&rejection));
                        answers.diagnosing.refused(&rejection, &parts, &arriving);
                        let Some(report_only) = answers.report_only(&rejection) else {
                            return Ok(answers.respond(arriving.whose(), &parts, rejection));
                        };
                        // Boxed, for it is not the usual way.
                        return Box::pin(async move {
                            let body = arriving.read_unverified(body).await.map(report_only);
                            let whose = arriving.whose();
                            let_through(inner, answers, whose, parts, rejection, body).await
                        })
                        .await;
                    }
                }
            };
            let room = end.in_time(poll_fn(|cx| inner.poll_ready(cx))).await;
            let Some(ready) = room else {
                end.settle(false).await;
                let rejection = RejectionKind::Overloaded.into();
                arriving.judged(Err(&rejection));
                return Ok(answers.respond(arriving.whose(), &parts, rejection));
            };
            arriving.judged(Ok(()));
            ready?;
            #[cfg(feature = "replay")]
            end.claimed().into_iter().for_each(|claimed| {
                parts.extensions.insert(*claimed.key());
                parts.extensions.insert(claimed);
            });
            let body = VerifiedBody::from(arriving.take_frames());
            let request = bounded(parts, body.into());
            #[cfg(feature = "replay")]
            if let Some(finisher) = end.finisher() {
                return finisher.detached(settled(inner.call(request), end)).await;
            }
            // In its place, for it may be large, and an `async fn` holds its arguments twice.
            settled(pin!(inner.call(request)), end).await
        }))
    }
}

impl<S, R, P, H> Webhook<S, R, P, H> {
    /// Answers a request for none of the receivers.
    async fn unselected<B, ResBody>(
        self,
        parts: Parts,
        body: B,
    ) -> Result<Response<ResBody>, S::Error>
    where
        S: Service<Request<P>, Response = Response<ResBody>>,
        R: OnRejection<ResBody>,
        H: OnHandshake<ResBody>,
        B: Body<Error: Into<Box<dyn Error + Send + Sync>>>,
    {
        let Self { inner, layer: WebhookLayer { receivers, answers } } = self;
        let rejection = Rejection::from(RejectionKind::UnknownEndpoint);
        #[cfg(feature = "metrics")]
        count_at_once(NO_SCHEME, &rejection);
        let widest = receivers.all().iter().max_by_key(|it| it.limit()).cloned();
        let Some((report_only, receiver)) = answers.report_only(&rejection).zip(widest) else {
            return Ok(answers.respond((None, None), &parts, rejection));
        };
        let body = Arriving::new(receiver).read_unverified(pin!(body)).await.map(report_only);
        let_through(inner, answers, (None, None), parts, rejection, body).await
    }
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

/// Hands a request on although it is `rejection` that it got, unless its body is too large or broken.
/// What it would have been answered with is made and dropped, for whatever counts there.
async fn let_through<S, R, P, H, B>(
    mut inner: S,
    answers: Answers<R, P, H>,
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
        Err(rejection) => return Ok(answers.respond(whose, &parts, rejection)),
    };
    drop(answers.report(Concern::LetThrough, whose, &parts, rejection.clone()));
    // Another layer may have left one, for another scheme.
    parts.extensions.remove::<Verified>();
    #[cfg(feature = "replay")]
    {
        parts.extensions.remove::<ReplayKey>();
        parts.extensions.remove::<Claimed>();
    }
    parts.extensions.insert(rejection.clone());
    poll_fn(|cx| inner.poll_ready(cx)).await?;
    let mut answer = inner.call(bounded(parts, body)).await?;
    answer.extensions_mut().insert(rejection);
    Ok(answer)
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
