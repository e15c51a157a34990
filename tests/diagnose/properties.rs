//! What holds for any delivery.

use http::{HeaderMap, HeaderName, HeaderValue, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use time::{Duration, OffsetDateTime};
use tower_webhook::Scheme;
use tower_webhook::diagnose::Doctor;
use tower_webhook::scheme::{Algorithm, KeyFormat, Part};

const URL: &str = "https://hooks.example.com/hook?a=%20";

/// Every preset that a text can sign for, with such a text.
fn schemes() -> impl Strategy<Value = (Scheme, String, String)> {
    let schemes: Vec<_> = Scheme::ALL
        .iter()
        .copied()
        .filter(|scheme| !matches!(scheme.algorithm(), Algorithm::Ed25519 | Algorithm::EcdsaP256))
        .filter(|scheme| cfg!(feature = "sha1") || scheme.algorithm() != Algorithm::HmacSha1)
        .collect();
    (select(schemes), "[0-9a-f]{32}", "[0-9a-f]{32}").prop_map(|(scheme, text, other)| {
        let is_whsec = matches!(scheme.key_format(), KeyFormat::Whsec | KeyFormat::VersionedWhsec);
        let prefix = if is_whsec { "whsec_" } else { "" };
        (scheme, format!("{prefix}{text}"), format!("{prefix}{other}"))
    })
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let json = "[\\[{\",:}\\]a1 \\\\u/<é\r\n]{0,60}".prop_map(String::into_bytes);
    prop_oneof![
        vec(any::<u8>(), 0..200),
        json,
        Just(br#"{"a":"\u00e9/","b":[1,2,{}]}"#.to_vec()),
        Just(b"payload=%7B%7D".to_vec()),
        Just(b"\x1f\x8b\x08\x1f\0\0\0\0\0\x03".to_vec()),
    ]
}

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap()
}

fn sign(scheme: Scheme, text: &str, body: &[u8]) -> Request<Vec<u8>> {
    let id = "9f5b34a28f6e4f8e9a3430d8f1e3c3b1";
    scheme.signer(text).unwrap().request(URL, id, now(), body.to_vec()).unwrap()
}

fn doctor(scheme: Scheme, text: &str) -> Doctor {
    let doctor = Doctor::new(scheme).secret("live", text).now(now());
    doctor.public_url("https://hooks.example.com").unwrap()
}

fn names() -> Vec<&'static str> {
    let families = Scheme::ALL.iter().flat_map(|scheme| scheme.headers());
    let names = families
        .flat_map(|names| names.signatures().chain(names.id_name()).chain(names.timestamp_name()));
    let others = [
        "content-length",
        "content-type",
        "content-encoding",
        "host",
        "forwarded",
        "x-forwarded-prefix",
        "x-original-uri",
        "x_hub_signature_256",
        "x-forwarded-host",
    ];
    names.chain(others).collect()
}

