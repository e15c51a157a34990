//! What several of the tests need.

#![allow(dead_code, clippy::unwrap_used)]

use http::{HeaderMap, HeaderName, HeaderValue};
use time::OffsetDateTime;
use tower_webhook::{KeyFormat, Scheme, Verifier};

/// The key that Standard Webhooks and Svix use in their documentation.
pub(crate) const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The time of all deliveries that do not have one of their own.
pub(crate) const NOW: i64 = 1_700_000_000;

pub(crate) const ID: &str = "msg_2b7XQ";

pub(crate) fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap()
}

/// Headers with repetitions, in order.
pub(crate) fn headers<N: AsRef<str>, V: AsRef<[u8]>>(pairs: &[(N, V)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::from_bytes(name.as_ref().as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_bytes(value.as_ref()).unwrap());
    }
    headers
}

/// A secret of the shape that the scheme's provider prints.
pub(crate) fn secret(scheme: Scheme) -> &'static str {
    match scheme.key_format() {
        KeyFormat::Whsec => WHSEC,
        KeyFormat::Hex | KeyFormat::Utf8OrHex => "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6",
        KeyFormat::Base64 => "c2VjcmV0LXNlY3JldA==",
        _ => "It's a Secret to Everybody",
    }
}

/// A verifier that believes it is [`NOW`].
pub(crate) fn verifier(scheme: Scheme) -> Verifier {
    scheme.verifier(secret(scheme)).unwrap().clock(|| at(NOW))
}

/// The headers of a good delivery at [`NOW`].
pub(crate) fn sign(scheme: Scheme, body: &[u8]) -> HeaderMap {
    scheme.signer(secret(scheme)).unwrap().sign(ID, at(NOW), body).unwrap()
}
