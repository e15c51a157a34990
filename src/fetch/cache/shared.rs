//! One fetch at a time for each endpoint, and what comes of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use moka::sync::Cache;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use crate::fetch::SecretFetcher;
use crate::fetch::cache::builder::{MAX_RETRY_AFTER, Policy};
use crate::fetch::cache::entry::{Age, Entry};
use crate::fetch::cache::fetching::fetch;
use crate::fetch::cache::moment::Moment;
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::{FetchError, FetchErrorKind};
use crate::secret::InvalidSecret;
use crate::secret::MAX_SECRETS;
use crate::secret::Secret;
use crate::verify::verifier::Verifier;

type Outcome = Result<Arc<Verifier>, FetchError>;

/// Why the provider is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A delivery came for an endpoint without secrets.
    Cold,
    /// The operator wants the secrets to be here.
    Warm,
    /// The secrets are stale.
    Refresh,
    /// A signature did not match.
    Mismatch,
}

pub(super) struct Shared<F> {
    pub(super) policy: Policy,
    fetcher: F,
    /// Only what a provider has confirmed gets in, so made-up endpoints push nothing out.
    known: Cache<EndpointId, Arc<Entry>>,
    failed: Cache<EndpointId, Failure>,
    flights: Mutex<Flights>,
    permits: Semaphore,
}

#[derive(Clone)]
struct Failure {
    error: FetchError,
    until: Moment,
}

struct Flights {
    by_endpoint: HashMap<EndpointId, watch::Receiver<Option<Outcome>>>,
    window: Window,
}

/// Counts the fetches for endpoints without secrets that have not brought any.
struct Window {
    began: Moment,
    used: u32,
}

/// The outcome of a fetch, now or later.
pub(super) enum Flight {
    /// Nothing has to be fetched.
    Landed(Outcome),
    /// Somebody else had sent it off.
    Joined(watch::Receiver<Option<Outcome>>),
    Sent(watch::Receiver<Option<Outcome>>),
}

impl Flight {
    pub(super) async fn land(self) -> Outcome {
        match self {
            Self::Landed(outcome) => outcome,
            Self::Joined(mut flight) | Self::Sent(mut flight) => {
                match flight.wait_for(Option::is_some).await {
                    Ok(outcome) => outcome.clone().unwrap_or_else(|| Err(abandoned())),
                    Err(_) => Err(abandoned()),
                }
            }
        }
    }
}

impl<F> Shared<F> {
    pub(super) fn new(policy: Policy, fetcher: F) -> Self {
        Self {
            known: Cache::new(policy.max_entries),
            failed: Cache::new(policy.max_entries),
            flights: Mutex::new(Flights {
                by_endpoint: HashMap::new(),
                window: Window { began: Moment::LONG_AGO, used: 0 },
            }),
            permits: Semaphore::new(policy.concurrent_fetches.min(Semaphore::MAX_PERMITS)),
            policy,
            fetcher,
        }
    }

    pub(super) fn now(&self) -> Moment {
        Moment::now(&*self.policy.clock)
    }

    pub(super) fn age(&self, entry: &Entry, now: Moment) -> Age {
        entry.age(&self.policy, now)
    }

    pub(super) fn known(&self, endpoint: &EndpointId) -> Option<Arc<Entry>> {
        self.known.get(endpoint)
    }

    pub(super) fn entries(&self) -> u64 {
        self.known.entry_count()
    }

    pub(super) fn invalidate(&self, endpoint: &EndpointId) {
        let mut flights = self.flights();
        flights.by_endpoint.remove(endpoint);
        self.known.invalidate(endpoint);
        self.failed.invalidate(endpoint);
    }

    /// Everything that is remembered changes under this lock, so a flight and what it brought are
    /// never both missing.
    fn flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says no, or gives what is already here, or lets a fetch begin.
    fn admit(
        &self,
        window: &mut Window,
        endpoint: &EndpointId,
        purpose: Purpose,
        now: Moment,
    ) -> Result<Option<Outcome>, FetchError> {
        let entry = self.known(endpoint).filter(|entry| self.age(entry, now) != Age::Expired);
        match (purpose, entry) {
            (Purpose::Cold, Some(entry)) => Ok(Some(Ok(Arc::clone(entry.verifier(now))))),
            (Purpose::Cold, None) => match self.failed.get(endpoint) {
                Some(failure) if now < failure.until => Ok(Some(Err(failure.error))),
                _ => window.take(&self.policy, now).map(|()| None),
            },
            (Purpose::Mismatch, Some(entry)) if entry.claim_mismatch(&self.policy, now) => Ok(None),
            (Purpose::Mismatch, _) => Err(FetchErrorKind::Unavailable.into()),
            (Purpose::Warm | Purpose::Refresh, _) => Ok(None),
        }
    }

