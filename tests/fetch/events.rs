//! The events of fetching: what they tell, and that who listens may use the cache meanwhile.

use std::future::{Ready, pending, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretCache};
use tower_webhook::{Scheme, Secret};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Instrument as _, Metadata, Subscriber};

use crate::log::Log;

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

impl Log {
    /// Takes what this thread writes.
    fn listen(&self) -> DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .with_writer(move || log.clone());
        tracing::subscriber::set_default(subscriber.finish())
    }

    /// The events about secrets that were not fetched, of which there are as many as this.
    fn failures(&self, count: usize) -> String {
        let log = self.text();
        let lines: Vec<_> = log.lines().filter(|line| line.contains("webhook secrets ")).collect();
        assert_eq!(lines.len(), count, "{log}");
        lines.join("\n")
    }
}

#[tokio::test]
async fn an_event_has_the_kind_and_all_causes_on_one_line() {
    let log = Log::default();
    let _listening = log.listen();
    let fetcher = |_: EndpointId| {
        let inner = FetchError::new(FetchErrorKind::Timeout)
            .with_source(format!("no row\nFAKE {}", "x".repeat(10_000)));
        let outer = FetchError::new(FetchErrorKind::Unavailable).with_message("database");
        ready(Err::<Secret, _>(outer.with_source(inner)))
    };
    let cache = SecretCache::builder(Scheme::GITHUB, fetcher).retries(0).build();
    assert!(cache.verifier(&id()).await.is_err());
    let line = log.failures(1);
    assert!(
        line.contains(" WARN ") && line.contains(r#"scheme="github" endpoint="orders""#),
        "{line}"
    );
    let error = "kind=Unavailable error=secrets cannot be reached (\"database\"): \
        secrets did not come in time: no row FAKE xxx";
    assert!(line.contains(error) && line.len() < 1000, "{line}");
}

#[tokio::test]
async fn a_fetch_that_goes_on_is_in_the_span_of_the_request_that_began_it() {
    let log = Log::default();
    let _listening = log.listen();
    let fetcher = |_: EndpointId| async {
        tokio::task::yield_now().await;
        Err::<Secret, _>(FetchErrorKind::Denied.into())
    };
    let cache = SecretCache::builder(Scheme::GITHUB, fetcher).build();
    let delivery = tracing::info_span!("delivery", number = 7);
    assert!(cache.verifier(&id()).instrument(delivery).await.is_err());
    // And so if it comes to nothing.
    let hangs = |_: EndpointId| pending::<Result<Secret, FetchError>>();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let cache = SecretCache::builder(Scheme::GITHUB, hangs).build();
    tracing::info_span!("delivery", number = 8).in_scope(|| {
        let _runtime = runtime.enter();
        let endpoint = id();
        let mut future = std::pin::pin!(cache.verifier(&endpoint));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
    });
    runtime.shutdown_background();
    let lines = log.failures(2);
    assert!(
        lines.contains(" WARN delivery{number=7}: ") && lines.contains("kind=Denied"),
        "{lines}"
    );
    assert!(lines.contains(" WARN delivery{number=8}: "), "{lines}");
}

#[cfg(all(feature = "velt", feature = "spaaza"))]
#[tokio::test]
async fn it_can_be_told_why_a_provider_is_not_available() {
    use tower_webhook::fetch::{Client, Velt};

    use crate::provider::{Provider, VELT_API_KEY, VELT_AUTH_TOKEN};

    let provider = Provider::start().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    for (base_url, cause) in [
        (format!("http://{nobody}"), "refused"),
        (format!("https://{}", provider.address), "InvalidContentType"),
        // Too long a name to ask anybody for.
        (format!("http://{}.invalid", "x".repeat(64)), "dns error"),
    ] {
        let log = Log::default();
        let _listening = log.listen();
        let client = Client::new().dangerous_plaintext_base_url(&base_url).unwrap();
        let velt = Velt::new(VELT_API_KEY, VELT_AUTH_TOKEN).unwrap().client(client);
        let cache = SecretCache::builder(Scheme::VELT, velt).retries(0).build();
        assert!(cache.verifier(&id()).await.is_err());
        let line = log.failures(1);
        assert!(line.contains("kind=Unavailable error=secrets cannot be reached: "), "{line}");
        assert!(line.contains(cause) && !line.contains("secret/get"), "{line}");
    }
}
