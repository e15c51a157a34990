//! Events for the operator, with the feature `tracing`; without it, these functions do nothing.

use std::fmt::Display;

use http::StatusCode;

/// Who has to do something about a request that was answered without its handler.
#[cfg(feature = "tower")]
#[derive(Clone, Copy)]
pub(crate) enum Concern {
    /// The operator: `warn`.
    Operator,
    /// The sender, who may be anyone and send as much as they like: `info`.
    Sender,
    /// Nobody: `debug`.
    Nobody,
}

/// Records that a request was answered without its handler.
#[cfg(feature = "tower")]
#[cfg_attr(not(feature = "tracing"), expect(unused_variables))]
pub(crate) fn rejected(concern: Concern, scheme: &str, reason: &dyn Display, status: StatusCode) {
    #[cfg(feature = "tracing")]
    {
        // The level of an event is part of its code.
        macro_rules! record {
            ($level:ident) => {
                tracing::$level!(
                    target: "tower_webhook",
                    scheme,
                    %reason,
                    status = status.as_u16(),
                    "webhook rejected",
                )
            };
        }
        match concern {
            Concern::Operator => record!(warn),
            Concern::Sender => record!(info),
            Concern::Nobody => record!(debug),
        }
    }
}

/// Records that an extractor found nothing from the layer in the request.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables))]
#[cfg(feature = "axum")]
pub(crate) fn layer_missing(error: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "tower_webhook", "{error}");
}
