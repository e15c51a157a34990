//! Faults of the headers.

use http::{HeaderMap, HeaderName};
use tower_webhook::diagnose::Doctor;
use tower_webhook::scheme::{Algorithm, Encoding, HeaderNames, Layout, Part, TimestampFormat};
use tower_webhook::{Head, Scheme};

use crate::support::{BODY, SECRET, WHSEC, assert_observed, assert_proved, doctor, now, sign};

/// A delivery of `sender`, received with `scheme`.
#[track_caller]
fn proves(sender: Scheme, scheme: Scheme, code: &str) {
    let headers = sender.signer(SECRET).unwrap().sign("msg_1", now(), BODY).unwrap();
    let doctor = Doctor::new(scheme).secret("live", SECRET).now(now());
    assert_proved(&doctor.diagnose(&headers, BODY), &[code]);
}

fn renamed(headers: &HeaderMap, from: &str, to: &str) -> HeaderMap {
    let mut headers = headers.clone();
    let value = headers.remove(from).unwrap();
    headers.insert(to.parse::<HeaderName>().unwrap(), value);
    headers
}

const NAMES: &[HeaderNames] = &[HeaderNames::new("acme-signature").timestamp("acme-time")];
const PARTS: &[Part] = &[Part::Timestamp, Part::Literal("."), Part::Body];
const ACME: Scheme = Scheme::custom("acme").headers(NAMES).signed(PARTS).build();
const BASE64: Scheme =
    Scheme::custom("acme").headers(NAMES).signed(PARTS).encoding(Encoding::Base64).build();
const PREFIXED: Scheme =
    Scheme::custom("acme").headers(NAMES).signed(PARTS).layout(Layout::single("sha256=")).build();
const SHA512: Scheme =
    Scheme::custom("acme").headers(NAMES).signed(PARTS).algorithm(Algorithm::HmacSha512).build();
const COLON: Scheme = Scheme::custom("acme")
    .headers(NAMES)
    .signed(&[Part::Timestamp, Part::Literal(":"), Part::Body])
    .build();
const BARE: Scheme =
    Scheme::custom("acme").headers(NAMES).signed(&[Part::Timestamp, Part::Body]).build();
const MILLIS: Scheme = Scheme::custom("acme")
    .headers(NAMES)
    .signed(PARTS)
    .timestamp_format(TimestampFormat::Millis)
    .build();
const DATES: Scheme = Scheme::custom("acme")
    .headers(NAMES)
    .signed(PARTS)
    .timestamp_format(TimestampFormat::Rfc3339)
    .build();
const VERSION_1: Scheme = Scheme::custom("acme")
    .headers(&[HeaderNames::new("acme-signature")])
    .layout(Layout::list(',', '=', "v1").timestamp_key("t"))
    .signed(PARTS)
    .build();
const VERSION_2: Scheme = Scheme::custom("acme")
    .headers(&[HeaderNames::new("acme-signature")])
    .layout(Layout::list(',', '=', "v2").timestamp_key("t"))
    .signed(PARTS)
    .build();

#[test]
fn a_description_that_is_wrong_in_one_respect() {
    proves(BASE64, ACME, "signature-encoding");
    proves(ACME, BASE64, "signature-encoding");
    proves(PREFIXED, ACME, "signature-prefix");
    proves(ACME, PREFIXED, "signature-prefix");
    proves(VERSION_2, VERSION_1, "signature-version");
    proves(SHA512, ACME, "algorithm");
    proves(ACME, SHA512, "algorithm");
    proves(COLON, ACME, "separator");
    proves(BARE, ACME, "separator");
    proves(ACME, BARE, "separator");
    for sender in [ACME, MILLIS, DATES] {
        for receiver in [ACME, MILLIS, DATES].into_iter().filter(|it| *it != sender) {
            proves(sender, receiver, "timestamp-unit");
        }
    }
}

#[test]
fn a_timestamp_that_was_rewritten() {
    let mut headers = ACME.signer(SECRET).unwrap().sign(None, now(), BODY).unwrap();
    headers.insert("acme-time", "2023-11-14T22:13:20Z".parse().unwrap());
    let doctor = Doctor::new(ACME).secret("live", SECRET).now(now());
    assert_proved(&doctor.diagnose(&headers, BODY), &["timestamp-unit"]);
    headers.insert("acme-time", "yesterday".parse().unwrap());
    assert_observed(&doctor.diagnose(&headers, BODY), "timestamp-unit");
}

