//! What the two databases have in common, and what they have not.

use std::future::Future;

use sqlx::Pool;
use sqlx::error::DatabaseError;

/// One statement of `tower_webhook::replay::sql`, with its parameters: bytes first, then a number.
#[derive(Clone, Copy, Debug)]
pub struct Call<'c> {
    pub(crate) statement: Statement,
    pub(crate) bytes: [Option<&'c [u8]>; 2],
    pub(crate) number: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statement {
    Claim,
    Commit,
    Confirm,
    Release,
    Extend,
    Forget,
    Sweep,
    Health,
}

/// What a statement has returned or changed.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The first column of the only row, if there is one.
    pub(crate) row: Option<bool>,
    /// The number of rows that were changed.
    pub(crate) changed: u64,
}

/// What an error of the database means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It says so of this connection; another one may lead to a server that can serve.
    Lost,
    /// Another transaction came first, and the next try sees what that has done.
    Conflict,
    /// It may pass.
    Away,
    /// There is no room.
    Full,
    /// It will be the same the next time.
    Refused,
}

/// Generic code over `sqlx::Executor` has futures that are not known to be `Send`, so each database has
/// its own.
pub trait Dialect: sqlx::Database {
    const MIGRATION: &'static str;

    fn run(
        connection: &mut Self::Connection,
        call: Call<'_>,
    ) -> impl Future<Output = sqlx::Result<Answer>> + Send;

    fn ensure_table(pool: &Pool<Self>) -> impl Future<Output = sqlx::Result<()>> + Send;

    fn fault(error: &dyn DatabaseError) -> Fault;
}

/// What is the same text for both.
macro_rules! run {
    ($sql:ident, $connection:ident, $call:ident) => {{
        let Call { statement, bytes, number } = $call;
        let text = match statement {
            Statement::Claim => $sql::CLAIM,
            Statement::Commit => $sql::COMMIT,
            Statement::Confirm => $sql::CONFIRM,
            Statement::Release => $sql::RELEASE,
            Statement::Extend => $sql::EXTEND,
            Statement::Forget => $sql::FORGET,
            Statement::Sweep => $sql::SWEEP,
            Statement::Health => $sql::HEALTH,
        };
        let mut query = sqlx::query(text);
        for bytes in bytes.into_iter().flatten() {
            query = query.bind(bytes);
        }
        if let Some(number) = number {
            query = query.bind(number);
        }
        if statement == Statement::Claim {
            // All rows, although there is one at the most: SQLite ends a statement with its last step.
            let rows = query.fetch_all($connection).await?;
            let row = rows.first().map(|row| row.try_get(0)).transpose()?;
            return Ok(Answer { row, changed: 0 });
        }
        let changed = query.execute($connection).await?.rows_affected();
        Ok(Answer { row: None, changed })
    }};
}

#[cfg(feature = "postgres")]
mod postgres {
    use sqlx::error::DatabaseError;
    use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Row as _};
    use tower_webhook::replay::sql::postgres;

    use super::{Answer, Call, Dialect, Fault, Statement};

    impl Dialect for Postgres {
        const MIGRATION: &'static str = postgres::TABLE;

        async fn run(connection: &mut PgConnection, call: Call<'_>) -> sqlx::Result<Answer> {
            run!(postgres, connection, call)
        }

        /// As one text it is one transaction. The lock is for processes that start at the same time: of two
        /// that create a table, one may fail, whether or not it says `IF NOT EXISTS`.
        async fn ensure_table(pool: &PgPool) -> sqlx::Result<()> {
            let lock = "SELECT pg_advisory_xact_lock(hashtext('tower_webhook_replay'));\n";
            let both = AssertSqlSafe([lock, postgres::TABLE].concat());
            sqlx::raw_sql(both).execute(pool).await.map(drop)
        }

        /// By its SQLSTATE, <https://www.postgresql.org/docs/15/errcodes-appendix.html>.
        fn fault(error: &dyn DatabaseError) -> Fault {
            match error.code().as_deref().unwrap_or_default() {
                // It shuts down, has become a standby, or has ended a transaction that took too long.
                "57P01" | "57P02" | "57P03" | "57P05" | "25006" | "25P03" | "25P04" => Fault::Lost,
                "53100" => Fault::Full,
                code => match code.get(..2) {
                    Some("08") => Fault::Lost,
                    Some("40") => Fault::Conflict,
                    // No resources, a lock that is held, an operator.
                    Some("53" | "55" | "57" | "58") => Fault::Away,
                    _ => Fault::Refused,
                },
            }
        }
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use sqlx::error::DatabaseError;
    use sqlx::{Row as _, Sqlite, SqliteConnection, SqlitePool};
    use tower_webhook::replay::sql::sqlite;

    use super::{Answer, Call, Dialect, Fault, Statement};

    impl Dialect for Sqlite {
        const MIGRATION: &'static str = sqlite::TABLE;

        async fn run(connection: &mut SqliteConnection, call: Call<'_>) -> sqlx::Result<Answer> {
            run!(sqlite, connection, call)
        }

        async fn ensure_table(pool: &SqlitePool) -> sqlx::Result<()> {
            sqlx::raw_sql(sqlite::TABLE).execute(pool).await.map(drop)
        }

        /// By its result code, <https://www.sqlite.org/rescode.html>, of which the last byte is the primary
        /// one.
        fn fault(error: &dyn DatabaseError) -> Fault {
            let code = error.code().and_then(|code| code.parse::<u32>().ok());
            match code.map(|code| code & 0xff) {
                Some(13) => Fault::Full,
                // Busy, locked, read-only, an error of the disk, a file that cannot be opened.
                Some(5 | 6 | 8 | 10 | 14) => Fault::Away,
                _ => Fault::Refused,
            }
        }
    }
}

/// What any error of sqlx means.
pub(crate) fn fault<D: Dialect>(error: &sqlx::Error) -> Fault {
    match error {
        sqlx::Error::Database(error) => D::fault(&**error),
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => Fault::Lost,
        sqlx::Error::WorkerCrashed => Fault::Lost,
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Fault::Away,
        _ => Fault::Refused,
    }
}
