//! Schemes that sign the fields of a form, whatever their order and encoding, and not the body's
//! bytes.

use http::Method;
use http::request::Parts;
use sha2::{Digest as _, Sha256};
use tower_webhook::scheme::{HeaderNames, Part};
use tower_webhook::sign::SignError;
use tower_webhook::{Scheme, Verified, VerifyError};

use crate::support::{NOW, URL, at, headers, request, secret, sign, signer, verifier, verify};

/// Anyone may describe such a scheme, with any algorithm.
const FORM: Scheme = Scheme::custom("form")
    .headers(&[HeaderNames::new("x-signature")])
    .signed(&[Part::Url, Part::Form])
    .dangerous_movable_url()
    .build();

fn fields(body: &str) -> Result<Verified, VerifyError> {
    let body = body.as_bytes();
    verify(FORM, &sign(FORM, b"CallSid=CA1&From=%2B1415&Text=one+two&From=anonymous"), body)
}

/// A request to `url` with Twilio's signature.
#[cfg(feature = "sha1")]
fn twilio(method: Method, url: &str, signature: &str) -> Parts {
    let mut sent = request(&headers(&[("x-twilio-signature", signature)]));
    sent.method = method;
    sent.uri = url.strip_prefix("https://mycompany.com").unwrap().parse().unwrap();
    sent
}

