//! What users may rely on without reading the fields.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::panic::{RefUnwindSafe, UnwindSafe};

use tower_webhook::clock::{Clock, ManualClock, SystemClock};
use tower_webhook::scheme::{
    Algorithm, Encoding, Evidence, Handshake, HandshakeBuilder, HeaderNames, InvalidHandshake,
    InvalidScheme, Is, KeyFormat, Layout, Part, Place, Reply, Retries, Say, SchemeBuilder,
    TimestampFormat, UnknownScheme,
};
use tower_webhook::sign::SignError;
use tower_webhook::verify::InvalidPublicUrl;
use tower_webhook::{
    Field, Head, InvalidSecret, Scheme, Secret, Signer, Tolerance, Verification, Verified,
    Verifier, VerifyError,
};

fn shared<T: Send + Sync + Unpin + 'static>() {}
fn unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
fn copy<T: Copy>() {}
fn clone<T: Clone>() {}
fn error<T: std::error::Error + Send + Sync + 'static>() {}
fn hash<T: std::hash::Hash + Eq>() {}

#[test]
fn everything_can_be_shared_between_threads() {
    shared::<Scheme>();
    shared::<SchemeBuilder>();
    shared::<HeaderNames>();
    shared::<Handshake>();
    shared::<HandshakeBuilder>();
    shared::<Layout>();
    shared::<Part>();
    shared::<Secret>();
    shared::<Verifier>();
    shared::<Verification>();
    shared::<Verified>();
    shared::<Signer>();
    shared::<Tolerance>();
    shared::<SystemClock>();
    shared::<ManualClock>();
    shared::<Head<'static>>();
    shared::<SignError>();
    shared::<InvalidPublicUrl>();
    shared::<std::sync::Arc<dyn Clock>>();
    shared::<InvalidHandshake>();
    shared::<InvalidScheme>();
    shared::<UnknownScheme>();
    shared::<InvalidSecret>();
    shared::<VerifyError>();
    unwind_safe::<Secret>();
    unwind_safe::<Scheme>();
    unwind_safe::<Verified>();
    unwind_safe::<Signer>();
    unwind_safe::<Tolerance>();
    unwind_safe::<ManualClock>();
    unwind_safe::<InvalidSecret>();
    unwind_safe::<SignError>();
    unwind_safe::<VerifyError>();
}

#[test]
fn data_is_copy_and_state_is_clone() {
    copy::<Scheme>();
    copy::<HeaderNames>();
    copy::<Handshake>();
    copy::<HandshakeBuilder>();
    copy::<Place>();
    copy::<Is>();
    copy::<Reply>();
    copy::<Say>();
    copy::<Layout>();
    copy::<Part>();
    copy::<Algorithm>();
    copy::<Encoding>();
    copy::<Evidence>();
    copy::<Head<'_>>();
    copy::<InvalidPublicUrl>();
    copy::<SignError>();
    copy::<KeyFormat>();
    copy::<Retries>();
    copy::<TimestampFormat>();
    copy::<Tolerance>();
    copy::<VerifyError>();
    hash::<VerifyError>();
    hash::<Field>();
    hash::<SignError>();
    clone::<Secret>();
    clone::<Verifier>();
    clone::<Verified>();
    clone::<Signer>();
}

#[test]
fn errors_are_errors_of_one_level_in_lower_case() {
    error::<InvalidHandshake>();
    error::<InvalidScheme>();
    error::<UnknownScheme>();
    error::<InvalidSecret>();
    error::<InvalidPublicUrl>();
    error::<SignError>();
    error::<VerifyError>();
    let fields = [Field::Id, Field::Signature, Field::Timestamp];
    let mut shown: Vec<String> = [
        InvalidSecret::Empty,
        InvalidSecret::SurroundingWhitespace,
        InvalidSecret::MissingPrefix,
        InvalidSecret::AsymmetricKey,
        InvalidSecret::VersionedEntry,
        InvalidSecret::NotBase64,
        InvalidSecret::NotHex,
        InvalidSecret::TooManySecrets,
        InvalidSecret::SingleSignature,
        InvalidSecret::MissingFeature("sha1"),
    ]
    .map(|error| error.to_string())
    .into();
    shown.extend(fields.map(|field| VerifyError::Missing(field).to_string()));
    shown.extend(fields.map(|field| VerifyError::Repeated(field).to_string()));
    shown.extend(fields.map(|field| VerifyError::Malformed(field).to_string()));
    shown.extend(
        [
            VerifyError::TooManySignatures,
            VerifyError::UnsupportedVersion,
            VerifyError::TimestampTooOld,
            VerifyError::TimestampTooNew,
            VerifyError::Mismatch,
            VerifyError::NeedsRequest,
            VerifyError::NeedsPublicUrl,
        ]
        .map(|error| error.to_string()),
    );
    shown.extend(
        [
            SignError::MissingId,
            SignError::InvalidId,
            SignError::InvalidTimestamp,
            SignError::NeedsUrl,
            SignError::InvalidUrl,
        ]
        .map(|error| error.to_string()),
    );
    let square = Scheme::SQUARE.verifier("signature key").unwrap();
    let invalid: InvalidPublicUrl = square.public_url("").unwrap_err();
    shown.push(invalid.to_string());
    let square = Scheme::SQUARE.verifier("signature key").unwrap();
    shown.push(square.exact_url("").unwrap_err().to_string());
    for text in &shown {
        assert!(text.starts_with(|first: char| !first.is_uppercase()), "{text}");
        assert!(!text.ends_with('.'), "{text}");
    }
    shown.sort();
    shown.dedup();
    assert_eq!(shown.len(), 33, "two errors read the same");
}

