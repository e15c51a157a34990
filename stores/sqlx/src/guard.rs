//! The guard, over either database.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use sqlx::Pool;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};
use tower_webhook::replay::{
    Claim, Lease, ReplayError, ReplayErrorKind, ReplayGuard, ReplayKey, sql,
};

use crate::claimed::Database;
use crate::dialect::{Answer, Call, Fault, Statement, fault};

/// A sweep begins with every so many claims, …
const EVERY: u64 = 100;

/// … and deletes more rows than have come since the last one, so that expired ones do not pile up.
const BITE: u32 = 200;

/// What a timeout is at the most: one that can be added to any time.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A guard over PostgreSQL, in the table `tower_webhook_replay` of your own database, tested with 15.
///
/// The table is made by [`migration`](SqlxReplayGuard::migration) or
/// [`ensure_table`](SqlxReplayGuard::ensure_table), in the schema that is first in the `search_path`. A role
/// needs `SELECT`, `INSERT`, `UPDATE` and `DELETE` on it.
///
/// Time is the server's. A claim is one statement, and so is each other call.
///
/// Before it lends a connection, a pool tests it, which takes as long as a claim. The guard repeats a
/// call if the connection turns out to be lost, so its pool can do without:
/// [`test_before_acquire(false)`](sqlx::pool::PoolOptions::test_before_acquire).
///
/// # Failover
///
/// While the primary is dead, and while the standby cannot be written yet, calls fail with
/// [`ReplayErrorKind::Unavailable`], so that deliveries are answered with 503. When the standby has been
/// promoted and the host of the pool leads to it, the same guard goes on with what the standby has: done is
/// done, and who has a lease keeps it. The pool has one host, so let that be a name or a proxy that the
/// failover changes.
///
/// With asynchronous replication, which is the default, a standby may lack the last transactions. An effect that
/// was committed with its claim is then gone together with it: the two never disagree, and if the delivery comes
/// again, it is handled, as it should be. But the sender has had its 2xx and may not come again. If nothing that
/// was acknowledged may be lost, let commits wait for the standby, by `synchronous_standby_names`. An effect
/// that is elsewhere stays when its claim is lost, and happens twice if the delivery comes again.
///
/// The time is that of the new primary, so a lease ends earlier or later by as much as the two clocks differ.
///
/// # Examples
///
/// ```no_run
/// use sqlx::postgres::PgPoolOptions;
/// use tower_webhook::replay::Replay;
/// use tower_webhook_sqlx::PostgresReplayGuard;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let pool = PgPoolOptions::new().test_before_acquire(false).connect("postgres://localhost/shop").await?;
/// let guard = PostgresReplayGuard::new(pool.clone());
/// guard.ensure_table().await?;
/// let replay = Replay::with(guard);
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "postgres")]
pub type PostgresReplayGuard = SqlxReplayGuard<sqlx::Postgres>;

/// A guard over SQLite, in the table `tower_webhook_replay` of your own database: for one machine, whose
/// process may restart.
///
/// Open the database with `journal_mode` WAL, and begin every transaction that writes with `BEGIN IMMEDIATE`:
/// [`begin_with`](sqlx::Pool::begin_with). A transaction that has read first fails at once with "database is
/// locked" when it wants to write and anything was written meanwhile, whatever the `busy_timeout`.
///
/// **An open transaction that writes holds up every other claim**, because SQLite has one writer at a time. A
/// claim that waits for longer than the [timeout](SqlxReplayGuard::timeout) is answered with 503. So do
/// nothing slow between `BEGIN IMMEDIATE` and `COMMIT`, above all no call of another service.
///
/// Time is the machine's wall clock, so what sets that clock ends leases early or late.
///
/// # Examples
///
/// ```
/// use sqlx::SqlitePool;
/// use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
/// use tower_webhook::replay::Replay;
/// use tower_webhook_sqlx::SqliteReplayGuard;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::env::temp_dir().join(format!("guard-{}.db", std::process::id()));
/// let options = SqliteConnectOptions::new()
///     .filename(&path)
///     .create_if_missing(true)
///     .journal_mode(SqliteJournalMode::Wal);
/// let pool = SqlitePool::connect_with(options).await?;
/// let guard = SqliteReplayGuard::new(pool.clone());
/// guard.ensure_table().await?;
/// let replay = Replay::with(guard);
/// # pool.close().await;
/// # Ok(std::fs::remove_file(path)?)
/// # }
/// ```
#[cfg(feature = "sqlite")]
pub type SqliteReplayGuard = SqlxReplayGuard<sqlx::Sqlite>;

