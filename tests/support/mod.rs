//! What several of the tests need.

#![allow(dead_code, clippy::unwrap_used)]

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use time::OffsetDateTime;
use tower_webhook::clock::ManualClock;
use tower_webhook::scheme::{HeaderNames, KeyFormat, Part};
use tower_webhook::{InvalidSecret, Scheme, Signer, Verified, Verifier, VerifyError};

/// The key that Standard Webhooks and Svix use in their documentation.
pub(crate) const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The time of all deliveries that do not have one of their own.
pub(crate) const NOW: i64 = 1_700_000_000;

/// As long as one provider has them all.
pub(crate) const ID: &str = "msg_2b7XQ0123456789abcdefghijklm";

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

/// What senders call, for the schemes that sign it.
pub(crate) const URL: &str = "https://hooks.example.com/hook?shop=1";

/// The demonstration pair of Svix.
pub(crate) const WHSK: &str =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
pub(crate) const WHPK: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

/// The pair of [RFC 6979, section A.2.5](https://www.rfc-editor.org/rfc/rfc6979#appendix-A.2.5).
pub(crate) const P256_PRIVATE: &str =
    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
pub(crate) const P256_PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==";

/// A secret of the shape that the scheme's provider prints.
pub(crate) fn secret(scheme: Scheme) -> &'static str {
    match scheme.key_format() {
        KeyFormat::Whsec
        | KeyFormat::VersionedWhsec
        | KeyFormat::WhsecOrUtf8
        | KeyFormat::WhsecAndUtf8 => WHSEC,
        KeyFormat::Hex | KeyFormat::Utf8OrHex => "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6",
        KeyFormat::Base64 => "c2VjcmV0LXNlY3JldA==",
        KeyFormat::PublicKeyBase64 => WHPK.trim_start_matches("whpk_"),
        KeyFormat::PublicKeyDer => P256_PUBLIC,
        KeyFormat::PublicKeyHex => {
            "d52880e28f61caa4c2a48a82e55f4751a92289a78009ea9f6532270c16ce8abe"
        }
        _ => "It's a Secret to Everybody",
    }
}

/// The presets whose algorithm is compiled in.
pub(crate) fn presets() -> impl Iterator<Item = Scheme> {
    Scheme::ALL.iter().copied().filter(|scheme| is_compiled_in(*scheme))
}

/// Those of which every byte of the body counts, as it is.
pub(crate) fn bytewise() -> impl Iterator<Item = Scheme> {
    presets().filter(|scheme| {
        let signed = scheme.signed();
        signed.contains(&Part::Body) || signed.contains(&Part::Digest)
    })
}

pub(crate) fn is_compiled_in(scheme: Scheme) -> bool {
    !matches!(scheme.verifier(secret(scheme)), Err(InvalidSecret::MissingFeature(_)))
}

/// A verifier that believes it is [`NOW`].
pub(crate) fn verifier(scheme: Scheme) -> Verifier {
    let verifier = scheme.verifier(secret(scheme)).unwrap().clock(ManualClock::new(at(NOW)));
    verifier.public_url("https://hooks.example.com").unwrap()
}

/// Those of the signed headers that a verifier reads.
pub(crate) fn read(
    scheme: Scheme,
    headers: &HeaderMap,
) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
    let fixed = move |name: &HeaderName| {
        let mut all = scheme.headers().iter().flat_map(HeaderNames::fixed_headers);
        all.any(|(fixed, _)| name == fixed)
    };
    headers.iter().filter(move |(name, _)| !fixed(name))
}

/// A request to [`URL`] as it arrives.
pub(crate) fn request(headers: &HeaderMap) -> Parts {
    let (mut parts, ()) = Request::post("/hook?shop=1").body(()).unwrap().into_parts();
    parts.headers = headers.clone();
    parts
}

pub(crate) fn verify(
    scheme: Scheme,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Verified, VerifyError> {
    verifier(scheme).verify(&request(headers), body)
}

/// What signs for [`verifier`].
pub(crate) fn signer(scheme: Scheme) -> Signer {
    #[cfg(feature = "ed25519")]
    if scheme.algorithm() == tower_webhook::scheme::Algorithm::Ed25519 {
        return Signer::new(scheme, tower_webhook::Secret::whsk(WHSK).unwrap()).unwrap();
    }
    #[cfg(feature = "p256")]
    if scheme.algorithm() == tower_webhook::scheme::Algorithm::EcdsaP256 {
        let key = tower_webhook::Secret::p256_private(&hex::decode(P256_PRIVATE).unwrap()).unwrap();
        return Signer::new(scheme, key).unwrap();
    }
    scheme.signer(secret(scheme)).unwrap()
}

/// The headers of a good delivery at [`NOW`].
pub(crate) fn sign(scheme: Scheme, body: &[u8]) -> HeaderMap {
    signer(scheme).request(URL, ID, at(NOW), body).unwrap().into_parts().0.headers
}
