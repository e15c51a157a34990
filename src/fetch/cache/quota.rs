//! The limit on fetches for unknown endpoints.

use std::time::Duration;

use crate::fetch::cache::policy::Policy;
use crate::fetch::error::{FetchError, FetchErrorKind};

/// Counts, in each window, the fetches for endpoints without cached secrets that have not brought
/// any. Anyone can cause them, by making up ids.
pub(super) struct Quota {
    began: Duration,
    used: u32,
}

impl Quota {
    pub(super) fn new() -> Self {
        Self { began: Duration::ZERO, used: 0 }
    }

    /// Counts one more fetch, or returns an error that says how long the window lasts.
    pub(super) fn take(&mut self, policy: &Policy, now: Duration) -> Result<(), FetchError> {
        let end = self.began.saturating_add(policy.cold_window);
        if self.used == 0 || now >= end {
            *self = Self { began: now, used: 0 };
        }
        if self.used >= policy.cold_fetches {
            let end = self.began.saturating_add(policy.cold_window);
            return Err(FetchError::new(FetchErrorKind::Unavailable)
                .with_message("too many fetches for unknown endpoints")
                .with_retry_after(end.saturating_sub(now)));
        }
        self.used += 1;
        Ok(())
    }

    /// Counts one fetch less, because it has brought secrets.
    pub(super) fn give_back(&mut self) {
        self.used = self.used.saturating_sub(1);
    }
}
