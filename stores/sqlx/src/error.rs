//! Why a claim was not committed in a transaction.

use std::error::Error;
use std::fmt;

/// Why [`commit_in`](crate::ClaimedExt::commit_in) failed. The handler has to roll its transaction back.
///
/// Its cause, an error of the database, is its [`source`](Error::source).
pub struct CommitError {
    kind: CommitErrorKind,
    source: Option<sqlx::Error>,
}

/// The kind of a [`CommitError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommitErrorKind {
    /// The lease has ended: someone else may be handling the delivery, or has handled it. It is the same if
    /// the delivery is committed already, by a transaction whose end the handler has not seen; and if the
    /// claims are not in this database.
    LeaseLost,
    /// The database did not answer, or could not serve. That may pass.
    Unavailable,
    /// The database has refused the statement, and will do so again. The usual cause is that the table is
    /// missing, or not in the `search_path`.
    Refused,
}

impl CommitError {
    pub(crate) fn new(kind: CommitErrorKind, source: Option<sqlx::Error>) -> Self {
        Self { kind, source }
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> CommitErrorKind {
        self.kind
    }
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            CommitErrorKind::LeaseLost => "delivery is no longer claimed by this lease",
            CommitErrorKind::Unavailable => "database of the claim is not available",
            CommitErrorKind::Refused => "database has refused to commit the claim",
        })
    }
}

impl fmt::Debug for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("CommitError");
        debug.field("kind", &self.kind);
        if let Some(source) = &self.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl Error for CommitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
