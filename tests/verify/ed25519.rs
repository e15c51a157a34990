//! Asymmetric signatures: alone, beside symmetric ones, in a stream, and forged in special ways.

#[cfg(feature = "tower")]
use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use http::HeaderMap;
#[cfg(feature = "tower")]
use http::{Request, Response};
#[cfg(feature = "tower")]
use http_body_util::Full;
use proptest::prelude::*;
#[cfg(feature = "tower")]
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_webhook::WebhookLayer;
#[cfg(feature = "tower")]
use tower_webhook::clock::ManualClock;
use tower_webhook::scheme::{Algorithm, Encoding, HeaderNames, Layout};
use tower_webhook::{Field, InvalidSecret, Scheme, Secret, Signer, Verifier, VerifyError};

use crate::support::{self, ID, NOW, WHPK, WHSEC, WHSK, at, headers, sign, signer, verify};

const BODY: &[u8] = br#"{"test": 2432232314}"#;

/// Svix's example of both versions in one header, in the specification of Standard Webhooks:
/// the `v1a` is of this message (the server's own tests have the same).
const V1A: &str =
    "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
const V1: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const AT: i64 = 1_614_265_330;

fn published(signatures: &str) -> HeaderMap {
    headers(&[
        ("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("svix-timestamp", "1614265330"),
        ("svix-signature", signatures),
    ])
}

fn asymmetric() -> Verifier {
    Scheme::SVIX.verifier(WHPK).unwrap()
}

/// A public key whose private one is known to nobody here: the first of RFC 8032, section 7.1.
fn other() -> Secret {
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    Scheme::DISCORD.secret(key).unwrap()
}

#[test]
fn the_published_signature_verifies_alone_and_beside_the_symmetric_one() {
    for list in [V1A, &format!("{V1A} {V1}"), &format!("{V1} {V1A}"), &format!("v2,x {V1A}")] {
        let sent = published(list);
        for scheme in [Scheme::SVIX, Scheme::STANDARD] {
            let verifier = scheme.verifier(WHPK).unwrap();
            assert!(verifier.verify_at(&sent, BODY, at(AT)).is_ok(), "{list}");
            let error = verifier.verify_at(&sent, b"{}", at(AT)).unwrap_err();
            assert_eq!(error, VerifyError::Mismatch);
        }
    }
}

#[test]
fn each_key_reads_its_own_version_only() {
    let symmetric = Scheme::SVIX.verifier(WHSEC).unwrap();
    let both = Scheme::SVIX.verifier(WHSEC).unwrap();
    let both = both.add_secret(Secret::whpk(WHPK).unwrap()).unwrap();
    let unsupported = VerifyError::UnsupportedVersion;

    assert!(symmetric.verify_at(&published(V1), BODY, at(AT)).is_ok());
    assert_eq!(symmetric.verify_at(&published(V1A), BODY, at(AT)).unwrap_err(), unsupported);
    assert_eq!(asymmetric().verify_at(&published(V1), BODY, at(AT)).unwrap_err(), unsupported);
    for (index, list) in [V1, V1A].into_iter().enumerate() {
        let verified = both.verify_at(&published(list), BODY, at(AT)).unwrap();
        assert_eq!(verified.secret_index(), index);
    }
    // The bytes of one version under the name of the other.
    let swapped = published(&V1A.replace("v1a,", "v1,"));
    let error = both.verify_at(&swapped, BODY, at(AT)).unwrap_err();
    assert_eq!(error, VerifyError::Malformed(Field::Signature));
}

#[test]
fn velt_and_schemes_without_asymmetric_signatures_take_no_asymmetric_key() {
    for scheme in [Scheme::VELT, Scheme::GITHUB] {
        let key = Secret::whpk(WHPK).unwrap();
        assert_eq!(Verifier::new(scheme, key).unwrap_err(), InvalidSecret::AsymmetricKey);
        let key = Secret::whsk(WHSK).unwrap();
        assert_eq!(Signer::new(scheme, key).unwrap_err(), InvalidSecret::AsymmetricKey);
    }
    assert_eq!(Scheme::VELT.verifier(WHPK).unwrap_err(), InvalidSecret::AsymmetricKey);
    // And those that have nothing else take no shared one.
    let shared = Verifier::new(Scheme::DISCORD, Secret::bytes([7; 32]).unwrap());
    assert_eq!(shared.unwrap_err(), InvalidSecret::NotPublicKey);
}

#[test]
fn private_keys_sign_and_public_keys_verify() {
    assert_eq!(Scheme::SVIX.verifier(WHSK).unwrap_err(), InvalidSecret::PrivateKey);
    assert_eq!(Scheme::SVIX.signer(WHPK).unwrap_err(), InvalidSecret::PublicKey);
    let signed = Scheme::SVIX.signer(WHSK).unwrap();
    let signed = signed.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at(AT), BODY).unwrap();
    assert_eq!(signed["svix-signature"], V1A, "Ed25519 is deterministic");

    let both = Scheme::SVIX.signer(WHSEC).unwrap();
    let both = both.add_secret(Secret::whsk(WHSK).unwrap()).unwrap();
    let both = both.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at(AT), BODY).unwrap();
    assert_eq!(both["svix-signature"], format!("{V1} {V1A}"));
}