/// A [`ReplayGuard`] in a table of your own database.
#[cfg_attr(
    all(feature = "postgres", feature = "sqlite"),
    doc = "Use it as [`PostgresReplayGuard`] or [`SqliteReplayGuard`]."
)]
///
/// # Failures
///
/// If there is no connection, no answer within the [timeout](Self::timeout), or an error, calls fail with
/// [`ReplayErrorKind::Unavailable`], or [`ReplayErrorKind::Full`] if the disk is. A connection that is lost, or
/// leads to a server that shuts down or has become a standby, is closed and the call repeated over another
/// one: over all that the pool has, which may be lost too, and a new one. So the guard comes back with its
/// database. If the database carried out a claim and its
/// answer was lost for good, nobody owns the delivery: it is late by one lease, and not lost.
///
/// # Sweeping
///
/// Rows that have ended are deleted, 200 at the most with every 100th claim, in the background. Nothing
/// depends on it but the size of the table.
pub struct SqlxReplayGuard<D: Database> {
    pool: Pool<D>,
    timeout: Duration,
    /// `None` if it is done by hand.
    sweeping: Option<Arc<Sweeping>>,
}

#[derive(Default)]
struct Sweeping {
    claims: AtomicU64,
    runs: AtomicBool,
}

impl<D: Database> SqlxReplayGuard<D> {
    /// Makes a guard with a timeout of 1 second, which sweeps now and then. The table has to be there, see
    /// [`migration`](Self::migration) and [`ensure_table`](Self::ensure_table).
    ///
    /// The pool may be the handler's own. But one of which the handlers hold all connections has none for
    /// claims, so give it more connections than handlers that run at the same time, or give the guard a
    /// pool of its own over the same database.
    #[must_use]
    pub fn new(pool: Pool<D>) -> Self {
        Self { pool, timeout: Duration::from_secs(1), sweeping: Some(Arc::default()) }
    }

    /// Sets how long a call may take, default 1 second. It should be less than that of
    /// [`Replay::timeout`](tower_webhook::replay::Replay::timeout).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(YEAR);
        self
    }

    /// Leaves sweeping to you, default not: call [`sweep`](Self::sweep) now and then, or the table grows.
    #[must_use]
    pub fn sweep_by_hand(mut self) -> Self {
        self.sweeping = None;
        self
    }

    /// The SQL that makes the table and its index where they are not there yet, for your migrations. It is
    /// `TABLE` of [`tower_webhook::replay::sql`], and stable.
    #[must_use]
    pub fn migration() -> &'static str {
        D::MIGRATION
    }

    /// Makes the table and its index if they are not there yet. Several processes can do so at the same time.
    ///
    /// # Errors
    ///
    /// Returns [`Unavailable`](ReplayErrorKind::Unavailable) if the database does not do it.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the table may or may not have been made. The call can be repeated.
    pub async fn ensure_table(&self) -> Result<(), ReplayError> {
        D::ensure_table(&self.pool).await.map_err(failed::<D>)
    }

    /// Deletes at most `most` rows that have ended, and returns how many it were. If these are `most`,
    /// there may be more.
    ///
    /// # Errors
    ///
    /// Returns [`Unavailable`](ReplayErrorKind::Unavailable) if the database does not do it.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the rows may or may not have been deleted. The call can be repeated.
    pub async fn sweep(&self, most: u32) -> Result<u64, ReplayError> {
        Ok(self.call(Statement::Sweep, [None; 2], Some(most.into())).await?.changed)
    }

    /// Forgets that a delivery was handled, so that it is handled again if it is sent again: for an
    /// operator's tool. Returns `true` if it was remembered.
    ///
    /// A delivery in flight stays claimed, because its handler may still succeed.
    ///
    /// # Errors
    ///
    /// Returns [`Unavailable`](ReplayErrorKind::Unavailable) if the database does not do it.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the delivery may or may not be forgotten. The call can be repeated.
    pub async fn forget(&self, key: &ReplayKey) -> Result<bool, ReplayError> {
        let answer = self.call(Statement::Forget, [Some(key.as_bytes()), None], None).await?;
        Ok(answer.changed == 1)
    }

    /// Executes a statement, and again if its connection was lost, or another transaction came first in a
    /// database whose transactions are isolated from what others do meanwhile. Every statement may be
    /// repeated, since the database knows the owner.
    async fn call(
        &self,
        statement: Statement,
        bytes: [Option<&[u8]>; 2],
        number: Option<i64>,
    ) -> Result<Answer, ReplayError> {
        let call = Call { statement, bytes, number };
        let deadline = Instant::now() + self.timeout;
        let late = |_| ReplayError::unavailable(io::Error::from(io::ErrorKind::TimedOut));
        let mut tries = tries(self.pool.num_idle(), self.pool.options().get_max_connections());
        loop {
            let connection = timeout_at(deadline, self.pool.acquire()).await.map_err(late)?;
            let mut connection = connection.map_err(failed::<D>)?;
            let done = timeout_at(deadline, D::run(&mut connection, call)).await;
            let done = done.map_err(late).inspect_err(|_| {
                // It may be silent, and the statement may still run.
                connection.close_on_drop();
            })?;
            let Err(error) = done else { return done.map_err(failed::<D>) };
            match fault::<D>(&error) {
                Fault::Conflict => continue,
                Fault::Lost => connection.close_on_drop(),
                Fault::Away | Fault::Full | Fault::Refused => return Err(failed::<D>(error)),
            }
            if tries == 0 {
                return Err(failed::<D>(error));
            }
            tries -= 1;
        }
    }

    /// As [`call`](Self::call), for the statements that change the row of its owner or none.
    async fn owned(
        &self,
        statement: Statement,
        key: &ReplayKey,
        lease: &Lease,
        time: Duration,
    ) -> Result<(), ReplayError> {
        let bytes = [Some(&key.as_bytes()[..]), Some(&lease.as_bytes()[..])];
        let answer = self.call(statement, bytes, Some(sql::millis(time))).await?;
        match answer.changed {
            0 => Err(ReplayError::new(ReplayErrorKind::LeaseLost)),
            _ => Ok(()),
        }
    }

    /// Begins to sweep in the background, if it is time and no sweep runs.
    fn sweep_now_and_then(&self) {
        let Some(sweeping) = &self.sweeping else { return };
        // The first claim begins one, for processes that do not live for a hundred.
        if sweeping.claims.fetch_add(1, Ordering::Relaxed) % EVERY != 0 {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        if !sweeping.runs.swap(true, Ordering::Relaxed) {
            let (guard, sweeping) = (self.clone().sweep_by_hand(), Arc::clone(sweeping));
            runtime.spawn(async move {
                // What could not be swept is swept later.
                let _ = guard.sweep(BITE).await;
                sweeping.runs.store(false, Ordering::Relaxed);
            });
        }
    }
}

