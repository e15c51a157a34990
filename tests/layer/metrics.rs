//! What is counted, by a server on a real socket, and that the manual has all of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use tokio::net::TcpListener;
use tower_webhook::clock::ManualClock;
use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretCache};
use tower_webhook::replay::{
    Claim, Lease, MemoryReplayGuard, Replay, ReplayError, ReplayErrorKind, ReplayGuard, ReplayKey,
};
use tower_webhook::{Head, Receiver, Scheme, Secret, WebhookLayer};

use crate::support::{NOW, WHSEC, at, sign, verifier};

const BODY: &[u8] = b"{}";

/// All series, with their labels in the order of the code.
#[derive(Clone, Default)]
struct Series(Arc<Mutex<BTreeMap<String, Arc<Value>>>>);

#[derive(Default)]
struct Value(AtomicU64);

impl CounterFn for Value {
    fn increment(&self, by: u64) {
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

/// Of a histogram, the sum in milliseconds.
impl HistogramFn for Value {
    fn record(&self, seconds: f64) {
        let millis = Duration::from_secs_f64(seconds).as_millis();
        self.0.fetch_add(u64::try_from(millis).unwrap(), Ordering::Relaxed);
    }
}

impl Series {
    fn of(&self, key: &Key) -> Arc<Value> {
        let labels: Vec<_> =
            key.labels().map(|it| format!("{}={}", it.key(), it.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        Arc::clone(self.0.lock().unwrap().entry(name).or_default())
    }

    /// Takes what was counted, as `name{labels} value`.
    fn take(&self) -> Vec<String> {
        let series = std::mem::take(&mut *self.0.lock().unwrap());
        series.iter().map(|(name, it)| format!("{name} {}", it.0.load(Ordering::Relaxed))).collect()
    }
}

impl Recorder for Series {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.of(key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.of(key))
    }
}

/// A guard that loses every lease.
struct Forgetful(MemoryReplayGuard);

impl ReplayGuard for Forgetful {
    async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
        self.0.claim(key, lease).await
    }

    async fn commit(&self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), ReplayError> {
        Err(ReplayError::new(ReplayErrorKind::LeaseLost))
    }

    async fn release(&self, key: &ReplayKey, lease: &Lease) -> Result<(), ReplayError> {
        self.0.release(key, lease).await
    }

    async fn extend(&self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), ReplayError> {
        Err(ReplayError::unavailable("away"))
    }
}

thread_local! {
    /// The names and keys of labels of all that was seen, to be compared with the manual.
    static SEEN: RefCell<BTreeSet<String>> = RefCell::default();
}

#[tokio::test]
async fn deliveries_fetches_lookups_and_claims_are_counted_with_bounded_labels() {
    let series = Series::default();
    // Of this thread, which is the server's too.
    let recorder = series.clone();
    let _recording = metrics::set_default_local_recorder(&recorder);

    let clock = ManualClock::new(at(NOW));
    let fetcher = |endpoint: EndpointId| {
        let known = match endpoint.as_str() {
            "down" => Err(FetchError::new(FetchErrorKind::Denied).with_source("password")),
            "none" => Err(FetchErrorKind::NotFound.into()),
            _ => Ok(Secret::whsec(WHSEC).unwrap()),
        };
        std::future::ready(known)
    };
    let cache = SecretCache::builder(Scheme::STANDARD, fetcher).clock(clock.clone()).retries(0);
    let select = |head: &Head<'_>| EndpointId::new(head.path()?.strip_prefix("/hooks/")?).ok();
    let fetching = WebhookLayer::from_cache(cache.build(), select)
        .replay(Replay::with(MemoryReplayGuard::builder().build()));
    let forgetful = Forgetful(MemoryReplayGuard::builder().build());
    let lost = WebhookLayer::new(verifier(Scheme::STANDARD).clock(clock.clone()))
        .replay(Replay::with(forgetful));
    let handler = {
        let clock = clock.clone();
        post(async move || clock.advance(Duration::from_secs(7)))
    };
    let several = WebhookLayer::from_receivers([], |_: &Head<'_>| Some(Scheme::STANDARD));
    let app: Router = Router::new()
        .route("/several", post(async || ()).layer(several))
        .route("/hooks/{endpoint}", handler.layer(fetching))
        .route("/lost", post(async || ()).layer(lost))
        .route(
            "/square",
            post(async || ()).layer(WebhookLayer::new(Scheme::SQUARE.verifier("key").unwrap())),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let send = async |path: &str, headers: http::HeaderMap| {
        let url = format!("http://{address}{path}");
        let mut request = http::Request::post(url).body(Full::from(BODY)).unwrap();
        request.headers_mut().extend(headers);
        client.request(request).await.unwrap().status().as_u16()
    };
    let good = || sign(Scheme::STANDARD, BODY);
    let counted = |expected: &[&str]| {
        let counted = series.take();
        SEEN.with_borrow_mut(|seen| seen.extend(counted.iter().map(|line| shape(line))));
        let counted: Vec<_> =
            counted.iter().map(|line| line.strip_prefix("tower_webhook_").unwrap()).collect();
        assert_eq!(counted, expected);
    };

    assert_eq!(send("/hooks/orders", good()).await, 200);
    counted(&[
        "cache_lookups_total{scheme=standard-webhooks,outcome=miss} 1",
        "deliveries_total{scheme=standard-webhooks,verdict=verified,reason=none} 1",
        "fetches_total{scheme=standard-webhooks,purpose=cold,outcome=ok} 1",
        "replay_calls_total{scheme=standard-webhooks,call=claim,outcome=fresh} 1",
        "replay_calls_total{scheme=standard-webhooks,call=commit,outcome=ok} 1",
        // Without the handler's seven seconds.
        "verdict_seconds{scheme=standard-webhooks,verdict=verified} 0",
    ]);

    assert_eq!(send("/hooks/orders", good()).await, 200);
    counted(&[
        "cache_lookups_total{scheme=standard-webhooks,outcome=fresh} 1",
        "deliveries_total{scheme=standard-webhooks,verdict=repeated,reason=duplicate} 1",
        "replay_calls_total{scheme=standard-webhooks,call=claim,outcome=done} 1",
        "verdict_seconds{scheme=standard-webhooks,verdict=repeated} 0",
    ]);

    let mut forged = good();
    forged.insert("webhook-id", "made-up-by-a-stranger".parse().unwrap());
    assert_eq!(send("/hooks/orders", forged).await, 401);
    counted(&[
        "cache_lookups_total{scheme=standard-webhooks,outcome=fresh} 1",
        "deliveries_total{scheme=standard-webhooks,verdict=refused,reason=mismatch} 1",
        "fetches_total{scheme=standard-webhooks,purpose=mismatch,outcome=ok} 1",
        "verdict_seconds{scheme=standard-webhooks,verdict=refused} 0",
    ]);

    for (path, status, verdict, reason, outcome) in [
        ("/hooks/none", 404, "refused", "unknown_endpoint", "not_found"),
        ("/hooks/down", 503, "failed", "secrets_unavailable", "denied"),
    ] {
        for lookup in ["miss", "failed"] {
            assert_eq!(send(path, good()).await, status);
            let mut expected = vec![
                format!("cache_lookups_total{{scheme=standard-webhooks,outcome={lookup}}} 1"),
                format!(
                    "deliveries_total{{scheme=standard-webhooks,verdict={verdict},reason={reason}}} 1"
                ),
                format!("verdict_seconds{{scheme=standard-webhooks,verdict={verdict}}} 0"),
            ];
            if lookup == "miss" {
                let fetch = "fetches_total{scheme=standard-webhooks,purpose=cold";
                expected.insert(2, format!("{fetch},outcome={outcome}}} 1"));
            }
            counted(&expected.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    assert_eq!(send("/lost", good()).await, 200);
    counted(&[
        "deliveries_total{scheme=standard-webhooks,verdict=verified,reason=none} 1",
        "replay_calls_total{scheme=standard-webhooks,call=claim,outcome=fresh} 1",
        "replay_calls_total{scheme=standard-webhooks,call=commit,outcome=lease_lost} 1",
        "verdict_seconds{scheme=standard-webhooks,verdict=verified} 0",
    ]);

    assert_eq!(send("/several", good()).await, 404);
    counted(&[
        "deliveries_total{scheme=none,verdict=refused,reason=unknown_endpoint} 1",
        "verdict_seconds{scheme=none,verdict=refused} 0",
    ]);

    assert_eq!(send("/square", sign(Scheme::SQUARE, BODY)).await, 500);
    counted(&[
        "deliveries_total{scheme=square,verdict=failed,reason=needs_public_url} 1",
        "verdict_seconds{scheme=square,verdict=failed} 0",
    ]);

    // The manual has the name of each, with its labels, and no other.
    let manual = include_str!("../../src/manual/operations.md");
    let rows = manual.lines().filter_map(|line| line.strip_prefix("| `tower_webhook_"));
    let rows: BTreeSet<_> = rows
        .map(|row| {
            let (name, rest) = row.split_once('`').unwrap();
            let labels = rest.split('|').nth(1).unwrap();
            let labels: Vec<_> = labels.split('`').skip(1).step_by(2).collect();
            format!("tower_webhook_{name}{{{}}}", labels.join(","))
        })
        .collect();
    assert_eq!(SEEN.take(), rows);
}

/// The name and the keys of the labels.
fn shape(line: &str) -> String {
    let (name, labels) = line.split_once('{').unwrap();
    let (labels, _) = labels.split_once('}').unwrap();
    let keys: Vec<_> = labels.split(',').map(|label| label.split_once('=').unwrap().0).collect();
    format!("{name}{{{}}}", keys.join(","))
}

#[tokio::test]
async fn a_receiver_in_pieces_counts_each_delivery_once_and_the_time_to_its_verdict() {
    let series = Series::default();
    let _recording = metrics::set_default_local_recorder(&series);
    let clock = ManualClock::new(at(NOW));
    let receiver = Receiver::new(verifier(Scheme::STANDARD).clock(clock.clone())).body_limit(4);
    let headers = sign(Scheme::STANDARD, BODY);

    let mut incoming = receiver.open(&headers).unwrap();
    incoming.secrets().await.unwrap();
    incoming.push(Bytes::from_static(BODY)).unwrap();
    clock.advance(Duration::from_millis(1_500));
    incoming.finish().await.unwrap().handled().await;
    assert_eq!(
        series.take(),
        [
            "tower_webhook_deliveries_total\
             {scheme=standard-webhooks,verdict=verified,reason=none} 1",
            "tower_webhook_verdict_seconds{scheme=standard-webhooks,verdict=verified} 1500",
        ]
    );

    receiver.open(&http::HeaderMap::new()).unwrap_err();
    let mut incoming = receiver.open(&headers).unwrap();
    for _ in 0..2 {
        incoming.push(Bytes::from_static(b"too long")).unwrap_err();
    }
    assert_eq!(
        series.take()[..2],
        [
            "tower_webhook_deliveries_total\
             {scheme=standard-webhooks,verdict=refused,reason=body_too_large} 1",
            "tower_webhook_deliveries_total\
             {scheme=standard-webhooks,verdict=refused,reason=missing_signature} 1",
        ]
    );
}
