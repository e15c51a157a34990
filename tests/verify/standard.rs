//! Deliveries of Standard Webhooks, signed as they stand, well formed or not.

use http::HeaderMap;
use tower_webhook::scheme::{Encoding, HeaderNames};
use tower_webhook::{Scheme, Secret, Verified, VerifyError};

use crate::support::{NOW, WHSEC, at, headers, verify};

pub(crate) const BODY: &[u8] = br#"{"hello":"world"}"#;

/// A delivery with this for its id and its timestamp, both signed as they stand.
pub(crate) fn claimed(id: &str, timestamp: &str) -> Result<Verified, VerifyError> {
    let signature = format!("v1,{}", standard_tag(id, timestamp, BODY));
    verify_standard(&standard(id, timestamp, &signature))
}

pub(crate) fn standard(id: &str, timestamp: &str, signature: &str) -> HeaderMap {
    headers(&[
        ("webhook-id", id),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", signature),
    ])
}

pub(crate) fn verify_standard(headers: &HeaderMap) -> Result<Verified, VerifyError> {
    verify(Scheme::STANDARD, headers, BODY)
}

pub(crate) fn standard_tag(id: &str, timestamp: &str, body: &[u8]) -> String {
    tag(Encoding::Base64, &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat())
}

/// Signs `content` as it stands, whatever the scheme would have signed.
pub(crate) fn tag(encoding: Encoding, content: &[u8]) -> String {
    const NAMES: &[HeaderNames] = &[HeaderNames::new("x")];
    let scheme = Scheme::custom("raw").headers(NAMES).encoding(encoding).try_build().unwrap();
    let signer = tower_webhook::Signer::new(scheme, Secret::whsec(WHSEC).unwrap()).unwrap();
    signer.sign(None, at(NOW), content).unwrap()["x"].to_str().unwrap().to_owned()
}
