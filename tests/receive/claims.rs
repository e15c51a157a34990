//! A receiver with a guard: what is handled is handled once, and what is not can be sent again.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::sync::oneshot;
use tower_webhook::clock::ManualClock;
use tower_webhook::receive::{Delivery, Rejection, RejectionKind};
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::{Head, Receiver, Scheme, VerifyError};

use crate::support::{NOW, at, sign, verifier};

const BODY: &[u8] = br#"{"hello":"world"}"#;

/// A little longer than the default.
const LEASE: Duration = Duration::from_secs(61);

struct World {
    clock: ManualClock,
    guard: Arc<MemoryReplayGuard>,
    replay: Replay,
    receiver: Receiver,
}

impl World {
    fn new() -> Self {
        let clock = ManualClock::new(at(NOW));
        let guard = Arc::new(MemoryReplayGuard::builder().clock(clock.clone()).build());
        let replay = Replay::with(Arc::clone(&guard));
        let receiver = Receiver::new(verifier(Scheme::STANDARD)).replay(replay.clone());
        Self { clock, guard, replay, receiver }
    }

    async fn receive(&self) -> Result<Delivery, Rejection> {
        self.receiver.receive_bytes(&sign(Scheme::STANDARD, BODY), BODY).await
    }

    async fn rejected(&self) -> Rejection {
        self.receive().await.unwrap_err()
    }

    /// Nothing is left of the claim, and the delivery can be claimed again; which is dropped.
    async fn is_free(&self) {
        self.replay.drained().await;
        assert!(self.guard.is_empty());
        drop(self.receive().await.unwrap());
        self.replay.drained().await;
    }

    async fn is_done(&self) {
        self.replay.drained().await;
        let duplicate = self.rejected().await;
        assert_eq!(duplicate.kind(), RejectionKind::Duplicate);
        assert_eq!((duplicate.status(), duplicate.retry_after()), (StatusCode::OK, None));
    }
}

