//! A handler that commits its claim with its effect, behind the layer, in both databases.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::task::block_in_place;
use tower::ServiceExt as _;
use tower_webhook::replay::{Claimed, Replay, ReplayGuard as _};
use tower_webhook::{Scheme, WebhookLayer};
use tower_webhook_sqlx::{ClaimedExt as _, CommitError, CommitErrorKind};

use crate::contract::{HOUR, Store as _, done, fresh, key};
use crate::database::{Database, InPostgres, InSqlite, PATIENCE};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A test of each database.
macro_rules! both {
    ($($name:ident)*) => {
        mod postgres {
            use super::Database as _;

            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    if let Some(database) = super::InPostgres::start().await {
                        super::$name(database).await;
                    }
                }
            )*
        }
        mod sqlite {
            use super::Database as _;

            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name(super::InSqlite::start().await.unwrap()).await;
                }
            )*
        }
    };
}

both! {
    the_effect_and_the_claim_are_committed_together
    what_is_rolled_back_is_handled_again
    a_handler_that_dies_in_its_transaction_leaves_nothing
    whoever_has_lost_the_lease_has_no_effect
    a_table_that_is_missing_is_said_to_be_refused
    expired_rows_are_swept_as_new_ones_come
    no_timeout_is_too_long
}

/// What the handler does in its transaction.
#[derive(Clone, Copy, PartialEq)]
enum Deed {
    Commits,
    RollsBack,
    Panics,
    /// Somebody else has handled the delivery meanwhile.
    IsLate,
}

struct World<B> {
    database: Arc<B>,
    deed: Arc<Mutex<Deed>>,
    app: Router,
}

impl<B: Database> World<B> {
    fn new(database: B) -> Self {
        let database = Arc::new(database);
        let deed = Arc::new(Mutex::new(Deed::Commits));
        let verifier = Scheme::STANDARD.verifier(SECRET).unwrap();
        let replay = Replay::with(Arc::clone(database.guard())).timeout(PATIENCE);
        let layer = WebhookLayer::new(verifier).replay(replay);
        let state = (Arc::clone(&database), Arc::clone(&deed));
        let app = Router::new().route("/hook", post(hook::<B>)).route_layer(layer);
        let app = app.with_state(state);
        Self { database, deed, app }
    }

    async fn send(&self, deed: Deed) -> u16 {
        *self.deed.lock().await = deed;
        let app = self.app.clone();
        let signer = Scheme::STANDARD.signer(SECRET).unwrap();
        let url = "http://receiver.test/hook";
        let request: Request<Body> =
            signer.request(url, "msg_1", OffsetDateTime::now_utc(), "{}").unwrap().map(Body::from);
        // In a task of its own, as under a server, so that a panic is one of that task alone.
        let answer = tokio::spawn(async move { app.oneshot(request).await.unwrap() });
        answer.await.map_or(0, |answer| answer.status().as_u16())
    }
}

type Shared<B> = State<(Arc<B>, Arc<Mutex<Deed>>)>;

async fn hook<B: Database>(State((database, deed)): Shared<B>, claimed: Claimed) -> StatusCode {
    let deed = *deed.lock().await;
    match handle(&*database, deed, &claimed).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(status) => status,
    }
}

