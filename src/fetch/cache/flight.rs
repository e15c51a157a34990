//! The fetches in flight, one for each endpoint.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch::{self, Receiver, Sender};

use crate::fetch::cache::entry::Resolved;
use crate::fetch::cache::quota::Quota;
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::{FetchError, FetchErrorKind};

pub(super) type Outcome = Result<Resolved, FetchError>;

/// The outcome of a fetch, now or later.
pub(super) enum Flight {
    /// The outcome is already known.
    Ready(Outcome),
    /// The fetch was already in flight.
    Joined(Receiver<Option<Outcome>>),
    Started(Receiver<Option<Outcome>>),
}

impl Flight {
    pub(super) async fn land(self) -> Outcome {
        match self {
            Self::Ready(outcome) => outcome,
            Self::Joined(mut flight) | Self::Started(mut flight) => {
                match flight.wait_for(Option::is_some).await {
                    Ok(outcome) => outcome.clone().unwrap_or_else(|| Err(abandoned())),
                    Err(_) => Err(abandoned()),
                }
            }
        }
    }
}

/// The fetches in flight.
pub(super) struct Flights(Mutex<InFlight>);

/// The state that changes together, under one lock. No foreign code runs under it: neither a
/// fetcher, nor a clock, nor a subscriber of events, any of which may call the cache again.
pub(super) struct InFlight {
    by_endpoint: HashMap<EndpointId, Receiver<Option<Outcome>>>,
    pub(super) quota: Quota,
}

impl Flights {
    pub(super) fn new() -> Self {
        Self(Mutex::new(InFlight { by_endpoint: HashMap::new(), quota: Quota::new() }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, InFlight> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InFlight {
    pub(super) fn get(&self, endpoint: &EndpointId) -> Option<Receiver<Option<Outcome>>> {
        self.by_endpoint.get(endpoint).cloned()
    }

    pub(super) fn start(
        &mut self,
        endpoint: &EndpointId,
    ) -> (Sender<Option<Outcome>>, Receiver<Option<Outcome>>) {
        let (outcome, flight) = watch::channel(None);
        self.by_endpoint.insert(endpoint.clone(), flight.clone());
        (outcome, flight)
    }

    /// Ends the flight with this outcome channel. Returns `false` if the flight was forgotten; then
    /// another one may be in flight in its place, which stays.
    pub(super) fn end(&mut self, endpoint: &EndpointId, outcome: &Sender<Option<Outcome>>) -> bool {
        let ours = outcome.subscribe();
        let current = self.by_endpoint.get(endpoint).is_some_and(|it| it.same_channel(&ours));
        if current {
            self.by_endpoint.remove(endpoint);
        }
        current
    }

    /// Lets nobody else join the flight. It goes on for those who already wait.
    pub(super) fn forget(&mut self, endpoint: &EndpointId) {
        self.by_endpoint.remove(endpoint);
    }

    pub(super) fn len(&self) -> usize {
        self.by_endpoint.len()
    }
}

pub(super) fn abandoned() -> FetchError {
    FetchError::new(FetchErrorKind::Unavailable).with_message("the fetch was abandoned")
}
