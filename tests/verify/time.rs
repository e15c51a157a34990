//! The timestamp: how it is read, and how old it may be.

use std::time::Duration;

use tower_webhook::scheme::{HeaderNames, Layout, Part, TimestampFormat};
use tower_webhook::{Field, Scheme, Secret, Tolerance, VerifyError};

use crate::standard::{BODY, claimed, standard, standard_tag, verify_standard};
use crate::support::{ID, NOW, WHSEC, at, sign, verifier};

#[test]
fn timestamps_are_signed_as_received_and_read_strictly() {
    let malformed = VerifyError::Malformed(Field::Timestamp);
    for text in [
        "+1700000000",
        "01700000000",
        "0700000000",
        "1700000000.0",
        "1700000000abc",
        // Ten digits, neither more nor fewer.
        "0",
        "170000000",
        "999999999",
        "17000000000",
        "1700000000000",
        "253402300799",
        "17_00000000",
        "0x6553f100",
        "1.7e9",
        "-1700000000",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551616",
        "1700 000000",
        "٠",
        "",
    ] {
        assert_eq!(claimed(ID, text).unwrap_err(), malformed, "{text:?}");
    }
    // Blanks around a value are none of it, and nothing else is taken for a blank.
    let signature = format!("v1,{}", standard_tag(ID, "1700000000", BODY));
    for text in [" 1700000000", "1700000000 ", "\t1700000000"] {
        assert!(verify_standard(&standard(ID, text, &signature)).is_ok(), "{text:?}");
    }
    for text in ["\u{a0}1700000000", "1700000000\u{2003}", " ", "\t"] {
        assert_eq!(claimed(ID, text).unwrap_err(), malformed, "{text:?}");
    }
}

#[test]
fn a_timestamp_spelled_otherwise_than_it_was_signed_is_refused() {
    let good = standard_tag(ID, "1700000000", BODY);
    for text in ["+1700000000", "01700000000", "1700000000.0"] {
        let error = verify_standard(&standard(ID, text, &format!("v1,{good}"))).unwrap_err();
        assert_eq!(error, VerifyError::Malformed(Field::Timestamp), "{text:?}");
    }
}

#[test]
fn exactly_at_the_tolerance_is_accepted_and_one_second_more_is_not() {
    assert!(claimed(ID, &(NOW - 300).to_string()).is_ok());
    assert!(claimed(ID, &(NOW + 300).to_string()).is_ok());
    let past = claimed(ID, &(NOW - 301).to_string()).unwrap_err();
    assert_eq!(past, VerifyError::TimestampTooOld);
    let future = claimed(ID, &(NOW + 301).to_string()).unwrap_err();
    assert_eq!(future, VerifyError::TimestampTooNew);
    let first = claimed(ID, "1000000000").unwrap_err();
    assert_eq!(first, VerifyError::TimestampTooOld);
    let last = claimed(ID, "9999999999").unwrap_err();
    assert_eq!(last, VerifyError::TimestampTooNew);
}

#[test]
fn past_and_future_have_tolerances_of_their_own() {
    let tolerance = Tolerance::new(Duration::from_secs(10), Duration::ZERO);
    let verifier = verifier(Scheme::SLACK).tolerance(tolerance);
    let good = sign(Scheme::SLACK, BODY);
    assert!(verifier.verify_at(&good, BODY, at(NOW + 10)).is_ok());
    let old = verifier.verify_at(&good, BODY, at(NOW + 11)).unwrap_err();
    assert_eq!(old, VerifyError::TimestampTooOld);
    let new = verifier.verify_at(&good, BODY, at(NOW - 1)).unwrap_err();
    assert_eq!(new, VerifyError::TimestampTooNew);
}

#[test]
fn turning_the_window_off_still_wants_a_signed_timestamp() {
    let verifier = verifier(Scheme::SLACK).tolerance(Tolerance::dangerous_unlimited());
    let good = sign(Scheme::SLACK, BODY);
    assert!(verifier.verify_at(&good, BODY, at(NOW + 1_000_000_000)).is_ok());
    let mut bad = good.clone();
    bad.insert("x-slack-request-timestamp", "1700000001".parse().unwrap());
    assert_eq!(verifier.verify(&bad, BODY).unwrap_err(), VerifyError::Mismatch);
    bad.remove("x-slack-request-timestamp");
    assert_eq!(verifier.verify(&bad, BODY).unwrap_err(), VerifyError::Missing(Field::Timestamp));
}

#[test]
fn milliseconds_are_read_as_such() {
    const MILLIS: Scheme = Scheme::custom("millis")
        .headers(&[HeaderNames::new("x-signature")])
        .layout(Layout::list(';', '=', "h1").timestamp_key("ts"))
        .timestamp_format(TimestampFormat::Millis)
        .signed(&[Part::Timestamp, Part::Literal(":"), Part::Body])
        .build();
    let sent = sign(MILLIS, BODY);
    assert!(sent["x-signature"].to_str().unwrap().starts_with("ts=1700000000000;h1="));
    assert!(verifier(MILLIS).verify(&sent, BODY).is_ok());
    let error = verifier(MILLIS).verify_at(&sent, BODY, at(NOW + 301)).unwrap_err();
    assert_eq!(error, VerifyError::TimestampTooOld);
}

#[test]
fn the_one_call_function_reads_the_real_clock() {
    let secret = Secret::whsec(WHSEC).unwrap();
    let signer = Scheme::STANDARD.signer(WHSEC).unwrap();
    let now = signer.sign(ID, time::OffsetDateTime::now_utc(), BODY).unwrap();
    assert!(tower_webhook::verify(Scheme::STANDARD, &secret, &now, BODY).is_ok());
    let changed = tower_webhook::verify(Scheme::STANDARD, &secret, &now, b"").unwrap_err();
    assert_eq!(changed, VerifyError::Mismatch);
    let then =
        tower_webhook::verify(Scheme::STANDARD, &secret, &sign(Scheme::STANDARD, BODY), BODY);
    assert_eq!(then.unwrap_err(), VerifyError::TimestampTooOld);
}