    /// Keeps what a fetch brought.
    fn settle(
        &self,
        endpoint: &EndpointId,
        result: Result<Vec<Secret>, FetchError>,
        now: Moment,
    ) -> Outcome {
        let before = self.known(endpoint).filter(|entry| self.age(entry, now) != Age::Expired);
        match result.and_then(|secrets| self.entry(secrets, now, before.as_deref())) {
            Ok(entry) => {
                self.record_success(endpoint, &entry, before.as_deref());
                let verifier = Arc::clone(entry.verifier(now));
                self.known.insert(endpoint.clone(), Arc::new(entry));
                self.failed.invalidate(endpoint);
                Ok(verifier)
            }
            Err(error) => {
                record_failure(endpoint, &error);
                let asked = error.retry_after().unwrap_or_default().min(MAX_RETRY_AFTER);
                let mut wait = self.policy.failure_for.max(asked);
                match before {
                    Some(entry) if error.kind() != FetchErrorKind::NotFound => {
                        entry.hold_off(now.after(wait), !asked.is_zero());
                    }
                    _ => {
                        if error.kind() == FetchErrorKind::NotFound {
                            wait = self.policy.negative_for;
                        }
                        self.known.invalidate(endpoint);
                        let failure = Failure { error: error.clone(), until: now.after(wait) };
                        self.failed.insert(endpoint.clone(), failure);
                    }
                }
                Err(error)
            }
        }
    }

    fn entry(
        &self,
        secrets: Vec<Secret>,
        now: Moment,
        before: Option<&Entry>,
    ) -> Result<Entry, FetchError> {
        if secrets.is_empty() {
            return Err(FetchErrorKind::NotFound.into());
        }
        let malformed = |error| FetchError::new(FetchErrorKind::Malformed).with_source(error);
        if secrets.len() > MAX_SECRETS {
            return Err(malformed(InvalidSecret::TooManySecrets));
        }
        Entry::new(&self.policy, secrets, now, before).map_err(malformed)
    }

    #[cfg(feature = "tracing")]
    fn record_success(&self, endpoint: &EndpointId, entry: &Entry, before: Option<&Entry>) {
        if before.is_some_and(|before| entry.differs(before)) {
            tracing::info!(target: "tower_webhook", ?endpoint, "webhook secrets replaced");
        }
    }

    #[cfg(not(feature = "tracing"))]
    fn record_success(&self, _: &EndpointId, _: &Entry, _: Option<&Entry>) {}
}

impl<F> Shared<F>
where
    F: SecretFetcher,
{
    /// Joins the fetch that is on its way for this endpoint, or sends one off.
    ///
    /// The fetch is a task of its own, so nobody's dropped future cancels it for the others.
    pub(super) fn fly(
        self: &Arc<Self>,
        endpoint: &EndpointId,
        purpose: Purpose,
    ) -> Result<Flight, FetchError> {
        let runtime = Handle::try_current()
            .map_err(|error| FetchError::new(FetchErrorKind::Unavailable).with_source(error))?;
        let now = self.now();
        let mut guard = self.flights();
        let flights = &mut *guard;
        if let Some(flight) = flights.by_endpoint.get(endpoint) {
            return Ok(Flight::Joined(flight.clone()));
        }
        if let Some(outcome) = self.admit(&mut flights.window, endpoint, purpose, now)? {
            return Ok(Flight::Landed(outcome));
        }
        let (outcome, flight) = watch::channel(None);
        flights.by_endpoint.insert(endpoint.clone(), flight.clone());
        // A runtime that is shutting down drops the task on the spot, and that takes the lock.
        drop(guard);
        let landing = Landing {
            shared: Arc::clone(self),
            endpoint: endpoint.clone(),
            counted: purpose == Purpose::Cold,
            result: None,
            outcome,
        };
        runtime.spawn(landing.fly());
        Ok(Flight::Sent(flight))
    }
}

