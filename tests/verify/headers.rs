//! The headers: missing, empty, repeated, and of another family.

use http::HeaderMap;
use tower_webhook::scheme::{HeaderNames, SchemeBuilder};
use tower_webhook::{Field, Scheme, Secret, VerifyError};

use crate::standard::BODY;
use crate::support::{ID, NOW, at, headers, presets, read, sign, verifier, verify};

#[test]
fn every_preset_accepts_what_it_signs() {
    for scheme in presets() {
        let verified = verify(scheme, &sign(scheme, BODY), BODY).unwrap();
        assert_eq!(verified.scheme(), scheme);
        assert_eq!(verified.id(), scheme.signs_id().then_some(ID));
        assert_eq!(verified.timestamp(), scheme.timestamp_format().map(|_| at(NOW)));
        assert_eq!(verified.secret_index(), 0);
    }
}

#[test]
fn a_missing_header_is_a_failure() {
    for scheme in presets() {
        let good = sign(scheme, BODY);
        for (name, _) in read(scheme, &good) {
            let mut bad = good.clone();
            bad.remove(name);
            let error = verify(scheme, &bad, BODY).unwrap_err();
            assert!(matches!(error, VerifyError::Missing(_)), "{scheme:?} {name} {error:?}");
        }
        let error = verify(scheme, &HeaderMap::new(), BODY).unwrap_err();
        assert_eq!(error, VerifyError::Missing(Field::Signature));
    }
}

#[test]
fn a_repeated_header_is_a_failure_even_if_both_are_the_same() {
    for scheme in presets() {
        let good = sign(scheme, BODY);
        for (name, value) in read(scheme, &good) {
            let several = scheme.repeated_signature();
            if several && scheme.headers()[0].signatures().any(|signature| name == signature) {
                continue;
            }
            let mut bad = good.clone();
            bad.append(name, value.clone());
            let error = verify(scheme, &bad, BODY).unwrap_err();
            assert!(matches!(error, VerifyError::Repeated(_)), "{scheme:?} {name} {error:?}");
        }
    }
}

#[test]
fn an_empty_header_is_a_failure() {
    for scheme in presets() {
        let good = sign(scheme, BODY);
        for (name, _) in read(scheme, &good) {
            let mut bad = good.clone();
            bad.insert(name, "".parse().unwrap());
            assert!(verify(scheme, &bad, BODY).is_err(), "{scheme:?} {name}");
        }
    }
}

#[test]
fn a_scheme_that_sends_several_signature_headers_may_repeat_them() {
    const ONE: SchemeBuilder = Scheme::custom("single").headers(&[HeaderNames::new("x-signature")]);
    const SINGLE: Scheme = ONE.build();
    const SEVERAL: Scheme = ONE.repeated_signature().build();
    let signer = SEVERAL.signer("new").unwrap();
    let signer = signer.add_secret(Secret::utf8("old").unwrap()).unwrap();
    let both = signer.sign(None, at(NOW), BODY).unwrap();
    assert_eq!(both.get_all("x-signature").iter().count(), 2);

    for text in ["new", "old"] {
        let several = SEVERAL.verifier(text).unwrap();
        assert!(several.verify(&both, BODY).is_ok());
        let one = SINGLE.verifier(text).unwrap();
        assert_eq!(one.verify(&both, BODY).unwrap_err(), VerifyError::Repeated(Field::Signature));
    }

    let many = vec![("x-signature", both["x-signature"].as_bytes()); 33];
    let several = SEVERAL.verifier("new").unwrap();
    assert!(several.verify(&headers(&many[..32]), BODY).is_ok());
    assert_eq!(several.verify(&headers(&many), BODY).unwrap_err(), VerifyError::TooManySignatures);
}

#[test]
fn header_families_never_mix() {
    let verifier = verifier(Scheme::STANDARD);
    let webhook = sign(Scheme::STANDARD, BODY);
    let svix = sign(Scheme::SVIX, BODY);
    assert!(verifier.verify(&svix, BODY).is_ok());

    for borrowed in ["id", "timestamp"] {
        let mut mixed = webhook.clone();
        let value = mixed.remove(format!("webhook-{borrowed}")).unwrap();
        let name: http::HeaderName = format!("svix-{borrowed}").parse().unwrap();
        mixed.insert(name, value);
        let error = verifier.verify(&mixed, BODY).unwrap_err();
        assert!(matches!(error, VerifyError::Missing(_)), "{error:?}");
    }

    let mut both = svix.clone();
    both.extend(webhook.clone());
    assert!(verifier.verify(&both, BODY).is_ok());
    // The preferred family decides, whatever the other one says.
    both.insert("webhook-signature", "v1,AAAA".parse().unwrap());
    let error = verifier.verify(&both, BODY).unwrap_err();
    assert_eq!(error, VerifyError::Malformed(Field::Signature));
}

#[test]
fn velt_sends_one_family() {
    let svix = sign(Scheme::SVIX, BODY);
    let error = verify(Scheme::VELT, &svix, BODY).unwrap_err();
    assert_eq!(error, VerifyError::Missing(Field::Signature));
}
