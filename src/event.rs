//! Events for the operator, with the feature `tracing`; without it, these functions do nothing.

#[cfg(any(feature = "tower", feature = "tracing"))]
use std::error::Error;
#[cfg(feature = "tracing")]
use std::fmt;
#[cfg(feature = "tower")]
use std::fmt::Debug;
#[cfg(any(feature = "tower", feature = "tracing"))]
use std::fmt::Display;
#[cfg(feature = "tracing")]
use std::iter;

#[cfg(feature = "tower")]
use http::StatusCode;

#[cfg(feature = "tracing")]
use crate::text::one_line;

/// Who has to do something about a request that was answered without its handler.
#[cfg(feature = "tower")]
#[derive(Clone, Copy)]
pub(crate) enum Concern {
    /// The operator: `warn`.
    Operator,
    /// The sender, who may be anyone and send as much as they like: `info`.
    Sender,
    /// Nobody: `debug`.
    Nobody,
    /// The request is let through although it is not verified: `error`.
    LetThrough,
}

/// A request that was answered without its handler, or let through to it without being verified.
#[cfg(feature = "tower")]
#[cfg_attr(not(feature = "tracing"), expect(dead_code))]
pub(crate) struct Rejected<'r> {
    pub(crate) concern: Concern,
    pub(crate) scheme: &'r str,
    pub(crate) endpoint: Option<&'r str>,
    pub(crate) kind: &'r dyn Debug,
    pub(crate) reason: &'r dyn Error,
    pub(crate) seconds_off: Option<u64>,
    /// The names and layouts that were looked for.
    pub(crate) expected: Option<&'r dyn Display>,
    pub(crate) public_url: Option<&'r dyn Debug>,
    pub(crate) status: StatusCode,
}

#[cfg(feature = "tower")]
impl Rejected<'_> {
    /// Records it. An endpoint may be one that the sender has made up, so it is quoted; it is bounded
    /// by its type.
    #[cfg_attr(not(feature = "tracing"), expect(clippy::unused_self))]
    pub(crate) fn record(&self) {
        #[cfg(feature = "tracing")]
        {
            // The level of an event is part of its code.
            macro_rules! record {
                ($level:ident, $message:literal) => {
                    tracing::$level!(
                        target: "tower_webhook",
                        scheme = self.scheme,
                        endpoint = self.endpoint.map(tracing::field::debug),
                        kind = ?self.kind,
                        reason = %Chain(self.reason),
                        seconds_off = self.seconds_off,
                        expected = self.expected.map(tracing::field::display),
                        public_url = self.public_url.map(tracing::field::debug),
                        status = self.status.as_u16(),
                        $message,
                    )
                };
            }
            match self.concern {
                Concern::Operator => record!(warn, "webhook rejected"),
                Concern::Sender => record!(info, "webhook rejected"),
                Concern::Nobody => record!(debug, "webhook rejected"),
                Concern::LetThrough => record!(error, "webhook let through unverified"),
            }
        }
    }
}

/// A handshake that was answered, or refused for a reason.
#[cfg(feature = "tower")]
#[cfg_attr(not(feature = "tracing"), expect(dead_code))]
pub(crate) struct Handshaken<'r> {
    pub(crate) concern: Concern,
    pub(crate) scheme: &'r str,
    pub(crate) endpoint: Option<&'r str>,
    pub(crate) handshake: &'r str,
    /// Without a source, which may be about the secret.
    pub(crate) reason: Option<&'r dyn Error>,
    pub(crate) status: StatusCode,
}

#[cfg(feature = "tower")]
impl Handshaken<'_> {
    /// Records it. It shows neither a challenge nor a token.
    #[cfg_attr(not(feature = "tracing"), expect(clippy::unused_self))]
    pub(crate) fn record(&self) {
        #[cfg(feature = "tracing")]
        {
            // The level of an event is part of its code, and so is its message.
            macro_rules! record {
                ($level:ident, $message:literal) => {
                    tracing::$level!(
                        target: "tower_webhook",
                        scheme = self.scheme,
                        endpoint = self.endpoint.map(tracing::field::debug),
                        handshake = self.handshake,
                        reason = self.reason.map(tracing::field::display),
                        status = self.status.as_u16(),
                        $message,
                    )
                };
            }
            match (self.reason, self.concern) {
                (None, _) => record!(info, "handshake answered"),
                (Some(_), Concern::Operator) => record!(warn, "handshake refused"),
                (Some(_), _) => record!(info, "handshake refused"),
            }
        }
    }
}

/// The most causes of an error that are shown.
#[cfg(feature = "tracing")]
const MAX_CAUSES: usize = 8;

/// An error and its causes in one line, none of them too long, whoever has written it.
#[cfg(feature = "tracing")]
pub(crate) struct Chain<'e>(pub(crate) &'e dyn Error);

#[cfg(feature = "tracing")]
impl Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self.0, f)?;
        let causes = iter::successors(self.0.source(), |cause| (*cause).source());
        let mut causes = causes.take(MAX_CAUSES);
        causes.try_for_each(|cause| write!(f, ": {}", one_line(&cause.to_string())))
    }
}

/// Records that a delivery was verified, and by which of the secrets.
#[cfg(all(feature = "tower", feature = "tracing"))]
pub(crate) fn accepted(scheme: &str, endpoint: Option<&str>, secret: usize) {
    let endpoint = endpoint.map(tracing::field::debug);
    tracing::debug!(target: "tower_webhook", scheme, endpoint, secret, "webhook verified");
}

/// Records that nothing can ever be verified with what was set up.
#[cfg(all(feature = "receive", feature = "tracing"))]
pub(crate) fn misconfigured(scheme: &str, reason: &dyn Error) {
    let reason = Chain(reason);
    tracing::error!(target: "tower_webhook", scheme, %reason, "webhook receiver is misconfigured");
}

/// Records that an extractor found nothing from the layer in the request.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables))]
#[cfg(feature = "axum")]
pub(crate) fn layer_missing(error: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "tower_webhook", "{error}");
}

/// Records why a delivery was refused, in several lines.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables))]
#[cfg(all(feature = "diagnose", feature = "tower"))]
pub(crate) fn diagnosed(diagnosis: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: "tower_webhook", "webhook diagnosed: {diagnosis}");
}
