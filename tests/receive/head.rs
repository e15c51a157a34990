//! What a head is made of: whatever it is, the verdict is the same.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request};
use tower_webhook::receive::RejectionKind;
use tower_webhook::{Head, Receiver, Scheme, VerifyError};

use crate::support::{bytewise, request, sign, verifier};

const BODY: &[u8] = br#"{"hello":"world"}"#;

/// Names and values as a framework has them that knows nothing of the crate `http`: in upper case,
/// in mixed case and in lower case, in turn.
fn pairs(headers: &HeaderMap) -> Vec<(String, &[u8])> {
    let spelled = |index: usize, name: &str| match index % 3 {
        0 => name.to_ascii_uppercase(),
        1 => name[..1].to_ascii_uppercase() + &name[1..],
        _ => name.to_owned(),
    };
    let headers = headers.iter().enumerate();
    headers
        .map(|(index, (name, value))| (spelled(index, name.as_str()), value.as_bytes()))
        .collect()
}

/// A good delivery, and each way to damage a header of it.
fn deliveries(scheme: Scheme) -> Vec<(String, HeaderMap)> {
    let good = sign(scheme, BODY);
    let mut all = vec![
        ("nothing".to_owned(), HeaderMap::new()),
        ("another body".to_owned(), sign(scheme, b"another body")),
    ];
    for name in good.keys() {
        let mut damaged = |what: &str, change: &dyn Fn(&mut HeaderMap)| {
            let mut headers = good.clone();
            change(&mut headers);
            all.push((format!("{name} {what}"), headers));
        };
        damaged("missing", &|headers| drop(headers.remove(name)));
        damaged("empty", &|headers| drop(headers.insert(name, HeaderValue::from_static(""))));
        damaged("malformed", &|headers| drop(headers.insert(name, HeaderValue::from_static("!"))));
        damaged("not text", &|headers| {
            headers.insert(name, HeaderValue::from_bytes(b"\xff").unwrap());
        });
        damaged("repeated", &|headers| {
            headers.append(name, good[name].clone());
        });
        damaged("repeated otherwise", &|headers| {
            headers.append(name, HeaderValue::from_static("1"));
        });
    }
    all.push(("good".to_owned(), good));
    all
}

#[tokio::test]
async fn pairs_get_the_verdict_that_a_map_gets() {
    for scheme in bytewise() {
        let (verifier, receiver) = (verifier(scheme), Receiver::new(verifier(scheme)));
        let mut accepted = 0;
        for (what, headers) in deliveries(scheme) {
            let what = format!("{scheme:?}: {what}");
            let parts = request(&headers);
            let verdict = verifier.verify(&parts, BODY).map(|verified| format!("{verified:?}"));
            accepted += usize::from(verdict.is_ok());

            let pairs = pairs(&headers);
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), *value)).collect();
            let head = Head::from_pairs(&pairs).with_request(&parts.method, &parts.uri);
            let same = verifier.verify(head, BODY).map(|verified| format!("{verified:?}"));
            assert_eq!(same, verdict, "{what}");
            let stream = verifier.begin(head).and_then(|mut verification| {
                BODY.chunks(5).for_each(|chunk| verification.update(chunk));
                verification.finish()
            });
            assert_eq!(stream.map(|verified| format!("{verified:?}")), verdict, "{what}, a stream");

            let expected = verdict.map_err(RejectionKind::Unverified);
            let receive = async |head: Head<'_>| {
                let delivery = receiver.receive_bytes(head, BODY).await;
                let verified = delivery.map(|delivery| format!("{:?}", delivery.verified()));
                verified.map_err(|rejection| rejection.kind())
            };
            assert_eq!(receive(head).await, expected, "{what}, received");
            assert_eq!(receive(Head::from(&parts)).await, expected, "{what}, received from a map");
        }
        assert!(accepted > 0, "{scheme:?}: the good one");
        let another = verifier.verify(&request(&sign(scheme, b"another body")), BODY);
        assert_eq!(another.unwrap_err(), VerifyError::Mismatch);
    }
}

#[tokio::test]
async fn a_head_is_made_of_whatever_has_one() {
    for scheme in bytewise() {
        let (verifier, receiver) = (verifier(scheme), Receiver::new(verifier(scheme)));
        let headers = sign(scheme, BODY);
        let mut parts = request(&headers);
        let whole = Request::from_parts(parts.clone(), ());

        assert!(verifier.verify(&parts, BODY).is_ok());
        assert!(verifier.verify(&mut parts, BODY).is_ok());
        assert!(verifier.verify(&whole, BODY).is_ok());
        assert!(verifier.begin(&mut parts).is_ok());
        assert!(receiver.open(&parts).is_ok());
        assert!(receiver.open(&mut parts).is_ok());
        assert!(receiver.open(&whole).is_ok());
        assert!(receiver.receive_bytes(&mut parts, BODY).await.is_ok());

        // Headers alone are not enough where the URL is signed.
        let enough = !scheme.signs_request();
        assert_eq!(verifier.verify(&headers, BODY).is_ok(), enough, "{scheme:?}");
        assert_eq!(receiver.open(&headers).is_ok(), enough, "{scheme:?}");
        assert_eq!(receiver.receive_bytes(&headers, BODY).await.is_ok(), enough, "{scheme:?}");
    }
}

#[test]
fn a_head_tells_what_it_was_made_of_and_shows_no_value() {
    #[derive(Clone, Debug, PartialEq)]
    struct Tenant(u64);

    let whole = Request::post("/hook?shop=1").header("x-region", "eu").header("x-region", "us");
    let whole = whole.extension(Tenant(7)).body(Bytes::new()).unwrap();
    let head = Head::from(&whole);
    assert_eq!(head.get("X-Region"), Some(&b"eu"[..]));
    assert_eq!((head.get("x-other"), head.path()), (None, Some("/hook")));
    assert_eq!((head.extension(), head.extension::<u64>()), (Some(&Tenant(7)), None));
    assert!(!format!("{head:?}").contains("eu"));

    let head = Head::from(whole.headers());
    assert_eq!((head.path(), head.extension::<Tenant>()), (None, None));

    let pairs = [("X-Region", &b"eu"[..]), ("x-region", b"us"), ("X-OTHER", b"")];
    let head = Head::from_pairs(&pairs);
    assert_eq!((head.get("x-region"), head.get("x-other")), (Some(&b"eu"[..]), Some(&b""[..])));
    assert_eq!((head.path(), head.extension::<Tenant>()), (None, None));
    assert_eq!(head.with_request(whole.method(), whole.uri()).path(), Some("/hook"));
    assert!(!format!("{head:?}").contains("eu"));
}