#[tokio::test]
async fn what_is_handled_is_committed() {
    let world = World::new();
    let delivery = world.receive().await.unwrap();
    let handled = delivery.handle(async |_, _| {
        let in_flight = world.rejected().await;
        assert_eq!(in_flight.kind(), RejectionKind::InFlight);
        assert_eq!(in_flight.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(in_flight.retry_after(), Some(Duration::from_secs(5)));
        Ok::<_, Infallible>(7)
    });
    assert_eq!(handled.await, Ok(7));
    world.is_done().await;
}

#[tokio::test]
async fn a_key_of_ones_own_sees_the_head_of_any_framework_once_it_is_verified() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let replay = Replay::with(MemoryReplayGuard::builder().build()).key_by(move |head, _| {
        counter.fetch_add(1, Ordering::SeqCst);
        head.get("X-Event").map(<[u8]>::to_vec)
    });
    let receiver = Receiver::new(verifier(Scheme::GITHUB)).replay(replay);
    let signed = sign(Scheme::GITHUB, BODY);
    let signature = ("X-Hub-Signature-256", signed["x-hub-signature-256"].as_bytes());
    for (event, body, kind) in [
        (b"1", BODY, None),
        (b"2", BODY, None),
        (b"1", BODY, Some(RejectionKind::Duplicate)),
        (b"3", b"forged", Some(RejectionKind::Unverified(VerifyError::Mismatch))),
    ] {
        let pairs = [signature, ("x-event", &event[..])];
        let mut incoming = receiver.open(Head::from_pairs(&pairs)).unwrap();
        incoming.push(Bytes::from_static(body)).unwrap();
        let delivery = incoming.finish().await;
        assert_eq!(delivery.as_ref().err().map(Rejection::kind), kind);
        if let Ok(delivery) = delivery {
            delivery.handled().await;
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_fails_can_be_sent_again() {
    let world = World::new();
    for _ in 0..3 {
        let delivery = world.receive().await.unwrap();
        assert_eq!(delivery.handle(async |_, _| Err::<(), _>("broken")).await, Err("broken"));
        assert!(world.guard.is_empty(), "released before the error is passed on");
    }
    world.is_free().await;
}

#[tokio::test]
async fn a_handler_that_panics_can_be_tried_again() {
    let world = World::new();
    let delivery = world.receive().await.unwrap();
    let handler = tokio::spawn(delivery.handle(|_, _| async {
        panic!("the handler");
        #[expect(unreachable_code)]
        Ok::<(), Infallible>(())
    }));
    assert!(handler.await.unwrap_err().is_panic());
    world.is_free().await;
}

#[tokio::test]
async fn a_handler_whose_future_is_dropped_keeps_its_delivery_until_the_lease_ends() {
    let world = World::new();
    let delivery = world.receive().await.unwrap();
    let (started, starts) = oneshot::channel();
    let handler = tokio::spawn(delivery.handle(|_, _| {
        started.send(()).unwrap();
        pending::<Result<(), Infallible>>()
    }));
    starts.await.unwrap();
    assert_eq!(world.rejected().await.kind(), RejectionKind::InFlight);
    handler.abort();
    assert!(handler.await.unwrap_err().is_cancelled());
    world.replay.drained().await;
    assert_eq!(world.rejected().await.kind(), RejectionKind::InFlight);
    world.clock.advance(LEASE);
    world.receive().await.unwrap().handled().await;
}

#[tokio::test]
async fn a_handler_that_never_began_can_be_tried_again_at_once() {
    let world = World::new();
    drop(world.receive().await.unwrap());
    world.is_free().await;
    drop(world.receive().await.unwrap().handle(|_, _| ready(Ok::<_, Infallible>(()))));
    world.is_free().await;
}

#[tokio::test]
async fn what_was_taken_and_dropped_stays_claimed_until_the_lease_ends() {
    let world = World::new();
    let take_body = |mut delivery: Delivery| drop(delivery.take_body());
    let take_claimed = |delivery: Delivery| drop(delivery.claimed());
    for take in [take_body, take_claimed] {
        take(world.receive().await.unwrap());
        world.replay.drained().await;
        assert_eq!(world.rejected().await.kind(), RejectionKind::InFlight);
        world.clock.advance(LEASE);
    }
    world.receive().await.unwrap().handled().await;
}

#[tokio::test]
async fn a_delivery_is_settled_without_a_closure_too() {
    let world = World::new();
    let mut delivery = world.receive().await.unwrap();
    assert_eq!(delivery.take_body(), BODY);
    delivery.failed().await;
    assert!(world.guard.is_empty());
    world.is_free().await;
    world.receive().await.unwrap().handled().await;
    world.is_done().await;
}

#[tokio::test]
async fn in_pieces_it_is_claimed_at_the_end() {
    let world = World::new();
    let mut incoming = world.receiver.open(&sign(Scheme::STANDARD, BODY)).unwrap();
    incoming.secrets().await.unwrap();
    incoming.push(BODY.into()).unwrap();
    assert!(world.guard.is_empty());
    let delivery = incoming.finish().await.unwrap();
    assert_eq!(world.rejected().await.kind(), RejectionKind::InFlight);
    delivery.handled().await;
    world.is_done().await;
}

#[tokio::test]
async fn what_is_not_verified_is_not_claimed() {
    let world = World::new();
    let forged = sign(Scheme::STANDARD, b"other");
    for headers in [forged, HeaderMap::new()] {
        let rejection = world.receiver.receive_bytes(&headers, BODY).await.unwrap_err();
        assert_eq!(rejection.status(), StatusCode::UNAUTHORIZED);
        assert!(world.guard.is_empty());
    }
    world.is_free().await;
}

#[tokio::test]
async fn clones_of_a_receiver_share_the_guard_and_scopes_keep_apart() {
    let world = World::new();
    world.receive().await.unwrap().handled().await;
    let clone = World { receiver: world.receiver.clone(), ..world };
    clone.is_done().await;
    let other = clone.receiver.clone().replay(clone.replay.clone().scope("other"));
    let other = World { receiver: other, ..clone };
    other.receive().await.unwrap().handled().await;
    other.is_done().await;
}
