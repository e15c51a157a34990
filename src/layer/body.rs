//! The body that the inner service receives.

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

impl fmt::Debug for VerifiedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedBody").field("len", &self.0.len()).finish()
    }
}
