//! Faults of the secret.

use crate::support::{
    BODY, SECRET, WHSEC, assert_observed, assert_proved, doctor, now, sign, signed_with, text,
};
use tower_webhook::Scheme;
use tower_webhook::diagnose::Doctor;

/// A diagnosis of a delivery that is right, with a text that is not.
#[track_caller]
fn proves(scheme: Scheme, configured: &str, code: &str) {
    let doctor = Doctor::new(scheme).secret("live", configured).now(now());
    assert_proved(&doctor.diagnose(&sign(scheme, BODY), BODY), &[code]);
}

#[test]
fn what_surrounds_a_secret() {
    for configured in ["\n", " ", "\r\n", "\u{feff}", "\u{200b}", "\t"] {
        proves(Scheme::GITHUB, &format!("{SECRET}{configured}"), "secret-whitespace");
        proves(Scheme::GITHUB, &format!("{configured}{SECRET}"), "secret-whitespace");
        proves(Scheme::STANDARD, &format!("{WHSEC}{configured}"), "secret-whitespace");
    }
    let quoted = ["\"{}\"", "'{}'", "`{}`", "“{}”", "{}\\n", "Bearer {}", " \"{}\"\n"];
    for quotes in quoted {
        proves(Scheme::GITHUB, &quotes.replace("{}", SECRET), "secret-quotes");
        proves(Scheme::SVIX, &quotes.replace("{}", WHSEC), "secret-quotes");
    }
    // The sender has the newline.
    let headers = signed_with(Scheme::GITHUB, format!("{SECRET}\n").as_bytes(), BODY);
    assert_proved(&doctor(Scheme::GITHUB).diagnose(&headers, BODY), &["secret-whitespace"]);
}

#[test]
fn a_secret_in_another_encoding() {
    // The key itself, and texts that spell it otherwise than the scheme reads them.
    let hex = "31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0";
    proves(Scheme::STANDARD, &WHSEC[6..], "secret-encoding");
    proves(Scheme::STANDARD, hex, "secret-encoding");
    proves(Scheme::STANDARD, &format!("v1,{WHSEC}"), "secret-encoding");
    let url = "x-_4";
    for (scheme, text, key) in [
        (Scheme::GITHUB, hex, &hex::decode(hex).unwrap()[..]),
        (Scheme::GITHUB, WHSEC, &WHSEC.as_bytes()[6..]),
        (Scheme::GITHUB, &WHSEC[6..], WHSEC.as_bytes()),
        (Scheme::STANDARD, WHSEC, WHSEC.as_bytes()),
        (Scheme::STRIPE, WHSEC, &hex::decode(hex).unwrap()),
        (Scheme::GITHUB, url, b"\xc7\xef\xf8"),
        (Scheme::ADYEN, hex, hex.as_bytes()),
    ] {
        let doctor = Doctor::new(scheme).secret("live", text).now(now());
        let diagnosis = doctor.diagnose(&signed_with(scheme, key, BODY), BODY);
        assert_proved(&diagnosis, &["secret-encoding"]);
    }
}

#[test]
fn another_secret() {
    let github = Scheme::GITHUB;
    let doctor = Doctor::new(github).secret("live", "other").secret("test", SECRET).now(now());
    let diagnosis = doctor.diagnose(&sign(github, BODY), BODY);
    assert_proved(&diagnosis, &["other-secret"]);
    assert!(diagnosis.findings()[0].found().contains("`test`"));
    for both in [format!("{WHSEC},whsec_AQID"), format!("whsec_AQID {WHSEC}")] {
        proves(Scheme::STANDARD, &both, "other-secret");
    }
}

#[test]
fn another_kind_of_secret() {
    for kind in ["sk_live_4eC39HqLyjWDarj", "we_1NxYz", "xoxb-1-2-abc", "ep_2abc", "ghp_abc"] {
        for scheme in [Scheme::GITHUB, Scheme::STANDARD] {
            let doctor = Doctor::new(scheme).secret("live", kind).now(now());
            assert_observed(&doctor.diagnose(&sign(scheme, BODY), BODY), "secret-kind");
        }
    }
    // Nothing proves that these are wrong, but they cannot be right.
    for (text, code) in [
        ("whsec_!", "secret-encoding"),
        ("undefined", "secret-kind"),
        ("whsec_AQID\n", "secret-whitespace"),
        ("'whsec_AQID'", "secret-quotes"),
    ] {
        let doctor = Doctor::new(Scheme::STANDARD).secret("live", text).now(now());
        assert_observed(&doctor.diagnose(&sign(Scheme::STANDARD, BODY), BODY), code);
    }
    // Without any, there is nothing to try.
    let diagnosis = Doctor::new(Scheme::GITHUB).diagnose(&sign(Scheme::GITHUB, BODY), BODY);
    assert!(diagnosis.verdict().is_err() && diagnosis.findings().is_empty());
    assert_ne!(text(Scheme::GITHUB), WHSEC);
}

#[cfg(feature = "ed25519")]
#[test]
fn a_mac_under_a_public_key_proves_nothing() {
    // Anyone can make one: the key is public.
    let text = "1bc4c1c0d0e2ff5b2b2ea3a63d3d9b3b5d75980fc09c27e8b5ed7a4b8a2f7c91";
    let spki = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    for key in [text.as_bytes(), &hex::decode(text).unwrap()] {
        let forged = signed_with(Scheme::GITHUB, key, BODY);
        let doctor = Doctor::new(Scheme::DISCORD).secret("live", text).now(now());
        let diagnosis = doctor.diagnose(&forged, BODY);
        assert!(diagnosis.findings().iter().all(|finding| !finding.is_proved()), "{diagnosis}");
    }
    for key in [spki, &spki[5..]] {
        let forged = signed_with(Scheme::STANDARD, key.as_bytes(), BODY);
        for text in [spki, &format!("{spki}\n"), &format!("'{spki}'")] {
            let doctor = Doctor::new(Scheme::STANDARD).secret("live", text).now(now());
            let diagnosis = doctor.diagnose(&forged, BODY);
            assert!(diagnosis.findings().iter().all(|it| !it.is_proved()), "{diagnosis}");
        }
    }
}