#[test]
fn eleven_signatures_are_looked_at() {
    let wrong = format!("v1a,{} ", BASE64.encode([1; 64]));
    let wrong_v1 = format!("v1,{} ", BASE64.encode([1; 32]));
    let list = format!("{}{}{V1A}", wrong.repeat(10), wrong_v1.repeat(10));
    assert!(asymmetric().verify_at(&published(&list), BODY, at(AT)).is_ok());
    let list = format!("{}{V1A}", wrong.repeat(11));
    let error = asymmetric().verify_at(&published(&list), BODY, at(AT)).unwrap_err();
    assert_eq!(error, VerifyError::Mismatch);
}

#[cfg(feature = "tower")]
#[tokio::test]
async fn the_layer_looks_at_as_many() {
    let verifier = asymmetric().clock(ManualClock::new(at(AT)));
    let inner = service_fn(|_| async { Ok::<_, Infallible>(Response::new(String::new())) });
    let service = WebhookLayer::new(verifier).layer(inner);
    let wrong = format!("v1a,{} ", BASE64.encode([1; 64]));
    for (before, status) in [(0, 200), (1, 200), (10, 200), (11, 401)] {
        let mut request = Request::new(Full::new(BODY));
        *request.headers_mut() = published(&format!("{}{V1A}", wrong.repeat(before)));
        let Ok(response) = service.clone().oneshot(request).await;
        assert_eq!(response.status(), status, "{before}");
    }
}

#[test]
fn each_signature_is_looked_at_once_however_many_headers_there_are() {
    const REPEATED: Scheme = Scheme::custom("repeated")
        .headers(&[HeaderNames::new("x-signature")])
        .layout(Layout::list(' ', ',', "v1").more_versions(&[("v1a", Algorithm::Ed25519)]))
        .encoding(Encoding::Base64)
        .repeated_signature()
        .build();
    let key = Secret::whsk(WHSK).unwrap();
    let good = Signer::new(REPEATED, key).unwrap().sign(None, at(NOW), BODY).unwrap();
    let good = good["x-signature"].to_str().unwrap();
    let verifier = Verifier::new(REPEATED, Secret::whpk(WHPK).unwrap()).unwrap();
    let wrong = format!("v1a,{} ", BASE64.encode([1; 64]));
    for before in 0..11 {
        let wrong = wrong.repeat(before);
        for lines in [[wrong.as_str(), good, ""], ["v2,x", &wrong, good], ["", "v2,x", good]] {
            let sent = headers(&lines.map(|line| ("x-signature", line)));
            assert!(verifier.verify(&sent, BODY).is_ok(), "{lines:?}");
        }
    }
}

#[test]
fn keys_can_be_rotated() {
    let verifier = Verifier::new(Scheme::SVIX, other()).unwrap();
    let verifier = verifier.add_secret(Secret::whpk(WHPK).unwrap()).unwrap();
    let sent = published(V1A);
    assert_eq!(verifier.verify_at(&sent, BODY, at(AT)).unwrap().secret_index(), 1);
    let mut streamed = verifier.begin_at(&sent, at(AT)).unwrap();
    BODY.chunks(3).for_each(|chunk| streamed.update(chunk));
    assert_eq!(streamed.finish().unwrap().secret_index(), 1);
}

#[test]
fn a_stream_needs_no_whole_body() {
    for scheme in [Scheme::DISCORD, Scheme::TELNYX, Scheme::STANDARD] {
        let signer = Signer::new(scheme, Secret::whsk(WHSK).unwrap()).unwrap();
        let sent = signer.sign(ID, at(NOW), BODY).unwrap();
        let key = Secret::whpk(WHPK).unwrap();
        let verifier = Verifier::new(scheme, key).unwrap();
        for size in 1..=BODY.len() {
            let mut verification = verifier.begin_at(&sent, at(NOW)).unwrap();
            BODY.chunks(size).for_each(|chunk| verification.update(chunk));
            assert!(verification.finish().is_ok());
        }
        let mut verification = verifier.begin_at(&sent, at(NOW)).unwrap();
        verification.update(&BODY[1..]);
        assert_eq!(verification.finish().unwrap_err(), VerifyError::Mismatch);
    }
}

