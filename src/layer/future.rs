//! One request's way through the layer: secrets, body, verdict, claim, handler, commit.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use http::request::Parts;
use http::{Request, Response};
use http_body::{Body, Frame};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::error::VerifyError;
use crate::layer::WebhookLayer;
use crate::layer::body::Frames;
use crate::layer::body::VerifiedBody;
use crate::layer::rejection::{OnRejection, Rejection};
use crate::layer::replay::{Held, Settling};
use crate::layer::source::{BoxFuture, Endpoint, Fetch, Lookup};
use crate::verify::verification::Receipt;
use crate::verify::verified::Verified;

pin_project! {
    /// The response of [`Webhook`](super::Webhook).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use bytes::Bytes;
    /// use http::{Request, Response, StatusCode};
    /// use http_body_util::Empty;
    /// use tower::{Layer as _, Service as _, service_fn};
    /// use tower_webhook::{Scheme, WebhookLayer};
    /// use tower_webhook::layer::{ResponseFuture, VerifiedBody};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let handler = service_fn(|_: Request<VerifiedBody>| async {
    ///     Ok::<_, Infallible>(Response::new(String::from("thank you")))
    /// });
    /// let mut service = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?).layer(handler);
    ///
    /// let answer: ResponseFuture<_, _, _, _> = service.call(Request::new(Empty::<Bytes>::new()));
    /// assert_eq!(answer.await?.status(), StatusCode::UNAUTHORIZED);
    /// # Ok(())
    /// # }
    /// ```
    pub struct ResponseFuture<S, B, R, ResBody>
    where
        S: Service<Request<VerifiedBody>>,
    {
        #[pin]
        state: State<S, B, R, S::Future, S::Error, ResBody>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, B, R, F, E, ResBody> {
        /// The secrets are on their way, or the body is.
        Reading { #[pin] body: B, reading: Option<(Delivery, Call<S, R>)> },
        /// The body is here, but the verdict or the claim takes more than this process knows.
        Waiting { judgement: BoxFuture<Judgement>, call: Option<Call<S, R>> },
        /// The handler runs.
        Calling { #[pin] future: F, held: Held },
        /// The handler has answered, and the guard is told before the sender is.
        Settling { #[pin] settling: Settling, answer: Option<Result<Response<ResBody>, E>> },
        /// There is an answer without a handler.
        Answered { answer: Option<Result<Response<ResBody>, E>> },
    }
}

/// What has arrived of a delivery.
pub(super) struct Delivery {
    /// The secrets, if they are still on their way.
    fetch: Option<Fetch>,
    receipt: Box<Receipt>,
    endpoint: Endpoint,
    frames: Frames,
}

/// What is kept for the handler.
pub(super) struct Call<S, R> {
    pub(super) parts: Parts,
    pub(super) inner: S,
    pub(super) layer: WebhookLayer<R>,
}

/// A verified body with its proof and the claim on it, or why there is none.
type Judgement = Result<(Verified, Frames, Held), Rejection>;

impl<S, B, R, ResBody> ResponseFuture<S, B, R, ResBody>
where
    S: Service<Request<VerifiedBody>>,
{
    pub(super) fn rejected(response: Response<ResBody>) -> Self {
        Self { state: State::Answered { answer: Some(Ok(response)) } }
    }

    pub(super) fn reading(body: B, delivery: Delivery, call: Call<S, R>) -> Self {
        Self { state: State::Reading { body, reading: Some((delivery, call)) } }
    }
}

impl<S, B, R, ResBody> Future for ResponseFuture<S, B, R, ResBody>
where
    S: Service<Request<VerifiedBody>, Response = Response<ResBody>>,
    B: Body,
    R: OnRejection<ResBody>,
{
    type Output = Result<S::Response, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Reading { body, reading } => {
                    let read = match reading {
                        Some((delivery, call)) => {
                            ready!(delivery.poll_read(body, call.layer.body_limit, cx))
                        }
                        None => return Poll::Pending,
                    };
                    match (reading.take(), read) {
                        (Some((delivery, call)), Ok(())) => delivery.judge(call),
                        (Some((_, call)), Err(rejection)) => call.reject(rejection),
                        (None, _) => return Poll::Pending,
                    }
                }
                StateProjection::Waiting { judgement, call } => {
                    let judgement = ready!(judgement.as_mut().poll(cx));
                    let Some(call) = call.take() else { return Poll::Pending };
                    call.go(judgement)
                }
                StateProjection::Calling { future, held } => {
                    let answer = ready!(future.poll(cx));
                    let success = answer.as_ref().is_ok_and(|answer| answer.status().is_success());
                    match held.settle(success) {
                        Some(settling) => State::Settling { settling, answer: Some(answer) },
                        None => State::Answered { answer: Some(answer) },
                    }
                }
                StateProjection::Settling { settling, answer } => {
                    ready!(settling.poll(cx));
                    State::Answered { answer: answer.take() }
                }
                StateProjection::Answered { answer } => {
                    // After the answer nothing more comes.
                    return answer.take().map_or(Poll::Pending, Poll::Ready);
                }
            };
            state.set(next);
        }
    }
}

impl Delivery {
    pub(super) fn new(mut receipt: Box<Receipt>, endpoint: Endpoint, lookup: Lookup) -> Self {
        let fetch = match lookup {
            Lookup::Ready(verifier) => {
                receipt.resolve(verifier);
                None
            }
            Lookup::Waiting(fetch) => Some(fetch),
        };
        Self { fetch, receipt, endpoint, frames: Frames::default() }
    }

    /// Waits for the secrets, and then reads the whole body.
    fn poll_read<B>(
        &mut self,
        mut body: Pin<&mut B>,
        limit: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Rejection>>
    where
        B: Body,
    {
        if let Some(fetch) = &mut self.fetch {
            self.receipt.resolve(ready!(fetch.as_mut().poll(cx))?);
            self.fetch = None;
        }
        while let Some(frame) = ready!(body.as_mut().poll_frame(cx)) {
            self.push(frame, limit)?;
        }
        Poll::Ready(Ok(()))
    }

    /// Counts, authenticates and keeps one frame.
    fn push<D, E>(&mut self, frame: Result<Frame<D>, E>, limit: usize) -> Result<(), Rejection>
    where
        D: Buf,
    {
        let frame = frame.map_err(|_| Rejection::BodyFailed)?;
        let Ok(mut data) = frame.into_data() else { return Ok(()) };
        if data.remaining() > limit.saturating_sub(self.frames.len()) {
            return Err(Rejection::BodyTooLarge);
        }
        let data = data.copy_to_bytes(data.remaining());
        self.receipt.update(&data);
        self.frames.push(data);
        Ok(())
    }

    /// The body is complete. In the plain case the verdict is given here and now.
    fn judge<S, B, R, ResBody>(
        self,
        call: Call<S, R>,
    ) -> State<S, B, R, S::Future, S::Error, ResBody>
    where
        S: Service<Request<VerifiedBody>, Response = Response<ResBody>>,
        R: OnRejection<ResBody>,
    {
        let Self { mut receipt, endpoint, frames, .. } = self;
        let verdict = receipt.finish(frames.chunks());
        let layer = &call.layer;
        let waits = match verdict {
            Ok(_) => layer.replay.is_on(),
            Err(error) => error == VerifyError::Mismatch && layer.source.can_refetch(),
        };
        if waits {
            let (source, replay) = (Arc::clone(&layer.source), layer.replay.clone());
            let judgement = Box::pin(async move {
                let mut verdict = verdict;
                if let (Err(VerifyError::Mismatch), Some(seen)) = (&verdict, receipt.verifier()) {
                    let newer = Arc::clone(&source).refetch(endpoint.clone(), Arc::clone(seen));
                    if let Some(verifier) = newer.await {
                        receipt.replace(verifier);
                        verdict = receipt.finish(frames.chunks());
                    }
                }
                let verified = verdict.map_err(Rejection::Refused)?;
                let claim = replay.claim(&*source, &endpoint, &verified, &receipt, &frames);
                let held = claim.await?;
                Ok((verified, frames, held))
            });
            return State::Waiting { judgement, call: Some(call) };
        }
        let judgement = verdict.map(|verified| (verified, frames, Held::default()));
        call.go(judgement.map_err(Rejection::Refused))
    }
}

impl<S, R> Call<S, R> {
    /// Calls the handler if the judgement is in its favour.
    fn go<B, ResBody>(
        mut self,
        judgement: Judgement,
    ) -> State<S, B, R, S::Future, S::Error, ResBody>
    where
        S: Service<Request<VerifiedBody>, Response = Response<ResBody>>,
        R: OnRejection<ResBody>,
    {
        match judgement {
            Ok((verified, frames, held)) => {
                self.parts.extensions.insert(verified);
                let request = Request::from_parts(self.parts, VerifiedBody::from(frames));
                State::Calling { future: self.inner.call(request), held }
            }
            Err(rejection) => self.reject(rejection),
        }
    }

    fn reject<B, F, E, ResBody>(self, rejection: Rejection) -> State<S, B, R, F, E, ResBody>
    where
        R: OnRejection<ResBody>,
    {
        State::Answered { answer: Some(Ok(self.layer.reject(rejection))) }
    }
}

impl<S, B, R, ResBody> fmt::Debug for ResponseFuture<S, B, R, ResBody>
where
    S: Service<Request<VerifiedBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
