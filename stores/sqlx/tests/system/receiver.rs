//! A receiver: a process of its own, which its sender, its handlers and its operator treat badly.

use std::io::Read as _;
use std::panic::resume_unwind;
use std::process::{Stdio, abort, exit};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::routing::post;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgConnection, PgPool, Postgres, Transaction};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;
use tower_webhook::layer::{BareStatus, OnRejection as _, Refused};
use tower_webhook::receive::RejectionKind;
use tower_webhook::replay::{Claimed, Replay};
use tower_webhook::{Scheme, Verified, WebhookLayer};
use tower_webhook_sqlx::{ClaimedExt as _, PostgresReplayGuard};

use crate::fate::{Fate, draw, set_seed, work};
use crate::support::WHSEC;

pub(crate) const LEASE: Duration = Duration::from_secs(1);

/// How long the guard waits for the store.
const STORE_PATIENCE: Duration = Duration::from_millis(300);

/// Which try this is. Not signed, and nothing but the test relies on it.
pub(crate) const ATTEMPT: &str = "attempt";

/// A delivery that is being handled. By the status it could also be a store that is away.
pub(crate) const IN_FLIGHT: &str = "in-flight";

/// These make a process of the tests a receiver.
const STORE: &str = "TOWER_WEBHOOK_TEST_STORE";
const SEED: &str = "TOWER_WEBHOOK_TEST_SEED";

/// The receivers as their sender sees them.
#[derive(Debug)]
pub(crate) struct Receivers {
    test: &'static str,
    seed: u32,
    ports: [AtomicU16; 2],
    started: AtomicUsize,
    killed: AtomicUsize,
    stopped: AtomicUsize,
    /// By their own handlers.
    died: AtomicUsize,
}

impl Receivers {
    /// Receivers that are made by starting the test called `test`, which calls [`be_one`].
    pub(crate) fn new(test: &'static str, seed: u32) -> Self {
        Self {
            test,
            seed,
            ports: [AtomicU16::new(0), AtomicU16::new(0)],
            started: AtomicUsize::new(0),
            killed: AtomicUsize::new(0),
            stopped: AtomicUsize::new(0),
            died: AtomicUsize::new(0),
        }
    }

    /// Where a receiver listens. Nobody does while it is restarted.
    pub(crate) fn port(&self, receiver: usize) -> u16 {
        self.ports[receiver].load(Ordering::SeqCst)
    }

    pub(crate) fn killed(&self) -> usize {
        self.killed.load(Ordering::SeqCst)
    }

    pub(crate) fn stopped(&self) -> usize {
        self.stopped.load(Ordering::SeqCst)
    }

    pub(crate) fn died(&self) -> usize {
        self.died.load(Ordering::SeqCst)
    }

    /// Starts a receiver, and again whenever it was killed.
    pub(crate) async fn keep_up(&self, receiver: usize, store: &str) -> ! {
        loop {
            let number = self.started.fetch_add(1, Ordering::SeqCst).to_string();
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", self.test, "--nocapture"]).kill_on_drop(true);
            command.env(STORE, store).env(SEED, self.seed.to_string());
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut child = command.spawn().unwrap();
            let process = child.id().unwrap();
            let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
            let read = async {
                while let Some(line) = output.next_line().await.unwrap() {
                    if let Some(port) = line.strip_prefix("port ") {
                        self.ports[receiver].store(port.parse().unwrap(), Ordering::SeqCst);
                    }
                }
            };
            // It lives for a second or five, and about every second one stands still for a while, for
            // longer than a lease.
            let life = Duration::from_millis(1000 + draw("life", &number, 0, 4000));
            let stops = draw("stops", &number, 0, 2) == 0;
            let end = async {
                tokio::time::sleep(life / 2).await;
                if stops {
                    self.stopped.fetch_add(1, Ordering::SeqCst);
                    signal("STOP", process).await;
                    tokio::time::sleep(LEASE * 3 / 2).await;
                    signal("CONT", process).await;
                }
                tokio::time::sleep(life / 2).await;
            };
            tokio::select! {
                () = read => self.died.fetch_add(1, Ordering::SeqCst),
                () = end => self.killed.fetch_add(1, Ordering::SeqCst),
            };
            // Of one that has died it is the end.
            let _ = child.start_kill();
            let status = child.wait().await.unwrap();
            assert_eq!(status.code(), None, "a receiver ended by itself");
        }
    }
}

async fn signal(signal: &str, process: u32) {
    // The one of the shell, which is everywhere. The process may be dead.
    let kill = format!("kill -{signal} {process} 2>&-");
    let _ = Command::new("sh").args(["-c", &kill]).status().await;
}

