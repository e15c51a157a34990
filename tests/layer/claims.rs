//! The replay guard behind the layer: claimed after the verdict, committed on success, and given
//! back otherwise.

use std::convert::Infallible;
use std::error::Error as _;
use std::future::pending;
#[cfg(feature = "fetch")]
use std::future::ready;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::routing::post;
use axum::{Extension, Router};
use http::{HeaderMap, Request, Response, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer as _, ServiceExt as _, service_fn};
#[cfg(feature = "fetch")]
use tower_webhook::Head;
use tower_webhook::clock::ManualClock;
#[cfg(feature = "fetch")]
use tower_webhook::fetch::{Endpoint, EndpointId, FetchError, SecretCache};
use tower_webhook::layer::{BareStatus, OnRejection as _, Refused, VerifiedBody};
use tower_webhook::receive::{Rejection, RejectionKind};
use tower_webhook::replay::{
    Claim, Lease, MemoryReplayGuard, Replay, ReplayError, ReplayErrorKind, ReplayGuard, ReplayKey,
};
use tower_webhook::{Scheme, Secret, Tolerance, WebhookLayer};

use crate::support::{ID, NOW, WHSEC, at, presets, sign, signer, verifier};

const BODY: &[u8] = br#"{"hello":"world"}"#;

/// A guard that writes down what it is asked, and can be out of order.
#[derive(Default)]
struct Spy {
    log: Mutex<Vec<(&'static str, ReplayKey, Duration)>>,
    memory: Option<MemoryReplayGuard>,
    broken: Mutex<Option<(&'static str, ReplayErrorKind)>>,
}

impl Spy {
    fn new() -> Arc<Self> {
        Arc::new(Self { memory: Some(MemoryReplayGuard::builder().build()), ..Self::default() })
    }

    fn record(
        &self,
        what: &'static str,
        key: &ReplayKey,
        time: Duration,
    ) -> Result<(), ReplayError> {
        self.log.lock().unwrap().push((what, *key, time));
        match *self.broken.lock().unwrap() {
            Some((broken, kind)) if broken == what => Err(ReplayError::new(kind)),
            _ => Ok(()),
        }
    }

    fn calls(&self) -> Vec<&'static str> {
        self.log.lock().unwrap().iter().map(|(what, ..)| *what).collect()
    }

    fn keys(&self) -> Vec<ReplayKey> {
        let log = self.log.lock().unwrap();
        log.iter().filter(|(what, ..)| *what == "claim").map(|(_, key, _)| *key).collect()
    }

    fn times(&self, wanted: &str) -> Vec<Duration> {
        let log = self.log.lock().unwrap();
        log.iter().filter(|(what, ..)| *what == wanted).map(|(.., time)| *time).collect()
    }
}

impl ReplayGuard for Spy {
    async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
        self.record("claim", key, lease)?;
        self.memory.as_ref().unwrap().claim(key, lease).await
    }

    async fn commit(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        keep: Duration,
    ) -> Result<(), ReplayError> {
        self.record("commit", key, keep)?;
        self.memory.as_ref().unwrap().commit(key, lease, keep).await
    }

    async fn release(&self, key: &ReplayKey, lease: &Lease) -> Result<(), ReplayError> {
        self.record("release", key, Duration::ZERO)?;
        self.memory.as_ref().unwrap().release(key, lease).await
    }

    async fn extend(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        by: Duration,
    ) -> Result<(), ReplayError> {
        self.record("extend", key, by)?;
        self.memory.as_ref().unwrap().extend(key, lease, by).await
    }
}

/// A receiver whose handler answers with what is set, and is counted.
#[derive(Clone)]
struct Receiver {
    guard: Arc<Spy>,
    answer: Arc<Mutex<StatusCode>>,
    runs: Arc<AtomicUsize>,
    app: Router,
}

impl Receiver {
    fn new(scheme: Scheme) -> Self {
        Self::with(scheme, |replay| replay)
    }

    fn with(scheme: Scheme, set: impl FnOnce(Replay) -> Replay) -> Self {
        let guard = Spy::new();
        let answer = Arc::new(Mutex::new(StatusCode::OK));
        let runs = Arc::new(AtomicUsize::new(0));
        let (status, counter) = (Arc::clone(&answer), Arc::clone(&runs));
        let handler = move || async move {
            counter.fetch_add(1, Ordering::SeqCst);
            *status.lock().unwrap()
        };
        let replay = set(Replay::with(Arc::clone(&guard)));
        let layer = WebhookLayer::new(verifier(scheme)).replay(replay);
        let app = Router::new().route("/hook", post(handler)).layer(layer);
        Self { guard, answer, runs, app }
    }

    async fn send(&self, headers: &HeaderMap) -> Response<Body> {
        self.send_body(headers, BODY).await
    }

