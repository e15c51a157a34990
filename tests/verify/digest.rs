//! The digest of a body as a signed part: each way to verify sees the same.

use tower_webhook::clock::ManualClock;
use tower_webhook::scheme::{HeaderNames, Layout, Part};
use tower_webhook::{Scheme, Secret, Verifier, VerifyError};

use crate::support::{NOW, at, request};

const BODY: &[u8] = br#"{"hello":"world"}"#;

/// With something on both sides.
const AMID: Scheme = Scheme::custom("amid")
    .headers(&[HeaderNames::new("x-signature").timestamp("x-time")])
    .layout(Layout::bare_list(','))
    .signed(&[Part::Literal("<"), Part::Digest, Part::Timestamp])
    .build();

fn verifier(scheme: Scheme) -> Verifier {
    scheme.verifier("YQ==").unwrap().clock(ManualClock::new(at(NOW)))
}

#[test]
fn pieces_and_the_whole_body_have_one_digest() {
    for scheme in [AMID, Scheme::RIPPLE_COLLECTIONS] {
        let signer = scheme.signer("YQ==").unwrap();
        let sent = signer.sign(None, at(NOW), BODY).unwrap();
        let older = scheme.verifier("Yg==").unwrap().clock(ManualClock::new(at(NOW)));
        let both = older.add_secret(scheme.secret("YQ==").unwrap()).unwrap();
        for verifier in [verifier(scheme), both] {
            for size in [1, 3, BODY.len()] {
                let mut begun = verifier.begin(&sent).unwrap();
                BODY.chunks(size).for_each(|chunk| begun.update(chunk));
                assert!(begun.finish().is_ok(), "{scheme:?} {size}");
            }
            assert!(verifier.verify(&sent, BODY).is_ok(), "{scheme:?}");
            let digest = b"93a23971a914e5eacbf0a8d25154cda309c3c1c72fbb9914d47c60f3cb681588";
            for other in [&b""[..], b"{}", &BODY[1..], digest] {
                assert_eq!(verifier.verify(&sent, other).unwrap_err(), VerifyError::Mismatch);
                let mut begun = verifier.begin(&sent).unwrap();
                begun.update(other);
                assert_eq!(begun.finish().unwrap_err(), VerifyError::Mismatch);
            }
        }
        let empty = signer.sign(None, at(NOW), b"").unwrap();
        assert!(verifier(scheme).verify(&empty, b"").is_ok());
        assert!(verifier(scheme).begin(&empty).unwrap().finish().is_ok());
    }
}

#[test]
fn each_secret_signs_the_digest() {
    let signer = AMID.signer("YQ==").unwrap().add_secret(Secret::utf8("b").unwrap()).unwrap();
    let sent = signer.sign(None, at(NOW), BODY).unwrap();
    for secret in ["YQ==", "b"] {
        let verifier = AMID.verifier(secret).unwrap().clock(ManualClock::new(at(NOW)));
        assert!(verifier.verify(&sent, BODY).is_ok());
    }
}

#[test]
fn a_digest_is_verified_with_each_reading_of_a_url() {
    const CALLED: Scheme = Scheme::custom("called")
        .headers(&[HeaderNames::new("x-signature")])
        .signed(&[Part::Digest, Part::Literal("\n"), Part::Url])
        .build();
    let signer = CALLED.signer("YQ==").unwrap();
    let sent = signer.request("https://hooks.example.com", None, at(NOW), BODY).unwrap();
    let mut parts = request(sent.headers());
    parts.uri = "/".parse().unwrap();
    let verifier = verifier(CALLED).public_url("https://hooks.example.com").unwrap();
    assert!(verifier.verify(&parts, BODY).is_ok());
    assert_eq!(verifier.verify(&parts, b"{}").unwrap_err(), VerifyError::Mismatch);
    let mut begun = verifier.begin(&parts).unwrap();
    begun.update(BODY);
    assert!(begun.finish().is_ok());
}
