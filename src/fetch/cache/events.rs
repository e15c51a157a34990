//! Events about fetches, for the operator.

#[cfg(feature = "tracing")]
use tracing::Instrument as _;
#[cfg(feature = "tracing")]
use tracing::instrument::Instrumented;

#[cfg(feature = "tracing")]
use crate::event::Chain;
use crate::fetch::cache::entry::Entry;
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::FetchError;
#[cfg(feature = "tracing")]
use crate::fetch::error::FetchErrorKind;
use crate::scheme::definition::Scheme;

/// Keeps a fetch in the span of the request that has caused it.
#[cfg(feature = "tracing")]
pub(super) fn in_span<F>(fetch: F) -> Instrumented<F> {
    fetch.in_current_span()
}

#[cfg(not(feature = "tracing"))]
pub(super) fn in_span<F>(fetch: F) -> F {
    fetch
}

#[cfg(feature = "tracing")]
pub(super) fn record_success(
    scheme: Scheme,
    endpoint: &EndpointId,
    entry: &Entry,
    before: Option<&Entry>,
) {
    if before.is_some_and(|before| entry.differs(before)) {
        let (scheme, endpoint) = (scheme.name(), endpoint.as_str());
        tracing::info!(target: "tower_webhook", scheme, ?endpoint, "webhook secrets replaced");
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) fn record_success(_: Scheme, _: &EndpointId, _: &Entry, _: Option<&Entry>) {}

#[cfg(feature = "tracing")]
pub(super) fn record_failure(scheme: Scheme, endpoint: &EndpointId, error: &FetchError) {
    let (scheme, endpoint) = (scheme.name(), endpoint.as_str());
    // The level of an event is part of its code.
    macro_rules! record {
        ($level:ident, $what:literal) => {{
            let (kind, error) = (error.kind(), Chain(error));
            tracing::$level!(target: "tower_webhook", scheme, ?endpoint, ?kind, %error, $what);
        }};
    }
    // Anyone can make up endpoints that do not exist, so each is not worth a warning.
    if error.kind() == FetchErrorKind::NotFound {
        record!(debug, "webhook secrets not found");
    } else {
        record!(warn, "webhook secrets not fetched");
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) fn record_failure(_: Scheme, _: &EndpointId, _: &FetchError) {}
