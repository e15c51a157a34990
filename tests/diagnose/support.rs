//! A delivery that verifies, and what is expected of it once it has one fault.

use http::HeaderMap;
use time::OffsetDateTime;
use tower_webhook::diagnose::{Diagnosis, Doctor};
use tower_webhook::{Scheme, Secret, Signer};

pub(crate) const SECRET: &str = "It's a Secret to Everybody";
pub(crate) const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const BODY: &[u8] =
    br#"{"event":"paid","amount":10.50,"note":"<b>caf\u00e9/\u00e9</b>"}"#;

pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap()
}

pub(crate) fn text(scheme: Scheme) -> &'static str {
    if scheme == Scheme::STANDARD || scheme == Scheme::SVIX { WHSEC } else { SECRET }
}

pub(crate) fn sign(scheme: Scheme, body: &[u8]) -> HeaderMap {
    scheme.signer(text(scheme)).unwrap().sign("msg_1", now(), body).unwrap()
}

/// Signed with any bytes.
pub(crate) fn signed_with(scheme: Scheme, key: &[u8], body: &[u8]) -> HeaderMap {
    let signer = Signer::new(scheme, Secret::bytes(key).unwrap()).unwrap();
    signer.sign("msg_1", now(), body).unwrap()
}

pub(crate) fn doctor(scheme: Scheme) -> Doctor {
    Doctor::new(scheme).secret("live", text(scheme)).now(now())
}

/// What was proved or observed: exactly these codes, in this order.
#[track_caller]
pub(crate) fn assert_proved(diagnosis: &Diagnosis, codes: &[&str]) {
    assert_found(diagnosis, codes, true);
}

/// The first finding is this one, and nothing is proved.
#[track_caller]
pub(crate) fn assert_observed(diagnosis: &Diagnosis, code: &str) {
    assert!(diagnosis.findings().iter().all(|finding| !finding.is_proved()), "{diagnosis}");
    assert_eq!(diagnosis.findings().first().map(|it| it.code()), Some(code), "{diagnosis}");
    assert_shown(diagnosis);
}

#[track_caller]
fn assert_found(diagnosis: &Diagnosis, codes: &[&str], proved: bool) {
    let found: Vec<_> = diagnosis.findings().iter().map(|finding| finding.code()).collect();
    assert_eq!(found, codes, "{diagnosis}");
    assert!(diagnosis.findings().iter().all(|it| it.is_proved() == proved), "{diagnosis}");
    assert!(diagnosis.verdict().is_err());
    assert_shown(diagnosis);
}

/// It fits a terminal, and shows no secret.
#[track_caller]
fn assert_shown(diagnosis: &Diagnosis) {
    let shown = format!("{diagnosis}\n{diagnosis:?}");
    assert!(diagnosis.to_string().lines().count() <= 20, "{diagnosis}");
    for text in [SECRET, &WHSEC[6..], "sk_live_4"] {
        assert!(!shown.contains(text), "{shown}");
    }
    for finding in diagnosis.findings() {
        assert!(!finding.found().is_empty() && !finding.advice().is_empty());
        assert!(!finding.chapter().is_empty());
    }
}
