//! ECDSA: of a whole body and of a stream, with one key and several, and written in special ways.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use tower_webhook::scheme::{Algorithm, Encoding, HeaderNames, Layout};
use tower_webhook::{Field, InvalidSecret, Scheme, Secret, Signer, Verifier, VerifyError};

use crate::support::{
    NOW, P256_PRIVATE, P256_PUBLIC, at, headers, presets, sign, signer, verifier, verify,
};

const BODY: &[u8] = b"[{\"email\":\"example@test.com\"}]\r\n";

/// The public key of SendGrid's published vector.
pub(crate) const PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==";

const NAME: &str = "x-twilio-email-event-webhook-signature";

fn with(signature: &str) -> HeaderMap {
    let mut sent = sign(Scheme::SENDGRID, BODY);
    sent.insert(NAME, signature.parse().unwrap());
    sent
}

// RFC 6979, section A.2.5.
#[test]
fn signing_is_deterministic() {
    const BARE: Scheme = Scheme::custom("bare")
        .headers(&[HeaderNames::new("signature")])
        .algorithm(Algorithm::EcdsaP256)
        .build();
    let sent = signer(BARE).sign(None, at(NOW), b"sample").unwrap();
    assert_eq!(
        sent["signature"],
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
         f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    );
    let verifier = Verifier::new(BARE, Scheme::CIRCLE.secret(P256_PUBLIC).unwrap()).unwrap();
    assert!(verifier.verify(&sent, b"sample").is_ok());
    assert_eq!(verifier.verify(&sent, b"test").unwrap_err(), VerifyError::Mismatch);
}

#[test]
fn a_stream_needs_no_whole_body() {
    let sent = sign(Scheme::SENDGRID, BODY);
    for size in 1..=BODY.len() {
        let mut verification = verifier(Scheme::SENDGRID).begin(&sent).unwrap();
        BODY.chunks(size).for_each(|chunk| verification.update(chunk));
        assert!(verification.finish().is_ok());
    }
    let mut verification = verifier(Scheme::SENDGRID).begin(&sent).unwrap();
    // Without the line break, which is signed too.
    verification.update(&BODY[..BODY.len() - 2]);
    assert_eq!(verification.finish().unwrap_err(), VerifyError::Mismatch);
}

#[test]
fn keys_can_be_rotated() {
    let sent = sign(Scheme::SENDGRID, BODY);
    let own = || Scheme::SENDGRID.secret(P256_PUBLIC).unwrap();
    let verifier = Scheme::SENDGRID.verifier(PUBLIC).unwrap().add_secret(own()).unwrap();
    assert_eq!(verifier.verify_at(&sent, BODY, at(NOW)).unwrap().secret_index(), 1);
    let mut stream = verifier.begin_at(&sent, at(NOW)).unwrap();
    stream.update(BODY);
    assert_eq!(stream.finish().unwrap().secret_index(), 1);
    let verifier = Scheme::SENDGRID.verifier(PUBLIC).unwrap();
    let error = verifier.verify_at(&sent, BODY, at(NOW)).unwrap_err();
    assert_eq!(error, VerifyError::Mismatch);
}

#[test]
fn eleven_signatures_are_looked_at() {
    const LISTED: Scheme = Scheme::custom("listed")
        .headers(&[HeaderNames::new("signature")])
        .layout(Layout::list(' ', ',', "v1"))
        .algorithm(Algorithm::EcdsaP256)
        .encoding(Encoding::Base64Der)
        .build();
    let good = signer(LISTED).sign(None, at(NOW), BODY).unwrap();
    let good = good["signature"].to_str().unwrap();
    let other = signer(LISTED).sign(None, at(NOW), b"another body").unwrap();
    let other = other["signature"].to_str().unwrap();
    let verifier = Verifier::new(LISTED, Scheme::CIRCLE.secret(P256_PUBLIC).unwrap()).unwrap();
    for before in [0, 1, 10, 11] {
        let list = format!("{}{good}", format!("{other} ").repeat(before));
        let sent = headers(&[("signature", list)]);
        assert_eq!(verifier.verify(&sent, BODY).is_ok(), before < 11, "{before}");
        let mut stream = verifier.begin(&sent).unwrap();
        stream.update(BODY);
        assert_eq!(stream.finish().is_ok(), before < 11, "{before}");
    }
}

#[test]
fn a_signature_is_in_der_and_in_one_form() {
    let good = sign(Scheme::SENDGRID, BODY);
    let der = STANDARD.decode(good[NAME].as_bytes()).unwrap();
    assert!(verify(Scheme::SENDGRID, &with(&STANDARD.encode(&der)), BODY).is_ok());
    let mut longer = der.clone();
    longer.push(0);
    let mut long_size = der.clone();
    long_size.insert(1, 0x81);
    for text in [
        STANDARD.encode(longer),
        STANDARD.encode(long_size),
        STANDARD.encode(&der[..der.len() - 1]),
        STANDARD.encode([1; 64]),
        STANDARD.encode([0; 72]),
        STANDARD.encode([0; 100]),
        hex::encode(&der),
        String::new(),
    ] {
        let error = verify(Scheme::SENDGRID, &with(&text), BODY).unwrap_err();
        assert_eq!(error, VerifyError::Malformed(Field::Signature), "{text}");
    }
}

#[test]
fn a_public_key_is_a_point_on_this_curve() {
    let der = STANDARD.decode(P256_PUBLIC).unwrap();
    let point = &der[der.len() - 65..];
    assert!(Secret::p256(&der).is_ok() && Secret::p256(point).is_ok());
    let mut off = point.to_vec();
    off[64] ^= 1;
    let mut compressed = point[..33].to_vec();
    compressed[0] = 2 + (point[64] & 1);
    // secp256k1 by its name, with this point.
    let mut other_curve = der.clone();
    other_curve.splice(13..23, [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a]);
    for bytes in [
        &[][..],
        &[0],
        &[4; 65],
        &off,
        &compressed,
        &point[1..],
        &der[1..],
        &[&der[..], &[0]].concat(),
        &other_curve,
    ] {
        assert_eq!(Secret::p256(bytes).unwrap_err(), InvalidSecret::NotPublicKey, "{bytes:?}");
    }
    let key = Scheme::SENDGRID.verifier("MFkw!").unwrap_err();
    assert_eq!(key, InvalidSecret::NotBase64);
}

#[test]
fn a_private_key_signs_and_verifies_nothing() {
    let private = || Secret::p256_private(&hex::decode(P256_PRIVATE).unwrap()).unwrap();
    let error = Verifier::new(Scheme::CIRCLE, private()).unwrap_err();
    assert_eq!(error, InvalidSecret::PrivateKey);
    assert_eq!(Scheme::CIRCLE.signer(P256_PUBLIC).unwrap_err(), InvalidSecret::PublicKey);
    for bytes in [&[0; 32][..], &[255; 32], &[1; 31], &[1; 33], &[]] {
        assert_eq!(Secret::p256_private(bytes).unwrap_err(), InvalidSecret::NotPrivateKey);
    }
    // A pair of one kind is none of another.
    for scheme in presets().filter(|it| it.algorithm() != Algorithm::EcdsaP256) {
        let public = Scheme::CIRCLE.secret(P256_PUBLIC).unwrap();
        let wrong = InvalidSecret::AsymmetricKey;
        assert_eq!(Verifier::new(scheme, public).unwrap_err(), wrong, "{scheme:?}");
        assert_eq!(Signer::new(scheme, private()).unwrap_err(), wrong, "{scheme:?}");
    }
}
