//! Schemes that sign nothing: the sender repeats the secret.

use tower_webhook::scheme::{
    Algorithm, Encoding, HeaderNames, InvalidScheme, Layout, Part, SchemeBuilder,
};
use tower_webhook::{Field, InvalidSecret, Scheme, Secret, Signer, Verifier, VerifyError};

use crate::support::{NOW, at, headers, sign, verifier};

const NAMES: &[HeaderNames] = &[HeaderNames::new("authorization")];

const BEARER: Scheme = Scheme::custom("bearer")
    .headers(NAMES)
    .layout(Layout::single("Bearer "))
    .dangerous_shared_token()
    .build();

fn verdict(scheme: Scheme, value: &[u8]) -> Result<usize, VerifyError> {
    let name = scheme.headers()[0].signatures().next().unwrap();
    let sent = headers(&[(name, value)]);
    let verifier = scheme.verifier("t0ken").unwrap();
    let verifier = verifier.add_secret(Secret::utf8("older t0ken").unwrap()).unwrap();
    let whole = verifier.verify(&sent, b"{}").map(|verified| verified.secret_index());
    let mut stream = verifier.begin(&sent)?;
    stream.update(b"anything else");
    assert_eq!(stream.finish().map(|verified| verified.secret_index()), whole);
    whole
}

#[test]
fn only_the_whole_token_matches_whatever_its_length() {
    assert_eq!(verdict(Scheme::GITLAB_TOKEN, b"t0ken"), Ok(0));
    assert_eq!(verdict(Scheme::GITLAB_TOKEN, b"older t0ken"), Ok(1));
    assert_eq!(verdict(BEARER, b"Bearer t0ken"), Ok(0));
    let long = "t0ken".repeat(10_000);
    for token in ["t0ke", "t0kenn", "T0ken", "0ken", "t", "t0ken\u{a0}", &long] {
        let error = verdict(Scheme::GITLAB_TOKEN, token.as_bytes()).unwrap_err();
        assert_eq!(error, VerifyError::Mismatch, "{token}");
    }
    let malformed = Err(VerifyError::Malformed(Field::Signature));
    assert_eq!(verdict(Scheme::GITLAB_TOKEN, b""), malformed);
    for value in ["", "Bearer", "Bearer ", "bearer t0ken", "t0ken"] {
        assert_eq!(verdict(BEARER, value.as_bytes()), malformed, "{value}");
    }
}

#[test]
fn what_was_verified_says_that_the_body_is_not_covered() {
    let sent = sign(Scheme::TELEGRAM, b"{}");
    let verified = verifier(Scheme::TELEGRAM).verify(&sent, b"another body").unwrap();
    assert!(!verified.covers_body() && !Scheme::TELEGRAM.covers_body());
    assert_eq!((verified.id(), verified.timestamp()), (None, None));
    let sent = sign(Scheme::GITHUB, b"{}");
    assert!(verifier(Scheme::GITHUB).verify(&sent, b"{}").unwrap().covers_body());
}

#[test]
fn a_signer_sends_only_what_a_header_can_carry() {
    for token in ["t0ken ", " t0ken", "t\u{f6}ken", "t0\nken"] {
        let secret = Secret::bytes(token).unwrap();
        let error = Signer::new(Scheme::TELEGRAM, secret.clone()).unwrap_err();
        assert_eq!(error, InvalidSecret::NotVisible, "{token:?}");
        assert!(Verifier::new(Scheme::TELEGRAM, secret).is_ok());
    }
    let signer = Scheme::TELEGRAM.signer("t0ken").unwrap();
    let sent = signer.sign(None, at(NOW), b"").unwrap();
    assert_eq!(sent["x-telegram-bot-api-secret-token"], "t0ken");
    let several = signer.add_secret(Secret::utf8("other").unwrap());
    assert_eq!(several.unwrap_err(), InvalidSecret::SingleSignature);
}

#[test]
fn nothing_signs_nothing_by_mistake() {
    let refused = |builder: SchemeBuilder| builder.try_build().unwrap_err().to_string();
    let scheme = || Scheme::custom("test").headers(NAMES);
    let unsaid = "a shared token signs nothing: say so with `dangerous_shared_token`";
    assert_eq!(refused(scheme().algorithm(Algorithm::SharedToken)), unsaid);
    assert_eq!(refused(scheme().encoding(Encoding::Verbatim)), unsaid);
    assert_eq!(refused(scheme().dangerous_shared_token().algorithm(Algorithm::HmacSha256)), unsaid);
    assert_eq!(refused(scheme().dangerous_shared_token().signed(&[Part::Body])), unsaid);
    let list = Layout::list(',', '=', "v1");
    assert_eq!(refused(scheme().dangerous_shared_token().layout(list)), "a shared token is alone");
    let body = "the body is signed exactly once: one Part::Body, Form or Digest in .signed(…)";
    assert_eq!(refused(scheme().signed(&[])), body);
    let _: InvalidScheme = scheme().signed(&[]).try_build().unwrap_err();
}
