//! Times before which something is not done again.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A time before which something is not done again, in nanoseconds of [`Clock::elapsed`]. It is
/// atomic, because requests share it without a lock.
///
/// [`Clock::elapsed`]: crate::clock::Clock::elapsed
#[derive(Default)]
pub(super) struct Pause(AtomicU64);

impl Pause {
    pub(super) fn is_over(&self, now: Duration) -> bool {
        self.left(now).is_zero()
    }

    pub(super) fn left(&self, now: Duration) -> Duration {
        Duration::from_nanos(self.0.load(Relaxed).saturating_sub(nanos(now)))
    }

    /// Returns `true` to one caller, and `false` to all others for as long as `wait`.
    pub(super) fn claim(&self, now: Duration, wait: Duration) -> bool {
        let due = self.0.load(Relaxed);
        let next = nanos(now.saturating_add(wait));
        due <= nanos(now) && self.0.compare_exchange(due, next, Relaxed, Relaxed).is_ok()
    }

    pub(super) fn set(&self, until: Duration) {
        self.0.store(nanos(until), Relaxed);
    }

    pub(super) fn extend(&self, until: Duration) {
        self.0.fetch_max(nanos(until), Relaxed);
    }
}

/// How long a stranger's deliveries to one endpoint cause no fetch. It outlives the secrets when they
/// are evicted, or the next forgery would cause the same fetches again.
#[derive(Default)]
pub(super) struct Cooldown {
    /// Because a signature did not match.
    pub(super) mismatch: Pause,
    /// Because there are no secrets, though they have been fetched.
    pub(super) cold: Pause,
}

fn nanos(time: Duration) -> u64 {
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}
