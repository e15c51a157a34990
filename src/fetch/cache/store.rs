//! The stored secrets of endpoints, and their stored failures.

use std::hash::RandomState;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{OptionsBuilder, UnitWeighter};

use crate::fetch::cache::entry::Entry;
use crate::fetch::cache::pause::Cooldown;
use crate::fetch::cache::policy::{Age, Policy};
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::{FetchError, FetchErrorKind};

/// How many cooldowns are kept for each entry that is.
const COOLDOWNS: usize = 10;

/// What is known about an endpoint without asking its provider.
pub(super) enum Known {
    Fresh(Arc<Entry>),
    Stale(Arc<Entry>),
    Failed(FetchError),
    Nothing,
}

pub(super) struct Store {
    /// Only endpoints that a provider has confirmed, so made-up ones evict nothing.
    entries: Bounded<Arc<Entry>>,
    failures: Bounded<Failure>,
    /// Of endpoints that have had secrets, so made-up ones evict nothing here either.
    cooldowns: Bounded<Arc<Cooldown>>,
}

#[derive(Clone)]
struct Failure {
    error: FetchError,
    until: Duration,
}

impl Store {
    pub(super) fn new(max_entries: usize) -> Self {
        Self {
            entries: bounded(max_entries),
            failures: bounded(max_entries),
            cooldowns: bounded(max_entries.saturating_mul(COOLDOWNS)),
        }
    }

    #[inline]
    pub(super) fn get(&self, policy: &Policy, endpoint: &EndpointId, now: Duration) -> Known {
        if let Some(entry) = self.entries.get(endpoint) {
            match entry.age(policy, now) {
                Age::Fresh => return Known::Fresh(entry),
                Age::Stale => return Known::Stale(entry),
                Age::Expired => {}
            }
        }
        match self.failures.get(endpoint) {
            Some(failure) if now < failure.until => Known::Failed(failure.error),
            _ => Known::Nothing,
        }
    }

    /// The secrets of an endpoint, unless they have expired.
    pub(super) fn entry(
        &self,
        policy: &Policy,
        endpoint: &EndpointId,
        now: Duration,
    ) -> Option<Arc<Entry>> {
        let entry = self.entries.get(endpoint)?;
        (entry.age(policy, now) != Age::Expired).then_some(entry)
    }

    /// The cooldown of an endpoint that has secrets.
    pub(super) fn cooldown(&self, endpoint: &EndpointId) -> Arc<Cooldown> {
        if let Some(cooldown) = self.cooldowns.get(endpoint) {
            return cooldown;
        }
        let cooldown = Arc::new(Cooldown::default());
        self.cooldowns.insert(endpoint.clone(), Arc::clone(&cooldown));
        cooldown
    }

    /// Returns an error if the secrets of an endpoint are missing because they have just been evicted.
    pub(super) fn check_evicted(
        &self,
        endpoint: &EndpointId,
        now: Duration,
    ) -> Result<(), FetchError> {
        // What has expired is still there.
        let expired = self.entries.peek(endpoint).is_some();
        match self.cooldowns.get(endpoint).map(|cooldown| cooldown.cold.left(now)) {
            Some(left) if !left.is_zero() && !expired => {
                Err(FetchError::new(FetchErrorKind::Unavailable)
                    .with_message("the secrets were evicted: `max_entries` is too low")
                    .with_retry_after(left))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn keep(&self, endpoint: &EndpointId, entry: Arc<Entry>) {
        self.entries.insert(endpoint.clone(), entry);
        self.failures.remove(endpoint);
    }

    /// Forgets the secrets and remembers the failure.
    pub(super) fn fail(&self, endpoint: &EndpointId, error: &FetchError, until: Duration) {
        self.entries.remove(endpoint);
        self.failures.insert(endpoint.clone(), Failure { error: error.clone(), until });
    }

    pub(super) fn forget(&self, endpoint: &EndpointId) {
        self.entries.remove(endpoint);
        self.failures.remove(endpoint);
        self.cooldowns.remove(endpoint);
    }

    pub(super) fn entries(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn failures(&self) -> usize {
        self.failures.len()
    }
}

type Bounded<V> = Cache<EndpointId, V, UnitWeighter, RandomState, DefaultLifecycle<EndpointId, V>>;

/// A map that holds at most `most` entries, spread over shards with a lock each.
///
/// By default, `quick_cache` chooses the number of shards by the processor's cores and rounds up
/// the capacity of each, so that together they hold more than was asked for. Here the number is the
/// same on every machine, and the capacity is never exceeded.
#[expect(clippy::expect_used, reason = "only a missing number is an error")]
fn bounded<V: Clone>(most: usize) -> Bounded<V> {
    // A full shard evicts even if others have room, so they are few and large.
    let shards = 1 << (most / 64).clamp(1, 16).ilog2();
    let most = most - most % shards;
    let options = OptionsBuilder::new()
        .shards(shards)
        .estimated_items_capacity(most)
        .weight_capacity(u64::try_from(most).unwrap_or(u64::MAX))
        .build()
        .expect("both capacities are set");
    Cache::with_options(options, UnitWeighter, RandomState::new(), DefaultLifecycle::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_held_than_asked_for() {
        for most in (1..=300).chain([1023, 1024, 1025, 10_000, 10_007]) {
            let cache = bounded(most);
            for number in 0..3 * u64::try_from(most).unwrap() {
                cache.insert(EndpointId::from(number), number);
                assert!(cache.len() <= most, "{most}");
                assert_eq!(cache.peek(&EndpointId::from(number)), Some(number), "{most}");
            }
            assert!(cache.len() + 16 > most, "{most}");
        }
        bounded(usize::MAX).insert(EndpointId::from(1), 1);
    }

    #[test]
    fn half_of_what_is_held_pushes_nothing_out() {
        let cache = bounded(10_000);
        for number in 0..5_000 {
            cache.insert(EndpointId::from(number), number);
        }
        assert_eq!(cache.len(), 5_000);
    }
}