#[test]
fn a_timestamp_is_checked_although_discord_checks_none() {
    let sent = sign(Scheme::DISCORD, BODY);
    assert!(verify(Scheme::DISCORD, &sent, BODY).is_ok());
    let verifier = support::verifier(Scheme::DISCORD);
    let error = verifier.verify_at(&sent, BODY, at(NOW + 301)).unwrap_err();
    assert_eq!(error, VerifyError::TimestampTooOld);
    assert!(!format!("{:?}", signer(Scheme::DISCORD)).contains("whsk"));
}

#[test]
fn keys_of_small_order_are_refused() {
    // The points of order 1, 2, 4 and 8 in their canonical encodings.
    let small = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ];
    for key in small {
        assert_eq!(Scheme::DISCORD.secret(key).unwrap_err(), InvalidSecret::NotPublicKey);
    }
    // Not a point at all.
    let none = format!("{}07", "ff".repeat(31));
    assert_eq!(Scheme::DISCORD.secret(&none).unwrap_err(), InvalidSecret::NotPublicKey);
}

#[test]
fn a_signature_has_one_form() {
    let good = sign(Scheme::DISCORD, BODY);
    let text = good["x-signature-ed25519"].to_str().unwrap();
    let bytes: [u8; 64] = hex::decode(text).unwrap().try_into().unwrap();

    // The same scalar plus the order of the group is the same signature in another form.
    let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut carry = 0;
    let mut loose = bytes;
    for (byte, order) in loose[32..].iter_mut().zip(order.unwrap()) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    let mut bad = good.clone();
    bad.insert("x-signature-ed25519", hex::encode(loose).parse().unwrap());
    assert_eq!(verify(Scheme::DISCORD, &bad, BODY).unwrap_err(), VerifyError::Mismatch);

    // A first half of small order.
    for first in ["01", "00"] {
        let mut weak = bytes;
        weak[..32].copy_from_slice(&hex::decode(format!("{first}{}", "00".repeat(31))).unwrap());
        bad.insert("x-signature-ed25519", hex::encode(weak).parse().unwrap());
        assert_eq!(verify(Scheme::DISCORD, &bad, BODY).unwrap_err(), VerifyError::Mismatch);
    }
}

#[test]
fn asymmetric_secrets_are_read_strictly() {
    let public = |text| Secret::whpk(text).unwrap_err();
    assert_eq!(public(WHSEC), InvalidSecret::NotPublicKey);
    assert_eq!(public(WHSK), InvalidSecret::NotPublicKey);
    assert_eq!(public("whpk_"), InvalidSecret::Empty);
    assert_eq!(public("whpk_AAAA"), InvalidSecret::NotPublicKey);
    assert_eq!(public(&format!("{WHPK}\n")), InvalidSecret::SurroundingWhitespace);
    let private = |text: &str| Secret::whsk(text).unwrap_err();
    assert_eq!(private(WHPK), InvalidSecret::NotPrivateKey);
    assert_eq!(private("whsk_AAAA"), InvalidSecret::NotPrivateKey);
    // A seed with another key's public half would give the seed away when it signs.
    let mut pair = BASE64.decode(&WHSK["whsk_".len()..]).unwrap();
    pair[40] ^= 1;
    assert_eq!(private(&format!("whsk_{}", BASE64.encode(&pair))), InvalidSecret::NotPrivateKey);
    assert_eq!(format!("{:?}", Secret::whsk(WHSK).unwrap()), "Secret(..)");
}

proptest! {
    #[test]
    fn the_verdict_is_that_of_the_librarys_strict_verification(
        seed in any::<[u8; 32]>(),
        body in prop::collection::vec(any::<u8>(), 0..200),
        flip in prop::option::of(0..512_usize),
    ) {
        let key = SigningKey::from_bytes(&seed);
        let content = [b"1700000000", body.as_slice()].concat();
        let mut bytes = ed25519_dalek::Signer::sign(&key, &content).to_bytes();
        if let Some(bit) = flip {
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        let public: VerifyingKey = key.verifying_key();
        let strict = public.verify_strict(&content, &Signature::from_bytes(&bytes)).is_ok();

        let sent = headers(&[
            ("x-signature-timestamp", NOW.to_string()),
            ("x-signature-ed25519", hex::encode(bytes)),
        ]);
        let verifier = Verifier::new(Scheme::DISCORD, Secret::ed25519(public.as_bytes()).unwrap());
        let ours = verifier.unwrap().verify_at(&sent, &body, at(NOW)).is_ok();
        prop_assert_eq!(ours, strict);
        prop_assert_eq!(ours, flip.is_none());
    }
}
