//! The state that the clones of a cache share. It starts fetches and keeps their results.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::sync::watch::Sender;

use crate::fetch::SecretFetcher;
use crate::fetch::cache::attempt::{check_hold, fetch};
use crate::fetch::cache::entry::Entry;
use crate::fetch::cache::events::{in_span, record_failure, record_success};
use crate::fetch::cache::flight::{Flight, Flights, InFlight, Outcome, abandoned};
use crate::fetch::cache::pause::Pause;
use crate::fetch::cache::policy::Policy;
use crate::fetch::cache::store::{Known, Store};
use crate::fetch::endpoint::{Endpoint, EndpointId};
use crate::fetch::error::{FetchError, FetchErrorKind};
use crate::metering::fetched;

/// The reason for a fetch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A delivery came for an endpoint without secrets.
    Cold,
    /// The operator warms the cache.
    Warm,
    /// The secrets are stale.
    Refresh,
    /// A signature did not match.
    Mismatch,
}

impl Purpose {
    /// The value of a metric's label.
    fn label(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Warm => "warm",
            Self::Refresh => "refresh",
            Self::Mismatch => "mismatch",
        }
    }
}

/// The places of the fetches that run at the same time. A rotation does not queue behind endpoints
/// that anyone can make up.
struct Turns {
    /// For endpoints without secrets.
    unknown: Semaphore,
    /// For endpoints whose secrets are stale or do not match.
    known: Semaphore,
}

impl Turns {
    fn new(each: usize) -> Self {
        let places = || Semaphore::new(each.min(Semaphore::MAX_PERMITS));
        Self { unknown: places(), known: places() }
    }

    fn of(&self, purpose: Purpose) -> &Semaphore {
        match purpose {
            Purpose::Cold | Purpose::Warm => &self.unknown,
            Purpose::Refresh | Purpose::Mismatch => &self.known,
        }
    }
}

pub(super) struct Inner<F> {
    pub(super) policy: Policy,
    pub(super) store: Store,
    pub(super) flights: Flights,
    fetcher: F,
    turns: Turns,
    /// Until when the provider wants to be left alone. Its limits are on the account, so that this is
    /// about all endpoints.
    hold: Pause,
}

impl<F> Inner<F> {
    pub(super) fn new(policy: Policy, fetcher: F) -> Self {
        Self {
            store: Store::new(policy.max_entries),
            flights: Flights::new(),
            turns: Turns::new(policy.concurrent_fetches),
            hold: Pause::default(),
            policy,
            fetcher,
        }
    }

    /// The secrets of an endpoint, unless they have expired.
    pub(super) fn entry(&self, endpoint: &EndpointId, now: Duration) -> Option<Arc<Entry>> {
        self.store.entry(&self.policy, endpoint, now)
    }

    /// Returns `true` if the stale secrets of an endpoint can be refreshed now.
    pub(super) fn may_refresh(&self, entry: &Entry, now: Duration) -> bool {
        entry.refresh.is_over(now) && self.hold.is_over(now)
    }

    pub(super) fn is_in_flight(&self, endpoint: &EndpointId) -> bool {
        self.flights.lock().get(endpoint).is_some()
    }

    pub(super) fn forget(&self, endpoint: &EndpointId) {
        let mut flights = self.flights.lock();
        flights.forget(endpoint);
        self.store.forget(endpoint);
    }

    /// Decides whether to fetch; `Ok(Some(_))` is an outcome that is already known.
    fn admit(
        &self,
        flights: &mut InFlight,
        endpoint: &EndpointId,
        purpose: Purpose,
        now: Duration,
    ) -> Result<Option<Outcome>, FetchError> {
        check_hold(&self.hold, now)?;
        match purpose {
            Purpose::Warm | Purpose::Refresh => Ok(None),
            Purpose::Cold => match self.store.get(&self.policy, endpoint, now) {
                Known::Fresh(entry) | Known::Stale(entry) => Ok(Some(Ok(entry.resolve(now)))),
                Known::Failed(error) => Ok(Some(Err(error))),
                Known::Nothing => {
                    self.store.check_evicted(endpoint, now)?;
                    flights.quota.take(&self.policy, now).map(|()| None)
                }
            },
            Purpose::Mismatch => {
                self.entry(endpoint, now).ok_or(FetchErrorKind::Unavailable)?;
                let cooldown = self.store.cooldown(endpoint);
                match cooldown.mismatch.claim(now, self.policy.cooldown) {
                    true => Ok(None),
                    false => Err(FetchErrorKind::Unavailable.into()),
                }
            }
        }
    }
}

impl<F> Inner<F>
where
    F: SecretFetcher,
{
    /// Joins the fetch that is in flight for this endpoint, or starts one.
    ///
    /// The fetch is a task of its own, so a caller that drops its future does not cancel it for the
    /// others.
    pub(super) fn fly(
        self: &Arc<Self>,
        endpoint: &EndpointId,
        purpose: Purpose,
    ) -> Result<Flight, FetchError> {
        let runtime = Handle::try_current()
            .map_err(|error| FetchError::new(FetchErrorKind::Unavailable).with_source(error))?;
        let now = self.policy.now();
        let mut flights = self.flights.lock();
        if let Some(flight) = flights.get(endpoint) {
            return Ok(Flight::Joined(flight));
        }
        if let Some(outcome) = self.admit(&mut flights, endpoint, purpose, now)? {
            return Ok(Flight::Ready(outcome));
        }
        let (outcome, flight) = flights.start(endpoint);
        // Before `spawn`: a runtime that is shutting down drops the task at once, which lands it
        // and takes the lock.
        drop(flights);
        let fetching = Fetching {
            inner: Arc::clone(self),
            endpoint: endpoint.clone(),
            purpose,
            started: now,
            outcome: Some(outcome),
        };
        runtime.spawn(in_span(fetching.run()));
        Ok(Flight::Started(flight))
    }
}

