//! What the operator is told, with the feature `tracing`; without it, nothing is.

use std::fmt::Display;

use http::StatusCode;

/// A request was answered without its handler.
#[cfg(feature = "tower")]
#[cfg_attr(not(feature = "tracing"), expect(unused_variables))]
pub(crate) fn rejected(scheme: &str, reason: &dyn Display, status: StatusCode) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "tower_webhook",
        scheme,
        %reason,
        status = status.as_u16(),
        "webhook rejected",
    );
}

/// A handler wanted what only the layer adds to a request.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables))]
#[cfg(feature = "axum")]
pub(crate) fn layer_missing(error: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "tower_webhook", "{error}");
}
