//! The secrets: how they are written, how many there may be, and that nothing shows them.

use tower_webhook::clock::ManualClock;
use tower_webhook::{InvalidSecret, Scheme, Secret, Verifier, VerifyError};

use crate::standard::BODY;
use crate::support::{
    ID, NOW, WHSEC, at, bytewise, headers, request, secret, sign, signer, verifier,
};

#[test]
fn an_empty_secret_is_an_error_in_every_preset() {
    for &scheme in Scheme::ALL {
        assert!(scheme.verifier("").is_err(), "{scheme:?}");
        assert!(scheme.signer("").is_err(), "{scheme:?}");
        assert!(scheme.verifier("secret\n").is_err(), "{scheme:?}");
    }
    assert_eq!(Scheme::STANDARD.verifier("whsec_").unwrap_err(), InvalidSecret::Empty);
    assert_eq!(Scheme::GITHUB.verifier("").unwrap_err(), InvalidSecret::Empty);
    assert_eq!(Scheme::SPAAZA.verifier("not hexadecimal").unwrap_err(), InvalidSecret::NotHex);
}

#[test]
fn what_is_no_secret_is_refused_in_every_preset_that_takes_text() {
    for &scheme in Scheme::ALL {
        for text in
            ["undefined", "${WEBHOOK_SECRET}", "****", "\"secret\"", "\u{feff}secret", "s\0"]
        {
            assert!(scheme.verifier(text).is_err(), "{scheme:?} {text:?}");
            assert!(scheme.signer(text).is_err(), "{scheme:?} {text:?}");
        }
    }
    let error = |text| Scheme::GITHUB.verifier(text).unwrap_err();
    assert!(matches!(error("null"), InvalidSecret::Placeholder(_)));
    assert_eq!(error("'secret'"), InvalidSecret::Quoted);
    let error = error("secret\u{200b}");
    assert!(matches!(
        error,
        InvalidSecret::InvisibleCharacter { char: '\u{200b}', position: 7, .. }
    ));
    // Each of these four letters is base64 too.
    assert!(matches!(Secret::base64("null").unwrap_err(), InvalidSecret::Placeholder(_)));
    // Bytes are taken as they are.
    assert!(Verifier::new(Scheme::GITHUB, Secret::bytes(*b"null").unwrap()).is_ok());
}

#[test]
fn a_key_of_another_encoding_is_not_taken_for_base64() {
    // 32 hexadecimal digits are valid base64 of 24 bytes.
    let text = secret(Scheme::SPAAZA);
    assert_eq!(Scheme::STANDARD.verifier(text).unwrap_err(), InvalidSecret::MissingPrefix);
}

#[test]
fn spaaza_holds_both_readings_of_its_key() {
    let text = secret(Scheme::SPAAZA);
    let both = verifier(Scheme::SPAAZA);
    for (index, reading) in [Secret::utf8(text), Secret::hex(text)].into_iter().enumerate() {
        let signer = tower_webhook::Signer::new(Scheme::SPAAZA, reading.unwrap()).unwrap();
        let sent = signer.sign(None, at(NOW), BODY).unwrap();
        assert_eq!(both.verify(&sent, BODY).unwrap().secret_index(), index);
    }
    let pinned = Verifier::new(Scheme::SPAAZA, Secret::utf8(text).unwrap()).unwrap();
    let spelled = tower_webhook::Signer::new(Scheme::SPAAZA, Secret::hex(text).unwrap()).unwrap();
    let sent = spelled.sign(None, at(NOW), BODY).unwrap();
    assert_eq!(pinned.verify(&sent, BODY).unwrap_err(), VerifyError::Mismatch);
}

// Computed with another implementation of HMAC for the key and the body `{}`.
#[test]
fn spaaza_signatures_are_base64_of_the_raw_digest() {
    let both = verifier(Scheme::SPAAZA);
    for (index, signature) in [
        "sVZqzLvaQwLm9oQA0IBqjt1peY4ygI/qa/FM5v7rb7M=",
        "z3UsmMML7pC4qTvq5Ut2qXxWKOpBWSLusRZfPw6n2w0=",
    ]
    .into_iter()
    .enumerate()
    {
        let sent = headers(&[("x-spaaza-hmac-sha256", signature)]);
        assert_eq!(both.verify(&sent, b"{}").unwrap().secret_index(), index);
    }
}

#[test]
fn secrets_are_tried_newest_first_and_sixteen_are_the_most() {
    let mut rotating = Scheme::GITHUB.verifier("secret 0").unwrap();
    for index in 1..16 {
        let older = Secret::utf8(&format!("secret {index}")).unwrap();
        rotating = rotating.add_secret(older).unwrap();
    }
    for index in 0..16 {
        let signer = Scheme::GITHUB.signer(&format!("secret {index}")).unwrap();
        let sent = signer.sign(None, at(NOW), BODY).unwrap();
        assert_eq!(rotating.verify(&sent, BODY).unwrap().secret_index(), index);
        let mut streamed = rotating.begin(&sent).unwrap();
        streamed.update(BODY);
        assert_eq!(streamed.finish().unwrap().secret_index(), index);
    }
    let unknown = Scheme::GITHUB.signer("secret 16").unwrap().sign(None, at(NOW), BODY).unwrap();
    assert_eq!(rotating.verify(&unknown, BODY).unwrap_err(), VerifyError::Mismatch);
    let error = rotating.add_secret(Secret::utf8("secret 16").unwrap()).unwrap_err();
    assert_eq!(error, InvalidSecret::TooManySecrets);
}