impl<D: Database> ReplayGuard for SqlxReplayGuard<D> {
    async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
        let owner = Lease::random()?;
        let bytes = [Some(&key.as_bytes()[..]), Some(&owner.as_bytes()[..])];
        let answer = self.call(Statement::Claim, bytes, Some(sql::millis(lease))).await?;
        Ok(match answer.row {
            Some(false) => {
                self.sweep_now_and_then();
                Claim::Fresh(owner)
            }
            Some(true) => Claim::Done,
            None => Claim::InFlight,
        })
    }

    async fn commit(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        keep: Duration,
    ) -> Result<(), ReplayError> {
        self.owned(Statement::Confirm, key, lease, keep).await
    }

    async fn release(&self, key: &ReplayKey, lease: &Lease) -> Result<(), ReplayError> {
        let bytes = [Some(&key.as_bytes()[..]), Some(&lease.as_bytes()[..])];
        self.call(Statement::Release, bytes, None).await.map(drop)
    }

    async fn extend(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        by: Duration,
    ) -> Result<(), ReplayError> {
        self.owned(Statement::Extend, key, lease, by).await
    }

    async fn health(&self) -> Result<(), ReplayError> {
        self.call(Statement::Health, [None; 2], None).await.map(drop)
    }
}

/// Not derived, because that would ask for databases that can be cloned. Clones share the pool.
impl<D: Database> Clone for SqlxReplayGuard<D> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), timeout: self.timeout, sweeping: self.sweeping.clone() }
    }
}

impl<D: Database> fmt::Debug for SqlxReplayGuard<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlxReplayGuard")
            .field("database", &D::NAME)
            .field("timeout", &self.timeout)
            .field("sweeps", &self.sweeping.is_some())
            .finish_non_exhaustive()
    }
}

/// How often a call may be repeated: all that the pool has may be lost, after a restart of the server, and a new
/// one is not.
fn tries(idle: usize, most: u32) -> u32 {
    // sqlx counts that a connection was taken before it counts that it had come back, if it is taken at once.
    // For a moment there are fewer than none then, which is the largest number.
    u32::try_from(idle).unwrap_or(most).min(most).saturating_add(1)
}

fn failed<D: Database>(error: sqlx::Error) -> ReplayError {
    let kind = match fault::<D>(&error) {
        Fault::Full => ReplayErrorKind::Full,
        Fault::Lost | Fault::Conflict | Fault::Away | Fault::Refused => {
            ReplayErrorKind::Unavailable
        }
    };
    ReplayError::new(kind).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_is_below_zero_is_not_believed() {
        assert_eq!(tries(0, 10), 1);
        assert_eq!(tries(3, 10), 4);
        assert_eq!(tries(0_usize.wrapping_sub(1), 10), 11);
        assert_eq!(tries(0_usize.wrapping_sub(1), u32::MAX), u32::MAX);
    }
}