// twilio-python, tests/unit/test_request_validator.py, at 306691e, and Twilio's documentation.
#[cfg(feature = "sha1")]
#[test]
fn the_published_vectors_of_twilio_verify() {
    let call = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&\
                Caller=%2B14158675309";
    let json = "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=\
                0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let page = "https://mycompany.com/myapp.php?foo=1&bar=2";
    for (url, body, signature) in [
        (page, call, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        // Signed with the port.
        (page, call, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (
            page,
            "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        (
            page,
            "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B12349013030&To=%2B18005551212&\
             Caller=%2B12349013030",
            "0/KCTR6DLpKmkAf8muzZqo1nDgQ=",
        ),
        (json, r#"{"property": "value", "boolean": true}"#, "a9nBmqA0ju/hNViExpshrM61xv4="),
    ] {
        let sent = twilio(Method::POST, url, signature);
        let scheme = Scheme::TWILIO;
        for base in ["https://mycompany.com", "https://mycompany.com:443"] {
            let verifier = scheme.verifier("12345").unwrap().public_url(base).unwrap();
            assert!(verifier.verify(&sent, body.as_bytes()).is_ok(), "{base} {signature}");
            for other in [&body.replace("12", "13"), &body.replace("true", "false"), ""] {
                let verdict = verifier.verify(&sent, other.as_bytes());
                assert_eq!(verdict.is_ok(), other == body, "{other} {signature}");
            }
        }
        let exact = scheme.verifier("12345").unwrap().exact_url(page).unwrap();
        // The registered URL does not have the digest of the body.
        assert_eq!(exact.verify(&sent, body.as_bytes()).is_ok(), url == page, "{signature}");
    }
}

#[test]
fn order_encoding_and_repetition_are_not_signed() {
    for body in [
        "CallSid=CA1&From=%2B1415&Text=one+two&From=anonymous",
        "Text=one%20two&From=anonymous&From=%2b1415&CallSid=CA1",
        "&From=anonymous&From=%2B1415&&Text=one+two&From=anonymous&%43allSid=CA%31&",
    ] {
        assert!(fields(body).is_ok(), "{body}");
    }
    for body in [
        "CallSid=CA1&From=%2B1415&Text=one+two",
        "CallSid=CA1&From=%2B1415&Text=one+two&From=anonymous&x",
        "CallSid=CA1&From=+1415&Text=one+two&From=anonymous",
        "CallSid=CA1&From=%2B1415&Text=one%2Btwo&From=anonymous",
        "CallSid=CA1&From=%2B1415&Text=one%252Btwo&From=anonymous",
        "callSid=CA1&From=%2B1415&Text=one+two&From=anonymous",
        "",
    ] {
        assert_eq!(fields(body).unwrap_err(), VerifyError::Mismatch, "{body}");
    }
}

// Why such a scheme has to say that its content can be cut elsewhere.
#[test]
fn bytes_move_between_fields_and_the_url() {
    const { assert!(FORM.movable_url()) };
    assert!(fields("CallSidC=A1&From=%2B1415&Text=one+two&From=anonymous").is_ok());
    assert!(fields("CallSidCA1From%2B1415FromanonymousTextone+two").is_ok());
    let sent = sign(FORM, b"A=1&B=2");
    let mut elsewhere = request(&sent);
    elsewhere.uri = "/hook?shop=1A1".parse().unwrap();
    assert!(verifier(FORM).verify(&elsewhere, b"B=2").is_ok());
    let exact = verifier(FORM).exact_url(URL).unwrap();
    assert!(exact.verify(&elsewhere, b"B=2").is_err());
}

#[test]
fn names_and_values_are_bytes() {
    let raw = [&b"a="[..], b"\xff%FE%00\xc3"].concat();
    let sent = sign(FORM, &raw);
    assert!(verify(FORM, &sent, b"a=%ff%fe\x00%C3").is_ok());
    // What a lossy conversion to text would make equal stays different.
    assert_eq!(verify(FORM, &sent, b"a=%fe%fe%00%C3").unwrap_err(), VerifyError::Mismatch);
}

#[test]
fn a_thousand_fields_are_read() {
    let form = |count: usize| (0..count).map(|it| format!("f{it}=1&")).collect::<String>();
    let sent = sign(FORM, form(1000).as_bytes());
    assert!(verify(FORM, &sent, form(1000).as_bytes()).is_ok());
    let error = verify(FORM, &sent, form(1001).as_bytes()).unwrap_err();
    assert_eq!(error, VerifyError::TooManyFields);
    let error = signer(FORM).request(URL, None, at(NOW), form(1001)).unwrap_err();
    assert_eq!(error, SignError::InvalidBody);
}

#[test]
fn a_stream_says_that_the_whole_body_is_needed() {
    let sent = request(&sign(FORM, b"A=1"));
    let error = verifier(FORM).begin(&sent).unwrap_err();
    assert_eq!(error, VerifyError::NeedsWholeBody);
    assert!(error.is_setup() && error.to_string().contains("use `verify`"));
    // Nor is there a way around the URL that has to be configured.
    let key = FORM.secret(secret(FORM)).unwrap();
    let error = tower_webhook::verify(FORM, &key, &sent, b"A=1").unwrap_err();
    assert_eq!(error, VerifyError::NeedsPublicUrl);
}

#[test]
fn one_call_without_state_reads_the_fields_too() {
    const BARE: Scheme = Scheme::custom("bare form")
        .headers(&[HeaderNames::new("x-signature")])
        .signed(&[Part::Form])
        .dangerous_movable_url()
        .build();
    let sent = signer(BARE).sign(None, at(NOW), b"b=2&a=1").unwrap();
    let key = BARE.secret(secret(BARE)).unwrap();
    assert!(tower_webhook::verify(BARE, &key, &sent, b"a=1&b=2").is_ok());
    let error = tower_webhook::verify(BARE, &key, &sent, b"a=1&b=3").unwrap_err();
    assert_eq!(error, VerifyError::Mismatch);
}

#[test]
fn what_has_no_body_signs_the_url_alone() {
    let signed = signer(Scheme::TWILIO_SHA256).request(URL, None, at(NOW), "").unwrap();
    let mut sent = request(signed.headers());
    sent.method = Method::GET;
    assert!(verifier(Scheme::TWILIO_SHA256).verify(&sent, b"").is_ok());
    sent.uri = "/hook?shop=2".parse().unwrap();
    let error = verifier(Scheme::TWILIO_SHA256).verify(&sent, b"").unwrap_err();
    assert_eq!(error, VerifyError::Mismatch);
}

#[test]
fn a_body_is_compared_with_the_digest_in_the_query() {
    let scheme = Scheme::TWILIO_SHA256;
    let body = br#"{"a":"1&b=2"}"#;
    let digest = hex::encode(Sha256::digest(body));
    let verdict = |query: &str, body: &[u8]| {
        // What is signed is the URL alone.
        const URL_ALONE: Scheme = Scheme::custom("url alone")
            .headers(&[HeaderNames::new("x-twilio-signature")])
            .encoding(tower_webhook::scheme::Encoding::Base64)
            .signed(&[Part::Url, Part::Body])
            .dangerous_movable_url()
            .build();
        let url = format!("https://hooks.example.com/hook?{query}");
        let signed = signer(URL_ALONE).request(&url, None, at(NOW), "").unwrap();
        let mut sent = request(signed.headers());
        sent.uri = format!("/hook?{query}").parse().unwrap();
        verifier(scheme).verify(&sent, body).map(drop)
    };
    for query in [
        format!("bodySHA256={digest}"),
        format!("shop=1&bodySHA256={digest}&x=2"),
        format!("bodySHA256={}", digest.to_uppercase()),
        // The first counts, as in Twilio's libraries.
        format!("bodySHA256={digest}&bodySHA256=0"),
    ] {
        assert_eq!(verdict(&query, body), Ok(()), "{query}");
        assert_eq!(verdict(&query, b"{}"), Err(VerifyError::Mismatch), "{query}");
        assert_eq!(verdict(&query, b""), Err(VerifyError::Mismatch), "{query}");
    }
    let other = hex::encode(Sha256::digest(b"{}"));
    for query in [
        String::new(),
        "bodySHA256=".to_owned(),
        format!("bodySHA256={}", &digest[1..]),
        format!("bodySHA256={digest}0"),
        format!("bodysha256={digest}"),
        format!("xbodySHA256={digest}"),
        format!("bodySHA256={other}"),
        format!("bodySHA256={other}&bodySHA256={digest}"),
    ] {
        assert_eq!(verdict(&query, body), Err(VerifyError::Mismatch), "{query}");
    }
    // A signer signs what verifies, and nothing else.
    let url = |digest: &str| format!("{URL}&bodySHA256={digest}");
    assert!(signer(scheme).request(&url(&digest), None, at(NOW), body).is_ok());
    let error = signer(scheme).request(&url(&other), None, at(NOW), body).unwrap_err();
    assert_eq!(error, SignError::InvalidBody);
}
