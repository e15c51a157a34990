//! A primary that dies, its standby, which takes its place, and the one address of both, behind which the guard
//! and the handler have the same pool all the time.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use time::OffsetDateTime;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinSet, block_in_place};
use tower::ServiceExt as _;
use tower_webhook::replay::{Claimed, Replay, ReplayGuard as _};
use tower_webhook::{Scheme, Verified, WebhookLayer};
use tower_webhook_sqlx::{ClaimedExt as _, PostgresReplayGuard};

use crate::contract::{HOUR, done, fresh, in_flight, key};
use crate::database::{EFFECTS, PATIENCE};
use crate::postgres::{comes_back, execute, unavailable};
use crate::server::{Server, url};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Does every commit wait for the standby?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Replication {
    Asynchronous,
    Synchronous,
}

struct Cluster {
    primary: Server,
    standby: Server,
    address: Address,
    /// Of the address, as the guard and the handler have it.
    pool: PgPool,
}

impl Cluster {
    async fn start(replication: Replication) -> Option<Self> {
        let mut primary = block_in_place(Server::start)?;
        let address = Address::of(primary.port()).await;
        let pool = PgPoolOptions::new().connect(&url(address.port)).await.unwrap();
        execute(&pool, PostgresReplayGuard::migration()).await;
        execute(&pool, EFFECTS).await;
        if replication == Replication::Synchronous {
            execute(&pool, "ALTER SYSTEM SET synchronous_standby_names = '*'").await;
            // Only a restart is sure to have heard of it when it is over.
            block_in_place(|| primary.kill());
            block_in_place(|| primary.restart());
        }
        let standby = block_in_place(|| primary.standby());
        let cluster = Self { primary, standby, address, pool };
        cluster.is_replicated().await;
        Some(cluster)
    }

    fn guard(&self) -> PostgresReplayGuard {
        PostgresReplayGuard::new(self.pool.clone())
    }

