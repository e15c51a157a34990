//! Why secrets could not be fetched.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::text::one_line;

/// Why the secrets of an endpoint could not be fetched.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::fetch::{FetchError, FetchErrorKind};
///
/// let error = FetchError::new(FetchErrorKind::Unavailable)
///     .with_message("Try again later.")
///     .with_retry_after(Duration::from_secs(30));
/// assert_eq!(error.kind(), FetchErrorKind::Unavailable);
/// assert_eq!(error.to_string(), "secrets cannot be reached (\"Try again later.\")");
/// ```
#[derive(Clone, Debug)]
pub struct FetchError {
    kind: FetchErrorKind,
    message: Option<Arc<str>>,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl FetchError {
    /// Makes an error of this kind.
    #[must_use]
    pub fn new(kind: FetchErrorKind) -> Self {
        Self { kind, message: None, retry_after: None, source: None }
    }

    /// Sets the provider's own message, default none. It appears in `Display` and `Debug`, for the
    /// operator.
    ///
    /// At most 256 characters are kept, and control characters become spaces.
    ///
    /// # Security
    ///
    /// The message must not contain a secret or a credential.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::{FetchError, FetchErrorKind};
    ///
    /// let error = FetchError::new(FetchErrorKind::Denied).with_message("Invalid\nAPI key.");
    /// assert_eq!(error.message(), Some("Invalid API key."));
    /// ```
    #[must_use]
    pub fn with_message(mut self, message: &str) -> Self {
        let message = one_line(message);
        self.message = Some(message.trim()).filter(|text| !text.is_empty()).map(Arc::from);
        self
    }

    /// Sets how long the provider asks us to wait, default none.
    ///
    /// Providers limit accounts and not endpoints, so the cache asks about no endpoint until then, for
    /// at most 5 minutes. With [`NotFound`](FetchErrorKind::NotFound) it makes no difference.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Sets the cause of this error, which [`Error::source`] returns, default none.
    ///
    /// # Security
    ///
    /// The output of the cause must not contain a secret or a credential.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> FetchErrorKind {
        self.kind
    }

    /// The provider's own message.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The time that the provider asks us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Returns `true` if the same request may succeed a moment later.
    #[cfg(feature = "fetch")]
    pub(super) fn is_transient(&self) -> bool {
        matches!(self.kind, FetchErrorKind::Unavailable | FetchErrorKind::Timeout)
    }
}

impl From<FetchErrorKind> for FetchError {
    fn from(kind: FetchErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.kind, f)?;
        match &self.message {
            Some(message) => write!(f, " ({message:?})"),
            None => Ok(()),
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The kind of a [`FetchError`]. The provider is wherever the secrets are: an API, a store, a database
/// of your own.
///
/// # Examples
///
/// ```
/// use tower_webhook::fetch::FetchErrorKind;
///
/// assert_eq!(FetchErrorKind::Denied.to_string(), "our credentials for the secrets were rejected");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// The provider says that the endpoint does not exist or has no valid secret. Only this kind
    /// makes the cache forget secrets that it has.
    NotFound,
    /// The provider rejects our credentials.
    Denied,
    /// The provider cannot answer until something is set up there.
    Precondition,
    /// The provider did not answer in time.
    Timeout,
    /// The provider is unreachable, failed, or is rate-limiting us.
    Unavailable,
    /// The response is not what the provider documents.
    Malformed,
}

#[cfg(feature = "fetch")]
impl FetchErrorKind {
    /// The value of a metric's label.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Denied => "denied",
            Self::Precondition => "precondition",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::Malformed => "malformed",
        }
    }
}

impl fmt::Display for FetchErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "endpoint has no valid secret",
            Self::Denied => "our credentials for the secrets were rejected",
            Self::Precondition => "secrets are not set up where they are fetched from",
            Self::Timeout => "secrets did not come in time",
            Self::Unavailable => "secrets cannot be reached",
            Self::Malformed => "answer with the secrets is malformed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::MAX_LINE;

    #[test]
    fn messages_are_bounded_and_on_one_line() {
        let error = FetchError::new(FetchErrorKind::Denied).with_message(&"é\n".repeat(1000));
        let message = error.message().unwrap();
        assert!(message.chars().count() <= MAX_LINE && !message.contains('\n'));
        assert_eq!(FetchError::new(FetchErrorKind::Denied).with_message(" \n ").message(), None);
    }

    #[test]
    fn display_prints_one_level() {
        let error = FetchError::new(FetchErrorKind::Timeout).with_source("inner");
        assert_eq!(error.to_string(), "secrets did not come in time");
        assert_eq!(error.source().unwrap().to_string(), "inner");
    }
}
