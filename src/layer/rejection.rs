//! Why a request was not let through, and the answer to it.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{Response, StatusCode};

use crate::error::VerifyError;
#[cfg(feature = "fetch")]
use crate::fetch::error::FetchErrorKind;
#[cfg(feature = "replay")]
use crate::replay::error::ReplayErrorKind;
use crate::scheme::Scheme;

/// How long a sender is asked to wait for secrets, where the provider asks for nothing.
#[cfg(feature = "fetch")]
const SECRETS: Duration = Duration::from_secs(30);
/// The least and the most of what a provider asks for that is passed on to the sender.
#[cfg(feature = "fetch")]
const PASSED_ON: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(5 * 60));

/// Why a request was not let through to the service.
///
/// It is among the extensions of the response, for the operator and for middleware around the
/// layer. It holds nothing that came from the request.
///
/// # Examples
///
/// ```
/// use http::StatusCode;
/// use tower_webhook::VerifyError;
/// use tower_webhook::receive::Rejection;
///
/// let rejection = Rejection::Refused(VerifyError::Mismatch);
/// assert_eq!(rejection.status(), StatusCode::UNAUTHORIZED);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// The delivery could not be verified: 401, or 500 if the layer is set up so that none could
    /// ([`VerifyError::is_setup`]).
    Refused(VerifyError),
    /// The body is longer than the limit: 413.
    BodyTooLarge,
    /// The body broke off or could not be read: 400.
    BodyFailed,
    /// There is no such endpoint: 404.
    #[cfg(feature = "fetch")]
    UnknownEndpoint,
    /// The secrets of the endpoint are not here and cannot be fetched: 503.
    #[cfg(feature = "fetch")]
    SecretsUnavailable {
        /// Why not.
        kind: FetchErrorKind,
        /// How long the provider asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The delivery was handled before: 200, so that the sender does not try again.
    #[cfg(feature = "replay")]
    Duplicate,
    /// The delivery is being handled, and it is not known yet with what success: 409.
    #[cfg(feature = "replay")]
    InFlight,
    /// The replay guard cannot tell whether the delivery was handled before: 503.
    #[cfg(feature = "replay")]
    ReplayUnavailable(ReplayErrorKind),
}

impl Rejection {
    /// The status of the default answer.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::StatusCode;
    /// use tower_webhook::VerifyError;
    /// use tower_webhook::receive::Rejection;
    ///
    /// assert_eq!(Rejection::BodyTooLarge.status(), StatusCode::PAYLOAD_TOO_LARGE);
    /// let setup = Rejection::Refused(VerifyError::NeedsPublicUrl);
    /// assert_eq!(setup.status(), StatusCode::INTERNAL_SERVER_ERROR);
    /// ```
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refused(error) if error.is_setup() => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Refused(_) => StatusCode::UNAUTHORIZED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyFailed => StatusCode::BAD_REQUEST,
            #[cfg(feature = "fetch")]
            Self::UnknownEndpoint => StatusCode::NOT_FOUND,
            #[cfg(feature = "fetch")]
            Self::SecretsUnavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            #[cfg(feature = "replay")]
            Self::Duplicate => StatusCode::OK,
            #[cfg(feature = "replay")]
            Self::InFlight => StatusCode::CONFLICT,
            #[cfg(feature = "replay")]
            Self::ReplayUnavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// When the sender should try again, for what may be otherwise by then. The default answer has
    /// it as `Retry-After`.
    ///
    /// For secrets it is what the provider asks for, between 5 seconds and 5 minutes, or else 30
    /// seconds. For the rest it is 5 seconds.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::receive::Rejection;
    ///
    /// assert_eq!(Rejection::BodyTooLarge.retry_after(), None);
    /// # #[cfg(feature = "replay")]
    /// assert_eq!(Rejection::InFlight.retry_after(), Some(Duration::from_secs(5)));
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            #[cfg(feature = "fetch")]
            Self::SecretsUnavailable { retry_after, .. } => {
                let (least, most) = PASSED_ON;
                Some(retry_after.map_or(SECRETS, |asked| asked.clamp(least, most)))
            }
            #[cfg(feature = "replay")]
            Self::InFlight | Self::ReplayUnavailable(_) => Some(Duration::from_secs(5)),
            _ => None,
        }
    }

    /// Answers with `on_rejection`, and tells the operator.
    pub(super) fn respond<B>(
        self,
        scheme: Scheme,
        on_rejection: &impl OnRejection<B>,
    ) -> Response<B> {
        let mut response = on_rejection.respond(&self);
        self.record(scheme, response.status());
        response.extensions_mut().insert(self);
        response
    }

    #[cfg(feature = "tracing")]
    fn record(&self, scheme: Scheme, status: StatusCode) {
        let reason: &dyn fmt::Display = match self {
            Self::Refused(error) => error,
            other => other,
        };
        tracing::warn!(
            target: "tower_webhook",
            scheme = scheme.name(),
            %reason,
            status = status.as_u16(),
            "webhook rejected",
        );
    }

    #[cfg(not(feature = "tracing"))]
    fn record(&self, _: Scheme, _: StatusCode) {}
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused(_) => "delivery could not be verified",
            Self::BodyTooLarge => "body is over the limit",
            Self::BodyFailed => "body could not be read",
            #[cfg(feature = "fetch")]
            Self::UnknownEndpoint => "endpoint is unknown",
            #[cfg(feature = "fetch")]
            Self::SecretsUnavailable { .. } => "secrets are not available",
            #[cfg(feature = "replay")]
            Self::Duplicate => "delivery was handled before",
            #[cfg(feature = "replay")]
            Self::InFlight => "delivery is being handled",
            #[cfg(feature = "replay")]
            Self::ReplayUnavailable(_) => "replay guard is not available",
        })
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}

