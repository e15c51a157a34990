//! Faults of the body.

use http::HeaderMap;
use tower_webhook::Scheme;

use crate::support::{BODY, assert_observed, assert_proved, doctor, sign};

/// A body that was signed, and what arrived.
#[track_caller]
fn proves(signed: impl AsRef<[u8]>, received: impl AsRef<[u8]>, code: &str) {
    let (signed, received) = (signed.as_ref(), received.as_ref());
    for scheme in [Scheme::GITHUB, Scheme::STANDARD] {
        let diagnosis = doctor(scheme).diagnose(&sign(scheme, signed), received);
        assert_proved(&diagnosis, &[code]);
    }
}

#[test]
fn its_ends_and_its_lines() {
    for end in ["\n", "\r\n"] {
        proves(BODY, [BODY, end.as_bytes()].concat(), "body-newline");
        proves([BODY, end.as_bytes()].concat(), BODY, "body-newline");
    }
    proves("a\nb\n\nc", "a\r\nb\r\n\r\nc", "body-crlf");
    proves("a\r\nb\r\n\r\nc", "a\nb\n\nc", "body-crlf");
    proves(BODY, [b"\xef\xbb\xbf", BODY].concat(), "body-bom");
    proves([b"\xef\xbb\xbf", BODY].concat(), BODY, "body-bom");
}

#[test]
fn json_that_was_printed_again() {
    let compact = r#"{"b":[1.0,{"x":[]}],"a":"é/😀","c":{}}"#;
    let printed = [
        // JavaScript, Python, PHP, Go, Ruby, Java; and sorted.
        "{\n  \"b\": [\n    1.0,\n    {\n      \"x\": []\n    }\n  ],\n  \"a\": \"é/😀\",\n  \"c\": {}\n}",
        r#"{"b": [1.0, {"x": []}], "a": "\u00e9/\ud83d\ude00", "c": {}}"#,
        r#"{"b":[1.0,{"x":[]}],"a":"\u00e9\/\ud83d\ude00","c":{}}"#,
        "{\n    \"b\": [\n        1.0,\n        {\n            \"x\": []\n        }\n    ],\n    \"a\": \"\\u00e9\\/\\ud83d\\ude00\",\n    \"c\": {}\n}",
        "{\n  \"b\" : [ 1.0, {\n    \"x\" : [ ]\n  } ],\n  \"a\" : \"é/😀\",\n  \"c\" : { }\n}",
        r#"{"b":[1.0,{"x":[]}],"a":"\u00E9/\uD83D\uDE00","c":{}}"#,
    ];
    for printed in printed {
        proves(compact, printed, "body-reserialised");
        proves(printed, compact, "body-reserialised");
    }
    let sorted = r#"{"a": "\u00e9/\ud83d\ude00", "b": [1.0, {"x": []}], "c": {}}"#;
    proves(sorted, compact, "body-reserialised");
    // Go escapes these, and its encoder ends with a newline.
    let (go, other) = ("{\"a\":\"\\u003cb\\u003e \\u0026\"}\n", r#"{ "a": "<b> &" }"#);
    proves(go, other, "body-reserialised");
    proves(r#"{"a":"<b> &"}"#, go.trim_end(), "body-reserialised");
    // Numbers stay as they were written.
    let numbers = r#"{"a":1.10,"b":1e3,"c":12345678901234567890123}"#;
    proves(numbers, numbers.replace(':', ": ").replace(',', ", "), "body-reserialised");
}

#[test]
fn a_body_inside_of_another() {
    use base64::Engine as _;
    proves(BODY, base64::engine::general_purpose::STANDARD.encode(BODY), "body-base64");
    proves(BODY, base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(BODY), "body-base64");
    let text = str::from_utf8(BODY).unwrap();
    proves(BODY, serde_json::to_string(text).unwrap(), "body-string");
    proves(serde_json::to_string(text).unwrap(), BODY, "body-string");
    let form = r#"payload=%7B%22a%22%3A%22b+c%2B%C3%A9%22%7D"#;
    let json = r#"{"a":"b c+é"}"#;
    proves(json, form, "body-form");
    proves(form, json, "body-form");
    proves(form.replace('+', "%20"), json, "body-form");
    proves(json, format!("x=1&{form}"), "body-form");
}

#[test]
fn a_body_that_was_compressed() {
    proves(BODY, miniz_oxide::deflate::compress_to_vec_zlib(BODY, 6), "body-compressed");
    let deflated = miniz_oxide::deflate::compress_to_vec(BODY, 6);
    let check = [0; 8];
    for (flags, more) in
        [(0, &b""[..]), (4, b"\x02\0ab"), (8, b"body.json\0"), (2, b"cc"), (24, b"n\0c\0")]
    {
        let header = [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3];
        proves(BODY, [&header, more, &deflated, &check].concat(), "body-compressed");
    }
    let mut headers = sign(Scheme::GITHUB, b"compressed");
    headers.insert("content-encoding", "gzip".parse().unwrap());
    assert_observed(&doctor(Scheme::GITHUB).diagnose(&headers, BODY), "body-compressed");
}

#[test]
fn a_body_that_was_decoded() {
    let text = r#"{"name":"café"}"#;
    let latin: String = text.bytes().map(char::from).collect();
    proves(text, latin, "body-lossy");
    proves(text, b"{\"name\":\"caf\xe9\"}", "body-lossy");
    let headers = sign(Scheme::GITHUB, b"\xff\xfe");
    assert_observed(
        &doctor(Scheme::GITHUB).diagnose(&headers, "\u{fffd}".as_bytes()),
        "body-lossy",
    );
}

fn with(name: &'static str, value: &str) -> HeaderMap {
    let mut headers = sign(Scheme::GITHUB, BODY);
    headers.insert(name, value.parse().unwrap());
    headers
}

#[test]
fn a_body_that_is_not_there() {
    proves("", "{}", "body-empty");
    let doctor = doctor(Scheme::GITHUB);
    let observed = |headers: HeaderMap, body: &[u8], code| {
        assert_observed(&doctor.diagnose(&headers, body), code);
    };
    observed(with("content-length", "10"), b"", "body-empty");
    observed(with("content-type", "application/json"), b"", "body-empty");
    observed(with("content-length", "10"), b"{", "body-truncated");
    observed(with("content-type", "application/x-www-form-urlencoded"), b"{\"a\":1}", "body-form");
    // As long as announced, so something else is wrong.
    let diagnosis = doctor.diagnose(&with("content-length", "1"), b"{");
    assert!(diagnosis.findings().is_empty(), "{diagnosis}");
}

#[test]
fn two_faults_together() {
    let compact = br#"{"a":1}"#;
    let headers = sign(Scheme::GITHUB, compact);
    let quoted = format!("\"{}\"", crate::support::SECRET);
    let doctor = tower_webhook::diagnose::Doctor::new(Scheme::GITHUB).secret("live", quoted);
    let diagnosis = doctor.diagnose(&headers, b"{ \"a\": 1 }\n");
    assert_proved(&diagnosis, &["body-reserialised", "secret-quotes"]);
    assert_eq!(diagnosis.findings()[0].together_with(), Some("secret-quotes"));
}
