//! What the guard in PostgreSQL adds.

use std::error::Error as _;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::task::block_in_place;
use tower_webhook::replay::{Claim, ReplayError, ReplayErrorKind, ReplayGuard as _, sql};
use tower_webhook_sqlx::{ClaimedExt as _, CommitErrorKind, PostgresReplayGuard};

use crate::contract::{HOUR, Store as _, done, fresh, in_flight, key};
use crate::database::{Database as _, InPostgres, PATIENCE};
use crate::handler::{claimed, refused};

conformance!(all InPostgres::start());

pub(crate) fn unavailable<T: Debug>(result: Result<T, ReplayError>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
    assert!(error.source().is_some());
}

/// Waits until the guard works, which it does by itself.
pub(crate) async fn comes_back(guard: &PostgresReplayGuard) {
    let patience = Instant::now() + PATIENCE;
    while let Err(error) = guard.health().await {
        assert!(Instant::now() < patience, "{error:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn execute(pool: &PgPool, statement: &'static str) {
    sqlx::raw_sql(statement).execute(pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_is_unavailable_and_then_knows_what_it_knew() {
    let Some(mut database) = InPostgres::start().await else { return };
    let (first, second, third) = (key(1), key(2), key(3));
    let lease = fresh(database.guard(), &first, HOUR).await;
    database.guard().commit(&first, &lease, HOUR).await.unwrap();
    let lease = fresh(database.guard(), &second, HOUR).await;

    // All connections are lost, and the first call after that notices nothing.
    block_in_place(|| database.server.kill());
    block_in_place(|| database.server.restart());
    fresh(database.guard(), &third, HOUR).await;

    block_in_place(|| database.server.kill());
    let guard = PostgresReplayGuard::new(database.pool.clone()).timeout(Duration::from_millis(300));
    unavailable(guard.claim(&first, HOUR).await);
    unavailable(guard.commit(&second, &lease, HOUR).await);
    unavailable(guard.release(&second, &lease).await);
    unavailable(guard.extend(&second, &lease, HOUR).await);
    unavailable(guard.forget(&first).await);
    unavailable(guard.health().await);
    block_in_place(|| database.server.restart());
    comes_back(&guard).await;
    done(database.guard().claim(&first, HOUR).await);
    in_flight(database.guard().claim(&third, HOUR).await);
    database.guard().commit(&second, &lease, HOUR).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_has_become_read_only_is_left_for_another_connection() {
    let Some(database) = InPostgres::start().await else { return };
    let options = PgPoolOptions::new().max_connections(1);
    let pool = options.connect(&database.server.url()).await.unwrap();
    let guard = PostgresReplayGuard::new(pool.clone()).timeout(PATIENCE);
    let backend = async || -> i32 {
        sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&pool).await.unwrap()
    };
    let before = backend().await;
    execute(&pool, "SET default_transaction_read_only = on").await;
    // The session is, and a new one is not.
    fresh(&guard, &key(1), HOUR).await;
    assert_ne!(backend().await, before);

    execute(&pool, "ALTER DATABASE postgres SET default_transaction_read_only = on").await;
    execute(&pool, "SET default_transaction_read_only = on").await;
    unavailable(guard.claim(&key(2), HOUR).await);
    unavailable(guard.health().await);
    // With a connection that began before.
    execute(&database.pool, "ALTER DATABASE postgres SET default_transaction_read_only = off")
        .await;
    fresh(&guard, &key(2), HOUR).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_without_a_connection_is_unavailable() {
    let Some(database) = InPostgres::start().await else { return };
    let options = PgPoolOptions::new().max_connections(1);
    let pool = options.connect(&database.server.url()).await.unwrap();
    let guard = PostgresReplayGuard::new(pool.clone()).timeout(Duration::from_millis(100));
    let held = pool.acquire().await.unwrap();
    unavailable(guard.claim(&key(1), HOUR).await);
    drop(held);
    comes_back(&guard).await;
    fresh(&guard.timeout(PATIENCE), &key(1), HOUR).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_waits_for_the_transaction_that_commits_and_not_for_ever() {
    let Some(database) = InPostgres::start().await else { return };
    for is_committed in [true, false] {
        let key = key(is_committed);
        let lease = fresh(database.guard(), &key, HOUR).await;
        let mut transaction = database.begin().await;
        assert_eq!(InPostgres::commit_in(&mut transaction, &key, &lease, 2 * HOUR).await, 1);

        let impatient = (**database.guard()).clone().timeout(Duration::from_millis(100));
        unavailable(impatient.claim(&key, HOUR).await);
        // Also if the lease ends meanwhile: nobody else gets it as long as the transaction may be committed.
        let waiting = {
            let guard = database.guard().clone();
            tokio::spawn(async move { guard.claim(&key, HOUR).await })
        };
        if is_committed {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }
        let claim = waiting.await.unwrap();
        if is_committed {
            // What it saw when it began is that someone else had the delivery.
            assert!(!matches!(claim, Ok(Claim::Fresh(_))));
            done(database.guard().claim(&key, HOUR).await);
        } else {
            in_flight(claim);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_began_before_the_lease_ended_commits_too_late_after() {
    let Some(database) = InPostgres::start().await else { return };
    let lease = fresh(database.guard(), &key(1), Duration::from_millis(50)).await;
    let mut transaction = database.begin().await;
    sqlx::query("SELECT now()").execute(&mut *transaction).await.unwrap();
    sqlx::query("SELECT pg_sleep(0.1)").execute(&mut *transaction).await.unwrap();
    assert_eq!(InPostgres::commit_in(&mut transaction, &key(1), &lease, HOUR).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_made_once_by_whoever_comes_and_in_the_schema_of_the_connection() {
    let Some(database) = InPostgres::start().await else { return };
    execute(&database.pool, "CREATE SCHEMA shop").await;
    let url = format!("{}&options=-csearch_path%3Dshop", database.server.url());
    let pool = PgPoolOptions::new().max_connections(20).connect(&url).await.unwrap();
    let guard = PostgresReplayGuard::new(pool.clone()).timeout(PATIENCE);
    // Nothing is made behind anyone's back.
    unavailable(guard.claim(&key(1), HOUR).await);
    unavailable(guard.health().await);
    let all: Vec<_> = (0..20)
        .map(|_| {
            let guard = guard.clone();
            tokio::spawn(async move { guard.ensure_table().await.unwrap() })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
    execute(&pool, PostgresReplayGuard::migration()).await;
    fresh(&guard, &key(1), HOUR).await;
    assert_eq!(database.count("shop.tower_webhook_replay").await, 1);
    assert_eq!(database.count("public.tower_webhook_replay").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_uses_the_index_and_leaves_what_is_locked() {
    let Some(database) = InPostgres::start().await else { return };
    execute(
        &database.pool,
        "INSERT INTO tower_webhook_replay SELECT sha256(n::text::bytea), '', true, now() - n * interval '1 s'
         FROM generate_series(1, 20000) AS n;
         INSERT INTO tower_webhook_replay SELECT sha256(n::text::bytea), '', true, now() + interval '1 h'
         FROM generate_series(20001, 40000) AS n;
         ANALYZE tower_webhook_replay",
    )
    .await;
    let explain =
        sqlx::AssertSqlSafe(format!("EXPLAIN {}", sql::postgres::SWEEP.replace("$1", "100")));
    let plan: Vec<String> = sqlx::query_scalar(explain).fetch_all(&database.pool).await.unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("Index Cond: (ends <= statement_timestamp())"), "{plan}");

    let mut transaction = database.begin().await;
    let lock = "SELECT key FROM tower_webhook_replay ORDER BY ends LIMIT 5 FOR UPDATE";
    sqlx::query(lock).fetch_all(&mut *transaction).await.unwrap();
    assert_eq!(database.guard().sweep(100).await.unwrap(), 100);
    assert_eq!(database.guard().sweep(u32::MAX).await.unwrap(), 19_895);
    transaction.rollback().await.unwrap();
    assert_eq!(database.guard().sweep(100).await.unwrap(), 5);
    assert_eq!(database.count("tower_webhook_replay").await, 20_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_deletes_no_more_than_it_was_told_however_it_is_planned() {
    let Some(database) = InPostgres::start().await else { return };
    // Of a table that had one row when it was looked at last, the planner thinks that a query that is part of
    // the statement may as well be repeated for each row, and each time it finds the ten oldest that are left.
    execute(
        &database.pool,
        "INSERT INTO tower_webhook_replay VALUES ('0', '', true, now() - interval '1 h')",
    )
    .await;
    execute(&database.pool, "ANALYZE tower_webhook_replay").await;
    execute(
        &database.pool,
        "INSERT INTO tower_webhook_replay SELECT sha256(n::text::bytea), '', true, now() - (60 - n) * interval '1 s'
         FROM generate_series(1, 59) AS n",
    )
    .await;
    assert_eq!(database.guard().sweep(10).await.unwrap(), 10);
    assert_eq!(database.count("tower_webhook_replay").await, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_any_isolation_of_the_database_of_concurrent_claims_one_is_fresh() {
    let Some(database) = InPostgres::start().await else { return };
    for statement in [
        "ALTER DATABASE postgres SET default_transaction_isolation = 'repeatable read'",
        "ALTER DATABASE postgres SET default_transaction_isolation = 'serializable'",
    ] {
        execute(&database.pool, statement).await;
        // Of connections that begin after that.
        let options = PgPoolOptions::new().max_connections(8);
        let pool = options.connect(&database.server.url()).await.unwrap();
        let guard = PostgresReplayGuard::new(pool).timeout(PATIENCE);
        let claims: Vec<_> = (0..1000)
            .map(|number| {
                let (guard, key) = (guard.clone(), key(number / 5));
                tokio::spawn(async move { guard.claim(&key, HOUR).await.unwrap() })
            })
            .collect();
        let mut fresh = 0;
        for claim in claims {
            fresh += usize::from(matches!(claim.await.unwrap(), Claim::Fresh(_)));
        }
        assert_eq!(fresh, 200);
        database.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_ended_for_idling_is_one_whose_database_was_away() {
    let Some(database) = InPostgres::start().await else { return };
    let claimed = claimed(&database).await;
    let mut transaction = database.begin().await;
    let backend: i32 =
        sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *transaction).await.unwrap();
    let idle = "SET idle_in_transaction_session_timeout = '10ms'";
    InPostgres::execute(&mut transaction, idle).await;
    let patience = Instant::now() + PATIENCE;
    let is_there = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1";
    while sqlx::query_scalar::<_, i64>(is_there)
        .bind(backend)
        .fetch_one(&database.pool)
        .await
        .unwrap()
        > 0
    {
        assert!(Instant::now() < patience);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    refused(claimed.commit_in(&mut transaction).await, CommitErrorKind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_committed_with_any_isolation_of_the_transaction() {
    let Some(database) = InPostgres::start().await else { return };
    for (isolation, is_changed, kind) in [
        ("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", true, None),
        ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", false, None),
        ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", false, None),
        // The transaction sees the claim as it was before.
        (
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            true,
            Some(CommitErrorKind::Unavailable),
        ),
        ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", true, Some(CommitErrorKind::Unavailable)),
    ] {
        database.clear().await;
        let claimed = claimed(&database).await;
        let mut transaction = database.begin().await;
        InPostgres::execute(&mut transaction, isolation).await;
        InPostgres::execute(&mut transaction, "INSERT INTO effects VALUES (1)").await;
        if is_changed {
            claimed.extend(HOUR).await.unwrap();
        }
        let committed = claimed.commit_in(&mut transaction).await;
        assert_eq!(committed.err().map(|error| error.kind()), kind, "{isolation}");
    }
}