fn heads() -> impl Strategy<Value = HeaderMap> {
    let value = prop_oneof![
        "[!-~ ]{0,80}",
        "(t=|v1=|v1,|sha256=|v0=|)[0-9a-f]{64}(,v1=[0-9a-f]{64}|)",
        "1700000000",
        "https?://[a-z/?#%:]{0,20}",
        "[/%?&=a+]{0,20}",
        "\\PC{0,20}",
    ];
    vec((select(names()), value), 0..12).prop_map(|pairs| {
        let pairs = pairs.into_iter().filter_map(|(name, value)| {
            Some((HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).ok()?))
        });
        let mut headers = HeaderMap::new();
        pairs.for_each(|(name, value)| _ = headers.append(name, value));
        headers
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn an_untouched_delivery_has_no_findings((scheme, text, other) in schemes(), body in bodies()) {
        let request = sign(scheme, &text, &body);
        let diagnosis = doctor(scheme, &text).secret("test", other).diagnose(&request, &body);
        prop_assert!(diagnosis.verdict().is_ok(), "{}", diagnosis);
        prop_assert!(diagnosis.findings().is_empty() && diagnosis.is_complete());
    }

    #[test]
    fn a_forged_delivery_proves_nothing(
        (scheme, text, other) in schemes(),
        body in bodies(),
        late in prop_oneof![Just(0), Just(7200), -1_000_000..1_000_000_i64],
    ) {
        let request = sign(scheme, &other, &body);
        let doctor = doctor(scheme, &text).now(now() + Duration::seconds(late));
        let diagnosis = doctor.diagnose(&request, &body);
        prop_assert!(diagnosis.verdict().is_err());
        prop_assert!(diagnosis.findings().iter().all(|it| !it.is_proved()), "{}", diagnosis);
    }

    #[test]
    fn a_changed_body_proves_nothing((scheme, text, _) in schemes(), body in bodies(), at: usize) {
        // That an empty one was signed would be proved.
        prop_assume!(!body.is_empty());
        // Of a form not every byte counts, and beside a token none does.
        prop_assume!(scheme.signed().contains(&Part::Body));
        let mut other = body.clone();
        other.insert(at % (body.len() + 1), b'~');
        let diagnosis = doctor(scheme, &text).diagnose(&sign(scheme, &text, &body), &other);
        prop_assert!(diagnosis.verdict().is_err());
        prop_assert!(diagnosis.findings().iter().all(|it| !it.is_proved()), "{}", diagnosis);
    }

    #[test]
    fn nothing_panics_and_nothing_is_shown(
        scheme in select(Scheme::ALL),
        text in "(whsec_|whpk_|sk_live_|'|\"|Bearer |v1,|)[!-~é\u{200b}\n]{30,60}",
        headers in heads(),
        body in bodies(),
        uri in prop_oneof![Just("/"), Just("*"), Just("/a%2/%zz?b=%&&c"), Just("https://a.b:1/?")],
        public in prop_oneof![Just(None), Just(Some("http://a.example/p/")), Just(Some("https://é?#%"))],
    ) {
        let mut request = Request::post(uri).body(()).unwrap();
        *request.headers_mut() = headers;
        let doctor = Doctor::new(scheme).secret("live", text.as_str()).candidate_url("/c?d#e").now(now());
        let doctor = match public {
            Some(url) => doctor.clone().exact_url(url).unwrap_or(doctor),
            None => doctor,
        };
        let diagnosis = doctor.diagnose(&request, &body);
        prop_assert!(diagnosis.findings().iter().all(|it| !it.is_proved()), "{}", diagnosis);
        let shown = format!("{doctor:?} {diagnosis:?} {diagnosis}");
        prop_assert!(!shown.contains(&text));
        // No more than 40 characters of any value, and none of a signature.
        for value in request.headers().values().filter_map(|value| value.to_str().ok()) {
            if value.len() > 40 {
                prop_assert!(!shown.contains(value));
            }
            let digits = value.split(|it: char| !it.is_ascii_hexdigit());
            for tag in digits.filter(|it| it.len() == 64) {
                prop_assert!(!shown.contains(&tag[..16]));
            }
        }
    }
}

#[test]
fn the_work_is_bounded() {
    // Every hypothesis applies to this one, and none is right.
    let item = r#"{"é":"a/b<c>\u00e9", "k": [[[1, 2]]]},"#;
    let body = format!("[{}0]", item.repeat((64 << 10) / item.len()));
    let request = sign(Scheme::HUBSPOT_V3, "other", body.as_bytes());
    let diagnosis = doctor(Scheme::HUBSPOT_V3, "secret").diagnose(&request, body.as_bytes());
    assert!(diagnosis.findings().is_empty() && !diagnosis.is_complete());
    // The single changes are complete.
    let request = sign(Scheme::HUBSPOT_V3, "secret", format!("{body}\n").as_bytes());
    let diagnosis = doctor(Scheme::HUBSPOT_V3, "secret").diagnose(&request, body.as_bytes());
    assert_eq!(diagnosis.findings()[0].code(), "body-newline");
    assert!(diagnosis.is_complete());
    // The last single change of all, with 64 KiB.
    let count = (64 << 10) / 20;
    let received = format!("[{}]", [r#"{"b":"é/<","a":1}"#].repeat(count).join(","));
    let item = "{\n\"a\": 1,\n\"b\": \"\\u00E9\\/\\u003C\"\n}";
    let signed = format!("[\n{}\n]", [item].repeat(count).join(",\n"));
    let request = sign(Scheme::HUBSPOT_V3, "secret", signed.as_bytes());
    let diagnosis = doctor(Scheme::HUBSPOT_V3, "secret").diagnose(&request, received.as_bytes());
    assert_eq!(diagnosis.findings()[0].code(), "body-reserialised", "{diagnosis}");
    assert!(diagnosis.is_complete());
    // Of a body as large as this one, most is not even made.
    let body = vec![b' '; 40 << 20];
    let request = sign(Scheme::GITHUB, "other", &body);
    let diagnosis = doctor(Scheme::GITHUB, "secret").diagnose(&request, &body);
    assert!(diagnosis.findings().is_empty() && !diagnosis.is_complete());
    // What would be larger by far when it is indented, and what cannot be read at all.
    for body in ["[".repeat(90) + &"[],".repeat(5000) + "0" + &"]".repeat(90), "{".repeat(1 << 20)]
    {
        let request = sign(Scheme::GITHUB, "other", body.as_bytes());
        let diagnosis = doctor(Scheme::GITHUB, "secret").diagnose(&request, body.as_bytes());
        assert!(diagnosis.findings().is_empty());
    }
}

#[test]
fn a_verifier_is_enough_for_what_needs_no_text() {
    let verifier = Scheme::STRIPE.verifier("secret").unwrap();
    let request = sign(Scheme::STRIPE, "secret", b"{}");
    let doctor = Doctor::from(&verifier).now(now());
    assert!(doctor.diagnose(&request, b"{}").verdict().is_ok());
    assert_eq!(doctor.diagnose(&request, b"{}\n").findings()[0].code(), "body-newline");
    let late = doctor.now(now() + Duration::days(2)).diagnose(&request, b"{}");
    assert!(late.findings()[0].code() == "timestamp-old" && late.findings()[0].is_proved());
}

#[test]
fn every_code_is_in_the_chapter_and_in_a_test() {
    let chapter = include_str!("../../src/manual/troubleshooting.md");
    let tests = [
        include_str!("body.rs"),
        include_str!("head.rs"),
        include_str!("secret.rs"),
        include_str!("time.rs"),
        include_str!("url.rs"),
    ]
    .concat();
    for code in tower_webhook::diagnose::Finding::CODES {
        assert!(chapter.contains(&format!("`{code}`")), "{code}");
        assert!(tests.contains(&format!("\"{code}\"")), "{code}");
    }
    let ticked = chapter.split('`').skip(1).step_by(2);
    let families = ["secret-", "body-", "url-", "timestamp-", "signature-", "clock-"];
    for code in ticked.filter(|text| families.iter().any(|it| text.starts_with(it))) {
        assert!(tower_webhook::diagnose::Finding::CODES.contains(&code), "{code}");
    }
}
