//! The policy of a cache: its numbers, and the decisions that follow from them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::fetch::error::{FetchError, FetchErrorKind};
use crate::head::url::PublicUrl;
use crate::scheme::definition::Scheme;
use crate::scheme::timestamp::Tolerance;

/// The longest `Retry-After` of a provider that is respected, so that one wrong number does not
/// lock us out.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(5 * 60);

/// The settings of a [`SecretCacheBuilder`](crate::fetch::SecretCacheBuilder).
pub(super) struct Policy {
    pub(super) scheme: Scheme,
    pub(super) tolerance: Tolerance,
    pub(super) public_url: Option<PublicUrl>,
    /// `None` is the system's, which verifiers then read without a detour through the calendar.
    pub(super) clock: Option<Arc<dyn Clock>>,
    pub(super) fresh_for: Duration,
    pub(super) stale_for: Duration,
    pub(super) negative_for: Duration,
    pub(super) failure_for: Duration,
    pub(super) cooldown: Duration,
    pub(super) overlap: Duration,
    pub(super) max_entries: usize,
    pub(super) timeout: Duration,
    pub(super) retries: u32,
    pub(super) concurrent_fetches: usize,
    pub(super) cold_fetches: u32,
    pub(super) cold_window: Duration,
}

/// The age of fetched secrets, which decides how they may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    Fresh,
    Stale,
    Expired,
}

impl Policy {
    pub(super) fn new(scheme: Scheme) -> Self {
        Self {
            scheme,
            tolerance: scheme.tolerance(),
            public_url: None,
            clock: None,
            fresh_for: Duration::from_secs(5 * 60),
            stale_for: Duration::from_secs(24 * 60 * 60),
            negative_for: Duration::from_secs(60),
            failure_for: Duration::from_secs(5),
            cooldown: Duration::from_secs(10),
            overlap: Duration::from_secs(5 * 60),
            max_entries: 10_000,
            timeout: Duration::from_secs(10),
            retries: 2,
            concurrent_fetches: 16,
            cold_fetches: 1000,
            cold_window: Duration::from_secs(60),
        }
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.clock.as_deref().unwrap_or(&SystemClock)
    }

    /// The time by which everything here is measured. It is never the wall clock: an operator who
    /// sets that would make secrets fresh or expired.
    pub(super) fn now(&self) -> Duration {
        self.clock().elapsed()
    }

    pub(super) fn age(&self, fetched: Duration, now: Duration) -> Age {
        let age = now.saturating_sub(fetched);
        if age >= self.stale_for {
            Age::Expired
        } else if age < self.fresh_for {
            Age::Fresh
        } else {
            Age::Stale
        }
    }

    /// How long a failure is remembered if there are no secrets to serve instead.
    pub(super) fn remembers(&self, error: &FetchError) -> Duration {
        match error.kind() {
            FetchErrorKind::NotFound => self.negative_for,
            _ => self.pause(error),
        }
    }

    /// How long the provider is not asked again about an endpoint after a failure.
    pub(super) fn pause(&self, error: &FetchError) -> Duration {
        self.failure_for.max(Self::asked(error))
    }

    /// How long the provider asks us to wait.
    pub(super) fn asked(error: &FetchError) -> Duration {
        match error.kind() {
            // Otherwise a made-up endpoint could make all others wait.
            FetchErrorKind::NotFound => Duration::ZERO,
            _ => error.retry_after().unwrap_or_default().min(MAX_RETRY_AFTER),
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("scheme", &self.scheme)
            .field("tolerance", &self.tolerance)
            .field("fresh_for", &self.fresh_for)
            .field("stale_for", &self.stale_for)
            .field("negative_for", &self.negative_for)
            .field("failure_for", &self.failure_for)
            .field("cooldown", &self.cooldown)
            .field("overlap", &self.overlap)
            .field("max_entries", &self.max_entries)
            .field("timeout", &self.timeout)
            .field("retries", &self.retries)
            .field("concurrent_fetches", &self.concurrent_fetches)
            .field("cold_fetches", &self.cold_fetches)
            .field("cold_window", &self.cold_window)
            .finish_non_exhaustive()
    }
}
