//! The claim in the hands of the handler.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::body::Body;
use axum::routing::{MethodRouter, post};
use axum::{Extension, Router};
use http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt as _;
use tower_webhook::layer::MissingClaim;
use tower_webhook::replay::{
    Claimed, MemoryReplayGuard, Replay, ReplayErrorKind, ReplayGuard as _, ReplayKey,
};
use tower_webhook::{Scheme, Verified, WebhookLayer};

use crate::support::{sign, verifier};

const BODY: &[u8] = b"{}";
const MINUTE: Duration = Duration::from_secs(60);

struct World {
    guard: Arc<MemoryReplayGuard>,
    replay: Replay,
    app: Router,
}

impl World {
    fn new(handler: MethodRouter) -> Self {
        let guard = Arc::new(MemoryReplayGuard::builder().build());
        let replay = Replay::with(Arc::clone(&guard));
        let layer = WebhookLayer::new(verifier(Scheme::STANDARD)).replay(replay.clone());
        Self { guard, replay, app: Router::new().route("/hook", handler).route_layer(layer) }
    }

    async fn status(&self) -> u16 {
        send(&self.app, sign(Scheme::STANDARD, BODY)).await.as_u16()
    }
}

async fn send(app: &Router, headers: HeaderMap) -> StatusCode {
    let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
    *request.headers_mut() = headers;
    app.clone().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn a_handler_that_only_looks_at_its_claim_is_committed_and_released_as_before() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let handle = async move |claimed: Claimed,
                             Extension(same): Extension<Claimed>,
                             key: Extension<ReplayKey>| {
        assert_eq!((claimed.key(), claimed.lease().as_bytes()), (&*key, same.lease().as_bytes()));
        assert_eq!(claimed.keep(), 72 * 60 * MINUTE);
        match counter.fetch_add(1, Ordering::SeqCst) {
            0 => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::NO_CONTENT,
        }
    };
    let world = World::new(post(handle));
    assert_eq!(world.status().await, 500);
    assert!(world.guard.is_empty());
    assert_eq!(world.status().await, 204);
    assert_eq!(world.status().await, 200);
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_the_handler_says_it_has_committed_is_neither_committed_nor_released() {
    for status in [StatusCode::NO_CONTENT, StatusCode::INTERNAL_SERVER_ERROR] {
        // It has not, so the delivery is still in flight afterwards.
        let world = World::new(post(async move |claimed: Claimed| {
            claimed.committed_by_handler();
            status
        }));
        assert_eq!(world.status().await, status.as_u16());
        assert_eq!(world.guard.len(), 1);
        assert_eq!(world.status().await, 503);
    }
}

#[tokio::test]
async fn what_the_handler_has_committed_and_not_said_stays_committed() {
    for status in [StatusCode::NO_CONTENT, StatusCode::INTERNAL_SERVER_ERROR] {
        let guard = Arc::new(MemoryReplayGuard::builder().build());
        let own = Arc::clone(&guard);
        let handle = async move |claimed: Claimed| {
            own.commit(claimed.key(), claimed.lease(), claimed.keep()).await.unwrap();
            status
        };
        let layer = WebhookLayer::new(verifier(Scheme::STANDARD)).replay(Replay::with(guard));
        let app = Router::new().route("/hook", post(handle)).route_layer(layer);
        assert_eq!(send(&app, sign(Scheme::STANDARD, BODY)).await, status);
        assert_eq!(send(&app, sign(Scheme::STANDARD, BODY)).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_handler_can_commit_before_it_answers_and_release_although_it_succeeds() {
    let commits = World::new(post(async |claimed: Claimed| {
        claimed.commit().await.unwrap();
        StatusCode::INTERNAL_SERVER_ERROR
    }));
    assert_eq!(commits.status().await, 500);
    assert_eq!(commits.status().await, 200);
    let releases = World::new(post(async |claimed: Claimed| claimed.release().await.unwrap()));
    assert_eq!(releases.status().await, 200);
    assert!(releases.guard.is_empty());
}

#[tokio::test]
async fn a_handler_extends_its_lease_and_learns_that_it_is_lost() {
    let guard = Arc::new(MemoryReplayGuard::builder().build());
    let own = Arc::clone(&guard);
    let handle = async move |claimed: Claimed| {
        claimed.extend(MINUTE).await.unwrap();
        own.release(claimed.key(), claimed.lease()).await.unwrap();
        let error = claimed.extend(MINUTE).await.unwrap_err();
        assert_eq!(error.kind(), ReplayErrorKind::LeaseLost);
        StatusCode::CONFLICT
    };
    let layer = WebhookLayer::new(verifier(Scheme::STANDARD)).replay(Replay::with(guard));
    let app = Router::new().route("/hook", post(handle)).route_layer(layer);
    assert_eq!(send(&app, sign(Scheme::STANDARD, BODY)).await, StatusCode::CONFLICT);
}

#[tokio::test]
async fn work_that_outlives_its_handler_keeps_the_delivery_claimed() {
    let (give, mut given) = tokio::sync::mpsc::unbounded_channel();
    let world = World::new(post(async move |claimed: Claimed| {
        give.send(claimed).unwrap();
        std::panic::resume_unwind(Box::new("as planned"));
        #[expect(unreachable_code)]
        StatusCode::OK
    }));
    let app = world.app.clone();
    let request = tokio::spawn(async move { send(&app, sign(Scheme::STANDARD, BODY)).await });
    assert!(request.await.unwrap_err().is_panic());
    let claimed = given.recv().await.unwrap();
    assert_eq!(world.guard.len(), 1);
    // A shutdown waits for it.
    let mut drained = Box::pin(world.replay.drained());
    let polled = drained.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(polled, Poll::Pending);
    claimed.release().await.unwrap();
    drained.await;
    assert!(world.guard.is_empty());
}

#[tokio::test]
async fn where_nothing_is_claimed_there_is_no_claim() {
    async fn required(_: Claimed) {}
    async fn optional(_: Verified, claimed: Option<Claimed>) {
        assert!(claimed.is_none());
    }
    async fn alone(_: Option<Claimed>) {}

    // A layer without a guard, and a delivery that is not remembered.
    let unguarded = WebhookLayer::new(verifier(Scheme::GITHUB));
    let guarded = unguarded.clone().replay(Replay::with(MemoryReplayGuard::builder().build()));
    for layer in [unguarded, guarded] {
        let app = |handler| Router::new().route("/hook", handler).route_layer(layer.clone());
        let headers = sign(Scheme::GITHUB, BODY);
        assert_eq!(send(&app(post(required)), headers.clone()).await, 500);
        assert_eq!(send(&app(post(optional)), headers.clone()).await, 200);
        // A delivery is let through unverified, and there is no claim on it either.
        let reporting = layer.clone().dangerous_report_only();
        let app = Router::new().route("/hook", post(alone)).route_layer(reporting);
        assert_eq!(send(&app, HeaderMap::new()).await, 200);
    }
    // Without a layer even the optional one refuses.
    for handler in [post(required), post(alone)] {
        assert_eq!(send(&Router::new().route("/hook", handler), HeaderMap::new()).await, 500);
    }
    assert_eq!(MissingClaim::default().to_string(), "request was not claimed by a replay guard");
}
