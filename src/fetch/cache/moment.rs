//! Time as the policy counts it.

use std::time::Duration;

use crate::clock::Clock;

/// Milliseconds since 1970-01-01T00:00:00Z, which fit into an atomic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub(super) i64);

impl Moment {
    pub(super) const LONG_AGO: Self = Self(i64::MIN);

    pub(super) fn now(clock: &dyn Clock) -> Self {
        let millis = clock.now().unix_timestamp_nanos().div_euclid(1_000_000);
        Self(millis.try_into().unwrap_or(i64::MAX))
    }

    pub(super) fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(wait.as_millis().try_into().unwrap_or(i64::MAX)))
    }

    /// `None` if `earlier` is later: the clock has been set back.
    pub(super) fn since(self, earlier: Self) -> Option<Duration> {
        let millis = self.0.checked_sub(earlier.0)?;
        Some(Duration::from_millis(millis.try_into().ok()?))
    }
}
