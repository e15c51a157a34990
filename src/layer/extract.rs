//! `Verified` as an axum extractor.

use std::error::Error;
use std::fmt;

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::event;
use crate::verify::verified::Verified;

/// The rejection of the extractor [`Verified`](crate::Verified): the request did not pass through a
/// [`WebhookLayer`](crate::WebhookLayer).
///
/// This is a mistake in the setup of the server. It is answered with 500 and an empty body, and
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
        f.write_str("request did not go through a webhook layer")
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
        match parts.extensions.get::<Self>() {
            Some(verified) => Ok(verified.clone()),
            None => {
                event::layer_missing(&MissingLayer);
                Err(MissingLayer)
            }
        }
    }
}
