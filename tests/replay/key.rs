//! By what deliveries are remembered.

use http::{HeaderMap, HeaderValue};
use tower_webhook::clock::ManualClock;
use tower_webhook::replay::ReplayKey;
use tower_webhook::scheme::{HeaderNames, Part};
use tower_webhook::{Scheme, Secret, Verified};

use crate::support::{ID, NOW, WHSEC, at, sign, verifier};

/// Signs an id in hexadecimal, which no preset does.
const HEX: Scheme = Scheme::custom("hex")
    .headers(&[HeaderNames::new("hex-signature").id("hex-id")])
    .signed(&[Part::Id, Part::Literal("."), Part::Body])
    .build();

fn verify(scheme: Scheme, headers: &HeaderMap) -> Verified {
    verifier(scheme).verify(headers, b"{}").unwrap()
}

fn key_of(scheme: Scheme, headers: &HeaderMap) -> ReplayKey {
    ReplayKey::of(&verify(scheme, headers), None).unwrap()
}

#[test]
fn what_is_not_signed_does_not_change_the_key() {
    let headers = sign(Scheme::STANDARD, b"{}");
    let key = key_of(Scheme::STANDARD, &headers);
    let mut changed = headers.clone();
    changed.insert("user-agent", HeaderValue::from_static("other"));
    changed.insert("x-request-id", HeaderValue::from_static("other"));
    changed.insert("idempotency-key", HeaderValue::from_static("other"));
    changed.insert("svix-id", HeaderValue::from_static("other"));
    assert_eq!(key_of(Scheme::STANDARD, &changed), key);
}

#[test]
fn how_the_signature_is_written_does_not_change_the_key() {
    let headers = sign(HEX, b"{}");
    let mut upper = headers.clone();
    let text = headers["hex-signature"].to_str().unwrap().to_uppercase();
    assert_ne!(text.as_bytes(), headers["hex-signature"].as_bytes());
    upper.insert("hex-signature", text.parse().unwrap());
    assert_eq!(key_of(HEX, &upper), key_of(HEX, &headers));
}

#[test]
fn the_order_of_the_list_and_the_secret_that_matches_do_not_change_the_key() {
    let signer = Scheme::STANDARD.signer("whsec_b3RoZXI=").unwrap();
    let signer = signer.add_secret(Secret::whsec(WHSEC).unwrap()).unwrap();
    let headers = signer.sign(ID, at(NOW), b"{}").unwrap();
    let first = verify(Scheme::STANDARD, &headers);

    let mut turned = headers.clone();
    let list = headers["webhook-signature"].to_str().unwrap();
    let (one, other) = list.split_once(' ').unwrap();
    turned.insert("webhook-signature", format!("{other} {one}").parse().unwrap());
    let second = verify(Scheme::STANDARD, &turned);

    let rotated = Scheme::STANDARD.verifier("whsec_bmV3").unwrap().clock(ManualClock::new(at(NOW)));
    let rotated = rotated.add_secret(Secret::whsec("whsec_b3RoZXI=").unwrap()).unwrap();
    let third = rotated.verify(&headers, b"{}").unwrap();
    assert_eq!((first.secret_index(), third.secret_index()), (0, 1));

    let keys = [first, second, third].map(|verified| ReplayKey::of(&verified, None).unwrap());
    assert_eq!(keys[0], keys[1]);
    assert_eq!(keys[0], keys[2]);
}

#[test]
fn a_retry_has_the_same_key() {
    let signer = Scheme::STANDARD.signer(WHSEC).unwrap();
    let retry = signer.sign(ID, at(NOW + 7), b"{}").unwrap();
    let headers = sign(Scheme::STANDARD, b"{}");
    assert_ne!(retry["webhook-signature"], headers["webhook-signature"]);
    assert_eq!(key_of(Scheme::STANDARD, &retry), key_of(Scheme::STANDARD, &headers));
}

#[test]
fn scheme_endpoint_and_id_change_the_key() {
    let standard = verify(Scheme::STANDARD, &sign(Scheme::STANDARD, b"{}"));
    let svix = verify(Scheme::SVIX, &sign(Scheme::SVIX, b"{}"));
    assert_eq!(standard.id(), svix.id());
    let signer = Scheme::STANDARD.signer(WHSEC).unwrap();
    let other = verify(Scheme::STANDARD, &signer.sign("msg_other", at(NOW), b"{}").unwrap());
    let keys = [
        ReplayKey::of(&standard, None),
        ReplayKey::of(&standard, Some("")),
        ReplayKey::of(&standard, Some("acme")),
        ReplayKey::of(&standard, Some("umbrella")),
        ReplayKey::of(&svix, None),
        ReplayKey::of(&svix, Some("acme")),
        ReplayKey::of(&other, None),
        Some(ReplayKey::of_content(Scheme::STANDARD, None, ID.as_bytes())),
        Some(ReplayKey::of_content(Scheme::STANDARD, Some("acme"), ID.as_bytes())),
        Some(ReplayKey::of_content(Scheme::SVIX, None, ID.as_bytes())),
    ];
    for (index, key) in keys.iter().enumerate() {
        assert!(key.is_some(), "{index}");
        assert_eq!(keys.iter().position(|other| other == key), Some(index));
    }
}

#[test]
fn a_scheme_that_signs_no_id_has_no_key_of_its_own() {
    let github = verify(Scheme::GITHUB, &sign(Scheme::GITHUB, b"{}"));
    assert_eq!(ReplayKey::of(&github, None), None);
}
