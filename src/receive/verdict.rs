//! The verdict on a delivery as the labels of a metric: few words, none of a stranger.

#[cfg(feature = "tower")]
use std::time::Duration;

use crate::error::{Field, VerifyError};
#[cfg(feature = "tower")]
use crate::metering::judged;
use crate::receive::rejection::{Refusal, Rejection, RejectionKind};

/// Who has to act on it, and the reason.
pub(super) fn labels(verdict: Result<(), &Rejection>) -> (&'static str, &'static str) {
    let Err(rejection) = verdict else { return ("verified", "none") };
    let kind = rejection.kind();
    let verdict = match kind {
        RejectionKind::Duplicate | RejectionKind::InFlight => "repeated",
        RejectionKind::HandshakeAnswered => "handshake",
        RejectionKind::HandshakeRefused(Refusal::NotConfigured) => "failed",
        _ if rejection.status().is_server_error() => "failed",
        _ => "refused",
    };
    (verdict, reason(kind))
}

/// Counts what was refused before anything of it was judged.
#[cfg(feature = "tower")]
pub(crate) fn count_at_once(scheme: &'static str, rejection: &Rejection) {
    let (verdict, reason) = labels(Err(rejection));
    judged(scheme, verdict, reason, Duration::ZERO);
}

fn reason(kind: RejectionKind) -> &'static str {
    match kind {
        RejectionKind::Unverified(error) => unverified(error),
        RejectionKind::BodyTooLarge => "body_too_large",
        RejectionKind::BodyFailed => "body_failed",
        RejectionKind::UnknownEndpoint => "unknown_endpoint",
        RejectionKind::SecretsUnavailable => "secrets_unavailable",
        RejectionKind::Duplicate => "duplicate",
        RejectionKind::InFlight => "in_flight",
        RejectionKind::Overloaded => "overloaded",
        RejectionKind::ReplayUnavailable => "replay_unavailable",
        RejectionKind::HandshakeAnswered => "handshake_answered",
        RejectionKind::HandshakeRefused(refusal) => match refusal {
            Refusal::Token => "handshake_token",
            Refusal::Challenge => "handshake_challenge",
            Refusal::Closed => "handshake_closed",
            Refusal::NotKept => "handshake_not_kept",
            Refusal::NotConfigured => "handshake_not_configured",
        },
    }
}

fn unverified(error: VerifyError) -> &'static str {
    match error {
        VerifyError::Missing(Field::Id) => "missing_id",
        VerifyError::Missing(Field::Path) => "missing_path",
        VerifyError::Missing(Field::Signature) => "missing_signature",
        VerifyError::Missing(Field::Timestamp) => "missing_timestamp",
        VerifyError::Repeated(Field::Id) => "repeated_id",
        VerifyError::Repeated(Field::Path) => "repeated_path",
        VerifyError::Repeated(Field::Signature) => "repeated_signature",
        VerifyError::Repeated(Field::Timestamp) => "repeated_timestamp",
        VerifyError::Malformed(Field::Id) => "malformed_id",
        VerifyError::Malformed(Field::Path) => "malformed_path",
        VerifyError::Malformed(Field::Signature) => "malformed_signature",
        VerifyError::Malformed(Field::Timestamp) => "malformed_timestamp",
        VerifyError::TooManySignatures => "too_many_signatures",
        VerifyError::TooManyFields => "too_many_fields",
        VerifyError::UnsupportedVersion => "unsupported_version",
        VerifyError::TimestampTooOld => "timestamp_too_old",
        VerifyError::TimestampTooNew => "timestamp_too_new",
        VerifyError::Mismatch => "mismatch",
        VerifyError::NeedsRequest => "needs_request",
        VerifyError::NeedsPublicUrl => "needs_public_url",
        VerifyError::NeedsWholeBody => "needs_whole_body",
    }
}
