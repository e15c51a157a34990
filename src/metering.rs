//! Metrics for the operator, with the feature `metrics`; without it, these functions do nothing.
//!
//! Every label has few values, and none comes from a request: the names of schemes are the operator's own,
//! and the others are in the code.

#[cfg(all(feature = "metrics", feature = "receive"))]
use std::time::Duration;

/// The verdict on a delivery, and how long it took.
#[cfg(all(feature = "metrics", feature = "receive"))]
pub(crate) fn judged(
    scheme: &'static str,
    verdict: &'static str,
    reason: &'static str,
    time: Duration,
) {
    metrics::counter!(
        "tower_webhook_deliveries_total",
        "scheme" => scheme, "verdict" => verdict, "reason" => reason
    )
    .increment(1);
    metrics::histogram!(
        "tower_webhook_verdict_seconds", "scheme" => scheme, "verdict" => verdict
    )
    .record(time);
}

/// What a cache knew of an endpoint when a delivery came.
#[cfg(feature = "fetch")]
#[inline]
#[cfg_attr(not(feature = "metrics"), expect(unused_variables))]
pub(crate) fn looked_up(scheme: &'static str, outcome: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!(
        "tower_webhook_cache_lookups_total", "scheme" => scheme, "outcome" => outcome
    )
    .increment(1);
}

/// The end of a fetch.
#[cfg(feature = "fetch")]
#[cfg_attr(not(feature = "metrics"), expect(unused_variables))]
pub(crate) fn fetched(scheme: &'static str, purpose: &'static str, outcome: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!(
        "tower_webhook_fetches_total",
        "scheme" => scheme, "purpose" => purpose, "outcome" => outcome
    )
    .increment(1);
}

/// The answer of a replay guard.
#[cfg(feature = "replay")]
#[cfg_attr(not(feature = "metrics"), expect(unused_variables))]
pub(crate) fn guarded(scheme: &'static str, call: &'static str, outcome: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!(
        "tower_webhook_replay_calls_total",
        "scheme" => scheme, "call" => call, "outcome" => outcome
    )
    .increment(1);
}
