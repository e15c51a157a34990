//! The commit of a claim in the transaction of the handler.

use std::future::Future;

use sqlx::Transaction;
use tower_webhook::replay::{Claimed, sql};

use crate::dialect::{Call, Dialect, Fault, Statement, fault};
use crate::error::{CommitError, CommitErrorKind};

/// A database that can hold claims: `sqlx::Postgres` or `sqlx::Sqlite`. There are no others.
pub trait Database: Dialect {}

impl<D: Dialect> Database for D {}

/// Commits a claim in the transaction of the handler's effect.
///
/// # Examples
///
/// ```
/// use sqlx::PgPool;
/// use tower_webhook::replay::Claimed;
/// use tower_webhook_sqlx::ClaimedExt as _;
///
/// async fn pay(pool: &PgPool, claimed: &Claimed, amount: i64) -> Result<(), Box<dyn std::error::Error>> {
///     let mut transaction = pool.begin().await?;
///     sqlx::query("UPDATE accounts SET balance = balance + $1")
///         .bind(amount)
///         .execute(&mut *transaction)
///         .await?;
///     claimed.commit_in(&mut transaction).await?;
///     transaction.commit().await?;
///     claimed.committed_by_handler();
///     Ok(())
/// }
/// ```
pub trait ClaimedExt: sealed::Sealed {
    /// Marks the delivery as handled in `transaction`: if that is committed, the delivery is done, and if it
    /// is rolled back, nothing has happened.
    ///
    /// Do it last, or at least before the transaction is committed, and afterwards say so with
    /// [`committed_by_handler`](Claimed::committed_by_handler). Until the transaction ends, other claims of the
    /// delivery wait; with SQLite, those of all deliveries do.
    ///
    /// The transaction has to be in the database, and with PostgreSQL in the schema, of the guard.
    /// In one with `REPEATABLE READ` or `SERIALIZABLE`, a lease that was extended since its first statement
    /// cannot be committed: the transaction sees the claim as it was before.
    ///
    /// # Errors
    ///
    /// Returns an error if the lease has ended, the delivery is committed already, or the database does not do
    /// it. Then roll back, which dropping the transaction does, and answer with 5xx: the sender's retry is
    /// handled, or is found to be done. So a handler may repeat a transaction whose end it has not seen.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the transaction may or may not have the mark. Roll back.
    fn commit_in<D: Database>(
        &self,
        transaction: &mut Transaction<'_, D>,
    ) -> impl Future<Output = Result<(), CommitError>> + Send;
}

impl ClaimedExt for Claimed {
    async fn commit_in<D: Database>(
        &self,
        transaction: &mut Transaction<'_, D>,
    ) -> Result<(), CommitError> {
        let call = Call {
            statement: Statement::Commit,
            bytes: [Some(self.key().as_bytes()), Some(self.lease().as_bytes())],
            number: Some(sql::millis(self.keep())),
        };
        match D::run(transaction, call).await {
            Ok(answer) if answer.changed == 1 => Ok(()),
            Ok(_) => Err(CommitError::new(CommitErrorKind::LeaseLost, None)),
            Err(error) => Err(CommitError::new(
                match fault::<D>(&error) {
                    Fault::Refused => CommitErrorKind::Refused,
                    Fault::Lost | Fault::Conflict | Fault::Away | Fault::Full => {
                        CommitErrorKind::Unavailable
                    }
                },
                Some(error),
            )),
        }
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for tower_webhook::replay::Claimed {}
}