async fn handle<B: Database>(
    database: &B,
    deed: Deed,
    claimed: &Claimed,
) -> Result<(), StatusCode> {
    if deed == Deed::IsLate {
        let guard = database.guard();
        database.pass(claimed.key(), HOUR).await;
        let lease = fresh(guard, claimed.key(), HOUR).await;
        let mut other = database.begin().await;
        B::execute(&mut other, "INSERT INTO effects VALUES (2)").await;
        other.commit().await.unwrap();
        guard.commit(claimed.key(), &lease, HOUR).await.unwrap();
    }
    let mut transaction = database.begin().await;
    B::execute(&mut transaction, "INSERT INTO effects VALUES (1)").await;
    let committed = claimed.commit_in(&mut transaction).await;
    let late = committed.map_err(|error| error.kind()) == Err(CommitErrorKind::LeaseLost);
    assert_eq!(late, deed == Deed::IsLate);
    match deed {
        Deed::Commits => {
            transaction.commit().await.unwrap();
            claimed.committed_by_handler();
            Ok(())
        }
        Deed::RollsBack => {
            transaction.rollback().await.unwrap();
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Deed::Panics => std::panic::resume_unwind(Box::new("as planned")),
        // Dropping it rolls it back.
        Deed::IsLate => Err(StatusCode::CONFLICT),
    }
}

async fn the_effect_and_the_claim_are_committed_together(database: impl Database) {
    let world = World::new(database);
    assert_eq!(world.send(Deed::Commits).await, 204);
    for _ in 0..3 {
        assert_eq!(world.send(Deed::Commits).await, 200);
    }
    assert_eq!(world.database.count("effects").await, 1);
}

async fn what_is_rolled_back_is_handled_again(database: impl Database) {
    let world = World::new(database);
    for _ in 0..3 {
        assert_eq!(world.send(Deed::RollsBack).await, 500);
        assert_eq!(world.database.count("effects").await, 0);
    }
    assert_eq!(world.send(Deed::Commits).await, 204);
    assert_eq!(world.database.count("effects").await, 1);
}

async fn a_handler_that_dies_in_its_transaction_leaves_nothing(database: impl Database) {
    let world = World::new(database);
    assert_eq!(world.send(Deed::Panics).await, 0);
    // It is released in the background.
    let patience = Instant::now() + PATIENCE;
    loop {
        match world.send(Deed::Commits).await {
            204 => break,
            status => assert_eq!(status, 503),
        }
        assert!(Instant::now() < patience);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(world.database.count("effects").await, 1);
}

async fn whoever_has_lost_the_lease_has_no_effect(database: impl Database) {
    let world = World::new(database);
    assert_eq!(world.send(Deed::IsLate).await, 409);
    assert_eq!(world.database.count("effects WHERE number = 1").await, 0);
    assert_eq!(world.database.count("effects").await, 1);
    assert_eq!(world.send(Deed::Commits).await, 200);
}

/// The claim as a receiver without a server has it.
pub(crate) async fn claimed(database: &impl Database) -> Claimed {
    let verifier = Scheme::STANDARD.verifier(SECRET).unwrap();
    let replay = Replay::with(Arc::clone(database.guard())).timeout(PATIENCE);
    let receiver = tower_webhook::Receiver::new(verifier).replay(replay);
    let signer = Scheme::STANDARD.signer(SECRET).unwrap();
    let headers = signer.sign("msg_1", OffsetDateTime::now_utc(), b"{}").unwrap();
    let delivery = receiver.receive_bytes(&headers, "{}").await.unwrap();
    delivery.claimed().unwrap()
}

async fn a_table_that_is_missing_is_said_to_be_refused<B: Database>(database: B) {
    let claimed = claimed(&database).await;
    let mut transaction = database.begin().await;
    B::execute(&mut transaction, "DROP TABLE tower_webhook_replay").await;
    refused(claimed.commit_in(&mut transaction).await, CommitErrorKind::Refused);
}

pub(crate) fn refused(done: Result<(), CommitError>, kind: CommitErrorKind) {
    let error = done.unwrap_err();
    assert_eq!((error.kind(), error.source().is_some()), (kind, true));
    assert!(format!("{error:?}").starts_with(&format!("CommitError {{ kind: {kind:?}, source: ")));
}

async fn expired_rows_are_swept_as_new_ones_come<B: Database>(database: B) {
    for (guard, swept) in [
        ((**database.guard()).clone().sweep_by_hand(), false),
        ((**database.guard()).clone(), true),
    ] {
        database.clear().await;
        for id in 0..150 {
            let lease = fresh(&guard, &key(id), HOUR).await;
            guard.commit(&key(id), &lease, HOUR).await.unwrap();
            database.pass(&key(id), HOUR).await;
        }
        // Every hundredth claim begins one, in the background.
        let mut claims = 0;
        let patience = Instant::now() + PATIENCE;
        while swept && database.count("tower_webhook_replay").await > claims {
            fresh(&guard, &key(format!("new {claims}")), HOUR).await;
            claims += 1;
            assert!(Instant::now() < patience);
        }
        if !swept {
            assert_eq!(database.count("tower_webhook_replay").await, 150);
            assert_eq!(guard.sweep(100).await.unwrap(), 100);
            assert_eq!(guard.sweep(100).await.unwrap(), 50);
        }
    }
}

async fn no_timeout_is_too_long(database: impl Database) {
    let guard = (**database.guard()).clone().timeout(Duration::MAX);
    let lease = fresh(&guard, &key(1), HOUR).await;
    guard.commit(&key(1), &lease, HOUR).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_said_to_be_unavailable_and_then_nothing_has_happened() {
    let Some(mut database) = InPostgres::start().await else { return };
    let claimed = claimed(&database).await;
    let mut transaction = database.begin().await;
    InPostgres::execute(&mut transaction, "INSERT INTO effects VALUES (1)").await;
    block_in_place(|| database.server.kill());
    refused(claimed.commit_in(&mut transaction).await, CommitErrorKind::Unavailable);
    drop(transaction);
    block_in_place(|| database.server.restart());
    claimed.extend(HOUR).await.unwrap();
    assert_eq!(database.count("effects").await, 0);
    let mut transaction = database.begin().await;
    claimed.commit_in(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    done(database.guard().claim(claimed.key(), HOUR).await);
}
