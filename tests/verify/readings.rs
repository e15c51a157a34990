//! Deliveries that a provider may have signed in one of several ways: each is accepted, and only
//! where it applies.

use http::HeaderMap;
use http::request::Parts;
use tower_webhook::scheme::{HeaderNames, IdShape, Part};
use tower_webhook::{Scheme, Secret, Verified, Verifier, VerifyError};

use crate::support::{NOW, at, headers, request, secret, sign, signer, verifier};

/// The verdict on a body at once and in pieces, which must be the same.
fn verdict(verifier: &Verifier, sent: &Parts, body: &[u8]) -> Result<usize, VerifyError> {
    let index = |verdict: Result<Verified, _>| verdict.map(|verified| verified.secret_index());
    let whole = index(verifier.verify(sent, body));
    for size in [1, 2, 3, 7, body.len().max(1)] {
        let mut stream = verifier.begin(sent).unwrap();
        body.chunks(size).for_each(|chunk| stream.update(chunk));
        assert_eq!(index(stream.finish()), whole, "in pieces of {size}");
    }
    whole
}

fn boxed(body: &str) -> HeaderMap {
    signer(Scheme::BOX).sign(None, at(NOW), body.as_bytes()).unwrap()
}

// box-python-sdk-gen, test/webhooks.py.
#[test]
fn the_published_vectors_of_box_with_other_letters_verify() {
    for (name, signature) in [
        ("スクリーンショット 2020-08-05.txt", "LV2uCu+5NJtIHrCXDYgZ0v/PP5THGRuegw3RtdnEyuE="),
        ("😀 2020-08-05.txt", "xF/SDZosX4le+v4A0Qn59sZhuD1RqY5KRUKzVMSbh0E="),
    ] {
        let body = format!(
            r#"{{"webhook":{{"id":"1234567890"}},"trigger":"FILE.UPLOADED","source":{{"id":"1234567890","type":"file","name":"{name}"}}}}"#
        );
        let sent = request(&headers(&[
            ("box-delivery-timestamp", "2020-01-01T00:00:00-07:00"),
            ("box-signature-primary", signature),
        ]));
        let then = at(1_577_862_000);
        let verifier = Scheme::BOX.verifier("SamplePrimaryKey").unwrap();
        assert!(verifier.verify_at(&sent, body.as_bytes(), then).is_ok(), "{name}");
        let mut stream = verifier.begin_at(&sent, then).unwrap();
        body.as_bytes().chunks(1).for_each(|chunk| stream.update(chunk));
        assert!(stream.finish().is_ok(), "{name}");
        let other = body.replace(name, "スクリーンショット");
        assert!(verifier.verify_at(&sent, other.as_bytes(), then).is_err());
    }
}

#[test]
fn a_body_may_be_signed_escaped_or_as_it_is() {
    let body = "{\"name\":\"\\\"é😀\u{7f}\n\"}";
    let escaped = "{\"name\":\"\\\"\\u00e9\\ud83d\\ude00\u{7f}\n\"}";
    let verifier = verifier(Scheme::BOX);
    for signed in [body, escaped] {
        let sent = request(&boxed(signed));
        assert_eq!(verdict(&verifier, &sent, body.as_bytes()), Ok(0));
        let changed = body.replace('😀', "😁");
        assert_eq!(verdict(&verifier, &sent, changed.as_bytes()), Err(VerifyError::Mismatch));
    }
    // What was signed as it is, is not unescaped.
    let sent = request(&boxed(body));
    assert_eq!(verdict(&verifier, &sent, escaped.as_bytes()), Err(VerifyError::Mismatch));
    // Lower case, all of it, and nothing else.
    for signed in [
        escaped.replace("00e9", "00E9"),
        escaped.replace("\\u00e9", "é"),
        escaped.replace('\n', "\\n"),
        escaped.replace('\u{7f}', "\\u007f"),
        escaped.replace("\\\"", "\\\\\""),
    ] {
        let sent = request(&boxed(&signed));
        assert_eq!(verdict(&verifier, &sent, body.as_bytes()), Err(VerifyError::Mismatch));
    }
}

#[test]
fn what_is_not_utf_8_has_no_escaped_reading() {
    let verifier = verifier(Scheme::BOX);
    for (body, escaped) in [
        (&b"{\"name\":\"\xc3\xa9\xff\"}"[..], "{\"name\":\"\\u00e9\\ufffd\"}"),
        (b"\xc3\xa9\xc3", "\\u00e9"),
        (b"\xed\xa0\x80", "\\ud800"),
    ] {
        let sent = request(&boxed(escaped));
        assert_eq!(verdict(&verifier, &sent, body), Err(VerifyError::Mismatch), "{escaped}");
        let sent = request(&signer(Scheme::BOX).sign(None, at(NOW), body).unwrap());
        assert_eq!(verdict(&verifier, &sent, body), Ok(0));
    }
}

