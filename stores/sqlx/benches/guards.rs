//! What a claim and a commit cost with each guard: with 1, 100 and 10,000 deliveries in flight, and in bytes for
//! each delivery that is remembered.
//!
//! ```text
//! cargo bench                    # times
//! cargo bench -- --million       # bytes, of a million deliveries
//! cargo test --bench guards      # both with a few deliveries, for what they assert
//! ```
//!
//! The servers are started here, with their defaults but for `fsync`, which PostgreSQL has off and SQLite as
//! `synchronous=NORMAL` has it. All of it is on the loopback interface, so a round trip is worth little here.

#![allow(clippy::cast_precision_loss, clippy::panic, clippy::unwrap_used, missing_docs)]

#[path = "../../../tests/support/redis.rs"]
mod redis_server;
#[path = "../tests/support/postgres.rs"]
mod server;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};
use tokio::task::JoinSet;
use tower_webhook::Scheme;
use tower_webhook::replay::{
    Claim, MemoryReplayGuard, RedisReplayGuard, ReplayGuard, ReplayKey, sql,
};
use tower_webhook_sqlx::{PostgresReplayGuard, SqliteReplayGuard};

const HOUR: Duration = Duration::from_secs(60 * 60);
/// Nothing is given up here.
const PATIENCE: Duration = Duration::from_secs(600);
const CONNECTIONS: u32 = 16;

#[tokio::main]
async fn main() {
    let Some(postgres) = tokio::task::block_in_place(server::Server::start) else { return };
    let Some(redis) = tokio::task::block_in_place(redis_server::Server::start) else { return };
    let directory = Directory::create();
    let (pg, lite) = (open_postgres(&postgres).await, open_sqlite(&directory.0).await);
    let is_asked = |option| std::env::args().any(|argument| argument == option);
    // What `cargo bench` says, and `cargo test` does not.
    match (is_asked("--bench"), is_asked("--million")) {
        (true, false) => times(&[1, 100, 10_000], 5000, &pg, &lite, &redis).await,
        (true, true) => bytes(1_000_000, &pg, &lite, &redis).await,
        (false, _) => {
            times(&[1, 100], 100, &pg, &lite, &redis).await;
            bytes(10_000, &pg, &lite, &redis).await;
        }
    }
}

async fn times(
    in_flight: &[u64],
    deliveries: u64,
    pg: &PgPool,
    lite: &SqlitePool,
    redis: &redis_server::Server,
) {
    println!(
        "{:<10}{:>10}{:>14}{:>14}{:>14}",
        "guard", "in flight", "claim", "commit", "deliveries/s"
    );
    for in_flight in in_flight {
        let run = (*in_flight, deliveries.div_ceil(*in_flight).max(2));
        measure("memory", run, Arc::new(MemoryReplayGuard::builder().build())).await;
        let guard = RedisReplayGuard::builder().timeout(PATIENCE).connect(&redis.url()).await;
        measure("redis", run, Arc::new(guard.unwrap())).await;
        let guard = PostgresReplayGuard::new(pg.clone()).timeout(PATIENCE);
        measure("postgres", run, Arc::new(guard)).await;
        let guard = SqliteReplayGuard::new(lite.clone()).timeout(PATIENCE);
        measure("sqlite", run, Arc::new(guard)).await;
    }
    transactions(deliveries, pg).await;
}

/// The median times of a claim and of a commit, and the deliveries of all workers in a second.
async fn measure(name: &str, (in_flight, rounds): (u64, u64), guard: Arc<impl ReplayGuard>) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let started = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..in_flight {
        let guard = Arc::clone(&guard);
        workers.spawn(async move {
            let mut times = Vec::new();
            for _ in 0..rounds {
                let number = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
                let key = ReplayKey::of_content(Scheme::GITHUB, None, &number);
                let start = Instant::now();
                let claim = guard.claim(&key, HOUR).await.unwrap();
                let claimed = start.elapsed();
                let Claim::Fresh(lease) = claim else { panic!("{claim:?}") };
                let start = Instant::now();
                guard.commit(&key, &lease, HOUR).await.unwrap();
                times.push((claimed, start.elapsed()));
            }
            times
        });
    }
    let times: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    let per_second = times.len() as f64 / started.elapsed().as_secs_f64();
    let claim = median(times.iter().map(|times| times.0));
    let commit = median(times.iter().map(|times| times.1));
    println!("{name:<10}{in_flight:>10}{:>14}{:>14}{per_second:>14.0}", show(claim), show(commit));
}

