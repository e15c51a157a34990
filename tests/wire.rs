//! The rules of the wire, one by one: what is refused, what is not, and as what.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{
    ID, NOW, WHSEC, at, headers, presets, request, secret, sign, signer, verifier, verify,
};
use http::HeaderMap;
use std::time::Duration;
use tower_webhook::{
    Encoding, Field, HeaderNames, InvalidSecret, KeyFormat, Layout, Part, Scheme, SchemeBuilder,
    Secret, TimestampFormat, Tolerance, Verified, Verifier, VerifyError,
};

const BODY: &[u8] = br#"{"hello":"world"}"#;

/// Signs `content` as it stands, whatever the scheme would have signed.
fn tag(encoding: Encoding, content: &[u8]) -> String {
    const NAMES: &[HeaderNames] = &[HeaderNames::new("x")];
    let scheme = Scheme::custom("raw").headers(NAMES).encoding(encoding).try_build().unwrap();
    let signer = tower_webhook::Signer::new(scheme, Secret::whsec(WHSEC).unwrap()).unwrap();
    signer.sign(None, at(NOW), content).unwrap()["x"].to_str().unwrap().to_owned()
}

fn standard_tag(id: &str, timestamp: &str, body: &[u8]) -> String {
    tag(Encoding::Base64, &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat())
}

fn standard(id: &str, timestamp: &str, signature: &str) -> HeaderMap {
    headers(&[
        ("webhook-id", id),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", signature),
    ])
}

fn verify_standard(headers: &HeaderMap) -> Result<Verified, VerifyError> {
    verify(Scheme::STANDARD, headers, BODY)
}

/// A good delivery at [`NOW`] with this for its list of signatures; `{}` is the good one.
fn listed(list: &str) -> Result<Verified, VerifyError> {
    let good = standard_tag(ID, &NOW.to_string(), BODY);
    verify_standard(&standard(ID, &NOW.to_string(), &list.replace("{}", &good)))
}

