//! The verification by hand as a service: it collects the body, and then verifies it.

use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt as _, Full, Limited};
use tower::Service;

use crate::by_hand::ByHand;

const LIMIT: usize = 2 << 20;

#[derive(Clone)]
pub(crate) struct ByHandService<S> {
    inner: S,
    key: Arc<ByHand>,
}

impl<S> ByHandService<S> {
    pub(crate) fn new(inner: S, key: ByHand) -> Self {
        Self { inner, key: key.into() }
    }
}

impl<S, B, ResBody> Service<Request<B>> for ByHandService<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    ResBody: Default + Send,
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { mut inner, key } = self.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let Ok(body) = Limited::new(body, LIMIT).collect().await else {
                return Ok(refusal(StatusCode::PAYLOAD_TOO_LARGE));
            };
            let body = body.to_bytes();
            if key.verify(&parts.headers, &body).is_none() {
                return Ok(refusal(StatusCode::UNAUTHORIZED));
            }
            poll_fn(|cx| inner.poll_ready(cx)).await?;
            inner.call(Request::from_parts(parts, Full::new(body))).await
        })
    }
}

fn refusal<B: Default>(status: StatusCode) -> Response<B> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}
