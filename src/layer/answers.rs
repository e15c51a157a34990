//! What a layer does about a request that is no verified delivery.

use std::error::Error;

use http::Response;
use http::request::Parts;

use crate::error::VerifyError;
use crate::event::{Concern, Handshaken, Rejected};
use crate::fetch::endpoint::EndpointId;
use crate::layer::diagnosing::Diagnosing;
use crate::layer::handshake::OnHandshake;
use crate::layer::on_rejection::{OnRejection, Refused};
use crate::receive::frames::Frames;
use crate::receive::receiver::Receiver;
use crate::receive::rejection::{Refusal, Rejection, RejectionKind};
use crate::scheme::expected::Expected;

/// How a layer answers, and whom it tells.
pub(super) struct Answers<R, P, H> {
    pub(super) on_rejection: R,
    pub(super) on_handshake: H,
    pub(super) diagnosing: Diagnosing,
    pub(super) report_only: Option<ReportOnly<P>>,
}

/// Makes the body of a request that is let through although it is not verified. Without one, none is.
pub(super) type ReportOnly<P> = fn(Frames) -> P;

/// Stands for the name of a scheme where the selector has found none.
pub(super) const NO_SCHEME: &str = "none";

/// Whose delivery it is, as far as is known.
pub(super) type Whose<'a> = (Option<&'a Receiver>, Option<&'a EndpointId>);

fn scheme_name(receiver: Option<&Receiver>) -> &'static str {
    receiver.map_or(NO_SCHEME, |receiver| receiver.scheme().name())
}

impl<R, P, H> Answers<R, P, H> {
    /// What makes the body, if the request is let through: in this mode, every one that could not be
    /// verified, for whatever reason.
    pub(super) fn report_only(&self, rejection: &Rejection) -> Option<ReportOnly<P>> {
        self.report_only.filter(|_| {
            matches!(
                rejection.kind(),
                RejectionKind::Unverified(_)
                    | RejectionKind::UnknownEndpoint
                    | RejectionKind::SecretsUnavailable
            )
        })
    }

    /// Answers a request that is rejected, or a handshake.
    pub(super) fn respond<B>(
        &self,
        whose: Whose<'_>,
        parts: &Parts,
        rejection: Rejection,
    ) -> Response<B>
    where
        R: OnRejection<B>,
        H: OnHandshake<B>,
    {
        if let Some(handshake) = rejection.handshake_name() {
            return self.respond_handshake(whose, parts, handshake, rejection);
        }
        let concern = match rejection.kind() {
            RejectionKind::Duplicate | RejectionKind::InFlight => Concern::Nobody,
            _ if rejection.status().is_server_error() => Concern::Operator,
            _ => Concern::Sender,
        };
        self.report(concern, whose, parts, rejection)
    }

    fn respond_handshake<B>(
        &self,
        (receiver, endpoint): Whose<'_>,
        parts: &Parts,
        handshake: &'static str,
        rejection: Rejection,
    ) -> Response<B>
    where
        R: OnRejection<B>,
        H: OnHandshake<B>,
    {
        let answer = rejection.handshake_answer();
        let mut response = answer
            .and_then(|answer| self.on_handshake.respond(answer))
            .unwrap_or_else(|| self.on_rejection.respond(&Refused::new(&rejection, parts)));
        let kind = rejection.kind();
        // Without what went wrong with a secret that was to be kept.
        let bare = Rejection::from(kind);
        Handshaken {
            concern: match kind {
                RejectionKind::HandshakeRefused(Refusal::NotConfigured | Refusal::NotKept) => {
                    Concern::Operator
                }
                _ => Concern::Sender,
            },
            scheme: scheme_name(receiver),
            endpoint: endpoint.map(EndpointId::as_str),
            handshake,
            reason: answer.is_none().then_some(&bare),
            status: response.status(),
        }
        .record();
        response.extensions_mut().insert(rejection);
        response
    }

    pub(super) fn report<B>(
        &self,
        concern: Concern,
        (receiver, endpoint): Whose<'_>,
        parts: &Parts,
        rejection: Rejection,
    ) -> Response<B>
    where
        R: OnRejection<B>,
    {
        let mut response = self.on_rejection.respond(&Refused::new(&rejection, parts));
        let kind = rejection.kind();
        // Without what went wrong with a body, which is a stranger's text.
        let bare = Rejection::from(kind);
        let reason: &dyn Error = match &kind {
            RejectionKind::Unverified(error) => error,
            _ if rejection.status().is_server_error() => &rejection,
            _ => &bare,
        };
        // What is public of the receiver, where it helps.
        let scheme = receiver.map(Receiver::scheme);
        let expected = match kind {
            RejectionKind::Unverified(
                VerifyError::Mismatch | VerifyError::TimestampTooOld | VerifyError::TimestampTooNew,
            ) => None,
            RejectionKind::Unverified(_) => scheme.map(Expected),
            _ => None,
        };
        let verifier = match kind {
            RejectionKind::Unverified(_) if scheme.is_some_and(|it| it.signs_request()) => {
                receiver.and_then(Receiver::verifier)
            }
            _ => None,
        };
        let public_url = verifier.as_ref().and_then(|verifier| verifier.signed_url());
        Rejected {
            concern,
            expected: expected.as_ref().map(|it| it as _),
            public_url: public_url.map(|it| it as _),
            scheme: scheme_name(receiver),
            endpoint: endpoint.map(EndpointId::as_str),
            kind: &kind,
            reason,
            seconds_off: rejection.seconds_off(),
            status: response.status(),
        }
        .record();
        response.extensions_mut().insert(rejection);
        response
    }
}

/// Not derived, because that would ask for bodies that can be cloned.
impl<R, P, H> Clone for Answers<R, P, H>
where
    R: Clone,
    H: Clone,
{
    fn clone(&self) -> Self {
        Self {
            on_rejection: self.on_rejection.clone(),
            on_handshake: self.on_handshake.clone(),
            diagnosing: self.diagnosing.clone(),
            report_only: self.report_only,
        }
    }
}