#[test]
fn a_signature_that_was_written_otherwise() {
    let headers = sign(Scheme::SHOPIFY, BODY);
    let value = headers["x-shopify-hmac-sha256"].to_str().unwrap();
    assert!(value.ends_with('='));
    let bare = value.trim_end_matches('=');
    let escaped = value.replace('=', "%3D").replace('+', "%2B").replace('/', "%2F");
    for other in [bare, &escaped, &bare.replace('+', "-").replace('/', "_")] {
        let mut headers = headers.clone();
        headers.insert("x-shopify-hmac-sha256", other.parse().unwrap());
        let diagnosis = doctor(Scheme::SHOPIFY).diagnose(&headers, BODY);
        assert_proved(&diagnosis, &["signature-encoding"]);
    }
    let mut headers = headers.clone();
    headers.insert("x-shopify-hmac-sha256", format!("\"{value}\"").parse().unwrap());
    assert_proved(&doctor(Scheme::SHOPIFY).diagnose(&headers, BODY), &["signature-prefix"]);
    headers.insert("x-shopify-hmac-sha256", "!".parse().unwrap());
    assert_observed(&doctor(Scheme::SHOPIFY).diagnose(&headers, BODY), "signature-encoding");

    let mut headers = sign(Scheme::GITHUB, BODY);
    headers.insert("x-hub-signature-256", "nonsense".parse().unwrap());
    assert_observed(&doctor(Scheme::GITHUB).diagnose(&headers, BODY), "signature-prefix");
    let mut headers = sign(Scheme::STRIPE, BODY);
    headers.insert("stripe-signature", "t=1700000000,v9=00".parse().unwrap());
    assert_observed(&doctor(Scheme::STRIPE).diagnose(&headers, BODY), "signature-version");
}

#[test]
fn another_scheme() {
    for (sender, scheme) in [
        (Scheme::STRIPE, Scheme::GITHUB),
        (Scheme::GITHUB, Scheme::SHOPIFY),
        (Scheme::SLACK, Scheme::STRIPE),
    ] {
        proves(sender, scheme, "other-scheme");
    }
    let doctor = Doctor::new(Scheme::GITHUB).secret("live", WHSEC).now(now());
    let diagnosis = doctor.diagnose(&sign(Scheme::STANDARD, BODY), BODY);
    assert_proved(&diagnosis, &["other-scheme"]);
    // The header of another scheme, and a secret that is none of the two's.
    let doctor = Doctor::new(Scheme::GITHUB).secret("live", "other").now(now());
    assert_observed(&doctor.diagnose(&sign(Scheme::STRIPE, BODY), BODY), "other-scheme");
}

#[test]
fn a_header_that_is_missing() {
    let headers = sign(Scheme::GITHUB, BODY);
    for name in ["x-amzn-remapped-x-hub-signature-256", "x_hub_signature_256", "hub-signature-256"]
    {
        let headers = renamed(&headers, "x-hub-signature-256", name);
        assert_proved(&doctor(Scheme::GITHUB).diagnose(&headers, BODY), &["header-missing"]);
    }
    // As CGI has it.
    let value = headers["x-hub-signature-256"].as_bytes();
    let pairs = [("HTTP_X_HUB_SIGNATURE_256", value)];
    let diagnosis = doctor(Scheme::GITHUB).diagnose(Head::from_pairs(&pairs), BODY);
    assert_proved(&diagnosis, &["header-missing"]);

    let pairs = [("x-hubspot-signature", &b"x"[..]), ("x-request-id", b"1")];
    let diagnosis = doctor(Scheme::GITHUB).diagnose(Head::from_pairs(&pairs), BODY);
    assert_observed(&diagnosis, "header-missing");
    let found = diagnosis.findings()[0].found();
    assert!(found.contains("`x-hub-signature-256`") && found.contains("`x-hubspot-signature`"));
    assert!(!found.contains("x-request-id"));

    let mut headers = sign(Scheme::STANDARD, BODY);
    headers.remove("webhook-id");
    let diagnosis = doctor(Scheme::STANDARD).diagnose(&headers, BODY);
    assert_observed(&diagnosis, "header-missing");
    assert!(diagnosis.findings()[0].found().contains("`webhook-id`, `svix-id`"));
}

#[test]
fn headers_that_were_joined_or_repeated() {
    for (scheme, name, joint) in [
        (Scheme::GITHUB, "x-hub-signature-256", ", "),
        (Scheme::SHOPIFY, "x-shopify-hmac-sha256", ","),
        (Scheme::STANDARD, "webhook-id", ", "),
        (Scheme::STANDARD, "webhook-timestamp", ","),
    ] {
        let mut headers = sign(scheme, BODY);
        let value = headers[name].to_str().unwrap().to_owned();
        headers.append(name, value.parse().unwrap());
        assert_proved(&doctor(scheme).diagnose(&headers, BODY), &["header-joined"]);
        headers.insert(name, [value.as_str(), &value].join(joint).parse().unwrap());
        assert_proved(&doctor(scheme).diagnose(&headers, BODY), &["header-joined"]);
    }
    // `v1,…, v1,…`, where a comma is also a part of the entry.
    let mut headers = sign(Scheme::STANDARD, BODY);
    let value = headers["webhook-signature"].to_str().unwrap().to_owned();
    let other = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    headers.insert("webhook-signature", format!("{value}, {other}").parse().unwrap());
    assert_proved(&doctor(Scheme::STANDARD).diagnose(&headers, BODY), &["header-joined"]);
}

#[test]
fn headers_of_two_families() {
    let headers = sign(Scheme::STANDARD, BODY);
    for name in ["id", "timestamp", "signature"] {
        let (from, to) = (format!("webhook-{name}"), format!("svix-{name}"));
        let headers = renamed(&headers, &from, &to);
        assert_proved(&doctor(Scheme::STANDARD).diagnose(&headers, BODY), &["header-family"]);
    }
}
