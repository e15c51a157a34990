//! In which span the events of the background are written.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::routing::post;
use http::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower_webhook::replay::{
    Claim, Lease, Replay, ReplayError, ReplayErrorKind, ReplayGuard, ReplayKey,
};
use tower_webhook::{Receiver, Scheme, WebhookLayer};
use tracing::field::{Field, Visit};
use tracing::{Event, Instrument as _, Level, Subscriber, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::support::{sign, verifier};

const BODY: &[u8] = b"{}";

/// Claims at once; everything else fails, when it is allowed to.
struct FailsLater(Arc<Semaphore>);

impl FailsLater {
    async fn fail(&self) -> Result<(), ReplayError> {
        self.0.acquire().await.unwrap().forget();
        Err(ReplayError::new(ReplayErrorKind::LeaseLost))
    }
}

impl ReplayGuard for FailsLater {
    async fn claim(&self, _: &ReplayKey, _: Duration) -> Result<Claim, ReplayError> {
        Ok(Claim::Fresh(Lease::random()?))
    }

    async fn commit(&self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), ReplayError> {
        self.fail().await
    }

    async fn release(&self, _: &ReplayKey, _: &Lease) -> Result<(), ReplayError> {
        self.fail().await
    }

    async fn extend(&self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), ReplayError> {
        self.fail().await
    }
}

/// Writes each error of the crate behind the names of its spans.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        if metadata.target() == "tower_webhook" && *metadata.level() == Level::ERROR {
            let spans = context.event_scope(event).into_iter().flatten();
            let mut line: String = spans.map(|span| format!("{}: ", span.name())).collect();
            event.record(&mut Message(&mut line));
            self.0.lock().unwrap().push(line);
        }
    }
}

struct Message<'l>(&'l mut String);

impl Visit for Message<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0.push_str(&format!("{value:?}"));
        }
    }
}

async fn in_span(request: Request, next: Next) -> axum::response::Response {
    let span = match request.uri().path() {
        "/handled" => info_span!("handled"),
        _ => info_span!("failed"),
    };
    next.run(request).instrument(span).await
}

#[tokio::test]
async fn what_goes_on_after_a_request_keeps_its_span() {
    let log = Log::default();
    let subscriber = tracing_subscriber::registry().with(log.clone());
    // All tasks are on this thread.
    let _default = tracing::subscriber::set_default(subscriber);
    let allowed = Arc::new(Semaphore::new(0));
    let replay = Replay::with(FailsLater(Arc::clone(&allowed))).timeout(Duration::from_millis(1));
    let ended = async |expected: &str| {
        assert_eq!(log.take(), [""; 0]);
        allowed.add_permits(1);
        replay.drained().await;
        assert_eq!(log.take(), [expected]);
    };

    let layer = WebhookLayer::new(verifier(Scheme::STANDARD)).replay(replay.clone());
    let app = Router::new()
        .route("/handled", post(|| async {}))
        .route("/failed", post(|| async { StatusCode::IM_A_TEAPOT }))
        .layer(layer)
        .layer(from_fn(in_span));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new());
    let client = client.build_http();
    let send = async |path: &str| {
        let url = format!("http://{address}{path}");
        let mut request = Request::post(url).body(Body::from(BODY)).unwrap();
        request.headers_mut().extend(sign(Scheme::STANDARD, BODY));
        client.request(request).await.unwrap().status()
    };
    assert_eq!(send("/handled").await, StatusCode::OK);
    ended("handled: replay commit failed").await;
    assert_eq!(send("/failed").await, StatusCode::IM_A_TEAPOT);
    ended("failed: replay release failed").await;

    // A delivery that is dropped elsewhere.
    let receiver = Receiver::new(verifier(Scheme::STANDARD)).replay(replay.clone());
    let headers = sign(Scheme::STANDARD, BODY);
    let delivery = receiver.receive_bytes(&headers, BODY);
    drop(delivery.instrument(info_span!("dropped")).await.unwrap());
    ended("dropped: replay release failed").await;
}

/// Fails to claim, when it is allowed to.
struct ClaimsLater(Arc<Semaphore>, Arc<Semaphore>);

impl ReplayGuard for ClaimsLater {
    async fn claim(&self, _: &ReplayKey, _: Duration) -> Result<Claim, ReplayError> {
        self.0.add_permits(1);
        self.1.acquire().await.unwrap().forget();
        Err(ReplayError::new(ReplayErrorKind::Full))
    }

    async fn commit(&self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), ReplayError> {
        Ok(())
    }

    async fn release(&self, _: &ReplayKey, _: &Lease) -> Result<(), ReplayError> {
        Ok(())
    }

    async fn extend(&self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), ReplayError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_claim_that_fails_after_its_client_hung_up_is_an_event_in_its_span() {
    let log = Log::default();
    let subscriber = tracing_subscriber::registry().with(log.clone());
    let _default = tracing::subscriber::set_default(subscriber);
    let (asked, allowed) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let guard = ClaimsLater(Arc::clone(&asked), Arc::clone(&allowed));
    let replay = Replay::with(guard).timeout(Duration::from_secs(60));
    let receiver = Receiver::new(verifier(Scheme::STANDARD)).replay(replay.clone());
    let receive = || {
        let receiver = receiver.clone();
        async move { receiver.receive_bytes(&sign(Scheme::STANDARD, BODY), BODY).await.map(drop) }
    };
    // One that waits, and one that does not.
    let waiting = tokio::spawn(receive().instrument(info_span!("waiting")));
    let gone = tokio::spawn(receive().instrument(info_span!("gone")));
    asked.acquire_many(2).await.unwrap().forget();
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    assert_eq!(log.take(), [""; 0]);
    allowed.add_permits(2);
    replay.drained().await;
    waiting.await.unwrap().unwrap_err();
    let mut events = log.take();
    events.sort();
    assert_eq!(events, ["gone: replay claim failed", "waiting: replay claim failed"]);
}