/// Answers a request that was not let through.
///
/// Implemented for closures from `&Rejection` to a response, and by [`BareStatus`].
///
/// # Examples
///
/// The default answer, and a number for the metrics:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use http::Response;
/// use tower_webhook::{Scheme, WebhookLayer};
/// use tower_webhook::layer::{BareStatus, OnRejection};
/// use tower_webhook::receive::Rejection;
///
/// #[derive(Clone, Default)]
/// struct Counting(Arc<AtomicU64>);
///
/// impl<B: Default> OnRejection<B> for Counting {
///     fn respond(&self, rejection: &Rejection) -> Response<B> {
///         self.0.fetch_add(1, Ordering::Relaxed);
///         BareStatus.respond(rejection)
///     }
/// }
///
/// let counting = Counting::default();
/// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?).on_rejection(counting.clone());
/// # let _: Response<String> = counting.respond(&Rejection::BodyTooLarge);
/// # assert_eq!(counting.0.load(Ordering::Relaxed), 1);
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
pub trait OnRejection<B> {
    /// Makes the answer. The rejection is added to its extensions afterwards.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Response;
    /// use tower_webhook::layer::OnRejection as _;
    /// use tower_webhook::receive::Rejection;
    ///
    /// let telling = |rejection: &Rejection| Response::new(rejection.to_string());
    /// assert_eq!(telling.respond(&Rejection::BodyTooLarge).body(), "body is over the limit");
    /// ```
    fn respond(&self, rejection: &Rejection) -> Response<B>;
}

impl<F, B> OnRejection<B> for F
where
    F: Fn(&Rejection) -> Response<B>,
{
    fn respond(&self, rejection: &Rejection) -> Response<B> {
        self(rejection)
    }
}

/// The default answer: [`Rejection::status`], [`Rejection::retry_after`] and an empty body.
///
/// # Examples
///
/// ```
/// use http::{Response, StatusCode};
/// use tower_webhook::VerifyError;
/// use tower_webhook::layer::{BareStatus, OnRejection as _};
/// use tower_webhook::receive::Rejection;
///
/// let answer: Response<String> = BareStatus.respond(&Rejection::Refused(VerifyError::Mismatch));
/// assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
/// assert!(answer.body().is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct BareStatus;

impl<B> OnRejection<B> for BareStatus
where
    B: Default,
{
    fn respond(&self, rejection: &Rejection) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = rejection.status();
        if let Some(wait) = rejection.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, wait.as_secs().into());
        }
        response
    }
}
