//! What is known of endpoints, and what has failed.

use std::hash::RandomState;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{OptionsBuilder, UnitWeighter};

use crate::fetch::cache::entry::Entry;
use crate::fetch::cache::policy::{Age, Policy};
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::FetchError;

/// What can be said of an endpoint without asking its provider.
pub(super) enum Known {
    Fresh(Arc<Entry>),
    Stale(Arc<Entry>),
    Failed(FetchError),
    Nothing,
}

pub(super) struct Store {
    /// Only what a provider has confirmed gets in, so made-up endpoints push nothing out.
    entries: Bounded<Arc<Entry>>,
    failures: Bounded<Failure>,
}

#[derive(Clone)]
struct Failure {
    error: FetchError,
    until: Duration,
}

impl Store {
    pub(super) fn new(max_entries: usize) -> Self {
        Self { entries: bounded(max_entries), failures: bounded(max_entries) }
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

    pub(super) fn keep(&self, endpoint: &EndpointId, entry: Arc<Entry>) {
        self.entries.insert(endpoint.clone(), entry);
        self.failures.remove(endpoint);
    }

    /// Forgets the secrets, and remembers why.
    pub(super) fn fail(&self, endpoint: &EndpointId, error: &FetchError, until: Duration) {
        self.entries.remove(endpoint);
        self.failures.insert(endpoint.clone(), Failure { error: error.clone(), until });
    }

    pub(super) fn forget(&self, endpoint: &EndpointId) {
        self.entries.remove(endpoint);
        self.failures.remove(endpoint);
    }

    pub(super) fn entries(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn failures(&self) -> usize {
        self.failures.len()
    }
}

type Bounded<V> = Cache<EndpointId, V, UnitWeighter, RandomState, DefaultLifecycle<EndpointId, V>>;

/// A map that holds at most `most`, spread over shards with a lock each.
///
/// `quick_cache` would choose the shards by the processor's cores and round the room in each up, so
/// that all together hold more than was asked for. Here it is the same on every machine, and never
/// more.
#[expect(clippy::expect_used, reason = "only a missing number is an error")]
fn bounded<V: Clone>(most: usize) -> Bounded<V> {
    // A shard that is full evicts, however empty the others are: so they are few and large.
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
