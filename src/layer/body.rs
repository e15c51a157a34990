//! The bodies that the inner service receives.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::receive::frames::Frames;

/// A body that is verified and complete: the bytes that arrived, in their order.
///
/// # Examples
///
/// In axum the extractors read it; elsewhere `http_body_util` does:
///
/// ```
/// use http::{Request, Response};
/// use http_body_util::BodyExt as _;
/// use tower_webhook::layer::VerifiedBody;
///
/// async fn handle(request: Request<VerifiedBody>) -> Response<String> {
///     let Ok(body) = request.into_body().collect().await;
///     Response::new(format!("{} bytes", body.to_bytes().len()))
/// }
/// ```
#[derive(Default)]
pub struct VerifiedBody(Frames);

impl From<Frames> for VerifiedBody {
    fn from(frames: Frames) -> Self {
        Self(frames)
    }
}

impl Body for VerifiedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop().map(|frame| Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}

/// A body that is complete and within the limit, and that **anyone may have sent**: what the inner
/// service receives of a layer that only
/// [reports](crate::WebhookLayer::dangerous_report_only).
///
/// It is verified if the request has [`Verified`](crate::Verified) among its extensions.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use http_body_util::BodyExt as _;
/// use tower_webhook::Verified;
/// use tower_webhook::layer::UnverifiedBody;
///
/// async fn handle(request: Request<UnverifiedBody>) -> Response<String> {
///     let is_verified = request.extensions().get::<Verified>().is_some();
///     let Ok(body) = request.into_body().collect().await;
///     Response::new(format!("{} bytes, verified: {is_verified}", body.to_bytes().len()))
/// }
/// ```
#[derive(Default)]
pub struct UnverifiedBody(VerifiedBody);

impl From<Frames> for UnverifiedBody {
    fn from(frames: Frames) -> Self {
        Self(frames.into())
    }
}

impl From<VerifiedBody> for UnverifiedBody {
    fn from(body: VerifiedBody) -> Self {
        Self(body)
    }
}

impl Body for UnverifiedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl fmt::Debug for UnverifiedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedBody").field("len", &self.0.0.len()).finish()
    }
}

impl fmt::Debug for VerifiedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedBody").field("len", &self.0.len()).finish()
    }
}