/// A delivery with this for its id and its timestamp, both signed as they stand.
fn claimed(id: &str, timestamp: &str) -> Result<Verified, VerifyError> {
    let signature = format!("v1,{}", standard_tag(id, timestamp, BODY));
    verify_standard(&standard(id, timestamp, &signature))
}

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
        for name in good.keys() {
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
        for (name, value) in &good {
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
        for name in good.keys() {
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
    let signer = signer.older_secret(Secret::utf8("old").unwrap()).unwrap();
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
fn timestamps_are_signed_as_received_and_read_strictly() {
    let malformed = VerifyError::Malformed(Field::Timestamp);
    for text in [
        "+1700000000",
        "01700000000",
        "1700000000.0",
        "1700000000abc",
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
    // Spaces around a value do not survive HTTP, but a map can hold them.
    for text in [" 1700000000", "1700000000 ", "\t1700000000"] {
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
    assert_eq!(claimed(ID, "0").unwrap_err(), VerifyError::TimestampTooOld);
    let last = claimed(ID, "253402300799").unwrap_err();
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
fn an_id_is_visible_ascii_and_cannot_run_into_the_timestamp() {
    let malformed = VerifyError::Malformed(Field::Id);
    for id in ["", "a.b", ".", "msg_1.1700000000", "mség", "a\tb", &"x".repeat(257)] {
        assert_eq!(claimed(id, "1700000000").unwrap_err(), malformed, "{id:?}");
    }
    for id in ["a", "a b", "~!@#$%^&*()", &"x".repeat(64), &"x".repeat(65), &"x".repeat(256)] {
        assert_eq!(claimed(id, "1700000000").unwrap().id(), Some(id));
    }
}

#[test]
fn a_strange_byte_is_found_wherever_it_is_in_an_id() {
    for size in 1..=50 {
        let good = "x".repeat(size);
        assert_eq!(claimed(&good, "1700000000").unwrap().id(), Some(good.as_str()));
        for place in 0..size {
            for strange in [".", "\t"] {
                let mut bad = good.clone();
                bad.replace_range(place..=place, strange);
                let error = claimed(&bad, "1700000000").unwrap_err();
                assert_eq!(error, VerifyError::Malformed(Field::Id), "{bad:?}");
            }
        }
    }
}

#[test]
fn whatever_ends_an_id_is_not_in_it() {
    const NAMES: &[HeaderNames] = &[HeaderNames::new("x-signature").id("x-id")];
    const TAB: Scheme = Scheme::custom("tab")
        .headers(NAMES)
        .signed(&[Part::Id, Part::Literal("\t"), Part::Body])
        .build();
    const DASHES: Scheme = Scheme::custom("dashes")
        .headers(NAMES)
        .signed(&[Part::Id, Part::Literal("--"), Part::Body])
        .build();
    let verdict = |scheme: Scheme, id: &str| {
        let mut sent = sign(scheme, BODY);
        sent.insert("x-id", id.parse().unwrap());
        verify(scheme, &sent, BODY).unwrap_err()
    };
    let malformed = VerifyError::Malformed(Field::Id);
    for id in ["a\tb", "\t", "mség"] {
        assert_eq!(verdict(TAB, id), malformed, "{id:?}");
        assert_eq!(verdict(DASHES, id), malformed, "{id:?}");
    }
    for id in ["a--b", "--", "a---"] {
        assert_eq!(verdict(DASHES, id), malformed, "{id:?}");
    }
    // What is well formed is only not what was signed.
    for id in ["a", "-", "a-b-"] {
        assert_eq!(verdict(DASHES, id), VerifyError::Mismatch, "{id:?}");
    }
    assert_eq!(verdict(TAB, "a--b"), VerifyError::Mismatch);
    assert!(verify(DASHES, &sign(DASHES, BODY), BODY).is_ok());
}

#[test]
fn the_boundary_between_id_and_timestamp_cannot_be_moved() {
    // Both deliveries have the signed content `a.1700000000.1700000001.{}`.
    let content = b"a.1700000000.1700000001.{}";
    let signature = format!("v1,{}", tag(Encoding::Base64, content));
    let verifier = verifier(Scheme::STANDARD);
    let sent = standard("a", "1700000000", &signature);
    assert!(verifier.verify(&sent, b"1700000001.{}").is_ok());
    let moved = standard("a.1700000000", "1700000001", &signature);
    assert_eq!(verifier.verify(&moved, b"{}").unwrap_err(), VerifyError::Malformed(Field::Id));
}

#[test]
fn an_id_that_is_not_signed_is_no_id() {
    let mut sent = sign(Scheme::GITHUB, BODY);
    sent.insert("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958".parse().unwrap());
    sent.insert("webhook-id", ID.parse().unwrap());
    sent.insert("webhook-timestamp", NOW.into());
    let verified = verify(Scheme::GITHUB, &sent, BODY).unwrap();
    assert_eq!((verified.id(), verified.timestamp()), (None, None));
}

#[test]
fn a_list_is_searched_for_the_version_it_knows() {
    for list in [
        "v1,{}",
        "v1,{} v2,abc",
        "v2,abc v1,{}",
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== v1,{}",
        "abc v1,{}",
        ", v1,{}",
        "v1 v1,{}",
        "v1, v1,{}",
        "v1,!!!! v1,{}",
        "v1,AAAA v1,{}",
        "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= v1,{}",
        "  v1,{}  ",
    ] {
        assert!(listed(list).is_ok(), "{list:?}");
    }
}

#[test]
fn a_list_without_a_known_version_is_unsupported() {
    for list in ["", " ", ",", "{}", "v2,{}", "v1a,{}", "V1,{}", "v1={}", "v1\u{a0},{}", "v11,{}"] {
        assert_eq!(listed(list).unwrap_err(), VerifyError::UnsupportedVersion, "{list:?}");
    }
}

#[test]
fn an_entry_must_be_canonical_base64_of_the_right_size() {
    let good = standard_tag(ID, &NOW.to_string(), BODY);
    let bare = good.trim_end_matches('=');
    let last = bare.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let loose_bits = format!("v1,{}{next}=", &bare[..bare.len() - 1]);
    for list in [
        "v1,",
        "v1,=",
        &format!("v1,{bare}"),
        "v1,{}=",
        "v1,{},extra",
        "v1,{},v1,{}",
        "v1,{}\tv1,{}",
        "v1,{}{}",
        "v1,A{}",
        &format!("v1,{}", &good[..20]),
        &format!("v1,-{}", &good[1..]),
        &loose_bits,
    ] {
        let error = listed(list).unwrap_err();
        assert_eq!(error, VerifyError::Malformed(Field::Signature), "{list:?}");
    }
}

#[test]
fn an_empty_or_short_signature_never_matches() {
    for scheme in presets() {
        let good = sign(scheme, BODY);
        for (name, value) in &good {
            let value = value.to_str().unwrap();
            for size in 0..value.len() {
                let mut bad = good.clone();
                bad.insert(name, value[..size].parse().unwrap());
                let verdict = verify(scheme, &bad, BODY);
                assert!(verdict.is_err(), "{scheme:?} {name} {:?}", &value[..size]);
            }
        }
    }
}

#[test]
fn thirty_two_signatures_are_looked_at_and_thirty_three_are_not() {
    let wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ";
    assert!(listed(&format!("{}v1,{{}}", wrong.repeat(31))).is_ok());
    for count in [32, 5_000] {
        let error = listed(&format!("{}v1,{{}}", wrong.repeat(count))).unwrap_err();
        assert_eq!(error, VerifyError::TooManySignatures);
    }
    // Whatever the entries are.
    assert_eq!(listed(&" ".repeat(32)).unwrap_err(), VerifyError::TooManySignatures);

    let scheme = Scheme::STRIPE;
    let good = sign(scheme, BODY)["stripe-signature"].to_str().unwrap().to_owned();
    let wrong = format!(",v1={}", "0".repeat(64));
    let with = |count| headers(&[("stripe-signature", good.clone() + &wrong.repeat(count))]);
    assert!(verify(scheme, &with(31), BODY).is_ok());
    let error = verify(scheme, &with(32), BODY).unwrap_err();
    assert_eq!(error, VerifyError::TooManySignatures);

    // Over several headers, however little the last of them says.
    const SEVERAL: Scheme = Scheme::custom("several")
        .headers(&[HeaderNames::new("x-signature")])
        .layout(Layout::list(',', '=', "v1"))
        .repeated_signature()
        .build();
    let mut several = sign(SEVERAL, BODY);
    several.append("x-signature", ",".repeat(30).parse().unwrap());
    assert!(verify(SEVERAL, &several, BODY).is_ok());
    several.append("x-signature", "".parse().unwrap());
    let error = verify(SEVERAL, &several, BODY).unwrap_err();
    assert_eq!(error, VerifyError::TooManySignatures);
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

#[test]
fn a_prefix_is_part_of_the_grammar() {
    let malformed = VerifyError::Malformed(Field::Signature);
    let good = sign(Scheme::GITHUB, BODY)["x-hub-signature-256"].to_str().unwrap().to_owned();
    let bare = good.trim_start_matches("sha256=");
    for value in [
        bare.to_owned(),
        format!("SHA256={bare}"),
        format!("sha1={bare}"),
        format!("sha256={good}"),
        format!("sha256= {bare}"),
        format!("{good},{good}"),
        "sha256=".to_owned(),
    ] {
        let bad = headers(&[("x-hub-signature-256", &value)]);
        assert_eq!(verify(Scheme::GITHUB, &bad, BODY).unwrap_err(), malformed, "{value}");
    }
    let upper = headers(&[("x-hub-signature-256", format!("sha256={}", bare.to_uppercase()))]);
    assert!(verify(Scheme::GITHUB, &upper, BODY).is_ok());
}

#[test]
fn stripes_list_has_its_own_rules() {
    const RAW: Scheme = Scheme::custom("raw").headers(&[HeaderNames::new("x")]).build();
    let good = sign(RAW, &[b"1700000000.", BODY].concat());
    let good = good["x"].to_str().unwrap();
    let zeros = "0".repeat(64);
    let verdict = |value: &str| {
        let sent = headers(&[("stripe-signature", value.replace("{}", good))]);
        verify(Scheme::STRIPE, &sent, BODY)
    };

    for value in [
        "t=1700000000,v1={}",
        "v1={},t=1700000000",
        "t=1700000000, v1={}",
        "t=1700000000,v0=abc,v1={}",
        "t=1700000000,v1=dummy,v1={}",
        &format!("t=1700000000,v1={zeros},v1={{}}"),
        "t=1700000000,v1={},",
        "scheme,t=1700000000,v1={}",
    ] {
        assert!(verdict(value).is_ok(), "{value}");
    }
    let timestamp = [
        ("v1={}", VerifyError::Missing(Field::Timestamp)),
        ("T=1700000000,v1={}", VerifyError::Missing(Field::Timestamp)),
        ("t,v1={}", VerifyError::Missing(Field::Timestamp)),
        ("t=,v1={}", VerifyError::Malformed(Field::Timestamp)),
        ("t= 1700000000,v1={}", VerifyError::Malformed(Field::Timestamp)),
        ("t=1700000000 ,v1={}", VerifyError::Malformed(Field::Timestamp)),
        ("t=1700000000,t=1700000000,v1={}", VerifyError::Repeated(Field::Timestamp)),
        ("t=1699999999,v1={}", VerifyError::Mismatch),
        ("t=1700000000", VerifyError::UnsupportedVersion),
        ("t=1700000000,v0={}", VerifyError::UnsupportedVersion),
        ("t=1700000000;v1={}", VerifyError::Malformed(Field::Timestamp)),
        ("t=1700000000,v1=", VerifyError::Malformed(Field::Signature)),
        ("t=1700000000,v1==", VerifyError::Malformed(Field::Signature)),
    ];
    for (value, error) in timestamp {
        assert_eq!(verdict(value).unwrap_err(), error, "{value}");
    }
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
        rotating = rotating.older_secret(older).unwrap();
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
    let error = rotating.older_secret(Secret::utf8("secret 16").unwrap()).unwrap_err();
    assert_eq!(error, InvalidSecret::TooManySecrets);
}

#[test]
fn several_secrets_give_several_signatures_where_the_header_has_room() {
    let older = || Secret::whsec("whsec_plJ3nmyCDGBKInavdOK15jsl").unwrap();
    let signer = Scheme::STANDARD.signer(WHSEC).unwrap().older_secret(older()).unwrap();
    let sent = signer.sign(ID, at(NOW), BODY).unwrap();
    assert_eq!(sent["webhook-signature"].to_str().unwrap().split(' ').count(), 2);
    for secret in [Secret::whsec(WHSEC).unwrap(), older()] {
        let verifier = Verifier::new(Scheme::STANDARD, secret).unwrap().clock(|| at(NOW));
        assert!(verifier.verify(&sent, BODY).is_ok());
    }
    let signer = Scheme::GITHUB.signer("new").unwrap();
    assert_eq!(signer.older_secret(older()).unwrap_err(), InvalidSecret::SingleSignature);
}

#[test]
fn a_signer_refuses_what_a_verifier_would() {
    let signer = Scheme::STANDARD.signer(WHSEC).unwrap();
    let error = |id: Option<&str>, seconds| signer.sign(id, at(seconds), BODY).unwrap_err();
    assert_eq!(error(None, NOW), VerifyError::Missing(Field::Id));
    for id in ["", "a.b", "new\nline", &"x".repeat(257)] {
        assert_eq!(error(Some(id), NOW), VerifyError::Malformed(Field::Id), "{id:?}");
    }
    assert_eq!(error(Some(ID), -1), VerifyError::Malformed(Field::Timestamp));
}

#[test]
fn bodies_are_bytes() {
    let every_byte: Vec<u8> = (0..=255).collect();
    for body in [&b""[..], b"\xff\xfe\x00", b"\r\n", &every_byte] {
        for scheme in presets() {
            assert!(verify(scheme, &sign(scheme, body), body).is_ok());
        }
    }
    // What a lossy conversion to text would make equal stays different.
    let sent = sign(Scheme::GITHUB, b"\xff");
    let error = verify(Scheme::GITHUB, &sent, b"\xfe").unwrap_err();
    assert_eq!(error, VerifyError::Mismatch);
}

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
fn a_key_of_another_encoding_is_not_taken_for_base64() {
    // 32 hexadecimal digits are valid base64 of 24 bytes.
    let text = secret(Scheme::SPAAZA);
    assert_eq!(Scheme::STANDARD.verifier(text).unwrap_err(), InvalidSecret::MissingPrefix);
}

#[test]
fn parts_may_come_in_any_order() {
    const BOXED: Scheme = Scheme::custom("boxed")
        .headers(&[HeaderNames::new("x-signature").id("x-id").timestamp("x-timestamp")])
        .encoding(Encoding::Base64Url)
        .timestamp_format(TimestampFormat::Rfc3339)
        .signed(&[
            Part::Literal("<"),
            Part::Body,
            Part::Literal(">"),
            Part::Timestamp,
            Part::Id,
            Part::Literal("!"),
        ])
        .key_format(KeyFormat::Base64)
        .build();
    let sent = sign(BOXED, BODY);
    assert_eq!(sent["x-timestamp"], "2023-11-14T22:13:20Z");
    let verified = verifier(BOXED).verify(&sent, BODY).unwrap();
    assert_eq!((verified.id(), verified.timestamp()), (Some(ID), Some(at(NOW))));

    let content = [b"<", BODY, b">2023-11-14T22:13:20Z", ID.as_bytes(), b"!"].concat();
    const RAW: Scheme = Scheme::custom("raw")
        .headers(&[HeaderNames::new("x-signature")])
        .encoding(Encoding::Base64Url)
        .key_format(KeyFormat::Base64)
        .build();
    assert_eq!(sign(RAW, &content)["x-signature"], sent["x-signature"]);
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

#[test]
fn debug_output_tells_what_is_public() {
    let verifier = verifier(Scheme::STANDARD);
    let sent = sign(Scheme::STANDARD, BODY);
    let signer = signer(Scheme::STANDARD).older_secret(Secret::utf8("older").unwrap()).unwrap();
    assert_eq!(format!("{:?}", Scheme::STANDARD), r#"Scheme("standard-webhooks")"#);
    assert_eq!(
        format!("{signer:?}"),
        r#"Signer { scheme: Scheme("standard-webhooks"), secrets: 2 }"#
    );
    assert_eq!(
        format!("{verifier:?}"),
        "Verifier { scheme: Scheme(\"standard-webhooks\"), secrets: 1, \
         tolerance: Tolerance { past: 300s, future: 300s }, .. }"
    );
    assert_eq!(format!("{:?}", verifier.begin(&sent).unwrap()), "Verification { .. }");
    assert_eq!(
        format!("{:?}", verifier.verify(&sent, BODY).unwrap()),
        "Verified { scheme: Scheme(\"standard-webhooks\"), id: Some(\"msg_2b7XQ\"), \
         timestamp: Some(2023-11-14 22:13:20.0 +00:00:00), secret_index: 0 }"
    );
}

#[test]
fn nothing_shows_a_secret_or_a_signature() {
    for scheme in presets() {
        let sent = sign(scheme, BODY);
        let verifier = verifier(scheme);
        let shown = [
            format!("{:?}", scheme.secret(secret(scheme)).unwrap()),
            format!("{:?}", signer(scheme)),
            format!("{verifier:?}"),
            format!("{:?}", verifier.begin_request(&request(&sent)).unwrap()),
            format!("{:?}", verifier.verify_request(&request(&sent), BODY).unwrap()),
            format!("{:?}", verifier.verify_request(&request(&sent), b"").unwrap_err()),
        ]
        .concat();
        assert!(!shown.contains(secret(scheme)), "{shown}");
        let words = sent.values().flat_map(|value| value.to_str().unwrap().split([',', '=']));
        for signature in words.filter(|word| word.len() > 40) {
            assert!(!shown.contains(signature), "{shown}");
        }
    }
}