    /// Waits until the standby has all that the primary has.
    async fn is_replicated(&self) {
        let all =
            "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()";
        let patience = Instant::now() + PATIENCE;
        while sqlx::query_scalar::<_, i64>(all).fetch_one(&self.pool).await.unwrap() == 0 {
            assert!(Instant::now() < patience);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Makes the standby a primary, which has no standby and waits for none.
    async fn promote(&self) {
        let direct = PgPoolOptions::new().connect(&self.standby.url()).await.unwrap();
        execute(&direct, "ALTER SYSTEM RESET synchronous_standby_names").await;
        execute(&direct, "SELECT pg_reload_conf()").await;
        let promote = sqlx::query_scalar::<_, bool>("SELECT pg_promote()").fetch_one(&direct);
        assert!(promote.await.unwrap(), "the standby stays one");
    }

    /// How many effects there are, and of how many deliveries.
    async fn effects(&self) -> (i64, i64) {
        let count = "SELECT count(*), count(DISTINCT number) FROM effects";
        sqlx::query_as(count).fetch_one(&self.pool).await.unwrap()
    }
}

/// Leads to one of the servers, as a proxy or a name does that a failover changes.
struct Address {
    port: u16,
    server: Arc<AtomicU16>,
    _connections: JoinSet<()>,
}

impl Address {
    async fn of(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Arc::new(AtomicU16::new(server));
        let (mut tasks, to) = (JoinSet::new(), Arc::clone(&server));
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (mut client, _) = listener.accept().await.unwrap();
                let to = to.load(Ordering::SeqCst);
                connections.spawn(async move {
                    // Where it is down, the connection ends.
                    let Ok(mut server) = TcpStream::connect(("127.0.0.1", to)).await else {
                        return;
                    };
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
        Self { port, server, _connections: tasks }
    }

    /// Leads new connections to another server.
    fn lead_to(&self, server: &Server) {
        self.server.store(server.port(), Ordering::SeqCst);
    }
}

/// A receiver whose effect is a row, in the transaction that commits the claim.
#[derive(Clone)]
struct Receiver(Router);

impl Receiver {
    fn new(pool: &PgPool, replay: Replay) -> Self {
        let layer = WebhookLayer::new(Scheme::STANDARD.verifier(SECRET).unwrap()).replay(replay);
        let app = Router::new().route("/hook", post(receive)).route_layer(layer);
        Self(app.with_state(pool.clone()))
    }

    async fn send(&self, number: usize) -> u16 {
        let signer = Scheme::STANDARD.signer(SECRET).unwrap();
        let (url, id) = ("http://receiver.test/hook", number.to_string());
        let request: Request<Body> =
            signer.request(url, &*id, OffsetDateTime::now_utc(), "{}").unwrap().map(Body::from);
        self.0.clone().oneshot(request).await.unwrap().status().as_u16()
    }

    /// Sends a delivery again and again until it is accepted.
    async fn deliver(&self, number: usize) -> u16 {
        let patience = Instant::now() + PATIENCE;
        loop {
            match self.send(number).await {
                status @ (200 | 204) => return status,
                status => assert!(matches!(status, 500 | 503), "{status}"),
            }
            assert!(Instant::now() < patience);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn receive(State(pool): State<PgPool>, delivery: Verified, claimed: Claimed) -> StatusCode {
    match pay(&pool, delivery.id().unwrap(), &claimed).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn pay(pool: &PgPool, id: &str, claimed: &Claimed) -> Result<(), Box<dyn std::error::Error>> {
    let mut transaction = pool.begin().await?;
    let effect = sqlx::query("INSERT INTO effects VALUES ($1::text::integer)").bind(id);
    effect.execute(&mut *transaction).await?;
    claimed.commit_in(&mut transaction).await?;
    transaction.commit().await?;
    claimed.committed_by_handler();
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_is_unavailable_and_then_the_standby_knows_what_the_primary_knew() {
    let Some(mut cluster) = Cluster::start(Replication::Asynchronous).await else { return };
    let guard = cluster.guard().timeout(PATIENCE);
    let receiver = Receiver::new(&cluster.pool, Replay::with(guard.clone()).timeout(PATIENCE));
    for number in 0..10 {
        assert_eq!(receiver.send(number).await, 204);
    }
    let lease = fresh(&guard, &key("claimed before"), HOUR).await;
    cluster.is_replicated().await;

    block_in_place(|| cluster.primary.kill());
    let is_away = async || {
        unavailable(guard.claim(&key("claimed before"), HOUR).await);
        unavailable(guard.commit(&key("claimed before"), &lease, HOUR).await);
        // Whether a delivery was handled or is new, nobody can say.
        for number in [0, 10] {
            assert_eq!(receiver.send(number).await, 503);
        }
    };
    is_away().await;

    // The failover has come as far as that, and the standby is one that can only be read.
    cluster.address.lead_to(&cluster.standby);
    is_away().await;
    let error = guard.health().await.unwrap_err();
    let source = error.source().unwrap().downcast_ref::<sqlx::Error>().unwrap();
    assert_eq!(source.as_database_error().unwrap().code().unwrap(), "25006");

    cluster.promote().await;
    comes_back(&guard).await;
    in_flight(guard.claim(&key("claimed before"), HOUR).await);
    guard.commit(&key("claimed before"), &lease, HOUR).await.unwrap();
    done(guard.claim(&key("claimed before"), HOUR).await);
    for number in 0..20 {
        assert_eq!(receiver.send(number).await, if number < 10 { 200 } else { 204 });
    }
    assert_eq!(cluster.effects().await, (20, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_standby_has_not_received_is_lost_together_with_its_claim() {
    let Some(mut cluster) = Cluster::start(Replication::Asynchronous).await else { return };
    let guard = cluster.guard().timeout(PATIENCE);
    let receiver = Receiver::new(&cluster.pool, Replay::with(guard.clone()).timeout(PATIENCE));
    assert_eq!(receiver.send(1).await, 204);
    cluster.is_replicated().await;

    block_in_place(|| cluster.standby.kill());
    assert_eq!(receiver.send(2).await, 204);
    assert_eq!(receiver.send(2).await, 200);
    assert_eq!(cluster.effects().await, (2, 2));

    block_in_place(|| cluster.primary.kill());
    block_in_place(|| cluster.standby.restart());
    cluster.address.lead_to(&cluster.standby);
    cluster.promote().await;
    comes_back(&guard).await;
    assert_eq!(cluster.effects().await, (1, 1));
    assert_eq!(receiver.send(1).await, 200);
    assert_eq!(receiver.send(2).await, 204);
    assert_eq!(cluster.effects().await, (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_as_many_effects_as_deliveries_if_the_primary_dies_while_they_come() {
    for replication in [Replication::Asynchronous, Replication::Synchronous] {
        let Some(mut cluster) = Cluster::start(replication).await else { return };
        let replay = Replay::with(cluster.guard()).lease(Duration::from_secs(1));
        let receiver = Receiver::new(&cluster.pool, replay);
        let (next, is_over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let mut workers = JoinSet::new();
        for _ in 0..8 {
            let (receiver, next, is_over) = (receiver.clone(), next.clone(), is_over.clone());
            workers.spawn(async move {
                while !is_over.load(Ordering::SeqCst) {
                    receiver.deliver(next.fetch_add(1, Ordering::SeqCst)).await;
                }
            });
        }
        let hundred_more = async || {
            let (goal, patience) = (next.load(Ordering::SeqCst) + 100, Instant::now() + PATIENCE);
            while next.load(Ordering::SeqCst) < goal {
                assert!(Instant::now() < patience);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        hundred_more().await;
        block_in_place(|| cluster.primary.kill());
        cluster.address.lead_to(&cluster.standby);
        cluster.promote().await;
        hundred_more().await;
        is_over.store(true, Ordering::SeqCst);
        workers.join_all().await;

        // All have been accepted, and all are sent once more.
        let deliveries = next.load(Ordering::SeqCst);
        let mut lost = 0;
        for number in 0..deliveries {
            lost += usize::from(receiver.deliver(number).await == 204);
        }
        let effects = i64::try_from(deliveries).unwrap();
        assert_eq!(cluster.effects().await, (effects, effects), "{replication:?}");
        // Nothing is lost whose commit has waited for the standby.
        assert!(lost == 0 || replication == Replication::Asynchronous, "{lost}");
    }
}
