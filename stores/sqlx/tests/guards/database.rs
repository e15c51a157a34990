//! A database of each kind, for the tests that are the same for both.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use tower_webhook::replay::{Lease, ReplayKey, sql};
use tower_webhook_sqlx::{PostgresReplayGuard, SqliteReplayGuard, SqlxReplayGuard};

use crate::contract::Store;
use crate::server::Server;

/// Longer than a statement takes on a slow machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) trait Database:
    Store<Guard = SqlxReplayGuard<Self::Kind>> + Sized + Send + Sync + 'static
{
    type Kind: tower_webhook_sqlx::Database;

    fn start() -> impl Future<Output = Option<Self>> + Send;

    /// Begins a transaction that writes.
    fn begin(&self) -> impl Future<Output = Transaction<'static, Self::Kind>> + Send;

    /// Executes a statement without parameters.
    fn execute(
        transaction: &mut Transaction<'static, Self::Kind>,
        statement: &'static str,
    ) -> impl Future<Output = u64> + Send;

    /// Executes the commit of a handler, and returns how many rows it has changed.
    fn commit_in(
        transaction: &mut Transaction<'static, Self::Kind>,
        key: &ReplayKey,
        lease: &Lease,
        keep: Duration,
    ) -> impl Future<Output = u64> + Send;

    /// The number of rows of a table.
    fn count(&self, table: &'static str) -> impl Future<Output = i64> + Send;

    /// Forgets all deliveries and their effects.
    async fn clear(&self) {
        let mut transaction = self.begin().await;
        Self::execute(&mut transaction, "DELETE FROM effects").await;
        Self::execute(&mut transaction, "DELETE FROM tower_webhook_replay").await;
        transaction.commit().await.unwrap();
    }
}

pub(crate) const EFFECTS: &str = "CREATE TABLE effects (number INTEGER NOT NULL)";

pub(crate) struct InPostgres {
    pub(crate) server: Server,
    pub(crate) pool: PgPool,
    guard: Arc<PostgresReplayGuard>,
}

impl Store for InPostgres {
    type Guard = PostgresReplayGuard;

    fn guard(&self) -> &Arc<PostgresReplayGuard> {
        &self.guard
    }

    async fn pass(&self, key: &ReplayKey, time: Duration) {
        let text = "UPDATE tower_webhook_replay SET ends = ends - $2::bigint * interval '1 millisecond' WHERE key = $1";
        let query = sqlx::query(text).bind(&key.as_bytes()[..]).bind(sql::millis(time));
        query.execute(&self.pool).await.unwrap();
    }
}

/// What reads the same for both, but is of different types.
macro_rules! queries {
    ($kind:ident, $commit:path) => {
        async fn commit_in(
            transaction: &mut Transaction<'static, $kind>,
            key: &ReplayKey,
            lease: &Lease,
            keep: Duration,
        ) -> u64 {
            let commit = sqlx::query($commit).bind(&key.as_bytes()[..]);
            let commit = commit.bind(&lease.as_bytes()[..]).bind(sql::millis(keep));
            commit.execute(&mut **transaction).await.unwrap().rows_affected()
        }

        async fn execute(
            transaction: &mut Transaction<'static, $kind>,
            statement: &'static str,
        ) -> u64 {
            sqlx::query(statement).execute(&mut **transaction).await.unwrap().rows_affected()
        }

        async fn count(&self, table: &'static str) -> i64 {
            let text = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
            sqlx::query_scalar(text).fetch_one(&self.pool).await.unwrap()
        }
    };
}

impl Database for InPostgres {
    type Kind = Postgres;

    async fn start() -> Option<Self> {
        let server = tokio::task::block_in_place(Server::start)?;
        let options = PgPoolOptions::new().max_connections(8).test_before_acquire(false);
        let pool = options.connect(&server.url()).await.unwrap();
        let guard = PostgresReplayGuard::new(pool.clone()).timeout(PATIENCE);
        guard.ensure_table().await.unwrap();
        sqlx::query(EFFECTS).execute(&pool).await.unwrap();
        Some(Self { server, pool, guard: Arc::new(guard) })
    }

    async fn begin(&self) -> Transaction<'static, Postgres> {
        self.pool.begin().await.unwrap()
    }

    queries!(Postgres, sql::postgres::COMMIT);
}

pub(crate) struct InSqlite {
    pub(crate) pool: SqlitePool,
    guard: Arc<SqliteReplayGuard>,
    directory: Directory,
}

impl InSqlite {
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.0.join("test.db")
    }

    pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        options.journal_mode(SqliteJournalMode::Wal).busy_timeout(PATIENCE)
    }
}

impl Store for InSqlite {
    type Guard = SqliteReplayGuard;

    fn guard(&self) -> &Arc<SqliteReplayGuard> {
        &self.guard
    }

    async fn pass(&self, key: &ReplayKey, time: Duration) {
        let text = "UPDATE tower_webhook_replay SET ends = ends - ?2 WHERE key = ?1";
        let query = sqlx::query(text).bind(&key.as_bytes()[..]).bind(sql::millis(time));
        query.execute(&self.pool).await.unwrap();
    }
}

impl Database for InSqlite {
    type Kind = Sqlite;

    async fn start() -> Option<Self> {
        let directory = Directory::create();
        let options = SqlitePoolOptions::new().max_connections(8);
        let options = options.connect_with(Self::options(&directory.0.join("test.db")));
        let pool = options.await.unwrap();
        let guard = SqliteReplayGuard::new(pool.clone()).timeout(PATIENCE);
        guard.ensure_table().await.unwrap();
        sqlx::query(EFFECTS).execute(&pool).await.unwrap();
        Some(Self { pool, guard: Arc::new(guard), directory })
    }

    async fn begin(&self) -> Transaction<'static, Sqlite> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.unwrap()
    }

    queries!(Sqlite, sql::sqlite::COMMIT);
}

/// A directory that is removed on drop.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn create() -> Self {
        static CREATED: AtomicUsize = AtomicUsize::new(0);
        let number = CREATED.fetch_add(1, Ordering::Relaxed);
        let name = format!("guards-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
