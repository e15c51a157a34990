//! `Claimed` as an axum extractor.

use std::error::Error;
use std::fmt;

use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::event;
use crate::receive::rejection::Rejection;
use crate::replay::claimed::Claimed;
use crate::verify::verified::Verified;

/// The rejection of the extractor [`Claimed`](crate::replay::Claimed): the request is not a delivery that a
/// replay guard has claimed.
///
/// This is a mistake in the setup of the server: there is no layer, or it has no
/// [guard](crate::WebhookLayer::replay), or the delivery is one that is not remembered and the handler does
/// not take `Option<Claimed>`, which is `None` for it. It is answered with 500 and an empty body, and with
/// the feature `tracing` it is also an event.
///
/// # Examples
///
/// ```
/// use axum::{Router, body::Body, routing::post};
/// use http::{Request, StatusCode};
/// use tower::ServiceExt as _;
/// use tower_webhook::replay::Claimed;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// async fn handle(_: Claimed) {}
///
/// let app: Router = Router::new().route("/webhooks", post(handle));
/// let answer = app.oneshot(Request::post("/webhooks").body(Body::empty())?).await?;
/// assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct MissingClaim;

impl fmt::Display for MissingClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("request was not claimed by a replay guard")
    }
}

impl Error for MissingClaim {}

impl IntoResponse for MissingClaim {
    fn into_response(self) -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

impl<S> FromRequestParts<S> for Claimed
where
    S: Sync,
{
    type Rejection = MissingClaim;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let claimed = parts.extensions.get::<Self>().cloned();
        claimed.ok_or(MissingClaim).inspect_err(|error| event::layer_missing(error))
    }
}

/// `None` only if a layer has seen the request. If there is none, that is as if it were not optional:
/// whoever forgets the layer has not opened the route.
impl<S> OptionalFromRequestParts<S> for Claimed
where
    S: Sync,
{
    type Rejection = MissingClaim;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Option<Self>, MissingClaim> {
        let extensions = &parts.extensions;
        let is_seen =
            extensions.get::<Verified>().is_some() || extensions.get::<Rejection>().is_some();
        if extensions.get::<Self>().is_none() && is_seen {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some)
    }
}