    async fn send_body(&self, headers: &HeaderMap, body: &'static [u8]) -> Response<Body> {
        let mut request = Request::post("/hook?shop=1").body(Body::from(body)).unwrap();
        *request.headers_mut() = headers.clone();
        self.app.clone().oneshot(request).await.unwrap()
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

fn rejected(response: &Response<Body>) -> Option<RejectionKind> {
    response.extensions().get::<Rejection>().map(Rejection::kind)
}

fn retry_after(response: &Response<Body>) -> Option<&str> {
    response.headers().get("retry-after").map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_delivery_is_handled_once_and_acknowledged_again() {
    let receiver = Receiver::new(Scheme::STANDARD);
    for _ in 0..3 {
        let response = receiver.send(&sign(Scheme::STANDARD, BODY)).await;
        assert_eq!(response.status(), StatusCode::OK);
    }
    assert_eq!(receiver.runs(), 1);
    assert_eq!(receiver.guard.calls(), ["claim", "commit", "claim", "claim"]);
    let duplicate = receiver.send(&sign(Scheme::STANDARD, BODY)).await;
    assert_eq!(rejected(&duplicate), Some(RejectionKind::Duplicate));
}

#[tokio::test]
async fn a_retry_after_a_failure_gets_through() {
    let receiver = Receiver::new(Scheme::STANDARD);
    for status in [500, 503, 400, 404, 302, 199].map(|code| StatusCode::from_u16(code).unwrap()) {
        *receiver.answer.lock().unwrap() = status;
        assert_eq!(receiver.send(&sign(Scheme::STANDARD, BODY)).await.status(), status);
    }
    assert_eq!(receiver.runs(), 6);
    assert_eq!(receiver.guard.calls(), ["claim", "release"].repeat(6));
    *receiver.answer.lock().unwrap() = StatusCode::NO_CONTENT;
    let response = receiver.send(&sign(Scheme::STANDARD, BODY)).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(receiver.send(&sign(Scheme::STANDARD, BODY)).await.status(), StatusCode::OK);
    assert_eq!(receiver.runs(), 7);
}

#[tokio::test]
async fn nothing_is_claimed_before_it_is_verified() {
    let receiver = Receiver::new(Scheme::STANDARD);
    let mut forged = sign(Scheme::STANDARD, BODY);
    forged.insert("webhook-id", "other".parse().unwrap());
    assert_eq!(receiver.send(&forged).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(receiver.send(&HeaderMap::new()).await.status(), StatusCode::UNAUTHORIZED);
    let long = receiver.send_body(&sign(Scheme::STANDARD, BODY), &[0; 3 << 20]).await;
    assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!((receiver.guard.calls().len(), receiver.runs()), (0, 0));
    assert_eq!(receiver.send(&sign(Scheme::STANDARD, BODY)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_delivery_in_flight_is_to_be_sent_again() {
    let guard = Arc::new(MemoryReplayGuard::builder().build());
    let (started, mut starts) = tokio::sync::mpsc::channel(8);
    let finish = Arc::new(tokio::sync::Notify::new());
    let done = Arc::clone(&finish);
    let handler = move || async move {
        started.send(()).await.unwrap();
        done.notified().await;
    };
    let layer =
        WebhookLayer::new(verifier(Scheme::STANDARD)).replay(Replay::with(Arc::clone(&guard)));
    let app: Router = Router::new().route("/hook", post(handler)).layer(layer);
    let send = || {
        let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, BODY);
        app.clone().oneshot(request)
    };
    let first = tokio::spawn(send());
    starts.recv().await.unwrap();
    let second = send().await.unwrap();
    assert_eq!(rejected(&second), Some(RejectionKind::InFlight));
    assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(retry_after(&second), Some("5"));
    finish.notify_one();
    assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::OK);
    assert_eq!(send().await.unwrap().status(), StatusCode::OK);
    assert!(starts.try_recv().is_err(), "the handler ran twice");
}

#[tokio::test]
async fn a_guard_that_does_not_answer_loses_nothing() {
    for kind in [ReplayErrorKind::Unavailable, ReplayErrorKind::Full] {
        let receiver = Receiver::new(Scheme::STANDARD);
        *receiver.guard.broken.lock().unwrap() = Some(("claim", kind));
        let response = receiver.send(&sign(Scheme::STANDARD, BODY)).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(retry_after(&response), Some("5"));
        let rejection = response.extensions().get::<Rejection>().unwrap();
        assert_eq!(rejection.kind(), RejectionKind::ReplayUnavailable);
        let error: Option<&ReplayError> = rejection.source().and_then(|it| it.downcast_ref());
        assert_eq!(error.map(ReplayError::kind), Some(kind));
        assert_eq!(receiver.runs(), 0);
        *receiver.guard.broken.lock().unwrap() = None;
        assert_eq!(receiver.send(&sign(Scheme::STANDARD, BODY)).await.status(), StatusCode::OK);
        assert_eq!(receiver.runs(), 1);
    }
}

#[tokio::test]
async fn the_handlers_answer_goes_out_whatever_becomes_of_the_commit() {
    for (call, status) in [("commit", StatusCode::CREATED), ("release", StatusCode::BAD_GATEWAY)] {
        let receiver = Receiver::new(Scheme::STANDARD);
        *receiver.answer.lock().unwrap() = status;
        *receiver.guard.broken.lock().unwrap() = Some((call, ReplayErrorKind::Unavailable));
        assert_eq!(receiver.send(&sign(Scheme::STANDARD, BODY)).await.status(), status);
        assert_eq!(receiver.guard.calls(), ["claim", call]);
        // Not known to be handled, nor free: the lease decides.
        let again = receiver.send(&sign(Scheme::STANDARD, BODY)).await;
        assert_eq!(again.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(rejected(&again), Some(RejectionKind::InFlight));
    }
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_failed_is_made_again_in_the_background() {
    for kind in [ReplayErrorKind::Unavailable, ReplayErrorKind::Full] {
        let receiver = Receiver::new(Scheme::STANDARD);
        *receiver.guard.broken.lock().unwrap() = Some(("commit", kind));
        assert_eq!(receiver.send(&sign(Scheme::STANDARD, BODY)).await.status(), StatusCode::OK);
        tokio::time::sleep(Duration::from_secs(5)).await;
        let failed = receiver.guard.times("commit").len();
        assert!((3..20).contains(&failed), "{failed}");

        *receiver.guard.broken.lock().unwrap() = None;
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(receiver.guard.times("commit").len(), failed + 1);
        let again = receiver.send(&sign(Scheme::STANDARD, BODY)).await;
        assert_eq!(rejected(&again), Some(RejectionKind::Duplicate));
        assert_eq!(receiver.runs(), 1);
    }

    // It gives up when the lease has ended, and for a lease that is lost there is nothing to do.
    let receiver = Receiver::new(Scheme::STANDARD);
    *receiver.guard.broken.lock().unwrap() = Some(("commit", ReplayErrorKind::Unavailable));
    receiver.send(&sign(Scheme::STANDARD, BODY)).await;
    tokio::time::sleep(Duration::from_secs(61)).await;
    let failed = receiver.guard.times("commit").len();
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(receiver.guard.times("commit").len(), failed);
    let receiver = Receiver::new(Scheme::STANDARD);
    *receiver.guard.broken.lock().unwrap() = Some(("commit", ReplayErrorKind::LeaseLost));
    receiver.send(&sign(Scheme::STANDARD, BODY)).await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(receiver.guard.times("commit").len(), 1);
}

/// A guard that never answers, and counts who waits for it.
#[derive(Default)]
struct Hanging(Arc<()>);

impl ReplayGuard for Hanging {
    async fn claim(&self, _: &ReplayKey, _: Duration) -> Result<Claim, ReplayError> {
        let _waiting = Arc::clone(&self.0);
        pending().await
    }

    async fn commit(&self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), ReplayError> {
        pending().await
    }

    async fn release(&self, _: &ReplayKey, _: &Lease) -> Result<(), ReplayError> {
        pending().await
    }

    async fn extend(&self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), ReplayError> {
        pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_hangs_is_given_up_and_holds_a_bounded_number_of_tasks() {
    let waiting = Arc::new(());
    let replay = Replay::with(Hanging(Arc::clone(&waiting)));
    let layer = WebhookLayer::new(verifier(Scheme::STANDARD)).replay(replay.clone());
    let app = Router::new().route("/hook", post(|| async {})).layer(layer);
    let send = || {
        let mut request = Request::post("/hook?shop=1").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, BODY);
        app.clone().oneshot(request)
    };
    let start = tokio::time::Instant::now();
    let response = send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(rejected(&response), Some(RejectionKind::ReplayUnavailable));
    assert_eq!(retry_after(&response), Some("5"));
    assert_eq!(start.elapsed(), Duration::from_secs(2));

    let all: Vec<_> = (0..3000).map(|_| tokio::spawn(send())).collect();
    for one in all {
        assert_eq!(one.await.unwrap().unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    }
    // One is this test's, and one the guard's.
    assert_eq!(Arc::strong_count(&waiting) - 2, 1024);
    // None of them waits for longer than a lease.
    replay.drained().await;
    assert!(start.elapsed() <= Duration::from_secs(2 + 2 + 60));
    assert_eq!(Arc::strong_count(&waiting), 2);
}

#[tokio::test(start_paused = true)]
async fn a_verified_delivery_without_room_is_given_back_in_a_third_of_its_lease() {
    let guard = Spy::new();
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let handler = service_fn(move |_: Request<VerifiedBody>| {
        counter.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, Infallible>(Response::new(Body::empty())) }
    });
    let places = Arc::new(Semaphore::new(1));
    let limited = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&places)).layer(handler);
    let replay = Replay::with(Arc::clone(&guard)).lease(Duration::from_secs(30));
    let service = WebhookLayer::new(verifier(Scheme::STANDARD)).replay(replay).layer(limited);
    let send = || {
        let mut request = Request::post("/hook?shop=1").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, BODY);
        service.clone().oneshot(request)
    };

    let taken = places.acquire().await.unwrap();
    let start = tokio::time::Instant::now();
    let response = send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(rejected(&response), Some(RejectionKind::Overloaded));
    assert_eq!(retry_after(&response), Some("5"));
    assert_eq!(start.elapsed(), Duration::from_secs(10));
    assert_eq!(guard.calls(), ["claim", "release"]);

    // The retry is handled, once.
    drop(taken);
    assert_eq!(send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(rejected(&send().await.unwrap()), Some(RejectionKind::Duplicate));
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_commit_is_made_before_the_answer_goes_out() {
    let receiver = Receiver::new(Scheme::STANDARD);
    let response = receiver.send(&sign(Scheme::STANDARD, BODY)).await;
    // The response is here, and its body has not been touched.
    assert_eq!(receiver.guard.calls(), ["claim", "commit"]);
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_handler_that_panics_gives_the_delivery_back() {
    let guard = Spy::new();
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let handler = move || async move {
        assert_ne!(counter.fetch_add(1, Ordering::SeqCst), 0, "the first try");
    };
    let layer =
        WebhookLayer::new(verifier(Scheme::STANDARD)).replay(Replay::with(Arc::clone(&guard)));
    let app: Router = Router::new().route("/hook", post(handler)).layer(layer);
    let send = || {
        let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, BODY);
        app.clone().oneshot(request)
    };

    assert!(tokio::spawn(send()).await.unwrap_err().is_panic());
    until(|| guard.calls().len() == 2).await;
    assert_eq!(guard.calls(), ["claim", "release"]);
    assert_eq!(send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

/// A server on a socket whose handler waits until it is allowed to answer.
struct Waiting {
    address: SocketAddr,
    clock: ManualClock,
    begun: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
    allowed: Arc<Semaphore>,
    replay: Replay,
}

impl Waiting {
    async fn serve(settings: impl FnOnce(Replay) -> Replay) -> Self {
        let clock = ManualClock::new(at(NOW));
        let guard = MemoryReplayGuard::builder().clock(clock.clone()).build();
        let replay = settings(Replay::with(guard).lease(Duration::from_secs(60)));
        let begun = Arc::new(AtomicUsize::new(0));
        let ended = Arc::new(AtomicUsize::new(0));
        let allowed = Arc::new(Semaphore::new(0));
        let handler = {
            let (begun, ended, allowed) = (begun.clone(), ended.clone(), allowed.clone());
            move || async move {
                begun.fetch_add(1, Ordering::SeqCst);
                allowed.acquire().await.unwrap().forget();
                ended.fetch_add(1, Ordering::SeqCst);
            }
        };
        let layer = WebhookLayer::new(verifier(Scheme::STANDARD)).replay(replay.clone());
        let app = Router::new().route("/hook", post(handler)).layer(layer);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, clock, begun, ended, allowed, replay }
    }

    /// Sends the delivery, whose answer can be read from the connection.
    async fn send(&self) -> TcpStream {
        let mut request =
            String::from("POST /hook HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
        for (name, value) in &sign(Scheme::STANDARD, BODY) {
            request.extend([name.as_str(), ": ", value.to_str().unwrap(), "\r\n"]);
        }
        request.extend(["content-length: ", &BODY.len().to_string(), "\r\n\r\n"]);
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(&[request.as_bytes(), BODY].concat()).await.unwrap();
        stream
    }

    async fn status(&self) -> String {
        let mut answer = String::new();
        self.send().await.read_to_string(&mut answer).await.unwrap();
        answer["HTTP/1.1 ".len()..][..3].to_owned()
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }

    /// Waits until the handler of the only request is gone.
    async fn is_dropped(&self) {
        until(|| Arc::strong_count(&self.ended) == 2).await;
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_the_delivery_claimed_until_the_lease_ends() {
    let server = Waiting::serve(|replay| replay).await;
    let first = server.send().await;
    until(|| server.begun() == 1).await;
    drop(first);
    server.is_dropped().await;
    // What the handler has spawned may be at work: nothing runs beside it.
    for _ in 0..4 {
        assert_eq!(server.status().await, "503");
    }
    server.clock.advance(Duration::from_secs(61));
    server.allowed.add_permits(1);
    assert_eq!(server.status().await, "200");
    assert_eq!((server.begun(), server.ended()), (2, 1));
}

#[tokio::test]
async fn a_handler_can_finish_after_its_client_has_hung_up() {
    let server = Waiting::serve(Replay::finish_handlers).await;
    let first = server.send().await;
    until(|| server.begun() == 1).await;
    drop(first);
    // Until it ends, its delivery is in flight.
    assert_eq!(server.status().await, "503");
    server.allowed.add_permits(1);
    until(|| server.ended() == 1).await;
    server.replay.drained().await;
    assert_eq!(server.status().await, "200");
    assert_eq!((server.begun(), server.ended()), (1, 1));
}

#[tokio::test]
async fn a_client_that_hangs_up_during_the_claim_leaves_nothing_claimed() {
    /// Claims at once, and says so when it is allowed to.
    struct Slow(Arc<Spy>, Semaphore);
    impl ReplayGuard for Slow {
        pass_on!(0: commit release extend);
        async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
            let claim = self.0.claim(key, lease).await;
            self.1.acquire().await.unwrap().forget();
            claim
        }
    }
    let spy = Spy::new();
    let guard = Arc::new(Slow(Arc::clone(&spy), Semaphore::new(0)));
    let layer =
        WebhookLayer::new(verifier(Scheme::STANDARD)).replay(Replay::with(Arc::clone(&guard)));
    let app: Router = Router::new().route("/hook", post(|| async { "handled" })).layer(layer);
    let send = || {
        let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, BODY);
        app.clone().oneshot(request)
    };
    let claiming = tokio::spawn(send());
    until(|| spy.calls().len() == 1).await;
    claiming.abort();
    assert!(claiming.await.unwrap_err().is_cancelled());
    guard.1.add_permits(2);
    until(|| spy.calls().len() == 2).await;
    let again = send().await.unwrap();
    assert_eq!((again.status(), rejected(&again)), (StatusCode::OK, None));
    assert_eq!(spy.calls(), ["claim", "release", "claim", "commit"]);
}

#[tokio::test]
async fn a_commit_goes_on_when_the_client_hangs_up() {
    /// Commits only when it is allowed to.
    struct Slow(MemoryReplayGuard, Semaphore, AtomicUsize);
    impl ReplayGuard for Slow {
        pass_on!(0: claim);
        async fn commit(
            &self,
            key: &ReplayKey,
            lease: &Lease,
            keep: Duration,
        ) -> Result<(), ReplayError> {
            self.2.fetch_add(1, Ordering::SeqCst);
            self.1.acquire().await.unwrap().forget();
            self.0.commit(key, lease, keep).await?;
            self.2.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
        async fn release(&self, _: &ReplayKey, _: &Lease) -> Result<(), ReplayError> {
            panic!("what was handled is not given back")
        }
        async fn extend(&self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), ReplayError> {
            panic!("nobody asks for more time")
        }
    }
    let memory = MemoryReplayGuard::builder().build();
    let guard = Arc::new(Slow(memory, Semaphore::new(0), AtomicUsize::new(0)));
    let layer =
        WebhookLayer::new(verifier(Scheme::STANDARD)).replay(Replay::with(Arc::clone(&guard)));
    let app: Router = Router::new().route("/hook", post(|| async {})).layer(layer);
    let send = || {
        let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, BODY);
        app.clone().oneshot(request)
    };
    let committing = tokio::spawn(send());
    until(|| guard.2.load(Ordering::SeqCst) == 1).await;
    committing.abort();
    assert!(committing.await.unwrap_err().is_cancelled());
    guard.1.add_permits(1);
    until(|| guard.2.load(Ordering::SeqCst) == 2).await;
    let again = send().await.unwrap();
    assert_eq!(rejected(&again), Some(RejectionKind::Duplicate));
}

#[tokio::test]
async fn what_is_remembered_is_what_was_signed() {
    let receiver = Receiver::new(Scheme::STANDARD);
    let good = sign(Scheme::STANDARD, BODY);
    receiver.send(&good).await;

    // Headers that are not signed.
    let mut other = good.clone();
    other.insert("x-request-id", "1".parse().unwrap());
    other.insert("user-agent", "retry".parse().unwrap());
    receiver.send(&other).await;
    // A later try: another timestamp, another signature.
    let later = signer(Scheme::STANDARD).sign(ID, at(NOW + 60), BODY).unwrap();
    receiver.send(&later).await;
    // The order of the list, and what else is in it.
    let mut listed = good.clone();
    let list = format!("v2,x {} v1,AAAA", good["webhook-signature"].to_str().unwrap());
    listed.insert("webhook-signature", list.parse().unwrap());
    receiver.send(&listed).await;
    // The other family of headers.
    receiver.send(&sign(Scheme::SVIX, BODY)).await;
    let keys = receiver.guard.keys();
    assert_eq!(keys.len(), 5);
    assert!(keys.iter().all(|key| *key == keys[0]));
    assert_eq!(receiver.runs(), 1);

    // The id does.
    let another = signer(Scheme::STANDARD).sign("another", at(NOW), BODY).unwrap();
    receiver.send(&another).await;
    assert_ne!(receiver.guard.keys()[5], keys[0]);
    assert_eq!(receiver.runs(), 2);
}

#[tokio::test]
async fn the_secret_that_matched_and_the_case_of_a_signature_make_no_difference() {
    let guard = Spy::new();
    let rotating = Scheme::GITHUB.verifier("new").unwrap();
    let rotating = rotating.add_secret(Secret::utf8("old").unwrap()).unwrap();
    let layer = WebhookLayer::new(rotating).replay(Replay::with(Arc::clone(&guard)).by_content());
    let app: Router = Router::new().route("/hook", post(|| async {})).layer(layer);
    let signed = |text: &str| {
        let signer = Scheme::GITHUB.signer(text).unwrap();
        signer.sign(None, at(NOW), BODY).unwrap()
    };
    let mut upper = signed("new");
    let value = upper["x-hub-signature-256"].to_str().unwrap().to_uppercase();
    upper.insert("x-hub-signature-256", value.replace("SHA256=", "sha256=").parse().unwrap());
    for headers in [signed("new"), signed("old"), upper] {
        let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = headers;
        assert_eq!(app.clone().oneshot(request).await.unwrap().status(), StatusCode::OK);
    }
    let keys = guard.keys();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[tokio::test]
async fn schemes_endpoints_and_contents_are_kept_apart() {
    let mut keys = Vec::new();
    for scope in [None, Some("orders"), Some("refunds")] {
        for scheme in [Scheme::STANDARD, Scheme::SVIX, Scheme::GITHUB, Scheme::SLACK] {
            let receiver = Receiver::with(scheme, |replay| match scope {
                Some(scope) => replay.by_content().scope(scope),
                None => replay.by_content(),
            });
            receiver.send(&sign(scheme, BODY)).await;
            receiver.send_body(&sign(scheme, b"{}"), b"{}").await;
            keys.extend(receiver.guard.keys());
        }
    }
    assert_eq!(keys.len(), 24);
    keys.sort_unstable();
    keys.dedup();
    // An id that comes again with another body is the same delivery.
    assert_eq!(keys.len(), 24 - 3 * 2);
}

#[tokio::test]
async fn one_layer_is_safe_around_any_number_of_routes() {
    let guard = Spy::new();
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let handler = move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    let replay = Replay::with(Arc::clone(&guard)).scope("hooks");
    let layer = WebhookLayer::new(verifier(Scheme::STANDARD)).replay(replay);
    let app =
        Router::new().route("/a", post(handler.clone())).route("/b", post(handler)).layer(layer);
    // Senders give one id to every endpoint that an event goes to.
    for (path, duplicate) in [("/a", false), ("/b", false), ("/a", true), ("/b?again=1", true)] {
        let mut request = Request::post(path).body(Body::from(BODY)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, BODY);
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(rejected(&response), duplicate.then_some(RejectionKind::Duplicate), "{path}");
    }
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[cfg(feature = "fetch")]
#[tokio::test]
async fn an_endpoint_is_one_however_it_is_spelled() {
    let secret = Secret::whsec(WHSEC).unwrap();
    let fetcher = move |endpoint: EndpointId| {
        let canonical = EndpointId::new(endpoint.as_str().to_lowercase()).unwrap();
        ready(Ok::<_, FetchError>(Endpoint::new([secret.clone()]).canonical_id(canonical)))
    };
    let cache = SecretCache::builder(Scheme::STANDARD, fetcher);
    let cache = cache.clock(ManualClock::new(at(NOW))).build();
    let guard = Spy::new();
    let layer = WebhookLayer::from_cache(cache, |head: &Head<'_>| {
        EndpointId::new(head.path()?.strip_prefix('/')?).ok()
    });
    let layer = layer.replay(Replay::with(Arc::clone(&guard)));
    let app = Router::new().route("/{endpoint}", post(|| async {})).layer(layer);
    let mut found = Vec::new();
    for path in ["/acme", "/ACME", "/Acme", "/aCme", "/umbrella"] {
        let mut request = Request::post(path).body(Body::from(BODY)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, BODY);
        found.push(rejected(&app.clone().oneshot(request).await.unwrap()));
    }
    let again = Some(RejectionKind::Duplicate);
    assert_eq!(found, [None, again, again, again, None]);
}

#[tokio::test]
async fn two_events_with_one_body_are_two_where_the_body_alone_is_signed() {
    // Without an id of the provider's, nothing tells a second event from a repetition.
    let receiver = Receiver::new(Scheme::META);
    for run in 1..=3 {
        let response = receiver.send(&sign(Scheme::META, BODY)).await;
        assert_eq!((rejected(&response), receiver.runs()), (None, run));
    }
    assert!(receiver.guard.calls().is_empty());

    // With one, the same id is a repetition, and another id is not.
    for scheme in Scheme::ALL.iter().filter(|scheme| scheme.delivery_header().is_some()) {
        let Some(header) = scheme.delivery_header() else { unreachable!() };
        let Some(scheme) = presets().find(|preset| preset == scheme) else { continue };
        let receiver = Receiver::new(scheme);
        let mut headers = sign(scheme, BODY);
        for (id, runs) in [("1", 1), ("1", 1), ("2", 2), ("1", 2), ("2", 2)] {
            headers.insert(header, id.parse().unwrap());
            receiver.send(&headers).await;
            assert_eq!(receiver.runs(), runs, "{scheme:?}");
        }
        // The id tells deliveries apart, and joins none.
        let mut other = sign(scheme, b"{}");
        other.insert(header, "1".parse().unwrap());
        receiver.send_body(&other, b"{}").await;
        assert_eq!(receiver.runs(), 3, "{scheme:?}");
        // It may be missing, and it may be long.
        receiver.send(&sign(scheme, BODY)).await;
        headers.insert(header, "x".repeat(4000).parse().unwrap());
        receiver.send(&headers).await;
        assert_eq!(receiver.runs(), 5, "{scheme:?}");
    }
}

#[tokio::test]
async fn what_an_operator_has_forgotten_runs_again_when_it_is_sent_again() {
    let guard = Arc::new(MemoryReplayGuard::builder().build());
    let keys = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&keys);
    let handler = move |Extension(key): Extension<ReplayKey>| async move {
        seen.lock().unwrap().push(*key.as_bytes());
    };
    let layer =
        WebhookLayer::new(verifier(Scheme::GITHUB)).replay(Replay::with(Arc::clone(&guard)));
    let app: Router = Router::new().route("/hook", post(handler)).layer(layer);
    let mut headers = sign(Scheme::GITHUB, BODY);
    headers.insert("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958".parse().unwrap());
    // What a press of "Redeliver" sends is the same in every byte.
    let redeliver = async || {
        let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = headers.clone();
        let response = app.clone().oneshot(request).await.unwrap();
        (response.status(), rejected(&response))
    };
    assert_eq!(redeliver().await, (StatusCode::OK, None));
    assert_eq!(redeliver().await, (StatusCode::OK, Some(RejectionKind::Duplicate)));

    let kept = keys.lock().unwrap()[0];
    assert!(guard.forget(&ReplayKey::from_bytes(kept)));
    assert_eq!(redeliver().await, (StatusCode::OK, None));
    assert_eq!(redeliver().await, (StatusCode::OK, Some(RejectionKind::Duplicate)));
    assert_eq!(*keys.lock().unwrap(), [kept; 2]);
}

#[tokio::test]
async fn lease_and_keep_are_what_was_set_and_never_less_than_the_window() {
    let hours = |hours: u64| Duration::from_secs(hours * 60 * 60);
    let receiver = Receiver::new(Scheme::STANDARD);
    receiver.send(&sign(Scheme::STANDARD, BODY)).await;
    assert_eq!(receiver.guard.times("claim"), [Duration::from_secs(60)]);
    assert_eq!(receiver.guard.times("commit"), [hours(72)]);

    let set = |replay: Replay| replay.lease(hours(1)).keep(Duration::ZERO).by_content();
    let receiver = Receiver::with(Scheme::STANDARD, set);
    receiver.send(&sign(Scheme::STANDARD, BODY)).await;
    assert_eq!(receiver.guard.times("claim"), [hours(1)]);
    assert_eq!(receiver.guard.times("commit"), [Duration::from_secs(600)]);

    // Without a timestamp there is no window.
    let receiver = Receiver::with(Scheme::GITHUB, set);
    receiver.send(&sign(Scheme::GITHUB, BODY)).await;
    assert_eq!(receiver.guard.times("commit"), [Duration::ZERO]);

    let almost = Duration::MAX.saturating_sub(Duration::from_nanos(1));
    for (tolerance, keep) in [
        (Tolerance::symmetric(hours(50)), hours(100)),
        (Tolerance::new(hours(100), almost), Duration::MAX),
        // What has no limit is not remembered for ever.
        (Tolerance::new(hours(100), Duration::MAX), hours(100)),
        (Tolerance::dangerous_unlimited(), hours(72)),
    ] {
        let guard = Spy::new();
        let verifier = verifier(Scheme::STANDARD).tolerance(tolerance);
        let layer = WebhookLayer::new(verifier).replay(Replay::with(Arc::clone(&guard)));
        let app: Router = Router::new().route("/hook", post(|| async {})).layer(layer);
        let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, BODY);
        app.oneshot(request).await.unwrap();
        assert_eq!(guard.times("commit"), [keep], "{tolerance:?}");
    }
}

#[cfg(feature = "fetch")]
#[tokio::test]
async fn the_tolerance_of_a_cache_is_that_of_its_layer() {
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let send = async |tolerance: Tolerance, now: i64| {
        let guard = Spy::new();
        let fetcher = |_: EndpointId| ready(Ok(vec![Secret::whsec(WHSEC).unwrap()]));
        let cache = SecretCache::builder(Scheme::STANDARD, fetcher);
        let cache = cache.tolerance(tolerance).clock(ManualClock::new(at(now))).build();
        let layer = WebhookLayer::from_cache(cache, |_: &Head<'_>| EndpointId::new("acme").ok());
        let layer = layer.replay(Replay::with(Arc::clone(&guard)).keep(Duration::ZERO));
        let app: Router = Router::new().route("/hook", post(|| async {})).layer(layer);
        let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, BODY);
        let response = app.oneshot(request).await.unwrap();
        (response.status(), guard.times("commit"))
    };
    let narrow = Tolerance::new(minutes(1), minutes(2));
    assert_eq!(send(narrow, NOW + 60).await, (StatusCode::OK, vec![minutes(3)]));
    assert_eq!(send(narrow, NOW + 61).await, (StatusCode::UNAUTHORIZED, vec![]));
    let wide = Tolerance::symmetric(minutes(60));
    assert_eq!(send(wide, NOW + 3600).await, (StatusCode::OK, vec![minutes(120)]));
}

#[tokio::test]
async fn what_is_not_signed_is_not_remembered_by_its_content() {
    let receiver = Receiver::with(Scheme::GITLAB_TOKEN, Replay::by_content);
    for run in 1..=3 {
        let response = receiver.send(&sign(Scheme::GITLAB_TOKEN, BODY)).await;
        assert_eq!((rejected(&response), receiver.runs()), (None, run));
    }
    assert!(receiver.guard.calls().is_empty());
}

#[tokio::test]
async fn a_form_is_one_delivery_however_its_fields_are_ordered_and_encoded() {
    let receiver = Receiver::with(Scheme::TWILIO_SHA256, Replay::by_content);
    let sent = sign(Scheme::TWILIO_SHA256, b"Body=one+two&From=%2B1415");
    for (body, runs) in [
        (&b"Body=one+two&From=%2B1415"[..], 1),
        (b"From=%2b1415&Body=one%20two&From=%2B1415", 1),
        // Whoever has captured it cannot make another one of it by moving bytes.
        (b"Body=one+twoFrom%2B1415", 1),
    ] {
        receiver.send_body(&sent, body).await;
        assert_eq!(receiver.runs(), runs, "{body:?}");
    }
    let other = sign(Scheme::TWILIO_SHA256, b"Body=one+two&From=%2B1416");
    receiver.send_body(&other, b"Body=one+two&From=%2B1416").await;
    assert_eq!(receiver.runs(), 2);
}

#[tokio::test]
async fn every_preset_can_be_guarded() {
    for scheme in presets().filter(Scheme::covers_body) {
        let receiver = Receiver::with(scheme, Replay::by_content);
        for run in 0..3 {
            let response = receiver.send(&sign(scheme, BODY)).await;
            assert_eq!(response.status(), StatusCode::OK, "{scheme:?}");
            let duplicate = response.extensions().get::<Rejection>();
            assert_eq!(duplicate.is_some(), run > 0, "{scheme:?}");
        }
        assert_eq!(receiver.runs(), 1, "{scheme:?}");
    }
}

#[tokio::test]
async fn a_full_memory_is_a_503_and_not_a_second_run() {
    let guard = MemoryReplayGuard::builder().capacity(2).clock(ManualClock::new(at(NOW))).build();
    let layer = WebhookLayer::new(verifier(Scheme::STANDARD)).replay(Replay::with(guard));
    let app: Router = Router::new().route("/hook", post(|| async {})).layer(layer);
    let send = |id: &'static str| {
        let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = signer(Scheme::STANDARD).sign(id, at(NOW), BODY).unwrap();
        app.clone().oneshot(request)
    };
    for (id, status) in [("1", 200), ("2", 200), ("3", 503), ("1", 200), ("3", 503), ("2", 200)] {
        assert_eq!(send(id).await.unwrap().status().as_u16(), status, "{id}");
    }
}

#[tokio::test]
async fn custom_answers_see_duplicates_too() {
    let layer = WebhookLayer::new(verifier(Scheme::STANDARD))
        .replay(Replay::with(MemoryReplayGuard::builder().build()))
        .on_rejection(|refused: &Refused<'_>| {
            let mut response: Response<Body> = BareStatus.respond(refused);
            if refused.rejection().kind() == RejectionKind::Duplicate {
                *response.status_mut() = StatusCode::ALREADY_REPORTED;
            }
            response
        });
    let app: Router = Router::new().route("/hook", post(|| async {})).layer(layer);
    for status in [StatusCode::OK, StatusCode::ALREADY_REPORTED] {
        let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, BODY);
        assert_eq!(app.clone().oneshot(request).await.unwrap().status(), status);
    }
}

/// Lets other tasks run until something they do has happened; fails if it never does.
async fn until(happened: impl Fn() -> bool) {
    for _ in 0..100_000 {
        if happened() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never happened");
}
