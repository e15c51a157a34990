//! Why a request is rejected, and how it is answered.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http_body_util::LengthLimitError;

use crate::error::VerifyError;
#[cfg(feature = "fetch")]
use crate::fetch::error::{FetchError, FetchErrorKind};
use crate::head::envelope::Unread;
use crate::receive::handshake::HandshakeAnswer;
#[cfg(feature = "replay")]
use crate::replay::error::ReplayError;
use crate::scheme::handshake::Handshake;

/// How long a sender is asked to wait for secrets if the provider states no time.
const SECRETS: Duration = Duration::from_secs(30);
/// The shortest and the longest time that is passed on from the provider to the sender.
#[cfg(feature = "fetch")]
const PASSED_ON: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(5 * 60));
/// How long a sender is asked to wait for the replay guard.
const REPLAY: Duration = Duration::from_secs(5);

/// Why a request is not handled.
///
/// It is for the operator, and for middleware around the layer, which adds it to the extensions of
/// its response. It holds nothing that came from the request.
///
/// # Examples
///
/// ```
/// use http::StatusCode;
/// use tower_webhook::receive::{Rejection, RejectionKind};
/// use tower_webhook::{Receiver, Scheme, VerifyError};
///
/// let receiver = Receiver::new(Scheme::GITHUB.verifier("secret")?);
/// let unsigned = http::HeaderMap::new();
/// let rejection: Rejection = receiver.open(&unsigned).unwrap_err();
/// assert!(matches!(rejection.kind(), RejectionKind::Unverified(VerifyError::Missing(_))));
/// assert_eq!(rejection.status(), StatusCode::UNAUTHORIZED);
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone)]
pub struct Rejection {
    kind: RejectionKind,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn Error + Send + Sync>>,
    seconds_off: Option<u64>,
    handshake: Option<Arc<Shaken>>,
}

/// What came of a handshake.
struct Shaken {
    name: &'static str,
    refusal: StatusCode,
    answer: Option<HandshakeAnswer>,
}

/// The reason for a [`Rejection`], with the status that answers it.
///
/// # Examples
///
/// ```
/// use http::StatusCode;
/// use tower_webhook::receive::{Rejection, RejectionKind};
///
/// // A rejection can be made, to test an answer of your own.
/// let rejection = Rejection::from(RejectionKind::BodyTooLarge);
/// assert_eq!(rejection.status(), StatusCode::PAYLOAD_TOO_LARGE);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectionKind {
    /// The delivery could not be verified: 401, or 500 if the receiver is misconfigured
    /// ([`VerifyError::is_setup`]).
    Unverified(VerifyError),
    /// The body is longer than the limit: 413.
    BodyTooLarge,
    /// The body was cut short or could not be read: 400.
    BodyFailed,
    /// There is no such endpoint: 404.
    UnknownEndpoint,
    /// The secrets of the endpoint are not cached and cannot be fetched: 503.
    SecretsUnavailable,
    /// The delivery was already handled: 200, so that the sender does not retry.
    Duplicate,
    /// The delivery is being handled, and may still fail: 503, because many senders do not retry
    /// after a 4xx.
    InFlight,
    /// The handler has no room for the delivery in time: 503.
    Overloaded,
    /// The replay guard cannot say whether the delivery was already handled: 503.
    ReplayUnavailable,
    /// The request was a handshake, and [`Rejection::handshake_answer`] is the answer, with a 2xx.
    HandshakeAnswered,
    /// The request was a handshake that is not answered: mostly 403, or 404 where the provider wants
    /// it.
    HandshakeRefused(Refusal),
}

