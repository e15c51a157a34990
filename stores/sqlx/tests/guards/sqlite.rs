//! What the guard in SQLite adds.

use std::time::Duration;

use sqlx::sqlite::SqlitePoolOptions;
use tower_webhook::replay::{ReplayErrorKind, ReplayGuard as _};
use tower_webhook_sqlx::SqliteReplayGuard;

use crate::contract::{HOUR, Store as _, done, fresh, in_flight, key};
use crate::database::{Database as _, Directory, InSqlite, PATIENCE};

conformance!(each InSqlite::start());

fn unavailable<T: std::fmt::Debug>(result: Result<T, tower_webhook::replay::ReplayError>) {
    assert_eq!(result.unwrap_err().kind(), ReplayErrorKind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_restarts_finds_what_it_knew() {
    let directory = Directory::create();
    let open = async || {
        let options = InSqlite::options(&directory.0.join("test.db"));
        let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
        let guard = SqliteReplayGuard::new(pool.clone()).timeout(PATIENCE);
        guard.ensure_table().await.unwrap();
        (guard, pool)
    };
    let (guard, pool) = open().await;
    let lease = fresh(&guard, &key(1), HOUR).await;
    fresh(&guard, &key(2), HOUR).await;
    guard.commit(&key(1), &lease, HOUR).await.unwrap();
    pool.close().await;
    unavailable(guard.claim(&key(3), HOUR).await);
    let (guard, _pool) = open().await;
    done(guard.claim(&key(1), HOUR).await);
    in_flight(guard.claim(&key(2), HOUR).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_transaction_holds_up_every_claim_and_a_claim_does_not_wait_for_ever() {
    let database = InSqlite::start().await.unwrap();
    let options = InSqlite::options(&database.path()).busy_timeout(Duration::from_millis(50));
    let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
    let impatient = SqliteReplayGuard::new(pool).timeout(Duration::from_millis(500));
    let transaction = database.begin().await;
    unavailable(impatient.claim(&key(1), HOUR).await);
    unavailable(impatient.health().await);
    transaction.rollback().await.unwrap();
    fresh(&impatient, &key(1), HOUR).await;
    impatient.health().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_began_without_a_lock_is_refused_at_once_and_what_began_with_one_is_not() {
    let database = InSqlite::start().await.unwrap();
    for (begin, can_write) in [("BEGIN DEFERRED", false), ("BEGIN IMMEDIATE", true)] {
        let mut transaction = database.pool.begin_with(begin).await.unwrap();
        sqlx::query("SELECT * FROM effects").fetch_all(&mut *transaction).await.unwrap();
        if !can_write {
            fresh(database.guard(), &key(begin), HOUR).await;
        }
        let write = sqlx::query("INSERT INTO effects VALUES (1)").execute(&mut *transaction).await;
        assert_eq!(write.is_ok(), can_write, "{begin}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_written_is_unavailable() {
    let database = InSqlite::start().await.unwrap();
    let options = InSqlite::options(&database.path()).read_only(true);
    let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
    let guard = SqliteReplayGuard::new(pool);
    unavailable(guard.claim(&key(1), HOUR).await);
    unavailable(guard.health().await);
}