/// What a claim adds to a transaction that is there anyway.
async fn transactions(deliveries: u64, pool: &PgPool) {
    sqlx::query("CREATE TABLE effects (number bigint)").execute(pool).await.unwrap();
    let guard = PostgresReplayGuard::new(pool.clone()).timeout(PATIENCE);
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..deliveries {
        let key = ReplayKey::of_content(Scheme::GITHUB, Some("transaction"), &round.to_be_bytes());
        let claim = guard.claim(&key, HOUR).await.unwrap();
        let Claim::Fresh(lease) = claim else { panic!("{claim:?}") };
        let start = Instant::now();
        let mut transaction = pool.begin().await.unwrap();
        sqlx::query("INSERT INTO effects VALUES (1)").execute(&mut *transaction).await.unwrap();
        if round % 2 == 1 {
            let commit = sqlx::query(sql::postgres::COMMIT).bind(&key.as_bytes()[..]);
            let commit = commit.bind(&lease.as_bytes()[..]).bind(sql::millis(HOUR));
            assert_eq!(commit.execute(&mut *transaction).await.unwrap().rows_affected(), 1);
        }
        transaction.commit().await.unwrap();
        let [without, with] = &mut times;
        if round % 2 == 1 { with } else { without }.push(start.elapsed());
    }
    let [without, with] = times.map(|times| show(median(times)));
    println!(
        "postgres, a transaction with one effect: {without}, and with the commit of its claim: {with}"
    );
}

async fn bytes(deliveries: u32, pg: &PgPool, lite: &SqlitePool, redis: &redis_server::Server) {
    // As the guards do it: a claim of each, and then its commit.
    let claims = "INSERT INTO tower_webhook_replay
        SELECT sha256(n::text::bytea), substr(sha256(n::text::bytea), 1, 16), false, now() + n * interval '1 ms'
        FROM generate_series($1::bigint, $1::bigint + 9999) AS n";
    let commits =
        "UPDATE tower_webhook_replay SET done = true, ends = ends + interval '72 h' WHERE NOT done";
    for round in 0..deliveries / 10_000 {
        sqlx::query(claims).bind(i64::from(round) * 10_000).execute(pg).await.unwrap();
        sqlx::query(commits).execute(pg).await.unwrap();
        sqlx::query("VACUUM tower_webhook_replay").execute(pg).await.unwrap();
    }
    let size = "SELECT pg_total_relation_size('tower_webhook_replay')";
    let size: i64 = sqlx::query_scalar(size).fetch_one(pg).await.unwrap();
    println!(
        "postgres: {} bytes for each of {deliveries} deliveries",
        size / i64::from(deliveries)
    );

    let claims = "INSERT INTO tower_webhook_replay WITH RECURSIVE n(i) AS
        (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        SELECT randomblob(32), randomblob(16), 0, 1700000000000 + i FROM n";
    sqlx::query(claims).bind(deliveries).execute(lite).await.unwrap();
    let commits = "UPDATE tower_webhook_replay SET done = 1, ends = ends + 259200000";
    sqlx::query(commits).execute(lite).await.unwrap();
    let size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
    let size: i64 = sqlx::query_scalar(size).fetch_one(lite).await.unwrap();
    println!("sqlite: {} bytes for each of {deliveries} deliveries", size / i64::from(deliveries));

    let guard = Arc::new(
        RedisReplayGuard::builder().timeout(PATIENCE).connect(&redis.url()).await.unwrap(),
    );
    let before = used(redis).await;
    let mut workers = JoinSet::new();
    for worker in 0..100 {
        let guard = Arc::clone(&guard);
        workers.spawn(async move {
            for number in (worker..deliveries).step_by(100) {
                let number = number.to_be_bytes();
                let key = ReplayKey::of_content(Scheme::GITHUB, None, &number);
                let claim = guard.claim(&key, HOUR).await.unwrap();
                let Claim::Fresh(lease) = claim else { panic!("{claim:?}") };
                guard.commit(&key, &lease, 72 * HOUR).await.unwrap();
            }
        });
    }
    workers.join_all().await;
    println!(
        "redis: {} bytes for each of {deliveries} deliveries",
        (used(redis).await - before) / u64::from(deliveries)
    );
}

async fn used(server: &redis_server::Server) -> u64 {
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let info: String = redis::cmd("INFO").arg("memory").query_async(&mut connection).await.unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap();
    line.trim().parse().unwrap()
}

fn median(times: impl IntoIterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.into_iter().collect();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn show(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}

async fn open_postgres(server: &server::Server) -> PgPool {
    let options = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
    let pool = options.acquire_timeout(PATIENCE).connect(&server.url()).await.unwrap();
    sqlx::raw_sql(PostgresReplayGuard::migration()).execute(&pool).await.unwrap();
    pool
}

async fn open_sqlite(directory: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(directory.join("bench.db"));
    let options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    let options = options.synchronous(SqliteSynchronous::Normal).busy_timeout(PATIENCE);
    let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = pool.acquire_timeout(PATIENCE).connect_with(options).await.unwrap();
    SqliteReplayGuard::new(pool.clone()).ensure_table().await.unwrap();
    pool
}

struct Directory(PathBuf);

impl Directory {
    fn create() -> Self {
        let path = std::env::temp_dir().join(format!("guards-{}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
