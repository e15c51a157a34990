//! The service: headers first, then the body.

use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::head::Head;
use crate::layer::WebhookLayer;
use crate::layer::body::VerifiedBody;
use crate::layer::future::ResponseFuture;
use crate::layer::future::{Call, Delivery};
use crate::layer::rejection::{OnRejection, Rejection};

/// Lets only verified deliveries through to the inner service; made by [`WebhookLayer`].
///
/// The request's body may be any [`Body`]. What is not `Bytes` already is copied once, frame by
/// frame.
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
/// use tower_webhook::{Scheme, WebhookLayer};
/// use tower_webhook::layer::VerifiedBody;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let handler = service_fn(|_: Request<VerifiedBody>| async {
///     Ok::<_, Infallible>(Response::new(String::from("thank you")))
/// });
/// let service = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?).layer(handler);
///
/// let mut request = Request::new(Full::<Bytes>::from("{}"));
/// *request.headers_mut() =
///     Scheme::GITHUB.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
/// let answer = service.oneshot(request).await?;
/// assert_eq!(answer.into_body(), "thank you");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Webhook<S, R = super::BareStatus> {
    pub(super) inner: S,
    pub(super) layer: WebhookLayer<R>,
}

impl<S, R> Webhook<S, R> {
    /// The service behind the verification.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower::Layer as _;
    /// use tower_webhook::{Scheme, WebhookLayer};
    ///
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?);
    /// assert_eq!(layer.layer("any service").get_ref(), &"any service");
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service behind the verification.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower::Layer as _;
    /// use tower_webhook::{Scheme, WebhookLayer};
    ///
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?);
    /// let mut service = layer.layer("any service");
    /// *service.get_mut() = "another one";
    /// assert_eq!(service.get_ref(), &"another one");
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Takes the verification away.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower::Layer as _;
    /// use tower_webhook::{Scheme, WebhookLayer};
    ///
    /// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?);
    /// assert_eq!(layer.layer("any service").into_inner(), "any service");
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn into_inner(self) -> S {
        self.inner
    }

    /// Judges the head of a request, cheapest first; only what passes is looked up.
    fn admit<B>(&self, parts: &Parts, body: &B) -> Result<Delivery, Rejection>
    where
        B: Body,
    {
        let receipt = self.layer.source.open(Head::from(parts)).map_err(Rejection::Refused)?;
        if declared(parts, body) > self.layer.body_limit as u64 {
            return Err(Rejection::BodyTooLarge);
        }
        let (endpoint, lookup) = Arc::clone(&self.layer.source).lookup(parts)?;
        Ok(Delivery::new(receipt, endpoint, lookup))
    }
}

impl<S, R, B, ResBody> Service<Request<B>> for Webhook<S, R>
where
    S: Service<Request<VerifiedBody>, Response = Response<ResBody>> + Clone,
    R: OnRejection<ResBody> + Clone,
    B: Body,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S, B, R, ResBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (parts, body) = request.into_parts();
        match self.admit(&parts, &body) {
            Ok(delivery) => {
                // The service that was polled ready is the one to call.
                let clone = self.inner.clone();
                let inner = mem::replace(&mut self.inner, clone);
                let call = Call { parts, inner, layer: self.layer.clone() };
                ResponseFuture::reading(body, delivery, call)
            }
            Err(rejection) => ResponseFuture::rejected(self.layer.reject(rejection)),
        }
    }
}

impl<R> WebhookLayer<R> {
    pub(super) fn reject<B>(&self, rejection: Rejection) -> Response<B>
    where
        R: OnRejection<B>,
    {
        rejection.respond(self.source.scheme(), &self.on_rejection)
    }
}

/// The least that the body has, as far as can be told before it is read.
fn declared<B>(parts: &Parts, body: &B) -> u64
where
    B: Body,
{
    let length = parts.headers.get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
    body.size_hint().lower().max(length.unwrap_or(0))
}
