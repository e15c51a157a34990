//! The service: junk is answered in `call`, and an admitted request becomes one boxed future.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::event::{Concern, Handshaken, Rejected};
use crate::fetch::endpoint::EndpointId;
use crate::head::Head;
use crate::layer::body::VerifiedBody;
use crate::layer::handshake::{NoHandshake, OnHandshake};
use crate::layer::on_rejection::{BareStatus, OnRejection, Refused};
use crate::receive::receiver::Receiver;
use crate::receive::rejection::{Refusal, Rejection, RejectionKind};

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
#[derive(Clone, Debug)]
pub struct Webhook<S, R = BareStatus, H = NoHandshake> {
    inner: S,
    receiver: Receiver,
    on_rejection: R,
    on_handshake: H,
}

impl<S, R, H> Webhook<S, R, H> {
    pub(super) fn new(inner: S, receiver: Receiver, on_rejection: R, on_handshake: H) -> Self {
        Self { inner, receiver, on_rejection, on_handshake }
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

impl<S, R, H, B, ResBody> Service<Request<B>> for Webhook<S, R, H>
where
    S: Service<Request<VerifiedBody>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    ResBody: Send + 'static,
    R: OnRejection<ResBody> + Clone + Send + 'static,
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
        let (parts, body) = request.into_parts();
        let least = body.size_hint().lower();
        match self.receiver.open_sized(Head::from(&parts), least) {
            Ok(mut incoming) => {
                let Self { mut inner, receiver, on_rejection, on_handshake } = self.clone();
                let mut parts = parts;
                // One block instead of an `async fn`, whose future would hold its arguments twice.
                ResponseFuture(State::Running(Box::pin(async move {
                    let received = match incoming.read(body).await {
                        Ok(()) => incoming.conclude().await,
                        Err(rejection) => Err(rejection),
                    };
                    let mut delivery = match received {
                        Ok(delivery) => delivery,
                        Err(rejection) => {
                            return Ok(respond(
                                &receiver,
                                incoming.endpoint(),
                                (&on_rejection, &on_handshake),
                                &parts,
                                rejection,
                            ));
                        }
                    };
                    let room = delivery.in_time(poll_fn(|cx| inner.poll_ready(cx))).await;
                    let Some(ready) = room else {
                        delivery.settle(false).await;
                        let rejection = RejectionKind::Overloaded.into();
                        return Ok(respond(
                            &receiver,
                            incoming.endpoint(),
                            (&on_rejection, &on_handshake),
                            &parts,
                            rejection,
                        ));
                    };
                    ready?;
                    #[cfg(feature = "replay")]
                    let finisher = delivery.finisher();
                    parts.extensions.insert(delivery.verified().clone());
                    let body = VerifiedBody::from(delivery.take_frames());
                    let answer = inner.call(Request::from_parts(parts, body));
                    let handling = async move {
                        let answer = answer.await;
                        let success = answer.as_ref().is_ok_and(|it| it.status().is_success());
                        delivery.settle(success).await;
                        answer
                    };
                    #[cfg(feature = "replay")]
                    if let Some(finisher) = finisher {
                        return finisher.detached(handling).await;
                    }
                    handling.await
                })))
            }
            Err(rejection) => {
                let on = (&self.on_rejection, &self.on_handshake);
                let answer = respond(&self.receiver, None, on, &parts, rejection);
                ResponseFuture(State::Answered(Some(Ok(answer))))
            }
        }
    }
}

fn respond<R, H, B>(
    receiver: &Receiver,
    endpoint: Option<&EndpointId>,
    (on_rejection, on_handshake): (&R, &H),
    parts: &Parts,
    rejection: Rejection,
) -> Response<B>
where
    R: OnRejection<B>,
    H: OnHandshake<B>,
{
    let answered = rejection.handshake_answer().and_then(|answer| on_handshake.respond(answer));
    let mut response =
        answered.unwrap_or_else(|| on_rejection.respond(&Refused::new(&rejection, parts)));
    let kind = rejection.kind();
    // Without what went wrong with a body, or with a secret that was to be kept.
    let bare = Rejection::from(kind);
    if let Some(handshake) = rejection.handshake_name() {
        let is_answered = rejection.handshake_answer().is_some();
        Handshaken {
            concern: match kind {
                RejectionKind::HandshakeRefused(Refusal::NotConfigured | Refusal::NotKept) => {
                    Concern::Operator
                }
                _ => Concern::Sender,
            },
            scheme: receiver.scheme().name(),
            endpoint: endpoint.map(EndpointId::as_str),
            handshake,
            reason: (!is_answered).then_some(&bare),
            status: response.status(),
        }
        .record();
        response.extensions_mut().insert(rejection);
        return response;
    }
    let concern = match kind {
        RejectionKind::Duplicate | RejectionKind::InFlight => Concern::Nobody,
        _ if rejection.status().is_server_error() => Concern::Operator,
        _ => Concern::Sender,
    };
    let reason: &dyn Error = match &kind {
        RejectionKind::Unverified(error) => error,
        _ if rejection.status().is_server_error() => &rejection,
        _ => &bare,
    };
    Rejected {
        concern,
        scheme: receiver.scheme().name(),
        endpoint: endpoint.map(EndpointId::as_str),
        kind: &kind,
        reason,
        status: response.status(),
    }
    .record();
    response.extensions_mut().insert(rejection);
    response
}

/// The future of a [`Webhook`], with the output `T`.
///
/// # Examples
///
/// What is rejected for its head alone is answered at once:
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
pub struct ResponseFuture<T>(State<T>);

enum State<T> {
    /// The head alone was reason to reject the request. `None` once polled.
    Answered(Option<T>),
    Running(Pin<Box<dyn Future<Output = T> + Send>>),
}

/// Moving it moves only a pointer: the future is pinned in its box.
impl<T> Unpin for ResponseFuture<T> {}

impl<T> Future for ResponseFuture<T> {
    type Output = T;

    #[expect(clippy::expect_used, reason = "as the future of any async block")]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match &mut self.0 {
            State::Answered(answer) => Poll::Ready(answer.take().expect("polled after completion")),
            State::Running(future) => {
                let answer = ready!(future.as_mut().poll(cx));
                self.0 = State::Answered(None);
                Poll::Ready(answer)
            }
        }
    }
}

impl<T> fmt::Debug for ResponseFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