#[cfg(feature = "diagnose")]
#[test]
fn a_doctor_can_be_shared() {
    use tower_webhook::diagnose::{Diagnosis, Doctor, Finding};

    shared::<Doctor>();
    clone::<Doctor>();
    shared::<Diagnosis>();
    clone::<Diagnosis>();
    shared::<Finding>();
    clone::<Finding>();
    unwind_safe::<Finding>();
}

#[cfg(feature = "receive")]
mod receive {
    use tower_webhook::receive::{
        Delivery, HandshakeAnswer, Incoming, NewSecret, Opening, Refusal, Registration, Rejection,
        RejectionKind,
    };
    use tower_webhook::{Field, Receiver, VerifyError};

    use super::{clone, copy, error, shared};

    #[test]
    fn a_delivery_can_go_to_another_thread_at_each_step() {
        shared::<Receiver>();
        shared::<Incoming>();
        shared::<Delivery>();
        shared::<Rejection>();
        shared::<HandshakeAnswer>();
        shared::<NewSecret>();
        shared::<Opening>();
        shared::<Registration>();
        clone::<Opening>();
        clone::<Registration>();
        copy::<Refusal>();
        clone::<Receiver>();
        clone::<Rejection>();
        copy::<RejectionKind>();
        error::<Rejection>();
    }

    #[test]
    fn a_rejection_is_of_one_level_in_lower_case() {
        let kinds = [
            RejectionKind::Unverified(VerifyError::Missing(Field::Signature)),
            RejectionKind::BodyTooLarge,
            RejectionKind::BodyFailed,
            RejectionKind::UnknownEndpoint,
            RejectionKind::SecretsUnavailable,
            RejectionKind::Duplicate,
            RejectionKind::InFlight,
            RejectionKind::ReplayUnavailable,
            RejectionKind::HandshakeAnswered,
            RejectionKind::HandshakeRefused(Refusal::Token),
            RejectionKind::HandshakeRefused(Refusal::Challenge),
            RejectionKind::HandshakeRefused(Refusal::Closed),
            RejectionKind::HandshakeRefused(Refusal::NotKept),
            RejectionKind::HandshakeRefused(Refusal::NotConfigured),
        ];
        let mut shown = kinds.map(|kind| Rejection::from(kind).to_string());
        for text in &shown {
            assert!(text.starts_with(|first: char| first.is_lowercase()), "{text}");
            assert!(!text.ends_with('.') && !text.contains("missing"), "{text}");
        }
        shown.sort();
        assert!(shown.windows(2).all(|pair| pair[0] != pair[1]), "{shown:?}");
    }
}

#[cfg(feature = "tower")]
mod layer {
    use std::convert::Infallible;

    use http::{Request, Response};
    use http_body_util::Full;
    use hyper::body::Bytes;
    use tower::util::BoxCloneSyncService;
    use tower_webhook::WebhookLayer;
    use tower_webhook::layer::{
        AnswersHandshake, BareStatus, NoHandshake, Refused, ResponseFuture, UnverifiedBody,
        VerifiedBody, Webhook,
    };

    use super::{clone, copy, shared};

    type Body = Full<Bytes>;
    type Inner = BoxCloneSyncService<Request<VerifiedBody>, Response<Body>, Infallible>;

    fn sent<T: Send + Unpin + 'static>() {}

    #[test]
    fn the_layer_adds_no_bounds_of_its_own() {
        shared::<WebhookLayer>();
        shared::<Webhook<Inner>>();
        shared::<VerifiedBody>();
        shared::<UnverifiedBody>();
        shared::<BareStatus>();
        shared::<Refused<'static>>();
        copy::<BareStatus>();
        copy::<NoHandshake>();
        copy::<AnswersHandshake>();
        copy::<Refused<'_>>();
        clone::<WebhookLayer>();
        clone::<WebhookLayer<BareStatus, UnverifiedBody>>();
        clone::<Webhook<Inner>>();
        sent::<ResponseFuture<Result<Response<Body>, Infallible>>>();
        // Neither the inner service nor its rejections need to be `Debug` or `Default` to exist.
        struct Plain;
        let _: Option<Webhook<Plain, Plain>> = None;
    }
}

