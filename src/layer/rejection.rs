//! Why a request was not let through, and the answer to it.

use std::error::Error;
use std::fmt;

use http::{Response, StatusCode};

use crate::{Scheme, VerifyError};

/// Why a request was not let through to the service.
///
/// It is among the extensions of the response, for the operator and for middleware around the
/// layer. It holds nothing that came from the request.
///
/// # Examples
///
/// ```
/// use http::StatusCode;
/// use tower_webhook::{Rejection, VerifyError};
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
}

impl Rejection {
    /// The status of the default answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refused(error) if error.is_setup() => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Refused(_) => StatusCode::UNAUTHORIZED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyFailed => StatusCode::BAD_REQUEST,
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
        })
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused(error) => Some(error),
            Self::BodyTooLarge | Self::BodyFailed => None,
        }
    }
}

/// Answers a request that was not let through.
///
/// Implemented for closures from `&Rejection` to a response, and by [`BareStatus`].
pub trait OnRejection<B> {
    /// Makes the answer. The rejection is added to its extensions afterwards.
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

/// The default answer: [`Rejection::status`] and an empty body.
#[derive(Clone, Copy, Debug, Default)]
pub struct BareStatus;

impl<B> OnRejection<B> for BareStatus
where
    B: Default,
{
    fn respond(&self, rejection: &Rejection) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = rejection.status();
        response
    }
}
