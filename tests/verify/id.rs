//! The id: what it may contain, and what it is not.

use tower_webhook::scheme::{Encoding, HeaderNames, IdShape, Part};
use tower_webhook::sign::SignError;
use tower_webhook::{Field, Scheme, VerifyError};

use crate::standard::{BODY, claimed, standard, tag};
use crate::support::{self, ID, NOW, WHSEC, at, sign, verifier, verify};

#[test]
fn an_id_is_visible_ascii_and_cannot_run_into_the_timestamp() {
    let malformed = VerifyError::Malformed(Field::Id);
    for id in ["", "a.b", ".", "msg_1.1700000000", "mség", "a\tb", &"x".repeat(257)] {
        assert_eq!(claimed(id, "1700000000").unwrap_err(), malformed, "{id:?}");
    }
    for id in ["a", "a b", "~!@#$%^&*()", &"x".repeat(64), &"x".repeat(65), &"x".repeat(256)] {
        assert_eq!(claimed(id, "1700000000").unwrap().id(), Some(id));
    }
}

#[test]
fn a_strange_byte_is_found_wherever_it_is_in_an_id() {
    for size in 1..=50 {
        let good = "x".repeat(size);
        assert_eq!(claimed(&good, "1700000000").unwrap().id(), Some(good.as_str()));
        for place in 0..size {
            for strange in [".", "é"] {
                let mut bad = good.clone();
                bad.replace_range(place..=place, strange);
                let error = claimed(&bad, "1700000000").unwrap_err();
                assert_eq!(error, VerifyError::Malformed(Field::Id), "{bad:?}");
            }
        }
    }
}

#[test]
fn whatever_ends_an_id_is_not_in_it() {
    const NAMES: &[HeaderNames] = &[HeaderNames::new("x-signature").id("x-id")];
    const TAB: Scheme = Scheme::custom("tab")
        .headers(NAMES)
        .signed(&[Part::Id, Part::Literal("\t"), Part::Body])
        .build();
    const DASHES: Scheme = Scheme::custom("dashes")
        .headers(NAMES)
        .signed(&[Part::Id, Part::Literal("--"), Part::Body])
        .build();
    let verdict = |scheme: Scheme, id: &str| {
        let mut sent = sign(scheme, BODY);
        sent.insert("x-id", id.parse().unwrap());
        verify(scheme, &sent, BODY).unwrap_err()
    };
    let malformed = VerifyError::Malformed(Field::Id);
    for id in ["a\tb", "\t", "mség"] {
        assert_eq!(verdict(TAB, id), malformed, "{id:?}");
        assert_eq!(verdict(DASHES, id), malformed, "{id:?}");
    }
    // One dash is enough: `a-` before `--b` is signed as `a` before `---b` is.
    for id in ["a--b", "--", "a---", "-", "a-b", "a-"] {
        assert_eq!(verdict(DASHES, id), malformed, "{id:?}");
    }
    // What is well formed is only not what was signed.
    assert_eq!(verdict(DASHES, "a_b"), VerifyError::Mismatch);
    assert_eq!(verdict(TAB, "a--b"), VerifyError::Mismatch);
    assert!(verify(DASHES, &sign(DASHES, BODY), BODY).is_ok());
}

#[test]
fn the_boundary_between_id_and_timestamp_cannot_be_moved() {
    // Both deliveries have the signed content `a.1700000000.1700000001.{}`.
    let content = b"a.1700000000.1700000001.{}";
    let signature = format!("v1,{}", tag(Encoding::Base64, content));
    let verifier = verifier(Scheme::STANDARD);
    let sent = standard("a", "1700000000", &signature);
    assert!(verifier.verify(&sent, b"1700000001.{}").is_ok());
    let moved = standard("a.1700000000", "1700000001", &signature);
    assert_eq!(verifier.verify(&moved, b"{}").unwrap_err(), VerifyError::Malformed(Field::Id));
}

#[test]
fn an_id_has_the_shape_that_its_scheme_says() {
    const NAMES: &[HeaderNames] = &[HeaderNames::new("x-signature").id("x-id")];
    const FIVE: Scheme = Scheme::custom("five")
        .headers(NAMES)
        .signed(&[Part::Id, Part::Body])
        .id_shape(IdShape::Length(5))
        .build();
    const DOTTED: Scheme = Scheme::custom("dotted")
        .headers(NAMES)
        .signed(&[Part::Body, Part::Literal("-."), Part::Id])
        .id_shape(IdShape::UrlSafe)
        .build();
    let sent = |scheme: Scheme, id: &str| support::signer(scheme).sign(id, at(NOW), BODY);
    let read = |scheme: Scheme, id: &str| {
        let mut sent = sent(scheme, if scheme == FIVE { "12345" } else { "a" }).unwrap();
        sent.insert("x-id", id.parse().unwrap());
        verify(scheme, &sent, BODY)
    };
    for byte in (b' '..=b'~').map(char::from) {
        let id = format!("ab{byte}cd");
        assert!(sent(FIVE, &id).is_ok() && read(FIVE, &id).is_err_and(is_mismatch), "{id}");
        let safe = byte.is_ascii_alphanumeric() || "-_=".contains(byte);
        assert_eq!(sent(DOTTED, &id).is_ok(), safe, "{id}");
        assert_eq!(read(DOTTED, &id).is_err_and(is_mismatch), safe, "{id}");
        assert_eq!(sent(Scheme::TWITCH, &id).is_ok(), safe, "{id}");
    }
    for id in ["", "1234", "123456", "123\t5", "12é4"] {
        assert_eq!(sent(FIVE, id).unwrap_err(), SignError::InvalidId, "{id:?}");
        assert_eq!(read(FIVE, id).unwrap_err(), VerifyError::Malformed(Field::Id), "{id:?}");
    }
    for (scheme, id) in [(FIVE, "12345"), (DOTTED, "a-b_c=")] {
        assert_eq!(verify(scheme, &sent(scheme, id).unwrap(), BODY).unwrap().id(), Some(id));
    }
}

fn is_mismatch(error: VerifyError) -> bool {
    error == VerifyError::Mismatch
}

#[test]
fn an_id_that_is_not_signed_is_no_id() {
    let mut sent = sign(Scheme::GITHUB, BODY);
    sent.insert("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958".parse().unwrap());
    sent.insert("webhook-id", ID.parse().unwrap());
    sent.insert("webhook-timestamp", NOW.into());
    let verified = verify(Scheme::GITHUB, &sent, BODY).unwrap();
    assert_eq!((verified.id(), verified.timestamp()), (None, None));
}

#[test]
fn a_signer_refuses_what_a_verifier_would() {
    let signer = Scheme::STANDARD.signer(WHSEC).unwrap();
    let error = |id: Option<&str>, seconds| signer.sign(id, at(seconds), BODY).unwrap_err();
    assert_eq!(error(None, NOW), SignError::MissingId);
    for id in ["", "a.b", "new\nline", " a", "a ", &"x".repeat(257)] {
        assert_eq!(error(Some(id), NOW), SignError::InvalidId, "{id:?}");
    }
    assert_eq!(error(Some(ID), -1), SignError::InvalidTimestamp);
}