#[test]
fn other_schemes_have_no_escaped_reading() {
    let sent = request(&sign(Scheme::GITHUB, b"\\u00e9"));
    let verdict = verdict(&verifier(Scheme::GITHUB), &sent, "é".as_bytes());
    assert_eq!(verdict, Err(VerifyError::Mismatch));
}

#[test]
fn each_secret_is_tried_in_each_reading() {
    let secrets = ["new", "old", "oldest"].map(|text| Secret::utf8(text).unwrap());
    let [new, old, oldest] = secrets.clone();
    let verifier = Verifier::new(Scheme::BOX, new).unwrap();
    let verifier = verifier.add_secret(old).unwrap().add_secret(oldest).unwrap();
    let verifier = verifier.clock(tower_webhook::clock::ManualClock::new(at(NOW)));
    for (index, secret) in secrets.into_iter().enumerate() {
        let signer = tower_webhook::Signer::new(Scheme::BOX, secret).unwrap();
        for signed in ["é", "\\u00e9"] {
            let sent = signer.sign(None, at(NOW), signed.as_bytes()).unwrap();
            assert_eq!(verdict(&verifier, &request(&sent), "é".as_bytes()), Ok(index));
        }
    }
    // Of two that match, the first secret is told, whatever the readings.
    let mut both = Scheme::BOX.signer("old").unwrap().sign(None, at(NOW), "é".as_bytes()).unwrap();
    let new = Scheme::BOX.signer("new").unwrap().sign(None, at(NOW), b"\\u00e9").unwrap();
    both.insert("box-signature-secondary", new["box-signature-primary"].clone());
    assert_eq!(verdict(&verifier, &request(&both), "é".as_bytes()), Ok(0));
}

#[test]
fn hubspot_may_decode_what_its_documentation_lists() {
    let verifier = verifier(Scheme::HUBSPOT_V3);
    let sent_to = |path: &str, signed: &str| {
        let url = format!("https://hooks.example.com{signed}");
        let signed = signer(Scheme::HUBSPOT_V3).request(&url, None, at(NOW), "[]").unwrap();
        let mut sent = request(signed.headers());
        sent.uri = path.parse().unwrap();
        verdict(&verifier, &sent, b"[]")
    };
    let encoded = "/hook?a=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B%20%25%3D";
    let decoded = "/hook?a=:/?@!$'()*,;%20%25%3D";
    assert_eq!(sent_to(encoded, encoded), Ok(0));
    assert_eq!(sent_to(encoded, decoded), Ok(0));
    assert_eq!(sent_to(&encoded.replace("%3A", "%3a"), decoded), Ok(0));
    assert_eq!(sent_to("/?a=%3A", "?a=:"), Ok(0));
    for (path, signed) in [
        (decoded, encoded),
        ("/hook?a=%3A%2F", "/hook?a=%3A/"),
        ("/hook?a=%3D", "/hook?a=="),
        ("/hook?a=%253A", "/hook?a=:"),
    ] {
        assert_eq!(sent_to(path, signed), Err(VerifyError::Mismatch), "{path}");
    }
}

const EVERYTHING: Scheme = Scheme::custom("everything")
    .headers(&[HeaderNames::new("x-signature").id("x-id")])
    .signed(&[Part::Id, Part::Literal("."), Part::Body, Part::Literal("\n"), Part::Url])
    .id_shape(IdShape::UrlSafe)
    .decoded_url(":@")
    .escaped_body()
    .build();

#[test]
fn readings_can_be_combined() {
    let signer = EVERYTHING.signer(secret(EVERYTHING)).unwrap();
    for url in ["/?a=%40", "?a=%40", "/?a=@", "?a=@"] {
        for body in ["é", "\\u00e9"] {
            let url = format!("https://hooks.example.com{url}");
            let signed = signer.request(&url, "msg_1", at(NOW), body).unwrap();
            let mut sent = request(signed.headers());
            sent.uri = "/?a=%40".parse().unwrap();
            assert_eq!(verdict(&verifier(EVERYTHING), &sent, "é".as_bytes()), Ok(0), "{url}");
            sent.uri = "/?a=%41".parse().unwrap();
            let other = verdict(&verifier(EVERYTHING), &sent, "é".as_bytes());
            assert_eq!(other, Err(VerifyError::Mismatch));
        }
    }
}