#[test]
fn which_secret_matched_does_not_depend_on_what_came_before() {
    let older = Secret::whsec("whsec_plJ3nmyCDGBKInavdOK15jsl").unwrap();
    let verifier = verifier(Scheme::STANDARD).add_secret(older.clone()).unwrap();
    let newer = signer(Scheme::STANDARD);
    let both = newer.clone().add_secret(older.clone()).unwrap();
    let older = tower_webhook::Signer::new(Scheme::STANDARD, older).unwrap();
    let stranger = Scheme::STANDARD.signer("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
    for (signer, expected) in [
        (&older, Ok(1)),
        (&both, Ok(0)),
        (&older, Ok(1)),
        (&stranger, Err(VerifyError::Mismatch)),
        (&newer, Ok(0)),
        (&older, Ok(1)),
        (&both, Ok(0)),
    ] {
        let sent = signer.sign(ID, at(NOW), BODY).unwrap();
        let verdict = verifier.verify(&sent, BODY).map(|verified| verified.secret_index());
        assert_eq!(verdict, expected);
    }
}

#[test]
fn several_secrets_give_several_signatures_where_the_header_has_room() {
    let older = || Secret::whsec("whsec_plJ3nmyCDGBKInavdOK15jsl").unwrap();
    let signer = Scheme::STANDARD.signer(WHSEC).unwrap().add_secret(older()).unwrap();
    let sent = signer.sign(ID, at(NOW), BODY).unwrap();
    assert_eq!(sent["webhook-signature"].to_str().unwrap().split(' ').count(), 2);
    for secret in [Secret::whsec(WHSEC).unwrap(), older()] {
        let verifier =
            Verifier::new(Scheme::STANDARD, secret).unwrap().clock(ManualClock::new(at(NOW)));
        assert!(verifier.verify(&sent, BODY).is_ok());
    }
    let signer = Scheme::GITHUB.signer("new").unwrap();
    assert_eq!(signer.add_secret(older()).unwrap_err(), InvalidSecret::SingleSignature);
}

#[test]
fn debug_output_tells_what_is_public() {
    let verifier = verifier(Scheme::STANDARD);
    let sent = sign(Scheme::STANDARD, BODY);
    let signer = signer(Scheme::STANDARD).add_secret(Secret::utf8("older").unwrap()).unwrap();
    assert_eq!(format!("{:?}", Scheme::STANDARD), r#"Scheme("standard-webhooks")"#);
    assert_eq!(
        format!("{signer:?}"),
        r#"Signer { scheme: Scheme("standard-webhooks"), secrets: 2 }"#
    );
    assert_eq!(
        format!("{verifier:?}"),
        "Verifier { scheme: Scheme(\"standard-webhooks\"), secrets: 1, \
         tolerance: Tolerance { past: 300s, future: 300s }, \
         public_url: PublicUrl(\"https://hooks.example.com\"), .. }"
    );
    // The query of an exact one may hold a password.
    let exact = verifier.clone().exact_url("https://example.com/?password=1").unwrap();
    assert!(format!("{exact:?}").contains("public_url: PublicUrl(..)"));
    assert_eq!(format!("{:?}", verifier.begin(&sent).unwrap()), "Verification { .. }");
    assert_eq!(
        format!("{:?}", verifier.verify(&sent, BODY).unwrap()),
        "Verified { scheme: Scheme(\"standard-webhooks\"), id: Some(\"msg_2b7XQ0123456789abcdefghijklm\"), \
         timestamp: Some(2023-11-14 22:13:20.0 +00:00:00), secret_index: 0 }"
    );
}

#[test]
fn nothing_shows_a_secret_or_a_signature() {
    for scheme in bytewise() {
        let sent = sign(scheme, BODY);
        let verifier = verifier(scheme);
        let shown = [
            format!("{:?}", scheme.secret(secret(scheme)).unwrap()),
            format!("{:?}", signer(scheme)),
            format!("{verifier:?}"),
            format!("{:?}", verifier.begin(&request(&sent)).unwrap()),
            format!("{:?}", verifier.verify(&request(&sent), BODY).unwrap()),
            format!("{:?}", verifier.verify(&request(&sent), b"").unwrap_err()),
        ]
        .concat();
        assert!(!shown.contains(secret(scheme)), "{shown}");
        let words = sent.values().flat_map(|value| value.to_str().unwrap().split([',', '=']));
        for signature in words.filter(|word| word.len() > 40) {
            assert!(!shown.contains(signature), "{shown}");
        }
    }
}