/// The reason why a handshake is refused.
///
/// # Examples
///
/// ```
/// use http::StatusCode;
/// use tower_webhook::receive::{Refusal, Rejection, RejectionKind};
///
/// let rejection = Rejection::from(RejectionKind::HandshakeRefused(Refusal::Token));
/// assert_eq!(rejection.status(), StatusCode::FORBIDDEN);
/// assert_eq!(rejection.to_string(), "handshake is refused: its token is not ours");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Its token is not ours, or it has none.
    Token,
    /// Its challenge is longer than 1 KiB or not visible ASCII, or it is to be signed and has other
    /// characters than letters, digits and `+/=_-`.
    Challenge,
    /// It brings a secret, and none is expected.
    Closed,
    /// It brings a secret, and that could not be kept: 503.
    NotKept,
    /// It needs a token or a callback and has none, or an HMAC and the secret is a public key.
    NotConfigured,
}

impl Refusal {
    fn as_str(self) -> &'static str {
        match self {
            Self::Token => "handshake is refused: its token is not ours",
            Self::Challenge => "handshake is refused: its challenge is not of the right shape",
            Self::Closed => "handshake is refused: no secret is expected",
            Self::NotKept => "handshake is refused: its secret could not be kept",
            Self::NotConfigured => "handshake is refused: it is not configured",
        }
    }
}

impl Rejection {
    /// The reason.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// The status that answers the request.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.kind {
            RejectionKind::Unverified(error) if error.is_setup() => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            RejectionKind::Unverified(_) => StatusCode::UNAUTHORIZED,
            RejectionKind::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RejectionKind::BodyFailed => StatusCode::BAD_REQUEST,
            RejectionKind::UnknownEndpoint => StatusCode::NOT_FOUND,
            RejectionKind::Duplicate => StatusCode::OK,
            RejectionKind::InFlight
            | RejectionKind::Overloaded
            | RejectionKind::SecretsUnavailable
            | RejectionKind::ReplayUnavailable
            | RejectionKind::HandshakeRefused(Refusal::NotKept) => StatusCode::SERVICE_UNAVAILABLE,
            RejectionKind::HandshakeAnswered => {
                self.handshake_answer().map_or(StatusCode::OK, HandshakeAnswer::status)
            }
            RejectionKind::HandshakeRefused(_) => {
                self.handshake.as_ref().map_or(StatusCode::FORBIDDEN, |it| it.refusal)
            }
        }
    }

    /// How long the sender should wait before retrying, if the condition is temporary: the value of
    /// `Retry-After`.
    ///
    /// For secrets it is the time that the provider asks for, within 5 seconds and 5 minutes, or 30
    /// seconds if it asks for none. For the replay guard it is 5 seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// How many seconds lie between the delivery's timestamp and this machine's clock, rounded up, if
    /// they are why it is rejected ([`VerifyError::TimestampTooOld`] or
    /// [`VerifyError::TimestampTooNew`]).
    ///
    /// About the same for every delivery means that a clock is wrong. Some minutes or hours, and only
    /// for deliveries that failed before, mean that the sender keeps its first signature
    /// ([`Retries::First`](crate::scheme::Retries::First)). The signature has not been verified, so it
    /// may also be the number of a stranger.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use time::OffsetDateTime;
    /// use tower_webhook::{Receiver, Scheme};
    ///
    /// let before = OffsetDateTime::now_utc() - Duration::from_secs(3_600);
    /// let headers = Scheme::SLACK.signer("secret")?.sign(None, before, b"{}")?;
    /// let receiver = Receiver::new(Scheme::SLACK.verifier("secret")?);
    /// let rejection = receiver.open(&headers).unwrap_err();
    /// assert!(rejection.seconds_off().is_some_and(|seconds| seconds >= 3_600));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn seconds_off(&self) -> Option<u64> {
        self.seconds_off
    }

    /// The answer to the request if it was a handshake, to be sent as it is.
    #[must_use]
    pub fn handshake_answer(&self) -> Option<&HandshakeAnswer> {
        self.handshake.as_ref()?.answer.as_ref()
    }

    /// The name of the handshake that the request was, if it was one.
    #[must_use]
    pub fn handshake_name(&self) -> Option<&'static str> {
        self.handshake.as_ref().map(|it| it.name)
    }

    pub(super) fn of_handshake(
        handshake: &Handshake,
        answer: Result<HandshakeAnswer, Refusal>,
    ) -> Self {
        let kind = match answer {
            Ok(_) => RejectionKind::HandshakeAnswered,
            Err(refusal) => RejectionKind::HandshakeRefused(refusal),
        };
        let refusal = StatusCode::from_u16(handshake.refusal).unwrap_or(StatusCode::FORBIDDEN);
        let shaken = Shaken { name: handshake.name, refusal, answer: answer.ok() };
        Self { handshake: Some(Arc::new(shaken)), ..kind.into() }
    }

    /// As it was, with what has caused it.
    pub(super) fn caused_by(self, source: Box<dyn Error + Send + Sync>) -> Self {
        Self { source: Some(Arc::from(source)), ..self }
    }

    /// The body has failed: because it was longer than a limit that stands outside of ours, or
    /// because it broke off.
    pub(super) fn not_read(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let error: Box<dyn Error + Send + Sync> = error.into();
        let mut kind = RejectionKind::BodyFailed;
        let mut cause: Option<&(dyn Error + 'static)> = Some(&*error);
        while let Some(error) = cause {
            if error.is::<LengthLimitError>() {
                kind = RejectionKind::BodyTooLarge;
            }
            cause = error.source();
        }
        Self { source: Some(Arc::from(error)), ..kind.into() }
    }

    #[cfg(feature = "fetch")]
    pub(super) fn not_fetched(error: FetchError) -> Self {
        let kind = match error.kind() {
            FetchErrorKind::NotFound => RejectionKind::UnknownEndpoint,
            _ => RejectionKind::SecretsUnavailable,
        };
        let (least, most) = PASSED_ON;
        let asked = error.retry_after().map_or(SECRETS, |asked| asked.clamp(least, most));
        let retry_after = (kind == RejectionKind::SecretsUnavailable).then_some(asked);
        Self { retry_after, source: Some(Arc::new(error)), ..kind.into() }
    }

    #[cfg(feature = "replay")]
    pub(super) fn not_claimed(error: ReplayError) -> Self {
        let source: Arc<dyn Error + Send + Sync> = Arc::new(error);
        Self { source: Some(source), ..RejectionKind::ReplayUnavailable.into() }
    }
}

