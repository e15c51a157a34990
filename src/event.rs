//! Events for the operator, with the feature `tracing`; without it, these functions do nothing.

use std::fmt::Display;

use http::StatusCode;

/// Records that a request was answered without its handler.
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

/// Records that an extractor found nothing from the layer in the request.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables))]
#[cfg(feature = "axum")]
pub(crate) fn layer_missing(error: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "tower_webhook", "{error}");
}