/// A fetch that is on its way. It lands when it is dropped, so also when the fetcher panics or the
/// runtime ends: nobody waits forever, and the next one may try.
struct Landing<F> {
    shared: Arc<Shared<F>>,
    endpoint: EndpointId,
    counted: bool,
    result: Option<Result<Vec<Secret>, FetchError>>,
    outcome: watch::Sender<Option<Outcome>>,
}

impl<F> Landing<F>
where
    F: SecretFetcher,
{
    async fn fly(mut self) {
        let Shared { fetcher, policy, permits, .. } = &*self.shared;
        self.result = Some(fetch(fetcher, policy, permits, &self.endpoint).await);
    }
}

impl<F> Drop for Landing<F> {
    fn drop(&mut self) {
        let Self { shared, endpoint, counted, result, outcome } = self;
        let result = result.take().unwrap_or_else(|| Err(abandoned()));
        let now = shared.now();
        let mut flights = shared.flights();
        let ours = outcome.subscribe();
        let current = flights.by_endpoint.get(endpoint).is_some_and(|it| it.same_channel(&ours));
        let landed = if current {
            flights.by_endpoint.remove(endpoint);
            shared.settle(endpoint, result, now)
        } else {
            // Invalidated meanwhile: good enough for those who asked before, and not kept.
            let entry = result.and_then(|secrets| shared.entry(secrets, now, None));
            entry.map(|entry| Arc::clone(entry.verifier(now)))
        };
        if *counted && landed.is_ok() {
            flights.window.give_back();
        }
        drop(flights);
        outcome.send_replace(Some(landed));
    }
}

impl Window {
    fn take(&mut self, policy: &Policy, now: Moment) -> Result<(), FetchError> {
        let left = now.since(self.began).and_then(|age| policy.cold_window.checked_sub(age));
        let left = left.filter(|left| !left.is_zero()).unwrap_or_else(|| {
            *self = Self { began: now, used: 0 };
            policy.cold_window
        });
        if self.used >= policy.cold_fetches {
            return Err(FetchError::new(FetchErrorKind::Unavailable)
                .with_message("too many fetches for unknown endpoints")
                .with_retry_after(left));
        }
        self.used += 1;
        Ok(())
    }

    fn give_back(&mut self) {
        self.used = self.used.saturating_sub(1);
    }
}

fn abandoned() -> FetchError {
    FetchError::new(FetchErrorKind::Unavailable).with_message("the fetch was abandoned")
}

#[cfg(feature = "tracing")]
fn record_failure(endpoint: &EndpointId, error: &FetchError) {
    // Anyone can make up endpoints that do not exist: that is not worth a warning each.
    if error.kind() == FetchErrorKind::NotFound {
        tracing::debug!(target: "tower_webhook", ?endpoint, %error, "webhook secrets not found");
    } else {
        tracing::warn!(target: "tower_webhook", ?endpoint, %error, "webhook secrets not fetched");
    }
}

#[cfg(not(feature = "tracing"))]
fn record_failure(_: &EndpointId, _: &FetchError) {}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::fetch::SecretCache;
    use crate::scheme::definition::Scheme;

    const ENTRIES: u64 = 100;

    fn remembered<F>(cache: &SecretCache<F>) -> (u64, u64, usize) {
        let Shared { known, failed, flights, .. } = &*cache.0;
        known.run_pending_tasks();
        failed.run_pending_tasks();
        let flying = flights.lock().unwrap().by_endpoint.len();
        (known.entry_count(), failed.entry_count(), flying)
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
        let (known, failed, flying) = remembered(&cache);
        assert_eq!((known, flying, cache.0.entries()), (10, 0, 10));
        assert!(failed <= ENTRIES, "{failed}");

        // None of them has pushed out an endpoint that exists.
        let before = fetches.load(Ordering::SeqCst);
        for endpoint in &real {
            assert!(cache.ready(endpoint).is_some());
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
        let (known, failed, flying) = remembered(&cache);
        assert!(known <= ENTRIES, "{known}");
        assert_eq!((failed, flying), (0, 0));
    }
}
