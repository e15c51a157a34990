//! Events about fetches, for the operator.

use crate::fetch::cache::entry::Entry;
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::FetchError;
#[cfg(feature = "tracing")]
use crate::fetch::error::FetchErrorKind;

#[cfg(feature = "tracing")]
pub(super) fn record_success(endpoint: &EndpointId, entry: &Entry, before: Option<&Entry>) {
    if before.is_some_and(|before| entry.differs(before)) {
        tracing::info!(target: "tower_webhook", ?endpoint, "webhook secrets replaced");
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) fn record_success(_: &EndpointId, _: &Entry, _: Option<&Entry>) {}

#[cfg(feature = "tracing")]
pub(super) fn record_failure(endpoint: &EndpointId, error: &FetchError) {
    // Anyone can make up endpoints that do not exist, so each is not worth a warning.
    if error.kind() == FetchErrorKind::NotFound {
        tracing::debug!(target: "tower_webhook", ?endpoint, %error, "webhook secrets not found");
    } else {
        tracing::warn!(target: "tower_webhook", ?endpoint, %error, "webhook secrets not fetched");
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) fn record_failure(_: &EndpointId, _: &FetchError) {}