/// Makes the tables.
pub(crate) async fn prepare(store: &str) {
    let mut database = PgConnection::connect(store).await.unwrap();
    sqlx::raw_sql(PostgresReplayGuard::migration()).execute(&mut database).await.unwrap();
    let effects =
        "CREATE TABLE effects (id text NOT NULL); CREATE TABLE notes (what text NOT NULL)";
    sqlx::raw_sql(effects).execute(&mut database).await.unwrap();
}

/// Is a receiver for as long as the process lives, if that is what the process was started for.
pub(crate) async fn be_one() {
    let (Ok(store), Ok(seed)) = (std::env::var(STORE), std::env::var(SEED)) else { return };
    // It does not outlive the test.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        exit(0);
    });
    set_seed(seed.parse().unwrap());
    let options = PgPoolOptions::new().max_connections(40).test_before_acquire(false);
    let pool = options.acquire_timeout(STORE_PATIENCE).connect_lazy(&store).unwrap();
    let guard = PostgresReplayGuard::new(pool.clone()).timeout(STORE_PATIENCE);
    let layer = WebhookLayer::new(Scheme::STANDARD.verifier(WHSEC).unwrap())
        .replay(Replay::with(guard).lease(LEASE))
        .on_rejection(refuse);
    let app = Router::new().route("/hook", post(handle)).route_layer(layer).with_state(pool);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("\nport {}", listener.local_addr().unwrap().port());
    axum::serve(listener, app).await.unwrap();
    exit(0);
}

fn refuse(refused: &Refused<'_>) -> Response<Body> {
    let mut response: Response<Body> = BareStatus.respond(refused);
    if refused.rejection().kind() == RejectionKind::InFlight {
        response.headers_mut().insert(IN_FLIGHT, HeaderValue::from_static("yes"));
    }
    response
}

async fn handle(
    State(pool): State<PgPool>,
    delivery: Verified,
    claimed: Claimed,
    headers: HeaderMap,
) -> StatusCode {
    let id = delivery.id().unwrap();
    let attempt = headers[ATTEMPT].to_str().unwrap().parse().unwrap();
    match pay(&pool, &claimed, id, attempt).await {
        Ok(status) => status,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn pay(
    pool: &PgPool,
    claimed: &Claimed,
    id: &str,
    attempt: u32,
) -> Result<StatusCode, sqlx::Error> {
    // Where its fate strikes: before the transaction, before the commit of the claim, and after it.
    let place = draw("place", id, attempt, 3);
    let fate = Fate::of(id, attempt);
    let strikes = |at| place == at;
    tokio::time::sleep(work(id, attempt)).await;
    if strikes(0) && strike(fate).await {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR);
    }
    let mut transaction = pool.begin().await?;
    let effect = sqlx::query("INSERT INTO effects VALUES ($1)").bind(id);
    effect.execute(&mut *transaction).await?;
    if strikes(1) && strike(fate).await {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR);
    }
    // It also stands still at times, for longer than a lease.
    if draw("slow", id, attempt, 50) == 0 {
        tokio::time::sleep(LEASE * 3 / 2).await;
    }
    if let Err(error) = claimed.commit_in(&mut transaction).await {
        drop(transaction);
        note(pool, &format!("{:?}", error.kind())).await;
        return Ok(StatusCode::INTERNAL_SERVER_ERROR);
    }
    if strikes(2) && strike(fate).await {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR);
    }
    if draw("waits", id, attempt, 300) == 0 {
        tokio::time::sleep(LEASE * 3 / 2).await;
    }
    end(transaction, fate).await?;
    // One of three handlers does not say so.
    if draw("says", id, attempt, 3) > 0 {
        claimed.committed_by_handler();
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn end(transaction: Transaction<'_, Postgres>, fate: Fate) -> Result<(), sqlx::Error> {
    transaction.commit().await?;
    if fate == Fate::KilledAfter {
        abort();
    }
    Ok(())
}

/// Whether the handler fails, if it comes back at all.
async fn strike(fate: Fate) -> bool {
    match fate {
        Fate::Succeeds | Fate::KilledAfter => false,
        Fate::Fails => true,
        // Without a message for each.
        Fate::Panics => resume_unwind(Box::new("as planned")),
        Fate::Hangs { .. } => std::future::pending().await,
        Fate::KilledBefore => abort(),
    }
}

/// Of interest, and not more than that.
async fn note(pool: &PgPool, what: &str) {
    let _ = sqlx::query("INSERT INTO notes VALUES ($1)").bind(what).execute(pool).await;
}
