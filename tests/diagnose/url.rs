//! Faults of the URL and the method, for the schemes that sign them.

use http::{Method, Request};
use tower_webhook::Scheme;
use tower_webhook::diagnose::Doctor;

use crate::support::{BODY, SECRET, assert_observed, assert_proved, now};

/// A delivery to `called`, of which the server sees `seen`.
fn request(scheme: Scheme, called: &str, seen: &str) -> Request<&'static [u8]> {
    let signer = scheme.signer(SECRET).unwrap();
    let mut request = signer.request(called, None, now(), BODY).unwrap();
    *request.uri_mut() = seen.parse().unwrap();
    request
}

fn doctor(scheme: Scheme, public: &str) -> Doctor {
    Doctor::new(scheme).secret("live", SECRET).now(now()).public_url(public).unwrap()
}

#[track_caller]
fn proves(called: &str, public: &str, seen: &str, code: &str) {
    for scheme in [Scheme::SQUARE, Scheme::HUBSPOT_V3] {
        let diagnosis = doctor(scheme, public).diagnose(&request(scheme, called, seen), BODY);
        assert_proved(&diagnosis, &[code]);
    }
}

#[test]
fn every_part_of_a_url() {
    let called = "https://hooks.example.com/api/square?b=1&a=2";
    let seen = "/api/square?b=1&a=2";
    proves(called, "http://hooks.example.com", seen, "url-scheme");
    proves(called, "https://hooks.example.com:443", seen, "url-host");
    proves("https://hooks.example.com:443/x", "https://hooks.example.com", "/x", "url-host");
    proves("https://a.example/hook/", "https://a.example", "/hook", "url-slash");
    proves("https://a.example/hook", "https://a.example", "/hook/", "url-slash");
    proves("https://a.example/a/b?q", "https://a.example", "//a//b?q", "url-slash");
    proves(called, "https://hooks.example.com/api", seen, "url-path");
    proves("https://a.example/hook", "https://a.example", "/hook?utm=1", "url-query");
    proves("https://a.example/hook?a=1&b=2", "https://a.example", "/hook?b=2&a=1", "url-query");
    proves("https://a.example/h%20k?a=%2f", "https://a.example", "/h%20k?a=%2F", "url-escaping");
    proves("https://a.example/h?a=b%20c", "https://a.example", "/h?a=b+c", "url-escaping");
    proves("https://a.example/h?a=b~c", "https://a.example", "/h?a=b%7Ec", "url-escaping");
    proves("https://a.example/h?a=%C3%A9", "https://a.example", "/h?a=%c3%a9", "url-escaping");
}

#[test]
fn what_the_headers_and_the_candidates_say() {
    let called = "https://hooks.example.com/api/square?a=1";
    let square = Scheme::SQUARE;
    for (name, value) in [
        ("x-forwarded-host", "hooks.example.com, inner"),
        ("forwarded", "for=1.2.3.4;host=hooks.example.com;proto=https"),
        ("host", "hooks.example.com"),
        ("x-original-host", "hooks.example.com:8443"),
    ] {
        let mut request = request(square, called, "/api/square?a=1");
        request.headers_mut().insert(name, value.parse().unwrap());
        let diagnosis = doctor(square, "https://inner:3000").diagnose(&request, BODY);
        assert_proved(&diagnosis, &["url-host"]);
        assert!(diagnosis.findings()[0].found().contains("hooks.example.com"));
        // Not configured at all.
        let doctor = Doctor::new(square).secret("live", SECRET).now(now());
        assert_proved(&doctor.diagnose(&request, BODY), &["url-host"]);
    }
    for (name, value) in [
        ("x-forwarded-prefix", "/api"),
        ("x-script-name", "/api/"),
        ("x-original-uri", "/api/square?a=1"),
        ("x-rewrite-url", "/api/square"),
        ("x-envoy-original-path", "/api/square?a=1"),
    ] {
        let mut request = request(square, called, "/square?a=1");
        request.headers_mut().insert(name, value.parse().unwrap());
        let doctor = doctor(square, "https://hooks.example.com");
        assert_proved(&doctor.diagnose(&request, BODY), &["url-path"]);
    }
    let seen = request(square, called, "/square?a=1");
    for candidate in ["/api/square?a=1", "https://x.example/api"] {
        let doctor = doctor(square, "https://hooks.example.com").candidate_url(candidate);
        assert_proved(&doctor.diagnose(&seen, BODY), &["url-path"]);
    }
    // As HTTP/2 has it.
    let seen = request(square, called, called);
    assert_proved(&doctor(square, "https://inner").diagnose(&seen, BODY), &["url-host"]);
    let seen = request(square, called, "/api/square?a=1");
    let doctor = doctor(square, "https://inner").candidate_url(called);
    assert_proved(&doctor.diagnose(&seen, BODY), &["url-host"]);
}

#[test]
fn an_exact_url_and_one_that_is_missing() {
    let called = "https://a.example/hook#square";
    let request = request(Scheme::SQUARE, called, "/hook");
    let doctor = || Doctor::new(Scheme::SQUARE).secret("live", SECRET).now(now());
    let right = doctor().exact_url(called).unwrap();
    assert!(right.diagnose(&request, BODY).verdict().is_ok());
    let other = doctor().exact_url("http://a.example/hook#square").unwrap();
    assert_proved(&other.diagnose(&request, BODY), &["url-scheme"]);
    assert_observed(&doctor().diagnose(&request, BODY), "url-host");
    let with_base = doctor().public_url("https://a.example").unwrap();
    assert_observed(&with_base.diagnose(request.headers(), BODY), "url-path");
}

#[test]
fn the_method() {
    let mut request = request(Scheme::HUBSPOT_V3, "https://a.example/hook", "/hook");
    *request.method_mut() = Method::PUT;
    let doctor = doctor(Scheme::HUBSPOT_V3, "https://a.example");
    assert_proved(&doctor.diagnose(&request, BODY), &["method"]);
}
