//! Who listens to the events of fetching may use the cache meanwhile.

use std::future::{Ready, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretCache};
use tower_webhook::{Scheme, Secret};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

type Fetcher = fn(EndpointId) -> Ready<Result<Secret, FetchError>>;

/// Forgets the endpoint whenever there is an event.
#[derive(Clone, Default)]
struct Meddler(Arc<Meddling>);

#[derive(Default)]
struct Meddling {
    cache: OnceLock<SecretCache<Fetcher>>,
    events: AtomicUsize,
}

impl Subscriber for Meddler {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "tower_webhook"
    }

    fn event(&self, _: &Event<'_>) {
        self.0.events.fetch_add(1, Ordering::SeqCst);
        self.0.cache.get().unwrap().invalidate(&id());
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn id() -> EndpointId {
    EndpointId::new("orders").unwrap()
}

static FETCHES: AtomicUsize = AtomicUsize::new(0);

/// "a", then "b", then that there is no such endpoint, then "c".
fn fetch(_: EndpointId) -> Ready<Result<Secret, FetchError>> {
    ready(match FETCHES.fetch_add(1, Ordering::SeqCst) {
        2 => Err(FetchErrorKind::NotFound.into()),
        number => Ok(Secret::utf8(["a", "b", "", "c"][number]).unwrap()),
    })
}

#[tokio::test]
async fn a_subscriber_may_forget_the_endpoint_that_an_event_is_about() {
    let meddler = Meddler::default();
    let cache =
        SecretCache::builder(Scheme::GITHUB, fetch as Fetcher).fresh_for(Duration::ZERO).build();
    assert!(meddler.0.cache.set(cache.clone()).is_ok());
    let _listening = tracing::subscriber::set_default(meddler.clone());

    // Replaced secrets and a failure are an event, after which nothing is remembered.
    for (fetches, events, entries) in [(1, 0, 1), (2, 1, 0), (3, 2, 0), (4, 2, 1)] {
        assert_eq!(cache.warm(&id()).await.is_ok(), fetches != 3);
        assert_eq!(FETCHES.load(Ordering::SeqCst), fetches);
        assert_eq!(meddler.0.events.load(Ordering::SeqCst), events);
        assert_eq!((cache.health().entries, cache.health().failures), (entries, 0));
    }
}