/// A fetch in flight. It lands when it is dropped, if not before, and so also if the fetcher panics
/// or the runtime ends: nobody waits forever, and the next request may try again.
struct Fetching<F> {
    inner: Arc<Inner<F>>,
    endpoint: EndpointId,
    purpose: Purpose,
    /// The time at which it lands if it is dropped.
    started: Duration,
    /// Taken when it lands.
    outcome: Option<Sender<Option<Outcome>>>,
}

impl<F> Fetching<F>
where
    F: SecretFetcher,
{
    async fn run(mut self) {
        let Inner { fetcher, policy, turns, hold, .. } = &*self.inner;
        let result = fetch(fetcher, policy, turns.of(self.purpose), hold, &self.endpoint).await;
        let now = policy.now();
        self.land(result, now);
    }
}

impl<F> Fetching<F> {
    /// Ends the flight, keeps its result, and then informs the operator and those who wait.
    fn land(&mut self, result: Result<Endpoint, FetchError>, now: Duration) {
        let Some(outcome) = &self.outcome else { return };
        let Inner { policy, store, flights, .. } = &*self.inner;
        let endpoint = &self.endpoint;
        let entry = |before: Option<&Entry>| {
            let found = result.as_ref().map_err(FetchError::clone)?;
            Entry::new(policy, endpoint, found, now, before).map(Arc::new)
        };
        // Keys are computed before the lock is taken. That is safe, because only this flight
        // replaces the entry, unless the endpoint was forgotten meanwhile.
        let before = store.entry(policy, endpoint, now);
        let mut landed = entry(before.as_deref());

        let mut in_flight = flights.lock();
        let current = in_flight.end(endpoint, outcome);
        // Only such a fetch has counted against the quota.
        if self.purpose == Purpose::Cold && landed.is_ok() {
            in_flight.quota.give_back();
        }
        if current {
            match (&landed, &before) {
                (Ok(entry), _) => {
                    store.keep(endpoint, Arc::clone(entry));
                    if self.purpose == Purpose::Cold {
                        let until = now.saturating_add(policy.cooldown);
                        store.cooldown(endpoint).cold.set(until);
                    }
                }
                (Err(error), Some(before)) if error.kind() != FetchErrorKind::NotFound => {
                    before.refresh.set(now.saturating_add(policy.pause(error)));
                }
                (Err(error), _) => {
                    let until = now.saturating_add(policy.remembers(error));
                    store.fail(endpoint, error, until);
                }
            }
        }
        drop(in_flight);
        let Some(outcome) = self.outcome.take() else { return };

        let scheme = policy.scheme;
        let came = landed.as_ref().map_or_else(|error| error.kind().label(), |_| "ok");
        fetched(scheme.name(), self.purpose.label(), came);
        if current {
            match &landed {
                Ok(entry) => record_success(scheme, endpoint, entry, before.as_deref()),
                Err(error) => record_failure(scheme, endpoint, error),
            }
        } else {
            // The endpoint was forgotten. Those who asked before get the result, but without the
            // secrets that were forgotten, and it is not kept.
            landed = entry(None);
        }
        outcome.send_replace(Some(landed.map(|entry| entry.resolve(now))));
    }
}

impl<F> Drop for Fetching<F> {
    fn drop(&mut self) {
        // Not the clock's time: it may be the clock that has panicked.
        self.land(Err(abandoned()), self.started);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::fetch::cache::SecretCache;
    use crate::scheme::definition::Scheme;
    use crate::secret::Secret;

    const ENTRIES: usize = 100;

    fn held<F>(cache: &SecretCache<F>) -> (usize, usize, usize) {
        let health = cache.health();
        (health.entries, health.failures, health.in_flight)
    }

    #[tokio::test]
    async fn a_hundred_thousand_made_up_endpoints_hold_no_more_than_the_bound() {
        let fetches = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&fetches);
        let fetcher = move |endpoint: EndpointId| {
            counter.fetch_add(1, Ordering::SeqCst);
            let known = endpoint.as_str().starts_with("real");
            let secrets = known.then(|| vec![Secret::utf8("secret").unwrap()]);
            std::future::ready(secrets.ok_or(FetchErrorKind::NotFound.into()))
        };
        let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
            .max_entries(ENTRIES)
            .cold_fetches(u32::MAX, Duration::from_secs(60))
            .build();
        let real: Vec<_> =
            (0..10).map(|number| EndpointId::new(format!("real {number}")).unwrap()).collect();
        for endpoint in &real {
            cache.warm(endpoint).await.unwrap();
        }
        for number in 0..100_000 {
            assert!(cache.verifier(&EndpointId::from(number)).await.is_err());
        }
        assert_eq!(held(&cache), (10, ENTRIES, 0));

        // None of them has pushed out an endpoint that exists.
        let before = fetches.load(Ordering::SeqCst);
        for endpoint in &real {
            assert!(cache.verifier(endpoint).await.is_ok());
        }
        assert_eq!(fetches.load(Ordering::SeqCst), before);
    }

    #[tokio::test]
    async fn endpoints_that_exist_are_bounded_too() {
        let fetcher = |_: EndpointId| std::future::ready(Ok(vec![Secret::utf8("s").unwrap()]));
        let cache = SecretCache::builder(Scheme::GITHUB, fetcher).max_entries(ENTRIES).build();
        for number in 0..10_000 {
            assert!(cache.verifier(&EndpointId::from(number)).await.is_ok());
        }
        assert_eq!(held(&cache), (ENTRIES, 0, 0));
    }
}