impl From<RejectionKind> for Rejection {
    fn from(kind: RejectionKind) -> Self {
        let retry_after = match kind {
            RejectionKind::InFlight
            | RejectionKind::Overloaded
            | RejectionKind::ReplayUnavailable => Some(REPLAY),
            RejectionKind::SecretsUnavailable => Some(SECRETS),
            _ => None,
        };
        Self { kind, retry_after, source: None, seconds_off: None, handshake: None }
    }
}

impl From<VerifyError> for Rejection {
    fn from(error: VerifyError) -> Self {
        RejectionKind::Unverified(error).into()
    }
}

impl From<Unread> for Rejection {
    fn from(unread: Unread) -> Self {
        Self { seconds_off: unread.seconds_off, ..unread.error.into() }
    }
}

/// Without the source: what is wrong with a body is a stranger's text.
impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("kind", &self.kind)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            RejectionKind::Unverified(_) => "delivery could not be verified",
            RejectionKind::BodyTooLarge => "body is over the limit",
            RejectionKind::BodyFailed => "body could not be read",
            RejectionKind::UnknownEndpoint => "endpoint is unknown",
            RejectionKind::SecretsUnavailable => "secrets are not available",
            RejectionKind::Duplicate => "delivery was handled before",
            RejectionKind::InFlight => "delivery is being handled",
            RejectionKind::Overloaded => "handler has no room",
            RejectionKind::ReplayUnavailable => "replay guard is not available",
            RejectionKind::HandshakeAnswered => "handshake is answered",
            RejectionKind::HandshakeRefused(refusal) => refusal.as_str(),
        })
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            RejectionKind::Unverified(error) => Some(error),
            _ => self.source.as_ref().map(|source| &**source as _),
        }
    }
}