#[cfg(feature = "replay")]
mod replay {
    use tower_webhook::replay::{
        Claim, Claimed, Lease, MemoryReplayGuard, MemoryReplayGuardBuilder, Replay, ReplayError,
        ReplayErrorKind, ReplayGuard, ReplayKey, WhenFull,
    };

    use super::{clone, copy, error, hash, shared};

    fn guard<T: ReplayGuard>() {}

    #[test]
    fn guards_can_be_shared_and_leases_cannot_be_doubled() {
        guard::<MemoryReplayGuard>();
        guard::<std::sync::Arc<MemoryReplayGuard>>();
        shared::<MemoryReplayGuard>();
        shared::<Claim>();
        shared::<Claimed>();
        shared::<Replay>();
        clone::<Claimed>();
        clone::<Replay>();
        shared::<Lease>();
        shared::<ReplayKey>();
        copy::<ReplayKey>();
        copy::<ReplayErrorKind>();
        copy::<WhenFull>();
        hash::<ReplayKey>();
        hash::<ReplayErrorKind>();
        clone::<MemoryReplayGuardBuilder>();
        error::<ReplayError>();
        assert_eq!(format!("{:?}", Lease::random().unwrap()), "Lease(..)");
    }

    #[test]
    fn errors_are_of_one_level_in_lower_case() {
        let kinds =
            [ReplayErrorKind::Unavailable, ReplayErrorKind::Full, ReplayErrorKind::LeaseLost];
        let shown = kinds.map(|kind| ReplayError::new(kind).with_source("below").to_string());
        for text in &shown {
            assert!(text.starts_with(|first: char| first.is_lowercase()), "{text}");
            assert!(!text.ends_with('.') && !text.contains("below"), "{text}");
        }
        assert!(shown[0] != shown[1] && shown[1] != shown[2] && shown[0] != shown[2]);
    }

    #[cfg(feature = "redis")]
    #[test]
    fn the_guard_in_redis_is_a_guard_over_any_connection() {
        use tower_webhook::replay::{RedisReplayGuard, RedisReplayGuardBuilder};

        guard::<RedisReplayGuard>();
        guard::<RedisReplayGuard<redis::cluster_async::ClusterConnection>>();
        guard::<RedisReplayGuard<redis::aio::MultiplexedConnection>>();
        clone::<RedisReplayGuardBuilder>();
    }
}

#[cfg(feature = "fetch")]
mod secrets {
    use tower_webhook::fetch::{
        CacheHealth, Endpoint, EndpointId, FetchError, FetchErrorKind, InvalidEndpointId,
        SecretCache, SecretCacheBuilder,
    };

    use super::{clone, copy, error, hash, shared};

    struct Fetcher;

    #[test]
    fn a_cache_is_shared_whatever_fetches() {
        shared::<SecretCache<Fetcher>>();
        shared::<SecretCacheBuilder<Fetcher>>();
        clone::<SecretCache<Fetcher>>();
        copy::<CacheHealth>();
        shared::<Endpoint>();
        clone::<Endpoint>();
        shared::<EndpointId>();
        hash::<EndpointId>();
        copy::<FetchErrorKind>();
        hash::<FetchErrorKind>();
        clone::<FetchError>();
        error::<FetchError>();
        error::<InvalidEndpointId>();
    }

    #[test]
    fn fetch_errors_are_of_one_level_in_lower_case() {
        let kinds = [
            FetchErrorKind::NotFound,
            FetchErrorKind::Denied,
            FetchErrorKind::Precondition,
            FetchErrorKind::Timeout,
            FetchErrorKind::Unavailable,
            FetchErrorKind::Malformed,
        ];
        for kind in kinds {
            let error = FetchError::new(kind).with_message("Nothing here.").with_source("inner");
            for text in [kind.to_string(), error.to_string()] {
                assert!(text.starts_with(|first: char| first.is_lowercase()), "{text}");
                assert!(!text.ends_with('.') && !text.contains("inner"), "{text}");
            }
        }
    }

    #[cfg(all(feature = "velt", feature = "spaaza"))]
    #[test]
    fn providers_are_shared() {
        use tower_webhook::fetch::{Client, InvalidClient, Spaaza, Velt};

        shared::<Client>();
        clone::<Client>();
        shared::<Velt>();
        shared::<Spaaza>();
        clone::<Velt>();
        clone::<Spaaza>();
        copy::<InvalidClient>();
        error::<InvalidClient>();
    }
}
