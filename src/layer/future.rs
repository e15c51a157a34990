//! Reads the body, gives the verdict, and only then calls the inner service.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use http::request::Parts;
use http::{Request, Response};
use http_body::{Body, Frame};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::body::Frames;
use super::{OnRejection, Rejection, VerifiedBody, WebhookLayer};
use crate::verify::Receipt;

pin_project! {
    /// The response of [`Webhook`](super::Webhook).
    pub struct ResponseFuture<S, B, R, ResBody>
    where
        S: Service<Request<VerifiedBody>>,
    {
        #[pin]
        state: State<S, B, R, S::Future, ResBody>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, B, R, F, ResBody> {
        Rejected { response: Option<Response<ResBody>> },
        Reading { #[pin] body: B, delivery: Option<Delivery<S, R>> },
        Calling { #[pin] future: F },
    }
}

/// A request whose body is still arriving.
pub(super) struct Delivery<S, R> {
    pub(super) parts: Parts,
    pub(super) receipt: Receipt,
    pub(super) frames: Frames,
    pub(super) inner: S,
    pub(super) layer: WebhookLayer<R>,
}

impl<S, R> Delivery<S, R> {
    /// Counts, authenticates and keeps one frame.
    fn push<D, E>(&mut self, frame: Result<Frame<D>, E>) -> Result<(), Rejection>
    where
        D: Buf,
    {
        let frame = frame.map_err(|_| Rejection::BodyFailed)?;
        let Ok(mut data) = frame.into_data() else { return Ok(()) };
        if data.remaining() > self.layer.body_limit.saturating_sub(self.frames.len()) {
            return Err(Rejection::BodyTooLarge);
        }
        let data = data.copy_to_bytes(data.remaining());
        self.receipt.update(&data);
        self.frames.push(data);
        Ok(())
    }

    /// The body is complete.
    fn finish<ResBody>(mut self) -> Result<S::Future, Response<ResBody>>
    where
        S: Service<Request<VerifiedBody>, Response = Response<ResBody>>,
        R: OnRejection<ResBody>,
    {
        match self.receipt.finish(self.frames.chunks()) {
            Ok(verified) => {
                self.parts.extensions.insert(verified);
                let body = VerifiedBody::from(self.frames);
                Ok(self.inner.call(Request::from_parts(self.parts, body)))
            }
            Err(error) => Err(self.layer.reject(Rejection::Refused(error))),
        }
    }
}

impl<S, B, R, ResBody> ResponseFuture<S, B, R, ResBody>
where
    S: Service<Request<VerifiedBody>>,
{
    pub(super) fn rejected(response: Response<ResBody>) -> Self {
        Self { state: State::Rejected { response: Some(response) } }
    }

    pub(super) fn reading(body: B, delivery: Delivery<S, R>) -> Self {
        Self { state: State::Reading { body, delivery: Some(delivery) } }
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
            match state.as_mut().project() {
                StateProjection::Calling { future } => return future.poll(cx),
                StateProjection::Rejected { response } => {
                    // After the response nothing more comes.
                    return response
                        .take()
                        .map_or(Poll::Pending, |response| Poll::Ready(Ok(response)));
                }
                StateProjection::Reading { mut body, delivery } => {
                    while let Some(reading) = delivery {
                        let Some(frame) = ready!(body.as_mut().poll_frame(cx)) else { break };
                        if let Err(rejection) = reading.push(frame) {
                            return Poll::Ready(Ok(reading.layer.reject(rejection)));
                        }
                    }
                    let Some(delivery) = delivery.take() else { return Poll::Pending };
                    match delivery.finish() {
                        Ok(future) => state.set(State::Calling { future }),
                        Err(response) => return Poll::Ready(Ok(response)),
                    }
                }
            }
        }
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
