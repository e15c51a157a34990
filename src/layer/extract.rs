//! `Verified` as an axum extractor.

use std::error::Error;
use std::fmt;

use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::event;
use crate::receive::rejection::Rejection;
use crate::verify::verified::Verified;

/// The rejection of the extractor [`Verified`](crate::Verified): no
/// [`WebhookLayer`](crate::WebhookLayer) has verified the request.
///
/// This is a mistake in the setup of the server: there is no layer, or there is one that only
/// [reports](crate::WebhookLayer::dangerous_report_only) and the handler does not take
/// `Option<Verified>`, which is `None` for what such a layer lets through. It is answered with 500 and an empty body, and
/// with the feature `tracing` it is also an event.
///
/// # Examples
///
/// ```
/// use axum::{Router, body::Body, routing::post};
/// use http::{Request, StatusCode};
/// use tower::ServiceExt as _;
/// use tower_webhook::Verified;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// async fn handle(_: Verified) {}
///
/// let app: Router = Router::new().route("/webhooks", post(handle));
/// let answer = app.oneshot(Request::post("/webhooks").body(Body::empty())?).await?;
/// assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct MissingLayer;

impl fmt::Display for MissingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("request was not verified by a webhook layer")
    }
}

impl Error for MissingLayer {}

impl IntoResponse for MissingLayer {
    fn into_response(self) -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

impl<S> FromRequestParts<S> for Verified
where
    S: Sync,
{
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let verified = parts.extensions.get::<Self>().cloned();
        verified.ok_or(MissingLayer).inspect_err(|error| event::layer_missing(error))
    }
}

/// `None` only if a layer let the request through. If there is none, that is as if it were not
/// optional: whoever forgets the layer has not opened the route.
impl<S> OptionalFromRequestParts<S> for Verified
where
    S: Sync,
{
    type Rejection = MissingLayer;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Option<Self>, MissingLayer> {
        let extensions = &parts.extensions;
        if extensions.get::<Self>().is_none() && extensions.get::<Rejection>().is_some() {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some)
    }
}
