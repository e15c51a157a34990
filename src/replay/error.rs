//! The errors of a store of deliveries.

use std::error::Error;
use std::fmt;

/// Why a call of a [`ReplayGuard`](crate::replay::ReplayGuard) failed.
///
/// Its cause, such as a network error, is its [`source`](Error::source).
///
/// # Examples
///
/// ```
/// use std::error::Error as _;
/// use tower_webhook::replay::{ReplayError, ReplayErrorKind};
///
/// let error = ReplayError::unavailable("connection refused");
/// assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
/// assert_eq!(error.to_string(), "replay store is not available");
/// assert_eq!(error.source().unwrap().to_string(), "connection refused");
/// ```
pub struct ReplayError {
    kind: ReplayErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl ReplayError {
    /// Makes an error without a cause.
    #[must_use]
    pub fn new(kind: ReplayErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Makes an error of the kind [`ReplayErrorKind::Unavailable`], with its cause.
    #[must_use]
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ReplayErrorKind::Unavailable).with_source(source)
    }

    /// Sets the cause, default none. It must not contain a secret, because it ends up in logs.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> ReplayErrorKind {
        self.kind
    }
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ReplayErrorKind::Unavailable => "replay store is not available",
            ReplayErrorKind::Full => "replay store is full",
            ReplayErrorKind::LeaseLost => "delivery is no longer claimed by this lease",
        })
    }
}

impl fmt::Debug for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("ReplayError");
        debug.field("kind", &self.kind);
        if let Some(source) = &self.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl Error for ReplayError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The kind of a [`ReplayError`].
///
/// # Examples
///
/// ```
/// use tower_webhook::replay::{ReplayError, ReplayErrorKind};
///
/// /// Returns `true` if the operator has to act instead of waiting.
/// fn page(error: &ReplayError) -> bool {
///     matches!(error.kind(), ReplayErrorKind::Full)
/// }
/// assert!(!page(&ReplayError::unavailable("connection refused")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReplayErrorKind {
    /// The store did not answer, or answered with an error. It is not known what it did.
    Unavailable,
    /// The store has no room for another delivery, and no delivery that it may forget.
    Full,
    /// The lease has ended, so its former owner changed nothing.
    LeaseLost,
}

impl ReplayErrorKind {
    /// The value of a metric's label.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Full => "full",
            Self::LeaseLost => "lease_lost",
        }
    }
}
